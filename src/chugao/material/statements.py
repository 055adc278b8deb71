"""Take a submission apart: what is said, what is a remark to the office, what is a table, who sent it.

In: a `Document`.  Out: `Statement`s with their place in its text, and what the sender told about the sending.

Surprise: a department writes as it talks.  A remark in brackets (“这条去年的，是不是删掉？”) speaks of the sentence before
it; a numbered “heading” is often the whole matter.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chugao.corpus.people import is_surname
from chugao.documents.headings import number_of
from chugao.documents.reading import Reading
from chugao.documents.structure import Document, TextParagraph
from chugao.material.chats import Whence, is_talk, without_opening
from chugao.material.cutoffs import is_of_the_paper
from chugao.material.honours import is_honour
from chugao.material.withholding import is_wish, of_all

_REMARK = re.compile(
    r"去年的|去年抄|抄的|没来得及|要不要|写不写|用不用|是不是|能不能|可不可以|帮忙|请帮|待核|再核|再报|核实|以.{1,8}为准|电话补|不确定|记不清|大概|左右吧|[没未]锁|没出来|暂估|预估|先这样|删掉|去年写过|格式|字数|没给准|没定|先按|等.{1,6}给|发我|见附|在最后|别往外|别外传|[别不]要?写|内部掌握|不公开|？|\?|备注|^注[:：]|办公室[:：]"
)
_OLD = re.compile(r"去年的|去年抄|去年写过|抄的|上年的稿|没来得及改")
_BRACKETS = re.compile(r"[（(【][^（）()【】]{2,120}[）)】]")
_SENT_BY = re.compile(
    r"(?:填报人|报送人|填表人|联系人|经办人|撰稿人?)\s{0,4}[:：]?\s{0,4}(?P<who>[\u4e00-\u9fff]{2,4})"
)
_SIGNED = re.compile(
    r"(?:审签人?|审核人?|审定人?|签发人?|分管(?:院)?领导(?:[（(]?(?:审签|签字|签名|审核)[）)]?)?|科室?负责人(?:[（(]?签[字名][）)]?)?|科主任(?:[（(]?签[字名][）)]?)?)\s{0,4}[:：]\s{0,4}(?:(?:分管)?(?:副?院长|副?书记|院领导|副?主任|副?科长|副?部长|护士长)[\s　]{1,4})?(?P<who>[\u4e00-\u9fff]{2,4})"
)
_FORM_LINE = re.compile(
    r"^(?:填报人|报送人|填表人|联系人|经办人|撰稿|审签|审核|审定|签发|分管|科室?负责人|科主任|电话|报送时间|填报时间|日期)[^。]{0,60}$"
)
_SIGNS = re.compile(
    r"[\u4e00-\u9fff]{1,12}(?:科|部|处|室|办|院|中心|站|所|局|组|队)[\s　]{1,8}(?:主任|科长|护士长)?[\s　]{0,4}(?P<who>[\u4e00-\u9fff]{2,3})[\s　]{0,4}(?:20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?)?"
)
"""“检验科  某某某” below the text: who signs."""
_SAYS_WHAT_IT_IS = re.compile(
    r"^(?:(?:存在的?|主要)?(?:问题|不足|短板|困难)|(?:明年|来年|下一?步|下一?年|20\d\d年)(?:的?(?:工作)?(?:计划|打算|安排|思路|目标))?|(?:工作)?(?:计划|打算|思路))\s?[:：]\s?(?=\S)"
)
"""“不足：夜班人手紧”, “明年：申报基地”: the label tells where the sentence belongs and is none of it."""
PROBLEMS = re.compile(r"问题|不足|短板|困难|没做好|没有做好|欠缺|薄弱")
PROBLEM_LEAD = re.compile(
    r"^[^，。；：:]{0,8}(?:毛病|缺点|不好的地方|做得?不好的?|没做好的?|弱项|缺口|差距|做得差的|难处|难题|困难|问题|不足|短板|欠缺)[^，。；：:]{0,4}(?:[嘛呢啊吧][，,]?\s?)?(?:[：:]|就是|是(?!否)|在于|(?<=[嘛呢啊吧][，,])(?:一个|一|第一|首先)是?)"
)
_PLAN_LEAD = re.compile(r"^(?:明年|来年|下一?步|20\d\d年)(?:的?(?:工作)?(?:计划|打算|安排|思路|目标))?\s?[：:]")
MORE = re.compile(r"^(?:还有|另外|再就是|再有|同时)(?:就是|一个是|是)?[，,]?")
"""Of a sentence that tells a shortcoming wherever it stands: “毛病也有：夜里只有一个人”."""
_SHORT_OF = re.compile(
    r"[^，。；：\d]{1,10}(?:还|一直|尚)?缺(?:编)?\d{1,4}(?:个|名|人|张|台|间)|[^，。；：\d]{0,10}人手(?:不够|不足|紧)"
)
"""“治疗师缺4个”: nobody reports that as a deed."""
_FALLS_SHORT = re.compile(
    r"(?!(?:针对|解决|破解|缓解|补齐|整改|克服|改善|围绕|面对|虽|尽管|因|为|对))[^，。；“”]{2,24}?"
    r"(?:(?:仍然?|还|尚)(?:是)?(?:差|缺|没有?(?!完成|完工)|未(?!完成|完工|竣工|结束)|不(?!断))|短缺|紧缺|滞后|偏低|偏少|薄弱|跟不上|不够用|不到位)[^，。；]{0,12}(?:[，。；]|$)"
)
"""“停车位仍差200多个”, “山区县儿科医生短缺”: nor that."""
PLANS = re.compile(r"计划(?!生育|免疫)|打算|下一?步|思路|安排|明年|设想|努力方向")
_LEAD = 14
"""A first sentence this short, without a digit, names what the others tell."""
_HEADING = 24
_LABEL = re.compile(
    r"^(?:业务量?|新技术|新项目|质量|安全|管理|服务|人才|科研|教学|培训|队伍|建设|工作|情况|指标|医疗|护理|门诊|住院|急诊|手术|后勤|保障|党建|宣传|信息化?|设备|药品|院感|感染|防控|方面|开展"
    r"|制度|落实|重点|监测|规范|流程|改进|控制|预防|防范|专科|护士|护理部|医师|团队|文化|行风|作风|廉政|党风|考核|督导|督查|宣教|健康|教育|慢病|公卫|妇幼|老龄|应急|疾控|监督|执法|综合|改革|创新|学科|科教|项目|基础"
    r"|提升|提高|加强|强化|能力|技术|运行|数据|成绩|成效|主要|基本|总体|和|与|及|、|的)+$"
)
"""A run-in heading that names a field and no thing: “（一）业务量。截至11月……”."""
_FIELD = re.compile(
    r"^[\u4e00-\u9fff、和与]{2,12}(?:建设|队伍|工作|管理|服务|方面|情况|保障|改革|体系|能力|质量|安全|业务)$"
)
_PHRASES = re.compile(
    r"在[^，。]{2,30}(?:领导|带领|关心|支持|指导|帮助)下|团结一心|齐心协力|凝心聚力|圆满完成|较好地?完成|顺利完成|出色完成"
)
_ALL_DONE = re.compile(r"完成了?(?:各项|全年|年度)[^，。“]{0,8}[。]?$")
_SAYS_NOTHING = re.compile(
    r"各项(?:目标)?(?:工作|任务|指标)|年度(?:工作|任务|目标)|全年(?:工作|任务)|工作任务|预期目标|新的?(?:成绩|进展|台阶)|一定成绩"
)
_ANNOUNCES = re.compile(r"[^。]{0,60}现将[^。]{2,40}(?:汇报|报告|报送|总结|说明|小结)(?:如下|于后)?[。：:]?")
"""“按照《……通知》要求，现将……报送如下。”"""
_CAUSE = re.compile(r"^(?:主要|原因|因为|由于)(?:原因)?(?:是|在于|为)?")
_MISSED = re.compile(r"(?:没有?|未能?|尚未|还未|还没)(?:有)?(?:完成|达到|达标|实现)")
_LEANS_BACK = re.compile(
    r"^(?:未|没|尚|还|离|距|比|较|与|院里|局里|委里|上级|年初|年度|全年|目标|定的|要求|差|仍|低于|高于)"
)
_STOP = re.compile(r"(?<=[。！？!?；;])")
SPEAKS_BACK = re.compile(r"(?:该项|此项|这项|该做法|该经验|这一做法|这一经验|此举|其中[，：:]?)")
"""What opens so says nothing without the sentence before it."""


class Statement(NamedTuple):
    """One sentence or row of a submission."""

    text: str
    start: int
    """Code points in the document's text."""
    end: int
    paragraph: int
    heading: str
    part: str
    """past, future or problem."""
    note: str = ""
    """A remark of the sender about this sentence."""
    old: bool = False
    """The sender says it is last year's."""
    who: str = ""


