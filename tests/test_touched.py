"""Which places of a draft later figures change: `drafting.touched`."""

from pathlib import Path

import pytest

from chugao.drafting.touched import cutoff_findings, touched
from chugao.errors import InputError
from chugao.kind import Kind
from chugao.manuscript import Block, ClaimedText, Draft, Evidence, Section, Sentence, Table
from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics
from chugao.source import Claim

HEADER = "部门,指标名称,年度,本期值,单位,上年同期值,目标值,数据截止\n"


def later(tmp_path: Path, *lines: str) -> Figures:
    path = tmp_path / "年报.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_metrics(path)


def claimed(text: str, **slots: str) -> tuple[str, tuple[Claim, ...]]:
    """A text and its claims: metric__field="printed"."""
    claims = []
    for name, printed in slots.items():
        metric, _, field = name.partition("__")
        start = text.index(printed)
        state = "derived" if field in ("change", "growth") else "metric"
        claims.append(Claim(start=start, end=start + len(printed), state=state, id=f"{metric}.{field}", metric=metric))  # type: ignore[arg-type]
    return text, tuple(claims)


def known(slot: str, value: str, unit: str, printed: str, period: str = "2025") -> Evidence:
    metric, _, field = slot.partition(".")
    name = {"discharges": "出院人次", "avg_length_of_stay": "平均住院日"}[metric]
    return Evidence(
        id=slot, metric=metric, name=name, field=field, value=value, unit=unit, printed=printed, period=period,
        source="10月.xlsx “指标”表 D4单元格",
    )  # fmt: skip


@pytest.fixture
def draft() -> Draft:
    """Discharges rose by 3156 to 56374; the stay fell from 7.6 to 7.3 days and met its target of 7.4."""
    sentences = {
        "s1": claimed("全年出院56374人次，比上年增加3156人次。", discharges__now="56374人次", discharges__change="增加3156人次"),
        "s2": claimed("平均住院日由7.6天缩短至7.3天。", avg_length_of_stay__prev="7.6天", avg_length_of_stay__now="7.3天"),
        "s3": ("7月通过三级医院等级评审。", ()),
    }  # fmt: skip
    cells = [
        claimed("平均住院日"),
        claimed("7.3天", avg_length_of_stay__now="7.3天"),
        claimed("7.4天", avg_length_of_stay__target="7.4天"),
        claimed("完成"),
    ]
    table = Table(
        header=("指标", "本年", "年度目标", "完成情况"),
        rows=(tuple(ClaimedText(text=t, claims=c) for t, c in cells),),
    )
    body = Section(
        id="results",
        number="一、",
        heading=ClaimedText(text="主要工作"),
        level=1,
        blocks=(
            Block(id="b1", type="paragraph", sentence_ids=("s1", "s2", "s3")),
            Block(id="t1", type="table", table=table),
        ),
        sentences=tuple(Sentence(id=i, text=t, claims=c) for i, (t, c) in sentences.items()),
    )
    return Draft(
        id="d", title=ClaimedText(text="医务科2025年工作总结"), kind=Kind.SUMMARY, department="医务科", organisation="",
        year=2025, period="2025", cutoff="2025-10-31", engine="offline", sections=(body,),
        evidence=(
            known("discharges.now", "56374", "人次", "56374人次"),
            known("discharges.prev", "53218", "人次", "53218人次", "2024"),
            known("discharges.change", "3156", "人次", "增加3156人次"),
            known("avg_length_of_stay.now", "7.3", "天", "7.3天"),
            known("avg_length_of_stay.prev", "7.6", "天", "7.6天", "2024"),
            known("avg_length_of_stay.target", "7.4", "天", "7.4天"),
        ),
    )  # fmt: skip


def test_the_same_figures_touch_nothing(draft: Draft, tmp_path: Path):
    same = later(tmp_path, "医务科,出院人次,2025,56374,人次,53218,,", "医务科,平均住院日,2025,7.3,天,7.6,7.4,")

    assert touched(draft, same) == ()


def test_a_later_number_and_what_follows_from_it_are_shown_before_and_after(draft: Draft, tmp_path: Path):
    places = touched(draft, later(tmp_path, "医务科,出院人次,2025,57000,人次,,,"))

    assert [(p.sentence, p.rewrite) for p in places] == [("s1", False)]
    assert [(c.slot, c.before, c.after) for c in places[0].changes] == [
        ("discharges.now", "56374人次", "57000人次"),
        ("discharges.change", "增加3156人次", "增加3782人次"),
    ]
    assert places[0].changes[0].before_source == "10月.xlsx “指标”表 D4单元格"
    assert places[0].changes[0].after_source == "年报.csv D2单元格"


def test_a_fall_that_became_a_rise_asks_for_another_verb(draft: Draft, tmp_path: Path):
    places = touched(draft, later(tmp_path, "医务科,平均住院日,2025,7.8,天,,,"))

    sentence = next(p for p in places if p.sentence == "s2")
    assert sentence.rewrite
    assert [(c.before, c.after) for c in sentence.changes] == [("7.3天", "7.8天")]


def test_a_table_changes_with_its_verdict(draft: Draft, tmp_path: Path):
    places = touched(draft, later(tmp_path, "医务科,平均住院日,2025,7.8,天,,,"))

    cells = [(p.text, p.changes[0].before, p.changes[0].after) for p in places if p.kind == "table"]
    assert cells == [
        ("平均住院日｜本年：7.3天", "7.3天", "7.8天"),
        ("平均住院日｜完成情况：完成", "完成", "未完成"),
    ]


def test_figures_of_other_departments_are_refused_by_name(draft: Draft, tmp_path: Path):
    with pytest.raises(InputError, match="护理部"):
        touched(draft, later(tmp_path, "护理部,出院人次,2025,57000,人次,,,"))


def test_a_cutoff_other_than_the_documents_is_a_warning(draft: Draft, tmp_path: Path):
    figures = later(
        tmp_path, "医务科,出院人次,2025,57000,人次,,,2025-12-31", "医务科,平均住院日,2025,7.2,天,,,2025-10-31"
    )

    findings = cutoff_findings(draft, figures)

    assert [f.rule for f in findings] == ["cutoff"]
    assert "出院人次截至2025-12-31，晚于文稿的数据截止日2025-10-31" in findings[0].hint
