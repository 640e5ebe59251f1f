"""What a run meets on its way: the documents and their chunks, what was made of them, and what failed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from docqa.coverage import NO_QUESTION, ChunkOutline, Covered, cover
from docqa.errors import CallError, MethodError, ParseError, WorkerError
from docqa.records import Chunk, Document, Page, QAItem, Record


class Failure(Record):
    """A line of errors.jsonl: a file, a page, a chunk or a question of a chunk that failed, and why.

    ``method`` is what could not make items of the chunk; "" where something else failed.
    """

    what: str
    path: str
    kind: str
    message: str
    pages: tuple[int, ...] = ()
    chunk_id: str = ""
    question: str = ""
    method: str = ""

    @property
    def where(self) -> str:
        """The file, and the pages if it is not the whole file."""
        return f"{self.path}, page {', '.join(map(str, self.pages))}" if self.pages else self.path


@dataclass(frozen=True)
class _Outline:
    """What the card and coverage need of a document, without its text."""

    id: str
    path: str
    title: str
    language: str
    pages: tuple[Page, ...]
    warnings: tuple[str, ...]
    chunks: tuple[ChunkOutline, ...]


@dataclass
class Seen:
    """What a run has met so far.

    Attributes:
        made: items that rest on a chunk, by its id; one of several chunks counts for each.
        items: all that were made.
        drawn: ids of the chunks that some method ran on.
        unused: why nothing was made of a chunk that some method ran on.
        given: a file of somebody's that items were made of, and the rows it has; "" for none.
    """

    documents: list[_Outline] = field(default_factory=list)
    skipped_files: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    items: int = 0
    drawn: set[str] = field(default_factory=set)
    unused: str = NO_QUESTION
    given: tuple[str, int] = ("", 0)

    def document(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """A document was parsed and cut into ``chunks``."""
        outlines = tuple(ChunkOutline.of(chunk) for chunk in chunks)
        self.documents.append(
            _Outline(
                document.id,
                document.path,
                document.title,
                document.language,
                document.pages,
                document.warnings,
                outlines,
            )
        )
        for page in document.pages:
            if page.failed:
                self.failures.append(
                    Failure(what="page", path=document.path, kind="page", message=page.failed, pages=(page.number,))
                )

    def chunks_of_a_run(self, chunks: Sequence[Chunk]) -> None:
        """The chunks were read from the folder of a run: of its documents what they tell, pages without text aside."""
        by_document = defaultdict[str, list[Chunk]](list)
        for chunk in chunks:
            by_document[chunk.document_id].append(chunk)
        for document_id, own in by_document.items():
            first, numbers = own[0], sorted({page for chunk in own for page in chunk.pages})
            pages, outlines = tuple(Page(number=n) for n in numbers), tuple(ChunkOutline.of(chunk) for chunk in own)
            self.documents.append(_Outline(document_id, first.path, first.title, first.language, pages, (), outlines))

    def item_made(self, item: QAItem) -> None:
        """An item was made of its chunks."""
        self.made.update(item.chunk_ids)
        self.items += 1

    def row_failed(self, number: int, error: CallError, question: str = "") -> None:
        """Nothing could be made of a row of the file that was given."""
        message = f"row {number}: {error}"
        self.failures.append(
            Failure(what="row", path=self.given[0], kind=error.kind, message=message, question=question)
        )

    def rating_failed(self, error: CallError, question: str) -> None:
        """An item that rests on no chunk could not be rated."""
        failure = Failure(what="question", path=self.given[0], kind=error.kind, message=str(error), question=question)
        self.failures.append(failure)

    def file_failed(self, path: str, error: ParseError) -> None:
        """A file could not be read."""
        self.failures.append(Failure(what="file", path=path, kind=error.kind, message=str(error)))

    def call_failed(
        self, chunk: Chunk, error: CallError | MethodError | WorkerError, question: str = "", method: str = ""
    ) -> None:
        """A method could make no items from a chunk, or nothing could be found out about one question of it."""
        self.failures.append(
            Failure(
                what="question" if question else "chunk",
                path=chunk.path,
                kind=error.kind,
                message=str(error),
                pages=chunk.pages,
                chunk_id=chunk.id,
                question=question,
                method=method,
            )
        )

    def failed(self) -> list[Failure]:
        """The failures in the order of documents and chunks, whichever call was answered first."""
        chunks = [chunk.id for outline in self.documents for chunk in outline.chunks]
        places = {chunk_id: place for place, chunk_id in enumerate(chunks)}

        def order(failure: Failure) -> tuple[object, ...]:
            """Rows of a file that was given come in their order as it is."""
            question = "" if failure.what == "row" else failure.question
            return failure.path, places.get(failure.chunk_id, -1), failure.pages, failure.method, question

        return sorted(self.failures, key=order)

    def coverage(self) -> list[Covered]:
        """The state of every page and chunk; one that some method made items from is used."""
        failed = {
            failure.chunk_id: failure.message
            for failure in self.failed()
            if failure.chunk_id and not self.made[failure.chunk_id]
        }
        ids = {chunk.id for outline in self.documents for chunk in outline.chunks}
        return [
            state
            for outline in self.documents
            for state in cover(
                outline.path, outline.pages, outline.chunks, self.made, failed, ids - self.drawn, self.unused
            )
        ]
