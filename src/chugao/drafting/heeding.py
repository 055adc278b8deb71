"""What a leader asked for, read and carried out by rule: 突出, 单列, 压缩, 不写, 放在前面, 写几条, 不超过几字, in these words.

In: instructions as a clerk wrote them down, outline, figures, matters.  Out: the same, with what can be done to them
done, and `Order`s that planning follows.  What became of each is read from the finished text (`heeded`).

Surprise: one line holds several wishes; each is an order of its own, and the line is done when all of them are.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

from chugao.drafting.sayings import new_numbers, read_saying, spot_of, with_marks
from chugao.manuscript import Section
from chugao.material import Matter, MatterStatus
from chugao.material.instructions import pieces_of, read_said, topic_in
from chugao.metrics.observation import Figures
from chugao.outline import Outline, Part, topic_of_matter

Wish = Literal[
    "feature", "apart", "condense", "omit", "first", "place", "few", "ceiling", "words", "exact", "ban", "move", "include", "numbers", ""
]  # fmt: skip
_HAN = {h: n for n, h in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_X = r"[“《]?(?P<x>[^“”《》，。；、]{2,30}?)[”》]?"
_Y = _X.replace("<x>", "<y>")
_LIST = _Y.replace("、", "")
_NOW = r"(?:先|今年|暂时|暂|就|都|也|这次)?"
_NOT = r"(?:不写|不要写|别写|不要再写|不再写|不提|不要提|别提|不要出现|不出现|别出现|不要了|不进公开稿|不公开|不对外|不上稿|删去|删掉|去掉)"
_READ: tuple[tuple[Wish, str], ...] = (
    ("ban", r"(?:不要|别|不|不得|不能)(?:写|用|出现|说|提)“(?P<x>[^“”]{2,40})”|^“?(?P<y>[^“”，。；]{2,12}?)”?的?(?:名字|名称|字样|字眼|提法|说法|这个词|[两三四几]个字)(?:不要|别|不得|不能|不)(?:再)?(?:出现|写|用|提)$"),
    ("numbers", r"^(?:正文|文中|文稿|稿子|要点|思路|计划|这次|这份|里面|里|尽量|一律|都|先|就|最好)*(?:不要?|别|不得|不能|少)(?:再)?(?:写|出现|用|带|列|提|上|堆)(?:那么多|太多|过多|具体|任何|过细|的)*(?:数字|数据|数)(?:太多|过多|太密)?了?$|^具体(?:的)?(?:数字|数据)(?:一律|都|先|就|也)?(?:不要?|别|不得)(?:再)?(?:写|用|出现|带|上)了?$|^(?:数字|数据)(?:一律|都|先|就|也)?(?:不要?|别|不得)(?:再)?(?:写|用|出现|带|上)?(?:了|太多|过多|太密)?$"),
    ("ceiling", r"(?:控制在|不超过|不要超过|压到|限)(?P<n>\d{2,5})个?字(?:以内|之内|左右)?|(?<!\d)(?P<m>\d{2,5})个?字(?:以内|之内)"),
    ("few", r"(?:不足|问题|短板)(?:部分)?(?:(?:只|就|最多)?写|不(?:要|得|能)?(?:多于|超过)|至多|最多|控制在|压到|压缩到)(?P<n>[一二两三四五六七八九十]|\d{1,2})[条个点项]"),
    ("move", rf"^(?:把|将)?{_Y}(?:放|写|挪|移)(?:到|进|在)(?:不足|问题)(?:里|中|部分|一节)?$"),
    ("omit", rf"^(?:不写|不要写|别写|不提|删去|删掉|去掉)(?![成得]){_X}$|^{_LIST}(?:的?(?:事|数))?{_NOW}{_NOT}了?$"),
    ("apart", rf"^(?:单列|单独写){_X}$|^{_Y}(?:要|请|应)?(?:单列|单独(?:成|列|写|讲|说))(?:成?一?[段节章部分]*)(?:出来)?$"),
    ("condense", rf"^(?:压缩|精简|少写|简写|略写){_X}$|^{_Y}(?:要|请|可以?)?(?:压缩|精简|少写|简写|略写|写短)(?:一些|一点|点)?$"),
    ("first", rf"^(?:先写){_X}$|^(?:把|将)?{_Y}(?:要|请)?(?:(?:放|摆|排|提|写)(?:在|到)?)(?:最前面?|前面|前头|最先|开头|第一[条段位个节块]?)(?:来?写)?$"),
    ("place", rf"^(?:把|将)?{_Y}(?:要|请)?(?:(?:放|摆|排|写)(?:在|到)?)第(?P<n>[二三四五六七八九])[条段位个节](?:写)?$"),
    ("feature", rf"^(?:突出|重点写|多写|强调|着重写|展开写|详写){_X}$|^(?:把|将)?{_Y}(?:要|请|应)?(?:突出写?|重点写|多写|强调|着重写|展开写?|详写|写详细|写充分)(?:一些|一点|点)?$"),
    ("include", rf"^(?:[^“”，。；]{{1,20}}?)?(?:说清楚?|写清楚?|写明)(?:是|的是){_X}$|^原因(?:就|要)?写{_Y}$"),
    ("include", rf"^(?:把|将)?{_Y}(?:的?(?:情况|问题|事|数))?(?:(?:没有?|未|不)(?:达标|完成|达到目标)|下降|上升|超标)(?:了)?(?:的?(?:情况|问题|事))?(?:一定|也|都|还)?(?:要|得|必须)?(?:照实|如实)?(?:写|说|讲|别藏着?|不要藏着?|别回避|不用回避|不要回避|别漏了?)(?:上|出来|清楚?)?$"),
    ("include", rf"^(?:写清楚?|说清楚?|写明|别漏了?|补上)(?:是|的是)?{_X}$|^(?:把|将)?{_Y}(?:一定|也|都|还)?(?:要写|得写|必须写|要写上|要写清|写上|写出来|写进去|写一句|说一句|写清楚?|照实写)(?:出来|进去|清楚|原因|缘由)?$"),
)  # fmt: skip
_BARE: tuple[tuple[Wish, str], ...] = (
    ("first", r"^(?:要|请)?(?:放|摆|排|提|写)(?:在|到)?(?:最前面?|前面|前头|最先|开头|第一[条段位个节块]?)(?:来?写)?$"),
    ("place", r"^(?:要|请)?(?:放|摆|排|写)(?:在|到)?第(?P<n>[二三四五六七八九])[条段位个节](?:写)?$"),
    ("omit", rf"^{_NOW}{_NOT}了?$"),
    ("feature", r"^(?:要|请)?(?:突出写?|重点写|多写|强调|着重写|展开写?|详写|写详细|写充分)(?:一些|一点|点)?$"),
    ("condense", r"^(?:要|请|可以?)?(?:压缩|精简|少写|简写|略写|写短)(?:一些|一点|点)?$"),
    ("apart", r"^(?:要|请)?(?:单列|单独(?:成|列|写|讲|说))(?:成?一?[段节章部分]*)(?:出来)?$"),
    ("include", r"^(?:要写|要说|照实写|要写上|写清楚?|(?:别|不要)藏着?|(?:不用|不要|别)回避)$"),
)  # fmt: skip
_TO_WORDS: dict[Wish, str] = {
    "first": "放在最前面", "omit": "不写", "feature": "突出写", "condense": "压缩", "apart": "单列", "include": "要写",
}  # fmt: skip
_STRIP = re.compile(
    r"(?:那部分|这部分|那一?块|那一?段|那一?节|那个|这个|工作|方面|部分|内容|这块|这一块|情况|有关|相关|那个数|这个数|那条|这条|那句|那件事?|这件事?|这事|那事|的事|(?<=[\u4e00-\u9fff]{4})(?:获奖|得奖)|的数|的)+$"
)
_OF_SOMEBODY = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,8}?(?:科|部|办|处|室|中心|院|局|站|所|他们|你们|我们)的?)?(?:那|这)(?:个|项|条|件|套|块|段)(?=[\u4e00-\u9fffA-Za-z“]{2})"
)
"""“检验科那个全流程追踪” speaks of 全流程追踪."""
_GENERIC = frozenset(("今年", "去年", "效果", "条数", "原因", "结果", "这个", "那个", "先", "再", "也", "都", ""))
"""Words that name nothing by themselves: what is meant stands in the clause before."""
_WANTS = re.compile(rf"{_NOT}|要说|说清|讲清|写清|写明|写一句|说一句|要写|必须写")
_IN_ORDER = re.compile(r"^(?:先|再|然后|最后)写(.{2,30})$")
_PART = re.compile(r"第([一二三四五六七八九十])(?:大)?部分")
_NAMED_PARTS: tuple[tuple[str, str], ...] = (
    ("problems", r"^(?:存在的?)?(?:主要)?(?:问题|不足|短板)$"),
    ("plan", r"^(?:明年|下一?年|20\d\d年)?(?:工作)?(?:计划|打算|安排)$"),
    ("results", r"^(?:成绩|成效|主要工作|总结|工作总结)$"),
)


class Order(NamedTuple):
    """One wish as far as a rule understands it."""

    text: str
    wish: Wish = ""
    about: str = ""
    """What it speaks of, without 工作, 方面 and their like."""
    number: int = 0
    words: str = ""
    """The words that are to stand, or not to stand, in the text."""
    where: str = ""
    """Of words that are to stand: where, as it was said."""


class Heeded(NamedTuple):
    """What is drafted from, once instructions are carried out."""

    outline: Outline
    figures: Figures
    matters: tuple[Matter, ...]
    omitted: tuple[str, ...] = ()
    """Wishes that left something out, as `wishes_of` gives them."""


def wishes_of(instruction: str) -> tuple[str, ...]:
    """Each wish of an instruction, complete in itself: what a later one leaves unsaid is put back.

    A piece that no rule understands stays whole.
    """
    wishes: list[str] = []
    for clauses in pieces_of(with_marks(read_said(instruction[:_LONGEST]).words)):
        told: list[str] = []
        topic = ""
        for clause in clauses:
            if topic and (match := _IN_ORDER.match(clause)):
                told.append(f"{match[1]}要写")
            elif (order := read_order(clause)).wish:
                spoken = order.wish == "words"
                told.append(f"{topic}那段{clause}" if spoken and topic and not order.where else clause)
                topic = topic if spoken else order.about or topic
            elif topic and (bare := _bare(clause, topic)):
                told.append(bare)
            elif _WANTS.search(clause):
                told.append(clause)  # nobody knows of what; a person will
            else:
                topic = topic or topic_in(clause)
        wishes += told or ["，".join(clauses)]
    return tuple(dict.fromkeys(wishes))


def _bare(clause: str, topic: str) -> str:
    """A wish that does not say what it is about, with the topic of the clauses before it."""
    for wish, pattern in _BARE:
        if match := re.search(pattern, clause):
            if wish == "place":
                return f"{topic}放在第{match['n']}段"
            return f"{topic}{_TO_WORDS[wish]}"
    return ""


def numbers_wished(wishes: Iterable[str]) -> Literal["none", "few", ""]:
    """What was said of numbers as such: “不要写具体数字” wants none, “数字不要太多” fewer; "" for nothing."""
    said = [o.text for o in map(read_order, wishes) if o.wish == "numbers"]
    if not said:
        return ""
    return "few" if all(re.search("多|少|密|细", t) for t in said) else "none"


_AT_ALL = re.compile(r"(?:一个字|一句话?|一笔)(?:都|也)?(?=不|别)")
"""“智慧煎药中心一个字都不要提”."""


def read_order(text: str) -> Order:
    """One wish as a rule understands it; an empty wish where none does."""
    plain = _AT_ALL.sub("", text.strip().strip("。；！!").strip())
    plain = _THOUSANDS.sub(_in_digits, plain)
    order = _read(text, plain, _READ[:1])
    if not order.wish and (saying := read_saying(plain)) is not None:
        if saying.named:
            return Order(text, "exact", _STRIP.sub("", saying.where), words=saying.words, where=saying.where)
        # Of words to be said, `about` is what they say: planning looks for it.
        return Order(text, "words", saying.words, words=saying.words, where=saying.where)
    order = order if order.wish else _read(text, plain, _READ[1:])
    if not order.wish and "“" in plain:
        # 村医“乡聘村用”放最前面: the name has a name in it
        return _read(text, re.sub(r"[“”]", "", plain), _READ[1:])
    return order


def _read(text: str, plain: str, known: Sequence[tuple[Wish, str]]) -> Order:
    for wish, pattern in known:
        if match := re.search(pattern, plain):
            groups = match.groupdict()
            about = "" if wish == "ban" else groups.get("y") or groups.get("x") or ""
            if wish in ("first", "place") and about in ("别", "不要"):
                continue
            if wish in ("omit", "include", "feature", "condense") and _STRIP.sub("", about) in _GENERIC:
                continue
            words = (groups.get("x") or groups.get("y") or "") if wish == "ban" else ""
            number = groups.get("n") or groups.get("m") or ""
            about = about if _PART.search(about) else _STRIP.sub("", _OF_SOMEBODY.sub("", about))
            return Order(text, wish, about, _number(number), words)
    return Order(text)


def heed(outline: Outline, figures: Figures, matters: Sequence[Matter], wishes: Sequence[str]) -> Heeded:
    """Outline, figures and matters with ceilings, omissions, numbers of shortcomings and shortened fields carried out."""
    kept = list(matters)
    omitted: list[str] = []
    banned = [o.words for o in map(read_order, wishes) if o.wish == "ban"]
    for order in map(read_order, wishes):
        part = part_meant(order.about, outline.parts)
        match order.wish:
            case "ceiling" if order.number >= 100 and not _of_one_thing(order.text):
                least = min(outline.length, order.number)
                outline = outline.model_copy(update={"length": least, "asked_length": True})
            case "omit":
                outline, figures, left = _without(order, part, outline, figures, kept)
                omitted += [order.text] if left is not kept else []
                kept = left
            case "few":
                # Of several, those without a word that is not to stand there.
                problems = sorted((m for m in kept if _is_problem(m)), key=lambda m: _bears(m, banned))
                kept = [m for m in kept if m not in problems[order.number :]]
            case "condense":
                kept = [m.model_copy(update={"result": ""}) if _meant(m, order.about, part) else m for m in kept]
            case "exact" if order.about:
                kept = [_as_said(m, order) if speaks_of(m, order.about) else m for m in kept]
            case "move":
                kept = [m.model_copy(update={"category": "不足"}) if speaks_of(m, order.about) else m for m in kept]
            case _:
                pass
    return Heeded(outline, figures, tuple(kept), tuple(omitted))


_THE_PAPER = re.compile(
    r"全文|全稿|全篇|整篇|通篇|正文|总字数|字数|总长|长度|篇幅|总体|总量|稿子|文稿|初稿|材料|总结|计划|报告|文章|公开稿|上报稿?|简版|详版|这份|本份|这次|今年|一律|尽量|最好|总共|一共|大概|大约|[院局处科]长|书记|主任|领导|办公室|要求|请|要|都|先|再|把|将|写|控制|压缩|精简"
)
_HOW_LONG = re.compile(r"控制在|不要?超过|压到|限\d|\d{2,5}个?字")


def _of_one_thing(text: str) -> bool:
    """Whether a ceiling is for one part: “党建不要超过300字” is no wish about the length of the paper."""
    before = _HOW_LONG.split(text, maxsplit=1)[0]
    return len(re.findall(r"[一-鿿]", _THE_PAPER.sub("", before))) >= 2 and before != text


def _bears(matter: Matter, words: Sequence[str]) -> bool:
    return any(w and w in f"{matter.text}{matter.result}" for w in words)


def part_ceiling(order: Order) -> str:
    """What a ceiling is for that is not for the whole paper: 党建 of “党建不要超过300字”; "" for the paper."""
    if order.wish != "ceiling" or not _of_one_thing(order.text):
        return ""
    before = _HOW_LONG.split(order.text, maxsplit=1)[0]
    return _STRIP.sub(
        "", re.sub(r"^(?:把|将)|(?:字数|篇幅|最多|都|要|请|应|写|压缩|精简|缩|压|控制|到|在)+$", "", before)
    )


def _as_said(matter: Matter, order: Order) -> Matter:
    """A matter told as a leader wants it told; a number it did not have itself is no fact of it and is put beside it."""
    if new_numbers(order.words, f"{matter.when}，{matter.text}，{matter.result}"):
        return matter.model_copy(update={"result": ""})
    if share_of(matter.text, order.words) >= _MEANT:
        return matter.model_copy(update={"text": order.words.rstrip("。"), "result": ""})
    return matter.model_copy(update={"result": order.words.rstrip("。")})


def _without(
    order: Order, part: Part | None, outline: Outline, figures: Figures, matters: list[Matter]
) -> tuple[Outline, Figures, list[Matter]]:
    """Everything without what is not to be written; the very list of matters where nothing of it was there."""
    if part is not None and not part.asked and part.role == "problems":
        outline = outline.model_copy(update={"parts": tuple(p for p in outline.parts if p.id != part.id)})
        return outline, figures, [m for m in matters if not _is_problem(m)]
    told = [m for m in matters if not any(_named_by(m, about, matters) for about in _several(order.about))]
    gone = {metric for about in _several(order.about) for metric in _metrics_of(figures, about)}
    if not gone and len(told) == len(matters):
        cut = (
            [_without_number(m, _AMOUNT.sub("", order.about) or order.about) for m in matters]
            if _OF_A_NUMBER.search(order.text)
            else matters
        )
        return outline, figures, matters if cut == matters else cut
    left = tuple(o for o in figures.observations if o.metric not in gone)
    return outline, figures.model_copy(update={"observations": left}) if gone else figures, told


_OF_A_NUMBER = re.compile(r"(?:数|金)(?:字|据|额)?(?:先|今年|暂时|暂|就|都|也|这次)?(?:别|不)")
_AMOUNT = re.compile(r"(?:金额|数额|数字|数量|数据|总额|人数|件数)$")
_SPOKEN_OF = 0.6
_CLAUSES = re.compile(r"[，；]")


def _without_number(matter: Matter, about: str) -> Matter:
    """A matter without the clause whose number is not to be written: “扣款那个数别写” leaves the rest as it was told."""
    said = matter.text + matter.result
    if about not in said and share_of(about, said) < _SPOKEN_OF:
        return matter
    pairs = {about[i : i + 2] for i in range(len(about) - 1)}
    clauses = _CLAUSES.split(matter.result)
    kept = [c for c in clauses if not (re.search(r"\d", c) and any(p in c for p in pairs))]
    return matter if len(kept) == len(clauses) else matter.model_copy(update={"result": "，".join(kept)})


_MORE_OF_IT = ("feature", "first", "apart", "place", "include")


def opposed(one: Order, other: Order, matters: Sequence[Matter]) -> bool:
    """Whether two wishes cannot both be met: one wants a thing told, or told at length, the other left out or cut."""
    wishes = {one.wish, other.wish}
    against = "omit" in wishes and wishes & set(_MORE_OF_IT)
    if not (against or wishes in ({"feature", "condense"}, {"apart", "condense"})):
        return False
    a, b = one.about, other.about
    if len(a) < _NAMES or len(b) < _NAMES:
        return False
    return a in b or b in a or any(_says(m, a) and _says(m, b) for m in matters)


_NAMES = 2


def _says(matter: Matter, about: str) -> bool:
    return speaks_of(matter, about) and not only_by_field(matter, about)


def wants_words_in(wishes: Iterable[str], part: str) -> bool:
    """Whether words are to stand in a part, which is then there even with nothing else in it."""
    return any(o.wish == "words" and spot_of(o.where).part == part for o in map(read_order, wishes))


def _several(about: str) -> list[str]:
    """“孕产妇、婴儿死亡” speaks of two things; the last one's ending belongs to each."""
    return [a for a in re.split(r"[、和与及]", about) if len(a) > 1] or [about]


