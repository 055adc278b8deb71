"""Personal data out of a brief before a model sees it, and back into the reply.

In: a `Brief`.  Out: the brief with 某甲, 某乙 in the place of people, and who they are; that list stays in this process.

Numbers are slots already, so that no identity card, telephone or record number can be in what a model is told; they are
looked for all the same, because an office's own template may hold anything.  What is masked here are names in the
company of a patient, and e-mail addresses.
"""

import re
from collections.abc import Callable, Iterator

from chugao.checks.privacy import valid_id_card
from chugao.config import Privacy
from chugao.corpus.people import is_double_surname, is_surname
from chugao.corpus.words import Words, is_word
from chugao.errors import EngineError
from chugao.manuscript import Brief, Reply, ReplyBlock
from chugao.prompts import Messages, shown


def _luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _id_card(number: str) -> bool:
    return valid_id_card(re.sub(r"[-\s]", "", number))


_ROLE = r"(?:患者|病人|病患|产妇|孕妇|患儿|死者|家属|伤者|逝者|当事人|投诉人|举报人|信访人|老人|居民|市民|群众|村民)"
# Words that begin like a surname and follow 患者 in every second report.
_WORDS = frozenset(
    "安全 安置 安心 安排 全程 全面 全部 全年 金额 费用 管理 管控 路径 路上 连续 关注 关系 关怀 关爱 常见 常规 常用 应当 应急 应用 向上 向好 习惯 康复 居家 居住 申请 项目 "
    "文化 文明 权益 权利 利益 利用 温暖 温馨 解决 解释 房颤 包括 石膏 边缘 高度 高危 高龄 高发 高血压 高风险 方便 方面 方式 成功 成本 万分 万人次 单独 "
    "施行 施救 时间 时长 步行 车上 何时 任何 童年 宣教 宣传 盛赞 贺信 谢意 曾经 曾在 明确 明白 明显 江苏 云南 柏油 危重 危险 危急 段落 季节 焦虑 支付 支出 支持 程度 程序 "
    "计划 计算 于今 于术 从入 从出 和家 和医 和社 和职 屈光 葛根 经济 严重 华侨 平均 平稳 平安 元月 顾虑 章程 乐意 梁柱 米汤 胡椒 牛奶 巩膜 古方 易感 易发 武汉 来自 来源 满意 满意度".split()
)
_AFTER = (
    r"(?:[，。、；：（）,(\s]|的|在|因|于|入|出|经|病情|家属|住|转|术|来|反映|投诉|送|由|签|产|自|被|对|向|与|及|突|$)"
)
_NAMED = re.compile(
    rf"(?P<role>{_ROLE}(?:姓名|名叫|叫)?[：:]?\s?)(?P<name>(?!{_ROLE})[一-鿿](?:某某?|[一-鿿]{{1,2}}?))(?={_AFTER})"
)
_CALLED = re.compile(rf"{_ROLE}(?:姓名|名叫|叫)?[：:]?\s?(?P<rest>[一-鿿]{{2,6}})")
_FOREIGN = re.compile(
    rf"{_ROLE}(?:姓名|名叫|叫)?[：:]?\s?(?P<name>[一-鿿]{{1,8}}(?:[·•‧・][一-鿿]{{1,8}}?)+(?={_AFTER}|[完成做行施手治获痊康])"
    r"|[A-Z][a-z]{1,20}(?:[ .·-]{1,2}[A-Z][a-z]{0,20}){1,3})"
)
_AGED = re.compile(
    r"(?P<name>[一-鿿]{2,4})(?=老人|老太太|老先生|老奶奶|老大爷|大爷|大妈|大娘|奶奶|爷爷|阿姨|婆婆|小朋友)"
)
"""The other way round: 罗桂兰老人."""
_ASIDE = re.compile(r"(?P<name>[一-鿿]{2,4})(?=[（(，,](?:男|女|患者|病人)[，,、性）)])")
_NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nz")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,30}){1,4}")
_NUMBERS = (
    ("身份证号", re.compile(r"(?<!\d)[1-9]\d{5}[-\s]?\d{8}[-\s]?\d{3}[\dXx](?![\dA-Za-z])"), _id_card),
    (
        "电话号码",
        re.compile(r"(?<![\d.])(?:1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}|0\d{2,3}[-\s]\d{3,4}[-\s]?\d{4})(?![\d.])"),
        None,
    ),
    ("银行卡号", re.compile(r"(?<!\d)[3-6]\d{14,18}(?!\d)"), _luhn),
    (
        "病案号",
        re.compile(
            r"(?:(?:住院|病案|门诊|病历|检查|护照|微信|QQ)号码?|(?:就诊|医保|健康|社保)卡号|车牌号?)[:：为是]?\s?[一-鿿]?(?=[A-Za-z_-]{0,8}\d{3})[A-Za-z0-9_-]{4,24}"
        ),
        None,
    ),
    ("邮箱", _EMAIL, None),
)
_SPOKEN = re.compile("[〇零一二三四五六七八九幺]{11}")
_NOTHING = re.compile(r"[^\d@]*+")
_HALF_WIDTH = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF20)}
_LONGEST_NAME = 4
_STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def masked(brief: Brief, privacy: Privacy) -> tuple[Brief, dict[str, str]]:
    """The brief as a model may see it, and 某甲 → name.

    Raises `EngineError` when the setting refuses a brief that holds personal data.
    """
    if privacy.remote == "allow":
        return brief, {}
    mask = _Mask(brief.model_dump_json)
    matters = tuple(
        m.model_copy(update={"text": mask(m.text), "result": mask(m.result), "actor": mask(m.actor)})
        for m in brief.matters
    )
    passages = tuple(p.model_copy(update={"text": mask(p.text), "heading": mask(p.heading)}) for p in brief.passages)
    hidden = brief.model_copy(
        update={
            "matters": matters,
            "passages": passages,
            "instructions": tuple(map(mask, brief.instructions)),
            "heading": mask(brief.heading),
            "topic": mask(brief.topic),
            "original": tuple(map(mask, brief.original)),
        }
    )
    if mask.people and privacy.remote == "refuse":
        raise EngineError(
            f"材料里有{len(mask.people)}处个人信息（患者姓名或邮箱），按设置（[privacy] remote）不发给模型。请改成“一名患者”再起草。"
        )
    return hidden, mask.people


