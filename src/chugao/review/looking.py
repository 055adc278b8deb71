"""What a reviewer must see in ten seconds: one strip, what changed since I last looked, who owes what.

In: a document and a person.  Out: `Strip`, `Since`.

The strip counts what keeps a text from being sent, from its claims alone, so that it costs nothing on every page.  Who
changed a sentence is followed character by character through the section's revisions.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from chugao.checks.covering import coverage_of
from chugao.comparing import compare, version_of_draft
from chugao.comparing.facts import FactChange, compare_facts
from chugao.comparing.summary import summary_of_changes
from chugao.comparing.versions import Hunk
from chugao.database import Database, hold
from chugao.database.review_tables import review_comment, review_look, review_revision, review_step
from chugao.database.tables import urging
from chugao.drafting.heeded import Carried, carried
from chugao.manuscript import Draft, count_characters
from chugao.review import keeping
from chugao.review.changing import ACCEPTED, LOCKED
from chugao.review.documents import ROUNDS, Document
from chugao.review.guarding import Basis, Hindrance, besides, pending, unruled
from chugao.review.numbers import red_in
from chugao.review.once import once_for_each
from chugao.review.people import Person, State
from chugao.review.rounds import SENT, Step
from chugao.review.written import TITLE, text_of, version_of_flat
from chugao.source import Finding, Frozen, Release
from chugao.word.authors import Attribution, attribute_changes
from chugao.word.authors import Step as Hand

_WORDS = {
    "edit": "修改",
    "merge": "合并两人的修改",
    "confirm": "人工确认数字",
    "restore_number": "恢复为指标数",
    "accept_suggestion": "采纳建议",
    "take_comment": "采用批注的改写",
    "correct": "勘误",
    "regenerate": "重新生成",
    "import": "并入改回的文件",
    "restore": "恢复旧稿",
    "alternative": "改用备选",
    "ai": "生成",
}
TO_CONFIRM = "材料待确认"
"""How a request begins that asks for a person's word and not for a department's, as the desk writes it."""


class Strip(Frozen):
    """The ten-second line of a document."""

    version: int
    round: str
    venue: str
    state: State
    cutoff: str | None
    characters: int
    limit: int | None
    red: int
    pending: int
    unruled: int
    comments: int
    """Open ones; of those blocking, `blocking`."""
    blocking: int
    sections_open: int
    """Not yet accepted."""
    unsaved: bool
    """Changed since the newest version."""
    wrong: int = 0
    """Errors of the check beyond red numbers and gaps: they keep nobody from sending it, and it is not approved so."""
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def may_send(self) -> bool:
        return not (self.red or self.pending or self.unruled or self.over)

    @property
    def may_be_shown(self) -> bool:
        """In the first rounds red numbers and gaps keep it from nobody who is asked for an opinion."""
        return ROUNDS.index(self.round) < SENT

    @property
    def over(self) -> int:
        """Characters beyond the limit."""
        return max(0, self.characters - self.limit) if self.limit else 0

    @property
    def text(self) -> str:
        """“第3稿·送审稿·上院长办公会｜数据截至10月31日｜4860/5000字｜暂不能送：红2、待补3、口径未裁1”."""
        venue = f"·上{self.venue}" if self.venue else ""
        parts = [f"第{self.version}稿·{self.round}{venue}"]
        parts.append(f"数据截至{_day(self.cutoff)}" if self.cutoff else "没有写数据截止日")
        parts.append(f"{self.characters}/{self.limit}字" if self.limit else f"{self.characters}字")
        parts.append(self._verdict())
        return "｜".join(parts)

    def _verdict(self) -> str:
        counts = (("红", self.red), ("待补", self.pending), ("口径未裁", self.unruled), ("超", self.over))
        later = f"；批准以前要处理错误{self.wrong}处" if self.wrong else ""
        told = "、".join(f"{name}{n}{'字' if name == '超' else ''}" for name, n in counts if n)
        if told and self.may_be_shown:
            return f"送审稿以前要了结：{told}{later}"
        if told:
            return f"暂不能送：{told}{later}"
        if self.state in (State.DRAFT, State.CHANGES_REQUESTED):
            return f"可以送审{later}"
        if self.state is State.IN_REVIEW:
            left = [f"{self.sections_open}节未接受"] if self.sections_open else []
            left += [f"阻塞意见{self.blocking}"] if self.blocking else []
            left += [f"错误{self.wrong}处"] if self.wrong else []
            return f"审核中：{'、'.join(left)}" if left else "可以批准"
        return self.state.label


def _day(cutoff: str) -> str:
    """“10月31日”, of another form as it is."""
    year, _, rest = cutoff.partition("-")
    month, _, day = rest.partition("-")
    if not (year.isdigit() and month.isdigit() and day[:2].isdigit()):
        return cutoff
    return f"{int(month)}月{int(day[:2])}日"


def strip(
    db: Database, person: Person, document_id: str, basis: Basis | None = None, findings: Iterable[Finding] = ()
) -> Strip:
    """The line over a document; `findings` are what the check said of its text.  Raises `NotAllowed`."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        held = keeping.held_sections(connection, document_id)
        draft = keeping.working_of(connection, document, held)
        c = review_comment
        open_ = (c.c.document_id == document_id) & (c.c.state == "open") & c.c.parent.is_(None)
        wanted = select(c.c.kind, func.count()).where(open_).group_by(c.c.kind)
        counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(wanted)}
        head_content = _head_content(connection, document)
    owed, undecided = pending(draft), tuple(unruled(draft, basis))
    numbers = [n for h in held for n in red_in(h.section)]
    red = tuple(Hindrance.of_number(n) for n in numbers)
    return Strip(
        version=document.version,
        round=document.round,
        venue=document.venue,
        state=document.state,
        cutoff=draft.cutoff,
        characters=characters_of(draft),
        limit=document.limit,
        red=len(red),
        pending=len(owed),
        unruled=len(undecided),
        comments=sum(counts.values()),
        blocking=counts.get("阻塞", 0),
        sections_open=sum(1 for h in held if h.id != TITLE and h.section.blocks and h.state not in (ACCEPTED, LOCKED)),
        unsaved=head_content != document.content,
        wrong=sum(1 for _ in besides(findings, numbers)),
        hindrances=(*red, *owed, *undecided),
    )


