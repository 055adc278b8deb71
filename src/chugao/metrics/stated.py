"""What a document plans and what a document reports, as far as it is said in numbers.

In: a `Document`.  Out: `Stated` items: from its future half the aims, from its past half the results of one year.

Government reports and hospital plans name things in their own words, so a thing is known by its catalogue metric
where it has one and by its name otherwise (`subjects`).  Surprise: half of what a report says about “this year” counts
for five: “十二五期间”, “年均”, “近三年累计” are recognised and left out.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Literal, NamedTuple

from chugao.catalogue import Catalogue, MetricDefinition, load_catalogue, name_key
from chugao.documents.structure import Document, TextParagraph
from chugao.mentions import Mention, MentionRole, MetricNames, find_mentions, metric_names
from chugao.metrics.cells import Unit, is_number, read_value, split_name, unit_of
from chugao.metrics.subjects import ACTS, VERBS, Form, Subject, acts, clause_before, noun_after, subject_of
from chugao.quantity import Qualifier, Quantity, comparable
from chugao.shipped import shipped
from chugao.source import Frozen, Source

Side = Literal["aim", "result"]
Passage = Literal["one", "back", "many"]
"""What a passage speaks of: the year of its part, the year before it, or several years."""


class Stated(Frozen):
    """One value that a file plans or reports."""

    metric: str = ""
    """Catalogue id, "" for a thing that no catalogue knows."""
    name: str
    """As the file names it: “国内生产总值”, “门诊人次”."""
    department: str = ""
    form: Form = "level"
    sign: int = 0
    """Of a growth or change: −1, 1."""
    quantity: Quantity
    better: Literal["up", "down", "neutral"] = "up"
    peer: str = ""
    """Metric with whose growth this aim is to keep pace: “与经济增长同步”; then `quantity` is empty."""
    at_least: bool = False
    """The peer's growth must be exceeded, not merely met."""
    order: int = 0
    source: Source
    quote: str = ""
    """The clause it was read from."""

    @property
    def label(self) -> str:
        """Name and form: “国内生产总值增长”, “农村贫困人口减少”, “居民消费价格涨幅”."""
        if self.form == "level" or self.name.endswith(_FORM_ENDINGS):
            return self.name
        if self.metric and (definition := indicators().get(self.metric)) and definition.area == _RISE:
            return f"{self.name}涨幅"
        verbs = ("增长", "下降") if self.form == "growth" else ("增加", "减少")
        if self.quantity.unit == "个百分点":
            verbs = ("提高", "下降")
        return self.name + verbs[self.sign < 0]


