"""A paper of the whole house on the web: whose each submission is, written again, in other words, countersigned.

The figures and the people are invented: 沅溪县中医医院, January to October.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document as Word
from openpyxl import Workbook

from chugao import review
from chugao.review import Role, accounts
from chugao.web import create_app
from chugao.web.house import open_house
from chugao.web.running import Runner
from chugao.web.wording import on_screen
from tests.desk_office import PASSWORD, Client, Office, make_workspace
from tests.desk_office import _quick_passwords as quick_passwords

ROOMS = Path(__file__).parents[1] / "src" / "chugao"
HOUSE = "沅溪县中医医院"
PEOPLE = {
    "luo": ("罗一鸣", Role.AUTHOR, "*"),
    "tang": ("唐主任", Role.REVIEWER, "*"),
    "cheng": ("程远航", Role.APPROVER, "*"),
    "zhenjiu": ("针灸科干事", Role.AUTHOR, "针灸推拿科"),
    "huli": ("护理部干事", Role.AUTHOR, "护理部"),
}
HEAD = ("部门", "年度", "期间", "指标名称", "本期值", "单位", "上年同期值", "目标值", "责任科室", "数据截止", "来源")
ROWS = (
    ("出院人次", 11842, "人次", 11103, 11500, "医务科", "病案首页"),
    ("手术台次", 3164, "台次", 2918, 3100, "麻醉科", "手麻系统"),
    ("平均住院日", 8.4, "天", 8.9, 8.6, "医务科", "病案首页"),
    ("手卫生依从率", 91.4, "%", 88.2, 90, "院感科", "院感系统"),
    ("门诊人次", 214386, "人次", 198745, None, "门诊部", "HIS"),
    ("住院患者满意度", 94.7, "%", 93.5, 94, "护理部", "调查"),
)
NEEDLES = ("开展火针治疗1742人次，比上年多318人次。", "三伏贴贴敷9836人次，儿童占四成。")
SHORT = "治疗床只有26张，上午排队平均要等48分钟。"


def handed_in(folder: Path) -> list[Path]:
    """What an office drops on the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    for name, value, unit, before, aim, owner, source in ROWS:
        sheet.append((HOUSE, 2026, "1-10月", name, value, unit, before, aim, owner, "2026-10-31", source))
    things = book.create_sheet("事项")
    things.append(("部门", "事项", "类别", "时间", "成效", "责任科室", "状态"))
    things.append((HOUSE, "启用康复大楼", "重点项目", "2026年3月", "康复床位由20张增到40张", "康复科", "已完成"))
    things.append((HOUSE, "改造中药煎药室", "重点项目", "2027年4月底前", "补齐3条意见", "总务科", "拟开展"))
    book.save(folder / "1-10月指标.xlsx")
    _word(
        folder / "针灸推拿科2026年工作总结.docx",
        "针灸推拿科2026年工作总结",
        ["一、工作", *NEEDLES, "二、存在不足", SHORT],
    )
    _word(
        folder / "护理部报送.docx",
        "护理部2026年工作总结",
        ["一、质量", "跌倒由14例减到9例。", "评出中医护理骨干12名。"],
    )
    (folder / "院长意见.txt").write_text("程院长：康复大楼单独写一段\n樊院长：不足写一条\n", encoding="utf-8")
    return sorted(folder.iterdir())


def _word(path: Path, title: str, paragraphs: list[str]) -> None:
    made = Word()
    made.add_heading(title, 0)
    for text in paragraphs:
        made.add_paragraph(text)
    made.save(str(path))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    """The hospital, its paper drafted once before anything of the departments was confirmed."""
    folder = make_workspace(tmp_path_factory.mktemp("again") / "工作区", sqlite_template)
    (folder / "chugao.toml").write_text(f'[office]\nname = "{HOUSE}"\nlevel = "医院"\n', encoding="utf-8")
    house = open_house(folder)
    with quick_passwords():
        for login, (name, role, department) in PEOPLE.items():
            accounts.add_account(
                house.database,
                login=login,
                name=name,
                roles=[role],
                departments=[department],
                password=PASSWORD,
                by="试验",
                at=house.now(),
            )
    made = Office(house, create_app(house), "", {})
    with house.database:
        doc = drafted(made, handed_in(folder / "来件"))
        yield made._replace(doc=doc)


