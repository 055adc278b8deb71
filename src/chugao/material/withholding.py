"""What a sender wants kept in: “这个先别往外说”, “（此段不报政府办）”, “不要对外” in the remarks of a table.

In: a sentence, a remark in brackets or a cell.  Out: the `Release` it asks for, and the sentence without the wish.

Surprise: people say so in any words and anywhere, and ordinary sentences use the same ones (“不报表面文章”, “不写进度”).  So
the rarer words count only in a clause of their own, in brackets or in a cell; what is asked for plainly counts anywhere.
"""

import re
from typing import NamedTuple

from chugao.source import Release

_THIS = r"(?:以上|上述|(?:这|那|此|本|该)(?:个|条|件|段|项|句|部分)?(?:内容|事情?|数|情况)?|(?:总结|材料|文稿|稿子|正文)(?:里|中)?)"
_FIRST = r"(?:先|请|千万|就|都|也|暂时?|仅|只)"
_PLACE = r"(?:[进到给去里外上]|出去|总结|材料|文稿|稿子|正文|报告|政府办?|[省市县区局委院]里|上级|外面|外单位|媒体|[\u4e00-\u9fff]{1,3}[办局委])"
_PLAIN = r"[别勿]往外[写说报传提]|[别勿甭]外传|不[要用]写(?!进度|材料)|先?别写|不写进?去?|不对外(?:公开|宣传)?|不(?:宜|能)?公开|不要公开|内部掌握|仅供内部|注意保密"
_WIDER = (
    r"(?:[别勿甭]|不要?|不用|不必|不宜|不能|不可|不得|不便|不予|暂不|切勿)(?:再|去)?(?:往外|对外|向外|往上)?"
    r"(?:写|说|报|传|提(?!前|高|升|供|出)|讲|公开|公布|发布|宣传|体现|外传|上报|外报|对外)"
    r"|(?:[别勿]|不要|不能|不宜|不得|切勿)(?:再|去)?(?:往外|对外)?(?:发(?:出去?|到群里|群里|朋友圈)|转发?(?:出去)?|见报|见光|登报|上网|挂网|张扬|声张|扩散|流出)"
    r"|(?:[别勿]|不要|不能|不想)(?:再)?(?:让|给|叫|跟)(?:外面|外人|外单位|别人|别的科室?|其他人|其他科室|媒体|上面|病人|患者)[^，。；]{0,4}(?:知道|看到?|晓得|讲|说)"
    r"|不(?:太|大|好)?(?:方便|适合|合适)(?:往外|对外|公开|上报)?(?:写|说|报|讲|提|公开|对外)?"
    r"|(?:就|只|仅|只有|只能)?(?:咱们?|我们|你我?|您|自己|院里|科里|内部|领导)(?:自己|几个|心里|内部)?(?:知道|掌握|有数|晓得)(?:就行|即可|就好|就可以)?"
    r"|[只仅](?:给|供|让)[^，。；]{1,8}(?:看|参考|掌握|知道|过目)|压一?压|压着|捂一?捂"
    r"|内部(?:使用|参考|资料)|[仅只][供限](?:内部|院内|局内|委内)|院内掌握|(?:[仅只])报[院局委科](?:里|办公室|领导)?|保密|隐去|低调处理"
)
_AT_END = re.compile(rf"[，,。；（(]?(?:{_THIS}|{_FIRST}){{0,3}}(?P<word>{_PLAIN})[吧哈了啊）)]*[。！]?$")
_CLAUSE_AT_END = re.compile(
    rf"(?:^|[，,。；;（(【])\s?{_THIS}?{_FIRST}{{0,2}}(?P<word>{_WIDER}){_PLACE}{{0,4}}[吧哈了啊]{{0,2}}[）)】]?[。！]?$"
)
_AHEAD = re.compile(
    rf"^(?:[（(【]{_THIS}?(?:以下|下面)?(?:内容|事)?{_FIRST}{{0,2}}(?P<bracketed>{_WIDER}|{_PLAIN}){_PLACE}{{0,4}}[）)】][：:，,]?"
    rf"|{_THIS}?(?:以下|下面)?(?:内容|事)?{_FIRST}{{0,2}}(?P<word>{_PLAIN}|[别不](?:要|用)?写)[：:，,])\s?(?=\S{{4}})"
)
_AMID = re.compile(
    r"(?P<word>[别勿](?:往外|对外)[写说报传提]|[别勿]外传|不对外(?:公开|宣传)|不要(?:公开|外传|往外[写说报传])|内部掌握|仅供内部|注意保密|[别甭]写|不[要用]写(?=[，；]))(?!进度|材料)"
)
"""“有个投诉的事别往外写，赔了3.2万”: wherever it stands, the whole sentence is kept in."""
_THE_AMOUNT = (
    r"(?:(?:这|那|此|该)(?:个|笔|项|些)?)?的?(?:具体)?(?:[省花用赔付收]了?)?"
    r"(?:\d[\d.]*[万亿]?(?:元|块钱?)?(?:这个)?数?|是?多少钱?|钱数?|金额|数额|费用|造价|投资额?|花费|款项?|数字?|数据)(?:是多少)?"
)
_NOT_TOLD = (
    r"(?:先|就|都|也|请|千万|暂时?|今年){0,2}(?:(?:别|勿|甭|不要?|不能|不宜|不用|不便|不必|暂不|切勿)(?:再|去|进|往外|对外|往上|向外){0,2}(?:写|报|说|提|讲|公开|出现|外传|体现|发|公布|对外)"
    r"|不对外|保密|隐去)(?:出去|进去|了|吧|哈|啊|公开|写){0,2}"
)
_NO_AMOUNT = rf"{_THE_AMOUNT}{_NOT_TOLD}|(?:先|就|请|千万)?(?:别|不要?|勿)(?:写|报|提|说|公开|出现)(?:具体)?(?:钱数?|金额|数额|数字|费用|数据)(?:了|吧|哈)?"
_AMOUNT_REMARK = re.compile(rf"[（(【]\s?(?:{_NO_AMOUNT})\s?[）)】]")
_AMOUNT_CLAUSE = re.compile(rf"[，,；;]\s?(?:{_NO_AMOUNT})(?=[。；，]|$)")
_MONEY = re.compile(r"\d[\d,.]*\s?(?:[万亿]?(?:元|块)|[万亿](?=[^\u4e00-\u9fff]|$|[买购用给的]))")
_NUMBER = re.compile(r"\d[\d,.]*\s?(?:[万亿千]|元|块|%|‰|[\u4e00-\u9fff])")
_OF_ALL = re.compile(r"段|部分|以上|上述|以下|下面")
_SHORTEST = 4


