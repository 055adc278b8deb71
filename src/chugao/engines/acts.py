"""How a thing that was done, or will be, is told: where its time stands, what comes first, what an honour says.

In: a `BriefMatter`.  Out: sentences with slots.

Surprise: nothing makes a page look more like a machine's than a month at the head of every paragraph.  So a plain act
may be turned (“急诊综合楼1月启用”), and a form just used steps back.
"""

import re
from collections.abc import Sequence

from chugao.manuscript import SLOT, BriefMatter, ReplySentence

MILESTONE, WEIGHTY = 90, 65
_LONG, _LONGER = 58, 76
_LEAD = 14  # characters from which on a result is a sentence of its own
_SHORT_NAME = 8
_TURNS = 16
TELLERS = 3  # ways of a candidate
_TIMED = 2  # the candidate that says when of everything that has a time
_CLAUSE = re.compile(r"[，；]")
# Acts whose object can stand before them: “上线围手术期质控系统” → “围手术期质控系统3月上线”.
_TURNED = re.compile(
    r"^(上线|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|开设|接通|接入|成立|组建|启动|修订|出台|印发|推出|设立|恢复|更换|改造|增设)([^，；。]{4,22})$"
)
_SECOND_ACT = re.compile(r"(?:并|后|再|同时|以及)|(?:启用|投用|上线|验收|使用|运行)$")
_RANK_WORDS = ("国家", "全国", "省", "市", "区", "县")
_BARE_RANK = re.compile(r"^(?:国家级|省级|省部级|市级|市厅级|区级|县级|区县级|院级)$")
_ISSUED = re.compile(r"^(?:\{[a-z_]+\.[a-z_]+\})+(?:发文|印发|公布|授牌|通报)$")
_WON = re.compile(r"由|授予|授牌|评为|获|表扬|颁发|经验|推广|交流|第[一二三四五六七八九十\{]|(?:名|位|分|次|家|项)$|\}")
# How the acts of offices begin; what begins otherwise is a name (“党委中心组学习”) and takes no actor before it.
_ACT = re.compile(
    r"(?:开[展设通办诊发放]|组[织建]|完[成善]|推[进行广出迟动]|启[用动]|上线|建[成立设]|成立|举办|召开|制定|修[订改]|出台|印发|落实|实施|试[行点用开办]|恢复|"
    r"增[设加补]|新[建增开设]|改[造建排进善为用]|扩[建大充]|更[换新]|购置|配[备置装发]|接[通入诊]|打[通造击]|整[合改治]|统一|规范|优化|健全|加[强快密]|"
    r"强化|深化|提[升高前]|降低|缩短|减少|调[整处配]|重[编新排]|编[制写]|培[训养]|轮[训派]|选[派送]|派[驻出员]|抽[调查]|招[聘录收]|引[进入]|聘请|"
    r"托管|帮扶|支援|对接|联[合办]|协[同助]|签[订约]|获|荣获|通过|取[得消]|入选|承[办担]|申报|自查|督[查导]|检查(?!检验|结果|报告|预约|[室单])|排[查出]|处[理置]|化解|"
    r"回访|随访|走访|评估|逐[例项级]|考[核取]|复[盘核]|分析|点评|核[查对]|审[核计]|清[理点]|压[缩降]|控制|监测|集中|安[排装]|搬迁|迁入|进[驻村]|"
    r"下[沉派]|宣[传讲]|探索|参[加与]|保障|收治|救治|抓|做[好实强细]|管[好住]|用[好情]|办[好成结]|创建|设[立置]|拆[除分]|授[权予]|演练|维修|检修|"
    r"普及|筛查|接种(?!门诊|室|点|台|证|单位)|发展|公[开布示]|报送|归档|转[运入]|结对|挂牌|验收|运行|查[处办]|补[齐足]|拓展|延伸|延长|细化|明确|梳理|盘点|防[控范]|消除|"
    r"接[管收替]|落[户地]|划[转定]|合并|撤[并销]|添置|配齐|摸[排清]|约[定谈]|通报|处罚|慰问|轮换|换[装上]|关[停闭]|停[用办]|重[建启组装]|整修|修缮|"
    r"校[准验]|盘活|清退|追[缴回]|压减|核[减定准]|拓宽|承[接建]|竞[聘赛]|攻[关克]|推[选举荐]|组[成队]|规[划范]|运[用送]|采[集购取]|收[集回治]|征[集求]|发[放布出动]|"
    r"守[住牢]|把|给|为|与|对|向|将|让|请|按|在|竣工|落成|投用|替换|切换|割接|集成|共[建享]|互认|上调|下调|巡[检诊]|义诊|扩|带[教出])"
)
# What offices name without saying that it was done: “消防演练”, “厕所和污水池改造”, “干部能力培训”.
_UNSAID = re.compile(
    r"(?P<turned>办理|处理|接待|招聘|招录|(?<!债务)化解)$|(?P<held>隐患排查|联合诊断|培训|轮训|演练|义诊|检查|抽查|自查|自纠|督查|督导|巡查|巡检|筛查|普查|调查|监测|评估|宣传|宣教|治理|整治|竞赛|比武|慰问|处置|调处|评比|点评|述职|述职评议|座谈|"
    r"课堂|讨论|专题研判|报告会|专项|警示教育大会|业务学习|检测|随访|讲座|定向培养|竞聘|竞岗|议价|"
    r"查房|质控|指导|接种|考核|会诊|联查|家访|体检|服务|巡回医疗|取石|穿刺|活检|消融|手术治疗|攻坚|行动|活动|查验)[”]?$|"
    r"(?P<built>建设|改造|整改|修缮|改革|试点|迁建|扩建|搬迁|创建|互认|全覆盖|调整|流转|联办|追溯|统一配送|集中核算|债务化解|清零|共享|扩项|合一|直报|扩围|提档|升级|一体化|同质化|数字化|统管|统保|落地|[二三四]期)$|(?P<made>办法|制度|方案|预案|规范|流程|目录|清单|细则|规则)$|"
    r"(?P<opened>门诊|疗护病房|诊室|(?:夜间|周末)急诊)$|(?P<formed>小组|专班)$|(?P<set>(?:预警|监测|服务|哨|献血|采血|测糖|托育)点|工作站|驿站)$|(?P<through>绿色通道|热线)$|(?P<led>全疗程管理|规范管理|积分管理|分级管理|网格管理|专项管理|(?:信用|风险)分级|包[户片村干保]|轮岗|首[诊接问]负责|(?:一次|一站|集中)(?:录入|办结|办理)|[县乡市村][管聘招][县乡市村]用”?|(?<![研控编体机复限强])制)$|"
    r"(?P<strengthened>(?:党风廉政|党|廉政|作风|行风|队伍|文化|支部|思想|医德医风)建设|监管|管控)$|(?P<kept>防控|防治|防制|防水|防汛|监测预警|准备)$|(?P<sent>(?:外出|轮转|脱产|跟班)学习|进修)$|"
    r"(?P<erected>(?<!绿色)平台|中台|(?<!上)系统|数据库|中心|示范点|示范基地)$|(?P<placed>床位|病床|托位|专柜|专区)$|(?P<ruled>录像|排号|轮值|值班|包案)$|"
    r"(?P<offered>手机查询|自助查询|线上查询|移动支付|线上复诊|线上(?:复印|邮寄|缴费|预约|续方|咨询)[一-鿿]{0,4})$|(?P<pressed>扩面|存档|下沉|提质|扩容)$|(?P<faced>复审|复评|评审|迎检|迎评)$|(?P<managed>管理)$|"
    r"(?P<ahead>恢复|整合|引进|上线|申报|公示|统一|更换|更新|设立|单设|落实|优化|提升|清退|推广|编制|修订)$|“?回头看”?$"
)
# The word of a group that is said before a name, of what was done and of what is to be.
_BEFORE_A_NAME = {
    "led": ("实行", "推行"),
    "strengthened": ("加强", "加强"),
    "kept": ("做好", "做好"),
    "erected": ("", "建设"),
    "placed": ("", "增设"),
    "ruled": ("实行", "实行"),
    "offered": ("开通", "开通"),
    "pressed": ("", "推进"),
    "faced": ("", "做好"),
    "sent": ("安排", "安排"),
    "managed": ("", "加强"),
}
_NAMES_WITHIN = re.compile(
    r"完成[率度情]|先[天心]|再生|双向|定向|导向|党建|派出所|办公[室会]|设备|设施|转岗|转诊|建档|推拿|建筑|设计"
)
"""Names that hold the character of a verb and say nothing done."""
_REMAINS = re.compile(r"继续推进|正在|尚未|未完成|仍在|其余|余下|剩余")
# “全省家庭医生签约服务先进集体” by itself says a name and nothing that happened.
_A_TITLE = re.compile(
    r"^(?:全[国省市区县]|国家|省|市|区|县)[^，；。]*(?:集体|单位|科室|团队|示范[区点岗]|标兵|模范|窗口|医院|卫生院|称号)$"
)
_AWARDED = re.compile(r"获|评为|授予|被|荣|入选|命名|表彰|通过|建成|创成")
_FINISHED = re.compile(r"(?:建设|改造|整改|修缮|迁建|扩建|搬迁|创建)$")
_SAID = re.compile(
    r"[，；。由把将改给让请向被到嵌]|[，；]与|并入|接入|完成|纳入|进入|通过|先|再|切换|[稳守管盯把抓留兜]住|查[实清]|开[始放设展通诊]|启[动用]|实行|恢复|更换|延[长伸]|转|派|建|设|增|做|办|抓|推"
)
_TALLY = re.compile(r"^(?:全年|年内|共|累计|每[月季周年])\{[a-z_]+\.[a-z_]+\}(?:，|$)")
_COUNT = re.compile(r"^\{[a-z_]+\.[a-z_]+\}(?:，|$)")
_ROW = re.compile(r"[^，；。、]{2,8}(?:、[^，；。、]{2,8})+")
STYLES, _IN_BRACKETS, IN_ONE_BREATH = 3, 1, 2  # of a task
_NAMES = 16  # characters of those whose task it is
_A_PLACE = 12  # characters of the name of a place where patients are seen
_TOO_SHORT = 6  # characters of a result that would be a sentence by itself
_WITH_TALLY = 16
# An act that is complete: a tally would hang on its last word (“逐家签163家”).
_FULL_CLAUSE = re.compile(r"[把被将由到至给向在进入]|逐|全部|全覆盖|[签完好成起来了]$")
_COUNT_ONLY = re.compile(r"(?:全年|年内|共|累计)?\{[a-z_]+\.[a-z_]+\}")
# “召开6次，开展应急演练3次”, “集中学习12次，专题研讨4次”: how often they met, and nothing that came of it.
_HELD_SO_OFTEN = re.compile(
    r"(?:全年|年内|共|累计|召开|开展|组织|举办|集中|专题|应急|安全|会议|学习|研讨|党日|党课|演练|研判|座谈)*\{[a-z_]+\.[a-z_]+\}"
)
_OWN_TIME = re.compile(r"月|季|年|每|周|日")
_SAYS_BY_WHEN = re.compile(r"年[内底]")
"""A way that says itself what is to be reached this year: “年内主体封顶” is not “12月底前完成”."""
_UNDER_WAY = re.compile(r"待[公批验评审]|已结束|开工|动工|正在|推进|陆续|尚|仍|在建|预计|计划")
# Words that hang on the month before them: without it nobody knows which.
_ON_TIME = re.compile(
    r"当[月天日周晚夜]|次[日月]|首[月日周晚夜]|第一[周天夜晚]|同月|上月|本月|此前|此后|至今|以来|以后|之后"
)
_HANGS = re.compile(
    r"[由经于共被为并后再从其与和是在按比较可能做]|同比|环比|完成|(?:其中|包括|主要|全部|均|都|因此|目前|已)"
    # “合格率100%” is of what was said just before
    r"|[\u4e00-\u9fff]{2}率\{"
)
_A_FIRST = re.compile(r"(?:全[国省市州区县]|本[省市区县]|[一-鿿]{2,6}[省市区县])(?:首|第一|唯一)[的]?[家个例座所]")
_CAUSED = re.compile(r"^(?:主要)?原因是(?:因为)?")
# What every office does every year, and what stands in a list of its own.
_ROUTINE = re.compile(r"荣誉|表彰|获奖|党建|党的建设|党务|群团|纪检|意识形态")
_MEETINGS = re.compile(r"例会|会议|办公会|学习|党日|党课|培训|讲座|演练|研判|督查|督导|查房|座谈|宣讲|义诊")
_MET_AGAIN = re.compile(r"(?:集中|专题)([一-鿿]{2})\{")
_ITS_OWN_TALLY = re.compile(r"[^，；。{}]{2,12}\{[a-z_]+\.[a-z_]+\}(?:、[^，；。{}]{2,8}\{[a-z_]+\.[a-z_]+\})*")
_DAILY = re.compile(r"例会|办公会|研判|党日|党课|会议|演练|培训|讲座|检查|学习|处[理置]|考核|应对|整改")
_HONOUR = re.compile(r"荣誉|表彰|获奖")
_CLERKS = re.compile(r"办公室|院办|党办|党委|业务科|人事|宣传|综合科|质控科|医务科$")
_OFFICE = re.compile(r"办公室|院办|局办|委办|综合科|[、，]")
_BEGINS = re.compile(r"^实行|(?:开工|动工|启动|投用|上线|启用|开诊|运行|挂牌|执行|施行)$")


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
    return f"{{{matter.when}}}" + ("，" if matter.when_kind in ("from", "deadline") else "")


