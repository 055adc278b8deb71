"""Persons told by what stands round them: behind their office, in a row, beside a title of any length.

In: a text, its words, and where names of units and departments end.  Out: spans of persons' names.

`people` asks the dictionary whether a name stands alone; here a certain edge is enough, for behind 巢湖市第二人民医院 a
surname with a title (程副院长) can be nothing else.  Surprise: given names are words as often as not (牛建军, 汪小满), so
that only surnames that are words themselves (高, 文, 成) are held against them.
"""

import re
from collections.abc import Collection, Iterator

from chugao.corpus.chains import acts
from chugao.corpus.people import SOUNDS, TITLES, is_double_surname, is_surname
from chugao.corpus.words import Words, is_word

Span = tuple[int, int]

HAN = "\u4e00-\u9fff"
_TITLE = re.compile(
    rf"(?:{TITLES}|总工程师|总[工会经](?![作议])|师傅|总监|股长|会计(?![师科核制基凭档报室])|船长|助产士|教官|护理员|营养师|检验师|调解员|指导员|辅导员|政委|督导员|司机|调研员|巡视员|副总|主管|专员|所长|法官|检察官|警官(?!兵)|校长|主播|先生|女士)"
)
_ROLE = re.compile(
    rf"(?:(?:{TITLES})(?:助理)?|国医大师|名中医|劳动模范|劳模|党员|村医|乡医|教官|助产士|司机|带头人|负责人|主持人|联系人|校友)(?=[{HAN}])"
)
_WHOEVER = re.compile(rf"(?:干部|骨干|职工|员工|队员|专家|患者|病人|家属|村民|老人|志愿者|师傅|教师|学员)(?=[{HAN}])")
_MODIFIED = re.compile(
    r"(?:老|原|时任|现任|常务|专职|兼职|责任|执行|首席|名誉|规培|进修|带教|科|区|片区?|病区|助理|[一二三四五]级)$"
)
_EDGES = frozenset("，。、；：（）“”《》！？ \n—-·,;:()")
_BEFORE = frozenset("由请向与和及让对为在随经给把被是如即以有带派到了的同并聘推获")
_AFTER = frozenset(
    "在到与和及对由向从为将把被给让是等的了说讲来去赴带率任担获荣作就也都同主负参当提要介代因于还先亲牵出分受现以、"
)
WORDLIKE = frozenset(
    "高成时全常于向和关单平应管解查包满步越通易连年须任从为但都有经过对使将能可会以及并本该其此每新老大小多少好强实真正直严明清广厚深远快慢干共顾顶展支乐亲终宣敬施章党后承当师班商水"
    "冷金危房江甘苦相开计令门首农阳空黎明房元劳法但融丰赏化都弘艾冀贡权双公尚未若何万千百单元印幸养查费汇钱药价来种容位谈阴阵堵松勾桥终井段满"
) - frozenset("何万钱谈江金章顾甘房施")
_NEVER_ALONE = frozenset(
    "任时原全各应向管连年须班常和从都有但为代副老总经会党步通查包越多支承当单师水首令该本此每新其是在于后相开计门农法医护现兼前那晋"
)
_NOT_GIVEN = re.compile(
    "[副的了着过是在到把们说等各每都要就不与和及从对由向为也将被并或已所者其此该全院科部室办处局委、]"
)
_ROW_ITEM = re.compile(rf"[{HAN}]{{2,4}}")
_ROW = re.compile(rf"[{HAN}]{{2,4}}(?:、[{HAN}]{{2,4}}){{1,12}}")
_SOMEBODY = re.compile(
    rf"([{HAN}])(?:某某|某(?![某项个种类些一科院县市单公企患医部病段地区省镇乡村人年月日次批类级时]))"
)


def titled(text: str, words: Words, ends: Collection[int] = ()) -> Iterator[Span]:
    """Every name with a title, a role or an office beside it, and rows of names."""
    for match in _TITLE.finditer(text):
        at = match.start()
        while (before := _MODIFIED.search(text[max(0, at - 3) : at])) is not None:
            at -= len(before[0])
        span = _before(text, at, words, ends)
        if span is not None:
            yield span
    for match in _ROLE.finditer(text):
        span = _after(text, match.end(), words)
        if span is not None:
            yield span
    for match in _WHOEVER.finditer(text):
        span = _after(text, match.end(), words, strictly=True)
        if span is not None:
            yield span
    for end in ends:
        span = _after_office(text, end, words)
        if span is not None:
            yield span
    yield from _rows(text, words, ends)
    for match in _SOMEBODY.finditer(text):
        if is_surname(match[1]) or match[0].endswith("某某"):
            yield match.span()


def _size(text: str, at: int) -> int:
    """How long the surname is that begins here; 0 for none."""
    if is_double_surname(text[at : at + 2]):
        return 2
    return 1 if is_surname(text[at : at + 1]) else 0


