"""Persons told by weighing: what stands beside a title, in a row, or behind an office, and how much like a name it looks.

In: a text, its words, and where names of units and departments end.  Out: spans of persons' names.

`people` and `titled` know certain cases.  A rare surname (种院长, 者学军) is an ordinary word as often as a name, so that no
single sign is enough: here the surname, the given name, the dictionary's cut and both edges each count, and the sum
decides.  Surprise: two doubtful names in a row (游技师、门技师) are no longer doubtful.
"""

import re
from collections.abc import Collection, Iterator

from chugao.corpus.likely import (
    BEFORE,
    CALLED,
    COUNTED,
    EDGES,
    ENDS_IN_TITLE,
    ENOUGH,
    HAN,
    TITLE,
    Span,
    best_name,
    ends_there,
    like_given,
    looks_like,
    persons,
    plain,
    rare,
)
from chugao.corpus.people import never_a_name
from chugao.corpus.sounded import dotted, elders, of_others, somebody, sounds_behind
from chugao.corpus.titled import MEETING
from chugao.corpus.words import Words, is_word

_ROLE = re.compile(
    rf"(?:{CALLED}|带头人|负责人|主持人|联系人|村医|乡医|成员|组员|队员|干部|专家|职工|教师|学员|党员|骨干)(?:（?[一二三四五六七八九十\d]+名）?)?(?=[{HAN}])"
)
_ANYBODY = frozenset("成员 组员 队员 干部 专家 职工 教师 学员 党员 骨干 委员 同志".split())
"""Roles behind which an ordinary word stands as often."""
_MODIFIED = re.compile(
    r"(?:老|原|时任|现任|常务|专职|兼职|责任|执行|首席|名誉|规培|进修|带教|科|区|片区?|病区|助理|副|党小|党支部|党总支|[一二三四五]级|主治|主管|支部|全科|公卫|工会|女工|[两三四五六七八九几][位名])$"
)
_NEVER_ALONE = frozenset(
    "任时原全各应管连年须班常和从都有但为代副总经会党步通越支承当师首令本此每新其是后相开法农现兼前那晋由向同并及与正老县市区省镇乡村院部组队科站所办室个名位等请了在大小女男主分技工军校公家片系馆厂社团国中高"
)
"""Never a surname right before a title, unless something else says so."""
_KNOWN_WORDS = frozenset("ns nt nr nrt".split())
_ALONE = 4
_WEAK = 3


def called(
    text: str,
    words: Words,
    ends: Collection[int] = (),
    known: Collection[Span] = (),
    surnames: Collection[str] = (),
) -> Iterator[Span]:
    """Every name of a person that the weights find.

    `known` are names found otherwise, `surnames` those of persons the document names in full.
    """
    found: list[Span] = list(known)
    for match in _ROLE.finditer(text):
        found += _behind(text, match.end(), words, match[0] in _ANYBODY)
    for match in _LEADER.finditer(text):
        found += _surname_behind(text, match.end())
    weak: list[tuple[int, int, int, int]] = []
    for match in TITLE.finditer(text):
        if MEETING.match(text, match.start()):
            continue
        at = match.start()
        while (before := _MODIFIED.search(text[max(0, at - 4) : at])) is not None:
            at -= len(before[0])
        span = _full_before(text, at, words, ends)
        if span is None and (made := _MADE.search(text[max(0, at - 2) : at])) is not None:
            span = _full_before(text, at - len(made[0]), words, ends, 1)
        if span is not None:
            found.append(span)
            weak.append((*span, match.end(), ENOUGH))
        elif (alone := _alone(text, at, match[0], words, ends, surnames)) is not None:
            weak.append((*alone[0], match.end(), alone[1]))
    found += _promoted(text, sorted(weak))
    found += list(_in_row(text, words, ends, found))
    for end in ends:
        span = best_name(text, end, words, 2)
        if span is not None and (span[1] - span[0] > 3 or text[span[0] : span[0] + 2] in persons().double):
            found.append(span)
    yield from found[len(known) :]
    yield from somebody(text)
    yield from of_others(text, ends)
    yield from dotted(text)
    yield from _rows(text, words)
    yield from elders(text)


def _in_row(text: str, words: Words, ends: Collection[int], found: Collection[Span]) -> Iterator[Span]:
    """What stands before and behind a name in a row with it."""
    starts, stops = {start for start, _ in found}, {end for _, end in found}
    for start, end in found:
        if end - start > 1 and text[end : end + 1] == "、" and end + 1 not in starts:
            yield from _behind(text, end + 1, words, False)
        while end - start > 1 and start and text[start - 1] in "、和与" and start - 1 not in stops:
            before = _full_before(text, start - 1, words, ends, 1)
            if before is None:
                break
            yield before
            start, end = before
            stops.add(end)


