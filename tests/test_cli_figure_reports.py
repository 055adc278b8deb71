"""`chugao metrics attainment|touched|rollup|owing`."""

from pathlib import Path

import pytest

from tests.cli import FIGURES, MATTERS, chugao, refused, summary, write

HEADER = "部门,指标名称,年度,本期值,单位,上年同期值,数据截止\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def drafted() -> Path:
    ran = chugao(*summary("--metrics", FIGURES, "--matters", MATTERS, "-o", "out", "--json"))
    return Path(ran.json["files"]["json"])


# --- attainment -----------------------------------------------------------------------------------


def test_json_of_attainment_is_the_contract():
    plan = write(
        "计划.txt", "急诊科2025年工作计划\n\n力争急诊抢救成功率达到98.5%以上，急诊留观滞留时间控制在6小时以内。\n"
    )
    result = write("总结.txt", "急诊科2025年工作总结\n\n急诊抢救成功率98.6%。\n")

    ran = chugao("metrics", "attainment", "--plan", plan, "--result", result, "--json")

    assert ran.code == 0
    first, second = ran.json["rows"]
    contract = {"metric", "name", "target", "actual", "unit", "state", "plan_source", "result_source"}
    assert contract <= set(first)
    assert (first["target"], first["actual"], first["unit"], first["state"]) == (98.5, 98.6, "%", "超额")
    assert (first["plan_source"], first["result_source"]) == ("计划.txt 第2段", "总结.txt 第2段")
    assert (second["metric"], second["actual"], second["state"], second["result_source"]) == (
        None,
        None,
        "无数据",
        None,
    )


def test_attainment_for_people_says_what_was_missed_and_what_nobody_reports():
    plan = write(
        "计划.txt", "急诊科2025年工作计划\n\n力争急诊抢救成功率达到98.5%以上，急诊留观滞留时间控制在6小时以内。\n"
    )
    result = write("总结.txt", "急诊科2025年工作总结\n\n急诊抢救成功率98.1%。\n")

    ran = chugao("metrics", "attainment", "--plan", plan, "--result", result)

    assert "2025年目标2项：未完成1项，无数据1项" in ran.out
    assert "未完成　急诊抢救成功率：目标见计划.txt 第2段，结果见总结.txt 第2段" in ran.out
    assert "没有找到结果的1项：急诊留观滞留时间6小时以内" in ran.out


def test_a_plan_that_cannot_be_found_is_a_sentence():
    assert "没有.txt" in refused("metrics", "attainment", "--plan", "没有.txt", "--result", FIGURES)


# --- touched --------------------------------------------------------------------------------------


def test_drafts_of_a_folder_are_listed_with_what_changes(drafted: Path):
    new = write("年报.csv", HEADER + "医务科,出院人次,2025,57000,人次,,2025-12-31\n")

    ran = chugao("metrics", "touched", drafted.parent, "--metrics", new, "--json")

    assert ran.code == 1
    (document,) = ran.json["documents"]
    assert set(document) == {"file", "title", "cutoff", "touched", "findings"}
    changes = [c for place in document["touched"] for c in place["changes"]]
    assert {"discharges.now"} <= {c["slot"] for c in changes}
    assert {(c["before"], c["after"]) for c in changes if c["slot"] == "discharges.now"} == {("56374人次", "57000人次")}


def test_a_draft_that_stands_is_said_to_stand(drafted: Path):
    ran = chugao("metrics", "touched", drafted, "--metrics", FIGURES)

    assert ran.code == 0, ran.out
    assert "不受影响" in ran.out


# --- rollup ---------------------------------------------------------------------------------------


def test_a_rollup_that_does_not_agree_is_for_a_person_to_look_at():
    departments = write("各科.csv", HEADER + "内科,出院人次,2025,12000,人次,,\n外科,出院人次,2025,8000,人次,,\n")
    own = write("全院.csv", "指标名称,年度,本期值,单位\n出院人次,2025,20500,人次\n")

    ran = chugao("metrics", "rollup", departments, "--against", own, "-o", "汇总.xlsx", "--json")

    assert ran.code == 1
    row = ran.json["rows"][0]
    assert (row["value"], row["rule"], row["difference"], row["hospital"]["value"]) == (20000, "sum", 500, 20500)
    assert [t["source"] for t in row["trace"]] == ["各科.csv D2单元格", "各科.csv D3单元格"]
    assert Path(ran.json["file"]).stat().st_size


def test_a_rollup_that_agrees_is_done():
    departments = write("各科.csv", HEADER + "内科,出院人次,2025,12000,人次,,\n外科,出院人次,2025,8000,人次,,\n")

    ran = chugao("metrics", "rollup", departments)

    assert ran.code == 0, ran.out
    assert "2个科室，1项指标，汇总1项" in ran.out


# --- owing ----------------------------------------------------------------------------------------


def test_owing_lists_by_owner_and_writes_what_to_send():
    file = write("各科.csv", HEADER + "医保办,出院人次,2025,,人次,3000,\n医保办,病例组合指数,2025,1.13,,1.11,\n")

    ran = chugao("metrics", "owing", file, "--year", "2025", "-o", "催报", "--json")

    assert ran.code == 0
    assert [(i["name"], i["owner"], i["last"]) for i in ran.json["items"]] == [("出院人次", "医保办", "3000人次")]
    assert [Path(f).name for f in ran.json["files"]] == ["医保办-2025-催报表.xlsx"]


