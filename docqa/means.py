"""What did the work of a run: the models, their prompts, and what they were asked."""

from collections.abc import Mapping

from pydantic import Field

from docqa.records import Record


class Usage(Record):
    """What a model was asked. Another run of the same command has other counts, so no file of the set holds them.

    Attributes:
        calls: replies received; ``remembered`` ones came from the store instead.
        retries: calls sent again after a fault or an unreadable reply.
        prompt_tokens, completion_tokens: in and out; ``cached_tokens`` of those in came from the prefix cache.
        seconds: since the first call.
    """

    calls: int = 0
    remembered: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0

    def with_more(self, other: "Usage") -> "Usage":
        """This and what another model was asked meanwhile."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        return Usage(**{**counts, "seconds": max(self.seconds, other.seconds)})

    def __str__(self) -> str:
        cached = self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0
        return (
            f"{self.calls:,} calls, {self.remembered:,} remembered, {self.retries:,} retries; "
            f"tokens {self.prompt_tokens:,} in ({cached:.0%} cached), {self.completion_tokens:,} out, "
            f"{self.completion_tokens / max(self.seconds, 1e-9):,.0f}/s"
        )


class Means(Record):
    """What did the work of a run.

    Attributes:
        models: by role (``generator``, ``reader``, ``embedder``, ...).
        prompts: the versions (hashes) of the prompts that were used, by file.
        scores: the names of those that a model was asked for.
        not_done: steps that the backend cannot do, each in a few words.
        notes: what a reader of the set should know about it, a sentence each.
        usage: what a model was asked; None without one.
    """

    models: Mapping[str, str] = Field(default_factory=dict)
    prompts: Mapping[str, str] = Field(default_factory=dict)
    scores: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    usage: Usage | None = None
