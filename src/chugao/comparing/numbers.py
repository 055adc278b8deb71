"""Read the numbers of one version: what each says, what it is about, and what supports it.

In: a `Version` and the stretches that matter.  Out: `Number`s in document order.

Prose is read by `mentions`; in a table the row names the thing and the column says what the number is.  Claims of a
draft are laid over what was read, never instead of it: the same words must read the same in a draft and in the Word
file somebody made of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from chugao.catalogue import Catalogue, load_catalogue
from chugao.comparing.versions import Span, Stretch, Version
from chugao.lexicon import tagged_words
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.quantity import Found, Quantity, find_numbers, fold
from chugao.quantity.grammar import is_han

if TYPE_CHECKING:
    from chugao.manuscript import Draft, Table
    from chugao.source import Claim

Aspect = Literal["value", "baseline", "target", "change", "parameter"]
NumberKind = Literal["number", "date", "name"]


class Number(NamedTuple):
    """One number where it stands."""

    start: int
    """Code points of `Version.text`."""
    end: int
    printed: str
    kind: NumberKind
    quantity: Quantity | None
    """None for dates and for digits in names."""
    aspect: Aspect
    ahead: bool
    """It speaks of what is yet to come."""
    metric: str | None
    """Catalogue id, by the words of the text."""
    metric_name: str
    """The words by which the text names it."""
    name: str
    """The words at the number: “急诊叫会诊的到位时间”, taken over from the number before where it has none."""
    left: str
    """What stands before it, back to the last mark or number."""
    right: str
    period: int | None
    """The year it counts for, counted from the version's own: −1 is the year before."""
    direction: int
    verb: str
    part: int
    sentence: Span
    """Of its stretch."""
    column: str | None = None
    """Head of its column, None outside tables."""
    claim: Claim | None = None

    @property
    def slot(self) -> str:
        """The slot that printed it, "" when nothing of ours did or when one slot printed several numbers."""
        claim = self.claim
        if claim is None or claim.state not in ("metric", "derived"):
            return ""
        return claim.id if claim.end - claim.start <= len(self.printed) + 8 else ""


def read_numbers(version: Version, stretches: Iterable[Stretch], catalogue: Catalogue) -> list[Number]:
    """Every number in these stretches; headings are read along, since they say what looks ahead."""
    wanted = sorted(stretches, key=lambda s: s.start)
    prose = [s for s in wanted if s.kind != "row"]
    numbers = [*_of_prose(version, prose, catalogue), *_of_rows(version, [s for s in wanted if s.kind == "row"])]
    claims = claims_of(version)
    if claims:
        starts = [start for start, _, _ in claims]
        numbers = [n._replace(claim=_claim_at(n, claims, starts)) for n in numbers]
    return list(_whole_dates(sorted(numbers, key=lambda n: n.start)))


def _whole_dates(numbers: list[Number]) -> Iterator[Number]:
    """A year that no calendar knows (2325年12月17日) is still a part of its date."""
    pending: Number | None = None
    for number in numbers:
        if pending is not None and number.kind == "date" and number.start == pending.end:
            number = number._replace(start=pending.start, printed=pending.printed + number.printed, left=pending.left)
        elif pending is not None:
            yield pending
        pending = number if number.kind == "date" and number.quantity is not None else None
        if pending is None:
            yield number
    if pending is not None:
        yield pending


def catalogue_of(*versions: Version) -> Catalogue:
    """The shipped metrics, and those which the drafts among these versions name beside them."""
    local = {
        (e.name, e.unit)
        for v in versions
        if v.draft is not None
        for e in v.draft.evidence
        if e.metric.startswith("local_") and e.field == "now" and e.name
    }
    return _extended(tuple(sorted(local)))


@lru_cache(maxsize=8)
def _extended(local: tuple[tuple[str, str], ...]) -> Catalogue:
    """One catalogue for each set of names: its finder costs more than a comparison."""
    shipped = load_catalogue()
    return shipped.extended(shipped.local(name, unit) for name, unit in local) if local else shipped


# --- prose ----------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A piece of what is read, and where it stands in the version."""

    at: int
    start: int
    stretch: Stretch


