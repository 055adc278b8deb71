"""What a department sent: facts, matters, honours, cases, remarks, and the numbers that went nowhere."""

from decimal import Decimal
from pathlib import Path

import pytest

from chugao import open_index
from chugao.errors import InputError
from chugao.material.honours import in_order
from chugao.material.items import figures_of, matters_of
from chugao.material.submission import Submission, understand_submission
from chugao.metrics.facts import derive
from chugao.period import Period


def sent(
    tmp_path: Path, *lines: str, department: str = "心内科", year: int = 2025, name: str = "报送.txt"
) -> Submission:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return understand_submission(path, department=department, year=year)


def report(tmp_path: Path, *lines: str) -> Submission:
    return sent(tmp_path, "心内科2025年工作总结", "一、医疗工作", *lines)


def test_a_growth_told_beside_a_value_is_kept_with_the_fact(tmp_path: Path) -> None:
    read = report(tmp_path, "全年门诊量3.2万人次，比上年增长12%；平均住院日7.3天，同比缩短0.4天。")
    items = tuple(i.model_copy(update={"status": "confirmed"}) for i in read.items)

    facts = derive(figures_of(items), Period(year=2025))

    assert [(i.kind, i.value) for i in items] == [("fact", "32000"), ("fact", "7.3")]
    growth = facts.get("outpatient_visits", "growth")
    change = facts.get("avg_length_of_stay", "change")
    assert growth is not None
    assert growth.value == 12
    assert change is not None
    assert change.value == Decimal("-0.4")


def test_a_value_of_one_thing_is_no_figure_of_the_department(tmp_path: Path) -> None:
    read = report(tmp_path, "5月开展机器人辅助膝关节置换，全年完成46例，平均住院日由9.2天缩短到7.8天。")

    (item,) = read.items

    assert item.kind == "matter"
    assert item.matter is not None
    assert (item.matter.text, item.matter.when) == ("开展机器人辅助膝关节置换", "5月")
    assert "7.8天" in item.matter.result


def test_a_comparison_no_fact_can_hold_keeps_its_sentence_as_a_matter_too(tmp_path: Path) -> None:
    read = report(tmp_path, "平均住院日7.3天，低于全省平均1.1天。")

    assert [i.kind for i in read.items] == ["fact", "matter"]


def test_a_pasted_table_is_read_like_a_workbook(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "指标\t2024年\t2025年\t单位",
        "出院人次\t1931\t2137\t人次",
        "说明",
        "事项\t时间\t成效\t状态",
        "上线床旁超声\t8月\t覆盖12个病区\t已完成",
    )

    fact, matter = read.items
    assert fact.observation is not None
    assert fact.previous is not None
    assert (fact.metric, fact.value, fact.previous.quantity.value, fact.source.paragraph) == (
        "discharges",
        "2137",
        1931,
        4,
    )
    assert matter.matter is not None
    assert (matter.matter.text, matter.matter.result, matter.source.paragraph) == ("上线床旁超声", "覆盖12个病区", 7)


def test_what_is_planned_never_stands_as_done(tmp_path: Path) -> None:
    read = report(
        tmp_path, "全科完成轮训。", "二、2026年打算", "1、3月底前开设房颤门诊。", "2、增开4张过渡床，9月底前。"
    )

    told = [(i.matter.text, i.matter.when, i.matter.status.value, i.matter.year) for i in read.items if i.matter]

    assert told[1:] == [
        ("开设房颤门诊", "2026年3月底前", "拟开展", 2026),
        ("增开4张过渡床", "2026年9月底前", "拟开展", 2026),
    ]


def test_a_shortcoming_is_printed_only_when_somebody_picked_it(tmp_path: Path) -> None:
    read = report(tmp_path, "全科完成轮训。", "二、存在的不足", "一是介入设备老旧，平均等9天；二是夜班人手紧。")
    confirmed = [i.model_copy(update={"status": "confirmed"}) for i in read.items]
    picked = [i.model_copy(update={"picked_by": "王芳"}) if i.text.startswith("介入") else i for i in confirmed]

    assert [m.text for m in matters_of(confirmed).items] == ["全科完成轮训"]
    assert [m.text for m in matters_of(picked).items] == ["全科完成轮训", "介入设备老旧"]


def test_a_remark_to_the_office_is_shown_and_marks_what_is_last_years(tmp_path: Path) -> None:
    read = report(
        tmp_path, "夜间两台创伤同时到院时要等台。（这条去年的，是不是删掉？）", "（电话补：维修件数17925，以财务为准）"
    )

    (item,) = read.items
    assert item.copied_from is not None
    assert "去年" in item.note
    assert [(n.text, n.paragraph, n.why) for n in read.unused] == [("17925", 4, "写在备注里")]
    assert len(read.remarks) == 2


