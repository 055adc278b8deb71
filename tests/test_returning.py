"""A Word file that came back: every edit found, with its section and author; a changed number asks."""

import io
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from chugao.cli.output import headings_of
from chugao.comparing import version_of_draft
from chugao.draftfile import read_draft, to_json
from chugao.errors import InputError, UploadRejected
from chugao.flow import is_annex
from chugao.manuscript import ClaimedText, Draft, Evidence
from chugao.word.applying import apply
from chugao.word.reclaiming import RULE, Confirmation
from chugao.word.redline import redline
from chugao.word.returning import Import, import_bytes
from chugao.word.typesetting import typeset
from tests import drafts
from tests.cli import chugao
from tests.returned_files import Desk, q, w

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice: re-saved files NOT checked")
needs_pandoc = pytest.mark.skipif(shutil.which("pandoc") is None, reason="no pandoc: the oracle was NOT asked")


class Case(NamedTuple):
    """What somebody did, and what must be told of it."""

    name: str
    do: Callable[[Desk], object]
    expected: tuple[tuple[str, str, str], ...]
    """(author, words that went, words that came) of each edit; "" where there are none."""
    shell: str = ""
    comments: tuple[tuple[str, str], ...] = ()
    """(author, words commented on)."""


def _many(*steps: Callable[[Desk], object]) -> Callable[[Desk], None]:
    def do(desk: Desk) -> None:
        for step in steps:
            step(desk)

    return do


