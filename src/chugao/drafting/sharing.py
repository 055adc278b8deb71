"""Which heading from above each matter and each figure goes under.

In: the headings of one role, matters, figures, wishes.  Out: for each heading what is told under it.

Surprise: a heading is a few words of an office far away (“医疗服务能力提升情况”); what fits by no word fits by its field of
work, and what fits by neither is not told and listed in the 提纲对照表.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from chugao.drafting.heeding import read_order, speaks_of
from chugao.material import Matter
from chugao.mentions import find_mentions
from chugao.metrics.facts import Facts
from chugao.outline import Part, Topic, topic_of_matter, topic_of_metric, topics


def shares_of(
    parts: Sequence[Part],
    matters: dict[str, list[Matter]],
    has: dict[str, list[str]],
    facts: Facts,
    wishes: Sequence[str] = (),
) -> dict[str, tuple[list[Matter], list[str]]]:
    """Where an outline from above asks several headings of one role: each matter and figure under the one it fits.

    What fits none goes under a general one (主要工作, 亮点), and where all are particular it is not told; a heading
    nothing fits stays empty and becomes 待补.
    """
    shares: dict[str, tuple[list[Matter], list[str]]] = {}
    for role, field in (("results", "now"), ("plan", "goal"), ("problems", "")):
        asked = [p for p in parts if p.asked and p.role == role and not p.opens]
        if len(asked) < 2:
            continue
        for part in asked:
            shares[part.id] = ([], [])
        for matter in matters[role]:
            if (
                home := _heading_of_matter(asked, matter)
                or _heading_of_field(asked, matter)
                or _of_counts(asked, matter)
                or _best_heading(asked, "")
                or _of_support(asked, matter)
                or _of_neighbours(asked, matter)
                or _wanted(asked, matter, wishes)
            ):
                shares[home.id][0].append(matter)
        _gather(shares, asked, wishes)
        for metric, home in _homes_of_figures(asked, has.get(field, ()), field, facts).items():
            shares[home.id][1].append(metric)
    return shares


def _homes_of_figures(parts: Sequence[Part], metrics: Sequence[str], field: str, facts: Facts) -> dict[str, Part]:
    """The heading each figure goes under: by its words, else where most figures of its sheet stand, else a general one."""
    words = {}
    for metric in metrics:
        definition = facts.definitions[metric]
        words[metric] = _in_full(f"{definition.area}{topic_of_metric(definition).name}{definition.name}")
    plain = {m: home for m in metrics if (home := _best_heading(parts, words[m], general=False))}
    beside: dict[str, Counter[str]] = defaultdict(Counter)
    for metric, home in plain.items():
        beside[_sheet(facts, metric, field)][home.id] += 1
    by_id = {p.id: p for p in parts}
    homes = {}
    for metric in metrics:
        sheet = _sheet(facts, metric, field)
        usual = beside[sheet].most_common(1) if sheet else []
        home = plain.get(metric) or (by_id[usual[0][0]] if usual and usual[0][1] >= _A_SHEET else None)
        if home := home or _best_heading(parts, words[metric], figures=True):
            homes[metric] = home
    return homes


def _sheet(facts: Facts, metric: str, field: str) -> str:
    """The sheet of a workbook that a figure stood on; "" for what was said in a text."""
    fact = facts.get(metric, field)
    source = fact.inputs[0].source if fact is not None and fact.inputs else None
    return f"{source.file}|{source.sheet}" if source is not None and source.sheet else ""


_SHORT_NAMES = {"家医": "家庭医生", "公卫": "公共卫生", "院感": "医院感染"}
"""As offices call what a heading names in full."""


def _in_full(words: str) -> str:
    for short, full in _SHORT_NAMES.items():
        words = words.replace(short, full)
    return words


def _gather(shares: dict[str, tuple[list[Matter], list[str]]], asked: Sequence[Part], wishes: Sequence[str]) -> None:
    """What a leader wants to stand alone stands under one heading: the one most of it fits."""
    for order in map(read_order, wishes):
        if order.wish != "apart":
            continue
        own = {p.id: [m for m in shares[p.id][0] if speaks_of(m, order.about)] for p in asked}
        home = max(own, key=lambda i: len(own[i]))
        for other, strays in own.items():
            for matter in strays if other != home else ():
                shares[other][0].remove(matter)
                shares[home][0].append(matter)


_A_SHEET = 2  # figures of a sheet under a heading, from which on the others follow
_ANY_WORK = re.compile(
    r"20\d\d年|工作|管理|建设|情况|方面|主要|推进|加强|持续|全面|今年|全年|年度|重点|任务|完成|开展|成效|成绩|创新(?=做法|举措|工作|亮点|$)|做法|特色|亮点|总体|基本|概况|以来"
    r"|[和与及、的]|存在|问题|不足|困难|原因|分析|下一?步|明年|计划|打算|安排|思路|举措|措施|总结|回顾|目标"
)
_OF_FIGURES = re.compile(r"指标|数据|基本情况|概况|业务量|业务(?:工作)?(?:完成|运行|开展)?情况|运行")


def _best_heading(parts: Sequence[Part], words: str, *, figures: bool = False, general: bool = True) -> Part | None:
    """The heading that shares most character pairs with some words; else a `general` one, None where there is none."""

    def shared(part: Part) -> int:
        heading = _ANY_WORK.sub(" ", f"{part.heading} {part.note}")
        return sum(1 for i in range(len(heading) - 1) if heading[i : i + 2] in words)

    best = max(parts, key=shared)
    if shared(best):
        return best
    if not general:
        return None
    wide = [p for p in parts if not _ANY_WORK.sub("", p.heading)]
    of_figures = [p for p in parts if _OF_FIGURES.search(p.heading)]
    if figures and of_figures:
        return of_figures[0]
    told = [p for p in wide if p not in of_figures]
    return next((p for p in told if re.search(r"做法|成效|亮点|重点|主要", p.heading)), told[0] if told else None)


def _of_counts(parts: Sequence[Part], matter: Matter) -> Part | None:
    """业务量 for a sentence that tells nothing but an indicator: “针灸推拿科床位使用率91.4%”."""
    home = next((p for p in parts if _OF_FIGURES.search(p.heading)), None)
    if home is None or not re.match(r"[\u4e00-\u9fff]{2,16}\d", matter.text):
        return None
    return home if any(m.metric for m in find_mentions(matter.text)) else None


def _heading_of_matter(parts: Sequence[Part], matter: Matter) -> Part | None:
    """The heading that speaks of a matter: by its 类别 and whose it is first, then by its words, least by what came of it."""
    named = [p for p in parts if len(matter.category) >= _A_NAME and matter.category in p.heading]
    if len(named) == 1:
        return named[0]  # the sender's own heading is the office's: 重点工作 stands under 重点工作和创新做法
    if (ordered := _handed_down(parts, matter)) is not None:
        return ordered
    topic = topic_of_matter(matter.category, matter.text).name
    text = _in_full(matter.text).replace("家庭医生", "签约医生")
    told = ((_FIELD, f"{matter.category}{topic}"), (_FIELD, matter.owner), (_WORDS, text), (1, matter.result))
    weighed = [(weight, _in_full(words)) for weight, words in told]

    def likeness(part: Part) -> tuple[int, int]:
        # 妇幼健康和家庭发展 is not where family doctors stand.
        heading = _ANY_WORK.sub(" ", f"{part.heading} {part.note}").replace("家庭医生", "签约医生")
        pairs = {heading[i : i + 2] for i in range(len(heading) - 1)} - _SAYS_LITTLE
        # Of two that are as like the one that names the thing itself: 家庭医生签约 before 公共卫生.
        own = sum(pair in text for pair in pairs)
        return sum(weight for weight, words in weighed for pair in pairs if pair in words), own

    best = max(parts, key=likeness)
    return best if any(likeness(best)) else None


def _handed_down(parts: Sequence[Part], matter: Matter) -> Part | None:
    """上级交办任务 for what somebody above the house ordered; 在上级医师指导下 is no order."""
    home = next((p for p in parts if _ORDERS.search(p.heading)), None)
    return home if home is not None and _ORDERED.search(matter.text) else None


_ORDERS = re.compile(r"上级|交办|下达|指令性")
_ORDERED = re.compile(
    r"(?:交办|下达|督办)|(?:[国省市县区]家?(?:卫生健康[委局]|卫健[委局]|医保局|疾控局|中医药局|委|政府)|党委政府)"
    r"[^，；。]{0,30}(?:任务|部署|要求|考核|复核|试点)"
)


_FIELD, _WORDS = 4, 2
_A_NAME = 3
# Pairs that half of all headings of the trade hold.
_SAYS_LITTLE = frozenset(
    "卫生 医疗 医药 药卫 业务 服务 生服 健康 医院 患者 能力 水平 质量 发展 事业 提高 提升 强化 深化 加快 做好 健全 上级".split()
)
_SUPPORTS = re.compile(r"支撑|保障|基础|要素|综合|支持")


def _of_neighbours(parts: Sequence[Part], matter: Matter) -> Part | None:
    """The heading of a field beside which readers expect this one: family doctors beside public health."""
    by_id = {t.id: t for t in topics()}
    for neighbour in topic_of_matter(matter.category, matter.text).joins:
        if part := _naming(parts, by_id[neighbour]):
            return part
    return None


def _naming(parts: Sequence[Part], topic: Topic) -> Part | None:
    """The heading in which one of a field's own words stands."""
    for part in parts:
        named = _ANY_WORK.sub(" ", part.heading)
        if any(word in named for word in topic.categories if len(word) > 1):
            return part
    return None


