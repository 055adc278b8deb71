"""Metric definitions, and the names by which offices call them.

In: the shipped `templates/catalogue/metrics.toml` and the office's own file.  Out: `Catalogue`, which finds a
definition by id or by any of its names.

Surprise: half of all mistakes in figures are mistakes of name (预约诊疗率 is not 预约号源占比), so a name that is
only listed as confusable never resolves; a metric that nobody defined gets an id made from its name.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from chugao.errors import InputError
from chugao.kept import parsed
from chugao.quantity import comparable
from chugao.quantity.grammar import is_han
from chugao.shipped import shipped

_NOTHING_ELSE = {"extra": "forbid"}
"""Where a definition is read from a file, an unknown field is a mistake."""
_ID = re.compile(r"[a-z_]+")
MetricKind = Literal["count", "rate", "duration", "amount", "index"]
Band = tuple[float, float]

_DOWN = re.compile(
    r"感染|死亡|剖宫产|耐药菌检出|并发症|不良|漏报|投诉|纠纷|缺陷|损伤|非计划|跌倒|坠床|拔管|差错|耗占比|药占比|费用|等候|等待|候诊|时间|时长|住院日|"
    r"不合格|不合规|退回|拒付|逾期|事故|外送|离职|流失|DDD|强度|暴发|中断|困人|故障|外渗|爽约|退号|停诊率|短缺|"
    r"湿包|报废|损耗|消耗|能耗|[电水气油煤]耗|耗[电水气油]|(?<![应使利])用[电水气油煤](?![平子])|碳排放|成本|"
    r"损坏|破损|漏检|丢失|积压|违规|超时|返工|返修|误诊|失访|污染(?!源|区|物)|滞留|溶血|误吸|压疮|脱管|堵管|延误|积存|空置|差评|重返|再入院|发病[率数]"
)
_NOT_DOWN = re.compile(
    r"整改|准点|准时|报告率|报告数|处置率|办结|化解|调解|答复|回复率|筛查率|救治|预防|识别率|评估率|及时|完成|(?<!不)合格率|知晓率|培训|演练|减少|节约|下降|满意|报告占比|开放时长|"
    r"不良(?:反应|事件).{0,6}(?:报告|上报)|减免|"
    # What is done about it: 死亡病例讨论率, 出生缺陷筛查人数, 艾滋病病毒感染者治疗率.
    r"(?:监测|筛查|讨论|督[导查]|巡查|随访|会诊|宣[传教]|分析|干预|修复|防[控治])(?:率|数|例数|人数|人次|次数|场次)?$|(?:治疗|管理|处理)率$"
)
_WARD = re.compile(r"感染(?:性疾病|病)?科")
"""A ward that bears the name of what it treats: more of its patients is no harm."""
_VOLUME = re.compile(
    r"(?:服务|志愿|学习|培训|授课|教学|宣讲|直播|坐诊|出诊|带教|开诊|开放)(?:工作)?(?:总|累计)?(?:时长|时间|时数)$"
)
"""Hours that were given and not waited for: they are counted, and more is better."""
# More of it is neither better nor worse: spending, drug income, what is merely handed in.
_NEITHER = re.compile(
    r"床位数?$|用量$|(?<![千万])人口|编制|在岗|职工(?:总?人?数|总数)?$|占比$|支出|药品收入|医疗废物|报修(?!.*率)"
)

_OFFICE_WORD = 3  # Chinese characters from which on an office's own word may stand for a metric
# Suffixes that the unit repeats: 手术台次 23186台次 is written 手术23186台次.
_REPEATED = (
    "人次数",
    "户次数",
    "户次",
    "人次",
    "台次",
    "例次",
    "剂次",
    "起数",
    "例数",
    "件数",
    "份数",
    "张数",
    "台数",
    "家数",
    "次数",
    "场次",
    "人数",
    "总量",
    "数",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterName:
    """A name that replaces the first one from a year on."""

    __pydantic_config__ = _NOTHING_ELSE

    name: str
    from_: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """What a metric is, apart from any value of it."""

    __pydantic_config__ = _NOTHING_ELSE

    id: str
    """Letters and underscores: “avg_length_of_stay”."""
    name: str
    aliases: tuple[str, ...] = ()
    confusable: tuple[str, ...] = ()
    unit: str
    """Base unit, without 万: 人次, %, 天, 元; "" for a pure index."""
    units: tuple[str, ...] = ()
    kind: MetricKind
    better: Literal["up", "down", "neutral"] = "up"
    decimals: int = 0
    """Digits usually printed, in `printed_unit` or the base unit."""
    printed_unit: str = ""
    band: Band | Mapping[str, Band] | None = None
    rollup: Literal["sum", "weighted", "last", "raw"] = "sum"
    formula: str = ""
    numerator: str = ""
    denominator: str = ""
    note: str = ""
    area: str = ""
    used_by: tuple[str, ...] = ()
    authority: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    names: tuple[LaterName, ...] = ()
    obsolete: tuple[str, ...] = ()
    headline: bool = False
    events: bool = False
    """Zero is written 未发生."""
    required_by: tuple[str, ...] = ()
    local: bool = False
    """Not in any catalogue: made from a name in somebody's figures."""

    def accepts(self, unit: str) -> bool:
        """Whether figures may come in this base unit."""
        return comparable(unit, self.unit) or unit in {base_unit(u) for u in self.units}

    def all_names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases, *(n.name for n in self.names), *self.obsolete)

    def called(self, written: str) -> "MetricDefinition":
        """The same metric under an office's own word for it, which is the word it prints.

        A word of other years does not stick, and no bare abbreviation stands in a sentence for its metric.
        """
        later = {name_key(n) for n in (*self.obsolete, *(n.name for n in self.names))}
        written = re.sub(r"\s+", "", written)
        key = name_key(written)
        if key == name_key(self.name) or key in later or len(re.findall(r"[一-鿿]", written)) < _OFFICE_WORD:
            return self
        aliases = tuple(a for a in self.aliases if name_key(a) != key)
        return replace(self, name=written, aliases=(self.name, *aliases))


