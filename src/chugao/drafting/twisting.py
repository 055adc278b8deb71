"""What a model turned round: the words of one matter with another meaning.

In: a clause, and the text of the matter it stands on.  Out: sentences in Chinese for the model.

“仍需跨楼转运” shares all but two characters with “不再跨楼转运”.  So the few words on which a meaning hangs (not, most,
will, the whole country, whose) are held one by one against the matter itself; any other word may be put otherwise.
"""

import re
from collections.abc import Iterator
from itertools import accumulate, combinations, pairwise

from chugao.drafting.alike import LET_IN, SAYS_NOTHING, VAGUE, WEIGHTY, much_alike
from chugao.drafting.tiling import (
    DENYING,
    SIGN,
    STEPS,
    Laid,
    Over,
    Strip,
    is_doing,
    said_by,
    strip_of,
    whole_words,
    words_in,
)
from chugao.manuscript import SLOT

_HAN = "[一-鿿]"
_NEAR = 3
_WORD = 2
_LITTLE = 0.4
_SCOPE = 4
_LIMIT = re.compile(
    r"大部分|部分|少数|个别|几乎|暂(?!停)|拟|承诺|才|须|是否|视(?=[一-鿿]{1,10}[定而情])|(?<![解免清拆排去扣消])除|外(?=[一-鿿])|自愿|首次"
)
_ONE_WAY = re.compile(r"改为|(?<!原)因|导致|比|增到|减到|缩到|[由从][^由从]{1,12}[到至]")
_THEN = re.compile("后(?!勤)|(?<![不必能])再|才|(?<![目当])前(?!往)")
_FULFILLED = {"须": ("须", "才", "要"), "视": ("视",), "才": ("须", "才"), "暂": ("暂", "未")}
_TIME = re.compile("(?:当天|时|期间)$")
_WHO = re.compile("[师员士者人长属民工生]$|..[科室局委部站院所办处]$|(?:中心|公司|学校|企业|单位)$")
_PARTICLES = frozenset("和与同跟及由在对把将被向从以为给经到等")
_HOUSE = re.compile("[科室局委部站院所办处师员士者]$")
_FREE_TO = re.compile("(?<!才)可|自愿|鼓励|不必|免")
_TURNS = frozenset(
    "即将 正在 有望 预计 拟 率先 独家 唯一 首次 超额 提前 停止 暂停 取消 中断 终止 拒绝 禁止 几乎 基本 完全 彻底 一律 必 只 仅 因 须 否认 反对 承担 带动 促进 影响 牵引 催生 决定".split()
)
_ONCE = re.compile("一[次例个名项家天周月年]")
_PASSIVE = re.compile("[被由让请向对把将]")
_HOW_LONG = re.compile("永|终身|长期|永远|始终|当即|临时|短期")
_REFUSING = re.compile("[除外免停缓拒禁止]")
_STILL = re.compile("仍|照常|照旧|继续")
_CAME_ABOUT = frozenset("开通 投用 完工 完成 实行 到位".split())
"""What says of a thing only that it came about: the thing itself may be told in its place."""
_PERSON = re.compile("[师员士者长属工生]$")
_LOGIC = ("因", "导致", "除", "只", "才可", "须", "不能")
_CHANGED = re.compile("改|变|不再|原|换|告别|取消|停|由.{1,12}到|从.{1,12}到")
_BEYOND = re.compile(
    rf"(?:全[国省市县区]|[国省市县]内|同级|同类|同行|行业|区域|周边|兄弟){_HAN}{{0,4}}(?:平均|水平|均值|标准线|医院|单位)"
)
_COUNTED = re.compile(r"[两二三四五六七八九十]大(?![学队厅楼型夫小])")
_MORE = re.compile(r"超额|提前完成|提前达[成标到]|远[超高低]")
_EVERYTHING = re.compile(
    "(?:各项|各类|全部|所有|主要)[一-鿿]{0,4}(?:指标|任务|目标)(?:均|都|全部|全面|已|如期|圆满|顺利|按期)*(?:完成|达标|达到|达成|优于|好于|实现|落实)"
)
_HENCE = re.compile("从而|进而|得益于|由此带动|直接促成")
_REFUSED_VALUE = re.compile(r"(?:不|未|没|没有|无|非|并未)\{")
_DONE = re.compile(
    r"已经?(?!有)|完成了|建成了|启用了|实现了|取得了|得到了|顺利完成|(?<=[\u4e00-\u9fff][\u4e00-\u9fff])了(?![解如])"
)
_SOON = re.compile(r"[今明即]日|(?<!以)[本下上当][周月]|近[日期]|本?季度内|(?<!\d个)月内")
_REACH = 10
_LEFT_OUT = re.compile("^([一-鿿]{2,12})除外$")
_LEAVING_OUT = ("除{}外", "除{}以外", "{}除外", "{}以外")
_ENDS = re.compile("[，。；]|$")
_REACHED = re.compile("(完成|实现|取得|新增|获得|达到)了?$")


