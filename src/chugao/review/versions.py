"""Versions: immutable nodes of a document's tree; restoring and merging make new ones.

In: a document, a number.  Out: `VersionNode`, the `Draft` it holds.

The text of a version is kept once by its hash.  What was typed since the newest version is frozen as a version of its own
before anything is laid over it, so that nothing is lost by restoring.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_section, review_version
from chugao.errors import InputError
from chugao.manuscript import Draft, Evidence, Section, content_hash
from chugao.review import keeping
from chugao.review.changing import PENDING, UNREAD, Conflict, bound, carried, finished, put_section, unlocked
from chugao.review.documents import Document
from chugao.review.keeping import Held
from chugao.review.merging import Choice, Merge, MergeRow, merged, settled, tables_met
from chugao.review.people import Act, Person
from chugao.review.written import TITLE, Flat, flat_of, flattened, written_of
from chugao.source import Frozen

Kind = Literal["ai", "edit", "regenerate", "import", "merge", "restore"]


class VersionNode(Frozen):
    """One version of a document."""

    no: int
    parent: int | None
    kind: Kind
    author: str
    author_name: str
    note: str = ""
    name: str = ""
    at: str
    content: str
    recipe: dict[str, Any]
    """What made it: engine and inputs of a draft, the versions behind a merge."""


def versions(db: Database, person: Person, document_id: str) -> tuple[VersionNode, ...]:
    """All versions, the oldest first.  Raises `NotAllowed`."""
    with db.read() as connection:
        keeping.seen(connection, person, document_id)
        return _nodes(connection, document_id)


def version(db: Database, person: Person, document_id: str, no: int) -> Draft:
    """The text of a version.  Raises `NotAllowed`, `InputError` for one that is not there."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        return _text(connection, document, no)


def keep_version(
    db: Database, person: Person, document_id: str, *, note: str = "", name: str = "", at: str | None = None
) -> VersionNode:
    """存为版本: freeze the working text; the newest version itself when nothing changed since.

    Raises `NotAllowed`.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.KEEP_VERSION)
        document = frozen(connection, person, document, note=note, at=moment)
        if name.strip():
            _name(connection, document, document.version, name)
        detail = {"version": document.version, "note": note, "name": name}
        keeping.log(connection, person, "review.keep_version", document, detail, at=moment)
        return _node(connection, document, document.version)


def name_version(
    db: Database, person: Person, document_id: str, no: int, name: str, *, at: str | None = None
) -> VersionNode:
    """Give a version a name; "" takes it away.  Raises `NotAllowed`, `InputError`."""
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.KEEP_VERSION)
        node = _node(connection, document, no)
        _name(connection, document, no, name)
        detail = {"version": no, "name": name}
        keeping.log(connection, person, "review.name_version", document, detail, at=keeping.moment(at))
    return node.model_copy(update={"name": name.strip()})


def restore(
    db: Database, person: Person, document_id: str, no: int, *, note: str = "", at: str | None = None
) -> VersionNode:
    """Make an older version the text again, as a new node.

    Raises `NotAllowed` (role, a locked section that would change), `InputError` for a version that is not there.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        node = _node(connection, document, no)
        draft = _text(connection, document, no)
        document = frozen(connection, person, document, at=moment)
        told = note or f"恢复到第{no}稿{f'“{node.name}”' if node.name else ''}"
        return _laid(connection, person, document, draft, "restore", told, {"restored": no}, moment)


