"""Pasted chats: who said each piece, what is only talk, and the rest as lines of a report.

In: a `Reading`.  Out: whether it came out of a chat; a reading with a title over it, and who sent each line.

A chat is known by its shape: a clock beside a name and nothing else on the line, or one name with a colon before several
pieces.  What is talk is judged carefully: a piece with a figure in it is never talk, so that no number is lost.
"""

import re
from collections import Counter

from chugao.corpus.people import is_surname
from chugao.documents.headings import number_of
from chugao.documents.paragraph import Paragraph
from chugao.documents.reading import Reading
from chugao.material.withholding import release_wished

_DAY = r"(?:(?:20\d\d\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|昨天|今天|前天|星期[一二三四五六日天]|周[一二三四五六日])"
_CLOCK = (
    rf"[\[【(（]?(?:{_DAY}\s{{0,4}})?(?:上午|下午|晚上|凌晨|中午)?\s?\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?[\]】)）]?"
)
_WHO = r"[\u4e00-\u9fffA-Za-z·_（）()\[\]【】\- /。~～*]{1,24}?"
_AFTER = re.compile(rf"^(?P<who>{_WHO})\s{{0,6}}[:：]?\s{{0,6}}{_CLOCK}\s{{0,4}}[:：]?$")
_BEFORE = re.compile(rf"^{_CLOCK}\s{{0,6}}(?P<who>{_WHO})\s{{0,4}}[:：]?$")
_INLINE = re.compile(rf"^{_CLOCK}\s{{0,6}}(?P<who>{_WHO})\s{{0,2}}[:：]\s{{0,4}}(?P<said>\S.{{0,2000}})$", re.S)
_NAMED = re.compile(r"^(?P<who>[\u4e00-\u9fff（）()·—\-]{1,12})\s{0,2}[:：]\s{0,4}(?P<said>\S.{0,2000})$", re.S)
_TITLED = r"(?:主任|护士长|科长|处长|院长|部长|医生|医师|老师|干事|同志|姐|哥|工|总)"
_NAME_LINE = re.compile(
    rf"^(?P<who>[\u4e00-\u9fff]{{0,8}}(?:{_TITLED}|[老小][\u4e00-\u9fff])|[\u4e00-\u9fff]{{2,4}})\s{{0,4}}[:：]$"
)
_CLOCK_ALONE = re.compile(rf"^{_CLOCK}$")
_ONE_NAME = re.compile(r"^[\u4e00-\u9fffA-Za-z·（）()\-— ]{2,16}$")
_NOISE = re.compile(
    r"\[(?:图片|表情|语音|视频|文件|链接|动画表情)[^\]]{0,20}\]|\[[\u4e00-\u9fffA-Za-z]{1,6}\]|@[^\s@]{1,12}\s?"
    r"|[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F\u200D]"
)
_QUOTED = re.compile(r"^(?:>|＞|\|)\s{0,4}")
_OPENING = re.compile(
    r"^(?:(?:哦|噢|嗯|呃|哎|啊)?(?:对了|还有(?:个|一个|件|一件)事|还有就是|还有|另外|然后|再就是|再一个就是|再一个|那个|补充一下|补一条)[，,、：:\s]{0,2}|(?:嗯|呃|哎|哦)[，,]"
    rf"|[\u4e00-\u9fff]{{1,3}}{_TITLED}[，,]\s{{0,2}}(?=[\u4e00-\u9fff\d]{{4}})"
    r"|(?:头一|第[一二三四五六七八九十])(?:件|个|条|项)(?:事)?(?:呢|嘛|啊|，|,|、|：|就是|是){1,3})"
)
_TALK = re.compile(
    r"^(?:收到|好的?|谢谢|辛苦了?|麻烦了?|嗯+|OK|ok|请查收|发你了?|你好|您好|在吗|行|可以|没问题|知道了|明白)[\s，。！!~～啦了哈]*(?:谢谢|辛苦了?)?[。！!~～]*$"
    r"|(?:发我|发给我|别拖|下班前|催一下|发一下|报一下|给我|帮我|帮忙|麻烦|劳驾|辛苦|谢谢|查收|晚点|回头|稍后|待会|先报|先发|收到|我说一下|说一下啊|都在这|见附件|数都)"
    r"|(?:吗|呢|么|吧|不算|算不算|写不写|要不要|是不是|行不行|可不可以)[^，。；]{0,8}[？?]?$|[？?]$|^(?:别|不要|不用)写"
    r"|我[^，。；]{0,4}(?:口述|说|讲|列|汇报)一下(?:我们?科?[室部]?的?|情况|工作)*$"
    r"|^(?:算的|是的|对的|不算|不是)|(?:让|叫|要|喊)我[^，。；]{0,12}(?:列|报|说|写|整理|汇总|弄)(?:一?下|上来|出来)"
)
_URGED = re.compile(r"发我|发给我|报给我|交给我|别拖|下班前|催一下|尽快报|抓紧报")
"""Of a piece that asks for something, the hour is no figure of the year."""
_REPLY = re.compile(r"^[\u4e00-\u9fff]{1,8}(?:报|发|写|管|定)$")
_RUN_IN = re.compile(r"(?<=[：:])\s{0,2}(?=(?:1|一|①)[、.．)）])")
"""Behind “今年的几件事：” the first item of a list begins on the same line."""
_ASKED = re.compile(
    r"^(?P<of>[\u4e00-\u9fffA-Za-z]{2,16}?)(?:呢|是|有|到|达到?)?(?:多少|几(?:个|人|例|台|次)?)(?:啊|呀|呢)?[？?]?$"
)
_FIGURE_ALONE = re.compile(r"^(?:是|有|大概|大约|约)?(?=\d)")
_TITLE = re.compile(
    r"^[\u4e00-\u9fff]{0,8}(?:20\d\d年|今年)?[\u4e00-\u9fff]{0,6}(?:材料|总结|小结|汇报|情况)[：:]?$"
    r"|^[\u4e00-\u9fff·]{2,20}群(?:聊天?)?(?:[（(]\d{1,3}人?[）)])?(?:的?聊天记录)?$"
)
_OF_DEPARTMENT = re.compile(
    r"^(?P<of>[\u4e00-\u9fff]{1,8}?(?:科|部|病区|中心|办公室|门诊|室))(?![长室员])(?:$|[\s\-—_·（(/]|[\u4e00-\u9fff]{1,5}$)"
)
_HEADING = 24
_LEAST = 8