class Catalogue:
    """Definitions by id and by name.  Immutable; `extended` returns a new one."""

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        self._by_id = {d.id: d for d in definitions}
        self._by_name: dict[str, MetricDefinition] = {}
        for definition in self._by_id.values():
            for name in definition.all_names():
                self._by_name.setdefault(name_key(name), definition)

    def __iter__(self) -> Iterator[MetricDefinition]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, metric: str) -> MetricDefinition | None:
        return self._by_id.get(metric)

    def by_name(self, name: str) -> MetricDefinition | None:
        """The definition that bears exactly this name or alias (brackets, dashes and width aside)."""
        return self._by_name.get(name_key(name))

    def local(self, name: str, unit: str) -> MetricDefinition:
        """A definition for a metric an office merely uses; its kind and direction are read from the name."""
        kind = _kind_of(name, unit)
        better: Literal["up", "down", "neutral"] = "up"
        harms = _DOWN.search(_WARD.sub("", name)) and not _NOT_DOWN.search(name) and not _VOLUME.search(name)
        if harms:
            better = "down"
        elif _NEITHER.search(name):
            better = "neutral"
        decimals = {"rate": 1, "duration": 1, "amount": 1, "index": 1, "count": 0}[kind]
        return MetricDefinition(
            id=local_id(name),
            name=name,
            unit=unit,
            kind=kind,
            better=better,
            decimals=decimals,
            rollup=_rollup_of(name, kind),
            local=True,
        )

    def extended(self, definitions: Iterable[MetricDefinition]) -> "Catalogue":
        """A catalogue in which `definitions` stand over those of the same id; this one itself where there are none."""
        added = {d.id: d for d in definitions}
        return Catalogue((self._by_id | added).values()) if added else self


def load_catalogue(office_file: Path | None = None) -> Catalogue:
    """The shipped catalogue with the office's own file over it.

    Raises `InputError` naming file and metric when the office's file is wrong.
    """
    base = _shipped_catalogue()
    return base.extended(_read(office_file)) if office_file else base


@cache
def _shipped_catalogue() -> Catalogue:
    path = shipped("templates") / "catalogue" / "metrics.toml"
    rows = parsed("catalogue", path.read_text(encoding="utf-8"))["metric"]
    return Catalogue(_as_shipped(row) for row in rows)


