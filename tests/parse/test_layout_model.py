"""The layout model takes the threads that its worker may have."""

import os
import subprocess
import sys

import pytest

THREADS = """
from docqa.parse import layout_model
layout_model.load()
import onnxruntime
print(onnxruntime.SessionOptions().intra_op_num_threads)
import pymupdf
page = pymupdf.open().new_page()
page.insert_text((72, 72), "Some text.")
page.get_layout()
print(page.layout_information is not None)
"""


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_layout_model_takes_the_threads_it_is_given(threads: str):
    environment = {**os.environ, "OMP_NUM_THREADS": threads}
    done = subprocess.run([sys.executable, "-c", THREADS], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [threads, "True"]
