"""What came back from use, into the run that it came from: the set is made again, with it."""

from pathlib import Path

from docqa import feedback, pipeline
from docqa.corpus import read_again
from docqa.errors import SettingsError
from docqa.models.chat import ChatModel
from docqa.progress import Progress
from docqa.records import QAItem
from docqa.runfolder import MEMO, read_records
from docqa.settings import Settings
from docqa.store import Store
from docqa.summary import FedBack, counted


def feed_back(
    run: Path, file: Path, settings: Settings, progress: Progress | None = None, model: ChatModel | None = None
) -> FedBack:
    """Add the rows of ``file`` to what came back to the run folder ``run``, and make its set again.

    The documents are those that the run read, and are not needed again. Nothing that was finished is asked twice, and
    rows that are there already change nothing.

    Raises:
        SettingsError: ``run`` is not the folder of a finished run, or the file or a row of it cannot be used.
        StoreError, ModelError, BlendError: as ``pipeline.run``; what came back is kept, and the next run takes it in.
    """
    if not (run / MEMO).is_file():
        raise SettingsError(f"{run}: there is no run in it; give the folder of a finished `docqa run`")
    given = feedback.read(file)
    if not given:
        raise SettingsError(f"{file}: there are no rows in it; give question, answer and thumbs, or a correction")
    with Store(run / MEMO) as store:
        read_again(store, run)
    new = feedback.store(run, given)
    summary = pipeline.again(run, settings, progress, model)
    items = [item for item in read_records(run / "items.jsonl", QAItem) if item.origin.method == feedback.NAME]
    return FedBack(
        rows=len(given),
        new=new,
        kept=counted(item.task_type.partition("/")[2] for item in items if item.kept),
        dropped=counted(item.reason.partition(":")[0] for item in items if not item.kept),
        run=summary,
    )
