"""The tree of a report's parts: every heading, numbered or not, and the headings each line stands under.

In: the cleaned lines of one document and where its title is.  Out: `Outlined`.

Surprise: 一是, 二是 are headings only as a series: “一是骨科；二是外科。” is a list, and the last of ten items that ends
in a full stop is no heading either.  And many offices set their sub-headings on a line of their own without a number.
"""

import re
from collections.abc import Iterator
from statistics import median
from typing import Literal, NamedTuple

from chugao.documents.cleaning import CleanParagraph
from chugao.documents.headings import (
    MAX_HEADING,
    Found,
    Item,
    announces_part,
    clause_end,
    items_of,
    number_of,
    read_heading,
    value_of,
)
from chugao.documents.separating import ATTACHMENT, DATE, MAX_TITLE, looks_like_title
from chugao.source import Frozen

ParagraphKind = Literal["front", "title", "heading", "body", "table", "signature"]


class Heading(Frozen):
    """A node of the outline, in document order."""

    level: int
    """1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for 一是; an unnumbered half (“2025年工作计划”) is 0."""
    number: str
    """As printed: “一、”, “（一）”, “1.”, “一是”, “附件”; "" for none."""
    heading: str
    start: int
    """Of the number, in the document's text, code points."""


class Line(NamedTuple):
    """What one line is."""

    kind: ParagraphKind
    path: tuple[str, ...]
    """Headings over it, outermost first."""
    body: int
    """Where its own words begin."""


class Outlined(NamedTuple):
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...]


ORGANISATION = re.compile(
    r"^[\u4e00-\u9fff×XxＸ（）]{2,24}(?:医院|卫生院|中心|委员会|卫健委|卫生健康委|卫生健康局|卫健局|保健院|科|部|处|办公室|局|政府|院|所|站)$"
)
LOOSE_DATE = re.compile(r"^(?:20\d\d[-./年]\s?\d{1,2}[-./月]?(?:\s?\d{1,2}日?)?|二[〇○零]..年.{1,3}月(?:.{1,3}日)?)$")
_SIGNER = re.compile(r"^(?:汇报人|报告人|撰写人|填报人|签发|负责人|联系人|审核|拟稿|抄送|（?此件)")
_NOT_A_HEADING = re.compile(r"以下|如下|方面(?:的?工作)?$|各位|同志们|[，；：、！？…]|^[-—•·●◆（(【“]{0,1}\d|[:：]|^注")
_SHORT, _LONG = 24, 60
_LAST_LINES = 5


def outline(lines: list[CleanParagraph], title_at: int | None, title: str) -> Outlined:
    """Every heading with its place, and for each line its path.  Linear."""
    return _Outliner(lines, title_at, title).read()


class _Candidate(NamedTuple):
    """One 一是 of a series."""

    offset: int
    item: Item
    leads: bool
    """Its first sentence is short and more text follows it."""


