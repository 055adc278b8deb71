"""A desk in December: papers, a chat and workbooks as departments send them, and what must come of each sentence."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

import chugao
from chugao.manuscript import Draft
from chugao.material.items import confirmed, figures_of, matters_of
from chugao.material.submission import Submission, understand_submission
from chugao.material.telling import read_as
from chugao.outline import read_outline
from chugao.source import Release


def paper(folder: Path, *lines: str) -> Submission:
    file = folder / "内镜中心.txt"
    file.write_text("\n".join(("内镜中心2026年工作总结", *lines)), encoding="utf-8")
    return understand_submission(file, department="内镜中心", year=2026)


def chat(folder: Path, *lines: str) -> Submission:
    file = folder / "聊天.txt"
    file.write_text("\n".join(("透析室 护士长 方茵  12月4日 20:11", *lines)), encoding="utf-8")
    return understand_submission(file, department="透析室", year=2026)


def book(folder: Path, **sheets: Sequence[Sequence[object]]) -> Submission:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file = folder / "设备科2026.xlsx"
    made.save(file)
    return understand_submission(file, department="设备科", year=2026)


def facts(told: Submission) -> list[str]:
    return [read_as(i) for i in told.items if i.observation is not None]


def deeds(told: Submission) -> list[str]:
    return [i.text.rstrip("。；") for i in told.items if i.matter is not None]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "今年共完成内镜检查3.42万例，比去年的3.18万例增加了7.5%；其中无痛内镜1.9万例。",
            ["2026年内镜检查3.42万例（上年3.18万例），比上年增长7.5%", "2026年无痛内镜1.9万例"],
        ),
        (
            "急诊内镜24小时内完成率97.3%，去年95.8%，年初定的目标是96%。",
            ["2026年急诊内镜24小时内完成率97.3%（上年95.8%）", "2026年急诊内镜24小时内完成率目标96%"],
        ),
        (
            "退镜时间6分钟以上的比例93.1%，比上年提高了1.7个百分点。",
            ["2026年退镜时间6分钟以上的比例93.1%，比上年上升1.7个百分点"],
        ),
        ("平均候检时间4.3天，比去年短了1.2天。", ["2026年平均候检时间4.3天，比上年减少1.2天"]),
        ("穿孔发生率0.03%，目标0.05%以下。", ["2026年穿孔发生率0.03%", "2026年穿孔发生率目标0.05%以下"]),
        ("ADR 31.2%，去年28.7%。", ["2026年ADR31.2%（上年28.7%）"]),
        ("Boston评分≥6的比例91.4%，去年89.9%。", ["2026年Boston评分≥6的比例91.4%（上年89.9%）"]),
        ("3岁以下患儿检查率2.6%，去年2.2%。", ["2026年3岁以下患儿检查率2.6%（上年2.2%）"]),
        ("（诊间数9间，去年是7间，6月加的）", ["2026年诊间数9间（上年7间）"]),
    ],
)
def test_a_sentence_of_indicators_is_figures_with_last_year_and_target_and_no_deed(
    tmp_path: Path, text: str, read: list[str]
) -> None:
    told = paper(tmp_path, "一、业务情况", text)

    assert facts(told) == read
    assert deeds(told) == []


@pytest.mark.parametrize(
    "text",
    [
        "参加省级质控检查216项，合格率100%，国家级参评48项，合格率97.9%。",
        "优化预约流程，候检时间由9天降到5天，投诉率1.1%，去年2.4%。",
        "与消化科联合开展每周读片，全年读片44次，发现早癌3例。",
    ],
)
def test_what_was_done_stays_a_deed_whatever_it_counts(tmp_path: Path, text: str) -> None:
    told = paper(tmp_path, "一、业务情况", text)

    assert deeds(told) == [text.rstrip("。")]


def test_figures_compared_tell_no_deed_of_the_same_numbers_again(tmp_path: Path) -> None:
    told = chat(tmp_path, "今年收治病人842例，去年791例，病死率3.1%（去年3.6%），Kt/V≥1.2的比例88.5%")

    assert [i.value for i in told.items] == ["842", "3.1", "88.5"]
    assert deeds(told) == []


@pytest.mark.parametrize(
    "until",
    ["以上的数都是1-10月的哈", "数据截至10月31日，11月以后的月底再补", "以上是1到10月的数据", "数据统计到10月底"],
)
def test_a_remark_about_the_figures_is_their_last_day_and_is_no_deed(tmp_path: Path, until: str) -> None:
    told = chat(tmp_path, "瘘管通畅率96.4%，去年95.1%", "12月4日 20:15", until)

    assert facts(told) == ["2026年瘘管通畅率96.4%（上年95.1%），数据截至10月31日"]
    assert deeds(told) == []
    assert any("10月" in r or "月底" in r for r in told.remarks)


def test_opening_and_signature_are_no_deeds_and_last_years_same_months_stay_such(tmp_path: Path) -> None:
    told = paper(
        tmp_path,
        "院办：",
        "现将我科今年情况报上，数据截至10月31日，后两个月的年底再补。",
        "一、业务情况",
        "ADR 31.2%，去年同期28.7%。",
        "内镜中心  方茵",
        "2026.11.3",
    )

    (fact,) = told.items
    assert fact.observation is not None
    assert fact.previous is not None
    assert fact.observation.counted.code == "2026M1-10"
    assert fact.previous.counted.code == "2025M1-10"


def test_labels_are_no_words_of_a_sentence_and_plans_are_plans(tmp_path: Path) -> None:
    told = chat(
        tmp_path,
        "9月开了夜间透析，受益患者63人",
        "不足：护士走得多 今年走了5个",
        "明年：申报规范化透析室，争取8月底前完成",
    )

    done, problem, plan = (i.matter for i in told.items)
    assert done is not None
    assert problem is not None
    assert plan is not None
    assert (problem.category, problem.text, problem.result) == ("不足", "护士走得多", "今年走了5个")
    assert (plan.status.value, plan.when, plan.text) == ("拟开展", "2027年8月底前", "申报规范化透析室")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("置管感染率控制在0.9%以内；", "2027年置管感染率目标0.9%以内"),
        ("2027年30分钟穿刺成功率达到97%；", "2027年30分钟穿刺成功率目标97%"),
    ],
)
def test_a_value_in_the_plans_is_next_years_target(tmp_path: Path, text: str, read: str) -> None:
    assert facts(paper(tmp_path, "一、业务情况", "3月开诊。", "二、明年打算", text)) == [read]


def test_last_years_report_sent_along_is_shown_and_not_used(tmp_path: Path) -> None:
    file = tmp_path / "内镜中心.txt"
    text = "内镜中心2025年工作总结\n一、业务情况\n穿孔发生率0.04%。\n二、2026年打算\n2026年穿孔发生率控制在0.03%以内。"
    file.write_text(text, encoding="utf-8")
    told = understand_submission(file, department="内镜中心", year=2026)

    assert [i.copied_from for i in told.items] == ["内镜中心2025年工作总结"] * 2
    assert all(i.status == "provisional" for i in confirmed(told.items, "王敏"))
    assert read_as(told.items[1]) == "2026年穿孔发生率目标0.03%以内"


@pytest.mark.parametrize("head", [("序号", "工作内容", "单位", "去年", "今年", "增减", "说明"), None])
def test_a_departments_own_sheet_of_figures_is_figures_whatever_its_head_calls_the_names(
    tmp_path: Path, head: tuple[str, ...] | None
) -> None:
    rows: list[tuple[object, ...]] = [
        (1, "设备报修", "台次", 2140, 2268, "↑6.0%", "24小时到场率97"),
        (2, "维修及时率", "%", 0.931, 0.957, "", ""),
        (3, "计量检定", "台", 1410, 1502, "↑9.5%", ""),
        (4, "耗材出入库", "件", "约8.1万", "约8.6万", "", ""),
        (5, "医生满意情况", "", "", "较好", "", ""),
        (6, "设备故障率", "%", 0.62, 0.55, "", ""),
    ]
    title = ("设备科2026年数据",)
    if head is None:
        head, rows = ("项目/指标名称", "计量单位", "上年数", "本年数", "同比", "说明"), [r[1:] for r in rows]
    told = book(tmp_path, 数据=[title, head, *rows])

    assert facts(told) == [
        "2026年设备报修2268台次（上年2140台次）",
        "2026年维修及时率95.7%（上年93.1%）",
        "2026年计量检定1502台（上年1410台）",
        "2026年耗材出入库约8.6万件（上年约8.1万件）",
        "2026年设备故障率0.55%（上年0.62%）",
    ]
    assert deeds(told) == []
    assert {i.text: i.note for i in told.items if i.note} == {
        "2026年维修及时率95.7%": "表里写0.931、0.957、单位%，按93.1%、95.7%读取"
    }
    (asked,) = (i for i in told.items if i.asks)
    assert asked.text == "2026年计量检定1502台"
    assert "6.5%" in asked.asks
    assert [(u.text, "不是数" in u.why) for u in told.unused if "好" in u.text] == [("较好", True)]


def test_sheets_without_a_head_are_told_by_their_name_and_progress_in_words_is_what_came_of_it(tmp_path: Path) -> None:
    told = book(
        tmp_path,
        存在问题=[("库房高峰期排队超过30分钟",), ("CT机房漏水，全年停机2次",)],
        明年打算=[("更换中心供氧压缩机，5月底前完成",)],
        工作=[
            ("工作内容", "时间", "进展"),
            ("上线报修小程序", "2月", "扫码报修1860次"),
            ("盘点在用设备", "6月", "核对4120台"),
        ],
    )

    problems = [i.text.rstrip("。") for i in told.items if i.is_problem]
    assert problems == ["库房高峰期排队超过30分钟", "CT机房漏水，全年停机2次"]
    plans = [i.matter.when for i in told.items if i.matter and i.matter.status.value == "拟开展"]
    assert plans == ["2027年5月底前"]
    done = [(i.matter.text, i.matter.result) for i in told.items if i.matter and i.matter.status.value == "已完成"]
    assert done == [("上线报修小程序", "扫码报修1860次"), ("盘点在用设备", "核对4120台")]


AMOUNTS = [
    "（这个钱数别写）", "（金额不要写）", "（钱数不对外）", "，具体数额别写", "（费用保密）", "（数字先别报）", "（这笔钱别往外说）",
    "（金额勿外传）", "（省多少钱就不用写了）", "，钱数就别写了", "（47万这个数不写）", "（具体多少别提）", "（别写钱）",
]  # fmt: skip


@pytest.mark.parametrize("wish", AMOUNTS)
@pytest.mark.parametrize("in_book", [True, False])
def test_a_sum_that_is_not_to_be_written_is_gone_and_the_rest_stays(tmp_path: Path, wish: str, in_book: bool) -> None:
    deed, came = "换下老旧锅炉", f"供热面积6.2万平方米，节约燃气费47万元{wish}"
    told = (
        book(tmp_path, 工作=[("事项", "时间", "效果"), (deed, "5月", came), ("检修电梯", "6月", "检修12部")])
        if in_book
        else paper(tmp_path, "一、主要工作", f"5月{deed}，{came}。", "6月检修电梯12部。")
    )

    (item,) = (i for i in told.items if deed in i.text)
    assert item.matter is not None
    assert item.release is Release.PUBLIC
    assert item.matter.result == "供热面积6.2万平方米"
    assert "47" not in item.text + item.matter.model_dump_json(exclude={"source", "id"})


RELEASES = [
    "（这条先别报）", "（此条仅供内部）", "（不宜对外）", "（别上报）", "（就咱们自己知道）", "（不要发出去）", "（别让外面知道）",
    "（不能见报）", "（勿转）", "（先压一压）", "，这个不方便写", "（只给院领导看）",
]  # fmt: skip


@pytest.mark.parametrize("wish", RELEASES)
def test_a_wish_to_keep_a_thing_in_is_kept_however_it_is_said(tmp_path: Path, wish: str) -> None:
    bare = wish.strip("（），")
    head = ("事项", "时间", "效果", "备注")
    table = book(tmp_path, 工作=[head, ("协商退货", "4月", f"退回设备3台{wish}"), ("协商换货", "4月", "换回2台", bare)])
    said = paper(tmp_path, "一、主要工作", f"4月协商退货，退回设备3台{wish}。")
    typed = chat(tmp_path, f"4月协商退货，退回设备3台 {bare}")

    kept = [i.release for told in (table, said, typed) for i in told.items if "协商" in i.text]
    assert len(kept) == 4
    assert {Release.PUBLIC, Release.UPWARD}.isdisjoint(kept)


@pytest.mark.parametrize(
    "text",
    [
        "10月开展宣教，让群众都知道",
        "10月推行错峰收费，排队时间压一半",
        "10月完成培训，操作要点人人掌握",
        "10月签约随访，做到大病不转院",
    ],
)
def test_ordinary_words_ask_for_nothing(tmp_path: Path, text: str) -> None:
    (item,) = paper(tmp_path, "一、主要工作", f"{text}。").items

    assert item.release is Release.PUBLIC


def written(told: Submission, *instructions: str) -> Draft:
    items = confirmed(told.items, "王敏")
    outline = read_outline("summary", department="内镜中心", year=2026, organisation="石阜县人民医院")
    return chugao.draft(outline, figures_of(items), matters_of(items), instructions=instructions)


TABLE = "项目\t2025年1-10月\t2026年1-10月\n内镜检查（万例）\t3.18\t3.42\n随访率（%）\t88.1\t90.6"
DEEDS = (
    "3月上线预约平台，放号到分时段。",
    "5月新装清洗消毒机两台，洗消记录可追溯。",
    "7月与三家卫生院联合筛查，查出早癌3例。",
)


def test_ten_months_go_into_the_draft_of_the_year_and_are_told_as_ten_months(tmp_path: Path) -> None:
    made = written(paper(tmp_path, "一、业务情况", *DEEDS, "附表", TABLE))

    text = made.model_dump_json()
    assert "3.42万例" in text
    assert "90.6%" in text
    assert "数据截至10月31日" in text
    (early,) = (f.hint for f in made.findings if f.rule == "early")
    assert "内镜检查" in early
    assert "10月31日" in early


def test_two_leaders_who_want_the_opposite_are_both_named(tmp_path: Path) -> None:
    told = paper(tmp_path, "一、业务情况", *DEEDS)
    made = written(
        told, "钱院长12月4日：突出清洗消毒机", "孙书记12月5日微信：清洗消毒机不写", "内镜中心那个预约平台放第一条写"
    )

    first, second, third = (f for f in made.findings if f.rule == "instruction")
    assert "孙书记的意见2" in first.hint
    assert "钱院长的意见1" in second.hint
    assert {first.severity.value, second.severity.value} == {"warning"}
    assert "相反" not in third.hint
    assert "已落实" in third.hint
