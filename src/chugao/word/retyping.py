"""A section as somebody typed it on the screen: what stayed keeps its claims, a changed number asks.

In: a draft, a section of it, the paragraphs as they stand now.  Out: the `Section`, by the very rules a returned Word
file is taken over by (`applying`), so that an edit means the same wherever it was made.
"""

from collections.abc import Iterator, Sequence

from chugao.comparing import Comparison, compare, version_of_draft
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table
from chugao.source import Frozen
from chugao.word.applying import Applying
from chugao.word.returning import Edit, Import


class Typed(Frozen):
    """One paragraph, or one table, as it stands on the screen."""

    text: str = ""
    """As printed, the number of an item included; "" for a table."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table: its cells, the header first."""
    title: str = ""
    """Of a table."""


def retype(
    draft: Draft, section_id: str, heading: str, paragraphs: Sequence[Typed], *, author: str, at: str
) -> Section:
    """The section with the text typed; `heading` without its printed number.  Its own claims and ids stay."""
    known = next(s for s in draft.sections if s.id == section_id)
    before = draft.model_copy(update={"sections": (known,), "shell": Shell(), "parent": None})
    typed = known.model_copy(update={"heading": ClaimedText(text=heading), **_blocks(section_id, paragraphs)})
    if not typed.blocks and not (typed.level and heading):
        return typed
    after = version_of_draft(before.model_copy(update={"id": "typed", "sections": (typed,)}))
    comparison = compare(version_of_draft(before), after)
    imported = Import(
        file="",
        fingerprint="",
        saved_by=author,
        saved_at=at,
        of_this_draft=True,
        edits=tuple(_edits(comparison, author, at)),
        comments=(),
        blocks=(),
        unplaced=(),
        formatting=0,
        own_comments=0,
        after=after,
    )
    (section,) = Applying(before, imported, comparison, None).edited()
    return section


def _blocks(section_id: str, paragraphs: Sequence[Typed]) -> dict[str, object]:
    """The typed text as bare blocks, for printing only."""
    blocks, sentences = [], []
    for number, typed in enumerate(paragraphs):
        name = f"{section_id}_typed_{number}"
        if typed.rows:
            header, *body = typed.rows
            rows = tuple(tuple(ClaimedText(text=cell) for cell in row) for row in body)
            blocks.append(Block(id=name, type="table", table=Table(title=typed.title, header=header, rows=rows)))
        else:
            sentences.append(Sentence(id=name, text=typed.text))
            blocks.append(Block(id=name, type="paragraph", sentence_ids=(name,)))
    return {"blocks": tuple(blocks), "sentences": tuple(sentences)}


def _edits(comparison: Comparison, author: str, at: str) -> Iterator[Edit]:
    """Who changed what: every unit that is not as it was."""
    for unit in comparison.units:
        if unit.in_new and unit.op != "equal":
            part = comparison.new.parts[unit.new_part or 0]
            yield Edit(
                section=part.key,
                kind="措辞",
                author=author,
                date=at,
                old=unit.old,
                new=unit.new,
                sentence=unit.old_ids[0] if unit.old_ids else "",
            )
