"""`chugao metrics import --preview|check --html|learn|words|rule|rulings|explain`."""

from pathlib import Path

import pytest

from tests.cli import FIGURES, chugao, refused, write

HEADER = "指标名称,年度,本期值,单位,来源\n"


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert chugao("init", ".").code == 0


def two_sources(year: int = 2025) -> tuple[Path, Path]:
    return (
        write(f"门诊部{year}.csv", HEADER + f"门诊人次,{year},320000,人次,HIS\n"),
        write(f"病案室{year}.csv", HEADER + f"门诊人次,{year},331000,人次,病案统计\n"),
    )


def test_a_preview_writes_its_rows_and_nothing_to_the_workspace():
    ran = chugao("metrics", "import", "--preview", FIGURES, "-o", "预览.csv", "--json")

    assert set(ran.json) == {"ready", "rows", "warnings", "notices", "errors", "changed"}
    assert (ran.code, ran.json["ready"], ran.json["errors"]) == (0, True, [])
    assert {"state", "metric", "name", "department", "period", "role", "value", "unit", "cell"} <= set(
        ran.json["rows"][0]
    )
    assert len(Path("预览.csv").read_text(encoding="utf-8-sig").splitlines()) == len(ran.json["rows"]) + 1
    assert chugao("metrics", "import", FIGURES, "--json").json["added"] == len(ran.json["rows"])


def test_a_preview_of_what_cannot_be_imported_lists_every_error_and_leaves_with_2():
    bad = write("坏2025.csv", HEADER + "门诊人次,2025,很多,人次,\n出院人次,2025,#REF!,人次,\n")

    ran = chugao("metrics", "import", "--preview", bad)

    assert ran.code == 2
    assert "坏2025.csv C2单元格：“很多”不是数字" in ran.out
    assert "坏2025.csv C3单元格：“#REF!”是公式出错" in ran.out
    assert "错误2处" in ran.out
    assert "没有写入工作区" in ran.out


def test_a_preview_names_what_it_would_change_and_what_it_would_contest():
    header = "指标名称,年度,本期值,单位,数据截止,来源,口径\n"
    write("十月.csv", header + "门诊人次,2025,27,万人次,2025-10-31,HIS,\n急诊人次,2025,900,人次,,HIS,\n")
    write("年底.csv", header + "门诊人次,2025,33,万人次,2025-12-31,HIS,\n急诊人次,2025,950,人次,,病案统计,\n")
    chugao("metrics", "import", "十月.csv")

    ran = chugao("metrics", "import", "--preview", "年底.csv")

    assert "[会改] 门诊人次（全部，2025）：27 → 33" in ran.out
    assert "“急诊人次”2025年的数值各处不一" in ran.out
    assert "（HIS）写900" in ran.out
    assert ran.code == 1
    assert "33" not in chugao("metrics", "explain").out


def test_an_import_that_changes_only_the_caliber_says_so():
    write("甲.csv", "指标名称,年度,本期值,单位,口径\n门诊人次,2025,27,万人次,含体检\n")
    write("乙.csv", "指标名称,年度,本期值,单位,口径\n门诊人次,2025,27,万人次,不含体检\n")
    chugao("metrics", "import", "甲.csv")

    ran = chugao("metrics", "import", "乙.csv")

    assert "27，口径有改动" in ran.out
    assert "→" not in ran.out


def test_the_readiness_of_what_the_workspace_keeps_needs_no_file():
    chugao("metrics", "import", *two_sources())
    chugao("metrics", "import", write("急诊.csv", HEADER + "急诊人次,2025,900,人次,\n"))

    ran = chugao("metrics", "check", "--year", "2025")

    assert "急诊人次" in ran.out
    assert "裁定以前都不采用" in ran.out
    assert ran.code == 1


def test_without_workspace_and_without_file_there_is_nothing_to_look_at(tmp_path, monkeypatch):
    (tmp_path / "外面").mkdir()
    monkeypatch.chdir(tmp_path / "外面")
    (tmp_path / "chugao.toml").unlink()

    assert "请写明指标文件" in refused("metrics", "check")


