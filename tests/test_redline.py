"""`word`'s redline: the new text when all is accepted, the old one when all is refused, numbers whole."""

import io
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from rapidfuzz.distance import Indel

from chugao.comparing import version_of_draft, version_of_text
from chugao.manuscript import Draft, Shell
from chugao.quantity import number_spans
from chugao.word.anchors import body_hash
from chugao.word.merging import lines_of_version
from chugao.word.own import read_own
from chugao.word.package import as_written
from chugao.word.redline import BASE_PROPERTY, left_out, redline, redline_of_steps
from chugao.word.revisions import Paragraph, accepted, lines_of, paragraphs_of, rejected
from chugao.word.typesetting import typeset
from tests import drafts, redline_cases
from tests.cli import chugao, write
from tests.word_schema import faults_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
EDITS = (3, 10, 25)
OLD = "医务科2025年工作总结\n一、质量管理\n全年手术23186台次，较上年增长5.7%。归档率95%，抽查及时。\n"
NEW = "医务科2025年工作总结\n一、质量管理\n全年手术23680台次，较上年增长5.7%。归档率95%，抽查较为及时。\n"


def body(content: bytes, part: str = "word/document.xml") -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part)


def lines(paragraphs: list[Paragraph]) -> list[str]:
    """What is printed; where the lines of a title turn is not part of the text."""
    return [line.replace("\n", "") for line in lines_of(paragraphs)]


def printed(draft: Draft) -> list[str]:
    return lines(paragraphs_of(body(typeset(draft))))


def pairs(xml: bytes) -> list[tuple[str, str]]:
    """(struck, written) wherever something was written right behind what was struck."""
    out = []
    for paragraph in paragraphs_of(xml):
        runs = paragraph.runs
        out += [(a.text, b.text) for a, b in pairwise(runs) if a.removed and b.added]
    return out


def redlined(old: str, new: str, **more: Any) -> bytes:
    return body(redline(version_of_text(old), version_of_text(new), **more))


# --- exact both ways ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_accepting_all_gives_the_new_text_and_refusing_all_the_old_one(seed: int):
    old, new = redline_cases.pair(seed, EDITS[seed % 3])

    xml = body(redline(old, new))

    assert lines(accepted(xml)) == printed(new)
    assert lines(rejected(xml)) == printed(old)
    assert schema_faults(xml) == []


@pytest.mark.parametrize("seed", range(12))
def test_lines_joined_and_parted_in_mid_sentence_are_exact_both_ways(seed: int):
    rng = random.Random(seed)
    versions = [version_of_draft(draft).text.split("\n") for draft in redline_cases.pair(seed, EDITS[0])]
    for said in versions:
        for _ in range(3):
            at = rng.randrange(1, len(said) - 1)
            if "\t" not in said[at] + said[at + 1] and rng.random() < 0.6:
                said[at : at + 2] = [said[at] + said[at + 1]]
            elif "\t" not in said[at] and len(said[at]) > 6:
                cut = rng.randrange(2, len(said[at]) - 2)
                said[at : at + 1] = [said[at][:cut], said[at][cut:]]
    old, new = ("\n".join(said) for said in versions)

    xml = redlined(old, new)

    assert lines(accepted(xml)) == new.split("\n")
    assert lines(rejected(xml)) == old.split("\n")
    assert schema_faults(xml) == []


@pytest.mark.parametrize("turned", [False, True])
def test_a_table_that_came_into_a_paragraph_or_left_it_is_exact_both_ways(turned: bool):
    first, second = "全年手术23186台次，较上年增长5.7%。", "归档率95%，抽查及时，每周由科主任签字。"
    table = "指标\t数值\n手术台次\t23186台次\n"
    head = "医务科2025年工作总结\n一、质量管理\n"
    pair = [f"{head}{first}{second}\n", f"{head}{first}\n{table}{second}\n"]
    old, new = reversed(pair) if turned else pair

    xml = redlined(old, new)

    assert lines(accepted(xml)) == new.rstrip().split("\n")
    assert lines(rejected(xml)) == old.rstrip().split("\n")
    assert schema_faults(xml) == []


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_a_redline_holds_the_bookmarks_by_which_a_returned_file_is_matched(seed: int):
    old, new = redline_cases.pair(seed, EDITS[0])

    marked, plain = (
        sorted(str(b.get(W + "name")) for b in etree.fromstring(xml).iter(W + "bookmarkStart"))
        for xml in (body(redline(old, new)), body(typeset(new)))
    )

    assert marked
    assert marked == plain


