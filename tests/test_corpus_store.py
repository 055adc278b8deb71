"""Past reports kept: nothing twice, nothing half, nothing of what was removed."""

import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import delete, func, inspect, select, update

import chugao.corpus.store
from chugao.corpus.store import (
    AddReport,
    Duplicate,
    KeptReport,
    Skipped,
    add_reports,
    list_reports,
    load_passages,
    reindex,
    remove_reports,
)
from chugao.database import Database, alembic_config, open_database, sqlite_url, verify
from chugao.database.tables import audit, document, metadata, original, part, passage
from chugao.errors import InputError
from chugao.index import load_index, open_index
from chugao.shipped import shipped
from chugao.source import Scope

NOW = "2025-12-03T08:15:00Z"
LATER = "2025-12-20T01:00:00Z"
HOSPITAL = "望澜市第一人民医院"

REPORT = "医务科2023年工作总结\n一、手术\n术前讨论由催办改为把关，没有记录的退回病区。\n二、会诊\n远程会诊1846例次，申请最多的是云埠县人民医院。\n"
NURSES = "护理部2024年工作总结\n一、基础护理\n夜班交接改为床旁进行，跌倒事件比上年减少。\n"
COLLECTION = (
    "（2篇）2025年卫健工作思路\n【篇一】\n（一）抓体系。健全基层考核机制，提升服务能力。\n"
    "【篇二】\n（一）抓改革。推进医共体建设，三医协同发展。\n"
)
EVERYBODY = Scope(owners=("*",))


def add(db: Database, *paths: Path, at: str = NOW, **more: object) -> AddReport:
    values: dict[str, object] = {"organisation": "", "actor": "张三", "at": at} | more
    return add_reports(db, paths, **values)  # type: ignore[arg-type]


def remove(db: Database, *names: str) -> tuple[KeptReport, ...]:
    return remove_reports(db, names, actor="张三", at=LATER)


def written(folder: Path, **texts: str) -> Path:
    """A folder of reports; a name without suffix gets .txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def a_few_reports(tmp_path: Path) -> Path:
    """Reports of two departments out of the sample corpus."""
    folder = tmp_path / "样例"
    folder.mkdir()
    for name in ("医务科2024年工作总结暨2025年工作计划.docx", "护理部2023年工作总结.txt"):
        shutil.copy(shipped("corpus") / name, folder)
    return folder


def word_file(path: Path, text: str) -> Path:
    from docx import Document

    made = Document()
    for line in text.splitlines():
        made.add_paragraph(line)
    made.save(str(path))
    return path


def rows(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything the corpus keeps, to be compared."""
    with db.read() as connection:
        tables = (original, document, part, passage)
        return {t.name: sorted((tuple(r) for r in connection.execute(select(t))), key=repr) for t in tables}


def audited(db: Database) -> list[str]:
    with db.read() as connection:
        assert verify(connection) == []
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def found(db: Database, query: str, *owners: str) -> list[str]:
    hits = load_index(db).search(query, Scope(owners=owners or ("*",)))
    return [h.passage.file for h in hits if query in h.passage.text]


# --- adding ---------------------------------------------------------------------------------------


