"""A request asked again under its key is answered once; on SQLite and on PostgreSQL."""

import pytest

from chugao.database import Database
from chugao.database.repeats import Answer, once
from chugao.errors import InputError, NotAllowed


def asked(db: Database, done: list[str], at: str, what: bytes = b"import", who: str = "wangfang") -> Answer:
    """Ask under one key; `done` grows by what was really worked out."""

    def work() -> Answer:
        done.append(at)
        return Answer(201, f'{{"at": "{at}"}}')

    return once(db, who, "key-1", what, work, at=at)


def test_the_same_answer_comes_for_a_day_without_doing_it_again_and_then_it_is_a_new_request(database: Database):
    done: list[str] = []

    first, hours_later, a_day_later = (
        asked(database, done, at) for at in ("2026-01-08T01:00:00Z", "2026-01-08T09:00:00Z", "2026-01-09T02:00:00Z")
    )

    assert hours_later == first
    assert done == ["2026-01-08T01:00:00Z", "2026-01-09T02:00:00Z"]
    assert a_day_later != first


def test_a_key_is_one_persons_and_stands_for_one_request(database: Database):
    done: list[str] = []
    asked(database, done, "2026-01-08T01:00:00Z")

    with pytest.raises(InputError, match="已经用于另一个请求"):
        asked(database, done, "2026-01-08T01:01:00Z", what=b"remove")
    asked(database, done, "2026-01-08T01:02:00Z", what=b"remove", who="like")

    assert len(done) == 2


def test_who_asks_while_it_is_under_way_waits_and_after_ten_minutes_it_counts_as_given_up(database: Database):
    told: list[str] = []

    def work() -> Answer:
        with pytest.raises(NotAllowed, match="正在办理"):
            asked(database, told, "2026-01-08T01:09:00Z")
        asked(database, told, "2026-01-08T01:11:00Z")
        return Answer(201, "{}")

    once(database, "wangfang", "key-1", b"import", work, at="2026-01-08T01:00:00Z")

    assert told == ["2026-01-08T01:11:00Z"]


def test_what_failed_may_be_tried_again_under_its_key(database: Database):
    def fail() -> Answer:
        raise InputError("改好再传")

    with pytest.raises(InputError, match="改好再传"):
        once(database, "wangfang", "key-1", b"import", fail, at="2026-01-08T01:00:00Z")

    done: list[str] = []
    assert asked(database, done, "2026-01-08T01:00:01Z").status == 201
