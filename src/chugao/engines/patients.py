"""Find who is named in the company of a patient, however the name is written.

In: a text.  Out: `Named`: where each name stands, and the name without what was put between its characters.

Surprise: offices set names of two characters as 张　三, and what a file hides between characters shows nowhere.  So names
are looked for in the text as a reader takes it in, twice: with its blanks, which part the cells of a row, and without
them; every place is then counted in the text as it came.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from chugao.corpus.people import is_double_surname, is_surname
from chugao.corpus.words import Words, is_word

_ROLE = (
    r"(?:患者|病人|病患|病员|病友|产妇|孕妇|患儿|死者|家属|伤者|伤员|逝者|当事人|监护人|投诉人|举报人|信访人|老人|居民|市民"
    r"|群众|村民)"
)
# Words that begin like a surname and follow 患者 in every second report.
_WORDS = frozenset(
    "安全 安置 安心 安排 全程 全面 全部 全年 金额 费用 管理 管控 路径 路上 连续 关注 关系 关怀 关爱 常见 常规 常用 应当 应急 应用 向上 向好 习惯 康复 居家 居住 申请 项目 "
    "文化 文明 权益 权利 利益 利用 温暖 温馨 解决 解释 房颤 包括 石膏 边缘 高度 高危 高龄 高发 高血压 高风险 方便 方面 方式 成功 成本 万分 万人次 单独 "
    "施行 施救 时间 时长 步行 车上 何时 任何 童年 宣教 宣传 盛赞 贺信 谢意 曾经 曾在 明确 明白 明显 江苏 云南 柏油 危重 危险 危急 段落 季节 焦虑 支付 支出 支持 程度 程序 "
    "计划 计算 于今 于术 从入 从出 和家 和医 和社 和职 屈光 葛根 经济 严重 华侨 平均 平稳 平安 元月 顾虑 章程 乐意 梁柱 米汤 胡椒 牛奶 巩膜 古方 易感 易发 武汉 来自 来源 满意 满意度 "
    # What is taken and what is measured.
    "白芍 白术 白芷 柴胡 党参 黄连 黄芪 黄芩 黄精 金银花 连花 连翘 麦冬 牛黄 牛膝 桑叶 石斛 水蛭 苏合香 夏枯草 何首乌 车前子 龙胆 桂枝 红花 乌梅 全蝎 蒲公英 甘草 苏打 谷丙 谷草 谷氨 万向 "
    "华法 华蟾 万古 安宫 安乃 左氧 左甲 利多 利福 利伐 利奈 利拉 艾司 金霉 红霉 罗红 罗哌 罗库 孟鲁 强的 贝那 贝伐 曲马 曲妥 曲美 舒芬 丁卡 单抗 单硝 石杉 胡萝".split()
)
_NEVER_GIVEN = re.compile(
    "[病症癌瘤炎疸肿痛痹疹疮癣瘫瘢痕痰疗诊药酸酶酮胺苷肽酯烷醛氧氢氯钙钾钠碘菌毒瘟蛋脂肝肾肺胃肠脾脑髓颅脊肢腕膝踝腿臂腹腰臀胸喉颈腔肛膀胱尿粪便血咳吐泻"
    "呕栓瘘口眼鼻舌齿额率值费热烧危侧]|[科部室办处院局委县市区省]$"
)
"""Parts of a body, illnesses, substances, offices: no given name holds one, and half of what follows 患者 does."""
_SAYS = re.compile(
    r"[，,（(](?:男|女)|的?(?:投诉|病情|家属)|反映|送|写|来[电信访院]|致[电谢]|表示|签|因|[入出住]院|就诊|死|去世|于|称|说|对|向"
)
"""What somebody does or is: behind a word of the dictionary it makes a name of it."""
_AFTER = r"(?:[，。、；：”’」】（）,)(\s]|的|在|因|于|入|出|经|病情|家属|住|转|术|来|反映|投诉|送|由|签|产|自|被|对|向|与|及|突|$)"
_CALLED_SO = r"(?:姓名|名叫|叫)?[：:]?\s?[“‘「（(【]?\s?"
_NAMED = re.compile(rf"{_ROLE}{_CALLED_SO}(?P<name>(?!{_ROLE})[一-鿿](?:某某?|[一-鿿]{{1,2}}?))(?={_AFTER})")
_CALLED = re.compile(rf"{_ROLE}{_CALLED_SO}(?P<rest>[一-鿿]{{2,6}})")
_FOREIGN = re.compile(
    rf"{_ROLE}(?:姓名|名叫|叫)?[：:]?\s?(?P<name>[一-鿿]{{1,8}}(?:[·•‧・][一-鿿]{{1,8}}?)+(?={_AFTER}|[完成做行施手治获痊康])"
    r"|[A-Z][a-z]{1,20}(?:[ .·-]{1,2}[A-Z][a-z]{0,20}){1,3})"
)
_AGED = re.compile(
    r"(?P<name>[一-鿿]{2,4})(?=老人|老太太|老先生|老奶奶|老大爷|大爷|大妈|大娘|奶奶|爷爷|阿姨|婆婆|小朋友)"
)
"""The other way round: 罗桂兰老人."""
_PARTED = r"[一-鿿](?:[ \u3000]?[一-鿿]){1,3}"
_BAR = r"[ \u3000\t|｜│，,、；;：:（(]"
_ASIDE = re.compile(
    rf"(?P<name>{_PARTED})(?=[（(，,](?:男|女|患者|病人)[，,、性）)]|{_BAR}{{1,4}}(?:性别{_BAR}{{1,4}})?(?:男|女)性?(?:{_BAR}|[）)。\d{{]|$))",
    re.MULTILINE,
)
"""Before their sex, in a sentence or in a row: 巫启贤（男，…, 吴桂英 | 女 | …."""
_LABELLED = re.compile(
    rf"姓名[ \u3000\t]?[|｜│：:][ \u3000\t]?(?P<name>{_PARTED}?)(?=[ \u3000\t]*(?:[|｜│，。,；;、（(）)\n]|$))"
)
_BESIDE = re.compile(r"[、和与及](?P<name>[一-鿿]{2,3}?)(?=[、和与及，。；：）（)(\s]|等|均|都|因|两|三|$)")
_BLANKS = re.compile(r"(?<=[一-鿿])[ \u3000\u00a0\u2000-\u200a]{1,3}(?=[一-鿿])")
_HINT = re.compile(rf"{_ROLE}|姓名|[男女]|老太太|老先生|老奶奶|大[爷妈娘]|奶奶|爷爷|阿姨|婆婆|小朋友")
"""Nobody is named without one of these."""
_PERSON_TAGS = ("nr", "nrt", "nrfg")
_NAME_TAGS = (*_PERSON_TAGS, "ns", "nz")
_LONGEST_NAME = 4
_HIDDEN = frozenset(("Cf", "Cs", "Co", "Cn", "Me", "Mn"))
_PLAIN = re.compile(
    "[ -~\n\u00b0-\u00bf\u0391-\u03c9\u2010-\u2027\u2030-\u205e\u2100-\u214f\u2190-\u21ff\u2460-\u24ff\u2500-\u25ff\u3000-\u3029一-鿿\uff01-\uff5e]*"
)
"""Every character of these is seen."""


class Named(NamedTuple):
    """A name in a text."""

    start: int
    end: int
    name: str


class Read(NamedTuple):
    """A text as a reader takes it in, and where each of its characters stood."""

    text: str
    places: Sequence[int]


def patients(text: str) -> list[Named]:
    """Everybody named in the company of a patient, in order, none across another."""
    read = seen(text)
    together = _tight(read)
    if not _HINT.search(together.text):
        return []
    found: list[tuple[int, int, str]] = []
    for reading, tight in ((read, False), (together, True)):
        if tight and reading is read:
            break
        for start, end in _names(reading.text):
            first, last = reading.places[start], reading.places[end - 1] + 1
            if not tight or _parted_like_a_name(text[first:last]):
                found.append((first, last, reading.text[start:end]))
    # Of two that lie across each other the longer: 欧阳 雪梅, not 欧阳.
    kept: list[Named] = []
    for start, end, name in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
        if all(end <= k.start or k.end <= start for k in kept):
            kept.append(Named(start, end, re.sub(r"[\s\u3000]", "", name) if _is_han(name) else name))
    return sorted(kept)


# --- as a reader takes it in ----------------------------------------------------------------------


def seen(text: str) -> Read:
    """Without what shows nothing."""
    if _PLAIN.fullmatch(text):
        return Read(text, range(len(text)))
    kept = [i for i, c in enumerate(text) if unicodedata.category(c) not in _HIDDEN]
    return Read("".join(text[i] for i in kept), kept)


def _tight(read: Read) -> Read:
    """Without blanks between Chinese characters."""
    gone = {i for m in _BLANKS.finditer(read.text) for i in range(*m.span())}
    if not gone:
        return read
    kept = [i for i in range(len(read.text)) if i not in gone]
    return Read("".join(read.text[i] for i in kept), [read.places[i] for i in kept])


def _parted_like_a_name(spelt: str) -> bool:
    """Whether blanks stand in it as in 张　三 and 欧阳 雪梅, or not at all: not 王芳 李, which are two."""
    first = re.split(r"\s", spelt, maxsplit=1)[0]
    return first == spelt or len(first) == 1 or is_double_surname(first)


def _is_han(name: str) -> bool:
    return "\u4e00" <= name[0] <= "\u9fff"


# --- names ----------------------------------------------------------------------------------------


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Where names stand, the surest first; none lies across one before it."""
    taken: list[tuple[int, int]] = []
    ways: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int] | None]], ...] = (
        (_FOREIGN, lambda m: m.span("name")),
        (_LABELLED, _labelled),
        (_CALLED, _called),
        (_NAMED, _named),
        (_ASIDE, _aside),
        (_AGED, _aged),
    )
    for pattern, read in ways:
        for match in pattern.finditer(text):
            span = read(match)
            if span is not None and all(span[1] <= start or end <= span[0] for start, end in taken):
                taken.append(span)
    for _, end in tuple(taken):
        while (beside := _beside(text, end)) is not None:
            taken.append(beside)
            end = beside[1]
    return iter(taken)


