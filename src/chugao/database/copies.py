"""Copy a whole workspace into one file while people work in it, and bring it back: backup and restore.

In: a workspace with its database.  Out: a zip of every table as JSON lines, of the files beside them, and of a list
with the SHA-256 of each; or a workspace as it was.

Every table is read in one transaction, so that the copy is of one moment.  Surprise: because it is rows and not a
database file, a backup of SQLite can be restored into PostgreSQL, and the other way round.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, Table, func, insert, select

from chugao.database import HEAD, Database, verify
from chugao.database.tables import metadata
from chugao.errors import InputError, reason_of

FORMAT = 1
_LIST = "contents.json"
_TABLES, _FILES = "tables/", "files/"
_REBUILT = ("chroma", "index", "vectors")
"""Folders of `.chugao` that are made anew from the tables."""
_LEFT_OUT = ("session", "answered", "worker")
"""Of a moment only: nobody is signed in to a house that was just brought back."""
_CHUNK = 500
_LARGEST_BYTES = 64 * 2**30


class Copied(NamedTuple):
    """What a backup holds."""

    path: Path
    rows: int
    files: int
    size: int


def backup(db: Database, workspace: Path, target: Path, *, at: str) -> Copied:
    """Write a copy, and read it back before saying so.

    Raises `InputError` when it cannot be written, when a file of that name is there, or when the audit does not hold.
    """
    if target.exists():
        raise InputError(f"“{target}”已经有了，没有覆盖。请换一个文件名。")
    staged = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(staged, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
            told = _write(archive, db, workspace, at)
        verify_copy(staged)
        with staged.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(staged, target)
    except OSError as error:
        raise InputError(f"备份“{target}”写不了（{reason_of(error)}）。请换一个有空间、能写的地方。") from None
    finally:
        staged.unlink(missing_ok=True)
    return Copied(target, sum(told["rows"].values()), len(told["files"]), target.stat().st_size)


def verify_copy(path: Path) -> dict[str, Any]:
    """The list of a backup, when every file in it is as it was written.  Raises `InputError` that names what is not."""
    try:
        with zipfile.ZipFile(path) as archive:
            told: dict[str, Any] = json.loads(archive.read(_LIST))
            if told.get("format") != FORMAT:
                raise InputError(f"{path.name}：是更新版本的初稿做的备份。请升级软件后再恢复。")
            for name, expected in told["sha256"].items():
                if _digest(archive, name) != expected:
                    raise InputError(f"{path.name}：里面的“{name}”和备份时不一样，备份已损坏。请换一份备份。")
    except OSError as error:
        raise InputError(f"{path} 读不了（{reason_of(error)}）。请检查备份文件。") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError):
        raise InputError(f"{path.name}：不是初稿的备份，或者没有拷贝完整。请换一份备份。") from None
    return told


def restore(path: Path, db: Database, workspace: Path) -> Copied:
    """Fill an empty database and an empty workspace from a copy; all or nothing, then the audit is walked.

    Raises `InputError` when something is there already, when the copy is of a newer chugao or does not hold.
    """
    told = verify_copy(path)
    if told["head"] > HEAD:
        raise InputError(f"{path.name}：是更新版本的初稿做的备份（结构版本 {told['head']}）。请升级软件后再恢复。")
    with zipfile.ZipFile(path) as archive, db.write() as connection:
        if taken := [t.name for t in metadata.sorted_tables if t.name != "audit_head" and _count(connection, t)]:
            raise InputError(f"数据库里已经有内容（{taken[0]}），没有恢复，以免混在一起。请恢复到一个新的工作区。")
        rows = sum(_fill(connection, archive, table) for table in metadata.sorted_tables)
        if faults := verify(connection):
            raise InputError(f"{path.name}：审计记录对不上，没有恢复：{faults[0].hint}")
        # Last inside the transaction: a disk that fills leaves the database empty.
        files = _unpack(archive, told["files"], workspace)
    return Copied(path, rows, files, path.stat().st_size)


# --- writing --------------------------------------------------------------------------------------


def _write(archive: zipfile.ZipFile, db: Database, workspace: Path, at: str) -> dict[str, Any]:
    rows, digests = {}, {}
    with db.read() as connection:
        if faults := verify(connection):
            raise InputError(f"审计记录对不上，没有备份：{faults[0].hint}")
        for table in (t for t in metadata.sorted_tables if t.name not in _LEFT_OUT):
            name = f"{_TABLES}{table.name}.jsonl"
            with archive.open(name, "w", force_zip64=True) as stream:
                rows[table.name], digests[name] = _dump(connection, table, stream)
    files = []
    for path in _kept_files(workspace):
        name = _FILES + path.relative_to(workspace).as_posix()
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # an upload that was taken in meanwhile
        archive.writestr(name, content)
        files.append(name)
        digests[name] = hashlib.sha256(content).hexdigest()
    told = {"format": FORMAT, "head": HEAD, "at": at, "rows": rows, "files": files, "sha256": digests}
    archive.writestr(_LIST, json.dumps(told, ensure_ascii=False, indent=1))
    return told


def _dump(connection: Connection, table: Table, stream: IO[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    chosen = select(table).order_by(*table.primary_key.columns)
    for row in connection.execute(chosen, execution_options={"yield_per": _CHUNK}):
        line = json.dumps([_plain(v) for v in row], ensure_ascii=False).encode() + b"\n"
        stream.write(line)
        digest.update(line)
        count += 1
    return count, digest.hexdigest()


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _kept_files(workspace: Path) -> Iterator[Path]:
    """Settings, the office's own templates, what people handed in; no database and nothing that is made anew."""
    for path in sorted(workspace.glob("*.toml")):
        yield path
    for folder in (workspace / "prompts", workspace / "templates", workspace / ".chugao"):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(workspace).parts
            database = path.name.partition("-")[0].endswith((".db", ".sqlite")) or path.suffix in (".db", ".sqlite")
            if path.is_file() and not path.is_symlink() and not database and not set(parts) & set(_REBUILT):
                yield path