def _edge(text: str, at: int, ends: Collection[int]) -> bool:
    return at == 0 or text[at - 1] in _EDGES or at in ends


def _before(text: str, at: int, words: Words, ends: Collection[int]) -> Span | None:
    """The name that ends here, right before a title."""
    for length in (4, 3, 2):
        start = at - length
        if start < 0 or not (size := _size(text, start)) or (length == 4 and size != 2):
            continue
        name = text[start:at]
        if not re.fullmatch(f"[{HAN}]+", name) or _NOT_GIVEN.search(name[size:]) or is_word(name):
            continue
        edge = _edge(text, start, ends)
        if not edge and not (text[start - 1] in _BEFORE or words.starting_at(start) is not None):
            continue
        if len(name) - size == 2 and is_word(name[:2]) and name[-1] in _BEFORE:
            continue
        given_is_word = len(name) - size == 2 and is_word(name[size:])
        behind = start in ends and not is_word(name[:2])
        if name[0] in WORDLIKE and size == 1 and not behind and (given_is_word or (is_word(name[:2]) and not edge)):
            continue
        if not edge and size == 1 and is_word(name[:2]) and not _cut_as_name(start, words):
            continue
        if length == 2 and not edge and not _cut_as_name(start, words):
            continue
        return start, at
    return _surname_alone(text, at, words, ends) or _at_edge(text, at, words, ends)


_NOBODY = frozenset(
    "科副正老总区县市省镇乡村院班组队部局处站所办科委厅室年月日各全本该两几名位个等由请的了是在和与及新原现前后男女小大高中低代分主党医护药技工农兵学商法首当每某任其他她我你国家片段系校馆厂社团会对派让给有看包排报帮敢能专替请找问听叫管民建先才已要把去来做强即使如若因时日可就再又都也还很最更将无另据按经自从当任"
)
_ORDINARY_BEFORE = re.compile(
    "[的了在是由请为和与及各全本该等两几名位个副科部室办处局委院站所会长员级类组队班师们]|分管|优秀|外科|内科|首席|职务|聘任|担任|技术|医疗|护理|行政|业务|科研|教学"
)


def _at_edge(text: str, at: int, words: Words, ends: Collection[int]) -> Span | None:
    """折副主任, 阿牛木支医师: whatever stands alone between a certain edge and a title, if it is no word."""
    if MEETING.match(text, at):
        return None
    for size in (1, 2, 3, 4, 5):
        start = at - size
        if start < 0 or not re.fullmatch(f"[{HAN}]+", text[start:at]):
            return None
        beside = size > 1 and text[start - 1 : start] in ("和", "与", "及")
        if not (_edge(text, start, ends) or beside):
            continue
        name = text[start:at]
        if size == 1:
            leads = _LEADER.match(text, at) is not None
            return (
                (start, at) if name not in _NOBODY and (leads or (is_surname(name) and name not in WORDLIKE)) else None
            )
        if _ORDINARY_BEFORE.search(name) or is_word(name):
            return None
        if start in ends and size == 3 and not is_word(name[:2]) and not _NOT_GIVEN.search(name):
            return start, at
        sounds = sum(c in SOUNDS for c in name)
        pairs = sum(is_word(name[i : i + 2]) for i in range(size - 1))
        named = sounds * 4 >= size * 3 or (size == 3 and is_surname(name[0]) and name[0] not in WORDLIKE)
        return (
            (start, at) if named and pairs * 3 <= size and not any(acts(w) for w in words.between(start, at)) else None
        )
    return None


MEETING = re.compile(
    "(?:院长|书记|主任|局长)(?:办公会|接待|信箱|会议|项目|查房|热线|负责制|工程|例会|值班|助理会)|干事[、创业能会]|护士[站长]?(?:站|岗)"
)
_LEADER = re.compile(
    "(?:副)?(?:总)?(?:主任|院长|书记|[科处局厅省市县区镇乡部所站股]长|主席|护士长|教授)|总(?:会计师|药师|工程师)|大夫"
)


def _surname_alone(text: str, at: int, words: Words, ends: Collection[int]) -> Span | None:
    if is_double_surname(text[max(0, at - 2) : at]) and (
        at == 2 or words.starting_at(at - 2) or text[at - 3] in _EDGES
    ):
        return at - 2, at
    start = at - 1
    if text[max(0, start) : at] == "任" and (start == 0 or text[start - 1] in "。；\n"):
        return start, at
    if start < 0 or not is_surname(text[start]) or text[start] in _NEVER_ALONE:
        return None
    if _edge(text, start, ends):
        return start, at
    if words.starting_at(start) is None or is_word(text[start - 1 : at]):
        return None
    before = words.ending_at(start)
    stands = text[start - 1] in _BEFORE or (
        before is not None and before.tag in ("v", "vn", "p", "c", "r", "uj", "ul", "nt")
    )
    return (start, at) if stands and text[start] not in WORDLIKE else None