def test_every_number_is_in_an_item_or_visibly_unused(tmp_path: Path) -> None:
    lines = ("全年手术3128台次，并发症0.8%。", "隐患类别\t处数", "电气\t146", "共5项", "（还差2个数，明天再报）")

    read = report(tmp_path, *lines)

    held = "".join(i.text for i in read.items)
    unused = {n.text for n in read.unused}
    for number in ("3128", "0.8", "146", "5", "2"):
        assert number in held or any(number in n for n in unused), number


def test_a_chat_is_read_piece_by_piece_with_who_sent_it(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "王护士长 2025/12/20 21:14",
        "收到",
        "[图片]",
        "抢救室今年抢救7094人次",
        "李干事 21:25",
        "明年打算3月底前把留观床从12张加到18张",
        department="急诊科",
    )

    told = [(i.source.paragraph, i.submitter, i.matter.status.value if i.matter else i.kind) for i in read.items]
    assert told == [(4, "王护士长", "已完成"), (6, "李干事", "拟开展")]


@pytest.mark.parametrize(
    "head",
    [
        "2025-12-20 21:14 王护士长（急诊）",
        "王护士长（急诊）  21:14",
        "[12-20 21:14] 王护士长（急诊）:",
        "急诊 王护士长 昨天 21:14:05",
    ],
)
def test_a_clock_beside_a_name_is_who_sent_it_however_the_program_writes_it(tmp_path: Path, head: str) -> None:
    read = sent(tmp_path, head, "抢救室今年抢救7094人次", department="急诊科")

    (item,) = read.items
    assert item.text == "抢救室今年抢救7094人次。"
    assert "王护士长" in item.submitter
    assert read.unused == ()


def test_names_with_a_colon_before_several_pieces_are_speakers_and_a_heading_is_none(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "转自工作群",
        "老周：远程心电今年判了5126份",
        "老周：> 基层上转的急诊平均9分钟出报告[强]",
        "陈：3月底前把乡镇的机器换完",
        "陈：谢谢，是不是还要报明细？",
        "成效：报告时间缩短",
        department="心电诊断科",
    )

    told = {i.text.rstrip("。"): i.submitter for i in read.items}
    assert told["远程心电今年判了5126份"] == told["基层上转的急诊平均9分钟出报告"] == "老周"
    assert told["3月底前把乡镇的机器换完"] == "陈"
    assert told["成效：报告时间缩短"] == "陈"
    assert read.remarks == ("（谢谢，是不是还要报明细？）",)


def test_what_is_only_talk_is_a_remark_but_a_piece_with_a_figure_never_is(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "张干事 10:02",
        "麻烦各位把数发我一下",
        "哦对了，演练搞了3回，麻烦记一下",
        "海岛病人的转运上了省台，这个算不算亮点",
        "毛病也有：夜里血库只有一个人顶着",
        department="急诊科",
    )

    assert [i.text for i in read.items] == [
        "演练搞了3回，麻烦记一下。", "海岛病人的转运上了省台。", "毛病也有：夜里血库只有一个人顶着。",
    ]  # fmt: skip
    assert read.items[2].is_problem
    assert read.items[2].matter is not None
    assert read.items[2].matter.text == "夜里血库只有一个人顶着"
    assert read.remarks == ("（麻烦各位把数发我一下）", "（这个算不算亮点）")


def test_who_filled_it_in_and_who_signed_is_read(tmp_path: Path) -> None:
    read = report(tmp_path, "全科完成轮训。", "填报人：李梅　审签：张建国　电话：6218")

    assert (read.submitter, read.signed_by) == ("李梅", "张建国")


def test_an_honour_has_its_parts_and_lacks_are_asked_for(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "荣获全国青年文明号（共青团中央，2025年5月，中青发〔2025〕8号）。",
        "10月被市卫生健康委授予“优质护理示范病区”称号。",
    )

    first, second = (i.matter.honour for i in read.items if i.matter)
    assert first is not None
    assert (first.name, first.granted_by, first.level, first.number, first.date) == (
        "全国青年文明号", "共青团中央", "国家级", "中青发〔2025〕8号", "2025年5月",
    )  # fmt: skip
    assert second is not None
    assert (second.name, second.granted_by, second.level) == ("优质护理示范病区", "市卫生健康委", "市级")
    assert read.items[1].asks == "荣誉缺文号"


