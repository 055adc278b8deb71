"""What changed between two versions, as a Word file a reviewer can read: native tracked changes at word level.

In: two versions (draft, `Version` or file), or one and the steps it went through.  Out: the bytes of a .docx.

The difference is that of `comparing` and nothing else.  The page is ours: of a file that somebody else set, the text
is compared and set anew, for a redline that kept two foreign layouts at once would be a redline of layouts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Union

from chugao.comparing import Version, compare, read_version, version_of_draft
from chugao.errors import InputError
from chugao.flow import Signed
from chugao.word.anchors import attribute, custom_properties, plain_text
from chugao.word.authors import Step, attribute_changes, with_editors
from chugao.word.comments import AUTHOR, comments_xml
from chugao.word.layout import Layout, gbt9704
from chugao.word.merging import lines_of_version, merge
from chugao.word.own import Own, read_own
from chugao.word.package import as_written, pack
from chugao.word.reasons import reasons_of
from chugao.word.redlining import Sides, body_xml, names_of
from chugao.word.styles import fonts_xml, settings_xml, styles_xml, theme_xml
from chugao.word.typesetting import Setting, core_properties, draft_mark_xml, footer_xml, provenance

if TYPE_CHECKING:
    from chugao.manuscript import Draft

Given = Union[Version, "Draft", Path]
_LARGEST = 50 * 2**20
BASE_PROPERTY, AUTHORS_PROPERTY = "chugao_redline", "chugao_redline_authors"
"""Custom property that says a file is a redline: id of the draft, or fingerprint of the text, it starts from."""


def redline(
    old: Given,
    new: Given,
    *,
    author: str = AUTHOR,
    when: str = "",
    reasons: bool = True,
    layout: Layout | None = None,
) -> bytes:
    """A .docx that is `new` when all changes are accepted and `old` when all are refused.

    `when` is a moment such as "2026-01-08T09:30:00Z"; without one the changes are dated by the draft's year, so that
    the same two drafts give the same bytes.  With `reasons` each changed number bears a comment: what it is, from what
    to what, and where it comes from.  A sentence of which the newer draft knows who edited it, and when, bears that
    name and date; `author` made the rest.
    """
    return redline_of_steps(old, [(new, author, when)], reasons=reasons, layout=layout)


def redline_of_steps(
    old: Given, steps: Sequence[tuple[Given, str, str]], *, reasons: bool = True, layout: Layout | None = None
) -> bytes:
    """The same between the first and the last of several versions, each change by the author and date of its step.

    `steps` are (version, author, when) in the order they were made.
    """
    if not steps:
        raise InputError("没有给出修改后的文稿，写不出修订稿。请至少给一份。")
    before, *read = [_read(given) for given in (old, *(version for version, _, _ in steps))]
    made = [Step(r.version, author, when or _when(r.version)) for r, (_, author, when) in zip(read, steps, strict=True)]
    first, last = before.version, read[-1].version
    comparison = compare(first, last)
    lines = list(before.lines), list(read[-1].lines)
    layout = layout or gbt9704()
    names = names_of(last)
    setting = Setting(
        layout=layout,
        names=names,
        numbers={n: i for i, n in enumerate(names.values())},
        signed=read[-1].signed,
        marked=True,
        evidence=None,
        comments=[],
    )
    attribution, by = with_editors(comparison, attribute_changes(first, made), made)
    body = body_xml(
        merge(comparison, lines),
        Sides(first, last, *lines),
        setting,
        by,
        attribution,
        reasons_of(comparison) if reasons else [],
    )
    return pack(_parts(first, last, body, setting, by))


def left_out(file: Path) -> list[str]:
    """What a Word file holds that its redline does not show, told for people; nothing of a file of ours."""
    data = file.read_bytes() if file.suffix.lower() == ".docx" else b""
    if not data or as_written(data):
        return []
    from chugao.word.returned import read_returned

    returned = read_returned(data, file.name)
    said: dict[str, list[str]] = {}
    for found in returned.elsewhere:
        if found.what not in _SHOWN:
            said.setdefault(found.what, []).append(found.text)
    out = [f"{what}{len(texts)}处" + _examples(texts) for what, texts in said.items()]
    if returned.remarks:
        out.append(f"批注{len(returned.remarks)}条")
    if returned.changes:
        out.append(f"原有的修订{len(returned.changes)}处，按接受后的样子对比")
    return out + _cleaned_away(file)


def _cleaned_away(file: Path) -> list[str]:
    """What reading took for the leavings of a web page or mended before comparing: it is in neither version."""
    from chugao.documents.cleaning import clean
    from chugao.documents.reading import read_text

    changes = clean(read_text(file)).changes
    lines = [c.before.strip() for c in changes if c.after is None and c.rule != "line_break" and c.before.strip()]
    out = [f"像是网页残留的{len(lines)}行" + _examples(lines)] if lines else []
    if sites := [c.before.strip() for c in changes if c.rule == "site_suffix"]:
        out.append("题目后面的网站名" + _examples(sites))
    if mended := [c.before.strip() for c in changes if c.rule == "punctuation"]:
        out.append(f"半角标点，按全角对比（{len(mended)}段）")
    return out


_SHOWN = frozenset({"文本框", "公式"})
"""Their words are compared like any others."""


def _examples(texts: Sequence[str]) -> str:
    told = [text if len(text) <= 40 else text[:40] + "……" for text in texts if text]
    return f"（{'；'.join(told[:3])}）" if told else ""


def _read(given: Given) -> Own:
    """A version and how it is printed; a file of ours that nobody touched says that itself."""
    if isinstance(given, Path) and given.suffix.lower() == ".docx" and (own := _own(given)) is not None:
        return own
    if isinstance(given, Version):
        version = given
    else:
        version = read_version(given) if isinstance(given, Path | str) else version_of_draft(given)
    shell = version.draft.shell if version.draft else None
    return Own(version, tuple(lines_of_version(version)), Signed(shell.issuer, shell.date) if shell else Signed())


def _own(file: Path) -> Own | None:
    try:
        size = file.stat().st_size
        return read_own(file.read_bytes(), file.name) if size <= _LARGEST else None
    except OSError:
        return None  # `read_version` says what is wrong with it


def _when(version: Version) -> str:
    """Of a version nobody dated: the first day of its year, as its other dates are; "" where it has none."""
    return f"{version.year:04d}-01-01T00:00:00Z" if version.year else ""


def _parts(old: Version, new: Version, body: str, setting: Setting, by: Sequence[Step]) -> dict[str, str]:
    parts = {
        "word/document.xml": body,
        "word/styles.xml": styles_xml(setting.layout),
        "word/fontTable.xml": fonts_xml(setting.layout),
        "word/theme/theme1.xml": theme_xml(setting.layout),
        "word/settings.xml": settings_xml(),
        "word/footer1.xml": footer_xml(setting.layout, odd=True),
        "word/footer2.xml": footer_xml(setting.layout, odd=False),
        "word/header1.xml": draft_mark_xml(),
        "word/header2.xml": draft_mark_xml(),
    }
    if setting.comments:
        parts["word/comments.xml"] = comments_xml(setting.comments)
    if new.draft is None:
        return parts
    parts["docProps/core.xml"] = core_properties(new.draft)
    parts |= provenance(new.draft, setting.names, body)
    parts["docProps/custom.xml"] = _with_base(custom_properties(new.draft, body), old, by)
    return parts


def _with_base(properties: str, old: Version, by: Sequence[Step]) -> str:
    """Custom properties that say what the redline starts from, and whose changes were in it when it went out."""
    number = properties.count("<property ") + 2
    authors = json.dumps([[step.author, step.when] for step in by], ensure_ascii=False)
    values = {BASE_PROPERTY: old.draft.id if old.draft else old.fingerprint, AUTHORS_PROPERTY: authors}
    told = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">'
        f"<vt:lpwstr>{attribute(plain_text(value))}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values.items(), number)
    )
    return properties.replace("</Properties>", f"{told}</Properties>")
