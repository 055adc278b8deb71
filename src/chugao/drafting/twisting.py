"""What a model turned round: the words of one matter with another meaning.

In: a clause, and the text of the matter it stands on.  Out: sentences in Chinese for the model.

“仍需跨楼转运” shares all but two characters with “不再跨楼转运”.  So the few words on which a meaning hangs (not, most,
will, the whole country, whose) are held one by one against the matter itself; any other word may be put otherwise.
"""

import re
from collections.abc import Iterator
from itertools import accumulate, combinations, pairwise

from chugao.drafting.alike import LET_IN, SAYS_NOTHING, VAGUE, WEIGHTY, much_alike
from chugao.drafting.tiling import DENYING, SIGN, STEPS, Laid, Over, is_doing, strip_of, whole_words, words_in
from chugao.manuscript import SLOT

_HAN = "[一-鿿]"
_NEAR = 3
_LITTLE = 0.4
_SCOPE = 4
_LIMIT = re.compile(r"大部分|部分|少数|个别|几乎|暂(?!停)|拟|承诺|才|须|是否|视|除|外(?=[一-鿿])|自愿|首次")
_ONE_WAY = re.compile(r"改为|(?<!原)因|导致|比|增到|减到|缩到|[由从][^由从]{1,12}[到至]")
_THEN = re.compile("后|(?<!不)再|才|(?<![目当])前(?!往)")
_FULFILLED = {"须": ("须", "才", "要"), "视": ("视",), "才": ("须", "才")}
_WHO = re.compile("[师员士者人长属民工生]$|..[科室局委部站院所办处]$|(?:中心|公司|学校|企业|单位)$")
_HOUSE = re.compile("[科室局委部站院所办处师员士者]$")
_TURNS = frozenset(
    "即将 正在 有望 预计 拟 率先 独家 唯一 首次 超额 提前 停止 暂停 取消 中断 终止 拒绝 禁止 几乎 基本 完全 彻底 一律 必 只 仅 因 须 否认 反对".split()
)
_PERSON = re.compile("[师员士者长属工生]$")
_LOGIC = ("因", "导致", "除", "只", "才可", "须", "不能")
_CHANGED = re.compile("改|变|不再|原|换|告别|取消|停|由.{1,12}到|从.{1,12}到")
_BEYOND = re.compile(
    rf"(?:全[国省市县区]|[国省市县]内|同级|同类|同行|行业|区域|周边|兄弟){_HAN}{{0,4}}(?:平均|水平|均值|标准线|医院|单位)"
)
_COUNTED = re.compile(r"[两二三四五六七八九十]大(?![学队厅楼型夫小])")
_MORE = re.compile(r"超额|提前完成|提前达[成标到]|远[超高低]")
_REFUSED_VALUE = re.compile(r"(?:不|未|没|没有|无|非|并未)\{")
_DONE = re.compile(r"已经?(?!有)|完成了|建成了|启用了|实现了|取得了|得到了|顺利完成")
_REACH = 10
_LEFT_OUT = re.compile("^([一-鿿]{2,12})除外$")
_LEAVING_OUT = ("除{}外", "除{}以外", "{}除外", "{}以外")
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
        problems = [*_strange(laid), *_swapped(laid, before), *_denied(laid), *_before_values(clause, matter)]
        for number in dict.fromkeys(t.clause for t in laid.tiles if t.clause >= 0):
            over = Over(laid, number)
            problems += [p for check in _CHECKS for p in check(over, said)]
        if not problems:
            return []
        told = told or problems
    return list(dict.fromkeys(told))


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
    free = sum(end - start for start, end in laid.new) <= _LITTLE * len(laid.here.text)
    for start, end in laid.new:
        word = laid.here.text[start:end]
        names = _HOUSE.search(laid.word_at(end))
        if free and is_doing(word) and not names and not WEIGHTY & set(word) and word not in _TURNS:
            free = False  # one verb of its own a clause may have; 呼吸 of 呼吸内科 is none
            continue
        if not any(much_alike(word.strip(STEPS), m) for m in lost if m):
            yield f"“{laid.raw_here}”里的“{laid.raw_word(start)}”，资料里这件事没有写，请照资料写"


def _swapped(laid: Laid, around: str) -> Iterator[str]:
    """Another word in the very place of one that is gone: 护士 for 医生, this office for that, this value for that."""
    over, text = Over(laid, laid.main), laid.here.text
    for before, after in pairwise((None, *over.tiles, None)):
        start, end = before.end if before else 0, after.start if after else len(text)
        put_in = words_in(laid.here, start, end)
        for gap in over.missing if put_in else ():
            behind = before is not None and gap[0] == before.there_end
            ahead = after is not None and gap[1] == after.there
            gone = words_in(over.strip, *gap)
            # What may be let in anywhere stands for another word only in the very gap of that word.
            only = put_in not in LET_IN or (behind and ahead) or (None in (before, after) and len(gone) <= _NEAR)
            raw = over.strip.text[slice(*gap)]
            only = only and not ((before is None and _when(raw)) or (after is None and gone in VAGUE))
            denied = _odd(raw) != _odd(text[start:end]) and much_alike(put_in, gone)
            another = only and not set(gone) <= set(around) and _another(put_in, gone)
            if (behind or ahead) and (denied or another):
                yield laid.against()