def _cut_as_name(start: int, words: Words) -> bool:
    word = words.starting_at(start)
    return word is not None and word.tag.startswith("nr")


def _after(text: str, at: int, words: Words, strictly: bool = False) -> Span | None:
    """The name that begins here, right behind a title or a role; `strictly` where anybody may be meant."""
    size = _size(text, at)
    if not size or (size == 1 and text[at] in _NEVER_ALONE):
        return None
    for length in (size + 2, size + 1):
        end = at + length
        name = text[at:end]
        if len(name) < length or not re.fullmatch(f"[{HAN}]+", name) or _NOT_GIVEN.search(name[size:]) or is_word(name):
            continue
        follows = end == len(text) or text[end] in _EDGES or text[end] in _AFTER
        if name.endswith(_NO_PERSON) or name.startswith("荣"):
            continue
        if strictly and (not follows or length == size + 1 or is_word(name[:2]) or name[0] in WORDLIKE):
            continue
        if not follows and words.starting_at(end) is None:
            continue
        if size == 1 and is_word(name[:2]) and not (_cut_as_name(at, words) and words.ending_at(end)):
            continue
        cut = _cut_as_name(at, words) and words.ending_at(end) is not None
        if size == 1 and name[0] in WORDLIKE and not cut and (not follows or is_word(name[1:])):
            continue
        if length - size == 2 and not follows and is_word(text[end - 1 : end + 1]) and not _cut_as_name(at, words):
            continue
        if length - size == 1 and not (follows or _cut_as_name(at, words)):
            continue
        return at, end
    return None


def _after_office(text: str, at: int, words: Words) -> Span | None:
    """A name right behind a unit or a department, without a title: only where the dictionary's own cut says so."""
    word = words.starting_at(at)
    if word is None or not word.tag.startswith("nr") or not 2 <= len(word.text) <= 4:
        return None
    name = word.text
    fits = _size(text, at) and name[0] not in WORDLIKE | _NEVER_ALONE and not is_word(name) and not is_word(name[:2])
    fits = fits and not _NOT_GIVEN.search(name[1:])
    return (at, word.end) if fits else None


def _rows(text: str, words: Words, ends: Collection[int]) -> Iterator[Span]:
    """马晓燕、丁国庆、鲁玉梅三名骨干: names without any title, told by each other."""
    for match in _ROW.finditer(text):
        items = [(match.start() + m.start(), match.start() + m.end()) for m in _ROW_ITEM.finditer(match[0])]
        # 选派|马晓燕 and 鲁玉梅|三名: the outer two carry what stands round the row.
        counted = _COUNTED.match(text, match.end()) or _COUNTED.search(match[0])
        for loosely in (False, True) if counted else (False,):
            head = _row_head(text, items[0], words, ends, loosely)
            tail = _row_tail(text, items[-1], words, loosely)
            named = [s for s in items[1:-1] if _reads(text, s, loosely)]
            if head is None or tail is None or len(named) < len(items) - 2:
                continue
            if sum(b - a >= 3 for a, b in (head, *named, tail)) >= 2:
                yield from (head, *named, tail)
                break


_COUNTED = re.compile("[两三四五六七八九十]?[名位]?同志|[两三四五六七八九十几][名位人]|等[两三四五六七八九十0-9]|等$")


def _row_head(text: str, first: Span, words: Words, ends: Collection[int], loosely: bool) -> Span | None:
    for size in (3, 2):
        start = first[1] - size
        begins = start >= 0 and (_edge(text, start, ends) or words.starting_at(start) is not None)
        if begins and _reads(text, (start, first[1]), loosely):
            return start, first[1]
    return None


def _row_tail(text: str, last: Span, words: Words, loosely: bool) -> Span | None:
    for size in (3, 2):
        end = last[0] + size
        follows = end >= len(text) or text[end] in _EDGES or text[end] in _AFTER or words.starting_at(end) is not None
        if end <= len(text) and follows and _reads(text, (last[0], end), loosely):
            return last[0], end
    return None


def _reads(text: str, span: Span, loosely: bool = False) -> bool:
    """Whether a stretch can be nothing but a name: a surname, and no word; `loosely` where persons are counted."""
    name = text[span[0] : span[1]]
    size = _size(text, span[0])
    if not size or not 2 <= len(name) <= 4 or len(name) - size not in (1, 2) or not re.fullmatch(f"[{HAN}]+", name):
        return False
    if is_word(name) or _NOT_GIVEN.search(name[size:]) or name.endswith(_NO_PERSON):
        return False
    if size == 2 or (loosely and len(name) == 3 and not is_word(name[1:])):
        return True
    return not (name[0] in WORDLIKE or is_word(name[:2]))


_NO_PERSON = (
    *"县市区镇乡村省州滩坝河江湖库山",
    "医生",
    "大夫",
    "主任",
    "院长",
    "书记",
    "护士",
    "老师",
    "科长",
    "处长",
    "局长",
    "教授",
    "医师",
)