def _as_shipped(row: dict[str, Any]) -> MetricDefinition:
    """A row of the file that comes with chugao, whose types are held by a test."""
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    names = tuple(LaterName(name=later["name"], from_=later["from"]) for later in row.get("names", ()))
    return MetricDefinition(**values | {"names": names, "band": _band(row.get("band"))})


def _band(value: Any) -> Any:
    if isinstance(value, dict):
        return {level: _band(band) for level, band in value.items()}
    return value and tuple(map(float, value))


def _read(path: Path) -> list[MetricDefinition]:
    """An office's own file, every field looked at."""
    import tomllib

    from pydantic import TypeAdapter, ValidationError

    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("metric", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{path.name}：指标目录读不了：{error}。请用 UTF-8 保存，并对照随软件的 metrics.toml 改正。"
        ) from None
    read = TypeAdapter(MetricDefinition)
    definitions = []
    for row in rows:
        try:
            if not _ID.fullmatch(str(row["id"])):
                raise KeyError("id")
            names = [{"name": n["name"], "from_": n["from"]} for n in row.get("names", [])]
            definitions.append(read.validate_python({**row, "names": names}))
        except (ValidationError, KeyError, TypeError) as error:
            what = row.get("name") or row.get("id") if isinstance(row, dict) else row
            field = error.errors()[0]["loc"] if isinstance(error, ValidationError) else error
            raise InputError(
                f"{path.name}：指标“{what}”的 {field} 写法不对。请对照随软件的 metrics.toml 改正。"
            ) from None
    return definitions


def name_key(name: str) -> str:
    """What two spellings of one name share: width, case, brackets, dashes and spaces removed."""
    if is_han(name):
        return name
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s()（）\[\]“”\"'、,，:：/\-—–_~]+", "", folded)


def base_unit(unit: str) -> str:
    """万人次 → 人次, 亿元 → 元; /10万 stays."""
    return unit if "/" in unit else re.sub(r"^(万|亿|千|百万|千万)(?=\D)", "", unit)


def short_name(definition: MetricDefinition) -> str:
    """The name as it stands before its value: what the unit repeats is dropped."""
    name = definition.name
    for suffix in _REPEATED:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2 and definition.unit:
            unit = definition.unit
            said_by_unit = unit in suffix or suffix in (unit, f"{unit}数", f"{unit}次")
            people = suffix == "人数" and unit == "名"
            # 病例数 keeps its 例, 人数 its 人: only the counting word goes.
            plain = suffix == "数" and definition.kind == "count" and not name.endswith("人数")
            if name.endswith("病例数") and suffix != "数":
                continue
            if said_by_unit or people or plain:
                # “抢救总5868例次” is nobody's Chinese: a total is said by its number.
                return name[: -len(suffix)].removesuffix("总")
    return name


def local_id(name: str) -> str:
    """A stable id of letters for a name that no catalogue has: "local_kzmqpa"."""
    digest = hashlib.sha256(name_key(name).encode()).digest()
    return "local_" + "".join(chr(ord("a") + b % 26) for b in digest[:8])


_MEAN = re.compile(r"人均|[日月周次例床户班篇台]均|均次|平均|(?:^|[^十])每[日月周例床人户千百万班台]")
"""What is a mean already: twelve of them added up are twelve times too much."""
_STOCK = re.compile(
    r"床位|编制|在岗|在职|在[册编管院]|现有|存量|库存|结存|余额|资产|负债|[年期月季]末|人口|职工总?人?数$|累计"
)
"""What is counted on a day: of twelve months the last one holds."""


def _rollup_of(name: str, kind: MetricKind) -> Literal["sum", "weighted", "last", "raw"]:
    """How values of an office's own metric make one: added up only where its name does not forbid it."""
    if kind == "duration" or (kind in ("count", "amount") and _MEAN.search(name)):
        return "raw"
    if kind in ("count", "amount"):
        return "last" if _STOCK.search(name) else "sum"
    return "weighted"


def _kind_of(name: str, unit: str) -> MetricKind:
    if unit in ("%", "‰") or unit.startswith("/") or "/百床" in unit:
        return "rate"
    if unit in ("分钟", "小时", "天", "秒"):
        return "count" if _VOLUME.search(name) else "duration"
    if unit.endswith("元") or unit.startswith("元"):
        return "amount"
    if unit in ("分", "级", "", "比值"):
        return "index"
    return "count"
