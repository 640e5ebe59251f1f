"""vLLM in this process: no server to start, no port, and the engine stops when docqa does.

The engine itself runs in a child process that vLLM starts, so the event loop here stays free. It is asked for the batch
sizes of offline work (1024 sequences at once on an H100, where the other default is 128), keeps its prefix cache, and
holds every reply to its schema.

Three things of vLLM's are set right. The engine outlives a docqa that was killed, and holds the accelerator's memory
for good: here it ends with it. Ctrl-C goes to both: here it goes to docqa alone, which stops the engine in order. And
Ctrl-C while a model is loaded is swallowed, after which vLLM waits for ten minutes: here it ends at once.
"""

import asyncio
import dataclasses
import difflib
import itertools
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from docqa.errors import CallError, ModelError
from docqa.models.chat import Completion, Prompt, schema_text

if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.v1.engine.async_llm import AsyncLLM

NOT_INSTALLED = (
    "vLLM is not installed: pip install 'docqa[vllm]' on a machine with a GPU, or talk to a server with --base-url"
)

OVERFULL = 1.25
"""Calls under way for each sequence the engine runs at once, so that it never waits for docqa (320 for 256)."""

ENVIRONMENT = {
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_NO_USAGE_STATS": "1",  # what docqa reads is nobody else's business, and neither is that it reads
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "TQDM_DISABLE": "1",
}
"""Set before vLLM is imported, where the user has not set them."""

ENGINE_ARGS: Mapping[str, object] = {
    "enable_prefix_caching": True,
    "disable_log_stats": True,
    "use_tqdm_on_load": False,
}
"""What docqa asks of the engine, where the user does not say otherwise."""

STRUCTURED_OUTPUTS: Mapping[str, object] = {"backend": "xgrammar", "disable_any_whitespace": True}
"""Without the second, a weak model fills its reply with blanks, which every JSON schema allows."""