ROW = "平均住院日"
MOVED = "新增台次主要来自胃肠外科、脊柱外科和心血管内科介入，体表小手术明显向日间病房转移。"
CASES = (
    Case("a number, tracked", lambda d: d.replace("66.8%", "67.1%"), (("王科长", "66.8%", "67.1%"),)),
    Case(
        "digits of a number, tracked",
        lambda d: d.replace("6.8", "7.1", within="66.8%"),
        (("王科长", "66.8%", "67.1%"),),
    ),
    Case("a word, tracked", lambda d: d.replace("催办", "提醒"), (("王科长", "催办", "提醒"),)),
    Case("a clause taken out", lambda d: d.delete("体表小手术明显向日间病房转移。"), (("王科长", "体表小手术", ""),)),
    Case(
        "a clause put in",
        lambda d: d.insert("一律退回病区，", "当天通知科主任，"),
        (("王科长", "", "当天通知科主任，"),),
    ),
    Case(
        "two people in one sentence",
        _many(
            lambda d: d.replace("23105台次", "23110台次", "李院长", within="较上年增长5.7%"),
            lambda d: d.replace("5.7%", "5.8%", "王科长"),
        ),
        (("李院长", "23105台次", "23110台次"), ("王科长", "5.7%", "5.8%")),
    ),
    Case(
        "two people in two sections",
        _many(
            lambda d: d.replace("每月抽查", "每旬抽查", "李院长"), lambda d: d.replace("仍然偏慢", "还不够快", "赵主任")
        ),
        (("李院长", "每月", "每旬"), ("赵主任", "仍然偏慢", "还不够快")),
    ),
    Case(
        "a sentence put in", lambda d: d.insert("补齐以后再排。", "全年退回62例。"), (("王科长", "", "全年退回62例。"),)
    ),
    Case(
        "a paragraph taken out", lambda d: d.delete_paragraph("对照等级评审标准"), (("王科长", "对照等级评审标准", ""),)
    ),
    Case(
        "a paragraph put in",
        lambda d: d.insert_paragraph("对照等级评审标准", "问题主要集中在夜间和周末。"),
        (("王科长", "", "问题主要集中在夜间"),),
    ),
    Case("a paragraph parted, tracked", lambda d: d.split_tracked("提高2.3个百分点。"), (("王科长", "", "\n"),)),
    Case("two paragraphs joined, tracked", lambda d: d.merge_tracked("提高2.3个百分点。"), (("王科长", "\n", ""),)),
    Case(
        "a sentence moved",
        lambda d: d.move_tracked(MOVED, "转运环节减少了两道。"),
        (("王科长", MOVED, MOVED),),
    ),
    Case(
        "a clause moved",
        lambda d: d.move_tracked("没有讨论记录的手术，麻醉访视时一律退回病区，", "提高2.3个百分点。"),
        (("王科长", "没有讨论记录", ""), ("王科长", "", "没有讨论记录")),
    ),
    Case("a row taken out", lambda d: d.delete_row(ROW), (("王科长", ROW, ""),)),
    Case(
        "a row put in",
        lambda d: d.insert_row(ROW, "危重患者抢救成功率", "%", "92.1", "93.4", "≥92.0", "完成"),
        (("王科长", "", "危重患者抢救成功率"),),
    ),
    Case("a cell, tracked", lambda d: d.replace("96.1", "96.5", within="96.1"), (("王科长", "96.1", "96.5"),)),
    Case("a heading, tracked", lambda d: d.replace("同步上升", "双提升"), (("王科长", "同步上升", "双提升"),)),
    Case("the title, tracked", lambda d: d.replace("暨", "和"), (("王科长", "暨", "和"),)),
    Case("a number, untracked", lambda d: d.type_over("66.8%", "67.1%"), (("", "66.8%", "67.1%"),)),
    Case("a word, untracked", lambda d: d.type_over("催办", "提醒"), (("", "催办", "提醒"),)),
    Case("a paragraph dropped", lambda d: d.drop_paragraph("对照等级评审标准"), (("", "对照等级评审标准", ""),)),
    Case(
        "a paragraph typed",
        lambda d: d.type_paragraph("对照等级评审标准", "问题主要集中在夜间和周末。"),
        (("", "", "问题主要集中在夜间"),),
    ),
    Case("a paragraph parted", lambda d: d.split("提高2.3个百分点。"), (("", "", "\n"),)),
    Case("two paragraphs joined", lambda d: d.merge("提高2.3个百分点。"), (("", "\n", ""),)),
    Case(
        "a paragraph moved",
        lambda d: d.move_paragraph("术前讨论由催办改为把关", "主要指标完成情况见下表"),
        (("", "术前讨论由催办改为把关", "术前讨论由催办改为把关"),),
    ),
    Case(
        "a table pasted",
        lambda d: d.paste_table("补齐以后再排。", "科室|例数", "骨科|312", "普外科|287"),
        (("", "", "科室\t例数"), ("", "", "骨科\t312"), ("", "", "普外科\t287")),
    ),
    Case("a cell, untracked", lambda d: d.type_over("91.7", "91.9"), (("", "91.7", "91.9"),)),
    Case(
        "a heading, untracked",
        lambda d: d.type_over("急救关口前移到急诊一楼", "急救往前站一步"),
        (("", "关口前移到急诊一楼", "往前站一步"),),
    ),
    Case(
        "a section added",
        _many(
            lambda d: d.type_paragraph("转运环节减少了两道。", "（三）信息化支撑有力", "Heading2"),
            lambda d: d.type_paragraph("（三）信息化支撑有力", "移动查房终端增加到86台。"),
        ),
        (("", "", "信息化支撑有力"), ("", "", "移动查房终端增加到86台。")),
    ),
    Case(
        "bookmarks gone, one number changed",
        _many(lambda d: d.forget_bookmarks(), lambda d: d.type_over("66.8%", "67.1%")),
        (("", "66.8%", "67.1%"),),
    ),
    Case(
        "manifest and properties gone",
        _many(lambda d: d.without("customXml/", "docProps/custom.xml"), lambda d: d.replace("66.8%", "67.1%")),
        (("王科长", "66.8%", "67.1%"),),
    ),
    Case(
        "the addressee",
        lambda d: d.replace("各部门", "各直属单位"),
        (("王科长", "部门", "直属单位"),),
        shell="notice",
    ),
    Case(
        "the closing words, untracked",
        lambda d: d.type_over("特此报告。", "以上报告，请审阅。"),
        (("", "特此报告。", "以上报告，请审阅。"),),
        shell="report",
    ),
    Case(
        "tracked and untracked together",
        _many(lambda d: d.replace("38分钟", "37分钟", within="比上年快6分钟"), lambda d: d.type_over("催办", "提醒")),
        (("王科长", "38分钟", "37分钟"), ("", "催办", "提醒")),
    ),
    Case(
        "comments and a reply",
        lambda d: d.comment("66.8%", "是", "李院长", reply_to=d.comment("66.8%", "与质控科一致吗？", "王科长")),
        (),
        comments=(("王科长", "66.8%"), ("李院长", "66.8%")),
    ),
    Case(
        "a comment on words that were changed",
        _many(
            lambda d: d.comment("术前讨论由催办改为把关", "这句写得好", "李院长"), lambda d: d.replace("催办", "提醒")
        ),
        (("王科长", "催办", "提醒"),),
        comments=(("李院长", "术前讨论由催办"),),
    ),
)


