"""Broken and hostile files: one clear refusal each, soon, and in little memory."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chugao.documents.reading import read_bytes
from chugao.documents.sheets import read_sheets
from chugao.documents.structure import understand
from chugao.errors import InputError
from tests.broken_files import bombs, broken_file


def read_whatever(name: str, data: bytes, folder: Path) -> str:
    """ "" when it was read, the refusal when not; anything else escapes."""
    try:
        if name.endswith(".xlsx"):
            path = folder / name
            path.write_bytes(data)
            read_sheets(path)
        else:
            understand(read_bytes(data, name, ocr=False))
    except InputError as refused:
        return str(refused)
    return ""


def judged(numbers: range, folder: Path) -> tuple[int, int]:
    """(files read, files refused) of those numbers; fails at the first that does neither, or takes too long."""
    read = refused = 0
    for number in numbers:
        name, data = broken_file(number)
        began = time.process_time()
        told = read_whatever(name, data, folder)
        assert time.process_time() - began < 5, name
        if told:
            assert name in told, (name, told)
            assert "请" in told, (name, told)
            refused += 1
        else:
            read += 1
    return read, refused


def test_three_hundred_broken_files_are_read_or_refused_in_chinese(tmp_path: Path):
    read, refused = judged(range(300), tmp_path)

    assert read + refused == 300
    assert read > 20, "the files are so broken that nothing is tried"
    assert refused > 100, "the files are not broken enough"


@pytest.mark.soak
def test_ten_thousand_broken_files_are_read_or_refused(tmp_path: Path):
    assert sum(judged(range(1000, 11_000), tmp_path)) == 10_000


# Measures itself: what the guard adds to the memory of a process that holds the file already.
_WEIGHED = """
import json, resource, sys, time
from chugao.documents.guard import guard_bytes
from chugao.errors import UploadRejected
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
try:
    guard_bytes(data, "弹.docx")
    told = ""
except UploadRejected as refused:
    told = str(refused)
spent = time.process_time() - began
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps({"told": told, "seconds": spent, "megabytes": grown}))
"""


def test_each_bomb_is_refused_at_once_and_in_little_memory():
    for what, data in bombs().items():
        child = subprocess.run([sys.executable, "-c", _WEIGHED], input=data, capture_output=True, check=True)
        found = json.loads(child.stdout)

        assert "弹.docx" in found["told"], what
        assert found["seconds"] < 1, (what, found)
        assert found["megabytes"] < 64, (what, found)