def merge(
    db: Database,
    person: Person,
    document_id: str,
    no: int,
    *,
    sections: Collection[str],
    note: str = "",
    at: str | None = None,
) -> VersionNode:
    """Take these sections of another version into the text, as a new node.

    Raises `NotAllowed`, `InputError` for a version or a section that is not there.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        other = _text(connection, document, no)
        wanted = {s.id: s for s in keeping.sections_of(other) if s.id in sections}
        if missing := sorted(set(sections) - wanted.keys()):
            raise InputError(f"第{no}稿里没有这几节：{'、'.join(missing)}。")
        document = frozen(connection, person, document, at=moment)
        mine = keeping.working(connection, document)
        body = tuple(wanted.get(s.id, s) for s in mine.sections)
        title = wanted[TITLE].heading if TITLE in wanted else mine.title
        evidence = {e.id: e for e in (*other.evidence, *mine.evidence)}
        draft = mine.model_copy(update={"title": title, "sections": body, "evidence": tuple(evidence.values())})
        recipe = {"merged": no, "sections": sorted(wanted)}
        return _laid(
            connection, person, document, draft, "merge", note or f"并入第{no}稿的{len(wanted)}节", recipe, moment
        )


def put_in_again(
    db: Database,
    person: Person,
    document_id: str,
    draft: Draft,
    *,
    kind: Kind,
    base: int,
    note: str = "",
    at: str | None = None,
) -> VersionNode:
    """A whole new text (drafted again, come back from Word) that was made from version `base`, as a new node.

    The node's parent is that version, so the tree branches there; `recipe["over"]` is the version it was laid over.
    Sections that changed meanwhile are put together sentence by sentence.  Raises `NotAllowed`, `Conflict` for the
    first section both changed in the same place, `InputError`.
    """
    if kind not in get_args(Kind) or kind in ("ai", "restore", "merge"):
        raise InputError(f"不能以“{kind}”的方式放入文稿。")
    moment = keeping.moment(at)
    with db.write() as connection:
        act = Act.REGENERATE if kind == "regenerate" else Act.EDIT
        document = keeping.held(connection, person, document_id, act)
        ground = _text(connection, document, base)
        document = frozen(connection, person, document, at=moment)
        text = _reconciled(connection, person, document, ground, draft, moment)
        recipe = dict(draft.recipe) | {"base": base, "over": document.version}
        return _laid(connection, person, document, text, kind, note, recipe, moment, parent=base)


# --- a text that conflicts, kept beside and laid over by choice -------------------------------------


def set_aside(
    db: Database,
    person: Person,
    document_id: str,
    draft: Draft,
    *,
    base: int,
    kind: Kind = "import",
    note: str = "",
    at: str | None = None,
) -> VersionNode:
    """Keep a text that came back from version `base`, or was drafted again, as a branch of the tree; the text of today stays as it is.

    Raises `NotAllowed`, `InputError`.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        _node(connection, document, base)
        draft = draft.model_copy(update={"id": content_hash(draft.title, draft.sections, draft.shell)})
        no, content = _next(connection, document), keeping.content_of_draft(draft)
        recipe = dict(draft.recipe) | {"base": base, "aside": True}
        aside = document.model_copy(update={"version": no, "content": content})
        _add_node(connection, person, aside, draft, kind, base, note, recipe, moment)
        detail = {"version": no, "parent": base, "note": note}
        keeping.log(connection, person, "review.set_aside", document, detail, at=moment)
        return _node(connection, document, no)


def disputes(db: Database, person: Person, document_id: str, no: int) -> tuple[Conflict, ...]:
    """Every section that a version set aside and the text of today have changed in the same sentences.

    Raises `NotAllowed`, `InputError`.
    """
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        node, come = _node(connection, document, no), _text(connection, document, no)
        ground = _text(connection, document, node.parent or no)
        return tuple(_disputes(connection, document, ground, come))


