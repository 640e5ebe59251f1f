"""A set's files -> a dataset on the Hugging Face Hub."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from docqa.errors import HubError, SettingsError

TOKEN = "HF_TOKEN"
"""The environment variable with the Hub's token; it is read from nowhere else and written nowhere."""


def check_pushable() -> None:
    """Say what is missing before anything is done.

    Raises:
        SettingsError: huggingface_hub is not installed, or there is no token.
    """
    if find_spec("huggingface_hub") is None:
        raise SettingsError("--push-to-hub needs huggingface_hub: pip install 'docqa[hub]'")
    if not os.environ.get(TOKEN):
        raise SettingsError(f"--push-to-hub needs a token that may write, in the environment variable {TOKEN}")


def push(folder: Path, names: Sequence[str], dataset: str) -> str:
    """Send the files ``names`` of ``folder`` to ``dataset`` (``user/name``) in one commit, and return its address.

    A dataset that is not there is made private: it is for its owner to publish what came out of their documents.

    Raises:
        SettingsError: as ``check_pushable``.
        HubError: the Hub cannot be reached or refuses.
    """
    check_pushable()
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    # Its base is the HTTP client's own error, whichever client this version of huggingface_hub has.
    failures: tuple[type[Exception], ...] = (HfHubHTTPError.__mro__[1], HFValidationError, OSError)
    api = HfApi(token=os.environ[TOKEN])
    try:
        repository = api.create_repo(dataset, repo_type="dataset", private=True, exist_ok=True)
        api.upload_folder(
            repo_id=repository.repo_id,
            repo_type="dataset",
            folder_path=folder,
            allow_patterns=list(names),
            commit_message="Set made with docqa",
        )
    except failures as error:
        raise HubError(f"{dataset}: the Hub did not take it ({error}); the files are in {folder}") from error
    return str(repository)