def the_draft(shell: str = "") -> Draft:
    return {"": drafts.draft, "notice": drafts.notice, "report": lambda: drafts.draft(shell=drafts.REPORT)}[shell]()


def came_back(case: Case) -> tuple[Draft, bytes]:
    draft = the_draft(case.shell)
    desk = Desk(typeset(draft))
    case.do(desk)
    return draft, desk.bytes()


def read(draft: Draft, data: bytes) -> Import:
    return import_bytes(data, "改回.docx", draft)


def told(edit: Any) -> tuple[str, str, str]:
    return edit.author, edit.old, edit.new


def is_of(edit: Any, expected: tuple[str, str, str], authors: bool = True) -> bool:
    author, old, new = expected
    said = (not authors or edit.author == author) and bool(edit.old) == bool(old) and bool(edit.new) == bool(new)
    return said and old in edit.old and new in edit.new


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_every_edit_is_told_and_nothing_else(case: Case) -> None:
    draft, data = came_back(case)

    found = read(draft, data)

    missing = [e for e in case.expected if not any(is_of(edit, e) for edit in found.edits)]
    more = [told(edit) for edit in found.edits if not any(is_of(edit, e) for e in case.expected)]
    assert (missing, more) == ([], [])
    assert not found.unplaced
    assert [(c.author, q) for c, (_, q) in zip(found.comments, case.comments, strict=True) if q in c.quote] == list(
        case.comments
    )


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_the_new_draft_says_what_the_file_says_and_keeps_what_still_holds(case: Case, tmp_path: Path) -> None:
    draft, data = came_back(case)
    found = read(draft, data)

    new = apply(draft, found)

    assert version_of_draft(new).text == found.after.text
    (tmp_path / "新.json").write_text(to_json(new), encoding="utf-8")
    again = read_draft(tmp_path / "新.json")
    assert again == new
    if case.expected:
        assert new.parent == draft.id != new.id
    else:
        assert new.id == draft.id
    untouched = {s.id: s for _, s in draft.sentences()}
    for _, sentence in new.sentences():
        old = untouched.get(sentence.id)
        if old is not None and old.text == sentence.text:
            assert sentence == old
    assert not read(new, typeset(new)).edits


# --- the oracle -----------------------------------------------------------------------------------


def spans_of(node: Any) -> Iterator[tuple[str, dict[str, str], list[Any]]]:
    """(class, attributes, content) of every span in pandoc's tree."""
    if isinstance(node, dict):
        if node.get("t") == "Span":
            (_, classes, attributes), content = node["c"]
            for name in classes:
                yield name, dict(attributes), content
        for value in node.values():
            yield from spans_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from spans_of(value)


def words_of(node: Any) -> str:
    if isinstance(node, dict):
        return node["c"] if node.get("t") == "Str" else words_of(node.get("c", []))
    return "".join(map(words_of, node)) if isinstance(node, list) else ""


def asked_of_pandoc(data: bytes) -> Any:
    command = ["pandoc", "-f", "docx", "-t", "json", "--track-changes=all"]
    return json.loads(subprocess.run(command, input=data, capture_output=True, check=True).stdout)


