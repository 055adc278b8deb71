"""会签: each 科室 gets its own paragraphs and facts and nothing else; its opinions are collected and answered.

In: a document, 科室, what figures and matters say of who answers for what.  Out: `Share`, `Opinion`s, 《意见采纳情况表》.

It fails closed: a sentence is shown where a claim in it belongs to the 科室 or the office gave it the paragraph by hand; in
such a sentence numbers and matters of others are blacked out, and the rest of the paragraph is left out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from chugao.database import Database
from chugao.database.review_tables import review_comment
from chugao.database.review_tables import review_consultation as table
from chugao.errors import InputError, NotAllowed
from chugao.manuscript import Block, Draft, Section, Sentence
from chugao.review import keeping, notices
from chugao.review.comments import Comment, CommentKind, add, all_of
from chugao.review.documents import Document
from chugao.review.guarding import Basis
from chugao.review.people import Act, Person
from chugao.review.written import spots_of, text_of
from chugao.source import Claim, Frozen

BLACK = "▇▇"
LEFT_OUT = "……"
Outcome = Literal["采纳", "部分采纳", "不采纳"]
OUTCOMES: tuple[Outcome, ...] = ("采纳", "部分采纳", "不采纳")


class Consultation(Frozen):
    """One 科室 that is asked."""

    document_id: str
    title: str
    department: str
    due: str
    sent_by: str
    sent_at: str
    answer: Literal["", "无意见", "有意见"] = ""
    answered_by: str = ""
    answered_at: str = ""


class SharedParagraph(Frozen):
    """A paragraph as a 科室 may see it."""

    block: str
    text: str
    """What is others' is blacked out (▇▇) or left out (……)."""
    whole: bool
    """Given by hand: shown as it stands."""


class SharedSection(Frozen):
    """A section in which a 科室 has something."""

    section: str
    heading: str
    rev: int
    paragraphs: tuple[SharedParagraph, ...]


class SharedFact(Frozen):
    """A number the 科室 answers for."""

    name: str
    printed: str
    source: str


class Share(Frozen):
    """What a 科室 sees of a document in 会签."""

    document_id: str
    title: str
    department: str
    due: str
    sections: tuple[SharedSection, ...]
    facts: tuple[SharedFact, ...]
    comments: tuple[Comment, ...] = ()
    """Its own."""


class Opinion(Frozen):
    """A row of the 意见采纳情况表."""

    number: int
    comment: int | None
    department: str
    who: str
    where: str
    text: str
    outcome: str
    """采纳, 部分采纳, 不采纳, “未答复”; of a 科室 without opinion “无意见”, of one that is silent “未反馈”."""
    reason: str
    at: str


# --- asking ---------------------------------------------------------------------------------------


def consult(
    db: Database,
    person: Person,
    document_id: str,
    departments: Sequence[str],
    *,
    due: str = "",
    basis: Basis | None = None,
    assigned: Mapping[str, Collection[tuple[str, str]]] | None = None,
    at: str | None = None,
) -> tuple[Consultation, ...]:
    """Send a document to 科室: what is theirs follows from figures and matters, or is `assigned` by (section, block).

    Raises `NotAllowed`, `InputError` without a 科室, or for one that would see nothing at all.
    """
    moment = keeping.moment(at)
    names = tuple(dict.fromkeys(d.strip() for d in departments if d.strip()))
    if not names:
        raise InputError("请写明送哪些科室会签。")
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.CONSULT)
        draft = keeping.working(connection, document)
        for name in names:
            given = sorted(map(list, (assigned or {}).get(name, ())))
            owns = {"claims": sorted(owned_claims(draft, basis, name)), "blocks": given}
            if not any(True for _ in _sections(draft, {}, owns)):
                raise InputError(f"文稿里没有属于“{name}”的段落和数据。请在指标或事项里注明责任科室，或指定段落。")
            _send(connection, person, document, name, due, owns, moment)
        consulted = tuple(dict.fromkeys((*document.consulted, *names)))
        document = keeping.keep(connection, document.model_copy(update={"consulted": consulted}))
        keeping.add_step(connection, person, document, "consult", note="、".join(names), at=moment)
        keeping.log(connection, person, "review.consult", document, {"departments": list(names), "due": due}, at=moment)
        return _rows(connection, (document_id,))


