"""The words numbers are written with, and the patterns made of them.

In: nothing.  Out: compiled patterns and tables for `reading`.

Surprise: a pattern of two hundred units takes longer to compile than a page to read, so units are looked up (`unit_at`);
where a pattern holds many words, those that begin alike share their beginning (`any_of`).
"""

import re
from collections.abc import Callable, Iterable, Mapping

from chugao.quantity.quantity import Qualifier

Tree = dict[str, "Tree"]


def any_of(
    words: Iterable[str], after: Mapping[str, str] | None = None, write: Callable[[str], str] = re.escape
) -> str:
    """A pattern for any of many words, the longest first, in which common beginnings are tried once.

    `after` gives a word's look-ahead; `write` the pattern of one character.
    """
    tree: Tree = {}
    for word in sorted(words):  # sets come in another order every time
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {(after or {}).get(word, ""): {}}
    return _written(tree, write) if tree else r"(?!)"


def _written(tree: Tree, write: Callable[[str], str]) -> str:
    branches = [write(char) + _written(rest, write) for char, rest in tree.items() if char]
    if "" in tree:
        (look_ahead,) = tree[""]
        branches.append(look_ahead)
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


# --- qualifiers and scales ------------------------------------------------------------------------

PREFIXES = {
    "≥": Qualifier.AT_LEAST, "≧": Qualifier.AT_LEAST, "不低于": Qualifier.AT_LEAST, "不少于": Qualifier.AT_LEAST,
    "不小于": Qualifier.AT_LEAST, "至少": Qualifier.AT_LEAST, "大于等于": Qualifier.AT_LEAST,
    "≤": Qualifier.AT_MOST, "≦": Qualifier.AT_MOST, "不超过": Qualifier.AT_MOST, "不高于": Qualifier.AT_MOST,
    "不多于": Qualifier.AT_MOST, "不大于": Qualifier.AT_MOST, "至多": Qualifier.AT_MOST, "小于等于": Qualifier.AT_MOST,
    "超过": Qualifier.OVER, "超": Qualifier.OVER, "逾": Qualifier.OVER, "突破": Qualifier.OVER,
    ">": Qualifier.OVER, "大于": Qualifier.OVER, "多于": Qualifier.OVER,
    # What keyboards without ≥ and ≤ write.
    ">=": Qualifier.AT_LEAST, "=>": Qualifier.AT_LEAST, "<=": Qualifier.AT_MOST, "=<": Qualifier.AT_MOST,
    "不足": Qualifier.UNDER, "不到": Qualifier.UNDER, "<": Qualifier.UNDER, "小于": Qualifier.UNDER,
    "少于": Qualifier.UNDER,
    "大约": Qualifier.ABOUT, "约": Qualifier.ABOUT,
    "将近": Qualifier.NEAR, "接近": Qualifier.NEAR, "近": Qualifier.NEAR,
}  # fmt: skip
SUFFIXES = {
    "以上": Qualifier.AT_LEAST, "以下": Qualifier.AT_MOST, "以内": Qualifier.AT_MOST, "之内": Qualifier.AT_MOST,
    "内": Qualifier.AT_MOST, "左右": Qualifier.ABOUT, "上下": Qualifier.ABOUT,
}  # fmt: skip
SCALES = {
    "万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 10**3, "百": 10**2,
}  # fmt: skip

# --- units ----------------------------------------------------------------------------------------