def comma(when: str) -> str:
    return when if not when or when.endswith("，") else f"{when}，"


def sentence(text: str, made_by: str, matter: str = "") -> ReplySentence:
    recipe = {"made_by": made_by} | ({"matter": matter} if matter else {})
    return ReplySentence(text=text, recipe=recipe)


_OPENED = re.compile(
    r"^([一-鿿A-Z“”]{2,12}?)(投入使用|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|上线|揭牌|开工|封顶)$"
)


def turned(matter: BriefMatter) -> str:
    """The act with its object first and its time in the middle; "" where that would not be Chinese."""
    opened = _OPENED.match(matter.text)
    if opened is not None and not is_act(matter.text) and matter.when_kind in ("day", "month"):
        return f"{opened[1]}{{{matter.when}}}{opened[2]}"
    plain = _TURNED.match(matter.text)
    if plain is None or matter.when_kind not in ("day", "month") or _SECOND_ACT.search(plain[2]):
        return ""
    return f"{plain[2]}{{{matter.when}}}{plain[1]}"


class Teller:
    """Tells the matters of one section one after another; remembers how the last ones began."""

    def __init__(self, house: str = "", turn: int = 0) -> None:
        self._last = ""
        self._house = house
        """How the house speaks of itself, for what it did on a day that all remember."""
        self._turn = turn
        """Which form comes first, so that candidates over the same matters do not tell them alike."""

    def told(
        self, matter: BriefMatter, *, opens: bool = False, mark: str = "", in_heading: bool = False
    ) -> list[ReplySentence]:
        """One done or ongoing matter in one sentence or two.

        `opens` says that a paragraph begins with it, `mark` is the “一是” of a run, `in_heading` that the heading right
        above said the act, so that what came of it may follow at once.
        """
        result = result_of(matter)
        if not is_honour(matter) and _is_within(matter.text, matter.result):
            # “选派进修”, “选派47人到省级医院进修”: the second says the first.
            return [sentence(f"{mark}{matter.result}。", "matter", matter.id)]
        if is_tally(matter):
            # “党委中心组学习全年12次”, “处理电梯困人6次”: what was done and its tally are one clause.
            return [sentence(f"{mark}{counted(matter)}。", "matter", matter.id)]
        if is_honour(matter) and (cells := cells_of(matter)):
            result = f"（{'，'.join(cells)}）" + (f"，{result}" if result else "")
            return [sentence(f"{mark}{self._act(matter, opens=opens)}{result}。", "matter", matter.id)]
        if in_heading and speaks_for_itself(matter):
            self._last = "result"
            told = sentence(f"{result}。", "matter", matter.id)
            # A paper cut from this one that has no headings says the act itself (`export.cutting`).
            return [told.model_copy(update={"recipe": told.recipe | {"act": "heading"}})]
        act = mark + self._act(matter, opens=opens or bool(mark), marked=bool(mark))
        plain = length(matter.text) <= _SHORT_NAME and act.removeprefix(mark) == matter.text
        if _EACH.match(result) and matter.status == "done" and is_name(matter.text) and plain:
            # “读片会每周一次”, “院长接待日每周二接待来访……”: how often is said of the name.
            return [sentence(f"{act}{_EACH.sub(_as_one, result)}。", "matter", matter.id)]
        # Of “开展学校结核病筛查” the last word is what was done, and nothing is left without it.
        whole = spoken(matter) == matter.text and not is_act(matter.text)
        if whole and result[:_DOUBLED] == act[-_DOUBLED:] and length(act) > _LEAD // 2 and SLOT.match(result) is None:
            act = act[:-_DOUBLED]  # “……培训带教，带教规培生……”
        if not result:
            return [sentence(f"{act}。", "matter", matter.id)]
        # A long result with a subject of its own stands better alone; in a run the act is a short lead.
        alone = length(act + result) > _LONG or (mark and length(result) >= _LEAD)
        if self._turn:
            # Of three candidates one breaks the sentence early, one carries it on.
            # Eight characters and a full stop are a heading and no sentence.
            short = min(length(act), length(result)) < _LEAD
            alone = not short if self._turn == 1 else length(act + result) > _LONGER
        if alone and not _HANGS.match(result):
            return [sentence(f"{act}。", "matter", matter.id), sentence(f"{result}。", "matter", matter.id)]
        if _A_FIRST.match(result):
            result = f"是{result}"  # “通过三级医院评审，全县第一家三级医院” lacks its verb
        return [sentence(f"{act}，{result}。", "matter", matter.id)]

    def _act(self, matter: BriefMatter, *, opens: bool, marked: bool = False) -> str:
        if matter.status == "ongoing":
            # What is not finished is not told as if it were (“11月接通”).
            self._last = "ongoing"
            return matter.text if _UNDER_WAY.search(matter.text + matter.result) else f"{matter.text}仍在推进"
        forms = self._forms(matter)
        # No paragraph opens with a month; within one, no form twice running.
        order: tuple[str, ...] = ("turned", "actor", "plain") if opens else ("when", "actor", "turned", "plain")
        if marked:
            # “一是8月上线……”, but not “一是1月，人财物统管”.
            order = ("turned", "actor", *(("when",) if is_act(spoken(matter)) else ()), "plain")
        order = (*order[self._turn :], *order[: self._turn])
        if opens and matter.weight >= MILESTONE:
            order = ("house", "turned", "when", "plain")
        usable = [f for f in order if f in forms]
        form = next((f for f in usable if f != self._last), usable[0])
        self._last = form
        return forms[form]

    def _forms(self, matter: BriefMatter) -> dict[str, str]:
        """The ways in which the act may be told; its time only where the time is news."""
        timed = self._turn == _TIMED and matter.when_kind in ("day", "month", "span")
        when = when_of(matter) if dated(matter) or timed else ""
        act = spoken(matter)
        forms = {"plain": act}
        if when:
            # “5月11日麻疹聚集性疫情处置”: before what is no act its time takes a comma.
            joint = "" if is_act(act) or act != matter.text or when.endswith("，") else "，"
            forms["when"] = f"{when}{joint}{act}"
            # “……现场评价10月22日通过” only where there is nobody to say it of.
            plainly = length(matter.text) <= _TURNS and not matter.text.startswith("通过")
            if (plainly or "house" not in forms) and (other := turned(matter)):
                forms["turned"] = other
        if self._house and is_act(act) and not is_honour(matter):
            forms["house"] = f"{self._house}{when}{act}"
        # Who reports an honour has not won it, and whose desk a matter crosses has not done it.
        clerks = _OFFICE.search(matter.actor) or (is_honour(matter) and _CLERKS.search(matter.actor))
        # “宣传科宣传稿件”, “康复中心建成康复中心”, “信息科与医院打通……”: none says who did it.
        doubled = matter.actor[:2] == act[:2] or matter.actor in act or act[0] in "与和同"
        named = is_honour(matter) and act != matter.text  # nobody said who of the house was honoured
        if matter.actor and not (clerks or doubled or named) and length(matter.actor) <= _SHORT_NAME and is_act(act):
            in_the_middle = when if matter.when_kind in ("month", "day", "span") else ""
            forms["actor"] = f"{matter.actor}{in_the_middle}{act}"
        return forms