def test_a_folder_is_kept_and_found_again(database: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    folder = a_few_reports(tmp_path)
    files = len(list(folder.iterdir()))

    report = add(database, folder, organisation=HOSPITAL, progress=lambda *what: told.append(what))

    assert report == AddReport(added=files)
    assert [t[:2] for t in told] == [(n, files) for n in range(1, files + 1)]
    assert told[0][2].endswith("：收录1篇")
    kept = list_reports(database)
    assert len(kept) == files
    assert all(r.own and r.passages > 5 and r.issuer == HOSPITAL and r.added_at == NOW for r in kept)
    assert {(r.department, r.year) for r in kept} >= {("医务科", 2024), ("护理部", 2023)}
    (hit,) = load_index(database).search("术前讨论由催办改为把关", EVERYBODY, 1)
    assert hit.passage.text.startswith("术前讨论由催办改为把关。")
    assert audited(database) == ["corpus.add"] * files


def test_what_comes_out_of_the_database_is_what_a_folder_gives(database: Database, tmp_path: Path) -> None:
    folder = a_few_reports(tmp_path)
    add(database, folder, organisation=HOSPITAL)

    kept = load_passages(database)

    stateless = open_index(folder, organisation=HOSPITAL).passages
    # What is embedded is keyed when it is kept.
    unkeyed = [p.model_copy(update={"key": ""}) for p in kept]
    assert sorted(unkeyed, key=lambda p: p.id) == sorted(stateless, key=lambda p: p.id)
    assert [p.file for p in kept] == sorted(p.file for p in kept)


def test_a_bad_file_is_named_with_its_reason_and_stops_nothing(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "文稿", 好=REPORT, 空="", 后来=NURSES)
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    (folder / "子").mkdir()
    for name in ("子/指标.xlsx", "照片.JPG", "汇总.zip", "说明", ".隐藏.txt", "~$好.docx", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "没有文件").mkdir()

    report = add(database, folder, tmp_path / "没有文件", tmp_path / "不在.docx")

    assert report.added == 2
    reasons = dict(report.skipped)
    assert set(reasons) == {
        "空.txt",
        "坏.docx",
        "子/指标.xlsx",
        "照片.JPG",
        "汇总.zip",
        "说明",
        "没有文件",
        "不在.docx",
    }
    assert "metrics import" in reasons["子/指标.xlsx"]
    assert all(r.endswith("。") and "请" in r and not r.startswith(n) for n, r in reasons.items())
    assert [r.file for r in list_reports(database)] == ["后来.txt", "好.txt"]


def test_a_mistake_of_ours_over_one_file_costs_only_that_one(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_once(id_: str, reading: object, *rest: object) -> object:
        if "怪" in str(reading):
            raise AttributeError("no such thing")
        return real(id_, reading, *rest)  # type: ignore[arg-type]

    real = chugao.corpus.store.understand_file
    monkeypatch.setattr(chugao.corpus.store, "understand_file", fails_once)

    report = add(database, written(tmp_path / "a", 怪=REPORT, 好=NURSES))

    assert report.added == 1
    assert report.skipped == (Skipped("怪.txt", "读取时出错（AttributeError）。请用 WPS 或 Word 打开后另存一份再收。"),)


def test_adding_the_same_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 医务科=REPORT, 护理部=NURSES, 思路=COLLECTION)
    assert add(database, folder, organisation=HOSPITAL, own=True) == AddReport(added=4)
    before, actions = rows(database), audited(database)

    again = add(database, folder, folder / "医务科.txt", at=LATER)

    assert again == AddReport(unchanged=4)
    assert rows(database) == before
    assert audited(database) == actions


def test_names_and_texts_that_no_database_takes_are_made_fit(database: Database, tmp_path: Path) -> None:
    name = os.fsdecode("医务科总结.txt".encode("gb18030"))
    (tmp_path / name).write_text(
        REPORT + "全年工作平稳有序。\n" * 8000 + "末尾一段话里有\0一个空字符。\n", encoding="utf-8"
    )
    bad = os.fsdecode("坏文件.txt".encode("gb18030"))
    (tmp_path / bad).write_bytes(b"")

    report = add(database, tmp_path / name, tmp_path / bad)

    assert [r.file for r in list_reports(database)] == ["医务科总结.txt"]
    assert [s.file for s in report.skipped] == ["坏文件.txt"]
    assert not any("\ud800" <= c <= "\udfff" for c in report.skipped[0].reason)
    assert found(database, "末尾一段话里有一个空字符")


# --- one text once --------------------------------------------------------------------------------


def test_one_text_in_two_formats_lends_its_wording_once(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 甲=REPORT)
    word_file(folder / "乙.docx", REPORT.replace("，", " ，"))

    report = add(database, folder / "甲.txt", folder / "乙.docx")

    assert report == AddReport(added=1, duplicates=(Duplicate("乙.docx", "甲.txt"),))
    assert {(r.file, r.duplicate_of, r.passages) for r in list_reports(database)} == {
        ("甲.txt", None, 2),
        ("乙.docx", "甲.txt", 0),
    }
    assert found(database, "术前讨论") == ["甲.txt"]
    assert add(database, folder) == AddReport(unchanged=1, duplicates=report.duplicates)

    remove(database, "甲.txt")

    assert found(database, "术前讨论") == ["乙.docx"]
    assert [(r.file, r.duplicate_of) for r in list_reports(database)] == [("乙.docx", None)]


def test_a_copy_of_a_file_is_told_and_not_kept(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 甲=REPORT, 乙=REPORT)

    report = add(database, folder / "甲.txt", folder / "乙.txt")

    assert report == AddReport(added=1, duplicates=(Duplicate("乙.txt", "甲.txt"),))
    assert len(list_reports(database)) == 1


def test_of_two_equal_texts_the_one_said_to_be_own_makes_both_own(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 甲=REPORT)
    add(database, folder / "甲.txt")

    add(database, word_file(folder / "乙.docx", REPORT), own=True)

    (one, *_) = load_passages(database)
    assert (one.file, one.own) == ("甲.txt", True)


# --- several documents in one file ----------------------------------------------------------------


def test_each_document_of_a_collection_is_kept_removed_and_brought_back_by_itself(
    database: Database, tmp_path: Path
) -> None:
    folder = written(tmp_path / "a", 汇编=COLLECTION)
    assert add(database, folder).added == 2
    first, second = list_reports(database)
    assert second.id == f"{first.id}p2"

    remove(database, first.id)

    assert [r.id for r in list_reports(database)] == [second.id]
    assert found(database, "抓体系") == []
    reindex(database, actor="张三", at=LATER)
    assert [r.id for r in list_reports(database)] == [second.id]
    assert add(database, folder).added == 1
    assert [r.id for r in list_reports(database)] == [first.id, second.id]
    assert [r.file for r in remove(database, "汇编.txt")] == ["汇编.txt"] * 2
    assert list_reports(database) == ()


# --- owners ---------------------------------------------------------------------------------------


def test_each_owner_keeps_its_own_copy_and_sees_no_other(database: Database, tmp_path: Path) -> None:
    file = written(tmp_path / "a", 总结=REPORT) / "总结.txt"

    assert add(database, file, owner="医务科").added == 1
    assert add(database, file, owner="护理部") == AddReport(added=1)

    index = load_index(database)
    for owner in ("医务科", "护理部"):
        hits = index.search("术前讨论", Scope(owners=(owner,)))
        assert {h.passage.owner for h in hits} == {owner}
    assert index.search("术前讨论", Scope(owners=("药学部",))) == []
    assert index.search("术前讨论", Scope()) == []
    with pytest.raises(InputError, match=r"有几份.*编号"):
        remove(database, "总结.txt")
    mine = next(r for r in list_reports(database) if r.owner == "医务科")
    remove(database, mine.id)
    assert found(database, "术前讨论", "医务科") == []
    assert found(database, "术前讨论", "护理部") == ["总结.txt"]


# --- whose it is ----------------------------------------------------------------------------------


def owned(db: Database, organisation: str = "") -> dict[str, bool]:
    return {p.file: p.own for p in load_passages(db, organisation)}


def test_a_report_is_own_by_its_issuer_its_department_or_because_somebody_says_so(
    database: Database, tmp_path: Path
) -> None:
    issued = f"---\n发文单位: {HOSPITAL}\n---\n{NURSES}"
    folder = written(tmp_path / "a", 有单位=issued, 无单位=REPORT, 别家=NURSES.replace("护理部", "柳津县人民医院"))

    add(database, folder, organisation=HOSPITAL)
    assert owned(database) == {"有单位.txt": True, "无单位.txt": False, "别家.txt": False}

    assert add(database, folder, organisation=HOSPITAL, department="医务科").updated == 3
    assert owned(database) == {"有单位.txt": True, "无单位.txt": True, "别家.txt": False}

    assert add(database, folder / "别家.txt", own=True) == AddReport(updated=1)
    assert owned(database)["别家.txt"]
    # Silence takes nothing back.
    assert add(database, folder) == AddReport(unchanged=3)
    assert all(owned(database).values())


def test_a_corrected_name_of_the_office_counts_at_once_and_the_wrong_one_until_the_reindex(
    database: Database, tmp_path: Path
) -> None:
    mine = f"---\n发文单位: {HOSPITAL}\n---\n{NURSES}"
    other = f"---\n发文单位: 柳津县人民医院\n---\n{REPORT}"
    add(database, written(tmp_path / "a", 我=mine, 他=other), organisation="柳津县人民医院")

    assert owned(database, HOSPITAL) == {"我.txt": True, "他.txt": True}
    reindex(database, actor="张三", at=LATER, organisation=HOSPITAL)

    assert owned(database) == {"我.txt": True, "他.txt": False}


def test_a_department_is_lent_to_reports_that_name_none(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 甲="2023年工作总结\n全年工作平稳有序，成效明显。", 乙=NURSES)

    add(database, folder, department="药学部")

    assert {r.file: (r.department, r.own) for r in list_reports(database)} == {
        "甲.txt": ("药学部", False),
        "乙.txt": ("护理部", False),
    }


# --- removing -------------------------------------------------------------------------------------


def test_of_a_removed_report_no_word_is_left(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 甲=REPORT, 乙=NURSES)
    add(database, folder)

    (gone,) = remove(database, str(folder / "甲.txt"))

    assert gone.title == "医务科2023年工作总结"
    with database.read() as connection:
        everything = "".join(repr(connection.execute(select(t)).all()) for t in metadata.sorted_tables)
        kept = connection.execute(select(document.c.title, document.c.removed_at).where(document.c.id == gone.id)).one()
    assert "术前讨论" not in everything
    assert "夜班交接" in everything
    assert tuple(kept) == ("医务科2023年工作总结", LATER)
    assert audited(database)[-1] == "corpus.remove"
    assert add(database, folder, at=LATER) == AddReport(added=1, unchanged=1)
    assert found(database, "术前讨论") == ["甲.txt"]


def test_of_a_removed_report_no_word_is_left_in_the_file_either(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "chugao.db"))
    add(database, written(tmp_path / "a", 甲=REPORT + "夜间会诊的单子要回收，第二天早上归档。\n" * 300, 乙=NURSES))
    reindex(database, actor="张三", at=NOW)

    remove(database, "甲.txt")
    database.close()

    bytes_left = b"".join(f.read_bytes() for f in sorted(tmp_path.glob("chugao.db*")))
    assert "夜班交接".encode() in bytes_left
    assert "术前讨论".encode() not in bytes_left
    assert "夜间会诊的单子".encode() not in bytes_left