def _of_prose(version: Version, wanted: list[Stretch], catalogue: Catalogue) -> Iterator[Number]:
    """Only wanted stretches are read, at the beginnings of their paragraphs, under the headings over them."""
    if not wanted:
        return
    keep = {s.start for s in wanted}
    text, lines = _excerpt(version, {s.paragraph for s in wanted}, keep)
    starts = [line.at for line in lines]
    within = [(line.at, line.at + len(line.stretch.text)) for line in lines if line.stretch.start in keep]
    mentions = find_mentions(text, catalogue, kind=version.kind, year=version.year, within=within)
    before: tuple[int, int, str] | None = None
    for mention in mentions:
        line = lines[bisect_right(starts, mention.start) - 1]
        stretch, shift = line.stretch, line.start - line.at
        if stretch.start not in keep or _is_numbering(mention, text):
            continue
        at = mention.start - line.at
        same = before is not None and before[0] == stretch.start
        number = _number(mention, stretch, at, shift, before[1:] if same and before else None, version.year)
        before = (stretch.start, mention.end - line.at, number.name)
        yield number


def _excerpt(version: Version, paragraphs: set[int], keep: set[int]) -> tuple[str, list[_Line]]:
    """Title, headings and these stretches, a paragraph a line, and where each of them stands.

    Of their paragraphs the beginning is read along, and both ends of the one above: a line may turn to what lies ahead,
    a short line may be the label of the number below it, an unfinished one hands on what it announced.
    """
    above = {p - 1 for p in paragraphs} - paragraphs
    pieces: list[str] = []
    lines: list[_Line] = []
    at, last, before = 0, None, None
    stretches = version.stretches
    for i, stretch in enumerate(stretches):
        paragraph = stretch.paragraph
        begins = paragraph != before
        before = paragraph
        if stretch.kind not in ("title", "heading"):
            ends = i + 1 == len(stretches) or stretches[i + 1].paragraph != paragraph
            known = stretch.start in keep or (begins and paragraph in paragraphs)
            known = known or ((begins or ends) and paragraph in above)
            if not known or stretch.kind == "row":
                continue
        if last is not None and paragraph != last:
            pieces.append("\n")
            at += 1
        lines.append(_Line(at, stretch.start, stretch))
        pieces.append(stretch.text)
        at += len(stretch.text)
        last = paragraph
    return "".join(pieces), lines


def _is_numbering(mention: Mention, text: str) -> bool:
    """1. and （二） number the text; 第3批 counts something."""
    return mention.role is MentionRole.NUMBERING and text[mention.start - 1 : mention.start] != "第"


def _number(
    mention: Mention, stretch: Stretch, at: int, shift: int, before: tuple[int, str] | None, year: int | None
) -> Number:
    """A mention as a number of its version; `before` is the end and the name of the number before it."""
    start, end = at, at + mention.end - mention.start
    left = _since_mark(stretch.text, before[0] if before else 0, start)
    right = stretch.text[end : end + _AROUND]
    bracket = mention.role is MentionRole.DATE and re.search(r"[〕\]]", mention.text) is not None
    kind: NumberKind = "number" if mention.quantity is not None else "name"
    misprinted = mention.quantity is not None and mention.quantity.unit == "年" and len(mention.text) == 5  # 1026年
    if (mention.role is MentionRole.DATE and not bracket) or misprinted:
        kind = "date"
    elif _RATIO.fullmatch(mention.text):  # 3:0.57, a misprint of 1:0.57
        kind = "number"
    name = _name_of(left, right, before[1] if before else "", mention)
    return Number(
        start=mention.start + shift - bracket,
        end=mention.end + shift,
        printed=stretch.text[start - bracket : end],
        kind=kind,
        quantity=mention.quantity,
        aspect=_aspect(mention, left, right),
        ahead=mention.tense == "future",
        metric=mention.metric,
        metric_name=mention.metric_name,
        name=name,
        left=left[-_AROUND:],
        right=_MARKS.split(right, maxsplit=1)[0],
        period=_years_from(mention.period, year),
        direction=mention.direction if mention.role is MentionRole.CHANGE else 0,
        verb=mention.verb,
        part=stretch.part,
        sentence=(stretch.start, stretch.end),
    )


_AROUND = 14
_RATIO = re.compile(r"\d+[:：]\d+(?:\.\d+)?")
_MARKS = re.compile(r"[，。；：、,;:！？（）()“”《》\s\d]")
_AIM_RIGHT = re.compile(
    r"^(?:以内|以上|以下)?的?(?:年度|年初|年|控制|既定|预期|上级)*的?(?:目标|任务|计划数|控制线|控制值)"
)
_AIM_LEFT = re.compile(r"(?:目标|任务|计划数|控制线)(?:值|数|线)?(?:的|为|是|定为|在)*$")