def _of_support(parts: Sequence[Part], matter: Matter) -> Part | None:
    """People, money, systems, houses and supervision stand under the heading of what carries the work."""
    topic = topic_of_matter(matter.category, matter.text)
    carries = topic.family == "support" or topic.id == "supervision"
    return next((p for p in parts if _SUPPORTS.search(p.heading)), None) if carries else None


_OF_CARE = re.compile(r"医疗(?:技术|服务|质量|业务)|服务能力|诊疗|临床|业务(?:工作|发展|能力|开展)")
_CLINICAL = re.compile(
    r"术|诊|DR|CT|B超|彩超|心电|拍片|化验|检验|影像|病房|病区|病人|患者|患儿|救治|抢救|康复|治疗|检查|护理|胸痛|卒中|创伤"
)


def _heading_of_field(parts: Sequence[Part], matter: Matter) -> Part | None:
    """The heading that names a matter's field of work in other words; for what was done for patients, the one of care."""
    topic = topic_of_matter(matter.category, matter.text)
    if topic.id == "honours":
        topic = topic_of_matter("", matter.text)  # 最美药师 belongs to what pharmacists do
    if part := _of_subject(parts, matter) or _naming(parts, topic):
        return part
    # 基层 work is care as well, and no part of 公共卫生 where a heading asks for what is done for patients.
    of_care = (
        topic.family in ("care", "service")
        or topic.id == "outreach"
        or (topic.id == "other" and _CLINICAL.search(matter.text + matter.result))
    )
    return next((p for p in parts if _OF_CARE.search(p.heading)), None) if of_care else None