Whence = dict[int, tuple[int, str]]
"""Of pasted text: line of the reading made of it → paragraph as pasted, and who sent it."""


def is_pasted(reading: Reading) -> bool:
    """Whether a text came out of a chat: names and times stand over its pieces, or names before several of them."""
    lines = [p.text.strip() for p in reading.paragraphs if not p.table]
    return bool(_speakers(lines)) or any(_head(t) or _name_line(t) for t in lines) or bool(_over_clocks(lines))


def as_report(reading: Reading, title: str) -> tuple[Reading, Whence]:
    """Pasted text as a report: a title over it, names and times taken off, each line closed so that no two become one.

    What is only talk keeps its line, in brackets: it is told to the office as a remark and never drafted.
    """
    lines, who, asked = [Paragraph(text=title, style_level=0)], "", ""
    whence: Whence = {}
    every = [p.text.strip() for p in reading.paragraphs]
    speakers, over = _speakers(every), _over_clocks(every)
    senders = {head["who"].strip() for t in every if (head := _head(t))}
    for number, paragraph in enumerate(reading.paragraphs, 1):
        text = _QUOTED.sub("", _NOISE.sub("", paragraph.text).strip())
        if text in senders or (not re.search(r"\w", text) and not paragraph.table):
            who = text if text in senders else who
            continue
        if _said_before(paragraph.text, every[: number - 1]):
            continue
        if number - 1 in over:
            who = text
            continue
        if _CLOCK_ALONE.match(text):
            continue
        head = _head(text) or _name_line(text)
        if head is not None:
            who = head["who"].strip()
            text = head.groupdict().get("said") or ""
        elif (named := _NAMED.match(text)) and named["who"] in speakers:
            who, text = named["who"], named["said"]
        text = _with_commas(without_opening(_QUOTED.sub("", text.strip()))) if not paragraph.table else text
        if not text.strip("，。！!~～ ") or (not whence and _TITLE.match(text)):
            continue
        if asked and _FIGURE_ALONE.match(text):
            text = asked + _FIGURE_ALONE.sub("", text)  # “床位使用率多少？” “96.3，去年94.8”
        asked = question["of"] if (question := _ASKED.match(text)) else ""
        whence[number] = (number, who)
        for piece in _RUN_IN.split(text, maxsplit=1):
            shown = piece if paragraph.table else _with_talk_in_brackets(piece)
            lines.append(paragraph.model_copy(update={"text": shown, "line": number}))
    return reading.model_copy(update={"paragraphs": tuple(lines)}), whence


_BLANKS = re.compile(r"(?<=[\u4e00-\u9fff）%‰])[ \u3000]{1,8}(?=[\u4e00-\u9fff（])")
_PIECE = 4


