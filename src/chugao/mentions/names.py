"""Names of metrics in running text."""

import re
from collections.abc import Iterable
from functools import lru_cache

from chugao.catalogue import Catalogue, MetricDefinition, name_key, short_name
from chugao.quantity.grammar import any_of, is_han

Label = tuple[int, int, MetricDefinition | None]
"""(start, end, definition) of a name; None for one that is too general to tell."""

_DASHES = "-—–~～－"
_ANY_DASH = re.compile(f"[{_DASHES}]")
_BEFORE_NUMBER = re.compile(
    r"(?:量|总量)?(?:同比|环比)?(?:达到?|约|近|超过?|突破|逾|为|共|由|从|比|较|减至|增至|控制在|稳定在|保持在|维持在|力争|完成)?(?:上年|去年|今年|本年|全年|目前|现有)?(?:同期|已|共)?的?"
    r"(?:增[长加设]|新增|扩大|减少|下降|提高|缩短)?(?:到|至)?(?:约|近|超过?|不足|逾)?\d"
)
_NOTHING = "未发生|没有发生|未出现|不发生|未发现|零发生|无|零"
_NOTHING_AFTER = "未发生|没有发生|为零|零发生|不发生"
# What may stand right before a short name and leave its meaning: 全年手术, 完成手术, 骨科手术.  四级手术, 腔镜手术 and
# 夜间门诊 are narrower things.
_LEADS_IN = re.compile(
    r"(?:全[年院市县区省乡镇科]|[我本][院科市县区年中]|今年|去年|上年|当年|年度|季度|半年|月份?|期间|[一二两三四五六七八九十]年|"
    r"完成|开展|组织|实施|承担|参加|举办|举行|登记|接收|收到|接待|受理|处理|提供|新增|新建|建成|建立|设立|增设|成立|批准|发生|发现|"
    r"实现|力争|争取|确保|预计|计划|保持|控制|降低|减少|增加|提高|提升|扩大|压降|稳定|推动|推进|做好|抓好|加强|安排|统计|审核|通过|派出|支持|"
    r"[拟将要使让把为是到至达比较按由从于每各该其原仅约超近共总含]|"
    r"总|共|累计|合计|其中|包括|含|目前|现有|向|对|在|和|及|与|了|的|是|中|把|将|使|[科部室组院县市乡镇团]|推动|推进|做好|抓好|加强|安排|举行|统计|审核|通过)$"
)
_COUNT_WORDS = re.compile(r"(?:发生)?(?:起数|例数|件数|例次数|次数|数)$")