class Sent(NamedTuple):
    """A submission taken apart."""

    statements: tuple[Statement, ...]
    remarks: tuple[Statement, ...]
    """What the sender says to the office; never drafted."""
    rows: tuple[tuple[int, int], ...]
    """First and last index of the paragraphs of each table."""
    submitter: str = ""
    signed_by: str = ""
    phrases: tuple[Statement, ...] = ()
    """Sentences that say nothing of this year: “在……领导下，较好地完成了各项任务”."""


def with_rows(reading: Reading) -> Reading:
    """Lines with cells are rows of a table, also where a table was pasted as text; quotation marks are the Chinese ones."""
    return reading.model_copy(
        update={
            "paragraphs": tuple(
                p.model_copy(update={"table": p.table or p.text.count("\t") >= 1, "text": _QUOTES.sub(r"“\1”", p.text)})
                for p in reading.paragraphs
            )
        }
    )


_QUOTES = re.compile(r'"([^"“”]*)"')
"""An English keyboard has no “”."""


def take_apart(document: Document, whence: Whence) -> Sent:
    """Everything a submission says, in order."""
    statements: list[Statement] = []
    remarks: list[Statement] = []
    phrases: list[Statement] = []
    submitter, signed = next((w for _, w in whence.values() if w), ""), ""
    under = "past"
    for number, paragraph in enumerate(document.paragraphs, 1):
        text = paragraph.text.strip()
        submitter = submitter or (m["who"] if (m := _SENT_BY.search(text)) else "")
        signed = signed or (m["who"] if (m := _SIGNED.search(text)) else "")
        who = whence.get(paragraph.lines[0] if paragraph.lines else 0, (0, ""))[1]
        under = _part_below(paragraph, text) or under
        if _is_row(paragraph) or _is_frame(paragraph, text):
            continue
        wish = ""
        for told in _told(paragraph, number):
            told = told._replace(note=wish, part=under if told.part == "past" else told.part)
            if is_wish(told.text):
                # “（此段不报政府办）……”, or behind what it speaks of.
                remarks.append(told._replace(who=who))
                said = told.text.strip("（）()【】。")
                own = [n for n, s in enumerate(statements) if s.paragraph == number]
                for at in own if of_all(told.text) else own[-1:]:
                    statements[at] = statements[at]._replace(note=said)
                wish = "" if own else said
            elif is_of_the_paper(told.text):
                remarks.append(told._replace(who=who))
            elif _is_remark(told.text):
                remarks.append(told._replace(who=who))
                if statements and statements[-1].paragraph == number and not statements[-1].note:
                    old = _OLD.search(told.text) is not None
                    statements[-1] = statements[-1]._replace(note=told.text.strip("（）()"), old=old)
            elif _is_phrase(told.text):
                phrases.append(told._replace(who=who))
            elif statements and _CAUSE.match(told.text) and statements[-1].paragraph == number:
                # “……没完成。主要是护工流动大。”: a cause says nothing by itself.
                before = statements[-1]
                joint = f"{before.text.rstrip('。；')}，{told.text}"
                statements[-1] = before._replace(text=joint, end=told.end)
            elif not ((whence or document.kind is None) and is_talk(told.text)):
                statements += (piece._replace(who=who) for piece in _with_misses_apart(told))
    tables = tuple(_tables(document))
    return Sent(tuple(statements), tuple(remarks), tables, submitter, signed, tuple(phrases))


