"""Questions to the reviewer: each asked once a document, never a reason to stop.

In: a `Reading`.  Out: hits of severity info or warning, one a rule, whose hint counts the places.

Surprise: half the sentences of proofread reports hold no number and every tenth a claim, so an alarm at each would be
an alarm at nothing.
"""

import re
from collections.abc import Iterator, Sequence

from chugao.checks.phrases import phrases
from chugao.checks.reading import Finder, Hit, Reading, Sentence, looks_ahead
from chugao.kind import Kind

_CLAIMS = re.compile(
    r"首创(?!精神)|(?:全国|全省|全市|国内|省内|世界)首[家例个](?=[^，。；])|(?:全国|全省|全市|全区|全县)[^，。；、“”]{0,8}第一(?![书批次轮阶线时人要产季届期、责道步])"
    r"|(?:居|位列|排名?|列)[^，。；、）“”]{0,8}第一(?![书批次轮阶线时人要产季届期、责道步])|历史(?:新高|最[高好])|史无前例"
)
_GAP_TO_AVERAGE = re.compile(
    r"(?:高于|低于|高出|优于|快于|好于|超过|短于|少于)(?:全国|全省|全市|全区|全县|区域|同级|同类)[^，。；\d（(]{0,10}?(?P<d>\d+(?:\.\d+)?(?:个百分点|%|天|分钟|元))(?!的)"
)
_AVERAGE_TOLD = re.compile(
    r"平均(?:水平|值|数)?[^，。；\d]{0,4}[（(]?(?:为|是)?\d|(?:全国|全省|全市)(?:平均)?(?:为|是|[（(])\d"
)


def claims_asked(reading: Reading) -> Iterator[Hit]:
    """C37: 首创, 第一, 历史新高: evidence asked for once."""
    yield from _once(
        reading, _CLAIMS, "“{quotes}”等{n}处说法要有依据：请各附一份文件、排名或证书，没有的改成数据说话。"
    )


def comparators_named(reading: Reading) -> Iterator[Hit]:
    """C48: better than the province's average, which nobody tells."""
    found = [
        (s, m)
        for s in reading.sentences
        for m in _GAP_TO_AVERAGE.finditer(s.text)
        if not _AVERAGE_TOLD.search(f"{s.text[: m.start()]}，{s.text[m.end() :]}")
    ]
    if found:
        yield _asked(found, "“{quotes}”等{n}处只写了差多少，没写平均数是多少。请补上比较的数和出处，或注明见附表。")


def _once(reading: Reading, pattern: re.Pattern[str], hint: str) -> Iterator[Hit]:
    found = [(s, m) for s in reading.sentences if not looks_ahead(s.line, reading) for m in pattern.finditer(s.text)]
    found = [(s, m) for s, m in found if m.group() not in reading.given]
    if found:
        yield _asked(found, hint)


def _asked(found: Sequence[tuple[Sentence, re.Match[str]]], hint: str) -> Hit:
    sentence, match = found[0]
    quotes = "”“".join(dict.fromkeys(m.group() for _, m in found[:3]))
    hint = (
        hint.format(quotes=quotes, n=len(found))
        if len(found) > 1
        else hint.replace("等{n}处", "").format(quotes=quotes)
    )
    return Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


# --- abbreviations nobody explains ----------------------------------------------------------------


def abbreviations_explained(reading: Reading) -> Iterator[Hit]:
    """C31: abbreviations of medicine never written out."""
    unexplained: list[tuple[int, int, str, str]] = []
    for known in phrases().abbreviation:
        if known.common or known.short not in reading.text:
            continue
        match = re.search(rf"(?<![A-Za-z\-]){re.escape(known.short)}(?![A-Za-z\-])", reading.text)
        if match and not re.search(rf"[（(]{re.escape(known.short)}[)）]|{re.escape(known.short)}[（(]", reading.text):
            unexplained.append((match.start(), match.end(), known.short, known.full))
    if unexplained:
        start, end, short, full = min(unexplained)
        names = "、".join(s for _, _, s, _ in sorted(unexplained)[:5])
        yield Hit(start, end, f"缩略语（{names}）首次出现请写全称，如“{full}（{short}）”。")


