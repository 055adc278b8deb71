"""The whole story in a browser: material comes in, a draft is made, read, edited by two, approved, sent out and back."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chugao import review
from tests.desk_office import ROOT, open_office, serving
from tests.test_web_desk_browser import Desk, Served, browser  # noqa: F401

EXAMPLES = ROOT / "examples"


@pytest.fixture
def served(tmp_path: Path, sqlite_template: Path) -> Iterator[Served]:
    office = open_office(tmp_path / "工作区", sqlite_template)
    with office.house.database, serving(office.app) as url:
        yield Served(office, url)


def test_from_an_upload_to_the_returned_file(browser: Any, served: Served, tmp_path: Path) -> None:  # noqa: F811
    wang = Desk(browser, served, "wangfang")
    material_comes_in(wang)
    doc = drafted(wang, served)
    base = f"{served.url}/documents/{doc}"

    section = edited_by_two(wang, browser, served, base)
    sent(wang, base)
    commented_and_accepted(Desk(browser, served, "like"), base)
    approved_and_out(Desk(browser, served, "zhouyuan"), base, tmp_path)
    returned(wang, served, doc, base, tmp_path, section)
    wang.end()


def material_comes_in(desk: Desk) -> None:
    page = desk.page
    page.goto(f"{desk.served.url}/material")
    page.locator("summary", has_text="收进科室报来的材料").click()
    page.set_input_files("#files", EXAMPLES / "submissions" / "急诊科-2026年总结（报送稿）.docx")
    page.fill("input[name=department]", "医务科")
    page.fill("input[name=year]", "2026")
    page.get_by_role("button", name="收进来").click()
    page.locator("input[data-all=ids]").check()
    page.get_by_role("button", name="确认勾选的").click()
    page.locator(".page-head", has_text=re.compile("已确认[1-9]")).wait_for()


def drafted(desk: Desk, served: Served) -> str:
    page = desk.page
    page.goto(f"{served.url}/")
    with page.expect_navigation():
        page.set_input_files(
            "#files", [EXAMPLES / "figures" / "医务科-2026.xlsx", EXAMPLES / "matters" / "医务科-2026.xlsx"]
        )
    page.select_option("select[name=kind]", "summary-plan")
    page.fill("input[name=department]", "医务科")
    page.fill("input[name=year]", "2026")
    page.get_by_role("button", name="生成初稿").click()
    page.get_by_role("link", name="打开文稿").wait_for()
    page.get_by_role("link", name="打开文稿").click()
    page.locator(".paper .part").first.wait_for()
    assert "医务科2026年" in page.locator("h1").inner_text()
    return str(re.search(r"/documents/(\w+)", page.url)[1])  # type: ignore[index]


def edited_by_two(wang: Desk, browser: Any, served: Served, base: str) -> str:  # noqa: F811
    """Both at one sentence: the second chooses; returns the section."""
    link = wang.page.locator(".part:has(p .s) .tools a", has_text="编辑").nth(1)
    url = served.url + link.get_attribute("href")
    other = Desk(browser, served, "wangfang")
    for who in (wang, other):
        who.page.goto(url)
        who.page.locator(".ProseMirror p").first.wait_for()
    for who, words in ((other, "年初定了调子，"), (wang, "一开年就抓，")):
        who.page.locator(".ProseMirror p").first.click()
        who.page.keyboard.press("Control+Home")
        who.page.keyboard.insert_text(words)
        if who is other:
            who.saved()
    wang.page.locator(".conflict").wait_for()
    wang.page.locator(".conflict input[value=mine]").first.check()
    wang.page.locator("[data-settle]").click()
    wang.saved()
    other.end()
    assert "一开年就抓，" in wang.page.locator(".ProseMirror").inner_text()
    return url.rsplit("/", 1)[1]


def sent(wang: Desk, base: str) -> None:
    page = wang.page
    page.goto(base)
    if page.locator("#basis").count():
        page.fill("#basis", "各科室电话核过")
        page.get_by_role("button", name="全部人工确认").click()
    page.get_by_role("button", name="送审", exact=True).click()
    page.locator(".tag", has_text="审核中").wait_for()


def commented_and_accepted(like: Desk, base: str) -> None:
    page = like.page
    page.goto(base)
    page.locator(".part [data-why]").first.dispatch_event("click")
    page.locator("#why blockquote").first.wait_for()
    page.keyboard.press("c")
    page.fill("#write textarea[name=body]", "可以，按此送")
    page.get_by_role("button", name="写上").click()
    page.locator("#remarks .said", has_text="可以，按此送").wait_for()
    while page.locator(".owed").count():
        supplied(like, base)
    page.goto(f"{base}/send?step=approve")
    page.get_by_role("button", name="没有问题的各节一并接受").click()
    page.locator("summary", has_text="呈送").click()
    page.select_option("#to-round", "上会稿")
    page.fill("#venue", "院长办公会")
    page.get_by_role("button", name="呈送", exact=True).click()
    page.locator(".ten", has_text="上会稿·上院长办公会").wait_for()
    like.end()


def supplied(like: Desk, base: str) -> None:
    """Strike what nobody has sent."""
    page = like.page
    section = page.locator(".part:has(.owed)").first.get_attribute("data-section")
    page.goto(f"{base}/sections/{section}")
    page.locator(".ProseMirror").wait_for()
    page.locator(".ProseMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("这一项转入下年继续办理。")
    like.saved()
    page.goto(base)


def approved_and_out(zhou: Desk, base: str, folder: Path) -> None:
    page = zhou.page
    page.goto(base)
    page.get_by_role("button", name="批准", exact=True).click()
    page.locator(".tag-green", has_text="已通过").wait_for()
    page.locator("summary", has_text="导出").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="定稿").click()
    waiting.value.save_as(folder / "定稿.docx")
    page.goto(base)
    page.locator(".tag-green", has_text="已出稿").wait_for()
    zhou.end()


def returned(wang: Desk, served: Served, doc: str, base: str, folder: Path, section: str) -> None:
    """Somebody changed a word in WPS: it comes in as a version, is compared, and the approval no longer holds."""
    out = io.BytesIO()
    with zipfile.ZipFile(folder / "定稿.docx") as given, zipfile.ZipFile(out, "w") as made:
        for item in given.infolist():
            body = given.read(item)
            if item.filename == "word/document.xml":
                assert "一开年就抓，".encode() in body
                body = body.replace("一开年就抓，".encode(), "全年一直抓，".encode())
            made.writestr(item, body)
    (folder / "改回.docx").write_bytes(out.getvalue())
    like = Desk(wang.context.browser, served, "like")
    page = like.page
    page.goto(f"{base}/versions")
    page.set_input_files("#file", folder / "改回.docx")
    page.get_by_role("button", name="读进来").click()
    page.locator(".cmp ins", has_text="全年一直").first.wait_for()

    office = served.office
    kinds = [v.kind for v in review.versions(office.house.database, office.person("like"), doc)]
    state = review.document(office.house.database, office.person("like"), doc).state
    assert (kinds[-1], state.label) == ("import", "审核中")
    like.end()