def _since_mark(text: str, floor: int, at: int) -> str:
    window = text[max(floor, at - 40) : at]
    cut = max(window.rfind(mark) for mark in "，。；：、,;:！？（）()“”》\n\t")
    return window[cut + 1 :]


def _aspect(mention: Mention, left: str, right: str) -> Aspect:
    if mention.role is MentionRole.TARGET or _AIM_RIGHT.match(right) or _AIM_LEFT.search(left):
        return "target"
    if mention.role is MentionRole.BASELINE:
        return "baseline"
    if mention.role in (MentionRole.CHANGE, MentionRole.COMPARATOR):
        return "change"
    return "parameter" if mention.role is MentionRole.PARAMETER else "value"


def _years_from(period: str | None, year: int | None) -> int | None:
    found = re.match(r"\d{4}", period or "")
    return int(found[0]) - year if found and year else None


# --- what a number is about -----------------------------------------------------------------------

# Words that carry a number and say nothing of what it counts.
_GLUE_END = re.compile(
    r"(?:达到?|为|是|共计?|约|近|超过?|超出|由|从|到|至|了|的|在|高|低|多|少|比|较|与|上年|去年|年初|同期|同比|环比|升|降|提高|提升|提早|下降|降低|"
    r"缩短|延长|增长|增加|减少|净增|上升|增|减|好于|高于|低于|优于|控制|保持|稳定|完成|实现|已|均|仅|就|也|还|再|又|平均|累计|合计|总计|总共|占|有|扩|招|"
    r"年底|年末|月末|末|全年|每年|每月|每周|每天|每晚|每日|每季度|各|逾|不低于|不少于|不超过)+$"
)
_GLUE_START = re.compile(
    r"^(?:全年|年内|今年|本年度?|上年|去年|年底|年初|上半年|下半年|目前|现|共计?|累计|合计|先后|已|均|其中|并|又|再|还|对|各类|全院|全科|我[科院]|"
    r"组织|开展|举办|完成|实施|进行|实现|新增|原因是|由|从|使|将|把|前(?![列沿期端庭房哨置瞻])|每[年月周天日季]度?|平均|一次性|的)+"
)
_CLASSIFIERS = frozenset("个 名 位 人 项 家 台 辆 张 份 例 条 件 所 支 批 种 类 场 次 间 起 处 篇 部 套".split())
_COUNTING = {
    "场": "场次",
    "次": "次数",
    "人": "人数",
    "名": "人数",
    "例": "例数",
    "台": "台数",
    "项": "项数",
    "家": "家数",
    "份": "份数",
    "件": "件数",
    "起": "起数",
    "个": "个数",
    "期": "期数",
    "张": "张数",
    "人次": "人次",
    "例次": "例次",
    "台次": "台次",
    "场次": "场次",
}


_NO_NAMES = frozenset("前后内中上下里间时")


def _name_of(left: str, right: str, before: str, mention: Mention) -> str:
    """The words that say what a number counts: before it, else right after it, else those of the number before."""
    if mention.metric_name:
        return mention.metric_name
    share = "占比" if left.endswith("占比") else ""
    own = _GLUE_START.sub("", _GLUE_END.sub("", left.removesuffix(share)))
    own = own + share if own else ""
    if len(own) > 1:
        return own[-12:]
    after = _MARKS.split(right, maxsplit=1)[0]
    if mention.role is MentionRole.DATE:
        return after
    carried = left != "" or mention.role in (MentionRole.BASELINE, MentionRole.CHANGE)
    if before and (carried or not after):
        return before
    # “3月底前，分四批派出”: of 前 alone nothing is counted.
    return noun_of(after) or before or ("" if own in _NO_NAMES else own)


def label_of(number: Number, definitions: Catalogue, names: Mapping[str, str]) -> str:
    """What a person calls a number: the metric's name, else the words at it (“培训场次”)."""
    metric = (number.claim.metric if number.claim else None) or number.metric
    if number.column is not None:
        return number.name or number.column
    if metric and (metric in names or definitions.get(metric)):
        definition = definitions.get(metric)
        return names.get(metric) or (definition.name if definition else metric)
    if number.kind == "date":
        return _label_of_date(number)
    if number.kind == "name":
        return "文号" if "〕" in number.printed or "]" in number.printed else f"{number.name}（名称中的数字）"
    unit = number.quantity.unit if number.quantity else ""
    name = number.name
    if number.right and unit in _CLASSIFIERS:
        noun = noun_of(number.right)
        name = noun if len(noun) > 1 and _nominal(noun) else name
    word = _COUNTING.get(unit, "")
    return name + word if name and word and not name.endswith((word, word[:1], "数")) else name or unit or "数字"