def test_figures_of_two_sources_wait_are_ruled_on_and_next_year_follows():
    files = two_sources()

    first = chugao("metrics", "import", *files)
    waiting = chugao("metrics", "rulings", "--json")
    ruled = chugao(
        "metrics",
        "rule",
        "门诊人次",
        "--period",
        "2025",
        "--choose",
        "病案统计",
        "--by",
        "王主任",
        "--reason",
        "不含体检",
    )
    after = chugao("metrics", "rulings", "--json")
    next_year = chugao("metrics", "check", *two_sources(2026))

    assert first.code == 1
    assert "各处不一" in first.out
    assert (waiting.code, len(waiting.json["waiting"][0])) == (1, 2)
    assert "取用331000" in ruled.out
    assert (after.code, after.json["waiting"]) == (0, [])
    assert after.json["rulings"][0]["by"] == "王主任"
    assert "沿用王主任" in next_year.out
    assert "门诊人次　331000人次" in next_year.out


def test_a_draft_uses_what_was_ruled_and_the_explanation_prints_it():
    chugao("metrics", "import", *two_sources())
    chugao("metrics", "rule", "门诊人次", "--choose", "病案室2025.csv", "--by", "王主任", "--reason", "不含体检")

    page = chugao("metrics", "explain", "-o", "数据说明.md")
    shown = chugao("metrics", "explain", "--json")

    assert page.code == 0
    assert "以“病案室”为准，王主任于" in Path("数据说明.md").read_text(encoding="utf-8")
    assert shown.json["rows"][0]["sources"] == ["病案统计"]


def test_a_word_is_told_once_and_listed_with_who_told_it():
    file = write("a2025.csv", "指标名称,报数,单位\n就诊总数,32,万人次\n")
    unknown = chugao("metrics", "import", "--preview", file)

    chugao("metrics", "learn", "报数", "本期值", "--by", "张三")
    chugao("metrics", "learn", "就诊总数", "门诊人次", "--by", "张三")
    known = chugao("metrics", "import", "--preview", file, "--json")

    assert unknown.code == 2
    assert [(r["name"], r["value"]) for r in known.json["rows"]] == [("门诊人次", "320000")]
    words = chugao("metrics", "words", "--json").json["words"]
    assert [(w["word"], w["meaning"], w["by"]) for w in words] == [
        ("报数", "本期值", "张三"),
        ("就诊总数", "门诊人次", "张三"),
    ]


def test_words_may_stand_in_the_settings_too():
    settings = Path("chugao.toml")
    settings.write_text(
        settings.read_text(encoding="utf-8") + '\n[office.synonyms]\n"就诊总数" = "门诊人次"\n', encoding="utf-8"
    )
    file = write("a2025.csv", "指标名称,本期值,单位\n就诊总数,32,万人次\n")

    rows = chugao("metrics", "import", "--preview", file, "--json").json["rows"]

    assert [r["name"] for r in rows] == ["门诊人次"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("learn", "门诊量", "出院人次"), "已经是“门诊人次”"),
        (("learn", "就诊总数"), "没有写意思"),
        (("rule", "门诊人数次", "--choose", "HIS", "--by", "甲", "--reason", "乙"), "是不是“门诊人次”"),
        (("rule", "门诊人次", "--choose", "HIS", "--by", "甲", "--reason", "乙", "--period", "去年"), "期间“去年”"),
        (("explain",), "没有可以说明的指标"),
        (("import", "没有.csv", "-o", "b.csv"), "和 --preview 一起用"),
        (("import", "没有.csv", "--preview", "-o", "b.doc"), ".csv 或 .xlsx"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(words: tuple[str, ...], says: str):
    assert says in refused("metrics", *words)


def test_the_board_is_written_as_a_page():
    ran = chugao("metrics", "check", FIGURES, "--department", "医务科", "--html", "核对表.html", "--json")

    page = Path("核对表.html").read_text(encoding="utf-8")
    assert ran.code in (0, 1)
    assert "医务科2025年指标核对表" in page
    assert page.count("<svg") == len(ran.json["rows"])


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("check", "--year", "2025"), "缺本期数1项"),
        (("targets", "--year", "2025"), "甲级病案率"),
        (("owing", "--year", "2025"), "手术台次"),
        (("rollup", "--year", "2025"), "甲级病案率"),
        (("explain",), "甲级病案率"),
    ],
)
def test_what_asks_about_figures_takes_those_of_the_workspace_where_no_file_is_named(command, says):
    rows = ("甲级病案率,2024,93.1,%,", "甲级病案率,2025,94.2,%,", "手术台次,2024,300,台次,", "手术台次,2025,,台次,")
    chugao("metrics", "import", write("外科.csv", "部门," + HEADER + "".join(f"外科,{row}\n" for row in rows)))

    assert says in chugao("metrics", *command).out
