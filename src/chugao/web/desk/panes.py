"""Three panes: the common ground, the other's, mine; sentence by sentence, tables as a person reads them.

In: a `Conflict`.  Out: rows for the template, and the choices that a form brings back.
"""

from collections.abc import Mapping
from typing import NamedTuple

from chugao.comparing.versions import Piece
from chugao.comparing.words import pieces_of
from chugao.errors import InputError
from chugao.review import Conflict
from chugao.review.merging import Choice
from chugao.review.written import Rows

_CHOICES: Mapping[str, Choice] = {"theirs": "theirs", "mine": "mine", "both": "both"}


class Pane(NamedTuple):
    """A sentence, or a table, as each of the three has it."""

    number: int
    chosen: str
    """As `MergeRow.chosen`."""
    base: str
    theirs: tuple[Piece, ...]
    mine: tuple[Piece, ...]


def panes_of(conflict: Conflict) -> list[Pane]:
    """The rows of a conflict, each with what changed in it."""
    return [
        Pane(number, row.chosen, base, tuple(pieces_of(base, theirs)), tuple(pieces_of(base, mine)))
        for number, row in enumerate(conflict.merge.rows)
        for base, theirs, mine in ((_read(t, conflict.tables) for t in (row.base, row.theirs, row.mine)),)
    ]


def choices_in(form: Mapping[str, str], section: str) -> dict[int, Choice]:
    """What was chosen in one section: fields “c-SECTION-ROW”."""
    found: dict[int, Choice] = {}
    for name, value in form.items():
        key, _, row = name.rpartition("-")
        if key == f"c-{section}" and row.isdecimal() and value:
            if value not in _CHOICES:
                raise InputError("没有这个选法。请逐句选“现在的”“改回的”或“都留”。")
            found[int(row)] = _CHOICES[value]
    return found


def _read(text: str, tables: Mapping[str, Rows]) -> str:
    """Lines of tables as their rows; without the line end that opens a paragraph."""
    lines = (_table(tables[line]) if line in tables else line for line in text.strip("\n").split("\n"))
    return "\n".join(lines)


def _table(rows: Rows) -> str:
    told = [f"〔表〕{rows.title}" if rows.title else "〔表〕", *(" | ".join(row) for row in rows.rows)]
    return "\n".join(told)
