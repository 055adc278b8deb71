"""重点工作数据表: what deeds only counted stands beside their names, in a table of its own."""

from pathlib import Path

import pytest

from chugao import Matters, read_matters, read_metrics
from chugao.drafting import draft
from chugao.drafting.tabling import _makes_a_row
from chugao.manuscript import Draft
from chugao.material import Matter, MatterStatus
from chugao.outline import read_outline
from chugao.source import Source
from tests.facts import facts_of

EXAMPLES = Path(__file__).parents[1] / "examples"
FIGURES = (
    "手术台次,2026,8214,台次,7905,8200",
    "出院人次,2026,19342,人次,18760,19000",
    "平均住院日,2026,7.6,天,7.9,7.7",
    "病床使用率,2026,88.4,%,87.1,88",
    "抗菌药物使用强度,2026,38.2,DDDs/百人天,39.5,40",
    "甲级病案率,2026,96.1,%,95.0,96",
)
DEEDS = (
    ("开展多学科联合门诊", "全年会诊126份，外地患者不再多处挂号"),
    ("组织低年资医师夜班演练", "分批轮训418人，夜间会诊都有主治医师到场"),
    ("启用床旁超声", "现场检查2960例，危重患者不再推床外出"),
    ("推行术前讨论排台核验", "全年退回148台，补齐后才准入室"),
    ("开设周末换药门诊", "服务患者3175人次，术后患者不必等到周一"),
)
COUNTED = ("会诊126份", "轮训418人", "检查2960例", "退回148台", "3175人次")


def drafted(deeds: tuple[tuple[str, str], ...]) -> Draft:
    source = Source(file="事项.xlsx", sheet="事项", cell="A2")
    items = tuple(
        Matter(
            id=f"m_{i}",
            text=text,
            result=result,
            category="医疗质量",
            status=MatterStatus.DONE,
            year=2026,
            source=source,
        )
        for i, (text, result) in zip("abcde", deeds, strict=False)
    )
    outline = read_outline("summary", department="医务科", level="科室", year=2026)
    return draft(outline, facts_of(*FIGURES), Matters(items=items))


def prose_of(made: Draft) -> str:
    return "".join(s.text for section in made.sections for s in section.sentences)


def test_what_deeds_only_counted_stands_beside_their_names_and_not_in_the_text() -> None:
    figures, matters = (
        read_metrics(EXAMPLES / "figures/医务科-2025.xlsx"),
        read_matters(EXAMPLES / "matters/医务科-2025.xlsx"),
    )
    outline = read_outline("summary-plan", department="医务科", level="科室", year=2025)
    made = draft(outline, figures, matters)

    (deeds,) = [t for s, _, t in made.tables() if s.id == "table_deeds"]
    (values,) = [t for s, _, t in made.tables() if s.id == "table_results"]
    results = {m.text: m for m in matters.items}
    assert len(deeds.rows) >= 3
    for name, counted in deeds.rows:
        of = results[name.text]
        assert counted.text in of.result
        assert counted.claims
        assert all(c.id.startswith(of.id) for c in counted.claims)
        assert counted.text not in prose_of(made)
        assert not any(name.text in cell.text for row in values.rows for cell in row)


def test_one_deed_with_a_count_makes_no_table() -> None:
    made = drafted(DEEDS[:1])

    assert not [s for s, _, _ in made.tables() if s.id == "table_deeds"]
    assert all(count in prose_of(made) for count in COUNTED[:1])


@pytest.mark.parametrize(
    ("clause", "text", "stands"),
    [
        ("带教手术{m.n_a}", "与省医建立专科联盟", True),
        ("派出队伍{m.n_a}、队员{m.n_b}", "处置特大暴雨", True),
        ("全年{m.n_a}", "封签高值耗材柜", True),
        ("一年下来看了{m.n_a}", "和县医院签了协议", False),
        ("每个花了{m.n_a}", "村卫生室改造", False),
        ("已完成{m.n_a}", "两癌筛查任务{m.n_b}", False),
        ("投资{m.n_a}", "产科门诊改造5月完工", False),
    ],
)
def test_only_words_of_an_office_make_a_row(clause: str, text: str, stands: bool) -> None:
    assert _makes_a_row(clause, text) is stands
