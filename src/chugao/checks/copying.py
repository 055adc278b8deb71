"""Copies: another unit's names and figures, last year's leftovers, and how much wording is shared.

In: a `Reading`, an index of past reports, what was given for this year.  Out: findings, each naming the report.

Shared wording is no offence: proofread reports of two provinces share dozens of runs.  Only what is somebody else's, a
name or a figure inside a copied run, or what is last year's, stops a text; the rest is one line of information.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from chugao.checks.leftovers import Known, Leftover, PastText, Value, leftovers, values_of
from chugao.checks.numbers import constant_spans
from chugao.checks.reading import Hit, Reading
from chugao.checks.rules import findings_of
from chugao.checks.tells import density
from chugao.corpus import Passage
from chugao.corpus.winnowing import Run, RunIndex, common_to, fold_text
from chugao.kind import Kind
from chugao.material import Matter
from chugao.mentions import find_mentions
from chugao.metrics.facts import Facts
from chugao.quantity import Qualifier, fold
from chugao.shipped import shipped
from chugao.source import Finding, Severity

if TYPE_CHECKING:
    from chugao.index import Index

_LEVELS = ("科室", "医院", "乡镇", "区县", "市", "省")


class PastDocument(NamedTuple):
    """A report a text may have been copied from."""

    id: str
    title: str
    text: str
    """Its passages, a line each: headings, tables and titles are nobody's wording."""
    issuer: str
    department: str
    level: str
    year: int | None
    kind: Kind | None
    own: bool

    @property
    def reported(self) -> int | None:
        """The year whose results it tells."""
        if self.year is None:
            return None
        return self.year if self.kind is None or self.kind.looks_back else self.year - 1


class Library(NamedTuple):
    """Past reports by the runs they hold."""

    documents: dict[str, PastDocument]
    runs: RunIndex


class Office(NamedTuple):
    """Whose text it is, as far as one knows."""

    organisation: str
    department: str
    level: str


# --- past reports ---------------------------------------------------------------------------------

_LIBRARIES: "WeakKeyDictionary[Index, Library]" = WeakKeyDictionary()


def library_of(index: "Index") -> Library:
    """The reports of an index; made once for each, because a batch asks five hundred times."""
    if index not in _LIBRARIES:
        _LIBRARIES[index] = library(past_documents(index.passages))
    return _LIBRARIES[index]


def library(documents: Iterable[PastDocument]) -> Library:
    """Past reports made ready for looking up."""
    kept = {d.id: d for d in documents}
    return Library(kept, RunIndex((d.id, d.text) for d in kept.values()))


def past_documents(passages: Iterable[Passage]) -> list[PastDocument]:
    """The documents that passages were cut from."""
    grouped: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        grouped[passage.document].append(passage)
    documents = []
    for id_, pieces in grouped.items():
        pieces.sort(key=lambda p: p.start)
        first = pieces[0]
        text = "\n".join(_with_heading(pieces))
        documents.append(
            PastDocument(
                id_, first.title, text, first.issuer, first.department, first.level, first.year, first.kind, first.own
            )
        )
    return documents


def _with_heading(pieces: Sequence[Passage]) -> Iterator[str]:
    """The passages, with the top heading over each part: it tells results from plans."""
    part = ""
    for piece in pieces:
        top = piece.heading_path[0] if piece.heading_path else ""
        if top and top != part:
            part = top
            yield f"一、{top}"
        yield piece.text


# --- the check ------------------------------------------------------------------------------------


def check_copying(
    reading: Reading,
    index: "Index | Library",
    known: Known | None = None,
    *,
    organisation: str = "",
    department: str | None = None,
) -> list[Finding]:
    """What a text copied from past reports; `known` is what was given for this year.

    Whose the text is comes from the arguments, else from the office's settings, else from the text itself.
    """
    held = index if isinstance(index, Library) else library_of(index)
    known = known or Known()
    office = Office(
        organisation or reading.office.name or reading.issuer,
        department or reading.department,
        reading.level or reading.office.level,
    )
    relations = {d.id: _relation(d, reading, office) for d in held.documents.values()}
    own = [d for d in held.documents.values() if relations[d.id] == "own"]
    runs = [r for r in held.runs.runs(reading.text) if relations[r.document] != "itself"]
    findings: list[Finding] = []
    findings += findings_of("last-year-left", _left_over(reading, own, known, office), reading.text)
    foreign = [r for r in runs if relations[r.document] in ("foreign", "sibling")]
    names = (*_own_names(office, reading.title), *(d.text for d in own))
    shared = _shared_by_many(reading, runs, held)
    findings += findings_of("foreign-copied", _foreign(reading, foreign, held, known, names, shared), reading.text)
    findings += findings_of("shared-wording", _shared(reading, runs, relations, shared, held), reading.text)
    if (told := density(reading, [d.text for d in own if _comparable(d, reading)])) is not None:
        findings.append(told)
    return findings


