"""Run one measurement in a process of its own, and end it and everything it started when its time is over.

In: the arguments after `python`, a limit.  Out: `Ended`: what its last line said as JSON, or what went wrong.

Surprise: ending the process is not enough.  A database server, an office suite or a web server it has started lives on,
and keeps whoever reads its output waiting; so output goes to files, and everything that carries this run's mark in its
environment is ended with it.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
_MARK = "EVAL_APART"
"""Not one of ours: what begins with CHUGAO_ is kept from processes that the tests' helpers start."""


class Ended(NamedTuple):
    """What came of one measurement."""

    told: Any
    """Its last line as JSON; None when there is none."""
    trouble: str
    wall_s: float


def run_apart(arguments: Sequence[str], limit_s: float) -> Ended:
    """What `python ARGUMENTS` says, from the folder of the repository."""
    mark, began = uuid.uuid4().hex, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        said, complained = Path(folder) / "out", Path(folder) / "err"
        with said.open("wb") as out, complained.open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=ROOT,
                env=os.environ | {_MARK: mark}, start_new_session=True,
            )  # fmt: skip
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return Ended(None, f"{limit_s:.0f}秒没有量完", time.monotonic() - began)
        finally:
            _end(process, mark)
        wall, lines = time.monotonic() - began, said.read_text(encoding="utf-8").strip().splitlines()
        trouble = (complained.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["没有说明"])[-1]
    if process.returncode or not lines:
        return Ended(None, f"退出码{process.returncode}：{trouble}"[:300], wall)
    return Ended(json.loads(lines[-1]), "", wall)


def _end(process: "subprocess.Popen[bytes]", mark: str) -> None:
    """End the process and what it left behind: asked first, forced after a second."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        left = [*_marked(mark), *([process.pid] if process.poll() is None else [])]
        for number in left:
            try:
                os.kill(number, sign)
            except ProcessLookupError:
                continue
        if not left:
            return
        time.sleep(1)
    process.wait(5)


def _marked(mark: str) -> Iterator[int]:
    """Processes that were started with this mark in their environment (Linux; elsewhere none is found)."""
    wanted = f"{_MARK}={mark}".encode()
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in place.read_bytes().split(b"\0"):
                yield int(place.parent.name)
        except OSError:
            continue
