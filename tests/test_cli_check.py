"""`chugao check`: documented keys, code point offsets, and exit code 1 for errors only."""

import json
from pathlib import Path

import pytest
from docx import Document

from tests.cli import FIGURES, GOOD, MATTERS, TITLE, chugao, figures, refused, summary, write

CLAIM = "医务科2025年工作总结\n一、主要工作\n𠮷院长说，全年门急诊1000000人次，比上年增长15%。\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    figures("好.csv", *GOOD)


def checked(*words: str | Path):
    ran = chugao("check", *words, "--json")
    assert ran.code in (0, 1), ran
    return ran


def test_json_has_the_documented_keys_and_nothing_else():
    ran = checked(write("稿.txt", CLAIM), "--metrics", "好.csv")

    assert set(ran.json) == {"findings", "numbers"}
    assert set(ran.json["numbers"]) == {"found", "traced", "untraced"}
    assert ran.json["findings"]
    for finding in ran.json["findings"]:
        assert set(finding) == {"rule", "severity", "place", "quote", "hint"}
        assert set(finding["place"]) == {"start", "end", "section", "sentence"}


def test_an_error_exits_1_and_names_the_right_number():
    ran = checked(write("稿.txt", CLAIM), "--metrics", "好.csv")

    (error,) = [f for f in ran.json["findings"] if f["severity"] == "error"]
    assert ran.code == 1
    assert error["quote"] == "15%"
    assert "11.1%" in error["hint"]


def test_a_clean_text_exits_0():
    ran = chugao("check", write("稿.txt", CLAIM.replace("15%", "11.1%")), "--metrics", "好.csv")

    assert ran.code == 0
    assert "稿.txt：数字" in ran.out
    assert ran.out.endswith("合计：没有发现问题。\n")


def test_what_is_still_to_come_is_an_error_in_a_word_file_too():
    document = Document()
    for line in (TITLE, "平均住院日【待补：平均住院日（医务科）】。"):
        document.add_paragraph(line)
    document.save("稿.docx")

    ran = checked("稿.docx")

    assert ran.code == 1
    assert [f["quote"] for f in ran.json["findings"] if f["rule"] == "pending"] == ["【待补：平均住院日（医务科）】"]


def test_a_column_of_matters_that_is_not_read_is_told_when_they_are_checked_against():
    write("事项.csv", "事项,状态,心得\n开设周末门诊手术,已完成,做了1126台\n")

    ran = chugao("check", write("稿.txt", CLAIM), "--metrics", "好.csv", "--matters", "事项.csv")

    assert "表头“心得”不认识" in ran.err


def test_matters_in_a_single_known_column_are_refused_in_words_that_do_not_contradict_themselves():
    ran = chugao("check", write("稿.txt", CLAIM), "--matters", write("事项.csv", "事项,心得\n开设周末门诊手术,好\n"))

    assert ran.code == 2
    assert "只认得“事项”一列" in ran.err
    assert "没有找到“事项”" not in ran.err


def test_warnings_alone_exit_0():
    ran = checked(write("稿.txt", "医务科2025年工作总结\n全年接待参观417批。\n"), "--metrics", "好.csv")

    assert {f["severity"] for f in ran.json["findings"]} == {"warning"}
    assert ran.code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["稿.txt", "稿.md"])
def test_offsets_count_code_points_of_the_file_as_decoded(name: str, encoding: str):
    text = CLAIM.replace("\n", "\r\n\r\n")

    ran = checked(write(name, text, encoding), "--metrics", "好.csv")

    places = [(f["place"], f["quote"]) for f in ran.json["findings"]]
    assert "15%" in {quote for _, quote in places}
    assert all(text[place["start"] : place["end"]] == quote for place, quote in places)


def test_offsets_of_a_word_file_count_in_what_corpus_show_prints():
    document = Document()
    document.add_heading("医务科2025年工作总结", 0)
    document.add_paragraph("一、主要工作")
    document.add_paragraph("   全年门急诊1000000人次，比上年增长15%。")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells],
        ("指标", "2024年", "2025年", "手术台次", "2900台次", "3333台次"),
        strict=True,
    ):
        cell.text = text
    document.add_paragraph("二、下一步工作")
    document.save("稿.docx")
    text = chugao("corpus", "show", "稿.docx", "--json").json["text"]

    ran = checked("稿.docx", "--metrics", "好.csv")

    assert ran.code == 1
    assert "15%" in {f["quote"] for f in ran.json["findings"]}
    for finding in ran.json["findings"]:
        assert text[finding["place"]["start"] : finding["place"]["end"]] == finding["quote"]


