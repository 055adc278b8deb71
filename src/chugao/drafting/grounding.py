"""What a model says that nothing it was given says: things without numbers, one clause at a time.

In: a reply's sentences, their `Offer`, every text somebody gave.  Out: sentences in Chinese for the model.

Words alone prove nothing: “完成”, “手术” and “移植” each stand somewhere in a year's material.  So a clause about the
past must stand on ONE thing: a matter, a sentence lent, or the metric whose slot it holds; and nothing in it that no
text given holds may be longer than a turn of phrase.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from chugao.drafting.alike import said_in
from chugao.drafting.offering import Offer
from chugao.drafting.tiling import clauses_of, strip_of
from chugao.drafting.twisting import claimed, done_too_soon, out_of_order, says_who, turned
from chugao.drafting.unvalued import unvalued
from chugao.manuscript import SLOT, BriefMatter, ReplySentence

AHEAD = ("plan", "items", "goals", "next")
_LONG = 8
_STRANGE_RUN = 4
_ENOUGH_OF_ONE = 0.6
_ENOUGH_OF_SEVERAL = 0.85
_ENOUGH_OF_ALL = 0.34
_ENOUGH_OF_AN_ACT = 0.5
# An act: somebody did, bought, won or held something.
_ACT = re.compile(
    r"举办|召开|举行|承办|建成|启用|引进|购置|购入|采购|安装|获评|获得|荣获|获批|入选|通过|成立|组建|设立|出台|印发|制定|签订|揭牌|挂牌|上线|投入使用|投用"
    r"|选派|派出|邀请|发表|立项|授予|表彰|接待|完成了|开展了|组织了|实施了|新增|新建|改造|扩建|开设|开通|推出|首[次例家创]"
)
# What has to be given in these very characters.
_VERBATIM = re.compile(
    r"大幅|显著|明显(?=[提上增下降减缩改好])|填补|空白|前列|名列|领先|居[一-鿿]{0,4}第[一二三]|再创|新高|历史最[好高低]|最好水平|唯一|归零|杜绝|无一|基本消除|全部(?:完成|达标|合格|整改|手术)"
    r"|绝大[部多]|大部分|多数|普遍|一致好评|高度(?:评价|肯定|赞扬|认可)|好评|反响|关注|通报表扬|表扬|表彰|嘉奖|先进(?![舱站门院场库组行去来])|优秀(?:医师|个人|集体|科室|单位)|示范|标杆|圆满|顺利通过|达标率百"
    r"|跻身|领跑|亲自|成功(?:创建|创成|申创|申报|入选|通过|获批|获评|晋升|晋级|举办|承办)|(?:没有|不存在|无)任何(?:不足|问题|短板|差距)"
    r"|[无未零](?:发生)?[一-鿿]{0,4}(?:事故|纠纷|投诉|感染|差错|事件|死亡)(?:发生)?|获得感|满意度(?:大幅|持续|稳步|不断)|较低水平|较高水平|群众负担|连续多年|受到[一-鿿]{0,8}(?:欢迎|肯定|赞誉)"
)
_OFTEN = re.compile(
    r"(?:每[一两二三四半]?(?:日|天|周|旬|月|季|年)|[按逐](?:日|周|旬|月|季|年)|不定期|定期)(?=[度一-鿿])"
)
# A moment told in words.  Beside a value it is the day of the value.
_MOMENT = re.compile(
    r"(?:[去前上次明后]年)(?:年?[初中底末]|[春夏秋冬]|[上下]半年)|年[初中底末]|[上下]半年|[本上下当次]?月[初中底末]|[春夏秋冬]季"
    r"|近日|日前|前不久|不久前|上个?月|上周|昨天|今天|春节|元旦|国庆|中秋|端午|清明节"
)
# Change told without the value that would show it.
_CHANGE = re.compile(
    r"(?:提升|提高|上升|增长|增加|下降|降低|减少|缩短|延长|改善|好转|增强|减轻|回落|攀升|压降)(?!到|至|了?\{)"
)
_PROJECT = re.compile(
    r"(?:国家|省|市|区域|国际|全国|全省|全市|(?<![一-鿿])部(?!分|门)|部(?=级))级?[一-鿿]{0,10}?(?:专科|中心|基地|项目|平台|课题|实验室|学科|试点|称号|工程|联盟|医联体|大赛|竞赛|年会|论坛|认证|质控检查)"
)
_TITLE = r"(?:主任|院长|医生|医师|教授|护士长|书记|局长|处长|科长|博士|院士|老师|专家|同志|护士|先生|女士)"
_SURNAMES = "张王李赵刘陈杨黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范姚谭廖邹熊陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_PERSON = re.compile(rf"(?P<name>[{_SURNAMES}](?:某|[一-鿿]{{0,2}}?)){_TITLE}")
# Any two or three characters: no list holds every surname.
_COMRADE = re.compile(r"(?<![一-鿿])[一-鿿]{2,3}同志|(?<=[在由按经据随与和、])[一-鿿]{2,3}同志")
_NOBODY = re.compile(r"(?:各位|全体|广大|党员|干部|班子|青年|女|男|老|新|年轻|有关|部分|领导|先进|优秀)")
_NO_NAME = re.compile(r"^(?:任何|高年|万名|常务|常年|史上|文书|易发|白班|江苏|方面|段落|任课|白衣)")
_ONLY_AS_GIVEN = (
    (_PROJECT, "在资料里没有，不能添"),
    (_OFTEN, "多久一次资料里没有写，请删去"),
    (_VERBATIM, "需要依据，资料里没有这样说，请删去"),
)
_WITH_OTHERS = "的|对|与|和|及|、|向|等|内|外|全|各|病|组织|协调|指导|会同|联合|督促|推动|支持|配合"
_OUTCOME = re.compile("(?:确保|从而|进而|有助于|有利于|促使|使得?)(?P<what>[一-鿿]{3,16})")
_AND_SO_ON = re.compile("等(?:[一-鿿]{0,4}(?:工作|事项|项目|措施|任务|举措))?$")
_MEANT = re.compile(
    "拟(?!定)|计划(?!生育|免疫|书|表)|力争|争取|打算|准备|预计|正在(?:有序|抓紧)?(?:推进|进行|实施|开展)?中?"
)
_BEHIND = re.compile("（([^（）]{2,20})）?$")
_EVERY = re.compile("全部|所有|全体|一律|(?:在|向|到)全院|全院(?=各|推|范围)")
_LEADS_ON = re.compile("^(?:对|对于|针对|凡|遇|如|若|在|经|自)[^，]|(?:时|期间|后|前|下|的|者|起|过程中)$")
"""A clause that only says of whom, when or if: what is said of it stands behind the comma."""
_MARKS = "，、。；：！？"
_ENDS = "，。；：！？"
# Words of office writing that claim nothing.
_GLUE = """
全年 本年 上年 去年 同期 相比 比上年 较上年 今年 明年 下一步 一年来 工作 情况 方面 其中 同时 此外 另外 以及 并且 通过 围绕 针对 按照 根据 结合 坚持 持续 不断
进一步 加强 提升 提高 推进 推动 促进 完善 优化 强化 落实 做好 抓好 开展 组织 实施 建立 健全 规范 管理 服务 质量 安全 水平 能力 建设 发展 改善 改进 保障 重点 主要
着力 办了 几件 实事 做了 以下 完成 达到 实现 超过 高于 低于 上升 下降 增长 增加 减少 缩短 延长 降低 稳步 明显 有所 保持 稳定 平稳 持平 良好 较好 目标 年初 年底 年末 全部 总体 整体 医院 科室 患者
医务 人员 临床 医疗 汇报如下 报告如下 现将 如下 总结 计划 要点 我院 我科 全院 全科 各科室 存在 不足 问题 原因 仍然 还有 不够 需要 有待 还需 力争 确保 继续 努力 拟于 重视
将 年内 季度 牵头 负责 责任 配合 时限 任务 措施 要求 进度 检查 督促 定期 及时 有序 积极 认真 切实 扎实 有效 较 比 由 到 从 至 为 了 的 在 和 与 及 等 对 把 被 也 均 都 已 正在 目前 现已
上线后 启用后 完成后 之后 以来 当年 全程 逐条 逐人 逐项 逐例 分别 直接 一起 一并 剩下 其余 有关 相关 涉及 转入 并入 先后 首先 随后 至此 为此 因此 这一 这项 该 只是 开始 抓住 这件 大事 带动 各项
年度 具体 安排 如下 下面 列在 初步 想法 思路 打算 据此 制定 本计 提出 考虑 首先 盯住 几处 抓起 几个 要事 办成 几件 先从 从这 年的 是年
""".split()


class Grounds:
    """Holds what was given for a whole document, and what of it each section may stand on."""

    def __init__(self, given: str) -> None:
        self._given = given

    def problems(self, sentences: Sequence[ReplySentence], offer: Offer) -> Iterator[str]:
        """Clauses that say what nobody gave."""
        own = _Own(offer, self._given)
        yield from names_nobody_gave((s.text for s in sentences), own.texts)
        ahead = offer.brief.role in AHEAD
        for sentence in sentences:
            yield from claimed(sentence.text, own.texts)
            yield from unvalued(sentence.text, offer, own.texts)
            yield from own.widened(sentence.text)
            spoken_of: dict[str, BriefMatter] = {}
            yield from own.clause_problems(re.split(f"[{_ENDS}]", sentence.text), sentence.text, ahead, spoken_of)
            for matter in spoken_of.values():
                yield from own.out_of_order(sentence.text, matter)
            whole = words_of(sentence.text, offer)
            if ahead and len(whole) >= _LONG and own.everything.share(whole) < _ENOUGH_OF_ALL / 2:
                yield f"“{whole[:24]}”与资料无关，请删去"

    def heading_problems(self, heading: str, offer: Offer) -> Iterator[str]:
        """A heading that a model found: of what the section speaks of, and counting nothing."""
        if not heading or offer.brief.heading:
            return
        own = _Own(offer, self._given)
        yield from claimed(heading, own.texts)
        yield from names_nobody_gave([heading], own.texts)
        yield from acts_nobody_gave([heading], own.texts)
        for clause in _clauses(heading):
            words = words_of(clause, offer)
            if len(words) >= _LONG and own.everything.share(words) < _ENOUGH_OF_ALL:
                yield _unfounded(words)


def names_nobody_gave(texts: Iterable[str], given: str) -> Iterator[str]:
    """People, projects, acts of buying and holding, frequencies and superlatives: in these characters or not at all."""
    for text in texts:
        plain = SLOT.sub("，", text)
        for clause in (c for c in _clauses(text) if not SLOT.search(c)):
            for match in _MOMENT.finditer(clause):
                if match.group() not in given:
                    yield f"“{match.group()}”这个时间资料里没有写，请删去"
        for match in _PERSON.finditer(plain):
            inside = match.start() > 0 and plain[match.start() - 1 : match.start() + 1] in given
            # “质控科主任”: what looks like a surname is the end of a word that was given.
            if not inside and match.group() not in given and not _NO_NAME.match(match.group()):
                yield f"“{match.group()}”在资料里没有，不能写进人"
        for match in _COMRADE.finditer(plain):
            if match.group() not in given and not _NOBODY.search(match.group()):
                yield f"“{match.group()}”在资料里没有，不能写进人"
        for pattern, told in _ONLY_AS_GIVEN:
            for match in pattern.finditer(plain):
                if not said_in(match.group(), given):
                    yield f"“{match.group()}”{told}"


def acts_nobody_gave(texts: Iterable[str], given: str) -> Iterator[str]:
    """Clauses that somebody did, bought or won something in, of which a text given knows less than half."""
    held = Covered(given)
    for clause in (c for text in texts for c in _clauses(SLOT.sub("，", text))):
        if _ACT.search(clause) and held.share(clause) < _ENOUGH_OF_AN_ACT:
            yield _unfounded(clause)


class _Own:
    """What one section may stand on."""

    def __init__(self, offer: Offer, given: str) -> None:
        self._offer = offer
        brief = offer.brief
        frame = (brief.heading, brief.topic, brief.department, brief.organisation, brief.theme, brief.guidance)
        self._frame = "，".join(frame)
        self._matters = [SLOT.sub("，", f"{m.text}，{m.result}，{m.actor}，{m.category}") for m in brief.matters]
        self._passages = [SLOT.sub("，", p.text) for p in brief.passages if p.own]
        self._metrics = {s.name: s.metric_name for s in brief.slots if s.metric_name}
        self.texts = "\n".join((given, self._frame, *self._matters, *self._passages, *self._metrics.values()))

    @cached_property
    def everything(self) -> "Covered":
        return Covered(self.texts)

    @cached_property
    def _named(self) -> "Covered":
        return Covered(self.texts, glue=False)

    @cached_property
    def _single(self) -> "list[Covered]":
        return [Covered(text, self._frame) for text in (*self._matters, *self._passages)]

    @cached_property
    def _together(self) -> "Covered":
        return Covered(self._frame, *self._matters, glue=False)

    def matter_of(self, clause: str, words: str) -> BriefMatter | None:
        """The one a clause speaks of: whose value it holds, or most of whose words; None for words of the frame."""
        matters = self._offer.brief.matters
        ids = {m.group(1) for m in SLOT.finditer(clause)}
        if holding := [m for m in matters if m.id in ids]:
            return holding[0] if len(holding) == 1 else None
        if any(m.group()[1:-1] in self._metrics for m in SLOT.finditer(clause)):
            return None
        alike = strip_of(words, {}).text
        shares = [(c.share(alike), -i) for i, c in enumerate(self._bare)]
        best, place = max(shares, default=(0.0, 0))
        # “获得甲称号和乙称号”: two matters in one breath, in nearly their own words.
        if best < _ENOUGH_OF_SEVERAL <= self._together.share(words) and re.search("[和及与]", clause):
            return None
        enough = _ENOUGH_OF_AN_ACT if self._offer.brief.role in AHEAD else _ENOUGH_OF_ALL
        return matters[-place] if best >= enough and best > self._lent_share(words) else None

    def widened(self, sentence: str) -> Iterator[str]:
        """All of them, everywhere: where the matters of this section do not say so, in these or other words."""
        for match in _EVERY.finditer(SLOT.sub("，", sentence)):
            if not said_in(match.group(), "\n".join((self._frame, *self._matters, *self._passages))):
                yield f"“{match.group()}”资料里没有这样说，请照资料写清是哪些"

    def clause_problems(
        self, clauses: Sequence[str], around: str, ahead: bool, spoken_of: dict[str, BriefMatter]
    ) -> Iterator[str]:
        """What is wrong with the clauses of a sentence; `spoken_of` grows by their matters.

        “对没带手机的患者，由窗口打印” is one statement with a comma in it: where its halves do not stand by themselves,
        they may stand together.
        """
        found = [self._one(clause, around, ahead, spoken_of) for clause in clauses]
        at = 0
        while at < len(clauses):
            two = "".join(clauses[at : at + 2]) if any(found[at : at + 2]) and _LEADS_ON.search(clauses[at]) else ""
            if at + 1 < len(clauses) and two and not self._one(two, around, ahead, spoken_of):
                at += 2
                continue
            yield from found[at]
            at += 1

    def _one(self, clause: str, around: str, ahead: bool, spoken_of: dict[str, BriefMatter]) -> list[str]:
        # An enumeration is one clause here: its members share what is said of them.
        clause = self._without_office(clause)
        matter = self.matter_of(clause, words_of(clause, self._offer))
        turned = self.turned(clause, matter, around) if matter else []
        if turned and self.several(clause, around):
            turned = []
        spoken_of |= {matter.id: matter} if matter else {}
        return [*turned, *(self.unfounded(clause, ahead) if matter is None or turned else ())]

    def _without_office(self, clause: str) -> str:
        """Without “（信息科” or “（信息科）” behind what the office did, as a brief has it."""
        behind = _BEHIND.search(clause)
        if behind is None:
            return clause
        bare = clause[: behind.start()]
        matter = self.matter_of(bare, words_of(bare, self._offer))
        return bare if matter and behind[1] in (matter.actor, matter.owner) else clause

    def unfounded(self, clause: str, ahead: bool) -> Iterator[str]:
        """What stands on nothing, member by member of an enumeration."""
        for member in _clauses(clause):
            words = words_of(member, self._offer)
            if len(words) >= _STRANGE_RUN and (
                problem := self.aim_problem(words) if ahead else self.fact_problem(member, words)
            ):
                yield problem

    def turned(self, clause: str, matter: BriefMatter, around: str) -> list[str]:
        """What a clause about a matter makes of it that it does not say."""
        told = f"{matter.text}，{matter.result}"
        frame = "，".join((self._frame, matter.actor, matter.owner, matter.category))
        frame += f"，{{{matter.when}}}" if matter.when else ""
        unfinished = matter.status in ("planned", "ongoing")
        too_soon = done_too_soon(clause, f"{told}，{frame}") if unfinished else ()
        if unfinished:
            clause, around = _without_plan(clause, told), _without_plan(around, told)
        return [*too_soon, *self._other_doer(clause, matter), *turned(clause, told, frame, around)]

    def _other_doer(self, clause: str, matter: BriefMatter) -> Iterator[str]:
        """An office of this section as the doer of a thing that is another's."""
        doers = "、".join(filter(None, (matter.actor, matter.owner)))
        theirs = f"{matter.text}，{matter.result}，{doers}"
        if not doers or any(d in clause for d in re.split("[、，,和与]", doers) if d):
            return
        for office in self._offices:
            if office not in theirs and re.search(rf"(?:^|由|经){re.escape(office)}(?!{_WITH_OTHERS})", clause):
                yield f"“{office}”不是这件事的责任单位：资料里是“{doers}”"

    @cached_property
    def _offices(self) -> set[str]:
        brief = self._offer.brief
        told = (brief.department, *(o for m in brief.matters for o in (m.actor, m.owner)))
        return {o for t in told for o in re.split("[、，,和与]", t) if len(o) > 2}

    def several(self, clause: str, around: str) -> bool:
        """Whether a clause names several matters in one breath, and each of them as it is; none of them with a doer."""
        members = [m for m in re.split("、|以及|[和及并与]", _AND_SO_ON.sub("", clause)) if m]
        if len(members) < 2 or any(len(m) < _STRANGE_RUN or says_who(m) for m in members):
            return False
        matters = [self.matter_of(m, words_of(m, self._offer)) for m in members]
        held = {m.id for m in matters if m}
        return len(held) > 1 and all(
            m and not self.turned(member, m, around) for member, m in zip(members, matters, strict=True)
        )

    def out_of_order(self, sentence: str, matter: BriefMatter) -> Iterator[str]:
        """Steps of a matter in another order."""
        return out_of_order(sentence, matter.result or matter.text, self._frame)

    @cached_property
    def _bare(self) -> "list[Covered]":
        plain = (SLOT.sub("，", f"{m.text}，{m.result}") for m in self._offer.brief.matters)
        return [Covered(*(strip_of(c, {}).text for c in clauses_of(t)), glue=False) for t in plain]

    def _lent_share(self, words: str) -> float:
        return max((Covered(p, glue=False).share(words) for p in self._passages), default=0.0)

    def aim_problem(self, words: str) -> str:
        """Of what is ahead much may be said; but not an act with a thing nobody named."""
        if _ACT.search(words) and self.everything.share(words) < _ENOUGH_OF_AN_ACT:
            return _unfounded(words)
        for match in _OUTCOME.finditer(words):
            what = _CHANGE.sub("", match["what"])
            if _CHANGE.search(match["what"]) and self._named.share(what) < _ENOUGH_OF_ONE:
                return f"“{match.group()}”资料里没有这个目的，请删去"
        return ""

    def fact_problem(self, clause: str, words: str) -> str:
        """What is past stands on one matter, on one sentence lent, or on the metric whose slot is here."""
        metrics = {self._metrics[n] for n in (m.group()[1:-1] for m in SLOT.finditer(clause)) if n in self._metrics}
        named = [n for n in self._metrics.values() if n in clause]
        if metrics:
            held = Covered(self._frame, *metrics, *named, *self._matters)
            return "" if held.longest_gap(words) <= _STRANGE_RUN else _unfounded(words)
        if (change := _CHANGE.search(words)) and words[: change.end()] not in self.texts:
            near = words[max(0, change.start() - 4) : change.end()]
            if near not in self.texts:
                return f"“{near}”没有用数说明，请接上槽位，或删去"
        best = max((c.share(words) for c in self._single), default=0.0)
        gap = min((c.longest_gap(words) for c in self._single), default=len(words))
        enough = _ENOUGH_OF_ONE if len(words) >= _LONG or _ACT.search(words) else _ENOUGH_OF_ALL
        if best >= enough and gap <= _STRANGE_RUN:
            return ""
        # “获得甲称号和乙称号”: two matters in one breath, in nearly their own words.
        joined = re.search("[和及与]", clause) is not None and self._together.share(words) >= _ENOUGH_OF_SEVERAL
        return "" if joined else _unfounded(words)


