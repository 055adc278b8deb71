"""PDF and pictures of Word files, by the LibreOffice of this machine, for a look and for the judge.

In: the bytes of Word files.  Out: PDFs, PNGs of pages, and which faces stood in for the official ones.

One process sets a whole batch: starting costs more than setting.  It runs in a profile of its own and is ended when it
hangs.  Who prints file after file hands in a `WarmOffice` that stays open.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chugao.errors import ChugaoError, InputError
from chugao.word.warm import WarmOffice, end, environment, office, order, required_office

_START_S = 60
_DOCUMENT_S = 60
"""A document that takes longer has hung the process."""


class Preview(NamedTuple):
    """A file as it looks on this machine."""

    pdf: bytes
    faces: tuple[str, ...]
    """Names of the faces the PDF really uses."""


def preview(files: Sequence[bytes], warm: WarmOffice | None = None) -> list[Preview]:
    """Word files as PDF, all by one process: `warm`, or one for these files alone.

    Raises `InputError` where LibreOffice is missing or cannot set a file.
    """
    if warm is not None:
        return [_read(warm.pdf(content), number) for number, content in enumerate(files)]
    program = required_office()
    with tempfile.TemporaryDirectory(prefix="chugao-pdf-") as folder:
        for number, content in enumerate(files):
            (Path(folder) / f"{number}.docx").write_bytes(content)
        for _ in range(2):  # a process that died of one file is started once more for what is left
            if waiting := [n for n in range(len(files)) if not (Path(folder) / f"{n}.pdf").exists()]:
                _set(program, Path(folder), waiting)
        return [_read(_content(Path(folder) / f"{number}.pdf"), number) for number in range(len(files))]


def _set(program: str, folder: Path, numbers: Sequence[int]) -> None:
    command = order(program, folder / "profile", folder, [folder / f"{number}.docx" for number in numbers])
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(_START_S + _DOCUMENT_S * len(numbers))
    except subprocess.TimeoutExpired:
        pass
    finally:
        end(process)


def _content(pdf: Path) -> bytes | None:
    try:
        return pdf.read_bytes()
    except OSError:
        return None


def _read(pdf: bytes | None, number: int) -> Preview:
    if pdf is None:
        raise InputError(f"第{number + 1}份文件排不出 PDF。请用 Word 或 WPS 打开看是否完好，另存一份再试。")
    return Preview(pdf, faces_of(pdf))


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


__all__ = ["Preview", "WarmOffice", "faces_of", "office", "pictures", "preview"]
