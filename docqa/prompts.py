"""Renders the templates of prompts/: what a model is asked, written for a domain expert to read and to change.

A folder given in the settings may hold changed files; the others are taken from those that docqa ships. Text of
documents only ever fills a template's places: it can't add a part to the prompt or call anything.
"""

import re
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from docqa.errors import SettingsError

if TYPE_CHECKING:
    from jinja2 import Template

LANGUAGES = ("en", "zh")
"""The languages there are prompts in."""

_PARTS = re.compile(r"^=== (system|user)[ \t]*\n", re.M)
_INCLUDED = re.compile(r"""{%-?\s*include\s+["']([^"']+)["']""")
_IN_A_LINE = ("title", "headings")
_TAG = re.compile(r"[<＜](?=\s*[/／]?\s*passage\b)", re.I)


def shipped() -> Path:
    """The folder of the prompts that come with docqa: in the package, or beside it in a checkout."""
    inside, beside = Path(__file__).parent / "templates", Path(__file__).parents[1] / "prompts"
    return inside if inside.is_dir() else beside


class Prompts:
    """The prompts of a run.

    Args:
        folder: templates to use instead of the shipped ones; files missing there are taken from those.
        shared: what every template may use (``domain``, ``persona``).

    Raises:
        SettingsError: there is no such folder.
    """

    def __init__(self, folder: Path | None = None, **shared: str) -> None:
        from jinja2 import FileSystemLoader, StrictUndefined
        from jinja2.sandbox import SandboxedEnvironment

        if folder and not folder.is_dir():
            raise SettingsError(f"{folder}: there is no such folder of prompts; `docqa init --prompts` makes one")
        self._folders = [*([folder] if folder else []), shipped()]
        self._environment: SandboxedEnvironment = SandboxedEnvironment(
            loader=FileSystemLoader(self._folders), undefined=StrictUndefined, auto_reload=False
        )
        self._shared = shared
        self._load = cache(self._parse)
        self._used: set[tuple[str, str]] = set()
        self.version = cache(self._version)

    def render(self, name: str, language: str, **values: object) -> tuple[str, str]:
        """The system and the user message of a prompt.

        Args:
            name: the file's name without language and suffix, for example ``self-qa-answer``.
            values: what fills the template, beside what all share.

        Raises:
            SettingsError: the template is missing, has no two parts, or uses a value that there is not.
        """
        from jinja2 import TemplateError

        parts = self._load(name, language)
        self._used.add((name, language))
        data = _as_data(values)
        assert isinstance(data, dict)
        try:
            system, user = (part.render(self._shared | data).strip() for part in parts)
        except TemplateError as error:
            raise SettingsError(
                f"prompt {name}.{language}.j2: {error}; prompts/README.md says how they work"
            ) from error
        return system, user

    def used(self) -> dict[str, str]:
        """The files that were rendered so far and their versions, by name."""
        return {f"{name}.{language}.j2": self.version(name, language) for name, language in sorted(self._used)}

    def _version(self, name: str, language: str) -> str:
        """A hash of the template and what it includes: 16 hexadecimal digits."""
        source = self._source(f"{name}.{language}.j2")
        texts = [source, *(self._source(included) for included in _INCLUDED.findall(source))]
        return sha256("\0".join(texts).encode()).hexdigest()[:16]

    def _source(self, file: str) -> str:
        for folder in self._folders:
            if (folder / file).is_file():
                return (folder / file).read_text(encoding="utf-8")
        raise SettingsError(f"prompt {file}: there is no such file in {', '.join(map(str, self._folders))}")

    def _parse(self, name: str, language: str) -> tuple["Template", "Template"]:
        """The templates of both parts; the file is split before it is filled, so no document can add a part."""
        from jinja2 import TemplateError

        file = f"{name}.{language}.j2"
        pieces = _PARTS.split(self._source(file))
        parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        if parts.keys() != {"system", "user"}:
            raise SettingsError(f"prompt {file}: it must have one part '=== system' and one part '=== user'")
        try:
            system, user = (self._environment.from_string(parts[part]) for part in ("system", "user"))
        except TemplateError as error:
            raise SettingsError(f"prompt {file}: {error}; prompts/README.md says how they work") from error
        for template in (system, user):
            template.globals = dict(template.globals)  # jinja goes through its chain of maps for every prompt
        return system, user


def _as_data(value: object) -> object:
    """Text of documents can't close the tags it stands between, and what names them is a line: it stands outside."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict):
        return {
            key: _as_data(" ".join(part.split()) if key in _IN_A_LINE and isinstance(part, str) else part)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_as_data(part) for part in value]
    return value


@lru_cache(maxsize=1024)
def _clean(text: str) -> str:
    return _TAG.sub("‹", text)