def test_offsets_of_a_draft_count_in_the_named_sentence():
    assert chugao(*summary("--metrics", "好.csv")).code == 0
    path = Path("out") / f"{TITLE}.json"
    values = json.loads(path.read_text("utf-8"))
    sentences = {s["id"]: s["text"] for section in values["sections"] for s in section["sentences"]}
    # A row of a table is named too, and read with its cells side by side.
    for block in (b for section in values["sections"] for b in section["blocks"] if b["table"]):
        for number, row in enumerate(block["table"]["rows"], 1):
            sentences[f"{block['id']}第{number}行"] = "\t".join(cell["text"] for cell in row)
    figures("改.csv", "门急诊人次,2025,1234567,人次,900000,950000", GOOD[1])

    ran = checked(path, "--metrics", "改.csv")

    wrong = [f for f in ran.json["findings"] if f["severity"] == "error" and f["place"]["sentence"]]
    assert ran.code == 1
    assert any("100万" in f["quote"] or "1000000" in f["quote"] for f in wrong)
    for finding in wrong:
        place = finding["place"]
        assert sentences[place["sentence"]][place["start"] : place["end"]] == finding["quote"]


def test_a_draft_of_ours_carries_its_own_evidence():
    assert chugao(*summary("--metrics", FIGURES, "--matters", MATTERS)).code == 0

    ran = checked(Path("out") / f"{TITLE}.json")

    assert ran.json["numbers"]["found"] > 20
    assert not [f for f in ran.json["findings"] if f["rule"] == "number-untraced"]


def test_each_place_is_in_json_however_the_screen_folds_them():
    text = "医务科2025年工作总结\n" + "".join(f"全年接待参观{n}批。\n" for n in range(401, 421))
    file = write("稿.txt", text)

    found = checked(file, "--metrics", "好.csv").json["findings"]
    screen = chugao("check", file, "--metrics", "好.csv").out

    assert len(found) == 20
    assert screen.count("\n") < 6
    assert "同类共20处：401批、402批" in screen


def test_sections_of_a_draft_are_called_by_their_headings():
    assert chugao(*summary("--metrics", "好.csv", "--matters", MATTERS)).code == 0
    draft = Path("out") / f"{TITLE}.json"
    sections = json.loads(draft.read_text("utf-8"))["sections"]

    ran = chugao("check", draft)

    assert ran.code == 1
    assert any(f"[错误] {s['number']}{s['heading']['text']}｜" in ran.out for s in sections if s["level"])
    assert not any(f"[错误] {s['id']}｜" in ran.out for s in sections)


def test_without_figures_the_numbers_are_not_said_to_be_sound():
    ran = chugao("check", write("稿.txt", CLAIM))

    assert ran.code == 0
    assert "没有核对" in ran.out
    assert "--metrics" in ran.err


def test_a_year_that_contradicts_the_title_is_an_error():
    file = write("稿.txt", "医务科2025年工作总结\n2024年，医务科全年门急诊1000000人次。\n")

    assert checked(file, "--metrics", "好.csv").code == 1
    assert checked(write("二.txt", CLAIM.replace("15%", "11.1%")), "--metrics", "好.csv", "--year", "2023").code == 1


def test_figures_of_one_department_only():
    file = write(
        "全院.csv",
        "部门,指标名称,年度,本期值,单位\n护理部,手术台次,2025,3000,台次\n医务科,门急诊人次,2025,1000000,人次\n",
    )
    text = write("稿.txt", "2025年工作总结\n全年手术3000台次。\n")

    assert checked(text, "--metrics", file, "--department", "护理部").json["numbers"]["untraced"] == 0
    assert checked(text, "--metrics", file, "--department", "医务科").json["numbers"]["untraced"] == 1
    sentence = refused("check", text, "--metrics", file, "--department", "药学部")
    assert "没有“药学部”的数据" in sentence
    assert "护理部" in sentence


def test_in_a_workspace_a_foreign_text_is_checked_against_what_the_workspace_knows():
    assert chugao("init", ".").code == 0
    assert chugao("metrics", "import", "好.csv").code == 0

    ran = chugao("check", write("稿.txt", CLAIM))

    assert ran.code == 1
    assert "工作区" in ran.err
    assert "11.1%" in ran.out


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("没有.docx", ["没有.docx", "找不到"]),
        ("夹", ["夹", "文件夹"]),
        ("空.txt", ["空.txt", "没有文字"]),
        ("空白.md", ["空白.md", "没有文字"]),
        ("空.docx", ["空.docx"]),
        ("无字.docx", ["无字.docx", "没有文字"]),
        ("假.docx", ["假.docx"]),
        ("坏.json", ["坏.json", "不是完整的 JSON", "第1行"]),
        ("别的.json", ["别的.json", "不是一份草稿"]),
    ],
)
def test_what_cannot_be_read_is_a_sentence(file: str, says: list[str]):
    Path("夹").mkdir()
    write("空.txt", "")
    write("空白.md", " \n\n")
    write("空.docx", "")
    write("假.docx", "PK 不是 Word")
    write("坏.json", "{")
    write("别的.json", '{"title": 1}')
    Document().save("无字.docx")

    sentence = refused("check", file, "--metrics", "好.csv")

    for part in (*says, "请"):
        assert part in sentence


def test_a_corpus_that_is_none_is_refused():
    assert "--corpus" in refused("check", write("稿.txt", CLAIM), "--corpus", "没有")
    assert "2000到2099" in refused("check", write("稿.txt", CLAIM), "--year", "25")
