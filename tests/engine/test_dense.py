"""Dense embedders for real: sentence-transformers in this process, and vLLM's own /embeddings."""

from pathlib import Path

import numpy as np
import pytest
from handmade import make_chunk

from docqa.embed import Embedder
from docqa.embed.dense import Endpoint, InProcess
from docqa.errors import ModelError
from docqa.index import Index

CHUNKS = [
    make_chunk("The temperature of the bearing must not exceed 120 °C."),
    make_chunk("Store the medicine between 2 and 8 degrees; check the cold chain every four hours."),
    make_chunk("启动水泵之前，应当先关闭吸入阀，并检查油位。", language="zh"),
]


def check(embedder: Embedder, folder: Path) -> None:
    """A model with random weights knows no meaning, but a text is nearest to itself, and an index is made with it."""
    texts = [chunk.text for chunk in CHUNKS]
    vectors = embedder.embed(texts)
    assert vectors.shape[0] == len(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert (embedder.embed(texts, asked=True) @ vectors.T).argmax(axis=1).tolist() == [0, 1, 2]
    index = Index.open_or_build(folder, CHUNKS, embedder, dense_weight=1.0)
    found = [index.search(text)[0].chunk_id for text in texts]
    assert found == [chunk.id for chunk in CHUNKS]
    index.close()
    again = Index.open_or_build(folder, CHUNKS, embedder, dense_weight=1.0)
    assert [again.search(text)[0].chunk_id for text in texts] == found
    again.close()


def test_sentence_transformers_in_this_process(tiny_model: Path, tmp_path: Path) -> None:
    check(InProcess(str(tiny_model)), tmp_path)


def test_a_model_that_there_is_not_is_an_error_that_names_the_flag(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="--embedder"):
        InProcess(str(tmp_path / "nothing"))


def test_the_endpoint_of_a_real_server(embeddings_server: str, tmp_path: Path) -> None:
    check(Endpoint(embeddings_server, ""), tmp_path)
