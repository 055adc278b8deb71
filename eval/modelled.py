"""What a model is told, and what of its words is let through: the half of the product that no offline draft shows.

In: cases by hand, the labelled answers of `tests/data`, a stub that writes what nobody gave.  Out: answers for
`eval.probes`.

A template that lost the facts, and a judge that lets a turned sentence pass, leave every offline draft as it was.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from eval.cases import CASES, Case, read_case
from eval.truth import table_of

if TYPE_CHECKING:
    from chugao.manuscript import Brief, Reply

Answer = tuple[str, str]

ASKED = ("hospital", "medical-administration", "pharmacy-plan", "general-keypoints", "township-ideas", "finance-late")
"""Every kind, with and without past reports, with leaders' instructions."""
JUDGED = ("radiology-quarter", "pharmacy-plan", "very-small")
RULES = (
    "一个数字也不写", "一个字母不改", "升降照注明的方向说", "一个字也不添", "不把没做完的写成做完", "名称一字不改", "不照办",
    "不照抄", "不写时限",
)  # fmt: skip
"""What every template that has a section written says of numbers and facts."""
FLAWS = (
    "引进达芬奇手术机器人1台。", "满意度达到99.87%。", "全年无医疗事故发生。", "各项工作位居全省前列。", "获评全国先进集体。",
    "根据提供的资料，本节主要介绍以上工作。", "张伟主任带队赴北京协和医院学习。", "近期将启动新院区建设。", "同比增长三成。",
    "十二项任务全部完成。", "详见www.example.com。", "**各项任务均按期完成。**",
)  # fmt: skip
"""What a careless model adds: a number, a deed, a rank, a prize, itself, a person, a day, a quantity in words, marks."""


class _Recorder:
    """The offline composer, with everything kept that a model would have been told."""

    name = "stub:asked"

    def __init__(self) -> None:
        from chugao.engines import open_engine

        self.system: dict[str, str] = {}
        self.user: list[str] = []
        self._offline = open_engine("offline")

    async def write(self, brief: "Brief", on_text: Callable[[str], None] | None = None) -> "Reply":
        from chugao.prompts import load, prompt_for, render

        name = prompt_for(brief)
        told = render(load(name), brief)
        self.system[name] = told.system
        self.user.append(told.user)
        return await self._offline.write(brief)


def prompted() -> Iterator[Answer]:
    """Every matter, doer, figure and instruction of a case reaches a model, and none of its numbers does."""
    for case in (read_case(CASES / name) for name in ASKED):
        recorder = _Recorder()
        case.draft(recorder)
        yield from _of_case(case, "\n".join(recorder.user))
        for name, system in recorder.system.items():
            yield from ((f"{name}的规矩“{rule}”", "" if rule in system else "没有告诉") for rule in RULES)
    yield from _rewriting()


def _of_case(case: Case, told: str) -> Iterator[Answer]:
    figures = [row for f in (case.late or case.figures) for row in table_of(case.folder / f)]
    matters = [row for f in case.matters for row in table_of(case.folder / f)]
    wanted = [("事项", _longest(m["事项"])) for m in matters] + [("成效", _longest(m.get("成效", ""))) for m in matters]
    wanted += [("责任科室", m["责任科室"]) for m in matters if m.get("责任科室")]
    wanted += [("指标", f["指标名称"]) for f in figures] + [("意见", _longest(line)) for line in case.asked]
    for what, words in wanted:
        if words:
            yield f"{case.name}的{what}“{words}”", "" if words in told else "没有告诉"
    values = {v for f in figures for k in ("本期值", "上年同期值", "目标值", "明年目标") if (v := f.get(k, ""))}
    for value in sorted(v for v in values if len(re.sub(r"\D", "", v)) > 2):
        shown = re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", told)
        yield f"{case.name}的数{value}", "告诉了模型" if shown else ""


def _longest(text: str) -> str:
    """The longest run of Han characters without a number in it, ten characters of it at most."""
    return max(re.findall(r"[一-鿿]+", re.sub(r"[一二两三四五六七八九十百千万零〇]", " ", text)), key=len, default="")[
        :10
    ]


def _rewriting() -> Iterator[Answer]:
    """The sentence to rewrite and what is asked of it."""
    from tests.recordings import brief

    from chugao.prompts import load, render

    text, wish = "骨科开设周末门诊，术后患者由手术医师本人复诊。", "写短些，保留周末门诊"
    asked = brief().model_copy(update={"task": "rewrite", "original": (text,), "instructions": (wish,)})
    told = render(load("rewrite"), asked)
    yield from ((f"改写的规矩“{rule}”", "" if rule in told.system else "没有告诉") for rule in RULES)
    yield from ((f"改写的“{words}”", "" if words in told.user else "没有告诉") for words in (text, wish))


# --- what it writes -------------------------------------------------------------------------------


class _Careless:
    """The offline composer's section with one sentence more that nobody gave."""

    name = "stub:careless"

    def __init__(self, flaw: str) -> None:
        from chugao.engines import open_engine

        self.flaw = flaw
        self._offline = open_engine("offline")

    async def write(self, brief: "Brief", on_text: Callable[[str], None] | None = None) -> "Reply":
        from chugao.manuscript import ReplyBlock, ReplySentence

        reply = await self._offline.write(brief)
        block = reply.blocks[-1] if reply.blocks else ReplyBlock(sentences=())
        more = block.model_copy(update={"sentences": (*block.sentences, ReplySentence(text=self.flaw))})
        return reply.model_copy(update={"blocks": (*reply.blocks[:-1], more)})


def let_through() -> Iterator[Answer]:
    """Labelled answers of a model: the turned ones are refused and the honest ones stand; what nobody gave is not printed."""
    from tests.test_twisting import LABELLED, RETOLD, SMOOTHED, refused

    for cases in (LABELLED, RETOLD, SMOOTHED):
        for kind, wanted in (("twisted", True), ("honest", False)):
            asked = [(case, answer) for case in cases for answer in case[kind]]
            for (case, answer), wrong in zip(asked, refused(kind, cases), strict=True):
                said = "" if wrong is wanted else "放过了" if wanted else "误拦"
                yield f"{case['department']} {case['matters'][0]['text']} {answer}", said
    for case in (read_case(CASES / name) for name in JUDGED):
        for flaw in FLAWS:
            draft = case.draft(_Careless(flaw))
            printed = any(flaw.strip("*。") in s.text for _, s in draft.sentences())
            yield f"{case.name} {flaw}", "印出来了" if printed else ""
