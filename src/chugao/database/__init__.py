"""The one database of all rooms: SQLite in a workspace, PostgreSQL when one machine is not enough.

In: a URL.  Out: a `Database` at the newest revision, whose `read()` and `write()` give a SQLAlchemy Core connection.
The tables are in `tables`, their history in `migrations`, who did what in `audit`, what goes wrong in `failures`.

Surprise: Python's sqlite3 begins a transaction only at the first INSERT, so that read-then-write loses updates; we
send BEGIN ourselves, IMMEDIATE for a writer.  And switching a new file to WAL ignores the busy time-out.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import PoolProxiedConnection

from chugao.database.audit import CHINA, china_time, record, utc_text, verify
from chugao.database.failures import DatabaseUnavailable, explained, where
from chugao.errors import InputError

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = [
    "CHINA",
    "HEAD",
    "VERSION_TABLE",
    "Database",
    "DatabaseUnavailable",
    "alembic_config",
    "china_time",
    "hold",
    "known_in",
    "open_database",
    "record",
    "sqlite_url",
    "utc_text",
    "verify",
]

HEAD = "0010"
"""Newest revision in `migrations/versions`; kept here so that opening an up-to-date database loads no Alembic."""
VERSION_TABLE = "schema_revision"
"""Not Alembic's own name: the institution's PostgreSQL may hold another program's history."""

_BUSY_TIMEOUT_S = 10
_MIGRATION_TIMEOUT_S = 60
_NETWORK_DISKS = frozenset(
    "nfs nfs4 cifs smb3 smbfs smb2 ncpfs afs ceph glusterfs lustre beegfs gpfs davfs "
    "fuse.sshfs fuse.glusterfs fuse.davfs2 fuse.rclone fuse.ceph fuse.s3fs fuse.juicefs".split()
)
# Alembic keeps the migration under way in a module global.
_one_migration = threading.Lock()


