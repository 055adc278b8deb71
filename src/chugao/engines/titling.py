"""Headings that say what is in their section, each document in a pattern of its own.

In: a brief, its matters and metrics.  Out: a heading, and the matter that it speaks out in full.

Patterns: aims with the section's own nouns (“抓细手术、病历质量”), an act and an aim, nouns alone (“手术、病历质量”), the
office's own words for the field (“优化采购流程”); where figures are all there is, what two of them did or are to do.  Seed and department choose which comes first, so that the headings of one
document are parallel; a section that cannot fill the pattern takes the next.

Surprise: a heading made of two acts is read twice, once as heading and once as text.  At most one act stands in it, and
what came of that act is then read right below.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from chugao.config import shipped
from chugao.engines.acts import MILESTONE, WEIGHTY, is_act, is_honour, length
from chugao.engines.phrasing import Metric, Phraser, document_frames
from chugao.manuscript import SLOT, Brief, BriefMatter
from chugao.outline import topic_of_matter, topics

_LONGEST = 26
_EVEN = 14
_LONGEST_HALF = 14
_ACT_IN_HEADING = 16
_RESULTS = ("aim", "label", "mixed", "own")
_PLAN = ("aim", "own", "label", "verb")
_ONE_VERB = ("抓好", "抓实")
_OF_PEOPLE = re.compile(r"^(?:抓|办|做|加强)")
_MOST_AIMS = 2
_A_WORD = 3  # characters: a heading of one short word says too little
_ACT_ALONE = 18
_HEAVY = 3
_A_DEED = 6  # characters; what is shorter is a name (宣传稿件)
_SHARED = 3  # matters, from which on a milestone does not speak for its section alone


_HAPPENED = re.compile(r"(?:启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|上线|落户|立项)$")


class Heading(NamedTuple):
    """A heading with what it said in full; `text` None where the outline gives the heading."""

    text: str | None
    spoken: tuple[str, ...] = ()
    """Ids of matters whose act stands in it word for word."""


def heading_of(
    brief: Brief, phraser: Phraser, matters: Sequence[BriefMatter], metrics: Sequence[Metric], *, ahead: bool = False
) -> Heading:
    """The heading of one section."""
    if brief.heading:
        return Heading(None)
    if matters and all(is_honour(m) for m in matters):
        return Heading(_honours(matters))
    metrics = sorted(metrics, key=lambda m: -m.importance)
    # 要点 and a plan in one verb: which one is the document's choice, so that its headings are of one make.
    verb = phraser.choose_for_document(_ONE_VERB, "one verb")
    makers: dict[str, Callable[[], Heading | None]] = {
        "act": lambda: _act(matters),
        "aim": lambda: _aims(phraser, matters),
        "plain": lambda: _plain(phraser, matters),
        "label": lambda: _label(matters),
        "verb": lambda: _aims(phraser, matters, one_verb=verb),
        "mixed": lambda: _mixed(phraser, matters),
        "named": lambda: _by_weight(matters),
        "own": lambda: _in_own_words(phraser, matters),
        "did": lambda: _figures([_did(m) for m in metrics], least=1),
        "do": lambda: _figures([_to_do(m, ahead=ahead) for m in metrics], least=1, one=ahead),
    }
    # A task's act is the title of its item, and had better not be read twice.  What figures did is no heading for deeds.
    usual = (
        ("aim", "label", "own", "plain", "named")
        if ahead
        else ("aim", "label", "own", "plain", "mixed", "act", "named")
    )
    if not matters:
        order: Sequence[str] = ("do", "did") if ahead else ("did", "do")
    else:
        patterns = _PLAN if ahead else _RESULTS
        first = phraser.choose_for_document(patterns, "heading" + ("ahead" if ahead else ""))
        if matters[0].weight >= MILESTONE and not ahead:
            # What the year is remembered for is its own heading.
            order = ("act",) if len(matters) < _SHARED else ("mixed", "act")
        else:
            order = (first,)
        order = (*order, *(p for p in usual if p not in order))
    found = [h for name in order if (h := makers[name]())]
    # The first that speaks of what weighs most in its section.
    speaking = (h for h in found if ahead or not matters or _says(h.text or "", matters[0]))
    return next(speaking, found[0] if found else Heading(_names(metrics) or brief.topic or None))


def _says(heading: str, matter: BriefMatter) -> bool:
    return any(heading[i : i + 2] in matter.text + matter.result for i in range(len(heading) - 1))


_SCOPES = ("全国|国家级", "全省|省级", "全市|市级", "全县|县级")


def _honours(matters: Sequence[BriefMatter]) -> str:
    """“获全国、全省表彰”: who honoured, in the word that stands below, not what for."""
    said = "".join(m.text + m.result for m in matters)
    scopes = [found[0] for pattern in _SCOPES if (found := re.search(pattern, said))]
    return f"获{'、'.join(scopes)}表彰" if scopes else "获得的荣誉"


# --- acts -----------------------------------------------------------------------------------------


def _usable(matters: Sequence[BriefMatter]) -> list[BriefMatter]:
    return [m for m in matters if "，" not in m.text and m.status != "ongoing" and length(m.text) <= _ACT_ALONE]


def _act(matters: Sequence[BriefMatter]) -> Heading | None:
    """The weightiest act alone."""
    usable = _usable(matters[:1])
    return Heading(usable[0].text, (usable[0].id,)) if usable else None


def _mixed(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """“启用急诊综合楼，加快卒中救治”: what was done first, and what the others of the section are about."""
    usable = _usable(matters)
    if not usable or usable[0] is not matters[0] or len(matters) < 2:
        return None
    first = usable[0]
    if length(first.text) > _ACT_IN_HEADING:
        return None
    if length(first.text) < _A_DEED or not (is_act(first.text) or _HAPPENED.search(first.text)):
        return None  # “死亡病例讨论” is no deed
    aim = _aims(phraser, list(matters[1:]), most=1)
    if aim is None or aim.text is None:
        return None
    half = aim.text.split("，")[0]
    if length(first.text) + len(half) >= _LONGEST or any(half[i : i + 2] in first.text for i in range(len(half) - 1)):
        return None
    return Heading(f"{first.text}，{half}", (first.id,))


# --- nouns ----------------------------------------------------------------------------------------


class _Field(NamedTuple):
    """How one field of work may be spoken of in a heading."""

    nouns: dict[str, str]
    """What matters say → how a heading says it."""
    verbs: tuple[str, ...]
    plain: tuple[str, ...]
    tail: str
    """What two of its nouns share at their end and say once: 手术、病历质量."""


@cache
def _fields() -> dict[str, _Field]:
    rows = cast(
        dict[str, dict[str, Any]],
        tomllib.loads((shipped("templates") / "frames" / "headings.toml").read_text(encoding="utf-8")),
    )
    return {
        topic: _Field(nouns=row["nouns"], verbs=tuple(row["verbs"]), plain=tuple(row["plain"]), tail=row["tail"])
        for topic, row in rows.items()
    }


def _nouns_in(matters: Sequence[BriefMatter], field: _Field) -> list[str]:
    """What a field's matters speak of as a heading says it, the most spoken of first."""
    order = list(field.nouns)
    counts: Counter[str] = Counter()
    for matter in matters:
        held = [w for w in field.nouns if w in matter.text]
        # 日间手术 is one noun, not 手术 too.  What came of an act names no section.
        words = [w for w in held if not any(w != other and w in other for other in held)]
        # A new building says more of its section than two repairs, a deed under way less than one that is done; of
        # the nouns of one matter the most particular, which the list has last, says what it is about.
        weight = _HEAVY if matter.weight >= WEIGHTY else 1 + (matter.status != "ongoing")
        counts.update(dict.fromkeys(words[-1:], weight))
    ranked = sorted(counts, key=lambda w: (-counts[w], order.index(w)))
    told: list[str] = []
    for word in ranked:
        spoken = field.nouns[word]
        if not _overlaps(spoken, told):
            told.append(spoken)
    return told


