"""Methods that docqa does not ship: from a Python file, or from an installed package's entry point.

A file has a ``Method`` named ``method``; a package names one in the group ``docqa.methods`` of its entry points. Either
is a program that the user chose to run, and can do whatever a program can.
"""

import re
import sys
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from docqa.errors import SettingsError
from docqa.generate import Method

GROUP = "docqa.methods"
"""The group of the entry points."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TYPE = re.compile(r"[a-z-]+/[a-z-]+")


def installed() -> dict[str, EntryPoint]:
    """The methods of installed packages, by name."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP))}


def from_package(entry: EntryPoint) -> Method:
    """The method of an installed package.

    Raises:
        SettingsError: it cannot be loaded, or is none.
    """
    place = f"method {entry.name} ({entry.value})"
    try:
        found = entry.load()
    except Exception as error:  # somebody's module raises whatever it likes when it is loaded
        raise SettingsError(f"{place}: cannot be loaded ({type(error).__name__}: {error})") from error
    return _checked(found, place)


def from_file(path: Path) -> Method:
    """The object ``method`` of a Python file.

    Raises:
        SettingsError: it cannot be loaded, or there is none in it.
    """
    place = f"method {path}"
    spec = spec_from_file_location(f"docqa_own_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise SettingsError(f"{place}: there is no such file")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # its records are looked up by the module's name
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # as above
        raise SettingsError(f"{place}: cannot be loaded ({type(error).__name__}: {error})") from error
    return _checked(getattr(module, "method", None), place)


def _checked(found: object, place: str) -> Method:
    if not isinstance(found, Method):
        raise SettingsError(f"{place}: there is no docqa.generate.Method in it named `method`; the README shows one")
    if not _NAME.fullmatch(found.name):
        raise SettingsError(f"{place}: the name {found.name!r} must be of small letters, digits and hyphens")
    for task_type in found.types:
        if not _TYPE.fullmatch(task_type):
            raise SettingsError(f"{place}: the type {task_type!r} must be family/kind, of small letters and hyphens")
    return found
