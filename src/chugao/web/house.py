"""What a running server holds open: the workspace, its database, its settings, the work it does in the background.

In: a folder that `chugao init` made.  Out: `House`, found on every request by `house_of`.

Surprise: settings are read again when `chugao.toml` changes; an administrator does not restart a server for a name.
"""

import secrets
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from starlette.requests import HTTPConnection

from chugao.config import Settings, load_settings
from chugao.database import Database, open_database, sqlite_url, utc_text
from chugao.errors import InputError
from chugao.review.accounts import alone
from chugao.review.people import Person

if TYPE_CHECKING:
    from chugao.web.running import Runner

P = ParamSpec("P")
R = TypeVar("R")
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


class House:
    """One open workspace; one per process."""

    def __init__(
        self, workspace: Path, database: Database, *, url: str = "", solo: bool = False, https: bool = False
    ) -> None:
        self.workspace, self.database, self.solo, self.https = workspace, database, solo, https
        self.database_url = url
        self.secret = secrets.token_urlsafe(32)
        """Seals the forms of a person who does not sign in; gone with the process."""
        self._settings = load_settings(workspace)
        self._read_at = self._stamp()
        self._reading = threading.Lock()
        self.runner: Runner | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        """Makes papers of batches that were queued from the board."""

    @property
    def settings(self) -> Settings:
        """As `chugao.toml` says now; as it said before while it holds a mistake."""
        if (stamp := self._stamp()) != self._read_at:
            with self._reading:
                self._read_at = stamp
                try:
                    self._settings = load_settings(self.workspace)
                except InputError as error:
                    self.trouble = str(error)
                else:
                    self.trouble = ""
        return self._settings

    trouble = ""
    """What is wrong with `chugao.toml` since it was changed, for the page 设置."""

    def stamp(self) -> tuple[object, ...]:
        """Another one as soon as anything that a text is read against may have changed: the database, the settings."""
        catalogue = self.settings.catalogue
        return (self.database.stamp(), self._stamp(), *([_marked(self.workspace / catalogue)] if catalogue else []))

    def now(self) -> str:
        """This moment, as every table keeps it."""
        return utc_text(datetime.now(UTC))

    def the_one_person(self) -> Person:
        """Who acts when nobody signs in (`--solo`)."""
        return alone(self.settings.office.signature)

    @property
    def uploads(self) -> Path:
        """Where files that people hand in are kept, each order in a folder of its own."""
        folder = self.workspace / ".chugao" / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _stamp(self) -> tuple[int, int]:
        return _marked(self.workspace / "chugao.toml")


def _marked(file: Path) -> tuple[int, int]:
    """When a file was written and how long it is; zeros for one that is not there."""
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def open_house(workspace: Path, *, database_url: str = "", solo: bool = False, https: bool = False) -> House:
    """Open a workspace for serving; raises `InputError` and `DatabaseUnavailable` as `open_database` does."""
    settings = load_settings(workspace)
    url = database_url or settings.database_url or sqlite_url(workspace / ".chugao" / "chugao.db")
    return House(workspace, open_database(url), url=url, solo=solo, https=https)


def house_of(request: HTTPConnection) -> House:
    """The house a request came to."""
    return cast(House, request.app.state.house)


def one_look(handler: Callable[P, R]) -> Callable[P, R]:
    """A screen that only shows: everything on it is read in one transaction, so that it is of one moment."""

    @wraps(handler)
    def looking(*given: P.args, **named: P.kwargs) -> R:
        with house_of(cast(HTTPConnection, named["request"])).database.one_view():
            return handler(*given, **named)

    return looking
