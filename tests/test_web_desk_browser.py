"""The reviewing screens in a real browser: typing Chinese, numbers that redden, two at once, a session that ends.

Debian's chromium by playwright; skipped loudly where it is not installed.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from chugao import review
from tests.desk_office import PASSWORD, Office, open_office, sample_draft, serving, short_draft
from tests.fault_server import Faults
from tests.test_web_rewriting import politely

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
EDIT = "results_emergency"
FIGURES = "results_quality"
SOON = 60_000
"""Long: how fast it is is measured elsewhere; here a busy machine must not fail a test."""


class Served(NamedTuple):
    office: Office
    url: str

    @property
    def doc(self) -> str:
        return f"{self.url}/documents/{self.office.doc}"

    def text(self, section: str = EDIT) -> str:
        office = self.office
        return review.section(office.house.database, office.person("wangfang"), office.doc, section).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("没有 /usr/bin/chromium，网页的浏览器测试没有运行")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, "--no-first-run"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    office = open_office(tmp_path_factory.mktemp("office") / "工作区", sqlite_template)
    with office.house.database, serving(office.app) as url:
        yield Served(office, url)


class Desk:
    """One person at a browser; what it asked of other hosts and what went wrong is kept."""

    def __init__(self, browser: Any, served: Served, login: str) -> None:
        self.context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        self.page, self.served = self.context.new_page(), served
        self.page.set_default_timeout(SOON)
        self.elsewhere: list[str] = []
        self.wrong: list[str] = []
        self.context.on("request", self._asked)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.sign_in(login)

    def _asked(self, request: Any) -> None:
        host = urlsplit(request.url)
        if host.scheme in ("http", "https", "ws", "wss") and host.hostname != "127.0.0.1":
            self.elsewhere.append(request.url)

    def _said(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.wrong.append(message.text)

    def sign_in(self, login: str) -> None:
        self.page.goto(f"{self.served.url}/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("form button")
        self.page.wait_for_url(f"{self.served.url}/")

    def edit(self, section: str = EDIT) -> Any:
        self.page.goto(f"{self.served.doc}/sections/{section}")
        self.page.locator(".ProseMirror").wait_for()
        return self.page.locator(".ProseMirror")

    def saved(self) -> None:
        self.page.locator("#state.saved", has_text="✓").wait_for(timeout=SOON)

    def end(self) -> None:
        self.context.close()
        assert self.elsewhere == []
        assert self.wrong == []


@pytest.fixture
def desk(browser: Any, served: Served) -> Iterator[Desk]:
    made = Desk(browser, served, "wangfang")
    yield made
    made.end()


def at_end_of_first_paragraph(page: Any) -> None:
    page.locator(".ProseMirror p").first.click()
    page.keyboard.press("End")


# --- typing ---------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_by_itself_within_a_breath_and_says_so(desk: Desk, served: Served) -> None:
    desk.edit("results_quality")
    at_end_of_first_paragraph(desk.page)

    desk.page.keyboard.insert_text("各科照此执行。")
    desk.page.locator("#state.unsaved-told, #state.saving").first.wait_for(timeout=SOON)
    desk.saved()

    assert "各科照此执行。" in served.text("results_quality")
    assert desk.page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('chugao:')).length") == 0


def test_chinese_typed_by_an_input_method_leaves_no_letter_of_the_spelling_behind(desk: Desk, served: Served) -> None:
    desk.edit("results_service" if "results_service" in sections(served) else "results_quality")
    section = desk.page.url.rsplit("/", 1)[1]
    session = desk.context.new_cdp_session(desk.page)
    number = desk.page.locator(".ProseMirror .n").first
    number.click()
    desk.page.keyboard.press("Home")

    for spelling in ("y", "yi", "yiwu"):
        session.send(
            "Input.imeSetComposition",
            {"text": spelling, "selectionStart": len(spelling), "selectionEnd": len(spelling)},
        )
    session.send("Input.insertText", {"text": "医务"})
    desk.saved()

    assert "医务" in served.text(section)
    assert "yi" not in served.text(section)
    assert served.text(section).count("医务") >= 1


def sections(served: Served) -> set[str]:
    office = served.office
    return {s.section_id for s in review.sections(office.house.database, office.person("wangfang"), office.doc)}


def test_a_changed_number_reddens_at_once_and_is_restored_by_one_button(desk: Desk, served: Served) -> None:
    editor = desk.edit(FIGURES)
    number = editor.locator(".n", has_text="68.1%").first
    before = served.text(FIGURES)

    number.dblclick()
    desk.page.evaluate(
        "el => { const r = document.createRange(); r.selectNodeContents(el); const s = getSelection(); s.removeAllRanges(); s.addRange(r); }",
        number.element_handle(),
    )
    desk.page.keyboard.press("ArrowLeft")
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("Delete")
    desk.page.keyboard.insert_text("7")
    desk.page.locator("#drifts b.drift").first.wait_for(timeout=SOON)
    told = desk.page.locator("#drift-panel").inner_text()
    desk.saved()
    red = served.text(FIGURES)
    desk.page.locator("#drifts button", has_text="恢复").first.click()
    desk.page.locator("#drift-panel").wait_for(state="hidden", timeout=SOON)
    desk.saved()

    assert "已偏离数据源 68.1%" in told
    assert red != before
    assert served.text(FIGURES) == before


def test_slash_offers_metrics_and_puts_one_in_bound(desk: Desk, served: Served) -> None:
    desk.edit("results_quality")
    at_end_of_first_paragraph(desk.page)

    desk.page.keyboard.press("/")
    desk.page.locator("#pick").wait_for()
    desk.page.keyboard.insert_text("手术 本期")
    desk.page.locator("#pick-list li[aria-selected=true]", has_text="手术").wait_for()
    printed = desk.page.locator("#pick-list li[aria-selected=true] b").inner_text()
    desk.page.keyboard.press("Enter")
    desk.saved()

    assert printed in served.text("results_quality")
    assert desk.page.locator("#drift-panel").is_hidden()


def test_a_cell_of_a_table_is_typed_in_with_its_number_bound_and_no_key_tears_the_table(
    desk: Desk, served: Served
) -> None:
    served = desk.served = Served(served.office.with_another(short_draft()), served.url)
    page = desk.page
    desk.edit("table_results")
    before = served.text("table_results")
    cell = page.locator(".ProseMirror tr").nth(1).locator("td").nth(2)
    was = cell.inner_text()

    cell.click()
    for key in ("Home", "Backspace", "Enter", "End", "Delete"):
        page.keyboard.press(key)
    shape = page.locator(".ProseMirror tr").count(), page.locator(".ProseMirror td").count()
    cell.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.insert_text("9")
    page.locator("#drifts b.drift").first.wait_for()
    told = page.locator("#drift-panel").inner_text()
    desk.saved()
    red = served.text("table_results")
    page.locator("#drifts button", has_text="恢复").first.click()
    page.locator("#drift-panel").wait_for(state="hidden")
    desk.saved()
    restored = served.text("table_results")
    page.locator("[data-row=more]").dispatch_event("mousedown")
    page.keyboard.insert_text("新加的一行")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("甲")
    page.locator(".unsaved-told, .saving").first.wait_for()
    desk.saved()

    assert shape == (4, 21)
    assert f"已偏离数据源 {was}" in told
    assert (red == before, restored == before) == (False, True)
    office = served.office
    held = review.section(office.house.database, office.person("wangfang"), office.doc, "table_results")
    table = held.section.blocks[0].table
    assert table is not None
    assert [row[0].text for row in table.rows].count("新加的一行") == 1
    assert (table.rows[1][1].text, len(table.rows), held.red) == ("甲", 4, ())


def test_enter_in_a_numbered_list_makes_the_next_item_and_it_is_one_after_saving(desk: Desk, served: Served) -> None:
    served = desk.served = Served(served.office.with_another(short_draft()), served.url)
    page, office = desk.page, served.office

    def items() -> list[str]:
        held = review.section(office.house.database, office.person("wangfang"), office.doc, "plan_quality").section
        return [b.number + held.block_text(b).removeprefix(b.number)[:7] for b in held.blocks if b.type == "item"]

    desk.edit("plan_quality")
    before = items()
    item = page.locator(".ProseMirror p", has_text=before[1][2:])
    item.click()
    item.evaluate("(el) => { const s = getSelection(); s.selectAllChildren(el); s.collapseToEnd(); }")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("新加的一项工作。")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("这一段不编号。")
    page.locator(".unsaved-told, .saving").first.wait_for()
    desk.saved()
    desk.edit("plan_quality")

    assert items() == [*before[:2], "3.新加的一项工作", *(f"{n}.{i[2:]}" for n, i in enumerate(before[2:], 4))]
    assert page.locator(".ProseMirror p", has_text="这一段不编号。").inner_text() == "这一段不编号。"
    assert page.locator("#drift-panel").is_hidden()


# --- two at once, and a session that ends ---------------------------------------------------------


def test_two_people_on_one_sentence_meet_in_three_panes_and_nothing_typed_is_lost(
    desk: Desk, browser: Any, served: Served
) -> None:
    other = Desk(browser, served, "wangfang")
    for who in (desk, other):
        who.edit("plan_safety" if "plan_safety" in sections(served) else "lead")
    section = desk.page.url.rsplit("/", 1)[1]
    first = desk.page.locator(".ProseMirror p").first
    for who, words in ((other, "对方写的，"), (desk, "我写的，")):
        who.page.locator(".ProseMirror p").first.click()
        who.page.keyboard.press("Control+Home")
        who.page.keyboard.insert_text(words)
        if who is other:
            who.saved()
    desk.page.locator(".conflict").wait_for(timeout=SOON)
    panel = desk.page.locator(".conflict").inner_text()
    width = desk.page.locator(".conflict").bounding_box()["width"]  # type: ignore[index]

    desk.page.locator(".conflict input[value=mine]").first.check()
    desk.page.locator("[data-settle]").click()
    desk.saved()
    other.end()

    assert {w in panel for w in ("共同基础", "对方", "我的", "对方写的，", "我写的，")} == {True}
    assert width > 1200
    assert first.inner_text().startswith("我写的，")
    assert served.text(section).lstrip().startswith("我写的，")


def test_a_session_that_ends_asks_for_the_password_over_the_page_and_keeps_what_was_typed(
    desk: Desk, served: Served
) -> None:
    desk.edit("results_quality")
    desk.context.clear_cookies()
    at_end_of_first_paragraph(desk.page)
    desk.page.keyboard.insert_text("会话过期后写的一句。")
    dialog = desk.page.locator("dialog[open]", has_text="登录已过期")
    dialog.wait_for(timeout=SOON)
    kept = desk.page.evaluate("JSON.stringify(localStorage)")

    dialog.locator("input[name=login]").fill("wangfang")
    dialog.locator("input[name=password]").fill(PASSWORD)
    dialog.locator("button.btn-primary").click()
    desk.saved()

    assert "会话过期后写的一句。" in kept
    assert "会话过期后写的一句。" in served.text("results_quality")


def test_what_never_reached_the_server_is_offered_again_when_the_section_is_opened(desk: Desk, served: Served) -> None:
    desk.edit("results_quality")
    desk.page.route(
        "**/sections/results_quality",
        lambda route: route.abort() if route.request.method == "PUT" else route.continue_(),
    )
    at_end_of_first_paragraph(desk.page)
    desk.page.keyboard.insert_text("断网时写的。")
    desk.page.locator("#state.failed-told").wait_for(timeout=SOON)
    assert "断网时写的。" not in served.text("results_quality")
    desk.page.unroute("**/sections/results_quality")

    desk.edit("results_quality")
    desk.page.locator("#kept [data-take]").click()
    desk.saved()

    assert "断网时写的。" in served.text("results_quality")


# --- seen and heard by everybody ------------------------------------------------------------------


def violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})" for v in found]


def test_no_screen_of_a_document_has_anything_axe_objects_to(desk: Desk, served: Served) -> None:
    served = desk.served = Served(served.office.with_another(short_draft()), served.url)
    office = served.office
    db, wang = office.house.database, office.person("wangfang")
    working = review.section(db, wang, office.doc, "lead")
    review.comment(db, wang, office.doc, "lead", working.rev, "这里再想想")
    review.keep_version(db, wang, office.doc, note="看一遍", name="二稿")
    review.looked(db, wang, office.doc)
    meanwhile(served, "results_quality", "后来添的，")
    paths = (
        "",
        "/compare?left=1",
        "/compare?left=1&view=unified&only=all",
        "/versions",
        "/send",
        "/countersign",
        f"/sections/{EDIT}",
        "/sections/table_results",
        f"/versions/{set_aside(served)}/settle",
    )

    wrong = {}
    for path in paths:
        desk.page.goto(served.doc + path)
        if "sections" in path:
            desk.page.locator(".ProseMirror").wait_for()
        if found := violations(desk.page):
            wrong[path] = found

    desk.page.goto(f"{served.doc}/sections/{EDIT}")
    desk.page.locator(".ProseMirror p").first.wait_for()
    meanwhile(served, EDIT, "旁人先写的，")
    desk.page.locator(".ProseMirror p").first.click()
    desk.page.keyboard.press("Control+Home")
    desk.page.keyboard.insert_text("我也写了，")
    desk.page.locator(".conflict").wait_for()
    wrong |= {"冲突": found} if (found := violations(desk.page)) else {}

    assert wrong == {}, json.dumps(wrong, ensure_ascii=False, indent=1)


def set_aside(served: Served) -> int:
    """A text that came back and meets with a change here."""
    office = served.office
    db, wang = office.house.database, office.person("wangfang")
    draft = review.version(db, wang, office.doc, 1)
    meanwhile(served, "problems", "这边先改，")
    section = next(s for s in draft.sections if s.id == "problems")
    first = section.sentences[0].model_copy(update={"text": "那边也改，" + section.sentences[0].text, "claims": ()})
    changed = section.model_copy(update={"sentences": (first, *section.sentences[1:])})
    came = draft.model_copy(update={"sections": tuple(changed if s.id == "problems" else s for s in draft.sections)})
    return review.set_aside(db, wang, office.doc, came, base=1).no


def meanwhile(served: Served, section: str, words: str) -> None:
    """Somebody else puts words before the first sentence and saves."""
    office = served.office
    db, wang = office.house.database, office.person("wangfang")
    held = review.section(db, wang, office.doc, section)
    first, *rest = held.written.paragraphs
    changed = review.Paragraph(text=words + first.text)
    written = held.written.model_copy(update={"paragraphs": (changed, *rest)})
    review.save(db, wang, office.doc, section, held.rev, written)


def test_what_a_consulted_department_sees_has_nothing_axe_objects_to(browser: Any, served: Served) -> None:
    there = served.office.with_another(short_draft())
    db, wang = there.house.database, there.person("wangfang")
    blocks = [(s.id, b.id) for s in review.current(db, wang, there.doc).sections[:2] for b in s.blocks]
    review.consult(db, wang, there.doc, ["护理部"], due="12月1日前", assigned={"护理部": blocks})
    review.opine(db, there.person("hulibu"), there.doc, "这个数再核一下", section=blocks[0][0], block=blocks[0][1])
    asked = Desk(browser, Served(there, served.url), "hulibu")

    asked.page.goto(f"{asked.served.doc}/countersign")
    asked.page.locator("summary", has_text="写意见").first.click()
    told = asked.page.inner_text("main")
    found = violations(asked.page)
    asked.end()

    assert "请会签" in told
    assert "这个数再核一下" in told
    assert found == []


def test_keys_move_through_a_document_and_sleep_while_one_types(desk: Desk, served: Served) -> None:
    page, office = desk.page, served.office
    review.looked(office.house.database, office.person("wangfang"), office.doc, at="2026-01-05T01:00:00Z")
    rev = review.section(office.house.database, office.person("like"), office.doc, "lead").rev
    review.comment(office.house.database, office.person("like"), office.doc, "lead", rev, "开头再短些")
    page.goto(served.doc)
    page.locator(".part").first.wait_for()

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator(".part.here").get_attribute("data-section")
    page.keyboard.press("w")
    page.locator("#why").get_by_text("为什么有这").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.locator("#write textarea[name=body]").wait_for()
    page.keyboard.type("jjw")

    assert second == page.locator(".part").nth(1).get_attribute("data-section")
    assert page.locator(".part.here").get_attribute("data-section") == second
    assert page.locator("#write textarea[name=body]").input_value() == "jjw"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+2")
    assert page.evaluate("document.activeElement.dataset.pane") == "2"
    page.locator("[data-looked]").wait_for()
    with page.expect_response("**/looked") as answer:
        page.keyboard.press("u")
    assert answer.value.status == 204
    with page.expect_navigation(url=f"**/sections/{second}#instruction"):
        page.keyboard.press("g")
    page.locator("#instruction:focus").wait_for()
    page.locator(".ProseMirror[contenteditable=true]").wait_for()
    page.keyboard.press("Alt+1")
    page.locator(".ProseMirror:focus").wait_for()


def test_selected_words_become_a_comment_on_exactly_these_words(desk: Desk, served: Served) -> None:
    page = desk.page
    page.goto(served.doc)
    sentence = page.locator(f"#s-{EDIT} .s").nth(1)
    words = sentence.inner_text()[2:8]
    sentence.evaluate(
        "(el) => { const t = document.createTreeWalker(el, 4).nextNode(); const r = document.createRange(); r.setStart(t, 2); r.setEnd(t, 8); const s = getSelection(); s.removeAllRanges(); s.addRange(r); }"
    )

    page.locator("#comment-here").click()
    page.locator("#write textarea[name=body]").fill("出处再核一下")
    page.locator("#write button.btn-primary").click()
    page.locator("#remarks .said", has_text="出处再核一下").wait_for()

    office = served.office
    made = next(
        c
        for c in review.comments(office.house.database, office.person("wangfang"), office.doc)
        if c.body == "出处再核一下"
    )
    assert made.quote == words


def test_a_compare_is_walked_change_by_change_and_seen_three_ways(desk: Desk, served: Served) -> None:
    page, office = desk.page, served.office
    wang = office.person("wangfang")
    working = review.section(office.house.database, wang, office.doc, "lead")
    more = review.Paragraph(text="另有一段新写的话。")
    written = working.written.model_copy(update={"paragraphs": (*working.written.paragraphs, more)})
    review.save(office.house.database, wang, office.doc, "lead", working.rev, written)
    page.goto(f"{served.doc}/compare?left=1")
    page.locator(".r.c").first.wait_for()

    page.keyboard.press("n")
    told = page.locator(".place").inner_text()
    folded = page.locator(".cs", has=page.locator(".r.on"))
    name = folded.get_attribute("id")
    page.keyboard.press("u")
    page.locator(f"#{name}.seen").wait_for()
    hidden = page.locator(f"#{name} .r.c").first.is_hidden()
    page.locator(f".where a[href='#{name}']").click()
    page.locator(f"#{name}.seen").wait_for(state="detached")
    page.keyboard.press("v")
    unified = page.locator(".r.c > div:first-child").first.is_visible()
    page.locator("[data-view=clean].btn").click()

    assert told.startswith("改动 1/")
    assert hidden
    assert unified is False
    assert page.locator(".cmp-text del").first.is_hidden()
    assert "view=clean" in page.url


# --- a model beside the text ------------------------------------------------------------------------


def test_a_model_gets_the_sentence_that_is_selected_and_nothing_else(browser: Any, served: Served) -> None:
    written = sample_draft().model_copy(update={"engine": "openai:m"})
    texts = [s.text for s in next(s for s in written.sections if s.id == EDIT).sentences]
    desk = Desk(browser, served._replace(office=served.office.with_another(written)), "wangfang")
    settings = served.office.house.workspace / "chugao.toml"
    told = settings.read_text("utf-8")

    with Faults(politely) as server:
        settings.write_text(f'[model]\nbase_url = "{server.url}"\noutput = "plain"\nattempts = 1\n', "utf-8")
        desk.edit()
        desk.page.locator(".ProseMirror p").first.click()
        desk.page.keyboard.press("Control+Home")
        for _ in range(4):
            desk.page.keyboard.press("Shift+ArrowRight")
        desk.page.select_option("#scope", "selected")
        desk.page.fill("#instruction", "写完整些")
        desk.page.click("#rewrite button")
        desk.page.locator("#rewritten ins").first.wait_for()
        desk.page.locator("#rewritten [data-take]").click()
        desk.page.locator("#state", has_text="已换成").wait_for()
    settings.write_text(told, "utf-8")
    asked = json.dumps(server.requests, ensure_ascii=False)

    assert max(re.split(r"\d+[一-鿿]", texts[0]), key=len) in asked, "its words; its numbers go as slots"
    assert texts[1][-12:] not in asked
    assert "运行平稳。" in desk.page.locator(".ProseMirror").inner_text()
    desk.end()