def drafted(office: Office, files: list[Path]) -> str:
    luo = office.seat("luo")
    sent = [("files", (f.name, f.read_bytes())) for f in files]
    asked = {"kind": "summary-plan", "department": HOUSE, "year": "2026", "period": "1-10月", "level": "医院"}
    page = luo.post("/documents/new", asked | {"do": "files"}, files=sent)
    order = page.url.path.rsplit("/", 1)[1]
    assert "2条" in page.text
    luo.post(f"/documents/new/{order}", asked | {"do": "start"})
    return carried_out(office, order)


def carried_out(office: Office, identifier: str) -> str:
    """Let the office's worker do it now, and say which document came of it."""
    worker = Runner(office.house)
    worker.add(identifier)
    worker._waiting.put(None)
    worker._work()
    order = review.orders.order_of(office.house.database, office.person("luo"), identifier)
    assert order.state == "done", order.reason
    assert order.document_id is not None
    return order.document_id


def page_text(client: Client, path: str) -> str:
    """The words of a page, without its markup."""
    body = client.get(path).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<script.*?</script>", "", body, flags=re.S)))


def confirmed(office: Office) -> None:
    luo = office.seat("luo")
    items = luo.json("/api/v1/material")["items"]
    waiting = [i["id"] for i in items if i["status"] == "provisional"]
    if waiting:
        luo.post("/material/decide", {"do": "confirm", "ids": waiting})


# --- the story, in its order: each test finds the office as the one before left it -----------------


def test_of_a_paper_of_the_whole_house_each_submission_stays_its_departments(office: Office) -> None:
    items = office.seat("luo").json("/api/v1/material")["items"]

    senders = {i["source"]["file"]: i["department"] for i in items}

    assert senders == {"针灸推拿科2026年工作总结.docx": "针灸推拿科", "护理部报送.docx": "护理部"}


def test_what_nobody_confirmed_is_told_apart_from_what_somebody_owes(office: Office) -> None:
    since = review.since_last_look(office.house.database, office.person("tang"), office.doc)
    told = page_text(office.seat("tang"), f"/documents/{office.doc}")

    assert dict(since.unconfirmed) == {"护理部": 2, "针灸推拿科": 3}
    assert [o for o in since.owes if "待确认" in o.reason] == []
    assert "护理部报来的2条" in told


def test_which_shortcoming_is_written_is_chosen_on_the_page_in_a_leaders_name(office: Office) -> None:
    luo = office.seat("luo")
    items = luo.json("/api/v1/material")["items"]
    short, other = (next(i["id"] for i in items if words in i["text"]) for words in ("治疗床", "火针"))

    refused = luo.post("/material/decide", {"do": "pick", "ids": [other]})
    luo.post("/material/decide", {"do": "pick", "ids": [short], "who": "樊仲平"})

    assert refused.status_code == 422
    assert "不是不足" in refused.text
    assert "樊仲平定的，写" in luo.get("/material?status=all").text


def test_a_paper_is_written_again_on_what_came_since_and_keeps_what_was_typed(office: Office) -> None:
    db, luo = office.house.database, office.person("luo")
    lead = review.section(db, luo, office.doc, "lead")
    more = review.Paragraph(text="这一段是办公室自己加的。")
    typed = lead.written.model_copy(update={"paragraphs": (*lead.written.paragraphs, more)})
    review.save(db, luo, office.doc, "lead", lead.rev, typed)
    confirmed(office)

    page = office.seat("luo").post(f"/documents/{office.doc}/again")
    again = carried_out(office, page.url.path.rsplit("/", 1)[1])

    text = page_text(office.seat("luo"), f"/documents/{office.doc}")
    nodes = review.versions(db, luo, office.doc)
    assert again == office.doc
    assert nodes[-1].kind == "regenerate"
    assert "1742人次" in text
    assert "治疗床只有26张" in text
    assert "这一段是办公室自己加的。" in text
    assert dict(review.since_last_look(db, office.person("tang"), office.doc).unconfirmed) == {}


