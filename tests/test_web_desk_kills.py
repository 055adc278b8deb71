"""An edit that was acknowledged survives the death of the server, whenever it comes."""

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chugao.review import accounts, put_in
from chugao.web.house import open_house
from tests.desk_office import make_workspace, sample_draft

SECTION = "results_emergency"
_HAN = "甲乙丙丁戊己庚辛壬癸"


class Server:
    """Lives until it is killed, and is started again on the same workspace."""

    def __init__(self, workspace: Path) -> None:
        command = [sys.executable, "-m", "tests.desk_server", str(workspace)]
        self.mother = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self.port = 0
        assert self.mother.stdout is not None
        self.token = self.mother.stdout.readline().strip()

    def start(self) -> None:
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write("\n")
        self.mother.stdin.flush()
        self.pid, self.port = map(int, self.mother.stdout.readline().split())

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        self.kill()
        assert self.mother.stdin is not None
        self.mother.stdin.close()
        self.mother.wait(20)
        assert self.mother.stdout is not None
        self.mother.stdout.close()


class Typist:
    """Saves one sentence after another and remembers what was acknowledged."""

    def __init__(self, server: Server, doc: str) -> None:
        self.server, self.doc = server, doc
        self.acknowledged = self.sent = 0
        self.revision = 0

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        host = f"127.0.0.1:{self.server.port}"
        headers = {"Origin": f"http://{host}", "Host": host, "Accept": "application/json", "X-CSRF-Token": token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            line.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    @property
    def path(self) -> str:
        return f"/documents/{self.doc}/sections/{SECTION}"

    def opened(self) -> Any:
        status, body = self.ask("GET", self.path)
        assert status == 200, body
        return json.loads(body)

    def type_until_it_dies(self) -> None:
        with suppress(OSError, http.client.HTTPException):
            token, rev = self.server.token, self.opened()["rev"]
            while True:
                self.sent += 1
                typed = {"runs": [{"text": f"第一句照旧。{mark(self.sent)}"}]}
                body = {"rev": rev, "heading": "理顺急诊", "paragraphs": [typed]}
                status, told = self.ask("PUT", self.path, body, token)
                assert status == 200, told
                rev = json.loads(told)["rev"]
                self.acknowledged, self.revision = self.sent, rev


def mark(number: int) -> str:
    return "记号" + "".join(_HAN[int(d)] for d in str(number)) + "。"


def killed(tmp_path: Path, template: Path, times: int, seed: int) -> tuple[int, Path]:
    """Kill a server that many times while somebody types; asserts after each that nothing acknowledged is lost."""
    workspace = make_workspace(tmp_path / "工作区", template)
    house = open_house(workspace, solo=True)
    with house.database:
        doc = put_in(house.database, accounts.alone("王芳"), sample_draft()).id
    chance, server = random.Random(seed), Server(workspace)
    typist = Typist(server, doc)
    try:
        for life in range(times + 1):
            server.start()
            if life:
                held(typist)
            if life == times:
                break
            hand = threading.Thread(target=typist.type_until_it_dies)
            hand.start()
            before, deadline = typist.acknowledged, time.monotonic() + 20
            while typist.acknowledged == before and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.12))
            server.kill()
            hand.join(30)
    finally:
        server.end()
    return typist.acknowledged, workspace / ".chugao" / "chugao.db"


def held(typist: Typist) -> None:
    """The last sentence that was acknowledged stands there, or the one after it that was on its way."""
    told = typist.opened()
    text = "".join(r["text"] for p in told["paragraphs"] for r in p["runs"])
    assert any(mark(n) in text for n in (typist.acknowledged, typist.sent)), f"{mark(typist.acknowledged)}不在：{text}"
    assert text.startswith("第一句照旧。"), text
    assert told["rev"] >= typist.revision


def test_no_acknowledged_edit_is_lost_or_torn_when_the_server_is_killed(tmp_path: Path, sqlite_template: Path) -> None:
    saved, database = killed(tmp_path, sqlite_template, times=25, seed=7)

    assert saved >= 25
    whole(database)


@pytest.mark.soak
def test_no_acknowledged_edit_is_lost_in_a_thousand_kills(tmp_path: Path, sqlite_template: Path) -> None:
    saved, database = killed(tmp_path, sqlite_template, times=1000, seed=11)

    assert saved >= 1000
    whole(database)


def whole(database: Path) -> None:
    """Sound, the chain of the audit unbroken, and each revision committed with its row there."""
    from chugao.database import open_database, sqlite_url
    from chugao.database.audit import verify

    with sqlite3.connect(database) as line:
        (sound,) = line.execute("PRAGMA quick_check").fetchone()
        (revisions,) = line.execute("SELECT count(*) FROM review_revision WHERE how = 'edit'").fetchone()
        (rows,) = line.execute("SELECT count(*) FROM audit WHERE action = 'review.edit'").fetchone()
    line.close()
    with open_database(sqlite_url(database)) as opened, opened.read() as connection:
        broken = verify(connection)
    assert (sound, broken) == ("ok", [])
    assert revisions == rows
