"""What fails in the middle leaves nothing behind; what many do at once loses nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, select

from chugao import review
from chugao.database import Database, DatabaseUnavailable, verify
from chugao.database.tables import audit, metadata
from chugao.review import Basis, Conflict, Document, Person, Role
from tests.review_cases import LI, NURSE, WANG, ZHAO, at, part, person, rewritten, small_draft, started
from tests.test_review_rounds import BASIS


class _Broken(Exception):
    """The disk went away."""


def rows(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the database holds of review."""
    with db.read() as connection:
        return {
            name: [tuple(r) for r in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for name, table in metadata.tables.items()
            if name.startswith(("review_", "audit"))
        }


Verb = Callable[[Database, Document], object]
_TYPED = review.Written(heading="下一步打算", paragraphs=(review.Paragraph(text="把3次夜里会诊到位时间管起来。"),))
VERBS: dict[str, Verb] = {
    "save": lambda db, d: review.save(db, LI, d.id, "plan", 1, _TYPED),
    "comment": lambda db, d: review.comment(db, LI, d.id, "plan", 1, "@wang 请核"),
    "suggest": lambda db, d: review.suggest(db, LI, d.id, "plan", 1, _TYPED),
    "accept": lambda db, d: review.accept_suggestion(db, LI, d.id, 1),
    "take_comment": lambda db, d: review.take_comment(db, LI, d.id, 1),
    "keep_version": lambda db, d: review.keep_version(db, LI, d.id, name="甲"),
    "restore": lambda db, d: review.restore(db, LI, d.id, 1),
    "import": lambda db, d: review.put_in_again(
        db,
        LI,
        d.id,
        small_draft(sections=(*small_draft().sections[:2], part("added", "三、", "新节", ("新写的。",)))),
        kind="import",
        base=1,
    ),
    "set_aside": lambda db, d: review.set_aside(db, LI, d.id, small_draft(), base=1),
    "lay_over": lambda db, d: review.lay_over(db, LI, d.id, 1, revs={}, choices={}),
    "approve": lambda db, d: review.approve(db, ZHAO, d.id),
    "request_changes": lambda db, d: review.request_changes(db, LI, d.id, note="改"),
    "lock": lambda db, d: review.lock_section(db, LI, d.id, "plan"),
    "consult": lambda db, d: review.consult(db, LI, d.id, ["护理部"], basis=BASIS),
    "put_in": lambda db, _: review.put_in(db, WANG, small_draft()),
    "looked": lambda db, d: review.looked(db, LI, d.id),
}


def prepared(db: Database) -> Document:
    """In review, everything accepted, one suggestion and one 建议改写, one change not yet a version."""
    made = started(db)
    review.suggest(db, LI, made.id, "problems", *rewritten(db, LI, made, "problems", "排队", "等候"), at=at(1))
    here = review.section(db, LI, made.id, "problems").text
    start = here.index("周末")
    review.comment(
        db, LI, made.id, "problems", 1, "", kind="建议改写", start=start, end=start + 2, replacement="双休日", at=at(2)
    )
    review.submit(db, WANG, made.id, at=at(3))
    review.save(db, LI, made.id, "results", *rewritten(db, LI, made, "results", "中午", "午间"), at=at(4))
    review.accept_sections(db, LI, made.id, at=at(5))
    return made


_ALWAYS = ("take_comment",)
_CASES = [pytest.param(name, marks=() if name in _ALWAYS else pytest.mark.soak) for name in VERBS]


@pytest.mark.parametrize("name", _CASES)
def test_a_statement_that_fails_anywhere_in_a_verb_leaves_nothing_of_it(database: Database, name: str) -> None:
    made = prepared(database)
    before = rows(database)
    engine: Any = database._engine

    for number in range(1, 400):
        seen = 0

        def fail(*_: object) -> None:
            nonlocal seen
            seen += 1
            if seen == number:  # noqa: B023
                raise _Broken

        event.listen(engine, "before_cursor_execute", fail)
        try:
            VERBS[name](database, made)
        except (_Broken, DatabaseUnavailable):
            pass
        else:
            break
        finally:
            event.remove(engine, "before_cursor_execute", fail)
        assert rows(database) == before, f"statement {number}"
    else:
        pytest.fail("it never ended")

    after = rows(database)
    assert after != before
    assert len(after["audit"]) > len(before["audit"]) or name == "looked"
    with database.read() as connection:
        assert verify(connection) == []


def test_four_people_writing_into_one_section_at_once_lose_nothing(database: Database) -> None:
    topics = "门诊窗口|手术排台|病案归档|急诊会诊".split("|")
    paragraphs = tuple((f"{t}今年有了起色。",) for t in topics)
    made = started(database, small_draft(sections=(part("results", "一、", "工作", *paragraphs),)))

    def write(number: int) -> int:
        who = person(f"p{number}", f"第{number}人", Role.AUTHOR)
        tries = 0
        for word in ("更好", "更快"):
            while True:
                tries += 1
                here = review.section(database, who, made.id, "results")
                old = next(s.text for s in here.section.sentences if s.text.startswith(topics[number]))
                typed = old.removesuffix("。") + f"，{word}。"
                changed = [
                    p.model_copy(update={"text": p.text.replace(old, typed), "marks": ()})
                    for p in here.written.paragraphs
                ]
                written = here.written.model_copy(update={"paragraphs": tuple(changed)})
                try:
                    review.save(database, who, made.id, "results", here.rev, written)
                    break
                except (Conflict, DatabaseUnavailable):
                    continue
        return tries

    with ThreadPoolExecutor(4) as pool:
        tries = list(pool.map(write, range(4), timeout=120))

    here = review.section(database, WANG, made.id, "results")
    assert here.rev == 1 + 8
    assert here.text == "\n".join(["工作", *(f"{t}今年有了起色，更好，更快。" for t in topics)])
    assert sum(tries) >= 8
    with database.read() as connection:
        assert verify(connection) == []
        actions = connection.execute(select(audit.c.action)).scalars().all()
    assert len([a for a in actions if a in ("review.edit", "review.merge")]) == 8


def test_two_who_open_the_same_windows_at_once_both_succeed(database: Database) -> None:
    made = started(database)
    nurse = NURSE.model_copy(update={"departments": ("医务科",)})

    def work(number: int) -> None:
        who: Person = (WANG, nurse)[number % 2]
        review.beat(database, who, made.id, "plan")
        review.looked(database, who, made.id)
        review.strip(database, who, made.id, Basis())

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12), timeout=60))

    assert review.since_last_look(database, WANG, made.id).line == ""