_SPAN = 200
"""How far back in its sentence a number's years are looked for."""
_MOST_AIMS, _MOST_RESULTS = 1000, 4000
"""More than any plan or report states; what follows is matched pair by pair."""
_FORM_ENDINGS = ("增长", "下降", "减少", "提高", "涨幅", "增幅", "增速")
_RISE = "增速"
_FLOW = "当年量"
_MANY_YEARS = re.compile(
    r"[“\"]?十[一二三四五六][”\"]?(?:五|五[”\"])|[两二三四五六]年(?:来|内|间|累计|时间|左右|期)|[五三两二四]年(?:共|累|新增|超)|年均|年平均|近年来|"
    r"(?:近|前|后|过去|今后|未来)[两二三四五六几]年|累计|历年|平均每年|每年平均|今后五年|过去的?五年|到20\d\d年|20\d\d[—–-]+20\d\d年|“[一二三四五六七八九十]+五”"
)
_OPENS_MANY = re.compile(
    r"^\W{0,4}(?:过去的?[两三四五几]年|[两三四五]年来|[两三四五]年间|今后[两三四五几]年|未来[两三四五几]年|今后一个时期|“?十[一二三四五六]五”?)"
)
_OPENS_BACK = re.compile(r"^\W{0,4}(?:过去一年|一年来|去年|上年|(?P<year>20\d\d)年)(?!以来|至)")
_OPENS_AHEAD = re.compile(r"^\W{0,4}(?:今年|新的一年|明年|全年|(?P<year>20\d\d)年)(?!以来|至)")
_WORDED = re.compile(r"(?<!不)(低于|少于|高于|多于)$")
_FALLS = re.compile(r"控制在|降[至到低]|下降|缩短|压[减降缩]|减少")
_RISES = re.compile(r"达到?|提[高升]|增[加长至]|力争|扩大|新增")
"""A metric without a good direction gets one from the words of its target."""
_SAYS_NOTHING = re.compile(
    r"^(?:增速|速度|比例|水平|比重|情况|问题|项目|(?:中央财政|财政|中央)?(?:预算)?拟?(?:安排|投入)?(?:专项|补助|补贴)?(?:资金|经费)|(?:中央财政|财政|中央)(?:预算)?拟?(?:安排|投入)|标准|总量|规模|任务|目标|以解决)$"
)
_GIVEN = re.compile(r"已(?:设立|开工|建成|有|经|完成|累计)|现有|将达|将高达|高达|我国有|目前|现在")
"""A plan also says what is there: “今年高校毕业生将达727万人” promises nothing."""
_THIS_YEAR = re.compile(r"今年|去年|全年|上年|明年")
_AGAINST_LAST = re.compile(r"(?:比|较)(?:上年|去年|20\d\d年|同期|年初|上年同期|去年同期)[^，。；]{0,8}$")
_SEVERAL = re.compile(r"分别|都|均|各")
_JOINT = re.compile(r"[、和与及]|以及")
_PACE = re.compile(
    r"(?P<own>[^，。；：、\n]{2,20}?)(?:实际)?(?:增长|增幅|增速)?(?:[与和同](?P<peer>[^，。；\n]{2,8}?)(?:增长|发展|增速)?(?:保持)?(?:基本)?同步"
    r"|(?P<more>不低于|高于|快于)(?P<other>[^，。；\n]{2,8}?)(?:增长|发展|增速|增幅))"
)
_NARROWER = re.compile(
    r"^(?:年末|年底|全国|全省|全市|全县|全区|全院|全年|全部|我国|我省|我市|我院|国家|地区|本级|的|总|居民)*$"
)
_WIDER = re.compile(r"^(?:总额|总量|总|数|人数|规模|水平|余额|存量|量|任务|工作|指标|涨幅|增幅|增速)?$")
_RESULTS = frozenset({MentionRole.CURRENT, MentionRole.COUNT, MentionRole.CHANGE})


@cache
def indicators() -> Catalogue:
    """The shipped metrics and the indicators of government reports in one catalogue."""
    return load_catalogue(shipped("templates") / "catalogue" / "economy.toml")


def aims_of(document: Document) -> tuple[Stated, ...]:
    """What a document plans for `plan_of(document)`, each thing once, in order."""
    reader = _Reader(document, plan_of(document))
    found = [*reader.paces(), *reader.table("aim"), *(s for s in reader.prose("aim"))]
    return _once(sorted(found, key=lambda s: s.order))[:_MOST_AIMS]


def results_of(document: Document, year: int | None) -> tuple[Stated, ...]:
    """What a document reports about `year`, in order; a thing stated twice stands twice."""
    reader = _Reader(document, year)
    found = [*reader.table("result"), *reader.prose("result"), *reader.looking_back()]
    return tuple(sorted(found, key=lambda s: s.order))[:_MOST_RESULTS]


def plan_of(document: Document) -> int | None:
    """The year a document plans."""
    return document.plan_year or (document.year if document.kind and not document.kind.looks_back else None)


def _once(aims: Sequence[Stated]) -> tuple[Stated, ...]:
    """The first statement of each aim: what a plan repeats further down it explains."""
    kept: dict[tuple[str, ...], Stated] = {}
    for aim in aims:
        key = (aim.metric or name_key(aim.name), aim.form, aim.quantity.unit, str(aim.sign))
        kept.setdefault(key, aim)
    return tuple(sorted(kept.values(), key=lambda s: s.order))


class _Thing(NamedTuple):
    definition: MetricDefinition | None
    name: str


