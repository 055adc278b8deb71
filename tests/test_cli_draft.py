"""`chugao draft`: three files, exit code 0 whatever is owed, and nothing at all when the input is wrong."""

import json
import re
import zipfile
from pathlib import Path

import jsonschema
import pytest

from chugao.export import draft_schema
from chugao.outline import topics
from chugao.shipped import shipped
from tests.cli import FIGURES, GOOD, HOSPITAL, MATTERS, TITLE, Ran, chugao, figures, refused, summary, write

WHOLE = "医务科2025年工作总结暨2026年工作计划"
SUBMISSION = "医务科2025年工作材料\n一、主要工作\n6月开设心血管专病门诊，全年接诊2137人次。\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """The sample department drafted as the README says, and where the files went."""
    folder = tmp_path_factory.mktemp("demo") / "稿"
    words = ("draft", "--kind", "summary-plan", "--department", "医务科", "--year", "2025", "--organisation", HOSPITAL)
    files = ("--metrics", FIGURES, "--matters", MATTERS, "--corpus", shipped("corpus"), "-o", folder)
    return chugao(*words, *files), folder


def word_text(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return "".join(package.read(n).decode() for n in package.namelist() if n.endswith(".xml"))


# --- what is written ------------------------------------------------------------------------------


def test_three_files_named_by_the_title_are_written_and_the_word_file_says_it_is_a_draft(demo: tuple[Ran, Path]):
    ran, folder = demo

    assert ran.code == 0
    assert sorted(p.name for p in folder.iterdir()) == [f"{WHOLE}.docx", f"{WHOLE}.json", f"{WHOLE}.md"]
    assert "草稿" in word_text(folder / f"{WHOLE}.docx")
    jsonschema.validate(json.loads((folder / f"{WHOLE}.json").read_text("utf-8")), draft_schema())
    assert (folder / f"{WHOLE}.md").read_text("utf-8").startswith(f"# {WHOLE}\n")


def test_a_column_of_matters_that_is_not_read_is_told():
    ran = chugao(*summary("--matters", write("事项.csv", "事项,状态,心得\n开设周末门诊手术,已完成,做了1126台\n")))

    assert "表头“心得”不认识" in ran.err


@pytest.mark.parametrize("header", ["情况", "工作情况", "做法"])
def test_how_it_went_may_stand_under_the_headers_that_clerks_use(header: str):
    write("事项.csv", f"事项,状态,{header}\n开设周末门诊手术,已完成,全年做了1126台\n")

    chugao(*summary("--metrics", figures("好.csv", *GOOD), "--matters", "事项.csv"))

    assert "1126台" in Path(f"out/{TITLE}.md").read_text("utf-8")


def test_without_a_folder_they_go_to_out():
    assert chugao(*summary("--metrics", figures("好.csv", *GOOD))).code == 0

    assert {p.name for p in Path("out").iterdir()} == {f"{TITLE}.docx", f"{TITLE}.json", f"{TITLE}.md"}


def test_people_read_a_short_report_on_stdout_and_the_progress_on_stderr(demo: tuple[Ran, Path]):
    ran, folder = demo

    assert ran.out.startswith(f"《{WHOLE}》\n")
    assert "正文" in ran.out
    assert "都有出处" in ran.out or "没有出处" in ran.out
    assert f"{folder}/{WHOLE}.docx" in ran.out
    assert ran.err.startswith(f"起草《{WHOLE}》……\n")
    assert "下一步：" in ran.err


def test_progress_speaks_of_headings_and_fields_and_never_of_ids(demo: tuple[Ran, Path]):
    ran, folder = demo
    told = [line.removeprefix("  写好：") for line in ran.err.splitlines() if line.startswith("  写好：")]
    text = (folder / f"{WHOLE}.md").read_text("utf-8")

    assert told[0] == "开头"
    assert len(told) > 5
    # Two parts have no heading of their own: the opening, and the aims right under the heading of the plan.
    told.remove("开头")
    told.remove("主要目标")
    # Which heading a section gets is settled when all are written: until then it is called by its fields.
    fields = {t.name for t in topics()}
    assert all(heading in text or {*re.split("[、和]", heading)} <= fields for heading in told), told
    assert any(heading in text for heading in told)
    assert not any("_" in heading for heading in told)


def test_json_goes_to_stdout_alone():
    ran = chugao(*summary("--metrics", figures("好.csv", *GOOD), "--json"))

    assert ran.code == 0
    assert set(ran.json) == {
        "title", "engine", "sections", "characters", "numbers", "findings", "requests", "files", "seconds",
    }  # fmt: skip
    assert set(ran.json["numbers"]) == {"found", "traced", "untraced"}
    assert set(ran.json["files"]) == {"docx", "json", "md"}
    assert all(Path(path).is_file() for path in ran.json["files"].values())


def test_a_draft_with_figures_owed_is_still_a_draft():
    ran = chugao(*summary("--metrics", figures("好.csv", *GOOD)))

    assert ran.code == 0
    assert "还缺" in ran.out
    assert "找医务科" in ran.out
    assert "【待补：" in (Path("out") / f"{TITLE}.md").read_text("utf-8")


def test_the_same_input_gives_the_same_bytes():
    file = figures("好.csv", *GOOD)
    assert chugao(*summary("--metrics", file, "-o", "一")).code == 0
    assert chugao(*summary("--metrics", file, "-o", "二")).code == 0

    for one in Path("一").iterdir():
        assert one.read_bytes() == (Path("二") / one.name).read_bytes()


@pytest.mark.parametrize(
    ("kind", "year", "title"),
    [
        ("summary", 2025, "医务科2025年工作总结"),
        ("plan", 2026, "医务科2026年工作计划"),
        ("key-points", 2026, "2026年"),
        ("ideas", 2026, "2026年"),
    ],
)
def test_the_year_is_the_one_of_the_title(kind: str, year: int, title: str):
    ran = chugao(
        "draft", "--kind", kind, "--department", "医务科", "--year", str(year),
        "--metrics", FIGURES, "--matters", MATTERS, "--json",
    )  # fmt: skip

    assert ran.code == 0
    assert title in ran.json["title"]


def test_points_and_ideas_need_no_figures():
    for kind in ("key-points", "ideas"):
        words = ("draft", "--kind", kind, "--department", "医务科", "--year", "2026", "--matters", MATTERS, "-o", kind)
        assert chugao(*words).code == 0


# --- material -------------------------------------------------------------------------------------


def test_unconfirmed_material_is_only_asked_for():
    file = write("心内科.txt", SUBMISSION)

    ran = chugao(*summary("--metrics", figures("好.csv", *GOOD), "--material", file, "--json"))

    assert any("2137" in r["name"] and "心内科.txt" in r["reason"] for r in ran.json["requests"])
    text = (Path("out") / f"{TITLE}.md").read_text("utf-8")
    assert "2137" not in text
    assert "专病门诊" not in text


def test_material_that_somebody_vouches_for_is_written():
    file = write("心内科.txt", SUBMISSION)

    ran = chugao(
        *summary("--metrics", figures("好.csv", *GOOD), "--material", file, "--confirmed-by", "李四", "--json")
    )

    assert not any("2137" in r["name"] for r in ran.json["requests"])
    assert "2137人次" in (Path("out") / f"{TITLE}.md").read_text("utf-8")


# --- bad input ------------------------------------------------------------------------------------

BAD_FIGURES = [
    ("甲,乙\n1,2\n", ["指标.csv", "A1", "“甲”", "指标名称", "请"]),
    ("指标名称,年度,本期值,单位\n门急诊人次,2025,大约很多,人次\n", ["指标.csv", "C2", "“大约很多”不是数字", "请"]),
    ("指标名称,年度,本期值,单位\n茶歇幸福指数率,2025,12,\n", ["指标.csv", "D2", "茶歇幸福指数率", "没有写单位", "请"]),
    (
        "指标名称,年度,本期值,单位\n门急诊人次,2025,100000,人次\n门急诊人次,2025,200000,人次\n",
        ["指标.csv C2", "C3", "100000", "200000", "请"],
    ),
    (
        "指标名称,年度,本期值,单位\n平均住院日,2024,7.5,天\n平均住院日,2025,7.3,元\n",
        ["指标.csv", "C3", "“天”", "“元”", "请"],
    ),
    ("指标名称,本期值,单位\n门急诊人次,100000,人次\n", ["指标.csv", "哪一年", "年度", "请"]),
    ("指标名称,年度,本期值,单位\n", ["指标.csv", "没有数据", "请"]),
    ("", ["指标.csv", "空文件", "请"]),
]


@pytest.mark.parametrize(("text", "says"), BAD_FIGURES, ids=lambda v: v[0] if isinstance(v, list) else "")
@pytest.mark.parametrize("verb", ["draft", "metrics check"])
def test_bad_figures_are_named_by_file_and_cell(verb: str, text: str, says: list[str]):
    file = write("指标.csv", text)

    sentence = refused(*summary("--metrics", file)) if verb == "draft" else refused("metrics", "check", file)

    for part in says:
        assert part in sentence


def test_figures_in_no_known_encoding_are_refused():
    Path("指标.csv").write_bytes("指标名称,年度\n".encode() + b"\xff\xff\xfe\x81 " * 3)

    sentence = refused(*summary("--metrics", "指标.csv"))

    assert "指标.csv" in sentence
    assert "UTF-8" in sentence
    assert "另存为" in sentence


def test_a_workbook_that_is_none_is_refused():
    sentence = refused(*summary("--metrics", write("指标.xlsx", "不是表格\n")))

    assert "指标.xlsx" in sentence
    assert "另存为" in sentence


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--kind", "通报"), ["“通报”不认识", "summary-plan（"]),
        (("--level", "国家"), ["“国家”不认识", "科室、医院、乡镇、区县、市"]),
        (("--period", "2025X9"), ["“2025X9”看不懂", "2025H1"]),
        (("--period", "2024H1"), ["2024H1", "2025", "不是同一年"]),
        (("--year", "25"), ["“25”不对", "四位"]),
        (("--length", "5"), ["“5”", "--length"]),
        (("--department", " "), ["没有写科室", "--department"]),
        (("--engine", "gpt"), ["“gpt”不认识", "offline"]),
        (("--metrics", "没有.csv"), ["没有.csv", "找不到", "请检查"]),
        (("--matters", "没有.xlsx"), ["没有.xlsx", "找不到", "请检查"]),
        (("--material", "没有.docx"), ["没有.docx", "找不到", "请检查"]),
        (("--outline", "没有.docx"), ["没有.docx", "找不到", "请检查"]),
        (("--instructions", "没有.txt"), ["没有.txt", "找不到", "请检查"]),
        (("--corpus", "没有"), ["“没有”不存在", "--corpus"]),
        (("--corpus", "好.csv"), ["“好.csv”不是文件夹", "--corpus"]),
        (("--metrics", "夹"), ["夹：这是文件夹", "请"]),
        (("--matters", "夹"), ["夹：这是文件夹", "请"]),
        (("--outline", "夹"), ["夹", "文件夹", "请"]),
        (("--instructions", "夹"), ["夹", "文件夹", "请"]),
        (("--outline", "无标题.txt"), ["无标题.txt", "没有找到标题", "请"]),
        (("--outline", "空.txt"), ["空.txt", "没有文字", "请"]),
        (("--instructions", "空.txt"), ["空.txt", "没有文字", "请"]),
        (("--instructions", "空白.txt"), ["空白.txt", "没有文字", "请"]),
        (("-o", "好.csv"), ["输出文件夹“好.csv”", "是一个文件", "请"]),
        (("-o", "好.csv/里面"), ["输出文件夹“好.csv/里面”", "是一个文件", "请"]),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_a_wrong_option_or_file_is_a_sentence_and_leaves_nothing(more: tuple[str, ...], says: list[str]):
    file = figures("好.csv", *GOOD)
    Path("夹").mkdir()
    write("无标题.txt", "只有一段话没有标题。\n")
    write("空.txt", "")
    write("空白.txt", "  \n\n")

    sentence = refused(*summary("--metrics", file, *more))

    for part in says:
        assert part in sentence


def test_a_department_that_the_figures_do_not_know_is_named_with_those_they_do():
    file = write("指标.csv", "部门,指标名称,年度,本期值,单位\n护理部,门急诊人次,2025,100000,人次\n")

    sentence = refused(*summary("--metrics", file))

    assert "没有“医务科”的数据" in sentence
    assert "护理部" in sentence


def test_figures_of_another_year_are_no_ground_for_a_report():
    sentence = refused(*summary("--metrics", figures("旧.csv", "门急诊人次,2023,100000,人次,,")))

    assert "没有2025年的数据" in sentence
    assert "2023年" in sentence


def test_a_failed_draft_leaves_the_old_files_as_they_were():
    file = figures("好.csv", *GOOD)
    assert chugao(*summary("--metrics", file)).code == 0
    before = {p.name: p.read_bytes() for p in Path("out").iterdir()}

    refused(*summary("--metrics", figures("坏.csv", "门急诊人次,2025,很多,人次,,")))

    assert {p.name: p.read_bytes() for p in Path("out").iterdir()} == before


def test_a_target_that_is_a_folder_stops_all_three_files():
    (Path("out") / f"{TITLE}.json").mkdir(parents=True)

    sentence = refused(*summary("--metrics", figures("好.csv", *GOOD)))

    assert f"{TITLE}.json" in sentence


# --- candidates -----------------------------------------------------------------------------------


def test_candidates_are_different_texts_over_the_same_facts_each_in_files_of_its_own(tmp_path: Path):
    words = ("draft", "--kind", "summary-plan", "--department", "医务科", "--year", "2025", "--organisation", HOSPITAL)
    files = ("--metrics", FIGURES, "--matters", MATTERS, "--candidates", "3", "-o", tmp_path / "稿", "--json")

    ran = chugao(*words, *files)

    told = json.loads(ran.out)["candidates"]
    drafts = [json.loads(Path(c["files"]["json"]).read_text("utf-8")) for c in told]
    assert [Path(c["files"]["docx"]).name for c in told] == [f"{WHOLE}（候选{n}）.docx" for n in (1, 2, 3)]
    assert len({d["id"] for d in drafts}) == 3
    assert len({tuple(s["heading"]["text"] for s in d["sections"]) for d in drafts}) == 3
    assert {c["numbers"]["untraced"] for c in told} == {0}
    tables = [
        [r[0]["text"] for s in d["sections"] for b in s["blocks"] if b["table"] for r in b["table"]["rows"]]
        for d in drafts
    ]
    assert tables[0] == tables[1] == tables[2]


def test_a_plan_asks_for_the_result_it_starts_from_and_not_where_only_an_aim_was_given():
    figures = write(
        "指标.csv",
        "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标,责任科室\n"
        "门诊人次,2025,32000,人次,30000,31000,33000,门诊部\n"
        "患者满意度,2025,,%,92.8,93,94,质控科\n"
        "甲级病案率,2025,,%,,,95,病案室\n",
    )

    ran = chugao("draft", "--kind", "plan", "--department", "医务科", "--year", "2026", "--metrics", figures, "--json")

    asked = {r["name"]: r["owner"] for r in ran.json["requests"] if r["reason"].endswith("的完成数")}
    assert asked == {"患者满意度": "质控科"}