@once_for_each(64)
def characters_of(draft: Draft) -> int:
    """字数 as WPS counts it: title, headings and paragraphs; tables left out, as `cutting` does."""
    total = count_characters(draft.title.text)
    for section in draft.sections:
        total += count_characters(section.number + section.heading.text) if section.level else 0
        total += sum(count_characters(section.block_text(b)) for b in section.blocks if b.table is None)
    return total


def _head_content(connection: Connection, document: Document) -> str:
    from chugao.database.review_tables import review_version as v

    wanted = select(v.c.content).where((v.c.document_id == document.id) & (v.c.no == document.version))
    return str(connection.execute(wanted).scalar_one())


# --- since I last looked --------------------------------------------------------------------------


class Change(Frozen):
    """One change since, with who made it and why."""

    section: str
    heading: str
    kind: str
    """数字, 措辞, 增, 删, 移, 标点."""
    metric: str = ""
    """Of a number: its name."""
    old: str
    new: str
    who: str
    at: str
    why: str


class Owes(Frozen):
    """Something somebody still owes."""

    name: str
    department: str
    owner: str
    reason: str
    urged: int = 0
    """How often the department was urged this year."""


class Since(Frozen):
    """What changed in a document since a person last looked."""

    first: bool
    """Never looked before: nothing to compare with."""
    at: str
    """When; "" for never."""
    line: str
    """“数字：改3 增1 删0；措辞12处；…”, "" when nothing changed."""
    numbers: tuple[Change, ...] = ()
    words: tuple[Change, ...] = ()
    lead_changed: bool = False
    problems_changed: bool = False
    leaders_changed: tuple[str, ...] = ()
    """Headings of changed sections that answer a leader's instruction."""
    instructions: tuple[Carried, ...] = ()
    owes: tuple[Owes, ...] = ()
    unconfirmed: tuple[tuple[str, int], ...] = ()
    """Departments with how many of the things they sent nobody has confirmed yet."""
    outline: tuple[int, int] | None = None
    """Headings from above that are answered, of how many; None where no outline came from above."""
    private: tuple[str, ...] = ()
    """Numbers still in the text that are not to be published (内部, 不写)."""
    returned: Step | None = None
    """Who sent it back and why, while it lies with its author."""
    steps: tuple[Step, ...] = ()
    """What became of the document since."""
    comments: int = 0
    """New since."""

    @property
    def instructions_line(self) -> str:
        """“领导意见7条：已落实5、部分落实1、未落实1”."""
        if not self.instructions:
            return ""
        told = [(s, sum(1 for c in self.instructions if c.state == s)) for s in ("已落实", "部分落实", "未落实")]
        return f"领导意见{len(self.instructions)}条：" + "、".join(f"{s}{n}" for s, n in told if n)


