"""The parts of a paper beside its body: mast, secrecy, number, title, addressee, annexes, date, notes, imprint.

In: the paragraphs of a file as they are printed.  Out: `Finding`s, never above a warning.

Only what stands in the file is judged: a plain report has neither mast nor imprint, and owes none.  A red mast is
centred and larger than any title, so colour decides before size does.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from chugao.source import Finding, Place, Severity
from chugao.word.judging_lines import Rule, judge_lines
from chugao.word.layout import Layout
from chugao.word.titles import title_faults

_ALIASES = {"FangSong": "仿宋", "FangSong_GB2312": "仿宋", "KaiTi": "楷体", "KaiTi_GB2312": "楷体", "SimHei": "黑体"}
_ALIASES |= {"SimSun": "宋体", "STFangsong": "仿宋", "STKaiti": "楷体", "FZXiaoBiaoSong-B05S": "方正小标宋简体"}
_SECRECY = re.compile(r"^(?:绝密|机密|秘密|特急|加急|平急|特提)(?:★\S{0,12})?$")
_NUMBER_OF_PAPER = re.compile(
    r"^[一-鿿]{1,10}[\[【(（［〔]\s*(\d{2,4})\s*[\]】)）］〕]\s*(第?)(0*)\d{1,6}\s*号(?:\s|$)"
)
_ANNEX_NOTE = re.compile(r"^附件\s*([:：])\s*(.+)$", re.DOTALL)
_IMPRINT = re.compile(r"^(?:抄送|分送|主送)\s*[:：]|20\d\d年\d{1,2}月\d{1,2}日\s*印发$")
_RED = re.compile(r"^(?:FF|E[0-9A-F]|D[0-9A-F]|C[0-9A-F])(?:[0-4][0-9A-F]){2}$")


class Looks(NamedTuple):
    """How a paragraph is printed; None where the file leaves it to the program."""

    east_asia: str | None
    latin: str | None
    size_pt: float | None
    bold: bool
    spacing: int
    align: str
    line: int | None
    exact: bool
    first_chars: float
    outline: int | None
    new_page: bool
    colour: str = ""
    left_chars: float = 0.0
    before: int = 0
    """Twips above it; below it is `after`."""
    after: int = 0
    right_chars: float = 0.0
    """Characters from the right edge of the text to the paragraph, blanks typed behind it not counted."""


class Told(NamedTuple):
    """A paragraph of the body: what it is and how it looks."""

    role: str
    text: str
    at: int
    """Code points before it, paragraphs joined by one line end."""
    looks: Looks
    blank: int = 0
    """Empty paragraphs right above it."""
    above: Rule | None = None
    """The line over it, or of an empty paragraph above it."""
    below: Rule | None = None


def face_of(name: str | None) -> str:
    """A face under one name, whatever it is called here."""
    return _ALIASES.get(name or "", name or "").removesuffix("_GB2312")


def found(rule: str, quote: str, hint: str, at: int = 0) -> Finding:
    """A warning at a place of the text."""
    place = Place(start=at, end=at + len(quote))
    return Finding(rule=rule, severity=Severity.WARNING, place=place, quote=quote, hint=hint)


def is_red(colour: str) -> bool:
    """Whether six hex digits are some red."""
    return bool(_RED.match(colour))


def part_of(text: str, colour: str, size_pt: float) -> str:
    """Which part a line is, by its words and colour; "" for everything that belongs to the body."""
    if is_red(colour) and size_pt >= 18 and len(text) <= 40:
        return "mast"
    if _SECRECY.match(text.replace(" ", "").replace("\u3000", "")):
        return "secrecy"
    if len(text) < 60 and _NUMBER_OF_PAPER.match(text):
        return "number"
    if len(text) < 200 and _ANNEX_NOTE.match(text):
        return "annex_note"
    return "imprint" if len(text) < 400 and _IMPRINT.search(text) else ""


def judge_parts(told: list[Told], layout: Layout) -> Iterator[Finding]:
    """What is wrong with each part that stands in the file."""
    for p in told:
        text, looks = p.text.strip(), p.looks
        match p.role:
            case "mast":
                yield from _mast(p, text)
            case "secrecy":
                if face_of(looks.east_asia) != "黑体" or looks.size_pt != 16 or looks.align in ("center", "right"):
                    yield found("layout.secrecy", text[:12], "密级和紧急程度应为3号黑体，顶格排在版心左上角。", p.at)
            case "number":
                yield from _number(p, text)
            case "title":
                yield from _title(p, layout)
            case "annex_note":
                yield from _annex_note(p, text)
            case "note":
                if looks.left_chars + looks.first_chars < 1.9:
                    yield found("layout.note", text[:20], "附注应在成文日期下一行左空二字，加圆括号。", p.at)
            case "imprint":
                yield from _imprint(p, text)
    yield from _neighbours(told, layout)
    yield from judge_lines(told)


def _mast(p: Told, text: str) -> Iterator[Finding]:
    if face_of(p.looks.east_asia) != "方正小标宋简体" or p.looks.align != "center":
        yield found("layout.mast", text[:20], "发文机关标志应为小标宋体、居中。", p.at)
    if p.looks.colour != "FF0000":
        yield found("layout.mast_colour", text[:20], f"发文机关标志应为红色（FF0000），现为{p.looks.colour}。", p.at)


def _number(p: Told, text: str) -> Iterator[Finding]:
    match = _NUMBER_OF_PAPER.match(text)
    assert match is not None
    year, ordinal, zeros = match.groups()
    if "〔" not in match[0] or "〕" not in match[0] or ordinal or zeros or len(year) != 4:
        hint = f"发文字号的年份应写全并用六角括号，如“〔{year if len(year) == 4 else '2026'}〕1号”，不写“第”、不补0。"
        yield found("layout.paper_number", match[0], hint, p.at)
    if face_of(p.looks.east_asia) != "仿宋" or p.looks.size_pt != 16:
        yield found("layout.paper_number_type", match[0], "发文字号应为3号仿宋。", p.at)


def _title(p: Told, layout: Layout) -> Iterator[Finding]:
    text = p.text.strip()
    if text[-1] in "。；，：、！？":
        yield found("layout.title_end", text[-1], "标题末尾不加标点。", p.at + len(p.text.rstrip()) - 1)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for quote, words in title_faults(lines, layout.title):
        yield found("layout.title_turn", quote, words, p.at)


def _annex_note(p: Told, text: str) -> Iterator[Finding]:
    match = _ANNEX_NOTE.match(text)
    assert match is not None
    if match[1] != "：":
        yield found("layout.annex_note", text[:6], "附件说明用全角冒号，如“附件：1.名称”。", p.at)
    if text[-1] in "。；，":
        yield found("layout.annex_note_end", text[-8:], "附件名称后不加标点。", p.at + len(p.text.rstrip()) - 8)
    if re.match(r"\d{1,2}[、．]", match[2]) or "《" in match[2][:4]:
        yield found(
            "layout.annex_note_number", text[:12], "附件说明写“附件：1.名称”：序号后用圆点，名称不加书名号。", p.at
        )
    if abs(p.looks.left_chars + max(p.looks.first_chars, 0) - 2) > 0.6 and not _hanging(p):
        yield found("layout.annex_note_indent", text[:12], "附件说明应左空二字。", p.at)


def _hanging(p: Told) -> bool:
    """Turned lines stand under the name: the paragraph is moved in, its first line back out."""
    return p.looks.first_chars < 0 and 1.4 <= p.looks.left_chars + p.looks.first_chars <= 2.6


def _imprint(p: Told, text: str) -> Iterator[Finding]:
    if face_of(p.looks.east_asia) != "仿宋" or p.looks.size_pt != 14:
        yield found("layout.imprint", text[:12], "版记应为4号仿宋。", p.at)
    if text.startswith(("抄送", "分送", "主送")) and not text.endswith("。"):
        yield found("layout.imprint_end", text[-6:], "抄送机关之间用逗号，末尾用句号。", p.at)


def _neighbours(told: list[Told], layout: Layout) -> Iterator[Finding]:
    """What must stand at a distance: addressee and annex note below a blank line, an annex's title on its third."""
    line = layout.grid.line
    for above, p in pairwise(told):
        apart = p.blank * line + max(p.looks.before, above.looks.after)
        if p.role == "addressee" and above.role == "title" and apart < line // 3:
            yield found("layout.addressee_gap", p.text.strip()[:12], "主送机关应在标题下空一行。", p.at)
        if p.role == "annex_note" and above.role == "body" and apart < line // 2:
            yield found("layout.annex_note_gap", p.text.strip()[:12], "附件说明应在正文下空一行。", p.at)
        if above.role == "label" and apart < line // 2:
            hint = "附件标题应居中排在附件页第三行，与“附件”之间空一行。"
            yield found("layout.annex_title", p.text.strip()[:12], hint, p.at)
        if p.role == "title" and above.role in ("date", "note") and not p.looks.new_page:
            yield found("layout.annex_page", p.text.strip()[:20], "通知印发的文件没有另起一页。", p.at)
        if p.role == "title" and above.role in ("number", "mast") and apart < line:
            yield found("layout.title_gap", p.text.strip()[:12], "标题应在红线下空二行。", p.at)
