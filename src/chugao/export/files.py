"""The three files side by side, there whole or not at all.

In: a `Draft` and a folder.  Out: `<title>.docx`, `.json`, `.md`; a Word file that somebody worked on is kept aside.
"""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from chugao.draftfile import to_json
from chugao.errors import InputError, reason_of
from chugao.export.markdown import to_markdown
from chugao.manuscript import Draft
from chugao.word.looks import Look, set_draft
from chugao.word.package import as_written
from chugao.word.typesetting import cannot_write, stage

_FORBIDDEN = str.maketrans('\\/:*?"<>|', "＼／：＊？＂＜＞｜")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes; file systems stop at 255, and “ (2).docx” may follow


def write_files(
    draft: Draft,
    folder: Path | str,
    final: bool = False,
    *,
    comments: bool = False,
    mark: str = "",
    signer: str = "",
    look: Look | None = None,
    beside: Mapping[str, tuple[str, bytes]] = MappingProxyType({}),
) -> dict[str, Path]:
    """Write `<title>.docx`, `.json` and `.md` into `folder`, all or none; the folder is made when missing.

    `beside` are further files of the same title, by kind: (what follows the title in the name, content).

    With `comments` each number in the .docx bears a comment that says where it comes from; `mark` follows the title in
    the files' names (“（候选2）”); `look` is the office's layout and master; `signer` the 签发人 of an upward 报告.

    Returns the path of each by "docx", "json", "md".  A Word file of that name that somebody has worked on is kept
    under another name, returned as "kept".  Raises `InputError` when the folder cannot be written.
    """
    place = Path(folder)
    check_folder(place)
    contents = {
        "docx": set_draft(draft, look, final=final, comments=comments, signer=signer),
        "json": to_json(draft).encode("utf-8", "replace"),
        "md": to_markdown(draft).encode("utf-8", "replace"),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"文件夹“{place}”建不了（{reason_of(error)}）。请换一个能写的文件夹。") from None
    name = file_name(draft.title.text + mark)
    targets = {kind: place / f"{name}.{kind}" for kind in contents}
    targets |= {kind: place / f"{name}{ending}" for kind, (ending, _) in beside.items()}
    contents |= {kind: content for kind, (_, content) in beside.items()}
    kept = _kept(targets["docx"])
    staged: list[tuple[Path, Path]] = []
    try:
        for kind, target in targets.items():
            staged.append((stage(contents[kind], target), target))
        _put_in_place(staged)
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
    return targets | ({"kept": kept} if kept else {})


def _kept(target: Path) -> Path | None:
    """A copy under a free name of a Word file that is no longer as it was written; None where nothing would be lost.

    Somebody's evening of edits must not go because the draft was made again.
    """
    try:
        content = target.read_bytes()
    except OSError:
        return None
    if as_written(content):
        return None
    copy = next(
        p for n in range(1, 10_000) if not (p := target.with_name(f"{target.stem}（改过的第{n}稿）.docx")).exists()
    )
    try:
        copy.write_bytes(content)
    except OSError as error:
        raise cannot_write(copy, error) from None
    return copy


def check_folder(folder: Path | str) -> None:
    """Raise `InputError` when files cannot be written into `folder`; makes nothing, so it may be asked before the work."""
    place = Path(folder).absolute()
    nearest = next(p for p in (place, *place.parents) if p.exists())
    if not nearest.is_dir():
        raise InputError(f"输出文件夹“{folder}”不能用：“{nearest.name}”是一个文件。请用 -o 换一个文件夹。")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"输出文件夹“{folder}”不能写（没有权限）。请用 -o 换一个能写的文件夹。")


def file_name(title: str) -> str:
    """A title as a file name that Windows takes too: forbidden characters become their full-width forms."""
    name = "".join(c for c in " ".join(title.split()) if c.isprintable()).translate(_FORBIDDEN)
    name = name.encode("utf-8", "ignore")[:_LONGEST_NAME].decode("utf-8", "ignore").strip(" .")
    return f"_{name}" if _RESERVED.match(name) else name or "未命名"


def _put_in_place(staged: list[tuple[Path, Path]]) -> None:
    """Rename each temporary to its target; when one cannot be, those before it are put back as they were."""
    done: list[tuple[Path, Path | None]] = []
    try:
        for temporary, target in staged:
            done.append((target, _copy_aside(target)))
            os.replace(temporary, target)
    except BaseException as error:  # an interrupt must not leave one new file beside two old ones either
        for target, kept in reversed(done):
            with contextlib.suppress(OSError):
                os.replace(kept, target) if kept else target.unlink()
        if isinstance(error, OSError):
            raise cannot_write(target, error) from None
        raise
    finally:
        for _, kept in done:
            if kept:  # also after an undo: renaming one hard link onto another of the same file leaves both
                kept.unlink(missing_ok=True)


def _copy_aside(target: Path) -> Path | None:
    """The file that stands there, under a second name; None when there is none."""
    if not target.exists():
        return None
    kept = target.parent / f".chugao-{secrets.token_hex(6)}.old"
    try:
        os.link(target, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(target, kept)
    return kept


def write_whole(target: Path, content: bytes) -> None:
    """One file, there whole or not at all.  Raises `InputError` when it cannot be written."""
    staged = stage(content, target)
    try:
        os.replace(staged, target)
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        staged.unlink(missing_ok=True)
