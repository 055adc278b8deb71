"""Workbooks as offices have them: each is built here as it looks on a desk, and what it says was written by hand.

A line “指标|科室|期间|角色|值|单位”; “!规则 片语” a finding of that rule whose hint holds the words.  The list is
complete: an observation or a warning that is not in it fails the test.
"""

import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from chugao.errors import InputError
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_all, read_metrics
from chugao.quantity import plain
from chugao.source import Severity

Rows = Sequence[Sequence[object]]


class Case(NamedTuple):
    """A workbook on a desk."""

    file: str
    sheets: dict[str, Rows]
    expected: str
    merge: tuple[str, ...] = ()
    """Areas merged in every sheet."""
    formats: tuple[tuple[str, str], ...] = ()
    """(cell, number format) in every sheet."""
    dress: Callable[[Worksheet], None] | None = None
    """What else is done to every sheet."""


def build(folder: Path, case: Case) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in case.sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for at, number_format in case.formats:
            sheet[at].number_format = number_format
        for area in case.merge:
            sheet.merge_cells(area)
        if case.dress:
            case.dress(sheet)
    path = folder / case.file
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx").rename(path)


def told(figures: Figures) -> list[str]:
    def line(o: Any, role: str) -> str:
        name = figures.catalogue().get(o.metric).name
        q = o.quantity
        bound = "" if q.qualifier.value == "=" else q.qualifier.value
        return f"{name}|{o.department}|{o.period.code}|{role}|{bound}{plain(q.value)}|{q.unit}"

    lines = [line(o, o.role.value) for o in figures.observations]
    lines += [line(o, "comparable") for o in figures.comparable]
    return sorted(lines + [line(c, "change") for c in figures.changes])


def check(figures: Figures, expected: str) -> None:
    lines = [text.strip() for text in expected.strip().splitlines() if text.strip()]
    findings = [f for f in figures.findings if f.severity is not Severity.INFO]
    wanted = [text[1:].split(" ", 1) for text in lines if text.startswith("!")]

    assert told(figures) == sorted(text for text in lines if not text.startswith("!"))
    for rule, words in wanted:
        held = [f for f in findings if f.rule == f"figures.{rule}" and all(w in f.hint for w in words.split(" "))]
        assert held, (rule, words, [(f.rule, f.hint) for f in findings])
        findings.remove(held[0])
    assert [(f.rule, f.hint) for f in findings] == []


MONTHS = [f"{m}月" for m in range(1, 13)]


def hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True


def lock_and_link(sheet: Worksheet) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "1234"
    sheet["A2"].hyperlink = "https://example.invalid/指标"
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = "A1:C2"
    sheet.print_title_rows = "1:1"


