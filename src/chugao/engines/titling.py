"""Headings that say what is in their section, each document in a pattern of its own.

In: a brief, its matters and metrics.  Out: a heading, and the matter that it speaks out in full.

Patterns: aims with the section's own nouns (“抓细手术、病历质量”), what they serve (“围绕手术、病历抓质量”), the thing and
how it is held (“把手术、病历质量抓细”), an act and an aim, the office's own words for the field (“优化采购流程”); where figures are all there is, what two of them did or are to do.  Seed and department choose which comes first, so that the headings of one
document are parallel; a section that cannot fill the pattern takes the next.

Surprise: a heading made of two acts is read twice, once as heading and once as text.  At most one act stands in it, and
what came of that act is then read right below.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from chugao.engines.acts import MILESTONE, WEIGHTY, is_act, is_honour, length
from chugao.engines.headwords import STEM, Field, field_words, goes_beyond, says_word
from chugao.engines.phrasing import Metric, Phraser, document_frames
from chugao.manuscript import SLOT, Brief, BriefMatter
from chugao.outline import topic_of_matter, topics

_LONGEST = 22
_EVEN = 14
_LONGEST_HALF = 14
_ACT_IN_HEADING = 16
_RESULTS = ("aim", "focus", "mixed", "held")
_PLAN = ("aim", "focus", "verb", "held")
_ONE_VERB = ("抓好", "抓实")
_OF_ALL = ("抓好", "抓实", "做实")  # verbs that go with everything
_OF_PEOPLE = re.compile(r"^(?:抓|办|做|加强)")
_MOST_AIMS, _MOST_NOUNS = 2, 3
_MANY = 4  # fields of work
_A_WORD = 3  # characters: a heading of one short word says too little
_ACT_ALONE = 18
_HEAVY = 3
# Words of one field that mean something else in another.
_AMBIGUOUS = frozenset(
    "评审 床旁 检查 手术 护理 医师 培训 系统 改造 设备 监测 应急 床位 病床 治疗 检验 会诊 远程会诊 门诊 住院 编制 考核 人员 人员考核 数据 平台 团队 专科 病区 社区 "
    "意见 职工 党委 党委建设 账目 讨论 报告 转运 老人 学校 学校卫生 儿科 急诊 重症 演练 自查 目录 追溯 切换 岗位 监督 消毒 采购 价格 线上 窗口 收费 "
    "护士 药师 麻醉 采样 通风 预约 等候 闭环 系统切换 医疗废物 数据管理 慢病 随访 体检 接种 编码 课题 论文 教学 基地 成果 技术 "
    "导管 身份 约束 交接 标识 防护 骨干 影像 上门 康复 复诊 输血 用药 处方 药品 耗材 费用 成本 绩效 合同 合同管理 用血 转化 联盟 换届 提案 基金".split()
)
_A_DEED = 6  # characters; what is shorter is a name (宣传稿件)
_SHARED = 2  # matters, from which on a milestone does not speak for its section alone


_HAPPENED = re.compile(
    r"(?:启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|上线|落户|立项|增容|扩容|换代|认证|达标|运行|开放|升级|大修|开工|封顶|投运|启动|揭牌|落地|到位)$"
)


class Heading(NamedTuple):
    """A heading with what it said in full; `text` None where the outline gives the heading."""

    text: str | None
    spoken: tuple[str, ...] = ()
    """Ids of matters whose act stands in it word for word."""
    others: tuple[tuple[str, str], ...] = ()
    """(make, text) of every heading that would do as well, best first, so that the sections of a part may match."""


def heading_of(
    brief: Brief, phraser: Phraser, matters: Sequence[BriefMatter], metrics: Sequence[Metric], *, ahead: bool = False
) -> Heading:
    """The heading of one section."""
    if brief.heading:
        return Heading(None)
    if matters and all(is_honour(m) for m in matters):
        return Heading(_honours(matters))
    metrics = sorted(metrics, key=lambda m: -m.importance)
    # 要点 and a plan in one verb: which one is the document's choice, so that its headings are of one make.
    verb = phraser.choose_for_document(_ONE_VERB, "one verb")
    makers: dict[str, Callable[[], Heading | None]] = {
        "act": lambda: _act(matters),
        "aim": lambda: _aims(phraser, matters),
        "plain": lambda: _plain(phraser, matters),
        "focus": lambda: _focus(matters),
        "held": lambda: _held(phraser, matters),
        "verb": lambda: _aims(phraser, matters, one_verb=verb),
        "mixed": lambda: _mixed(phraser, matters),
        "named": lambda: _by_weight(matters),
        "own": lambda: _in_own_words(phraser, matters),
        "did": lambda: _figures([_did(m) for m in metrics], least=1),
        "do": lambda: _figures([_to_do(m, ahead=ahead) for m in metrics], least=1, one=ahead),
    }
    # A task's act is the title of its item, and had better not be read twice.  What figures did is no heading for deeds.
    usual = ("aim", "own", "plain", "named") if ahead else ("aim", "own", "plain", "mixed", "named", "act")
    if not matters:
        order: Sequence[str] = ("do", "did") if ahead else ("did", "do")
    else:
        patterns = _PLAN if ahead else _RESULTS
        first = phraser.choose_for_document(patterns, "heading" + ("ahead" if ahead else ""))
        if matters[0].weight >= MILESTONE and not ahead:
            # What the year is remembered for is its own heading.
            order = ("act",) if len(matters) < _SHARED else ("mixed", "act")
        else:
            order = (first,)
        order = (*order, *(p for p in usual if p not in order))
    found = [(name, h) for name in order if (h := makers[name]())]
    fitting = _fitting(found, matters, ahead=ahead)
    if not fitting:
        return Heading(_names(metrics) or brief.topic or None)
    chosen = fitting[0][1]
    nouns = [("aim", h) for k in _LENGTHS if (h := _aims(phraser, matters, upto=k))]
    nouns += [("focus", h) for k in _LENGTHS if (h := _focus(matters, k))]
    nouns += [("held", h) for k in _LENGTHS if (h := _held(phraser, matters, k))]
    nouns += [("verb", h) for k in _LENGTHS if (h := _aims(phraser, matters, one_verb=verb, upto=k))]
    others = [
        (_MAKES.get(name, name), h.text) for name, h in [*fitting, *_fitting(nouns, matters, ahead=ahead)] if h.text
    ]
    return chosen._replace(others=tuple(dict.fromkeys(others)))


_MAKES = {"own": "aim", "plain": "aim", "named": "act", "mixed": "act"}
_LENGTHS = (3, 2, 1)
_Found = Sequence[tuple[str, Heading]]


def _fitting(found: _Found, matters: Sequence[BriefMatter], *, ahead: bool) -> _Found:
    """Those that speak of half of a section's matters, else of what weighs most in it, else all of them."""
    if not matters:
        return found
    # “围绕中医药服务……” says that a section is for it: a course and a free clinic beside it are not.
    found = [f for f in found if f[0] != "focus" or _around(f[1].text or "", matters)] or found
    first = [f for f in found if _says(f[1].text or "", matters[0])]
    broad = [f for f in found if 2 * sum(_says(f[1].text or "", m) for m in matters) >= len(matters)]
    heavy = matters[0].weight >= MILESTONE and not ahead
    return [f for f in first if f in broad] or (first if heavy else broad) or first or found