class Kept(NamedTuple):
    """A sentence somebody wants kept in."""

    text: str
    """Without the wish."""
    wish: str
    release: Release


def release_wished(text: str) -> Release | None:
    """What a remark or a cell asks for; None where it asks for nothing of the kind."""
    found = _AT_END.search(text) or _CLAUSE_AT_END.search(text.strip()) or _AMID.search(text)
    if found is None and re.fullmatch(_NO_AMOUNT, text.strip("（）()【】。， ")):
        return Release.WITHHELD  # beside a figure it is the figure that is meant
    return _release(found["word"]) if found else None


def without_amount(text: str) -> tuple[str, str] | None:
    """A text without the sums that somebody asks not to write, and what was cut; None where nobody asks.

    “发电71万度，省电费52万元（这个钱数别写）” keeps what was generated.  The clause of a number goes whole, and the last
    number where none is a sum; "" stands for a text of which nothing is left.
    """
    found = _AMOUNT_REMARK.search(text) or _AMOUNT_CLAUSE.search(text)
    if found is None:
        return None
    clauses = re.split(r"(?<=[，；。])", text[: found.start()])
    kept_in = [n for n, c in enumerate(clauses) if _MONEY.search(c)]
    kept_in = kept_in or [n for n, c in enumerate(clauses) if _NUMBER.search(c)][-1:]
    cut = "".join([*(clauses[n] for n in kept_in), found[0]])
    return _joined([*(c for n, c in enumerate(clauses) if n not in kept_in), text[found.end() :]]), cut


def _joined(pieces: list[str]) -> str:
    text = "".join(pieces)
    return re.sub(r"[，；](?=[。；，])|^[，；。\s]+|[，；\s]+$", "", text)


def is_wish(remark: str) -> bool:
    """Whether a remark in brackets says nothing else: “（此段不报政府办）”."""
    return _CLAUSE_AT_END.match(remark.strip()) is not None


def of_all(wish: str) -> bool:
    """Whether it is asked of the whole paragraph."""
    return _OF_ALL.search(wish) is not None


def kept_in(text: str) -> Kept | None:
    """A sentence that says of itself that it is not to go out; None otherwise."""
    if (ahead := _AHEAD.match(text)) is not None:
        word = ahead["bracketed"] or ahead["word"]
        return Kept(text[ahead.end() :], ahead[0].strip("（()）【】：:，, "), _release(word))
    found = _AT_END.search(text)
    clause = _CLAUSE_AT_END.search(text)
    if found is None or (clause is not None and clause.start() < found.start()):
        found = clause
    if found is not None:
        said = text[: found.start()] if found.start() >= _SHORTEST else text
        return Kept(said, found[0].strip("，,。；（()）【】"), _release(found["word"]))
    amid = _AMID.search(text)
    return Kept(text, "", _release(amid["word"])) if amid else None


def _release(word: str) -> Release:
    if word.startswith(("仅", "只")):
        return Release.INTERNAL
    return Release.WITHHELD if re.search("[写说报提讲现]|隐去|压|捂|方便|合适", word) else Release.INTERNAL