_ON_A_LINE = 16  # characters


def _part_below(paragraph: TextParagraph, text: str) -> str:
    """What a line that only names what follows (“问题：”, “明年打算：”) makes of the paragraphs below; "" for other lines."""
    if paragraph.kind in ("title", "heading") and _is_frame(paragraph, text):
        return "past"
    if not text.endswith(("：", ":")) or len(text) > _ON_A_LINE or re.search(r"[，。；]", text):
        return ""
    return "problem" if PROBLEMS.search(text) else "future" if PLANS.search(text) else "past"


def _is_phrase(text: str) -> bool:
    """Whether a sentence fits any year: who led, that all was done, and neither a number nor a name."""
    if _ANNOUNCES.fullmatch(text):
        return True
    bare = re.sub(r"20\d\d年?", "", text)
    return (
        not re.search(r"[\d《]", bare)
        and ("“" not in bare or _ALL_DONE.search(bare) is not None)
        and _PHRASES.search(text) is not None
        and _SAYS_NOTHING.search(text) is not None
    )


def _with_misses_apart(told: Statement) -> Iterator[Statement]:
    """A statement, and apart from it the clauses that tell of a missed target: those are a shortcoming."""
    missed = _MISSED.search(told.text)
    if (
        missed is None
        or told.part != "past"
        or "目标" not in told.text[max(0, missed.start() - 20) : missed.end() + 14]
    ):
        yield told
        return
    starts = [0, *(m.end() for m in re.finditer(r"[，；]", told.text))]
    at = max(n for n, start in enumerate(starts) if start <= missed.start())
    while at and _LEANS_BACK.match(told.text[starts[at] :]):
        at -= 1
    cut, end = starts[at], len(told.text)
    if next_clause := re.search(r"；|。(?=.)", told.text[missed.end() :]):
        end = missed.end() + next_clause.end()
    if cut:
        rest = told.text[:cut].rstrip("，；") + "。"
        yield told._replace(text=rest, end=told.start + cut)
    yield told._replace(text=told.text[cut:end], start=told.start + cut, end=told.start + end, part="problem")
    if told.text[end:].strip("。； "):
        yield told._replace(text=told.text[end:].strip(), start=told.start + end)