class _Reader:
    """One document being read for one year."""

    def __init__(self, document: Document, year: int | None) -> None:
        self.document, self.year, self.text = document, year, document.text
        self.names: MetricNames = metric_names(indicators())
        self.starts = [p.start for p in document.paragraphs]
        title_year = document.year
        self.mentions = find_mentions(self.text, indicators(), kind=document.kind, year=title_year)
        self.mention_starts = [m.start for m in self.mentions]
        self._read_passages()
        self.tables = {i for i, p in enumerate(document.paragraphs) if p.kind == "table"}

    # --- prose ---

    def prose(self, side: Side) -> Iterator[Stated]:
        """Aims or results said in sentences."""
        last_sentence, last_end, subject = (-1, -1), 0, Subject("", "level", 0)
        recent: list[str] = []
        for group in self._groups():
            first = group[0]
            if first.sentence != last_sentence:
                last_sentence, last_end, recent = first.sentence, first.sentence[0], []
                subject = Subject("", "level", 0)
            read = self._subject(group, last_end)
            inherited = not read.name and bool(subject.name)
            if inherited:
                read = read._replace(name=subject.name)
            elif read.name.startswith("占") and subject.name:
                # “财政赤字合计9500亿元，占国内生产总值比重在3%以内” is a share of the deficit's.
                read = read._replace(name=subject.name + read.name)
            subject, last_end = read, group[-1].end
            names = self._names_of(read.name, len(group), recent)
            recent += [n for n in names if n not in recent]
            # “中央财政赤字1.12万亿元，增加1700亿元”: the difference follows from the level just named.
            if not (side == "aim" and inherited and read.form == "change"):
                yield from self._stated(group, names, read, side)

    def _groups(self) -> Iterator[list[Mention]]:
        """Numbers in order, those of one list together: “9.8%和8.5%”."""
        group: list[Mention] = []
        for mention in self.mentions:
            if mention.quantity is None or self._paragraph_at(mention.start) in self.tables:
                continue
            joined = group and _JOINT.fullmatch(self.text[group[-1].end : mention.start])
            if group and not (joined and mention.sentence == group[-1].sentence):
                yield group
                group = []
            group.append(mention)
        if group:
            yield group

    def _subject(self, group: Sequence[Mention], start: int) -> Subject:
        first, last = group[0], group[-1]
        assert last.quantity is not None
        left = clause_before(self.text, start, self._printed_start(first))
        return subject_of(left, noun_after(self.text, last.end), last.quantity.unit)

    def _printed_start(self, mention: Mention) -> int:
        """Where the number begins, its qualifier left off."""
        return mention.start

    def _names_of(self, name: str, count: int, recent: Sequence[str]) -> list[str]:
        """One name for each number of a list; several names for one number that all of them share."""
        pieces = [p for p in _JOINT.split(name) if p]
        if count > 1:
            if len(pieces) >= count:
                return pieces[-count:]
            return list(recent[-count:]) if len(recent) >= count else []
        if len(pieces) > 1 and all(self.thing(p).definition for p in pieces):
            return pieces
        return [name]

    def _stated(self, group: Sequence[Mention], names: Sequence[str], read: Subject, side: Side) -> Iterator[Stated]:
        pairs = zip(group, names, strict=False) if len(group) > 1 else ((group[0], n) for n in names)
        for mention, name in pairs:
            if len(name) < 2 or _SAYS_NOTHING.match(name) or mention.quantity is None:
                continue
            thing = self._linked(name, mention)
            if self._counts(mention, side, known=thing.definition is not None):
                yield self._item(thing, read, mention.quantity, mention.start, mention.end)

    def _linked(self, name: str, mention: Mention) -> _Thing:
        """The thing a name means, or the metric to which `mentions` ties the number: “急诊43560人次”."""
        thing, tied = self.thing(name), mention.metric_name
        definition = indicators().get(mention.metric) if mention.metric else None
        if thing.definition is not None or definition is None or not tied:
            return thing
        before = name.removesuffix(tied)
        fits = tied.endswith(name) or (before != name and _is_no_narrower(before))
        return _Thing(definition, name) if fits else thing

    def _counts(self, mention: Mention, side: Side, *, known: bool) -> bool:
        """Whether a number is an aim for the year, or a result of it; `known`: a catalogue has what it is about."""
        if not self._of_year(mention):
            return False
        before = self.text[max(mention.sentence[0], mention.start - 24) : mention.start]
        back = self._passage(mention.sentence[0]) == "back"
        if side == "aim":
            clause = clause_before(self.text, mention.sentence[0], mention.start)
            if (
                mention.tense != "future"
                or back
                or _AGAINST_LAST.search(before)
                or _GIVEN.search(clause)
                or before[-1:] == "个"
            ):
                return False
            counted = mention.role is MentionRole.COUNT and acts(clause)
            return mention.role is MentionRole.TARGET or counted or (known and mention.role is MentionRole.PARAMETER)
        # “过去一年，国内生产总值增长10.3%” opens many a plan half.
        told = mention.tense == "past" or (back and not _AGAINST_LAST.search(before))
        return told and (
            mention.role in _RESULTS or (back and mention.role is MentionRole.TARGET and _is_plain(mention))
        )

    def _of_year(self, mention: Mention) -> bool:
        """Whether a number speaks of the one year asked for, not of five."""
        clause = clause_before(self.text, mention.sentence[0], mention.start)
        sentence = self.text[max(mention.sentence[0], mention.start - _SPAN) : mention.start]
        near = self.text[mention.start : mention.end + 12]
        if re.search(r"(?:今明|今后|[两三四五]年内|年均|平均每|累计)", clause + near):
            return False
        passage = self._passage(mention.sentence[0])
        own = f"{self.year}年" if self.year else None
        says_so = (own is not None and own in sentence) or _THIS_YEAR.search(sentence) is not None
        if _MANY_YEARS.search(sentence):
            return False
        period = mention.period or ""
        other = self.year is not None and period[:4].isdigit() and int(period[:4]) != self.year
        if other and not says_so and passage != "back":
            return False
        return says_so or passage != "many"

    def _passage(self, at: int) -> Passage:
        return self.passages[max(0, bisect_right(self.passage_starts, at) - 1)]

    def _read_passages(self) -> None:
        """For each sentence what its passage is about, by the heading or the opening words it stands under."""
        self.passage_starts: list[int] = [0]
        self.passages: list[Passage] = ["one"]
        path: tuple[str, ...] = ()
        passage: Passage = "one"
        for paragraph in self.document.paragraphs:
            if paragraph.heading_path != path:
                path = paragraph.heading_path
                own = f"{self.year}年"
                passage = "many" if any(_MANY_YEARS.search(h) and own not in h for h in path) else "one"
            at = paragraph.start
            for sentence in re.split(r"(?<=[。！？])", paragraph.text):
                passage = self._opened(sentence) or passage
                self.passage_starts.append(at)
                self.passages.append(passage)
                at += len(sentence)

    def _opened(self, sentence: str) -> Passage | None:
        if _OPENS_MANY.match(sentence):
            return "many"
        back, ahead = _OPENS_BACK.match(sentence), _OPENS_AHEAD.match(sentence)
        if back and back["year"] in (None, str(self.document.year)) and self.document.year != plan_of(self.document):
            return "back"
        if ahead and ahead["year"] in (None, str(self.year), str(plan_of(self.document))):
            return "one"
        return None

    # --- what last year was, said in the plan ---

    def looking_back(self) -> Iterator[Stated]:
        """“由每人每年320元提高到380元” in a plan: 320 is what the year before came to."""
        last_sentence, last_end, name = (-1, -1), 0, ""
        told = {m.sentence for m in self.mentions if m.role is MentionRole.BASELINE and m.tense == "future"}
        for mention in self.mentions:
            if mention.quantity is None or mention.sentence not in told:
                continue
            if mention.sentence != last_sentence:
                last_sentence, last_end, name = mention.sentence, mention.sentence[0], ""
            read = self._subject([mention], last_end)
            last_end = mention.end
            name = read.name or name
            if mention.tense == "future" and mention.role is MentionRole.BASELINE and name:
                level = Subject(name, "level", 0)
                yield self._item(self.thing(name), level, mention.quantity, mention.start, mention.end)

    # --- keeping pace ---

    def paces(self) -> Iterator[Stated]:
        """“居民收入增长与经济增长同步”: an aim without a number of its own."""
        for match in _PACE.finditer(self.text):
            peer = match["peer"] or match["other"]
            own, other = self.thing(subject_of(match["own"], "", "%").name), self.thing(peer)
            tense = self._tense_at(match.start())
            if own.definition is None or other.definition is None or tense != "future":
                continue
            quantity = Quantity(value=Decimal(0), unit="%", printed=f"与{peer}增长同步")
            item = self._item(own, Subject(own.name, "growth", 1), quantity, match.start(), match.end())
            more = match["more"] in ("高于", "快于")
            yield item.model_copy(
                update={"peer": other.definition.id, "at_least": more, "quote": match.group().strip()}
            )

    def _tense_at(self, at: int) -> str:
        """Of the nearest number before a place."""
        index = bisect_right(self.mention_starts, at) - 1
        return self.mentions[index].tense if index >= 0 else "past"

    # --- tables ---

    def table(self, side: Side) -> Iterator[Stated]:
        """Aims or results in the rows of a table whose header says which column is which."""
        header: dict[int, str] = {}
        for index in sorted(self.tables):
            paragraph = self.document.paragraphs[index]
            cells = [c.strip() for c in paragraph.text.split("\t")]
            if index - 1 not in self.tables:
                header = {}
            if columns := _columns(cells, side, self.year, self.document):
                header = columns
                continue
            yield from self._row(cells, header, paragraph)

    def _row(self, cells: Sequence[str], header: dict[int, str], paragraph: TextParagraph) -> Iterator[Stated]:
        name_at = next((i for i, what in header.items() if what == "name"), None)
        if name_at is None or name_at >= len(cells) or not cells[name_at]:
            return
        name, unit = split_name(cells[name_at])
        unit_at = next((i for i, what in header.items() if what == "unit"), None)
        if unit is None and unit_at is not None and unit_at < len(cells):
            unit = unit_of(cells[unit_at])
        for i, what in header.items():
            if what != "value" or i >= len(cells) or not is_number(cells[i]):
                continue
            thing = self.thing(name)
            quantity = _cell_quantity(cells[i], unit, thing.definition)
            if quantity is not None:
                item = self._item(thing, Subject(name, "level", 0), quantity, paragraph.start, paragraph.end)
                yield item.model_copy(update={"quote": "　".join(c for c in cells if c)})

    # --- common ---

    def thing(self, name: str) -> _Thing:
        """The indicator a name means, when the name is that indicator's and nothing narrower."""
        if (definition := indicators().by_name(name)) is not None:
            return _Thing(definition, name)
        for start, end, definition in reversed(self.names.find(name)):
            before = name[:start]
            if definition is not None and _WIDER.match(name[end:]) and _is_no_narrower(before):
                return _Thing(definition, name)
        return _Thing(None, name)

    def _item(self, thing: _Thing, read: Subject, quantity: Quantity, start: int, end: int) -> Stated:
        definition, form, sign = thing.definition, read.form, read.sign
        if definition is not None and definition.area == _RISE:
            form, sign = "growth", sign or 1
        elif definition is not None and definition.area == _FLOW and form == "change":
            form, sign = "level", 0
        elif definition is not None and form == "level" and _is_growth(definition, quantity.unit):
            form, sign = "growth", 1
        index = self._paragraph_at(start)
        source = Source(file=self.document.file, paragraph=index + 1, fingerprint=self.document.fingerprint)
        better = definition.better if definition else _better(thing.name, quantity.unit)
        quote = self._clause(start, end)
        if quantity.qualifier is Qualifier.EXACT and (worded := _WORDED.search(self.text[max(0, start - 3) : start])):
            bound = Qualifier.UNDER if worded[1] in ("低于", "少于") else Qualifier.OVER
            quantity = replace(quantity, qualifier=bound)
        if better == "neutral":
            better = "down" if _FALLS.search(quote) else "up" if _RISES.search(quote) else better
        return Stated(
            metric=definition.id if definition else "",
            name=thing.name,
            form=form,
            sign=sign,
            quantity=quantity,
            better=better,
            order=start,
            source=source,
            quote=quote,
        )

    def _clause(self, start: int, end: int) -> str:
        left = clause_before(self.text, self.text.rfind("\n", 0, start) + 1, start)
        return (left + self.text[start:end]).strip()

    def _paragraph_at(self, at: int) -> int:
        return max(0, bisect_right(self.starts, at) - 1)