@needs_pandoc
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_pandoc_sees_no_change_and_no_comment_that_we_do_not(case: Case) -> None:
    draft, data = came_back(case)
    spans = list(spans_of(asked_of_pandoc(data)))
    theirs = {
        (name, a["author"], words_of(c)) for name, a, c in spans if name in ("insertion", "deletion") and words_of(c)
    }
    remarks = sorted((a["author"], words_of(c)) for name, a, c in spans if name == "comment-start")

    found = read(draft, data)

    side = {"insert": "insertion", "moved_to": "insertion", "delete": "deletion", "moved_from": "deletion"}
    ours = {(side[r.op], r.author, r.text.replace(" ", "")) for e in found.edits for r in e.revisions if r.text != "\n"}
    # A row is one line for us and a paragraph a cell for pandoc.
    ours |= {(o, a, cell) for o, a, text in ours for cell in text.split("\t")}
    assert theirs <= ours
    assert sorted((c.author, c.text) for c in found.comments) == remarks


# --- other programs -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every case opened and saved by LibreOffice, in one batch."""
    folder = tmp_path_factory.mktemp("office")
    out = folder / "out"
    for number, case in enumerate(CASES):
        (folder / f"{number}.docx").write_bytes(came_back(case)[1])
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "docx"]
    files = [str(folder / f"{n}.docx") for n in range(len(CASES))]
    subprocess.run([*command, "--outdir", str(out), *files], capture_output=True, check=True, timeout=300)
    return {case.name: (out / f"{n}.docx").read_bytes() for n, case in enumerate(CASES)}


@needs_office
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_libreoffice_saves_it_and_the_edits_are_the_same(case: Case, resaved: dict[str, bytes]) -> None:
    draft = the_draft(case.shell)

    found = read(draft, resaved[case.name])

    missing = [e for e in case.expected if not any(is_of(edit, e) for edit in found.edits)]
    more = [told(edit) for edit in found.edits if not any(is_of(edit, e) for e in case.expected)]
    assert (missing, more) == ([], [])
    assert sorted(c.author for c in found.comments) == sorted(author for author, _ in case.comments)
    assert version_of_draft(apply(draft, found)).text == found.after.text


@needs_pandoc
def test_a_file_that_went_through_pandoc_is_aligned_by_its_text() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft))
    desk.type_over("66.8%", "67.1%")
    command = ["pandoc", "-f", "docx", "-t", "docx"]
    data = subprocess.run(command, input=desk.bytes(), capture_output=True, check=True).stdout

    found = read(draft, data)

    assert ("", "66.8%", "67.1%") in [told(e) for e in found.edits]
    assert found.matched_by["gone"] == 0
    assert found.of_this_draft is None


def test_a_bookmark_that_was_never_closed_ends_where_the_next_begins() -> None:
    desk = Desk(typeset(the_draft()))
    start = next(m for m in desk.root.iter(q("bookmarkStart")) if m.get(q("name")) == "b_surgery_1")
    end = next(m for m in desk.root.iter(q("bookmarkEnd")) if m.get(q("id")) == start.get(q("id")))
    end.getparent().remove(end)
    desk.type_over("催办", "提醒")

    found = read(the_draft(), desk.bytes())

    assert [told(e) for e in found.edits] == [("", "催办", "提醒")]
    assert [b.by for b in found.blocks] == ["bookmark"] * 29


def test_a_clean_copy_without_any_mark_is_matched_by_its_text() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft, clean=True))
    desk.type_over("66.8%", "67.1%")
    desk.type_over("急救关口前移到急诊一楼", "急救往前站一步，关口设到急诊一楼")

    found = read(draft, desk.bytes())

    assert found.matched_by == {"bookmark": 0, "text": 27, "alignment": 2, "gone": 0}
    assert {e.section for e in found.edits} == {"surgery", "emergency"}


# --- what may be read -----------------------------------------------------------------------------


def test_a_file_of_another_draft_is_refused_unless_it_is_forced() -> None:
    other, draft = the_draft("notice"), the_draft()
    data = typeset(other)

    with pytest.raises(InputError, match="另一份草稿"):
        read(draft, data)
    found = import_bytes(data, "改回.docx", draft, force=True)

    assert found.of_this_draft is False


