"""The first paragraph: what was done or will be, the year's volumes, and what follows.

In: a `Pen` at the lead's brief.  Out: a `Reply` of one paragraph.

Surprise: a lead that lists fields of work (“重点抓了医疗质量、急救和服务”) says nothing.  It names the deeds, and where
there are too few of them to name, it opens with the figures and leaves the rest to the text three lines below.
"""

import re
from collections.abc import Sequence
from typing import cast

from chugao.engines.acts import MILESTONE, WEIGHTY, is_act, is_problem, sentence, spoken, weightiest, when_of
from chugao.engines.pen import ASKED, Pen, paragraphs_of
from chugao.engines.phrasing import Metric, document_frames, of_months, whole
from chugao.kind import Kind
from chugao.manuscript import SLOT, Brief, BriefMatter, Reply, ReplySentence
from chugao.outline import area_of

_DEEDS = 44  # characters
_SEVERAL_DEEDS, _LIKELY = 2, 4
_A_THIRD = 3  # a lead that names more than a third of what is told is the text told twice
_RUN = 4  # characters that two acts have in common
_WORTH_A_LEAD = 5
_SEVERAL_TARGETS, _MOST_OF = 4, 4  # three targets of four are most of them
_IN_ONE = 2  # volumes of which one is compared
_YEAR_AND_NAME = re.compile(r"\{(?:plan_)?year\}年(?:\{span\})?，\{department\}")


def lead(pen: Pen) -> Reply:
    """The opening sentence, what a leader wants said, the volumes, and the sentence that leads on."""
    brief = pen.brief
    values = {
        "department": _whose(brief),
        "year": "{brief.year}",
        "plan_year": "{brief.plan_year}",
        "plan_when": "{brief.plan_span}" if brief.slot("brief.plan_span") else "{brief.plan_year}年",
        "span": "{brief.span}" if brief.slot("brief.span") else "",
        "milestones": _told_when(weightiest(pen.matters, MILESTONE, 1)) if len(pen.matters) >= _WORTH_A_LEAD else "",
        "notable": _notable(pen),
        "deeds": _deeds(pen),
        "basis": "、".join(f"{{{s.name}}}" for s in brief.slots if s.field == "basis"),
    }
    formula = office_formula(brief.guidance, brief.theme)
    frame, frame_id, final = _document_frame(pen, "lead", values, formula=formula)
    opening = [sentence(frame, f"bank:{frame_id}" + ("+office" if formula else ""))] if frame else []
    # What a short text says three lines further down need not be said twice.
    short = len(pen.matters) <= _WORTH_A_LEAD and not brief.told
    headline = _headline(pen) if brief.kind.looks_back and not short else []
    if headline and not opening:
        months = values["span"] or ("{brief.counted}" if brief.slot("brief.counted") else "")
        first = f"{{brief.year}}年{months}，{values['department']}"
        # “2025年，……全年” says the year twice.
        bare = headline[0].text.removeprefix(whole(brief)).removeprefix("全年")
        headline = [sentence(first + bare, "bank:headline"), *headline[1:]]
    attained = _attained(pen)
    if attained and not opening and not headline:
        # “年度目标全部完成”: whose, of which year?
        first = f"{{brief.year}}年{values['span']}，{values['department']}{attained[0].text}"
        attained = [attained[0].model_copy(update={"text": first})]
    headline += attained
    if brief.slot("brief.counted") and not any("{brief.counted}" in s.text for s in headline):
        row = pen.phraser.pick(document_frames()["counted"], "counted")
        headline.append(sentence(cast(str, row["text"]), f"bank:{row['id']}"))
    alone = not opening and not headline
    close = [] if final and not brief.kind.looks_back else [_close(pen, values, alone=alone)]
    return paragraphs_of([[*opening, *headline, *close]])


def _whose(brief: Brief) -> str:
    """Of whom a lead speaks: 要点 and 思路 of a commission are those of its area, as their title says."""
    name = brief.organisation if brief.level != "科室" and brief.organisation else brief.department
    area = area_of(name, brief.level) if brief.kind in (Kind.KEY_POINTS, Kind.IDEAS) else ""
    # Behind guiding thoughts stands the work; who acts on a document, thinks or proposes is the office.
    by_itself = brief.guidance and not any(s.field == "basis" for s in brief.slots)
    return f"{area}卫生健康工作" if area and by_itself else name


def _attained(pen: Pen) -> list[ReplySentence]:
    """That the year's targets were met, said once for all sections; what fell short stands where it is explained."""
    if not pen.brief.divided or pen.brief.slot("brief.span"):
        return []
    aimed = [m for m in pen.metrics if m.reached is not None]
    met = [m for m in aimed if m.reached]
    if len(aimed) < _SEVERAL_TARGETS or _MOST_OF * len(met) < (_MOST_OF - 1) * len(aimed):
        return []
    group = "attained" if len(met) == len(aimed) else "mostly_attained"
    row = pen.phraser.pick(document_frames()[group], group)
    recipe = {"made_by": f"bank:{row['id']}", "targets": ",".join(m.id for m in met)}
    return [ReplySentence(text=cast(str, row["text"]), recipe=recipe)]