def _says(heading: str, matter: BriefMatter) -> bool:
    heading = heading.removeprefix("围绕")
    return any(heading[i : i + 2] in matter.text + matter.result for i in range(len(heading) - 1))


def _around(heading: str, matters: Sequence[BriefMatter]) -> bool:
    """Whether half of the matters at least are of what a heading names, whatever they share with everything else."""
    named = STEM.sub("", heading[: heading.rfind(_fields_end(heading))] if _fields_end(heading) else heading)
    return 2 * sum(_says(named, m) for m in matters) >= len(matters)


def _fields_end(heading: str) -> str:
    """What is done for the field, as the heading ends on it: 强学科."""
    return next((f.end for f in field_words().values() if f.end and heading.endswith(f.end)), "")


_SCOPES = ("全国|国家级", "全省|省级", "全市|市级", "全县|县级")


def _honours(matters: Sequence[BriefMatter]) -> str:
    """“获全国、全省表彰”: who honoured, in the word that stands below, not what for."""
    said = "".join(m.text + m.result for m in matters)
    scopes = [found[0] for pattern in _SCOPES if (found := re.search(pattern, said))]
    return f"获{'、'.join(scopes)}表彰" if scopes else "获得的荣誉"


# --- acts -----------------------------------------------------------------------------------------


