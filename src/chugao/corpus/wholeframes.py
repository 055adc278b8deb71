"""Every sentence of the office's own past reports as a frame: figures, dates and names each a typed slot.

In: passages of own reports and a catalogue.  Out: `WholeFrame`s, the most used first.

`frames` keeps the sentences about one metric whose words may be lent as they are; here nothing is left out, so that an
office sees how it says things: several metrics in one sentence, figures no catalogue has, matters without any figure.
Surprise: what an office repeats from year to year are mostly matters, not figures.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from chugao.catalogue import Catalogue
from chugao.corpus.frames import Style, by_use, field_of, style_of
from chugao.corpus.masking import fact_spans
from chugao.corpus.passages import Passage, sentences_of
from chugao.mentions import Mention, MentionRole, find_mentions
from chugao.source import Frozen, Scope

_LONGEST = 160
_SHORTEST = 6
_NUMBERED = re.compile(r"^[一二三四五六七八九十]{1,2}[是要]")
_AIMED = re.compile(r"以?[上下内]?的?(?:控制|年度|考核|管理|规定|预期|既定|上级)?(?:目标|要求|标准|红线|任务)")
_VERB = re.compile(r"(?:增长|增加|增收|提高|提升|上升|下降|降低|减少|缩短|延长|[多少高低])了?$")
_SLOTS = {
    "单位": "name.unit",
    "科室": "name.department",
    "地名": "name.place",
    "人名": "name.person",
    "文件": "name.document",
    "会议": "name.congress",
    "时期": "date.period",
    "年": "date.year",
    "日期": "date.day",
    "数": "figure.now",
}
_HONOUR = re.compile(r"(?<=获评|荣获|授予|获得|评为|称号)“[^“”]{2,40}”")
_MATTERS = (
    ("荣誉", "荣获|获评|获得|授予|评为|表彰|称号|优秀|先进|[一二三]等奖|金奖|入选|名列|位居"),
    ("科研", "论文|课题|科研|立项|专利|发表|学术|成果|著作|继续教育项目"),
    ("新技术", "首例|新技术|新项目|新业务|填补.{0,6}空白|微创|手术机器人|技术准入"),
    ("人才", "人才|引进|招聘|进修|规培|职称|梯队|学科带头人|硕士|博士|专科护士|选派|带教"),
    ("培训", "培训|演练|竞赛|考核|讲座|授课|学习班|练兵|比武"),
    ("设备", "设备|CT|MRI|购置|采购|仪器|配备|呼吸机|机器人"),
    ("基建", "改造|建设工程|新建|门诊楼|病房楼|大楼|搬迁|投入使用|开工|竣工|封顶|装修"),
    ("信息化", "信息(?!公开)|系统(?!管理)|平台|互联网|智慧|电子病历|上线|数据|扫码|自助机"),
    ("协作", "医联体|医共体|帮扶|对口|协作|联盟|下沉|转诊|支援|援助|巡诊|义诊|会诊|远程"),
    ("安全", "安全|不良事件|隐患|应急|消防|纠纷|投诉|感染|院感|风险"),
    ("质量", "质量|病历|核心制度|质控|合格率|规范|路径|查对|查房|首页|处方|用药"),
    ("服务", "服务|患者|就医|满意|预约|便民|随访|导诊|陪护|流程"),
    ("公卫", "公共卫生|慢病|接种|健康档案|体检|家庭医生|传染病|妇幼|老年人|孕产妇|筛查|宣教"),
    ("党建", "党|支部|廉|作风|纪律|巡察|巡视|主题教育|工会|群团"),
    ("业务量", "门诊|诊疗|收治|手术|住院|出院|床位|业务收入|医疗收入|检查人次|化验"),
    ("管理", "制度|管理|绩效|成本|预算|改革|考评|督导|检查|整改|方案|机制|责任"),
)
_MATTER = tuple((name, re.compile(words)) for name, words in _MATTERS)


class WholeFrame(Frozen):
    """A sentence with a typed slot for each fact in it."""

    text: str
    """“{date.day}成功开展首例手术，填补县域空白”; a slot repeated in one sentence is told apart: figure.now, figure_b.now."""
    slots: tuple[str, ...]
    """In order, without braces."""
    units: tuple[str, ...]
    """The unit of each slot that takes a figure, "" of the others."""
    metrics: tuple[str, ...]
    """Of the catalogue; empty for a matter and for figures that no catalogue has."""
    matter: str
    """Where no metric is told, what it is about: 荣誉, 培训, 设备 …; "" when no word says."""
    role: str
    """Of its section: 成绩, 问题, 计划, 要求."""
    direction: int
    """The sign its verbs demand: 1 up, -1 down, 0 none or both."""
    style: Style
    used: int = 1
    """In how many documents."""
    passage: str = ""
    """The passage it was first read in."""
    owner: str = ""


def whole_frames_of(passages: Iterable[Passage], catalogue: Catalogue, scope: Scope | None = None) -> list[WholeFrame]:
    """Every sentence of the own reports among these as a frame, most used first; within the scope, where one is given.

    A scope without owners gives none, as everywhere.
    """
    found = by_use(passages, scope, lambda p: _frames_in(p, catalogue), lambda f: (f.text, f.role))
    return sorted(found, key=lambda f: (-f.used, f.metrics, f.text))


def _frames_in(passage: Passage, catalogue: Catalogue) -> Iterator[WholeFrame]:
    for sentence in sentences_of(passage.text):
        clause = _NUMBERED.sub("", sentence.strip()).rstrip("。；！")
        if _SHORTEST <= len(clause) <= _LONGEST:
            yield _whole(clause, passage, catalogue)


def _whole(text: str, passage: Passage, catalogue: Catalogue) -> WholeFrame:
    mentions = find_mentions(text, catalogue, kind=passage.kind, year=passage.year)
    units = {d.id: d.unit for d in catalogue}
    pieces = [p for m in mentions if (p := _figure(m, text, passage.role, units)) is not None]
    pieces += [(*m.span(), "name.honour", "") for m in _HONOUR.finditer(text)]
    covered = {i for start, end, _, _ in pieces for i in range(start, end)}
    for start, end, kind in fact_spans(text):
        if covered.isdisjoint(range(start, end)):
            pieces.append((start, end, _SLOTS[kind], ""))
    pieces = _apart(pieces)
    template, slots = _filled(text, pieces)
    rest = re.sub(r"\{[^}]*\}", "", template)
    metrics = tuple(dict.fromkeys(m.metric for m in mentions if m.metric))
    fields = [s.partition(".")[2] for s in slots]
    return WholeFrame(
        text=template,
        slots=tuple(slots),
        units=tuple(unit for *_, unit in pieces),
        metrics=metrics,
        matter=_matter(rest) if not metrics else "",
        role=passage.role,
        direction=_direction(mentions),
        style=style_of(passage.role, fields, rest),
        passage=passage.id,
        owner=passage.owner,
    )


def _matter(words: str) -> str:
    return next((name for name, told in _MATTER if told.search(words)), "")


def _apart(pieces: list[tuple[int, int, str, str]]) -> list[tuple[int, int, str, str]]:
    """In order; of two that overlap the longer one."""
    kept: list[tuple[int, int, str, str]] = []
    for piece in sorted(pieces, key=lambda p: (p[0], -p[1])):
        if not kept or piece[0] >= kept[-1][1]:
            kept.append(piece)
    return kept


def _figure(mention: Mention, text: str, role: str, units: dict[str, str]) -> tuple[int, int, str, str] | None:
    """(start, end, slot, unit) of a figure; None for a date and a numbering."""
    unit = mention.quantity.unit if mention.quantity is not None else ""
    if mention.role in (MentionRole.DATE, MentionRole.NUMBERING):
        return None
    if mention.role in (MentionRole.NAME, MentionRole.PARAMETER):
        # 65岁及以上, 每周不少于2次: a number the wording itself sets.
        return mention.start, mention.end, "figure.parameter", unit
    field = field_of(mention, units.get(mention.metric or "", unit if unit != "%" else ""))
    if mention.role is MentionRole.CHANGE and mention.metric is None:
        field = "growth" if unit == "%" else "change"
    if field == "now" and (role == "计划" or _AIMED.match(text, mention.end)):
        field = "target"
    start = mention.start
    if field in ("change", "growth"):
        # The slot prints its own verb.
        verb = _VERB.search(text[:start])
        start = verb.start() if verb else start
    return start, mention.end, f"{mention.metric or 'figure'}.{field or 'now'}", unit


def _filled(text: str, pieces: Sequence[tuple[int, int, str, str]]) -> tuple[str, list[str]]:
    """The text with its slots, and the slots; one that comes again gets a letter."""
    out, at = [], 0
    slots: list[str] = []
    for start, end, slot, _ in pieces:
        name, _, field = slot.partition(".")
        letter = 0
        while slot in slots:
            letter += 1
            slot = f"{name}_{chr(ord('a') + letter)}.{field}"
        slots.append(slot)
        out += [text[at:start], f"{{{slot}}}"]
        at = end
    return "".join([*out, text[at:]]), slots


def _direction(mentions: Sequence[Mention]) -> int:
    signs = {m.direction for m in mentions if m.direction}
    return signs.pop() if len(signs) == 1 else 0