def test_a_name_that_is_not_there_removes_nothing(database: Database, tmp_path: Path) -> None:
    add(database, written(tmp_path / "a", 甲=REPORT))

    with pytest.raises(InputError, match=r"“乙.txt”没有收录过，什么也没有改动.*corpus list"):
        remove(database, "甲.txt", "乙.txt")

    assert len(list_reports(database)) == 1
    assert audited(database) == ["corpus.add"]


def test_two_files_of_one_name_are_told_apart_by_their_ids(database: Database, tmp_path: Path) -> None:
    add(database, written(tmp_path / "2023", 总结=REPORT), written(tmp_path / "2024", 总结=NURSES))

    with pytest.raises(InputError, match=r"有几份.*《.*总结》"):
        remove(database, "总结.txt")
    remove(database, next(r.id for r in list_reports(database) if r.year == 2023))

    assert [r.year for r in list_reports(database)] == [2024]


# --- understanding again --------------------------------------------------------------------------


def test_reindexing_gives_the_same_rows_and_mends_spoilt_ones(database: Database, tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 汇编=COLLECTION, 甲=REPORT)
    word_file(folder / "乙.docx", REPORT)
    sample = a_few_reports(tmp_path)
    add(database, sample, folder, organisation=HOSPITAL, department="医务科")
    before = rows(database)
    with database.write() as connection:
        connection.execute(update(passage).values(masked="2023年共1846例"))
        connection.execute(delete(passage).where(passage.c.ordinal > 3))
        connection.execute(update(document).values(title="?", text="?"))

    report = reindex(database, actor="张三", at=LATER)

    assert rows(database) == before
    # The collection holds two documents.
    files = [*sample.iterdir(), *folder.iterdir()]
    assert (report.documents, report.failed) == (len(files) + 1, ())
    assert report.passages == len(load_passages(database))
    assert audited(database)[-1] == "corpus.reindex"


