"""What `check` writes beside the screen: the page, the comments in a copy, the paper to sign; several papers at once."""

import json
import multiprocessing
import re
import zipfile
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from chugao.checks import examine
from chugao.checks.dismissals import Dismissal, keep_dismissals, read_dismissals
from chugao.checks.folding import fold
from chugao.cli import app
from chugao.errors import InputError
from chugao.export.checked import checked, checked_page, remarks_of
from chugao.export.papers import proofsheet
from chugao.source import Finding, Place, Severity
from chugao.word.annotating import annotate
from tests.facts import facts_of

TEXT = "医务科2025年工作总结\n一、主要工作\n全年出院人次18600人次，比上年增长15%。平均住院日缩短到7.3天。<script>alert(1)</script>\n"
FIGURES = ("出院人次,2025,18600,人次,上年 18000", "平均住院日,2025,7.3,天,上年 7.6")


def found(text: str = TEXT):
    return checked("总结.txt", text, examine(text, facts_of(*FIGURES)))


def test_the_page_shows_each_finding_beside_its_paragraph_and_leads_every_number_to_its_source():
    page = checked_page(found())

    assert re.search(r'<a class="n" id="n\d+" href="#s\d+" title="[^"]*出院人次[^"]*">18600人次</a>', page)
    assert '<mark class="error"' in page
    assert "应为增长3.3%" in page
    assert "暂不能出定稿" in page


def test_the_page_needs_nothing_beside_it_and_runs_nothing():
    page = checked_page(found())

    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_the_words_beside_a_number_are_whole_clauses_and_never_half_a_number():
    text = (
        "医务科2025年工作总结\n一、主要工作\n住院满30天的由医务科每周到病区会诊定去向，年末在院的减到37人，"
        "连同去年转来的126人一并建立台账逐月核对病情变化与治疗方案调整情况并通报2481人次。\n"
    )

    for number in found(text).numbers:
        assert number.printed in number.around
        for piece in re.findall(r"\d+", number.around):
            assert re.search(rf"(?<!\d){piece}(?!\d)", text), number.around


def test_a_long_list_of_sources_is_folded_and_opens_where_a_number_leads():
    few = checked_page(found())
    many = checked_page(found(TEXT + "".join(f"开展第{n}类培训{n + 100}场。\n" for n in range(60))))

    assert '<details class="list" id="sources" open>' in few
    assert '<details class="list" id="sources">' in many
    assert 'id="s50"' in many


def test_the_paper_to_sign_has_a_row_for_every_number_with_last_years_beside_it(tmp_path: Path):
    path = tmp_path / "核稿单.docx"

    path.write_bytes(proofsheet(found()))

    table = docx.Document(str(path)).tables[0]
    rows = [[c.text for c in row.cells] for row in table.rows]
    assert rows[0][-2:] == ["核对", "签名"]
    (row,) = (r for r in rows if r[1] == "18600人次")
    assert "18000人次" in row
    assert any("没有出处" in r for r in rows if r[1] == "15%")


def test_comments_stand_on_their_words_in_a_copy_and_the_rest_of_the_file_stays_as_it_was(tmp_path: Path):
    original = tmp_path / "a.docx"
    document = docx.Document()
    for line in TEXT.strip().split("\n"):
        document.add_paragraph(line)
    document.save(str(original))

    copy, missed = annotate(original.read_bytes(), remarks_of(found()))

    target = tmp_path / "b.docx"
    target.write_bytes(copy)
    assert missed == ()
    assert [p.text for p in docx.Document(str(target)).paragraphs] == TEXT.strip().split("\n")
    with zipfile.ZipFile(original) as before, zipfile.ZipFile(target) as after:
        changed = {n for n in before.namelist() if before.read(n) != after.read(n)}
        comments = after.read("word/comments.xml").decode()
        body = after.read("word/document.xml").decode()
    assert changed <= {"word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"}
    assert "应为增长3.3%" in comments
    assert re.search(
        r"<w:commentRangeStart[^>]*/><w:r>(?:<w:rPr.*?</w:rPr>)?<w:t[^>]*>15%</w:t></w:r><w:commentRangeEnd", body
    )


def test_a_finding_in_a_cell_of_a_table_is_written_beside_that_cell(tmp_path: Path):
    path = tmp_path / "a.docx"
    document = docx.Document()
    document.add_paragraph("医务科2025年工作总结")
    table = document.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, (("指标", "本年", "上年"), ("出院人次", "18900", "18000")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))
    text = "医务科2025年工作总结\n指标\t本年\t上年\n出院人次\t18900\t18000"
    given = checked("a.docx", text, examine(text, facts_of(*FIGURES)))

    _, missed = annotate(path.read_bytes(), remarks_of(given))

    assert "18900" in [r.quote for r in remarks_of(given)]
    assert missed == ()


