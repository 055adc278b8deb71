"""What leaves the house: the Word file, the markdown, the papers cut from a draft, held against what was drafted.

In: cases by hand and the page of GB/T 9704.  Out: answers for `eval.probes`.

No measure of a draft sees its file: a heading, a table row or a signature may be lost on the way to paper.  Files are
read here with python-docx and our own eyes, not with what wrote them.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from eval.cases import CASES, Case, read_case
from eval.reading import digit_runs
from eval.truth import table_of

if TYPE_CHECKING:
    from chugao.manuscript import Draft

Answer = tuple[str, str]

PRINTED = ("hospital", "medical-administration", "pharmacy-plan", "general-keypoints", "township-ideas")
"""Every kind; key points go out with a 通知."""
_TWIPS = 1440 / 25.4
_PAGE = {"纸宽": 210.0, "纸高": 297.0, "天头": 37.0, "订口": 28.0, "翻口": 26.0, "地脚": 35.0}
"""Millimetres of GB/T 9704-2012."""
_TYPE = {
    "题目": ("方正小标宋简体", 22.0), "一级标题": ("黑体", 16.0), "二级标题": ("楷体_GB2312", 16.0), "正文": ("仿宋_GB2312", 16.0),
}  # fmt: skip
_FIGURE = "{:.1f}"


def printed() -> Iterator[Answer]:
    """The .docx and the .md hold every word and cell of the draft, in its order, on the page of the standard."""
    from chugao.export import to_markdown
    from chugao.word.looks import set_draft

    for case in (read_case(CASES / name) for name in PRINTED):
        draft = case.draft()
        dated = draft.shell.date and draft.shell.date not in case.given_text
        yield f"{case.name}的成文日期", f"没有人给过，写了{draft.shell.date}" if dated else ""
        file = _opened(set_draft(draft))
        lines, cells = [p.text for p in file.paragraphs], [c.text for t in file.tables for r in t.rows for c in r.cells]
        yield from _held(f"{case.name}的Word", draft, lines, cells)
        yield from _on_the_page(case.name, draft, file)
        marked = to_markdown(draft)
        yield from _held(
            f"{case.name}的Markdown", draft, marked.replace("\\", "").split("\n"), re.split(r"[|\n]", marked)
        )
        yield from _papers(case, draft)


def _opened(content: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(content))


def _held(where: str, draft: "Draft", lines: Sequence[str], cells: Sequence[str]) -> Iterator[Answer]:
    """What of a draft stands in a file; a line of the file may hold more than one sentence."""
    text, shell = "".join(_bare(line) for line in lines), draft.shell
    shown = {_bare(c) for c in cells}
    headings = [s.number + s.heading.text for s in draft.sections if s.level]
    wanted = {
        "题目": [draft.title.text], "标题": headings, "句子": [s.text for _, s in draft.sentences()],
        "通知": [shell.title, shell.addressee, shell.opening, shell.closing],
    }  # fmt: skip
    for what, pieces in wanted.items():
        at, missing = 0, ""
        for piece in map(_bare, filter(None, pieces)):
            found = text.find(piece, at if what in ("标题", "句子") else 0)
            missing, at = (missing or piece, at) if found < 0 else (missing, found)
        yield f"{where}：{what}", f"没有“{missing[:24]}”，或不在其位" if missing else ""
    alone = shell.issuer in {re.sub(r"\s", "", line) for line in lines}
    yield f"{where}：署名", "" if not shell.issuer or alone else f"没有“{shell.issuer}”这一行"
    rows = [(*t.header, *(c.text for row in t.rows for c in row)) for _, _, t in draft.tables()]
    lost = [c for row in rows for c in row if c and _bare(c) not in shown]
    yield f"{where}：附表", f"没有“{lost[0][:24]}”" if lost else ""


def _bare(text: str) -> str:
    return re.sub(r"[\s*#]|^\d+\.(?=\D)", "", text)


# --- page -----------------------------------------------------------------------------------------


def _on_the_page(name: str, draft: "Draft", file: Any) -> Iterator[Answer]:
    page = file.sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.left_margin,
        page.right_margin,
        page.bottom_margin,
    )
    for (what, wanted), got in zip(_PAGE.items(), sizes, strict=True):
        yield f"{name}的{what}{wanted:.0f}毫米", "" if abs(got.mm - wanted) < 0.5 else f"是{_FIGURE.format(got.mm)}"
    first = {
        "题目": draft.title.text, "一级标题": next((s.number + s.heading.text for s in draft.sections if s.level == 1), ""),
        "二级标题": next((s.number + s.heading.text for s in draft.sections if s.level == 2), ""),
        "正文": next((s.text for _, s in draft.sentences()), ""),
    }  # fmt: skip
    for what, text in first.items():
        paragraph = next((p for p in file.paragraphs if text and _bare(text) in _bare(p.text)), None)
        if text:
            got = _type_of(file, paragraph) if paragraph is not None else ("", 0.0)
            yield f"{name}的{what}", "" if got == _TYPE[what] else f"是{got[0]}{got[1]}磅"


def _type_of(file: Any, paragraph: Any) -> tuple[str, float]:
    """Face for Chinese and size in points of the first run, from the run itself, its style, or the styles below that."""
    from docx.oxml.ns import qn

    face, size, style = "", 0.0, paragraph.style
    places = [next((r._r.rPr for r in paragraph.runs if r.text.strip()), None)]
    while style is not None:
        places.append(style.element.rPr)
        style = style.base_style
    places.append(file.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}"))
    for place in (p for p in places if p is not None):
        fonts, half = place.find(qn("w:rFonts")), place.find(qn("w:sz"))
        face = face or (fonts.get(qn("w:eastAsia")) or "" if fonts is not None else "")
        size = size or (float(half.get(qn("w:val"))) / 2 if half is not None else 0.0)
    return face, size


# --- papers ---------------------------------------------------------------------------------------


def _papers(case: Case, draft: "Draft") -> Iterator[Answer]:
    """Papers cut from the draft: no number of their own, within their ceiling, shortcomings and all tasks told."""
    from chugao.export import brief, slides, spoken, tabled

    made: dict[str, Callable[[], Draft]] = {
        "简版": lambda: brief.brief(draft, 500),
        "长简版": lambda: brief.brief(draft, 1200),
    }
    if draft.kind.looks_back:
        made |= {
            "上报": lambda: brief.upward(draft), "职代会报告": lambda: spoken.congress(draft),
            "职代会讲话": lambda: spoken.congress(draft, speech=True),
            "述职": lambda: spoken.duty(draft, name="梅知远", post="主任"), "幻灯": lambda: slides.slides(draft),
        }  # fmt: skip
    known = {t for text in _texts(draft) for t in _numbers(text)} | {str(draft.year + by) for by in (-1, 0, 1)}
    lacking = [m["事项"] for f in case.matters for m in table_of(case.folder / f) if m.get("类别") == "不足"]
    for name, make in made.items():
        paper = make()
        text = "\n".join(s.text for _, s in paper.sentences())
        own = [n for n in _numbers(text) if n not in known]
        yield f"{case.name}的{name}：数", f"原稿里没有{own[0]}" if own else ""
        yield f"{case.name}的{name}：篇幅", "" if len(text) > 100 else f"只有{len(text)}字"
        told = not lacking or any(lack[:4] in text for lack in lacking)
        yield f"{case.name}的{name}：不足", "" if told else "一条也没有"
    for name, ceiling in (("简版", 500), ("长简版", 1200)):
        length = len("".join("".join(_texts(made[name]())).split()))
        yield f"{case.name}的{name}：不超过{ceiling}字", "" if length <= ceiling else f"有{length}字"
    yield from _tasks(case, tabled.tasks(draft) if not draft.kind.looks_back else None)


def _tasks(case: Case, paper: "Draft | None") -> Iterator[Answer]:
    if paper is None:
        return
    cells = "\n".join(c.text for _, _, t in paper.tables() for row in t.rows for c in row)
    for matter in (m for f in case.matters for m in table_of(case.folder / f)):
        if matter.get("状态") == "拟开展" and matter.get("公开范围", "公开") == "公开":
            yield f"{case.name}的任务分解“{matter['事项']}”", "" if matter["事项"][:6] in cells else "没有这一行"


def _texts(draft: "Draft") -> Iterator[str]:
    yield draft.title.text
    yield from (s.heading.text for s in draft.sections)
    yield from (s.text for _, s in draft.sentences())
    yield from (c.text for _, _, t in draft.tables() for row in t.rows for c in row)


def _numbers(text: str) -> Iterator[str]:
    for start, end in digit_runs(text):
        yield text[start:end]
