"""Settings -> the model they name: vLLM in this process, servers, or none."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from docqa.errors import SettingsError
from docqa.models.chat import ChatModel
from docqa.models.server import Servers
from docqa.settings import API_KEY, ModelSettings

_SECRETS = {"hf_token", "api_key", "token"}


def chat_model(settings: ModelSettings) -> ChatModel | None:
    """The model that the settings name, not yet started; None for the embedded default.

    Raises:
        SettingsError: they don't fit together.
    """
    if settings.base_urls:
        if settings.engine_args:
            raise SettingsError("model.engine_args are for vLLM in this process; a server has its own (no --base-url)")
        return Servers(
            settings.name,
            [_url(url) for url in settings.base_urls],
            settings.concurrency,
            _arguments(settings.request_args, "request_args"),
            settings.send_seed,
            settings.timeout_s,
            settings.deadline_s,
            settings.patience_s,
        )
    for option in ("engine_args", "request_args"):
        if getattr(settings, option) and (option == "request_args" or not settings.name):
            needs = "--base-url" if option == "request_args" else "--model"
            raise SettingsError(f"model.{option} needs {needs}")
    if settings.name:
        from docqa.models.vllm import InProcess

        return InProcess(settings.name, _arguments(settings.engine_args, "engine_args"), settings.concurrency)
    return None


def is_named(settings: ModelSettings) -> bool:
    """Whether the settings name a model at all."""
    return bool(settings.name or settings.base_urls)


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"--base-url {url}: is no URL like http://localhost:8000/v1")
    if parts.username or parts.password:
        raise SettingsError(f"--base-url: keep the password out of the URL; set {API_KEY} in the environment")
    return url


def _arguments(given: Sequence[str], option: str) -> dict[str, object]:
    """``["a=1", "b=x"]`` -> ``{"a": 1, "b": "x"}``."""
    arguments: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        name = name.strip().lstrip("-").replace("-", "_")
        if not equals or not name:
            raise SettingsError(f"model.{option}: {text!r} is not NAME=VALUE")
        if name in _SECRETS:
            raise SettingsError(
                f"model.{option}: {name} is a secret, and settings are written to files; use the environment"
            )
        try:
            arguments[name] = json.loads(value)
        except json.JSONDecodeError:
            arguments[name] = {"True": True, "False": False, "None": None}.get(value, value)
    return arguments
