"""What keeps a text from going on: every reason with its place, never a bare refusal.

In: a document, its working text, what it is read against.  Out: `Hindrance`s; `Refused` carries them all.

To send a text on, its numbers must hold: nothing red, nothing 待补, no 口径 undecided.  To approve it, every section must be
accepted, every blocking comment closed, no finding fatal or wrong, and somebody else must have written it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_comment, review_rule
from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Draft
from chugao.review import keeping
from chugao.review.changing import ACCEPTED, LOCKED
from chugao.review.dismissing import passed
from chugao.review.documents import Document
from chugao.review.keeping import Held
from chugao.review.numbers import RedNumber, red_in
from chugao.review.once import once_for_each
from chugao.review.people import Act, Person, require
from chugao.review.written import TITLE
from chugao.source import Finding, Frozen

if TYPE_CHECKING:
    from chugao.config import Office
    from chugao.index import Index
    from chugao.material import Matters
    from chugao.metrics.observation import Figures

PENDING_MARK = "【待补"
FOUR_EYES = "four_eyes"

Why = Literal["section", "comment", "suggestion", "red", "pending", "caliber", "finding", "four_eyes"]


@dataclass(frozen=True)
class Basis:
    """What a text is read against; without figures, against the evidence it carries."""

    figures: "Figures | None" = None
    matters: "Matters | None" = None
    index: "Index | None" = None
    office: "Office | None" = None
    standing: "Figures | None" = None
    """The house's figures of today where the text rests on more than they hold: they say what is ruled and what came."""

    @property
    def today(self) -> "Figures | None":
        """The figures that say what has been ruled on and what has come since."""
        return self.figures if self.figures is not None else self.standing


class Hindrance(Frozen):
    """One thing that keeps a text from going on, and where."""

    kind: Why
    text: str
    section: str = ""
    sentence: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    severity: str = ""

    @staticmethod
    def of_number(number: RedNumber) -> "Hindrance":
        told = f"（{number.source}）" if number.source else ""
        return Hindrance(
            kind="red",
            text=f"“{number.printed}”没有出处{told}。请采用指标恢复，或人工确认。",
            section=number.section,
            sentence=number.sentence,
            start=number.start,
            end=number.end,
            quote=number.printed,
        )


class Refused(NotAllowed):
    """A guard says no; `hindrances` are all the reasons."""

    def __init__(self, what: str, hindrances: Sequence[Hindrance]) -> None:
        self.hindrances = tuple(hindrances)
        lines = "\n".join(f"  {n}. {h.text}" for n, h in enumerate(self.hindrances, 1))
        super().__init__(f"{what}，有{len(self.hindrances)}处要先处理：\n{lines}")