def test_what_can_no_longer_be_understood_stays_as_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, written(tmp_path / "a", 甲=REPORT, 乙=NURSES))
    before = rows(database)

    def fails(id_: str, reading: object, *rest: object) -> object:
        raise InputError("甲.txt：里面没有文字。请确认选对了文件。")

    monkeypatch.setattr(chugao.corpus.store, "understand_file", fails)
    report = reindex(database, actor="张三", at=LATER)

    assert len(report.failed) == 2
    assert Skipped("甲.txt", "里面没有文字。请确认选对了文件。") in report.failed
    assert rows(database) == before


# --- always ---------------------------------------------------------------------------------------


def test_whatever_is_added_and_removed_each_text_has_one_lender_and_nothing_hangs(
    database: Database, tmp_path: Path
) -> None:
    chance = random.Random(20251203)
    folder = written(tmp_path / "a", 汇编=COLLECTION, 甲=REPORT, 乙=NURSES)
    written(
        folder,
        又=COLLECTION.split("【篇二】", maxsplit=1)[0].replace("（2篇）2025", "2025") + "尾。",
        甲二=REPORT + "\n",
        乙二=NURSES + " ",
    )
    word_file(folder / "甲.docx", REPORT)
    files = sorted(folder.iterdir())
    for _ in range(40):
        match chance.choice("aaarrx"):
            case "a":
                add(
                    database, chance.choice(files), owner=chance.choice(["", "医务科"]), own=chance.choice([None, True])
                )
            case "r" if kept := list_reports(database):
                remove(database, chance.choice(kept).id)
            case "x":
                reindex(database, actor="张三", at=LATER)
        _check_whole(database)