def turned(clause: str, matter: str, frame: str, around: str = "") -> list[str]:
    """What a clause makes of a matter that it does not say; `frame` names the section, the department and the house.

    All keep their slots; `around` is the sentence of the clause.
    """
    told: list[str] = []
    if (left_out := _LEFT_OUT.search(clause)) and any(f.format(left_out[1]) in matter for f in _LEAVING_OUT):
        return []
    said = strip_of(around or clause, {}).text
    before = strip_of(around[: max(around.find(clause), 0)], {}).text
    for laid in Laid(clause, matter, frame).ways():
        problems = [*_strange(laid), *_swapped(laid, before), *_denied(laid), *_crossed(laid), *_valued(laid)]
        problems += _before_values(clause, matter, around)
        for number in dict.fromkeys(t.clause for t in laid.tiles if t.clause >= 0):
            over = Over(laid, number)
            problems += [p for check in _CHECKS for p in check(over, said)]
        if not problems:
            return []
        told = told or problems
    members = _members(clause) if told else []
    if members and not any(turned(m, matter, frame, around) for m in members):
        return []
    return list(dict.fromkeys(told))


def _members(clause: str) -> list[str]:
    """由责任护士悬挂、感控专员取下: what is said in one breath and may be judged one by one.

    Each says what is done, and either all of them or none say by whom: else the doer of one would be that of all.
    """
    members = clause.split("、")
    acts = all(any(is_doing(w) and w not in SAYS_NOTHING for w in _words(m)) for m in members)
    return members if len(members) > 1 and acts and len({says_who(m) for m in members}) == 1 else []


def says_who(text: str) -> bool:
    """Whether a text names a person or an office, by the ends of its words."""
    return any(_WHO.search(w) for w in _words(text))


def _words(text: str) -> list[str]:
    strip = strip_of(text, {})
    return whole_words(strip, 0, len(strip.text))


def _strange(laid: Laid) -> Iterator[str]:
    """A word that the matter does not have, and that is no other word for one that it has."""
    main = Over(laid, laid.main)
    lost = [words_in(main.strip, *m) for m in main.missing]
    for tile in laid.tiles:
        if tile.clause != laid.main and (word := laid.here.text[tile.start : tile.end]) in _LOGIC:
            yield (
                f"“{word}”资料里不是这样说的：资料里是“{laid.raw_there[tile.clause]}”"
                if tile.clause >= 0
                else laid.against()
            )
    ruled = not _FREE_TO.search(main.strip.text)
    free = sum(end - start for start, end in laid.new) <= _LITTLE * len(laid.here.text)
    for start, end in laid.new:
        word = laid.here.text[start:end]
        names = _HOUSE.search(laid.here.word_at(end))
        if word == "须" and ruled:
            continue  # 另行签字, told as 需另行签字
        if (
            free
            and is_doing(word)
            and not _HOW_LONG.search(word)
            and not names
            and not WEIGHTY & set(word)
            and word not in _TURNS
        ):
            free = False  # one verb of its own a clause may have; 呼吸 of 呼吸内科 is none
            continue
        if not any(much_alike(word.strip(STEPS), m) for m in lost if m):
            yield f"“{laid.raw_here}”里的“{laid.raw_word(start)}”，资料里这件事没有写，请照资料写"


