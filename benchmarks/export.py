"""How long does writing a set take, and does its memory stay flat? Each format and file type in a process of its own.

    python -m benchmarks.export                                  # 1,000,000 rows
    python -m benchmarks.export --rows 10000 --file-type json

Its columns: ``seconds`` for making, formatting and writing the rows; ``x dumps`` is the processor time of that beside
the same rows made, formatted and written with ``json.dumps`` in a process that ran just before; ``MiB`` resident at the
peak.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from docqa.export import FORMATS, Format, format_row, write_rows
from docqa.records import Row
from docqa.settings import ExportSettings, FileType

SENTENCE = "Before the pump is started, the discharge valve shall be closed and the level of the oil shall be checked. "
ZH = "启动水泵之前，应当先关闭排出阀，并检查油位。"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--file-type", nargs="+", choices=get_args(FileType), default=get_args(FileType))
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)  # a format and a file type, in this process
    given = parser.parse_args()
    if given.measure:
        print(*_measured(given.rows, *given.measure))
        return
    print(f"{given.rows:,} rows")
    print(f"{'format':<12}{'file type':<10}{'rows':>11}{'seconds':>9}{'x dumps':>9}{'MiB':>7}{'file MB':>9}")
    for form in given.format:
        plain = _child(given.rows, form, "dumps")[1]
        for file_type in given.file_type:
            seconds, used, peak, size, count = _child(given.rows, form, file_type)
            line = f"{form:<12}{file_type:<10}{count:>11,.0f}{seconds:>9.1f}{used / plain:>9.2f}"
            print(f"{line}{peak:>7.0f}{size:>9.0f}", flush=True)


def _child(rows: int, form: str, file_type: str) -> list[float]:
    command = [sys.executable, "-m", "benchmarks.export", "--rows", str(rows), "--measure", form, file_type]
    return [float(number) for number in subprocess.check_output(command, text=True).split()]


def _measured(count: int, form: Format, file_type: str) -> tuple[float, float, float, float, int]:
    """Seconds, those of the processor, MiB at the peak, MB of the file, and rows in it."""
    with tempfile.TemporaryDirectory() as folder:
        start, used = time.perf_counter(), time.process_time()
        if file_type == "dumps":
            written, path = 0, Path(folder) / "rows"
            with path.open("w", encoding="utf-8") as file:
                for row in synthetic(count):
                    for made in format_row(row, form):
                        file.write(json.dumps(made, ensure_ascii=False) + "\n")
                        written += 1
        else:
            settings = ExportSettings.model_validate({"formats": (form,), "file_type": file_type})
            (listed,) = write_rows(synthetic(count), Path(folder), "train", settings)
            written, path = listed.rows, Path(folder) / listed.name
        seconds, used = time.perf_counter() - start, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return seconds, used, peak, path.stat().st_size / 1e6, written


def synthetic(count: int) -> Iterator[Row]:
    """Domain rows, every other one Chinese, each with a rejected answer."""
    for number in range(count):
        english = number % 2 == 0
        text = (SENTENCE if english else ZH) * (1 + number % 4)
        yield Row(
            instruction=f"What shall be done in step {number}?" if english else f"第{number}步应当做什么？",
            output=f"{text}{number}",
            language="en" if english else "zh",
            group=f"{number // 100:064x}",
            item_id=f"{number:016x}",
            chunk_ids=(f"{number // 4:016x}",),
            path=f"manuals/pump {number // 100}.pdf",
            pages=(1 + number % 50,),
            task_type="procedure/step",
            decision="grounded",
            rejected=f"{text}{number + 1}",
            rejected_by="number",
        )


if __name__ == "__main__":
    main()