def part_meant(about: str, parts: Sequence[Part]) -> Part | None:
    """The part of a document that words name: “第三部分”, “不足”, or its heading."""
    top = [p for p in parts if p.level == 1]
    if match := _PART.search(about):
        at = _HAN[match[1]] - 1
        return top[at] if at < len(top) else None
    for role, pattern in _NAMED_PARTS:
        if re.search(pattern, about):
            return next((p for p in top if p.role == role), None)
    return next((p for p in top if p.heading and about in p.heading and len(about) >= 4), None)


def names_a_part(about: str) -> bool:
    """Whether words can only mean a part of the document."""
    return _PART.search(about) is not None


def _meant(matter: Matter, about: str, part: Part | None) -> bool:
    if part is None:
        return speaks_of(matter, about)
    if part.role == "problems":
        return _is_problem(matter)
    planned = matter.status is MatterStatus.PLANNED
    return not _is_problem(matter) and (planned if part.role in ("plan", "items") else not planned)


def speaks_of(matter: Matter, about: str) -> bool:
    """Whether a matter is what an instruction speaks of: by its words, its 类别, or its field of work."""
    if len(about) < 2:
        return False
    field = topic_of_matter(matter.category, matter.text)
    topic = field.name
    return (
        about in field.categories
        or _all_of(about, matter.text, field.categories)
        or about in matter.text
        or matter.text in about
        or about == matter.category
        or about in topic
        or topic in about
        or share_of(about, matter.text + matter.result) >= _MEANT
    )