def _swapped(laid: Laid, around: str) -> Iterator[str]:
    """Another word in the very place of one that is gone: 护士 for 医生, this office for that, this value for that."""
    over, text = Over(laid, laid.main), laid.here.text
    for before, after in pairwise((None, *over.tiles, None)):
        start, end = before.end if before else 0, after.start if after else len(text)
        put_in = _pithy(laid.here, start, end)
        for gap in over.missing if put_in or _ONCE.search(text[start:end]) or _STILL.search(text[start:end]) else ():
            behind = before is not None and gap[0] == before.there_end
            ahead = after is not None and gap[1] == after.there
            gone = _pithy(over.strip, *gap)
            # What may be let in anywhere stands for another word only in the very gap of that word.
            only = put_in not in LET_IN or (behind and ahead) or (None in (before, after) and len(gone) <= _NEAR)
            raw = over.strip.text[slice(*gap)]
            only = only and not ((before is None and _when(raw)) or (after is None and gone in VAGUE))
            denied = _odd(raw) != _odd(text[start:end]) and much_alike(put_in, gone)
            elsewhere = gone in _CAME_ABOUT and laid.told_elsewhere(start, end)
            another = only and not elsewhere and not set(gone) <= set(around) and _another(put_in, gone)
            # 手册先提供给患者使用: what the matter is about, where the clause leaves it out.
            about = (
                laid.told_elsewhere(start, end) and is_doing(gone) and not is_doing(put_in) and not _WHO.search(put_in)
            )
            another = another and not about
            apart = (
                laid.told_elsewhere(start, end)
                and put_in not in gone
                and gone not in put_in
                and not SIGN.search(put_in)
            )
            another = another or bool(only and apart and gone and put_in and not (is_doing(put_in) or is_doing(gone)))
            once = SIGN.search(raw) and _ONCE.search(text[start:end])
            # 节假日仍按时段, where the matter has 节假日不分时段.
            still = behind and ahead and _odd(raw) and not _odd(text[start:end]) and _STILL.search(text[start:end])
            if (behind or ahead) and (denied or another or once or still):
                yield laid.against()


# --- of each clause of the matter that words were taken from ---


def _borrowed(over: Over, around: str) -> Iterator[str]:
    """Words of another clause without those it begins with: somebody else's doing, another time, another value."""
    laid, first = over.laid, over.tiles[0]
    if over.number == laid.main or all(laid.here.text[t.start : t.end] in LET_IN for t in over.tiles):
        return
    if _a_thing_of_it(over):
        return
    subjects = [laid.here.text[t.start : t.end] for t in over.tiles if t.there == 0 and laid.is_whole(t)]
    if over.number and any(re.search(f"[、和及与]{w}|{w}[、和及与]", laid.raw_here) for w in map(re.escape, subjects)):
        # 门诊和体检中心已开通: one whose own clause says something else, in one row with those of this one.
        yield laid.against(over.number)
    begins = first.there == 0 and first == laid.tiles[0] and 1 < first.end - first.start < len(over.strip.text)
    if over.number > laid.main and begins:
        # 急诊也停用手工日报: of whom the matter says something else further on.
        yield laid.against(over.number)
    start = min(t.there for t in over.tiles)
    gone, put_in = words_in(over.strip, 0, start), words_in(laid.here, 0, first.start)
    times = [frozenset(w) & {"前", "后"} for w in (over.strip.text[:start], laid.here.text[: first.start])]
    if _when(over.strip.text[:start]):
        gone = ""
    if (
        over.number
        and first.end - first.start > 1
        and (_another(put_in, gone) or (all(times) and times[0] != times[1]))
    ):
        yield laid.against(over.number)
    values = [w for w in over.missing if SIGN.search(over.strip.text[slice(*w)])]
    put_in = "".join(laid.here.text[t.start : t.end] for t in laid.tiles if t.clause != over.number)
    if values and SIGN.search(put_in) and max(t.end - t.start for t in over.tiles) > 1:
        yield laid.against(over.number)


def _a_thing_of_it(over: Over) -> bool:
    """材料不全的申请: one word of another clause, for what the clause itself is about."""
    first, main = over.tiles[0], Over(over.laid, over.laid.main)
    single = len(over.tiles) == 1 and first.end - first.start <= _WORD
    return single and main.longest > _WORD and over.laid.here.text[: first.start].endswith("的")


