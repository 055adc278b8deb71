"""From dropped files to a document: the 起草单, what it refuses, how it stops, who sees it; and this year's material."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from chugao import review
from chugao.review import carrying, orders
from chugao.web.desk.around import names_of
from chugao.web.running import Runner
from chugao.web.wording import on_screen
from tests.desk_office import Client, Office, open_office, sample_draft

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "examples" / "figures" / "医务科-2025.xlsx"
MATTERS = ROOT / "examples" / "matters" / "医务科-2025.xlsx"
SENT = ROOT / "examples" / "submissions" / "急诊科-2026年总结（报送稿）.docx"
ABOVE = ROOT / "examples" / "outlines" / "市卫生健康委2026年总结提纲.docx"
ASKED = {"kind": "summary", "department": "医务科", "year": "2025", "level": "科室", "engine": "offline"}


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def working(office: Office) -> Iterator[Office]:
    """An office whose server works on orders."""
    office.house.runner = Runner(office.house)
    office.house.runner.begin()
    yield office
    office.house.runner.end()


def hand_in(client: Client, *paths: Path, do: str = "files", **asked: str) -> Any:
    files = [("files", (p.name, p.read_bytes())) for p in paths]
    return client.post("/documents/new", ASKED | {"do": do} | asked, files=files or None)


def order_in(answer: Any) -> str:
    return str(answer.url).rpartition("/")[2]


def finished(client: Client, order: str) -> Any:
    """The order, once nothing more happens to it."""
    for _ in range(1200):
        told = client.json(f"/api/v1/orders/{order}")
        if told["state"] not in ("waiting", "running", "stopping"):
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_an_excel_and_one_button_make_a_document_with_every_number_traced(working: Office) -> None:
    client = working.client("wangfang")

    seen = hand_in(client, FIGURES, MATTERS)
    started = client.post(f"/documents/new/{order_in(seen)}", ASKED | {"do": "start"})
    told = finished(client, order_in(started))

    assert "150条数据" in seen.text
    assert "34件事项" in seen.text
    assert told["state"] == "done", told["reason"]
    numbers = told["progress"]["numbers"]
    assert numbers["traced"] == numbers["found"] > 50
    document = review.document(working.house.database, working.person("wangfang"), told["document_id"])
    assert document.title == "医务科2025年工作总结"
    assert document.owner == "wangfang"
    page = client.get(f"/jobs/{order_in(started)}").text
    assert f"/documents/{document.id}" in page
    assert "都有出处" in page


def test_a_workbook_of_figures_with_a_sheet_of_matters_lends_both(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "指标"
    for row in (["指标名称", "年度", "本期值", "单位"], ["出院人次", 2025, 56374, "人次"]):
        book.active.append(row)
    for row in (["事项", "类别", "成效"], ["开设周末门诊手术", "服务", "共做1126台"], ["上线报修小程序", "服务", ""]):
        book["事项"].append(row) if "事项" in book.sheetnames else book.create_sheet("事项").append(row)
    book.save(tmp_path / "一本.xlsx")

    seen = carrying.look_at(tmp_path / "一本.xlsx", 2025)

    assert (seen.use, seen.told) == ("figures", "1条数据，2件事项")
    assert carrying.taken(tmp_path, [seen]).matters == (tmp_path / "一本.xlsx",)


def test_a_notice_says_its_deadline_once(tmp_path: Path) -> None:
    (tmp_path / "通知.txt").write_text(
        "关于报送总结的通知\n各科室：\n一、工作情况\n二、存在问题\n请于1月8日前报院办公室。\n", encoding="utf-8"
    )

    assert carrying.look_at(tmp_path / "通知.txt", 2025).told == "要求答2个标题，1月8日前报"


def test_what_went_wrong_is_told_in_the_words_of_the_screen() -> None:
    said = on_screen("请核对 --year 和 --period，或补充 --metrics、--matters。错别字--见上，-- 照旧。")

    assert said == "请核对“题目中的年度”和“期间”，或补充指标表、事项表。错别字--见上，-- 照旧。"


def test_two_files_of_one_name_sent_together_are_two(office: Office) -> None:
    client = office.client("wangfang")

    seen = hand_in(client, FIGURES, MATTERS)  # both are called 医务科-2025.xlsx

    assert "医务科-2025（2）.xlsx" in seen.text


def test_files_are_taken_for_what_they_are_and_a_person_may_say_otherwise(office: Office) -> None:
    client = office.client("wangfang")

    seen = hand_in(client, SENT, ABOVE, year="2026")
    order = order_in(seen)
    files = {f["name"]: f["use"] for f in client.json(f"/api/v1/orders/{order}")["files"]}
    client.post(f"/documents/new/{order}", ASKED | {"use-0": "past"})
    changed = {f["name"]: f["use"] for f in client.json(f"/api/v1/orders/{order}")["files"]}

    assert files == {SENT.name: "material", ABOVE.name: "above"}
    assert changed == {SENT.name: "past", ABOVE.name: "above"}


def test_nothing_is_drafted_on_figures_with_a_mistake_and_the_page_says_where(office: Office, tmp_path: Path) -> None:
    wrong = tmp_path / "医务科.csv"
    wrong.write_text("部门,年度,指标名称,本期值,单位\n医务科,2025,门诊人次,很多,人次\n", encoding="utf-8")
    client = office.client("wangfang")

    seen = hand_in(client, wrong)
    forced = client.post(f"/documents/new/{order_in(seen)}", ASKED | {"do": "start"})

    assert "不是数字" in seen.text
    assert 'value="start" data-main disabled' in seen.text
    assert forced.status_code == 422
    assert "医务科.csv" in forced.text


def test_a_table_without_departments_serves_its_own_draft_and_nobody_elses(working: Office, tmp_path: Path) -> None:
    alone = tmp_path / "数据.csv"
    alone.write_text("年度,指标名称,本期值,单位,上年同期值\n2025,门诊人次,32000,人次,28571\n", encoding="utf-8")
    client = working.client("wangfang")

    told = finished(client, order_in(hand_in(client, alone, do="start")))

    assert told["state"] == "done", told["reason"]
    assert any("只用于这份稿子" in n for n in told["progress"]["notices"])
    assert client.json("/api/v1/metrics")["rows"] == []


def test_what_a_department_sent_waits_for_a_person_unless_one_vouches_by_name(working: Office, tmp_path: Path) -> None:
    sent = tmp_path / "材料.txt"
    sent.write_text(
        "医务科2025年工作总结\n一、医疗质量\n7月通过三级综合医院评审。\n开展新技术12项。\n", encoding="utf-8"
    )
    client = working.client("wangfang")

    first = finished(client, order_in(hand_in(client, FIGURES, sent, do="start")))
    waiting = client.json("/api/v1/material?status=provisional")["items"]
    second = finished(client, order_in(hand_in(client, sent, do="start", confirmed="1")))
    confirmed = client.json("/api/v1/material?status=confirmed")["items"]

    assert any("待确认" in n for n in first["progress"]["notices"])
    assert waiting
    assert second["state"] == "done", second["reason"]
    assert {i["confirmed_by"] for i in confirmed} == {"王芳"}


def test_a_failed_order_says_why_and_can_be_given_again(working: Office) -> None:
    client = working.client("wangfang")

    failed = finished(client, order_in(hand_in(client, do="start")))  # no figures anywhere
    again = client.post(f"/jobs/{failed['id']}/again")
    told = finished(client, failed["id"])

    assert failed["state"] == told["state"] == "failed"
    assert failed["reason"]
    assert "Traceback" not in failed["reason"]
    assert again.status_code == 200


def test_what_was_wrong_in_a_failed_order_is_put_right_without_handing_the_files_in_again(working: Office) -> None:
    client = working.client("wangfang")
    failed = finished(client, order_in(hand_in(client, FIGURES, do="start", year="2031")))
    page = client.get(f"/jobs/{failed['id']}").text

    shown = client.get(f"/documents/new/{failed['id']}").text
    client.post(f"/documents/new/{failed['id']}", ASKED | {"do": "start", "use-0": "figures"})
    told = finished(client, failed["id"])

    assert failed["state"] == "failed"
    assert f"/documents/new/{failed['id']}" in page
    assert FIGURES.name in shown
    assert told["state"] == "done", told["reason"]


def test_an_order_is_stopped_before_it_begins_and_at_the_next_section(office: Office) -> None:
    client = office.client("wangfang")
    order = order_in(hand_in(client, FIGURES, do="start"))  # nobody works on it

    client.post(f"/jobs/{order}/stop")
    waiting = client.json(f"/api/v1/orders/{order}")["state"]
    client.post(f"/jobs/{order}/again")
    db = office.house.database
    orders.take_order(db, order, at=office.house.now())
    client.post(f"/jobs/{order}/stop")
    goes_on = orders.note_progress(db, order, {"stage": "起草"}, at=office.house.now())

    assert waiting == "stopped"
    assert goes_on is False


def test_an_order_whose_server_was_killed_is_said_to_be_interrupted_at_the_next_start(office: Office) -> None:
    client = office.client("wangfang")
    order = order_in(hand_in(client, FIGURES, do="start"))
    orders.take_order(office.house.database, order, at="2026-01-08T01:00:00Z")

    waiting = orders.take_up_again(office.house.database, at="2026-01-08T02:00:00Z")
    told = client.json(f"/api/v1/orders/{order}")

    assert waiting == ()
    assert told["state"] == "failed"
    assert "再来一次" in told["reason"]


def test_an_order_somebody_else_works_on_is_left_alone_and_one_never_given_is_forgotten_after_a_month(
    office: Office,
) -> None:
    client, db = office.client("wangfang"), office.house.database
    beating = order_in(hand_in(client, FIGURES, do="start"))
    orders.take_order(db, beating, at="2026-01-08T01:00:00Z")
    handed_in = order_in(hand_in(client, FIGURES))

    orders.take_up_again(db, at="2026-01-08T01:01:00Z")
    states = [client.json(f"/api/v1/orders/{order}")["state"] for order in (beating, handed_in)]
    orders.take_up_again(db, at="2100-01-08T01:01:00Z")

    assert states == ["running", "open"]
    assert client.get(f"/api/v1/orders/{handed_in}").status_code == 404


def test_an_order_is_seen_by_its_department_and_by_nobody_else(office: Office) -> None:
    order = order_in(hand_in(office.client("wangfang"), FIGURES, do="start"))

    same, other = office.client("like"), office.client("hulibu")

    assert same.json(f"/api/v1/orders/{order}")["title"] == "医务科2025年工作总结"
    assert other.http.get(f"/jobs/{order}").status_code == 404
    assert other.http.get(f"/jobs/{order}/events").status_code == 404
    assert other.json("/api/v1/orders")["orders"] == []


def test_nobody_orders_a_draft_of_a_department_that_is_not_theirs(office: Office) -> None:
    answer = hand_in(office.client("hulibu"), FIGURES, do="start")

    assert answer.status_code == 403


def test_the_past_reports_of_other_departments_lend_a_draft_nothing(office: Office) -> None:
    from chugao.corpus.store import add_reports, list_reports
    from chugao.review.carrying import past_of

    db, workspace = office.house.database, office.house.workspace
    past = [ROOT / "corpus" / name for name in ("医务科2023年工作总结.txt", "药学部2024年工作总结.docx")]
    past.append(ROOT / "corpus" / "护理部2024年工作总结暨2025年工作计划.docx")
    add_reports(db, past, organisation="望澜市第一人民医院", own=True, actor="试验", at=office.house.now())
    assert {r.department for r in list_reports(db)} == {"医务科", "药学部", "护理部"}

    index, _ = past_of(db, workspace, office.person("hulibu"))

    assert index is not None
    assert {p.department for p in index.passages} == {"护理部"}


def test_progress_comes_as_events_numbered_so_that_a_browser_can_come_back(working: Office) -> None:
    client = working.client("wangfang")
    order = order_in(hand_in(client, FIGURES, do="start"))
    finished(client, order)

    with client.http.stream("GET", f"/jobs/{order}/events") as stream:
        told = "".join(stream.iter_text())
    mark = told.split("id: ")[1].split("\n")[0]
    with client.http.stream("GET", f"/jobs/{order}/events", headers={"Last-Event-ID": mark}) as stream:
        nothing_new = "".join(stream.iter_text())

    assert "event: progress" in told
    assert '"state": "done"' in told
    assert "event: progress" not in nothing_new


# --- 材料 ------------------------------------------------------------------------------------------


def test_material_is_confirmed_in_the_name_of_who_ticked_it_and_only_ones_own(office: Office) -> None:
    mine, other = office.client("wangfang"), office.client("hulibu")
    sent = {"files": ("材料.txt", "医务科2025年工作总结\n一、质量\n7月通过评审。\n".encode())}
    mine.post("/material/upload", {"department": "医务科", "year": "2025"}, files=sent)
    (item,) = mine.json("/api/v1/material")["items"]

    stolen = other.post("/material/decide", {"do": "confirm", "ids": item["id"]})
    done = mine.post("/material/decide", {"do": "confirm", "ids": item["id"]})

    assert stolen.status_code == 404
    assert "已确认1条" in done.text
    assert mine.json("/api/v1/material")["items"][0]["confirmed_by"] == "王芳"
    assert other.json("/api/v1/material")["items"] == []
    assert item["id"] not in other.get("/material?status=all").text


def test_what_a_leader_said_is_kept_with_who_when_and_the_photo(office: Office) -> None:
    import base64

    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    client = office.client("wangfang")
    said = {
        "words": "不足写两条",
        "who": "李院长",
        "when": "12月3日电话",
        "about": "不足",
        "year": "2025",
        "department": "医务科",
    }

    page = client.post("/material/instructions", said, files={"photo": ("批示.png", picture)})
    (kept,) = client.json("/api/v1/material?status=confirmed")["items"]
    photo = client.http.get(f"/material/instructions/{kept['id']}/photo")

    assert "李院长" in page.text
    assert "12月3日电话" in page.text
    assert photo.content == picture
    assert photo.headers["content-type"] == "image/png"
    assert office.client("hulibu").http.get(f"/material/instructions/{kept['id']}/photo").status_code == 404


def test_two_sources_that_disagree_wait_for_a_ruling_made_here(office: Office, tmp_path: Path) -> None:
    head = "部门,年度,指标名称,本期值,单位,来源\n"
    files = [
        ("files", ("HIS.csv", f"{head}医务科,2025,门诊人次,32000,人次,HIS\n".encode())),
        ("files", ("病案.csv", f"{head}医务科,2025,门诊人次,31000,人次,病案统计\n".encode())),
    ]
    client = office.client("wangfang")

    client.http.post(
        "/api/v1/metrics/import",
        files=files,
        headers={"Origin": "http://office.test", "X-CSRF-Token": client.token},
    )
    waiting = client.get("/metrics/rulings").text
    ruled = client.post(
        "/metrics/rulings",
        {"metric": "门诊人次", "choose": "病案统计", "reason": "上报口径", "department": "医务科", "period": "2025"},
    )

    assert "口径未裁" in waiting
    assert "以“病案统计”为准" in ruled.text
    assert client.json("/api/v1/metrics")["rows"][0]["now"] == "31000人次"


def test_a_leaders_wishes_are_known_by_what_they_say_and_a_departments_chat_is_not_one(
    office: Office, tmp_path: Path
) -> None:
    said, chat = tmp_path / "1月6日.txt", tmp_path / "微信.txt"
    said.write_text("李院长1月6日电话：前置审方放第一条写\n不足写一条\n药品收入不要写\n", encoding="utf-8")
    chat.write_text("周敏 1月6日 10:21\n今年会诊转运3例，都出院了\n这个别往外写：有一起纠纷赔了8万\n", encoding="utf-8")
    client = office.client("wangfang")

    order = order_in(hand_in(client, said, chat))
    files = {f["name"]: (f["use"], f["told"]) for f in client.json(f"/api/v1/orders/{order}")["files"]}

    assert files[said.name] == ("instructions", "3条")
    assert files[chat.name][0] == "material"


def test_figures_of_another_year_than_the_papers_are_told_before_anybody_waits(office: Office) -> None:
    client = office.client("wangfang")

    later, right = hand_in(client, FIGURES, year="2026"), hand_in(client, FIGURES, year="2025")
    plan = hand_in(client, FIGURES, year="2026", kind="plan")

    assert "指标表里最近的是2025年的数，题目写2026年的稿子要用2026年的" in later.text
    assert "请核对“题目中的年度”" not in right.text
    assert "请核对“题目中的年度”" not in plan.text


def test_the_progress_page_counts_the_sections_that_a_reviewer_accepts(working: Office) -> None:
    client = working.client("wangfang")

    told = finished(client, order_in(hand_in(client, FIGURES, MATTERS, do="start")))
    page = client.get(f"/jobs/{told['id']}").text
    strip = review.strip(working.house.database, working.person("wangfang"), told["document_id"])

    assert f">{strip.sections_open}节<" in page
    assert told["progress"]["sections"][0]["heading"] == "导语"
    assert "可以关掉这一页" not in page


def test_no_two_sections_have_one_name_where_a_person_is_told_which() -> None:
    named = names_of(sample_draft())

    assert named["lead"] == "导语"
    assert len(set(named.values())) == len(named)
    assert all(named.values())
