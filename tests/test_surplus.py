"""`drafting.surplus`: a sentence too many is left out and told; what carries a matter or a value stays, or is asked for again."""

from pathlib import Path

import pytest

from chugao import draft, read_matters, read_outline
from chugao.errors import EngineError
from chugao.manuscript import Brief, Draft, Reply, ReplyBlock, ReplySentence
from tests.facts import facts_of

MATTER = "开设周末随访门诊,诊疗服务,2025年3月,术后患者由手术医师本人复诊，随访不到的由病区护士电话追访,心脏外科,已完成"
TOLD = "{when}开设周末随访门诊，术后患者由手术医师本人复诊。"
REST = "随访不到的由病区护士电话追访。"
FLOURISH = "通过开设周末随访门诊，显著提升了群众获得感。"
TURNED = "随访不到的由手术医师电话追访。"


class Scripted:
    """Answers for what was done, with the same sentences each time."""

    name = "scripted"

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = texts, 0

    async def write(self, brief: Brief, on_text: object = None) -> Reply:
        if brief.role != "results":
            raise EngineError("这一部分没有写。")
        self.asked += 1
        slot = f"{{{brief.matters[0].when}}}"
        sentences = tuple(ReplySentence(text=t.replace("{when}", slot)) for t in self.texts)
        return Reply(heading="开设周末随访门诊", blocks=(ReplyBlock(sentences=sentences),))


def drafted(folder: Path, engine: Scripted) -> Draft:
    file = folder / "事项.csv"
    file.write_text(f"事项,类别,时间,成效,责任科室,状态\n{MATTER}\n", encoding="utf-8")
    outline = read_outline("summary", department="心脏外科", year=2025)
    return draft(outline, facts_of("平均住院日,2025,7.3,天,7.6"), read_matters(file), None, engine)


def by_model(made: Draft) -> str:
    return "".join(s.text for _, s in made.sentences() if s.recipe["engine"] == "scripted")


@pytest.mark.parametrize("order", [(TOLD, REST, FLOURISH), (TOLD, FLOURISH, REST)])
def test_a_flourish_that_nothing_supports_goes_and_the_draft_says_so(tmp_path: Path, order: tuple[str, ...]) -> None:
    engine = Scripted(*order)

    made = drafted(tmp_path, engine)

    assert by_model(made) == "3月开设周末随访门诊，术后患者由手术医师本人复诊。随访不到的由病区护士电话追访。"
    assert [FLOURISH in f.hint for f in made.findings if f.rule == "engine-surplus"] == [True]
    assert engine.asked == 1


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param((TOLD, TURNED), id="the only one that tells what came of it"),
        pytest.param((TOLD, REST, FLOURISH, "这一做法全市推广。"), id="one leans on it, and is no better"),
        pytest.param((FLOURISH,), id="nothing would be left"),
    ],
)
def test_what_cannot_be_spared_is_asked_for_again(tmp_path: Path, texts: tuple[str, ...]) -> None:
    engine = Scripted(*texts)

    made = drafted(tmp_path, engine)

    assert by_model(made) == ""
    assert engine.asked == 3
    assert any(f.rule == "engine-fallback" for f in made.findings)