def _another_doer(over: Over, around: str) -> Iterator[str]:
    """Somebody put in where somebody else is gone."""
    gone = [w for m in over.missing for w in whole_words(over.strip, *m) if _WHO.search(w) and w not in around]
    taken = {i for t in over.laid.tiles if t.clause in (over.number, over.laid.main) for i in range(t.start, t.end)}
    here = over.laid.here
    put_in = [here.text[s:e] for s, e in here.words if not taken & {*range(s, e)} and _WHO.search(here.text[s:e])]
    alike = bool(gone and put_in) and (much_alike(put_in[0], gone[0]) or put_in[0] in LET_IN)
    if over.longest > 1 and gone and put_in and not alike:
        yield over.laid.against(over.number)
    for tile in over.tiles:
        ours, theirs = here.word_at(tile.end), over.strip.word_at(tile.there_end)
        # 组长由社区医生指定, where the matter has 组长由患者推选.
        if here.text[: tile.end].endswith("由") and tile.end - tile.start > _WORD and _another(ours, theirs):
            yield over.laid.against(over.number)
    for one, other in pairwise(over.tiles):
        between = here.text[one.end : other.start]
        # 提醒营养师 told as 营养师提醒, 借用妇科的 told as 妇科要借用.
        joined = one.there == other.there_end and not words_in(here, one.end, other.start)
        joined = joined and not DENYING & set(here.text[other.start : other.end])
        if joined and not _PASSIVE.search(between) and _HOUSE.search(here.text[one.start : one.end]):
            yield over.laid.against(over.number)
        # 由公司派驻、护士长管理 told as 由公司管理: who does it is left out, and somebody else stands in his place.
        left_out = whole_words(over.strip, one.there_end, other.there) if one.there_end < other.there else []
        doers = [w for w in left_out if _WHO.search(w) and w not in here.text + around]
        if doers and not between and _WHO.search(here.text[: one.end]) and "、" in over.laid.raw_there[over.number]:
            yield over.laid.against(over.number)
        # 标本漏检没有再发生 told as 溶血标本没有再发生: of what it is denied is left out.
        denied = over.strip.text[other.there] in DENYING and said_by(w for w in left_out if w not in LET_IN)
        if denied and not between and not set(denied) <= set(here.text + around):
            yield over.laid.against(over.number)


def _limits_lost(over: Over, around: str) -> Iterator[str]:
    """部分, 除……外, 暂: said of the very words that the clause has, and gone; or a step left out between two told."""
    here = over.laid.here.text + around
    begun, ended = {t.there for t in over.tiles}, {t.there_end for t in over.tiles}
    for start, end in over.missing if over.longest > 1 else ():
        gone = over.strip.text[start:end]
        for match in _LIMIT.finditer(gone):
            ahead, behind = end in begun and len(gone) - match.end() <= _SCOPE, match.start() == 0 and start in ended
            if (ahead or behind) and not any(o in here for o in _FULFILLED.get(match.group(), (match.group(),))):
                yield over.laid.against(over.number)
        step = start and end in begun and "改为" not in gone and _THEN.search(gone)
        if step and not _THEN.search(over.laid.here.text) and words_in(over.strip, start, end):
            yield over.laid.against(over.number)


def _order_turned(over: Over, around: str) -> Iterator[str]:
    """From and to, cause and effect: what stands on one side there stands on that side here."""
    theirs = over.strip.text
    here = over.laid.here.text
    for one, other in combinations([t for t in over.tiles if here[t.start : t.end] not in LET_IN], 2):
        if one.there < other.there:
            continue
        link = [m for m in over.missing if other.there_end <= m[0] and m[1] <= one.there]
        # “药物灭螺避开鱼塘”, told as “鱼塘用药物灭螺”: the other way round, and what joined them gone.
        said = [m for m in link if not _TIME.search(theirs[slice(*m)])]  # 评分在开标当天公示: 当天公示评分
        done = [w for m in said for w in whole_words(over.strip, *m) if is_doing(w) and w not in SAYS_NOTHING]
        unlinked = any(w not in over.laid.here.text for w in done) and one.end - one.start > 1
        if unlinked or _ONE_WAY.search(theirs[other.there : one.there + 1]):
            yield over.laid.against(over.number)


def out_of_order(sentence: str, matter: str, frame: str) -> Iterator[str]:
    """First and then, said of what the matter tells the other way round, or from one clause to the next."""
    laid = Laid(sentence, matter, frame)
    starts = list(accumulate((len(s.text) for s in laid.there), initial=0))
    theirs = "".join(s.text for s in laid.there)
    told = [(t, starts[t.clause] + t.there) for t in laid.tiles if t.clause >= 0]
    for (one, at), (other, there) in pairwise(told):
        ours = _sense(laid.here.text[one.end - 1 : other.start + 1])
        first, last = sorted(((at, at + one.end - one.start), (there, there + other.end - other.start)))
        said = _sense(theirs[first[1] - 1 : last[0] + 1]) or 1
        if ours and ours != (said if at < there else -said):
            yield f"“{sentence}”次序与资料相反：资料里是“{matter}”"