COUNT_UNITS = (
    "人次 人天 床日 例次 台次 家次 架次 批次 班次 剂次 件次 场次 项次 车次 航次 列次 辆次 亩次 人份 台套 张床位 个床位 床位 病种 名 人 位 例 台 套 项 个 次 家 份 张 支 所 处 场 期 篇 部 "
    "辆 件 起 条 种 类 组 批 户 户次 级 分 岁 剂 床 间 课时 学时 学分 门 本 册 幅 块 座 栋 幢 层 片 只 枚 颗 瓶 盒 袋 包 箱 桶 罐 根 盏 针 管 "
    "封 宗 笔 单 单位 款 步 环 轮 届 班 队 道 对 双 盘 列 趟 艘 架 页 卷 集 字 行 章 节 节次 堂 口 头 羽 尾 株 亩 村 镇 县 乡 街道 市 省 国 校 院 科 科室 万人 "
    "标准箱 标箱 重量箱 治疗量 个治疗量"
).split()
LATIN_UNITS = (
    "min h kg mg g μg ng t ml mL L mm cm km kPa MPa mmHg cmH2O mmol/L μmol/L mg/L g/L IU/L U/L IU mIU kW kWh kW·h MW MWh MWp kVA kcal Gy mSv dB Hz MHz DDDs DDD TB "
    "GB MB PB M G U m² m³ km²"
).split()
_MEASURE_UNITS = (
    "个百分点 百分点 个千分点 千分点 % ‰ ‱ 成 倍 元 美元 港元 欧元 日元 英镑 小时 分钟 秒钟 秒 天 日 周年 周岁 周 个月 个工作日 工作日 个季度 年 平方米 平方公里 平方千米 立方米 "
    "公顷 千伏 公里 千米 海里 米 厘米 毫米 吨标准煤 吨 斤 千克 公斤 克 毫克 微克 毫升 升 千瓦时 万千瓦 千瓦 兆瓦时 兆瓦 度 ℃ ㎡ m2"
).split()
UNITS = tuple(sorted({*COUNT_UNITS, *_MEASURE_UNITS, *LATIN_UNITS}, key=len, reverse=True))
_PER = (
    "10万人 10万 十万人 十万 百床 百张床位 百人天 百人 千人 千人口 千床日 千导管日 千透析日 千机械通气日 千呼吸机日 千导尿管日 千插管日 千人次 透析日 千住院日 住院日 千人日 百万人 万人口 万人次 万人 万元 工作日 平方米 平方公里 立方米 千瓦时 公里 公斤 千克 分钟 小时 学期 季度 间 年 月 周 日 "
    "天 人次 人日 人 床日 床 次 例 科室 科 户 台 亩 吨 项 张 名 分 克 升 L d h kg m² ㎡ m3 m³ 立方 人年"
).split()
# What a unit must not be the beginning of: 12处方, 2025成立, 1.13升到1.15.
_NO_UNIT_BEFORE = {
    "升": "到至为了高级", "成": "功立为员果效长都熟交本绩就", "处": "方理置长", "部": "门分署委",
    "门": "诊急", "分": "别析布配", "期": "间末刊", "家": "庭", "户": "籍外",
    "批": "准", "口": "岸腔", "头": "部颈", "起": "草步点", "场": "所地景",
    "度": "假", "年": "龄", "日": "均常间", "天": "然津", "班": "子", "单": "病位",
    "行": "业动政", "字": "型", "国": "家际", "市": "场级", "省": "级内", "县": "级域",
    "院": "内感", "科": "学研技", "列": "入为", "对": "于接口", "道": "路", "包": "括含装裹扎干村户联",
}  # fmt: skip
_NEVER_AFTER_LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def _by_first(words: Iterable[str]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Words by their first character, the longest first, each with what must not follow it."""
    out: dict[str, list[tuple[str, frozenset[str]]]] = {}
    latin = frozenset(LATIN_UNITS)
    for word in sorted(words, key=len, reverse=True):
        never = _NEVER_AFTER_LATIN if word in latin else frozenset(_NO_UNIT_BEFORE.get(word, ""))
        out.setdefault(word[0], []).append((word, never))
    return out


_UNITS_BY_FIRST, _PER_BY_FIRST = _by_first(UNITS), _by_first(_PER)


def unit_at(text: str, at: int) -> str:
    """The longest unit that stands at a place, "" where none does."""
    for unit, never in _UNITS_BY_FIRST.get(text[at : at + 1], ()):
        if text.startswith(unit, at):
            end = at + len(unit)
            if text[end : end + 1] not in never:
                return unit
    return ""


def is_han(text: str) -> bool:
    """Whether every character is a Chinese one, and there is one; a pattern with a class of them takes a millisecond
    to compile."""
    return text != "" and min(text) >= "\u4e00" and max(text) <= "\u9fff"


def per_at(text: str, at: int) -> str:
    """“/10万” behind the stroke that stands at a place, "" where nothing counts."""
    return next(
        ("/" + per for per, _ in _PER_BY_FIRST.get(text[at + 1 : at + 2], ()) if text.startswith(per, at + 1)), ""
    )


_SCALE_PATTERN = "万亿|亿|千万(?!元?里)|百万|十万|万|千(?![米克瓦卡伏])|百(?![床张])"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d++)(?:\.\d++)?"
HAN_DIGIT = "〇零一二两三四五六七八九十百千万亿"

# --- what stands before a number ------------------------------------------------------------------

# 签约3万人, 节约30万元, 预约5次, 附近3家 and 彩超30例 hold no qualifier.
_NO_QUALIFIER_AFTER = {"约": "预节签违履邀大条解特", "近": "附最靠临邻接将", "超": "彩赶反A-Za-z"}
_PREFIX_PATTERN = "|".join(
    (f"(?<![{_NO_QUALIFIER_AFTER[p]}])" if p in _NO_QUALIFIER_AFTER else "") + re.escape(p)
    for p in sorted(PREFIXES, key=len, reverse=True)
)
LEAD = re.compile(
    rf"(?P<prefix>{_PREFIX_PATTERN})?\s?(?P<currency>[¥￥])?"
    r"(?P<sign>(?<![\d%A-Za-z年月日个项例台名人])[-−+]|(?P<base>[百千万])分之)?$"
)
LEAD_ENDS = frozenset(p[-1] for p in PREFIXES) | frozenset("-−+¥￥之 \t\u3000\n")
"""The last characters of whatever may stand before a number: most numbers have none of them there."""
LONGEST_LEAD = max(map(len, PREFIXES)) + 5

# --- numbers written with digits ------------------------------------------------------------------

_ODD = r"余|多(?![学科样维功]|元[化素文主支共一联])|来(?=[个名人次家])"
_DASH = r"[-—–~～－─]{1,2}|[至到]"
NUMBER = re.compile(
    rf"""
    (?P<low>{_DIGITS})
    (?: (?P<terms>(?:[:：∶]{_DIGITS}){{1,5}})(?![:：∶]?\d)
      | /(?P<whole>\d++)(?![\d./万千百]|[号型级类期床楼层])
      | (?P<odd>{_ODD})?
        (?:\ ?(?P<scale>{_SCALE_PATTERN}))?
        (?:(?<=[亿万])(?P<low_b>\d{{1,4}})(?P<scale_c>[千百]?万|[千百](?![米克瓦卡伏])))?
        (?P<odd_b>{_ODD})?
        (?P<scale_b>亿(?=[^\d]))? )
    """,
    re.VERBOSE,
)
"""A number as far as its scale; behind it stand unit (`unit_at`), upper end and suffix."""
UPPER_END = re.compile(rf"(?P<dash>{_DASH})(?P<high>{_DIGITS})(?P<scale>{_SCALE_PATTERN})?")
DASHES = frozenset("-—–~～－─至到")
SUFFIX_BEGINS = frozenset("及（(以之内左上")
SUFFIX = re.compile("(?:及|[（(]含[）)])?(?:以上|以下)|以内|之内|内(?![科外部镜分涵容设])|左右|上下")
# No office writes a longer one; beyond it stand serial numbers, and decimal arithmetic would cost more than linear.
LONGEST_NUMBER = 30
DIGIT = re.compile(r"[0-9]")
MULTIPLIED = re.compile(r"(?:增[加长]?|提高|提升|上升|扩大|上涨|多|翻|高出?)了?(?:近|约|超过?|逾)?$")

# --- numbers written in Chinese numerals ----------------------------------------------------------

_HAN_CLASSIFIERS = any_of(
    (
        "成 倍 个百分点 个千分点 人次 例次 台次 家次 剂次 场次 人 名 位 例 台 套 项 个 次 家 份 张 支 所 处 场 期 篇 部 辆 件 起 条 种 类 组 批 户 分钟 小时 天 周年 周岁 周 元 百分点 岁 "
        "斤 吨 间 座 床 张床位 轮 课时 学时 本 册 幅 块 栋 层 只 瓶 盒 笔 款 亩 吨 公里 米 平方米"
    ).split(),
    {unit: f"(?![{never}])" for unit, never in _NO_UNIT_BEFORE.items()},
)
HAN_NUMBER = re.compile(
    rf"""
    (?=[{HAN_DIGIT}半过翻上数几])
    (?: (?P<base>[百千万])分之(?P<share>[{HAN_DIGIT}点]{{1,16}})
      | (?P<denominator>[二三四五六七八九十])分之(?P<numerator>[{HAN_DIGIT}]{{1,16}})
      | (?P<half>半数|过半数?(?![百年夜])|一半)
      | 翻了?(?:约|近|超过?)?(?P<doubling>一番|两番|三番|番|倍)
      | (?: (?P<vague>上|数|几)(?P<vague_han>[十百千万亿]{{1,2}})(?:余|多)?
          | (?<![{HAN_DIGIT}0-9.])(?:(?P<han_low>[{HAN_DIGIT}]{{1,4}})(?:至|到|[-—–~～－]{{1,2}}))?
            (?P<han>[{HAN_DIGIT}]{{1,16}})(?P<han_odd>余|多|几|来)? )
        (?P<unit>{_HAN_CLASSIFIERS})
        (?(han)(?:(?<=成)(?P<tenth>半|多|余|[一二三四五六七八九](?![{HAN_DIGIT}个项家人名次年月])))?)
    )
    (?P<suffix>(?:及?(?:以上|以下))|以内|左右)?
    """,
    re.VERBOSE,
)
SHARES = {"百": "%", "千": "‰", "万": "‱"}
# 亿万家庭, 千万群众, 万千气象: many, and no number.
MANY = frozenset("百 千 万 亿 〇 亿万 千万 百万 万千 千百 万万 成百 百亿 千亿 万亿".split())

# --- one width for everything ---------------------------------------------------------------------

# Length-preserving, so that offsets stay those of the original text.
FOLDED = dict(zip("０１２３４５６７８９．％﹪＋－＜＞＝", "0123456789.%%+-<>=", strict=True))
WIDE = re.compile(f"[{''.join(FOLDED)}]")