def _is_within(text: str, result: str) -> bool:
    """Whether the first clause of what came of an act says the act's own words, in their order and with more between."""
    first = _CLAUSE.split(result)[0]
    rest = iter(SLOT.sub("", first))
    return SLOT.search(first) is not None and len(text) < len(first) and all(c in rest for c in text)


_DOUBLED = 2  # characters
_EACH = re.compile(r"^每[周月季天日年](?P<day>[一二三四五六日])?(?P<comma>，)?")


def _as_one(told: re.Match[str]) -> str:
    """“每周二，接待” is “每周二接待”, “每月，……” keeps its pause."""
    return told[0].rstrip("，") if told["day"] else told[0]


def is_tally(matter: BriefMatter) -> bool:
    """Whether what came of a matter is first of all how often, how many."""
    result = result_of(matter)
    return bool(_COUNT.match(result) or (result and not is_act(matter.text) and _TALLY.match(result)))


def counted(matter: BriefMatter) -> str:
    """A matter with its tally: “开展业务学习42次”, “供应商廉洁告知书逐家签，共163家”, “稿件采编，采用41篇”."""
    result, text = result_of(matter), spoken(matter)
    if matter.status == "planned":
        result = _set_up(matter)
    if not result:
        return text
    if is_act(text) and result.startswith("全年{"):
        return f"全年{text}{result.removeprefix('全年')}"
    if (again := _MET_AGAIN.match(result)) and text.endswith(again[1]):
        text = text.removesuffix(again[1])  # “中心组学习”, “集中学习12次”: the word is said once
    last = text.rsplit("，", 1)[-1]
    together = length(last) <= _WITH_TALLY and not _FULL_CLAUSE.search(last)
    # “前列腺穿刺改为经会阴”, “全年312例”: what is said already takes no number.
    if (together or _TALLY.match(result)) and (is_act(text) or is_name(text)):
        return f"{text}{result}"
    return f"{text}，{result}"


