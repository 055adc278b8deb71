"""看过，放行: offered only for what a person may pass over, and taken for every finding that the page shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_office import Office, open_office
from tests.test_web_desk import opened, put, sent

OFFERED = re.compile(r'name="quote" value="([^"]*)"')
BOXES = re.compile(r'name="marks"[^>]*aria-label="([^"]*)"')
PENDING = "【待补：护理不良事件发生率（护理部）】"
SECTION = "results_emergency"
AT_HOME = "不再跨楼转运"


@pytest.fixture
def office(tmp_path: Path, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path / "工作区", sqlite_template)
    settings = 'name = "望澜市第一人民医院"\nleaders = ["院长 王建华"]\n'
    (tmp_path / "工作区" / "chugao.toml").write_text(f"[office]\n{settings}", encoding="utf-8")
    with made.house.database:
        yield made


def write_in(office: Office, words: str) -> None:
    """What the clerk types behind a clause of the section."""
    clerk = office.seat("wangfang")
    assert put(clerk, office, sent(opened(clerk, office), AT_HOME, AT_HOME + words)).status_code == 200


def pass_over(office: Office, rule: str, quote: str) -> tuple[int, str]:
    told = office.seat("like").post(
        f"/documents/{office.doc}/findings/dismiss",
        {"rule": rule, "section": SECTION, "quote": quote, "reason": "院办核过"},
    )
    return told.status_code, told.text


def test_what_is_still_owed_is_not_offered_to_be_passed_over_and_is_refused(office: Office) -> None:
    write_in(office, f"，{PENDING}")

    page = office.seat("like").get(f"/documents/{office.doc}").text
    listed = office.seat("like").get(f"/checks?doc={office.doc}").text
    status, told = pass_over(office, "pending", PENDING)

    assert PENDING in page
    assert PENDING in listed
    assert PENDING not in OFFERED.findall(page)
    assert not [b for b in BOXES.findall(listed) if PENDING[:20] in b]
    assert status == 403
    assert "不能忽略" in told


def test_a_red_number_is_confirmed_or_restored_and_not_passed_over(office: Office) -> None:
    write_in(office, "，又添床37张")

    page = office.seat("like").get(f"/documents/{office.doc}").text
    listed = office.seat("like").get(f"/checks?doc={office.doc}").text

    assert "37张" in page
    assert not [q for q in OFFERED.findall(page) if "37" in q]
    assert not [b for b in BOXES.findall(listed) if "37" in b]


def test_what_the_offices_own_settings_find_is_on_both_pages_and_can_be_passed_over(office: Office) -> None:
    write_in(office, "，院长李建国带队检查")

    page = office.seat("like").get(f"/documents/{office.doc}").text
    listed = office.seat("like").get(f"/checks?doc={office.doc}").text
    [quote] = [q for q in OFFERED.findall(page) if "李建国" in q]
    status, _ = pass_over(office, "name-title", quote)

    assert [b for b in BOXES.findall(listed) if "李建国" in b]
    assert status == 200
    assert quote not in OFFERED.findall(office.seat("like").get(f"/documents/{office.doc}").text)


def test_an_order_begun_with_half_a_form_opens(office: Office) -> None:
    begun = office.seat("wangfang").post("/documents/new", {"do": "files"})

    assert begun.status_code == 200
    assert "新建一份文稿" in begun.text
