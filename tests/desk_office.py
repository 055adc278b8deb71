"""An office with one document on the web, for the tests of the reviewing screens.

The sample department's own draft, five people, a server on a free port of this machine when a browser wants one.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.testclient import TestClient

from chugao.manuscript import Draft, content_hash
from chugao.review import Person, Role, accounts, put_in
from chugao.web import create_app
from chugao.web.house import House, open_house

ROOT = Path(__file__).parents[1]
PASSWORD = "chugao-测试-1"
PEOPLE = {
    "wangfang": ("王芳", Role.AUTHOR, "医务科"),
    "like": ("李科", Role.REVIEWER, "医务科"),
    "zhouyuan": ("周院", Role.APPROVER, "医务科"),
    "guanli": ("管理员", Role.ADMIN, "医务科"),
    "kanke": ("看客", Role.VIEWER, "医务科"),
    "hulibu": ("护理部干事", Role.AUTHOR, "护理部"),
}


class Office(NamedTuple):
    """A workspace that is served, and its one document."""

    house: House
    app: Any
    doc: str
    signed_in: dict[str, "Client"]

    def with_another(self, draft: Draft | None = None) -> "Office":
        """The same office with another document, as 王芳 drafted it."""
        return self._replace(doc=put_in(self.house.database, self.person("wangfang"), draft or sample_draft()).id)

    def person(self, login: str) -> Person:
        return accounts.person_called(self.house.database, login)

    def client(self, login: str) -> "Client":
        return Client(self.app, login)

    def seat(self, login: str) -> "Client":
        """The same, signed in once for the whole module."""
        if login not in self.signed_in:
            self.signed_in[login] = self.client(login)
        return self.signed_in[login]


class Client:
    """A browser without a screen: signed in, sends the form token, comes from our own page."""

    def __init__(self, app: Any, login: str) -> None:
        self.http = TestClient(app, base_url="http://office.test", follow_redirects=True)
        page = self.http.get("/login", headers={"Accept": "application/json"})
        form = {"login": login, "password": PASSWORD, "csrf": page.json()["csrf"]}
        told = self.http.post("/login", data=form, headers=self._from_here() | {"Accept": "application/json"})
        assert told.status_code == 200, told.text
        self.token = told.json()["csrf"]

    def get(self, url: str, **more: Any) -> Any:
        return self.http.get(url, headers={"Accept": "text/html"}, **more)

    def json(self, url: str) -> Any:
        return self.http.get(url, headers={"Accept": "application/json"}).json()

    def post(self, url: str, data: Any = None, **more: Any) -> Any:
        headers = self._from_here() | {"Accept": "text/html"}
        return self.http.post(url, data={"csrf": self.token} | dict(data or {}), headers=headers, **more)

    def send(self, method: str, url: str, body: Any) -> Any:
        headers = self._from_here() | {"Accept": "application/json", "X-CSRF-Token": self.token}
        return self.http.request(method, url, json=body, headers=headers)

    @staticmethod
    def _from_here() -> dict[str, str]:
        return {"Origin": "http://office.test", "Sec-Fetch-Site": "same-origin"}


@cache
def sample_draft() -> Draft:
    """The sample department's 总结暨计划, offline."""
    import chugao

    outline = chugao.read_outline("summary-plan", department="医务科", year=2025)
    figures = chugao.read_metrics(str(ROOT / "examples" / "figures" / "医务科-2025.xlsx"))
    matters = chugao.read_matters(str(ROOT / "examples" / "matters" / "医务科-2025.xlsx"))
    # In a thread of its own: where a browser is driven, this one has an event loop already.  The seed is one whose
    # emergency part says the rescue rate with its value, which the tests change.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(chugao.draft, outline, figures, matters, None, seed=2).result()


@cache
def short_draft() -> Draft:
    """A few sections of it with everything that a page can hold: 导语, text, items, what is owed, two tables of some rows."""
    draft = sample_draft()
    wanted = (
        "lead",
        "results_emergency",
        "results_quality",
        "problems",
        "plan_quality",
        "table_results",
        "table_tasks",
    )
    sections = []
    for section in (s for s in draft.sections if s.id in wanted):
        blocks = tuple(
            b.model_copy(update={"table": b.table.model_copy(update={"rows": b.table.rows[:3]})}) if b.table else b
            for b in section.blocks
        )
        sections.append(section.model_copy(update={"blocks": blocks}))
    made = tuple(sections)
    return draft.model_copy(
        update={"sections": made, "id": content_hash(draft.title, made, draft.shell), "findings": ()}
    )


def make_workspace(folder: Path, template: Path) -> Path:
    """A workspace with an empty database."""
    (folder / ".chugao").mkdir(parents=True)
    (folder / "chugao.toml").write_text('[office]\nname = "望澜市第一人民医院"\n', encoding="utf-8")
    shutil.copy(template, folder / ".chugao" / "chugao.db")
    return folder


def open_office(folder: Path, template: Path, draft: Draft | None = None) -> Office:
    """A fresh office whose document 王芳 has drafted."""
    house = open_house(make_workspace(folder, template))
    with _quick_passwords():
        for login, (name, role, department) in PEOPLE.items():
            accounts.add_account(
                house.database,
                login=login,
                name=name,
                roles=[role],
                departments=[department],
                password=PASSWORD,
                by="试验",
                at=house.now(),
            )
    doc = put_in(house.database, accounts.person_called(house.database, "wangfang"), draft or sample_draft())
    return Office(house, create_app(house), doc.id, {})


@contextmanager
def _quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; here one hash serves six people."""
    hasher = accounts._hasher()
    told: dict[str, str] = {}

    class Once:
        def hash(self, password: str) -> str:
            return told.setdefault(password, hasher.hash(password))

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    before = accounts._hasher
    accounts._hasher = Once  # type: ignore[assignment, return-value]
    try:
        yield
    finally:
        accounts._hasher = before


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a free port of this machine, in a thread."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