def hindrances(
    db: Database, person: Person, document_id: str, step: Literal["send", "approve"], basis: Basis | None = None
) -> tuple[Hindrance, ...]:
    """Everything that keeps a document from being sent on or approved.  Raises `NotAllowed`."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        return tuple(standing(connection, person, document, step, basis))


def standing(
    connection: Connection, person: Person, document: Document, step: Literal["send", "approve"], basis: Basis | None
) -> Iterator[Hindrance]:
    """The same inside a transaction."""
    held = keeping.held_sections(connection, document.id)
    draft = keeping.working_of(connection, document, held)
    red = [n for h in held for n in red_in(h.section)]
    yield from (Hindrance.of_number(n) for n in red)
    yield from pending(draft)
    yield from unruled(draft, basis)
    if step == "send":
        return
    yield from _unaccepted(held)
    yield from _blocking(connection, document, held)
    yield from _found(connection, document, draft, red, basis)
    if four_eyes_in(connection):
        yield from _own(person, held)


@once_for_each(64)
def pending(draft: Draft) -> tuple[Hindrance, ...]:
    """Every 【待补】 of the text, its tables and what stands around it."""
    return tuple(_all_pending(draft))


def _all_pending(draft: Draft) -> Iterator[Hindrance]:
    for section in keeping.sections_of(draft):
        places = [("heading", section.heading.text), *((s.id, s.text) for s in section.sentences)]
        for block in section.blocks:
            rows = block.table.rows if block.table else ()
            places += [(f"{block.id}第{r}行", cell.text) for r, row in enumerate(rows, 1) for cell in row]
        for place, text in places:
            yield from _pending(text, section.id, place)
    shell = draft.shell
    for text in (shell.title, shell.addressee, shell.opening, shell.closing, shell.issuer, shell.date):
        yield from _pending(text, "", "")


def _pending(text: str, section: str, place: str) -> Iterator[Hindrance]:
    at = text.find(PENDING_MARK)
    while at >= 0:
        close = text.find("】", at)
        end = close + 1 if close >= 0 else len(text)
        quote = text[at:end]
        yield Hindrance(
            kind="pending",
            text=f"{quote}还没有补上。请补上数据或内容，或删去这一处。",
            section=section,
            sentence=place,
            start=at,
            end=end,
            quote=quote,
        )
        at = text.find(PENDING_MARK, end)


def unruled(draft: Draft, basis: Basis | None) -> Iterator[Hindrance]:
    """Figures of the text whose 口径 nobody has decided; with figures at hand, those still contested there."""
    asked = {r.metric: r for r in draft.requests if "口径未裁" in r.reason}
    if basis is not None and basis.today is not None:
        contested = {c[0].metric for c in basis.today.of_department(draft.department).contested}
        names = {e.metric: e.name for e in draft.evidence}
        used = {c.metric for s in draft.sections for x in s.sentences for c in x.claims if c.metric}
        for metric in sorted(contested & (used | asked.keys())):
            name = (asked[metric].name if metric in asked else names.get(metric, "")) or metric
            yield Hindrance(kind="caliber", text=f"“{name}”的口径还没有裁定，几个来源的数不同。", quote=name)
        return
    for metric, request in asked.items():
        name = request.name or metric
        yield Hindrance(kind="caliber", text=f"“{name}”{request.reason}。请由负责人裁定。", quote=name)


def _unaccepted(held: Sequence[Held]) -> Iterator[Hindrance]:
    for h in held:
        if h.state in (ACCEPTED, LOCKED) or (h.id == TITLE and h.rev == 1):
            continue
        section = h.section
        if not section.blocks and h.rev == 1 and h.id != TITLE:
            continue  # a heading over other sections, as it was drafted
        name = f"{section.number}{section.heading.text}" or "开头"
        told = f"（{h.reason}）" if h.reason else ""
        yield Hindrance(kind="section", text=f"“{name}”{h.state}{told}，还没有接受。", section=h.id)


def _blocking(connection: Connection, document: Document, held: Sequence[Held]) -> Iterator[Hindrance]:
    c = review_comment
    wanted = select(c.c.section_id, c.c.author_name, c.c.body, c.c.quote).where(
        (c.c.document_id == document.id) & (c.c.kind == "阻塞") & (c.c.state == "open") & c.c.parent.is_(None)
    )
    names = {h.id: f"{h.section.number}{h.section.heading.text}" or "开头" for h in held}
    for section, author, body, quote in connection.execute(wanted.order_by(c.c.id)):
        text = f"{author}的阻塞意见没有解决：{body}（{names.get(section, section)}）"
        yield Hindrance(kind="comment", text=text, section=section, quote=quote)


def _found(
    connection: Connection, document: Document, draft: Draft, red: Sequence[RedNumber], basis: Basis | None
) -> Iterator[Hindrance]:
    """Findings fatal or wrong that nobody passed over; what is said already as red or 待补 is not said twice."""
    for finding in besides(passed(connection, document, draft, basis), red):
        yield Hindrance(
            kind="finding",
            text=finding.hint,
            section=finding.place.section,
            sentence=finding.place.sentence,
            start=finding.place.start,
            end=finding.place.end,
            quote=finding.quote,
            severity=finding.severity.value,
        )


def besides(findings: Iterable[Finding], red: Sequence[RedNumber]) -> Iterator[Finding]:
    """The findings that keep a paper from being approved, but for those told already as red number or 【待补】."""
    told = {(n.section, n.sentence, n.printed) for n in red}
    for finding in findings:
        spot = (finding.place.section, finding.place.sentence, finding.quote)
        if finding.severity.blocks and PENDING_MARK not in finding.quote and spot not in told:
            yield finding


def _own(person: Person, held: Sequence[Held]) -> Iterator[Hindrance]:
    for h in held:
        if h.edited_by == person.login:
            name = f"{h.section.number}{h.section.heading.text}" or "开头"
            text = f"“{name}”最后由您本人修改，不能由您批准。请由另一位审核人看过并修改或批准。"
            yield Hindrance(kind="four_eyes", text=text, section=h.id)


# --- rules of the house ---------------------------------------------------------------------------


def four_eyes(db: Database) -> bool:
    """Whether nobody approves what he last edited; so it is until somebody switches it off."""
    with db.read() as connection:
        return four_eyes_in(connection)


def four_eyes_in(connection: Connection) -> bool:
    value = connection.execute(select(review_rule.c.value).where(review_rule.c.name == FOUR_EYES)).scalar_one_or_none()
    return value is not False


def set_four_eyes(db: Database, person: Person, on: bool, *, reason: str, at: str | None = None) -> None:
    """Switch the rule on or off, by name and reason.  Raises `NotAllowed`, `InputError` without a reason."""
    from chugao.database import hold, record

    require(person, Act.ADMINISTER)
    if not reason.strip():
        raise InputError("开关“四眼”规则要写明理由。")
    with db.write() as connection:
        hold(connection, "review_rule")
        of_it = review_rule.c.name == FOUR_EYES
        if connection.execute(update(review_rule).where(of_it).values(value=on)).rowcount == 0:
            connection.execute(insert(review_rule).values(name=FOUR_EYES, value=on))
        detail: Mapping[str, object] = {"name": person.name, "on": on, "reason": reason}
        record(connection, person.login, "review.four_eyes", "review", detail, at=keeping.moment(at))