def _label_of_date(number: Number) -> str:
    """“时限”, or “时间：通过等级评审”."""
    after = number.right.removeprefix("的")
    if after.startswith("前"):
        return "时限"
    what = after[:10] or number.name
    return f"时间：{what}" if what else "时间"


@lru_cache(maxsize=1024)
def noun_of(words: str) -> str:
    """The noun that some words begin with: “医师常驻县医院” → 医师; of a deed its first words."""
    taken: list[tuple[str, str]] = []
    for word, tag in tagged_words(words.removeprefix("的")):
        verb = tag.startswith("v") and not tag.startswith("vn")
        if taken and (sum(len(w) for w, _ in taken) >= 8 or verb or tag[0] not in "nabjlifcm"):
            break
        taken.append((word, tag))
    while len(taken) > 1 and taken[-1][1][0] in "fcmab":
        taken.pop()
    return "".join(word for word, _ in taken)


@lru_cache(maxsize=1024)
def _nominal(words: str) -> bool:
    return all(tag[0] in "nabjfcm" or tag.startswith("vn") for _, tag in tagged_words(words))


# --- tables ---------------------------------------------------------------------------------------

_SERIAL = re.compile(r"\s*\d{0,3}\s*")
_ASPECTS: tuple[tuple[re.Pattern[str], Aspect], ...] = (
    (re.compile(r"目标|计划"), "target"),
    (re.compile(r"比上年|同比|增减|增幅|变化|较上年"), "change"),
    (re.compile(r"上年|去年|基线|基期"), "baseline"),
)


def _of_rows(version: Version, wanted: list[Stretch]) -> Iterator[Number]:
    """Numbers in table cells; a run of rows is one table, its first row the header."""
    if not wanted:
        return
    keep = {s.start for s in wanted}
    header: list[str] = []
    last = -2
    for stretch in version.stretches:
        if stretch.kind != "row":
            continue
        if stretch.paragraph != last + 1:
            header = [c.strip() for c in stretch.text.split("\t")]
        elif stretch.start in keep:
            yield from _row(stretch, header)
        last = stretch.paragraph


def _row(stretch: Stretch, header: list[str]) -> Iterator[Number]:
    cells = stretch.text.split("\t")
    first = 1 if len(cells) > 1 and _SERIAL.fullmatch(cells[0]) else 0
    label = cells[first].strip() if first < len(cells) else ""
    at = stretch.start
    for index, cell in enumerate(cells):
        head = header[index] if index < len(header) else ""
        if _DIGIT.search(cell) and (index > first or len(cells) == 1):
            yield from _cell(cell, at, label, head, stretch)
        at += len(cell) + 1


def _cell(cell: str, at: int, label: str, head: str, stretch: Stretch) -> Iterator[Number]:
    """The numbers of a cell: of a figure by its column, of words by the words."""
    figure = _is_figure(cell)
    aspect: Aspect = next((a for pattern, a in _ASPECTS if pattern.search(head)), "value")
    for found in _found_in(cell):
        mention = Mention(
            start=found.start,
            end=found.end,
            text=cell[found.start : found.end],
            role=MentionRole.DATE if found.quantity.unit in ("年", "月") else MentionRole.COUNT,
            quantity=found.quantity,
        )
        left = _since_mark(cell, 0, found.start)
        right = cell[found.end : found.end + _AROUND]
        yield Number(
            start=at + found.start,
            end=at + found.end,
            printed=mention.text,
            kind="number",
            quantity=found.quantity,
            aspect=aspect,
            ahead=False,
            metric=None,
            metric_name="",
            name=label if figure else f"{label}：{_name_of(left, right, '', mention)}".rstrip("："),
            left=left[-_AROUND:],
            right=_MARKS.split(right, maxsplit=1)[0],
            period=None,
            direction=0,
            verb="",
            part=stretch.part,
            sentence=(stretch.start, stretch.end),
            column=head,
        )