class _Outliner:
    def __init__(self, lines: list[CleanParagraph], title_at: int | None, title: str) -> None:
        self.lines = lines
        self.title_at = title_at
        self.title = title
        self.headings: list[Heading] = []
        self.path: list[tuple[int, str]] = []
        self.series: list[_Candidate] = []
        self.plain = _plain_headings(lines, 0 if title_at is None else title_at + 1)
        self.taken: set[int] = set()
        """Lines that an 附件 before them took as its name."""
        self.last_number: tuple[int, int] | None = None
        """(level, value) of the last numbered heading."""

    def read(self) -> Outlined:
        out, offset = [], 0
        for i, line in enumerate(self.lines):
            out.append(self._read_line(i, line, offset))
            offset += len(line.text) + 1
        self._close_series()
        return Outlined(tuple(sorted(self.headings, key=lambda h: h.start)), tuple(out))

    def _read_line(self, i: int, line: CleanParagraph, offset: int) -> Line:
        text = line.text
        if self.title_at is not None and i <= self.title_at:
            return Line("title" if i == self.title_at else "front", (), 0)
        if line.table:
            return Line("table", self._names(), 0)
        if i in self.taken:
            return Line("heading", self._names(), len(text))
        if ATTACHMENT.match(text):
            return self._enter_attachment(i, text, offset)
        following = self._following(i)
        found = read_heading(text, following) or self._sibling(text)
        if found is not None:
            self._enter(found.level, found.number, found.heading, offset)
            self.last_number = (found.level, value_of(found.number))
            self._collect_items(i, text, found.end, offset)
            return Line("heading" if found.end >= len(text) else "body", self._names(), found.end)
        if (level := self._unnumbered_level(i, line)) is not None:
            self._enter(level, "", text.rstrip("。："), offset)
            return Line("heading", self._names(), len(text))
        if i >= len(self.lines) - _LAST_LINES and is_signature(text):
            return Line("signature", (), 0)
        self._collect_items(i, text, 0, offset)
        numbered = number_of(text)
        return Line("body", self._names(), numbered[2] if numbered else 0)

    def _sibling(self, text: str) -> Found | None:
        """“3.严守底线。” after headings 1. and 2.: a heading like them, though nothing stands below it."""
        numbered = number_of(text)
        if numbered is None or len(text) > MAX_HEADING or not self.last_number or text.endswith("；"):
            return None
        level, number, start = numbered
        before, value = self.last_number
        if level != before or value_of(number) != value + 1 or "。" in text[:-1]:
            return None
        return Found(level, number, text[start:].rstrip("。！？："), start, len(text))

    def _unnumbered_level(self, i: int, line: CleanParagraph) -> int | None:
        """The level of a heading by its style, as a half of the report, or by how it stands; None for body text."""
        if line.style_level and len(line.text) <= MAX_TITLE:
            return line.style_level
        if looks_like_title(line) and line.text != self.title and len(line.text) <= 30:
            return 0
        if i not in self.plain:
            return None
        current = max((level for level, _ in self.path if level < 5), default=None)
        ahead = self.plain[i]
        if ahead is not None and (current is None or ahead == current):
            return max(1, ahead - 1)  # a fresh （一） below it: the heading stands above that level
        numbered = [level for level, _ in self.path]
        return (numbered[-1] if self._last_plain() else numbered[-1] + 1) if numbered else 1

    def _last_plain(self) -> bool:
        return bool(self.headings) and any(
            h.number == "" and h.heading == self.path[-1][1] for h in self.headings[-30:] if h.level > 0
        )

    def _enter_attachment(self, i: int, text: str, offset: int) -> Line:
        after = self._following(i) or ""
        named = 0 < len(after) <= MAX_TITLE and number_of(after) is None and not after.endswith(("。", "；"))
        name = after if named else ""
        if named:
            self.taken.add(i + 1)
        self._enter(0, text.rstrip("：: "), name, offset)
        return Line("heading", self._names(), len(text))

    def _following(self, i: int) -> str | None:
        return self.lines[i + 1].text if i + 1 < len(self.lines) and not self.lines[i + 1].table else None

    def _enter(self, level: int, number: str, heading: str, offset: int) -> None:
        self._close_series()
        while self.path and self.path[-1][0] >= level:
            self.path.pop()
        self.path.append((level, heading))
        self.headings.append(Heading(level=level, number=number, heading=heading, start=offset))

    def _names(self) -> tuple[str, ...]:
        return tuple(heading for _, heading in self.path)

    # --- 一是, 二是 ---

    def _collect_items(self, i: int, text: str, start: int, offset: int) -> None:
        for item in items_of(text[start:]):
            place = start + item.start
            leads = item.leads
            if not leads and place == 0 and item.end >= len(text) - start and item.short:
                # “一是抓授权。” on a line of its own leads when the text goes on below it.
                after = self._following(i)
                leads = after is not None and number_of(after) is None and next(items_of(after), None) is None
                leads = leads and text.endswith("。") and not is_signature(after or "")
            value = value_of(item.number)
            if self.series and (value != value_of(self.series[-1].item.number) + 1 or self._other_kind(item)):
                self._close_series()
            self.series.append(_Candidate(offset + place, item, leads))

    def _other_kind(self, item: Item) -> bool:
        return item.number[-1:] != self.series[-1].item.number[-1:]

    def _close_series(self) -> None:
        leading = [c for c in self.series if c.leads]
        if leading and (self.series[0].leads or len(leading) * 2 >= len(self.series)):
            # The others of a series that leads are its items too: 三是 between 二是 and 四是 may have a long first sentence.
            for c in self.series:
                heading = c.item.heading if c.item.short else c.item.heading[: clause_end(c.item.heading)]
                self.headings.append(Heading(level=5, number=c.item.number, heading=heading, start=c.offset))
        self.series = []


def is_signature(text: str) -> bool:
    """An organisation, a date or who reports, at the end of a text."""
    close = text.replace(" ", "").replace("\u3000", "")
    return bool(DATE.match(close) or LOOSE_DATE.match(close) or ORGANISATION.match(close) or _SIGNER.match(close))


def _plain_headings(lines: list[CleanParagraph], start: int) -> dict[int, int | None]:
    """Lines that head what follows though they bear no number → level of a numbering that begins afresh below, if any.

    Only where paragraphs are long: in a text with a sentence a line every short one would look like a heading.
    """
    bodies = [len(p.text) for p in lines[start:] if not p.table and number_of(p.text) is None and len(p.text) > _SHORT]
    if not bodies or median(bodies) < _LONG or any(p.style_level for p in lines):
        return {}
    bare = [i for i in _short_lines(lines, start) if not lines[i].text.endswith("。")]
    stopped = [i for i in _short_lines(lines, start) if lines[i].text.endswith("。")]
    if len(bare) < 2:
        bare = [i for i in bare if announces_part(lines[i].text)]
    if len(stopped) < 3:
        stopped = []
    return {i: _fresh_level(lines, i) for i in sorted({*bare, *stopped})}


def _short_lines(lines: list[CleanParagraph], start: int) -> Iterator[int]:
    for i in range(start, len(lines) - 1):
        text, after = lines[i].text, lines[i + 1]
        if not 4 <= len(text) <= _SHORT or lines[i].table or after.table or number_of(text) is not None:
            continue
        if _NOT_A_HEADING.search(text.rstrip("。")) and not announces_part(text):
            continue
        if is_signature(text) or next(items_of(text + "x"), None) is not None or " " in text.strip():
            continue
        numbered = number_of(after.text)
        if len(after.text) >= _LONG or (numbered is not None and not text.endswith("。")):
            yield i


def _fresh_level(lines: list[CleanParagraph], i: int) -> int | None:
    """Level of the next number below when it is a first one: （一） after “2026年重点工作”."""
    for line in lines[i + 1 : i + 12]:
        numbered = number_of(line.text)
        if numbered is not None:
            return numbered[0] if value_of(numbered[1]) == 1 else None
    return None