class MetricNames:
    """Finds names of metrics in text; the longest wins, so that the narrower name does."""

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        definitions = list(definitions)
        self._by_name: dict[str, MetricDefinition | None] = {}
        for definition in definitions:
            for name in definition.all_names():
                self._add(name, definition)
        for definition in definitions:
            for name in definition.confusable:
                self._by_name.setdefault(_spelling(name), None)
        stems = self._stems(definitions)
        self._short = frozenset(stems)
        self._by_name |= stems
        # A pattern of them all takes a quarter of a second to compile, a tree of them is five thousand objects to Python.
        self._beginnings = frozenset(name[:length] for name in self._by_name for length in range(1, len(name) + 1))
        self._begins = frozenset(name[:2] for name in self._by_name)
        self._zeros = self._zero_pattern(definitions)

    def _add(self, name: str, definition: MetricDefinition) -> None:
        if len(name_key(name)) < 2:
            return
        spelling = _spelling(name)
        self._by_name.setdefault(spelling, definition)
        stripped = _spelling(re.sub(r"[（(][^（）()]*[)）]", "", name))
        if len(stripped) >= 3:
            self._by_name.setdefault(stripped, definition)
        if stripped.endswith(("人次", "例次", "台次")):
            self._by_name.setdefault(stripped + "数", definition)

    def _stems(self, definitions: list[MetricDefinition]) -> dict[str, MetricDefinition | None]:
        """Names that count only right before a number: 门急诊128.46万人次, 四级手术占31.4%, 日间手术病种86个."""
        endings = ("人次", "台次", "例次", "总量")
        stems = {n[:-2]: d for n, d in self._by_name.items() if len(n) > 3 and n.endswith(endings)}
        stems |= {n[:-1]: d for n, d in self._by_name.items() if len(n) > 4 and n.endswith("占比")}
        # 日间手术病种86个; “专科护士3人外出进修” tells of three, not of how many there are.
        stems |= {
            n[:-1]: d
            for n, d in self._by_name.items()
            if d is not None and len(n) > 5 and n.endswith("数") and d.unit not in ("人", "名")
        }
        stems |= {_spelling(short_name(d)): d for d in definitions if short_name(d) != d.name}
        return {n: d for n, d in stems.items() if n not in self._by_name}

    def _zero_pattern(self, definitions: list[MetricDefinition]) -> re.Pattern[str]:
        """“未发生X” and “X未发生” for every count X whose zero is good news, the count word left out."""
        self._by_event = {
            _spelling(_COUNT_WORDS.sub("", name)): definition
            for definition in reversed(definitions)
            if definition.kind == "count" and (definition.events or definition.better == "down")
            for name in (definition.name, *definition.aliases)
            if len(_COUNT_WORDS.sub("", name)) >= 4 and self._by_name.get(_COUNT_WORDS.sub("", name), definition)
        }
        events = any_of(self._by_event, write=_either_width)
        stop = r"(?:事件|情况)?(?=[，。；、！,;）)\s]|和|及|$)"
        return re.compile(
            rf"(?P<before>{_NOTHING})(?P<event>{events}){stop}|(?P<event_after>{events})(?:均|保持)?(?P<after>{_NOTHING_AFTER})"
        )

    def find_zeros(self, text: str) -> list[tuple[int, int, int, int, MetricDefinition]]:
        """(start, end) of every word of nil, (start, end) of the name it is said of, and its definition."""
        found = []
        for match in self._zeros.finditer(text):
            word, event = ("before", "event") if match["before"] else ("after", "event_after")
            definition = self._by_event[_spelling(match[event])]
            found.append((*match.span(word), *match.span(event), definition))
        return found

    def find(self, text: str) -> list[Label]:
        """(start, end, definition) of every name, in order; None for a name that is too general to tell."""
        lowered = text.casefold()
        if len(lowered) != len(text):
            return []
        spelled = lowered.translate(_ONE_WIDTH) if _TWO_WIDTHS.search(lowered) else lowered
        found: list[Label] = []
        at = 0
        for start in [i for i in range(len(spelled)) if spelled[i : i + 2] in self._begins]:
            if start >= at and (end := self._end_of_name(spelled, start)) > start:
                found.append((start, end, self._meant(spelled, start, end)))
                at = end
        return found

    def _end_of_name(self, spelled: str, start: int) -> int:
        """Where the longest name that begins here ends, `start` where none does."""
        best = start
        for end in range(start + 1, len(spelled) + 1):
            said = spelled[start:end]
            if said not in self._beginnings:
                break
            if said in self._by_name and (said not in self._short or _BEFORE_NUMBER.match(spelled, end)):
                best = end
        return best

    def _meant(self, spelled: str, start: int, end: int) -> MetricDefinition | None:
        name = spelled[start:end]
        if name in self._short and start and not _leads_in(spelled, start):
            return None
        return self._by_name.get(name)


def _leads_in(spelled: str, start: int) -> bool:
    before = spelled[start - 1]
    if not (is_han(before) or (before.isascii() and before.isalpha()) or "Ⅰ" <= before <= "Ⅻ"):
        return True
    return _LEADS_IN.search(spelled, max(0, start - 4), start) is not None


@lru_cache(maxsize=8)
def metric_names(catalogue: Catalogue) -> MetricNames:
    """The finder for a catalogue; compiled once for each."""
    return MetricNames(list(catalogue))


def _spelling(name: str) -> str:
    """A name as the pattern's matches are looked up: dashes and brackets of one width, case folded."""
    folded = name.casefold().replace("（", "(").replace("）", ")")
    return _ANY_DASH.sub("-", folded)


_ONE_WIDTH = str.maketrans({"（": "(", "）": ")"} | dict.fromkeys(_DASHES, "-"))
_TWO_WIDTHS = re.compile(f"[{_DASHES}（）]")  # str.translate is slow, and most sentences have none


def _either_width(char: str) -> str:
    """The pattern of one character of a spelling."""
    return _WIDTHS.get(char) or re.escape(char)


_WIDTHS = {"(": "[(（]", ")": "[)）]", "-": f"[{_DASHES}]"}