# --- plans ----------------------------------------------------------------------------------------

_OWNED = re.compile(
    r"责任(?:科室|单位|部门|人)|牵头|由[一-鿿]{2,10}(?:科|部|处|办|中心)负责|完成时[限间]|\d{1,2}月底?前|[一二三四]季度前?|年底前|附件|分解表"
)


def owners_and_deadlines(reading: Reading) -> Iterator[Hit]:
    """C19: a plan names owners and deadlines somewhere, best in its annex."""
    if reading.ours or reading.level not in ("科室", "医院", "乡镇"):
        return
    plan = [x for x in reading.lines if looks_ahead(x, reading) and x.kind in ("body", "heading", "table")]
    if sum(len(x.text) for x in plan) < 400 or any(_OWNED.search(x.text) for x in plan):
        return
    start = plan[0]
    hint = "计划没有写责任科室和完成时限。请附《重点任务分解表》（牵头领导、责任科室、时限），正文不必逐条写。"
    yield Hit(start.start, min(start.end, start.start + 30), hint)


_CUSTOMARY = (
    ("医院感染", re.compile(r"院感|感染")),
    ("安全", re.compile(r"安全")),
    ("党建行风", re.compile(r"党建|党委|党支部|党风|廉|行风|纪检")),
)


def customary_parts(reading: Reading) -> Iterator[Hit]:
    """C39: what a hospital's report customarily speaks of."""
    whole = reading.level in ("医院", "乡镇") and reading.kind in (Kind.SUMMARY, Kind.SUMMARY_PLAN)
    if reading.ours or not whole or reading.characters < 1500 or reading.department:
        return
    missing = [name for name, pattern in _CUSTOMARY if not pattern.search(reading.plain)]
    if missing:
        title = reading.lines[0]
        yield Hit(title.start, title.end, f"全文没有提到{'、'.join(missing)}。医院的总结照例要写，请核对。")


_AHEAD_WORDS = re.compile(r"预计明年|(?:明年|下一步|来年|下一年)，?[^，。；]{0,6}(?:将|要|拟|计划|力争)")
_REVIEWED = re.compile(r"过去|去年|上年|以来|[一两三四五]年来|这[一两三四五]年")
_DONE_WORDS = re.compile(
    r"(?:圆满|全面|顺利|已经?)完成了|取得了[^，。；]{0,12}(?:成效|成绩|进展)|获得了[^，。；]{0,12}(?:称号|表彰)"
)


def tense_of_part(reading: Reading) -> Iterator[Hit]:
    """C35: a plan inside the results, or results inside the plan."""
    if reading.kind is None:
        return
    hints = {
        True: "这一句写在计划里，说的却是已经完成的事（共{n}处）。请移到总结部分，或改成要做的事。",
        False: "这一句写在成效里，说的却是打算（共{n}处）。请移到计划部分，或写成完成的结果。",
    }
    for ahead, pattern in ((False, _AHEAD_WORDS), (True, _DONE_WORDS)):
        found = [
            (s, m)
            for s in reading.sentences
            if looks_ahead(s.line, reading) is ahead and s.line.role in ("成绩", "计划") and s.line.path
            if not _REVIEWED.search(s.text)
            for m in pattern.finditer(s.text)
        ]
        if found:
            sentence, match = found[0]
            yield Hit(sentence.start + match.start(), sentence.start + match.end(), hints[ahead].format(n=len(found)))


FINDERS: dict[str, Finder] = {
    "claim-asked": claims_asked,
    "comparator": comparators_named,
    "abbreviation-first": abbreviations_explained,
    "plan-owner": owners_and_deadlines,
    "customary-part": customary_parts,
    "tense": tense_of_part,
}
