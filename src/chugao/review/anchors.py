"""Comments and suggestions stay on their words: after every edit each is found again, or said to be lost, never dropped.

In: a section's text before and after.  Out: the rows of its comments, moved.
"""

from sqlalchemy import Connection, select, update

from chugao.database.review_tables import review_comment as table
from chugao.review.written import moved_span, surviving_span


def follow(connection: Connection, document_id: str, section_id: str, old: str, new: str, rev: int) -> None:
    """Carry the comments of a section from one text to the next."""
    of_it = (table.c.document_id == document_id) & (table.c.section_id == section_id)
    columns = (table.c.id, table.c.quote, table.c.start, table.c.end, table.c.lost)
    for number, quote, start, end, lost in connection.execute(select(*columns).where(of_it)).all():
        where, gone = _place(quote, (start, end), lost, old, new)
        connection.execute(
            update(table).where(of_it & (table.c.id == number)).values(start=where[0], end=where[1], lost=gone, rev=rev)
        )


def _place(quote: str, span: tuple[int, int], lost: bool, old: str, new: str) -> tuple[tuple[int, int], bool]:
    """Where a comment stands now, and whether its words are gone."""
    if not quote:
        return (-1, -1), False
    if not lost:
        found = moved_span(old, new, span) or surviving_span(old, new, span)
        if found is not None:
            return found, False
    # What was lost is found again when its very words stand there once more, in one place only.
    at = new.find(quote)
    if at >= 0 and new.find(quote, at + 1) < 0:
        return (at, at + len(quote)), False
    return (-1, -1), True