def _is_frame(paragraph: TextParagraph, text: str) -> bool:
    """Whether a line is title, heading or signature and says nothing about the year."""
    if paragraph.kind in ("title", "front", "signature") or _FORM_LINE.match(text):
        return True
    if re.fullmatch(r"[\u4e00-\u9fff]{2,12}(?:科|部|处|室|办|院|中心)?[\s　]*20\d\d年\d{1,2}月\d{1,2}日", text):
        return True
    if (signed := _SIGNS.fullmatch(text.rstrip("。"))) is not None and is_surname(signed["who"][0]):
        return True
    if paragraph.kind != "heading":
        return False
    number = number_of(text)
    words = text[number[2] :] if number else text
    deep = number is not None and number[0] >= 3
    return not (words.endswith(("。", "；")) or (deep and (len(words) >= 12 or re.search(r"\d", words) is not None)))


def _told(paragraph: TextParagraph, number: int) -> Iterator[Statement]:
    """The sentences of a paragraph; a short first one that names the topic stays with the second."""
    headings = [h for h in paragraph.heading_path if len(h) <= _HEADING and not re.search(r"[，。；]", h)]
    heading = headings[-1] if headings else ""
    own = paragraph.text[: paragraph.body] if paragraph.body else ""
    if paragraph.kind == "heading" or (heading and heading in own):
        heading = headings[-2] if len(headings) > 1 else ""
    over = next((h for h in reversed(headings) if PROBLEMS.search(h) or PLANS.search(h)), heading)
    part = "problem" if PROBLEMS.search(over) else "future" if PLANS.search(over) else "past"
    if part == "past":
        # “问题嘛，就是……；还有……”, “明年打算：……；……”: what follows in the paragraph is of the same kind.
        lead_words = _without_number(paragraph.text)
        part = "problem" if PROBLEM_LEAD.match(lead_words) else "future" if _PLAN_LEAD.match(lead_words) else part
    apart = part in ("problem", "future") or is_honour(heading, "")
    pieces = list(_sentences(paragraph.text, split=apart))
    lead = 0
    for i, (start, end) in enumerate(pieces):
        text = paragraph.text[start:end]
        words = _without_number(text)
        names = i == 0 and len(words) <= _LEAD and not re.search(r"\d", words) and len(pieces) > 1 and not is_wish(text)
        names = names and not apart
        if names and not _is_remark(paragraph.text[pieces[1][0] : pieces[1][1]]) and part == "past":
            bare = words.rstrip("。：: ")
            again = bare in paragraph.text[pieces[1][0] : pieces[1][1]]
            if again or words.endswith(("：", ":")) or _LABEL.match(bare) or _FIELD.match(bare):
                heading = bare
            else:
                lead = start + 1
            continue
        first = lead - 1 if lead else start
        lead = 0
        trimmed = paragraph.text[first:end]
        at = first + len(trimmed) - len(_without_number(trimmed).lstrip())
        said = paragraph.text[at:end]
        told = "problem" if any(p.match(said) for p in (PROBLEM_LEAD, _SHORT_OF)) else part
        told = "problem" if part == "past" and _FALLS_SHORT.match(said) else told
        if told != "past" and (label := _SAYS_WHAT_IT_IS.match(said)) is not None:
            at += label.end()
        if paragraph.text[at:end].strip() and not paragraph.text[at:end].rstrip().endswith(("：", ":")):
            yield Statement(
                paragraph.text[at:end].strip(), paragraph.start + at, paragraph.start + end, number, heading, told
            )


