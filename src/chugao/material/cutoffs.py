"""Up to which day the figures of a submission count: “数据截至11月30日”, “上面的数都是1-11月的哈”.

In: a text.  Out: the day; whether a sentence says nothing else, or only how the paper comes about.

Surprise: such a sentence is said to the office and never printed, but every figure of the paper counts to that day.
"""

import re
from calendar import monthrange
from datetime import date

_DAY = r"(?:20\d\d年)?(?P<month>\d{1,2})\s?个?月(?:(?P<day>\d{1,2})日|底|末|份)?"
_AHEAD = re.compile(rf"^(?:20\d\d年)?截[至止](?:到|20\d\d年)?{_DAY}")
_FIGURES = r"(?:统计|业务|报表|各项|全部|所有)?(?:数据|数字|指标|数)"
_THESE = r"(?:注[:：])?(?:以上|上面|上述|上边|本文|文中|表中|表里|表内|这些|这里|全文|所有|我们科?|报的|材料里)?的?(?:这些|所有)?"
_SPOKEN = re.compile(
    rf"{_THESE}{_FIGURES}(?:的?(?:统计|计算)?(?:口径|期间|时间|范围)?)?(?:都|均|暂时?|只|就|先){{0,2}}(?:是|为|统计|算|截|取|报|按)?(?:到|至|止|截至|截止)?(?:到)?\s?"
    rf"(?:前|(?:20\d\d年)?1月?\s?[-—–~～至到]{{1,2}}\s?)?{_DAY}(?:的|止|为止)?(?:数据?|数字)?[哈哦啊呀吧了]?"
)
_TURNED = re.compile(
    rf"(?:以上|上面|上述|这些)(?:都|均|全)?(?:是|为)(?:前|(?:20\d\d年)?1月?\s?[-—–~～至到]{{1,2}}\s?){_DAY}的?{_FIGURES}[哈哦啊呀吧了]?"
)
_LATER = re.compile(
    r"(?:剩下的|其余的?|(?:后|剩下?的?|最后)(?:[一二两三四]|\d)个?月的?|\d{1,2}月(?:份|的)?(?:数据?|数字)?的?|全年的?|年底的?|最后一个月的?)[^，。；]{0,10}(?:再|后|另行?)(?:补|报|发|更新|加|给|续)[^，。；]{0,6}"
)
_SENDS = re.compile(
    r"(?:根据|按照?)[^，。；]{2,40}(?:要求|通知|安排)|现?(?:将|把)[^，。；]{2,40}(?:报上|上报|报送|呈报|报给|发给|汇报|报告|报来|发来|发您)[^，。；]{0,8}(?:如下)?|(?:请|敬请)[^，。；]{0,6}(?:查收|审阅|审核|指正)|如下"
)


def counted_until(text: str, year: int) -> date | None:
    """The day that a paper declares for all of its figures; None for none, and for the last day of the year."""
    for clause in re.split(r"[，。；！!\n（）()]", text):
        words = clause.strip()
        match = _SPOKEN.fullmatch(words) or _TURNED.fullmatch(words)
        if match is not None and (day := _day(match, year)) is not None and (day.month, day.day) != (12, 31):
            return day
    return None


def cutoff_ahead(text: str, year: int) -> date | None:
    """The day up to which a sentence counts: “截至11月30日，……”."""
    match = _AHEAD.match(text)
    return _day(match, year) if match else None


def is_of_the_paper(text: str) -> bool:
    """Whether a sentence speaks of the figures' last day, of what is still to be sent, or of sending, and of nothing else."""
    clauses = [c.strip("：: 哈哦啊呀") for c in re.split(r"[，。；！!（）()]", text) if c.strip("：: ")]
    said = (_SPOKEN, _TURNED, _LATER, _SENDS)
    return bool(clauses) and all(any(p.fullmatch(c) for p in said) for c in clauses)


def _day(match: "re.Match[str]", year: int) -> date | None:
    month = int(match["month"])
    last = monthrange(year, month)[1] if 1 <= month <= 12 else 0
    day = int(match["day"] or last)
    return date(year, month, day) if 1 <= day <= last else None