def _old_told(over: Over, around: str) -> Iterator[str]:
    """What was so before a change, told as if it were so."""
    here = over.laid.here.text
    for tile in over.tiles if not _CHANGED.search(here) else ():
        if over.laid.old(tile):
            yield f"“{over.laid.raw_here}”是改变以前的做法：资料里是“{over.laid.raw_there[over.number]}”"


def _is_act(word: str) -> bool:
    return word == "派" or (is_doing(word) and word not in _PARTICLES and word not in SAYS_NOTHING)


def _doer_before(over: Over, around: str) -> Iterator[str]:
    """口腔科派人, where the matter has 麻醉科派人: who stands right before what is done."""
    here, theirs = over.laid.here, over.strip
    done = {theirs.text[s:e]: who for (a, b), (s, e) in pairwise(theirs.words) if (who := theirs.text[a:b])}
    for (a, b), (s, e) in pairwise(here.words):
        act, ours = here.text[s:e], here.text[a:b]
        who = done.get(act, "")
        if _WHO.search(ours) and _WHO.search(who) and _is_act(act) and not much_alike(ours, who):
            yield over.laid.against(over.number)


_CHECKS = (_doer_before, _borrowed, _another_doer, _limits_lost, _order_turned, _old_told)


def _denied(laid: Laid) -> Iterator[str]:
    """Denied here and not there, or there and not here."""
    for tile in laid.tiles:
        if tile.clause < 0 or laid.old(tile):
            continue
        here, there = laid.before(tile), laid.before_there(tile)
        if _denies(here) != _denies(there) and not here.endswith("把"):
            yield laid.against(tile.clause)
    over, said = Over(laid, laid.main), laid.here.text
    covered = {i for t in laid.tiles for i in range(t.start, t.end)}
    ours = "".join(c for i, c in enumerate(said) if i not in covered)
    lost = [over.strip.text[slice(*m)] for m in over.missing]
    # 骨折的不参加, told as 骨折的也参加: all but the denial is said.
    only = lost and not said_by(w for m in over.missing for w in whole_words(over.strip, *m))
    only = only and _odd(over.strip.text) != _odd(said)
    if only and not laid.old(over.tiles[0]) and _odd("".join(lost)) != _odd(ours) and not _REFUSING.search(said):
        yield laid.against()


def _crossed(laid: Laid) -> Iterator[str]:
    """我院出医护、县里出车辆, told as 我院出车辆: of two statements in one breath the beginning of one and the end of another."""
    for number, raw in enumerate(laid.raw_there):
        bounds = _statements(raw, laid.there[number])
        tiles = [t for t in laid.tiles if t.clause == number] if bounds else []
        marks = [0, *accumulate(len(strip_of(m, {}).text) for m in laid.raw_here.split("、"))]
        for start, end in pairwise(marks):
            inside = [t for t in tiles if start <= t.start < end]
            if inside and inside[0].there == 0 and laid.there[number].text.startswith("由", inside[0].there_end):
                inside = inside[1:]  # 护理员由公司派驻、护士长管理: what both are about
            if len({sum(b <= t.there for b in bounds) for t in inside}) > 1:
                yield laid.against(number)


def _statements(raw: str, strip: Strip) -> list[int]:
    """Where each of the statements of a clause ends that only 、 parts; none where it is a row of names."""
    members = [strip_of(m, {}) for m in raw.split("、")]
    told = all(len(m.words) > 1 and not _HOUSE.search(m.text) for m in members)
    ends = list(accumulate(len(m.text) for m in members))
    return ends if len(members) > 1 and told and ends[-1] == len(strip.text) else []


def _valued(laid: Laid) -> Iterator[str]:
    """全年用印{…}次, where the matter has 减少跑腿{…}次 and speaks of 用印 elsewhere: a value told of another thing."""
    for match in SIGN.finditer(laid.here.text):
        before = [laid.here.text[s:e] for s, e in laid.here.words if e <= match.start()]
        said = [w for w in before if len(w) > 1 and w not in SAYS_NOTHING and w not in LET_IN]
        number = next((n for n, s in enumerate(laid.there) if match.group() in s.text), None)
        if not said or number is None:
            continue
        there = laid.there[number].text.partition(match.group())[0]
        known = said[-1] in there or any(much_alike(said[-1], w) for w in _words(there))
        # 救治晚期病人{…}人: what the whole matter is about, its first clause, may always be said.
        if not known and any(said[-1] in s.text for n, s in enumerate(laid.there) if n not in (0, number)):
            yield laid.against(number)


