"""What goes wrong with a database, as sentences a person can act on.

In: an exception of SQLAlchemy or of a driver.  Out: `DatabaseUnavailable` or `InputError`, in Chinese, or None
for a mistake of ours (a broken constraint, bad SQL), which must stay what it is.

No sentence here quotes a driver: libpq and `int("secret@host")` both like to repeat what they were given.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chugao.errors import ChugaoError, InputError


class DatabaseUnavailable(ChugaoError):
    """The database is locked, full, read-only, broken or away; the transaction under way left nothing behind."""

    exit_code = 3


_BUSY = "数据库“{where}”正被别的程序占用，这一步没有保存。请稍后再试；若一直如此，请看看是否有程序卡住没有退出。"
_READ_ONLY = "数据库“{where}”不能写入，这一步没有保存。请检查数据库文件及其所在文件夹（或数据库账号）是否有写权限。"
_FULL = "数据库“{where}”所在的磁盘已满，这一步没有保存，已有内容不受影响。请清理出空间后再试。"
_BROKEN_DISK = (
    "数据库“{where}”读写磁盘时出错，这一步没有保存。请检查磁盘是否已满、超出配额或有故障，再试；已有内容请先备份。"
)
_CANNOT_OPEN = "数据库文件“{where}”打不开。请检查文件夹是否存在、是否有读写权限。"
_NOT_A_DATABASE = "“{where}”不是初稿的数据库文件，或已加密、损坏。请核对数据库地址；若确是数据库，请用备份恢复。"
_CORRUPT = "数据库文件“{where}”已损坏。请先停用并另存这个文件，再用最近的备份恢复。"
_AWAY = "连接不上数据库“{where}”。请检查 database_url 中的主机、端口、库名、用户名和密码，并确认数据库服务已启动、网络可通。"
_LOST = "与数据库“{where}”的连接断了，这一步可能没有保存。请刷新核对后再试。"
_CROWDED = "数据库“{where}”的连接已用完，这一步没有保存。请稍后再试，或请管理员调大连接数。"
_FORBIDDEN = "数据库“{where}”的账号权限不够，这一步没有保存。请管理员授予该账号建表和读写的权限。"

_SQLITE = {5: _BUSY, 6: _BUSY, 8: _READ_ONLY, 10: _BROKEN_DISK, 13: _FULL}
_SQLITE_INPUT = {11: _CORRUPT, 14: _CANNOT_OPEN, 26: _NOT_A_DATABASE}
_POSTGRES = {
    "55P03": _BUSY, "40P01": _BUSY, "40001": _BUSY, "25006": _READ_ONLY, "53100": _FULL, "58030": _BROKEN_DISK,
    "53200": _CROWDED, "53300": _CROWDED, "42501": _FORBIDDEN, "57P01": _LOST, "57P02": _LOST, "57P03": _AWAY,
}  # fmt: skip


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what a driver raises inside into our own errors; everything else passes unchanged."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        known = explain(error, url)
        if known is None:
            raise
        raise known from None


def explain(error: DBAPIError | PoolTimeout, url: URL) -> ChugaoError | None:
    """The sentence for one exception; None when it is a mistake in our own SQL."""
    if isinstance(error, PoolTimeout):
        return DatabaseUnavailable(_CROWDED.format(where=where(url)))
    if url.get_backend_name() == "sqlite":
        # The low byte is the primary code; the rest says which kind of it.
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code in _SQLITE_INPUT:
            return InputError(_SQLITE_INPUT[code].format(where=where(url)))
        sentence = _SQLITE.get(code)
    else:
        sentence = _postgres_sentence(error)
    return DatabaseUnavailable(sentence.format(where=where(url))) if sentence else None


def _postgres_sentence(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None and state in _POSTGRES:
        return _POSTGRES[state]
    if error.connection_invalidated:
        return _LOST
    # A connection that never stood has no SQLSTATE.
    return _AWAY if state is None and isinstance(error, OperationalError) else None


def where(url: URL) -> str:
    """A database as a message may name it: the file, or host, port and name; never user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    host = url.host or _first(url.query.get("host")) or "本机"
    return f"{host}:{url.port or 5432}/{url.database or ''}"


def _first(value: str | tuple[str, ...] | None) -> str | None:
    return value[0] if isinstance(value, tuple) else value