def test_other_wordings_of_a_section_are_shown_beside_it_and_the_one_taken_brings_its_sources(office: Office) -> None:
    db, luo, client = office.house.database, office.person("luo"), office.seat("luo")
    before = next(s for s in review.sections(db, luo, office.doc) if "1742人次" in s.text)
    name = before.section_id
    url = f"/documents/{office.doc}/sections/{name}"

    told = client.send("POST", f"{url}/wordings", {}).json()
    kept = [a for a in review.alternatives(db, luo, office.doc, name) if not a.taken]
    unchanged = review.section(db, luo, office.doc, name).rev
    took = client.send("POST", f"{url}/alternatives/{kept[0].id}/take", {"rev": before.rev, "paragraphs": []})

    after = review.section(db, luo, office.doc, name)
    assert told["found"] == len(kept) > 0
    assert "用这一份" in told["panel"]
    assert unchanged == before.rev
    assert took.status_code == 200
    assert after.text != before.text
    assert after.red == ()
    assert "用这一份" in client.get(url).text or len(kept) == 1
    assert after.section.number == before.section.number
    assert review.hindrances(db, luo, office.doc, "send") == ()


def test_a_number_confirmed_by_name_stops_nothing_any_more_and_is_counted_as_it_is(office: Office) -> None:
    from chugao.web.desk.around import basis_of, here

    db, luo = office.house.database, office.person("luo")
    part = next(s for s in review.sections(db, luo, office.doc) if "1742人次" in s.text)
    paragraphs = tuple(p.model_copy(update={"text": p.text.replace("1742", "1752")}) for p in part.written.paragraphs)
    review.save(
        db, luo, office.doc, part.section_id, part.rev, part.written.model_copy(update={"paragraphs": paragraphs})
    )
    at = here(office.house, luo, office.doc)
    red = review.hindrances(db, luo, office.doc, "send", basis_of(at))

    review.confirm_numbers(db, luo, office.doc, basis="针灸科电话")

    at = here(office.house, luo, office.doc)
    basis = basis_of(at)
    assert basis.matters is not None, "the whole basis is at hand, or this proves nothing"
    assert [h.kind for h in red] == ["red"]
    assert review.hindrances(db, luo, office.doc, "send", basis) == ()
    assert [f for f in review.findings(db, luo, office.doc, basis) if f.severity.blocks] == []
    since = review.since_last_look(db, luo, office.doc, basis)
    assert since.first or all("针灸科电话" in c.why for c in since.numbers if c.new.startswith("1752"))


def test_a_department_finds_what_it_is_asked_and_sees_its_own_paragraphs_alone(office: Office) -> None:
    luo, zhen = office.seat("luo"), office.seat("zhenjiu")
    offered = luo.get(f"/documents/{office.doc}/countersign").text

    luo.post(f"/documents/{office.doc}/countersign", {"departments": "针灸推拿科、护理部", "due": "11月25日"})
    desk = zhen.get("/").text
    share = page_text(zhen, f"/documents/{office.doc}/countersign")
    led = zhen.get(f"/documents/{office.doc}")
    first = review.share_of(office.house.database, office.person("zhenjiu"), office.doc).sections[0]
    said = {"body": "请写全称", "section": first.section, "block": first.paragraphs[0].block}
    zhen.post(f"/documents/{office.doc}/opinions", said)
    after = page_text(zhen, f"/documents/{office.doc}/countersign")

    assert "针灸推拿科" in offered
    assert "请您会签" in desk
    assert f"/documents/{office.doc}/countersign" in desk
    assert led.url.path.endswith("/countersign")
    assert "9836人次" in share
    for others in ("11842", "3164", "214386", "91.4", "94.7", "跌倒", "骨干", "康复床位"):
        assert others not in share + after, others
    assert "matter_" not in share
    assert "请写全称" in after


