"""What stands around and under a document: the notice that issues it, its title, the parts its title promises, its end.

In: a `Reading`.  Out: hits.  Statutory kinds of document are fifteen; 总结, 计划, 要点 and 思路 are not among them.

Surprise: a text cut off by a pay wall lacks its whole second half, so one cause is told once: cut off, not two parts missing.
"""

import re
from collections.abc import Iterator

from chugao.checks.reading import Finder, Hit, Line, Reading
from chugao.kind import Kind
from chugao.source import Severity

_TITLE_OF_NOTICE = re.compile(r"关于.{2,60}的通知$")
_CLOSED = re.compile(r"特此通知|请[^。]{0,30}(?:执行|落实|贯彻|遵照|组织实施|学习|参阅|研究|抓好|推进)")
_FILE_NUMBER = re.compile(r"^[^，。；]{0,24}[\[【（(〔]20\d\d[\]】）)〕]第?\d{1,4}号$")
_NOT_A_KIND = re.compile(r"(?:要点|总结|计划|思路|打算|安排)$")


def notice_complete(reading: Reading) -> Iterator[Hit]:
    """C40: a 通知 has its title, addressee, signature and date; 要点 is issued by one, never by itself."""
    wrapper = reading.document.wrapper
    if wrapper is not None:
        at = reading.plain.find(wrapper.title)
        start, end = (at, at + len(wrapper.title)) if at >= 0 else (0, 0)
        if not _TITLE_OF_NOTICE.search(wrapper.title):
            yield Hit(start, end, "通知的标题应写“关于印发《……》的通知”。")
        for missing, name in ((wrapper.addressee, "主送机关"), (wrapper.issuer, "署名"), (wrapper.date, "成文日期")):
            if not missing:
                yield Hit(start, end, f"通知缺{name}。请补上。")
        if not _CLOSED.search(wrapper.text):
            yield Hit(start, end, "通知没有结束语。请写“特此通知。”或“请认真贯彻执行。”", Severity.WARNING)
        return
    for number, title in zip(reading.lines, reading.lines[1:6], strict=False):
        if number.start > 200 or number.kind not in ("front", "title") or title.kind not in ("front", "title"):
            return
        if _FILE_NUMBER.match(number.text) and _NOT_A_KIND.search(title.text) and "通知" not in title.text:
            hint = f"“{title.text[-2:]}”不是公文文种，不能直接编号行文。应以《关于印发……的通知》印发。"
            yield Hit(title.start, title.end, hint)


# --- parts that the title promises ----------------------------------------------------------------

_EXCERPT = 300
"""A text as short as this may be an excerpt: what is missing is asked after, not forbidden."""
_PROBLEM = re.compile(r"不足|问题|短板|困难|差距|薄弱|瓶颈|挑战|有待|还不够|不够")
_SHORTCOMINGS_PROMISED = re.compile(r"成效(?:与|和|及|、)不足|(?:与|和|及|、)(?:存在)?(?:的)?(?:不足|问题)")


def parts_promised(reading: Reading) -> Iterator[Hit]:
    """C18: the title's “暨计划” and a heading's “与不足” are kept."""
    if reading.ours or not reading.lines or reading.characters < 150:
        return
    if "truncated" in reading.document.flags and not _ends_whole(reading):
        return  # what is missing may have stood on the part that was cut off
    title = next((x for x in reading.lines if x.kind == "title"), reading.lines[0])
    if reading.kind is Kind.SUMMARY_PLAN and re.search(r"计划|打算|安排|思路|下一步|要点", reading.title):
        own = [x for x in reading.lines if x.part == 0]
        if not any(x.role == "计划" for x in own if x.kind in ("body", "heading")):
            excerpt = Severity.WARNING if reading.characters < _EXCERPT else None
            yield Hit(title.start, title.end, "题目写了计划，正文没有计划部分。请补写，或改题目。", excerpt)
    for at, line in enumerate(reading.lines):
        if line.heading is None or not _SHORTCOMINGS_PROMISED.search(line.heading.heading):
            continue
        body = list(_under(reading.lines, at))
        if sum(len(x.text) for x in body) > 100 and not any(_PROBLEM.search(x.text) for x in body):
            yield Hit(line.start, line.end, "标题写了不足，下面只有成效。请补写不足和原因，或改标题。")


