"""What every screen of a document needs: the document, what it is read against, what the person may do.

In: a request, a person, an id.  Out: `Here`, and the values the frame of each of its pages shows.
"""

from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from starlette.responses import RedirectResponse

from chugao.errors import NotAllowed
from chugao.manuscript import Draft
from chugao.review import (
    ROUNDS,
    Act,
    Basis,
    Document,
    Person,
    current,
    dismissals,
    document,
    findings,
    may,
    red_numbers,
)
from chugao.review.carrying import names_of_sections
from chugao.source import Finding
from chugao.web.faults import NotThere
from chugao.web.house import House

if TYPE_CHECKING:
    from chugao.desk import Desk
    from chugao.material import Matter, Matters

_gathered: dict[tuple[str, str, int, str], tuple[tuple[object, ...], "Desk"]] = {}
"""What was gathered for a department's year, with the stamp of all it was gathered from."""
_MOST = 64


class Here(NamedTuple):
    """A document somebody looks at."""

    house: House
    person: Person
    doc: Document

    def may(self, act: Act) -> bool:
        return may(self.person, act, self.doc)


def here(house: House, person: Person, document_id: str) -> Here:
    """Raises `NotThere` for a document that is not there or not theirs, in the same words."""
    try:
        return Here(house, person, document(house.database, person, document_id))
    except NotAllowed as error:
        raise NotThere(str(error)) from None


def desk_of(at: Here) -> "Desk":
    """The figures, matters and instructions that the workspace keeps for the document, as they are at this moment.

    Gathered again as soon as anything in the database or in `chugao.toml` is another.
    """
    from chugao.desk import Files, gather

    key = (str(at.house.workspace), at.doc.department, at.doc.year, at.doc.organisation)
    stamp = at.house.stamp()
    known = _gathered.get(key)
    if known is not None and known[0] == stamp:
        return known[1]
    found = gather(
        Files(),
        department=at.doc.department,
        year=at.doc.year,
        organisation=at.doc.organisation,
        workspace=at.house.workspace,
        past=(None, ()),
        database=at.house.database,
    )
    if known is not None and known[1].figures == found.figures and known[1].matters == found.matters:
        # The very same objects: what was read against them need not be read again.
        found = found._replace(figures=known[1].figures, matters=known[1].matters)
    if len(_gathered) >= _MOST:
        _gathered.clear()
    _gathered[key] = (stamp, found)
    return found


def basis_of(at: Here, draft: Draft | None = None) -> Basis:
    """What the text is read against: the workspace's figures and matters where they hold all that the draft rests on.

    A table of matters handed in with the order counts as the workspace's.  A draft that rests on still more is read
    against the evidence it carries: half of its matters would make inventions of the other half.
    """
    desk = desk_of(at)
    if draft is None:
        draft = current(at.house.database, at.person, at.doc.id)
    used = {e.metric for e in draft.evidence}
    matters = {m for m in used if m.startswith("matter_")}
    known = {o.metric for o in desk.figures.observations}
    things = _with_handed_in(at, desk.matters)
    held = {m.id for m in things.items}
    # A matter's date and its task in the plan stand under its id with a word behind.
    rests_on_known = all(m in held or m.rpartition("_")[0] in held for m in matters)
    whole = bool(known) and rests_on_known and used - matters <= known
    return Basis(
        figures=desk.figures if whole else None,
        matters=things if whole else None,
        index=None,
        office=at.house.settings.office,
        standing=desk.figures if known else None,
    )


_handed_in: dict[tuple[str, int], "tuple[Matter, ...]"] = {}
"""Matters of the tables that came with a document's order, by document and version."""
_joined: dict[tuple[str, int], "tuple[Matters, Matters]"] = {}


def _with_handed_in(at: Here, kept: "Matters") -> "Matters":
    """What the workspace keeps and the tables handed in with the document's own order; the very same object again."""
    key = (at.doc.id, at.doc.version)
    if key not in _handed_in:
        if len(_handed_in) >= _MOST:
            _handed_in.clear()
        _handed_in[key] = _tables_of(at)
    if not _handed_in[key]:
        return kept
    known = _joined.get(key)
    if known is None or known[0] is not kept:
        if len(_joined) >= _MOST:
            _joined.clear()
        held = {m.id for m in kept.items}
        items = (*kept.items, *(m for m in _handed_in[key] if m.id not in held))
        known = _joined[key] = (kept, kept.model_copy(update={"items": items}))
    return known[1]


def _tables_of(at: Here) -> "tuple[Matter, ...]":
    from chugao.errors import InputError
    from chugao.material import read_matters
    from chugao.review import carrying, orders

    order = orders.order_behind(at.house.database, at.doc.id)
    if order is None:
        return ()
    files = [carrying.HandedIn.model_validate(f) for f in order.payload.get("files", ())]
    tables = [p for p in carrying.taken(at.house.uploads / order.id, files).matters if p.exists()]
    try:
        return read_matters(*tables).items if tables else ()
    except InputError:
        return ()


_found: dict[tuple[str, str, int, int, int, str], tuple[Basis, tuple[Finding, ...]]] = {}


_reading: dict[str, Lock] = {}
"""By document."""


def findings_of(at: Here, basis: Basis) -> tuple[Finding, ...]:
    """What the checks say of the text as it stands, read once for each text and basis: reading costs a fifth of a second.

    The basis is the figures, the matters and what `[office]` says: its leaders and its 主线 are rules too.
    """
    told = dismissals(at.house.database, at.person, at.doc.id)
    rests_on = id(basis.figures) if basis.figures is not None else 0
    office = basis.office.model_dump_json() if basis.office is not None else ""
    key = (at.doc.id, at.doc.content, at.doc.version, rests_on, len(told), office)
    known = _found.get(key)
    if known is not None:
        return known[1]
    # Fifty people who open one paper at once wait for one reading of it, not for fifty.
    if len(_reading) >= _MOST:
        _reading.clear()
    with _reading.setdefault(at.doc.id, Lock()):
        known = _found.get(key)
        if known is None:
            if len(_found) >= _MOST:
                _found.clear()
            # The basis is kept beside, so that its identity is nobody else's meanwhile.
            known = _found[key] = (basis, findings(at.house.database, at.person, at.doc.id, basis))
    return known[1]


def passable_in(draft: Draft, found: Iterable[Finding]) -> frozenset[Finding]:
    """The findings that a person may pass over by reason; a red number is restored or confirmed instead."""
    from chugao.checks.dismissals import passable

    red = {(n.section, n.sentence, n.printed) for n in red_numbers(draft)}
    return frozenset(f for f in found if passable(f) and (f.place.section, f.place.sentence, f.quote) not in red)


def frame(at: Here, tab: str) -> dict[str, Any]:
    """What the head of every page of a document shows."""
    return {"doc": at.doc, "tab": tab, "rounds": ROUNDS, "can": {act.value: at.may(act) for act in Act}}


def back(document_id: str, section_id: str = "") -> RedirectResponse:
    """To the paper again, at the section."""
    anchor = f"#s-{quote(section_id)}" if section_id else ""
    return RedirectResponse(f"/documents/{quote(document_id)}{anchor}", status_code=303)


def names_of(draft: Draft) -> dict[str, str]:
    """What a person calls each section."""
    return {"title": "标题"} | names_of_sections(draft)