class InProcess:
    """The model ``name``, a folder or a name on Hugging Face, in a vLLM engine of our own; a ``ChatModel``.

    Args:
        engine_args: vLLM's engine arguments (``max_model_len``, ``tensor_parallel_size``, ...).
        concurrency: calls under way; 0 for ``OVERFULL`` times what the engine runs at once.
    """

    def __init__(self, name: str, engine_args: Mapping[str, object], concurrency: int) -> None:
        self.name = name
        self.concurrency = concurrency
        self.retries = 0
        self.kv_tokens = 0
        self._engine_args = engine_args
        self._engine: AsyncLLM | None = None
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokenizer")
        self._write: Callable[[Prompt[BaseModel]], list[int]] | None = None
        self._defaults: dict[str, object] = {}
        self._seeds = True
        self._ids = itertools.count()

    @property
    def notes(self) -> Sequence[str]:
        """Whether seeds had to be left out."""
        if self._seeds:
            return []
        return ["vLLM on a CPU takes no seeds; replies above temperature 0 differ from run to run"]

    # ------------------------------------------------------------------------------------------------- starting

    async def start(self) -> None:
        """Load the model. The event loop stands still meanwhile; Ctrl-C ends it all the same.

        Raises:
            ModelError: vLLM is not installed, an argument is wrong, or the model cannot be loaded.
        """
        for variable, value in ENVIRONMENT.items():
            os.environ.setdefault(variable, value)
        with _interruptible():
            self._load()

    def _load(self) -> None:
        try:
            from vllm.engine.arg_utils import AsyncEngineArgs
            from vllm.platforms import current_platform
        except ImportError as error:
            raise ModelError(NOT_INSTALLED if error.name == "vllm" else f"vLLM cannot be imported: {error}") from error
        _check_names(self._engine_args, [field.name for field in dataclasses.fields(AsyncEngineArgs)])
        _check_folder(self.name)
        self._seeds = not current_platform.is_cpu()
        self._engine = _started(self.name, AsyncEngineArgs, _resolved(self.name, self._engine_args))
        config = self._engine.vllm_config
        blocks = config.cache_config.num_gpu_blocks or 0
        self.kv_tokens = blocks * config.cache_config.block_size
        self.concurrency = self.concurrency or int(OVERFULL * config.scheduler_config.max_num_seqs)
        self._defaults = _sampling_defaults(config.model_config)
        self._write = _writer(self._engine.get_tokenizer())

    # --------------------------------------------------------------------------------------------------- calling

    async def complete(self, prompt: Prompt[BaseModel], seed: int) -> Completion:
        """Complete one prompt.

        Raises:
            CallError: the prompt is longer than the model's context, or the engine failed at this call.
            ModelError: the engine is dead.
        """
        from vllm.exceptions import VLLMClientError
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        assert self._engine is not None
        assert self._write is not None
        tokens = await asyncio.get_running_loop().run_in_executor(self._reader, self._write, prompt)
        self._check_length(len(tokens))
        try:
            return await self._generate(tokens, self._sampling(prompt, seed))
        except EngineDeadError as error:
            raise self._death() from error
        except EngineGenerateError as error:
            if self._engine.errored:
                raise self._death() from error
            raise CallError(f"the engine failed at this call: {_reason(error.__cause__ or error)}", "fault") from error
        except VLLMClientError as error:
            raise CallError(f"the engine refuses this call: {_reason(error)}", "refused") from error

    async def _generate(self, tokens: list[int], sampling: "SamplingParams") -> Completion:
        assert self._engine is not None
        # "type" marks a prompt that is ready for the engine; one without it is tokenized again, with a warning.
        ready: Any = {"type": "token", "prompt_token_ids": tokens}
        results = [found async for found in self._engine.generate(ready, sampling, f"docqa-{next(self._ids)}")]
        output = results[-1].outputs[0]
        if output.finish_reason not in ("stop", "length"):
            raise CallError(f"the engine broke off this call ({output.finish_reason})", "fault")
        total = output.cumulative_logprob
        return Completion(
            text=output.text,
            finish="length" if output.finish_reason == "length" else "stop",
            prompt_tokens=len(tokens),
            completion_tokens=len(output.token_ids),
            cached_tokens=results[-1].num_cached_tokens or 0,
            logprob=None if total is None else total / max(1, len(output.token_ids)),
        )

    def _sampling(self, prompt: Prompt[BaseModel], seed: int) -> "SamplingParams":
        """How to sample: as the model's makers recommend, as a server does it, but at the prompt's temperature."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

        asked: dict[str, Any] = {
            **self._defaults,
            "temperature": prompt.temperature,
            "max_tokens": prompt.max_tokens,
            "output_kind": RequestOutputKind.FINAL_ONLY,
        }
        if prompt.free:
            asked["logprobs"] = 0  # of the tokens it chose, and no others
        else:
            asked["structured_outputs"] = StructuredOutputsParams(json=schema_text(prompt.reply))
        if self._seeds and prompt.temperature > 0:
            asked["seed"] = seed  # the CPU's engine dies of one: "CPU Generator does not use offset"
        return SamplingParams(**asked)

    def _check_length(self, tokens: int) -> None:
        assert self._engine is not None
        context = self._engine.vllm_config.model_config.max_model_len
        if tokens >= context:
            raise CallError(
                f"the prompt is too long ({tokens} tokens; the model's context is {context}); "
                "lower chunk.max_tokens or verify.passages",
                "refused",
            )

    def _death(self) -> ModelError:
        return ModelError(
            f"{self.name}: vLLM's engine is dead; its last words stand above. What was finished is kept: "
            "start the same command again"
        )

    async def close(self) -> None:
        """Stop the engine and wait until its process is gone."""
        engine, self._engine = self._engine, None
        self._reader.shutdown(wait=False, cancel_futures=True)
        if engine is not None:
            engine.shutdown()
            await asyncio.sleep(0)  # its output task is cancelled and has to be let go


# ----------------------------------------------------------------------------------- the model and its arguments


def _check_names(given: Mapping[str, object], known: Sequence[str]) -> None:
    """Refuse an engine argument that vLLM does not have, and name those that are spelt like it."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name.replace("-", "_"), known, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise ModelError(f"vLLM has no engine argument {name}{hint}")


def _check_folder(name: str) -> None:
    """Refuse a path without a model, which vLLM would look for on Hugging Face, for half a minute without a network."""
    path = Path(name).expanduser()
    if not path.exists() and name.startswith(("/", ".", "~")):
        raise ModelError(f"{name}: there is no such folder; give a model's folder or its name on Hugging Face")
    if path.is_dir() and not any((path / file).exists() for file in ("config.json", "params.json")):
        raise ModelError(f"{name}: holds no config.json, so it is no model's folder")


def _resolved(name: str, given: Mapping[str, object]) -> dict[str, Any]:
    """All engine arguments: docqa's own, then the user's."""
    model = str(Path(name).expanduser()) if name.startswith("~") else name
    asked = given.get("structured_outputs_config") or {}
    outputs = {**STRUCTURED_OUTPUTS, **asked} if isinstance(asked, Mapping) else asked
    return {**ENGINE_ARGS, **given, "model": model, "structured_outputs_config": outputs}