def trimmed(text: str, span: Span) -> Span | None:
    """A name without the title some rule took in with it (寇|师傅, 逯某|为); None for what is no person (主任负责制)."""
    start, end = span
    if (
        MEETING.match(text, end)
        or _EVERYBODYS.match(text, end)
        or text[start:end] in _NOBODY
        or text[start:end] in "对由请为"
    ):
        return None
    if text[start:end] == "任" and ENDS_IN_TITLE.search(text[max(0, start - 6) : start]):
        return None
    if end - start > 2 and text[end - 1] == "为" and _MADE_WHAT.match(text, end):
        end -= 1
    if end - start > 2 and text[start] in "由请":
        start += 1
    if end - start > 2 and _CUT.match(text, end - 1):
        end -= 1
    if end - start == 3 and _OPENS.match(text, start + 1):
        return start, start + 1
    for at in range(start + 1, end):
        if TITLE.match(text, at) or text.startswith("专家", at):
            return start, at
        if text[at] == "老" and end - start == 2:
            return start, at
        if text[at] == "某":
            return start, min(end, at + 2 if text[at + 1 : at + 2] == "某" else at + 1)
    return start, end


_MADE_WHAT = re.compile(rf"[{HAN}]{{0,10}}(?:主任|科长|院长|护士长|书记|主席|部长|处长|股长)")
_OPENS = re.compile(
    "召集|召开|安排|宣布|要求|强调|指出|表示|提出|通报|分析|部署|签订|看望|慰问|主抓|开设|主持|带队|带领|牵头|负责|汇报|参加|组织|完成|陪同|出席|走访|调研|督导|坐诊|介绍|讲授"
)
_CUT = re.compile(
    "带班|带队|带领|兼任|约谈|陪同|签[字了约]|[做作]了|主讲|主刀|主持|牵头|率队|当选|获评|分管|来院|到院|赴[^约会宴]"
)
_EVERYBODYS = re.compile("总书记|主席等|主席在|总理|同志为(?:核心|总书记)")
"""Whose name stands before these is in every report of its time."""
_NOBODY = frozenset("医共体 医联体 党小 公卫 养老 荣获 占比 全科 党支".split())


def _behind(text: str, at: int, words: Words, anybody: bool) -> Iterator[Span]:
    """The name behind a title, and those in a row with it."""
    if text[at : at + 1] in ("与", "及") or (
        text[at : at + 1] == "和" and (text[at + 1 : at + 2] in persons().surnames or not like_given(text, at, at + 3))
    ):
        return
    span = best_name(text, at, words, -1 if anybody else 1) or (None if anybody else sounds_behind(text, at))
    while span is not None:
        yield span
        follows = span[1] < len(text) and text[span[1]] in "、和与"
        span = best_name(text, span[1] + 1, words, 1) if follows else None


def _full_before(text: str, at: int, words: Words, ends: Collection[int], bonus: int = 0) -> Span | None:
    """The name in full right before a title."""
    for size in (4, 3, 2):
        start = at - size
        if start < 0 or (size == 4 and text[start : start + 2] not in persons().double):
            continue
        looks = looks_like(text, start, at, words)
        if looks is None:
            continue
        if start == 0 or text[start - 1] in EDGES or start in ends:
            edge = 2
        elif text[start - 1] in BEFORE:
            edge = 1 if words.starting_at(start) is not None else 0
        else:
            edge = 0 if words.starting_at(start) is not None else -3
        if text[start] in "和与及" and ENDS_IN_TITLE.search(text[max(0, start - 6) : start]):
            continue
        if looks + edge + bonus >= ENOUGH:
            return start, at
    return None


_LEADER = re.compile(
    "(?:院长|书记|主任|[科处局厅县市区镇乡所站股会校队组]长|经理|主席|护士|医生|会计师)(?:（女）)?(?=[" + HAN + "])"
)


def _surname_behind(text: str, at: int) -> Iterator[Span]:
    """院长植、副院长禤、邝带队: a document that tells surnames only, behind the title."""
    while at < len(text) and ((plain(text[at]) and text[at] in persons().surnames) or rare(text[at])):
        edge = text[at + 1 : at + 2]
        if not (edge in ("、", "，", "（") or edge == "等" or ends_there(text, at + 1)):
            return
        if is_word(text[at : at + 2]) or never_a_name(text[at : at + 2]) or (at + 1 == len(text)):
            return
        yield at, at + 1
        at += 2 if edge == "、" else len(text)


_LEADS = re.compile("(?:副)?(?:院长|书记|主任|[科处局厅县区镇乡所站股]长|护士长|教授|主席)")
_MADE = re.compile("(?:当选|担|兼|新|转|出)?任$|(?:当选)?为$")
_GROUP = re.compile("(?:专家|干部|队员|医生|团队|两级|三级|省级|骨干)$")