def _under(lines: tuple[Line, ...], at: int) -> Iterator[Line]:
    """Lines below a heading, up to the next of its own level."""
    own = lines[at].heading
    for line in lines[at + 1 :]:
        if line.heading is not None and own is not None and line.heading.level <= own.level:
            return
        yield line


def _ends_whole(reading: Reading) -> bool:
    """Whether the last line of prose ends as a sentence does."""
    prose = [x for x in reading.lines if x.kind == "body"]
    return bool(prose) and prose[-1].text.endswith(("。", "！", "？", "）", "”", "》"))


def cut_off(reading: Reading) -> Iterator[Hit]:
    """C45: the text stops in mid-sentence, or its page said there was more."""
    documents = (reading.document, *reading.document.parts)
    if reading.ours or not any("truncated" in d.flags for d in documents):
        return
    if _ends_whole(reading) and any(parts_promised(reading)):
        return  # it is whole and lacks a part, which is said already
    prose = [x for x in reading.lines if x.kind in ("body", "heading")]
    if not prose or reading.characters < 60:
        return
    last = prose[-1]
    start = max(last.start, last.end - 16)
    yield Hit(start, last.end, "文稿没有完：最后一句断在这里，或来源网页只给了一部分。请取全文。")


_TITLE = re.compile(r"(?:总结|计划|要点|思路|打算|安排|汇报)(?:（[^）]{1,10}）)?[。，；：、]?$")


def read_in_part(reading: Reading) -> Iterator[Hit]:
    """C45: a text far longer than any report; the rest of it was not read."""
    if reading.cut:
        hint = f"文稿太长，只核对了前{len(reading.text)}字的数字和表述。请按篇拆开，分别核对。"
        yield Hit(len(reading.text) - 1, len(reading.text), hint)


def title_fits(reading: Reading) -> Iterator[Hit]:
    """C43: a title of more than three lines, or one that ends in a mark."""
    title = next((x for x in reading.lines if x.kind == "title"), reading.lines[0] if reading.lines else None)
    if title is None or len(title.text) > 120 or not _TITLE.search(title.text) or "。" in title.text[:-1]:
        return
    if len(title.text) > 60:
        yield Hit(title.start, title.end, f"标题{len(title.text)}个字，排出来超过三行。请压到60字以内。")
    elif re.search(r"[。，；：、]$", title.text) and len(title.text) <= 40:
        yield Hit(title.end - 1, title.end, "标题末尾不用标点。")


# --- scope ----------------------------------------------------------------------------------------

_HOUSE = re.compile(r"院党委|我院|全院|院领导|我科|全科室")
_REGION = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})个(?:县|县区|县（区）|县市区|乡镇|区县)|(?:\d{1,3})家(?:二级以上医院|成员单位|基层机构|医疗机构)|县级医院延伸|各县区|全市(?:各|医疗机构)"
)


def one_level(reading: Reading) -> Iterator[Hit]:
    """C17: the lead speaks for a hospital, the body for a region."""
    lead = next((x for x in reading.body if len(x.text) > 30), None)
    house = _HOUSE.search(lead.text) if lead else None
    if house is None or lead is None or reading.level in ("区县", "市"):
        return
    found = [(s, m) for s in reading.sentences for m in _REGION.finditer(s.text)]
    if len(found) >= 3:
        sentence, match = found[0]
        quotes = "、".join(dict.fromkeys(m.group() for _, m in found[:4]))
        hint = f"开头说的是“{house.group()}”，正文却写全地区的事（{quotes}等{len(found)}处）。请核对是谁的总结。"
        yield Hit(sentence.start + match.start(), sentence.start + match.end(), hint)


FINDERS: dict[str, Finder] = {
    "shell": notice_complete,
    "part-missing": parts_promised,
    "cut-off": cut_off,
    "read-in-part": read_in_part,
    "title": title_fits,
    "scope": one_level,
}
