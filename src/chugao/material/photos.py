"""Keep the photo of what a leader wrote by hand, beside the instruction that a clerk types from it.

In: a picture's bytes.  Out: its path in the workspace, and the words on it as far as this machine can read them.

Named by its content, so that the same photo is kept once and no name of a person's own reaches the disk.
"""

import hashlib
import os
from pathlib import Path

from chugao.documents.guard import guard_bytes
from chugao.documents.reading import read_text
from chugao.errors import ChugaoError, InputError, reason_of

_LARGEST_BYTES = 20_000_000
_SUFFIXES = (".jpg", ".jpeg", ".png")
_FOLDER = ".chugao/attachments"


def keep_photo(workspace: Path, name: str, content: bytes) -> tuple[str, list[str]]:
    """(path in the workspace, lines read).  Raises `InputError` for what is no photo or cannot be kept."""
    suffix = Path(name).suffix.lower()
    if len(content) > _LARGEST_BYTES or suffix not in _SUFFIXES or guard_bytes(content, name) != "image":
        raise InputError(f"{name}：照片要是 20MB 以内的 .jpg 或 .png。")
    folder = workspace / _FOLDER
    path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}{suffix}"
    staged = path.with_name(path.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(content)
        os.replace(staged, path)
    except OSError as error:
        raise InputError(f"照片存不了（{reason_of(error)}）。请检查工作区的权限和磁盘空间。") from None
    try:
        seen = [p.text for p in read_text(path).paragraphs]
    except ChugaoError:
        seen = []
    return f"{_FOLDER}/{path.name}", seen


def photo_of(workspace: Path, attachment: str) -> Path | None:
    """The kept file of an attachment; None for anything that is none of ours or gone."""
    path = workspace / _FOLDER / Path(attachment).name
    return path if attachment == f"{_FOLDER}/{path.name}" and path.is_file() else None
