"""The page with its sources, the review pack, house profiles and the office's own master."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.shared import Twips
from openpyxl import load_workbook

from chugao.config import Office
from chugao.draftfile import to_json
from chugao.errors import InputError, UploadRejected
from chugao.export.evidence import trace
from chugao.export.pack import review_pack
from chugao.export.page import to_html
from chugao.manuscript import Draft, Evidence
from chugao.metrics.calibers import Ruling
from chugao.metrics.reading import read_metrics
from chugao.source import Finding, Place, Severity
from chugao.word.layout import gbt9704, named_layout, read_layout, shipped_layouts
from chugao.word.looks import Look, look_of, set_draft
from chugao.word.master import read_master
from chugao.word.package import as_written
from chugao.word.returning import import_bytes
from tests import drafts
from tests.cli import chugao


def a_draft(**changed: Any) -> Draft:
    """The test draft with one figure it knows by name, and one finding."""
    known = Evidence(
        id="figure.now",
        metric="surgery",
        name="手术台次",
        field="now",
        value="23105",
        unit="台次",
        printed="23105台次",
        formula="填报值",
        source="医务科-2025.xlsx “指标”表 E7单元格（数据截止2025-12-31）",
    )
    place = Place(start=0, end=4, section="surgery", sentence="surgery_1_1")
    finding = Finding(rule="x", severity=Severity.WARNING, place=place, quote="全年", hint="请核对<b>全年</b>。")
    return drafts.draft(evidence=(known,), findings=(finding,), **changed)


# --- where numbers come from ----------------------------------------------------------------------


def test_each_number_names_its_file_sheet_cell_and_cutoff() -> None:
    first = next(t for t in trace(a_draft()) if t.printed == "23105台次")

    assert (first.name, first.state) == ("手术台次", "指标")
    assert first.places[0] == ("医务科-2025.xlsx", "指标", "E7")
    assert "手术23105台次" in first.sentence


def test_years_of_the_document_are_not_among_the_numbers_to_check() -> None:
    assert not [t for t in trace(a_draft()) if t.state == "固定写法"]


# --- the page -------------------------------------------------------------------------------------


def test_every_number_of_the_page_leads_to_its_source_and_back() -> None:
    page = to_html(a_draft())

    there = re.findall(r'id="n(\d+)" href="#s(\d+)"', page)
    back = re.findall(r'<tr id="s(\d+)".*?href="#n(\d+)"', page)
    assert len(there) == len(trace(a_draft())) > 50
    assert there == back
    assert all(a == b for a, b in there)


def test_the_page_needs_no_script_and_nothing_from_outside() -> None:
    hostile = a_draft(title='<script src="//x.test/a.js">工作总结</script>')

    page = to_html(hostile)

    assert "<script" not in page
    assert "&lt;script" in page
    assert "<b>全年" not in page
    assert "default-src 'none'; style-src 'sha256-" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_the_page_says_draft_until_it_is_final() -> None:
    assert '<p class="mark">草稿</p>' in to_html(a_draft())
    assert 'class="mark"' not in to_html(a_draft(), final=True)


# --- the pack -------------------------------------------------------------------------------------


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {n: archive.read(n) for n in archive.namelist()}


def test_the_pack_holds_what_a_reviewer_needs_and_the_index_leads_to_it() -> None:
    draft = a_draft()

    files = unpacked(review_pack(draft))

    assert set(files) == {
        "目录.html",
        f"{draft.title.text}.docx",
        "核稿单.docx",
        "依据表.xlsx",
        "数据说明.docx",
        "正文.html",
        "草稿.json",
    }
    index = files["目录.html"].decode()
    assert all(name in index for name in files if name != "目录.html")
    assert files["草稿.json"].decode() == to_json(draft)


def test_the_same_draft_gives_the_same_pack() -> None:
    assert review_pack(a_draft()) == review_pack(a_draft())


def test_the_explanation_in_the_pack_says_who_ruled_between_two_sources(tmp_path: Path) -> None:
    draft = a_draft()
    known = draft.evidence[0].model_copy(update={"metric": "outpatient_visits"})
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("指标名称,年度,本期值,单位,来源\n门诊人次,2025,320000,人次,HIS\n", encoding="utf-8")
    two.write_text("指标名称,年度,本期值,单位,来源\n门诊人次,2025,331000,人次,病案统计\n", encoding="utf-8")
    ruled = Ruling(
        metric="outpatient_visits", chosen="病案统计", by="王主任", reason="不含体检", at="2025-12-03T00:00:00Z"
    )
    figures = read_metrics(one, two, rulings=[ruled])

    files = unpacked(review_pack(draft.model_copy(update={"evidence": (known,)}), figures=figures, rulings=[ruled]))

    xml = unpacked(files["数据说明.docx"])["word/document.xml"].decode()
    text = "".join(re.findall(r"<w:t[^>]*>([^<]*)", xml))
    assert "门诊人次，裁定：各期以“病案统计”为准，王主任于2025-12-03裁定。理由：不含体检" in text


def test_the_pack_shows_what_changed_since_the_version_before() -> None:
    old = a_draft()
    new = a_draft(parts=drafts.sections()[:-1])

    files = unpacked(review_pack(new, previous=old))

    assert b"<w:del " in unpacked(files["修订对照.docx"])["word/document.xml"]
    assert "与上一稿相比：数字：删" in files["目录.html"].decode()


def test_who_edited_a_sentence_is_named_in_the_redline_of_the_pack_and_the_program_is_not() -> None:
    old = a_draft()
    section = next(s for s in old.sections if s.sentences)
    first, *rest = section.sentences
    told = {"state": "person", "author": "孟秋白", "date": "2026-01-05T10:00:00Z", "file": "退回.docx"}
    edited = first.model_copy(update={"text": first.text + "另见通报。", "recipe": {"edited": told}})
    changed = section.model_copy(update={"sentences": (edited, *rest)})
    new = old.model_copy(
        update={"id": "1" * 16, "sections": tuple(changed if s is section else s for s in old.sections)}
    )

    xml = unpacked(unpacked(review_pack(new, previous=old))["修订对照.docx"])["word/document.xml"].decode()

    assert set(re.findall(r'<w:ins w:id="\d+" w:author="(.*?)" w:date="(.*?)"', xml)) == {
        ("孟秋白", "2026-01-05T10:00:00Z")
    }


def test_the_index_counts_the_numbers_as_the_checklist_does() -> None:
    files = unpacked(review_pack(a_draft()))

    (told,) = set(re.findall(r"数字\d+个", files["目录.html"].decode()))

    text = "".join(re.findall(r"<w:t[^>]*>([^<]*)", unpacked(files["核稿单.docx"])["word/document.xml"].decode()))
    assert told.removesuffix("个") in text.replace(" ", "")


def test_the_workbook_has_a_row_for_each_number_and_opens_in_other_programs() -> None:
    draft = a_draft()

    book = load_workbook(io.BytesIO(unpacked(review_pack(draft))["依据表.xlsx"]))

    assert book.sheetnames == ["数字出处", "核对意见", "放行记录", "还缺的数据"]
    rows = list(book["数字出处"].iter_rows(values_only=True))
    assert len(rows) == 1 + len(trace(draft))
    head = dict(zip(rows[0], next(r for r in rows if r[1] == "23105台次"), strict=True))
    assert (head["文件"], head["工作表"], head["单元格"]) == ("医务科-2025.xlsx", "指标", "E7")
    assert [r[3] for r in book["核对意见"].iter_rows(values_only=True)][1:] == ["请核对<b>全年</b>。"]


def test_a_text_that_begins_with_an_equals_sign_is_no_formula() -> None:
    place = Place(start=0, end=1, section="surgery", sentence="surgery_1_1")
    evil = Finding(rule="x", severity=Severity.WARNING, place=place, quote='=HYPERLINK("http://x.test")', hint="=1+1")
    draft = a_draft().model_copy(update={"findings": (evil,)})

    book = load_workbook(io.BytesIO(unpacked(review_pack(draft))["依据表.xlsx"]))

    assert [c.data_type for c in book["核对意见"][2]] == ["s"] * 5


def test_an_override_is_printed_in_the_pack() -> None:
    draft = a_draft()
    override = {"by": "周启明", "reason": "质控科另报", "findings": [{"hint": "胸痛没有出处"}]}
    draft = draft.model_copy(update={"recipe": draft.recipe | {"override": override}})

    files = unpacked(review_pack(draft, final=True))

    rows = list(load_workbook(io.BytesIO(files["依据表.xlsx"]))["放行记录"].iter_rows(values_only=True))
    assert rows[1] == ("周启明", "质控科另报", "胸痛没有出处")
    assert "周启明" in files["正文.html"].decode()
    assert "周启明" in files["目录.html"].decode()
    signed = Document(io.BytesIO(files["核稿单.docx"]))
    assert any("放行：周启明：质控科另报" in p.text for p in signed.paragraphs)


def test_the_checklist_has_a_line_to_sign_for_every_number() -> None:
    draft = a_draft()
    numbers = trace(draft)

    paper = Document(io.BytesIO(unpacked(review_pack(draft))["核稿单.docx"]))

    table = paper.tables[0]
    assert [c.text for c in table.rows[0].cells] == ["序号", "数字", "所在句子", "指标", "出处", "上年", "核对", "签名"]
    assert [r.cells[1].text for r in table.rows[1:]] == [t.printed for t in numbers]
    assert any(p.text.endswith("核稿单") for p in paper.paragraphs)


def test_a_number_of_a_table_is_named_by_its_row_and_its_column() -> None:
    paper = Document(io.BytesIO(unpacked(review_pack(drafts.draft()))["核稿单.docx"]))

    places = {r.cells[1].text: r.cells[2].text for r in paper.tables[0].rows[1:]}

    assert places["≥94.0"[1:]] == "表：病案2日归档率｜年度目标"


def test_the_command_line_writes_page_and_pack_beside_the_word_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("稿.json").write_text(to_json(a_draft()), encoding="utf-8")
    Path("上一稿.json").write_text(to_json(a_draft(parts=drafts.sections()[:-1])), encoding="utf-8")

    ran = chugao("export", "稿.json", "--html", "--pack", "--previous", "上一稿.json", "--json")

    assert ran.code == 0
    files = ran.json["files"]
    assert set(files) == {"docx", "json", "md", "html", "pack"}
    assert all(Path(p).is_file() for p in files.values())
    assert "修订对照.docx" in unpacked(Path(files["pack"]).read_bytes())


def test_a_version_before_without_a_pack_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("稿.json").write_text(to_json(a_draft()), encoding="utf-8")

    ran = chugao("export", "稿.json", "--previous", "稿.json")

    assert (ran.code, "--pack" in ran.err) == (2, True)


# --- house profiles -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_layouts())
def test_every_layout_that_comes_with_us_can_be_used(name: str) -> None:
    content = set_draft(a_draft(), Look(named_layout(name)))

    assert Document(io.BytesIO(content)).paragraphs
    assert not import_bytes(content, "稿.docx", a_draft()).edits


def test_a_house_profile_says_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text('base = "gbt9704"\nname = "本院"\n[page]\ntop_mm = 30\n', encoding="utf-8")

    layout = read_layout(tmp_path / "house.toml")

    assert layout.page.top_mm == 30
    assert layout.page.left_mm == gbt9704().page.left_mm
    assert layout.styles == gbt9704().styles


@pytest.mark.parametrize("base", ['"nothing"', '"house-28mm"', '"../../x"', "3"])
def test_a_base_that_is_not_ours_is_refused_by_name(tmp_path: Path, base: str) -> None:
    (tmp_path / "house.toml").write_text(f'base = {base}\nname = "本院"\n', encoding="utf-8")

    with pytest.raises(InputError, match=r"house\.toml"):
        read_layout(tmp_path / "house.toml")


# --- the office's own master ----------------------------------------------------------------------


def a_master(path: Path, *lines: str) -> Path:
    """A master as an office makes one in Word: its own margins, heading styles, words and marks."""
    document = Document()
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Twips(1701)
    document.styles["Heading 1"].font.name = "隶书"
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def test_a_master_gives_its_styles_and_its_page(tmp_path: Path) -> None:
    master = read_master(a_master(tmp_path / "母版.docx"))
    draft = a_draft()

    content = set_draft(draft, Look(gbt9704(), master))

    document = Document(io.BytesIO(content))
    heading = next(p for p in document.paragraphs if p.text.startswith("一、"))
    assert heading.style is not None
    assert (heading.style.name, heading.style.font.name) == ("Heading 1", "隶书")
    assert document.sections[0].top_margin == Twips(1701)
    assert as_written(content)
    found = import_bytes(content, "稿.docx", draft)
    assert (found.edits, found.matched_by["bookmark"]) == ((), 29)


def test_a_style_that_the_master_lacks_stays_ours(tmp_path: Path) -> None:
    master = read_master(a_master(tmp_path / "母版.docx"))

    document = Document(io.BytesIO(set_draft(a_draft(), Look(gbt9704(), master))))

    used = {p.style.name for t in document.tables for row in t.rows for c in row.cells for p in c.paragraphs if p.style}
    assert used
    assert all(name is not None and name.startswith("公文 ") for name in used)


def test_a_clean_copy_in_a_master_tells_neither_our_name_nor_who_made_the_master(tmp_path: Path) -> None:
    path = a_master(tmp_path / "母版.docx")
    document = Document(str(path))
    document.core_properties.author = "孟秋白"
    document.save(str(path))

    content = set_draft(a_draft(), Look(gbt9704(), read_master(path)), final=True, clean=True)

    said = b"".join(unpacked(content).values()).decode().lower()
    assert "rsid" in unpacked(path.read_bytes())["word/styles.xml"].decode()
    assert [
        trace for trace in ("chugao", "初稿", "孟秋白", "rsid", "bookmarkstart", "customxml") if trace in said
    ] == []


def test_marks_of_a_master_that_nobody_knows_are_told(tmp_path: Path) -> None:
    master = read_master(a_master(tmp_path / "母版.docx", "{{标题}}", "{{文号}}　{{ 密级 }}"))

    assert master.unknown_tags == ("文号", "密级")
    assert "{{文号}}、{{密级}}" in master.notices[0]


def test_marks_of_other_programs_are_told_as_they_stand(tmp_path: Path) -> None:
    master = read_master(
        a_master(
            tmp_path / "母版.docx", "${文号}", "«签发»　<<密级>>", "{% if 附件 %}", "{{ 主送 }}", "{{}}", "{单括号}"
        )
    )

    assert master.unknown_tags == ("${文号}", "«签发»", "<<密级>>", "{% if 附件 %}")
    assert "${文号}、«签发»" in master.notices[0]


def test_a_master_brings_its_theme_and_never_its_numbering(tmp_path: Path) -> None:
    path = a_master(tmp_path / "母版.docx")
    document = Document(str(path))
    own = document.styles["Heading 1"].element.get_or_add_pPr()
    own.get_or_add_numPr().get_or_add_numId().val = 1
    document.save(str(path))
    with zipfile.ZipFile(path) as archive:
        theme = archive.read("word/theme/theme1.xml")

    content = set_draft(a_draft(), Look(gbt9704(), read_master(path)))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("word/theme/theme1.xml") == theme
        assert b"numPr" not in archive.read("word/styles.xml")


def test_the_same_draft_in_the_same_master_gives_the_same_bytes(tmp_path: Path) -> None:
    look = Look(gbt9704(), read_master(a_master(tmp_path / "母版.docx")))

    assert set_draft(a_draft(), look) == set_draft(a_draft(), look)


def test_a_hostile_master_is_refused_by_the_guard(tmp_path: Path) -> None:
    path = a_master(tmp_path / "母版.docx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")

    with pytest.raises(UploadRejected, match="宏"):
        read_master(path)


def test_a_master_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "母版.docx").write_text("就是文字", encoding="utf-8")

    with pytest.raises(InputError, match=r"母版\.docx"):
        look_of(Office(master="母版.docx"), tmp_path)
    with pytest.raises(InputError, match=r"\.dotx"):
        look_of(Office(master="母版.pdf"), tmp_path)


def test_an_office_names_its_layout_and_master_in_its_settings(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert chugao("init", ".").code == 0
    toml = Path("chugao.toml").read_text(encoding="utf-8")
    a_master(tmp_path / "母版.docx", "{{文号}}")
    lines = '[office]\nlayout = "house-28mm"\nmaster = "母版.docx"\n'
    Path("chugao.toml").write_text(toml.replace("[office]\n", lines, 1), encoding="utf-8")
    Path("稿.json").write_text(to_json(a_draft()), encoding="utf-8")

    ran = chugao("export", "稿.json", "-o", "出")

    assert ran.code == 0
    assert "{{文号}}" in ran.err
    [written] = Path("出").glob("*.docx")
    heading = next(p for p in Document(str(written)).paragraphs if p.text.startswith("一、"))
    assert heading.style is not None
    assert heading.style.font.name == "隶书"