def _is_figure(cell: str) -> bool:
    """Whether a cell holds digits and signs and at most a unit: “≥95.0%”, “3.2 万人次”."""
    unit = next(
        (at for at, c in enumerate(cell) if not (c.isdecimal() or c.isspace() or c in _FIGURE_SIGNS)), len(cell)
    )
    rest = cell[unit:].rstrip()
    return len(rest) <= 8 and all(is_han(c) or (c.isascii() and c.isalpha()) or c in "/%‰ " for c in rest)


_FIGURE_SIGNS = frozenset("≥≤<>±＋+-−—~～.,，％%‰．/:：")
_DIGIT = re.compile(r"\d")
_MONTH = re.compile(r"[年月日号]")


def _found_in(cell: str) -> Iterator[Found]:
    """Numbers of a cell; the parts of a date are one each, with 年, 月 or 日 as unit."""
    folded = fold(cell)
    for found in find_numbers(cell):
        mark = folded[found.end : found.end + 1]
        if not found.quantity.unit and _MONTH.match(mark):
            quantity = replace(found.quantity, unit=mark, printed=found.quantity.printed + mark)
            yield found._replace(end=found.end + 1, quantity=quantity)
        else:
            yield found


# --- claims ---------------------------------------------------------------------------------------

PlacedClaim = tuple[int, int, "Claim"]
"""(start, end, claim) in `Version.text`."""


_placed: dict[int, tuple[Version, list[PlacedClaim]]] = {}
"""The claims of the last few versions, by which object it is: two drafts may read alike and rest on other cells.

A comparison asks for them four times; the version is kept with them, so that no other takes its number.
"""


def claims_of(version: Version) -> list[PlacedClaim]:
    """Every claim of a draft where its characters stand in the version, in order; nothing of a foreign text."""
    if version.draft is None:
        return []
    known = _placed.get(id(version))
    if known is None:
        if len(_placed) >= 4:
            _placed.clear()
        known = _placed[id(version)] = (version, _claims_placed(version, version.draft))
    return known[1]


def _claims_placed(version: Version, draft: Draft) -> list[PlacedClaim]:
    texts = _texts(draft)
    rows: dict[str, int] = {}
    tables: dict[str, Table] = {}
    for _, block, table in draft.tables():
        tables.setdefault(block.id, table)
    placed: list[PlacedClaim] = []
    for stretch in version.stretches:
        if stretch.kind == "row":
            placed += _in_row(tables.get(stretch.id), stretch, rows)
            continue
        section = version.parts[stretch.part].id if stretch.kind == "heading" else ""
        for claim in texts.get((section, stretch.id), ()):
            start = stretch.start + claim.start - stretch.at
            if stretch.start <= start < stretch.end:
                placed.append((start, start + claim.end - claim.start, claim))
    return sorted(placed, key=lambda c: (c[0], c[1]))


def _texts(draft: Draft) -> dict[tuple[str, str], tuple[Claim, ...]]:
    """Claims by (section, "heading"), ("", sentence id) and ("", "title")."""
    known = {("", s.id): s.claims for _, s in draft.sentences()}
    known |= {(s.id, "heading"): s.heading.claims for s in draft.sections}
    return known | {("", "title"): draft.title.claims}


def _in_row(table: Table | None, stretch: Stretch, rows: dict[str, int]) -> Iterator[PlacedClaim]:
    """Claims of a table row; `rows` counts the rows met of each table, its header being the first."""
    index = rows.get(stretch.id, -1)
    rows[stretch.id] = index + 1
    if table is None or not 0 <= index < len(table.rows):
        return
    at = stretch.start
    for cell in table.rows[index]:
        for claim in cell.claims:
            yield at + claim.start, at + claim.end, claim
        at += len(cell.text) + 1


def _claim_at(number: Number, claims: list[PlacedClaim], starts: list[int]) -> Claim | None:
    """The narrowest claim that holds a number."""
    best: PlacedClaim | None = None
    for place in range(bisect_right(starts, number.end - 1) - 1, -1, -1):
        start, end, claim = claims[place]
        if number.start - start > 200:
            break
        if end > number.start and (best is None or end - start < best[1] - best[0]):
            best = (start, end, claim)
    return best[2] if best else None


def names_in(*versions: Version) -> dict[str, str]:
    """Metric id → name, as the drafts among these versions say it."""
    return {e.metric: e.name for v in versions if v.draft is not None for e in v.draft.evidence if e.name}
