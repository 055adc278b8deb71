"""Tell apart what travels in one file: the 通知 and what it issues, and the reports of a collection.

In: cleaned paragraphs.  Out: `Wrapper` and `Piece`s, each the lines of one document.

Surprise: a collection's own title (“工作总结汇编（5篇）”) belongs to no document in it, and a half title
(“2025年工作计划”) inside a 总结暨计划 begins no new one.
"""

import re
from itertools import pairwise

from chugao.documents.cleaning import CleanParagraph
from chugao.documents.headings import number_of
from chugao.documents.naming import issuer_of
from chugao.kind import Kind, kind_of_title
from chugao.source import Frozen

MAX_TITLE = 60


_NOTICE = re.compile(r"的通知$")
DATE = re.compile(
    r"^(?:20\d\d|二[〇○零Ｏ0][〇○零Ｏ一二三四五六七八九]{2})年[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日$"
)
_DAY = re.compile(DATE.pattern.replace("^", "^(?:[（(])?").replace("$", "[)）]?$"))
ATTACHMENT = re.compile(r"^附\s?件\s?[\d一二三四五六七八九十]{0,2}\s?[:：]?$")
"""Alone on its line; “附件：1.工作要点” is the list of what follows."""
_PART_MARK = re.compile(
    r"^(?:【\s?第?篇[一二三四五六七八九十\d]{1,3}篇?\s?】|【?\s?第[一二三四五六七八九十\d]{1,3}篇\s?】?|篇[一二三四五六七八九十\d]{1,3}\s?[:：]?)(.{0,60})$"
)
_COLLECTION = re.compile(
    r"汇编|合集|[（(]\s?(?:通用|精选|精编|共)?\s?[\d一二三四五六七八九十]{1,3}\s?篇\s?[）)]|[\d一二三四五六七八九十]{1,3}篇$"
)
_COLLECTION_COUNT = re.compile(r"\s?[（(]\s?(?:通用|精选|精编|共)?\s?[\d一二三四五六七八九十]{1,3}\s?篇\s?[）)]\s?")
_RUN_IN_TITLE = re.compile(r"^(.{4,40}?(?:总结|计划|要点|思路|打算))（([一二三四五六七八九十\d]{1,2})）(?=.{20})")
_SALUTATION = re.compile(r"^(?:各位|同志们|尊敬的)")
_OPEN_TITLE = re.compile(r"(?:暨|和|及|与|年|年度|的|工作|关于印发.{2,40}|卫生健康|总体|下一步)$")
_TITLE_END = re.compile(r"^[^。，；：、]{2,24}(?:总结|计划|要点|思路|打算|安排|通知|报告|汇报)$")


class Wrapper(Frozen):
    """The 通知 a report was issued with."""

    title: str
    addressee: str
    text: str
    """Everything else of the notice: file number and body."""
    issuer: str
    date: str


class Piece:
    """Lines of one document and the title it has, if it has one."""

    def __init__(self, lines: list[CleanParagraph], title: int | None, inherited: str = "") -> None:
        self.lines = lines
        self.title = title
        """Index of the title's line; None when the document has none of its own."""
        self.inherited = inherited


def with_whole_title(lines: list[CleanParagraph]) -> list[CleanParagraph]:
    """The title of a 通知 that turns (“……关于印发” / “《……》的通知”) as one line."""
    for i, line in enumerate(lines[:6]):
        if len(line.text) > 80 or not _NOTICE.search(line.text) or "关于" in line.text:
            continue
        first = next((k for k in range(i - 1, max(-1, i - 4), -1) if "关于" in lines[k].text), None)
        above = lines[first:i] if first is not None else []
        if above and all(len(p.text) <= 40 and not re.search(r"[。；：，！]", p.text) for p in above):
            whole = line.model_copy(update={"text": "".join(p.text for p in above) + line.text})
            return [*lines[:first], whole, *lines[i + 1 :]]
        break
    return lines


