"""Departments that no list has: 肝胆胰外科, 病案统计科, 预防接种门诊, 第一党支部.

In: a text, and where names of units end.  Out: spans of departments.

The ending says what it is, a mark, a preposition or a unit where it begins.  Surprise: 科 ends more words that are no
department (全科, 本科, 学科, 医技科) than departments, and all of them are listed here.
"""

import re
from collections.abc import Collection, Iterator

from chugao.corpus.chains import LEADS
from chugao.corpus.units import find_departments
from chugao.corpus.words import Words

Span = tuple[int, int]

HAN = "\u4e00-\u9fff"
_TAIL = re.compile(
    "[外内]科(?!系统)|病科|科(?![学研普室技教目创级协别系员长幻])|门诊(?=[，。、；的完全年开]|$)|党支部|办公室"
)
_NO = re.compile(
    "各|专科|学科|本科|分科|全科$|临床|医技|相关|有关|职能|重点|优势|特色|薄弱|品牌|新增|行政|科室|牵头|责任|主管|业务|成员|帮扶|短板|亚科|大科|小科|原|两|三个|首|跨科|多科|该|普通|夜间|社区|乡镇|年|月|[0-9]|所有|部分|其他"
    "|领导小组|专班|全市|全县|全院|我院|县域|区域|基层|群众|便民|周末|特需|国家|省级|市级|非|联合国|农科|工科|名科|医师办|医生办|护士办|专家|专病|科.+科|来科|到科|教授|主任"
)
_THING = frozenset("n nz ng b j vn nr ns l nt g zg".split())
_MARKS = frozenset("，。、；：（）“”《》！？ \n—-·,;:()")


def offices(text: str, words: Words, ends: Collection[int] = ()) -> Iterator[Span]:
    """Departments told by their ending, from the edge before them on."""
    for match in _TAIL.finditer(text):
        start = _begin(text, match.start(), words, ends)
        if start is None:
            continue
        first = words.starting_at(start)
        if first is not None and first.tag in ("v", "vn") and _listed(text[first.end : match.end()]):
            # 检查|产科: what is done there.
            start = first.end
        own = text[start : match.end()]
        least = 1 if match[0] in ("外科", "内科", "党支部") else 2 if match[0] == "病科" else 3
        if match.start() - start >= least and not _NO.search(own):
            yield start, match.end()


def _listed(name: str) -> bool:
    return any((start, end) == (0, len(name)) for start, end in find_departments(name))


def _begin(text: str, at: int, words: Words, ends: Collection[int]) -> int | None:
    """The edge before a department's ending with nothing but nouns in between; None when there is none."""
    start = at
    for _ in range(4):
        if start in ends or start == 0 or text[start - 1] in _MARKS:
            break
        word = words.ending_at(start) or words.around(start)
        if word is None or word.text in LEADS:
            break
        numbered = re.fullmatch("第[一二三四五六七八九十]+", word.text)
        if (word.tag not in _THING and not numbered) or not re.fullmatch(f"[{HAN}]+", word.text):
            return None
        start = word.start
    else:
        return None
    return start if at - start <= 10 else None
