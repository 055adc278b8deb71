"""The database: one history, nothing acknowledged lost, every failure a sentence."""

import itertools
import random
import re
import resource
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

import chugao.database
from chugao.database import (
    HEAD,
    VERSION_TABLE,
    Database,
    DatabaseUnavailable,
    alembic_config,
    file_system,
    hold,
    open_database,
    record,
    sqlite_url,
    utc_text,
    verify,
)
from chugao.database.audit import latest
from chugao.database.tables import audit, audit_head, definition, document, metadata, passage
from chugao.errors import ChugaoError, InputError

NOW = "2025-12-03T08:15:00Z"
CANARY = "kanalienvogel-7731"


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process, with our room imported."""
    head = "import sys\nfrom sqlalchemy import *\nfrom chugao.database import *\nfrom chugao.database.tables import *\n"
    command = [sys.executable, "-c", head + code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        _, errors = process.communicate(timeout=90)
        assert process.returncode == 0, errors


def at_once(work: Callable[[int], None], times: int) -> None:
    """Run it in as many threads; raises what any of them raised."""
    with ThreadPoolExecutor(times) as pool:
        for future in [pool.submit(work, number) for number in range(times)]:
            future.result(timeout=90)


def add_definition(connection: Connection, metric: str, number: int) -> None:
    connection.execute(insert(definition).values(metric=metric, payload={"number": number}))


def metrics_in(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(definition.c.metric).order_by(definition.c.metric)).scalars())


# --- history --------------------------------------------------------------------------------------


def test_the_history_from_nothing_ends_at_the_metadata(empty_database_url: str) -> None:
    with open_database(empty_database_url) as database, database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True}
        )
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_index_conditions_and_deferred_keys_which_alembic_does_not_compare_are_there_too(database: Database) -> None:
    with database.write() as connection:
        for index in metadata.tables["observation"].indexes:
            made = next(i for i in inspect(connection).get_indexes("observation") if i["name"] == index.name)
            options = made["dialect_options"]
            assert any("superseded_by IS NULL" in str(v) for v in options.values()), made
        (key,) = inspect(connection).get_foreign_keys("observation")
        assert key["options"]["deferrable"] is True
        assert key["options"]["initially"] == "DEFERRED"
        (parent,) = inspect(connection).get_foreign_keys("passage")
        assert parent["options"]["ondelete"] == "CASCADE"


def test_the_head_named_in_the_code_is_the_head_of_the_history(database: Database) -> None:
    with database.read() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
        revision = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one()

    assert script.get_heads() == [HEAD]
    assert revision == HEAD


def test_a_database_that_is_up_to_date_opens_without_alembic(database_url: str) -> None:
    code = "open_database(sys.argv[1]).close(); assert not [m for m in sys.modules if m.startswith('alembic')]"
    finish([python(code, database_url)])


def test_four_processes_open_a_new_database_at_once(empty_database_url: str) -> None:
    code = "with open_database(sys.argv[1]) as d, d.write() as c: record(c, 'a', 'open', 's', {}, at='2025-12-03T08:15:00Z')"

    finish([python(code, empty_database_url) for _ in range(4)])

    with open_database(empty_database_url) as database, database.read() as connection:
        assert verify(connection) == []
        assert connection.execute(select(audit_head.c.seq)).scalar_one() == 4


def test_threads_open_new_databases_at_once(tmp_path: Path) -> None:
    at_once(lambda number: open_database(sqlite_url(tmp_path / f"{number % 3}.db")).close(), 9)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.db", "1.db", "2.db"]


def test_a_database_of_a_newer_chugao_is_refused_and_left_alone(database_url: str) -> None:
    with open_database(database_url) as database, database.write() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9001'"))
        add_definition(connection, "a", 1)

    with pytest.raises(InputError, match=r"更新版本.*9001.*请升级软件"):
        open_database(database_url)

    with Database(chugao.database._checked(database_url)) as unopened, unopened.read() as connection:
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one() == "9001"
        assert connection.execute(select(definition.c.metric)).scalar_one() == "a"


def test_a_migration_that_fails_leaves_no_table(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command

    def upgrade_then_fail(*arguments: object) -> None:
        real(*arguments)
        raise RuntimeError("power cut")

    real = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_then_fail)
    with pytest.raises(RuntimeError, match="power cut"):
        open_database(empty_database_url)
    monkeypatch.undo()

    with open_database(empty_database_url) as database:
        assert metrics_in(database) == []


# --- transactions ---------------------------------------------------------------------------------


def test_what_fails_leaves_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.write() as connection:
            add_definition(connection, "a", 1)
            record(connection, "张三", "test", "a", {}, at=NOW)
            raise KeyError("halfway")

    with pytest.raises(KeyError):
        fail_halfway()

    assert metrics_in(database) == []
    with database.read() as connection:
        assert connection.execute(select(audit.c.seq)).all() == []
        assert verify(connection) == []


def test_a_broken_constraint_stays_our_own_mistake_and_shows_no_content(database: Database) -> None:
    with database.write() as connection:
        add_definition(connection, "a", 1)

    with pytest.raises(IntegrityError) as caught, database.write() as connection:
        connection.execute(insert(definition).values(metric="a", payload={"secret": CANARY}))

    assert CANARY not in str(caught.value)


def test_a_reader_sees_one_moment_and_cannot_write(database: Database) -> None:
    with database.read() as reader:
        before = reader.execute(select(definition.c.metric)).all()
        with database.write() as writer:
            add_definition(writer, "a", 1)
        after = reader.execute(select(definition.c.metric)).all()
    assert before == after == []

    with pytest.raises(DatabaseUnavailable, match="不能写入"), database.read() as connection:
        add_definition(connection, "b", 1)
    assert metrics_in(database) == ["a"]

    with database.write() as connection:
        add_definition(connection, "b", 1)
    assert metrics_in(database) == ["a", "b"]


def test_a_document_takes_its_passages_along(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(document).values(DOCUMENT))
        connection.execute(insert(passage).values(PASSAGE))
        connection.execute(delete(document))

    with database.read() as connection:
        assert connection.execute(select(passage)).all() == []
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(passage).values(PASSAGE))


def test_what_is_stored_comes_back_the_same(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(document).values(DOCUMENT))
        connection.execute(insert(passage).values(PASSAGE))

    with database.read() as connection:
        assert dict(connection.execute(select(document)).mappings().one()) == DOCUMENT
        assert dict(connection.execute(select(passage)).mappings().one()) == PASSAGE


DOCUMENT = {
    "id": "0011223344556677", "owner": "医务科", "file": "医务科2024年工作总结.docx", "title": "医务科2024年工作总结",
    "kind": "summary", "year": 2024, "plan_year": None, "department": "医务科", "issuer": "望澜市第一人民医院",
    "level": "科室", "release": "内部", "own": True, "flags": ["ocr", "截断"], "text": "一、𠮷字与“引号”\n98.6%",
    "added_at": NOW, "removed_at": None,
}  # fmt: skip
PASSAGE = {
    "id": "0011223344556677:0", "document_id": "0011223344556677", "ordinal": 0, "heading_path": ["一、医疗", "（一）质量"],
    "role": "成绩", "text": "𠮷98.6%", "masked": "〔数〕", "start": 2, "end": 7,
    "key": "b71c",
}  # fmt: skip


def test_two_writers_never_lose_an_update(database: Database, database_url: str) -> None:
    with database.write() as connection:
        add_definition(connection, "counter", 0)

    code = """
