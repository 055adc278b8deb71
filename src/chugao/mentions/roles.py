"""What a number does, read from the words around it.

In: one number, forty characters to its left, thirty to its right, the tense of its sentence and the mention before.
Out: its role, and what the words say besides: direction, verb, baseline, year.

The rules speak in a fixed order and the first that knows decides.  None of them knows the words of any one document.
"""

import re
from typing import NamedTuple

from chugao.mentions.mention import Mention, MentionRole, Tense
from chugao.quantity import Found

_YEAR = r"(?:19|20)\d\d"
# 占比, 同比 and 比例 compare nothing with anything.
_THAN = r"(?<![占同环对之])比(?![例重率值])"
_RISE = "增长|增加|提高|提升|上升|增|升|上涨|上调|扩大|延长|多|高出|净增|增幅|涨|回升|攀升|新增|前移"
_FALL = "下降|降低|减少|缩短|压缩|压减|压降|下调|降|减|少|缩减|缩小|下滑|回落|降幅|下浮|精简|低了|后移"
_CHANGE_VERB = re.compile(
    rf"(?P<comparison>较|{_THAN}|同比|环比)?[^，。；：,;]{{0,16}}?(?P<verb>{_RISE}|{_FALL})(?:幅度?)?(?:了|约|近|超过?|仅|达到?|为|率为|率达|的)?$"
)
_TO = re.compile(
    rf"(?P<verb>{_RISE}|{_FALL}|扩|拓展|扩展|压|控制|稳定|保持|维持|达|调整|改|跃居|跃升|升|位次?升|进)(?:展|制)?(?:至|到|在|为|成)(?:了)?(?:约|近|超过?|全[国省市区县])?$"
)
_TARGET = re.compile(
    r"(?:目标(?:值|为|是|任务)?|力争|争取|确保|预计|计划|拟|预期|底线|不低于|不少于|不高于|不超过|控制在|要求|指标|达标线|标准|下达(?:任务)?)[^，。；,;]{0,14}$"
)
_HARD_TARGET = re.compile(
    r"(?:目标(?:值|为|是|任务)?|力争|争取(?:到20|实现|达|在|于|年内|早日)|预期)[^，。；,;]{0,16}$"
)
_BASELINE_PAREN = re.compile(
    rf"[（(](?:{_YEAR}年?度?|上年|去年|上年同期|去年同期|原|此前|基线|原来|年初|前值)(?:同期)?(?:基线|为|的|是|：|:)*[^（）()。；，]{{0,10}}$"
)
_BASELINE_WORDS = re.compile(
    rf"(?:上年|去年|上年同期|去年同期|年初|此前|原来|原有|{_YEAR}年)(?:的|为|是|同期)*(?:约|近|超)?$"
)
_FROM = re.compile(r"(?:由|从)[^，。；：,;（(]{0,14}$")
_ARROW_RIGHT = re.compile(
    rf"^[^，。；：,;）)]{{0,10}}?(?:{_RISE}|{_FALL}|扩|拓|压|调整|改|缩|变|跃|进)[^，。；,;]{{0,4}}?(?:至|到|为|成|居)"
)
_REPORTS_BACK = r"上年|去年|同期|年初|上月|上季|(?:19|20)\d\d年|此前|以前|前年|末期?$"
_COMPARATOR = re.compile(
    r"(?:全国|全省|全市|全区|全县|省级?|国家|市级?|同级|同类|行业|平均|均值|平均水平|标准|未[^，。；,;]{1,8}人群|对照组|中位数|标准值|基准值|考核标准|规定)[^，。；,;]{0,8}$"
)
_COMPARES = re.compile(rf"高于|低于|优于|好于|超过|超出|高出|较|{_THAN}")
_COMPARE_HEAD = re.compile(
    rf"(?:较|{_THAN}|高于|低于|优于|好于|高出|超出|超过)(?P<base>[^，。；：,;（()）]{1, 14}?)(?:低|高|提前|缩短|快|慢|多|少|超出|高出)?$"
)
_LEVEL = re.compile(r"(?:全国|全省|国家|省级?|同类)[^，。；,;]{0,6}(?:平均|标准|均值|水平|要求)[^，。；,;]{0,4}$")
# “每人每年50元”, “每千人口4.8个”: what is shared out among many is a level, what recurs is a parameter.
_PER_HEAD = re.compile(
    r"(?:人均|每(?:人|生|百户|千户|千人|万人|百人|十万人|百张床|千人口|万名?|百名|床|公斤|亩|户|平方米|立方米)(?:口|位)?)"
)
_EVERY = re.compile(
    r"(?<!平均)每(?:年|月|周|日|天|季度?|个|次|例|人|床|百|千|万|名|家|班|科|半年|位|晚|组)[^，。；,;：]{0,12}$"
)
_PARAMETER_RIGHT = re.compile(
    r"^(?:内|以内|之内|以上|以下|前|后|左右|及以上)?(?:的)?(?:完成|响应|到达|到位|到场|处置|办结|回复|反馈|上报|报告|归档|转诊|转诊率|启动|由|实施|查房|床边|介入|再住院|非计划|归档率|老年人|老人|儿童|人群|妇女|以上老年|以上人口|岁|随访|内由|内无|以内由|主刀|内开展|内送达|内给予|内溶栓|随访率|[^，。；,;]{0,4}圈)"
)
_PARAMETER_LEFT = re.compile(r"(?:前|连续|术后|发病|入院|出生|提前|满|最近|近|过去|出院|抵达|到达|每)$")
_AGES_LEFT = re.compile(r"(?:寿命|提高|达|至|到|为|年龄)[^，]{0,5}$")
_LEVEL_OF_YEARS = re.compile(r"(?:年限|工龄|寿命|年龄)[^，。；,;]{0,8}$")
DURATION_UNITS = frozenset("小时 分钟 天 日 周 周年 个月 个工作日 工作日 秒 年 个季度".split())
RATE_UNITS = frozenset("% ‰ /10万 /十万 /10万人 /十万人 例/百床 1:x x:1".split())
COUNTED = frozenset(
    "人 人次 名 位 例 例次 台 台次 项 个 次 家 家次 份 张 支 所 处 场 期 篇 部 辆 件 起 条 种 类 组 批 户 间 元 剂次 床 门".split()
)
# In a plan a count is a promise, unless it describes what is already there.
_STANDING = re.compile(
    r"(?:将|对|把|依托|现有|已有|原有|全部|按照|围绕|落实|坚持|利用|基于|针对|全院|全市|全县|全区|辖区)[^，。；,;]{0,14}$|分解为$"
)
_PRESENT_LEVEL = re.compile(r"(?:时间|时长|中位数|住院日|平均|缩短|降|控制|达|至|到|为|在)[^，]{0,6}$")
_LISTED = re.compile(r"[、和及与]|以及")
_LONGEST_LIST_GAP = 2
_WORDS = re.compile(r"[\u4e00-\u9fff]")