class Database:
    """An open database; one per process, shared by its threads, closed at the end.

    Not to be carried over a fork: open it again in the child.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgres_engine(url)
        self._here = _Here()
        self._watching: PoolProxiedConnection | None = None
        self._watch = threading.Lock()

    def __repr__(self) -> str:
        return f"<Database {where(self._url)}>"

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give every connection back."""
        with self._watch:
            if self._watching is not None:
                self._watching.close()
                self._watching = None
        self._engine.dispose()

    def read(self) -> AbstractContextManager[Connection]:
        """One unchanging view of the data; a statement that writes is refused."""
        if self._here.view is not None:
            return nullcontext(self._here.view)
        # What one reading has found it need not ask again: see `known_in`.
        if self._engine.dialect.name == "sqlite":
            return self._transaction(begin="DEFERRED", known={})
        return self._transaction(isolation_level="REPEATABLE READ", postgresql_readonly=True, known={})

    @contextmanager
    def one_view(self) -> Iterator[None]:
        """Until the block ends every `read()` of this thread is one look at one and the same state.

        For a block that only reads: what it wrote meanwhile it would not see.
        """
        if self._here.view is not None:
            yield
            return
        # Before the first statement, or what is kept under a stamp might be older than it.
        stamp = self.stamp()
        with self.read() as connection:
            self._here.view, self._here.stamp = connection, stamp
            try:
                yield
            finally:
                self._here.view, self._here.stamp = None, ""

    def stamp(self) -> str:
        """Another text as soon as anybody commits anything, in this process or another: equal stamps, equal data.

        Inside `one_view`, that of the view.
        """
        if self._here.view is not None:
            return self._here.stamp
        if self._engine.dialect.name != "sqlite":
            with self.read() as connection:
                return str(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
        with explained(self._url), self._watch:
            if self._watching is None:
                # The number counts other connections' commits, so the one that watches does nothing else.
                self._watching = self._engine.raw_connection()
                self._watching.detach()
            cursor = self._watching.cursor()
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
            cursor.close()
            return str(row[0] if row else "")

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        On SQLite there is one writer at a time.  On PostgreSQL there are many: lock the row you are going to
        change (`with_for_update`) or `hold` what you are about to add.  Raises `DatabaseUnavailable` after ten
        seconds of waiting, on a full disk, and so on; nothing is half-written.  Do not nest: the inner one would
        wait for the outer one.
        """
        return self._transaction(begin="IMMEDIATE")

    def upgrade(self) -> None:
        """Bring the tables to the newest revision; many processes may try at once, one does it.

        Raises `InputError` when the database was made by a newer chugao.
        """
        with self.read() as connection:
            revision = _revision(connection)
        if revision != HEAD:
            with _one_migration, self._migrating() as connection:
                _migrate(connection, where(self._url))

    @contextmanager
    def _transaction(self, **options: Any) -> Iterator[Connection]:
        with explained(self._url), self._engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """The only writer in the house until the block ends."""
        wait_ms = _MIGRATION_TIMEOUT_S * 1000
        if self._engine.dialect.name == "sqlite":
            with explained(self._url), _sqlite_migrating(self._engine, wait_ms) as connection:
                yield connection
            return
        with self.write() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = {wait_ms}"))
            hold(connection, "migration")
            if connection.execute(text("SHOW server_encoding")).scalar_one() != "UTF8":
                raise InputError(
                    f"数据库“{where(self._url)}”的编码不是 UTF-8，存不全汉字。请另建一个库：CREATE DATABASE … ENCODING 'UTF8'。"
                )
            yield connection


class _Here(threading.local):
    """The view a thread is in."""

    view: Connection | None = None
    stamp: str = ""


def known_in(connection: Connection) -> dict[Any, Any]:
    """What this reading has found already; a fresh one for a transaction that writes, where nothing stands still."""
    known: dict[Any, Any] | None = connection.get_execution_options().get("known")
    return {} if known is None else known


def open_database(url: str) -> Database:
    """Open the database at `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME` and bring it up to date.

    Raises `InputError` for a URL that cannot be used, a network disk, a file that is no database or a database of
    a newer chugao; `DatabaseUnavailable` when it cannot be reached.  No message ever holds the password.
    """
    database = Database(_checked(url))
    try:
        database.upgrade()
    except BaseException:
        database.close()
        raise
    return database


def sqlite_url(path: Path) -> str:
    """The URL of a database file, whatever characters its folders bear."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()


def hold(connection: Connection, name: str) -> None:
    """Wait for the turn called `name` and keep it until commit: for what no row stands for yet.

    On SQLite a writer has the whole database already.
    """
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(f"chugao:{name}".encode()).digest()
        connection.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


# --- addresses ------------------------------------------------------------------------------------


def _checked(given: str) -> URL:
    try:
        url = make_url(given)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        # What the parser says may hold a piece of the password.
        backend = ""
    if backend == "sqlite":
        return _checked_sqlite(url)
    if backend in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
        if "password" in url.query:
            # Among the query it would be shown by everything that prints a URL.
            url = url.set(password=str(url.query["password"])).difference_update_query(["password"])
        return url
    raise InputError(
        "数据库地址 database_url 的写法不对。本机文件请写 sqlite:///文件路径，"
        "PostgreSQL 请写 postgresql://用户名:密码@主机:端口/库名（密码中的 @ : / 等符号须写成 %40 这样的形式）。"
    )


def _checked_sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:" or url.query.get("mode") == "memory":
        raise InputError("内存中的数据库一关就没了，不能使用。请写明文件，如 sqlite:///工作区/.chugao/chugao.db。")
    if url.database.startswith("file:"):
        return url
    # Absolute, because a pooled connection may open after somebody changed the directory.
    path = Path(url.database).expanduser().absolute()
    if not path.parent.is_dir():
        raise InputError(f"数据库所在的文件夹“{path.parent}”不存在。请先建好，或运行 chugao init 建立工作区。")
    mounts = Path("/proc/self/mounts")
    disk = file_system(path.resolve(), mounts.read_text(errors="replace")) if mounts.exists() else ""
    if disk in _NETWORK_DISKS:
        raise InputError(
            f"“{path}”在网络共享盘（{disk}）上，SQLite 在那里会损坏数据。请把工作区放到本机磁盘，或改用 PostgreSQL。"
        )
    return url.set(database=str(path))


def file_system(path: Path, mounts: str) -> str:
    """Type of the file system that holds `path`, read from the text of /proc/self/mounts; "" when none does."""
    best, found = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # Blank, tab and backslash are written in octal there.
        point = Path(fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        # A later mount on the same point lies over the earlier one.
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), fields[2]
    return found


# --- engines --------------------------------------------------------------------------------------


def _json(value: object) -> str:
    """Chinese stays legible to whoever opens the database with another tool."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_json,
        pool_timeout=_BUSY_TIMEOUT_S,
        connect_args={"timeout": _BUSY_TIMEOUT_S},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _: object) -> None:
        # sqlite3 must not begin transactions of its own; `_begun` does (SQLAlchemy's pysqlite page).
        connection.isolation_level = None
        _switch_to_wal(connection)
        # What is deleted is overwritten: a removed report leaves no word in the file.
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        how = connection.get_execution_options()["begin"]
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if how == 'DEFERRED' else 'OFF'}")
        connection.exec_driver_sql(f"BEGIN {how}")

    return engine


def _switch_to_wal(connection: DBAPIConnection) -> None:
    """WAL, once per file.  Two processes switching a new file get BUSY at once, whatever the time-out: try again."""
    cursor = connection.cursor()
    deadline = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except Exception as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (5, 6)
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    if cursor.fetchone() != ("wal",):
        raise InputError("数据库文件所在的磁盘不支持 WAL 日志，会损坏数据。请把工作区放到本机磁盘，或改用 PostgreSQL。")


@contextmanager
def _sqlite_migrating(engine: Engine, wait_ms: int) -> Iterator[Connection]:
    """BEGIN EXCLUSIVE with foreign keys off: Alembic alters a table by dropping it, which would empty its children."""
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        # On the driver's cursor: SQLAlchemy would begin a transaction first, and there the switch does nothing.
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute(f"PRAGMA busy_timeout={wait_ms}")
        try:
            connection.execution_options(begin="EXCLUSIVE")
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError("a migration left rows whose parent is gone")
        finally:
            # Not to be handed to anybody else with foreign keys off.
            connection.invalidate()


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_json,
        pool_pre_ping=True,
        pool_timeout=_BUSY_TIMEOUT_S,
        connect_args={"connect_timeout": url.query.get("connect_timeout", _BUSY_TIMEOUT_S)},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: DBAPIConnection, _: object) -> None:
        # Outside a transaction, or the first rollback would take it back.
        connection.autocommit = True
        connection.cursor().execute(f"SET lock_timeout = {_BUSY_TIMEOUT_S * 1000}")
        connection.autocommit = False

    return engine


# --- revisions ------------------------------------------------------------------------------------


def _revision(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return found


def alembic_config(connection: Connection) -> "Config":
    """What Alembic needs to run our history over `connection`; it stays inside the caller's transaction."""
    from alembic.config import Config

    config = Config()
    # The percent sign is configparser's.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _migrate(connection: Connection, name: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    revision = _revision(connection)
    config = alembic_config(connection)
    known = {r.revision for r in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise InputError(
            f"数据库“{name}”是更新版本的初稿建立的（结构版本 {revision}，本软件只认到 {HEAD}）。"
            "请升级软件后再打开；数据没有改动。"
        )
    command.upgrade(config, "head")
