"""What a person picked is printed under 不足, and nothing silently beside it."""

from pathlib import Path

import pytest

import chugao
from chugao.manuscript import Draft
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.outline import read_outline

DEEDS = """事项,类别,时间,成效,责任科室,状态
开设夜间门诊,门诊,2026年3月,看诊到九点,门诊部,已完成
推行日间手术,医疗,2026年4月,当天手术当天走,外科,已完成
接通远程心电,信息化,2026年5月,十二家卫生院的图在县里判读,信息科,已完成
取药排队长,不足,2026年,原因是窗口少,药房,推进中
"""
FIGURES = (
    "指标名称,年度,本期值,单位,上年同期值,目标值\n患者满意度,2026,91.2,%,93.0,95\n母乳喂养率,2026,70.0,%,69.2,75\n"
)


def given(folder: Path, *, picked: bool) -> tuple[Figures, Matters]:
    (folder / "指标.csv").write_text(FIGURES, encoding="utf-8")
    (folder / "事项.csv").write_text(DEEDS, encoding="utf-8")
    matters = chugao.read_matters(folder / "事项.csv")
    items = tuple(m.model_copy(update={"picked_by": "赵院长" if picked else ""}) for m in matters.items)
    return chugao.read_metrics(folder / "指标.csv"), matters.model_copy(update={"items": items})


def part(made: Draft, role: str) -> str:
    return "".join(s.text for x in made.sections if x.id.startswith(role) for s in x.sentences)


@pytest.mark.parametrize("asked", [False, True])
def test_beside_what_was_picked_no_figure_is_told_as_a_shortcoming(tmp_path: Path, asked: bool) -> None:
    figures, matters = given(tmp_path, picked=True)
    above = tmp_path / "提纲.txt"
    above.write_text("一、2026年主要工作\n二、存在的问题\n三、2027年打算\n", encoding="utf-8")
    outline = read_outline("summary", department="陵川县医院", year=2026, file=above if asked else None)

    made = chugao.draft(outline, figures, matters)

    assert "取药排队" in part(made, "problems")
    for name in ("满意度", "母乳喂养"):
        assert name not in part(made, "problems")
    assert "年度目标" not in part(made, "results")


def test_where_above_asks_for_shortcomings_and_nobody_picked_any_the_part_waits_for_a_person(tmp_path: Path) -> None:
    figures, matters = given(tmp_path, picked=False)
    deeds = Matters(items=tuple(m for m in matters.items if m.category != "不足"))
    above = tmp_path / "提纲.txt"
    above.write_text("一、2026年主要工作\n二、存在的问题\n三、2027年打算\n", encoding="utf-8")
    outline = read_outline("summary", department="陵川县医院", year=2026, file=above)

    made = chugao.draft(outline, figures, deeds)

    assert part(made, "problems").startswith("【待补")
    assert "满意度" not in part(made, "problems")
    assert any("问题" in r.name for r in made.requests)