def owned_claims(draft: Draft, basis: Basis | None, department: str) -> set[str]:
    """Ids of the claims a 科室 answers for: by 责任科室, or because it alone reported the figure or the matter."""
    if basis is None:
        return set()
    stems: set[str] = set()
    reporters: dict[str, set[str]] = {}
    for o in basis.figures.observations if basis.figures else ():
        reporters.setdefault(o.metric, set()).add(o.department)
        if department in _names(o.owner):
            stems.add(o.metric)
    stems |= {metric for metric, who in reporters.items() if who == {department}}
    for m in basis.matters.items if basis.matters else ():
        if department in _names(m.owner) or m.department == department:
            stems.add(m.id)
    claims = {c for section in draft.sections for text in _texts(section) for c in text[1]}

    def theirs(stem: str) -> bool:
        # A matter's date and its task in the plan stand under its id with a word behind.
        return stem in stems or stem.rpartition("_")[0] in stems

    owned = {e.id for e in draft.evidence if theirs(e.metric)}
    return {
        c.id for c in claims if c.id and (c.id in owned or theirs(c.metric or "") or theirs(c.id.partition(".")[0]))
    }


def answerable(draft: Draft, basis: Basis | None) -> tuple[str, ...]:
    """The 科室 that something in the paper belongs to, the one with most of it first."""
    if basis is None:
        return ()
    figures = basis.figures.observations if basis.figures else ()
    things = basis.matters.items if basis.matters else ()
    named = [n for o in figures for n in _names(o.owner)]
    named += [n for m in things for n in (*_names(m.owner), m.department) if n]
    owned = {n: len(owned_claims(draft, basis, n)) for n in dict.fromkeys(named) if n != draft.department}
    return tuple(n for n, count in sorted(owned.items(), key=lambda x: -x[1]) if count)


def _names(told: str) -> Collection[str]:
    for mark in "、，,；;/ ":
        told = told.replace(mark, "\n")
    return {name.strip() for name in told.split("\n") if name.strip()}


def _texts(section: Section) -> Iterator[tuple[str, tuple[Claim, ...]]]:
    yield section.heading.text, section.heading.claims
    for sentence in section.sentences:
        yield sentence.text, sentence.claims
    for block in section.blocks:
        for row in block.table.rows if block.table else ():
            for cell in row:
                yield cell.text, cell.claims


def _send(
    connection: Connection, person: Person, document: Document, department: str, due: str, owns: Any, at: str
) -> None:
    values = {"due": due, "sent_by": person.name, "sent_at": at, "owns": owns}
    of_it = (table.c.document_id == document.id) & (table.c.department == department)
    if connection.execute(update(table).where(of_it).values(**values)).rowcount == 0:
        blank = {"answer": "", "answered_by": "", "answered_at": ""}
        connection.execute(insert(table).values(document_id=document.id, department=department, **values, **blank))


# --- being asked ----------------------------------------------------------------------------------


def consultations(db: Database, person: Person, document_id: str | None = None) -> tuple[Consultation, ...]:
    """What a person's 科室 is asked; with a document, all who are asked about it, for whoever may see it.

    Raises `NotAllowed` for a document out of scope.
    """
    with db.read() as connection:
        if document_id is not None:
            keeping.seen(connection, person, document_id)
            return _rows(connection, (document_id,))
        if not person.roles:
            return ()
        own = select(table.c.document_id).where(table.c.department.in_(person.departments))
        ids = list(dict.fromkeys(connection.execute(own).scalars()))
        return tuple(c for c in _rows(connection, ids) if c.department in person.departments)