def test_a_file_of_the_version_before_says_which_draft_to_give() -> None:
    draft = the_draft()
    child = draft.model_copy(update={"id": "0123456789abcdef", "parent": draft.id})

    with pytest.raises(InputError, match="上一稿"):
        read(child, typeset(draft))


def test_a_file_that_is_not_ours_is_aligned_by_its_text() -> None:
    desk = Desk(typeset(the_draft(), clean=True))
    desk.type_over("催办", "提醒")

    found = read(the_draft(), desk.bytes())

    assert found.of_this_draft is None
    assert [told(e) for e in found.edits] == [("", "催办", "提醒")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("word/vbaProject.bin", b"x"), ("word/embeddings/oleObject1.bin", b"x"), ("word/huge.xml", b"<a>" + b" " * 2**23)],
)
def test_what_the_guard_refuses_is_refused_here(name: str, content: bytes) -> None:
    desk = Desk(typeset(the_draft()))
    desk.parts[name] = content

    with pytest.raises(UploadRejected):
        read(the_draft(), desk.bytes())


def test_what_is_no_word_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadRejected, match="另存为"):
        import_bytes("就是文字".encode(), "稿.docx", the_draft())


def test_what_cannot_stand_in_a_draft_is_listed() -> None:
    desk = Desk(typeset(the_draft()))
    desk.insert("补齐以后再排。", "这句后来不要了。", "李院长")
    inserted = next(i for i in desk.root.iter(q("ins")))
    removed = desk._change("del", "王科长", "2026-01-07T10:00:00Z")
    removed.append(inserted[0])
    for t in removed.iter(q("t")):
        t.tag = q("delText")
    inserted.append(removed)
    desk.paragraph("补齐以后再排。").append(w("r"))
    desk.paragraph("补齐以后再排。")[-1].append(w("drawing"))
    gone = desk.delete("提高2.3个百分点。", "赵主任")
    again = desk._change("ins", "赵主任", "2026-01-07T10:00:00Z")
    again.append(desk._run("提高2.3个百分点。"))
    gone.addnext(again)

    found = read(the_draft(), desk.bytes())

    assert not found.edits
    assert [(u.what, u.text, u.author) for u in found.unplaced] == [
        ("修订", "提高2.3个百分点。", "赵主任"),
        ("修订", "提高2.3个百分点。", "赵主任"),
        ("图片", "", ""),
        ("修订", "这句后来不要了。", "李院长、王科长"),
    ]


def test_comments_of_a_program_that_numbers_no_paragraphs_answer_nobody(tmp_path: Path) -> None:
    import docx

    document = docx.Document(io.BytesIO(typeset(the_draft())))
    for start, author in (("病案归档", "沈若琴"), ("对照等级评审", "李院长")):
        paragraph = next(p for p in document.paragraphs if start in p.text)
        document.add_comment(paragraph.runs, text="要不要写", author=author, initials=author[:1])
    document.save(str(tmp_path / "批注.docx"))

    found = read(the_draft(), (tmp_path / "批注.docx").read_bytes())

    assert sorted((c.author, c.reply_to) for c in found.comments) == [("李院长", ""), ("沈若琴", "")]


def test_a_text_box_is_told_once_and_is_no_picture() -> None:
    desk = Desk(typeset(the_draft()))
    run, box = w("r"), w("pict")
    box.append(w("txbxContent"))
    box[0].append(w("p"))
    box[0][0].append(desk._run("请补充胸痛中心数据"))
    run.append(box)
    desk.paragraph("补齐以后再排。").append(run)

    found = read(the_draft(), desk.bytes())

    assert [(u.what, u.text) for u in found.unplaced] == [("文本框", "请补充胸痛中心数据")]


def test_the_words_of_a_footnote_and_the_signs_of_a_formula_are_told() -> None:
    desk = Desk(typeset(the_draft()))
    line = desk.paragraph("补齐以后再排。")
    line.append(w("r"))
    line[-1].append(w("footnoteReference", id="2"))
    formula = etree.fromstring('<oMath xmlns="http://math"><r><t>x=3+4</t></r></oMath>')
    line.append(formula)
    line.append(w("r"))
    line[-1].append(w("sym", char="F0FC"))
    note = w("footnote", id="2")
    note.append(w("p"))
    note[0].append(desk._run("含外包7人"))
    notes = w("footnotes")
    notes.append(note)
    desk.parts["word/footnotes.xml"] = etree.tostring(notes)

    found = read(the_draft(), desk.bytes())

    assert [(u.what, u.text) for u in found.unplaced] == [("脚注", "含外包7人"), ("公式", "x=3+4"), ("特殊符号", "")]