def _check_whole(db: Database) -> None:
    with db.read() as connection:
        query = select(document.c.id, document.c.owner, document.c.text, part.c.text_key, part.c.duplicate_of)
        kept = connection.execute(query.join(part, part.c.document_id == document.c.id)).all()
        with_words = set(connection.execute(select(document.c.id).where(document.c.text != "")).scalars())
        of_passages = set(connection.execute(select(passage.c.document_id)).scalars())
        of_originals = set(connection.execute(select(original.c.id)).scalars())
        of_parts = set(connection.execute(select(part.c.original_id)).scalars())
        assert verify(connection) == []
    lenders = Counter((r.owner, r.text_key) for r in kept if r.duplicate_of is None)
    assert set(lenders.values()) <= {1}
    assert {(r.owner, r.text_key) for r in kept} == set(lenders)
    by_id = {r.id: r for r in kept}
    for row in kept:
        if row.duplicate_of:
            lender = by_id[row.duplicate_of]
            assert (lender.owner, lender.text_key, lender.duplicate_of) == (row.owner, row.text_key, None)
    assert with_words == of_passages == set(by_id)
    assert of_originals == of_parts


ADDER = """
import sys
from chugao.corpus.store import add_reports
from chugao.database import open_database
with open_database(sys.argv[1]) as db:
    add_reports(db, [sys.argv[2]], organisation="", actor="adder", at="2025-12-03T08:15:00Z",
                progress=lambda done, files, what: print(what.partition("：")[0], flush=True))
"""