def looked(db: Database, person: Person, document_id: str, *, at: str | None = None) -> None:
    """Remember that a person has seen the text as it stands.  Raises `NotAllowed`."""
    with db.write() as connection:
        document = keeping.seen(connection, person, document_id)
        # Two windows of one person may say so at once.
        hold(connection, f"review_look:{document_id}:{person.login}")
        held = keeping.held_sections(connection, document_id)
        draft = keeping.working_of(connection, document, held)
        values: dict[str, Any] = {
            "at": keeping.moment(at),
            "text_hash": keeping.put_text(connection, draft),
            "revs": {h.id: h.rev for h in held},
        }
        of_it = _look_of(document_id, person)
        if connection.execute(update(review_look).where(of_it).values(**values)).rowcount == 0:
            connection.execute(insert(review_look).values(document_id=document_id, login=person.login, **values))


def last_look(db: Database, person: Person, document_id: str) -> Draft | None:
    """The text as a person saw it last; None for somebody who never said so.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        look = connection.execute(select(review_look.c.text_hash).where(_look_of(document_id, person))).scalar()
        return keeping.get_text(connection, look) if look is not None else None


def _look_of(document_id: str, person: Person) -> ColumnElement[bool]:
    return (review_look.c.document_id == document_id) & (review_look.c.login == person.login)


def since_last_look(db: Database, person: Person, document_id: str, basis: Basis | None = None) -> Since:
    """What changed since a person last looked; instructions and what is owed stand there in any case.

    Raises `NotAllowed`.
    """
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        held = keeping.held_sections(connection, document_id)
        head = keeping.head(connection, document)
        draft = keeping.working_of(connection, document, held)
        look = connection.execute(select(review_look).where(_look_of(document_id, person))).first()
        told = {
            "instructions": tuple(_instructions(connection, document, head, draft, basis)),
            "owes": tuple(
                {(o.owner, o.name, o.reason[:4]): o for o in _owes(connection, document, draft, basis)}.values()
            ),
            "unconfirmed": tuple(_unconfirmed(connection, document, draft).items()),
            "outline": _answered(draft),
            "private": _private(draft),
            "returned": _returned(connection, document),
        }
        if look is None:
            return Since(first=True, at="", line="", **told)
        before = keeping.get_text(connection, look.text_hash)
        hands = {h.id: _hands(connection, document_id, h.id, look.revs.get(h.id, 0), h.rev) for h in held}
        steps, new_comments = _happened(connection, document_id, look.at)
    return _since(before, draft, hands, look.at, told | {"steps": steps, "comments": new_comments})


def _since(before: Draft, draft: Draft, hands: dict[str, "_Hands"], at: str, told: dict[str, Any]) -> Since:
    old, new = version_of_draft(before), version_of_draft(draft)
    comparison = compare(old, new)
    facts = compare_facts(old, new, comparison)
    summary = summary_of_changes(comparison, facts)
    if summary.same:
        return Since(first=False, at=at, line="", **told)
    touched = {s.section for s in summary.sections}
    leaders = {c.section: c.place for c in told["instructions"] if c.section in touched}
    return Since(
        first=False,
        at=at,
        line=summary.line,
        numbers=tuple(_number(f, hands, draft) for f in facts),
        words=tuple(_word(h, hands) for h in comparison.hunks if h.kind != "数字" and not h.numbering),
        lead_changed=summary.lead_changed,
        problems_changed=summary.problems_changed,
        leaders_changed=tuple(leaders.values()),
        **told,
    )


class _Hands:
    """Who wrote what in a section between two revisions."""

    def __init__(self, first: str, steps: Sequence[tuple[str, str, str, str]]) -> None:
        self.steps = steps
        """(text, name, moment, why)."""
        self.first = first
        self._known: Attribution | None = None

    def of(self, old: str, new: str) -> tuple[str, str, str]:
        """(who, when, why) of a change from these words to those."""
        if not self.steps:
            return "", "", ""
        step = len(self.steps) - 1
        if len({s[1:] for s in self.steps}) > 1:
            step = self._step(old, new)
        _, name, at, why = self.steps[step]
        return name, at, why

    def _step(self, old: str, new: str) -> int:
        if self._known is None:
            hands = [Hand(version_of_flat(text), name, at) for text, name, at, _ in self.steps]
            self._known = attribute_changes(version_of_flat(self.first), hands)
        last = self.steps[-1][0]
        found = last.find(new) if new else -1
        if found >= 0:
            return self._known.of_new(found, found + len(new))
        gone = self.first.find(old) if old else -1
        return self._known.of_old(gone, gone + len(old)) if gone >= 0 else len(self.steps) - 1


def _hands(connection: Connection, document_id: str, section_id: str, seen: int, rev: int) -> _Hands:
    if seen == rev:
        return _Hands("", ())
    r = review_revision
    of_it = (r.c.document_id == document_id) & (r.c.section_id == section_id) & (r.c.rev >= seen)
    rows = connection.execute(select(r).where(of_it).order_by(r.c.rev)).all()
    texts = [text_of(keeping.parsed(row.section)) for row in rows]
    first = texts[0] if rows and rows[0].rev == seen else ""
    steps = [
        (text, row.author_name, row.at, row.note or _WORDS.get(row.how, row.how))
        for text, row in zip(texts, rows, strict=True)
        if row.rev > seen
    ]
    return _Hands(first, steps)


def _number(fact: FactChange, hands: dict[str, _Hands], draft: Draft) -> Change:
    place = fact.new_place or fact.old_place
    section = place.section if place else ""
    name, at, why = hands[section].of(fact.old, fact.new) if section in hands else _title(hands, fact.old, fact.new)
    return Change(
        section=section,
        heading=place.heading if place else "",
        kind="数字",
        metric=_ENUMERATED.sub("", fact.metric),
        old=fact.old,
        new=fact.new,
        who=name,
        at=at,
        why=_answered_for(draft, section, fact.new) or why,
    )


_ENUMERATED = re.compile(r"^[一二三四五六七八九十]+是")


def _answered_for(draft: Draft, section: str, printed: str) -> str:
    """What somebody said when they answered for a number by name; "" for a number nobody answered for."""
    for found in (s for s in draft.sections if s.id == section):
        for sentence in found.sentences:
            for claim in sentence.claims:
                if claim.state == "person" and claim.source and sentence.text[claim.start : claim.end] == printed:
                    return claim.source
    return ""


def _word(hunk: Hunk, hands: dict[str, _Hands]) -> Change:
    known = hands.get(hunk.section)
    name, at, why = known.of(hunk.old, hunk.new) if known else _title(hands, hunk.old, hunk.new)
    return Change(
        section=hunk.section,
        heading=hunk.heading,
        kind=hunk.kind,
        old=hunk.old,
        new=hunk.new,
        who=name,
        at=at,
        why=why,
    )


def _title(hands: dict[str, _Hands], old: str, new: str) -> tuple[str, str, str]:
    return hands[TITLE].of(old, new) if TITLE in hands else ("", "", "")


def _happened(connection: Connection, document_id: str, at: str) -> tuple[tuple[Step, ...], int]:
    s, c = review_step, review_comment
    rows = connection.execute(select(s).where((s.c.document_id == document_id) & (s.c.at > at)).order_by(s.c.no)).all()
    steps = tuple(_step(r) for r in rows)
    new = select(func.count()).where((c.c.document_id == document_id) & (c.c.at > at))
    return steps, int(connection.execute(new).scalar_one())


def _returned(connection: Connection, document: Document) -> Step | None:
    s = review_step
    if document.state is not State.CHANGES_REQUESTED:
        return None
    wanted = select(s).where((s.c.document_id == document.id) & (s.c.act == "request_changes")).order_by(s.c.no.desc())
    row = connection.execute(wanted.limit(1)).first()
    return None if row is None else _step(row)


def _step(row: Row[Any]) -> Step:
    return Step.model_validate({k: v for k, v in row._mapping.items() if k != "document_id"})


# --- instructions, and what is owed ---------------------------------------------------------------


def _instructions(
    connection: Connection, document: Document, head: Draft, draft: Draft, basis: Basis | None
) -> Iterator[Carried]:
    """Every instruction of the 意见台账 and what became of it in the text as it stands."""
    from chugao.database.tables import material
    from chugao.material.instructions import as_told
    from chugao.material.items import Item

    told = [f.quote for f in head.findings if f.rule == "instruction"]
    m = material
    wanted = select(m.c.payload).where(
        (m.c.kind == "instruction") & (m.c.year == document.year) & (m.c.status == "confirmed")
    )
    wanted = wanted.where(m.c.department.in_(("", document.department))).order_by(m.c.added_at, m.c.id)
    for payload in connection.execute(wanted).scalars():
        words = as_told(Item.model_validate(payload))
        if words not in told:
            told.append(words)
    if told:
        items = basis.matters.of_department(document.department).items if basis and basis.matters else ()
        yield from carried(told, items, draft.sections, characters_of(draft))


@once_for_each(64)
def _answered(draft: Draft) -> tuple[int, int] | None:
    """Headings from above that are answered, of how many."""
    coverage = coverage_of(draft)
    return coverage.answered if coverage is not None else None


@once_for_each(64)
def _private(draft: Draft) -> tuple[str, ...]:
    """Numbers of the text that are not to be published."""
    kept = {e.id: e for e in draft.evidence if e.release in (Release.INTERNAL.value, Release.WITHHELD.value)}
    return tuple(
        f"{kept[claim.id].name}{sentence.text[claim.start : claim.end]}（{kept[claim.id].release}）"
        for _, sentence in draft.sentences()
        for claim in sentence.claims
        if claim.id in kept
    )


def _owes(connection: Connection, document: Document, draft: Draft, basis: Basis | None) -> Iterator[Owes]:
    """What the draft asked for and has not got, with how often its department was urged."""
    u = urging
    wanted = select(u.c.department, func.count()).where(u.c.year == document.year).group_by(u.c.department)
    urged: dict[str, int] = {row[0]: row[1] for row in connection.execute(wanted)}
    come: set[str] = set()
    if basis is not None and basis.today is not None:
        own = basis.today.of_department(document.department).observations
        come = {o.metric for o in own if o.period.code == document.period}
    for request in draft.requests:
        if request.reason.startswith(TO_CONFIRM) or (request.metric and request.metric in come):
            continue
        yield Owes(
            name=request.name or request.metric,
            department=request.department,
            owner=request.owner,
            reason=request.reason,
            urged=urged.get(request.owner, 0) or urged.get(request.department, 0),
        )


def _unconfirmed(connection: Connection, document: Document, draft: Draft) -> dict[str, int]:
    """What was sent in time for the draft and still waits for somebody to confirm it: nobody owes that but the office."""
    from chugao.database.tables import material as m
    from chugao.material.telling import opening_of

    asked = {(r.owner, r.name) for r in draft.requests if r.reason.startswith(TO_CONFIRM)}
    if not asked:
        return {}
    wanted = select(m.c.department, m.c.payload).where((m.c.status == "provisional") & (m.c.kind != "instruction"))
    waiting = {
        (d or document.department, opening_of(str(payload["text"]), 40)) for d, payload in connection.execute(wanted)
    }
    counted: dict[str, int] = {}
    for owner, _ in sorted(asked & waiting):
        counted[owner] = counted.get(owner, 0) + 1
    return counted