class Covered:
    """How much of a clause stands in what was given: pairs of characters, as Chinese words are mostly two."""

    def __init__(self, *texts: str, glue: bool = True) -> None:
        self._pairs = {t[i : i + 2] for t in (*texts, *(_GLUE if glue else ())) for i in range(len(t) - 1)}

    def share(self, words: str) -> float:
        """0 to 1: characters that lie in a pair that was given."""
        if len(words) < 2:
            return 1.0
        return sum(self._marks(words)) / len(words)

    def longest_gap(self, words: str) -> int:
        """The longest run of characters that lie in no pair that was given."""
        return max(map(len, "".join(" " if held else "x" for held in self._marks(words)).split()), default=0)

    def _marks(self, words: str) -> list[bool]:
        held = [words[i : i + 2] in self._pairs for i in range(len(words) - 1)]
        return [(i > 0 and held[i - 1]) or (i < len(held) and held[i]) for i in range(len(words))]


def words_of(clause: str, offer: Offer) -> str:
    """What a clause claims in words: without slots, marks and the names that stand before values."""
    text = SLOT.sub("，", clause)
    for constant in offer.constants:
        if constant:
            text = text.replace(constant, "，")
    return re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", text)


def _without_plan(text: str, matter: str) -> str:
    """What is not done yet may be told as meant or under way: 拟, 力争, 正在; where the matter says so itself, it stays."""
    return text if _MEANT.search(matter) else _MEANT.sub("", text)


def _clauses(text: str) -> Iterable[str]:
    return re.split(f"[{_MARKS}]", text)


def _unfounded(words: str) -> str:
    return f"“{words[:24]}”在资料里没有依据，请删去或改写成资料里有的事"