def is_routine(matter: BriefMatter) -> bool:
    """Meetings, drills, lessons of which only the number is told: no item by themselves."""
    if matter.weight >= WEIGHTY or matter.status == "ongoing" or is_honour(matter):
        return False
    result = result_of(matter)
    clauses = [c.strip() for c in _CLAUSE.split(result)]
    told = _COUNT_ONLY.fullmatch(result) is not None or all(map(_HELD_SO_OFTEN.fullmatch, clauses))
    by_number = told if result else _ITS_OWN_TALLY.fullmatch(matter.text) is not None
    return by_number and _MEETINGS.search(matter.text) is not None


def is_act(text: str) -> bool:
    """Whether a matter's words begin with what was done, so that somebody may stand before them who did it."""
    return _ACT.match(text) is not None


def is_name(text: str) -> bool:
    """Whether a matter's words are a mere name, of which nothing is said yet: 读片会, 院长接待日."""
    return not is_act(text) and not _SAID.search(_NAMES_WITHIN.sub("", text))


def spoken(matter: BriefMatter) -> str:
    """The act of a matter as a sentence says it: “干部能力培训” is held, “厕所改造” completed or pressed on with."""
    text = matter.text
    unsaid = _UNSAID.search(text)
    if is_honour(matter):
        return f"获评{text}" if _A_TITLE.search(text) and not _AWARDED.search(text) else text
    if unsaid is None or is_act(text) or is_problem(matter):
        return text
    if _SAID.search(_NAMES_WITHIN.sub("", text[: unsaid.start()])) or _TWO_HOUSES.match(text):
        return text  # something is said to be done already: “CT开放晚间检查”
    done, ahead = matter.status == "done", matter.status == "planned"
    group = next((g for g in _BEFORE_A_NAME if unsaid[g]), "")
    if group:
        return _BEFORE_A_NAME[group][not done] + text
    if unsaid["made"]:
        return f"制定{text}" if ahead and not text.startswith("“") else text
    if unsaid["opened"] and (length(text) > _A_PLACE or "覆盖" in text):
        return text
    if unsaid["opened"]:
        return f"开设{text.removeprefix('开')}"  # “开心肺康复门诊” is said with one 开
    if unsaid["formed"]:
        return f"组建{text}"
    if unsaid["set"]:
        return f"设立{text}"
    if unsaid["through"]:
        return f"开通{text}"
    if unsaid["turned"]:
        return f"{unsaid['turned']}{text[: unsaid.start()]}"
    if unsaid["ahead"]:
        # “夜间急诊恢复” is news when it has happened; what is to be done is an order: “恢复夜间急诊”.
        return f"{unsaid['ahead']}{text[: unsaid.start()]}" if ahead else text
    if not unsaid["built"]:
        return f"开展{text}"
    if done and _FINISHED.search(text):
        return f"{'推进' if _REMAINS.search(matter.result) else '完成'}{text}"
    return f"推进{text}" if ahead else text


