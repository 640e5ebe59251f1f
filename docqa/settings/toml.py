"""Settings -> TOML, written by hand: the standard library only reads it, and a writer would drop the comments."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from docqa.settings.resolved import Settings
from docqa.settings.sections import Section


def to_toml(settings: Settings, comments: bool = False) -> str:
    """The settings as a file that ``load`` reads back; with ``comments``, each setting explained and switched off."""
    lines = []
    if comments:
        lines += ["# Settings of docqa. A line that begins with # shows the default; take the # away to change it.", ""]
    top = {name: value for name, value in settings if not isinstance(value, Section)}
    lines += _toml_lines(type(settings), top, comments)
    for name, section in settings:
        if isinstance(section, Section):
            lines += [""]
            if comments:
                lines += [f"# {type(settings).model_fields[name].description}"]
            lines += [f"[{name}]", *_toml_lines(type(section), dict(section), comments)]
    return "\n".join(lines) + "\n"


def _toml_lines(model: type[BaseModel], values: dict[str, Any], comments: bool) -> list[str]:
    lines = []
    for name, value in values.items():
        if comments:
            lines.append(f"# {model.model_fields[name].description}")
        lines.append(f"{'# ' if comments else ''}{name} = {_toml_value(value)}")
    return lines


def _toml_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml_value(part) for part in value) + "]"
    text = value.as_posix() if isinstance(value, Path) else str(value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
