"""Which files of what a person gave may be past reports, and why the others are not.

In: files and folders.  Out: `Given`s, in order, each file once.

Surprise: names unpacked from a zip that Windows made are often GBK bytes; Python holds them as lone surrogates, which
neither a database nor a terminal takes.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from chugao.documents.reading import SUFFIXES

_TABLES = (".xlsx", ".xls", ".et", ".csv", ".xlsm")
_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".gif", ".webp")
_ARCHIVES = (".zip", ".rar", ".7z")
_RUBBISH = ("__MACOSX", "Thumbs.db", "desktop.ini")


class Given(NamedTuple):
    """A file to be read, or the reason why it is not."""

    path: Path
    shown: str
    """What messages call it: below the folder that was given, legible."""
    refused: str = ""


def report_files(paths: Iterable[Path | str]) -> Iterator[Given]:
    """Every file given and every file of the folders given; hidden and lock files are passed over in silence."""
    seen: set[Path] = set()
    for path in map(Path, paths):
        for given in _below(path) if path.is_dir() else (_single(path),):
            if (resolved := given.path.resolve()) not in seen:
                seen.add(resolved)
                yield given


def _single(path: Path) -> Given:
    there = path.is_file()
    return Given(path, legible(path.name), "" if there else "没有这个文件或文件夹。请检查路径。")


def _below(folder: Path) -> Iterator[Given]:
    found = False
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        inside = path.relative_to(folder)
        if any(name.startswith((".", "~$")) or name in _RUBBISH for name in inside.parts):
            continue
        found = True
        yield Given(path, legible(str(inside)), _not_a_report(path.suffix.lower()))
    if not found:
        yield Given(folder, legible(folder.name), "文件夹里没有文件。请检查路径。")


def _not_a_report(suffix: str) -> str:
    if suffix in SUFFIXES:
        return ""
    if suffix in _TABLES:
        return "这是表格，不是文稿。指标请用 chugao metrics import 导入。"
    if suffix in _IMAGES:
        return "这是图片。请先转成文字（WPS 的“图片转文字”），存为 .docx 再收。"
    if suffix in _ARCHIVES:
        return "这是压缩包。请先解压再收。"
    return f"不收{suffix or '没有扩展名的'}文件。是文稿的，请另存为 .docx 再收。"


def legible(text: str) -> str:
    """The text without what cannot be stored or printed; bytes of a GBK name are read as such."""
    raw = os.fsencode(text) if any("\ud800" <= c <= "\udfff" for c in text) else text.encode()
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