def share_of(db: Database, person: Person, document_id: str) -> Share:
    """What the person's 科室 sees of a document.  Raises `NotAllowed` where it is not asked."""
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id, Act.OPINE)
        row = _own_row(connection, person, document)
        held = keeping.held_sections(connection, document_id)
        draft = keeping.working_of(connection, document, held)
        shown = tuple(_sections(draft, {h.id: h.rev for h in held}, row["owns"]))
        told = "".join(p.text for s in shown for p in s.paragraphs)
        # A remark on a paragraph quotes its beginning, which may be somebody else's.
        own = (
            c if c.quote in told else c.model_copy(update={"quote": ""})
            for c in all_of(connection, document_id)
            if c.department == row["department"]
        )
    return Share(
        document_id=document_id,
        title=document.title,
        department=row["department"],
        due=row["due"],
        sections=shown,
        facts=tuple(_facts(draft, row["owns"])),
        comments=tuple(own),
    )


def _own_row(connection: Connection, person: Person, document: Document) -> dict[str, Any]:
    wanted = select(table).where((table.c.document_id == document.id) & table.c.department.in_(person.departments))
    row = connection.execute(wanted.order_by(table.c.department)).first()
    if row is None:
        raise NotAllowed("这份文稿没有送您的科室会签。")
    return dict(row._mapping)


def _sections(draft: Draft, revs: Mapping[str, int], owns: Mapping[str, Any]) -> Iterator[SharedSection]:
    claims = set(owns["claims"])
    blocks = {(section, block) for section, block in owns["blocks"]}
    for section in draft.sections:
        shown = [p for b in section.blocks if (p := _paragraph(section, b, claims, blocks)) is not None]
        if shown:
            heading = _blackened(section.heading.text, section.heading.claims, claims)
            yield SharedSection(
                section=section.id,
                heading=section.number + heading,
                rev=revs.get(section.id, 0),
                paragraphs=tuple(shown),
            )


def _paragraph(
    section: Section, block: Block, claims: Collection[str], blocks: Collection[tuple[str, str]]
) -> SharedParagraph | None:
    if (section.id, block.id) in blocks:
        text = _table(block) if block.table else section.block_text(block)
        return SharedParagraph(block=block.id, text=text, whole=True)
    if block.table is not None:
        rows = [r for r in block.table.rows if any(c.id in claims for cell in r for c in cell.claims)]
        if not rows:
            return None
        lines = ["\t".join(block.table.header)]
        lines += ["\t".join(_blackened(cell.text, cell.claims, claims) for cell in row) for row in rows]
        return SharedParagraph(block=block.id, text="\n".join(lines), whole=False)
    sentences = [section.sentence(i) for i in block.sentence_ids]
    if not any(_is_own(s, claims) for s in sentences):
        return None
    told: list[str] = []
    for sentence in sentences:
        piece = _blackened(sentence.text, sentence.claims, claims) if _is_own(sentence, claims) else LEFT_OUT
        if piece != LEFT_OUT or not told or told[-1] != LEFT_OUT:
            told.append(piece)
    return SharedParagraph(block=block.id, text="".join(told), whole=False)


def _table(block: Block) -> str:
    assert block.table is not None
    rows = [block.table.header, *(tuple(c.text for c in row) for row in block.table.rows)]
    return "\n".join("\t".join(row) for row in rows)


def _is_own(sentence: Sentence, claims: Collection[str]) -> bool:
    return any(c.id in claims for c in sentence.claims)


def _blackened(text: str, claims: Sequence[Claim], own: Collection[str]) -> str:
    """The text with what is claimed for others blacked out; years and the like stay."""
    for claim in sorted(claims, key=lambda c: -c.start):
        if claim.id not in own and claim.state not in ("constant", "passage"):
            text = text[: claim.start] + BLACK + text[claim.end :]
    return text


def _facts(draft: Draft, owns: Mapping[str, Any]) -> Iterator[SharedFact]:
    claims = set(owns["claims"])
    told: set[SharedFact] = set()
    for e in draft.evidence:
        # A number of a matter has no name of its own, and its task in the plan is the same number again.
        fact = SharedFact(name=e.name or "报来的事项", printed=e.printed, source=e.source)
        if e.id in claims and fact not in told:
            told.add(fact)
            yield fact


# --- opinions -------------------------------------------------------------------------------------