def _alone(
    text: str, at: int, title: str, words: Words, ends: Collection[int], surnames: Collection[str]
) -> tuple[Span, int] | None:
    """(a surname by itself before a title, its weight)."""
    known = persons()
    for size in (2, 1):
        start = at - size
        if start < 0:
            continue
        name = text[start:at]
        if size == 2 and name not in known.double:
            continue
        if size == 1 and name not in known.surnames:
            continue
        if size == 1 and name in _NEVER_ALONE - frozenset(surnames):
            # 苑主任、和副主任: only between names.
            if text[start - 1 : start] == "、" and ENDS_IN_TITLE.search(text[max(0, start - 7) : start - 1]):
                return (start, at), _WEAK
            continue
        weight = 3 if size == 2 else 2 if plain(name) else 1
        weight += 2 if name in surnames else 0
        weight += 1 if _LEADS.match(text, at) else 0
        weight += _left(text, start, words, ends)
        if size == 1 and start and is_word(text[start - 1 : at]):
            weight -= 2
        if is_word(name + title) and name not in surnames:
            weight -= 2
        return ((start, at), weight) if weight >= _WEAK else None
    return None


def _left(text: str, start: int, words: Words, ends: Collection[int]) -> int:
    """What the edge before a surname is worth."""
    if start in ends:
        return 3
    if start == 0 or text[start - 1] in EDGES or _GROUP.search(text[max(0, start - 2) : start]):
        return 2
    if text[start - 1] in "和与及" and ENDS_IN_TITLE.search(text[max(0, start - 6) : start - 1]):
        return 4
    if text[start - 1] in BEFORE:
        return 2
    if re.search("[本今去全上当前]年$", text[max(0, start - 2) : start]):
        return 2
    before = words.ending_at(start)
    if before is None:
        return 0
    if before.text[-1] in "科室部办处股院局站所" and len(before.text) > 1:
        return 2
    return 2 if before.tag in _KNOWN_WORDS else 1 if before.tag in ("v", "vn", "t") else 0


def _promoted(text: str, weak: list[tuple[int, int, int, int]]) -> Iterator[Span]:
    """Those that are certain, and those beside one another."""
    for number, (start, end, after, weight) in enumerate(weak):
        beside = any(
            text[a:b] in ("、", "和", "与", "及", "，")
            for a, b in (
                *([(weak[number - 1][2], start)] if number else []),
                *([(after, weak[number + 1][0])] if number + 1 < len(weak) else []),
            )
        )
        if weight >= _ALONE or beside:
            yield start, end


_ROW = re.compile(rf"[{HAN}]{{2,5}}(?:、[{HAN}]{{2,6}}){{1,14}}")
_SENT = re.compile("选派|选送|抽调|派出|派|安排|推荐|表彰|聘请|邀请|招聘|引进|任命|免去|聘任|由|对|请")
_GONE = re.compile("[到赴在去为任等参前分担负获入进]")


def _rows(text: str, words: Words) -> Iterator[Span]:
    """选派矫健、隋文静、宫平、曲延龙四名: names that are counted, most of them beyond doubt."""
    for match in _ROW.finditer(text):
        items = [(match.start() + m.start(), match.start() + m.end()) for m in re.finditer(f"[{HAN}]+", match[0])]
        counted = COUNTED.search(text, items[-1][0] + 2, items[-1][1] + 5)
        if counted is None and not (_SENT.match(match[0]) and _GONE.search(text, items[-1][0] + 2, items[-1][0] + 4)):
            continue
        cut = [_row_item(text, item, words, number == 0, number == len(items) - 1) for number, item in enumerate(items)]
        named = [c for c in cut if c is not None]
        if len(named) == len(items) and sum(weight >= _WEAK for _, weight in named) * 2 > len(items):
            yield from (span for span, _ in named)


def _row_item(text: str, item: Span, words: Words, first: bool, last: bool) -> tuple[Span, int] | None:
    """(the name in one item of a row, how much it looks like one); the outer two carry what stands round the row."""
    best: tuple[Span, int] | None = None
    for size in (2, 3, 4):
        span = item
        if first:
            span = item[1] - size, item[1]
        elif last:
            span = item[0], item[0] + size
        if span[0] < item[0] or span[1] > item[1] or not 2 <= span[1] - span[0] <= 4:
            continue
        looks = looks_like(text, *span, words)
        if looks is None:
            continue
        if last and not (
            span[1] == len(text) or text[span[1]] in EDGES or COUNTED.match(text, span[1]) or _GONE.match(text, span[1])
        ):
            continue
        looks += 5 if is_word(text[slice(*span)]) and span == item else 0
        if best is None or looks >= best[1]:
            best = span, looks
    return best