def _called(match: "re.Match[str]") -> tuple[int, int] | None:
    """A name as the dictionary cuts it: 顾|大川由……, or after a surname of two characters."""
    rest, start = match["rest"], match.start("rest")
    words = Words(rest).all
    if rest[:2] in _WORDS or rest[:3] in _WORDS or words[0].text in _WORDS:
        return None
    length = 0
    if is_double_surname(rest[:2]):
        length = next((w.end for w in words if w.end > 2), 2)
        length = length if length <= _LONGEST_NAME else 3
    elif is_surname(rest[0]) and words[0].tag in _PERSON_TAGS and 1 < words[0].end <= _LONGEST_NAME:
        length = min(words[0].end, 3)  # 贺晓燕|及, which the dictionary takes for one name
    elif is_surname(rest[0]) and words[0].end == 1 and len(words) > 1 and words[1].tag in _NAME_TAGS:
        length = min(words[1].end, 3)
        length = 0 if is_word(rest[:length]) else length  # 石家庄
    return (start, start + length) if length and not _no_given_name(rest[:length]) else None


def _named(match: "re.Match[str]") -> tuple[int, int] | None:
    """A surname and a character or two before what a person does."""
    name, start = match["name"], match.start("name")
    rest = match.string[start : start + 3]
    if not is_surname(name[0]) or name in _WORDS or rest[:2] in _WORDS or rest in _WORDS or _no_given_name(name):
        return None
    # 投诉人：高洁，…… is set apart as nothing but a name is.
    apart = match.string[start - 1] in "：:“‘" and match.string[match.end() : match.end() + 1] in "，。；”’"
    told = apart or not is_plain_word(name) or _SAYS.match(match.string, match.end())
    return match.span("name") if told else None