def _close(pen: Pen, values: dict[str, str], *, alone: bool = False) -> ReplySentence:
    """The sentence that leads on: the office's own of last year where it has one, else one of the bank.

    `alone` where nothing stands before it, so that it has to say who reports on what.
    """
    for passage in pen.brief.passages:
        # Where nothing stands before it, it has to say at least of which year it speaks.
        if passage.own and passage.heading == "close" and not (alone and "{brief." not in passage.text):
            return ReplySentence(text=f"{passage.text}。", passages=(passage.id,), recipe={"made_by": "own"})
    group = "close_alone" if alone and pen.brief.kind.looks_back else "close"
    close, close_id, _ = _document_frame(pen, group, values)
    return sentence(close, f"bank:{close_id}")


def _told_when(matters: Sequence[BriefMatter]) -> str:
    """“新重症病区4月启用”, “9月12日通过二级甲等医院复评”; "" for none."""
    if not matters:
        return ""
    matter = matters[0]
    opened = _OPENED.search(matter.text)
    if opened and not is_act(matter.text) and matter.when_kind in ("day", "month"):
        return f"{matter.text[: opened.start()]}{{{matter.when}}}{opened.group()}"
    return f"{when_of(matter)}{matter.text}"


def _notable(pen: Pen) -> str:
    """The one thing among many that weighs more, where none is a milestone."""
    heavy = weightiest(pen.matters, WEIGHTY, 2) if len(pen.matters) >= _WORTH_A_LEAD else []
    one = len(heavy) == 1 and heavy[0].weight < MILESTONE and _says_what_happened(heavy[0].text)
    return _told_when(heavy) if one and pen.brief.kind.looks_back else ""


def _deeds(pen: Pen) -> str:
    """Two to four of the year's weightiest acts, as one list; "" when there are not two."""
    most = len([m for m in pen.matters if not is_problem(m)]) // _A_THIRD
    if most < _SEVERAL_DEEDS:
        return ""  # what stands three lines further down need not be said twice
    heavy = weightiest(pen.matters, WEIGHTY, len(pen.matters))
    if not pen.brief.kind.looks_back:
        # 突出 and 放在前面 name a paper's main things alike: four of a field that comes first leave out none of the others.
        heavy.sort(key=lambda m: (-min(m.weight, ASKED), m.month or 13))
    heavy = heavy[:_LIKELY]
    if len(heavy) == 1 and heavy[0].weight >= MILESTONE and pen.brief.kind.looks_back:
        return ""  # the one thing that the year is remembered for stands in no list with lesser ones
    if len(heavy) < 2 and not pen.brief.kind.looks_back:
        return ""  # of twenty tasks none of which weighs more, none opens the paper
    chosen = heavy if len(heavy) > 1 else weightiest(pen.matters, 0, _LIKELY)
    named = [m for m in map(_first_clause, chosen) if not SLOT.search(m.text) and "、" not in m.text]
    if len(heavy) < 2:
        named = [m for m in named if is_act(m.text)]
    # “先抓县中医院迁建”: what is to be done stands there as a name.
    acts = [spoken(m) if pen.brief.kind.looks_back else m.text for m in named]
    if sum(map(_says_what_happened, acts)) > 1:
        acts = [a for a in acts if _says_what_happened(a)]  # “重点做了……：炎症性肠病专病门诊” is no deed
    told: list[str] = []
    for act in acts:
        fits = len(told) < most and sum(map(len, told)) + len(act) <= _DEEDS
        if fits and not any(_of_one_make(act, other) for other in told):
            told.append(act)
    return "、".join(told) if len(told) > 1 else ""


def _of_one_make(act: str, other: str) -> bool:
    """“推行体检中心排班到人”, “推行病案库排班到人”: to name both says one thing twice."""
    return any(act[i : i + _RUN] in other for i in range(len(act) - _RUN + 1))


_OPENED = re.compile(r"(?:投入使用|启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|上线|揭牌|开工)$")
_HAPPENED = re.compile(r"(?:启用|投用|开诊|落成|竣工|开通|建成|挂牌|获批|通过|完成|上线|运行|落户|立项|达标|投入使用)$")


def _says_what_happened(act: str) -> bool:
    return is_act(act) or _HAPPENED.search(act) is not None


def _first_clause(matter: BriefMatter) -> BriefMatter:
    """“内镜中心改扩建完成，搬到门诊四楼”: the first of it names the deed."""
    return matter.model_copy(update={"text": matter.text.split("，")[0]})


def _headline(pen: Pen) -> list[ReplySentence]:
    """The year's volumes in one sentence, the first with what became of it since last year."""
    if pen.brief.told:
        return _volumes(pen, [m for m in pen.metrics if m.id in pen.brief.told])
    counts = [m for m in pen.metrics if m.kind == "count" and m.headline and "now" in m.slots]
    if len(counts) < 2:
        # The volumes as they were listed, whether the catalogue knows them or not; a department's are two.
        some = 3 if pen.brief.level != "科室" else 2
        counts = [m for m in pen.metrics if m.kind == "count" and m.direction == "welcome"][:some]
    counts = [m for m in counts if not any(m.name != o.name and _part_of(m.name, o.name) for o in counts)]
    counts = sorted(counts, key=lambda m: m.direction != "welcome")[:3]
    if len(counts) < 2:
        return []
    volumes = "，".join(f"{m.name}{{{m.id}.now}}" for m in counts)
    opening = "" if volumes.startswith("全") else whole(pen.brief)
    return [sentence(f"{opening}{volumes}。", "bank:headline")]


