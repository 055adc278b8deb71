"""What a department wrote in sentences as items: facts, matters, honours, cases, and every number that went unused.

In: a `Document` and its statements.  Out: provisional `Item`s; `Unused`.

Surprise: a sentence is a matter even where its figure is a fact, unless the figures are all it says; and what a part
calls 明年 decides the year of everything under it.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from chugao.catalogue import Catalogue
from chugao.material.cases import FoundCase, find_cases
from chugao.material.chats import Whence
from chugao.material.cutoffs import counted_until, cutoff_ahead
from chugao.material.deeds import is_about_next_year, is_planned, looks_back, matter_of, of_its_span, part_of_a_year
from chugao.material.indicators import Told, aims_of, indicators_of, quantity_of
from chugao.material.items import Item
from chugao.material.matter import Matter, MatterStatus
from chugao.material.naming import SET_OUT_BY_CHANGE, Names
from chugao.material.reading import matter_id
from chugao.material.rows import as_wished, item_of_fact, item_of_matter, items_of_figures
from chugao.material.statements import Sent, Statement, cells_of, run_in
from chugao.material.tables import columns_of, figures_in, matters_in, placed, row_of
from chugao.material.withholding import kept_in, release_wished, without_amount
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.metrics.observation import Observation, ReportedChange, Role, Status
from chugao.period import Period
from chugao.source import Frozen, Release, Source

if TYPE_CHECKING:
    from chugao.documents.structure import Document


_COMPARISON = re.compile(r"^(?:比|较|同比|环比|增长|下降|提高|减少|增加|缩短|上升|降低|高于|低于|其中)[^，。；]{0,24}$")
_WHOLE = re.compile(
    r"^(?:20\d\d年|今年|全年|本年度?|年度|年内|上半年|下半年|1[-—至]\d{1,2}月|截至[^，]{0,12}|我们|我科|我院|全科|全院|科室|本科室|我部|共|累计|合计|总|完成|接诊|收治|开展|实现|达到?|现有|其中|为|的|是|约|近|超|，|、|\s)*$"
)
_LAST_YEAR = re.compile(r"上年|去年|同期|同比|20\d\d年")
_SHORTEST = 6
_ONLY_THE_AMOUNT = re.compile(
    r"(?:钱数?|金额|数额|费用|造价|投资额?|这个数|那个数)[^，。；]{0,4}(?:别|不要?|先别|先不)(?:写|报|说|提|公开)"
)
_SUM = re.compile(r"\d[\d,.]*\s?(?:万|亿|元|块)")
_AIMED_AT = re.compile(
    r"\s?[（(，,]?\s?(?:年初|年度|全年|院里|局里|上级|科室|考核|责任书)?(?:定的?|下达的?)?(?:目标|任务|计划|要求)(?:值|数)?(?:定的)?(?:为|是|:|：)?"
)
_VAGUE = re.compile(r"(?:\d|[一二两三四五六七八九十几百千万])(?:[来多余]|好几)|几[十百千万]|[十百千万]把")
_VAGUELY = re.compile(
    r"(?:好?几|[一二两三四五六七八九]{0,2})[十百千万]{1,2}(?:[来多余]|几)[个多]?[\u4e00-\u9fff]?|好?几[十百千万]{1,2}"
)
"""“两百来人”, “三千多”: said so, and no value of anything."""
_OLDER = re.compile(r"(?:前年|大前年)(?:同期)?[为是有]?$")
_BARE_YEARS = re.compile(
    r"(?:(?:今年|去年|上年|同期|比|较|只有|[为是有到达才多少了来余、，,；。\s]|(?>\d[\d.,]*)[万亿千%]?)+)"
)
"""“去年同期3.2万，今年3.9万。” with no word of what was counted."""
_OTHER_START = re.compile(r"年初|月初|最初|以前|建院|开科|\d月|前年|20\d\d年|十三五|十四五")


class Unused(Frozen):
    """A number of a submission that went into no item."""

    text: str
    paragraph: int
    why: str


class Reader:
    """One document being read."""

    def __init__(self, document: "Document", department: str, year: int, catalogue: Catalogue, whence: Whence) -> None:
        self.whence = whence
        self.document, self.department, self.year, self.catalogue = document, department, year, catalogue
        self.mentions = find_mentions(document.text, catalogue, year=year)
        self.cutoff = counted_until(document.text, year)
        """The day that the paper declares for all of its figures."""
        self.span = part_of_a_year(document)
        """“上半年”, where the title says so: what counts no time of its own is of that time."""
        self.ahead = is_about_next_year(document, year)
        self.spans: list[tuple[int, int]] = []
        """Characters that an item holds."""
        self.withheld: list[tuple[int, int]] = []
        """Sums that the sender does not want written."""
        self.vague: list[tuple[int, int]] = []
        """“两百来人”, “前年的8.9天”, beside figures that say it all."""
        self.nameless: list[tuple[int, int]] = []
        """Statements that do not say what they count."""
        self.names = Names(document.text, year, catalogue, part_of_a_year=bool(self.span))
        self.cases: list[FoundCase] = find_cases([p.text for p in document.paragraphs])

    def items(self, sent: Sent) -> Iterator[Item]:
        """Facts and matters in the order of the text; tables and cases where they stand."""
        found: list[tuple[int, Item]] = []
        in_cases = {n for c in self.cases for n in range(c.first + 1, c.last + 2)}
        for case in self.cases:
            found.append((case.first + 1, self._case(case)))
        for first, last in sent.rows:
            found += [(i.source.paragraph or 0, i) for i in self._table(first, last)]
        for statement in sent.statements:
            if statement.paragraph not in in_cases and len(statement.text) >= _SHORTEST:
                found += [(statement.paragraph, i) for i in self._statement(statement)]
        yield from (item for _, item in sorted(found, key=lambda f: f[0]))

    def _number(self, paragraph: int) -> int:
        """A paragraph as the sender counts."""
        lines = self.document.paragraphs[paragraph - 1].lines
        return self.whence.get(lines[0] if lines else 0, (paragraph, ""))[0] if self.whence else paragraph

    def _source(self, paragraph: int) -> Source:
        return Source(file=self.document.file, paragraph=self._number(paragraph), fingerprint=self.document.fingerprint)

    def _within(self, start: int, end: int) -> list[Mention]:
        return [m for m in self.mentions if start <= m.start and m.end <= end]

    def _statement(self, statement: Statement) -> Iterator[Item]:
        if _BARE_YEARS.fullmatch(statement.text) and re.search(r"\d", statement.text):
            self.nameless.append((statement.start, statement.end))
            return
        self.spans.append((statement.start, statement.end))
        told = statement.text.rstrip("。；！")
        ahead = self.ahead and statement.part == "past" and not looks_back(told, self.year)
        future = ahead or statement.part == "future" or is_planned(told, self.year)
        facts, held = self._facts(statement, future=future)
        only = bool(facts) and self._only_figures(statement, held)
        if not only and (told_so := self._indicators(statement, future=future)):
            facts, only = told_so, True
        statement, facts, wholly = self._without_amount(statement, facts)
        told = statement.text.rstrip("。；！")
        withheld = statement.note.endswith("（已略去）")
        # “（维修花了6.8万，钱数不要写）”: the sum stands in the remark alone, and no remark is printed.
        withheld = withheld or (_ONLY_THE_AMOUNT.search(statement.note) and _SUM.search(statement.note)) is not None
        kept = (statement, Release.WITHHELD) if wholly else None if withheld else self._kept_in(statement)
        if kept is not None:
            statement, told = kept[0], kept[0].text.rstrip("。；！")
        more = {
            "note": statement.note,
            "release": kept[1] if kept else Release.PUBLIC,
            "copied_from": "上年材料（报送人自注）" if statement.old else None,
            "submitter": statement.who,
        }
        yield from (f.model_copy(update=more) for f in facts)
        if not only:
            matter = matter_of(statement, self.department, self.year, self._source(statement.paragraph), future=future)
            matter = of_its_span(matter, self.span)
            kind: Literal["honour", "matter"] = "honour" if matter.honour else "matter"
            item = Item(
                id=matter.id,
                kind=kind,
                text=statement.text,
                department=self.department,
                year=self.year,
                source=matter.source,
                matter=matter,
            )
            yield item.model_copy(update=more | {"matter": matter.model_copy(update={"release": more["release"]})})

    def _kept_in(self, statement: Statement) -> tuple[Statement, Release] | None:
        """A statement without the wish to keep it in, and what is wished; None where nobody wished so."""
        kept = kept_in(statement.text)
        if kept is None:
            wished = release_wished(statement.note)
            return (statement, wished) if wished else None
        rest, comma, part = kept.text.rpartition("，")
        if comma and len(rest) >= _SHORTEST and re.match(r"其中", part) and not statement.note:
            # “上报87例，其中严重的4例不用写”: the count may be told, the part of it may not.
            end = statement.start + len(rest)
            self.spans[-1] = (statement.start, end)
            self.withheld.append((end, statement.end))
            return statement._replace(text=rest, end=end, note=f"{part}：{kept.wish}（已略去）"), Release.PUBLIC
        return statement._replace(text=kept.text, note=kept.wish or statement.note), kept.release

    def _without_amount(self, statement: Statement, facts: list[Item]) -> tuple[Statement, list[Item], bool]:
        """A statement and its facts without the sums its sender does not want written; whether nothing is left to tell."""
        said = statement.text.rstrip("。；！ ")
        cut = without_amount(f"{said}（{statement.note}）" if statement.note else said)
        if cut is None:
            return statement, facts, False
        rest = cut[0].rstrip("。；！ ")
        if len(rest) < _SHORTEST:
            return statement, [], True
        # “花了238万（这个钱数别写）”: the deed may be told, the sum may not.
        del self.spans[-1]
        for mention in self._within(statement.start, statement.end):
            (self.spans if mention.text in rest else self.withheld).append((mention.start, mention.end))
        told = [f for f in facts if f.observation is not None and f.observation.quantity.printed in rest]
        note = f"{statement.note or re.split('[（，；]', cut[1])[-1].rstrip('）')}（已略去）"
        return statement._replace(text=rest, note=note), told, False

    def _facts(self, statement: Statement, *, future: bool) -> tuple[list[Item], set[int]]:
        """The facts of a statement, and where the numbers start that they hold."""
        facts: list[Item] = []
        held: set[int] = set()
        last: Item | None = None
        between = False
        from_: Observation | None = None
        started = 0
        cutoff = cutoff_ahead(statement.text, self.year) or self.cutoff
        for mention in self._named(statement):
            if mention.role is MentionRole.CHANGE and last is not None and between:
                continue  # it is said of the number between: “维修1842次，自修率88.2%，提升4个百分点”
            if mention.role is MentionRole.CHANGE and last is not None and (change := self._change(mention, last)):
                facts[-1] = last = last.model_copy(update={"change": change})
                held.add(mention.start)
                continue
            if mention.role is MentionRole.CHANGE and last is not None and _says_the_same(mention, last):
                held.add(mention.start)
                continue
            if (begun := self._start_of_a_change(mention, statement)) is not None:
                from_, started = begun, mention.start
                continue
            observation = self._observation(mention, statement, future=future)
            if observation is None:
                between = between or mention.role.is_fact
                continue
            before = last is not None and (last.metric, self.year - 1) == (observation.metric, observation.period.year)
            if not before and not self._of_the_whole(mention, statement):
                between = True
                continue
            if observation.period.year < self.year and not before:
                between = True  # last year's without this year's beside it is no figure of this report
                continue
            held.add(mention.start)
            between = False
            if before and last is not None:
                ahead = self.document.text[max(statement.start, mention.start - 8) : mention.start]
                observation = of_the_same_months(observation, last.observation, ahead)
                facts[-1] = last = last.model_copy(update={"previous": observation})
            else:
                observation = _until(observation, cutoff)
                own = self.names.local.get(observation.metric)
                last = item_of_fact(observation, statement.text, self.year, definition=own)
                if from_ is not None and from_.metric == observation.metric:
                    last = last.model_copy(update={"previous": from_})
                    held.add(started)
                from_ = None
                facts.append(last)
        return facts, held

    def _indicators(self, statement: Statement, *, future: bool) -> list[Item]:
        """The facts of a sentence that tells nothing but indicators, whatever they are called; none of any other."""
        if self.span or statement.part == "problem":
            return []
        body = statement.text.rstrip("。；！ ")
        told = aims_of(body) if future else indicators_of(body)
        facts: list[Item] = []
        for indicator in told or ():
            facts += self._of_indicator(indicator, statement, body, future=future)
        return facts

    def _of_indicator(self, told: Told, statement: Statement, body: str, *, future: bool) -> Iterator[Item]:
        named = self.names.called(told.name, body[slice(*told.value)], self._at(statement, told.value[0]))
        if named is None or named.metric is None or named.quantity is None:
            return
        role = Role.TARGET if future else Role.ACTUAL
        named_year = re.match(r"20\d\d(?=年)", body) if future else None
        year = int(named_year[0]) if named_year else self.year + future
        source = self._source(statement.paragraph)
        cutoff = cutoff_ahead(statement.text, self.year) or self.cutoff
        now = Observation(
            metric=named.metric,
            department=self.department,
            period=Period(year=year),
            role=role,
            quantity=named.quantity,
            source=source,
            status=Status.PROVISIONAL,
        )
        now = _until(now, cutoff)
        definition = self.names.local.get(named.metric)
        fact = item_of_fact(now, statement.text, self.year, definition=definition)
        last = quantity_of(body, told.last, named.quantity.unit)
        if last is not None:
            period, quantity = Period(year=self.year - 1), last
            before = now.model_copy(update={"period": period, "quantity": quantity, "source": source})
            ahead = body[max(0, told.last[0] - 8) : told.last[0]] if told.last else ""
            fact = fact.model_copy(update={"previous": of_the_same_months(before, now, ahead)})
        moved = quantity_of(body, told.change, "")
        if moved is not None:
            signed = replace(moved, value=abs(moved.value) * told.direction)
            change = ReportedChange(
                metric=now.metric, department=now.department, period=now.period, quantity=signed, source=source
            )
            fact = fact.model_copy(update={"change": change})
        yield fact
        if (aim := quantity_of(body, told.aim, named.quantity.unit)) is not None:
            target = now.model_copy(update={"role": Role.TARGET, "quantity": aim, "source": source})
            yield item_of_fact(target, statement.text, self.year, definition=definition)

    def _at(self, statement: Statement, start: int) -> Mention | None:
        """The number that starts at a place of a statement, with its metric where it has one."""
        return next((m for m in self._named(statement) if m.start == statement.start + start), None)

    def _named(self, statement: Statement) -> Iterator[Mention]:
        within = self._within(statement.start, statement.end)
        return self.names.named(within, statement.start)

    def _start_of_a_change(self, mention: Mention, statement: Statement) -> Observation | None:
        """Where a change began: 9.2天 of “平均住院日由9.2天降到8.4天” is last year's, unless another time is named."""
        before = self.document.text[max(statement.start, mention.start - 1) : mention.start]
        after = self.document.text[mention.end : mention.end + 3]
        begins = (
            mention.role is MentionRole.BASELINE and before in ("由", "从") and re.match(r"[降升提减增缩延下上]", after)
        )
        if not begins or mention.metric is None or mention.quantity is None or _OTHER_START.search(statement.text):
            return None
        return Observation(
            metric=mention.metric,
            department=self.department,
            period=Period(year=self.year - 1),
            role=Role.ACTUAL,
            quantity=mention.quantity,
            source=self._source(statement.paragraph),
            status=Status.PROVISIONAL,
        )

    def _observation(self, mention: Mention, statement: Statement, *, future: bool) -> Observation | None:
        if mention.metric is None or mention.quantity is None or mention.quantity.unit == "倍":
            return None
        role = Role.ACTUAL
        year = self.year
        if mention.role is MentionRole.TARGET or future:
            role, year = Role.TARGET, self.year + 1 if future else self.year
        elif mention.role is MentionRole.BASELINE:
            year = self.year - 1
            if mention.period not in (None, str(year)) or not _LAST_YEAR.search(statement.text):
                return None
        elif mention.role not in (MentionRole.CURRENT, MentionRole.COUNT) or mention.period not in (None, str(year)):
            return None
        return Observation(
            metric=mention.metric,
            department=self.department,
            period=Period(year=year),
            role=role,
            quantity=mention.quantity,
            source=self._source(statement.paragraph),
            status=Status.PROVISIONAL,
        )

    def _of_the_whole(self, mention: Mention, statement: Statement) -> bool:
        """Whether the words before a number speak of nothing narrower than the department."""
        text = self.document.text
        before = text[statement.start : mention.start]
        own = max(before.rfind(mark) for mark in "，；。：") + 1
        name = before.rfind(mention.metric_name, own) if mention.metric_name else -1
        if (set_out := SET_OUT_BY_CHANGE.search(before)) is not None and set_out.start() == 0:
            return True
        words = before[own : name if name >= 0 else len(before)]
        if not _WHOLE.match(words) and not (mention.role is MentionRole.TARGET and _AIMED_AT.fullmatch(words)):
            return False
        if name == own and re.match(r"\s{0,2}[（(](?:去年|上年)", text[mention.end : statement.end]):
            return True  # last year's value stands behind it, as it does behind a department's figures
        figures = [m for m in self._named(statement) if m.metric and m.end <= mention.start]
        at = statement.start
        for clause in re.split(r"([，；。：])", before[:own]):
            figure = any(at <= m.start < at + len(clause) for m in figures)
            if not (figure or _WHOLE.match(clause) or _COMPARISON.match(clause) or clause in "，；。："):
                return False
            at += len(clause)
        return True

    def _change(self, mention: Mention, of: Item) -> ReportedChange | None:
        """A growth or change against last year of the fact just before it."""
        if mention.quantity is None or of.observation is None or of.observation.role is not Role.ACTUAL:
            return None
        if mention.baseline and not _LAST_YEAR.search(mention.baseline):
            return None
        if mention.metric not in (None, of.metric) or of.change is not None or mention.quantity.unit == "倍":
            return None
        if _VAGUE.search(mention.text):
            return None  # “比去年多了两百来人” is no number to put into a table
        if mention.quantity.unit == "百分点" and of.observation.quantity.unit not in ("%", "‰"):
            return None
        value = abs(mention.quantity.value) * (-1 if mention.direction < 0 else 1)
        return ReportedChange(
            metric=of.observation.metric,
            department=self.department,
            period=of.observation.period,
            quantity=replace(mention.quantity, value=value),
            source=of.source,
        )

    def _only_figures(self, statement: Statement, held: set[int]) -> bool:
        """Whether a sentence says nothing but figures, and every one of them is held by a fact."""
        numbers = [m for m in self._within(statement.start, statement.end) if m.role.is_fact]
        loose = {m.start: m for m in numbers if m.start not in held and self._beside_the_point(m)}
        if any(m.start not in held and m.start not in loose for m in numbers):
            return False
        at = statement.start
        for clause in re.split(r"([，；。])", self.document.text[statement.start : statement.end]):
            words = clause.strip()
            figure = any(at <= m.start < at + len(clause) for m in numbers)
            said = figure or _COMPARISON.match(words) or _WHOLE.match(words)
            if words and words not in "，；。" and not said:
                return False
            at += len(clause)
        said_so = _VAGUELY.finditer(self.document.text, statement.start, statement.end)
        self.vague += [(m.start, m.end) for m in loose.values()]
        self.vague += [m.span() for m in said_so if not any(n.start < m.end() and m.start() < n.end for n in numbers)]
        return True

    def _beside_the_point(self, mention: Mention) -> bool:
        """Whether a number beside a department's figures is no figure itself: said vaguely, or of the year before last."""
        ahead = self.document.text[max(0, mention.start - 8) : mention.start]
        return _VAGUE.search(mention.text) is not None or _OLDER.search(ahead) is not None

    # --- tables and cases ---

    def _table(self, first: int, last: int) -> Iterator[Item]:
        paragraphs = self.document.paragraphs[first : last + 1]
        rows = cells_of(paragraphs)
        things = matters_in(rows, self.department, self.year)
        if things is not None:
            for thing in things:
                row = row_of(thing.source)
                self._hold(first + row)
                at = self._source(first + row + 1)
                own = matter_id(self.department, thing.text)
                update = {"department": self.department, "source": at, "id": own}
                yield as_wished(item_of_matter(thing.model_copy(update=update), self.year, self.department), rows[row])
            return
        figures = figures_in(rows, self.department, self.year)
        if figures is None:
            return
        self._hold(first)
        for item in items_of_figures(figures, self.department, self.year):
            row = row_of(item.source)
            told = [item.source, *(o.source for o in (item.previous, item.change) if o is not None)]
            self._hold_cells(first + row, rows[row], {0, *(c for s in told for c in columns_of(s))})
            paragraph = first + row + 1
            assert item.observation is not None
            moved = [
                placed(o, self.document.file, self._number(paragraph), self.document.fingerprint) if o else None
                for o in (item.observation, item.previous)
            ]
            place = {"observation": moved[0], "previous": moved[1], "source": self._source(paragraph)}
            yield as_wished(item.model_copy(update=place), rows[row])

    def _hold(self, index: int) -> None:
        paragraph = self.document.paragraphs[index]
        self.spans.append((paragraph.start, paragraph.end))

    def _hold_cells(self, index: int, cells: list[str], used: set[int]) -> None:
        """Some cells of a row: what stands in the others went unused."""
        paragraph = self.document.paragraphs[index]
        at = 0
        for column, cell in enumerate(cells):
            start = paragraph.text.find(cell, at) if cell else -1
            if start < 0:
                continue
            at = start + len(cell)
            if column in used or not re.search(r"\d", cell):
                self.spans.append((paragraph.start + start, paragraph.start + at))

    def _case(self, found: FoundCase) -> Item:
        paragraphs = self.document.paragraphs[found.first : found.last + 1]
        for index in range(found.first, found.last + 1):
            self._hold(index)
        title = found.title or re.split(r"[，。]", found.case.practice, maxsplit=1)[0][:30]
        source = self._source(found.first + 1)
        matter = Matter(
            id=matter_id(self.department, f"案例|{title}"),
            text=title.rstrip("。；"),
            category="典型案例",
            year=self.year,
            result=re.sub(r"^成效[:：]", "", found.case.effect).rstrip("。"),
            status=MatterStatus.DONE,
            department=self.department,
            source=source,
            case=found.case,
        )
        text = "\n".join(p.text for p in paragraphs)
        return Item(
            id=matter.id,
            kind="matter",
            text=text,
            department=self.department,
            year=self.year,
            source=source,
            matter=matter,
        )

    def unused(self, sent: Sent) -> Iterator[Unused]:
        """Every number that went into no item, with why."""
        remarks = [(r.start, r.end) for r in sent.remarks]
        starts = [(p.start, p.end, p.kind) for p in self.document.paragraphs]
        numbering = {p.start + n for p in self.document.paragraphs for s, e in run_in(p.text) for n in range(s, e)}
        for start, end in self.vague:
            number = next((n for n, (s, e, _) in enumerate(starts, 1) if s <= start < e), 0)
            why = "前年的数" if _OLDER.search(self.document.text[:start]) else "是个约数，没有当作数据"
            yield Unused(text=self.document.text[start:end], paragraph=self._number(number), why=why)
        for mention in self.mentions:
            if mention.role in (MentionRole.NUMBERING, MentionRole.NAME, MentionRole.DATE):
                continue
            if mention.start in numbering or any(s <= mention.start and mention.end <= e for s, e in self.spans):
                continue
            number = next((n for n, (s, e, _) in enumerate(starts, 1) if s <= mention.start < e), 0)
            kind = starts[number - 1][2] if number else ""
            if any(s <= mention.start < e for s, e in self.withheld):
                why = "报送人说这个数不写"
            elif any(s <= mention.start < e for s, e in self.nameless):
                why = "没有说是什么的数"
            elif any(s <= mention.start < e for s, e in remarks):
                why = "写在备注里"
            elif kind == "table":
                why = "表里的数没有用作今年的数"
            else:
                why = {"title": "在题目里", "heading": "在标题里", "signature": "在落款里"}.get(
                    kind, "句子太短，没有单独成条"
                )
            if number > bool(self.whence):
                yield Unused(text=mention.text, paragraph=self._number(number), why=why)