def _usable(matters: Sequence[BriefMatter]) -> list[BriefMatter]:
    """Acts that a heading may say; one with a number in it (“药师由2人增加到4人”) is for the text."""
    return [
        m
        for m in matters
        if "，" not in m.text and not _COUNTS.search(m.text) and m.status != "ongoing" and length(m.text) <= _ACT_ALONE
    ]


_COUNTS = re.compile(r"(?<![A-Za-z])(?<![A-Za-z] )\{")
"""A number of its own, and no part of a name: ISO 15189."""


def _act(matters: Sequence[BriefMatter]) -> Heading | None:
    """The weightiest act alone."""
    usable = _usable(matters[:1])
    return Heading(usable[0].text, (usable[0].id,)) if usable else None


def _mixed(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """“启用急诊综合楼，加快卒中救治”: what was done first, and what the others of the section are about."""
    usable = _usable(matters)
    if not usable or usable[0] is not matters[0] or len(matters) < 2:
        return None
    first = usable[0]
    if length(first.text) > _ACT_IN_HEADING:
        return None
    done = first.weight >= MILESTONE or is_act(first.text) or _HAPPENED.search(first.text)
    if length(first.text) < _A_DEED or not done:
        return None  # “死亡病例讨论” is no deed
    aim = _aims(phraser, list(matters[1:]), upto=1)
    if aim is None or aim.text is None:
        return None
    half = aim.text.split("，")[0]
    if length(first.text) + len(half) >= _LONGEST + 4 or any(
        half[i : i + 2] in first.text for i in range(len(half) - 1)
    ):
        return None
    return Heading(f"{first.text}，{half}", (first.id,))


# --- nouns ----------------------------------------------------------------------------------------


class _Noun(NamedTuple):
    """One thing that a section is about."""

    said: str
    topic: str
    tells: float
    """How much of the section speaks of it."""
    over: bool = False
    """Whether all of it is done: a house that opened in September is not hurried on in December."""
    fresh: bool = False
    """Whether it is only to be set up: what is not there yet is not improved."""


@lru_cache(maxsize=2048)  # asked a dozen times of each matter, for each make of heading
def _noun_of(matter: BriefMatter) -> tuple[str, str] | None:
    """(what a matter is about as a heading says it, the field whose word that is); its own field's word comes first."""
    topic = topic_of_matter(matter.category, matter.text).id
    if (built := _BUILT.search(matter.text)) and _OPENED.search(matter.text):
        return f"{built[1]}建设", topic
    for fields in ([topic], [t for t in field_words() if t != topic]):
        held = [
            (w, t) for t in fields if t in field_words() for w in field_words()[t].nouns if says_word(w, matter.text)
        ]
        # 日间手术 is one noun, not 手术 too.  What came of an act names no section.
        held = [(w, t) for w, t in held if not any(w != other and w in other for other, _ in held)]
        told = [
            (field_words()[t].nouns[w], t) for w, t in held if not goes_beyond(w, field_words()[t].nouns[w], matter)
        ]
        told = [(said, t) for said, t in told if _says(said, matter)]
        if fields != [topic]:
            # Another field's word serves where it can mean nothing else: 检查 is not always one of patients.
            told = [(said, t) for said, t in told if said in matter.text or STEM.sub("", said) in matter.text]
            told = [(said, t) for said, t in told if STEM.sub("", said) not in _AMBIGUOUS and not said.endswith("队伍")]
        if told:
            # Of the nouns of one matter the most particular, which the list has last, says what it is about.
            return told[-1]
    return _named_by_itself(matter.text, topic)


def _named_by_itself(text: str, topic: str) -> tuple[str, str] | None:
    """What a matter is about in its own words: “流水线更换” is a name, “新开展血培养快速药敏” opens something named."""
    if opened := _OPENS.match(text):
        return _TREATS.sub("治疗", opened[1]), topic  # “开展ESD治疗早期胃癌” is about ESD治疗
    if acted := _DONE_TO.match(text):
        return f"{acted[2]}{acted[1]}", topic  # “更换核心交换机” is about 核心交换机更换
    if made := _IN_A_WAY.match(text):
        return made[1] + made[2], topic  # “抢救药品按班清点” is about 抢救药品清点
    if len(text) <= _A_NAME and _FOUNDED.search(text) and not is_act(text):
        return f"{text}建设", topic
    return (text, topic) if len(text) <= _A_NAME and _NOMINAL.search(text) and not is_act(text) else None


_A_NAME = 10  # characters
_OPENS = re.compile(
    r"^(?:新?(?:开展|开设|实行|推行|建立|上线|实施)|[与和][一-鿿]{2,9}?(?:共建|共管|共享|合办|合建))([一-鿿A-Z]{4,9})$"
)
_DONE_TO = re.compile(
    r"^(更换|改造|走访|回访|修订|制定|编制|核查|检查|排查|整治|清理|整合|统一|规范|调整|加装|配备|购置|引进|招聘|培训|轮训|选派|派驻|"
    r"考核|评估|复核|督导|推广|对接|接管|托管|抽查|公示|慰问|维修|检修|升级|筛查|监测|审核|归档|盘点)((?:(?![由把被到在向和与的给为])[一-鿿A-Z]){3,8})$"
)
_IN_A_WAY = re.compile(
    r"^((?:(?![由把被到在向和与的给为])[一-鿿A-Z]){2,6})(?:统一|逐[件份例个台班项家]|按[班月周日季]|集中|定期|分级|全部|每[天日周月班])([一-鿿]{2,4})$"
)
_TREATS = re.compile(r"(?<=.)治疗.+$")
_FOUNDED = re.compile(r"(?:加工中心|门诊|平台|中台|示范点)$")
_NOMINAL = re.compile(
    r"(?:(?<![党政风])建设|取石|穿刺|查询|存档|录像|更换|改造|整治|清理|核算|试点|撤并|扩容|增容|调整|轮换|清退|治理|修缮|排查|复核|联查|互认|整改)$"
)


def _nouns(matters: Sequence[BriefMatter]) -> list[_Noun]:
    """What a section is about: first what weighs most in it, then what most of its matters speak of."""
    weights: dict[tuple[str, str], float] = {}
    open_, there = set(), set()
    for matter in matters:
        if noun := _noun_of(matter):
            open_ |= {noun} if matter.status != "done" else set()
            there |= {noun} if matter.status != "planned" or not _SETS_UP.match(matter.text) else set()
            # A new building says more of its section than two repairs, a deed under way less than one that is done.
            weight = _HEAVY if matter.weight >= WEIGHTY else 1 + (matter.status != "ongoing")
            weights[noun] = weights.get(noun, 0) + weight
    first = _noun_of(matters[0]) if matters else None
    own = {topic_of_matter(m.category, m.text).id for m in matters}
    # Of those that weigh as much first a word of the section's own fields.
    ranked = sorted(weights, key=lambda n: (n != first, -weights[n], n[1] not in own, _order(n[1])))
    told: list[_Noun] = []
    for said, topic in ranked:
        if not _overlaps(said, [n.said for n in told]):
            over, fresh = (said, topic) not in open_, (said, topic) not in there
            told.append(_Noun(said, topic, weights[said, topic], over, fresh))
    return told


# Its whole name: “育综合服务中心” of a 托育综合服务中心 is nothing.
_BUILT = re.compile(
    r"(?:^|[，；、]|新建|建成|启用|投用|扩建|迁建|改建[为成]?|完成|成立|开工建设)(?:新建|建成|启用|投用|扩建|迁建|迁入|完成|成立)?新?"
    r"((?!新|建成|启用|投用|扩建|迁建|迁入|完成|成立|开工)(?:(?![在把由到与和向给的将从])[一-鿿A-Z]){1,9}?(?:楼|中心|院区|病区|单元|实验室|车站|库房))(?!的|里|内|医|护|改建)"
)
_OPENED = re.compile(r"新建|改建|投用|启用|开工|动工|封顶|扩建|迁建|建成|落成|挂牌|开诊")


# --- aims -----------------------------------------------------------------------------------------


def _by_field(matters: Sequence[BriefMatter]) -> list[tuple[str, list[BriefMatter]]]:
    """The fields of work of a section, the one with most matters first."""
    by_topic: dict[str, list[BriefMatter]] = {}
    for matter in matters:
        by_topic.setdefault(topic_of_matter(matter.category, matter.text).id, []).append(matter)
    # The field of what weighs most first, then the one with most matters.
    known = [(t, m) for t, m in by_topic.items() if t in field_words()]
    return sorted(known, key=lambda f: (matters[0] not in f[1], -len(f[1]), _order(f[0])))


def _named(matters: Sequence[BriefMatter], upto: int) -> list[_Noun]:
    """The nouns that a heading names: two, or three where two leave most of the section unsaid."""
    nouns = _nouns(matters)[:upto]
    fields = {topic_of_matter(m.category, m.text).id for m in matters if m.status != "planned"}
    # What joins four fields is not named by two of them.
    broad = len(fields) >= _MANY
    if upto > _MOST_AIMS and len(nouns) > _MOST_AIMS and not broad:
        both = "".join(n.said for n in nouns[:_MOST_AIMS])
        enough = 2 * sum(_says(both, m) for m in matters) >= len(matters)
        nouns = nouns[:_MOST_AIMS] if enough else nouns
    return nouns


def _aims(
    phraser: Phraser, matters: Sequence[BriefMatter], *, one_verb: str = "", upto: int = _MOST_NOUNS
) -> Heading | None:
    """“抓细手术、病历质量”, two halves where the section joins two fields, one verb over three nouns.

    `one_verb` opens every heading of a document.
    """
    nouns = _named(matters, upto)
    if not nouns:
        return None
    fields = list(dict.fromkeys(n.topic for n in nouns))
    if len(nouns) == _MOST_AIMS == len(fields) and not one_verb:
        halves: list[str] = []
        for noun in nouns:
            halves.append(_aim(_unlike(phraser, _verbs_of([noun]), halves), noun.said))
        if len("，".join(halves)) <= _EVEN:
            return Heading("，".join(halves))
    usual = phraser.choose_for_document(_ONE_VERB, "one verb") if len(fields) > 1 else ""
    verb = one_verb or usual or _unlike(phraser, _verbs_of(nouns), ())
    text = _aim(verb, _listed(nouns))
    return Heading(text) if len(text) <= _LONGEST else None


def _aim(verb: str, nouns: str) -> str:
    """People are not grasped: “抓好护士队伍建设”."""
    return verb + (re.sub("队伍(?=[和、]|$)", "队伍建设", nouns) if _OF_PEOPLE.match(verb) else nouns)


def _listed(nouns: Sequence[_Noun]) -> str:
    """“手术、病历质量”, “检查服务和社区服务”, “手术质量、病历归档和用血”."""
    said = [n.said for n in nouns]
    field = field_words()[nouns[0].topic]
    if len({n.topic for n in nouns}) == 1 and len(said) <= _MOST_AIMS:
        return _joined(field, said)
    return "、".join(said[:-1]) + ("和" if len(said) > 1 else "") + said[-1]


def _plain(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """An aim without a noun of the section, where the section says at least one of its words."""
    for topic, held in _by_field(matters):
        over = all(m.status == "done" for m in held)
        fitting = [p for p in field_words()[topic].plain if _speaks_of(p, held) and not (over and p[:2] in _HURRY_ON)]
        if fitting:
            return Heading(phraser.pick(fitting, "plain"))
    return None


def _speaks_of(phrase: str, matters: Sequence[BriefMatter]) -> bool:
    """Whether a ready aim shares a word with its matters, beyond the verb it opens with."""
    text = "".join(m.text + m.result for m in matters)
    return any(phrase[i : i + 2] in text for i in range(2, len(phrase) - 1))


def _in_own_words(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """“优化采购流程”: what the office itself calls most of a section's work, where its matters speak of it."""
    counts = Counter(m.category for m in matters)
    ranked = sorted(counts, key=lambda c: (-counts[c], -max(m.weight for m in matters if m.category == c)))
    for category in ranked:
        own = [m for m in matters if m.category == category]
        said = "".join(m.text + m.result for m in own)
        if not _A_CATEGORY.fullmatch(category) or not any(
            category[i : i + 2] in said for i in range(len(STEM.sub("", category)) - 1)
        ):
            continue
        rows = cast(list[dict[str, Any]], document_frames()["heading_verb"])
        verbs = next((cast(list[str], r["verbs"]) for r in rows if category.endswith(tuple(r["ends"]))), [])
        if verbs and 2 * len(own) >= len(matters):
            fit = _of_the_done(verbs) if all(m.status == "done" for m in own) else verbs
            return Heading(phraser.pick(fit, "own words") + category)
    return None


_A_CATEGORY = re.compile(r"[一-鿿]{4,8}")


def _by_weight(matters: Sequence[BriefMatter]) -> Heading | None:
    """The weightiest deed in its first words, where no noun of the section is known: “内镜中心改扩建”."""
    for matter in sorted(matters, key=lambda m: (m.status == "ongoing", -m.weight)):
        name = _DONE.sub("", matter.text.split("，")[0])
        if 3 < len(name) <= _ACT_IN_HEADING and not SLOT.search(name):
            return Heading(name)
    return None


_DONE = re.compile(r"(?:已?完成|全部完成|仍在推进)$")


def _focus(matters: Sequence[BriefMatter], upto: int = _MOST_NOUNS) -> Heading | None:
    """“围绕急诊、重症强救治”: what the section is about, and what that was done for."""
    nouns = _named(matters, upto)
    if not nouns or len({n.topic for n in nouns}) > 1:
        return None  # what serves one field serves not the other
    field = field_words()[nouns[0].topic]
    said = [n.said.removesuffix(field.tail) or n.said for n in nouns]
    if not field.end or any(set(field.end[-2:]) & set(s[-2:]) for s in said):
        return None  # “围绕急诊救治强救治”
    if min(map(len, said)) < _A_WORD and max(map(len, said)) <= _A_WORD:
        return None  # “围绕护理、文书抓质量” names nothing
    text = f"围绕{'、'.join(said)}{field.end}"
    return Heading(text) if len(text) <= _LONGEST else None


def _held(phraser: Phraser, matters: Sequence[BriefMatter], upto: int = _MOST_NOUNS) -> Heading | None:
    """“把手术、病历质量抓细”: the thing first, then what was done with it."""
    nouns = _named(matters, upto)
    if not nouns:
        return None
    verbs = [v for v in _verbs_of(nouns) if v[-1] in _HOLDS]
    if not verbs:
        return None
    said = _listed(nouns)
    text = f"把{said}{'建设' if said.endswith('队伍') else ''}{phraser.pick(verbs, 'aim')}"
    return Heading(text) if len(text) <= _LONGEST else None


_HOLDS = frozenset("细严好实牢紧顺住清优强")
"""Ends of verbs that say how firmly a thing is held: 抓细, 理顺."""


def _verbs_of(nouns: Sequence[_Noun]) -> tuple[str, ...]:
    """The verbs that go with the last of some nouns: services are improved, teams built, quality held on to."""
    rows = cast(list[dict[str, Any]], document_frames()["heading_verb"])
    field = field_words()[nouns[0].topic].verbs
    ends = {next((i for i, r in enumerate(rows) if n.said.endswith(tuple(r["ends"]))), -1) for n in nouns}
    row = ends.pop() if len(ends) == 1 else -1
    verbs = (
        tuple(cast(list[str], rows[row]["verbs"])) if row >= 0 else field if len(nouns) == 1 or not ends else _OF_ALL
    )
    if any(n.said.startswith("急") for n in nouns):
        verbs = tuple(v for v in verbs if v != "抓紧") or _OF_ALL  # “抓紧急救工作” is read 紧急
    if any(n.fresh for n in nouns):
        verbs = tuple(v for v in verbs if v not in _OF_WHAT_IS_THERE) or _OF_ALL
    return _of_the_done(verbs) if all(n.over for n in nouns) else verbs


_SETS_UP = re.compile(r"新?(?:上线|开[设办通展]|建[立成设]?|设立|增设|组建|成立|启用|引进|推[行出])")
_OF_WHAT_IS_THERE = frozenset(("改进", "优化", "做优", "规范", "理顺", "改善", "管好", "完善"))


def _of_the_done(verbs: Sequence[str]) -> tuple[str, ...]:
    """Without those that hurry on; what goes with everything makes up for them."""
    kept = [v for v in verbs if v not in _HURRY_ON]
    return tuple(kept) if len(kept) == len(verbs) else tuple(dict.fromkeys([*kept, *_OF_ALL]))


_HURRY_ON = ("加快", "推进", "抓紧", "加紧")


def _joined(field: Field, nouns: Sequence[str]) -> str:
    """Two nouns with what they end in said once."""
    tails = [t for t in (field.tail, "建设") if t and all(n.endswith(t) and n != t for n in nouns)]
    if len(nouns) > 1 and tails:
        nouns = [*(n.removesuffix(tails[0]) for n in nouns[:-1]), nouns[-1]]
    return "、".join(nouns)


def _unlike(phraser: Phraser, options: Sequence[str], halves: Sequence[str]) -> str:
    """One of `options` that no half before it and no heading of the section begins with, if there is one."""
    fresh = [o for o in options if not any(o[0] == h[0] for h in halves)]
    return phraser.pick(fresh or options, "aim")


def _overlaps(noun: str, others: Sequence[str]) -> bool:
    return any(noun[:2] == other[:2] or noun in other or other in noun for other in others)


def _order(topic: str) -> int:
    return next((t.order for t in topics() if t.id == topic), 999)


# --- figures --------------------------------------------------------------------------------------

_VERBS = {
    ("rate", "up"): ("提高", "提高"),
    ("rate", "down"): ("降低", "下降"),
    ("duration", "down"): ("缩短", "缩短"),
    ("index", "up"): ("提高", "提高"),
    ("index", "down"): ("降低", "下降"),
}
"""(kind, better) → (before the name, after it)."""


def _figures(halves: Sequence[str], least: int, *, one: bool = False) -> Heading | None:
    """Two halves, or one where figures are all there is: one figure does not speak for several matters.

    `one` where the half before has named the same figures and the text below names them again.
    """
    told = list(dict.fromkeys(h for h in halves if h))
    if len(told) < least:
        return None
    if one and least == 1:
        return Heading(told[0])
    fitting = [h for h in told[1:] if len(told[0]) + len(h) < _LONGEST]
    # Two verbs rather than one twice.
    second = next((h for h in fitting if _verb_of(h) != _verb_of(told[0])), fitting[0] if fitting else "")
    if least > 1 and not second:
        return None
    return Heading(f"{told[0]}，{second}" if second else told[0])


def _verb_of(half: str) -> str:
    return next((v for pair in _VERBS.values() for v in pair if half.startswith(v) or half.endswith(v)), "")


def _names(metrics: Sequence[Metric]) -> str:
    """“做好审方干预、用药咨询”: what a section of mere counts is about."""
    names = [m.name for m in metrics if len(m.name) <= 8][:_MOST_AIMS]
    return f"做好{'、'.join(names)}" if names else ""


def _did(metric: Metric) -> str:
    """“平均住院日缩短”, only of what got better."""
    verb = _VERBS.get((metric.kind, metric.better))
    if metric.direction != "welcome" or verb is None or len(metric.name) > _LONGEST_HALF:
        return ""
    return f"{metric.name}{verb[1]}"


def _to_do(metric: Metric, *, ahead: bool) -> str:
    """“缩短平均住院日”: where it happened, or is aimed at."""
    verb = _VERBS.get((metric.kind, metric.better))
    if verb is None or len(metric.name) > _LONGEST_HALF or metric.name.startswith("医院"):
        return ""  # “降低医院感染发病率” reads as the name of a hospital
    if ahead and "goal" in metric.slots and "now" in metric.slots and metric.slots["goal"].sign == 0:
        return ""
    meant = "goal" in metric.slots if ahead else metric.direction == "welcome"
    return f"{verb[0]}{metric.name}" if meant else ""