def test_national_honours_stand_before_provincial_ones_and_other_matters_keep_their_place(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "获评全市先进集体，由市卫生健康委授予。",
        "5月上线床旁超声。",
        "获评全国青年文明号，由共青团中央授予，国家级，授予对象为抢救护理组。",
    )

    ordered = in_order([i.matter for i in read.items if i.matter])

    assert [m.text for m in ordered] == ["获评全国青年文明号", "上线床旁超声", "获评全市先进集体"]
    assert (ordered[0].owner, ordered[0].result) == ("抢救护理组", "由共青团中央授予")


def test_the_number_of_the_document_stands_behind_who_granted_it(tmp_path: Path) -> None:
    (item,) = report(tmp_path, "获评全省先进单位，由省人民政府办公厅通报，文号：鲁政办〔2025〕8号。").items
    assert item.matter is not None

    (printed,) = in_order([item.matter])

    assert printed.result == "由省人民政府办公厅通报（鲁政办〔2025〕8号）"


def test_a_first_of_its_kind_asks_for_evidence(tmp_path: Path) -> None:
    (item,) = report(tmp_path, "6月开展全市首例左心耳封堵术，全年完成46例。").items

    assert item.asks == "“首例”要有佐证"


def test_a_case_is_one_matter_with_its_three_parts(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "案例一　救护车上发心电图",
        "背景：心梗患者到院后要先进急诊。",
        "做法：8月，21辆救护车接通车载心电。",
        "成效：到年底传图1247例。",
    )

    (item,) = read.items
    assert item.matter is not None
    assert item.matter.case is not None
    assert item.matter.text == "救护车上发心电图"
    assert (item.matter.case.practice, item.matter.result) == ("8月，21辆救护车接通车载心电。", "到年底传图1247例")
    assert read.unused == ()


def test_a_sheet_of_figures_is_a_submission_with_its_cells(tmp_path: Path) -> None:
    read = sent(tmp_path, "指标名称,年度,本期值,单位,上年同期值", "出院人次,2025,2137,人次,1931", name="数.csv")

    (item,) = read.items
    assert (item.kind, item.metric, item.value, item.source.cell) == ("fact", "discharges", "2137", "C2")
    assert item.previous is not None


@pytest.mark.parametrize("text", ["", "心内科2025年工作总结\n"])
def test_a_submission_that_says_nothing_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "空.txt"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=r"空\.txt"):
        understand_submission(path, department="心内科", year=2025)


def test_a_megabyte_of_brackets_and_commas_is_read_in_linear_time(tmp_path: Path) -> None:
    import time

    started = time.process_time()
    hostile = "（" * 2000 + "，" * 20000 + "获评" * 3000 + "1" * 3000
    report(tmp_path, "全科完成轮训一次。", hostile)

    assert time.process_time() - started < 20


# --- workbooks, and what a sender wants kept in ---------------------------------------------------


def book(tmp_path: Path, **sheets: list[list[object]]) -> Submission:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(tmp_path / "口腔科.xlsx")
    return understand_submission(tmp_path / "口腔科.xlsx", department="口腔科", year=2026)


def test_each_sheet_of_a_workbook_is_read_as_what_it_is_and_every_number_is_used_or_listed(tmp_path: Path) -> None:
    read = book(
        tmp_path,
        月报=[
            ["指标名称", "单位", "2024年", "2025年", "2026年"],
            ["种植牙例数", "例", 812, 1033, 1287],
            ["注：含兼职医师约60例"],
        ],
        做的事=[["事项", "时间", "成效", "备注"], ["开设儿童舒适化诊疗", "5月", "镇静286例", "设备19.8万元"]],
        说明=[["今年牙椅由18台增加到22台，周末门诊开了96天。"]],
    )

    (implants,) = [i for i in read.items if i.kind == "fact"]
    assert (implants.value, implants.previous and implants.previous.quantity.value) == ("1287", 1033)
    assert {(i.source.sheet, i.matter.text) for i in read.items if i.matter} == {
        ("做的事", "开设儿童舒适化诊疗"),
        ("说明", "今年牙椅由18台增加到22台"),
    }
    assert [u.text for u in read.unused] == ["812", "约60例", "19.8万元"]


