"""Whose a file is that somebody drops on the desk: what is another department's stays out, what came later stays in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from chugao.review.orders import order_of
from chugao.web.running import Runner
from tests.desk_office import Client, Office, open_office

HEAD = ("部门", "年度", "指标名称", "本期值", "单位", "上年同期值")
MINE = (
    ("医务科", 2025, "出院人次", 2316, "人次", 2105),
    ("医务科", 2025, "手术台次", 1684, "台次", 1490),
    ("护理部", 2025, "护士离职率", 3.2, "%", 4.1),
)
ASKED = {"kind": "summary", "department": "医务科", "year": "2025", "level": "科室", "engine": "offline"}


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "工作区", sqlite_template)
    with made.house.database:
        yield made


def book(path: Path, *rows: tuple[Any, ...], matters: tuple[tuple[str, ...], ...] = ()) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if matters:
        other = made.create_sheet("重点工作")
        other.append(("事项", "类别", "时间", "成效", "状态"))
        for matter in matters:
            other.append(matter)
    made.save(path)
    return path


def the_intensive_care_units(folder: Path) -> Path:
    return book(
        folder / "重症医学科2025年统计.xlsx",
        ("指标名称", "单位", "2025年", "2024年"),
        ("床位使用率", "%", 88.5, 86.9),
        matters=(("开展床旁俯卧位通气", "技术", "2025年3月", "全年实施46例", "已完成"),),
    )


def drafted(office: Office, client: Client, *files: Path) -> tuple[str, Any]:
    """The text of the paper that came of it, and how the order went."""
    sent = [("files", (f.name, f.read_bytes())) for f in files]
    page = client.post("/documents/new", ASKED | {"do": "start"}, files=sent)
    return carried_out(office, client, str(page.url).rpartition("/")[2])


def carried_out(office: Office, client: Client, identifier: str) -> tuple[str, Any]:
    worker = Runner(office.house)
    worker.add(identifier)
    worker._waiting.put(None)
    worker._work()
    order = order_of(office.house.database, office.person("wangfang"), identifier)
    assert order.state == "done", order.reason
    return client.get(f"/documents/{order.document_id}").text, order


def laid_down(client: Client, file: Path) -> Any:
    """The page that shows what importing a file would bring."""
    return client.post("/metrics/import", files=[("files", (file.name, file.read_bytes()))])


def imported(office: Office, client: Client, file: Path) -> None:
    answer = client.post(str(laid_down(client, file).url.path))
    assert "已导入" in answer.text, answer.text


def test_what_another_departments_file_says_is_not_this_departments(office: Office, tmp_path: Path) -> None:
    client = office.client("wangfang")

    text, order = drafted(office, client, book(tmp_path / "各科.xlsx", HEAD, *MINE), the_intensive_care_units(tmp_path))

    assert "2316人次" in text
    assert "88.5" not in text
    assert "俯卧位" not in text
    assert any("重症医学科2025年统计.xlsx" in n and "事项" in n for n in order.progress["notices"])


def test_a_file_named_otherwise_than_the_department_still_serves_it_alone(office: Office, tmp_path: Path) -> None:
    text, _ = drafted(office, office.client("wangfang"), the_intensive_care_units(tmp_path))

    assert "88.5%" in text
    assert "俯卧位" in text


def test_a_clerk_puts_no_figures_into_the_store_for_departments_that_are_not_hers(
    office: Office, tmp_path: Path
) -> None:
    client = office.client("wangfang")

    _, order = drafted(office, client, book(tmp_path / "各科.xlsx", HEAD, *MINE))

    rows = office.client("hulibu").json("/api/v1/metrics")["rows"]
    assert not [r for r in rows if r["name"] == "护士离职率"]
    assert any("护理部的数不归您管" in n for n in order.progress["notices"])


def test_a_figure_that_came_later_is_in_the_paper_written_again_and_stays_in_the_store(
    office: Office, tmp_path: Path
) -> None:
    client = office.client("wangfang")
    mine = MINE[:2]
    _, order = drafted(office, client, book(tmp_path / "各科.xlsx", HEAD, *mine))
    later = (("医务科", 2025, "出院人次", 2361, "人次", 2105), mine[1])
    imported(office, client, book(tmp_path / "年报.xlsx", HEAD, *later))

    page = client.post(f"/documents/{order.document_id}/again")
    text, _ = carried_out(office, client, str(page.url).rpartition("/")[2])

    assert "2361人次" in text
    assert "2316人次" not in text
    assert "2361" in client.get("/metrics").text


def test_before_an_import_the_figures_it_would_replace_are_shown_and_those_of_others_are_refused_by_name(
    office: Office, tmp_path: Path
) -> None:
    client = office.client("wangfang")
    imported(office, client, book(tmp_path / "快报.xlsx", HEAD, *MINE[:2]))
    later = (("医务科", 2025, "出院人次", 2361, "人次", 2105), MINE[1])

    seen = laid_down(client, book(tmp_path / "年报.xlsx", HEAD, *later))
    mixed = laid_down(client, book(tmp_path / "各科.xlsx", HEAD, *MINE))
    forced = client.post(str(mixed.url.path))

    assert "要换掉的数" in seen.text
    assert re.search(r"出院人次.*?2316.*?2361", seen.text.partition("要换掉的数")[2], re.S)
    assert "表里有护理部的数，不归您管" in mixed.text
    assert "要换掉的数" not in mixed.text
    assert "表里有护理部的数，不归您管" in forced.text