def _sentences(text: str, *, split: bool) -> Iterator[tuple[int, int]]:
    """Spans of sentences; a bracketed remark is one of its own, and so is each item of a list that runs on."""
    items = dict(run_in(text))
    cuts = {0, len(text), *items}
    for match in _STOP.finditer(text):
        if SPEAKS_BACK.match(text, match.start()):
            continue
        if text[match.start() - 1] not in "；;" or split or _is_another(text, match.start()):
            cuts.add(match.start())
    cuts |= set(_between_honours(text, sorted(cuts)))
    for match in _BRACKETS.finditer(text):
        cuts -= set(range(match.start() + 1, match.end()))
        if _is_remark(match[0]) or is_wish(match[0]):
            cuts |= {match.start(), match.end()}
    ends = sorted(cuts)
    for start, end in pairwise(ends):
        start = items.get(start, start)
        words = text[start:end]
        if words.strip(" 　，。；"):
            yield start + len(words) - len(words.lstrip()), start + len(words.rstrip())


_ENUMERATOR = re.compile(
    r"(?:(?<=[；;。：:])|(?<![^\s]))\s{0,2}(?:[（(]?(?P<n>\d{1,2})(?:[、)）]|[.．](?!\d))|(?P<c>[①-⑳]))\s{0,2}"
)