def without_people(text: str, privacy: Privacy) -> str:
    """A text as an embedding model may see it: nobody's name, number or address; nothing has to come back.

    Raises `EngineError` when the setting refuses a text that holds personal data.
    """
    if privacy.remote == "allow":
        return text
    text = shown(text).translate(_HALF_WIDTH)
    hidden = _Mask(lambda: text)(text)
    for what, pattern, valid in _NUMBERS:
        hidden = pattern.sub(lambda m: m.group() if valid and not valid(m.group()) else f"〔{what}〕", hidden)  # noqa: B023
    if hidden != text and privacy.remote == "refuse":
        raise EngineError("要检索的文字里有个人信息，按设置（[privacy] remote）不发给模型。")
    return hidden


def gate(messages: Messages, privacy: Privacy) -> None:
    """Raises `EngineError` for a number of a person in what is about to leave: the last look."""
    if privacy.remote == "allow":
        return
    for text in (messages.system, messages.user):
        if _SPOKEN.search(text):
            raise EngineError("要发给模型的内容里有用汉字写的号码，没有发出。请从材料或本单位的模板里删去。")
        if _NOTHING.fullmatch(text):
            continue
        text = shown(text).translate(_HALF_WIDTH)
        for what, pattern, valid in _NUMBERS:
            for match in pattern.finditer(text):
                if valid is None or valid(match.group()):
                    raise EngineError(f"要发给模型的内容里有{what}，没有发出。请从材料或本单位的模板里删去。")


def restored(reply: Reply, people: dict[str, str]) -> Reply:
    """The reply with people's names back in their places."""
    if not people:
        return reply

    def back(text: str) -> str:
        for alias, name in people.items():
            text = text.replace(alias, name)
        return text

    blocks = tuple(
        ReplyBlock(type=b.type, sentences=tuple(s.model_copy(update={"text": back(s.text)}) for s in b.sentences))
        for b in reply.blocks
    )
    return reply.model_copy(update={"blocks": blocks, "heading": back(reply.heading) if reply.heading else None})