def split_notice(lines: list[CleanParagraph]) -> tuple[Wrapper | None, list[CleanParagraph]]:
    """The 通知 before an attached report, and the report; (None, everything) when there is no attachment."""
    lines = with_whole_title(lines)
    lines = _with_whole_title(lines)
    top = next((i for i, p in enumerate(lines[:8]) if len(p.text) <= 80 and _NOTICE.search(p.text)), None)
    if top is None:
        return None, lines
    seen_end = False
    named = re.search(r"《([^《》]{4,60})》", lines[top].text)
    for i in range(top + 1, min(len(lines), top + 60)):
        text = lines[i].text
        titled = looks_like_title(lines[i]) or (ATTACHMENT.match(lines[i - 1].text) and _may_be_title(lines[i]))
        # What the 通知 issues by name may be of no kind we draft: 行动方案, 办法.
        titled = titled or (named is not None and _may_be_title(lines[i]) and text.startswith(named[1]))
        if seen_end and titled and not _NOTICE.search(text):
            return _wrapper(lines[:i], top), lines[i:]
        seen_end = seen_end or bool(_DAY.match(text.replace(" ", "")) or ATTACHMENT.match(text) or text == "特此通知。")
    return None, lines


def _may_be_title(line: CleanParagraph) -> bool:
    plain = not line.table and 4 <= len(line.text) <= MAX_TITLE and number_of(line.text) is None
    return plain and not line.text.endswith(("。", "；", "：", "，"))


def _wrapper(lines: list[CleanParagraph], top: int) -> Wrapper:
    texts = [p.text for p in lines if not ATTACHMENT.match(p.text)]
    title = texts[top]
    date = next((i for i, t in enumerate(texts) if i > top and DATE.match(t.replace(" ", ""))), None)
    signed = date is not None and date - 1 > top and len(texts[date - 1]) <= 30 and not texts[date - 1].endswith("。")
    issuer = date - 1 if signed and date is not None else None
    ends = (i for i, t in enumerate(texts) if i > top and t.endswith("：") and len(t) <= 80)
    addressee = next(ends, None)
    named = {top, date, issuer, addressee}
    return Wrapper(
        title=title,
        addressee=texts[addressee].rstrip("：") if addressee is not None else "",
        text="\n".join(t for i, t in enumerate(texts) if i not in named),
        issuer=texts[issuer] if issuer is not None else issuer_of(title),
        date=texts[date] if date is not None else "",
    )


def looks_like_title(line: CleanParagraph) -> bool:
    text = line.text
    plain = not line.table and 4 <= len(text) <= MAX_TITLE and number_of(text) is None and line.style_level in (None, 0)
    return plain and not re.search(r"[。；：，！]$|[。；]", text) and kind_of_title(text) is not None


def split_documents(lines: list[CleanParagraph], attached: bool = False) -> list[Piece]:
    """The documents of a file; `attached`: the lines are what a notice brought, 附件2 begins another."""
    if attached:
        starts = [i for i, p in enumerate(lines) if ATTACHMENT.match(p.text) and i + 1 < len(lines)]
        bounds = [0, *starts, len(lines)]
        return [p for n, (a, b) in enumerate(pairwise(bounds)) for p in _attachment(lines[a:b], first=n == 0)]
    lines = _with_whole_title(lines)
    title = _find_title(lines)
    name = lines[title].text if title is not None else ""
    marks = [i for i, p in enumerate(lines) if len(p.text) <= 80 and _PART_MARK.match(p.text) and not p.table]
    if len(marks) > 1:
        return _at_marks(lines, marks, title)
    collection = _COLLECTION.search(name) is not None
    if collection:
        lines = _without_contents(_split_run_in_titles(lines))
    if collection or kind_of_title(name) in (Kind.SUMMARY, Kind.PLAN):
        starts = [i for i, p in enumerate(lines) if title is not None and i > title and _starts_another(lines, i, name)]
        if collection and starts:
            return [Piece(lines[a:b], 0) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]
        if starts:
            bounds = [0, *starts, len(lines)]
            pieces = pairwise(bounds)
            return [Piece(lines[a:b], title if a == 0 else 0) for a, b in pieces]
    return [Piece(lines, title)]


def _attachment(lines: list[CleanParagraph], first: bool) -> list[Piece]:
    if first:
        return split_documents(lines)
    body = _with_whole_title(lines[1:])
    return [Piece(body, 0 if len(body[0].text) <= MAX_TITLE and not body[0].table else None)]


