"""Roles × routes: every route has a row, and does what its row says; no unsafe route without the form token."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from chugao import review
from chugao.web.guarding import SAFE
from chugao.web.people import Needs, OpenToAll
from tests.desk_office import Client, Office, open_office, sample_draft
from tests.web_matrix import EVERYBODY, MATRIX

ROLES = {"author": "wangfang", "reviewer": "like", "approver": "zhouyuan", "admin": "guanli", "viewer": "kanke"}
FROM_HERE = {"Origin": "http://office.test", "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("matrix") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture(scope="module")
def people(office: Office) -> dict[str, Client]:
    return {role: office.client(login) for role, login in ROLES.items()}


def routes(app: Any) -> dict[str, Any]:
    """“GET /documents” → its dependencies, for every route of the application."""
    found = {}
    for context in iter_route_contexts(app.routes):
        if getattr(context.route, "dependant", None) is None:
            continue  # the static files
        effective = context._effective_route or context.route
        for method in context.methods or ():
            found[f"{method} {context.path}"] = effective.dependant.dependencies
    return found


def filled(path: str, office: Office) -> str:
    path = path.replace("{document_id}", office.doc).replace("{section_id}", "results_emergency")
    return re.sub(r"\{number\}", "1", re.sub(r"\{(?!number)\w+\}", "none", path))


def test_every_route_has_a_row_and_every_row_a_route(office: Office) -> None:
    found = routes(office.app)

    assert set(found) - set(MATRIX) == set(), "a route without a row"
    assert set(MATRIX) - set(found) == set(), "a row without a route"


def test_no_route_forgets_to_ask_who_it_is(office: Office) -> None:
    forgotten = [
        name
        for name, held in routes(office.app).items()
        if not any(isinstance(d.call, Needs | OpenToAll) for d in held)
    ]

    assert forgotten == []
    assert {n for n, held in routes(office.app).items() if any(isinstance(d.call, OpenToAll) for d in held)} == {
        name for name, who in MATRIX.items() if who == EVERYBODY
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_no_further_than_its_rows(office: Office, people: dict[str, Client], role: str) -> None:
    client, wrong = people[role], []
    for name, who in MATRIX.items():
        method, path = name.split(" ", 1)
        if role in who.split() or who == EVERYBODY:
            continue
        answer = client.send(method, filled(path, office), {})
        if answer.status_code != 403 or "您的角色不能" not in answer.json()["error"]:
            wrong.append(f"{name}: {answer.status_code}")

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_everything_its_rows_allow(office: Office, people: dict[str, Client], role: str) -> None:
    client, wrong = people[role], []
    for name, who in MATRIX.items():
        method, path = name.split(" ", 1)
        # An event stream ends when its order does, and there is none.
        if method != "GET" or role not in who.split():
            continue
        # Making a page or a Word file takes its time; who is not the author differs by the rows alone.
        if "{document_id}" in path and role != "author":
            continue
        answer = client.http.get(filled(path, office), headers={"Accept": "application/json"})
        if answer.status_code >= 500 or (answer.status_code == 403 and "您的角色不能" in answer.text):
            wrong.append(f"{name}: {answer.status_code}")

    assert wrong == []


def test_nobody_who_has_not_signed_in_gets_anywhere(office: Office) -> None:
    stranger = TestClient(office.app, base_url="http://office.test", follow_redirects=False)
    answers = {}
    for name, who in MATRIX.items():
        method, path = name.split(" ", 1)
        if who != EVERYBODY:
            answers[name] = stranger.request(method, filled(path, office), headers=FROM_HERE).status_code

    assert {n: s for n, s in answers.items() if s != 401} == {}


def test_a_page_sends_who_has_not_signed_in_to_sign_in_and_back(office: Office) -> None:
    stranger = TestClient(office.app, base_url="http://office.test", follow_redirects=False)

    answer = stranger.get("/documents?year=2025", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/documents%3Fyear%3D2025")


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_no_unsafe_route_does_anything_without_the_form_token(
    office: Office, people: dict[str, Client], token: str
) -> None:
    wrong = []
    for name, who in MATRIX.items():
        method, path = name.split(" ", 1)
        if method in SAFE or who == EVERYBODY:
            continue
        client = people["admin" if "admin" in who else who.split()[0]]
        headers = FROM_HERE | ({"X-CSRF-Token": token} if token else {})
        answer = client.http.request(method, filled(path, office), headers=headers, json={})
        if answer.status_code != 403 or "没有执行" not in answer.json()["error"]:
            wrong.append(f"{name}: {answer.status_code} {answer.text[:80]}")

    assert wrong == []


@pytest.mark.parametrize(
    "origin",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://office.test.evil.test"},
        {"Origin": "http://office.test:8080"},
        {"Origin": "http://office.test", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://office.test", "Sec-Fetch-Site": "same-site"},
        {"Referer": "http://evil.test/?http://office.test/"},
        {},
    ],
    ids=str,
)
def test_an_unsafe_request_from_another_site_is_refused_with_the_right_token(
    office: Office, people: dict[str, Client], origin: dict[str, str]
) -> None:
    client = people["admin"]
    headers = {"Accept": "application/json", "X-CSRF-Token": client.token} | origin

    answer = client.http.post("/api/v1/audit/verify", headers=headers)

    assert answer.status_code == 403
    assert "不是从初稿自己的页面发出的" in answer.json()["error"]


def test_a_person_of_another_department_learns_nothing_of_a_document(office: Office) -> None:
    other = office.client("hulibu")
    for name in MATRIX:
        method, path = name.split(" ", 1)
        if "{document_id}" not in path or method != "GET":
            continue
        answer = other.http.get(filled(path, office), headers={"Accept": "application/json"})

        assert answer.status_code in (403, 404, 422), f"{name}: {answer.status_code}"
        assert "医务科" not in answer.text, name
        assert answer.status_code == 422 or "没有这份文稿，或者您无权查看" in answer.text, name
    assert "医务科2025年" not in other.get("/documents").text
    assert "医务科2025年" not in other.get("/").text


def test_a_consulted_department_reads_its_paragraph_and_no_other_sentence_anywhere(office: Office) -> None:
    there = office.with_another(sample_draft())
    db, author = there.house.database, there.person("wangfang")
    given, *others = [s for s in review.current(db, author, there.doc).sections if s.sentences]
    review.consult(
        db,
        author,
        there.doc,
        ["护理部"],
        assigned={"护理部": [(given.id, b.id) for b in given.blocks if b.sentence_ids]},
    )
    share = review.share_of(db, there.person("hulibu"), there.doc).model_dump_json()
    hidden = [s.text for x in others for s in x.sentences if len(s.text) > 8 and s.text not in share]
    other = there.client("hulibu")

    found: dict[str, list[str]] = {}
    for name in (n for n in MATRIX if n.startswith("GET ") and n.split(" ", 1)[1] not in ("/login", "/healthz")):
        path = filled(name.split(" ", 1)[1], there)
        for accept in ("text/html", "application/json"):
            told = words_in(other.http.get(path, headers={"Accept": accept}))
            found |= {f"{name} {accept}": leaks} if (leaks := [t for t in hidden if t in told]) else {}

    assert len(hidden) > 40
    assert given.sentences[0].text in other.get(f"/documents/{there.doc}/countersign").text
    assert found == {}


def words_in(answer: Any) -> str:
    """What an answer says, out of JSON, markup and zipped files (Word, Excel, packs)."""
    if not answer.content.startswith(b"PK"):
        return html.unescape(re.sub(r"<[^>]+>", "", unescaped(answer.text)))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        return "\n".join(
            re.sub(r"<[^>]+>", "", held.read(n).decode("utf-8", "replace")) for n in held.namelist() if "media" not in n
        )


def unescaped(text: str) -> str:
    """Text with JSON's \\u escapes read."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