with open_database(sys.argv[1]) as d:
    for _ in range(25):
        with d.write() as c:
            n = c.execute(select(definition.c.payload).with_for_update()).scalar_one()["number"]
            c.execute(update(definition).values(payload={"number": n + 1}))
"""
    finish([python(code, database_url) for _ in range(2)])

    with database.read() as connection:
        assert connection.execute(select(definition.c.payload)).scalar_one() == {"number": 50}


def test_two_writers_add_to_one_unbroken_audit(database: Database, database_url: str) -> None:
    def write(number: int) -> None:
        with open_database(database_url) as own:
            for n in range(25):
                with own.write() as connection:
                    record(connection, f"writer {number}", "test", str(n), {"n": n}, at=NOW)

    at_once(write, 2)

    with database.read() as connection:
        assert list(connection.execute(select(audit.c.seq).order_by(audit.c.seq)).scalars()) == list(range(1, 51))
        assert verify(connection) == []


def test_a_turn_is_held_by_one_transaction_at_a_time(database: Database, database_url: str) -> None:
    def add_next(_: int) -> None:
        with open_database(database_url) as own:
            for _ in range(20):
                with own.write() as connection:
                    hold(connection, "turn")
                    there = connection.execute(select(func.count()).select_from(definition)).scalar_one()
                    add_definition(connection, f"m{there:03}", there)

    at_once(add_next, 2)

    assert metrics_in(database) == [f"m{n:03}" for n in range(40)]


WRITER = """
d = open_database(sys.argv[1])
for n in range(50):
    metric = f"r{sys.argv[2]}_{n:02}"
    with d.write() as c:
        c.execute(insert(definition).values(metric=metric, payload={"n": n, "padding": "x" * 5000}))
        record(c, "writer", "add", metric, {}, at="2025-12-03T08:15:00Z")
    print(metric, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_had_acknowledged(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "chugao.db")
    open_database(url).close()
    chance = random.Random(20251203)
    acknowledged: list[str] = []

    for number in range(5):
        writer = python(WRITER, url, str(number))
        assert writer.stdout is not None
        lines = [line.strip() for line in itertools.islice(writer.stdout, chance.randint(1, 45))]
        time.sleep(chance.random() * 0.004)
        writer.kill()
        # Not `communicate`: it reads the pipe past what the lines above have read ahead.
        rest = writer.stdout.read()
        writer.communicate()
        # Without its end of line an acknowledgement had not arrived.
        acknowledged += lines + [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]

        with open_database(url) as database, database.read() as connection:
            kept = set(connection.execute(select(definition.c.metric)).scalars())
            audited = set(connection.execute(select(audit.c.subject)).scalars())
            assert set(acknowledged) <= kept == audited
            assert len(kept) <= len(acknowledged) + number + 1
            assert verify(connection) == []
            assert connection.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"
    assert len(acknowledged) < 250


def test_a_commit_on_sqlite_is_on_the_disk(tmp_path: Path) -> None:
    with open_database(sqlite_url(tmp_path / "chugao.db")) as database, database.write() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert pragmas == ["wal", 2, 1, 10_000]


# --- audit ----------------------------------------------------------------------------------------


@pytest.fixture
def audited(database: Database) -> Database:
    with database.write() as connection:
        for n in range(1, 7):
            detail = {"n": n, "旧": "3.2万人次", "新": ("3.3万人次",), "rate": 0.1, 10: None, 9: True}
            record(connection, "张三", "edit", f"段{n}", detail, at=NOW)
    return database


def tampered(database: Database, *statements: object) -> list[str]:
    with database.write() as connection:
        assert verify(connection) == []
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
        findings = verify(connection)
    assert all(f.rule == "audit-chain" and f.severity.blocks for f in findings)
    return [f.hint for f in findings]


@pytest.mark.parametrize(
    "change",
    [{"at": "2025-12-03T08:15:01Z"}, {"actor": "李四"}, {"action": "x"}, {"subject": "x"}, {"detail": {"n": 4}}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_is_found(audited: Database, change: dict[str, object]) -> None:
    hints = tampered(audited, update(audit).where(audit.c.seq == 3).values(change))

    assert len(hints) == 1
    assert "第3条的内容被改过" in hints[0]


def test_a_row_changed_and_sealed_again_breaks_the_link_to_the_next(audited: Database) -> None:
    hints = tampered(audited, update(audit).where(audit.c.seq == 3).values(hash="0" * 64))

    assert ["第3条的内容被改过" in hints[0], "第4条与前一条接不上" in hints[1]] == [True, True]


@pytest.mark.parametrize("seq, hint", [(1, "缺第1—1条"), (3, "缺第3—3条"), (6, "末尾缺第6—6条")])
def test_a_deleted_row_is_found_at_either_end_too(audited: Database, seq: int, hint: str) -> None:
    hints = tampered(audited, delete(audit).where(audit.c.seq == seq))

    assert len(hints) == 1
    assert hint in hints[0]


def test_rows_that_changed_places_are_found(audited: Database) -> None:
    swap = [update(audit).where(audit.c.seq == a).values(seq=b) for a, b in ((2, 100), (3, 2), (100, 3))]

    hints = tampered(audited, *swap)

    assert any("第2条" in h for h in hints)
    assert any("第3条" in h for h in hints)


def test_the_audit_is_paged_backwards_without_telling_a_row_twice(audited: Database) -> None:
    with audited.read() as connection:
        first = [r.seq for r in latest(connection, limit=2)]
        second = [r.seq for r in latest(connection, before=first[-1], limit=2)]

    assert first[0] - second[-1] == 3
    assert not set(first) & set(second)


def test_an_emptied_audit_and_a_lost_head_are_found(audited: Database) -> None:
    assert "末尾缺第1—6条" in tampered(audited, delete(audit))[0]
    with audited.write() as connection:
        connection.execute(delete(audit_head))
        assert "末尾登记不见了" in verify(connection)[0].hint
    with pytest.raises(DatabaseUnavailable, match="末尾登记不见了"), audited.write() as connection:
        record(connection, "张三", "edit", "x", {}, at=NOW)


def test_a_row_added_behind_the_last_is_found(audited: Database) -> None:
    with audited.read() as connection:
        last = dict(connection.execute(select(audit).where(audit.c.seq == 6)).mappings().one())

    hints = tampered(audited, insert(audit).values(last | {"seq": 7, "previous_hash": last["hash"]}))

    assert any("第7条的内容被改过" in h for h in hints)


def test_a_moment_is_utc_and_written_one_way() -> None:
    beijing = timezone(timedelta(hours=8))
    assert utc_text(datetime(2025, 12, 3, 16, 15, tzinfo=beijing)) == NOW
    assert utc_text(datetime(2025, 12, 3, 8, 15, 0, 999, tzinfo=UTC)) == NOW
    with pytest.raises(ValueError, match="time zone"):
        utc_text(datetime(2025, 12, 3, 16, 15))


def test_another_form_of_time_is_not_recorded(database: Database) -> None:
    with pytest.raises(ValueError, match="utc_text"), database.write() as connection:
        record(connection, "张三", "edit", "x", {}, at="2025-12-03 16:15")


# --- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url, sentence",
    [
        ("chugao.db", "写法不对"),
        ("", "写法不对"),
        (f"mysql://root:{CANARY}@127.0.0.1/x", "写法不对"),
        (f"postgresql://u:pa:{CANARY}@127.0.0.1:{CANARY}/x", "写法不对"),
        ("sqlite://", "内存"),
        ("sqlite:///:memory:", "内存"),
        ("sqlite:////no/such/folder/chugao.db", "文件夹“/no/such/folder”不存在"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        open_database(url)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "template",
    [
        "postgresql://bob:{}@127.0.0.1:{}/hospital",
        "postgres://bob:{}@127.0.0.1:{}/hospital",
        "postgresql+psycopg://bob:{}@127.0.0.1:{}/hospital",
        "postgresql://bob@127.0.0.1/hospital?password={}&port={}",
        "postgresql://bob@/hospital?host=127.0.0.1&password={}&port={}&sslmode={}",
    ],
)
def test_the_password_is_in_no_error_and_no_repr(template: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ChugaoError) as caught:
            open_database(template.format(CANARY, port, "disable"))

    assert "连接不上数据库" in str(caught.value)
    assert "hospital" in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert CANARY not in shown
    assert CANARY not in repr(Database(chugao.database._checked(template.format(CANARY, port, "disable"))))


def test_a_missing_database_is_a_sentence_without_the_password(postgres: object) -> None:
    uri = postgres.get_uri(database="no_such_database").replace("postgres:@", f"postgres:{CANARY}@")  # type: ignore[attr-defined]

    with pytest.raises(DatabaseUnavailable, match="连接不上数据库") as caught:
        open_database(uri)

    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_locked_database_says_so_and_recovers(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chugao.database, "_BUSY_TIMEOUT_S", 0.2)
    with open_database(database_url) as hasty, database.write() as connection:
        add_definition(connection, "a", 1)
        connection.execute(update(audit_head).values(hash="x"))
        with pytest.raises(DatabaseUnavailable, match="正被别的程序占用"), hasty.write() as second:
            second.execute(update(audit_head).values(hash="y"))
        assert metrics_in(hasty) == []

    assert metrics_in(database) == ["a"]
    with database.write() as connection:
        add_definition(connection, "b", 1)


def test_a_full_disk_says_so_keeps_what_was_there_and_recovers(tmp_path: Path) -> None:
    with open_database(sqlite_url(tmp_path / "chugao.db")) as database:
        with database.write() as connection:
            add_definition(connection, "a", 1)

        def fill() -> None:
            with database.write() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
                connection.execute(insert(definition).values(metric="b", payload={"x": "满" * 100_000}))

        with pytest.raises(DatabaseUnavailable, match=r"磁盘已满.*清理出空间"):
            fill()

        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
            add_definition(connection, "c", 1)
        assert metrics_in(database) == ["a", "c"]


def test_a_file_that_may_not_grow_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "chugao.db")
    code = """
import resource
with open_database(sys.argv[1]) as d:
    with d.write() as c: c.execute(insert(definition).values(metric="a", payload={}))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    try:
        with d.write() as c: c.execute(insert(definition).values(metric="b", payload={"x": "满" * 300_000}))
    except DatabaseUnavailable as error:
        assert "这一步没有保存" in str(error), error
    else:
        raise AssertionError("it grew")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with d.write() as c: c.execute(insert(definition).values(metric="c", payload={}))
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY

    finish([python(code, url)])

    with open_database(url) as database:
        assert metrics_in(database) == ["a", "c"]


def test_a_database_that_may_only_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "chugao.db"
    open_database(sqlite_url(path)).close()

    # By the URL, because root may write to any file.
    with (
        open_database(f"sqlite:///file:{path}?mode=ro&uri=true") as database,
        pytest.raises(DatabaseUnavailable, match=r"不能写入.*写权限"),
        database.write() as connection,
    ):
        add_definition(connection, "a", 1)


def test_a_file_that_is_no_database_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "医务科.xlsx").write_bytes(b"PK\3\4" + bytes(2000))
    before = (tmp_path / "医务科.xlsx").read_bytes()

    with pytest.raises(InputError, match=r"医务科.xlsx”不是初稿的数据库文件"):
        open_database(sqlite_url(tmp_path / "医务科.xlsx"))
    with pytest.raises(InputError, match="打不开"):
        open_database(sqlite_url(tmp_path))

    assert (tmp_path / "医务科.xlsx").read_bytes() == before


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chugao.db"
    open_database(sqlite_url(path)).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    def use() -> None:
        with open_database(sqlite_url(path)) as database, database.write() as connection:
            add_definition(connection, "a", 1)

    with pytest.raises(InputError, match=r"已损坏.*备份"):
        use()


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chugao.database, "file_system", lambda *_: "nfs4")

    with pytest.raises(InputError, match=r"网络共享盘（nfs4）.*PostgreSQL"):
        open_database(sqlite_url(tmp_path / "chugao.db"))


def test_the_disk_of_a_path_is_the_innermost_mount() -> None:
    mounts = (
        "/dev/vda / ext4 rw 0 0\n//nas/q /mnt/质控\\040盘 cifs rw 0 0\n/dev/vdb /mnt/质控\\040盘/local xfs rw 0 0\n"
        "nas:/home /home nfs4 rw 0 0\n/dev/vdc /home ext4 rw 0 0\n"
    )

    assert file_system(Path("/mnt/质控 盘/a.db"), mounts) == "cifs"
    assert file_system(Path("/mnt/质控 盘/local/a.db"), mounts) == "xfs"
    assert file_system(Path("/mnt/质控 盘二/a.db"), mounts) == "ext4"
    assert file_system(Path("/home/a.db"), mounts) == "ext4"


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
def test_a_lost_connection_says_so_and_the_next_one_works(database: Database) -> None:
    def lose() -> None:
        with database.write() as connection, database.write() as other:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            other.execute(text(f"SELECT pg_terminate_backend({pid})"))
            add_definition(connection, "a", 1)

    with pytest.raises(DatabaseUnavailable, match="连接断了"):
        lose()

    assert metrics_in(database) == []


def test_a_test_that_reaches_for_another_machine_fails() -> None:
    with socket.socket() as there, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1:80"):
        there.connect(("192.0.2.1", 80))


def test_no_sentence_of_ours_is_unfinished() -> None:
    from chugao.database import failures

    sentences = [v for k, v in vars(failures).items() if re.fullmatch(r"_[A-Z_]+", k) and isinstance(v, str)]

    assert len(sentences) >= 10
    assert all("{where}" in s and s.endswith("。") for s in sentences)
