"""PDF and pictures of Word files, by the LibreOffice of this machine, for a look and for the judge.

In: the bytes of Word files.  Out: PDFs, PNGs of pages, and which faces stood in for the official ones.

One process sets a whole batch: starting costs more than setting.  It runs in a profile of its own and is ended when it
hangs.  A process kept open over UNO is no faster and dies of the first file with comments (LibreOffice 7.4), so none is.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chugao.config import shipped
from chugao.errors import ChugaoError, InputError

_START_S = 60
_DOCUMENT_S = 60
"""A document that takes longer has hung the process."""
_OFFICES = ("soffice", "libreoffice")


class Preview(NamedTuple):
    """A file as it looks on this machine."""

    pdf: bytes
    faces: tuple[str, ...]
    """Names of the faces the PDF really uses."""


def office() -> str | None:
    """The LibreOffice of this machine; None when there is none."""
    return next((found for name in _OFFICES if (found := shutil.which(name))), None)


def preview(files: Sequence[bytes]) -> list[Preview]:
    """Word files as PDF, all by one process.

    Raises `InputError` where LibreOffice is missing or cannot set a file.
    """
    program = office()
    if program is None:
        raise InputError(
            "本机没有 LibreOffice，出不了 PDF。请安装 libreoffice-writer 后重试，或用 chugao export --html 出网页预览。"
        )
    with tempfile.TemporaryDirectory(prefix="chugao-pdf-") as folder:
        for number, content in enumerate(files):
            (Path(folder) / f"{number}.docx").write_bytes(content)
        for _ in range(2):  # a process that died of one file is started once more for what is left
            if waiting := [n for n in range(len(files)) if not (Path(folder) / f"{n}.pdf").exists()]:
                _set(program, Path(folder), waiting)
        return [_read(Path(folder) / f"{number}.pdf", number) for number in range(len(files))]


def _set(program: str, folder: Path, numbers: Sequence[int]) -> None:
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nologo", "--convert-to", "pdf", "--outdir", str(folder)),
        *(str(folder / f"{number}.docx") for number in numbers),
    ]
    process = subprocess.Popen(
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(_START_S + _DOCUMENT_S * len(numbers))
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # soffice is a script: what it started goes too
            process.wait()


def _environment() -> dict[str, str]:
    """With our aliases, so that 仿宋_GB2312 becomes a 仿宋 and not whatever comes first."""
    return {**os.environ, "FONTCONFIG_FILE": str(shipped("templates") / "word" / "fonts.conf")}


def _read(pdf: Path, number: int) -> Preview:
    try:
        content = pdf.read_bytes()
    except OSError:
        raise InputError(f"第{number + 1}份文件排不出 PDF。请用 Word 或 WPS 打开看是否完好，另存一份再试。") from None
    return Preview(content, faces_of(content))


def pictures(pdf: bytes, dots_per_inch: int = 96) -> list[bytes]:
    """A PNG of each page."""
    import io

    out = []
    with _opened(pdf) as document:
        for page in document:
            picture = io.BytesIO()
            page.render(scale=dots_per_inch / 72).to_pil().save(picture, format="PNG", optimize=True)
            out.append(picture.getvalue())
    return out


def faces_of(pdf: bytes) -> tuple[str, ...]:
    """Names of the faces a PDF embeds, without the six letters of a subset."""
    import re

    # LibreOffice writes font descriptors outside compressed streams.
    found = re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([!-'*-.0-;=?-Z\\^-z|~]{1,80})", pdf)
    return tuple(sorted({name.decode("ascii", "replace") for name in found}))


def _opened(pdf: bytes) -> Any:
    import contextlib

    import pypdfium2

    try:
        return contextlib.closing(pypdfium2.PdfDocument(pdf))
    except pypdfium2.PdfiumError:
        raise ChugaoError("生成的 PDF 读不了。请重试一次；仍不行请更新 LibreOffice。") from None
