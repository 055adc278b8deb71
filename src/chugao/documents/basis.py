"""Read what a policy document (依据) says of itself: its 文号, who issued it, and the days it is in force.

In: a `Document`.  Out: `Basis`; None for a report, which is no basis for anything.

Surprise: most say only “自2025年5月1日起施行，有效期5年”, many “自发布之日起施行”, which hangs on the date under the
signature; and one that says nothing of its end is in force until somebody says otherwise.
"""

import re
from datetime import date, timedelta

from chugao.documents.structure import Document
from chugao.source import Frozen


class Basis(Frozen):
    """A policy document as the ground of what is planned."""

    title: str
    number: str
    """文号: “湖卫发〔2025〕3号”; "" when it has none."""
    issuer: str
    issued: date | None
    since: date | None
    """First day in force; the day of issue when it names none; None when that is not there either."""
    until: date | None
    """Last day in force, included; None: open."""

    def in_force(self, on: date) -> bool:
        """Whether it may be offered on that day.  One without any date is in force: nobody said it is not."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


_POLICY = re.compile(
    r"办法|规定|条例|细则|意见|方案|规划|纲要|标准|规范|指南|制度|决定|通知|目录|通告|公告|要求|指引|预案"
)
_REPORT = re.compile(r"总结|工作计划|工作要点|工作思路|工作报告|汇报|要点|思路")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,14}[〔\[（(【](?:19|20)\d\d[〕\]）)】]第?\d{1,5}号")
_HAN_DIGITS = "〇一二三四五六七八九"
_DAY = r"((?:19|20)\d\d|[一二][〇○零Ｏ0一二三四五六七八九]{3})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日"
_ISSUED = re.compile(rf"^{_DAY}$")
_SINCE = re.compile(rf"(?:自|从|于){_DAY}起?(?:开始)?(?:施行|实施|执行|生效|试行)")
_AT_ONCE = re.compile(
    r"自(?:本(?:办法|规定|通知|意见|方案)?)?(?:印发|发布|公布|发文|下发)之日起(?:[\d一二三四五六七八九十]{1,3}日后)?(?:施行|实施|执行|生效|试行)"
)
_UNTIL = re.compile(
    rf"(?:有效期|施行期|执行期|试行期)(?:限)?(?:截?至|到|截止到?){_DAY}|(?:有效|执行|试行|实施)(?:截?至|到){_DAY}(?:止|废止)?"
)
_YEARS = re.compile(r"(?:有效期|试行期|施行期)(?:限)?(?:为|是)?([\d一二三四五六七八九十两]{1,3})(年|个月)")
_SPAN = re.compile(r"[（(]((?:19|20)\d\d)\s?[-—–～~至]\s?((?:19|20)\d\d)年?[）)]")
_MAX_TEXT = 400_000


def read_basis(document: Document) -> Basis | None:
    """What the document says of its own validity; None when its title is a report's or no policy document's."""
    titles = (document.title, document.wrapper.title if document.wrapper else "")
    if _REPORT.search(document.title) or not any(_POLICY.search(t) for t in titles):
        return None
    parts = (document.wrapper.text if document.wrapper else "", document.text)
    text = "\n".join(parts)[:_MAX_TEXT].replace(" ", "")
    issued = _issued(document)
    since, until = _in_force(text, document.title, issued)
    number = _NUMBER.search(text[:600])
    return Basis(
        title=document.title,
        number=number[0] if number else "",
        issuer=document.issuer,
        issued=issued,
        since=since or issued,
        until=until,
    )


def _issued(document: Document) -> date | None:
    """The date of the notice, or the last line of the text that is nothing but a date."""
    lines = [document.wrapper.date] if document.wrapper else []
    lines += [p.text for p in reversed(document.paragraphs[-8:])] + [p.text for p in document.paragraphs[:6]]
    found = (_ISSUED.match(re.sub(r"[\s（）()]", "", line)) for line in lines)
    return next((day for m in found if m and (day := _day(*m.groups())) is not None), None)


def _in_force(text: str, title: str, issued: date | None) -> tuple[date | None, date | None]:
    span = _SPAN.search(title)
    since = date(int(span[1]), 1, 1) if span else None
    until = date(int(span[2]), 12, 31) if span else None
    if match := _SINCE.search(text):
        since = _day(*match.groups()) or since
    elif _AT_ONCE.search(text):
        since = issued
    if match := _UNTIL.search(text):
        named = [g for g in match.groups() if g]
        until = _day(*named[:3]) or until
    elif (match := _YEARS.search(text)) and (begin := since or issued):
        until = _after(begin, _count(match[1]), match[2])
    return since, until


def _after(begin: date, count: int, unit: str) -> date | None:
    """The last day of a term: five years from 2025-05-01 end on 2030-04-30."""
    months = begin.month - 1 + count * (12 if unit == "年" else 1)
    year, month = begin.year + months // 12, months % 12 + 1
    if not 0 < count <= 100 or year > date.max.year:
        return None
    day = begin.day
    while day > 28:
        try:
            return date(year, month, day) - timedelta(days=1)
        except ValueError:
            day -= 1
    return date(year, month, day) - timedelta(days=1)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(_year(year), _count(month), _count(day))
    except ValueError:
        return None


def _year(text: str) -> int:
    plain = re.sub("[○零Ｏ0]", "〇", text) if not text.isdecimal() else text
    return int(plain) if plain.isdecimal() else int("".join(str(_HAN_DIGITS.index(c)) for c in plain))


def _count(text: str) -> int:
    """12 for “12” and “十二”; 0 for nothing readable."""
    if text.isdecimal():
        return int(text)
    tens, mark, ones = text.replace("两", "二").partition("十")
    if not mark:
        return _HAN_DIGITS.index(tens) if tens in _HAN_DIGITS and len(tens) == 1 else 0
    return (_HAN_DIGITS.find(tens) if tens else 1) * 10 + (_HAN_DIGITS.find(ones) if ones else 0)
