"""Headings that say what is in their section, each document in a pattern of its own.

In: a brief, its matters and metrics.  Out: a heading, and the matters that it speaks out in full.

Patterns: an aim with the section's own noun (“把住手术质量关”), two acts, two acts turned, what two figures did, what
two figures are to do.  Seed and department choose which comes first, so that the headings of one document are
parallel; a section that cannot fill the pattern takes the next.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from chugao.config import shipped
from chugao.engines.acts import is_honour, length
from chugao.engines.phrasing import Metric, Phraser
from chugao.manuscript import Brief, BriefMatter
from chugao.outline import topic_of_matter, topics

_LONGEST = 26
_LONGEST_HALF = 14
_RESULTS = ("acts", "aim", "turned", "mixed")
_PLAN = ("do", "aim")
_MOST_AIMS = 3
_HONOUR = 24  # a title of honour is longer than an act


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
        return _acts(matters) or Heading(brief.topic or None)
    if brief.style == "data" and ahead and len(matters) == 1:
        return _aim(phraser, matters, plain=False) or _acts(matters) or Heading(brief.topic or None)
    metrics = sorted(metrics, key=lambda m: -m.importance)
    makers = {
        "acts": lambda: _acts(matters),
        "aim": lambda: _aim(phraser, matters, plain=brief.style == "policy", filled=ahead),
        "plain": lambda: _aim(phraser, matters, plain=True),
        "turned": lambda: _turned(matters),
        "mixed": lambda: _mixed(phraser, matters),
        "did": lambda: _figures([_did(m) for m in metrics], least=2 if matters else 1),
        "do": lambda: _figures([_to_do(m, ahead=ahead) for m in metrics], least=2 if matters else 1),
    }
    if brief.style == "policy":
        order: Sequence[str] = ("aim", "acts", "do")
    elif not matters:
        order = ("do", "did") if ahead else ("did", "do")
    else:
        patterns = _PLAN if ahead else _RESULTS
        first = phraser.choose_for_document(patterns, "heading" + ("ahead" if ahead else ""))
        # Items bear their acts as titles, and a heading had better not say them twice.
        last = ("do", "plain", "acts") if ahead else ("acts", "plain")
        order = (first, *(p for p in (*patterns, *last) if p != first))
    return next((h for name in order if (h := makers[name]())), Heading(_names(metrics) or brief.topic or None))


def _usable(matters: Sequence[BriefMatter]) -> list[BriefMatter]:
    return [
        m
        for m in matters
        if "，" not in m.text and m.status != "ongoing" and length(m.text) <= (_HONOUR if is_honour(m) else 18)
    ]


def _pair(matters: list[BriefMatter], texts: dict[str, str]) -> Heading | None:
    """The first matter with the first other that still fits, of its own category if there is one."""
    if not matters:
        return None
    first = matters[0]
    fitting = [m for m in matters[1:] if length(texts[first.id]) + length(texts[m.id]) < _LONGEST]
    second = next((m for m in fitting if m.category == first.category), fitting[0] if fitting else None)
    if second is None:
        return Heading(texts[first.id], (first.id,))
    return Heading(f"{texts[first.id]}，{texts[second.id]}", (first.id, second.id))


def _acts(matters: Sequence[BriefMatter]) -> Heading | None:
    usable = _usable(matters)
    return _pair(usable, {m.id: m.text for m in usable})


def _turned(matters: Sequence[BriefMatter]) -> Heading | None:
    """“急诊综合楼启用，心电远程传输接通”; both halves turned, or none."""
    plain = re.compile(
        r"^(上线|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|完成|接通|成立|组建)([^，；。并后]{4,14})$"
    )
    texts = {m.id: found[2] + found[1] for m in _usable(matters) if (found := plain.match(m.text))}
    turned = [m for m in matters if m.id in texts]
    return _pair(turned, texts) if len(turned) > 1 else None


def _mixed(phraser: Phraser, matters: Sequence[BriefMatter]) -> Heading | None:
    """“启用急诊综合楼，加快卒中救治”: what was done first, and what the others of the section are about."""
    usable = _usable(matters)
    if not usable:
        return None
    first = usable[0]
    aim = _aim(phraser, [m for m in matters if m is not first], plain=False)
    if aim is None or aim.text is None:
        return None
    half = aim.text.split("，")[0]
    if length(first.text) + len(half) >= _LONGEST or any(half[i : i + 2] in first.text for i in range(len(half) - 1)):
        return None
    return Heading(f"{first.text}，{half}", (first.id,))


# --- aims -----------------------------------------------------------------------------------------


@cache
def _patterns() -> dict[str, dict[str, list[str]]]:
    """By topic id: `nouns`, and patterns for one noun, for two, for none."""
    return tomllib.loads((shipped("templates") / "frames" / "headings.toml").read_text(encoding="utf-8"))


def _nouns_in(matters: Sequence[BriefMatter], nouns: Sequence[str]) -> list[str]:
    """Those nouns of a field that its matters speak of, the one most spoken of first."""
    counts: Counter[str] = Counter()
    for matter in matters:
        held = [w for w in nouns if w in matter.text + matter.result]
        for word in held:
            # 日间手术 is one noun, not 手术 too; the act itself weighs more than what came of it.
            if not any(word != other and word in other for other in held):
                counts[word] += 3 if word in matter.text else 1
    return [w for w, _ in sorted(counts.items(), key=lambda c: (-c[1], nouns.index(c[0])))]


def _aim(phraser: Phraser, matters: Sequence[BriefMatter], *, plain: bool, filled: bool = False) -> Heading | None:
    """One aim, or two where the section joins two fields; without a noun of the section only if `plain` will do,
    or as a second half where `filled`."""
    by_topic: dict[str, list[BriefMatter]] = {}
    for matter in matters:
        by_topic.setdefault(topic_of_matter(matter.category, matter.text).id, []).append(matter)
    fields = sorted((t for t in by_topic if t in _patterns()), key=lambda t: (-len(by_topic[t]), _order(t)))
    said: set[str] = set()
    halves: list[str] = []
    for field in fields[:_MOST_AIMS]:
        alone = len(fields) == 1
        patterns = _patterns()[field]
        nouns = [n for n in _nouns_in(by_topic[field], patterns["nouns"]) if not _overlaps(n, said)]
        if alone and len(nouns) > 1 and not _overlaps(nouns[1], {nouns[0]}):
            halves.append(phraser.pick(patterns["two"], "aim").replace("{two}", "、".join(nouns[:2])))
        elif nouns:
            said.add(nouns[0])
            halves.append(_unlike(phraser, patterns["word"], halves).replace("{word}", nouns[0]))
        elif plain or (filled and halves):
            halves.append(_unlike(phraser, patterns["plain"], halves))
    if not halves:
        return None
    short = len("，".join(halves[:_MOST_AIMS])) < _LONGEST
    return Heading("，".join(halves[: _MOST_AIMS if plain and short else 2]))


def _unlike(phraser: Phraser, options: Sequence[str], halves: Sequence[str]) -> str:
    """One of `options` that does not begin like the halves before it (“做实体检，做实托育”), if there is one."""
    fresh = [o for o in options if not any(o[0] == h[0] for h in halves)]
    return phraser.pick(fresh or options, "aim")


def _overlaps(noun: str, others: set[str]) -> bool:
    return any(noun in other or other in noun for other in others)


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


def _figures(halves: Sequence[str], least: int) -> Heading | None:
    """Two halves, or one where figures are all there is: one figure does not speak for several matters."""
    told = list(dict.fromkeys(h for h in halves if h))
    if len(told) < least:
        return None
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
    meant = "goal" in metric.slots if ahead else metric.direction == "welcome"
    return f"{verb[0]}{metric.name}" if meant else ""
