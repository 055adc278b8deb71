"""How a thing that was done, or will be, is told: where its time stands, what comes first, what an honour says.

In: a `BriefMatter`.  Out: sentences with slots.

Surprise: nothing makes a page look more like a machine's than a month at the head of every paragraph.  So a plain act
may be turned (“急诊综合楼1月启用”), and a form just used steps back.
"""

import re
from collections.abc import Sequence

from chugao.manuscript import SLOT, BriefMatter, ReplySentence

_LONG = 58
_CLAUSE = re.compile(r"[，；]")
# Acts whose object can stand before them: “上线围手术期质控系统” → “围手术期质控系统3月上线”.
_TURNED = re.compile(
    r"^(上线|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|开设|接通|接入|成立|组建|启动|修订|出台|印发|推出|设立|恢复|更换|改造|增设)([^，；。]{4,22})$"
)
_SECOND_ACT = re.compile(r"(?:并|后|再|同时|以及)|(?:启用|投用|上线|验收|使用|运行)$")
_RANK_WORDS = ("国家", "全国", "省", "市", "区", "县")
_BARE_RANK = re.compile(r"^(?:国家级|省级|省部级|市级|市厅级|区级|县级|区县级|院级)$")
_ISSUED = re.compile(r"^(?:\{[a-z_]+\.[a-z_]+\})+(?:发文|印发|公布|授牌|通报)$")
# How the acts of offices begin; what begins otherwise is a name (“党委中心组学习”) and takes no actor before it.
_ACT = re.compile(
    r"(?:开[展设通办诊发放]|组[织建]|完[成善]|推[进行广出迟动]|启[用动]|上线|建[成立设]|成立|举办|召开|制定|修[订改]|出台|印发|落实|实施|试[行点用]|恢复|"
    r"增[设加补]|新[建增开设]|改[造建排进善为用]|扩[建大充]|更[换新]|购置|配[备置装发]|接[通入诊]|打[通造击]|整[合改治]|统一|规范|优化|健全|加[强快密]|"
    r"强化|深化|提[升高前]|降低|缩短|减少|调[整处配]|重[编新排]|编[制写]|培[训养]|轮[训派]|选[派送]|派[驻出员]|抽[调查]|招[聘录收]|引[进入]|聘请|"
    r"托管|帮扶|支援|对接|联[合办]|协[同助]|签[订约]|获|荣获|通过|取[得消]|入选|承[办担]|申报|自查|督[查导]|检查|排[查出]|处[理置]|化解|"
    r"回访|随访|走访|评估|逐[例项级]|考[核取]|复[盘核]|分析|点评|核[查对]|审[核计]|清[理点]|压[缩降]|控制|监测|集[中采]|安[排装]|搬迁|迁入|进[驻村]|"
    r"下[沉派]|宣[传讲]|探索|参[加与]|保障|收治|救治|抓|做[好实强细]|管[好住]|用[好情]|办[好成结]|创建|设[立置]|拆[除分]|授[权予]|演练|维修|检修|"
    r"普及|筛查|接种|发展|公[开布示]|报送|归档|转[运入]|结对|挂牌|验收|运行|查[处办]|补[齐足]|拓展|延伸|延长|细化|明确|梳理|盘点|防[控范]|消除|"
    r"守[住牢]|把|给|为|与|对|向|将|让|请|按|在|竣工|落成|投用|替换|切换|割接|集成|共[建享]|互认|上调|下调|巡[检诊]|义诊|扩|带[教出])"
)
_TALLY = re.compile(r"^(?:全年|年内|共|累计|每[月季周年])")
_COUNT = re.compile(r"^\{[a-z_]+\.[a-z_]+\}(?:，|$)")
_OWN_TIME = re.compile(r"月|季|年|每|周|日")
_UNDER_WAY = re.compile(r"正在|推进|陆续|尚|仍")
_CAUSED = re.compile(r"^(?:主要)?原因是(?:因为)?")
# What every office does every year, and what stands in a list of its own.
_ROUTINE = re.compile(r"荣誉|表彰|获奖|党建|党的建设|党务|群团|纪检|意识形态")
_DAILY = re.compile(r"例会|会议|演练|培训|讲座|检查|学习|处[理置]|考核|应对|整改")
_HONOUR = re.compile(r"荣誉|表彰|获奖")


def is_honour(matter: BriefMatter) -> bool:
    """Whether a matter is something that somebody awarded."""
    return _HONOUR.search(matter.category) is not None


def is_problem(matter: BriefMatter) -> bool:
    """Whether a matter is a shortcoming."""
    return re.search(r"不足|问题|短板|困难", matter.category) is not None


def rank(matter: BriefMatter) -> int:
    """National before provincial before city, for honours; 0 for everything else."""
    if not is_honour(matter):
        return 0
    text = matter.text + matter.result
    return next((i for i, word in enumerate(_RANK_WORDS, 1) if word in text), 9)


def length(text: str) -> int:
    """Characters as printed, a slot counted as the three or so it will become."""
    return len(SLOT.sub("000", text))


def when_of(matter: BriefMatter) -> str:
    """Its time as a slot; a deadline takes a comma."""
    if not matter.when:
        return ""
    return f"{{{matter.when}}}" + ("，" if matter.when_kind == "deadline" else "")


