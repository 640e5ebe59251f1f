"""Settings: one section a stage; defaults < docqa.toml < environment < flags.

An environment variable is named after the place: ``DOCQA_CHUNK__MAX_TOKENS=800``.
"""

from docqa.settings.resolved import API_KEY, Settings, load
from docqa.settings.sections import (
    BlendSettings,
    ChunkSettings,
    CurateSettings,
    ExportSettings,
    FileType,
    Format,
    GenerateSettings,
    IndexSettings,
    ModelSettings,
    ParseSettings,
    Section,
    Turns,
    VerifySettings,
)
from docqa.settings.toml import to_toml

__all__ = [
    "API_KEY",
    "BlendSettings",
    "ChunkSettings",
    "CurateSettings",
    "ExportSettings",
    "FileType",
    "Format",
    "GenerateSettings",
    "IndexSettings",
    "ModelSettings",
    "ParseSettings",
    "Section",
    "Settings",
    "Turns",
    "VerifySettings",
    "load",
    "to_toml",
]