def _is_no_narrower(before: str) -> bool:
    """Whether what stands before an indicator's name leaves its meaning: 全省, 完成, but not 第三产业."""
    return before in VERBS or before.endswith(ACTS) or _NARROWER.match(before) is not None


def _is_plain(mention: Mention) -> bool:
    return mention.quantity is not None and mention.quantity.qualifier is Qualifier.EXACT


def _better(name: str, unit: str) -> Literal["up", "down", "neutral"]:
    """Of a thing no catalogue knows; what is done to it (解决, 改造) had better be more."""
    if any(name.startswith(verb) for verb in VERBS):
        return "up"
    return indicators().local(name, unit).better


def _is_growth(definition: MetricDefinition, unit: str) -> bool:
    """“GDP 5%左右”: a percent of what is measured in money or counted can only be its growth."""
    return unit == "%" and definition.kind in ("amount", "count") and not comparable(unit, definition.unit)


# --- tables ---------------------------------------------------------------------------------------

_NAMES = frozenset("指标 指标名称 主要指标 项目 考核指标 名称 内容".split())
_UNITS = frozenset("单位 计量单位".split())
_AIMS_THEN = re.compile(r"^(?:下年|明年|下一?年度|来年)(?:度)?(?:目标|计划)(?:值|数)?$")
_AIMS_NOW = re.compile(r"^(?:年度|本年|今年|全年|年初)?(?:目标|计划)(?:值|数)?$")
_ACTUAL = re.compile(r"^(?:本年|本期|今年|全年|年度)?(?:实际)?(?:完成|实际|本期)?(?:值|数)?$|^本年$|^实际$|^完成情况?$")


