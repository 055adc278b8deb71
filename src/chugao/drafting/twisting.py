"""What a model turned round: the words of one matter with another meaning.

In: a clause, and the text of the matter it stands on.  Out: sentences in Chinese for the model.

“仍需跨楼转运” shares all but two characters with “不再跨楼转运”.  So the few words on which a meaning hangs (not, most,
will, the whole country, whose) are held one by one against the matter itself; any other word may be put otherwise.
"""

import re
from collections.abc import Iterator

from chugao.manuscript import SLOT

_HAN = "[一-鿿]"
# Not, most, still, about to: said where the matter says it and nowhere else.
_TURNS = re.compile(
    r"尚未|从未|未能|并未|没有|没能|无法|不再|不能|不得|未|仍|尚|停止|暂停|取消|中断"
    r"|全部|所有|悉数|一律|完全|彻底|多数|少数|部分|个别|若干|大多|几乎|基本|半数"
    r"|即将|正在|有望|预计|拟|首[次例家批]|率先|独家|唯一|超额|提前"
)
_NOT = ("不", "未", "没", "无", "没有", "没能", "未能", "无法", "不能", "不再", "不得")
_ALIKE = {"仍": ("还", "尚"), "尚": ("还", "仍")} | dict.fromkeys("未有法能再得", _NOT)
_SAME = {"大多": "多数", "多数": "大多", "全部": "所有", "所有": "全部", "没有": "没能", "没能": "没有"}
# Parts of ordinary words that only look so.
_NO_TURN = re.compile(r"部分泌|拟[定订制]|模拟|虚拟|未来|完全性|不完全|基本医[疗保]|基本药物|基本公共|基本功|部分科")
_SWEEP = re.compile(r"尚未|未能|没有|无法|不再|不能|不得|未|多数|少数|部分|个别|大多|几乎")
_DENYING = re.compile("[不未没无缺非免停难]")
_PARTLY = re.compile("[多少部个几]")
_LEVEL = re.compile(r"全国|国家|国际|全省|全市|全县|全区|省级|市级|县级|省内|市内|国内|省外")
_PLACE = re.compile(rf"(?P<name>{_HAN}{{2}})(?P<kind>县|镇|乡|区|市|州|街道)")
_HOUSE = re.compile(rf"(?P<name>{_HAN}{{2}})(?P<kind>科|室|中心|医院|卫生院|委员会|办公室|处|局)")
_ANY_HOUSE = re.compile(r"手术室|科室|专科|(?<!医)学科|病室|诊室|各科|全科|我院|本院|医院|[出入住转]院")
_BEYOND = re.compile(
    rf"(?:全[国省市县区]|[国省市县]内|同级|同类|同行|行业|区域|周边|兄弟){_HAN}{{0,4}}(?:平均|水平|均值|标准线|医院|单位)"
)
_COUNTED = re.compile(r"[两二三四五六七八九十]大(?![学队厅楼型夫小])")
_MORE = re.compile(r"超额|提前完成|提前达[成标到]|远[超高低]")
_REFUSED_VALUE = re.compile(r"(?:不|未|没|没有|无|非|并未)\{")
_WORDLESS = frozenset("到至为了由的共达约近在于从是有和与及各")
_DONE = re.compile(r"已经?(?!有)|完成了|建成了|启用了|实现了|取得了|得到了|顺利完成")
_REACH = 10
_NEAR = 6


def turned(clause: str, matter: str, frame: str, given: str) -> Iterator[str]:
    """Words of a clause that turn what the matter says; `frame` names the section, the department and the house.

    `matter` keeps its slots, for what stands before a value is part of the meaning.
    """
    plain, theirs = SLOT.sub("，", clause), SLOT.sub("，", matter)
    yield from _turns(plain, theirs)
    yield from _lost_turns(plain, theirs)
    for match in _LEVEL.finditer(plain):
        if match.group() not in theirs + frame:
            yield f"“{match.group()}”资料里这件事没有写，请照资料写"
    for pattern in (_PLACE, _HOUSE):
        for match in pattern.finditer(plain):
            said = match.group()
            if said in given and said not in theirs + frame and not _ANY_HOUSE.search(said):
                yield f"“{said}”是别的事里的，这件事资料里没有写"
    yield from _listed(plain, theirs + "，" + frame)
    yield from _before_values(clause, matter)


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
        if plain[match.start() : match.end() + 2] not in matter:
            yield f"“{plain[match.start() : match.end() + 4]}”是做完了的说法，资料里这件事还没有做完"


def _turns(plain: str, theirs: str) -> Iterator[str]:
    for match in _TURNS.finditer(_NO_TURN.sub(lambda m: "，" * len(m.group()), plain)):
        turn, after = match.group(), plain[match.end() : match.end() + 1]
        # 没有接通 for 未接通, 仍 for 还: the same said otherwise.
        alike = any(f"{other}{after}" in theirs for other in _ALIKE.get(turn[-1], ())) if after else False
        if turn not in theirs and _SAME.get(turn, turn) not in theirs and not alike:
            yield f"“{plain[max(0, match.start() - 2) : match.end() + 4]}”与资料不符：资料里没有“{turn}”"


def _lost_turns(plain: str, theirs: str) -> Iterator[str]:
    """A matter says 多数绕过, the clause 绕过."""
    for match in _SWEEP.finditer(_NO_TURN.sub(lambda m: "，" * len(m.group()), theirs)):
        after = theirs[match.end() : match.end() + 2]
        at = plain.find(after) if re.fullmatch(f"{_HAN}{{2}}", after) else -1
        kind = _DENYING if match.group()[0] in "尚未没无不" else _PARTLY
        if at >= 0 and not kind.search(plain[max(0, at - _NEAR) : at]):
            yield f"“{plain[max(0, at - 4) : at + 4]}”与资料不符：资料里是“{match.group()}{after}”"


def _listed(plain: str, theirs: str) -> Iterator[str]:
    """Members of an enumeration that the matter does not name."""
    held = {theirs[i : i + 2] for i in range(len(theirs) - 1)}
    for match in re.finditer(rf"(?:以及|[和及与、])(?P<more>{_HAN}{{2,3}})", plain):
        more = match["more"]
        if not any(more[i : i + 2] in held for i in range(len(more) - 1)) and more[:2] not in _FOLLOWS:
            yield f"“{match.group()}”资料里这件事没有写，请删去"


_FOLLOWS = frozenset(
    ("进一", "持续", "不断", "同时", "推动", "促进", "提升", "提高", "保障", "加强", "改善", "有效", "切实")
)


def _before_values(clause: str, matter: str) -> Iterator[str]:
    """“完成了{…}” for “转入{…}”: what stands before a value has a character in common with what stood there."""
    for match in SLOT.finditer(clause):
        at = matter.find(match.group())
        ours = _words_before(clause[: match.start()])
        if at < 0 or len(ours) < 2:
            continue
        before = _words_before(matter[:at], _REACH)
        if before and not set(ours) & set(before):
            yield f"“{ours}{match.group()}”与资料不符：资料里是“{before[-4:]}{match.group()}”"


def _words_before(text: str, reach: int = 3) -> str:
    """The last characters of a text that say something, up to a value."""
    told = re.sub("[^一-鿿]", "", SLOT.split(text)[-1])
    return "".join(c for c in told if c not in _WORDLESS)[-reach:]
