"""The errors docqa raises on purpose.

    DocqaError                  anything below; the command line prints its message, without a traceback
    ├── SettingsError           a setting, flag or input that cannot be used; nothing was started
    ├── ParseError              one file, or one window of its pages, that cannot be read
    ├── WorkerError             a worker process was stopped: it hung, crashed or took too much memory
    ├── MethodError             a method could make nothing of one chunk
    ├── ModelError              the model or its server cannot be used, or is gone; everything finished is kept
    ├── CallError               one call to a model failed for good
    ├── StoreError              the run folder's memo cannot be opened or is held by another run
    ├── BlendError              the mix that was asked for cannot be made from the rows there are
    └── HubError                the Hugging Face Hub did not take the set; its files are written

A message names the file or setting, says what is wrong, and says what to do.
"""


class DocqaError(Exception):
    """Base of every error that docqa raises on purpose."""


class SettingsError(DocqaError):
    """A setting, flag or input cannot be used; nothing was started."""


class ParseError(DocqaError):
    """A file cannot be read.

    Args:
        message: what is wrong and what to do, without the file's name.
        kind: a short word to count by: ``encrypted``, ``damaged``, ``empty``, ``wrong-type``, ``unreadable``,
            ``unsupported``, ``timeout``, ``crash``, ``memory``.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class WorkerError(DocqaError):
    """A call in a worker process was stopped.

    Args:
        message: what happened and what to do.
        kind: ``timeout``, ``crash`` or ``memory``.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class MethodError(DocqaError):
    """A method could make nothing of one chunk, because of a fault of its own; it may of others."""

    kind = "method"


class ModelError(DocqaError):
    """The model or its server cannot be used at all, or is gone. What was finished is kept."""


class CallError(DocqaError):
    """One call to a model failed for good; others may succeed.

    Args:
        message: what happened, with the head of the reply if there was one.
        kind: ``unusable`` (a reply that cannot be read), ``timeout``, ``refused`` (the server will not answer this
            prompt) or ``fault`` (errors and cut connections, more often than they are retried).
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class StoreError(DocqaError):
    """The run folder's memo cannot be opened, or another run holds it."""


class BlendError(DocqaError):
    """The mix that was asked for cannot be made from the rows there are."""


class HubError(DocqaError):
    """The Hugging Face Hub cannot be reached, or did not take the set; its files are written."""
