"""Things without numbers that nobody gave: devices, projects, organisations, awards, documents, people.

In: the text of a draft of ours and everything that was given.  Out: findings.

A name stands only when the very characters stand in a figure, a matter, a phrase of the office or a fixed term.
"""

import re
from collections.abc import Iterator, Sequence

from chugao.checks.numbers import constant_spans
from chugao.checks.reading import Reading
from chugao.manuscript import Draft
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.source import Finding, Place, Severity

_THINGS = (
    ("文件", re.compile(r"《[^》\n]{2,50}》")),
    ("说法", re.compile(r"“[^”\n]{2,30}”")),
    (
        "设备或系统",
        re.compile(
            r"(?<![A-Za-z])[A-Z][A-Za-z0-9+\-]{1,12}(?![A-Za-z])|(?:达芬奇|直线加速器|磁共振|核磁|起搏器|导航系统|机器人)"
        ),
    ),
    (
        "机构",
        re.compile(
            r"[一-鿿]{2,14}?(?:医院|卫生院|大学|学院|研究院|研究所|公司|集团|协会|学会|委员会|疾控中心|急救中心|基金会|总工会)"
        ),
    ),
    (
        "人员",
        re.compile(r"(?:副?院长|书记|副?主任|副?科长|副?局长|护士长|教授|院士)[一-鿿]{2,3}(?=[，。、；带牵主负分])"),
    ),
    (
        "荣誉",
        re.compile(r"[一-鿿]{0,10}(?:先进集体|先进个人|一等奖|二等奖|三等奖|特等奖|示范单位|文明单位|称号|金奖|银奖)"),
    ),
)
_ABSOLUTE = re.compile(
    r"全覆盖|零投诉|零差错|国内领先|国际领先|全国首[家个例创]|全省首[家个例创]|历史新高|史无前例|第一名"
)


def find_inventions(text: str, draft: Draft, facts: Facts, matters: Sequence[Matter]) -> Iterator[Finding]:
    """Every named thing and absolute claim of a draft that nothing given contains."""
    given = "\n".join(_given(draft, facts, matters))
    fixed = constant_spans(text) + [m.span() for m in re.finditer(r"【待[^】]*】", text)]
    for what, pattern in _THINGS:
        for match in pattern.finditer(text):
            if any(s <= match.start() and match.end() <= e for s, e in fixed):
                continue
            if not _stands_in(match.group(), given):
                yield _finding(match, f"{what}“{match.group()}”在指标、事项和本单位设置里都没有。请补充来源或删去。")
    for match in _ABSOLUTE.finditer(text):
        if match.group() not in given:
            yield _finding(match, f"“{match.group()}”需要依据。请附佐证，或改成有数据支持的说法。")


_ASKED = frozenset({"荣誉", "机构", "设备或系统"})
_WIDELY_KNOWN = re.compile(r"^[A-Z]{2,5}$|^(?:CT|MRI|DR|ICU|ECMO)\b|我院|本院|全院|各级|上级|委员会$|人民政府")


def ask_about_inventions(reading: Reading, facts: Facts, matters: Sequence[Matter]) -> Iterator[Finding]:
    """Names of a foreign text that its material does not hold: one question, and only where material was given."""
    if not matters:
        return
    given = "\n".join((reading.title, reading.issuer, reading.office.name, *_known(facts, matters)))
    fixed = constant_spans(reading.plain)
    found: list[re.Match[str]] = []
    for what, pattern in _THINGS:
        for match in pattern.finditer(reading.plain) if what in _ASKED else ():
            inside = any(s <= match.start() and match.end() <= e for s, e in fixed)
            if not inside and not _WIDELY_KNOWN.search(match.group()) and not _stands_in(match.group(), given):
                found.append(match)
    if found:
        first = min(found, key=lambda m: m.start())
        names = "、".join(dict.fromkeys(m.group() for m in sorted(found, key=lambda m: m.start())))
        hint = f"这些名称（{names[:60]}）在给出的事项里没有，共{len(found)}处。漏报的请补进事项，不是本单位的请删去。"
        place = Place(start=first.start(), end=first.end())
        quote = reading.text[first.start() : first.end()]
        yield Finding(rule="invention-asked", severity=Severity.INFO, place=place, quote=quote, hint=hint)


def _given(draft: Draft, facts: Facts, matters: Sequence[Matter]) -> Iterator[str]:
    yield draft.title.text
    yield draft.organisation
    yield draft.department
    yield draft.shell.issuer
    yield from draft.recipe.get("headings_from_above", ())
    yield from _known(facts, matters)


def _known(facts: Facts, matters: Sequence[Matter]) -> Iterator[str]:
    yield from (d.name for d in facts.definitions.values())
    yield from (a for d in facts.definitions.values() for a in d.aliases)
    for observation in facts.figures.observations:
        yield f"{observation.owner}，{observation.leader}，{observation.origin}，{observation.note}"
        yield observation.quantity.unit
    for matter in matters:
        yield f"{matter.text}，{matter.result}，{matter.owner}，{matter.leader}，{matter.evidence}"


def _stands_in(name: str, given: str) -> bool:
    """Whether a name was given; a greedy match may have swallowed a verb before it (“支援石阜县人民医院”)."""
    if name in given:
        return True
    return any(name[i:] in given for i in range(1, max(1, len(name) - 3))) and len(name) > 4


def _finding(match: re.Match[str], hint: str) -> Finding:
    place = Place(start=match.start(), end=match.end())
    return Finding(rule="invention", severity=Severity.ERROR, place=place, quote=match.group(), hint=hint)
