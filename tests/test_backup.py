"""backup and restore: of one moment, checked, from one database into the other."""

import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from chugao.database import Database, open_database, record, sqlite_url, verify
from chugao.database.copies import backup, restore, verify_copy
from chugao.database.tables import audit, happening, metadata
from chugao.errors import InputError
from chugao.review import Role, accounts
from tests.cli import chugao

AT = "2026-01-08T01:00:00Z"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "工作区 甲"
    (folder / ".chugao" / "attachments").mkdir(parents=True)
    (folder / "chugao.toml").write_text('[office]\nname = "柳津镇中心卫生院"\n', encoding="utf-8")
    (folder / ".chugao" / "attachments" / "批示.png").write_bytes(b"\x89PNG" + bytes(range(256)))
    (folder / ".chugao" / "other.db").write_bytes(b"not to be copied")
    return folder


@pytest.fixture
def filled(database: Database) -> Database:
    accounts.add_account(
        database, login="wangfang", name="王芳", roles=[Role.AUTHOR], departments=["医务科"],
        password="春眠不觉晓处处闻啼鸟", by="管理员", at=AT,
    )  # fmt: skip
    with database.write() as connection:
        connection.execute(metadata.tables["vector"].insert().values(space="s", key="k", data=bytes(range(256))))
        connection.execute(metadata.tables["vector"].insert().values(space="s", key="空", data=b""))
        for n in range(3):
            record(connection, "王芳", "试验", f"第{n}条", {"字": "“引号”\n换行"}, at=AT)
    return database


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "新").mkdir()
    with open_database(sqlite_url(tmp_path / "新" / "chugao.db")) as opened:
        yield opened


def rows(db: Database) -> dict[str, list[Any]]:
    with db.read() as connection:
        return {
            t.name: [tuple(r) for r in connection.execute(select(t).order_by(*t.primary_key.columns))]
            for t in metadata.sorted_tables
        }


def test_what_is_restored_is_what_was_there(filled: Database, empty: Database, workspace: Path, tmp_path: Path) -> None:
    made = backup(filled, workspace, tmp_path / "b.zip", at=AT)

    restore(tmp_path / "b.zip", empty, tmp_path / "新")

    assert rows(empty) == rows(filled)
    assert made.rows == sum(len(r) for r in rows(filled).values())
    assert (tmp_path / "新" / "chugao.toml").read_text(encoding="utf-8").startswith("[office]")
    assert (tmp_path / "新" / ".chugao" / "attachments" / "批示.png").read_bytes() == b"\x89PNG" + bytes(range(256))
    assert not (tmp_path / "新" / ".chugao" / "other.db").exists()
    with empty.read() as connection:
        assert verify(connection) == []


def test_a_restored_database_is_written_to_like_any_other(
    filled: Database, empty: Database, workspace: Path, tmp_path: Path
) -> None:
    backup(filled, workspace, tmp_path / "b.zip", at=AT)
    # The other way round: what came from SQLite or PostgreSQL goes back into a fresh one of the same kind.
    restore(tmp_path / "b.zip", empty, tmp_path / "新")

    with empty.write() as connection:
        record(connection, "王芳", "试验", "以后", {}, at=AT)
    with empty.read() as connection:
        assert verify(connection) == []
        assert connection.execute(select(audit.c.seq).order_by(audit.c.seq.desc())).scalar() == 5


def test_numbers_go_on_after_those_that_were_restored(database: Database, workspace: Path, tmp_path: Path) -> None:
    """PostgreSQL counts by itself: into it, from a SQLite that holds numbered rows."""
    (tmp_path / "旧").mkdir()
    with open_database(sqlite_url(tmp_path / "旧" / "chugao.db")) as old:
        with old.write() as connection:
            connection.execute(
                metadata.tables["job"].insert().values(
                    id="j", tenant="", name="j", state="done", reason="", payload={}, created_at=AT, updated_at=AT
                )
            )  # fmt: skip
            for n in range(1, 6):
                told = {"job_id": "j", "at": AT, "kind": "k", "paper_id": "", "detail": {"n": n}}
                connection.execute(happening.insert().values(told))
        backup(old, workspace, tmp_path / "b.zip", at=AT)
    restore(tmp_path / "b.zip", database, tmp_path / "新的")

    with database.write() as connection:
        told = {"job_id": "j", "at": AT, "kind": "k", "paper_id": "", "detail": {}}
        made = connection.execute(happening.insert().values(told))

    assert made.inserted_primary_key == (6,)