def test_half_a_year_never_stands_beside_the_whole_of_the_year_before(tmp_path: Path) -> None:
    read = book(
        tmp_path, 工作量=[["指标", "1-6月", "7-12月", "全年合计", "去年"], ["血液透析人次", 14210, 14876, 29086, 27350]]
    )

    told = {i.observation.period.label: i.previous for i in read.items if i.observation}

    assert told.pop("2026年") is not None
    assert set(told.values()) == {None}


def test_a_planned_thing_in_a_table_without_status_is_not_done(tmp_path: Path) -> None:
    read = book(
        tmp_path,
        大事=[
            ["时间", "事情", "结果"],
            ["4月", "通过质控检查", "排全市第2"],
            ["12月", "计划开夜班透析", "预计增加24人"],
        ],
    )

    assert [(i.matter.text, i.matter.status.value) for i in read.items if i.matter] == [
        ("通过质控检查", "已完成"),
        ("计划开夜班透析", "拟开展"),
    ]


@pytest.mark.parametrize(
    ("said", "release"),
    [
        ("配血标本拿错1次，当场发现，这个别往外写。", "不写"),
        ("医保扣款17万多元（这条不要写）。", "不写"),
        ("药占比在全院垫底，28.4%，内部掌握。", "内部"),
        ("全年没有写错1份交叉配血报告。", "公开"),
    ],
)
def test_what_the_sender_wants_kept_in_is_kept_in(tmp_path: Path, said: str, release: str) -> None:
    read = report(tmp_path, said)

    assert {i.release.value for i in read.items} == {release}
    assert {i.matter.release.value for i in read.items if i.matter} <= {release}


def told(read: Submission) -> list[tuple[str, str, str]]:
    return [(i.matter.text, i.matter.result, i.matter.status.value) for i in read.items if i.matter]


def test_what_is_meant_to_be_done_never_reads_as_done(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "互联互通计划明年上半年申报四级甲等。",
        "新病房楼已完成主体封顶，计划明年3月投用。",
        "水疗室在建，预计明年4月用上。",
    )

    assert [(text, status) for text, _, status in told(read)] == [
        ("互联互通计划明年上半年申报四级甲等", "拟开展"),
        ("新病房楼已完成主体封顶", "推进中"),
        ("水疗室在建", "推进中"),
    ]


def test_a_sentence_that_speaks_back_stays_with_what_it_speaks_of(tmp_path: Path) -> None:
    read = report(tmp_path, "上门护理426人次，服务失能老人219名。该项工作在全市会议上作交流发言。其中换管118人次。")

    ((text, result, _),) = told(read)

    assert text == "上门护理426人次"
    assert result == "服务失能老人219名，该项工作在全市会议上作交流发言，其中换管118人次"


def test_two_honours_of_one_sentence_are_two_each_with_who_granted_it(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "9月获评全国胸痛中心示范单位，由中国胸痛中心联盟授牌；护士长曾丽君被省卫生健康委员会评为全省优质护理先进个人。",
        "药师王会民获全县“最美药师”称号。",
    )

    honours = [i.matter.honour for i in read.items if i.matter and i.matter.honour]

    assert [(h.granted_by, h.level) for h in honours] == [
        ("中国胸痛中心联盟", "国家级"),
        ("省卫生健康委员会", "省级"),
        ("", "县级"),
    ]
    assert "授予单位" in honours[2].lacks


def test_a_change_told_of_another_number_is_not_the_facts(tmp_path: Path) -> None:
    read = report(tmp_path, "出院人次2186人次，转出217人次，随访率88.2%，较去年提升4个百分点。")

    (fact,) = [i for i in read.items if i.kind == "fact" and i.metric == "discharges"]

    assert fact.change is None


def test_a_growth_that_only_says_the_change_anew_leaves_no_second_telling(tmp_path: Path) -> None:
    read = report(tmp_path, "全年门诊量3186人次，比上年增加274人次，增长9.4%。")
    wrong = sent(tmp_path, "心内科2025年工作总结", "全年门诊量3186人次，比上年增加274人次，增长19.4%。", name="错.txt")

    assert [i.kind for i in read.items] == ["fact"]
    assert [i.kind for i in wrong.items] == ["fact", "matter"]  # a person sees that they do not agree


def test_tables_below_one_another_are_read_each_by_its_own_head_and_title(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "指标\t2025年（%）\t2024年（%）",
        "药占比\t26.4\t28.1",
        "月份\t点评处方（张）\t不合理处方（张）",
        "1—6月\t6200\t118",
        "7—12月\t6480\t94",
        "合计\t12680\t212",
        "药品采购（单位：万元）\t\t\t",
        "类别\t本年\t上年\t增减",
        "西药\t4120.5\t4388.0\t-267.5",
    )

    facts = {i.text: i for i in read.items if i.kind == "fact"}

    assert {"2025年药占比26.4%", "2025年点评处方12680张", "2025年不合理处方212张"} <= facts.keys()
    western = facts["2025年药品采购西药4120.5万元"]
    assert western.previous is not None
    assert (western.value, western.previous.quantity.value) == ("41205000", 43880000)
    assert [u.text for u in read.unused] == ["-267.5"]