def comma(when: str) -> str:
    return when if not when or when.endswith("，") else f"{when}，"


def sentence(text: str, made_by: str, matter: str = "") -> ReplySentence:
    recipe = {"made_by": made_by} | ({"matter": matter} if matter else {})
    return ReplySentence(text=text, recipe=recipe)


def turned(matter: BriefMatter) -> str:
    """The act with its object first and its time in the middle; "" where that would not be Chinese."""
    plain = _TURNED.match(matter.text)
    if plain is None or matter.when_kind not in ("day", "month") or _SECOND_ACT.search(plain[2]):
        return ""
    return f"{plain[2]}{{{matter.when}}}{plain[1]}"


class Teller:
    """Tells the matters of one section one after another; remembers how the last ones began."""

    def __init__(self, own_department: str) -> None:
        self._own = own_department
        self._last = ""

    def told(self, matter: BriefMatter, *, said_in_heading: bool = False, opens: bool = False) -> list[ReplySentence]:
        """One done or ongoing matter in one sentence or two.  `opens` says that a paragraph begins with it."""
        result = _result(matter)
        when = when_of(matter)
        if _COUNT.match(result) or (result and not _ACT.match(matter.text) and _TALLY.match(result)):
            # “党委中心组学习全年12次”, “处理电梯困人6次”: what was done and its tally are one clause.
            return [sentence(f"{matter.text}{result}。", "matter", matter.id)]
        act = self._act(matter, when, opens=opens or said_in_heading)
        if not result:
            return [sentence(f"{act}。", "matter", matter.id)]
        # A long result with a subject of its own stands better alone.
        if length(act + result) > _LONG and not re.match(r"[由经于共被]", result):
            return [sentence(f"{act}。", "matter", matter.id), sentence(f"{result}。", "matter", matter.id)]
        return [sentence(f"{act}，{result}。", "matter", matter.id)]

    def _act(self, matter: BriefMatter, when: str, *, opens: bool) -> str:
        if matter.status == "ongoing":
            # What is not finished is not told as if it were (“11月接通”).
            self._last = "ongoing"
            return matter.text if _UNDER_WAY.search(matter.text) else f"{matter.text}仍在推进"
        acts = _ACT.match(matter.text) is not None
        forms = {"when": f"{when}{matter.text}"}
        if other := turned(matter):
            forms["turned"] = other
        if (
            matter.actor
            and matter.actor != self._own
            and matter.when_kind in ("month", "span")
            and len(matter.actor) <= 8
            and acts
        ):
            forms["actor"] = f"{matter.actor}{when}{matter.text}"
        # Where a paragraph begins, anything is better than a month again.
        order = ("turned", "actor", "when") if opens or self._last == "when" else ("when", "actor", "turned")
        form = next(f for f in order if f in forms and (f != self._last or len(forms) == 1))
        self._last = form
        return forms[form]


def task(matter: BriefMatter, *, dated: bool = True, form: int = 0) -> list[ReplySentence]:
    """One planned matter: the act, by when, then by whom and how it will be checked.

    `form` turns the place of the deadline, so that not every task of a list has it at the same spot.
    """
    # No item begins with its date: “8.6月底前” would read as a number.
    when = f"{{{matter.when}}}" if dated and matter.when else ""
    act, result = matter.text, matter.result
    if not when:
        told = [act, result]
    elif matter.when_kind == "span":
        told = [f"{act}（{when}）", result]
    elif form % 3 == 1 and result:
        told = [act, f"{when}，{result}"]
    elif form % 3 == 2 and result and not _OWN_TIME.search(result):
        told = [act, f"{result}，{when}完成"]
    else:
        told = [f"{act}，{when}完成", result]
    return [sentence(f"{text}。", "matter", matter.id) for text in told if text]


def outlook(matter: BriefMatter) -> str:
    """A planned matter as one clause of the short outlook of a 总结: “3月底前与省级医院约定错峰进修，分四批派出”."""
    when = f"{{{matter.when}}}" if matter.when else ""
    return f"{when}{matter.text}" + (f"，{matter.result}" if matter.result else "")


def shortcoming(matter: BriefMatter, number: int) -> str:
    """A shortcoming with its cause; “原因是” is not said four times in a row."""
    cause = _CAUSED.sub("", matter.result)
    if cause == matter.result:
        return matter.text + (f"，{matter.result}" if matter.result else "")
    return matter.text + ("，原因是", "，主要是", "。")[number % 3] + cause


def _result(matter: BriefMatter) -> str:
    """What came of it; of an honour not the cells of its row (“省级，…发文”), which the prose has said already."""
    if not is_honour(matter):
        return matter.result
    clauses = [c.strip() for c in _CLAUSE.split(matter.result)]
    return "，".join(c for c in clauses if c and not _BARE_RANK.match(c) and not _ISSUED.match(c))


def weightiest(matters: Sequence[BriefMatter], least: int, most: int) -> list[BriefMatter]:
    """The few matters of the year that a lead may name, heaviest first."""
    heavy = [
        m
        for m in matters
        if m.weight >= least
        and "，" not in m.text
        and m.status != "ongoing"
        and not _ROUTINE.search(m.category)
        and (m.status == "planned" or not _DAILY.search(m.text))
    ]
    return sorted(heavy, key=lambda m: (-m.weight, m.month or 13, m.id))[:most]