def _with_commas(text: str) -> str:
    """In a chat a blank does for a comma: “离职率偏高 今年走了7个”; between two short words it parts names."""
    pieces = _BLANKS.split(text)
    told = [len(p.strip()) >= _PIECE for p in pieces[:-1]]
    long = bool(told) and all(told) and (len(pieces[-1].strip()) >= _PIECE or release_wished(pieces[-1]) is not None)
    return "，".join(p.strip() for p in pieces) if long and number_of(text) is None else text


_REPEATED = re.compile(r"^\s*[「“\"](?P<who>[^「」：:]{1,24})[：:]\s?(?P<said>[^「」]+)[」”\"]\s*$")


def _said_before(text: str, earlier: list[str]) -> bool:
    """Whether a line repeats what stands above, for somebody to answer it: “「药剂科-孙立平：占比43.7%」”."""
    repeated = _REPEATED.match(text)
    return repeated is not None and any(repeated["said"].strip() in line for line in earlier)


def department_of(who: str) -> str:
    """“骨科” of “骨科-王” and “骨科王主任”; "" where a name tells no department."""
    named = _OF_DEPARTMENT.match(who)
    return named["of"] if named else ""


def is_talk(text: str) -> bool:
    """Whether a piece speaks to a colleague and says nothing of the year; never one with a figure in it."""
    text = re.sub(r"(?<!\d)\d{1,2}(?:点半?|[:：]\d{2})|\d{1,2}[.、]", "", text) if _URGED.search(text) else text
    if re.search(r"\d|[一二三四五六七八九十百千万两]+(?:个|次|例|台|人|项|家|场|份|回|月|分|%|％)", text):
        return False
    words = text.strip().rstrip("。！!~～")
    return len(words) <= 40 and (_TALK.search(words) is not None or _REPLY.match(words) is not None)


def _with_talk_in_brackets(piece: str) -> str:
    """“上了省台，这个算不算亮点” is a thing that was done and a question about it."""
    said, comma, asked = piece.rstrip("。").rpartition("，")
    if comma and len(said) >= _LEAST and is_talk(asked) and not is_talk(said):
        return f"{_closed(said)}（{asked}）"
    return f"（{piece.rstrip('。')}）" if is_talk(piece) else _closed(piece)


def without_opening(text: str) -> str:
    """A spoken sentence without “哦对了，”, “头一件，”."""
    return _OPENING.sub("", text)


def _head(text: str) -> "re.Match[str] | None":
    """A name with a clock beside it, alone on a line or before what was said."""
    if len(text) > 2200 or not re.search(r"\d{1,2}[:：]\d{2}", text[:60]):
        return None
    return _AFTER.match(text) or _BEFORE.match(text) or _INLINE.match(text)


def _name_line(text: str) -> "re.Match[str] | None":
    """A person's name with a colon, alone on a line; “局办公室：” and “各位领导：” are whom a paper is sent to."""
    named = _NAME_LINE.match(text)
    return named if named and _is_name(named["who"]) and not _AN_OFFICE.search(named["who"]) else None


_AN_OFFICE = re.compile(r"(?:[科室局院部办委处站会组]|中心|政府|领导|首长|单位|同志们?)$|^(?:各|尊敬)")


def _over_clocks(lines: list[str]) -> frozenset[int]:
    """Lines that are a name and nothing else, right over a clock: how some chats copy out."""
    clocks = [n for n, text in enumerate(lines) if n and _CLOCK_ALONE.match(text)]
    return frozenset(n - 1 for n in clocks if _ONE_NAME.match(lines[n - 1]))


def _speakers(lines: list[str]) -> frozenset[str]:
    """Names that stand with a colon before two pieces or more."""
    named = [m["who"] for t in lines if (m := _NAMED.match(t))]
    return frozenset(who for who, count in Counter(named).items() if count > 1 and _is_name(who))


def _is_name(who: str) -> bool:
    last = re.split(r"[（(—\-]", who)[0] or who
    return (
        re.search(rf"{_TITLED}$", last) is not None
        or (len(last) <= 3 and is_surname(last[0]))
        or re.match(r"^[\u4e00-\u9fff]{0,6}[老小][\u4e00-\u9fff]$", last) is not None
    )


def _closed(text: str) -> str:
    done = text.endswith(("。", "！", "？", "；", "：", "?", ":", "!", ";")) or "\t" in text
    text = text.rstrip("，,、 ") if not done else text
    number = number_of(text)
    heading = number is not None and len(text) <= _HEADING and not re.search(r"[\d，：:]", text[number[2] :])
    return text if done or heading else f"{text}。"