def test_a_heading_joined_to_its_text_is_one_mark_struck_and_no_word():
    text = "归档率95%，每周抽查一次，由科主任签字并逐条落实到治疗组，超期的暂停排台，年底前覆盖全部病区。另设专人催办。"
    apart, joined = f"（一）归档\n{text}\n", f"（一）归档{text}\n"

    there, back = (paragraphs_of(redlined(*pair)) for pair in ((apart, joined), (joined, apart)))

    for paragraphs, struck in ((there, True), (back, False)):
        marks = [(bool(p.added), bool(p.removed)) for p in paragraphs if p.text]
        assert marks == [(not struck, struck), (False, False)]
        assert not any(run.added or run.removed for p in paragraphs for run in p.runs)
    assert [p.style for p in there if p.text] == ["Heading2", "BodyText"], "refused, the heading is one again"


@pytest.mark.soak
def test_the_same_of_five_hundred_pairs():
    for seed in range(60, 560):
        old, new = redline_cases.pair(seed, EDITS[seed % 3])
        xml = body(redline(old, new))
        assert (lines(accepted(xml)), lines(rejected(xml))) == (printed(new), printed(old)), seed
        assert schema_faults(xml) == [], seed


@pytest.mark.parametrize("shell", [Shell(), drafts.NOTICE, drafts.REPORT], ids=["plain", "notice", "report"])
def test_every_shell_keeps_its_pages(shell: Shell):
    old = drafts.draft(shell=shell)
    new = drafts.draft(parts=old.sections[:-1], shell=shell)

    xml = body(redline(old, new))

    assert lines(accepted(xml)) == printed(new)
    assert lines(rejected(xml)) == printed(old)


@pytest.mark.parametrize("seed", range(8))
def test_of_two_files_of_ours_it_is_the_same(seed: int, tmp_path: Path):
    old, new = redline_cases.pair(seed, EDITS[seed % 3])
    (first := tmp_path / "old.docx").write_bytes(typeset(old))
    (second := tmp_path / "new.docx").write_bytes(typeset(new))

    xml = body(redline(first, second))

    assert lines(accepted(xml)) == printed(new)
    assert lines(rejected(xml)) == printed(old)


def test_of_two_files_of_ours_it_needs_neither_the_models_nor_the_dictionary(tmp_path: Path):
    files = tmp_path / "old.docx", tmp_path / "new.docx"
    for file, draft in zip(files, redline_cases.pair(3, 10), strict=True):
        file.write_bytes(typeset(draft))

    code = (
        "import sys; from pathlib import Path; from chugao.word.redline import redline\n"
        "redline(*map(Path, sys.argv[1:])); print(sorted({'pydantic', 'rjieba', 'tomllib'} & sys.modules.keys()))"
    )
    for _ in range(2):  # the first one may have to read the shipped TOML files
        said = subprocess.run(
            [sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, check=True
        )

    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("shell", [Shell(), drafts.NOTICE, drafts.REPORT], ids=["plain", "notice", "report"])
def test_a_file_of_ours_says_the_same_as_its_draft_and_is_printed_alike(shell: Shell):
    draft = drafts.draft(shell=shell)

    own = read_own(typeset(draft))

    assert own is not None
    version = version_of_draft(draft)
    assert own.version.text == version.text
    assert [s.text for s in own.version.stretches] == [s.text for s in version.stretches]
    said = [(line.piece.role, line.piece.level, line.table, line.row, line.piece.landscape) for line in own.lines]
    assert said == [
        (line.piece.role, line.piece.level, line.table, line.row, line.piece.landscape)
        for line in lines_of_version(version)
    ]


def test_of_a_file_of_ours_the_last_page_lies_on_its_side_as_it_was_set():
    draft = drafts.draft(drafts.sections()[:-1])  # the 重点任务分解表 stands last

    own = read_own(typeset(draft))

    assert own is not None
    assert own.lines[-1].piece.landscape
    assert [line.piece.landscape for line in own.lines] == [
        line.piece.landscape for line in lines_of_version(version_of_draft(draft))
    ]


@pytest.mark.parametrize(
    "strange",
    ["<w:tab/>", "<!-- x -->", "<w:del/>", "<![CDATA[x]]>", "<v:textbox>x</v:textbox>", "&x;<w:drawing/>"],
)
def test_a_body_with_a_mark_we_never_set_is_read_as_a_strangers_though_its_hash_is_right(strange: str):
    content = typeset(drafts.draft())
    said = body(content).decode().partition("?>\n")[2]
    forged = said.replace("</w:body>", f"<w:p>{strange}</w:p></w:body>")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            told = source.read(name).decode().replace(said, forged).replace(body_hash(said), body_hash(forged))
            target.writestr(name, told)

    assert as_written(out.getvalue())
    assert read_own(out.getvalue()) is None


def test_a_file_that_somebody_touched_is_read_as_a_strangers():
    out, content = io.BytesIO(), typeset(drafts.draft())
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace("手术".encode(), "诊疗".encode()))

    assert read_own(out.getvalue()) is None
    assert read_own(typeset(drafts.draft(), clean=True)) is None
    assert read_own(redline(drafts.draft(), drafts.draft(drafts.sections()[:-1]))) is None
    assert read_own(b"PK no archive") is None


