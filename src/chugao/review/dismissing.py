"""What the checks found in a document, less what people have passed over by name and reason.

In: a document, its working text, what it is read against.  Out: findings; `Dismissal`s of this document.
"""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from chugao.checks.dismissals import Dismissal, silenced
from chugao.checks.dismissals import dismiss as passed_over
from chugao.database import Database
from chugao.database.review_tables import review_dismissal as table
from chugao.errors import InputError
from chugao.manuscript import Draft
from chugao.review import keeping
from chugao.review.documents import Document
from chugao.review.once import once_for_each
from chugao.review.people import Act, Person
from chugao.source import Finding

if TYPE_CHECKING:
    from chugao.config import Office
    from chugao.material import Matters
    from chugao.metrics.observation import Figures
    from chugao.review.guarding import Basis

_KEPT = 64
_cache: "OrderedDict[tuple[object, ...], tuple[Finding, ...]]" = OrderedDict()
_lock = Lock()


def findings(db: Database, person: Person, document_id: str, basis: "Basis | None" = None) -> tuple[Finding, ...]:
    """What the checks have to say of the working text.  Raises `NotAllowed`."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        return passed(connection, document, keeping.working(connection, document), basis)


def passed(connection: Connection, document: Document, draft: Draft, basis: "Basis | None") -> tuple[Finding, ...]:
    """Findings that nobody has passed over."""
    from chugao.checks.ours import text_at

    told = dismissals_in(connection, document.id)
    found = _not_answered_for(draft, _read(draft, basis))
    return tuple(f for f in found if any(silenced([f], told, text_at(draft, f.place)))) if told else found


ANSWERED = frozenset({"number-untraced", "number-changed", "number-wrong"})
"""What a person answers for who confirms a number by name: that it is right though no source of ours says so."""


def _not_answered_for(draft: Draft, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings without those on a number that somebody has confirmed by name at that very place."""
    from chugao.checks.evidence import claimed

    if not any(f.rule in ANSWERED for f in found):
        return found
    confirmed = [
        (at.section, at.sentence, c.start, c.end)
        for _, claims, at in claimed(draft)
        for c in claims
        if c.state == "person"
    ]

    def answered(f: Finding) -> bool:
        here = (f.place.section, f.place.sentence)
        return f.rule in ANSWERED and any(
            (section, sentence) == here and start < f.place.end and f.place.start < end
            for section, sentence, start, end in confirmed
        )

    return tuple(f for f in found if not answered(f)) if confirmed else found


def _read(draft: Draft, basis: "Basis | None") -> tuple[Finding, ...]:
    """The gate's own reading; of a text read alone it is kept, for nothing else can change it."""
    from chugao.export.gate import read_again

    if basis is not None and basis.index is None:
        return _read_with(draft, basis.figures, basis.matters, basis.office)
    if basis is not None:
        return read_again(draft, basis.figures, basis.matters, basis.index, basis.office, ())[0]
    # The same words may have been put in with other findings.
    key = (draft.id, draft.findings, draft.evidence, draft.kind, draft.year, draft.level)
    with _lock:
        if (known := _cache.get(key)) is not None:
            _cache.move_to_end(key)
            return known
    found = read_again(draft, None, None, None, None, ())[0]
    with _lock:
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


@once_for_each(64)
def _read_with(
    draft: Draft, figures: "Figures | None", matters: "Matters | None", office: "Office | None"
) -> tuple[Finding, ...]:
    """Of a text read against figures and matters: the same for the same things."""
    from chugao.export.gate import read_again

    return read_again(draft, figures, matters, None, office, ())[0]


def dismiss(
    db: Database, person: Person, document_id: str, finding: Finding, *, reason: str, at: str | None = None
) -> Dismissal:
    """Pass over a finding in this document, by name and reason.

    Raises `NotAllowed` (role; what is fatal or contradicts the figures), `InputError` without a reason or for words that
    do not stand there.
    """
    from chugao.checks.ours import text_at

    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.DISMISS)
        draft = keeping.working(connection, document)
        text = text_at(draft, finding.place)
        if finding.quote and finding.quote not in text and finding.quote not in _numbers_of(draft, finding):
            raise InputError(f"“{finding.quote}”这一处已经改过。请刷新页面再看。")
        told = passed_over(finding, text, by=person.name, reason=reason, at=moment)
        number = keeping.next_number(connection, table.c.id, table.c.document_id == document_id)
        row = {"document_id": document_id, "id": number, "actor": person.login, "payload": told.model_dump(mode="json")}
        connection.execute(insert(table).values(**row))
        detail = {"rule": told.rule, "quote": told.quote, "reason": told.reason}
        keeping.log(connection, person, "review.dismiss", document, detail, at=moment)
    return told


def _numbers_of(draft: Draft, finding: Finding) -> set[str]:
    """What is printed before the headings and items of a finding's section: “二、”, “一是”; it is no part of their text."""
    own = (s for s in draft.sections if s.id == finding.place.section)
    return {number for s in own for number in (s.number, *(b.number for b in s.blocks)) if number}


def dismissals(db: Database, person: Person, document_id: str) -> tuple[Dismissal, ...]:
    """What was passed over in a document, by whom and why.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        return dismissals_in(connection, document_id)


def dismissals_in(connection: Connection, document_id: str) -> tuple[Dismissal, ...]:
    wanted = select(table.c.payload).where(table.c.document_id == document_id).order_by(table.c.id)
    return tuple(Dismissal.model_validate(row) for row in connection.execute(wanted).scalars())