def test_nobody_is_signed_in_to_a_house_that_was_just_restored(
    filled: Database, empty: Database, workspace: Path, tmp_path: Path
) -> None:
    token = accounts.sign_in(filled, "wangfang", "春眠不觉晓处处闻啼鸟", at=AT).token
    backup(filled, workspace, tmp_path / "b.zip", at=AT)

    restore(tmp_path / "b.zip", empty, tmp_path / "新")

    assert accounts.person_of_session(empty, token, at=AT, idle_minutes=9, longest_hours=9) is None
    assert accounts.sign_in(empty, "wangfang", "春眠不觉晓处处闻啼鸟", at=AT).person.name == "王芳"


def test_a_copy_taken_while_people_write_is_of_one_moment(database: Database, workspace: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with database.write() as connection:
                record(connection, "王芳", "试验", "写", {}, at=AT)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(database, workspace, tmp_path / f"{n}.zip", at=AT) for n in range(4)]
    finally:
        stop.set()
        writer.join()

    for number, copy in enumerate(copies):
        (tmp_path / f"w{number}").mkdir()
        with open_database(sqlite_url(tmp_path / f"w{number}" / "chugao.db")) as back:
            restore(copy.path, back, tmp_path / f"w{number}")  # walks the audit: a torn one is refused


@pytest.mark.parametrize("harm", ["row", "file", "cut", "other", "path"])
def test_a_copy_that_was_harmed_is_refused_and_nothing_is_restored(
    filled: Database, empty: Database, workspace: Path, tmp_path: Path, harm: str
) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    backup(filled, workspace, good, at=AT)
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if harm == "row" and name == "tables/account.jsonl":
                content = content.replace("王芳".encode(), "李四".encode())
            if harm == "file" and name.endswith("chugao.toml"):
                content += b"# more"
            if harm == "path" and name == "contents.json":
                told = json.loads(content)
                told["files"].append("files/../../outside.txt")
                content = json.dumps(told).encode()
            new.writestr(name, content)
        if harm == "path":
            new.writestr("files/../../outside.txt", b"x")
    if harm == "cut":
        bad.write_bytes(good.read_bytes()[:-200])
    if harm == "other":
        bad.write_bytes(b"PK nothing of the kind")

    with pytest.raises(InputError):
        restore(bad, empty, tmp_path / "新")

    assert not any(rows for name, rows in rows(empty).items() if name != "audit_head")
    assert not (tmp_path / "outside.txt").exists()


def test_a_copy_is_never_restored_over_something(filled: Database, workspace: Path, tmp_path: Path) -> None:
    backup(filled, workspace, tmp_path / "b.zip", at=AT)

    with pytest.raises(InputError, match="已经有内容"):
        restore(tmp_path / "b.zip", filled, tmp_path)
    with pytest.raises(InputError, match="没有覆盖"):
        backup(filled, workspace, tmp_path / "b.zip", at=AT)


def test_the_commands_copy_check_and_bring_back_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "甲"
    here.mkdir()
    monkeypatch.chdir(here)
    chugao("init")

    made = chugao("backup", str(tmp_path / "备份.zip"))
    checked = chugao("backup", "--check", str(tmp_path / "备份.zip"), "--json")
    back = chugao("restore", str(tmp_path / "备份.zip"), str(tmp_path / "乙"), "--json")
    again = chugao("restore", str(tmp_path / "备份.zip"), str(tmp_path / "乙"))

    assert made.code == 0
    assert json.loads(checked.out)["sound"] is True
    assert json.loads(back.out)["workspace"] == str(tmp_path / "乙")
    assert again.code == 2
    assert verify_copy(tmp_path / "备份.zip")["rows"]["account"] == 0