def test_of_a_redline_that_came_back_only_what_others_did_is_an_edit() -> None:
    old = the_draft()
    desk = Desk(typeset(old))
    desk.type_over("66.8%", "67.1%")
    desk.drop_paragraph("对照等级评审标准")
    desk.type_paragraph("转运环节减少了两道。", "移动查房终端增加到86台。")
    desk.replace("补齐以后再排", "补齐之后再排", "孟秋白")
    new = apply(old, read(old, desk.bytes()))
    sent = Desk(redline(old, new))
    assert "孟秋白" in {c.get(q("author")) for c in sent.root.iter(q("ins"), q("del"))}, "sent with his edit in it"
    sent.replace("催办", "提醒", "李院长")
    sent.type_over("5.7%", "5.9%")

    found = import_bytes(sent.bytes(), "修订对照.docx", new)

    assert sorted(told(e) for e in found.edits) == [("", "5.7%", "5.9%"), ("李院长", "催办", "提醒")]
    assert not found.unplaced


# --- the new draft --------------------------------------------------------------------------------


def test_a_changed_number_asks_and_the_others_keep_what_supports_them() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft))
    desk.replace("66.8%", "67.1%", "李院长")

    new = apply(draft, read(draft, desk.bytes()))

    sentence = next(s for _, s in new.sentences() if "67.1%" in s.text)
    by_text = {sentence.text[c.start : c.end]: c for c in sentence.claims}
    assert by_text["67.1%"].state == "unsupported"
    assert {s: by_text[s].state for s in ("23105台次", "5.7%", "2.3个")} == dict.fromkeys(
        ("23105台次", "5.7%", "2.3个"), "metric"
    )
    assert sentence.recipe["edited"]["author"] == "李院长"
    [asked] = [f for f in new.findings if f.rule == RULE]
    assert asked.severity == "error"
    assert asked.quote == "67.1%"
    assert "66.8%" in asked.hint
    assert all(way in asked.hint for way in ("采用指标", "更新指标", "人工确认"))


def test_words_behind_an_annex_are_kept_and_their_new_place_is_told() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft))
    desk.type_paragraph("平安科室", "荣誉证书存档备查。")
    last = desk.paragraph("荣誉证书存档备查。")
    desk.body.insert(len(desk.body) - 1, last)

    new = apply(draft, read(draft, desk.bytes()))

    assert any(s.text == "荣誉证书存档备查。" for _, s in new.sentences())
    assert "荣誉证书存档备查。" in [f.quote for f in new.findings if f.rule == "returned-moved"]
    assert [s.id for s in new.sections if s.id.startswith("annex")] == ["annex_tasks", "annex_honours"]


def test_the_title_of_an_annex_is_changed_in_one_place() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft))
    desk.replace("任务分解表", "任务清单", within="2026年重点任务分解表")

    new = apply(draft, read(draft, desk.bytes()))

    annex = next(s for s in new.sections if s.id == "annex_tasks")
    assert annex.heading.text == "附表：2026年重点任务清单"
    assert annex.blocks[0].table is not None
    assert annex.blocks[0].table.title == "2026年重点任务清单"


def test_of_items_joined_here_and_not_there_it_is_told_though_no_draft_holds_it() -> None:
    items = [("", "一是床位不足。"), ("", "二是麻醉力量不足。"), ("", "三是转运慢。")]
    draft = drafts.draft(parts=(drafts.section("problems", "一、", "问题", 1, *items),))
    desk = Desk(typeset(draft))

    desk.merge("一是床位不足。")
    found = read(draft, desk.bytes())

    assert [(u.what, u.text) for u in found.unplaced] == [("并段", "二是麻醉力量不足。")]
    assert found.edits == ()

    desk.merge("一是床位不足。")  # all of them: a layout in which items run on
    assert read(draft, desk.bytes()).unplaced == ()