class _Mask:
    """Hands out an alias a person; `taken` gives a text whose words are no aliases, asked for when there is a person."""

    def __init__(self, taken: Callable[[], str]) -> None:
        self._taken = taken
        self._free: Iterator[str] | None = None
        self.people: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        text = shown(text)
        text = _FOREIGN.sub(self._foreign, text)
        text = _CALLED.sub(self._called, text)
        text = _NAMED.sub(self._named, text)
        text = _ASIDE.sub(self._aside, text)
        text = _AGED.sub(self._aged, text)
        return _EMAIL.sub(lambda m: self._alias(m.group()), text)

    def _called(self, match: "re.Match[str]") -> str:
        """A name as the dictionary cuts it: 顾|大川由……, or after a surname of two characters."""
        rest = match["rest"]
        words = Words(rest).all
        if rest[:2] in _WORDS or words[0].text in _WORDS:
            return match.group()
        length = 0
        if is_double_surname(rest[:2]):
            length = next((w.end for w in words if w.end > 2), 2)
            length = length if length <= _LONGEST_NAME else 3
        elif is_surname(rest[0]) and words[0].tag in _NAME_TAGS[:3] and 1 < words[0].end <= _LONGEST_NAME:
            length = min(words[0].end, 3)  # 贺晓燕|及, which the dictionary takes for one name
        elif is_surname(rest[0]) and words[0].end == 1 and len(words) > 1 and words[1].tag in _NAME_TAGS:
            length = min(words[1].end, 3)
            length = 0 if is_word(rest[:length]) else length  # 石家庄
        if not length:
            return match.group()
        return match.group()[: -len(rest)] + self._alias(rest[:length]) + rest[length:]

    def _foreign(self, match: "re.Match[str]") -> str:
        """John Smith, 阿依古丽·买买提: written as nobody writes anything but a name."""
        return match.group()[: -len(match["name"])] + self._alias(match["name"])

    def _aged(self, match: "re.Match[str]") -> str:
        """罗桂兰老人, but neither 全程向老人 nor 居民和老人: the dictionary takes it for a name, or knows no word of it."""
        text = match["name"]
        words = Words(text).all
        last = words[-1]
        for length in (4, 3, 2):
            name, begins = text[-length:], len(text) - length
            first = is_double_surname(name[:2]) if length == _LONGEST_NAME else is_surname(name[0])
            if begins < 0 or not first or name[:2] in _WORDS or name in _WORDS:
                continue
            whole = last.start == begins and last.tag in _NAME_TAGS[:3]
            given = last.start == len(text) - 2 and last.tag in _NAME_TAGS
            strange = any(w.start == begins for w in words) and not is_word(name[:2]) and not is_word(name[1:])
            if whole or (length > 2 and (given or strange) and not is_word(name)):
                return text[:begins] + self._alias(name)
        return text

    def _aside(self, match: "re.Match[str]") -> str:
        """巫启贤（男……: the last characters, from the surname on."""
        text = match["name"]
        for length in (4, 3, 2):
            name = text[-length:]
            first = is_double_surname(name[:2]) if length == _LONGEST_NAME else is_surname(name[0])
            if len(text) >= length and first and name[:2] not in _WORDS and not is_word(name):
                return text[:-length] + self._alias(name)
        return text

    def _named(self, match: "re.Match[str]") -> str:
        name = match["name"]
        rest = match.string[match.start("name") : match.start("name") + 3]
        if not is_surname(name[0]) or name in _WORDS or rest[:2] in _WORDS or rest in _WORDS:
            return match.group()
        return match["role"] + self._alias(name)

    def _alias(self, name: str) -> str:
        known = {n: a for a, n in self.people.items()}
        if name in known:
            return known[name]
        if self._free is None:
            taken = self._taken()
            self._free = (a for s in ("", *_STEMS) for a in (f"某{s}{t}" for t in _STEMS) if a not in taken)
        alias = next(self._free, "")
        if not alias:
            return "某某"
        self.people[alias] = name
        return alias