_SUBJECTS = tuple(
    (re.compile(told), re.compile(heading))
    for told, heading in (
        (
            r"孕产?妇|产前|产后|分娩|剖宫|新生儿|婴儿|儿童(?!.{0,8}(?:接种|疫苗))|两癌|婚前|母婴",
            r"妇幼|妇女|儿童|母婴|生育",
        ),
        (r"接种|疫苗|免疫", r"免疫|接种"),
        (r"传染病|疫情|登革|流感|结核|艾滋", r"传染病|疫情|疾控|疾病预防"),
        (r"高血压|糖尿病|老年人|健康档案|慢性?病|精神障碍", r"慢性?病|基本公共卫生|公卫|基层"),
    )
)
"""Within public health: what a sentence speaks of, and what a heading that wants it is called."""


def _of_subject(parts: Sequence[Part], matter: Matter) -> Part | None:
    """妇幼健康服务 for “产前筛查率88%”, where 传染病防控 is of public health as well."""
    for told, heading in _SUBJECTS:
        if told.search(matter.text):
            return next((p for p in parts if heading.search(p.heading)), None)
    return None


def _wanted(parts: Sequence[Part], matter: Matter, wishes: Sequence[str]) -> Part | None:
    """What a leader wants in the text stands under the first heading rather than nowhere."""
    asked = [o for o in map(read_order, wishes) if o.wish in ("feature", "first", "apart", "include")]
    return parts[0] if any(speaks_of(matter, o.about) for o in asked) else None
