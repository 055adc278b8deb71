"""Marks on the page: width, pairs, doubles, document numbers, dates.

In: a `Reading`.  Out: hits.

Surprise: a scraped text has every comma folded to ASCII, and reading restores them; that is a conversion's doing, not
the writer's.  So half-width marks are told only where the text otherwise has full-width ones.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from chugao.checks.reading import Finder, Hit, Line, Reading

_FOLDED = "，：；！？（）"
_CONVERTED = 0.2
"""More than this share of half-width marks: the text went through a conversion."""
_DOUBLED = re.compile(r"，，|。。(?!。)|；；|、、|，。|。，|；。|、。|，；|：。|、，")
_GAP = re.compile(r"(?<=[一-鿿]{2}) (?=[一-鿿]{1,2}[，。；、一-鿿])")


def full_width(reading: Reading) -> Iterator[Hit]:
    """C25: half-width marks in Chinese, doubled marks, gaps inside words, full-width digits."""
    if reading.plain != reading.text and len(reading.plain) == len(reading.text):
        changed = [i for i, c in enumerate(reading.text) if c != reading.plain[i]]
        wide = sum(reading.text.count(c) for c in _FOLDED)
        if changed and len(changed) <= _CONVERTED * (len(changed) + wide):
            for i in changed:
                if reading.line_at(i) is not None:
                    yield Hit(i, i + 1, f"中文里的“{reading.text[i]}”应为全角“{reading.plain[i]}”。")
    for line in reading.body:
        for match in _DOUBLED.finditer(line.text):
            yield Hit(line.start + match.start(), line.start + match.end(), f"标点重复：“{match.group()}”请留一个。")
        for match in re.finditer(r"[０-９]{1,12}(?:．[０-９]{1,6})?", line.text):
            right = match.group().translate(_NARROW)
            yield Hit(line.start + match.start(), line.start + match.end(), f"数字用半角：应为“{right}”。")
        yield from _gaps(line)


_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")


def _gaps(line: Line) -> Iterator[Hit]:
    """A space inside a Chinese word; lists of names and lines set wide are left alone."""
    gaps = list(_GAP.finditer(line.text))
    if len(line.text) < 40 or len(gaps) > 2:
        return
    for gap in gaps:
        if line.text.rfind("“", 0, gap.start()) > line.text.rfind("”", 0, gap.start()):
            continue  # a slogan set wide
        if " " in line.text[gap.end() : gap.end() + 6] or " " in line.text[max(0, gap.start() - 6) : gap.start()]:
            continue  # a name among words set wide
        around = line.text[max(0, gap.start() - 2) : gap.end() + 2]
        yield Hit(line.start + gap.start(), line.start + gap.end(), f"“{around}”中间多了空格，请删去。")


# --- pairs ----------------------------------------------------------------------------------------

_OPEN = {"“": "”", "‘": "’", "《": "》", "〈": "〉", "（": "）", "【": "】", "〔": "〕", "「": "」"}
_CLOSE = {v: k for k, v in _OPEN.items()}
_MARKS = re.compile("[" + "".join((*_OPEN, *_CLOSE)) + "]")
_LIST_NUMBER = re.compile(r"^[\d一二三四五六七八九十]{1,3}$")


def paired(reading: Reading) -> Iterator[Hit]:
    """C26: a bracket or quotation mark without its other half; a quotation inside its own kind."""
    begun = ""
    for line, following in zip_longest(reading.lines, reading.lines[1:]):
        if line.kind == "table":
            begun = ""
            continue
        hit, begun = _unpaired(line, following, begun)
        if hit:
            yield hit


def _unpaired(line: Line, following: Line | None, begun: str) -> tuple[Hit | None, str]:
    """The first mark of a paragraph that has no partner, and a mark that the next line closes.

    A line break inside a bracket or quotation is the page's doing; `begun` is one that the line before opened.
    """
    open_marks: list[tuple[str, int]] = []
    for match in _MARKS.finditer(line.text):
        mark, at = match.group(), match.start()
        if begun and mark == _OPEN[begun]:
            begun = ""
            continue
        if mark in _OPEN:
            if mark in "“《" and any(m == mark for m, _ in open_marks):
                inner = {"“": "‘ ’", "《": "〈 〉"}[mark]
                return _hit(line, at, f"“{mark}”里面又用了“{mark}”：里层用 {inner}，或者前面漏了一半。"), ""
            open_marks.append((mark, at))
        elif open_marks and open_marks[-1][0] == _CLOSE[mark]:
            open_marks.pop()
        elif mark == "）" and _numbers_a_list(line.text, at):
            continue
        elif mark != "’":  # also an apostrophe
            return _hit(line, at, f"“{mark}”没有前一半“{_CLOSE[mark]}”。"), ""
    if not open_marks:
        return None, ""
    mark, at = open_marks[0]
    nearest = _MARKS.search(following.text) if following else None
    if len(open_marks) == 1 and nearest and nearest.group() == _OPEN[mark]:
        return None, mark
    return _hit(line, at, f"“{mark}”没有后一半“{_OPEN[mark]}”。"), ""


def _numbers_a_list(text: str, at: int) -> bool:
    before = re.split(r"[。；：，、\s]", text[max(0, at - 6) : at])[-1]
    return _LIST_NUMBER.match(before) is not None


def _hit(line: Line, at: int, hint: str) -> Hit:
    return Hit(line.start + at, line.start + at + 1, hint)


# --- document numbers and dates -------------------------------------------------------------------

_NUMBER = re.compile(
    r"(?P<code>[一-鿿]{1,10}(?:发|办|函|字|通|令|规|党|政|医|卫|质|护|院|委|局|联))(?P<open>[\[【（(〔])(?P<year>(?:20)?\d\d)(?P<close>[\]】）)〕])(?P<di>第?)(?P<zero>0*)(?P<n>\d{1,4})号"
)
_DATE = re.compile(r"(?P<y>20\d\d)年(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def document_numbers(reading: Reading) -> Iterator[Hit]:
    """C41: 〔2025〕1号 with six-cornered brackets, full year, no 第, no leading zero; dates that exist."""
    for match in _NUMBER.finditer(reading.text):
        year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
        right = f"{match['code']}〔{year}〕{match['n']}号"
        if match.group() != right:
            yield Hit(match.start("open"), match.end(), f"发文字号应写“{right}”：六角括号，年份写全，不加“第”和“0”。")
    for match in _DATE.finditer(reading.text):
        month, day = int(match["m"]), int(match["d"] or 1)
        if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
            yield Hit(match.start(), match.end(), f"没有“{match.group()}”这一天，请核对。")
        elif match["m"][0] == "0" or (match["d"] or "1")[0] == "0":
            right = f"{match['y']}年{month}月" + (f"{day}日" if match["d"] else "")
            yield Hit(match.start(), match.end(), f"日期不补0：应写“{right}”。")


def signed_before(reading: Reading) -> Iterator[Hit]:
    """C41: a report signed before the day it tells of."""
    signature = next((x for x in reversed(reading.lines) if x.kind == "signature" and _DATE.search(x.text)), None)
    signed = _DATE.search(signature.text.replace(" ", "")) if signature else None
    if signed is None or not signed["d"] or reading.kind is None or not reading.kind.looks_back:
        return
    day = tuple(int(signed[k]) for k in "ymd")
    for sentence in reading.sentences:
        if sentence.line.role == "计划" or re.search(r"将|计划|拟|力争|预计|截止", sentence.text):
            continue
        for match in _DATE.finditer(sentence.text):
            if match["d"] and tuple(int(match[k]) for k in "ymd") > day:
                hint = f"落款是{signed.group()}，正文写到了{match.group()}的事。请核对日期。"
                yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


FINDERS: dict[str, Finder] = {
    "full-width": full_width,
    "pair-marks": paired,
    "document-number": document_numbers,
    "signed-before": signed_before,
}
