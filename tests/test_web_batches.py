"""The board of a batch: filtered, told to a spreadsheet, retried, opened, put into review."""

import csv
import io
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from chugao import review
from chugao.batch.manifest import read_manifest
from chugao.batch.records import jobs
from chugao.batch.running import run
from chugao.batch.telling import Standing, standing
from chugao.web.batches import bars, share_of, spent_by
from tests.batch_cases import write_departments, write_manifest
from tests.desk_office import Client, Office, open_office, serving
from tests.test_web_browser import CHROMIUM, faults, sign_in

NAMES = ("医务科", "护理部", "信息科")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    """A workspace with a batch of three departments, of which one sent a file that cannot be read."""
    folder = tmp_path_factory.mktemp("board")
    made = open_office(folder / "工作区", sqlite_template)
    write_departments(made.house.workspace, NAMES)
    (made.house.workspace / "护理部-指标.csv").write_text("指标名称\n", encoding="utf-8")
    manifest = read_manifest(write_manifest(made.house.workspace, NAMES, name="年终/=1+1"))
    manifest = manifest.model_copy(update={"workspace": str(made.house.workspace)})
    with made.house.database:
        run(made.house.database, made.house.database_url, manifest, made.house.workspace / "out", processes=1)
        yield made


@pytest.fixture(scope="module")
def admin(office: Office) -> Client:
    return office.seat("guanli")


def job_of(office: Office) -> Standing:
    with office.house.database.read() as connection:
        (row,) = jobs(connection)
    return standing(office.house.database, row.id)


def url_of(office: Office) -> str:
    return f"/admin/batches/{quote(job_of(office).job)}"


def test_the_board_shows_who_failed_and_why_and_filters_by_state_and_department(office: Office, admin: Client) -> None:
    url = url_of(office)

    everything = admin.get(url).text
    failed = admin.get(f"{url}?state=failed").text
    one = admin.get(f"{url}?department=信息科").text

    body = {name: [f'<td class="nowrap">{n}</td>' in text for n in NAMES] for name, text in
            (("all", everything), ("failed", failed), ("one", one))}  # fmt: skip
    assert body == {"all": [True, True, True], "failed": [False, True, False], "one": [False, False, True]}
    assert "护理部-指标.csv" in failed
    assert "<svg" in everything
    assert "各科室用时" in everything
    assert url in admin.get("/admin/batches").text