def _cell_quantity(text: str, unit: Unit | None, definition: MetricDefinition | None) -> Quantity | None:
    """The number of a cell in the unit it writes, else in that of its row, else in the metric's own."""
    row_unit = unit or Unit(Decimal(1), definition.unit if definition else "")
    quantity = read_value(text, row_unit.base).quantity
    if quantity is None or quantity.unit:
        return quantity
    scaled = {f: getattr(quantity, f) * row_unit.scale for f in ("value", "resolution")}
    high = quantity.high * row_unit.scale if quantity.high is not None else None
    return replace(quantity, **scaled, high=high, unit=row_unit.base)


def _columns(cells: Sequence[str], side: Side, year: int | None, document: Document) -> dict[int, str]:
    """What each column of a header row holds; {} for a row that is no header."""
    if not any(c in _NAMES for c in cells):
        return {}
    columns: dict[int, str] = {}
    for i, cell in enumerate(cells):
        if cell in _NAMES and "name" not in columns.values():
            columns[i] = "name"
        elif cell in _UNITS:
            columns[i] = "unit"
        elif _is_value_column(cell, side, year, document):
            columns[i] = "value"
    return columns if "value" in columns.values() else {}


def _is_value_column(cell: str, side: Side, year: int | None, document: Document) -> bool:
    looks_back = document.kind is None or document.kind.looks_back
    own = year is not None and cell.startswith(f"{year}年")
    rest = re.sub(r"^20\d\d年度?", "", cell)
    named = rest != cell
    if side == "aim":
        if named:
            return own and bool(_AIMS_NOW.match(rest)) and rest != ""
        return bool(_AIMS_THEN.match(cell)) if looks_back else bool(_AIMS_NOW.match(cell))
    if named:
        return own and (rest == "" or bool(_ACTUAL.match(rest)))
    return looks_back and cell != "" and bool(_ACTUAL.match(cell))
