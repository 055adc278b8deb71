"""Take every fact out of a text that is to lend its wording: numbers, dates, congresses, files, names.

In: a text, and the names learned from its document.  Out: the text with 〔数〕, 〔单位〕 and so on in their places.

Surprise: what was claimed first stands, so the order of the kinds decides: a hospital before its place, a department
before the person it is mistaken for (宣传科主任), a year before a number.
"""

import re
from collections.abc import Iterable

from chugao.corpus.beside import places_beside, units_beside
from chugao.corpus.called import called, trimmed
from chugao.corpus.chains import LEADS, chained
from chugao.corpus.offices import offices
from chugao.corpus.people import find_people
from chugao.corpus.places import HAN, Names, find_places, is_province
from chugao.corpus.titled import titled
from chugao.corpus.units import find_departments, find_units
from chugao.corpus.words import Words, is_word
from chugao.quantity import find_han_numbers, find_numbers

__all__ = ["Names", "is_province", "masked", "named_spans"]

_YEAR = re.compile(
    r"(?<!\d)(?:20\d\d|19\d\d|二〇[〇零一二三四五六七八九]{2})\s?(?:[—–-]\s?(?:20)?\d\d\s?)?(?:年[度代]?|(?![\d.%年万人例次]))"
)
_DATE = re.compile(
    r"(?:(?:20\d\d|二〇[〇零一二三四五六七八九]{2})年)?(?:\d{1,2}(?:[—–-]\d{1,2})?|[一二三四五六七八九十]{1,2})月(?:份|底|初|末|[上中下]旬)?"
    r"(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?(?:[底以]?前|以后|起)?|(?<!\d)\d{1,2}[:：]\d\d(?:[—–-]\d{1,2}[:：]\d\d)?(?!\d)"
    r"|[上下]半年|第?[一二三四]季度|(?<=[午上晨到至])[一二三四五六七八九十]{1,3}点(?:半|钟)?|重阳节|春节|国庆(?:节|长假|黄金周|假期)|(?<![一-鿿])国庆(?=[、前后期和])|元旦|护士节|医师节"
)
_CONGRESS = re.compile(
    r"(?:党的[一二三]?十[一二三四五六七八九]?大|[一二]?十[一二三四五六七八九]大|二十大)(?:和[一二三]?十[一二三四五六七八九]?届[一二三四五六七八九十、中历次和]{1,12}全会)?(?:精神)?(?![夫学型])"
    r"|[一二三]?十[一二三四五六七八九]?届[一二三四五六七八九十、中历次和]{1,12}全会(?:精神)?|第[一二三四五六七八九十百]{1,4}(?:届|次(?=全国|党|会议|代表大会))"
)
_PERIOD = re.compile(
    r"“?十[一二三四五六七八]五”?(?=规划|期间|时期|收官|开局|末|[^" + HAN + r"]|”)|“十[一二三四五六七八]五”"
)
_FILE = re.compile(r"《[^《》\n]{1,80}》")
_FILE_NUMBER = re.compile(r"[^\W\d和与按照据见及的]{1,8}〔20\d\d〕\d{1,4}号")
_QUOTED = re.compile(r"“[^“”\n]{1,40}”")
_DIGITS = re.compile(r"[\d０-９]+(?:[.．:：/+×][\d０-９]+)*[%％‰]?")


_AGAIN = 100
"""So many persons of one text are looked for once more; no paragraph names as many."""


def masked(text: str, names: Names | None = None) -> str:
    """The text without facts: 〔数〕〔年〕〔日期〕〔会议〕〔时期〕〔文件〕〔单位〕〔科室〕〔地名〕〔人名〕 in their places.

    Quoted slogans stay, but for digits in them.  No digit is left, whatever the text.
    """
    return _spans_of(text, names).masked()


def named_spans(text: str, names: Names | None = None) -> list[tuple[int, int, str]]:
    """(start, end, kind) of every name in a text, in order: 文件, 会议, 时期, 单位, 科室, 地名, 人名."""
    return sorted(span for span in _spans_of(text, names).spans if span[2] not in ("数", "年", "日期"))