def _with_whole_title(lines: list[CleanParagraph]) -> list[CleanParagraph]:
    """A title set in two lines made one: “望澜市第一人民医院2025年工作总结暨” / “2026年工作计划”."""
    for i, (line, after) in enumerate(pairwise(lines[:8])):
        text = line.text
        if line.table or len(text) > MAX_TITLE or number_of(text) is not None:
            return lines
        whole = text + after.text
        open_end = _OPEN_TITLE.search(text) is not None
        tail = len(after.text) <= 24 and _TITLE_END.search(after.text) is not None and not after.table
        if open_end and tail and len(whole) <= 80 and not (line.style_level or 0) > 0:
            joined = line.model_copy(update={"text": whole, "lines": line.lines + after.lines})
            return [*lines[:i], joined, *lines[i + 2 :]]
        if kind_of_title(text) is not None:
            return lines
    return lines


def _at_marks(lines: list[CleanParagraph], marks: list[int], title: int | None) -> list[Piece]:
    """【篇一】 … 【篇二】 …: what stands before the first mark is the collection's title, lent to all."""
    lent = lines[title] if title is not None and title < marks[0] else None
    name = _COLLECTION_COUNT.sub("", lent.text) if lent else ""
    pieces = []
    for index, (start, end) in enumerate(zip(marks, [*marks[1:], len(lines)], strict=True)):
        body = lines[start + 1 : end]
        match = _PART_MARK.match(lines[start].text)
        own_name = match[1].strip(" ：:") if match else ""
        if own_name:
            body = [lines[start].model_copy(update={"text": own_name}), *body]
        own = 0 if own_name else _find_title(body[:4], strict=True)
        if own is None and index == 0 and lent is not None:
            body, own = [lent.model_copy(update={"text": name}), *body], 0
        if body:
            pieces.append(Piece(body, own, name))
    return pieces or [Piece(lines, title)]


def _starts_another(lines: list[CleanParagraph], i: int, name: str) -> bool:
    """A title in mid-file whose own numbering begins again, or whose year and kind are new."""
    if not looks_like_title(lines[i]) or lines[i].text == name or _COLLECTION.search(lines[i].text):
        return False
    ahead = (number_of(p.text) for p in lines[i + 1 : i + 40])
    first = next((n for n in ahead if n is not None), None)
    return first is None or first[1] in ("一、", "（一）", "1.", "1、", "第一部分")


def _without_contents(lines: list[CleanParagraph]) -> list[CleanParagraph]:
    """The list of titles after 目录 left out: its entries are numbered and end in a page number."""
    start = next((i for i, p in enumerate(lines[:10]) if re.fullmatch(r"目\s?录", p.text)), None)
    if start is None:
        return lines
    end = start + 1
    while end < len(lines) and re.search(r"^\d{1,2}[.．、].*[\s.…·]\d{1,4}$", lines[end].text):
        end += 1
    return [*lines[:start], *lines[end:]]


def _split_run_in_titles(lines: list[CleanParagraph]) -> list[CleanParagraph]:
    """“…工作计划（一）2026年，…”: a title that runs into its first paragraph gets its own line."""
    out: list[CleanParagraph] = []
    for line in lines:
        match = _RUN_IN_TITLE.match(line.text)
        if match and kind_of_title(match[1]):
            out.append(line.model_copy(update={"text": match[1]}))
            out.append(line.model_copy(update={"text": line.text[match.end() :]}))
        else:
            out.append(line)
    return out


def _find_title(lines: list[CleanParagraph], strict: bool = False) -> int | None:
    """Index of the title among the first lines; `strict` takes only one that announces a kind."""
    fallback: int | None = None
    for i, line in enumerate(lines[:15]):
        text = line.text
        if line.style_level == 0:
            return i
        if len(text) > 80 or text.endswith("。") or line.table:
            break
        if number_of(text) is not None or (line.style_level or 0) > 0:
            break
        if looks_like_title(line) or (len(text) <= 80 and _NOTICE.search(text)):
            return i
        if (
            _SALUTATION.match(text)
            or text.endswith(("：", "，", "；"))
            or DATE.match(text)
            or text.startswith(("—", "―"))
        ):
            continue
        if re.search(r"(?:报告|汇报|讲话|方案|规划|意见|办法|情况)(?:（.{1,10}）)?$", text):
            return i
        if fallback is None and 4 <= len(text) <= 40:
            fallback = i
    return None if strict else fallback
