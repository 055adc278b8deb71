"""What an office told once about its own words: a header or a metric's name, and what it means.

In: “就诊总数” and “门诊人次”, from a person; the workspace's database and `[office.synonyms]`.  Out: a mapping that the
reader takes as `learned`.

Surprise: a word that already means something may not be told to mean something else, or yesterday's files would read
differently tomorrow.
"""

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from chugao.catalogue import Catalogue, load_catalogue, name_key
from chugao.database import Database, hold, record
from chugao.database.tables import word
from chugao.documents.header_rows import header_key
from chugao.errors import InputError
from chugao.metrics.headers import nearest_names, read_header
from chugao.source import Frozen


class Learned(Frozen):
    """A word of the office's own."""

    word: str
    meaning: str
    """A header as the template writes it, or a metric's name."""
    by: str = ""
    at: str = ""


def check_word(told: str, meaning: str, catalogue: Catalogue | None = None) -> str:
    """The meaning as it will be kept.  Raises `InputError` when the word is taken or the meaning is nobody's."""
    catalogue = catalogue or load_catalogue()
    told, meaning = told.strip(), meaning.strip()
    if not told or not meaning:
        raise InputError("要写两个词：本单位的写法，和它的意思，如：chugao metrics learn 就诊总数 门诊人次")
    taken = catalogue.by_name(told)
    definition = catalogue.by_name(meaning)
    if taken is not None and taken != definition:
        raise InputError(
            f"“{told}”在指标目录里已经是“{taken.name}”，不能再当作“{meaning}”。请在表里改名，或另写一个指标。"
        )
    header = read_header(told)
    if header is not None and header.field != "of_department":
        raise InputError(f"“{told}”已经是认识的表头，不用再教；若意思不同，请在表里改名。")
    if definition is not None:
        return definition.name
    column = read_header(meaning)
    if column is not None and column.field != "of_department":
        return meaning
    near = nearest_names(catalogue, meaning)
    guess = f"是不是“{'”“'.join(near)}”？" if near else "指标名见 chugao metrics template 写出的表。"
    raise InputError(f"“{meaning}”不是指标目录里的指标，也不是模板里的表头。{guess}")


def learn(db: Database, told: str, meaning: str, *, by: str, at: str) -> Learned:
    """Keep what a word means; an empty meaning takes it back.  Raises `InputError` as `check_word` does."""
    kept = check_word(told, meaning) if meaning else ""
    with db.write() as connection:
        hold(connection, "word")
        number = connection.execute(select(func.coalesce(func.max(word.c.id), 0) + 1)).scalar_one()
        row = {"id": number, "word": told.strip(), "meaning": kept, "actor": by, "at": at}
        connection.execute(insert(word).values(row))
        record(connection, by, "metrics.learn", told.strip(), {"meaning": kept}, at=at)
    return Learned(word=told.strip(), meaning=kept, by=by, at=at)


def load_words(db: Database) -> tuple[Learned, ...]:
    """Every word that counts now, in the order it was told."""
    with db.read() as connection:
        rows = connection.execute(select(word).order_by(word.c.id)).all()
    latest = {header_key(name_key(r.word)): Learned(word=r.word, meaning=r.meaning, by=r.actor, at=r.at) for r in rows}
    return tuple(w for w in latest.values() if w.meaning)


def office_words(words: Mapping[str, str], catalogue: Catalogue | None = None) -> dict[str, str]:
    """`[office.synonyms]` as the reader takes it.  Raises `InputError` naming the line that cannot be."""
    return {told: check_word(told, meaning, catalogue) for told, meaning in words.items()}