def _denies(before: str) -> bool:
    """Whether what follows is denied: an odd number of denials, the last of them right before it."""
    bare = before.rstrip("必再能是肯须用会得予可曾全达到做")
    return bool(bare) and bare[-1] in DENYING and sum(c in DENYING for c in bare[-_NEAR:]) % 2 == 1


def _pithy(strip: Strip, start: int, end: int) -> str:
    """What a stretch says, without the words that may be let in anywhere, unless it says nothing else."""
    told = [w for w in whole_words(strip, start, end) if w not in LET_IN]
    return words_in(strip, start, end) if not (pith := said_by(told)) else pith


def _when(raw: str) -> bool:
    """排台时: when it was may be left out where what it was is said."""
    return raw.endswith(("时", "内", "期间")) and not SIGN.search(raw)


def _odd(text: str) -> bool:
    return sum(c in DENYING for c in text) % 2 == 1


def _another(put_in: str, gone: str) -> bool:
    """Whether words stand for others of another meaning; a value only ever stands for a value."""
    values = [bool(SIGN.search(w)) for w in (put_in, gone)]
    if values[0] != values[1]:
        put_in, gone = SIGN.sub("", put_in), SIGN.sub("", gone)
    return bool(put_in and gone) and not much_alike(put_in, gone)


def _sense(between: str) -> int:
    """1 where what stands before came first, -1 where it came last, 0 where nothing says so."""
    found = _THEN.search(between)
    return 0 if found is None else -1 if found.group() == "前" else 1


def _before_values(clause: str, matter: str, around: str) -> Iterator[str]:
    """“完成了{…}” for “转入{…}”: reached what is only counted."""
    for match in SLOT.finditer(clause):
        at = matter.find(match.group())
        word = clause[: match.start()][-2:]
        counted = re.findall(re.escape(word) + r"(\{[a-z_.]+\})", matter) if len(word.strip("{}")) == 2 else []
        if counted and match.group() not in counted:
            yield f"“{word}{match.group()}”与资料不符：资料里是“{word}{counted[0]}”"
        reached = _REACHED.search(clause[: match.start()])
        if reached and at >= 0 and reached.group(1) not in matter[max(0, at - _REACH) : at]:
            last = clause.endswith(match.group()) and _ENDS.match(matter[at + len(match.group()) :])
            if reached.group(1) == "完成" and last and (done := matter[max(0, at - 2) : at]) and done in around:
                continue  # 全年回输…例, told as 开展自体血回输, 全年完成…例
            yield f"“{reached.group()}{match.group()}”与资料不符：资料里是“{matter[max(0, at - 4) : at]}{match.group()}”"


def claimed(text: str, given: str) -> Iterator[str]:
    """What no sentence may say of itself, whatever it stands on: others outdone, things counted, everything reached,
    one thing the fruit of another, a value denied."""
    plain = SLOT.sub("，", text)
    for pattern in (_BEYOND, _COUNTED, _MORE, _EVERYTHING, _HENCE, _SOON):
        for match in pattern.finditer(plain):
            if match.group() not in given:
                yield f"“{match.group()}”资料里没有写，请删去"
    if refused := _REFUSED_VALUE.search(text):
        yield f"“{refused.group()[:-1]}”不能写在槽位前面，槽位自带说法"


def done_too_soon(clause: str, matter: str) -> Iterator[str]:
    """Of what is planned or under way: as if it were done."""
    plain, theirs = SLOT.sub("，", clause), SLOT.sub("，", matter)
    for match in _DONE.finditer(plain):
        verb = plain[match.end() : match.end() + 2]
        if match.group() == "了" and plain[match.start() - 2 : match.end()] in theirs:
            continue  # 两年走了…人: the matter's own words
        if f"已{verb}" not in matter and match.group() + verb not in matter and f"{verb}了" not in matter:
            yield f"“{plain[match.start() : match.end() + 4]}”是做完了的说法，资料里这件事还没有做完"
