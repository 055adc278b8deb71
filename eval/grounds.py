"""Whether every sentence rests on something, and on what it says it rests on; whose names stand in the draft.

In: a draft and its case.  Out: `Measure`s.

A name that only a past report or a stranger's text knows is the worst leak an office can have: it names the wrong town.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from eval.measures import Measure, Seen, Span

_AIM = re.compile(r"力争|争取|确保|将|计划|拟|推进|推动|加强|完善|探索|努力|着力|要|目标")
_FRAMES = ("bank:", "owed", "formula", "person")
_TITLES = "党委书记|副书记|书记|副院长|院长|科主任|副主任|主任|副局长|局长|总会计师|护士长"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢"
    "路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
_NAMES = (
    re.compile(rf"(?:{_TITLES})([{_SURNAMES}][一-鿿]{{1,2}})(?=[一-鿿，。；、（）\s])"),
    re.compile(rf"(?:^|[，。；、（\s由请经在和与及])([{_SURNAMES}][一-鿿]{{1,2}})(?:{_TITLES})", re.MULTILINE),
    re.compile(r"([一-鿿]{2}(?:镇|县|乡|村|街道|市|区))"),
    re.compile(r"([一-鿿]{2,8}(?:医院|卫生院|卫生服务中心|学院|大学|公司))"),
    re.compile(r"[“《]([^”》\n]{3,20})[”》]"),
)
_OFFICE = "科|部|处|室|中心|院|局|委|委员会|办公室"
_WHOSE_YEAR = re.compile(rf"([一-鿿]{{1,12}}(?:{_OFFICE}))20\d\d年")
_WHO_TELLS = re.compile(rf"20\d\d年，([一-鿿]{{1,12}}?(?:{_OFFICE}))(?=主要|重点|坚持|围绕|认真|紧扣)")
_STOP = frozenset(
    "社区 园区 病区 院区 山区 城区 辖区 县区 各县 全县 全市 全区 本市 本县 我市 我县 各镇 乡镇 城市 超市".split()
)


def ungrounded(seen: Seen) -> Measure:
    """Sentences that rest on no figure, matter, passage or person and state more than an aim."""
    spans = tuple(
        Span(s.id, s.text)
        for _, s in seen.draft.sentences()
        if not _rests(s.claims, s.passages, s.recipe) and not _AIM.search(s.text)
    )
    return Measure("ungrounded", len(spans), spans, failed=bool(spans))


def _rests(claims: object, passages: object, recipe: dict[str, object]) -> bool:
    supported = any(c.state not in ("unsupported", "constant") for c in claims)  # type: ignore[attr-defined]
    framed = str(recipe.get("made_by", "")).startswith(_FRAMES)
    return bool(supported or passages or recipe.get("matter") or framed)


def misplaced_grounds(seen: Seen) -> Measure:
    """Sentences that name a matter with whose words they share too little, and figures away from their metric's name."""
    spans = [*_by_matter(seen), *_by_metric(seen)]
    return Measure("misplaced_grounds", len(spans), tuple(spans))


def _by_matter(seen: Seen) -> Iterator[Span]:
    matters = {m.id: f"{m.text}{m.result}{m.owner}" for m in seen.case.read_matters.items}
    for _, sentence in seen.draft.sentences():
        source = matters.get(str(sentence.recipe.get("matter", "")))
        if source is not None and (shared := _shared(sentence.text, source)) < 0.3:
            yield Span(sentence.id, sentence.text, f"与所引事项只有{shared:.0%}的字相同")


def _shared(text: str, source: str) -> float:
    grams, there = _pairs(text), _pairs(source)
    return len(grams & there) / len(grams) if grams else 1.0


def _pairs(text: str) -> set[str]:
    han = re.sub(r"[^一-鿿]", "", text)
    return {han[i : i + 2] for i in range(len(han) - 1)}


def _by_metric(seen: Seen) -> Iterator[Span]:
    """A number whose sentence and heading hold no two characters of any of its metric's names."""
    catalogue = seen.case.read_figures.catalogue()
    for section, sentence in seen.draft.sentences():
        around = _pairs(section.heading.text + sentence.text)
        for claim in sentence.claims:
            found = catalogue.get(claim.metric) if claim.metric else None
            if found and not any(_pairs(n) & around for n in (found.name, *found.aliases)):
                yield Span(sentence.id, sentence.text[claim.start : claim.end], f"句中没有“{found.name}”")


# --- names of others ------------------------------------------------------------------------------


def identity(seen: Seen) -> Measure:
    """Names of people, places, bodies and projects that only past reports know, and another's name in our place."""
    own = f"{seen.case.given_text}{seen.case.organisation}{seen.case.department}{seen.draft.title.text}"
    strangers = {n for text in seen.case.past_texts.values() for n in names_in(text) if n not in own}
    spans = [
        Span(where, name, text[:60])
        for where, text, _ in seen.pieces
        for name in sorted(strangers)
        if name in text and not _by_formula(name)
    ]
    spans += _in_our_place(seen)
    return Measure("identity", len(spans), tuple(spans), failed=bool(spans))


def _in_our_place(seen: Seen) -> Iterator[Span]:
    """“影像科2025年” in a paper of the 护理部: the office whose year is told, and the one that signs, are ours."""
    case = seen.case
    ours = (case.department, case.organisation)
    for where, text, _ in seen.pieces:
        told = _WHO_TELLS.finditer(text) if where.startswith("lead") else ()
        for match in (*_WHOSE_YEAR.finditer(text), *told):
            given = match.group() in case.given_text.replace(" ", "")
            if not match[1].endswith(ours) and not given and not re.match("我|本", match[1]):
                yield Span(where, match.group(), f"应为{case.department}")
    issuer = seen.draft.shell.issuer
    if issuer and issuer not in (*ours, case.organisation + case.department):
        yield Span("shell", issuer, "署名不是本单位")


def unknown_names(seen: Seen) -> Measure:
    """Names of people, bodies and projects in the prose that nobody gave, by our own eyes."""
    case = seen.case
    metrics = "".join("".join(d.all_names()) for d in case.read_figures.catalogue())
    own = f"{case.given_text}{case.organisation}{case.department}{seen.draft.title.text}{metrics}"
    spans = tuple(
        Span(where, name, text[:60])
        for where, text, _ in seen.pieces
        for name in sorted(_sure_names(re.sub(r"【待补[^】]*】", "", text)))
        if name not in own and not _by_formula(name)
    )
    return Measure("unknown_names", len(spans), spans, failed=bool(spans))


def _sure_names(text: str) -> set[str]:
    """Names that need no guess where they begin: in quotes, in Latin letters, after a title."""
    quoted = {m.group(1) for m in _NAMES[-1].finditer(text)}
    latin = {m.group() for m in re.finditer(r"[A-Za-z]{2,}(?:[-+][A-Za-z0-9]+)*", text)}
    return quoted | latin


def names_in(text: str) -> set[str]:
    """What looks like a name of a person, a place, a body or a project."""
    found = {m.group(1) for pattern in _NAMES for m in pattern.finditer(text)}
    return {n for n in found if n not in _STOP and not any(s in n for s in ("社区", "病区", "各", "全")) and len(n) > 1}


def _by_formula(name: str) -> bool:
    """Words of the fixed formulae of the day are nobody's name."""
    return name in _phrases()


@cache
def _phrases() -> str:
    folder = Path(__file__).parents[1] / "templates" / "phrases"
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.toml")))


GROUNDS: tuple[Callable[[Seen], Measure], ...] = (
    ungrounded, misplaced_grounds, identity, unknown_names,
)  # fmt: skip