@pytest.mark.parametrize("tracked", [False, True])
def test_a_heading_joined_to_its_text_is_told_and_stays_a_heading(tracked: bool) -> None:
    draft = drafts.draft()
    desk = Desk(typeset(draft))

    (desk.merge_tracked if tracked else desk.merge)("（二）急救关口前移到急诊一楼")
    found = read(draft, desk.bytes())

    assert [(e.kind, e.section, e.author) for e in found.edits] == [("并段", "emergency", "王科长" if tracked else "")]
    assert [(u.what, u.text[:4]) for u in found.unplaced] == [("并段", "卒中患者")]
    assert apply(draft, found).sections == draft.sections


def test_a_sentence_parted_in_the_middle_keeps_what_supports_both_halves() -> None:
    draft = drafts.draft()
    desk = Desk(typeset(draft))

    desk.split("全年完成手术23105台次，")
    found = read(draft, desk.bytes())
    new = apply(draft, found)

    assert [e.kind for e in found.edits] == ["分段"]
    held = [(s.text[c.start : c.end], c.state) for _, s in new.sentences() for c in s.claims]
    assert held == [(s.text[c.start : c.end], c.state) for _, s in draft.sentences() for c in s.claims]
    assert not [f for f in new.findings if f.rule == RULE]


@pytest.mark.parametrize(("written", "same"), [("二万三千一百零五台次", True), ("二万三千六百台次", False)])
def test_a_number_written_in_chinese_asks_and_it_is_said_whether_its_value_stayed(written: str, same: bool) -> None:
    draft = drafts.draft()
    desk = Desk(typeset(draft))

    desk.type_over("23105台次", written, within="全年完成手术")
    (edit,) = read(draft, desk.bytes()).edits

    assert [(n.old, n.new, n.rewritten, n.question != "") for n in edit.numbers] == [("23105台次", written, same, True)]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_the_new_draft_says_what_the_file_says(seed: int) -> None:
    chance = random.Random(seed)
    draft = the_draft(chance.choice(["", "notice", "report"]))
    desk = Desk(typeset(draft))
    for _ in range(6):
        body = [p for p in desk.body.iter(q("p")) if p.getparent() is desk.body and len(desk.text(p)) > 40]
        words = desk.text(chance.choice(body))
        at = chance.randrange(len(words) - 6)
        bit = words[at : at + 4]
        if words.count(bit) != 1:
            continue
        match chance.randrange(5):
            case 0:
                desk.replace(bit, "改动", within=words)
            case 1:
                desk.delete(bit, "李院长", within=words)
            case 2:
                desk.type_over(bit, "另有77.7%", within=words)
            case 3:
                desk.insert_paragraph(words, "新写一段，办了12件事。")
            case 4:
                desk.drop_paragraph(words)

    found = read(draft, desk.bytes())
    new = apply(draft, found)

    assert version_of_draft(new).text == found.after.text
    claimed = [c for _, s in new.sentences() for c in s.claims if "77.7%" in s.text[c.start : c.end]]
    assert all(c.state == "unsupported" for c in claimed)
    assert len(claimed) == sum(s.text.count("77.7%") for _, s in new.sentences())


def test_a_number_somebody_answers_for_is_no_error() -> None:
    draft = the_draft()
    desk = Desk(typeset(draft))
    desk.replace("66.8%", "67.1%", "李院长")

    new = apply(draft, read(draft, desk.bytes()), confirmed=Confirmation(by="周启明", basis="李院长电话"))

    claim = next(c for _, s in new.sentences() for c in s.claims if s.text[c.start : c.end] == "67.1%")
    assert (claim.state, claim.source) == ("person", "人工确认：周启明（李院长电话）")
    assert not [f for f in new.findings if f.rule == RULE or f.quote == "67.1%"]


