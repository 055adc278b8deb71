"""`chugao metrics import|check|template|extract`."""

from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from chugao.metrics.sheet_names import department_of_file
from tests.cli import FIGURES, GOOD, HEADER, chugao, figures, refused, write


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def workspace() -> None:
    assert chugao("init", ".").code == 0


# --- import ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("workspace")
def test_figures_that_name_no_department_are_told_when_they_are_imported() -> None:
    named = write("护理部.csv", "部门," + HEADER + "\n护理部,出院人次,2025,3000,人次,,\n")
    nobodys = chugao("metrics", "import", figures("一.csv", *GOOD))

    ours = chugao("metrics", "import", named)

    assert "没有写部门，每个科室的稿子都会用到" in nobodys.err
    assert "没有写部门" not in ours.err


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("file", "whose"),
    [
        ("后勤保障科2025.csv", "后勤保障科"),
        ("2025年药学部数据.csv", "药学部"),
        ("望澜市第一人民医院2025.csv", ""),
        ("2025年指标.csv", ""),
    ],
)
def test_a_file_named_after_a_department_serves_no_other_departments_draft(file: str, whose: str) -> None:
    foreseen = chugao("metrics", "import", figures(file, *GOOD), "--preview", "--json")
    imported = chugao("metrics", "import", file)

    of_nursing = chugao("draft", "--kind", "summary", "--department", "护理部", "--year", "2025", "-o", "稿", "--json")

    used = of_nursing.code == 0 and of_nursing.json["numbers"]["found"] > 0
    assert {row["department"] for row in foreseen.json["rows"]} == {whose}
    assert used is (whose == "")
    assert (f"算作{whose}的数" in imported.out + imported.err) is (whose != "")


@pytest.mark.parametrize(
    ("file", "whose"),
    [
        ("眼科2025（补）.csv", "眼科"),
        ("2025年眼科.csv", "眼科"),
        ("某县第三人民医院眼科2025年工作指标.csv", "眼科"),
        ("检验科-修改.csv", "检验科"),
        ("心内科一病区2025.csv", "心内科一病区"),
        ("院感科指标最终版.csv", "院感科"),
        ("市卫健局医政科上报数据.csv", "医政科"),
        ("PICU指标.csv", "PICU"),
        ("科研数据2025.csv", ""),
        ("全院各科室2025.csv", ""),
        ("重点科室数据.csv", ""),
        ("内部数据.csv", ""),
        ("市中心医院2025.csv", ""),
        ("某镇社区卫生服务中心2025.csv", ""),
        ("疾病预防控制中心2025.csv", ""),
    ],
)
def test_the_department_in_a_files_name_is_found_whatever_else_stands_there(file: str, whose: str) -> None:
    assert department_of_file(file) == whose


@pytest.mark.usefixtures("workspace")
def test_a_departments_own_figure_goes_before_one_without_a_department_and_the_difference_is_told():
    own = figures("眼科2025.csv", "白内障手术,2025,2714,例,2500,2600")
    chugao("metrics", "import", own)
    chugao("metrics", "import", figures("眼科2025（补）.csv", "白内障手术,2025,2731,例,2500,2600"))
    chugao("metrics", "import", figures("补充.csv", "白内障手术,2025,2799,例,2500,2900", "门诊人次,2025,9000,人次,,"))

    drafted = chugao("draft", "--kind", "summary", "--department", "眼科", "--year", "2025", "-o", "稿")

    text = Path("稿/眼科2025年工作总结.md").read_text(encoding="utf-8")
    assert "2731例" in text
    assert "2799" not in text
    assert "2900" not in text
    assert "9000人次" in text
    assert "补充.csv" in drafted.out + drafted.err


@pytest.mark.usefixtures("workspace")
def test_what_is_imported_is_counted_and_a_changed_figure_is_shown():
    first = chugao("metrics", "import", figures("一.csv", *GOOD), "--by", "张三", "--json")
    again = chugao("metrics", "import", "一.csv", "--json")
    later = chugao("metrics", "import", figures("二.csv", "门急诊人次,2025,1010000,人次,900000,950000"))

    assert set(first.json) == {"added", "unchanged", "changed", "findings"}
    assert (first.json["added"], again.json["added"], again.json["unchanged"]) == (5, 0, 5)
    assert "更新1条" in later.out
    assert "门急诊人次" in later.out
    assert "→" in later.out


@pytest.mark.usefixtures("workspace")
def test_one_bad_file_keeps_all_of_them_out():
    good, bad = figures("好.csv", *GOOD), figures("坏.csv", "门急诊人次,2024,很多,人次,,")

    assert "坏.csv C2" in refused("metrics", "import", good, bad)

    assert chugao("metrics", "import", good, "--json").json["added"] == 5


@pytest.mark.usefixtures("workspace")
def test_drafts_of_the_workspace_use_what_was_imported():
    chugao("metrics", "import", FIGURES)

    ran = chugao("draft", "--kind", "plan", "--department", "医务科", "--year", "2026", "--json")

    assert ran.code == 0
    assert ran.json["numbers"]["found"] > 5


# --- check ----------------------------------------------------------------------------------------


def test_the_board_says_what_is_there_what_is_missing_and_how_it_compares():
    ran = chugao("metrics", "check", figures("好.csv", *GOOD, "平均住院日,2025,,天,7.5,7.3"))

    assert ran.code == 0, ran.out
    assert "全部科室，2025年：3项指标" in ran.out
    assert "门急诊人次" in ran.out
    assert "增长11.1%" in ran.out
    assert "平均住院日　缺" in ran.out