def opine(
    db: Database,
    person: Person,
    document_id: str,
    body: str,
    *,
    section: str,
    block: str = "",
    quote: str = "",
    kind: CommentKind = "意见",
    replacement: str = "",
    at: str | None = None,
) -> Comment:
    """A 科室 says something of a paragraph of its own, or of words in it.

    Raises `NotAllowed`, `InputError` for a paragraph or words that are not shown to it.
    """
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.OPINE)
        row = _own_row(connection, person, document)
        draft = keeping.working(connection, document)
        shown = next((s for s in _sections(draft, {}, row["owns"]) if s.section == section), None)
        paragraph = next((p for p in shown.paragraphs if block in ("", p.block)), None) if shown else None
        if paragraph is None:
            raise InputError("这一段没有送您的科室会签。请在送来的段落里提意见。")
        if quote and quote not in paragraph.text:
            raise InputError(f"“{quote[:20]}”不在这一段里。请重新选中文字。")
        held = keeping.known_section(connection, document, section)
        span = _span(held.section, paragraph.block, quote) if block or quote else None
        said = add(
            connection,
            person,
            document,
            section,
            held.rev,
            body,
            kind=kind,
            span=span,
            replacement=replacement,
            department=row["department"],
            at=moment,
        )
        _answered(connection, person, document, row["department"], "有意见", moment)
        text = f"{row['department']}{person.name}对《{document.title}》提出意见：{body[:60]}"
        notices.tell(connection, {document.owner}, document.id, "opinion", text, section=section, at=moment)
    return said


def _span(section: Section, block: str, quote: str) -> tuple[int, int] | None:
    """Where the words stand in the flat text of the section."""
    spots = [s for s in spots_of(section) if s.block == block]
    if not spots:
        return None
    start, end = spots[0].start, spots[-1].end
    if not quote:
        return start, end
    at = text_of(section).find(quote, start, end)
    return (at, at + len(quote)) if at >= 0 else (start, end)


def no_objection(db: Database, person: Person, document_id: str, *, at: str | None = None) -> Consultation:
    """无意见.  Raises `NotAllowed`; `InputError` when the 科室 has said something already."""
    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.OPINE)
        row = _own_row(connection, person, document)
        if row["answer"] == "有意见":
            raise InputError("您的科室已经提过意见，不能再报“无意见”。")
        _answered(connection, person, document, row["department"], "无意见", moment)
        keeping.log(connection, person, "review.no_objection", document, {"department": row["department"]}, at=moment)
        return next(c for c in _rows(connection, (document_id,)) if c.department == row["department"])


def _answered(
    connection: Connection, person: Person, document: Document, department: str, answer: str, at: str
) -> None:
    of_it = (table.c.document_id == document.id) & (table.c.department == department)
    values = {"answer": answer, "answered_by": person.name, "answered_at": at}
    connection.execute(update(table).where(of_it).values(**values))


def answer(
    db: Database,
    person: Person,
    document_id: str,
    number: int,
    outcome: Outcome,
    *,
    reason: str = "",
    at: str | None = None,
) -> Comment:
    """Say what becomes of an opinion.

    Raises `NotAllowed`, `InputError` for a comment that is no opinion, or 不采纳 and 部分采纳 without a reason.
    """
    if outcome not in OUTCOMES:
        raise InputError(f"答复只有{'、'.join(OUTCOMES)}。")
    if outcome != "采纳" and not reason.strip():
        raise InputError(f"{outcome}要写明理由。")
    moment = keeping.moment(at)
    c = review_comment
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.ANSWER)
        found = next((x for x in all_of(connection, document_id) if x.id == number), None)
        if found is None or not found.department:
            raise InputError(f"第{number}条不是会签意见。请刷新页面。")
        values: dict[str, str] = {
            "outcome": outcome,
            "outcome_reason": reason.strip(),
            "outcome_by": person.name,
            "outcome_at": moment,
            "state": "resolved",
            "resolved_by": person.login,
            "resolved_at": moment,
        }
        of_it = (c.c.document_id == document_id) & (c.c.id == number)
        connection.execute(update(c).where(of_it).values(**values))
        text = f"《{document.title}》会签意见“{found.body[:30]}”：{outcome}{f'，{reason}' if reason else ''}"
        notices.tell(connection, {found.author}, document_id, "answer", text, section=found.section, at=moment)
        detail = {"comment": number, "outcome": outcome, "reason": reason}
        keeping.log(connection, person, "review.answer", document, detail, at=moment)
        return next(x for x in all_of(connection, document_id) if x.id == number)