CASES = {
    "two header rows, the year merged over 本期 and 同期": Case(
        "2025年指标.xlsx",
        {"Sheet1": [
            ["指标名称", "单位", "2025年", None, None],
            [None, None, "本期", "同期", "增幅"],
            ["门诊人次", "人次", 320000, 300000, "6.7%"],
            ["平均住院日", "天", 7.3, 7.6, None],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        门诊人次||2025|change|6.7|%
        平均住院日||2025|actual|7.3|天
        平均住院日||2024|actual|7.6|天
        """,
        merge=("A1:A2", "B1:B2", "C1:E1"),
    ),
    "three header rows: year over span over 完成值 and 目标": Case(
        "主要指标.xlsx",
        {"Sheet1": [
            ["某医院主要指标一览", None, None, None, None, None],
            ["指标", "单位", "2025年", None, None, None],
            [None, None, "1—6月", None, "全年", None],
            [None, None, "完成值", "上年同期", "目标值", "完成值"],
            ["出院人次", "人次", 26000, 25000, "≥52000", 53218],
        ]},
        """
        出院人次||2025H1|actual|26000|人次
        出院人次||2024H1|actual|25000|人次
        出院人次||2025|target|≥52000|人次
        出院人次||2025|actual|53218|人次
        """,
        merge=("A1:F1", "A2:A4", "B2:B4", "C2:F2", "C3:D3", "E3:F3"),
    ),
    "one sheet a department, some called by short names": Case(
        "2025年各科室.xlsx",
        {
            "心内科": [["指标", "单位", "本期值"], ["出院人次", "人次", 1200]],
            "3病区": [["指标", "单位", "本期值"], ["出院人次", "人次", 800]],
            "ICU": [["指标", "单位", "本期值"], ["出院人次", "人次", 150]],
            "填表说明": [["请按时填报"]],
        },
        """
        出院人次|心内科|2025|actual|1200|人次
        出院人次|3病区|2025|actual|800|人次
        出院人次|ICU|2025|actual|150|人次
        """,
    ),
    "sheets called as people call them tell the same metrics over again: each is a department's, and that is said": Case(
        "2025年各科.xlsx",
        {
            "内一": [["指标", "单位", "本期值"], ["出院人次", "人次", 1200], ["投诉起数", "起", 3]],
            "手麻": [["指标", "单位", "本期值"], ["出院人次", "人次", 40], ["投诉起数", "起", 1]],
            "120": [["指标", "单位", "本期值"], ["投诉起数", "起", 2]],
            "合计": [["指标", "单位", "本期值"], ["出院人次", "人次", 1240], ["投诉起数", "起", 6]],
        },
        """
        出院人次|内一|2025|actual|1200|人次
        投诉起数|内一|2025|actual|3|起
        出院人次|手麻|2025|actual|40|人次
        投诉起数|手麻|2025|actual|1|起
        投诉起数|120|2025|actual|2|起
        出院人次||2025|actual|1240|人次
        投诉起数||2025|actual|6|起
        !sheet_department 当作科室：内一、手麻、120
        """,
    ),
    "sheets by topic are nobody's in particular": Case(
        "2025年全院.xlsx",
        {
            "医疗服务": [["指标", "单位", "本期值"], ["出院人次", "人次", 1200], ["急诊人次", "人次", 90]],
            "满意度": [["指标", "单位", "本期值"], ["投诉起数", "起", 3]],
        },
        """
        出院人次||2025|actual|1200|人次
        急诊人次||2025|actual|90|人次
        投诉起数||2025|actual|3|起
        """,
    ),
    "twelve monthly sheets: a count is summed, a stock taken at the end, a rate left alone": Case(
        "2025年月报.xlsx",
        {f"{m}月": [
            ["指标", "单位", "本月值"],
            ["急诊人次", "人次", 1000 + m],
            ["实际开放床位", "张", 600 + m],
            ["病床使用率", "%", 90],
        ] for m in range(1, 13)},
        "\n".join(
            f"急诊人次||2025M{m}|actual|{1000 + m}|人次\n实际开放床位||2025M{m}|actual|{600 + m}|张\n"
            f"病床使用率||2025M{m}|actual|90|%"
            for m in range(1, 13)
        )
        + """
        急诊人次||2025|actual|12078|人次
        实际开放床位||2025|actual|612|张
        """,
    ),
    "ten monthly sheets make months to date, no year": Case(
        "2025年月报.xlsx",
        {f"{m}月": [["指标", "单位", "数值"], ["急诊人次", "人次", 100]] for m in range(1, 11)},
        "\n".join(f"急诊人次||2025M{m}|actual|100|人次" for m in range(1, 11))
        + "\n急诊人次||2025M1-10|actual|1000|人次",
    ),
    "monthly sheets with one missing make no year": Case(
        "2025年月报.xlsx",
        {f"{m}月": [["指标", "单位", "数值"], ["急诊人次", "人次", 100]] for m in range(1, 13) if m != 7},
        "\n".join(f"急诊人次||2025M{m}|actual|100|人次" for m in range(1, 13) if m != 7)
        + "\n!months 急诊人次 缺7月",
    ),
    "a month's sheet with 本月 and 本年累计": Case(
        "2025年10月.xlsx",
        {"10月": [
            ["指标", "单位", "本月", "本年累计", "上年同期累计"],
            ["急诊人次", "人次", 11000, 105000, 101000],
        ]},
        """
        急诊人次||2025M10|actual|11000|人次
        急诊人次||2025M1-10|actual|105000|人次
        急诊人次||2024M1-10|actual|101000|人次
        """,
    ),
    "a column a month with a total that is right": Case(
        "2025年急诊.xlsx",
        {"Sheet1": [["指标", "单位", *MONTHS, "合计"], ["急诊人次", "人次", *[100] * 12, 1200]]},
        "\n".join(f"急诊人次||2025M{m}|actual|100|人次" for m in range(1, 13)) + "\n急诊人次||2025|actual|1200|人次",
    ),
    "a column a month with a total that is wrong": Case(
        "2025年急诊.xlsx",
        {"Sheet1": [["指标", "单位", *MONTHS, "合计"], ["急诊人次", "人次", *[100] * 12, 1300]]},
        "\n".join(f"急诊人次||2025M{m}|actual|100|人次" for m in range(1, 13))
        + "\n急诊人次||2025|actual|1200|人次\n!total O2 1300 1200 C2 N2",
    ),
    "a column a month beside a year that the months do not make": Case(
        "2025年急诊.xlsx",
        {"Sheet1": [["指标", "单位", *MONTHS, "全年"], ["急诊人次", "人次", *[100] * 12, 1250]]},
        "\n".join(f"急诊人次||2025M{m}|actual|100|人次" for m in range(1, 13))
        + "\n急诊人次||2025|actual|1250|人次\n!months O2 1250 1200",
    ),
    "a column a year with a target of the next": Case(
        "a.xlsx",
        {"三年数据": [
            ["序号", "指标", "单位", "2023年", "2024年", "2025年", "2026年目标"],
            [1, "出院人次", "人次", 49876, 53218, 56374, "≥58000"],
            [2, "平均住院日", "天", 7.9, 7.6, 7.3, "≤7.2"],
        ]},
        """
        出院人次||2023|actual|49876|人次
        出院人次||2024|actual|53218|人次
        出院人次||2025|actual|56374|人次
        出院人次||2026|target|≥58000|人次
        平均住院日||2023|actual|7.9|天
        平均住院日||2024|actual|7.6|天
        平均住院日||2025|actual|7.3|天
        平均住院日||2026|target|≤7.2|天
        """,
    ),
    "a column a department, the total wrong for a count and silent for a mean": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "心内科", "普外科", "骨科", "全院合计"],
            ["出院人次", "人次", 1000, 1100, 900, 3100],
            ["平均住院日", "天", 7, 8, 9, 7.9],
        ]},
        """
        出院人次|心内科|2025|actual|1000|人次
        出院人次|普外科|2025|actual|1100|人次
        出院人次|骨科|2025|actual|900|人次
        平均住院日|心内科|2025|actual|7|天
        平均住院日|普外科|2025|actual|8|天
        平均住院日|骨科|2025|actual|9|天
        !total F2 3100 3000 C2 E2
        """,
    ),
    "a row a department and a column a metric, units in the header, a wrong total": Case(
        "2025年工作量.xlsx",
        {"Sheet1": [
            ["2025年各科室工作量统计表"],
            ["序号", "科室", "门诊人次（万）", "出院人次", "平均住院日（天）", "药占比(%)"],
            [1, "心内科", 3.2, 1200, 7.1, 28.5],
            [2, "普外科", 2.8, 1100, 7.9, 25],
            ["合计", None, 6, 2400, 7.5, None],
            ["填报人：甲", None, None, "审核人：乙", None, "填报日期：2026.1.5"],
        ]},
        """
        门诊人次|心内科|2025|actual|32000|人次
        门诊人次|普外科|2025|actual|28000|人次
        出院人次|心内科|2025|actual|1200|人次
        出院人次|普外科|2025|actual|1100|人次
        平均住院日|心内科|2025|actual|7.1|天
        平均住院日|普外科|2025|actual|7.9|天
        药占比|心内科|2025|actual|28.5|%
        药占比|普外科|2025|actual|25|%
        !total D5 2400 2300 D3 D4
        """,
    ),
    "a column a metric, each over two years": Case(
        "工作量.xlsx",
        {"Sheet1": [
            ["科室", "出院人次", None, "手术台次", None],
            [None, "2025年", "2024年", "2025年", "2024年"],
            ["普外科", 1100, 1000, 900, 850],
            ["骨科", 700, 690, 650, 600],
        ]},
        """
        出院人次|普外科|2025|actual|1100|人次
        出院人次|普外科|2024|actual|1000|人次
        手术台次|普外科|2025|actual|900|台次
        手术台次|普外科|2024|actual|850|台次
        出院人次|骨科|2025|actual|700|人次
        出院人次|骨科|2024|actual|690|人次
        手术台次|骨科|2025|actual|650|台次
        手术台次|骨科|2024|actual|600|台次
        """,
        merge=("A1:A2", "B1:C1", "D1:E1"),
    ),
    "a column a metric with units in a row of their own": Case(
        "2025年.xlsx",
        {"Sheet1": [
            ["科室", "门诊人次", "病床使用率", "医疗收入"],
            [None, "（人次）", "（%）", "（万元）"],
            ["眼科", 42000, 88.2, 3150.5],
            ["口腔科", 31000, 61, 1800],
        ]},
        """
        门诊人次|眼科|2025|actual|42000|人次
        病床使用率|眼科|2025|actual|88.2|%
        医疗收入|眼科|2025|actual|31505000|元
        门诊人次|口腔科|2025|actual|31000|人次
        病床使用率|口腔科|2025|actual|61|%
        医疗收入|口腔科|2025|actual|18000000|元
        """,
    ),
    "a row a month and a column a metric": Case(
        "2025年门诊部.xlsx",
        {"Sheet1": [
            ["月份", "门诊人次", "急诊人次"],
            ["1月", 30000, 1000],
            ["2月", 28000, 900],
            ["3月", 32000, 1100],
            ["合计", 90000, 3000],
        ]},
        """
        门诊人次||2025M1|actual|30000|人次
        门诊人次||2025M2|actual|28000|人次
        门诊人次||2025M3|actual|32000|人次
        门诊人次||2025Q1|actual|90000|人次
        急诊人次||2025M1|actual|1000|人次
        急诊人次||2025M2|actual|900|人次
        急诊人次||2025M3|actual|1100|人次
        急诊人次||2025Q1|actual|3000|人次
        """,
    ),
    "a row a year and a column a metric": Case(
        "历年.xlsx",
        {"Sheet1": [["年度", "门诊人次", "出院人次"], [2023, 280000, 9000], ["2024年", 300000, 9500], [2025, 320000, 9900]]},
        """
        门诊人次||2023|actual|280000|人次
        门诊人次||2024|actual|300000|人次
        门诊人次||2025|actual|320000|人次
        出院人次||2023|actual|9000|人次
        出院人次||2024|actual|9500|人次
        出院人次||2025|actual|9900|人次
        """,
    ),
    "two tables side by side": Case(
        "2025年.xlsx",
        {"Sheet1": [
            ["序号", "指标", "单位", "本年", None, "序号", "指标", "单位", "本年"],
            [1, "门诊人次", "人次", 320000, None, 3, "出院人次", "人次", 9900],
            [2, "急诊人次", "人次", 12000, None, 4, "手术台次", "台次", 3100],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        急诊人次||2025|actual|12000|人次
        出院人次||2025|actual|9900|人次
        手术台次||2025|actual|3100|台次
        """,
    ),
    "several tables one below the other, of different shapes": Case(
        "2025年.xlsx",
        {"Sheet1": [
            ["一、服务量"],
            ["指标", "单位", "本年", "上年"],
            ["门诊人次", "人次", 320000, 300000],
            [],
            ["二、各科出院"],
            ["科室", "出院人次"],
            ["骨科", 700],
            ["眼科", 650],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        出院人次|骨科|2025|actual|700|人次
        出院人次|眼科|2025|actual|650|人次
        """,
    ),
    "numbers, merged classes, headings, notes and signatures around the rows": Case(
        "护理部2025.xlsx",
        {"指标": [
            ["护理部2025年质量指标"],
            ["数据截止：2025年12月31日"],
            ["序号", "类别", "指标名称", "单位", "完成值", "备注"],
            [1, "运行", "出院人次", "人次", 9900, None],
            [2, None, "平均住院日", "天", 7.3, None],
            [3, "质量", "甲级病案率", "%", 96.6, "差一点"],
            ["注：1.出院人次含日间病房。"],
            ["2.平均住院日按出院者计算。"],
            ["填报人", "甲", "审核人", "乙", "填报日期", "2026-01-05"],
        ]},
        """
        出院人次||2025|actual|9900|人次
        平均住院日||2025|actual|7.3|天
        甲级病案率||2025|actual|96.6|%
        """,
        merge=("A1:F1", "B4:B5", "A7:F7", "A8:F8"),
    ),
    "subtotals and a total over departments, one subtotal wrong": Case(
        "2025出院.xlsx",
        {"Sheet1": [
            ["院区", "科室", "指标", "单位", "本年"],
            ["本部", "骨科", "出院人次", "人次", 700],
            [None, "眼科", "出院人次", "人次", 650],
            [None, "小计", "出院人次", "人次", 1360],
            ["东院", "内科", "出院人次", "人次", 300],
            [None, "外科", "出院人次", "人次", 200],
            [None, "小计", "出院人次", "人次", 500],
            ["总计", None, "出院人次", "人次", 1850],
        ]},
        """
        出院人次|骨科|2025|actual|700|人次
        出院人次|眼科|2025|actual|650|人次
        出院人次|内科|2025|actual|300|人次
        出院人次|外科|2025|actual|200|人次
        !header 院区
        !total E4 1360 1350 E2 E3
        """,
        merge=("A2:A4", "A5:A7"),
    ),
    "a department written once over its rows": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["科室", "指标", "单位", "本年"],
            ["骨科", "出院人次", "人次", 700],
            [None, "手术台次", "台次", 650],
            ["眼科", "出院人次", "人次", 300],
            [None, "手术台次", "台次", 280],
        ]},
        """
        出院人次|骨科|2025|actual|700|人次
        手术台次|骨科|2025|actual|650|台次
        出院人次|眼科|2025|actual|300|人次
        手术台次|眼科|2025|actual|280|台次
        !department A3 随上面的“骨科”
        """,
    ),
    "what stands for nothing, and zero": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年"],
            ["门诊人次", "人次", "/", 300000],
            ["出院人次", "人次", "待统计", 9500],
            ["手术台次", "台次", "—", "暂无"],
            ["投诉起数", "起", "无", "/"],
            ["急诊人次", "人次", 0, "0"],
            ["平均住院日", "天", "无", 7],
        ]},
        """
        门诊人次||2024|actual|300000|人次
        出院人次||2024|actual|9500|人次
        投诉起数||2025|actual|0|起
        急诊人次||2025|actual|0|人次
        急诊人次||2024|actual|0|人次
        平均住院日||2024|actual|7|天
        """,
    ),
    "numbers that are text": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年", "目标"],
            ["门诊人次", "人次", "3.2万", "30，125", "≥3.3万"],
            ["出院人次", "人次", " 9 900 ", "９５００", "约1.2万"],
            ["手术台次", "台次", "1,234台次", "1,200.0", "1200以上"],
            ["医疗收入", "万元", "1,234.5", "1.2亿元", "13000"],
            ["药占比", "%", "28.50％", "29.1 %", "不超过28%"],
        ]},
        """
        门诊人次||2025|actual|32000|人次
        门诊人次||2024|actual|30125|人次
        门诊人次||2025|target|≥33000|人次
        出院人次||2025|actual|9900|人次
        出院人次||2024|actual|9500|人次
        出院人次||2025|target|约12000|人次
        手术台次||2025|actual|1234|台次
        手术台次||2024|actual|1200|台次
        手术台次||2025|target|≥1200|台次
        医疗收入||2025|actual|12345000|元
        医疗收入||2024|actual|120000000|元
        医疗收入||2025|target|130000000|元
        药占比||2025|actual|28.5|%
        药占比||2024|actual|29.1|%
        药占比||2025|target|≤28|%
        """,
    ),
    "changes in words and arrows": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年", "同比"],
            ["门诊人次", "人次", 320000, 300000, "↑6.7%"],
            ["急诊人次", "人次", 12000, 12020, "与上年基本持平"],
            ["出院人次", "人次", 9900, 9800, "略有增长"],
            ["手术台次", "台次", 3100, 3200, "有所增长"],
            ["平均住院日", "天", 7.3, 7.3, "持平"],
            ["药占比", "%", 28.5, 29.1, "下降0.6个百分点"],
            ["投诉起数", "起", 4, 0, "#DIV/0!"],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        门诊人次||2025|change|6.7|%
        急诊人次||2025|actual|12000|人次
        急诊人次||2024|actual|12020|人次
        出院人次||2025|actual|9900|人次
        出院人次||2024|actual|9800|人次
        手术台次||2025|actual|3100|台次
        手术台次||2024|actual|3200|台次
        平均住院日||2025|actual|7.3|天
        平均住院日||2024|actual|7.3|天
        平均住院日||2025|change|0|天
        药占比||2025|actual|28.5|%
        药占比||2024|actual|29.1|%
        药占比||2025|change|-0.6|个百分点
        投诉起数||2025|actual|4|起
        投诉起数||2024|actual|0|起
        !change E5 有所增长 3100 3200
        !change E8 公式出错
        """,
    ),
    "rates with a percent format, as bare fractions, and as they should be": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年"],
            ["甲级病案率", "%", 0.966, 0.958],
            ["病床使用率", "%", 92.7, 0.93],
            ["患者满意度", "%", "0.95", 94],
        ]},
        """
        甲级病案率||2025|actual|96.6|%
        甲级病案率||2024|actual|95.8|%
        病床使用率||2025|actual|92.7|%
        病床使用率||2024|actual|93|%
        患者满意度||2025|actual|95|%
        患者满意度||2024|actual|94|%
        !fraction D3 0.93 93%
        !fraction C4 0.95 95%
        """,
        formats=(("C2", "0.0%"), ("D2", "0.00%")),
    ),
    "two things in one cell": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "完成情况"],
            ["甲级病案率", "%", "98.6%（去年97.2%）"],
            ["门诊人次", "人次", "32万（↑6.7%）"],
            ["平均住院日", "天", "7.3天（同比下降0.3天）"],
            ["药占比", "%", "28.5%（目标≤28%）"],
            ["出院人次", "人次", "9900（2024年：9500）"],
        ]},
        """
        甲级病案率||2025|actual|98.6|%
        甲级病案率||2024|actual|97.2|%
        门诊人次||2025|actual|320000|人次
        门诊人次||2025|change|6.7|%
        平均住院日||2025|actual|7.3|天
        平均住院日||2025|change|-0.3|天
        药占比||2025|actual|28.5|%
        药占比||2025|target|≤28|%
        出院人次||2025|actual|9900|人次
        出院人次||2024|actual|9500|人次
        """,
    ),
    "values on a comparable basis beside those reported": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年同期值", "上年同期值（可比口径）", "口径"],
            ["门诊人次", "人次", 320000, 300000, 290000, "含急诊"],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        门诊人次||2024|comparable|290000|人次
        """,
    ),
    "hidden rows, columns and sheets": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "上年"],
            ["门诊人次", "人次", 320000, 300000],
            ["急诊人次", "人次", 12000, 11000],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        急诊人次||2025|actual|12000|人次
        急诊人次||2024|actual|11000|人次
        !hidden 第3行
        !hidden D列 上年
        """,
        dress=hide,
    ),
    "a protected sheet with links, filters and frozen panes": Case(
        "2025.xlsx",
        {"Sheet1": [["指标", "单位", "本年"], ["门诊人次", "人次", 320000]]},
        "门诊人次||2025|actual|320000|人次",
        dress=lock_and_link,
    ),
    "an .et that is a zip inside": Case(
        "2025.et",
        {"Sheet1": [["指标", "单位", "本年"], ["门诊人次", "人次", 320000]]},
        "门诊人次||2025|actual|320000|人次",
    ),
    "empty sheets and a very wide one": Case(
        "2025.xlsx",
        {
            "Sheet1": [],
            "Sheet2": [["指标", "单位", "本年", *[None] * 300, "打印区"], ["门诊人次", "人次", 320000]],
            "Sheet3": [],
        },
        """
        门诊人次||2025|actual|320000|人次
        !header 打印区
        """,
    ),
    "cut-offs as dates, a late one pointed out": Case(
        "2025.xlsx",
        {"Sheet1": [
            ["指标", "单位", "本年", "数据截止"],
            ["门诊人次", "人次", 320000, date(2025, 12, 31)],
            ["急诊人次", "人次", 10000, datetime(2025, 10, 31, 0, 0)],
        ]},
        """
        门诊人次||2025|actual|320000|人次
        急诊人次||2025|actual|10000|人次
        !cutoff 10月31日
        """,
        formats=(("D2", "yyyy/m/d"), ("D3", "yyyy-mm-dd")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_workbook_says_what_a_person_reads_in_it(tmp_path: Path, name: str) -> None:
    case = CASES[name]

    figures = read_metrics(build(tmp_path, case))

    check(figures, case.expected)


# --- what is no workbook of ours ------------------------------------------------------------------


def test_a_page_of_a_hospital_system_named_xls(tmp_path: Path) -> None:
    path = tmp_path / "HIS导出2025.xls"
    path.write_bytes(
        """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312"></head><body>
        <table border=1><tr><td colspan=4>2025年门诊统计</td></tr>
        <tr><td rowspan=2>项目名称</td><td rowspan=2>单位</td><td colspan=2>2025年</td></tr>
        <tr><td>本期</td><td>同期</td></tr>
        <tr><td>门诊人次</td><td>人次</td><td x:num>320,000</td><td>300&nbsp;000</td></tr>
        <tr><td>药占比</td><td>%</td><td style="mso-number-format:'0.0%'">28.5%</td><td>29.1%</td></tr>
        <tr><td colspan=4>制表人：甲</td></tr></table></body></html>""".encode("gb18030")
    )

    check(
        read_metrics(path),
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        药占比||2025|actual|28.5|%
        药占比||2024|actual|29.1|%
        """,
    )


def test_a_csv_of_a_chinese_windows_with_a_title_and_quotes(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    path.write_bytes(
        '2025年上半年指标,,,\r\n指标名称,单位,"本期值","上年同期值"\r\n门诊人次,人次,"160,000",15万\r\n"注：初步数",,,\r\n'.encode(
            "gb18030"
        )
    )

    check(read_metrics(path), "门诊人次||2025H1|actual|160000|人次\n门诊人次||2024H1|actual|150000|人次")


def test_a_workbook_as_wps_writes_it(tmp_path: Path) -> None:
    """Attributes of its own, inline strings, a missing style sheet and a strict-looking root."""
    path = tmp_path / "2025年.xlsx"
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(
        f'<row r="{r}" spans="1:3" ht="14.25" customFormat="1">{row}</row>'
        for r, row in (
            (1, *["".join(f'<c r="{c}1" t="inlineStr"><is><t>{t}</t></is></c>' for c, t in zip("ABC", ("指标", "单位", "本年"), strict=True))]),
            (2, '<c r="A2" t="inlineStr"><is><r><t>门诊</t></r><r><t>人次</t></r></is></c><c r="B2" t="str"><v>人次</v></c><c r="C2"><v>320000</v></c>'),
        )
    )  # fmt: skip
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{rel}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'mc:Ignorable="x15" xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main">'
        '<fileVersion appName="et" lastEdited="3"/><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet {ns} xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">'
        f'<sheetData>{cells}</sheetData></worksheet>',
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)

    check(read_metrics(path), "门诊人次||2025|actual|320000|人次")


@pytest.mark.parametrize("suffix", [".xls", ".et"])
def test_a_workbook_of_the_old_binary_kind(tmp_path: Path, suffix: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("没有 LibreOffice，旧版 .xls 的测试没有运行")
    case = Case(
        "2025年.xlsx",
        {"指标": [
            ["指标", "单位", "2025年", None],
            [None, None, "本期", "同期"],
            ["门诊人次", "人次", 320000, 300000],
            ["甲级病案率", "%", 0.966, 0.958],
            ["投诉处理率", "%", 0.95, 0.9],
        ]},
        "",
        merge=("A1:A2", "B1:B2", "C1:D1"),
        formats=(("C4", "0.0%"), ("D4", "0.0%"), ("C5", "0%"), ("D5", "0%")),
    )  # fmt: skip
    build(tmp_path, case)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), "2025年.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    if not (tmp_path / "2025年.xls").exists():
        pytest.skip("这台机器的 LibreOffice 没有表格组件（calc），旧版 .xls 的测试没有运行")
    path = (tmp_path / "2025年.xls").rename(tmp_path / f"旧2025年{suffix}")

    # Its number formats are read too: nothing here is doubtful.
    check(
        read_metrics(path),
        """
        门诊人次||2025|actual|320000|人次
        门诊人次||2024|actual|300000|人次
        甲级病案率||2025|actual|96.6|%
        甲级病案率||2024|actual|95.8|%
        投诉处理率||2025|actual|95|%
        投诉处理率||2024|actual|90|%
        """,
    )


# --- what must not be read as a figure ------------------------------------------------------------


def test_a_formula_nobody_calculated_and_a_broken_one_are_errors_with_their_cells(tmp_path: Path) -> None:
    header = ["指标", "单位", "本年"]
    uncalculated = build(tmp_path, Case("2025a.xlsx", {"甲": [header, ["门诊人次", "人次", "=SUM(A1:A9)"]]}, ""))
    broken = build(tmp_path, Case("2025b.xlsx", {"甲": [header, ["药占比", "%", "#DIV/0!"]]}, ""))

    with pytest.raises(InputError) as first:
        read_metrics(uncalculated)
    with pytest.raises(InputError) as second:
        read_metrics(broken)

    assert "“甲”表 C2单元格：公式“=SUM(A1:A9)”没有计算结果" in str(first.value)
    assert "“甲”表 C2单元格：“#DIV/0!”是公式出错" in str(second.value)


def test_a_locked_workbook_says_to_take_the_password_away(tmp_path: Path) -> None:
    path = tmp_path / "2025.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(InputError, match="打开密码"):
        read_metrics(path)


def test_a_workbook_that_points_elsewhere_is_read_without_going_there(tmp_path: Path) -> None:
    path = build(tmp_path, Case("2025.xlsx", {"甲": [["指标", "单位", "本年"], ["门诊人次", "人次", 320000]]}, ""))
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook xmlns:r="{rel}" r:id="rId1"/></externalLink>'
    target = "http://203.0.113.9/机密.xlsx"
    with zipfile.ZipFile(path) as old:
        parts = {e.filename: old.read(e) for e in old.infolist()}
    parts["xl/externalLinks/externalLink1.xml"] = link.encode()
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{rel}/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"</workbook>",
        f'<externalReferences><externalReference xmlns:r="{rel}" r:id="rId99"/></externalReferences></workbook>'.encode(),
    )
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId99" Type="{rel}/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'.encode(),
    )
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)

    check(read_metrics(path), "门诊人次||2025|actual|320000|人次")


@pytest.mark.parametrize(
    "text",
    [
        "（" * 30_000,
        "同比" * 15_000,
        "略有" * 15_000,
        "1，111" * 6_000,
        "甲（万" * 10_000,
        "截至2025年" * 4_000,
        "合计" * 15_000,
    ],
)
@pytest.mark.parametrize("at", range(4))
def test_no_text_in_a_cell_keeps_the_reader_busy(tmp_path: Path, text: str, at: int) -> None:
    cells = ["门诊人次", "人次", "5", "6%"]
    cells[at] = text
    path = tmp_path / "2025.csv"
    path.write_text(f"{text}\n指标,单位,本期值,同比\n{','.join(cells)}\n", encoding="utf-8")
    start = time.process_time()

    read_all([path])

    assert time.process_time() - start < 3