def test_a_draft_tells_what_it_still_asks_for():
    figures = write("急诊.csv", HEADER + "急诊科,急诊人次,2025,42000,人次,39000,\n")
    made = chugao(
        "draft", "--kind", "summary", "--department", "急诊科", "--year", "2025", "--metrics", figures, "--json"
    )

    ran = chugao("metrics", "owing", made.json["files"]["json"])

    assert "急诊抢救成功率" in ran.out


def test_in_a_workspace_the_figures_imported_last_are_the_later_ones(drafted: Path):
    assert chugao("init", ".").code == 0
    new = write("年报.csv", HEADER + "医务科,出院人次,2025,57000,人次,,2025-12-31\n")
    chugao("metrics", "import", FIGURES)

    imported = chugao("metrics", "import", new)
    ran = chugao("metrics", "touched", drafted)

    assert "chugao metrics touched" in imported.err
    assert ran.code == 1
    assert "56374人次 → 57000人次" in ran.out


OCTOBER = "部门,指标名称,年度,期间,本期值,单位,上年同期值,明年目标,数据截止\n"


def test_a_second_draft_lists_what_the_later_figures_change_in_the_first():
    first = write("十月.csv", OCTOBER + "医务科,三天确诊率,2025,1-10月,91.2,%,90.1,93,2025-10-31\n")
    later = write("快报.csv", OCTOBER + "医务科,三天确诊率,2025,1-10月,89.2,%,90.1,93,2025-10-31\n")
    words = ("--period", "2025M1-10", "--json", "-o", "out")
    file = chugao(*summary("--metrics", first, *words)).json["files"]["json"]

    ran = chugao(*summary("--metrics", later, "--previous", file, *words))

    assert ran.code == 0
    (document,) = ran.json["touched"]
    changes = {(c["before"], c["after"]) for place in document["touched"] for c in place["changes"]}
    assert ("91.2%", "89.2%") in changes
    assert any(place["rewrite"] for place in document["touched"])
    assert {place["kind"] for place in document["touched"]} >= {"sentence", "table"}


def test_export_with_later_figures_lists_the_places_in_the_draft_and_its_siblings():
    first = write("十月.csv", OCTOBER + "医务科,出院人次,2025,,46374,人次,44210,58000,\n")
    later = write("年报.csv", OCTOBER + "医务科,出院人次,2025,,46474,人次,44210,58000,\n")
    file = chugao(*summary("--metrics", first, "-o", "out", "--json")).json["files"]["json"]
    plan = ("draft", "--kind", "summary-plan", "--department", "医务科", "--year", "2025")
    chugao(*plan, "--metrics", first, "-o", "out", "--json")

    ran = chugao("export", file, "--metrics", later, "-o", "again", "--json")

    assert ran.code == 0
    assert [Path(d["file"]).stem for d in ran.json["touched"]] == [
        "医务科2025年工作总结",
        "医务科2025年工作总结暨2026年工作计划",
    ]
    assert all(d["touched"] for d in ran.json["touched"])


def test_a_report_of_ten_months_takes_the_tasks_of_next_year_and_the_numeral_in_a_name_is_no_number():
    figures = write("十月.csv", OCTOBER + "医务科,三天确诊率,2025,1-10月,91.2,%,90.1,93,2025-10-31\n")
    tasks = write(
        "事项.csv",
        "部门,年度,事项,类别,时间,责任科室,状态\n医务科,2026,启动智慧病案室建设,专项,2026年3月,医务科,计划\n"
        "医务科,2025,建成日间手术中心,专项,2025年6月,医务科,完成\n",
    )
    words = ("--kind", "summary-plan", "--department", "医务科", "--year", "2025", "--period", "2025M1-10")

    ran = chugao("draft", *words, "--metrics", figures, "--matters", tasks, "-o", "out", "--json")

    assert ran.json["numbers"]["untraced"] == 0
    assert "启动智慧病案室建设" in Path(ran.json["files"]["md"]).read_text(encoding="utf-8")
    assert not any("2026" in r["reason"] for r in ran.json["requests"])


def test_of_a_folder_with_drafts_of_several_departments_those_are_read_whose_figures_came(drafted: Path):
    nursing = write("护理部.csv", HEADER + "护理部,跌倒发生率,2025,0.05,‰,0.06,2025-12-31\n")
    chugao(*summary("--department", "护理部", "--metrics", nursing, "-o", "out"))

    ran = chugao("metrics", "touched", drafted.parent, "--metrics", FIGURES)

    assert (ran.code, "《医务科2025年工作总结》" in ran.out, "护理部2025年工作总结" in ran.out) == (0, True, False)
    assert "没有对照护理部2025年工作总结.json" in ran.err


def test_without_figures_and_without_a_workspace_touched_says_what_to_give(drafted: Path):
    ran = chugao("metrics", "touched", drafted)

    assert ran.code == 2
    assert "请加 --metrics 指标文件" in ran.err