# --- aims -----------------------------------------------------------------------------------------


def _by_field(matters: Sequence[BriefMatter]) -> list[tuple[str, list[BriefMatter]]]:
    """The fields of work of a section, the one with most matters first."""
    by_topic: dict[str, list[BriefMatter]] = {}
    for matter in matters:
        by_topic.setdefault(topic_of_matter(matter.category, matter.text).id, []).append(matter)
    # The field of what weighs most first, then the one with most matters.
    known = [(t, m) for t, m in by_topic.items() if t in _fields()]
    return sorted(known, key=lambda f: (matters[0] not in f[1], -len(f[1]), _order(f[0])))


def _named(matters: Sequence[BriefMatter]) -> list[tuple[_Field, list[str]]]:
    """The one or two fields that a section's heading names, each with what its matters speak of; never one thing twice."""
    found: list[tuple[_Field, list[str]]] = []
    said: list[str] = []
    for topic, held in _by_field(matters):
        field = _fields()[topic]
        nouns = [n for n in _nouns_in(held, field) if not _overlaps(n, said)]
        if nouns and len(found) < _MOST_AIMS:
            found.append((field, nouns))
            said += nouns[:2]
    return found


def _aims(
    phraser: Phraser, matters: Sequence[BriefMatter], *, one_verb: str = "", most: int = _MOST_AIMS
) -> Heading | None:
    """“抓细手术、病历质量”, or two halves where the section joins two fields; `one_verb` opens every heading of a document."""
    found = _named(matters)
    halves: list[str] = []
    for field, nouns in found:
        verb = one_verb if one_verb and not halves else _unlike(phraser, field.verbs, halves)
        joined = _joined(field, nouns[: 1 if len(found) > 1 or most == 1 else 2])
        built = "建设" if joined.endswith("队伍") and _OF_PEOPLE.match(verb) else ""
        halves.append(verb + joined + built)
    if not halves:
        return None
    text = "，".join(halves)
    # Headings of about one length: a long second half makes its sisters look short.
    return Heading(text if len(text) <= _EVEN else halves[0])