def test_a_number_put_back_has_its_evidence_again() -> None:
    base = the_draft()
    known = Evidence(
        id="figure.now", metric="m", name="三四级手术占比", field="now", value="66.8", unit="%", printed="66.8%"
    )
    draft = base.model_copy(update={"evidence": (known,)})
    there, back = Desk(typeset(draft)), None
    there.replace("66.8%", "67.1%")
    changed = apply(draft, read(draft, there.bytes()))
    back = Desk(typeset(changed))
    back.replace("67.1%", "66.8%")

    again = apply(changed, read(changed, back.bytes()))

    claim = next(c for _, s in again.sentences() for c in s.claims if s.text[c.start : c.end] == "66.8%")
    assert (claim.state, claim.id) == ("metric", "figure.now")


def test_the_command_line_takes_a_file_back_and_compare_shows_the_same(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    draft = the_draft()
    Path("旧.json").write_text(to_json(draft), encoding="utf-8")
    desk = Desk(typeset(draft))
    desk.replace("66.8%", "67.1%", "李院长")
    desk.comment("术前讨论", "写具体", "王科长")
    Path("改回.docx").write_bytes(desk.bytes())

    ran = chugao("import", "改回.docx", "--into", "旧.json", "-o", "新", "--json")

    assert ran.code == 0
    [edit] = ran.json["edits"]
    assert (edit["section"], edit["author"], edit["old"], edit["new"]) == ("surgery", "李院长", "66.8%", "67.1%")
    assert [(n["old"], n["new"], n["question"]) for n in edit["numbers"]] == [
        ("66.8%", "67.1%", "采用指标 / 更新指标 / 人工确认")
    ]
    assert [(c["author"], c["quote"], c["section"]) for c in ran.json["comments"]] == [
        ("王科长", "术前讨论", "surgery")
    ]
    assert ran.json["matched_by"]["bookmark"] == 29
    files = ran.json["draft"]["files"]
    assert set(files) == {"docx", "json", "md"}
    compared = chugao("compare", "旧.json", files["json"], "--json").json["hunks"]
    assert [(h["section"], h["old"], h["new"]) for h in compared] == [("surgery", "66.8%", "67.1%")]
    checked = chugao("check", files["json"], "--json")
    assert checked.code == 1
    assert [f["severity"] for f in checked.json["findings"] if f["quote"] == "67.1%"] == ["error"]


def test_the_command_line_tells_people_what_was_done(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    draft = the_draft()
    Path("旧.json").write_text(to_json(draft), encoding="utf-8")
    desk = Desk(typeset(draft))
    desk.replace("66.8%", "67.1%", "李院长")
    Path("改回.docx").write_bytes(desk.bytes())

    ran = chugao("import", "改回.docx", "--into", "旧.json")

    assert ran.code == 0
    assert "修改1处，批注0条，改的人：李院长" in ran.out
    assert "[数字] 李院长　66.8% → 67.1%" in ran.out
    assert "按书签29段" in ran.out
    assert not list(Path().glob("*/"))


def test_a_number_that_somebody_vouched_for_is_not_asked_about_again(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    draft = the_draft()
    Path("旧.json").write_text(to_json(draft), encoding="utf-8")
    desk = Desk(typeset(draft))
    desk.replace("66.8%", "67.1%", "李院长")
    Path("改回.docx").write_bytes(desk.bytes())
    words = ("import", "改回.docx", "--into", "旧.json", "-o")

    asked = chugao(*words, "一")
    vouched = chugao(*words, "二", "--confirmed-by", "周启明", "--basis", "李院长电话")

    assert "请定：采用指标" in asked.out
    assert "由周启明确认（李院长电话）" in vouched.out
    assert "请定" not in vouched.out + vouched.err


def test_a_lead_is_called_by_its_place_and_not_by_a_heading_that_was_never_printed() -> None:
    draft = the_draft()
    lead = next(s for s in draft.sections if not s.level and not is_annex(s))
    headed = lead.model_copy(update={"heading": ClaimedText(text="诊疗服务和帮扶")})
    draft = draft.model_copy(update={"sections": tuple(headed if s is lead else s for s in draft.sections)})

    names = headings_of(draft) or {}

    assert names[lead.id] == "开头"
    assert "开头" not in {names[s.id] for s in draft.sections if s.level}