def test_twelve_months_on_a_sheet_of_their_own_add_up_and_break_nothing(tmp_path: Path) -> None:
    months = [f"{m}月" for m in range(1, 13)]
    read = book(
        tmp_path,
        分月=[["检验科2026年分月标本量"], ["项目", *months], ["标本量（管）", *range(100, 112)], ["备注：2月停检3天"]],
    )

    assert "2026年标本量1266管" in {i.text for i in read.items}
    assert not any("分月标本量" in i.text for i in read.items)


def test_an_answer_in_a_chat_takes_the_name_from_its_question(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "王主任 2025-12-18 20:20",
        "@孙桂兰 床位使用率多少？",
        "孙桂兰 2025-12-18 20:21",
        "96.3%，去年94.8%",
        "还有个事，治疗师缺4个",
    )

    assert any(i.metric == "bed_occupancy_rate" and i.value == "96.3" for i in read.items)
    (short,) = [i for i in read.items if i.is_problem]
    assert short.text.startswith("治疗师缺4个")


def test_half_a_years_counts_say_so_and_become_no_figure_of_the_year(tmp_path: Path) -> None:
    read = sent(
        tmp_path,
        "急诊科2025年上半年工作总结",
        "接诊急诊患者36210人次，比去年同期增加1820人次。",
        "3月建成卒中绿色通道，溶栓58例。",
    )

    assert not [i for i in read.items if i.kind == "fact"]
    assert [(i.matter.text, i.matter.when) for i in read.items if i.matter] == [
        ("上半年接诊急诊患者36210人次", "上半年"),
        ("建成卒中绿色通道", "3月"),
    ]


def test_a_case_told_in_one_paragraph_is_a_case(tmp_path: Path) -> None:
    read = report(
        tmp_path, "背景：80岁以上老人6100人。做法：4月起组建18人上门队，定了26项目录。成效：全年上门426人次。"
    )

    (item,) = read.items

    assert item.matter is not None
    assert item.matter.case is not None
    assert item.matter.case.practice.startswith("4月起组建18人上门队")
    assert item.matter.result == "全年上门426人次"


def test_what_last_years_report_said_is_told_and_a_set_phrase_with_this_years_figures_is_none(tmp_path: Path) -> None:
    past = tmp_path / "往年"
    past.mkdir()
    (past / "心内科2024年工作总结.md").write_text(
        "---\n部门: 心内科\n文种: 工作总结\n年度: 2024\n---\n\n心内科2024年工作总结\n\n一、医疗工作\n\n"
        "在胸痛中心值班室设立一键启动电话，导管室由家里赶来改为院内备班。全年完成冠脉介入手术1186例，较上年增加94例。\n",
        encoding="utf-8",
    )
    path = tmp_path / "报送.txt"
    path.write_text(
        "心内科2025年工作总结\n一、医疗工作\n在胸痛中心值班室设立一键启动电话，导管室由家里赶来改为院内备班。\n"
        "全年完成冠脉介入手术1302例，较上年增加116例。\n",
        encoding="utf-8",
    )

    read = understand_submission(path, department="心内科", year=2025, index=open_index(past))
    others = understand_submission(path, department="骨科", year=2025, index=open_index(past))

    assert [i.copied_from for i in read.items if "一键启动" in i.text] == ["心内科2024年工作总结"]
    assert {i.copied_from for i in read.items if "一键启动" not in i.text} == {None}
    assert {i.copied_from for i in others.items} == {None}


def test_what_a_leader_said_of_the_paper_is_told_to_be_no_deed_and_a_leaders_task_is_one(tmp_path: Path) -> None:
    read = report(
        tmp_path,
        "李主任说：满意度那块少写点，别写离职率。",
        "市卫健委通知：6月前完成胸痛单元整改，已完成3家。",
        "护士长例会改写交接班制度12条。",
    )

    asked = {i.text: i.asks for i in read.items if i.asks}

    assert len(read.items) >= 3
    [(text, told)] = asked.items()
    assert "少写点" in text
    assert "像是李主任的意见" in told
    assert "--instruction" in told
