"""What is told under a heading from above, and what only the table has."""

from pathlib import Path

import pytest

from chugao import Matters, read_metrics
from chugao.checks.covering import coverage_of
from chugao.drafting import draft
from chugao.export.brief import brief
from chugao.export.spoken import congress
from chugao.export.tabled import Item, assessment
from chugao.manuscript import Draft
from chugao.material import Matter, MatterStatus
from chugao.outline import read_outline
from chugao.source import Source
from tests.facts import facts_of

WORK = (
    "老年人健康体检,2026,2310,人,,2500",
    "高血压患者管理,2026,1486,人,,1600",
    "糖尿病患者管理,2026,497,人,,520",
    "儿童保健管理,2026,884,人,,900",
    "居民建档,2026,17320,份,,18000",
    "孕产妇管理,2026,73,人,,75",
    "严重精神障碍患者管理,2026,108,人,,108",
)


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    outline = tmp_path_factory.mktemp("来文") / "提纲.txt"
    outline.write_text("总结提纲\n一、公共卫生管理\n二、党建工作\n三、存在问题\n四、下一年打算\n", encoding="utf-8")
    asked = read_outline("summary-plan", department="柳河乡卫生院", level="乡镇", year=2026, file=outline)
    return draft(asked, facts_of(*WORK), Matters(items=()))


def test_a_heading_from_above_tells_its_figures_and_the_rest_is_seen_in_the_table_of_headings(township: Draft) -> None:
    coverage = coverage_of(township)
    text = "".join(s.text for section in township.sections for s in section.sentences)
    assert coverage is not None
    (row,) = [r for r in coverage.rows if r.heading == "公共卫生管理"]

    told = [v for v in ("2310人", "1486人", "497人", "884人", "17320份", "73人", "108人") if v in text]

    assert len(told) >= 3
    assert len(told) + len(row.tabled) + len(coverage.tabled) == len(WORK)
    assert not any(value in text for said in row.tabled for value in told if said.endswith(value))


def matter(number: str, text: str, result: str = "", **more: object) -> Matter:
    told = {"category": "护理质量", "year": 2026, "status": MatterStatus.DONE, **more}
    source = Source(file="护理部.docx", paragraph=3)
    return Matter(id=f"matter_{number}", text=text, result=result, source=source, **told)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def nursing() -> Draft:
    matters = (
        matter("aa", "出院患者电话随访率93.2%", "较上年提高5.6个百分点"),
        matter("bb", "选送专科护士19人", "新取得证书15人"),
        matter("cc", "手卫生依从率91.8%", "年初目标95%，没有达到目标", category="不足", picked_by="院长"),
        matter("dd", "上线移动护理系统", status=MatterStatus.PLANNED, year=2027, when="2027年6月底前"),
    )
    outline = read_outline("summary-plan", department="护理部", level="科室", year=2026)
    return draft(outline, facts_of("跌倒发生率,2026,0.06,‰,0.09"), Matters(items=matters))


def test_a_score_follows_from_what_the_standard_asks_and_the_text_says(nursing: Draft) -> None:
    items = (
        Item("延续护理", "5", "电话随访率不低于90%"),
        Item("人才培养", "5", "专科护士选送达到15人以上"),
        Item("人才培养", "5", "专科护士选送达到25人以上"),
        Item("不良事件", "10", "跌倒发生率≤0.08‰"),
        Item("信息化", "5", "上线移动护理系统"),
    )

    rows = next(t for _, _, t in assessment(nursing, items).tables()).rows

    assert [r[4].text for r in rows] == ["5", "5", "【待评】", "10", "【待评】"]
    assert rows[0][5].text == "出院患者电话随访率93.2%，较上年提高5.6个百分点"
    assert rows[4][5].text.startswith("没有完成，列入2027年计划：上线移动护理系统")


def test_a_brief_never_says_a_value_where_it_means_a_shortcoming(nursing: Draft) -> None:
    text = "".join(s.text for section in brief(nursing, 300).sections for s in section.sentences)

    assert "主要不足是手卫生依从率91.8%，年初目标95%，没有达到目标。" in text


def test_a_department_has_no_staff_congress(nursing: Draft) -> None:
    paper = congress(nursing, name="刘静", post="护理部主任")

    assert paper.title.text == "在护理部全体职工会议上的工作报告"
    assert "代表" not in "".join(
        s.text for section in paper.sections for s in section.sentences if "我代表" not in s.text
    )


def test_the_years_volumes_open_the_report_to_the_congress(tmp_path: Path) -> None:
    outline = read_outline("summary", department="清渠县人民医院", level="医院", year=2026)
    deeds = tuple(
        matter(f"{c}{c}", t) for c, t in zip("efg", ("启用综合楼", "完成污水站改造", "推行日间手术"), strict=True)
    )
    base = draft(
        outline, facts_of("门急诊人次,2026,586320,人次,541870", "出院人次,2026,38764,人次,36120"), Matters(items=deeds)
    )

    (review,) = [s for s in congress(base, name="方志远", post="院长").sections if s.heading.text == "2026年工作回顾"]

    assert "586320人次" in review.sentences[0].text


def test_the_senders_own_heading_is_the_one_from_above_that_holds_it_and_figures_keep_theirs() -> None:
    from chugao.drafting.sharing import _best_heading, _heading_of_matter
    from chugao.material import Matter
    from chugao.outline import Part
    from chugao.source import Source

    heads = ("一、业务完成情况", "二、重点工作和创新做法")
    parts = [Part(id=f"p{n}", heading=h[2:], role="results", level=1, asked=True) for n, h in enumerate(heads)]
    deed = Matter(
        id="matter_a",
        text="启用高压氧舱",
        category="重点工作",
        status=MatterStatus.DONE,
        source=Source(file="高压氧科.docx"),
    )

    home = _heading_of_matter(parts, deed)

    assert home is parts[1]
    assert _best_heading(parts, "高压氧治疗人次", figures=True) is parts[0]


ABOVE = (
    "总结提纲\n一、传染病防控与免疫规划\n二、妇幼健康服务\n三、基层卫生与家庭医生签约\n四、业务量情况\n五、明年打算\n"
)


def test_within_public_health_each_heading_tells_its_own_subject(tmp_path: Path) -> None:
    (tmp_path / "提纲.txt").write_text(ABOVE, encoding="utf-8")
    asked = read_outline("summary-plan", department="岭西县卫健局", level="区县", year=2026, file=tmp_path / "提纲.txt")
    told = {
        "传染病防控与免疫规划": matter("ga", "处置聚集性疫情9起", "均在当天报告", category=""),
        "妇幼健康服务": matter("gb", "完成两癌筛查1.2万人", "比上年多一个乡", category=""),
        "基层卫生与家庭医生签约": matter("gc", "规范管理高血压患者4.9万人", "随访到户", category=""),
        "": matter("ge", "推进疾控改革", status=MatterStatus.PLANNED, year=2027, when="2027年6月底前"),
    }

    made = draft(asked, read_metrics(), Matters(items=tuple(told.values())))

    text = {s.heading.text: "".join(x.text for x in s.sentences) for s in made.sections}
    assert "聚集性疫情9起" in text["传染病防控与免疫规划"]
    assert "两癌" in text["妇幼健康服务"]
    assert "高血压" in text["基层卫生与家庭医生签约"]


def test_a_row_called_completed_is_no_answer_to_a_task(nursing: Draft) -> None:
    from chugao.export.tabled import _is

    assert not _is("完成", "完成县疾控局挂牌")
    assert _is("电话随访率", "电话随访率不低于90%")
