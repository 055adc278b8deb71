"""What a 通知 asks for beside headings: how long, by when, which tables, and rules for the text.

In: its lines.  Out: a ceiling, a deadline as written, names of tables, and the rules that the text itself must follow.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

_LIMIT = re.compile(
    r"(?:不超过|不得超过|不要超过|控制在|限(?:定|制)?(?:在|为)?|以内|约|为|在|：|:|\(|不多于|至多|(?<=[^\d])|^)\s{0,4}(?:\d{3,5}\s{0,4}[-—–~～至到]\s{0,4})?(\d{3,5})\s{0,4}个?字(?:以内|之内|以下|左右|内)?"
)
_HAN_LENGTH = re.compile(r"(?:([一二三四五六七八九两])千)?零?(?:([一二三四五六七八九两])百)?(?<=[千百])个?字")
_LIMIT_SAID = re.compile(r"不超过|不得超过|不要超过|控制|限|以内|之内|以下|左右|字数|篇幅|不多于|至多")
_OF_A_PIECE = re.compile(r"每[条项篇个]|标题|题目|简介|摘要|案例|单条|[每各]部分|小标题|不少于|至少|以上")
_DEADLINE = re.compile(
    r"((?:20\d\d年)?\d{1,2}月\d{1,2}日(?:[（(][^（）()]{1,6}[）)])?(?:(?:上午|下午|中午|晚上?)?\d{1,2}(?:[:：]\d{2}|[点时](?:半|\d{2}分)?)|下班|上午|下午|中午|晚)?)[）)]?\s{0,4}(?:下班)?(?:之?前|以前|止|截止)"
)
_DEADLINE_LABEL = re.compile(
    r"(?:截止(?:时间|日期)?|报送(?:时间|时限)|时间要求|时限要求|完成时限)[^\d]{0,8}((?:20\d\d年)?\d{1,2}月\d{1,2}日(?:[^，。；]{0,8}\d{1,2}[:：点时]\d{0,2})?)"
)
_SENDING = re.compile(r"报|邮箱|给我|发我|反馈|提交|发(?:送|至)|截止|汇总|交")
_TABLE = re.compile(r"《([^《》]{3,40}?表)》")
_TABLE_LINE = re.compile(
    r"^(?:附[件表]\s{0,4}\d*\s{0,4}[:：.．]?\s{0,4}|\d{1,2}\s{0,4}[.．、]\s{0,4})((?:20\d\d年)?[^：。，；《》]{2,30}?(?:情况|统计|完成|分解|指标|汇总|自评|明细|任务|目标)[^：。，；《》]{0,8}表)(?:[（(].*)?$"
)
_TEXT_RULE = re.compile(
    r"(?:问题|不足|短板)[^，。；]{0,6}写[一二两三四五六\d]{1,2}[条个点项]|(?:不写|不要写|不得(?:出现|使用|写)|不用|避免)[^。；“”]{0,4}“[^“”]{2,30}”(?:[、，和或及]{0,1}“[^“”]{2,30}”){0,8}|亮点[^，。；]{0,10}写[一二两三四五六\d]{1,2}[条个点项]|(?:不写|不要写)[^“，。；]{2,16}(?=[，。；]|$)"
)


def ceiling_in(lines: Iterable[str]) -> int:
    """The tightest number of characters the whole paper may have; 0 when none is set."""
    found = []
    for line in lines:
        text = re.sub(r"(?<=\d)[,，](?=\d{3})", "", unicodedata.normalize("NFKC", line))
        for clause in re.split(r"[。;；，,]", text):
            if _LIMIT_SAID.search(clause) and not _OF_A_PIECE.search(clause):
                found += [int(m[1]) for m in _LIMIT.finditer(_in_digits(clause))]
    return min((n for n in found if 100 <= n <= 50_000), default=0)


def _in_digits(clause: str) -> str:
    """“不超过一千五百字” with its number in digits."""
    return _HAN_LENGTH.sub(lambda m: f"{_digit(m[1]) * 1000 + _digit(m[2]) * 100}字", clause)


def _digit(han: str | None) -> int:
    return "一二三四五六七八九".find(han.replace("两", "二")) + 1 if han else 0


def deadline_of(lines: Sequence[str]) -> str:
    """By when the paper is wanted, as the notice says it."""
    text = [unicodedata.normalize("NFKC", line) for line in lines]
    for line in text:
        for sentence in re.split(r"[。;；]", line):
            if (match := _DEADLINE.search(sentence)) and _SENDING.search(sentence):
                return f"{match[1]}前"
    return next((f"{m[1]}前" for line in text if (m := _DEADLINE_LABEL.search(line))), "")


def tables_of(lines: Sequence[str], notes: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the tables that have to come with the paper."""
    named = [m[1] for line in (*lines, *notes) for m in _TABLE.finditer(line)]
    named += [m[1].strip() for line in lines if (m := _TABLE_LINE.match(line.strip()))]
    named += [
        b for a, b in pairwise(lines) if re.fullmatch(r"附[件表]\s{0,4}\d*[:：]?", a) and re.fullmatch(r"\S{3,40}表", b)
    ]
    return tuple(dict.fromkeys(re.sub(r"^\d{1,2}\s{0,4}[.．、]\s{0,4}", "", name) for name in named))


def rules_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Rules for the text itself, clause by clause: “问题写两条”, “不写“有待进一步提高””."""
    found = [rule for line in lines for m in _TEXT_RULE.finditer(line) for rule in _each(m[0].strip())]
    return tuple(dict.fromkeys(found))


def _each(rule: str) -> list[str]:
    """“不得出现“显著提升”“大幅增长”” forbids two things."""
    verb, _, _ = rule.partition("“")
    words = re.findall(r"“[^“”]{2,30}”", rule)
    return [f"{verb}{word}" for word in words] if len(words) > 1 else [rule]