def _until(observation: Observation, cutoff: date | None) -> Observation:
    """What came out, with the day it counts to."""
    if cutoff is None or observation.role is not Role.ACTUAL:
        return observation
    return observation.model_copy(update={"source": observation.source.model_copy(update={"cutoff": cutoff})})


def of_the_same_months(before: Observation, now: Observation | None, told: str) -> Observation:
    """Last year's value, of the months that this year's counts where the text says so: “去年同期”."""
    cutoff = now.source.cutoff if now is not None and "同期" in told else None
    if cutoff is None:
        return before
    day = monthrange(cutoff.year - 1, cutoff.month)[1]
    until = cutoff.replace(year=cutoff.year - 1, day=min(cutoff.day, day))
    return before.model_copy(update={"source": before.source.model_copy(update={"cutoff": until})})


def _says_the_same(mention: Mention, of: Item) -> bool:
    """Whether a percentage tells anew the change a fact has already: “增加274人次，增长9.4%”."""
    if of.change is None or of.observation is None or mention.quantity is None or mention.quantity.unit != "%":
        return False
    now, by = of.observation.quantity.value, of.change.quantity.value
    if of.change.quantity.unit != of.observation.quantity.unit or now == by:
        return False
    return abs(abs(by / (now - by) * 100) - abs(mention.quantity.value)) < 1