def _volumes(pen: Pen, metrics: Sequence[Metric]) -> list[ReplySentence]:
    """“全年门急诊64.8万人次，比上年增长5.6%；出院28416人次。”: three of them make two sentences, not a chain."""
    span = pen.brief.slot("brief.span")
    if pen.brief.sparer > 1:
        metrics = [m for i, m in enumerate(metrics) if m.required or i < _IN_ONE]
    told = [f"{m.name}{{{m.id}.now}}" for m in metrics]
    trend = metrics[0].slots.get("growth") or metrics[0].slots.get("change")
    compared = (
        f"，{'同比' if of_months(pen.brief) else '比上年'}{{{trend.name}}}"
        if trend is not None and trend.sign and not pen.brief.sparer
        else ""
    )
    if span and "attainment" in metrics[0].slots and pen.brief.sparer <= 1:
        # What a reader of half a year asks first, and says more than the growth where there is room for one.
        compared += f"，完成全年目标的{{{metrics[0].id}.attainment}}"
    # “2026年1—9月，……。1—9月……”: a span in figures is said once.
    said = span is not None and any(c.isdigit() for c in span.meaning)
    opening = "" if said or told[0].startswith("全") else whole(pen.brief)
    first, made_by, passage = _in_own_words(pen, metrics[0]) or (f"{told[0]}{compared}", "bank:headline", "")
    first = first if first.startswith("全") else opening + first
    rest = "，".join(told[1:])
    apart = len(SLOT.findall(first.replace(whole(pen.brief), ""))) > 1
    together = (
        [first, rest]
        if apart and len(told) > _IN_ONE
        else [first + ("；" if apart else "，") + rest if rest else first]
    )
    sentences = [sentence(f"{together[0]}。", made_by), *(sentence(f"{t}。", "bank:headline") for t in together[1:])]
    sentences[0] = sentences[0].model_copy(update={"passages": (passage,) if passage else ()})
    return sentences


def _in_own_words(pen: Pen, metric: Metric) -> tuple[str, str, str] | None:
    """The year's first volume as the office itself said it last year, where it did."""
    if not pen.phraser.has_own(metric, "results"):
        return None
    clause = pen.phraser.clause(metric, "results")
    fits = clause is not None and len(SLOT.findall(clause[0])) <= (1 if pen.brief.sparer else _IN_ONE)
    return clause if fits else None


def _part_of(name: str, other: str) -> bool:
    """Whether one name is another's with characters left out: 门诊 beside 门急诊 counts the same visits again."""
    rest = iter(other)
    return all(c in rest for c in name)


def _document_frame(pen: Pen, group: str, values: dict[str, str], *, formula: str = "") -> tuple[str, str, bool]:
    """A frame whose needs are met, its id, and whether it leads on by itself.

    With the office's own formula one that opens with year and name, so that the formula stands right behind them.
    """
    usable: list[tuple[int, str, str, bool]] = []
    for row in document_frames()[group]:
        text, kinds = cast(str, row["text"]), cast(list[str], row["kinds"])
        needed = re.findall(r"\{(milestones|notable|deeds|basis)\}", text)
        many = values["deeds"].count("、") + 1 >= cast(int, row.get("least", 0)) or "deeds" not in needed
        if pen.brief.kind.value in kinds and all(values[n] for n in needed) and many:
            usable.append((cast(int, row.get("weight", 1)), text, cast(str, row["id"]), bool(row.get("final"))))
    # “……医院的头一件大事是”: behind a formula nobody owns it, “……精神，头一件大事是”.
    opened = (
        [(w, t[len(m[0]) :].removeprefix("的"), i, f) for w, t, i, f in usable if (m := _YEAR_AND_NAME.match(t))]
        if formula
        else []
    )
    usable = opened or usable
    best = max(row[0] for row in usable)
    _, text, frame_id, final = pen.phraser.pick([u for u in usable if u[0] == best], group)
    if formula:
        head = "{year}年{span}，{department}" if pen.brief.kind.looks_back else "{plan_year}年，{department}"
        text = f"{head}{formula}，{text}" if opened else f"{head}{formula}。"
        final = final and bool(opened)
    return re.sub(r"\{(\w+)\}", lambda m: values[m[1]], text), frame_id, final


def office_formula(guidance: str, theme: str) -> str:
    """The office's own formula and main line as they stand between its name and what it did; "" for none."""
    line = theme.strip().strip("。，；")
    if line and not re.match(r"以|围绕|紧扣|聚焦|坚持|突出|锚定|按照", line):
        line = f"以{line if line.startswith('“') else f'“{line}”'}为主线"
    return "，".join(x for x in (guidance.strip().strip("。，；"), line) if x)