def test_a_file_that_has_comments_keeps_them(tmp_path: Path):
    path = tmp_path / "a.docx"
    document = docx.Document()
    for line in TEXT.strip().split("\n"):
        document.add_paragraph(line)
    document.save(str(path))
    once, _ = annotate(path.read_bytes(), remarks_of(found()))

    twice, _ = annotate(once, remarks_of(found()))

    path.write_bytes(twice)
    with zipfile.ZipFile(path) as archive:
        ids = re.findall(
            r'<w:comment w:id="(\d+)"|<w:comment [^>]*w:id="(\d+)"', archive.read("word/comments.xml").decode()
        )
    numbers = ["".join(i) for i in ids]
    assert len(numbers) == 2 * len(remarks_of(found()))
    assert len(set(numbers)) == len(numbers)


def _keep(folder: str, name: str) -> None:
    for i in range(20):
        one = Dismissal(rule="claim-asked", quote=f"{name}{i}", by=name, reason="有证书", at="2026-01-08T09:30:00Z")
        keep_dismissals(Path(folder), [one])


def test_two_people_who_pass_things_at_once_lose_nothing(tmp_path: Path):
    pair = [
        multiprocessing.get_context("spawn").Process(target=_keep, args=(str(tmp_path), n)) for n in ("张三", "李四")
    ]

    for process in pair:
        process.start()
    for process in pair:
        process.join()

    kept = {d.quote for d in read_dismissals(tmp_path)}
    assert kept == {f"{n}{i}" for n in ("张三", "李四") for i in range(20)}


def test_what_was_left_of_last_year_is_one_line_with_its_count_and_first_places():
    left = [
        Finding(
            rule="last-year-left",
            severity=Severity.ERROR,
            place=Place(start=i, end=i + 1),
            quote=f"{i}台",
            hint=f"“{i}台”和上年一样。",
        )
        for i in range(9)
    ]

    (line,) = fold(left)

    assert line.places == 9
    assert "同类共9处：0台、1台" in line.line


def test_each_number_that_contradicts_the_figures_keeps_its_own_line():
    wrong = [
        Finding(
            rule="number-wrong",
            severity=Severity.ERROR,
            place=Place(start=i, end=i + 1),
            quote=str(i),
            hint=f"应为{i}。",
        )
        for i in range(3)
    ]

    assert len(fold(wrong)) == 3


def test_papers_of_one_year_are_held_against_each_other(tmp_path: Path):
    for name, value in (("总结", "18600"), ("述职", "18900")):
        text = f"医务科2025年工作总结\n一、主要工作\n全年出院人次{value}人次。\n"
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")

    result = CliRunner().invoke(app, ["check", str(tmp_path / "总结.txt"), str(tmp_path / "述职.txt"), "--json"])

    papers = json.loads(result.stdout)["files"]
    told = [f for p in papers for f in p["findings"] if f["rule"] == "cross-document"]
    assert len(told) == 1
    assert "18600" in told[0]["hint"]
    assert "18900" in told[0]["hint"]


@pytest.mark.parametrize("option", ["--html", "--annotate", "--sheet"])
def test_a_report_is_never_written_over_the_checked_file(tmp_path: Path, option: str):
    path = tmp_path / "总结.docx"
    document = docx.Document()
    document.add_paragraph("医务科2025年工作总结")
    document.add_paragraph("全年出院人次18600人次。")
    document.save(str(path))
    before = path.read_bytes()

    result = CliRunner().invoke(app, ["check", str(path), option, str(path)])

    assert isinstance(result.exception, InputError)
    assert path.read_bytes() == before


def test_a_share_a_place_and_a_streak_are_traced_by_their_own_facts():
    facts = facts_of(
        "手术台次,2025,23186,台次,上年 21864", "出院人次,2025,56374,人次,上年 53218", "出院患者手术占比,2025,41.1,%"
    )

    right = examine("医务科2025年工作总结\n全年手术台次23186台次，占出院人次的41.1%。", facts)
    wrong = examine("医务科2025年工作总结\n全年手术台次23186台次，占出院人次的43.1%。", facts)

    assert right.numbers["untraced"] == 0
    assert [(f.rule, f.quote) for f in wrong.findings if f.severity.blocks] == [("number-wrong", "43.1%")]


def test_a_megabyte_of_numbers_is_read_in_part_and_says_so():
    report = examine("12、" * 350_000)

    assert [f.rule for f in report.findings if f.rule == "read-in-part"] == ["read-in-part"]