_TWO_HOUSES = re.compile(r"^[^，；。]{0,8}(?:院|科|部|局|中心|支部)[与和]")
"""“卫生院与县人民医院同质化查房” says who did it; “开展卫生院与……” says it of a house nobody knows."""


def self_name(organisation: str, level: str) -> str:
    """How a house speaks of itself in the middle of its own report; "" where it would not."""
    if level == "科室":
        return ""
    ends = ("卫生院", "医院", "中心", "血站", "院")
    return next((end for end in ends if organisation.endswith(end)), "")


def dated(matter: BriefMatter) -> bool:
    """Whether a reader wants to know when: of what weighs, of an event, and where the words hang on the time."""
    if not matter.when:
        return False
    return (
        matter.weight >= WEIGHTY
        or matter.when_kind == "day"
        or _ON_TIME.search(matter.text + matter.result) is not None
    )


def speaks_for_itself(matter: BriefMatter) -> bool:
    """Whether what came of an act can be read right under a heading that names the act."""
    if matter.weight >= MILESTONE or matter.status == "ongoing" or is_honour(matter):
        return False
    return length(matter.result) >= _LEAD and not _HANGS.match(matter.result) and not dated(matter)


def task(matter: BriefMatter, *, dated: bool = True, form: int = 0, style: int = 0) -> list[ReplySentence]:
    """One planned matter: the act, by when, then by whom and how it will be checked.

    `form` turns the place of the deadline, so that not every task of a list has it at the same spot; `style` is a
    candidate's: 1 puts who and by when in brackets, 2 tells act, way and deadline in one breath.
    """
    # No item begins with its date: “8.6月底前” would read as a number.
    # What goes on all year has no deadline to be told; the table has its cell.
    dated = dated and matter.when_kind not in ("every", "each") and not _SAYS_BY_WHEN.search(matter.result)
    when = f"{{{matter.when}}}" if dated and matter.when else ""
    act, result = spoken(matter), _set_up(matter)
    if result and _COUNT.match(result):
        act, result = counted(matter), ""  # “40张” by itself says nothing
    elif _ROW.fullmatch(result) and SLOT.search(act):
        act, result = f"{act}（{result}）", ""  # “村卫生室改造3所（河东、沙洲、柳湾）”
    elif result and length(result) < _TOO_SHORT and not is_act(result):
        act, result = f"{act}，{result}", ""
    elif (named := _what_of(matter, act)) and "，" not in result and result.startswith(named):
        act, result = f"{act}（{result.removeprefix(named)}）", ""  # “引进紧缺专业人才（儿科、麻醉科医师60名）”
    act, result = _so_often(matter, act, result)
    # A time in the way itself confuses only where a deadline stands behind it.
    in_one = bool(result) and length(act + result) <= _LONG and not (when and _has_its_time(matter))
    plainly = not when or matter.when_kind in ("deadline", "month")
    if style == _IN_BRACKETS and plainly and (named := _named(matter, when)):
        told = [f"{act}（{named}）", result]
    elif style == IN_ONE_BREATH and plainly and in_one and not (when and _BEGINS.search(act + result)):
        told = [f"{act}，{result}，{when}完成" if when else f"{act}，{result}"]
    elif not when:
        told = [act, result]
    elif matter.when_kind == "span":
        told = [f"{act}（{when}）", result]
    elif matter.when_kind == "from":
        told = [act, f"{when}，{result}"] if result else [f"{act}，{when}执行"]
    elif matter.when_kind == "own":
        told = [f"{act}，{when}", result]  # “10月底前主体封顶”: the time says what is to be reached
    elif result and not _has_its_time(matter) and _is_told_first(form, act, result):
        told = [act, f"{when}，{result}"]
    elif form % 3 == 2 and result and is_act(result) and not _has_its_time(matter):
        told = [act, f"{result}，{when}完成"]
    else:
        apart = _is_a_name(act) or result.startswith("完成")
        told = [f"{act}（{when}）" if apart else _done_by(act, when), result]
    return [sentence(f"{text}。", "matter", matter.id) for text in told if text]