def test_two_equal_drafts_have_no_change():
    draft = drafts.draft()

    xml = body(redline(draft, draft))

    assert lines(paragraphs_of(xml)) == printed(draft)
    assert not re.search(rb"<w:(ins|del|moveFrom|moveTo)\b", xml)


def test_an_empty_text_becomes_a_text_and_back():
    assert lines(accepted(redlined("", NEW))) == NEW.split("\n")[:-1]
    assert lines(rejected(redlined(OLD, ""))) == OLD.split("\n")[:-1]


def test_the_same_two_drafts_give_the_same_bytes():
    old, new = redline_cases.pair(5, 10)

    assert redline(old, new) == redline(old, new)


# --- numbers --------------------------------------------------------------------------------------


def test_a_changed_number_is_one_old_number_and_one_new_one():
    assert pairs(redlined(OLD, NEW))[0] == ("23186台次", "23680台次")


def test_no_number_is_cut_and_little_is_marked_beyond_what_changed(monkeypatch: pytest.MonkeyPatch):
    # A column that came makes a table of its own, whatever else stayed.
    monkeypatch.setattr(
        redline_cases, "_EDITS", tuple(e for e in redline_cases._EDITS if e is not redline_cases._column)
    )
    measured = [measure(body(redline(*redline_cases.pair(seed, EDITS[seed % 3])))) for seed in range(60)]

    ratios = [marked / least for marked, least, _ in measured if least]

    assert sum(cut for _, _, cut in measured) == 0
    assert statistics.median(ratios) <= 1.15
    assert max(ratios) <= 3


def measure(xml: bytes) -> tuple[int, int, int]:
    """(marked, least possible, numbers cut): characters, each number of the whole sentence counted as one."""
    codes: dict[str, str] = {}

    def signs(paragraph: Paragraph) -> list[tuple[str, bool, bool]]:
        text, out, at = paragraph.text, [], 0
        whole = bool(paragraph.row_added or paragraph.row_removed)
        marked = [whole or bool(r.added or r.removed) for r in paragraph.runs for _ in r.text]
        for start, end in [*number_spans(text), (len(text), len(text))]:
            out += [(text[i], marked[i], False) for i in range(at, start)]
            if start < end:
                code = codes.setdefault(text[start:end], chr(0xF0000 + len(codes)))
                out.append((code, any(marked[start:end]), len(set(marked[start:end])) > 1))
            at = end
        return out

    before = [s for p in rejected(xml) for s in signs(p)]
    after = [s for p in accepted(xml) for s in signs(p)]
    least = Indel.distance("".join(s[0] for s in before), "".join(s[0] for s in after))
    return sum(s[1] for s in before + after), least, sum(s[2] for s in before + after)


def test_a_changed_number_says_where_it_comes_from():
    old = drafts.draft()
    told = old.model_dump_json().replace("全年完成手术23105台次", "全年完成手术23999台次")
    new = Draft.model_validate_json(told)

    content = redline(old, new)
    comment = etree.fromstring(body(content, "word/comments.xml"))
    said = ["\n".join(p.xpath("string()") for p in c) for c in comment]

    assert any("23105台次→23999台次" in words and "依据：医务科-2025.xlsx" in words for words in said)
    assert BASE_PROPERTY.encode() in body(content, "docProps/custom.xml")


def test_a_number_nobody_accounts_for_is_said_to_be_so():
    content = redline(version_of_text(OLD), version_of_text(NEW))

    assert "依据未知" in body(content, "word/comments.xml").decode()


