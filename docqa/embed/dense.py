"""Dense embedders: sentence-transformers in this process, or an OpenAI-compatible ``/embeddings``.

Such as those of ``vllm serve``, Text Embeddings Inference, llama.cpp, Ollama.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import numpy as np

from docqa.embed import Vectors
from docqa.errors import ModelError, SettingsError
from docqa.settings import API_KEY

Prefixes = tuple[str, str]
"""What is put before a passage and before a question; e5 wants ``passage: `` and ``query: ``."""

BATCH = 64
"""Texts a request."""

AT_A_TIME = 8
"""Requests under way."""

TIMEOUT_S = 120.0
PATIENCE_S = 300.0
"""How long a request is sent again while the server fails."""


class InProcess:
    """A sentence-transformers model, by its folder or its Hugging Face name.

    Raises:
        SettingsError: sentence-transformers is not installed.
        ModelError: there is no such model.
    """

    def __init__(self, name: str, prefixes: Prefixes = ("", "")) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise SettingsError(
                f"--embedder {name} needs sentence-transformers: pip install sentence-transformers; or name a server "
                "with --embedder-url"
            ) from error
        self.name = _named(name, prefixes)
        self._prefixes = prefixes
        try:
            self._model: Any = SentenceTransformer(name)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"--embedder {name}: cannot be loaded ({error})") from error

    def embed(self, texts: Sequence[str], asked: bool = False) -> Vectors:
        """See ``Embedder``. The model's own prompts for questions and passages are used where it has them."""
        encode = self._model.encode_query if asked else self._model.encode_document
        made = encode([self._prefixes[asked] + text for text in texts], convert_to_numpy=True, show_progress_bar=False)
        return _unit(made)


class Endpoint:
    """A model behind ``{url}/embeddings``; ``name`` may be empty where the server has only one.

    Raises:
        ModelError: the server does not answer, or does not embed.
    """

    def __init__(self, url: str, name: str, prefixes: Prefixes = ("", "")) -> None:
        import httpx

        key = os.environ.get(API_KEY)
        self._http = httpx.Client(timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {key}"} if key else {})
        self._url, self._model, self._prefixes = url.rstrip("/"), name, prefixes
        self.name = _named(name or self._only(), prefixes)
        self.embed(["hello"], asked=True)

    def embed(self, texts: Sequence[str], asked: bool = False) -> Vectors:
        """See ``Embedder``."""
        wanted = [self._prefixes[asked] + text for text in texts]
        batches = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            return _unit(list(chain.from_iterable(pool.map(self._batch, batches))))

    def _batch(self, texts: Sequence[str]) -> list[list[float]]:
        data = self._post({"model": self._model, "input": list(texts), "encoding_format": "float"})
        try:
            rows = sorted(data["data"], key=lambda row: row["index"])
            vectors = [row["embedding"] for row in rows]
        except (KeyError, TypeError) as error:
            raise ModelError(f"{self._url}/embeddings: the reply holds no embeddings") from error
        if len(vectors) != len(texts):
            raise ModelError(f"{self._url}/embeddings: {len(vectors)} vectors came back for {len(texts)} texts")
        return vectors

    def _only(self) -> str:
        """The name of the one model that the server has."""
        import httpx

        try:
            served = [str(model["id"]) for model in self._http.get(f"{self._url}/models").json()["data"]]
        except httpx.HTTPError as error:
            raise ModelError(
                f"{self._url}: no server answers ({error}); check --embedder-url (it usually ends in /v1)"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{self._url}: does not say which models it has; name one with --embedder") from error
        if len(served) != 1:
            raise ModelError(f"{self._url}: serves {', '.join(served) or 'nothing'}; name one with --embedder")
        self._model = served[0]
        return served[0]

    def _post(self, body: dict[str, object]) -> Any:
        """One request, sent again with jittered exponential backoff while the server is busy or fails."""
        import httpx
        from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

        again = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_random_exponential(max=30),
            stop=stop_after_delay(PATIENCE_S),
            reraise=True,
        )
        try:
            for attempt in again:
                with attempt:
                    response = self._http.post(f"{self._url}/embeddings", json=body)
                    response.raise_for_status()
            return response.json()
        except httpx.HTTPStatusError as error:
            raise ModelError(_refused(self._url, error.response.status_code, error.response.text)) from error
        except (httpx.HTTPError, ValueError) as error:
            raise ModelError(
                f"{self._url}: no embeddings ({error or type(error).__name__}); check --embedder-url"
            ) from error


def _may_pass(error: BaseException) -> bool:
    """Whether a request that failed with ``error`` may succeed when it is sent again."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in (408, 425, 429) or error.response.status_code >= 500
    return isinstance(error, httpx.TimeoutException | httpx.RemoteProtocolError | httpx.ReadError)


def _refused(url: str, status: int, said: str) -> str:
    if status in (401, 403):
        return f"{url}: refuses the key; set {API_KEY} in the environment"
    if status == 404:
        return f"{url}: no /embeddings, or not this model; check --embedder-url (it usually ends in /v1) and --embedder"
    return f"{url}/embeddings: HTTP {status} ({said[:200].strip() or 'no reason given'})"


def _named(name: str, prefixes: Prefixes) -> str:
    return "|".join([name, *prefixes]) if any(prefixes) else name


def _unit(rows: Any) -> Vectors:
    vectors = np.asarray(rows, dtype=np.float32)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
    return unit