# --- of each clause of the matter that words were taken from ---


def _borrowed(over: Over, around: str) -> Iterator[str]:
    """Words of another clause without those it begins with: somebody else's doing, another time, another value."""
    laid, first = over.laid, over.tiles[0]
    if over.number == laid.main:
        return
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


def _another_doer(over: Over, around: str) -> Iterator[str]:
    """Somebody put in where somebody else is gone."""
    gone = [w for m in over.missing for w in whole_words(over.strip, *m) if _WHO.search(w) and w not in around]
    taken = {i for t in over.laid.tiles if t.clause in (over.number, over.laid.main) for i in range(t.start, t.end)}
    here = over.laid.here
    put_in = [here.text[s:e] for s, e in here.words if not taken & {*range(s, e)} and _WHO.search(here.text[s:e])]
    alike = bool(gone and put_in) and (much_alike(put_in[0], gone[0]) or put_in[0] in LET_IN)
    if over.longest > 1 and gone and put_in and not alike:
        yield over.laid.against(over.number)
    for one, other in pairwise(over.tiles):
        # 提醒营养师 told as 营养师提醒.
        if one.there == other.there_end and one.end == other.start and _PERSON.search(here.text[one.start : one.end]):
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
    for one, other in combinations(over.tiles, 2):
        if one.there < other.there:
            continue
        link = [m for m in over.missing if other.there_end <= m[0] and m[1] <= one.there]
        # “药物灭螺避开鱼塘”, told as “鱼塘用药物灭螺”: the other way round, and what joined them gone.
        done = [w for m in link for w in whole_words(over.strip, *m) if is_doing(w) and w not in SAYS_NOTHING]
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


_CHECKS = (_borrowed, _another_doer, _limits_lost, _order_turned, _old_told)


def _denied(laid: Laid) -> Iterator[str]:
    """Denied here and not there, or there and not here."""
    for tile in laid.tiles:
        if tile.clause < 0 or laid.old(tile):
            continue
        here, there = laid.before(tile), laid.before_there(tile)
        if _denies(here) != _denies(there) and not here.endswith("把"):
            yield laid.against(tile.clause)


def _denies(before: str) -> bool:
    """Whether what follows is denied: an odd number of denials, the last of them right before it."""
    bare = before.rstrip("必再能是肯须用会得予可曾全达到做")
    return bool(bare) and bare[-1] in DENYING and sum(c in DENYING for c in bare[-_NEAR:]) % 2 == 1


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


def _before_values(clause: str, matter: str) -> Iterator[str]:
    """“完成了{…}” for “转入{…}”: reached what is only counted."""
    for match in SLOT.finditer(clause):
        at = matter.find(match.group())
        word = clause[: match.start()][-2:]
        counted = re.findall(re.escape(word) + r"(\{[a-z_.]+\})", matter) if len(word.strip("{}")) == 2 else []
        if counted and match.group() not in counted:
            yield f"“{word}{match.group()}”与资料不符：资料里是“{word}{counted[0]}”"
        reached = _REACHED.search(clause[: match.start()])
        if reached and at >= 0 and reached.group(1) not in matter[max(0, at - _REACH) : at]:
            yield f"“{reached.group()}{match.group()}”与资料不符：资料里是“{matter[max(0, at - 4) : at]}{match.group()}”"


def claimed(text: str, given: str) -> Iterator[str]:
    """What no sentence may say of itself, whatever it stands on: others outdone, things counted, a value denied."""
    plain = SLOT.sub("，", text)
    for pattern in (_BEYOND, _COUNTED, _MORE):
        for match in pattern.finditer(plain):
            if match.group() not in given:
                yield f"“{match.group()}”资料里没有写，请删去"
    if refused := _REFUSED_VALUE.search(text):
        yield f"“{refused.group()[:-1]}”不能写在槽位前面，槽位自带说法"


def done_too_soon(clause: str, matter: str) -> Iterator[str]:
    """Of what is planned or under way: as if it were done."""
    plain = SLOT.sub("，", clause)
    for match in _DONE.finditer(plain):
        verb = plain[match.end() : match.end() + 2]
        if f"已{verb}" not in matter and match.group() + verb not in matter and f"{verb}了" not in matter:
            yield f"“{plain[match.start() : match.end() + 4]}”是做完了的说法，资料里这件事还没有做完"