def run_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the items of “……：1.……；2.……；3.……” begin, and where their words do; they count from one, all in order."""
    found: list[tuple[int, int]] = []
    for match in _ENUMERATOR.finditer(text):
        number = int(match["n"]) if match["n"] else ord(match["c"]) - ord("①") + 1
        if number == len(found) + 1:
            found.append(match.span())
    if len(found) > 1:
        yield from found


def _is_another(text: str, at: int) -> bool:
    """Whether behind a semicolon another deed is told: each side has its own number or time."""
    before = re.split(r"[。；;]", text[: at - 1])[-1]
    after = re.split(r"[。；;]", text[at:], maxsplit=1)[0]
    own = min(len(before), len(after)) >= _A_DEED and not _CARRIES_ON.match(after)
    return own and all(re.search(r"\d|[上下]半年|[一二三四]季度", side) for side in (before, after))


_A_DEED = 12
_CARRIES_ON = re.compile(
    r"\s*(?:其中|分别|比|较|同比|环比|占|由|并|且|也|均|都|增长|下降|提高|减少|去年|上年|[（(])|\s*[\u4e00-\u9fff]{0,6}(?:同比|较上年|比上年)"
)


_ANOTHER_GOT = re.compile(
    r"，(?=(?:(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日)?|年内|同月)?(?:荣?获(?!得?[^，。；]{0,6}(?:批|利))|被(?:评|授|命名|省|市|县|国家)))"
)
"""“获评……先进单位，12月获……称号”."""


def _between_honours(text: str, cuts: Sequence[int]) -> Iterator[int]:
    """Where one sentence tells several honours, each is one of its own: each has a granting body and a number."""
    for start, end in pairwise(cuts):
        stops = [m.start() for m in _STOP.finditer(text, start, end) if m.start() > start]
        another = [m.end() for m in _ANOTHER_GOT.finditer(text, start, end) if is_honour("", text[start : m.start()])]
        marks = [start, *sorted({*stops, *another}), end]
        if len(marks) > 2 and any(is_honour("", text[a:b]) for a, b in pairwise(marks)):
            yield from marks[1:-1]


def _without_number(text: str) -> str:
    number = number_of(text)
    text = re.sub(r"^(?:说明|备注|注)[:：]\s{0,2}", "", text)
    rest = text[number[2] :] if number else re.sub(r"^\d{1,2}[、.．](?=\d{1,2}月)", "", text)
    return without_opening(re.sub(r"^[一二三四五六七八九十]{1,2}[是、]|^[①-⑩]\s?|^[-·•●◆■]\s?", "", rest))


_IS_PROOF = re.compile(r"[科处局厅委部院会办心](?:出具)?(?:证明|认定|鉴定|通报|公布|备案|批复|查新|确认)$")
"""“（市卫健委妇幼科通报）” says who vouches for it."""


def _is_remark(text: str) -> bool:
    """Whether a piece speaks to the office and not of the year."""
    bracketed = text.startswith(("（", "(")) and text.rstrip("。").endswith(("）", ")"))
    words = text.strip("（）()。")
    if bracketed and _IS_PROOF.search(words):
        return False
    if bracketed and is_talk(words):
        return True
    return (bracketed or text.endswith(("？", "?"))) and _REMARK.search(text) is not None


def _tables(document: Document) -> Iterator[tuple[int, int]]:
    paragraphs = document.paragraphs
    start: int | None = None
    for i, paragraph in enumerate((*paragraphs, None)):
        table = paragraph is not None and _is_row(paragraph)
        if table and start is None:
            start = i
        elif not table and start is not None:
            yield from _each_table(document, start, i - 1)
            start = None


def _each_table(document: Document, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Tables right below one another, each from its own head or title on."""
    rows = cells_of(document.paragraphs[first : last + 1])
    opened, titled = 0, False
    for at, row in enumerate(rows):
        title = len(set(filter(None, row))) == 1 and not re.fullmatch(r"[\d.,%]+", row[0])
        head = row[0] in _HEADS and len(set(filter(None, row))) > 1 and not any(map(_is_value, row))
        if at > opened and (title or head) and not titled:
            yield first + opened, first + at - 1
            opened = at
        titled = title
    yield first + opened, last


_HEADS = frozenset(
    (
        "序号",
        "项目",
        "内容",
        "名称",
        "指标",
        "指标名称",
        "类别",
        "月份",
        "时间",
        "时段",
        "季度",
        "期间",
        "事项",
        "科室",
        "部门",
    )
)


def _is_value(cell: str) -> bool:
    return re.fullmatch(r"[-+]?\d[\d.,]*(?:[%‰万亿]|[\u4e00-\u9fff]{1,3})?", cell) is not None and not re.fullmatch(
        r"20\d\d年?", cell
    )


def _is_row(paragraph: TextParagraph) -> bool:
    """Whether a line is a row of a table, or looks like one that was pasted."""
    return paragraph.kind == "table" or paragraph.text.count("\t") >= 2 or paragraph.text.count("|") >= 3


def cells_of(paragraphs: Sequence[TextParagraph]) -> list[list[str]]:
    """The rows of a table as cells."""
    return [
        [c.strip() for c in (p.text.split("\t") if "\t" in p.text else p.text.strip("| ").split("|"))]
        for p in paragraphs
    ]
