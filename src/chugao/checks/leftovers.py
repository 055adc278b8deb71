"""What a text kept of last year: numbers, years, ordinals, names that stand where last year's report had them.

In: a text with its mentions, and the office's own earlier reports.  Out: `Leftover`s, each with the sentence it came
from.

Sentences are matched with their digits folded, then aligned character by character: a value is left over when it stands
unchanged at the same place of the same sentence.  Surprise: most values that repeat should.  Beds on the establishment,
townships and departments do not change with the year, and a plan of last year for this year is no leftover in this
year's results.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from chugao.corpus.masking import Names, is_province, named_spans
from chugao.corpus.winnowing import Folded, fold_text
from chugao.mentions import Mention, MentionRole, Tense, find_mentions
from chugao.quantity import Quantity, comparable, convert, fold

ValueKind = Literal["number", "year", "date", "ordinal", "file", "name"]
_LONGEST_TEXT = 200_000
"""Read so far and no further; no report is longer."""
_GRAM = 6
_LONGEST = 500
_MOST_POSTINGS = 40
_LEAST_ALIKE = 0.55
_LEAST_BLOCK = 6
_LONG_BLOCK = 14


class Value(NamedTuple):
    """Something in a text that belongs to a year."""

    start: int
    end: int
    kind: ValueKind
    text: str
    tense: Tense
    quantity: Quantity | None = None


class PastText(NamedTuple):
    """An earlier report of the office itself."""

    title: str
    text: str
    reported: int | None
    """The year whose results it tells."""
    planned: int | None
    """The year it plans, None for a report without a plan."""


class Leftover(NamedTuple):
    """A value that stands where an earlier report had it."""

    value: Value
    report: PastText
    sentence: str
    """Of the earlier report."""


class Known:
    """What was given for this year: numbers by value, names by their characters."""

    def __init__(self, texts: Iterable[str] = (), quantities: Iterable[Quantity] = ()) -> None:
        self.text = "\n".join(texts)
        self._by_unit: defaultdict[str, list[Quantity]] = defaultdict(list)
        found = [m.quantity for m in find_mentions(self.text) if m.quantity is not None] if self.text else []
        for quantity in (*quantities, *found):
            self._by_unit[quantity.unit].append(quantity)

    def __bool__(self) -> bool:
        return bool(self.text or self._by_unit)

    def number(self, quantity: Quantity) -> bool:
        """Whether this very number was given, in whatever unit of its kind."""
        for unit, given in self._by_unit.items():
            if comparable(unit, quantity.unit) and any(
                abs(convert(abs(q.value), unit, quantity.unit) - abs(quantity.value)) <= quantity.resolution / 10
                for q in given
            ):
                return True
        return False


# --- values of a text -----------------------------------------------------------------------------

_HAN = "一二三四五六七八九十百〇零"
_ORDINAL = re.compile(rf"第(?:\d{{1,4}}|[{_HAN}]{{1,5}})(?:届|个|次|批|期|轮|季)|(?:\d{{1,3}}|[{_HAN}]{{2,5}})周年")
_SESSION = re.compile(r"[^，。；\n]{0,6}(?:人民代表大会|人大|政协|委员会|全会|全体会议|会议|党代会|代表大会)")
_FIRST = re.compile(r"第[一1](?:届|个|次|批|期|轮|季)$")
_FILE = re.compile(r"[一-鿿]{1,8}〔(?:19|20)\d\d〕\d{1,4}号")
_PROJECT = re.compile(r"“[^“”\n]{2,24}”(?=[一-鿿]{0,4}(?:项目|工程|课题|技术|成果|案例|行动|活动|品牌|专项))")
_DEVICE = re.compile(
    r"(?:购置|引进|购入|采购|上线|启用|配备|配置|新增|建成)了?(?P<name>[一-鿿A-Za-z0-9]{2,14}?(?:系统|设备|机器人|监护仪|治疗仪|仪|CT|磁共振|直线加速器))(?=[\d，。、；在并，和等]|$)"
)
_TITLED = re.compile(r"《[^《》\n]{1,80}》")
_FESTIVAL = re.compile(r"[^。；\n]{0,14}(?:节|[艾病吸]\w{0,2}日|世界[^，。]{1,10}日|宣传日|纪念日)")
# Before or after a number that does not change with the year.
_STANDING_BEFORE = re.compile(
    r"(?:编制|核定|下辖|所辖|辖区?内?|占地(?:面积)?|建筑面积|总面积|始建于|创建于|成立于|设有|共设|下设|设)[^，。；\d]{0,8}$"
)
_STANDING_AFTER = re.compile(
    r"[^，。；、\d]{0,4}?(?:乡镇|镇|乡|街道|社区|行政村|村卫生室|县区|区县|县|院区|分院|病区|护理单元|临床科室|医技科室|职能科室|科室|专业组|核心制度|制度|维度|流程|环节|步骤)"
)
_INSTITUTIONS = re.compile(r"(?:现有|共有|拥有|全[市县区镇]有)[^。；]{0,40}(?:医院|卫生院|机构|中心|卫生室|诊所|站)$")
_PERSONS = frozenset("人 名 位 人次 例 例次 户".split())
# A hospital without a proper name is whichever is nearest: one's own.
_NEAREST = re.compile(r"^(?:[县区市镇乡]|本)(?![一-鿿]{0,6}[县区市])")
_FOR_YEARS = re.compile(r"[^，。；\n]{0,2}(?:[两二三四五六]|\d)年(?:行动|规划|计划|攻坚)")
_EVERY = re.compile(r"每(?:年|月|周|日|天|季度?|半年|两周|个)?[^，。；]{0,6}$")


def values_of(text: str, mentions: Sequence[Mention], names: Names | None = None) -> list[Value]:
    """Everything in a text that may be a year's own, in order; nothing twice."""
    tenses = _Tenses(mentions)
    taken = bytearray(len(text) + 1)
    found: list[Value] = []

    def take(start: int, end: int, kind: ValueKind, quantity: Quantity | None = None) -> None:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append(Value(start, end, kind, text[start:end], tenses.at(start), quantity))

    for match in _FILE.finditer(text):
        take(*match.span(), "file")
    for match in _TITLED.finditer(text):
        taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    for match in _ORDINAL.finditer(text):
        if not _FIRST.search(match.group()) and not _SESSION.match(text, match.end()):
            take(*match.span(), "ordinal")
    for mention in mentions:
        kind = _kind_of(mention, text)
        if kind is not None:
            take(mention.start, mention.end, kind, mention.quantity)
    for start, end, what in named_spans(text, names):
        if (
            what in ("单位", "地名", "人名")
            and not is_province(text[start:end])
            and not _NEAREST.match(text[start:end])
        ):
            take(start, end, "name")
    for pattern, group in ((_PROJECT, 0), (_DEVICE, 1)):
        for match in pattern.finditer(text):
            if not _FOR_YEARS.match(text, match.end()):
                take(*match.span(group), "name")
    return sorted(found)


