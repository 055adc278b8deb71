"""What stands before every request: headers, cookies, sign-in, the one-person house, and errors as pages."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chugao import review
from chugao.database import open_database, sqlite_url
from chugao.review import accounts, document
from chugao.web import create_app
from chugao.web.house import House, open_house
from tests.desk_office import PASSWORD, Client, Office, make_workspace, open_office

PAGE = {"Accept": "text/html"}
FROM_HERE = {"Origin": "http://office.test", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("guard") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    opened = open_house(make_workspace(tmp_path / "工作区", sqlite_template))
    with opened.database:
        yield opened


def browser(app: Any, base: str = "http://office.test") -> TestClient:
    return TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)


def sign_in(http: TestClient, login: str = "wangfang", password: str = PASSWORD, **more: str) -> Any:
    token = http.get("/login", headers={"Accept": "application/json"}).json()["csrf"]
    form = {"login": login, "password": password, "csrf": token} | more
    return http.post("/login", data=form, headers=FROM_HERE | PAGE)


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/healthz", "/static/chugao.css", "/api/v1/me"])
def test_every_answer_tells_the_browser_what_to_forbid_itself(office: Office, path: str) -> None:
    answer = browser(office.app).get(path, headers=PAGE)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_the_audit_shows_people_and_documents_by_their_names_and_no_code_of_ours(office: Office) -> None:
    title = document(office.house.database, office.person("guanli"), office.doc).title

    shown = office.client("guanli").get("/admin/audit").text

    rows = re.findall(r"<tr><td.*?</tr>", shown)
    assert f"《{title}》" in shown
    assert any("文稿入库" in row for row in rows)
    assert [row for row in rows if re.search(r"review\.|>(?:guanli|wangfang|solo)<", row)] == []


def test_the_audit_is_searched_by_a_persons_name_or_login_alike(office: Office) -> None:
    office.client("wangfang")
    client, database = office.client("guanli"), office.house.database
    wang = office.person("wangfang")
    review.keep_version(database, wang, office.doc)

    by_name, by_login, by_nobody = (
        client.get(f"/admin/audit?actor={who}").text for who in ("王芳", "wangfang", "没有这个人")
    )

    rows = re.findall(r"<tr><td.*?</tr>", by_name)
    assert any("存为版本" in row for row in rows)
    assert any("登录" in row for row in rows)  # recorded under the name, the other under the login
    assert rows == re.findall(r"<tr><td.*?</tr>", by_login)
    assert re.findall(r"<tr><td.*?</tr>", by_nobody) == []


def test_whoever_signs_in_takes_out_the_sessions_that_have_ended(office: Office) -> None:
    database = office.house.database
    left = accounts.sign_in(database, "wangfang", PASSWORD, at="2020-01-01T00:00:00Z").token

    sign_in(browser(office.app))

    assert accounts.forget_old_sessions(database, at=office.house.now(), longest_hours=14) == 0
    assert (
        accounts.person_of_session(database, left, at="2020-01-01T00:00:01Z", idle_minutes=9, longest_hours=9) is None
    )


def test_no_page_holds_a_script_or_a_style_of_its_own(office: Office) -> None:
    client = office.client("guanli")
    pages = ["/", "/documents", "/jobs", "/material", "/material/board", "/material/instructions", "/metrics",
             "/metrics/import", "/metrics/rulings", "/metrics/attainment", "/metrics/owing", "/corpus", "/checks",
             "/admin", "/admin/prompts", "/admin/audit", "/admin/settings", "/admin/batches", "/me", "/login",
             f"/documents/{office.doc}"]  # fmt: skip
    for path in pages:
        text = client.get(path).text
        assert not re.search(r"<script(?![^>]* src=)", text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), path


def test_a_page_is_never_kept_and_a_marked_file_for_ever(office: Office) -> None:
    http = browser(office.app)

    assert http.get("/login", headers=PAGE).headers["cache-control"] == "no-store"
    assert "immutable" in http.get("/static/chugao.css?v=1234567890").headers["cache-control"]
    assert http.get("/static/chugao.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/.env", "/static/", "/static/x"]
)
def test_nothing_but_what_was_shipped_lies_under_static(office: Office, path: str) -> None:
    answer = browser(office.app).get(path)

    assert answer.status_code == 404


def test_a_session_cookie_is_hidden_from_scripts_and_new_at_each_sign_in(office: Office) -> None:
    http = browser(office.app)

    first, second = sign_in(http), sign_in(http)

    for answer in (first, second):
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("chugao="))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
    assert first.headers["set-cookie"] != second.headers["set-cookie"]


def test_a_session_that_somebody_planted_is_worth_nothing(office: Office) -> None:
    http = browser(office.app)
    http.cookies.set("chugao", "planted-by-somebody-else", domain="office.test")

    sign_in(http)

    planted = browser(office.app)
    planted.cookies.set("chugao", "planted-by-somebody-else", domain="office.test")
    assert planted.get("/api/v1/me").status_code == 401
    assert http.get("/api/v1/me").json()["name"] == "王芳"


def test_behind_https_the_cookie_is_bound_to_this_host_and_to_encryption(house: House, tmp_path: Path) -> None:
    from chugao.review import Role, accounts

    house.https = True
    accounts.add_account(
        house.database, login="a1", name="王芳", roles=[Role.VIEWER], departments=["*"], password=PASSWORD,
        by="试验", at=house.now(),
    )  # fmt: skip
    http = browser(create_app(house), "https://office.test")
    token = http.get("/login", headers={"Accept": "application/json"}).json()["csrf"]

    answer = http.post(
        "/login",
        data={"login": "a1", "password": PASSWORD, "csrf": token},
        headers={"Origin": "https://office.test"} | PAGE,
    )

    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-chugao="))
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


def test_signing_out_ends_the_session_and_a_replay_of_its_cookie_fails(office: Office) -> None:
    http = browser(office.app)
    sign_in(http)
    cookie = http.cookies["chugao"]
    token = http.get("/", headers=PAGE).text.split('name="csrf-token" content="')[1].split('"')[0]

    http.post("/logout", data={"csrf": token}, headers=FROM_HERE | PAGE)

    replay = browser(office.app)
    replay.cookies.set("chugao", cookie, domain="office.test")
    assert replay.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ("/documents?year=2025", "/documents?year=2025"),
        ("//evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("https://evil.test/", "/"),
        ("javascript:alert(1)", "/"),
        ("/login?next=/x", "/"),
    ],
)
def test_after_signing_in_one_goes_to_a_page_of_ours_only(office: Office, given: str, goes: str) -> None:
    answer = sign_in(browser(office.app), next=given)

    assert answer.status_code == 303
    assert answer.headers["location"] == goes


def test_a_wrong_password_comes_back_as_the_form_with_the_login_still_there(office: Office) -> None:
    answer = sign_in(browser(office.app), "kanke", "不是这个密码吧")

    assert answer.status_code == 403
    assert "登录名或密码不对" in answer.text
    assert 'value="kanke"' in answer.text
    assert "不是这个密码吧" not in answer.text


def test_signing_in_needs_the_form_that_this_browser_was_given(office: Office) -> None:
    http = browser(office.app)

    answer = http.post("/login", data={"login": "wangfang", "password": PASSWORD}, headers=FROM_HERE | PAGE)

    assert answer.status_code == 403
    assert "chugao=" not in answer.headers.get("set-cookie", "")


def test_alone_nobody_signs_in_and_only_this_machine_is_answered(house: House) -> None:
    house.solo = True
    app = create_app(house)

    here = browser(app, "http://127.0.0.1:8000").get("/", headers=PAGE)
    rebound = browser(app, "http://evil.test").get("/", headers=PAGE)

    assert here.status_code == 200
    assert "单机使用" in here.text
    assert rebound.status_code == 403
    assert "只给本机用" in rebound.text
    assert "新建一份文稿" not in rebound.text


def test_alone_a_page_of_another_site_cannot_make_the_browser_do_anything(house: House) -> None:
    house.solo = True
    http = browser(create_app(house), "http://127.0.0.1:8000")

    answer = http.post("/admin/audit", headers={"Origin": "http://evil.test"} | PAGE)

    assert answer.status_code == 403


def test_an_error_is_a_page_for_people_and_json_for_programs(office: Office) -> None:
    client = office.client("wangfang")

    page = client.get("/documents/none")
    told = client.json("/documents/none")

    assert page.status_code == 404
    assert "没有这份文稿" in page.text
    assert "回到工作台" in page.text
    assert set(told) == {"error", "next", "title"}


def test_a_mistake_of_ours_is_a_number_for_the_log_and_never_a_traceback(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from chugao.review import orders

    client = office.client("wangfang")
    http = TestClient(office.app, base_url="http://office.test", raise_server_exceptions=False)
    http.cookies = client.http.cookies

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret-7f3a in a place nobody thought of")

    monkeypatch.setattr(orders, "orders_of", broken)
    answer = http.get("/jobs", headers=PAGE)

    assert answer.status_code == 500
    assert "编号" in answer.text
    assert "secret-7f3a" not in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "secret-7f3a" in caplog.text


def test_a_locked_database_is_a_clear_page_and_work_goes_on_afterwards(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chugao import database

    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.2)
    office = open_office(tmp_path / "工作区", sqlite_template)
    with office.house.database:
        client = office.client("wangfang")
        other = sqlite3.connect(tmp_path / "工作区" / ".chugao" / "chugao.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        said = {"words": "不足写两条", "year": "2025", "department": "医务科"}

        locked = client.post("/material/instructions", said)
        readable = client.get("/material/instructions")
        other.execute("ROLLBACK")
        other.close()
        again = client.post("/material/instructions", said)

    assert locked.status_code == 503
    assert "正被别的程序占用" in locked.text
    assert "没有保存" in locked.text
    assert readable.status_code == 200
    assert again.status_code == 200
    assert "不足写两条" in again.text


def test_a_full_disk_is_a_clear_page_nothing_is_lost_and_work_goes_on_when_there_is_room(
    tmp_path: Path, sqlite_template: Path
) -> None:
    office = open_office(tmp_path / "工作区", sqlite_template)
    with office.house.database:
        client = office.client("wangfang")
        said = {"words": "不足写两条", "year": "2025", "department": "医务科"}
        client.post("/material/instructions", said)
        with office.house.database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            # SQLite's own way to say that there is no room for one more page: the same error as a full disk.
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        long = said | {"words": "\n".join(f"第{n}条，" + "写得具体一些，" * 60 for n in range(50))}
        full = client.post("/material/instructions", long)
        kept = client.get("/material/instructions")
        with office.house.database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
        again = client.post("/material/instructions", long)

    assert full.status_code == 503
    assert "磁盘已满" in full.text
    assert "不足写两条" in kept.text
    assert "第49条" not in kept.text
    assert "第49条" in again.text


def test_an_upload_of_nobody_is_refused_before_it_is_read(office: Office) -> None:
    answer = browser(office.app).post(
        "/corpus", files={"files": ("a.docx", b"x" * 100_000)}, headers=FROM_HERE | {"Accept": "application/json"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
def test_an_upload_beyond_the_limit_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    from chugao.web import app as building

    monkeypatch.setattr(building, "MAX_BODY_BYTES", 100_000)
    small = create_app(office.house)
    client = Client(small, "wangfang")

    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        + b"x" * 200_000
        + b"\r\n--b--\r\n"
    )
    headers = FROM_HERE | PAGE | {"Content-Type": "multipart/form-data; boundary=b", "X-CSRF-Token": client.token}
    answer = client.http.post(
        "/corpus", content=body if told else iter([body[:90_000], body[90_000:]]), headers=headers
    )

    assert answer.status_code == 413
    assert "文件太大" in answer.json()["title"]


@pytest.mark.parametrize("name", ["../../../etc/passwd.txt", "..\\..\\a.txt", "a\u202etxt.exe.txt", "<img src=x>.txt"])
def test_a_file_name_reaches_neither_another_folder_nor_the_page_as_markup(office: Office, name: str) -> None:
    client = office.client("wangfang")
    before = {p for p in office.house.workspace.rglob("*") if ".chugao/uploads" not in p.as_posix()}

    answer = client.post(
        "/documents/new", {"department": "医务科", "year": "2025"}, files={"files": (name, b"\xe4\xb8\x80")}
    )

    assert answer.status_code == 200
    assert "<img src=x>" not in answer.text
    assert "\u202e" not in answer.text
    assert {p for p in office.house.workspace.rglob("*") if ".chugao/uploads" not in p.as_posix()} == before


@pytest.mark.parametrize("text", ["\x00", "坏\x00字"])
def test_a_character_no_database_keeps_is_refused_in_words(office: Office, text: str) -> None:
    client = office.client("wangfang")

    answer = client.post("/material/instructions", {"words": text, "year": "2025", "department": "医务科"})

    assert answer.status_code == 422
    assert "存不了的字符" in answer.text


def test_the_watchdog_is_told_whether_the_database_answers(tmp_path: Path, sqlite_template: Path) -> None:
    workspace = make_workspace(tmp_path / "工作区", sqlite_template)
    opened = House(workspace, open_database(sqlite_url(workspace / ".chugao" / "chugao.db")))
    http = browser(create_app(opened))

    well = http.get("/healthz")
    opened.database.close()
    (workspace / ".chugao" / "chugao.db").write_bytes(b"broken" * 1000)
    for name in ("chugao.db-wal", "chugao.db-shm"):
        (workspace / ".chugao" / name).unlink(missing_ok=True)
    ill = http.get("/healthz")
    opened.database.close()

    assert (well.status_code, well.json()["status"]) == (200, "ok")
    assert (ill.status_code, ill.json()["status"]) == (503, "down")


def test_settings_are_read_again_when_their_file_changes_and_kept_while_it_is_wrong(house: House) -> None:
    file = house.workspace / "chugao.toml"

    file.write_text('[office]\nname = "柳津镇中心卫生院"\n', encoding="utf-8")
    renamed = house.settings.office.name
    file.write_text("[office\n", encoding="utf-8")
    broken = house.settings.office.name

    assert renamed == broken == "柳津镇中心卫生院"
    assert "写法不对" in house.trouble
