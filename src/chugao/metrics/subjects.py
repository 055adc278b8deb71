"""What a number in running text is about, for metrics that no figures file defines.

In: the words before and after a number.  Out: `Subject`: the thing, and whether the number is its level, its growth
or a change of it.

“城镇新增就业1000万人”, “再减少农村贫困人口1000万人”, “农村贫困人口减少1232万人”, “又解决6434万农村人口饮水安全问题”:
the thing stands before the number, before and behind a verb, or behind the number.  Words are peeled off both ends
until the thing is left; every loop is bounded by the clause.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Form = Literal["level", "growth", "change"]

_UP = "增长 增加 提高 提升 上升 上涨 扩大 增幅 涨幅 增速 增长率 净增 新增 回升 增 升 涨".split()
_DOWN = "下降 降低 减少 缩短 回落 压减 压缩 压降 精简 降幅 减轻 缩减 降 减".split()
_NOUNS = frozenset("涨幅 增幅 增速 增长率 降幅".split())
_DIRECTIONS = {**dict.fromkeys(_UP, 1), **dict.fromkeys(_DOWN, -1)}
_LED_BY = frozenset("增加 减少 降低 新增 净增 压减 压缩 减轻 精简".split())
"""Directions that may stand before their thing: “减少农村贫困人口1000万人”."""
_ARRIVES = frozenset("到 至 为".split())
_TAILS = (
    "达到 高达 多达 达 控制 稳定 保持 维持 超过 突破 不低于 不高于 不超过 低于 高于 预期 目标值 目标 定 拟 按 安排 完成 实现 有望 力争 争取 确保 同比 比上年 "
    "较上年 比去年 较去年 较上年同期 比上年同期 实际 人均 每人每年 平均 合计 共计 总共 共 约 近 超 逾 仅 只 再 又 都 均 也 要 将 分别 各 各自 其中 幅度 了 的 "
    "在 到 至 为 是 占 有 可 可以 能 能够 以 基本 进一步 继续 累计 由 从 应 须 必须 全年 今年 去年 年内 力度 预计 计划 区间 任务 统一 按照 左右 ： : （ ( “ ” ‘ ’"
).split()
_HEADS = (
    "中央财政拟安排 中央财政拟投入 中央财政安排 中央财政投入 拟安排 拟投入 但 而 今年 全年 去年 明年 年内 年末 年底 上年末 上年 到年底 年底前 截至年底 预计 力争 争取 确保 努力 拟 将 要 需 应 再 又 还 也 共 各类 同时 继续 进一步 并 且 使 让 加快 推动 推进 "
    "促进 加强 实施 全面 积极 扎实 大力 着力 有序 稳步 超额 如期 基本上 完成 实现 安排 提出 把 对 其中 主要 预期 目标 发展 经济社会 国民经济和社会 的 是 "
    "我们 我国 我省 我市 我县 我区 我院 我科 我委 全国 全省 全市 全县 全区 全院 全科 全社会 进一步 —— — － - ： : 、 和 与 及 以及 、"
).split()
_ANY_DIRECTION, _ANY_TAIL, _ANY_HEAD = tuple(_DIRECTIONS), tuple(_TAILS), tuple(_HEADS)
_ENUMERATION = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}(?:是|要)|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、])"
)
_ORIGIN = re.compile(r"(?:由|从)(?:(?:上年|去年|目前|现在|原来|20\d\d年)[^由从]{0,12}|[^由从\d]{0,6}\d[^由从]{0,10})?$")
_YEAR = re.compile(r"^(?:到)?20\d\d年(?:度)?(?:底)?(?:全年)?")
VERBS = frozenset(
    "解决 新建 建成 建设 开工 新开工 再开工 培训 开展 举办 引进 招聘 改造 淘汰 取消 下放 支持 惠及 资助 完成 新增 增加 减少 投入 建立 打造 培育 创建 组织 覆盖 推广 启动 "
    "覆盖农村 提供 救助 帮助 申报 发表 承办 选派 派出 接收 收治 抢救 增设 设立 成立 购置 引进培养 招录 新引进 新招聘 新设 推进 实施 推动 加快 选送 外派 发展 办好 处理 整治 清理 用好 用好用活 安排".split()
)
PAYERS = frozenset("中央财政 财政 中央 各级财政 市财政 省财政 医院 我院 占 约占 占到".split())
"""What stands before a number without being what it counts: “中央财政安排1000亿元专项奖补资金”."""
ACTS = (
    "取消和下放",
    "取消下放",
    "解决",
    "完成",
    "建成",
    "开工",
    "淘汰",
    "新建",
    "改造",
    "新增",
    "培训",
    "开展",
    "举办",
    "引进",
)
_SINCE = re.compile(r"全年|今年|去年|年内")
_RIGHT = re.compile(r"[^，。；：、,;：！？\n\t（(）)“”0-9]{1,16}")
_RIGHT_CUT = re.compile(
    r"(?:以内|左右|就|可以|能够|才能|的目标|目标|任务|得到|受益|实现|提高|增长|下降|增加|减少|，).*$"
)
_DELIMITERS = "，。；：,;！？\n\t（(）)"
_BRACKETS = re.compile(r"（[^（）]{0,30}）|\([^()]{0,30}\)")
_LONGEST = 60


class Subject(NamedTuple):
    """The thing a number is about, as the text names it."""

    name: str
    """"" when the clause names nothing, as in “，增长5%”: it speaks of what was named before."""
    form: Form
    sign: int
    """Of a growth or change: −1, 1; 0 for a level."""


def clause_before(text: str, start: int, at: int) -> str:
    """The words right before a number, back to the last mark or to `start`."""
    window = _BRACKETS.sub("", text[max(start, at - _LONGEST) : at])
    cut = max(window.rfind(mark) for mark in _DELIMITERS)
    return window[cut + 1 :]


def noun_after(text: str, end: int) -> str:
    """The words right behind a number that may name what it counts."""
    match = _RIGHT.match(text, end, end + _LONGEST)
    if match is None:
        return ""
    return _RIGHT_CUT.sub("", match.group()).removeprefix("多").strip()


def acts(left: str) -> bool:
    """Whether a clause ends in a verb that does something to the number: “再解决6000万…”, “完成1000万…”."""
    name = _peel_head(_ORIGIN.sub("", left.strip()))
    return name in VERBS or name.endswith(ACTS)


def subject_of(left: str, right: str, unit: str) -> Subject:
    """The thing named by the clause `left` of a number in `unit`, else by the words `right` of it."""
    of, right = right.startswith("的"), right.removeprefix("的")
    name, sign, level = _peel_tail(left.strip())
    name = _peel_head(_ORIGIN.sub("", name))
    if sign == 0:
        led, rest = _leading(name)
        if led and rest:
            name, sign, level = rest, led, False
    if name in ("把", "对", "将", "使", "让"):
        name = ""
    name = name.strip("、和与及 ")
    if name.endswith("等") and right:
        # “洛阳等10个国家物流枢纽”: the list names examples, the words behind the number the thing.
        name = right
    name = _SINCE.split(name)[-1] or name
    if right and (
        name in VERBS or name in PAYERS or (name and name.endswith(ACTS)) or (not name and (unit != "%" or of))
    ):
        name = name + right
    form: Form = "level" if level or sign == 0 else "growth" if unit in ("%", "‰", "倍") else "change"
    return Subject(name, form, 0 if form == "level" else sign)


def _peel_tail(words: str) -> tuple[str, int, bool]:
    """(what is left, direction of the verb before the number, whether that verb leads to a level: 提高到)."""
    arrives = False
    for _ in range(_LONGEST):
        direction = (
            next((d for d in _DIRECTIONS if words.endswith(d)), None) if words.endswith(_ANY_DIRECTION) else None
        )
        if direction is not None and direction not in ("增", "升", "涨", "降", "减"):
            return _without(words, direction), _DIRECTIONS[direction], arrives and direction not in _NOUNS
        tail = next((t for t in _TAILS if words.endswith(t)), None) if words.endswith(_ANY_TAIL) else None
        if tail is None and direction is not None:
            return _without(words, direction), _DIRECTIONS[direction], arrives
        if tail is None:
            return words.strip(), 0, False
        words = words.removesuffix(tail).rstrip()
        arrives = tail in _ARRIVES
    return words, 0, False


def _without(words: str, direction: str) -> str:
    """The name before a direction verb, its adverbs left off: “同比实际”."""
    words = words.removesuffix(direction).rstrip()
    for _ in range(_LONGEST):
        tail = next((t for t in _TAILS if words.endswith(t) and t not in ("占", "有", "人均", "任务")), None)
        if tail is None:
            return words
        words = words.removesuffix(tail).rstrip()
    return words


def _peel_head(words: str) -> str:
    for _ in range(_LONGEST):
        before = words
        words = _YEAR.sub("", _ENUMERATION.sub("", words)).lstrip()
        if words != before or words.startswith(_ANY_HEAD):
            head = next((h for h in _HEADS if words.startswith(h) and len(words) > len(h)), None)
        else:
            break
        if head is not None and words not in VERBS:
            words = words.removeprefix(head).lstrip()
        if words == before:
            break
    return words


def _leading(name: str) -> tuple[int, str]:
    led = next((d for d in _LED_BY if name.startswith(d)), None)
    return (_DIRECTIONS[led], name.removeprefix(led)) if led else (0, name)


def similarity(first: str, second: str) -> float:
    """How alike two names are, 0 to 1, by the pairs of characters they share."""
    short, long = sorted((first, second), key=len)
    if short in _TELLING and long.startswith(short):
        return 0.7
    if not VERBS & {first, second}:
        first, second = without_verb(first), without_verb(second)
    a, b = _pairs(first), _pairs(second)
    if not a or not b:
        return 1.0 if first and first == second else 0.0
    shared = len(a & b)
    dice, contained = 2 * shared / (len(a) + len(b)), shared / min(len(a), len(b))
    return dice if min(len(a), len(b)) < 2 else (dice + contained) / 2


def within(first: str, second: str) -> bool:
    """Whether the shorter name stands whole in the longer one, other words between left aside."""
    a, b = _pairs(first), _pairs(second)
    return bool(a and b) and (a <= b or b <= a)


_TELLING = frozenset(
    "培训 选派 引进 招聘 义诊 随访 会诊 抢救 收治 体检 签约 淘汰 新引进 新招聘 招录 选送 外派 造林 发表".split()
)
"""Verbs that say by themselves what was counted: “培训630人次”."""


def without_verb(name: str) -> str:
    """“开展急救演练”, “组织急救演练” → 急救演练; the verb alone stays."""
    verb = max((v for v in VERBS if name.startswith(v) and len(name) - len(v) >= 2), key=len, default="")
    return name.removeprefix(verb)


_COMMON = re.compile(r"[的了等和与及、“”‘’《》（）()\s]|全国|全省|全市|全院|全县|我院|中央|各类")


@lru_cache(maxsize=1 << 14)
def _pairs(name: str) -> frozenset[str]:
    bare = _COMMON.sub("", name)
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))
