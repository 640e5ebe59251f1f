"""The sections of the settings, one a stage.

The descriptions are what ``docqa init`` writes as comments into docqa.toml, so they are written for the person who
edits that file.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Format = Literal["alpaca", "sharegpt", "messages", "preference", "kto"]
FileType = Literal["jsonl", "json", "parquet"]
Turns = Literal["conversations", "single"]


class Section(BaseModel):
    """Base of the sections: frozen, and strict about names, so that a misspelt setting is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ParseSettings(Section):
    """Files to documents."""

    workers: int = Field(0, ge=0, description="Worker processes; 0 means one a core.")
    timeout_s: float = Field(
        120.0, gt=0, description="Seconds that one file, or 32 pages of a PDF, may take before the worker is killed."
    )
    memory_mb: int = Field(4096, ge=256, description="Memory one worker may use, in MiB.")


class ChunkSettings(Section):
    """Documents to chunks."""

    max_tokens: int = Field(512, ge=32, description="Largest chunk, in tokens.")
    tokenizer: str = Field(
        "",
        description="Path of a tokenizer.json to count tokens with (needs the tokenizers package); "
        "empty: an estimate that is right for Chinese, too.",
    )


class ModelSettings(Section):
    """A model, and how to ask it."""

    name: str = Field(
        "",
        description="A folder or Hugging Face name for vLLM in this process, or the name that the servers of "
        "base_urls know; empty (and no base_urls): the embedded rules, without a model.",
    )
    base_urls: tuple[str, ...] = Field(
        (), description="OpenAI-compatible servers that serve the model, like http://localhost:8000/v1."
    )
    engine_args: tuple[str, ...] = Field(
        (), description='Options of vLLM in this process, like "tensor_parallel_size=2"; values are read as JSON.'
    )
    request_args: tuple[str, ...] = Field(
        (), description='What each request to a server carries besides, like "top_p=0.9"; values are read as JSON.'
    )
    concurrency: int = Field(
        0,
        ge=0,
        description="Calls under way at a time, a server; 0: 320, or a quarter more than vLLM in this process "
        "batches. Lower it for a server that answers a few at a time.",
    )
    send_seed: bool = Field(
        True, description="Whether requests carry a seed; false for vLLM's CPU build, which it kills."
    )
    timeout_s: float = Field(600.0, gt=0, description="Seconds a server may take for a reply before it is asked again.")
    deadline_s: float = Field(1800.0, gt=0, description="Seconds for a call, all its attempts together.")
    patience_s: float = Field(
        60.0, gt=0, description="Seconds a server may do nothing but fail before it counts as dead and the run ends."
    )


class GenerateSettings(Section):
    """Chunks to items."""

    methods: tuple[str, ...] = Field(
        (),
        description="What makes the items (`docqa methods`), each with the share of the chunks that it runs on: "
        '"tasks:0.2", your own as a Python file: "mine.py"; empty: self-qa with a model, extractive without.',
    )
    self_qa: Literal["two-stage", "single"] = Field(
        "two-stage",
        description="With a model: questions first, then each one's answer read from the text (two-stage); or "
        "everything in one call, about a third of the calls (single).",
    )
    questions: int = Field(0, ge=0, le=50, description="With a model: questions asked for a chunk; 0: by its size.")
    temperature: float = Field(0.7, ge=0, le=2, description="With a model: of the questions; answers are read at 0.")
    domain: str = Field("", description="With a model: the field of the documents, in a few words, for the prompts.")
    persona: str = Field("", description="With a model: who will ask, in a few words, for the prompts.")
    prompts: str = Field(
        "",
        description="With a model: folder with prompts to use instead of the shipped ones, as `docqa init --prompts` "
        "makes it; empty: the shipped ones.",
    )
    rounds: int = Field(
        0,
        ge=0,
        le=100,
        description="How often the methods that work from kept items (self-instruct, evolve, ...) run, each time with "
        "what was kept so far; 0: once, or with a target up to 20 times.",
    )
    target: int = Field(
        0, ge=0, description="Kept items to aim for: the rounds go on until there are so many; 0: none."
    )
    min_score: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Without a model: least measured precision a question template must have to be used, 0 to 1.",
    )
    timeout_s: float = Field(60.0, gt=0, description="Seconds one chunk may take before its worker is killed.")


class IndexSettings(Section):
    """Chunks to an index."""

    embedder: str = Field(
        "",
        description="Dense embedder: folder or Hugging Face name for sentence-transformers in this process, or the "
        "name that base_url knows; empty (and no base_url): TF-IDF and SVD, fitted on the corpus, without a model.",
    )
    base_url: str = Field("", description="Server with /embeddings for it, like http://localhost:8001/v1.")
    question_prefix: str = Field("", description='Put before each question, for models that want it: e5 has "query: ".')
    passage_prefix: str = Field("", description='Put before each chunk: e5 has "passage: ".')
    dense_weight: float = Field(
        0.2,
        ge=0,
        le=10,
        description="Weight of the vectors beside 1 for BM25; `python -m benchmarks.retrieval` shows what one does.",
    )


