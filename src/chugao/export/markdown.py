"""A draft as markdown: title #, headings ## to #####, one paragraph a line, pipe tables.

Markdown and Word print the same flow (`flow`), so a 通知 wraps its attachment and annexes come last in both.
"""

import re

from chugao.flow import Piece, flow_of
from chugao.manuscript import Draft, Table

_STRUCTURAL = re.compile(r"^(\s*)([#>|*+-]|```|~~~|={3,}|_{3,})")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def to_markdown(draft: Draft) -> str:
    """The draft as markdown: title #, headings ## to #####, one paragraph a line, pipe tables; ends with a line end."""
    return "\n\n".join(filter(None, map(_markdown, flow_of(draft)))) + "\n"


def _markdown(piece: Piece) -> str:
    if piece.table is not None:
        return _pipe_table(piece.table)
    text = _line(piece.text)
    if piece.role == "title":
        return f"# {text}"
    if piece.role == "heading":
        return f"{'#' * (piece.level + 1)} {text}"
    if piece.role in ("label", "annex_title"):
        return f"## {text}" if piece.role == "label" else f"**{text}**"
    return f"**{text}**" if piece.role == "caption" else _STRUCTURAL.sub(r"\1\\\2", text)


def _line(text: str) -> str:
    """One line of text that a renderer takes for text."""
    return _TAG.sub(r"\<", " ".join(text.split()))


def _pipe_table(table: Table) -> str:
    """A pipe table; short rows are filled up."""
    rows = [list(table.header), *([cell.text for cell in row] for row in table.rows)]
    columns = max(len(row) for row in rows)
    if not columns:
        return ""
    cells = [[_pipe_cell(text) for text in row] + [""] * (columns - len(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{' --- |' * columns}", *lines[1:]])


def _pipe_cell(text: str) -> str:
    return _line(text).replace("\\", "\\\\").replace("\\\\<", "\\<").replace("|", "\\|")
