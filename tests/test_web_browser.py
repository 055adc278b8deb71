"""The screens in a browser: nothing from elsewhere, no accessibility fault, the story from dropped file to document."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk_office import PASSWORD, Office, open_office, serving

ROOT = Path(__file__).parents[1]
AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
SCREENS = {
    "工作台": "/",
    "文稿": "/documents",
    "生成记录": "/jobs",
    "材料": "/material",
    "报送进度": "/material/board",
    "领导意见": "/material/instructions",
    "指标": "/metrics",
    "导入": "/metrics/import",
    "口径裁定": "/metrics/rulings",
    "目标完成": "/metrics/attainment",
    "缺数催报": "/metrics/owing",
    "往年文稿": "/corpus?q=质量",
    "检查": "/checks",
    "用户与权限": "/admin",
    "批次": "/admin/batches",
    "提示词": "/admin/prompts?name=rewrite",
    "审计": "/admin/audit",
    "设置": "/admin/settings",
    "我的账号": "/me",
    "出错": "/nowhere",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("browser") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with serving(office.app) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("没有 /usr/bin/chromium，浏览器里的测试没有运行（apt-get install chromium）")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page at 1366×768 that fails the test when it asks another host, logs an error or breaks the policy."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=address)
    opened, wrong = context.new_page(), []
    opened.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or wrong.append(r.url))
    opened.on("pageerror", lambda e: wrong.append(str(e)))
    opened.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "status of" not in m.text else None)
    yield opened
    context.close()
    assert wrong == []


def sign_in(page: Any, login: str) -> None:
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("button.btn-primary")
    page.wait_for_selector("header.bar")


def faults(page: Any) -> list[str]:
    """What axe finds (WCAG 2.1 A and AA, and its best practices)."""
    # Through the debugger, which the page's policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))")
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in json.loads(told)]


def test_no_screen_has_an_accessibility_fault(page: Any, office: Office) -> None:
    page.goto("/login")
    found = {"登录": faults(page)}
    sign_in(page, "guanli")
    for name, path in SCREENS.items():
        page.goto(path)
        found[name] = faults(page)

    assert {n: f for n, f in found.items() if f} == {}


def test_no_screen_is_wider_than_the_window(page: Any) -> None:
    sign_in(page, "guanli")
    wide = []
    for name, path in SCREENS.items():
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(name)

    assert wide == []


def test_a_dropped_file_becomes_a_document_while_the_page_looks_on(page: Any) -> None:
    sign_in(page, "wangfang")
    page.goto("/")
    page.fill("#f-year", "2025")
    page.set_input_files("#files", str(ROOT / "examples" / "figures" / "医务科-2025.xlsx"))
    page.wait_for_selector("text=150条数据", timeout=60_000)

    page.keyboard.press("Control+Enter")

    page.wait_for_url(re.compile("/jobs/"), timeout=60_000)
    page.wait_for_selector('a.btn:has-text("打开文稿")', timeout=120_000)
    assert faults(page) == []
    page.click('a.btn:has-text("打开文稿")')
    page.wait_for_url(re.compile("/documents/"))
    assert "医务科2025年" in page.inner_text("body")


def test_a_page_tells_once_what_was_done(page: Any) -> None:
    sign_in(page, "wangfang")
    page.goto("/material/instructions")
    page.fill("#f-words", "不足写两条")
    page.fill("#f-who", "李院长")
    page.click("text=记下")

    page.wait_for_selector("[role=status]")
    first = page.inner_text("main")
    page.reload()

    assert "已记下1条" in first
    assert "李院长" in first
    assert "已记下1条" not in page.inner_text("main")