class VerifySettings(Section):
    """Items to verdicts."""

    passages: int = Field(
        0,
        ge=0,
        le=100,
        description="Passages that retrieval returns for a question; 0: 12 for the embedded reader, 5 for a model.",
    )
    policy: Literal["default", "strict", "lenient", "retrieval-only"] = Field(
        "default",
        description="What is kept: default (the table in the README), strict (only what its question alone finds), "
        "lenient (whatever its own page supports), retrieval-only (as strict, and the page is not asked).",
    )
    threshold: float = Field(
        0.6, gt=0, le=1, description="Least agreement of two answers, 0 to 1, that counts; a model says only 0 or 1."
    )
    samples: int = Field(
        0,
        ge=0,
        le=20,
        description="With a model: how often the answer of a kept item is read from its source again, at temperature "
        "0.7, to see whether these samples agree with it; 0: not at all.",
    )
    consistent: float = Field(0.6, gt=0, le=1, description="Least share of the samples that must agree.")
    min_logprob: float = Field(
        0.0,
        le=0,
        description="With a model: least mean log-probability of the tokens of its answer in free words, like -0.5; "
        "it keeps an item whatever the samples say; 0: not asked.",
    )
    known_share: float = Field(
        1.0, ge=0, le=1, description="Largest share of the kept items that the student may know already (known)."
    )


class CurateSettings(Section):
    """Which verified items are kept."""

    rouge_l: float = Field(
        0.7,
        gt=0,
        le=1,
        description="ROUGE-L F1 of question and answer together from which English items are duplicates.",
    )
    rouge_l_zh: float = Field(0.85, gt=0, le=1, description="The same for Chinese, where a token is one ideograph.")
    score: Literal["accuracy", "deita", "both", "none"] = Field(
        "accuracy",
        description="With a model: what it rates of each verified item, a call a chunk: the answer's accuracy, 1 to 5 "
        "(accuracy); the question's complexity and the answer's quality, 1 to 6 (deita); both, in two calls; or none.",
    )
    min_accuracy: float = Field(
        4.5, ge=1, le=5, description="Least accuracy that keeps an item; one that was not rated is kept."
    )
    min_complexity: float = Field(1.0, ge=1, le=6, description="The same for complexity; 1 drops none.")
    min_quality: float = Field(1.0, ge=1, le=6, description="The same for quality; 1 drops none.")
    min_coverage: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Least share of an answer's words that stand in its quotes or its question, with or without a "
        "model; 0 drops none.",
    )
    unanswerable_share: float = Field(
        0.05, ge=0, le=1, description="Largest share of the kept items that say that the documents hold no answer."
    )
    vary_openings: bool = Field(
        True, description='Whether questions that begin alike ("According to ...") are begun in other words.'
    )
    type_share: float = Field(
        0.75, gt=0, le=1, description="Largest share of the items that one task type may have; 1: no cap."
    )
    document_share: float = Field(1.0, gt=0, le=1, description="The same for one document.")
    opening_share: float = Field(
        0.5, gt=0, le=1, description="The same for questions of one language that begin with the same two words."
    )
    answer_share: float = Field(0.02, gt=0, le=1, description='The same for one answer, for example "Yes.".')
    length_share: float = Field(
        0.9, gt=0, le=1, description="The same for the bare, short, medium or long answers of one language."
    )

    meaning: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Cosine of two questions' vectors from which, within a document and with answers alike, they ask "
        "the same; 0: 0.85 with the embedded embedder and 1 with a dense one, for which it is not measured; 1: none.",
    )
    decontaminate: tuple[Path, ...] = Field(
        (),
        description="Test sets (jsonl, json, csv, tsv, txt or parquet): items that share 13 words or 20 ideographs in "
        "a row with one are dropped.",
    )

    @property
    def thresholds(self) -> dict[str, float]:
        """ROUGE-L F1 by language from which two texts are alike."""
        return {"en": self.rouge_l, "zh": self.rouge_l_zh}

    @property
    def floors(self) -> dict[str, float]:
        """The least scores, by name."""
        return {
            "accuracy": self.min_accuracy,
            "complexity": self.min_complexity,
            "quality": self.min_quality,
            "coverage": self.min_coverage,
        }


class BlendSettings(Section):
    """Domain rows and general rows to one set."""

    general: tuple[str | Path, ...] = Field(
        (),
        description="General instruction data: files (json, jsonl, csv, parquet) and datasets of the Hugging Face Hub "
        '(hf:NAME#SPLIT), with weights or without: "a.json:2".',
    )
    general_ratio: float = Field(
        0.1, ge=0, le=0.95, description="Share of what is written that is general, when general data is given."
    )
    ratio_by: Literal["rows", "tokens"] = Field(
        "rows", description="What the share is a share of: rows, or tokens as chunk.tokenizer counts them."
    )
    general_repeat: bool = Field(
        False, description="Whether general rows may be used more than once when there are too few."
    )
    mix: Literal["shuffle", "interleave", "blocks"] = Field(
        "shuffle",
        description="Order of the rows: shuffle, interleave (general rows at even distances), or blocks (the domain "
        "first).",
    )


class ExportSettings(Section):
    """How the set is written."""

    formats: tuple[Format, ...] = Field(
        ("alpaca",),
        min_length=1,
        description="alpaca, sharegpt, messages, preference, kto; the first one's files have the plain names.",
    )
    file_type: FileType = Field("jsonl", description="jsonl, json (one array) or parquet.")
    system: str = Field("", description="System prompt of the domain rows.")
    context: Literal["none", "input"] = Field(
        "none",
        description="What a domain row is answered from: none (closed book), or the text of its chunk in input "
        "(reading comprehension).",
    )
    turns: Turns = Field(
        "conversations",
        description="conversations: the turns of one are a row, in the formats that hold it (sharegpt, messages); "
        "single: each is a row with a question that stands alone, as in the other formats.",
    )
    provenance: bool = Field(True, description="Whether rows have columns to trace them by; trainers ignore them.")
    val_share: float = Field(
        0.1, ge=0, le=0.5, description="Share of the rows held out in val.jsonl, whole documents at a time."
    )
    license: str = Field(
        "other",
        description="Licence of the set as Hugging Face names it; it is yours to know what your documents allow.",
    )