def fact_spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of every fact in a text, in order: what `named_spans` gives, and 数, 年, 日期; no digit is left."""
    spans = _spans_of(text, None)
    spans.add((m.span() for m in _DIGITS.finditer(text)), "数")
    return sorted(spans.spans)


def _spans_of(text: str, names: Names | None) -> "_Spans":
    spans = _Spans(text)
    for pattern, mask in (
        (_FILE, "文件"),
        (_FILE_NUMBER, "文件"),
        (_PERIOD, "时期"),
        (_CONGRESS, "会议"),
        (_DATE, "日期"),
        (_YEAR, "年"),
    ):
        spans.add(((m.start(), m.end()) for m in pattern.finditer(text)), mask)
    _mask_names(text, names or Names(), spans)
    quoted = [m.span() for m in _QUOTED.finditer(text)]
    spans.add(((f.start, f.end) for f in find_numbers(text)), "数")
    han = ((f.start, f.end) for f in find_han_numbers(text))
    spans.add(((a, b) for a, b in han if not any(x <= a < y for x, y in quoted)), "数")
    return spans


def _mask_names(text: str, names: Names, spans: "_Spans") -> None:
    words = Words(text)
    if names.pattern:
        spans.add((m.span() for m in names.pattern.finditer(text) if m[0] in names.organisations), "单位")
        spans.add((m.span() for m in names.pattern.finditer(text) if m[0] in names.people), "人名")
    chained_units, chained_places = chained(text, words)
    units = _joined(_begun(u, words) for u in (*find_units(text, names, words), *chained_units))
    units = _joined([*units, *units_beside(text, words, units)])
    ends = {end for _, end in units}
    departments = _joined((*find_departments(text), *offices(text, words, ends)))
    ends |= {end for _, end in departments}
    people = [*find_people(text, words, departments), *titled(text, words, ends)]
    people += called(text, words, ends, [kept for span in people if (kept := trimmed(text, span)) is not None])
    people = [kept for span in people if (kept := trimmed(text, span)) is not None]
    people += _again(text, people)
    spans.add(units, "单位")
    places = _joined([*find_places(text, names, words), *chained_places])
    places = _joined([*places, *places_beside(text, words, [*places, *units])])
    # 覃美兰 is a person though 美兰 is a district.
    spans.add((p for p in places if not any(_within(p, one) for one in people)), "地名")
    spans.add(departments, "科室")
    spans.add(sorted(people, key=lambda s: (s[0], -s[1])), "人名")


def _again(text: str, people: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """A full name of three characters or more, wherever else it stands."""
    names = {text[a:b] for a, b in people if b - a > 2}
    for name in sorted(n for n in names if not is_word(n))[:_AGAIN]:
        yield from (m.span() for m in re.finditer(re.escape(name), text))


def _begun(span: tuple[int, int], words: Words) -> tuple[int, int]:
    """Without what is done before the name: 协同|市急救中心."""
    first = words.starting_at(span[0])
    return (first.end, span[1]) if first is not None and first.text in LEADS and first.end < span[1] - 2 else span


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one stretch lies in a longer one."""
    return span != other and other[0] <= span[0] and span[1] <= other[1]


class _Spans:
    """Stretches to mask; what was claimed first stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.taken = bytearray(len(text))
        self.spans: list[tuple[int, int, str]] = []

    def add(self, spans: Iterable[tuple[int, int]], mask: str) -> None:
        for start, end in spans:
            if end > start and not any(self.taken[start:end]):
                self.taken[start:end] = b"\1" * (end - start)
                self.spans.append((start, end, mask))

    def masked(self) -> str:
        out, position = [], 0
        for start, end, mask in sorted(self.spans):
            out += [_DIGITS.sub("〔数〕", self.text[position:start]), f"〔{mask}〕"]
            position = end
        return "".join([*out, _DIGITS.sub("〔数〕", self.text[position:])])
