"""`chugao compare`: documented keys, Chinese for people, files, refusals."""

import re
from pathlib import Path

import pytest

from chugao.export import write_files
from tests.cli import chugao, refused, write
from tests.test_comparing_facts import sample

OLD = "医务科2025年工作总结\n一、质量管理\n全年手术23186台次，较上年增长5.7%。归档率95%，抽查及时。\n二、队伍建设\n队伍更加稳定。\n"
NEW = "医务科2025年工作总结\n一、质量管理\n全年手术23680台次，较上年增长5.7%。归档率95%，抽查较为及时。\n二、队伍建设\n队伍更加稳定。新招医师12人。\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


def two() -> tuple[Path, Path]:
    return write("旧.txt", OLD), write("新.md", NEW)


def drafts() -> list[Path]:
    """Three candidates, in a folder each."""
    return [write_files(sample("医务科", seed), Path(f"第{seed}稿"))["json"] for seed in (0, 1, 2)]


def test_json_has_the_documented_keys():
    ran = chugao("compare", *two(), "--json")

    assert ran.code == 0
    assert {"facts", "hunks"} <= set(ran.json)
    assert [[f[k] for k in ("change", "metric", "old", "new", "section")] for f in ran.json["facts"]] == [
        ["changed", "手术台次", "23186台次", "23680台次", "一、质量管理"],
        ["added", "新招医师人数", "", "12人", "二、队伍建设"],
    ]
    for hunk in ran.json["hunks"]:
        assert {"section", "kind", "old", "new", "moved_to"} <= set(hunk)
    assert ("一、质量管理", "数字", "23186台次", "23680台次") in [
        (h["section"], h["kind"], h["old"], h["new"]) for h in ran.json["hunks"]
    ]


def test_a_person_reads_the_numbers_first_then_the_changes_by_section():
    ran = chugao("compare", *two())

    assert ran.code == 0
    assert "数字：改1 增1 删0；措辞0处；增写2处" in ran.out
    assert ran.out.index("数字变化") < ran.out.index("\n一、质量管理\n")
    assert "[-23186台次-]{+23680台次+}" in ran.out
    assert "{+较为+}" in ran.out
    assert "增长5.7%" not in ran.out.split("数字变化")[1].split("\n一、质量管理\n")[0]


def test_a_person_is_told_that_the_opening_or_the_shortcomings_were_touched():
    old = "医务科2025年工作总结\n全年围绕质量做工作。\n一、质量管理\n归档率95%。\n二、存在的不足\n夜班人手不够。\n"
    new = old.replace("围绕质量", "围绕质量和安全").replace("夜班人手", "夜班和周末人手")

    touched = chugao("compare", write("旧.txt", old), write("新.txt", new)).out
    other = chugao("compare", *two()).out

    assert "动了：导语、不足" in touched
    assert "动了" not in other


def test_only_numbers_leaves_the_words_out_and_all_shows_the_whole_text():
    numbers, everything = chugao("compare", *two(), "--only", "numbers"), chugao("compare", *two(), "--only", "all")

    assert "较为" not in numbers.out
    assert "队伍更加稳定。" in everything.out


def test_lines_stay_within_the_width_of_the_screen():
    from chugao.cli.help import _columns

    ran = chugao("compare", *two())

    assert max(_columns(line.rstrip()) for line in ran.out.splitlines()) <= 100


def test_equal_texts_are_the_same():
    ran = chugao("compare", write("甲.txt", OLD), write("乙.txt", OLD))

    assert "两份内容相同" in ran.out
    assert chugao("compare", "甲.txt", "乙.txt", "--json").json["facts"] == []


def test_a_draft_against_its_word_file_and_its_text_changes_no_number():
    files = write_files(sample("医务科"), Path("稿"))

    for kind in ("docx", "md"):
        assert chugao("compare", files["json"], files[kind], "--json").json["facts"] == []


def test_the_page_is_written_where_asked():
    ran = chugao("compare", *two(), "--html", "对比.html")

    html = Path("对比.html").read_text(encoding="utf-8")
    assert ran.code == 0
    assert "23680台次" in html
    assert "<script" in html
    assert "写出：对比.html" in ran.err


