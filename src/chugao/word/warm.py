"""One LibreOffice kept warm, for a server or a batch that prints file after file.

In: the bytes of a Word file, one at a time.  Out: its PDF.

A second `soffice` with the same profile hands its order to the first over a socket and costs 20 ms, so neither UNO nor
its Python is needed.  The first ends itself after an order unless a document stands open in it: hence the empty one.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from chugao.errors import ChugaoError, InputError
from chugao.shipped import shipped

_START_S = 90
_DOCUMENT_S = 60
"""A document that takes longer has hung the process."""
_MOST_DOCUMENTS = 200
"""After so many the process is started anew: it grows with every file."""
_OFFICES = ("soffice", "libreoffice")


def office() -> str | None:
    """The LibreOffice of this machine; None when there is none."""
    return next((found for name in _OFFICES if (found := shutil.which(name))), None)


def required_office() -> str:
    """The same; raises `InputError` where there is none."""
    if found := office():
        return found
    raise InputError(
        "本机没有 LibreOffice，出不了 PDF。请安装 libreoffice-writer 后重试，或用 chugao export --html 出网页预览。"
    )


def order(program: str, profile: Path, folder: Path, files: list[Path]) -> list[str]:
    """The command that turns files into PDFs in `folder`."""
    return [*_begun(program, profile), "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]


def _begun(program: str, profile: Path) -> list[str]:
    return [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo"]


def environment() -> dict[str, str]:
    """With our aliases, so that 仿宋_GB2312 becomes a 仿宋 and not whatever comes first."""
    return {**os.environ, "FONTCONFIG_FILE": str(shipped("templates") / "word" / "fonts.conf")}


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all it started: soffice is a script."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class WarmOffice:
    """A LibreOffice held open in a profile of its own; started when first needed, and anew when it hangs or dies.

    One order at a time; threads wait for each other.
    """

    def __init__(self, document_s: float = _DOCUMENT_S, most_documents: int = _MOST_DOCUMENTS) -> None:
        self.program = required_office()
        self.starts = 0
        self._document_s = document_s
        self._most = most_documents
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._home: Path | None = None
        self._printed = 0

    def __enter__(self) -> "WarmOffice":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def pdf(self, content: bytes) -> bytes | None:
        """A file as PDF; None when it cannot be set even by a fresh process."""
        with self._lock:
            return self._tried(content) or self._tried(content)

    @property
    def process_id(self) -> int | None:
        """Of the process and of the group of all it started; None while none runs."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the process; the next order starts another."""
        with self._lock:
            self._stop()

    def _tried(self, content: bytes) -> bytes | None:
        if not self._ready() or self._printed >= self._most:
            self._stop()
            self._start()
        assert self._home is not None
        self._printed += 1
        source = self._home / f"{self._printed}.docx"
        source.write_bytes(content)
        printed = source.with_suffix(".pdf")
        asked = subprocess.Popen(
            order(self.program, self._home / "profile", self._home, [source]),
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            asked.wait(self._document_s)
            return printed.read_bytes()
        except (subprocess.TimeoutExpired, OSError):
            end(asked)
            self._stop()
            return None
        finally:
            source.unlink(missing_ok=True)
            printed.unlink(missing_ok=True)

    def _ready(self) -> bool:
        """Whether the process is there and holds its empty document open."""
        if self._process is None or self._process.poll() is not None or self._home is None:
            return False
        return (self._home / ".~lock.empty.txt#").exists()

    def _start(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="chugao-office-"))
        empty = self._home / "empty.txt"
        empty.write_bytes(b"")
        self._process = subprocess.Popen(
            [*_begun(self.program, self._home / "profile"), str(empty)],
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        # When we are killed outright nobody else would end it: a shell waits for the end of its own input.
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", 'read _; kill -9 -"$1" 2>/dev/null; rm -rf "$2"', "sh", str(self._process.pid),
             str(self._home)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.starts += 1
        self._printed = 0
        deadline = time.monotonic() + _START_S
        while not self._ready():
            if time.monotonic() > deadline or self._process.poll() is not None:
                self._stop()
                raise ChugaoError(
                    "LibreOffice 起不来，出不了 PDF。请在命令行运行 soffice --headless 看它报什么，再重试。"
                )
            time.sleep(0.05)

    def _stop(self) -> None:
        if self._process is not None:
            end(self._process)
        if self._guard is not None:
            end(self._guard)
            if self._guard.stdin is not None:
                self._guard.stdin.close()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
        self._process = self._guard = self._home = None