def test_the_table_for_a_spreadsheet_has_a_row_a_paper_and_runs_nothing(office: Office, admin: Client) -> None:
    answer = admin.http.get(f"{url_of(office)}/board.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [r[0] for r in rows] == ["科室", *NAMES]
    assert [r[2] for r in rows[1:]] == ["完成", "失败", "完成"]
    assert not [c for r in rows[1:] for c in r if c.startswith(("=", "+", "@"))]


def test_a_paper_is_opened_and_put_into_review_once(office: Office, admin: Client) -> None:
    told = job_of(office)
    paper = next(p for p in told.papers if p.department == "医务科")

    shown = admin.http.get(f"{url_of(office)}/paper", params={"id": paper.id}).text
    first = admin.post(url_of(office), {"do": "review", "papers": paper.id})
    again = admin.post(url_of(office), {"do": "review", "papers": paper.id})

    assert paper.title in shown
    assert "放进审阅" in shown
    assert (first.status_code, str(first.url)) == (200, str(again.url))
    made = review.documents(office.house.database, office.person("guanli"), department="医务科")
    assert [d.title for d in made].count(paper.title) >= 1
    assert len([d for d in made if d.id in str(first.url)]) == 1


def test_a_program_is_told_the_same_as_the_board_and_may_do_the_same(office: Office, admin: Client) -> None:
    job = job_of(office)
    paper = next(p for p in job.papers if p.department == "医务科")
    url = f"/api/v1/batches/{quote(job.job)}"

    told = admin.json(url)
    first = admin.send("POST", url, {"do": "review", "papers": [paper.id]}).json()["documents"]
    again = admin.send("POST", url, {"do": "review", "papers": [paper.id, paper.id]}).json()["documents"]

    assert admin.json("/api/v1/batches")["batches"] == [job.job]
    assert {p["department"]: p["state"] for p in told["papers"]} == {
        "医务科": "done",
        "护理部": "failed",
        "信息科": "done",
    }
    assert "out" not in told
    assert (len(first), again) == (1, first)
    assert admin.send("POST", url, {"do": "wipe"}).status_code == 422


def test_what_is_not_in_this_batch_or_not_written_is_said_so(office: Office, admin: Client) -> None:
    failed = next(p for p in job_of(office).papers if p.state == "failed")
    url = url_of(office)

    answers = [
        admin.http.get(f"{url}/paper", params={"id": "别的/医务科/summary"}),
        admin.http.get(f"{url}/paper", params={"id": failed.id}),
        admin.post(url, {"do": "retry"}),
        admin.post(url, {"do": "wipe"}),
        admin.get("/admin/batches/none"),
    ]

    assert [a.status_code for a in answers] == [422] * 5
    assert "没有这份文稿" in answers[0].text
    assert "还没有写成" in answers[1].text
    assert "没有勾选" in answers[2].text


def test_a_mended_department_is_retried_from_the_board_and_written_by_a_worker_of_the_server(
    office: Office, admin: Client
) -> None:
    write_departments(office.house.workspace, NAMES)
    failed = next(p for p in job_of(office).papers if p.state == "failed")

    told = admin.post(url_of(office), {"do": "retry", "papers": failed.id}).text
    deadline = time.monotonic() + 120
    while (now := job_of(office)).state == "running" and time.monotonic() < deadline:
        time.sleep(0.3)

    assert "已排队1份" in told
    assert ({p.department: p.state for p in now.papers}, now.state) == (dict.fromkeys(NAMES, "done"), "done")
    assert {p.department: p.attempts for p in now.papers} == {"医务科": 1, "护理部": 2, "信息科": 1}
    rows = review.happenings(office.house.database, office.person("guanli"))
    assert [r.detail["papers"] for r in rows if r.action == "batch.retry"] == [[failed.id]]
    assert office.house.worker is not None
    office.house.worker.terminate()
    office.house.worker.wait(20)


def test_bars_begin_at_nought_and_the_budget_knows_when_it_does_not_know(office: Office) -> None:
    told = job_of(office)
    paper = told.papers[0]
    dear = paper.model_copy(update={"department": "甲", "seconds": 30.0, "cost": Decimal("1.5")})
    cheap = paper.model_copy(update={"department": "乙", "seconds": 10.0, "cost": Decimal("0.5")})
    unpriced = paper.model_copy(update={"department": "丙", "seconds": None, "cost": None})

    spent = spent_by([dear, cheap, dear, unpriced])
    drawn = bars([(s.department, s.seconds, "") for s in spent])

    assert [(s.department, s.seconds, s.cost) for s in spent] == [
        ("甲", 60.0, Decimal("3.0")), ("乙", 10.0, Decimal("0.5")), ("丙", 0, None)
    ]  # fmt: skip
    assert [(b.name, b.share) for b in drawn] == [("甲", 100.0), ("乙", 16.7), ("丙", 0.0)]
    assert bars([("甲", 0, "")]) == []
    budget = told.model_copy(update={"cost": Decimal("11.4"), "max_cost": Decimal(30)})
    assert share_of(budget) == 38.0
    assert share_of(budget.model_copy(update={"cost": None})) is None
    assert share_of(budget.model_copy(update={"max_cost": None})) is None


# --- seen -------------------------------------------------------------------------------------------


def test_the_board_and_the_paper_behind_a_row_fit_the_window_and_have_nothing_axe_objects_to(office: Office) -> None:
    if not CHROMIUM.exists():
        pytest.skip("没有 /usr/bin/chromium，批次看板没有在浏览器里看过（apt-get install chromium）")
    from playwright.sync_api import sync_playwright

    told = job_of(office)
    made = next(p for p in told.papers if p.department == "医务科")
    paths = (
        "/admin/batches",
        url_of(office),
        f"{url_of(office)}?state=failed",
        f"{url_of(office)}/paper?id={quote(made.id)}",
    )

    wrong = {}
    with serving(office.app) as address, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        window = chromium.new_page(viewport={"width": 1366, "height": 768}, base_url=address)
        sign_in(window, "guanli")
        for path in paths:
            answer = window.goto(path)
            wide = window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            wrong[path] = [str(answer.status)] * (answer.status != 200) + ["too wide"] * wide + faults(window)
        chromium.close()

    assert {path: found for path, found in wrong.items() if found} == {}