def _comparable(document: PastDocument, reading: Reading) -> bool:
    """Whether a past report says what is usual for this text: of the same kind, and not of its own year."""
    return document.kind is reading.kind and document.year != reading.year


def _relation(document: PastDocument, reading: Reading, office: Office) -> str:
    """itself, own, sibling, upstream or foreign."""
    if document.title == reading.title:
        return "itself"
    same_name = _without_year(document.title) == _without_year(reading.title) != ""
    same_issuer = bool(office.organisation) and document.issuer == office.organisation
    # Nobody says whose the text is: a folder of a department's past reports is that department's.
    same_department = not office.organisation and bool(office.department) and document.department == office.department
    if document.own or same_issuer or same_name or same_department:
        if office.department and document.department and document.department != office.department and not same_name:
            higher = document.level in _LEVELS and document.level != "科室" and office.level in ("科室", "")
            return "upstream" if higher else "sibling"
        return "own"
    if document.level in _LEVELS and office.level in _LEVELS and _rank(document.level) > _rank(office.level):
        return "upstream"
    return "foreign"


def _rank(level: str) -> int:
    return _LEVELS.index(level)


def _without_year(title: str) -> str:
    return re.sub(r"(?:19|20)\d\d年?度?|二〇[〇一二三四五六七八九]{2}年|[\s（）()《》]", "", title)


def _own_names(office: Office, title: str) -> tuple[str, ...]:
    return tuple(n for n in (office.organisation, office.department, title) if n)


def known_of(facts: Facts | None, matters: Iterable[Matter], printed: Iterable[str] = ()) -> Known:
    """This year's numbers and names, as figures and matters give them; last year's values are not among them."""
    told = [*printed, *(f"{m.said_when}，{m.text}，{m.result}，{m.owner}，{m.leader}，{m.evidence}" for m in matters)]
    if facts is not None:
        told += [f.printed for f in facts.by_slot.values() if f.field != "prev"]
        told += [f"{o.owner}，{o.leader}，{o.note}" for o in facts.figures.observations]
    return Known(told)


# --- last year's leftovers ------------------------------------------------------------------------


def _left_over(reading: Reading, own: Sequence[PastDocument], known: Known, office: Office) -> Iterator[Hit]:
    if reading.reported is None:
        return
    past = [_past_text(d) for d in own if d.reported is not None and d.reported < reading.reported]
    names = _own_names(office, reading.title)
    for left in leftovers(reading.text, reading.mentions, past, known, reported=reading.reported, own_names=names):
        yield Hit(left.value.start, left.value.end, _told(left), _weight(left, known))


def _past_text(document: PastDocument) -> PastText:
    planned = None if document.reported is None else document.reported + 1
    return PastText(document.title, document.text, document.reported, planned)


_WHAT = {"number": "数", "year": "年份", "date": "日期", "ordinal": "届次", "file": "文号", "name": "名称"}


def _told(left: Leftover) -> str:
    value = left.value
    at = left.sentence.find(value.text)
    excerpt = left.sentence[max(0, at - 24) : at + len(value.text) + 8] if at >= 0 else left.sentence[:40]
    return (
        f"{_WHAT[value.kind]}“{value.text}”和《{left.report.title}》同一句里的一样：“{excerpt}”。"
        "忘了改就换成今年的；确实没有变的，确认一次即可。"
    )


def _weight(left: Leftover, known: Known) -> Severity | None:
    """Whether to stop for it: a name may well work on for years, and twenty of something may again be twenty."""
    value = left.value
    if value.kind == "name":
        return None if known else Severity.WARNING
    if value.kind == "number" and value.quantity is not None and value.tense == "future":
        return Severity.WARNING  # the same aim two years running is common
    if value.kind == "number" and value.quantity is not None and not known:
        digits = re.sub(r"\D", "", fold(value.text)).strip("0")
        return None if len(digits) > 1 or value.quantity.unit == "位" else Severity.WARNING
    return None


# --- another unit's names and figures -------------------------------------------------------------

_NATIONAL = re.compile(r"^(?:国家|全国|中华|中国|国务院|中央)")