def test_a_word_of_the_offices_own_is_learnt_on_the_page_for_the_whole_house_only(office: Office) -> None:
    luo, zhen = office.seat("luo"), office.seat("zhenjiu")

    told = luo.post("/metrics/words", {"word": "出院总数", "meaning": "出院人次", "back": "https://evil.test/"})
    empty = luo.post("/metrics/words", {"word": "出院总数", "meaning": " "})
    refused = zhen.post("/metrics/words", {"word": "门诊总数", "meaning": "门诊人次"})

    assert told.url.path == "/metrics/import"
    assert "“出院总数”就是“出院人次”" in told.text
    assert empty.status_code == 422
    assert (refused.status_code, "请办公室来记" in refused.text) == (403, True)


def test_why_a_sentence_stands_there_never_shows_a_number_of_ours(office: Office) -> None:
    told = page_text(office.seat("tang"), f"/documents/{office.doc}/sections/lead/why")

    assert re.search(r"[0-9a-f]{12,}", told) is None


def test_where_both_changed_a_sentence_the_new_text_waits_to_be_chosen_from(office: Office) -> None:
    db, luo = office.house.database, office.person("luo")
    doc = drafted(office, [p for p in (office.house.workspace / "来件").iterdir() if p.suffix != ".docx"])
    problems = review.section(db, luo, doc, "problems")
    assert problems.text.strip()
    changed = problems.written.model_copy(
        update={"paragraphs": (review.Paragraph(text="一是治疗床不够，群众意见大。"),)}
    )
    review.save(db, luo, doc, "problems", problems.rev, changed)
    item = next(i for i in office.seat("luo").json("/api/v1/material")["items"] if "治疗床" in i["text"])
    office.seat("luo").post(f"/material/item/{item['id']}", {"text": "治疗床只有27张，上午排队平均要等52分钟。"})

    page = office.seat("luo").post(f"/documents/{doc}/again")
    order = page.url.path.rsplit("/", 1)[1]
    carried_out(office, order)
    shown = office.seat("luo").get(f"/jobs/{order}")
    node = review.versions(db, luo, doc)[-1]

    assert node.kind == "regenerate"
    assert node.recipe["aside"] is True
    assert f"/documents/{doc}/versions/{node.no}/settle" in shown.text
    assert review.section(db, luo, doc, "problems").text.endswith("一是治疗床不够，群众意见大。")
    assert "重写的稿子" in office.seat("luo").get(f"/documents/{doc}/versions/{node.no}/settle").text


# --- the words of the screen ----------------------------------------------------------------------

SHELLS = ("cli", "batch", "web")
COMMAND = re.compile(r"chugao [a-z]+|(?<![\w-])--[a-z][a-z-]+")


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence of the rooms that names a command or an option, a stretch that is filled in as 甲."""
    for path in sorted(ROOMS.rglob("*.py")):
        room = path.relative_to(ROOMS).parts[0]
        if room in SHELLS or room == "__main__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
        for node in ast.walk(tree):
            told = "" if id(node) in inner else _told(node)
            if COMMAND.search(told) and re.search(r"[一-鿿]", told) and "soffice" not in told:
                yield f"{path.name}:{getattr(node, 'lineno', 0)}", told


def _told(node: Any) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "甲" for v in node.values)
    return ""


def test_no_sentence_of_a_room_names_a_command_once_it_stands_on_a_screen() -> None:
    told = list(sentences())

    left = {place: shown for place, words in told if COMMAND.search(shown := on_screen(words))}

    assert len(told) > 40
    assert left == {}
