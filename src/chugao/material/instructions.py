"""What leaders said, taken apart: who, when, by what way, and each thing asked for.

In: a line as a clerk wrote it down (“陈院长12月29日电话：等级评审放第一条写；托管柳津镇要突出写”).  Out: `Said`, and an `Item`
for the 意见台账.

Surprise: one line holds several wishes, and the later ones leave out what they speak of (“免陪照护是今年的大事，写在最前面”).
"""

import hashlib
import re
from typing import NamedTuple

from chugao.errors import InputError
from chugao.material.items import Item
from chugao.source import Source

_WHO = re.compile(
    r"^(?P<head>[^：:“”，。；]{2,30})[：:](?=\S)",
)
_SPEAKER = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{1,3}(?:党委书记|纪委书记|总会计师|副?院长|副?书记|副?主任|副?局长|副?科长|副?处长|总护士长|护士长|副?县长|副?市长|副?区长|副?镇长|院助|总)|^(?:党委书记|纪委书记|书记|副?院长|副?局长|总会计师)|(?:省|市|县|区|镇)?(?:卫健委|卫健局|卫生健康[委局]|政府办|党政办)|(?<![\u4e00-\u9fff])[省市县区镇](?:局|委|里)|上级|院领导|分管领导|领导|办公室|院办|党办|党政办|两办|政府办|委办|局办|院党委|院务会|党委会|院长办公会)"
)
_WHEN = re.compile(r"(?:20\d\d年)?\d{1,2}月\d{1,2}日?(?:上午|下午|晚)?|\d{1,2}[./-]\d{1,2}|今天|昨天|上周|本周")
_HOW = re.compile(
    r"电话|微信|短信|当面|口头|批示|批注|批在稿子上|在稿上改|会上讲?|碰头会|办公会|党委会|院务会|例会|铅笔|来文|通知|邮件"
)
_TOPIC = re.compile(
    r"^(?:把|将|对|关于)?(?P<topic>[\u4e00-\u9fffA-Za-z“”]{2,16}?)(?:那个数|这个数|那条|这条|那句|的事|的数|是|比|今年|去年|变差|变好|变|没有|没到|没|拖了?|推到|要|不|$)"
)


_NUMBERED = re.compile(r"^(?:\d{1,2}[.、．）)](?!\d)|[（(]\d{1,2}[）)]|[①-⑳]|[一二三四五六七八九十]{1,2}、)\s{0,4}")
"""The number a clerk put before a line; the 意见台账 gives its own."""
_DICTATED = re.compile(r"(?:写上?|写进|加上?|补上|原话|加一?句|写一?句)$")
NO_WORDS = "（照片，原话待录）"
"""Of a photo on which nothing can be read: it has its number until somebody writes down what it says."""


class Said(NamedTuple):
    """A line of the 意见台账."""

    who: str
    when: str
    how: str
    words: str
    """What was said, without who and when."""


def read_said(line: str) -> Said:
    """Who said it, when and how, as far as the line tells."""
    text = line.strip()
    match = _WHO.match(text)
    if match is None:
        return Said("", "", "", text)
    head = match["head"]
    who, when, how = _SPEAKER.search(head), _WHEN.search(head), _HOW.search(head)
    if who is None and when is None and how is None:
        return Said("", "", "", text)
    told = text[match.end() :].strip()
    if (verb := _DICTATED.search(head)) is not None:
        # “刘院长电话开头写：……”: where it is to stand is no part of who said it.
        at = max([m.end() for m in (who, when, how) if m is not None and m.end() <= verb.start()], default=verb.start())
        told = text[at:].lstrip("说讲要求，, ")
    return Said(who["who"] if who else "", when[0] if when else "", how[0] if how else "", told)


_OF_THE_PAPER = re.compile(
    r"(?:[多少别勿]|不[要用必]?|重点|突出|着重|简单|一笔带过)写|放(?:在|到)?(?:第一|最?前|开头|头一)|写(?:在|到)?(?:第一|最?前|开头|[一二两三几]条)"
)


def said_of_the_paper(text: str) -> str:
    """The leader whose wish about the paper a department passes on (“李主任说：满意度少写点”); "" for everything else."""
    said = read_said(text)
    return said.who if _OF_THE_PAPER.search(said.words) else ""


def pieces_of(words: str) -> list[list[str]]:
    """The wishes of a line: by ；and 。, each by comma; quotation marks hold together."""
    pieces: list[list[str]] = [[""]]
    quoted = 0
    for character in words:
        quoted += (character == "“") - (character == "”")
        if quoted <= 0 and character in "；;。！!\n":
            pieces.append([""])
        elif quoted <= 0 and character in "，,":
            pieces[-1].append("")
        else:
            pieces[-1][-1] += character
    kept = [[c.strip() for c in clauses if c.strip()] for clauses in pieces]
    return [clauses for clauses in kept if clauses]


def topic_in(clause: str) -> str:
    """What a clause speaks of, for the clauses behind it that do not say."""
    match = _TOPIC.match(clause)
    return match["topic"].strip("“”") if match else ""


def instruction_item(
    words: str,
    *,
    year: int,
    department: str = "",
    who: str = "",
    when: str = "",
    about: str = "",
    by: str,
    source: Source,
    attachment: str = "",
) -> Item:
    """An instruction for the 意见台账; it counts at once, since a leader said it.  Raises `InputError` for no words."""
    text = _NUMBERED.sub("", " ".join(words.split()))
    if not text:
        raise InputError(f"{source.file}：没有领导意见的内容。请写明原话。")
    said = read_said(text)
    one = f"{text}{attachment}" if text == NO_WORDS else text
    key = hashlib.sha256(f"{department}|{year}|{about}|{one}".encode()).digest()
    return Item(
        id="instruction_" + "".join(chr(ord("a") + b % 26) for b in key[:10]),
        kind="instruction",
        text=text[:500],
        department=department,
        year=year,
        status="confirmed",
        confirmed_by=by,
        source=source,
        submitter=who or said.who,
        said_at=when or said.when,
        about=about.strip(),
        attachment=attachment,
    )


def as_told(item: Item) -> str:
    """An instruction as drafting reads it: who and when in front, the part or matter it is about named."""
    said = read_said(item.text)
    words = said.words if item.about in said.words else f"{item.about}{said.words}"
    head = f"{item.submitter}{item.said_at}{said.how}"
    return f"{head}：{words}" if head else words