def _foreign(
    reading: Reading,
    runs: Sequence[Run],
    held: Library,
    known: Known,
    names: Sequence[str],
    shared: Sequence[tuple[int, int]],
) -> Iterator[Hit]:
    seen: set[int] = set()
    constants = [*constant_spans(reading.text), *shared]
    given = "\n".join((*names, known.text))
    for run in runs:
        document = held.documents[run.document]
        places = _aligned(reading.text, document.text, run)
        for value in _values_in(document):
            if value.start < run.source_start or value.end > run.source_end or value.kind not in ("name", "number"):
                continue
            start, end = places.get(value.start, -1), places.get(value.end - 1, -2) + 1
            if start < 0 or end <= start or start in seen or fold(reading.text[start:end]) != fold(value.text):
                continue
            if any(a <= start and end <= b for a, b in constants):
                continue
            if value.kind == "name":
                if value.text in given or _NATIONAL.match(value.text):
                    continue
                what, severity = "名称", None
            else:
                if value.quantity is None or known.number(value.quantity):
                    continue
                bound = value.quantity.qualifier is not Qualifier.EXACT or value.tense == "future"
                what, severity = "数字", Severity.WARNING if bound else None
            seen.add(start)
            copied = reading.text[run.start : run.end].replace("\n", " ")
            hint = (
                f"{what}“{value.text}”随着一段话从《{document.title}》抄来（“{copied[:36]}{'……' if len(copied) > 36 else ''}”，"
                f"连续{run.length}字相同）。请换成本单位的，或删去。"
            )
            yield Hit(start, end, hint, severity)


@lru_cache(maxsize=256)
def _values_in(document: PastDocument) -> tuple[Value, ...]:
    return tuple(values_of(document.text, find_mentions(document.text, kind=document.kind, year=document.year)))


def _aligned(text: str, source: str, run: Run) -> dict[int, int]:
    """Place in the source → place in the text, for every character of a run."""
    mine, theirs = fold_text(text[run.start : run.end]), fold_text(source[run.source_start : run.source_end])
    both = range(min(len(mine.points), len(theirs.points)))
    return {run.source_start + theirs.place(i): run.start + mine.place(i) for i in both}


# --- how much is shared ---------------------------------------------------------------------------

_WORTH_TELLING = 20
"""One part in so many."""
_TOLD = {"own": "本单位以前的", "upstream": "上级", "sibling": "本单位其他科室的", "foreign": "外单位的"}


def _shared(
    reading: Reading, runs: Sequence[Run], relations: dict[str, str], common: Sequence[tuple[int, int]], held: Library
) -> Iterator[Hit]:
    """One line for each kind of source: how much, and from which report most."""
    import numpy as np

    length = len(fold_text(reading.text).points)
    if not length:
        return
    solid = np.array([not c.isspace() for c in reading.text], bool)
    phrases = (m.span() for pattern in _phrases() for m in pattern.finditer(reading.text))
    for start, end in (*common, *phrases):
        solid[start:end] = False
    for relation, told in _TOLD.items():
        by_document: defaultdict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]] = defaultdict(
            lambda: np.zeros(len(reading.text), bool)
        )
        for run in runs:
            if relations[run.document] == relation:
                by_document[run.document][run.start : run.end] = True
        covered = {d: int((c & solid).sum()) for d, c in by_document.items()}
        whole = int((np.logical_or.reduce(list(by_document.values())) & solid).sum()) if by_document else 0
        if whole < 19 or whole * _WORTH_TELLING < length:
            continue
        most = max(covered, key=lambda d: (covered[d], d))
        hint = (
            f"与{told}文稿相同的文字有{whole}字，占{whole * 100 / length:.0f}%，"
            f"最多的是《{held.documents[most].title}》（{covered[most]}字）。仅供参考。"
        )
        place = next(r for r in runs if r.document == most)
        yield Hit(place.start, place.end, hint)


@cache
def _phrases() -> tuple[re.Pattern[str], ...]:
    rows = tomllib.loads((shipped("templates") / "phrases" / "shared.toml").read_text(encoding="utf-8"))["shared"]
    return tuple(re.compile(row["pattern"]) for row in rows)


def _shared_by_many(reading: Reading, runs: Sequence[Run], held: Library) -> list[tuple[int, int]]:
    """Stretches that three issuers and more have."""
    import numpy as np

    issuers = {d.id: d.issuer or _without_year(d.title) for d in held.documents.values()}
    mask = common_to(runs, issuers, len(reading.text))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