def adder(url: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", ADDER, url, str(folder)], stdout=subprocess.PIPE, text=True)


def many(folder: Path, number: int) -> Path:
    texts = {
        f"总结{n:03}": f"{2000 + n % 25}年第{n}科工作总结\n一、工作\n这一年完成了第{n}项任务，成效明显。\n" * 3
        for n in range(number)
    }
    return written(folder, **texts)


def killed_while_adding(url: str, folder: Path, number: int, kills: int) -> None:
    """Kill the adder at any moment, again and again; what it had told is there and everything is whole."""
    chance = random.Random(7)
    told: set[str] = set()
    for _ in range(kills):
        process = adder(url, folder)
        assert process.stdout is not None
        lines = list(itertools.islice(process.stdout, len(told) + chance.randint(1, 9)))
        time.sleep(chance.random() * 0.01)
        process.kill()
        rest, _ = process.communicate()
        told |= {line.strip() for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n")}
        with open_database(url) as db:
            assert told <= {r.file for r in list_reports(db)}
            _check_whole(db)
    with open_database(url) as db:
        report = add(db, folder)
        assert report.added + report.unchanged == number
        assert not report.skipped
        assert audited(db) == ["corpus.add"] * number


def added_by_two(url: str, folder: Path, number: int) -> None:
    """Two processes add one folder at once; every file is added once, by whichever came first."""
    processes = [adder(url, folder) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=90)
    assert [p.returncode for p in processes] == [0, 0]
    with open_database(url) as db:
        assert len(list_reports(db)) == number
        assert audited(db) == ["corpus.add"] * number
        _check_whole(db)


def test_killed_in_the_middle_it_has_lost_nothing_it_had_told(database_url: str, tmp_path: Path) -> None:
    killed_while_adding(database_url, many(tmp_path / "many", 60), 60, kills=4)


def test_two_processes_that_add_the_same_folder_at_once_add_it_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    added_by_two(database_url, many(tmp_path / "many", 30), 30)


@pytest.mark.soak
def test_killed_twenty_times_while_adding_nothing_told_is_lost(tmp_path: Path) -> None:
    killed_while_adding(sqlite_url(tmp_path / "killed.db"), many(tmp_path / "many", 200), 200, kills=20)


@pytest.mark.soak
def test_two_processes_that_add_at_once_twenty_times_break_nothing(tmp_path: Path) -> None:
    folder = many(tmp_path / "many", 30)

    for turn in range(20):
        added_by_two(sqlite_url(tmp_path / f"{turn}.db"), folder, 30)


def test_a_database_of_the_first_revision_gets_the_new_tables(empty_database_url: str, tmp_path: Path) -> None:
    db = Database(chugao.database._checked(empty_database_url))
    with db._migrating() as connection:
        command.upgrade(alembic_config(connection), "0001")
        assert not inspect(connection).has_table("original")
    db.close()

    with open_database(empty_database_url) as opened:
        assert add(opened, written(tmp_path / "a", 甲=REPORT)).added == 1


@pytest.mark.shared
def test_the_real_texts_are_kept_whole(database: Database, shared: Path, tmp_path: Path) -> None:
    shutil.copytree(shared / "seeds", tmp_path / "seeds")

    report = add(database, tmp_path / "seeds", shared / "realdocs")

    assert not [s for s in report.skipped if "出错" in s.reason]
    assert report.added == len([r for r in list_reports(database) if r.duplicate_of is None])
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(passage)).scalar_one() >= 20
        assert not re.search(r"\d", "".join(connection.execute(select(passage.c.masked)).scalars()))
    before = rows(database)
    reindex(database, actor="张三", at=LATER)
    assert rows(database) == before