def test_a_number_that_stands_where_it_stood_has_no_comment_that_it_went():
    row = (
        "| 项目 | 2023年数据 | 2024年数据 | 增长率 || 门诊人次 | 11.8万 | 12.6万 | +6.8% "
        "|| 住院人次 | 3.1万 | 3.3万 | +6.5% || 手术例数 | 6,800 | 7,600 | +11.8% |"
    )
    text = f"2025年运行情况\n一、运行数据\n全年门诊约12万人次，住院3.5万人次。\n{row}\n二、其他\n新增3个专科。\n"
    parted = text.replace("+6.8%", "+6\n.8%")

    content = redline(version_of_text(text), version_of_text(parted))

    assert faults_of(content) == [], "a comment that stands nowhere"


def test_reasons_may_be_left_out():
    assert b"commentRangeStart" not in redlined(OLD, NEW, reasons=False)


# --- moves, marks, tables -------------------------------------------------------------------------

_LONG = "牵头修订急诊会诊、危急值处置等制度，逐条落实到班组。"


def test_a_moved_sentence_is_a_native_move_with_text_and_not_deleted_text():
    old = f"甲段开头的一句话说明情况。{_LONG}甲段最后一句。\n乙段开头的一句话说明安排。乙段最后一句。\n"
    new = f"甲段开头的一句话说明情况。甲段最后一句。\n乙段开头的一句话说明安排。{_LONG}乙段最后一句。\n"

    xml = redlined(old, new)
    root = etree.fromstring(xml)
    names = [[e.get(W + "name") for e in root.iter(W + f"move{end}RangeStart")] for end in ("From", "To")]

    assert names[0] == names[1] != []
    assert "".join(root.find(f".//{W}moveFrom").itertext(W + "t")) == _LONG
    assert root.find(f".//{W}moveFrom//{W}delText") is None


def test_a_paragraph_that_moved_as_a_whole_moves_with_its_mark():
    first, second = "甲段说明全年工作的总体情况。", "乙段说明各项指标的完成情况。"

    xml = redlined(f"{_LONG}\n{first}\n{second}\n", f"{first}\n{second}\n{_LONG}\n")

    assert re.search(rb"<w:rPr><w:moveFrom ", xml)
    assert re.search(rb"<w:rPr><w:moveTo ", xml)


def test_a_paragraph_that_was_split_is_one_inserted_mark():
    xml = redlined("甲句说明总体情况。乙句说明具体做法。\n", "甲句说明总体情况。\n乙句说明具体做法。\n")

    found = paragraphs_of(xml)

    assert [p.added is not None for p in found if p.text] == [True, False]
    assert not any(run.added or run.removed for p in found for run in p.runs)


def test_a_row_that_came_is_marked_at_the_row():
    old = drafts.draft((drafts.section("a", "一、", "指标", 1, drafts.table("", "指标|实绩", "出院|5%")),))
    new = drafts.draft((drafts.section("a", "一、", "指标", 1, drafts.table("", "指标|实绩", "门诊|9%", "出院|5%")),))

    root = etree.fromstring(body(redline(old, new)))
    rows = [r.find(f"{W}trPr/{W}ins") is not None for r in root.iter(W + "tr")]

    assert rows == [False, True, False]


def test_a_changed_column_makes_the_table_go_and_come():
    old = drafts.draft((drafts.section("a", "一、", "指标", 1, drafts.table("", "指标|实绩", "出院|5%")),))
    new = drafts.draft((drafts.section("a", "一、", "指标", 1, drafts.table("", "指标|目标|实绩", "出院|4%|5%")),))

    xml = body(redline(old, new))

    assert len(re.findall(rb"<w:tbl>", xml)) == 2
    assert (lines(accepted(xml)), lines(rejected(xml))) == (printed(new), printed(old))


# --- people ---------------------------------------------------------------------------------------


def test_each_change_bears_the_author_and_the_day_of_its_step():
    between = OLD.replace("23186", "23680")

    xml = body(
        redline_of_steps(
            version_of_text(OLD),
            [
                (version_of_text(between), "医务科", "2026-01-05T08:00:00Z"),
                (version_of_text(NEW), "张主任", "2026-01-08T09:30:00Z"),
            ],
        )
    )
    written = {r.text: r.added for p in paragraphs_of(xml) for r in p.runs if r.added}

    assert [(c.author, c.when) for t, c in written.items() if "23680" in t] == [("医务科", "2026-01-05T08:00:00Z")]
    assert [(c.author, c.when) for t, c in written.items() if "较为" in t] == [("张主任", "2026-01-08T09:30:00Z")]


# --- the file -------------------------------------------------------------------------------------

_PARAGRAPH = (
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "snapToGrid",
    "spacing",
    "ind",
    "jc",
    "rPr",
    "sectPr",
)
_ORDER = {"pPr": (*_PARAGRAPH, "pPrChange"), "trPr": ("cantSplit", "tblHeader", "ins", "del")}