def _plain(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """An aim without a noun of the section, where the section says at least one of its words."""
    for topic, held in _by_field(matters):
        fitting = [p for p in _fields()[topic].plain if _speaks_of(p, held)]
        if fitting:
            return Heading(phraser.pick(fitting, "plain"))
    return None


def _speaks_of(phrase: str, matters: Sequence[BriefMatter]) -> bool:
    """Whether a ready aim shares a word with its matters, beyond the verb it opens with."""
    text = "".join(m.text + m.result for m in matters)
    return any(phrase[i : i + 2] in text for i in range(2, len(phrase) - 1))


def _in_own_words(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """“优化采购流程”: what the office itself calls most of a section's work, where its matters speak of it."""
    counts = Counter(m.category for m in matters)
    ranked = sorted(counts, key=lambda c: (-counts[c], -max(m.weight for m in matters if m.category == c)))
    for category in ranked:
        own = [m for m in matters if m.category == category]
        said = "".join(m.text + m.result for m in own)
        if not _A_CATEGORY.fullmatch(category) or not any(
            category[i : i + 2] in said for i in range(len(category) - 1)
        ):
            continue
        rows = cast(list[dict[str, Any]], document_frames()["heading_verb"])
        verbs = next((cast(list[str], r["verbs"]) for r in rows if category.endswith(tuple(r["ends"]))), [])
        if verbs and 2 * len(own) >= len(matters):
            return Heading(phraser.pick(verbs, "own words") + category)
    return None


_A_CATEGORY = re.compile(r"[一-鿿]{4,8}")


def _by_weight(matters: Sequence[BriefMatter]) -> Heading | None:
    """The weightiest deed in its first words, where no noun of the section is known: “内镜中心改扩建”."""
    for matter in sorted(matters, key=lambda m: (m.status == "ongoing", -m.weight)):
        name = _DONE.sub("", matter.text.split("，")[0])
        if 3 < len(name) <= _ACT_IN_HEADING and not SLOT.search(name):
            return Heading(name)
    return None


_DONE = re.compile(r"(?:已?完成|全部完成|仍在推进)$")


def _label(matters: Sequence[BriefMatter]) -> Heading | None:
    """“手术、病历质量和消防安全”: nouns alone."""
    found = _named(matters)
    if not found:
        return None
    if len(found) == 1:
        field, nouns = found[0]
        return Heading(_joined(field, nouns[:2])) if len(nouns) > 1 or len(nouns[0]) > _A_WORD else None
    text = "和".join(_joined(field, nouns[:1]) for field, nouns in found)
    return Heading(text) if len(text) <= _LONGEST else None


def _joined(field: _Field, nouns: Sequence[str]) -> str:
    """Two nouns with what they end in said once."""
    if len(nouns) > 1 and field.tail and all(n.endswith(field.tail) and n != field.tail for n in nouns):
        nouns = [*(n.removesuffix(field.tail) for n in nouns[:-1]), nouns[-1]]
    return "、".join(nouns)


def _unlike(phraser: Phraser, options: Sequence[str], halves: Sequence[str]) -> str:
    """One of `options` that no half before it and no heading of the section begins with, if there is one."""
    fresh = [o for o in options if not any(o[0] == h[0] for h in halves)]
    return phraser.pick(fresh or options, "aim")


def _overlaps(noun: str, others: Sequence[str]) -> bool:
    return any(noun[:2] == other[:2] or noun in other or other in noun for other in others)


def _order(topic: str) -> int:
    return next((t.order for t in topics() if t.id == topic), 999)


# --- figures --------------------------------------------------------------------------------------

_VERBS = {
    ("rate", "up"): ("提高", "提高"),
    ("rate", "down"): ("降低", "下降"),
    ("duration", "down"): ("缩短", "缩短"),
    ("index", "up"): ("提高", "提高"),
    ("index", "down"): ("降低", "下降"),
}
"""(kind, better) → (before the name, after it)."""


def _figures(halves: Sequence[str], least: int, *, one: bool = False) -> Heading | None:
    """Two halves, or one where figures are all there is: one figure does not speak for several matters.

    `one` where the half before has named the same figures and the text below names them again.
    """
    told = list(dict.fromkeys(h for h in halves if h))
    if len(told) < least:
        return None
    if one and least == 1:
        return Heading(told[0])
    fitting = [h for h in told[1:] if len(told[0]) + len(h) < _LONGEST]
    # Two verbs rather than one twice.
    second = next((h for h in fitting if _verb_of(h) != _verb_of(told[0])), fitting[0] if fitting else "")
    if least > 1 and not second:
        return None
    return Heading(f"{told[0]}，{second}" if second else told[0])


def _verb_of(half: str) -> str:
    return next((v for pair in _VERBS.values() for v in pair if half.startswith(v) or half.endswith(v)), "")


def _names(metrics: Sequence[Metric]) -> str:
    """“审方干预、用药咨询和临床药师”: what a section of mere counts is about."""
    names = [m.name for m in metrics if len(m.name) <= 8][:3]
    return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1] if names else ""


def _did(metric: Metric) -> str:
    """“平均住院日缩短”, only of what got better."""
    verb = _VERBS.get((metric.kind, metric.better))
    if metric.direction != "welcome" or verb is None or len(metric.name) > _LONGEST_HALF:
        return ""
    return f"{metric.name}{verb[1]}"


def _to_do(metric: Metric, *, ahead: bool) -> str:
    """“缩短平均住院日”: where it happened, or is aimed at."""
    verb = _VERBS.get((metric.kind, metric.better))
    if verb is None or len(metric.name) > _LONGEST_HALF or metric.name.startswith("医院"):
        return ""  # “降低医院感染发病率” reads as the name of a hospital
    if ahead and "goal" in metric.slots and "now" in metric.slots and metric.slots["goal"].sign == 0:
        return ""
    meant = "goal" in metric.slots if ahead else metric.direction == "welcome"
    return f"{verb[0]}{metric.name}" if meant else ""
