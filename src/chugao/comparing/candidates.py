"""Candidates side by side: their sections in one outline, and the facts each uses or leaves out.

In: two versions and more, drafts or foreign texts.  Out: `SideBySide`.

Two candidates are not an old text and a new one: nothing here is a change, it is a choice.  A fact is the same in both
when the same slot printed it, else when name, role and value agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chugao.catalogue import Catalogue
from chugao.comparing.facts import with_role
from chugao.comparing.numbers import Aspect, Number, catalogue_of, label_of, names_in, read_numbers
from chugao.comparing.pairing import heading_of
from chugao.comparing.sections import lay_out
from chugao.comparing.versions import Part, Version
from chugao.source import Frozen


class Column(Frozen):
    """One candidate."""

    title: str
    name: str
    """What it is called on the page: its file's name."""
    characters: int
    numbers: int


class Cell(Frozen):
    """A section as one candidate has it."""

    key: str
    heading: str
    paragraphs: tuple[str, ...]


class Line(Frozen):
    """One section in every candidate; None where a candidate has none."""

    key: str
    heading: str
    cells: tuple[Cell | None, ...]


class Use(Frozen):
    """One fact, and where each candidate uses it."""

    metric: str
    role: Aspect
    printed: str
    """As printed where it first stands."""
    sections: tuple[tuple[str, ...], ...]
    """For each candidate the headings under which it stands; empty when it is left out."""

    @property
    def everywhere(self) -> bool:
        return all(self.sections)


class SideBySide(Frozen):
    """Candidates by section, and the facts each uses or leaves out."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    uses: tuple[Use, ...]
    """Facts that some leave out first."""

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def lay_side_by_side(versions: Sequence[Version]) -> SideBySide:
    """Versions beside each other, in the outline of the first; sections only others have behind their predecessor."""
    catalogue = catalogue_of(*versions)
    names = names_in(*versions)
    numbers = [read_numbers(v, v.stretches, catalogue) for v in versions]
    columns = tuple(
        Column(
            title=v.title,
            name=v.file or f"第{i}份",
            characters=sum(1 for c in v.text if not c.isspace()),
            numbers=sum(1 for n in own if n.kind == "number"),
        )
        for i, (v, own) in enumerate(zip(versions, numbers, strict=True), 1)
    )
    return SideBySide(
        columns=columns, lines=tuple(_lines(versions)), uses=tuple(_uses(versions, numbers, catalogue, names))
    )


def _lines(versions: Sequence[Version]) -> Iterator[Line]:
    """One line a section."""
    rows: list[list[int | None]] = [[i] + [None] * (len(versions) - 1) for i in range(len(versions[0].parts))]
    for column, version in enumerate(versions[1:], 1):
        layout = lay_out(versions[0], version)
        partner = {j: i for i, j in (*layout.kept, *layout.moved)}
        partner[_front(version)] = _front(versions[0])
        last = -1
        for j in range(len(version.parts)):
            at = next((k for k, row in enumerate(rows) if row[0] is not None and row[0] == partner.get(j)), None)
            if at is None:
                at = _free_row(rows, versions, column, version.parts[j], last)
            rows[at][column] = j
            last = at
    for row in rows:
        cells = tuple(None if j is None else _cell(versions[c], j) for c, j in enumerate(row))
        first = next(c for c in cells if c is not None)
        # Before its lead a draft has a part that holds the title alone.
        if first.heading != "开头" or any(c is not None and c.paragraphs for c in cells):
            yield Line(key=first.key, heading=first.heading, cells=cells)


def _front(version: Version) -> int:
    """The part before the first heading: of a draft its lead."""
    return next((i for i, p in enumerate(version.parts) if p.id == "lead"), 0)


def _free_row(rows: list[list[int | None]], versions: Sequence[Version], column: int, part: Part, last: int) -> int:
    """A row that another candidate opened for the same section, else a new one behind the last."""
    for at, row in enumerate(rows):
        if row[0] is None and row[column] is None:
            others = [versions[c].parts[j] for c, j in enumerate(row) if j is not None]
            if part.key and any(o.key == part.key for o in others):
                return at
    rows.insert(last + 1, [None] * len(versions))
    return last + 1


def _cell(version: Version, index: int) -> Cell:
    part = version.parts[index]
    paragraphs: dict[int, str] = {}
    for sentence, paragraph in zip(part.sentences, part.paragraphs, strict=True):
        paragraphs[paragraph] = paragraphs.get(paragraph, "") + sentence
    return Cell(key=part.key, heading=heading_of(part), paragraphs=tuple(paragraphs.values()))


def _uses(
    versions: Sequence[Version], numbers: Sequence[Sequence[Number]], catalogue: Catalogue, names: Mapping[str, str]
) -> Iterator[Use]:
    """One row a fact: what some leave out first, then the order of the text; annex tables are nobody's choice."""
    rows: list[tuple[Number, list[list[str]]]] = []
    known: dict[tuple[str, ...], int] = {}
    for column, (version, own) in enumerate(zip(versions, numbers, strict=True)):
        for number in own:
            if number.kind != "number" or number.column is not None:
                continue
            identities = _identities(number)
            row = next((known[i] for i in identities if i in known), len(rows))
            if row == len(rows):
                rows.append((number, [[] for _ in versions]))
            for identity in identities:
                known.setdefault(identity, row)
            rows[row][1][column].append(heading_of(version.parts[number.part]))
    uses = [
        Use(
            metric=with_role(label_of(number, catalogue, names), number.aspect),
            role=number.aspect,
            printed=number.printed,
            sections=tuple(tuple(dict.fromkeys(w)) for w in where),
        )
        for number, where in rows
    ]
    yield from (u for u in uses if not u.everywhere)
    yield from (u for u in uses if u.everywhere)


def _identities(number: Number) -> list[tuple[str, ...]]:
    """What makes two numbers of two candidates the same fact: the slot, or else name, role and value."""
    quantity = number.quantity
    value = f"{quantity.value.normalize():f} {quantity.unit}" if quantity else number.printed
    words = ("words", number.metric or number.name, number.aspect, value)
    claim = number.claim
    if claim is not None and claim.state in ("metric", "derived", "matter") and claim.id:
        return [("slot", claim.id, value), words]
    return [words]