def opinions_table(db: Database, person: Person, document_id: str) -> tuple[Opinion, ...]:
    """意见采纳情况表: every opinion with what became of it, then who had none and who is silent.

    Raises `NotAllowed`.
    """
    with db.read() as connection:
        document = keeping.seen(connection, person, document_id)
        names = {
            h.id: f"{h.section.number}{h.section.heading.text}" or "开头"
            for h in keeping.held_sections(connection, document_id)
        }
        said = [c for c in all_of(connection, document_id) if c.department and c.parent is None]
        asked = _rows(connection, (document_id,))
    rows = [_opinion(c, names) for c in said]
    for a in asked:
        if not any(c.department == a.department for c in said):
            rows.append(
                Opinion(
                    number=0,
                    comment=None,
                    department=a.department,
                    who=a.answered_by,
                    where="",
                    text="",
                    outcome=a.answer or "未反馈",
                    reason="",
                    at=a.answered_at,
                )
            )
    assert document.id == document_id
    return tuple(r.model_copy(update={"number": n}) for n, r in enumerate(rows, 1))


def _opinion(comment: Comment, names: Mapping[str, str]) -> Opinion:
    where = names.get(comment.section, comment.section)
    if comment.quote:
        gone = "，原文已改" if comment.lost else ""
        where += f"“{comment.quote if len(comment.quote) <= 30 else comment.quote[:29] + '…'}”{gone}"
    text = comment.body
    if comment.replacement:
        text += f"{'。' if text else ''}建议改为：{comment.replacement}"
    return Opinion(
        number=0,
        comment=comment.id,
        department=comment.department,
        who=comment.author_name,
        where=where,
        text=text,
        outcome=comment.outcome or "未答复",
        reason=comment.outcome_reason,
        at=comment.at,
    )


def opinions_draft(db: Database, person: Person, document_id: str) -> Draft:
    """The 意见采纳情况表 as a paper of its own, to print or to set.  Raises `NotAllowed`."""
    from chugao.export.papers import paper
    from chugao.review.documents import document as one

    rows = opinions_table(db, person, document_id)
    about = one(db, person, document_id)
    counts = {o: sum(1 for r in rows if r.outcome == o) for o in (*OUTCOMES, "未答复", "无意见", "未反馈")}
    told = "、".join(f"{name}{n}" for name, n in counts.items() if n)
    asked = len({r.department for r in rows})
    lines = [
        f"共送{asked}个科室会签，收到意见{sum(1 for r in rows if r.comment)}条（{told}）。" if rows else "没有送会签。"
    ]
    header = ("序号", "科室", "提出人", "位置", "意见", "采纳情况", "理由")
    body = [(str(r.number), r.department, r.who, r.where, r.text, r.outcome, r.reason) for r in rows]
    return paper(f"《{about.title}》意见采纳情况表", lines, header, body, kind=about.kind, year=about.year)


def opinions_paper(db: Database, person: Person, document_id: str) -> bytes:
    """The 意见采纳情况表 as .docx.  Raises `NotAllowed`."""
    from chugao.export.papers import set_paper

    return set_paper(opinions_draft(db, person, document_id))


def _rows(connection: Connection, ids: Collection[str]) -> tuple[Consultation, ...]:
    from chugao.database.review_tables import review_document as d

    if not ids:
        return ()
    wanted = (
        select(table, d.c.title)
        .join(d, d.c.id == table.c.document_id)
        .where(table.c.document_id.in_(ids))
        .order_by(table.c.sent_at, table.c.department)
    )
    fields = Consultation.model_fields
    return tuple(
        Consultation.model_validate({k: v for k, v in r._mapping.items() if k in fields})
        for r in connection.execute(wanted)
    )