class Surroundings(NamedTuple):
    """What the rules may look at."""

    found: Found
    left: str
    """Up to forty characters of the same sentence."""
    right: str
    """Up to thirty characters of the same sentence."""
    between: str
    """From the mention before to this one; "" when there is none or it is far."""
    tense: Tense
    announced: bool
    previous: Mention | None
    year: int | None
    """What “this year” is in this sentence."""
    rank: bool = False
    """“第5位”: the quantity is a place in an order."""


class Reader:
    """The words around one number, and what they make of it."""

    def __init__(self, around: Surroundings) -> None:
        self.found, self.left, self.right, self.between = around.found, around.left, around.right, around.between
        self.tense, self.announced, self.previous = around.tense, around.announced, around.previous
        self.year, self.rank = around.year, around.rank
        self.clause = re.split(r"[，。；：,;\t|]", self.left)[-1]
        self.unit = self.found.quantity.unit

    def role(self) -> MentionRole:
        if not _WORDS.search(self.left):
            # Nothing said before it: only the list it stands in or its own unit can tell.
            return (
                self._listed()
                or self._parameter()
                or self._name()
                or self._target()
                or self._current()
                or MentionRole.COUNT
            )
        for rule in (
            self._listed,
            self._baseline_of_head,
            self._parameter,
            self._name,
            self._baseline,
            self._comparator,
            self._change,
            self._target,
            self._current,
        ):
            if (role := rule()) is not None:
                return role
        return MentionRole.COUNT

    # --- the rules, first that speaks wins ---

    def _listed(self) -> MentionRole | None:
        """“分别下降3.1%和4.7%”: the second of a list does what the first did."""
        before = self.previous
        if before is None or before.quantity is None or before.quantity.unit != self.unit:
            return None
        if len(self.between) > _LONGEST_LIST_GAP or not _LISTED.fullmatch(self.between):
            return None
        return before.role

    def _baseline_of_head(self) -> MentionRole | None:
        """“由每人每年50元提高到100元” states two levels, though 每 stands before them."""
        if self.unit in ("岁", "周岁"):
            return None
        if _LEVEL_OF_YEARS.search(self.clause) or _PER_HEAD.search(self.clause):
            if (baseline := self._baseline()) is not None:
                return baseline
            if _TO.search(self.clause) or re.search(r"(?:达到?|为|至|到|拥有|现在的)$", self.clause):
                return MentionRole.TARGET if self._ahead() else MentionRole.CURRENT
        if self.unit.startswith("元") and _EVERY.search(self.clause):
            # “每月提高25元” is a change of a monthly amount.
            return self._baseline() or self._change()
        return None

    def _ahead(self) -> bool:
        return self.tense == "future" or self.announced

    def _parameter(self) -> MentionRole | None:
        clause, right, unit = self.clause, self.right, self.unit
        if (unit in ("岁", "周岁") and not _AGES_LEFT.search(clause)) or re.match(r"^(?:岁|[-—~]\d)", right):
            return MentionRole.PARAMETER
        if unit == "级" and re.match(r"^(?:及?以上|及?以下)?(?:占比|医院|手术|的|病历|电子病历|机构)", right):
            return MentionRole.PARAMETER
        if self._promised():
            return MentionRole.TARGET
        if clause.endswith("每") or _EVERY.search(clause):
            return MentionRole.PARAMETER
        if unit in DURATION_UNITS and self._duration_of_rule():
            return MentionRole.PARAMETER
        if unit in ("", "个") and right.startswith("月"):
            return MentionRole.PARAMETER
        if self.tense == "future" and unit == "项" and re.search(r"要求[^，]{0,18}$", clause):
            return MentionRole.PARAMETER
        return None

    def _duration_of_rule(self) -> bool:
        """“24小时内完成”, “连续5年”: how a thing is to be done, not how long it took."""
        if self.unit in ("年", "周", "周年"):
            return not re.search(r"(?:缩短|延长|提前)[^，]{0,6}$", self.clause)
        if _PARAMETER_RIGHT.match(self.right) and not re.search(
            r"(?:至|到|降|缩短|控制|时间|中位数|平均|住院日|由|从|在)[^，]{0,4}$", self.clause
        ):
            return True
        return _PARAMETER_LEFT.search(self.clause) is not None and not re.search(r"(?:较|比)", self.clause)

    def _promised(self) -> bool:
        """“至少完成2项” in a plan is what will be held against it, however often it recurs."""
        if self.tense != "future" or self.unit not in COUNTED:
            return False
        prefix = re.split(r"\d", self.found.quantity.printed, maxsplit=1)[0]
        return re.search(r"(?:至少|不少于|不低于)[一-鿿]{0,4}$", self.clause + prefix) is not None

    def _name(self) -> MentionRole | None:
        if self.unit == "" and re.match(
            r"^(?:型|号|届|版|级(?:医院|手术|以上电子病历)|号楼|号线|期工程|楼)", self.right
        ):
            return MentionRole.NAME
        return None

    def _baseline(self) -> MentionRole | None:
        if _BASELINE_PAREN.search(self.left[-24:]):
            return MentionRole.BASELINE
        named = _BASELINE_WORDS.search(self.clause) and not re.search(r"(?:较|比|到|至)[^，]{0,10}$", self.clause)
        if named and self._year_before():
            return MentionRole.BASELINE
        if _FROM.search(self.clause) and (
            _ARROW_RIGHT.match(self.right) or self.right[:1] in tuple("升降增减提扩缩压至到跃")
        ):
            return MentionRole.BASELINE
        return None

    def _year_before(self) -> bool:
        named = re.search(rf"({_YEAR})年(?:的|为|是|同期)*(?:约|近|超)?$", self.clause)
        if named is None:
            return True
        return self.year is not None and int(named[1]) < self.year

    def _comparator(self) -> MentionRole | None:
        head = _COMPARE_HEAD.search(self.clause)
        if head and not re.search(_REPORTS_BACK, head["base"]) and _COMPARATOR.search(head["base"]):
            return MentionRole.COMPARATOR
        if _COMPARES.search(self.clause) and _LEVEL.search(self.clause):
            return MentionRole.COMPARATOR
        return None

    def _change(self) -> MentionRole | None:
        clause = self.clause
        if _TO.search(clause) or self.rank:
            return None
        if self.unit == "个百分点":
            return MentionRole.TARGET if self._ahead() and self._aims() else MentionRole.CHANGE
        match = _CHANGE_VERB.search(clause)
        if match is None:
            return self._growth_as_rate()
        compared = (
            bool(match["comparison"]) or re.search(rf"(?:较|{_THAN}|同比|环比)[^，。；,;]{{0,14}}$", clause) is not None
        )
        if self._ahead() and not compared:
            return MentionRole.TARGET
        if compared or self.unit in ("%", "倍", "‰"):
            return MentionRole.CHANGE
        if self.unit == "位" and re.search(r"排名|位次|名次", clause):
            return MentionRole.CHANGE
        if match["verb"] in ("新增", "净增", "少", "多", "减", "增") or self.unit in COUNTED:
            return None
        return MentionRole.CHANGE

    def _aims(self) -> bool:
        return _TARGET.search(self.clause) is not None and not re.search(rf"较|{_THAN}|同比", self.clause)

    def _growth_as_rate(self) -> MentionRole | None:
        if self.unit != "%" or not re.search(
            r"(?:增长率|增速|增幅|降幅|涨幅|跌幅)(?:均?值)?(?:为|达|达到|是)?(?:约|近)?$", self.clause
        ):
            return None
        return MentionRole.TARGET if self._ahead() else MentionRole.CHANGE

    def _target(self) -> MentionRole | None:
        if self.announced or _HARD_TARGET.search(self.clause):
            return MentionRole.TARGET
        if self.tense == "past":
            return None
        if (
            _TARGET.search(self.clause)
            or _TO.search(self.clause)
            or re.search(r"(?:达(?:到)?|以上|至|到)$", self.clause)
        ):
            return MentionRole.TARGET
        if self.unit in RATE_UNITS or self.unit in DURATION_UNITS or self.unit == "倍":
            return MentionRole.TARGET
        # “抓好三个方面” tells how many follow; nobody will be held to it.
        enumerates = not any(c.isdecimal() for c in self.found.quantity.printed) and self.unit != "元"
        promises = self.unit != "" and not enumerates and not _STANDING.search(self.clause)
        return MentionRole.TARGET if promises else None

    def _current(self) -> MentionRole | None:
        if self.unit in RATE_UNITS or self.unit == "倍" or self.rank:
            return MentionRole.CURRENT
        if self.unit in DURATION_UNITS and _PRESENT_LEVEL.search(self.clause):
            return MentionRole.CURRENT
        if _TO.search(self.clause):
            return MentionRole.CURRENT
        after_baseline = self.previous is not None and self.previous.role is MentionRole.BASELINE
        if after_baseline and re.search(r"(?:至|到|为|成)$", self.clause):
            return MentionRole.CURRENT
        return None

    # --- what the words say besides ---

    def direction(self) -> int:
        verb = self.verb()
        if verb and re.fullmatch(_RISE, verb):
            return 1
        return -1 if verb and re.fullmatch(_FALL, verb) else 0

    def verb(self) -> str:
        near = self.clause[-14:]
        match = _TO.search(near) or _CHANGE_VERB.search(near)
        return match["verb"] if match else ""

    def period(self, role: MentionRole) -> str | None:
        named = re.search(rf"({_YEAR})年[^，。；,;]{{0,12}}$", self.left)
        if role is MentionRole.BASELINE:
            return named[1] if named else (str(self.year - 1) if self.year else None)
        return str(self.year) if self.year else None

    def baseline(self, role: MentionRole) -> str | None:
        if role not in (MentionRole.CHANGE, MentionRole.COMPARATOR):
            return None
        match = re.search(
            rf"(?:较|{_THAN}|高于|低于|优于)((?:上年|去年)(?:同期)?|{_YEAR}年(?:同期)?|年初|[^，。；,;]{{1,12}}?(?:平均(?:水平)?|标准|人群)|全国|全省|全市)",
            self.clause,
        )
        if match:
            return match[1]
        return "上年同期" if "同比" in self.clause else None