def only_by_field(matter: Matter, about: str) -> bool:
    """Whether only its field of work ties a matter to what was said: 评审 means the 复审, not every 医疗质量."""
    said = f"{matter.category}{matter.text}{matter.result}"
    return about not in said and about in topic_of_matter(matter.category, matter.text).categories


def _named_by(matter: Matter, about: str, matters: Sequence[Matter]) -> bool:
    """Whether a wish to leave something out means a matter: “食堂不写” leaves the new building in."""
    if not speaks_of(matter, about):
        return False
    return not only_by_field(matter, about) or not any(
        speaks_of(m, about) and not only_by_field(m, about) for m in matters
    )


def _all_of(about: str, text: str, of_field: Collection[str]) -> bool:
    """“医共体远程心电” means 与市一院建立心电远程诊断中心: the words of the field aside, the same characters turned."""
    for word in of_field:
        about = about.replace(word, "")
    return len(about) >= _TURNED and all(character in text for character in about)


_TURNED = 4
_MEANT = 0.75
_LONGEST = 2000  # characters of an instruction that are read; nobody says more in one breath


def share_of(about: str, text: str) -> float:
    """How many of the character pairs of `about` stand in a text; nothing for words too short to judge."""
    pairs = {about[i : i + 2] for i in range(len(about) - 1)}
    return sum(p in text for p in pairs) / len(pairs) if len(pairs) >= 3 else 0.0


def _metrics_of(figures: Figures, about: str) -> list[str]:
    catalogue = figures.catalogue()
    used = {o.metric for o in figures.observations}
    return [
        d.id
        for d in catalogue
        if d.id in used and (about in (d.name, *d.aliases) or d.name in about or (len(about) >= 3 and about in d.name))
    ]


def _is_problem(matter: Matter) -> bool:
    return re.search(r"不足|问题|短板|困难", matter.category) is not None


_THOUSANDS = re.compile(r"(?P<k>[一二两三四五六七八九])千(?:(?P<h>[一二三四五六七八九])百?)?(?=个?字)")
"""“五千字”, “一千五百字”, “三千五字”: how long a paper may be, in words."""


def _in_digits(told: re.Match[str]) -> str:
    return str(1000 * _HAN[told["k"]] + 100 * _HAN.get(told["h"], 0))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _HAN.get(text, 0)


def sections_with_text(sections: Iterable[Section]) -> list[Section]:
    """The sections of the body, tables left out."""
    return [s for s in sections if not any(b.table for b in s.blocks)]
