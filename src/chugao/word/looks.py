"""How an office's papers look: its layout and, where it has one, its master.

In: `[office] layout` and `master` of chugao.toml.  Out: `Look`; a draft set by it.
"""

from pathlib import Path
from typing import NamedTuple

from chugao.config import Office
from chugao.errors import InputError
from chugao.manuscript import Draft
from chugao.word.layout import Layout, gbt9704, named_layout, read_layout
from chugao.word.master import Master, dressed, read_master
from chugao.word.typesetting import typeset


class Look(NamedTuple):
    """The layout a draft is set in, and the master that dresses it."""

    layout: Layout
    master: Master | None = None

    @property
    def notices(self) -> tuple[str, ...]:
        return self.master.notices if self.master else ()


def look_of(office: Office, workspace: Path | None = None) -> Look:
    """The look an office asked for; 国标 where it asked for none.

    Paths count from the workspace.  Raises `InputError` and `UploadRejected` that name the file.
    """
    layout = gbt9704()
    if office.layout:
        own = _path(office.layout, workspace)
        layout = read_layout(own) if office.layout.endswith(".toml") else named_layout(office.layout)
    if not office.master:
        return Look(layout)
    path = _path(office.master, workspace)
    if path.suffix.lower() not in (".docx", ".dotx"):
        raise InputError(
            f"母版 {path.name} 要是 .docx 或 .dotx。请用 Word 或 WPS 另存，再改 chugao.toml 的 [office] master。"
        )
    return Look(layout, read_master(path))


def _path(written: str, workspace: Path | None) -> Path:
    path = Path(written).expanduser()
    return path if path.is_absolute() or workspace is None else workspace / path


def set_draft(
    draft: Draft,
    look: Look | None = None,
    *,
    final: bool = False,
    comments: bool = False,
    clean: bool = False,
    signer: str = "",
) -> bytes:
    """The bytes of a .docx in that look; `clean` and `signer` as `typeset` takes them."""
    look = look or Look(gbt9704())
    content = typeset(draft, final=final, comments=comments, clean=clean, signer=signer, layout=look.layout)
    return dressed(content, look.master) if look.master else content
