"""Settings as they are resolved: defaults < docqa.toml < environment < flags."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from docqa.errors import SettingsError
from docqa.settings.sections import (
    BlendSettings,
    ChunkSettings,
    CurateSettings,
    ExportSettings,
    GenerateSettings,
    IndexSettings,
    ModelSettings,
    ParseSettings,
    VerifySettings,
)

API_KEY = "DOCQA_API_KEY"
"""The environment variable with the servers' key; a key is read from nowhere else and written nowhere."""


class Settings(BaseSettings):
    """All settings of a run, resolved."""

    model_config = SettingsConfigDict(
        env_prefix="DOCQA_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    seed: int = Field(0, ge=0, description="Seed of the rows' order; the rows themselves do not depend on it.")
    parse: ParseSettings = Field(ParseSettings(), description="Files to documents.")
    chunk: ChunkSettings = Field(ChunkSettings(), description="Documents to chunks.")
    model: ModelSettings = Field(
        ModelSettings(), description="The model that makes the items (the teacher), if any, and checks them."
    )
    judge: ModelSettings = Field(
        ModelSettings(),
        description="The model that checks the items: reads, compares and rates; if none, the one above does.",
    )
    student: ModelSettings = Field(
        ModelSettings(),
        description="The model that will be trained, asked what it knows already; if none, the first one is.",
    )
    generate: GenerateSettings = Field(GenerateSettings(), description="Chunks to questions and answers.")
    index: IndexSettings = Field(IndexSettings(), description="How passages are found for a question.")
    verify: VerifySettings = Field(VerifySettings(), description="Back-verification of each item.")
    curate: CurateSettings = Field(CurateSettings(), description="Which verified items are kept.")
    blend: BlendSettings = Field(BlendSettings(), description="General data, blended in against forgetting.")
    export: ExportSettings = Field(ExportSettings(), description="What is written for the trainer.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then the file; ``load`` puts the last two in the arguments' place."""
        assert isinstance(init_settings, InitSettingsSource)
        flags = init_settings.init_kwargs.get("flags", {})
        file = init_settings.init_kwargs.get("file", {})
        return (
            InitSettingsSource(settings_cls, flags),
            env_settings,
            InitSettingsSource(settings_cls, file),
        )


def load(flags: dict[str, Any] | None = None, file: Path | None = None) -> Settings:
    """Resolve the settings.

    Args:
        flags: nested like the file, holding only what was given on the command line.
        file: a TOML file; None means ``docqa.toml`` in the current folder if there is one.

    Raises:
        SettingsError: the file cannot be read, or a value in it, the environment or a flag is not allowed.
    """
    path = file or (Path("docqa.toml") if Path("docqa.toml").exists() else None)
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); `docqa init` writes a fresh one") from error
    try:
        return Settings(flags=flags or {}, file=stored)  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError(_explain(error, stored, path)) from error


def _explain(error: ValidationError, stored: dict[str, Any], path: Path | None) -> str:
    """One line a wrong setting: where it is set, what is wrong."""
    lines = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        variable = "DOCQA_" + "__".join(str(part) for part in problem["loc"]).upper()
        if variable in os.environ:
            where = f"environment variable {variable}"
        elif path and str(problem["loc"][0]) in stored:
            where = f"{path}: {place}"
        else:
            where = f"setting {place}"
        lines.append(f"{where}: {problem['msg']} (got {problem['input']!r})")
    return "\n".join(lines)
