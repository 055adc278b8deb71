"""Chinese punctuation as it was typed, before a conversion folded it to ASCII.

In: one paragraph.  Out: the same with full-width marks where the context is Chinese, and without stray gaps.

Surprise: a bracket's width follows what stands outside it: “中位时间(DTN)” was full-width, “PCI(n=5)” was not.
"""

import re

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_HAS_HAN = re.compile(f"[{HAN}]")
_WIDE = {".": "。", ",": "，", ":": "：", ";": "；", "!": "！", "?": "？"}
_KEPT = re.compile(
    r"https?://[^\s\u3000-\u9fff]{1,300}|[\w.+-]{1,60}@[\w.-]{1,60}"
    r"|(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])"  # 12,345
    r"|(?<=\d):(?=\d)"  # 10:30, 1:4
    r"|(?<=[A-Za-z])[,:;](?=\s?[A-Za-z])"  # LIS,PACS
    r"|&[a-z]{2,6};"
)
_MARK = re.compile(rf"[,:;!?()]|(?<=[{HAN}%）”])\.(?=[{HAN}“（]|$)")
_GAP = re.compile(
    rf"(?<=[{HAN}，。、；：！？“”（）《》])[ \xa0]{{1,3}}(?=[{HAN}\d，。、；：！？“”（）《》])"
    rf"|(?<=[\d%‰])[ \xa0]{{1,3}}(?=[{HAN}%‰，。、；：！？”）])"
)


def restore_punctuation(text: str) -> str:
    """Full-width , : ; ( ) ! ? where the context is Chinese; numbers, times, addresses and Latin words stay.

    One character for one, so offsets do not move.
    """
    if not _MARK.search(text) or not _HAS_HAN.search(text):
        return text
    kept = bytearray(len(text))
    for match in _KEPT.finditer(text):
        kept[match.start() : match.end()] = b"\1" * len(match[0])
    out = list(text)
    opened: list[int] = []
    for match in _MARK.finditer(text):
        i, mark = match.start(), match[0]
        if kept[i]:
            continue
        if mark == "(":
            opened.append(i)
        elif mark == ")":
            _restore_brackets(text, out, opened.pop() if opened else None, i)
        elif not _latin_around(text, i):
            out[i] = _WIDE[mark]
    for i in opened:
        if _beside_han(text, i):
            out[i] = "（"
    return "".join(out)


_WIDE_GROUP = re.compile(rf"(?<=[{HAN}])(?<![第号])\d{{1,3}}(?:，\d{{3}})+(?=[{HAN}%％])(?!年)")


def restore_thousands(text: str) -> str:
    """2，106次 is 2,106次: a bare 2 tells nothing, so that the comma can only part thousands.  One character for one."""
    return _WIDE_GROUP.sub(lambda m: m[0].replace("，", ","), text)


def _restore_brackets(text: str, out: list[str], start: int | None, end: int) -> None:
    if start is None:
        if _beside_han(text, end):
            out[end] = "）"
        return
    latin_before = start > 0 and text[start - 1].isascii() and text[start - 1].isalpha()
    if latin_before and not _HAS_HAN.search(text, start, min(end, start + 200)):
        return  # O(n), PCI(n=5)
    out[start], out[end] = "（", "）"


def _latin_around(text: str, i: int) -> bool:
    """Latin letters on both sides: not a Chinese sentence's mark.  “1个2,4个60%” has digits, and is."""
    before = text[i - 1] if i else ""
    after = text[i + 1 : i + 3].lstrip(" ")[:1]
    return before.isascii() and before.isalpha() and after.isascii() and after.isalnum()


def _beside_han(text: str, i: int) -> bool:
    return _HAS_HAN.search(text, max(i - 1, 0), i + 2) is not None


def close_gaps(text: str) -> str:
    """Spaces inside Chinese words and around numbers taken out of running text; names set wide (韦 韬) stay."""
    if len(text) < 20 or "\t" in text:
        return text
    return _GAP.sub("", text)