def _aged(match: "re.Match[str]") -> tuple[int, int] | None:
    """罗桂兰老人, but neither 全程向老人 nor 居民和老人: the dictionary takes it for a name, or knows no word of it."""
    text = match["name"]
    words = Words(text).all
    last = words[-1]
    for length in (4, 3, 2):
        name, begins = text[-length:], len(text) - length
        first = is_double_surname(name[:2]) if length == _LONGEST_NAME else is_surname(name[0])
        if begins < 0 or not first or name[:2] in _WORDS or name in _WORDS:
            continue
        whole = last.start == begins and last.tag in _PERSON_TAGS
        given = last.start == len(text) - 2 and last.tag in _NAME_TAGS
        strange = any(w.start == begins for w in words) and not is_word(name[:2]) and not is_word(name[1:])
        if whole or (length > 2 and (given or strange) and not is_word(name)):
            return match.end("name") - length, match.end("name")
    return None


def _aside(match: "re.Match[str]") -> tuple[int, int] | None:
    """巫启贤（男……: the last characters, from the surname on."""
    spelt = match["name"]
    places = [i for i, c in enumerate(spelt) if not c.isspace()]
    text = "".join(spelt[i] for i in places)
    for length in (4, 3, 2):
        name = text[-length:]
        first = is_double_surname(name[:2]) if length == _LONGEST_NAME else is_surname(name[0])
        plain = name[:2] in _WORDS or is_plain_word(name) or _no_given_name(name)
        start = places[-length] if len(text) >= length else 0
        if len(text) >= length and first and not plain and _parted_like_a_name(spelt[start:]):
            return match.start("name") + start, match.end("name")
    return None


def _labelled(match: "re.Match[str]") -> tuple[int, int] | None:
    """What stands in the cell of 姓名."""
    name = re.sub(r"\s", "", match["name"])
    first = is_double_surname(name[:2]) if len(name) == _LONGEST_NAME else is_surname(name[0])
    return match.span("name") if first and name not in _WORDS and not _no_given_name(name) else None


def _beside(text: str, end: int) -> tuple[int, int] | None:
    """The next of several: 患者王芳、李国栋均……."""
    match = _BESIDE.match(text, end)
    if match is None:
        return None
    name = match["name"]
    no_name = not is_surname(name[0]) or name[:2] in _WORDS or is_plain_word(name) or _no_given_name(name)
    return None if no_name else match.span("name")


def is_plain_word(name: str) -> bool:
    """Whether the dictionary has it, and not as somebody's name."""
    return is_word(name) and Words(name).all[0].tag not in _PERSON_TAGS


def _no_given_name(name: str) -> bool:
    return _NEVER_GIVEN.search(name, 1) is not None
