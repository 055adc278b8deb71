"""Every screen the application has is opened in a browser and read by axe: the list comes from the application itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chugao import review
from chugao.review import accounts
from tests.desk_office import ROOT, Office, open_office, serving, short_draft
from tests.test_web_browser import SCREENS, browser, faults, sign_in  # noqa: F401
from tests.test_web_matrix import routes

NOT_A_PAGE = re.compile(
    r"^/(api/|healthz|static)|\.(docx|zip|xlsx|csv)$|/(events|part|photo|values|why|compare/section)$|^/documents/new$"
)
"""What answers with a file, with JSON, with a piece of a page, or leads on at once."""
SEEN_ELSEWHERE = {
    "/documents/{document_id}/versions/{number}/settle": "test_web_desk_browser",
    "/admin/batches/{job}": "test_web_batches",
    "/admin/batches/{job}/paper": "test_web_batches",
    "/material/instructions/{item_id}/photo": "a picture",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("screens") / "工作区", sqlite_template, short_draft())
    with made.house.database:
        yield made


@pytest.fixture(scope="module")
def places(office: Office) -> dict[str, str]:
    """An address for each page of the application, with something on it."""
    wang, doc = office.seat("wangfang"), office.doc
    figures = (ROOT / "examples" / "figures" / "医务科-2025.xlsx").read_bytes()
    sheet = [("files", ("医务科-2025.xlsx", figures))]
    asked = {"do": "files", "kind": "summary-plan", "department": "医务科", "year": "2025"}
    order = wang.post("/documents/new", asked, files=sheet).url.path
    tray = wang.post("/metrics/import", files=sheet).url.path
    sent = ROOT / "examples" / "submissions" / "急诊科-2026年总结（报送稿）.docx"
    wang.post(
        "/material/upload", {"department": "医务科", "year": "2026"}, files=[("files", (sent.name, sent.read_bytes()))]
    )
    item = wang.json("/api/v1/material")["items"][0]["id"]
    past = ROOT / "corpus"
    report = next(p for p in sorted(past.rglob("*.docx")) if "医务科" in p.name)
    wang.post("/corpus", {"department": "医务科", "own": "1"}, files=[("files", (report.name, report.read_bytes()))])
    kept = wang.json("/api/v1/corpus")["reports"]
    review.looked(office.house.database, office.person("wangfang"), doc)
    account = accounts.list_accounts(office.house.database)[0].id
    started = f"/documents/new/{order.rsplit('/', 1)[1]}"
    wang.post(started, asked | {"do": "start"})
    return {
        "/documents/new/{order_id}": wang.post("/documents/new", asked, files=sheet).url.path,
        "/metrics/preview/{order_id}": "/metrics/preview/" + order.rsplit("/", 1)[1],
        "/metrics/import/{tray}": tray,
        "/material/item/{item_id}": f"/material/item/{item}",
        "/corpus/{report_id}": f"/corpus/{kept[0]['id']}",
        "/admin/users/{account_id}": f"/admin/users/{account}",
        "/jobs/{order_id}": "/jobs/" + order.rsplit("/", 1)[1],
        "/documents/{document_id}": f"/documents/{doc}",
        "/documents/{document_id}/compare": f"/documents/{doc}/compare?left=1",
        "/documents/{document_id}/versions": f"/documents/{doc}/versions",
        "/documents/{document_id}/send": f"/documents/{doc}/send",
        "/documents/{document_id}/countersign": f"/documents/{doc}/countersign",
        "/documents/{document_id}/sections/{section_id}": f"/documents/{doc}/sections/results_emergency",
        "/login": "/login",
    } | {path.partition("?")[0]: path for path in SCREENS.values()}


def pages_of(app: Any) -> set[str]:
    """The addresses that answer with a page."""
    found = (name.partition(" ") for name in routes(app))
    return {path for method, _, path in found if method == "GET" and not NOT_A_PAGE.search(path)}


def test_no_page_of_the_application_is_left_out_of_what_axe_reads(office: Office, places: dict[str, str]) -> None:
    unread = pages_of(office.app) - places.keys() - SEEN_ELSEWHERE.keys()

    assert unread == set()


def test_axe_objects_to_no_page_and_none_asks_another_host(
    office: Office,
    places: dict[str, str],
    browser: Any,  # noqa: F811
) -> None:
    with serving(office.app) as url:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=url)
        page, elsewhere = context.new_page(), list[str]()
        page.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else elsewhere.append(r.url))
        page.goto("/login")
        found = {"/login": faults(page)}
        sign_in(page, "wangfang")
        mine = [p for p in sorted(pages_of(office.app) & places.keys()) if not p.startswith("/admin") and p != "/login"]
        for path in mine:
            answer = page.goto(places[path])
            assert answer.status == 200, path
            found[path] = faults(page)
        share(office)
        page.context.clear_cookies()
        sign_in(page, "hulibu")
        found["工作台，请会签"] = faults(page)
        page.goto(f"/documents/{office.doc}")
        assert "请会签" in page.inner_text("h1")
        found["会签的科室"] = faults(page)
        page.context.clear_cookies()
        sign_in(page, "guanli")
        page.goto(places["/admin/users/{account_id}"])
        found["/admin/users/{account_id}"] = faults(page)
        context.close()

    assert {n: f for n, f in found.items() if f} == {}
    assert elsewhere == []


def share(office: Office) -> None:
    """Ask 护理部 about one section, given whole."""
    asked = {"departments": "护理部", "given": ["results_quality"], "due": "1月10日"}
    office.seat("like").post(f"/documents/{office.doc}/countersign", asked)


def test_a_pasted_chat_is_taken_in_and_what_it_did_not_use_is_shown(office: Office) -> None:
    wang = office.seat("wangfang")
    chat = "周敏 2026/12/11 20:15\n门诊9120人次，去年是8470\n周敏 2026/12/11 20:16\n住院比去年多了三百来人，一共收了745人\n"

    refused = wang.post("/material/upload", {"department": "", "year": "", "pasted": chat})
    wang.post("/material/upload", {"department": "医务科", "year": "2026", "pasted": chat})
    shown = wang.get("/material?dept=医务科").text

    assert "粘贴的文字要写明是哪个科室、哪一年的" in refused.text
    assert "2026年门诊人次9120人次（上年8470人次）" in shown
    assert "三百来人" in shown[shown.index("没有用上的数") :]


def test_an_instruction_of_no_department_is_answered_in_words(office: Office) -> None:
    told = office.seat("wangfang").post("/material/instructions", {"words": "护理放第一条写", "year": "2026"})

    assert "没有写是哪个科室的稿子" in told.text
