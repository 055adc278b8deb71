"""What people did with a draft is read from the rows they left."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from eval.reviewers import Edit, changed, confirm, edits_of, frame_of, minutes, run, worked

from chugao.database import Database
from chugao.review import Person, Role, put_in, save, section, submit
from tests import drafts

CLERK = Person(name="王芳", login="wang", roles=frozenset({Role.AUTHOR}), departments=("医务科",))


def at(minute: float) -> str:
    from chugao.database import utc_text

    return utc_text(datetime.fromisoformat("2026-01-08T09:00:00+00:00") + timedelta(minutes=minute))


def edited(database: Database) -> str:
    """A document in which the clerk changed one number and one word, four minutes apart."""
    document = put_in(database, CLERK, drafts.draft(), at=at(0))
    for minute, old, new in ((3, "催办", "催促"), (7, "体表小手术", "浅表小手术")):
        held = section(database, CLERK, document.id, "surgery")
        paragraphs = tuple(
            p.model_copy(update={"text": p.text.replace(old, new), "marks": ()}) for p in held.written.paragraphs
        )
        written = held.written.model_copy(update={"paragraphs": paragraphs})
        save(database, CLERK, document.id, "surgery", held.rev, written, at=at(minute))
    return document.id


def test_edits_their_distance_and_the_minutes_between_acts_are_read_from_the_rows(database: Database):
    document = edited(database)

    with database.read() as connection:
        (row,) = worked(connection)
        edits = list(edits_of(connection, document))

    assert (row.document, row.people, row.edits, row.days_to_approval) == (document, 1, 2, None)
    assert row.minutes == 8.0
    assert [("催办" in e.old, "催促" in e.new, e.distance) for e in edits[:1]] == [(True, True, 2)]
    assert row.distance == sum(e.distance for e in edits)


def test_a_pause_is_no_work(database: Database):
    nine = datetime.fromisoformat("2026-01-08T09:00:00+00:00")

    assert minutes([("甲", nine), ("甲", nine + timedelta(minutes=4))]) == 5.0
    assert minutes([("甲", nine), ("甲", nine + timedelta(hours=3))]) == 2.0
    assert minutes([("甲", nine), ("乙", nine)]) == 2.0


def test_sentences_are_paired_with_what_they_became():
    old = ["全年手术23186台次。", "归档及时。", "培训很多。"]
    new = ["全年手术23680台次。", "归档及时。", "新增日间病房。"]

    assert list(changed(old, new)) == [
        ("全年手术23186台次。", "全年手术23680台次。"), ("培训很多。", ""), ("", "新增日间病房。"),
    ]  # fmt: skip


def test_an_edit_becomes_a_regression_case_only_on_a_person_s_word(tmp_path: Path):
    edit = Edit("d", "results", "li", at(0), "全年手术23186台次。", "手术23186台次。", 2)

    with pytest.raises(SystemExit, match="谁确认"):
        confirm(edit, " ", tmp_path)
    with pytest.raises(SystemExit, match="新增"):
        confirm(edit._replace(old=""), "李科长", tmp_path)
    kept = confirm(edit, "李科长", tmp_path)

    assert kept.name == "001.json"
    assert "23186" not in kept.read_text(encoding="utf-8")
    assert frame_of("全年手术9台次。") in kept.read_text(encoding="utf-8")


def test_the_command_tells_the_documents_and_numbers_the_edits(database_url: str, capsys: pytest.CaptureFixture[str]):
    from chugao.database import open_database

    with open_database(database_url) as database:
        edited(database)

    assert run(database_url, None, "") == 0
    assert run(database_url, 99, "李科长") == 2

    told = capsys.readouterr()
    assert "1人" in told.out
    assert "1. " in told.out
    assert "没有第99条" in told.err


def test_submitting_is_an_act_of_the_person(database: Database):
    document = edited(database)
    submit(database, CLERK, document, at=at(9))

    with database.read() as connection:
        (row,) = worked(connection)

    assert row.minutes == 10.0