class _Tenses:
    """Which half of a report a place stands in, by the numbers around it."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        # Only quantities know their half; dates and names take it from the next of them.
        counted = [m for m in mentions if m.quantity is not None]
        self._ends = [m.end for m in counted]
        self._tenses: list[Tense] = [m.tense for m in counted]

    def at(self, place: int) -> Tense:
        if not self._ends:
            return "past"
        return self._tenses[min(bisect_left(self._ends, place), len(self._ends) - 1)]


def _kind_of(mention: Mention, text: str) -> ValueKind | None:
    if mention.role is MentionRole.DATE:
        if re.search(r"(?:19|20)\d\d年?", mention.text):
            # A span of years is a plan's, not a year's.
            return None if re.search(r"\d\d\d\d年?[-—–~～至到]", mention.text) else "year"
        if not re.search(r"月\d", mention.text) or _FESTIVAL.match(text[mention.end : mention.end + 30]):
            return None
        return None if _EVERY.search(text[max(0, mention.start - 12) : mention.start]) else "date"
    quantity = mention.quantity
    if quantity is None or not mention.role.is_fact:
        return None
    return None if _repeats_rightly(mention, quantity, text) else "number"


def _repeats_rightly(mention: Mention, quantity: Quantity, text: str) -> bool:
    """Nil and all, a handful, and what stands for years."""
    if quantity.value == 0 or (quantity.unit == "%" and quantity.value == 100):
        return True
    rank = quantity.unit in ("位", "名") and mention.text.startswith("第")
    whole = quantity.value == quantity.value.to_integral_value()
    if whole and quantity.value < 10 and not rank and quantity.unit not in ("%", "天", "分钟", "小时", "个百分点", "‰"):
        return True
    before, after = text[max(0, mention.start - 60) : mention.start], text[mention.end : mention.end + 12]
    if _STANDING_BEFORE.search(before) or _EVERY.search(before):
        return True
    return quantity.unit not in _PERSONS and bool(_STANDING_AFTER.match(after) or _INSTITUTIONS.search(before))


# --- matching -------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^。；！？\n]+")


class _Piece(NamedTuple):
    start: int
    text: str
    folded: Folded
    key: str
    """The folded characters as text."""


def _pieces(text: str) -> Iterator[_Piece]:
    """Sentences of a text, a very long one in pieces."""
    for match in _SENTENCE.finditer(text):
        for at in range(match.start(), match.end(), _LONGEST):
            words = text[at : min(match.end(), at + _LONGEST)]
            folded = fold_text(words)
            if len(folded.points) >= _GRAM + 2:
                yield _Piece(at, words, folded, folded.points.tobytes().decode("utf-16-le", "replace"))


class _Report(NamedTuple):
    report: PastText
    pieces: list[_Piece]
    values: dict[tuple[int, int], Value]
    """By place in the report's text."""
    grams: dict[str, list[int]]


