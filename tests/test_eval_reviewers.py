"""What people did with a draft is read from the rows they left."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from eval.reviewers import Edit, changed, confirm, edits_of, frame_of, minutes, run, worked

from chugao.database import Database
from chugao.review import Person, Role, accept_sections, approve, dismiss, put_in, save, section, submit
from chugao.source import Finding, Place, Severity
from tests import drafts
from tests.review_cases import LI, WANG, ZHAO, rewritten, small_draft, started
from tests.review_cases import at as moment

CLERK = Person(name="王芳", login="wang", roles=frozenset({Role.AUTHOR}), departments=("医务科",))


def at(minute: float) -> str:
    from chugao.database import utc_text

    return utc_text(datetime.fromisoformat("2026-01-08T09:00:00+00:00") + timedelta(minutes=minute))


def found(quote: str, part: str) -> Finding:
    """What drafting found in a section of the small draft, to be stood by or mended."""
    sentence = next(s for x in small_draft().sections if x.id == part for s in x.sentences if quote in s.text)
    start = sentence.text.index(quote)
    place = Place(start=start, end=start + len(quote), section=part, sentence=sentence.id)
    return Finding(rule="style-house", severity=Severity.ERROR, place=place, quote=quote, hint=f"“{quote}”请改。")


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


def test_an_edit_of_a_number_alone_is_no_wording_to_be_kept_out(tmp_path: Path):
    with pytest.raises(SystemExit, match="只改了数"):
        confirm(Edit("d", "results", "li", at(0), "全年手术23186台次。", "全年手术23680台次。", 4), "李科长", tmp_path)

    assert not list(tmp_path.iterdir())


def test_a_case_that_was_taken_away_does_not_lose_the_next_one(tmp_path: Path):
    edit = Edit("d", "results", "li", at(0), "全年手术23186台次。", "手术23186台次。", 2)
    for _ in range(2):
        confirm(edit, "李科长", tmp_path)
    (tmp_path / "001.json").unlink()

    assert confirm(edit, "李科长", tmp_path).name == "003.json"


def test_the_command_tells_the_documents_and_numbers_the_edits(database_url: str, capsys: pytest.CaptureFixture[str]):
    from chugao.database import open_database

    with open_database(database_url) as database:
        edited(database)

    assert run(database_url, None, "") == 0
    assert run(database_url, 99, "李科长") == 2

    told = capsys.readouterr()
    assert "1人" in told.out
    assert "1.（surgery，wang，" in told.out
    assert "没有第99条" in told.err


def test_submitting_is_an_act_of_the_person(database: Database):
    document = edited(database)
    submit(database, CLERK, document, at=at(9))

    with database.read() as connection:
        (row,) = worked(connection)

    assert row.minutes == 10.0


def test_a_paper_s_whole_life_is_told_what_was_mended_what_was_passed_over_and_how_long_it_took(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from chugao.database import open_database

    with open_database(database_url) as database:
        made = started(database, small_draft(findings=(found("麻醉人手", "problems"), found("就诊高峰", "results"))))
        rev, written = rewritten(database, WANG, made, "problems", "麻醉人手", "麻醉力量")
        save(database, WANG, made.id, "problems", rev, written, at=moment(4))
        submit(database, WANG, made.id, at=moment(6))
        dismiss(database, LI, made.id, found("就诊高峰", "results"), reason="本院习惯说法", at=moment(60))
        accept_sections(database, LI, made.id, at=moment(61))
        approve(database, ZHAO, made.id, at=moment(12 * 60))
        with database.read() as connection:
            (row,) = worked(connection)

    assert (row.people, row.edits, row.distance) == (3, 1, 4)
    assert (row.fixed, row.dismissed, row.left) == (1, 1, 0)
    assert row.days_to_approval == 0.5

    # The reader says it: this wording is not to come again.
    assert run(database_url, 1, "李科长", tmp_path) == run(database_url, None, "") == 0
    assert "0.5天通过" in capsys.readouterr().out
    kept = json.loads((tmp_path / "001.json").read_text(encoding="utf-8"))
    assert ("麻醉人手" in kept["old"], kept["confirmed_by"]) == (True, "李科长")


def test_a_database_that_is_not_there_is_told_and_not_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "chugao.db"

    assert run(f"sqlite:///{file}", None, "") == 2
    assert "没有数据库文件" in capsys.readouterr().err
    assert not file.exists()