def _so_often(matter: BriefMatter, act: str, result: str) -> tuple[str, str]:
    """Act and way with how often: 30 records each month are not 30 records (“每月抽查归档病历30份”)."""
    if matter.when_kind != "each" or "每" in act:
        return act, result
    if _IS_HELD.match(act):
        return f"{{{matter.when}}}{act}", result
    return act, f"{{{matter.when}}}{result}" if is_act(result) and "每" not in result else result


_IS_HELD = re.compile(r"开展|组织|召开|举办|抽查|检查|督查|督导|通报|演练|考核|评估|走访|巡查|排查|自查|点评")


def _has_its_time(matter: BriefMatter) -> bool:
    """Whether a way says a time itself, beside which a deadline would be a second one."""
    return matter.timed or _OWN_TIME.search(matter.result) is not None


def _is_a_name(act: str) -> bool:
    """“治疗室候诊” is nothing that can be done by June; what is done about it can."""
    return not is_act(act) and not re.search(f"{_SAID.pattern}|[补加扩换招买借清送查]", _NAMES_WITHIN.sub("", act))


def says_what_to_do(matter: BriefMatter) -> bool:
    """Whether the words of a planned matter say what will be done, and not only what it is about."""
    return not _is_a_name(matter.text)


def _is_told_first(form: int, act: str, result: str) -> bool:
    """Whether the deadline stands before the way: in some tasks, and where “……完成。完成……” would stand else."""
    if _is_a_name(act):
        return form % 3 != 2
    return is_act(result) and (form % 3 == 1 or result.startswith("完成"))