@lru_cache(maxsize=64)
def _read(report: PastText) -> _Report:
    report = report._replace(text=report.text[:_LONGEST_TEXT])
    pieces = list(_pieces(report.text))
    grams: defaultdict[str, list[int]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        for gram in {piece.key[i : i + _GRAM] for i in range(len(piece.key) - _GRAM + 1)}:
            if len(grams[gram]) < _MOST_POSTINGS:
                grams[gram].append(number)
    mentions = find_mentions(report.text, year=report.reported)
    values = {(v.start, v.end): v for v in values_of(report.text, mentions)}
    return _Report(report, pieces, values, grams)


def leftovers(
    text: str,
    mentions: Sequence[Mention],
    past: Sequence[PastText],
    known: Known,
    *,
    reported: int | None,
    own_names: Sequence[str] = (),
) -> Iterator[Leftover]:
    """Every value of the text that stands where the latest earlier report had it, and that nothing given explains.

    Only the latest year counts: what stood two years ago and not last year was changed once and is no leftover.  A value
    that two earlier reports of different years had at that place is a constant.
    """
    latest = max((p.reported for p in past if p.reported is not None), default=None)
    reports = [_read(p) for p in sorted(set(past), key=lambda p: (-(p.reported or 0), p.title))]
    text = text[:_LONGEST_TEXT]
    mentions = [m for m in mentions if m.end <= len(text)][: _LONGEST_TEXT // 10]
    values = values_of(text, mentions)
    starts = [v.start for v in values]
    for piece in _pieces(text):
        inside = values[bisect_left(starts, piece.start) : bisect_left(starts, piece.start + len(piece.text))]
        inside = [v for v in inside if not _explained(v, known, own_names)]
        if not inside:
            continue
        same: dict[Value, list[tuple[_Report, _Piece]]] = defaultdict(list)
        for report in reports:
            for source in _candidates(piece, report):
                for value in _unchanged(piece, source, report, inside):
                    if all(r is not report for r, _ in same[value]):
                        same[value].append((report, source))
        for value, places in same.items():
            report, source = places[0]
            if report.report.reported != latest:
                continue
            if len({r.report.reported for r, _ in places}) > 1 and value.kind != "year":
                continue
            if _belongs(value, report.report, reported):
                yield Leftover(value, report.report, source.text.strip())


def _explained(value: Value, known: Known, own_names: Sequence[str]) -> bool:
    if value.kind == "number" and value.quantity is not None:
        return known.number(value.quantity)
    if value.kind == "name" and any(value.text in name or name in value.text for name in own_names if name):
        return True
    return value.kind in ("name", "file", "ordinal", "date") and value.text in known.text


def _belongs(value: Value, report: PastText, reported: int | None) -> bool:
    """Whether the value is of another year than the one this half of the text speaks of."""
    if value.kind != "year":
        return True
    year = int(re.search(r"(?:19|20)\d\d", fold(value.text))[0])  # type: ignore[index]
    if report.reported is None or reported is None or report.reported >= reported:
        return False
    # The years that move on with the report: the one told, the one before it, the one planned.
    speaks_of = {reported, reported + 1} if value.tense == "past" else {reported + 1}
    return report.reported - 1 <= year <= report.reported + 1 and year not in speaks_of


def _candidates(piece: _Piece, report: _Report) -> list[_Piece]:
    """The few sentences of a report that share most with a piece."""
    counts: Counter[int] = Counter()
    for gram in {piece.key[i : i + _GRAM] for i in range(len(piece.key) - _GRAM + 1)}:
        counts.update(report.grams.get(gram, ()))
    return [report.pieces[number] for number, shared in counts.most_common(2) if shared >= 2]


def _unchanged(piece: _Piece, source: _Piece, report: _Report, inside: Sequence[Value]) -> Iterator[Value]:
    """Those values that stand at the same place of an earlier sentence in the very same characters."""
    from rapidfuzz.distance import Indel

    alike = Indel.normalized_similarity(piece.key, source.key) >= _LEAST_ALIKE
    blocks = [o for o in Indel.opcodes(piece.key, source.key) if o.tag == "equal"]
    for value in inside:
        start = _folded_place(piece.folded, value.start - piece.start)
        end = _folded_place(piece.folded, value.end - piece.start)
        for block in blocks:
            if not (block.src_start <= start and end <= block.src_end):
                continue
            context = block.src_end - block.src_start - (end - start)
            if context < (_LEAST_BLOCK if alike else _LONG_BLOCK) and not (alike and context >= 3):
                continue
            shift = block.dest_start - block.src_start
            there = source.start + source.folded.place(start + shift)
            until = source.start + source.folded.place(end - 1 + shift) + 1
            earlier = report.values.get((there, until))
            if earlier is not None and _same(value, earlier):
                # What last year planned for this year may well have come true.
                if earlier.tense == "future" and value.tense == "past":
                    continue
                yield value


def _folded_place(folded: Folded, place: int) -> int:
    """Where a character of the text stands among those that are kept."""
    low, high = 0, len(folded.points)
    while low < high:
        middle = (low + high) // 2
        if folded.place(middle) < place:
            low = middle + 1
        else:
            high = middle
    return low


def _same(value: Value, earlier: Value) -> bool:
    return re.sub(r"\s", "", fold(value.text)) == re.sub(r"\s", "", fold(earlier.text))