def test_three_and_more_are_candidates_side_by_side():
    words = chugao("compare", *drafts())
    data = chugao("compare", *drafts(), "--json").json

    assert "results_quality" in words.out
    assert "第3份" in words.out
    assert {"columns", "lines", "uses"} <= set(data)
    assert all(len(line["cells"]) == 3 for line in data["lines"])
    assert chugao("compare", *drafts(), "--html", "候选.html").code == 0
    assert "候选稿对比" in Path("候选.html").read_text(encoding="utf-8")


def test_sections_are_picked_into_a_draft_that_may_be_exported():
    ran = chugao("compare", *drafts(), "--pick", "results_quality=2,plan_quality=3", "-o", "合成.json")

    assert ran.code == 0
    assert "第2份　（一）" in ran.out
    assert chugao("check", "合成.json").code == 0
    assert chugao("export", "合成.json", "--final", "-o", "定稿").code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("旧.txt",), "对比要两份文稿"),
        (("旧.txt", "没有.docx"), "没有.docx"),
        (("旧.txt", "旧.txt"), "同一个文件"),
        (("旧.txt", "./旧.txt"), "同一个文件"),
        (("旧.txt", "坏.json"), "坏.json 不是一份草稿"),
        (("旧.txt", "新.md", "--only", "words"), "--only 不能写“words”"),
        (("旧.txt", "新.md", "--docx", "改.txt"), "要写一个 .docx"),
        (("旧.txt", "新.md", "--html", "无此文件夹/甲.html"), "不存在"),
        (("旧.txt", "新.md", "--pick", "lead=2"), "-o 文件.json"),
        (("旧.txt", "新.md", "--pick", "lead=2", "-o", "合.json"), "不是草稿的 .json"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_chinese(words: tuple[str, ...], sentence: str):
    two()
    write("坏.json", '{"title": 1}')

    assert sentence in refused("compare", *words)


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("lead", "看不懂"),
        ("lead=9", "份数在1到3之间"),
        ("lead=1,lead=2", "挑了两次"),
        (",", "没有写内容"),
        ("nix=1", "没有“nix”这一节"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused_in_chinese(choice: str, sentence: str):
    assert sentence in refused("compare", *drafts(), "--pick", choice, "-o", "合.json")


def test_the_result_never_overwrites_a_candidate():
    files = drafts()

    assert "不能覆盖" in refused("compare", *files, "--pick", "lead=2", "-o", files[1])


def test_numbers_that_only_come_from_a_newer_file_do_not_bury_the_one_that_changed() -> None:
    rows = "部门,年度,指标名称,本期值,单位,上年同期值,目标值\n医务科,2025,出院人次,{},人次,2105,2200\n医务科,2025,手术台次,1684,台次,1490,1600\n"
    papers = []
    for file, folder, value in (("快报.csv", "一", "2316"), ("年报.csv", "二", "2361")):
        write(file, rows.format(value))
        chugao(
            "draft", "--kind", "summary", "--department", "医务科", "--year", "2025", "--metrics", file, "-o", folder
        )
        papers.append(f"{folder}/医务科2025年工作总结.json")

    brief, full = chugao("compare", *papers), chugao("compare", *papers, "--only", "all")
    chugao("compare", *papers, "--html", "对比.html")
    labels = re.findall(r">(改动|换源)<", Path("对比.html").read_text("utf-8"))

    table = brief.out.partition("数字变化")[2].partition("\n\n")[0]
    assert "2361人次" in table
    assert "1684台次" not in table
    assert "数没有变：原出处快报.csv，现出处年报.csv。" in brief.out.replace("\n", "")
    assert "1684台次" in full.out.partition("数字变化")[2].partition("\n\n")[0]
    assert "附表 2025年主要指标完成情况表" in brief.out
    assert labels == sorted(labels, key=("改动", "换源").index)
    assert set(labels) == {"改动", "换源"}