def lay_over(
    db: Database,
    person: Person,
    document_id: str,
    no: int,
    *,
    revs: Mapping[str, int],
    choices: Mapping[str, Mapping[int, Choice]],
    note: str = "",
    at: str | None = None,
) -> VersionNode:
    """A version set aside laid over the text of today, with what a person chose in each section in dispute.

    `choices` is by section and row, `revs` the revision each was chosen over.  Raises `NotAllowed`, `InputError` for a
    row without a choice, `Conflict` for a section that changed since.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        node, come = _node(connection, document, no), _text(connection, document, no)
        ground = _text(connection, document, node.parent or no)
        for met in _disputes(connection, document, ground, come):
            if revs.get(met.section) != met.rev:
                raise met
        document = frozen(connection, person, document, at=moment)
        text = _reconciled(connection, person, document, ground, come, moment, choices)
        recipe = {"merged": no, "over": document.version, "base": node.parent}
        return _laid(connection, person, document, text, "merge", note or f"并入第{no}稿", recipe, moment)


def _disputes(connection: Connection, document: Document, ground: Draft, come: Draft) -> Iterator[Conflict]:
    base = {s.id: s for s in keeping.sections_of(ground)}
    new = {s.id: s for s in keeping.sections_of(come)}
    for held in keeping.held_sections(connection, document.id):
        met = _met(base.get(held.id), held, new.get(held.id))
        if met is not None and not met[-1].clean:
            yield Conflict(held, met[:3], met[-1])


# --- inside a transaction -------------------------------------------------------------------------


def first(connection: Connection, person: Person, document: Document, draft: Draft, *, note: str, at: str) -> Document:
    """Version 1 of a new document."""
    names = [s.id for s in keeping.sections_of(draft)]
    if len(set(names)) != len(names):
        raise InputError("这份草稿里有两节用了同一个编号。请重新起草。")
    draft = draft.model_copy(update={"id": content_hash(draft.title, draft.sections, draft.shell)})
    for ordinal, section in enumerate(keeping.sections_of(draft)):
        _add_section(connection, person, document.id, section, ordinal, how="ai", at=at)
    document = document.model_copy(update={"content": keeping.content_of_draft(draft), "version": 1})
    _add_node(connection, person, document, draft, "ai", None, note, dict(draft.recipe), at)
    keeping.add_step(connection, person, document, "put_in", note=note, at=at)
    return keeping.keep(connection, document)


def frozen(connection: Connection, person: Person, document: Document, *, note: str = "", at: str) -> Document:
    """The document with its working text as newest version; as it is when nothing changed since."""
    head = _node(connection, document, document.version)
    if head.content == document.content:
        return document
    draft = keeping.working(connection, document)
    new = document.model_copy(update={"version": _next(connection, document)})
    _add_node(connection, person, new, draft, "edit", document.version, note, {"edited": document.version}, at)
    return keeping.keep(connection, new)


def _laid(
    connection: Connection,
    person: Person,
    document: Document,
    draft: Draft,
    kind: Kind,
    note: str,
    recipe: dict[str, Any],
    at: str,
    *,
    parent: int | None = None,
) -> VersionNode:
    """A text laid over the working one as a new node; sections that change get a new revision.

    Its parent is the version it was made from: the newest, unless it comes from an older one.
    """
    by_hand = kind != "regenerate"
    held = {h.id: h for h in keeping.held_sections(connection, document.id)}
    parent = parent or document.version
    draft = draft.model_copy(update={"parent": keeping.head(connection, document).id})
    document = document.model_copy(update={"version": _next(connection, document)})
    for ordinal, section in enumerate(keeping.sections_of(draft)):
        known = held.pop(section.id, None)
        if known is None:
            _add_section(connection, person, document.id, section, ordinal, how=kind, at=at)
            continue
        if known.json != keeping.canonical(section):
            put_section(connection, person, document, known, section, how=kind, note=note, at=at, by_hand=by_hand)
        if known.ordinal != ordinal:
            keeping.set_section(connection, document.id, section.id, ordinal=ordinal)
    for gone in held.values():
        unlocked(document, gone)
        keeping.set_section(connection, document.id, gone.id, ordinal=-1)
    draft = draft.model_copy(update={"id": content_hash(draft.title, draft.sections, draft.shell)})
    content = keeping.content_of_draft(draft)
    node = document.model_copy(update={"content": content})
    _add_node(connection, person, node, draft, kind, parent, note, recipe, at)
    document = finished(connection, person, document, at=at)
    detail = {"version": document.version, "parent": parent, "note": note} | (
        {"recipe": recipe} if kind in ("restore", "merge") else {}
    )
    keeping.log(connection, person, f"review.{kind}", document, detail, at=at)
    return _node(connection, document, document.version)


def _reconciled(
    connection: Connection,
    person: Person,
    document: Document,
    ground: Draft,
    incoming: Draft,
    at: str,
    choices: Mapping[str, Mapping[int, Choice]] | None = None,
) -> Draft:
    """The incoming text with what changed here since `ground`; raises `Conflict` where both changed."""
    here = {h.id: h for h in keeping.held_sections(connection, document.id)}
    base = {s.id: s for s in keeping.sections_of(ground)}
    come = {s.id: s for s in keeping.sections_of(incoming)}
    body: list[Section] = []
    for name, section in come.items():
        three = base.get(name), here.get(name), section
        body.append(_one(connection, person, document, *three, incoming.evidence, at, choices or {}))
    for name, held in here.items():
        if name in come:
            continue
        was = base.get(name)
        met = _met(was, held, None)
        if met is not None:
            # It was taken out there and changed here: what was chosen of it stays, at its place.
            flat = _chosen(held, met, (choices or {}).get(name))
            if flat.text.strip():
                body.insert(min(held.ordinal, len(body)), bound(connection, person, document, held, flat, at=at))
        elif was is None:
            body.insert(min(held.ordinal, len(body)), held.section)
    kept = [s for s in body if s.id in here or s.id not in base]
    title = next(s.heading for s in kept if s.id == TITLE)
    evidence = {e.id: e for h in here.values() for e in h.evidence}
    evidence |= {e.id: e for e in (*ground.evidence, *incoming.evidence)}
    return incoming.model_copy(
        update={
            "title": title,
            "sections": tuple(s for s in kept if s.id != TITLE),
            "evidence": tuple(evidence.values()),
        }
    )


def _one(
    connection: Connection,
    person: Person,
    document: Document,
    was: Section | None,
    held: Held | None,
    come: Section,
    evidence: Sequence[Evidence],
    at: str,
    choices: Mapping[str, Mapping[int, Choice]],
) -> Section:
    """One section of three texts: the ground, here, the incoming."""
    new, old = keeping.canonical(come), keeping.canonical(was) if was is not None else None
    if held is None or held.json in (new, old):
        if held is None and was is not None and old != new:
            raise InputError(f"“{was.heading.text or '开头'}”一节已经删去，放入的文稿却改了它。请先恢复该节。")
        return come
    met = _met(was, held, come)
    if met is None:
        return held.section
    flat = _chosen(held, met, choices.get(held.id))
    # A number that came with the new text brings what supports it there.
    marks = carried(flattened(written_of(come), come), flat.text)
    flat = Flat(flat.text, flat.tables, marks)
    return _as_it_came(bound(connection, person, document, held, flat, evidence=evidence, at=at), come)


def _as_it_came(section: Section, come: Section) -> Section:
    """The section with what supports a sentence that came whole: “2026年1—10月” is one number there and two sources."""
    whole = {s.text: s.claims for s in come.sentences}
    sentences = tuple(
        s.model_copy(update={"claims": whole[s.text]})
        if s.text in whole and any(c.state == "unsupported" for c in s.claims)
        else s
        for s in section.sentences
    )
    return section.model_copy(update={"sentences": sentences})


def _met(was: Section | None, held: Held, come: Section | None) -> tuple[Flat, Flat, Flat, Merge] | None:
    """A section of three texts put together as far as they go; None where only one of them changed it."""
    old = keeping.canonical(was) if was is not None else None
    new = keeping.canonical(come) if come is not None else None
    if held.json in (new, old) or new == old or (was is None and come is None):
        return None
    none = Flat("", {})
    ground = flat_of(was) if was is not None else none
    if come is None:
        # A whole section is kept or dropped; half of one, without its heading, is nobody's text.
        theirs = flat_of(held.section)
        row = MergeRow(base=ground.text, theirs=theirs.text, mine="", chosen="conflict")
        return ground, theirs, none, Merge(rows=(row,))
    theirs, mine = tables_met(ground, flat_of(held.section), flat_of(come))
    return ground, theirs, mine, merged(ground.text, theirs.text, mine.text)


def _chosen(held: Held, met: tuple[Flat, Flat, Flat, Merge], choices: Mapping[int, Choice] | None) -> Flat:
    """What stands of it.  Raises `Conflict` while something is in dispute."""
    ground, theirs, mine, both = met
    if choices is not None:
        both = settled(both, choices)
    if not both.clean:
        raise Conflict(held, (ground, theirs, mine), both)
    return Flat(both.text, {**ground.tables, **theirs.tables, **mine.tables})


def _add_section(
    connection: Connection, person: Person, document_id: str, section: Section, ordinal: int, *, how: str, at: str
) -> None:
    """A section that is new, or one that was taken out and comes again."""
    s = review_section
    of_it = (s.c.document_id == document_id) & (s.c.section_id == section.id)
    last = connection.execute(select(s.c.rev).where(of_it)).scalar_one_or_none()
    rev = (last or 0) + 1
    keeping.add_revision(connection, person, document_id, section, rev, how=how, at=at)
    made = bool(section.blocks) or bool(section.heading.text)
    values = {"ordinal": ordinal, "rev": rev, "state": UNREAD if made else PENDING, "edited_at": at}
    if last is None:
        blank = dict.fromkeys(("state_before", "reason", "locked_by", "edited_by", "edited_name"), "")
        values = {**blank, **values}
        connection.execute(insert(s).values(document_id=document_id, section_id=section.id, **values))
    else:
        keeping.set_section(connection, document_id, section.id, **values)


def _add_node(
    connection: Connection,
    person: Person,
    document: Document,
    draft: Draft,
    kind: Kind,
    parent: int | None,
    note: str,
    recipe: dict[str, Any],
    at: str,
) -> None:
    connection.execute(
        insert(review_version).values(
            document_id=document.id,
            no=document.version,
            parent=parent,
            kind=kind,
            author=person.login,
            author_name=person.name,
            note=note,
            name="",
            at=at,
            content=document.content,
            text_hash=keeping.put_text(connection, draft),
            recipe=recipe,
        )
    )


def _name(connection: Connection, document: Document, no: int, name: str) -> None:
    of_it = (review_version.c.document_id == document.id) & (review_version.c.no == no)
    connection.execute(update(review_version).where(of_it).values(name=name.strip()))


def _next(connection: Connection, document: Document) -> int:
    return keeping.next_number(connection, review_version.c.no, review_version.c.document_id == document.id)


def _nodes(connection: Connection, document_id: str) -> tuple[VersionNode, ...]:
    v = review_version
    columns = (
        v.c.no,
        v.c.parent,
        v.c.kind,
        v.c.author,
        v.c.author_name,
        v.c.note,
        v.c.name,
        v.c.at,
        v.c.content,
        v.c.recipe,
    )
    rows = connection.execute(select(*columns).where(v.c.document_id == document_id).order_by(v.c.no))
    return tuple(VersionNode.model_validate(dict(row._mapping)) for row in rows)


def _node(connection: Connection, document: Document, no: int) -> VersionNode:
    found = next((n for n in _nodes(connection, document.id) if n.no == no), None)
    if found is None:
        raise InputError(f"《{document.title}》没有第{no}稿。请刷新页面。")
    return found


def _text(connection: Connection, document: Document, no: int) -> Draft:
    _node(connection, document, no)
    of_it = (review_version.c.document_id == document.id) & (review_version.c.no == no)
    return keeping.get_text(
        connection, connection.execute(select(review_version.c.text_hash).where(of_it)).scalar_one()
    )