def _set_up(matter: BriefMatter) -> str:
    """How a thing will be done, without the verb that `spoken` has said: “增设病床6张”, not “增设病床，开设6张”."""
    unsaid = _UNSAID.search(matter.text)
    placed = unsaid is not None and bool(unsaid["placed"]) and spoken(matter) != matter.text
    return _SETS_UP.sub("", matter.result) if placed else matter.result


def _what_of(matter: BriefMatter, act: str) -> str:
    """The verb that `spoken` took from the end of a name: what it is done to stands in brackets, the verb once."""
    unsaid = _UNSAID.search(matter.text)
    verb = (unsaid["ahead"] or unsaid["turned"] or "") if unsaid is not None else ""
    return verb if verb and act.startswith(verb) and act != matter.text else ""


_SETS_UP = re.compile(r"^(?:新增|增设|开设|设置|新设|设)(?=\{)")


def _named(matter: BriefMatter, when: str) -> str:
    """“基层科，6月底前”: who and by when, as they stand in brackets."""
    return "，".join(x for x in (matter.actor if length(matter.actor) <= _NAMES else "", when) if x)


def _done_by(act: str, when: str) -> str:
    """An act with its deadline: what is to begin by then is not to be done by then."""
    return f"{act}（{when}）" if _BEGINS.search(act) else f"{act}，{when}完成"