def schema_faults(xml: bytes) -> list[str]:
    """What Word would stumble over: an id twice, an element out of order, a range that does not close."""
    root = etree.fromstring(xml)
    faults = []
    tracked = (
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "moveFromRangeStart",
        "moveToRangeStart",
        "bookmarkStart",
        "pPrChange",
    )
    ids = [e.get(W + "id") for name in tracked for e in root.iter(W + name)]
    if len(ids) != len(set(ids)):
        faults.append("id twice")
    for name in ("moveFromRange", "moveToRange", "bookmark", "commentRange"):
        starts = [e.get(W + "id") for e in root.iter(W + name + "Start")]
        ends = [e.get(W + "id") for e in root.iter(W + name + "End")]
        if sorted(starts) != sorted(ends):
            faults.append(f"{name} {starts} {ends}")
    for name, order in _ORDER.items():
        for element in root.iter(W + name):
            at = [order.index(etree.QName(c).localname) for c in element]
            if at != sorted(at):
                faults.append(f"order in {name}")
    faults += ["w:t in w:del" for e in root.iter(W + "del") if e.find(f".//{W}t") is not None]
    return faults


def test_other_readers_open_it(tmp_path: Path):
    import docx

    old, new = redline_cases.pair(3, 10)
    (tmp_path / "a.docx").write_bytes(redline(old, new))

    assert docx.Document(str(tmp_path / "a.docx")).paragraphs


def test_the_command_writes_it_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    old, new = write("旧.txt", OLD), write("新.txt", NEW)

    ran = chugao("compare", old, new, "--docx", "修订.docx")

    assert ran.code == 0
    assert "写出：修订.docx" in ran.err
    assert lines(accepted(body(Path("修订.docx").read_bytes()))) == NEW.split("\n")[:-1]


def test_what_a_strangers_file_holds_beside_its_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import docx

    monkeypatch.chdir(tmp_path)
    for name, number in (("旧.docx", "12"), ("新.docx", "14")):
        document = docx.Document()
        document.sections[0].header.paragraphs[0].text = "县中医院文件"
        runs = document.add_paragraph(f"全年举办讲座{number}场。").runs
        if name == "新.docx":
            document.add_comment(runs, text="核对", author="周启明", initials="周")
        document.save(name)

    ran = chugao("compare", "旧.docx", "新.docx", "--docx", "修订.docx")

    assert "旧.docx里的这些没有进修订稿，请看原文件：页眉1处（县中医院文件）。" in ran.err
    assert "新.docx里的这些没有进修订稿，请看原文件：页眉1处（县中医院文件）、批注1条。" in ran.err
    Path("我们的.docx").write_bytes(typeset(drafts.draft()))
    assert left_out(Path("我们的.docx")) == [], "ours has its mark in the header, and nothing is lost"


def test_lines_and_marks_that_reading_cleans_away_are_told(tmp_path: Path):
    import docx

    document = docx.Document()
    for line in ("某县2025年卫生工作总结", "一、主要工作", "全年门诊12万人次,逐项销号。", "责任编辑：周启明"):
        document.add_paragraph(line)
    document.save(tmp_path / "旧.docx")

    assert left_out(tmp_path / "旧.docx") == ["像是网页残留的1行（责任编辑：周启明）", "半角标点，按全角对比（1段）"]


def test_libreoffice_agrees_when_it_accepts_all(tmp_path: Path):
    python, driver = Path("/usr/bin/python3"), Path(__file__).with_name("office_driver.py")
    if shutil.which("soffice") is None or not python.exists():
        pytest.skip("soffice is not installed")
    if subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode:
        pytest.skip("python3-uno is not installed")
    (tmp_path / "out").mkdir()
    wanted = {}
    for seed in range(6):
        old, new = redline_cases.pair(seed, EDITS[seed % 3])
        (tmp_path / f"{seed}.docx").write_bytes(redline(old, new, reasons=False))
        wanted[seed] = printed(new)

    files = [str(tmp_path / f"{seed}.docx") for seed in wanted]
    environment = {**os.environ, "HOME": str(tmp_path)}
    command = [str(python), str(driver), str(tmp_path / "profile"), str(tmp_path / "out"), *files]
    subprocess.run(command, env=environment, timeout=240, check=True)

    for seed, text in wanted.items():
        assert lines(paragraphs_of(body((tmp_path / "out" / f"{seed}.docx").read_bytes()))) == text, seed
