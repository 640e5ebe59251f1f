"""PyMuPDF's layout model behind ``page.get_layout`` and ``page.find_tables``: in its wheel, offline, on the CPU."""

import os
from functools import cache


@cache
def load() -> None:
    """Load the model, with as many threads as OMP_NUM_THREADS says.

    ONNX Runtime does not read that variable: each worker would take a thread a core, which spin against each other, and
    PyMuPDF has no setting for it. So the options that it makes its sessions with are given the number here.
    """
    import onnxruntime

    threads = int(os.environ.get("OMP_NUM_THREADS") or 0)  # 0: a thread a core

    class Options(onnxruntime.SessionOptions):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.intra_op_num_threads = threads

    onnxruntime.SessionOptions = Options
    import pymupdf.layout  # noqa: F401 - it is there from then on
