"""Every quantity a reader finds in a draft, held against the given cells, whatever the draft claims of it.

In: a draft and its case.  Out: `Measure`s.

A claim can lie, and whoever changes the product changes its verifier too.  So nothing here asks a claim, a recipe or
the product's check: a quantity is read by its characters (Arabic or Chinese numerals), and it is true when a matter,
an instruction or a row of the figures that its words speak of says it.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from eval.measures import Measure, Seen, Span, doubted
from eval.plain import plain
from eval.reading import read_printed
from eval.truth import Truth, holds, is_read, table_of, truths_of

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWER = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_HAN = "零〇一二两三四五六七八九十百千万亿"
_UNITS = (
    "个百分点 个千分点 百分点 % ‰ 人次 台次 例次 床日 人日 万元 亿元 元 个月 月底 月 年 天 日 周 小时 分钟 秒 岁 倍 成 个 项 名 人 位 例 台 套 次 场 家 "
    "份 张 起 件 间 所 座 辆 条 篇 批 期 支 组 层 门 款 户 村 镇 县 区 片 处 轮 种 类 级 顶 只 把 部 本 支队 队 栋 床 学时 课时 公里 吨 平方米"
).split()


@cache
def _quantity(units: tuple[str, ...]) -> re.Pattern[str]:
    unit = "|".join(re.escape(u) for u in sorted({*_UNITS, *units}, key=len, reverse=True))
    return re.compile(
        r"(?<![\d.A-Za-z:：/第—-])"
        r"(?P<ahead>超过|突破|不低于|不少于|不超过|不高于|不足|不到|将近|接近|大约|逾|超|近|约|≥|≤)?"
        rf"(?:(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<scale>[万亿]?)(?P<odd>[余多]?)(?P<unit>{unit})?"
        rf"|(?P<han>[{_HAN}]+)(?P<odd2>[余多]?)(?P<unit2>{unit}))(?P<behind>以上|以下|以内|左右)?"
    )


_NO_QUANTITY = re.compile(r"\d{1,2}[:：]\d|[A-Za-z]")
_SAID = {
    "now": "", "prev": "上年|去年|同期|由|从|以往|原来|20", "target": "目标|任务|计划|要求|标准|指标|定",
    "goal": "目标|力争|争取|明年|下年|20|到|至|在|为", "attainment": "完成|目标|任务|进度",
    **dict.fromkeys(("change", "gap", "step"), "比|较|增|减|升|降|提|缩|延|多|少|高|低|快|慢|差|距|短|长|涨|跌"),
    "growth": "比|较|增|减|升|降|提|长|涨|幅|翻|多|少", "multiple": "倍|翻",
}  # fmt: skip
"""Field → a word that must stand beside a number of it; a plan starts from what was reached, not from the year before."""
_AHEAD = ("plan", "goals", "measures", "items")
_LOOSE = re.compile(
    r"每(?:两|三|半)?个?(?:天|日|周|旬|月|季度|季|年|班|晚)|(?<![上下])半年|半个月|大半|多半|过半|一半|半数|翻番|翻[一两]番|成倍"
)
"""Amounts and rhythms without a numeral of their own."""
_LEAST = Decimal("0.4")
_KEPT = ("内部", "不写")
"""What the office does not let out supports nothing."""


class Quantity(NamedTuple):
    """A number and its unit, as a reader takes them."""

    start: int
    end: int
    value: Decimal
    unit: str
    printed: str

    def says(self, other: "Quantity") -> bool:
        """Whether both are the same amount, in whatever numerals; a unit that is not printed is any."""
        return self.value == other.value and (self.unit == other.unit or not self.unit or not other.unit)


def quantities(text: str, units: tuple[str, ...] = ()) -> list[Quantity]:
    """Every quantity of a text, in common units and these; years, and Chinese numerals without a unit, of one (“一名”) or of a rate (“每千人”), are none."""
    found = []
    for match in _quantity(units).finditer(text):
        unit = match["unit"] or match["unit2"] or ""
        if match["digits"]:
            if unit == "年" and len(match["digits"]) == 4:
                continue
            value = Decimal(match["digits"].replace(",", "")) * {"万": 10**4, "亿": 10**8}.get(match["scale"], 1)
        else:
            value = Decimal(number_of(match["han"]))
            per = text[: match.start("han")].endswith("每") and match["han"] in "十百千万十万百万"
            if value <= 1 or per or (value == 2 and unit in ("级", "类")):
                continue
        if unit in ("万元", "亿元"):
            value, unit = value * {"万": 10**4, "亿": 10**8}[unit[0]], "元"
        found.append(Quantity(match.start(), match.end(), value, unit, match.group()))
    return found


def number_of(han: str) -> int:
    """A number in Chinese numerals: 十二, 三百零五, 二〇二五, 一万二千."""
    if not any(c in _POWER for c in han):
        return int("".join(str(_DIGIT[c]) for c in han))
    total = part = digit = 0
    for char in han:
        power = _POWER.get(char)
        if power is None:
            digit = _DIGIT[char]
        elif power >= 10**4:
            total, part, digit = (total + part + digit or 1) * power, 0, 0
        else:
            part, digit = part + (digit or 1) * power, 0
    return total + part + digit


class Given:
    """What the office handed in, read anew: matters by row, rows of figures by all their names."""

    def __init__(self, seen: Seen) -> None:
        case, catalogue = seen.case, seen.case.read_figures.catalogue()
        self.matters = [
            "，".join(v for k, v in row.items() if v and k not in ("公开范围", "佐证", "部门"))
            for file in case.matters
            for row in _rows(case.folder / file)
            if row.get("公开范围") not in _KEPT
        ]
        told = [f for f in case.matters if not any(row.get("事项") for row in _rows(case.folder / f))]
        self.matters += [line for f in told for line in plain(case.folder / f).splitlines() if line.strip()]
        self.asked = list(case.asked)
        self.text = f"{case.given_text}\n{case.organisation}\n{case.department}"
        self.figures: list[tuple[set[str], str, Truth]] = []
        files = [case.folder / f for f in (case.late or case.figures)]
        year = int((seen.draft.period or str(seen.draft.year))[:4])
        self.whole = all(is_read(f, year) for f in files)
        """Whether our eyes read every file of figures; else a number may stand where they cannot look."""
        kept = {row.get("指标名称", "") for file in files for row in _rows(file) if row.get("公开范围") in _KEPT}
        truths = [*truths_of(files, seen.draft.period or str(seen.draft.year), case.department)]
        doubted = {n: catalogue.by_name(n) for truth in truths for n in truth.unsure}
        self.unsure = {a for n, found in doubted.items() for a in (n, *(found.all_names() if found else ()))}
        for truth in truths:
            for name in (n for n in truth.rows if n not in kept | self.unsure):
                found = catalogue.by_name(name)
                self.figures.append(({name, *(found.all_names() if found else ())}, name, truth))
        self.kept = [
            row["事项"]
            for file in case.matters
            for row in _rows(case.folder / file)
            if row.get("公开范围") in _KEPT and row.get("事项")
        ] + sorted(kept - {name for _, name, _ in self.figures})
        self.names = sorted({n for names, _, _ in self.figures for n in names if re.search(rf"[\d{_HAN}]", n)}, key=len)
        self.every_name = "\n".join(n for d in catalogue for n in d.all_names())
        units = {_unit(truth.rows[name].unit, field) for _, name, truth in self.figures for field in ("now", "change")}
        self.units = tuple(sorted(u for u in units if u and not re.search("[:：]", u)))
        cutoffs = {row.get("数据截止") or "" for file in files for row in _rows(file)}
        self.days = [f"{int(m[1])}月{int(m[2])}日" for c in cutoffs if (m := re.fullmatch(r"\d{4}-(\d\d)-(\d\d)", c))]
        self.months = re.sub(r"^\d{4}M?", "", seen.draft.period or "").replace("-", "—")

    def spoken_of(self, text: str) -> list[tuple[str, Truth]]:
        """Rows of figures whose name stands in a text, in whole, nearly or by its first word (“处方增加到” of 处方总数); else all."""
        pairs = _pairs(text)
        close = [
            (name, truth)
            for names, name, truth in self.figures
            if any(n in text or n[:2] in text or ((p := _pairs(n)) and len(p & pairs) * 2 >= len(p)) for n in names)
        ]
        return close or [(name, truth) for _, name, truth in self.figures]

    def named(self, text: str, *, exact: bool = False) -> list[tuple[str, Truth]]:
        """Rows of figures that a text names; when it names none in whole, and not `exact`, those it names nearly."""
        whole, near, left, pairs = [], [], text, _pairs(text)
        unsure = any(n in text for n in self.unsure)
        everybody = sorted(
            ((n, name, truth) for names, name, truth in self.figures for n in names), key=lambda f: -len(f[0])
        )
        for alias, name, truth in everybody:
            # “住院人次” inside “县域内住院人次占比” names nothing.
            if alias in left:
                left = left.replace(alias, "＿")
                whole.append((name, truth))
            elif (
                not (exact or unsure) and alias not in text and len((p := _pairs(alias)) & pairs) * 3 >= len(p) * 2 > 0
            ):
                near.append((name, truth))
        return list(dict.fromkeys(whole or near))

    def told(self, text: str, label: str = "") -> list[str]:
        """Matters that a text, or the row of a table, tells, by the words they share; all of them, and what was asked, when none does."""
        if whole := [m for m in self.matters if label and label in m]:
            return whole
        pairs = _pairs(text)
        shared = {m: Decimal(len(pairs & _pairs(m))) / len(pairs) if pairs else Decimal(0) for m in self.matters}
        if not shared or max(shared.values()) < _LEAST:
            return [*self.matters, *self.asked]
        return [m for m, share in shared.items() if share >= max(shared.values()) / 2] + self.asked

    def bare(self, text: str) -> str:
        """A text whose names with numerals in them (“65岁及以上……率”), marks of what is owed, days that figures count to and own period are blank."""
        marks = [m.group() for m in re.finditer(r"【待补[^】]*】", text)]
        for name in (*reversed(self.names), *marks, *self.days, *([f"{self.months}月"] if "—" in self.months else ())):
            text = text.replace(name, "\u3000" * len(name))
        return text


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    return tuple({k: v for k, v in row.items() if k} for row in table_of(path))


@cache
def _pairs(text: str) -> frozenset[str]:
    han = re.sub(r"[^一-鿿]", "", text)
    return frozenset(han[i : i + 2] for i in range(len(han) - 1))


@cache
def _read(text: str, units: tuple[str, ...]) -> tuple[Quantity, ...]:
    return tuple(quantities(text, units))


def unfounded_numbers(seen: Seen) -> Measure:
    """Quantities that no matter, instruction or row of figures says, by our own eyes alone."""
    given = seen.given
    spans = [Span(piece.where, quote, why) for piece in printed_pieces(seen) for quote, why in unfounded(piece, given)]
    return Measure("unfounded_numbers", len(spans), tuple(spans), failed=bool(spans))


class Piece(NamedTuple):
    """A sentence, heading or cell, and what else says whose numbers it holds."""

    where: str
    text: str
    section: str
    around: str = ""
    """The sentence before it, or the head of its column."""
    label: str = ""
    """What the row of a table is about."""


def printed_pieces(seen: Seen) -> Iterator[Piece]:
    """Everything a reader reads between title and signature."""
    for section in seen.draft.sections:
        yield Piece(f"heading of {section.id}", section.heading.text, section.id)
        for block in section.blocks:
            before = ""
            for sentence in (section.sentence(i) for i in block.sentence_ids):
                yield Piece(sentence.id, sentence.text, section.id, before)
                before = sentence.text
            header = block.table.header if block.table else ()
            for number, row in enumerate(block.table.rows if block.table else (), 1):
                texts = [c.text for c in row]
                label = next((t for t in texts if not t.isdigit()), "")
                for head, text in zip(header, texts, strict=False):
                    if not text.isdigit():
                        yield Piece(f"table {block.id} row {number}", text, section.id, head, label)


def unfounded(piece: Piece, given: Given) -> Iterator[tuple[str, str]]:
    """The quantities of one piece that nothing given says, and why."""
    text = given.bare(piece.text)
    found, loose = quantities(text, given.units), list(_LOOSE.finditer(text))
    if not found and not loose:
        return
    short = len(_pairs(piece.text)) <= 3 or piece.label
    matters = given.told((piece.label or piece.around) + piece.text if short else piece.text, piece.label)
    held: list[tuple[Quantity, list[str]]] = []
    for quantity in found:
        if _is_word(text, quantity, given):
            continue
        sources = [m for m in matters if any(quantity.says(q) for q in _read(m, given.units))]
        held.append((quantity, sources))
        if not sources and not _true(quantity, piece, given):
            yield quantity.printed, f"事项、指标里都没有：{piece.text[:60]}"
    for match in loose:
        if not any(match.group() in m for m in matters) and match.group() not in _phrases():
            yield match.group(), f"事项里没有：{piece.text[:60]}"
    yield from _turned_round(text, held)


def _is_word(text: str, quantity: Quantity, given: Given) -> bool:
    """Whether a number is part of a name or of a set phrase (“65岁及以上……率”, “二十届”, “三四级”)."""
    around = text[max(0, quantity.start - 2) : quantity.end + 2]
    return around in given.text or around in _phrases() or _NO_QUANTITY.search(around) is not None


def _true(quantity: Quantity, piece: Piece, given: Given) -> bool:
    words = (piece.label or piece.around) + piece.text
    rows, fields = given.spoken_of(words), _allowed(piece, quantity)
    # Of “1:0.55”, and of what stands where we cannot look, nothing can be reckoned here.
    unread = not given.whole or any(n[:2] in words for n in given.unsure)
    unread = unread or any(
        re.search("[:：]", t.rows[n].unit) or not t.rows[n].values for n, t in given.named(words, exact=True)
    )
    return unread or any(holds_of(quantity, row, field) for row in rows for field in fields)


def holds_of(quantity: Quantity, row: tuple[str, Truth], field: str) -> bool:
    """Whether an amount is what a row of figures says at a field."""
    name, truth = row
    # “9.7/10万”: our reading of a number refuses digits in its unit.
    printed = read_printed(quantity.printed.replace(",", "").replace("/10万", "/十万"))
    value, unit = truth.value(name, field), _unit(truth.rows[name].unit, field).replace("/10万", "/十万")
    if printed is None or value is None or not holds(abs(value), printed, unit, aim=field in ("target", "goal")):
        return False
    # “超过9%” of 90 % is true and says nothing.
    bound = printed.qualifier in ("over", "under") and field not in ("target", "goal")
    return not bound or abs(abs(value) - printed.value) <= printed.value / 10


def _allowed(piece: Piece, quantity: Quantity) -> list[str]:
    """The fields of which this number may be, by the head of its column or by the words of its part of the sentence."""
    if piece.label:
        return [f for f, said in _SAID.items() if re.search(said, piece.around + piece.text)]
    start = max(piece.text.rfind(mark, 0, quantity.start) for mark in "；。") + 1
    words = re.split("[；。]", piece.text[start:])[0]
    before = piece.text[max(start, quantity.start - 10) : quantity.start]
    ahead = piece.section.partition("_")[0] in _AHEAD
    return [
        f
        for f, said in _SAID.items()
        if re.search(said, before if f == "prev" else words) and not (ahead and f == "prev")
    ]


def _unit(base: str, field: str) -> str:
    if field in ("growth", "attainment"):
        return "%"
    if field == "multiple":
        return "倍"
    return {"%": "个百分点", "‰": "个千分点"}.get(base, base) if field in ("change", "gap", "step") else base


def _turned_round(text: str, held: Iterable[tuple[Quantity, list[str]]]) -> Iterator[tuple[str, str]]:
    """Two amounts of one matter that changed places: “招41名，到岗46名” of “招46名，到岗41名”."""
    held = [(q, s) for q, s in held if len(s) == 1]
    for (one, source), (other, again) in itertools.pairwise(held):
        if source != again or one.unit != other.unit or one.value == other.value:
            continue
        places = {
            v: [q for q in _read(source[0], ()) if q.value == v and q.unit == one.unit]
            for v in (one.value, other.value)
        }
        if any(len(p) != 1 for p in places.values()):
            continue
        first, second = places[one.value][0], places[other.value][0]
        if first.start > second.start and _before(text, one) != _before(source[0], first):
            yield one.printed, f"与事项里的次序相反：{source[0][second.start - 6 : first.end + 4]}"


def _before(text: str, quantity: Quantity) -> str:
    return text[max(0, quantity.start - 2) : quantity.start]


@cache
def _phrases() -> str:
    """Our own set phrases; what a comment or a source says of them is none."""
    return "\n".join(_lines("phrases"))


def _lines(part: str) -> Iterator[str]:
    folder = Path(__file__).parents[1] / "templates" / part
    for path in sorted(folder.rglob("*.toml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from (line for line in lines if not line.startswith(("#", "source", "title", "by")))


# --- words ----------------------------------------------------------------------------------------

_RANK = re.compile(
    r"国家级|省部级|省级|全国|国际|国内|全省|特等奖|[一二三]等奖|[金银铜]奖|冠军|第[一二三四五](?:名|位|批)?(?![一-鿿]*(?:季度|医院|中学))|首[次个家创批例]|率先|领先|前列|"
    r"唯一|填补|[一二三]级[甲乙丙]等|零(?:投诉|事故|感染|差错)|突破性|历史性|最[高好先佳]"
)


def unfounded_ranks(seen: Seen) -> Measure:
    """Levels, prizes and superlatives that nothing given says: a “二等奖” that became a first one, an “全省” that became 全国."""
    own = f"{seen.given.text}{_phrases()}{seen.given.every_name}"
    spans = tuple(
        Span(piece.where, match.group(), piece.text[:60])
        for piece in printed_pieces(seen)
        for match in _RANK.finditer(piece.text)
        if match.group() not in own
    )
    return Measure("unfounded_ranks", len(spans), spans, failed=bool(spans))


def let_out(seen: Seen) -> Measure:
    """Matters and metrics kept in the house (内部, 不写) that the draft speaks of."""
    given = seen.given
    spans = []
    for piece in printed_pieces(seen):
        pairs = _pairs(piece.text)
        best = max((len(pairs & _pairs(m)) for m in given.matters), default=0)
        for kept in given.kept:
            shared, own = len(pairs & _pairs(kept)), len(_pairs(kept))
            if shared >= 3 and shared * 5 >= own * 3 and shared >= best:
                spans.append(Span(piece.where, piece.text[:30], f"“{kept}”不对外"))
    return Measure("let_out", len(spans), tuple(spans), failed=bool(spans))


def foreign_clauses(seen: Seen) -> Measure:
    """Clauses that share next to nothing with what was given or with our own set phrases: somebody made them up."""
    given = seen.given
    ground = _pairs(f"{given.text}\n{seen.draft.title.text}\n{given.every_name}") | _templates()
    spans = []
    for piece in printed_pieces(seen):
        for clause in () if piece.label else re.split("[，；。：]", re.sub("【待补[^】]*】", "", piece.text)):
            pairs = _pairs(clause)
            # What has a number is held against the cells; a short clause says too little to be judged.
            if len(pairs) >= 4 and len(pairs & ground) * 2 < len(pairs) and not re.search(r"\d", clause):
                spans.append(Span(piece.where, clause, f"{len(pairs & ground)}/{len(pairs)}"))
    return Measure("foreign_clauses", len(spans), tuple(spans), failed=bool(spans))


@cache
def _templates() -> frozenset[str]:
    """Every two characters of our own wording."""
    return _pairs("\n".join(line for part in ("phrases", "frames", "outlines", "words") for line in _lines(part)))


GIVEN: tuple[Callable[[Seen], Measure], ...] = (unfounded_numbers, unfounded_ranks, let_out, foreign_clauses, doubted)