# --- bringing back --------------------------------------------------------------------------------


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table) -> int:
    name = f"{_TABLES}{table.name}.jsonl"
    if name not in archive.namelist():
        return 0  # a table that an older chugao did not have
    if table.name == "audit_head":
        connection.execute(table.delete())
    columns = [c.name for c in table.columns]
    binary = {c.name for c in table.columns if isinstance(c.type, LargeBinary)}
    count = 0
    with archive.open(name) as stream:
        held: list[dict[str, Any]] = []
        for line in stream:
            row = dict(zip(columns, json.loads(line), strict=True))
            held.append(
                {k: base64.b64decode(v["base64"]) if k in binary and v is not None else v for k, v in row.items()}
            )
            if len(held) == _CHUNK:
                connection.execute(insert(table), held)
                count, held = count + len(held), []
        if held:
            connection.execute(insert(table), held)
            count += len(held)
    _count_on(connection, table)
    return count


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from a counter that knows nothing of rows that brought their own number."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    counter = connection.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))).scalar()
    highest = connection.execute(select(func.max(column))).scalar()
    if counter is not None and highest is not None:
        connection.execute(select(func.setval(counter, highest)))


def _unpack(archive: zipfile.ZipFile, names: list[str], workspace: Path) -> int:
    if sum(archive.getinfo(n).file_size for n in names) > _LARGEST_BYTES:
        raise InputError("备份里的文件太大，没有恢复。请核对是不是初稿的备份。")
    for name in names:
        relative = PurePosixPath(name.removeprefix(_FILES))
        if relative.is_absolute() or ".." in relative.parts or not name.startswith(_FILES):
            raise InputError(f"备份里有不该有的路径“{name}”，没有恢复。请换一份备份。")
        target = workspace.joinpath(*relative.parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
        except OSError as error:
            raise InputError(f"“{target}”写不了（{reason_of(error)}）。请检查磁盘空间和权限。") from None
    return len(names)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as stream:
        while piece := stream.read(2**20):
            digest.update(piece)
    return digest.hexdigest()