def _started(name: str, make: Callable[..., Any], engine_args: Mapping[str, object]) -> "AsyncLLM":
    """Start the engine."""
    from vllm.usage.usage_lib import UsageContext
    from vllm.v1.engine.async_llm import AsyncLLM

    _guard()
    try:
        return AsyncLLM.from_engine_args(make(**engine_args), usage_context=UsageContext.LLM_CLASS)
    except Exception as error:  # whatever vLLM, transformers, torch and pydantic raise: there is no model without it
        reason = _reason(error)
        if "Engine core initialization failed" in reason:  # in another process, which has told the terminal alone
            reason = "its engine did not start; the first error above says why"
        raise ModelError(f"{name}: vLLM cannot load this model: {reason}") from error


def _reason(error: BaseException, longest: int = 400) -> str:
    """An error's message on one line; its type where it has none."""
    said = str(error)
    if isinstance(error, ValidationError):  # without the value, the link and the count that pydantic puts around it
        said = "; ".join(": ".join([*map(str, part["loc"][:1]), part["msg"]]) for part in error.errors())
    said = " ".join(said.split()) or type(error).__name__
    return said if len(said) <= longest else f"{said[:longest]}…"


def _sampling_defaults(model_config: Any) -> dict[str, object]:
    """``top_p``, ``top_k`` and the like from the model's generation_config.json, as vLLM's server uses them."""
    recommended = dict(model_config.get_diff_sampling_param())
    return {name: value for name, value in recommended.items() if name not in ("temperature", "max_tokens")}


# ---------------------------------------------------------------------------------------------------- the prompt


def _writer(tokenizer: Any) -> Callable[[Prompt[BaseModel]], list[int]]:
    """What turns a prompt into the model's tokens: its chat template, or the plain texts for a model without one.

    Some templates (Gemma's) refuse a system message; for them it stands at the head of the user's.
    """

    def chat(prompt: Prompt[BaseModel]) -> list[int]:
        return _templated(tokenizer, [("system", prompt.system), ("user", prompt.user)])

    def one_message(prompt: Prompt[BaseModel]) -> list[int]:
        return _templated(tokenizer, [("user", f"{prompt.system}\n\n{prompt.user}")])

    def plain(prompt: Prompt[BaseModel]) -> list[int]:
        return list(tokenizer.encode(f"{prompt.system}\n\n{prompt.user}\n\n"))

    trial = Prompt(system="system", user="user", reply=BaseModel, max_tokens=1)
    for write in (chat, one_message):
        try:
            write(trial)
        except Exception:  # a template is a program of the model's makers and raises what they like
            continue
        return write
    return plain


def _templated(tokenizer: Any, messages: Sequence[tuple[str, str]]) -> list[int]:
    """The tokens of a chat, up to where the reply begins; the template has put the special ones into the text."""
    text = tokenizer.apply_chat_template(
        [{"role": role, "content": content} for role, content in messages],
        add_generation_prompt=True,
        enable_thinking=False,
        tokenize=False,
    )
    return list(tokenizer.encode(text, add_special_tokens=False))


# ----------------------------------------------------------------------------------------- the engine's process

_run_engine_core: Callable[..., None] | None = None


def _guard() -> None:
    """Have vLLM start its engine through ``_engine``; a vLLM that is built otherwise does without."""
    global _run_engine_core
    from vllm.v1.engine import core

    process: Any = getattr(core, "EngineCoreProc", None)
    if _run_engine_core is None and hasattr(process, "run_engine_core"):
        _run_engine_core = process.run_engine_core
        process.run_engine_core = staticmethod(_engine)


class _InterruptError(BaseException):
    """Ctrl-C, by a name that vLLM does not catch: its ``zmq_socket_ctx`` swallows a KeyboardInterrupt."""


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end what blocks the event loop; asyncio would have it wait for the next ``await``."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (None, signal.SIG_IGN):
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    except _InterruptError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt(*_: object) -> None:
    raise _InterruptError


def _engine(*args: Any, **kwargs: Any) -> None:
    """Run the engine, in its own process, until docqa is gone."""
    run = _run_engine_core
    if run is None:  # a process that was spawned, not forked: nothing is patched in it
        from vllm.v1.engine.core import EngineCoreProc

        run = EngineCoreProc.run_engine_core
    os.setpgrp()
    threading.Thread(target=_end_with, args=(os.getppid(),), name="ends-with-docqa", daemon=True).start()
    run(*args, **kwargs)


def _end_with(parent: int) -> None:
    """End this process as soon as its parent is another one; vLLM's own workers end when it does."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
