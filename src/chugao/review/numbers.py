"""Red numbers: what somebody changed or wrote without a source, until it is restored or confirmed by name.

In: a section.  Out: `RedNumber`s; sections whose numbers a person answers for, or that stand as the figures have them.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from chugao.database import Database
from chugao.errors import InputError, StaleVersion
from chugao.manuscript import Draft, Section
from chugao.review import keeping
from chugao.review.once import once_for_each
from chugao.review.people import Act, Person
from chugao.source import Claim, Frozen

if TYPE_CHECKING:
    from chugao.review.sections import Saved

Spot = tuple[str, str, int]
"""(section id, sentence id, start): names a red number."""


class RedNumber(Frozen):
    """A number nothing supports."""

    section: str
    sentence: str
    """Sentence id, “heading”, or of a table “block第2行3列”."""
    start: int
    """Code points, within the sentence or cell."""
    end: int
    printed: str
    source: str = ""
    """Who changed it, from what, as a person reads it."""
    id: str = ""
    """Of the evidence it stood for; "" for one that is new."""

    @property
    def spot(self) -> Spot:
        return (self.section, self.sentence, self.start)


@once_for_each(2048)
def red_in(section: Section) -> tuple[RedNumber, ...]:
    """The red numbers of a section, in order."""
    return tuple(
        RedNumber(
            section=section.id,
            sentence=place,
            start=claim.start,
            end=claim.end,
            printed=text[claim.start : claim.end],
            source=claim.source or "",
            id=claim.id,
        )
        for place, text, claims in _texts(section)
        for claim in claims
        if claim.state == "unsupported"
    )


def red_numbers(draft: Draft) -> tuple[RedNumber, ...]:
    """The red numbers of a whole text, the title's first."""
    return tuple(n for section in keeping.sections_of(draft) for n in red_in(section))


def _texts(section: Section) -> Iterator[tuple[str, str, Sequence[Claim]]]:
    """(place, text, claims) of everything in a section that bears claims."""
    yield "heading", section.heading.text, section.heading.claims
    for sentence in section.sentences:
        yield sentence.id, sentence.text, sentence.claims
    for block in section.blocks:
        for r, row in enumerate(block.table.rows if block.table else (), 1):
            for c, cell in enumerate(row, 1):
                yield f"{block.id}第{r}行{c}列", cell.text, cell.claims


def confirm_numbers(
    db: Database,
    person: Person,
    document_id: str,
    *,
    basis: str,
    only: Collection[Spot] | None = None,
    at: str | None = None,
) -> tuple[RedNumber, ...]:
    """人工确认: a person answers by name for red numbers, all or only some; they become `person` with who and when.

    Raises `NotAllowed`, `InputError` without a basis (微信、电话、纸质材料, and whose) or for a number that is not red.
    """
    from chugao.review.changing import finished, put_section

    if not basis.strip():
        raise InputError("人工确认要写明依据：微信、电话还是纸质材料，是谁给的。")
    moment = keeping.moment(at)
    told = f"人工确认：{person.name}（{basis.strip()}，{moment[:10]}）"
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.CONFIRM_NUMBER)
        found: list[RedNumber] = []
        for held in keeping.held_sections(connection, document_id):
            red = [n for n in red_in(held.section) if only is None or n.spot in only]
            if not red:
                continue
            found += red
            new = _confirmed(held.section, {n.spot for n in red}, told)
            put_section(connection, person, document, held, new, how="confirm", note=basis, at=moment)
        if only is not None and (missing := set(only) - {n.spot for n in found}):
            where = "、".join(sorted(f"{section}/{sentence}" for section, sentence, _ in missing))
            raise InputError(f"这里没有待确认的数字：{where}。文字可能已经改过，请刷新页面。")
        if found:
            document = finished(connection, person, document, at=moment)
            detail = {"basis": basis, "numbers": [[*n.spot, n.printed] for n in found]}
            keeping.log(connection, person, "review.confirm_number", document, detail, at=moment)
    return tuple(found)


def _confirmed(section: Section, spots: Collection[Spot], told: str) -> Section:
    """The section with these numbers answered for."""

    def claims(place: str, old: Sequence[Claim]) -> tuple[Claim, ...]:
        return tuple(
            c.model_copy(update={"state": "person", "source": told})
            if c.state == "unsupported" and (section.id, place, c.start) in spots
            else c
            for c in old
        )

    heading = section.heading.model_copy(update={"claims": claims("heading", section.heading.claims)})
    sentences = tuple(s.model_copy(update={"claims": claims(s.id, s.claims)}) for s in section.sentences)
    blocks = []
    for block in section.blocks:
        if block.table is not None:
            rows = tuple(
                tuple(
                    cell.model_copy(update={"claims": claims(f"{block.id}第{r}行{c}列", cell.claims)})
                    for c, cell in enumerate(row, 1)
                )
                for r, row in enumerate(block.table.rows, 1)
            )
            block = block.model_copy(update={"table": block.table.model_copy(update={"rows": rows})})
        blocks.append(block)
    return section.model_copy(update={"heading": heading, "sentences": sentences, "blocks": tuple(blocks)})


def restore_number(
    db: Database,
    person: Person,
    document_id: str,
    section_id: str,
    base_rev: int,
    sentence: str,
    start: int,
    *,
    at: str | None = None,
) -> "Saved":
    """采用指标: put the number back as its source prints it.

    Raises `NotAllowed`, `StaleVersion` when the section changed, `InputError` where there is nothing to put back.
    """
    from chugao.review.sections import write
    from chugao.review.written import Flat, Mark, flat_of, spots_of

    moment = keeping.moment(at)
    with db.write() as connection:
        document = keeping.held(connection, person, document_id, Act.EDIT)
        held = keeping.known_section(connection, document, section_id)
        if held.rev != base_rev:
            raise StaleVersion("这一节刚刚改过。请看过新的文字再恢复数字。")
        section = held.section
        red = next((n for n in red_in(section) if n.spot == (section_id, sentence, start)), None)
        spot = next((s for s in spots_of(section) if s.sentence == sentence), None)
        if red is None or spot is None:
            raise InputError("这里没有可以恢复的数字。文字可能已经改过，请刷新页面；表格里的数字请直接改回原数。")
        known = {e.id: e for e in (*keeping.head(connection, document).evidence, *held.evidence)}
        earlier = keeping.earlier(connection, document_id, section_id)
        printed = known[red.id].printed if red.id in known else _printed_before(earlier, red)
        if not printed:
            raise InputError(f"“{red.printed}”没有对应的指标可以恢复。请人工确认，或删去这个数。")
        flat = flat_of(section)
        first, last = spot.start + red.start, spot.start + red.end
        # A slot prints its verb too (“提高1.2个百分点”), which may still stand before the number.
        first -= next((k for k in range(len(printed), 0, -1) if flat.text[:first].endswith(printed[:k])), 0)
        text = flat.text[:first] + printed + flat.text[last:]
        mark = Mark(start=first, end=first + len(printed), id=red.id)
        return write(
            connection, person, document, held, Flat(text, flat.tables, (mark,)), how="restore_number", at=moment
        )


def _printed_before(earlier: Sequence[Section], red: RedNumber) -> str:
    """How a number was last printed while something supported it: of several, the one nearest to where it stands."""
    for section in reversed(earlier):
        found = [
            (abs(claim.start - red.start), text[claim.start : claim.end])
            for place, text, claims in _texts(section)
            for claim in claims
            if place == red.sentence and red.id and claim.id == red.id and claim.state not in ("unsupported", "person")
        ]
        if found:
            return min(found)[1]
    return ""