def outlook(matter: BriefMatter, form: int = 0) -> str:
    """A planned matter as one clause of the short outlook of a 总结: what, how, and of every second one by when."""
    timed = matter.when_kind == "deadline" and form % 2 == 0 and not _SAYS_BY_WHEN.search(matter.result)
    when = f"{{{matter.when}}}" if matter.when and timed else ""
    act, result = spoken(matter), matter.result
    if when and result and not is_act(result) and not _OWN_TIME.search(result) and not _BEGINS.search(act):
        return f"{act}，{result}，{when}完成"
    told = _done_by(act, when) if when else act
    return told + (f"，{result}" if result else "")


def shortcoming(matter: BriefMatter, number: int, seed: int = 0) -> str:
    """A shortcoming with its cause; “原因是” is not said four times in a row.

    Another candidate lets a long cause stand alone, or puts it behind a colon.
    """
    cause = _CAUSED.sub("", matter.result)
    if not cause:
        return matter.text
    # What is said in a few characters, thing or cause, is half a sentence and stands with its other half.
    apart = min(length(matter.text), length(cause)) >= _LEAD
    if cause == matter.result:
        return matter.text + (("，", "。", "：")[seed % TELLERS] if apart else "，") + cause
    joints = ("，原因是", "，主要是", "。") if apart else ("，原因是", "，主要是")
    return matter.text + joints[(number + seed) % len(joints)] + cause


def result_of(matter: BriefMatter) -> str:
    """What came of it; of an honour not the cells of its row (“省级，…发文”), which the prose has said already."""
    if not is_honour(matter):
        # “巡察反馈问题正在整改”, and what came of it “正在整改”.
        result = "" if matter.result.strip("，。") in matter.text else matter.result
        # “水质监测点新增”, “新增18个”: the verb is said once.
        said = (f"{matter.text[-2:]}{{", f"{matter.text[:2]}{{")
        return result[2:] if result.startswith(said) else result
    return "，".join(c for c in _clauses_of_honour(matter) if _WON.search(c))


def cells_of(matter: BriefMatter) -> list[str]:
    """Of an honour's row what is a cell and no clause, “骨伤科”, “省中医药管理局发文”: it stands in brackets."""
    return [c for c in _clauses_of_honour(matter) if not _WON.search(c)]


def _clauses_of_honour(matter: BriefMatter) -> list[str]:
    clauses = [c.strip() for c in _CLAUSE.split(matter.result)]
    return [c for c in clauses if c and not _BARE_RANK.match(c) and not _ISSUED.match(c)]


def weightiest(matters: Sequence[BriefMatter], least: int, most: int) -> list[BriefMatter]:
    """The few matters of the year that a lead may name, heaviest first."""
    # In the paper of a party office the routine of others is the work itself.
    usual = 2 * sum(1 for m in matters if _ROUTINE.search(m.category)) > len(matters)
    heavy = [
        m
        for m in matters
        if m.weight >= least
        and m.status != "ongoing"
        and (usual or not _ROUTINE.search(m.category))
        and (m.status == "planned" or not _DAILY.search(m.text))
    ]
    return sorted(heavy, key=lambda m: (-m.weight, not _CHANGED.search(m.result), m.month or 13, m.id))[:most]


_CHANGED = re.compile(r"[由从][^，；]{0,8}\{[^，；]*(?:到|至|为)\{|缩短\{|减少\{|下降\{")
"""What came of it is a change that somebody measured."""