def test_the_board_of_several_departments_tells_each_ones_own_figure_of_a_metric_they_share():
    file = write("各科.csv", f"部门,{HEADER}\n骨科,出院人次,2025,310,人次,,300\n内科,出院人次,2025,4126,人次,,4000\n")

    ran = chugao("metrics", "check", file)

    assert "全部科室，2025年：2项指标" in ran.out
    assert "出院人次　310人次" in ran.out
    assert "出院人次　4126人次" in ran.out


def test_json_of_the_board():
    ran = chugao("metrics", "check", figures("好.csv", *GOOD), "--json")

    assert set(ran.json) == {"department", "period", "rows", "findings"}
    assert set(ran.json["rows"][0]) == {"metric", "name", "now", "comparison", "target", "goal", "state", "owner"}


def test_a_suspicious_figure_is_for_a_person_to_look_at():
    file = figures("可疑.csv", "病床使用率,2025,986,%,92,")

    ran = chugao("metrics", "check", file)

    assert ran.code == 1
    assert "可疑.csv C2" in ran.out
    assert "请核对" in ran.out
    assert chugao("metrics", "check", file, "--json").code == 1


def test_an_unknown_department_is_named_with_the_known_ones():
    file = write("全院.csv", "部门,指标名称,年度,本期值,单位\n护理部,门急诊人次,2025,100000,人次\n")

    sentence = refused("metrics", "check", file, "--department", "药学部")

    assert "没有“药学部”的数据" in sentence
    assert "护理部" in sentence


@pytest.mark.parametrize("verb", ["check", "import"])
@pytest.mark.parametrize(("file", "says"), [("没有.csv", "找不到"), ("夹", "这是文件夹"), ("空.csv", "空文件")])
@pytest.mark.usefixtures("workspace")
def test_a_file_that_cannot_be_read_is_a_sentence(verb: str, file: str, says: str):
    Path("夹").mkdir()
    write("空.csv", "")

    sentence = refused("metrics", verb, file)

    assert file in sentence
    assert says in sentence
    assert "请" in sentence


# --- template -------------------------------------------------------------------------------------


def test_a_template_is_written_and_the_next_step_is_told():
    ran = chugao("metrics", "template", "--department", "医务科", "--year", "2025", "-o", "表")

    assert ran.code == 0
    assert ran.out == "表/医务科-2025-填报表.xlsx\n"
    assert "chugao metrics check 表/医务科-2025-填报表.xlsx" in ran.err
    assert load_workbook("表/医务科-2025-填报表.xlsx").sheetnames[:2] == ["指标", "事项"]


def test_a_template_under_a_name_of_ones_own_filled_with_last_year():
    ran = chugao(
        "metrics", "template", "--department", "医务科", "--year", "2026", "--previous", FIGURES, "-o", "我的.xlsx", "--json"
    )  # fmt: skip

    assert ran.json == {"file": "我的.xlsx"}
    values = [str(c.value) for row in load_workbook("我的.xlsx")["指标"].iter_rows() for c in row]
    assert any("128.46" in v or "1284600" in v for v in values)


def test_a_sheet_somebody_may_have_filled_in_is_not_overwritten():
    assert chugao("metrics", "template", "--department", "医务科", "--year", "2025").code == 0
    before = Path("医务科-2025-填报表.xlsx").read_bytes()

    sentence = refused("metrics", "template", "--department", "医务科", "--year", "2025")

    assert "没有覆盖" in sentence
    assert Path("医务科-2025-填报表.xlsx").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--department", " ", "--year", "2025"), "没有写科室"),
        (("--department", "医务科", "--year", "25"), "2000到2099"),
        (("--department", "医务科", "--year", "2025", "-o", "占位/表"), "“占位/表”建不了"),
        (("--department", "医务科", "--year", "2025", "--previous", "没有.xlsx"), "没有.xlsx：找不到"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_a_template_that_cannot_be_made(words: tuple[str, ...], says: str):
    write("占位", "")

    assert says in refused("metrics", "template", *words)


# --- extract --------------------------------------------------------------------------------------

TEXT = "医务科2025年工作总结\n一、主要工作\n𠮷全年门急诊12.8万人次，比上年增长5.5%；病床使用率98.6%。\n"


def test_mentions_have_the_documented_keys_over_what_corpus_show_prints():
    document = Document()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    document.save("稿.docx")
    for file in (write("稿.txt", TEXT), Path("稿.docx")):
        text = chugao("corpus", "show", file, "--json").json["text"]

        ran = chugao("metrics", "extract", file, "--json")

        assert ran.code == 0
        assert set(ran.json) == {"mentions"}
        for mention in ran.json["mentions"]:
            assert list(mention) == [
                "start", "end", "text", "role", "metric", "value", "unit", "qualifier", "period", "baseline", "link",
                "linked",
            ]  # fmt: skip
            assert text[mention["start"] : mention["end"]] == mention["text"]
        visits = next(m for m in ran.json["mentions"] if m["text"].startswith("12.8万"))
        assert (visits["value"], visits["unit"], visits["metric"]) == (128000, "人次", "outpatient_emergency_visits")
        rate = next(m for m in ran.json["mentions"] if m["text"] == "98.6%")
        assert (rate["value"], rate["unit"]) == (98.6, "%")


def test_people_read_chinese_roles_and_names():
    ran = chugao("metrics", "extract", write("稿.txt", TEXT))

    assert "98.6%　本期　病床使用率" in ran.out
    assert "2025年　日期" in ran.out
    assert "outpatient" not in ran.out


@pytest.mark.parametrize(("file", "says"), [("没有.docx", "找不到"), ("夹", "这是文件夹"), ("空.txt", "没有文字")])
def test_a_text_that_cannot_be_read_is_a_sentence(file: str, says: str):
    Path("夹").mkdir()
    write("空.txt", "")

    sentence = refused("metrics", "extract", file)

    assert file in sentence
    assert says in sentence
