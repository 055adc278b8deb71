"""What the offline composer's documents are measured by, over many departments, kinds, seeds and amounts of material."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pytest

import chugao
from chugao.checks.tells import (
    blessings,
    flat_time,
    glue,
    mechanisms_without_actor,
    mirrored_plans,
    mixed_weights,
    number_chains,
    parts_of,
    same_openings,
    shortcomings_as_table_rows,
    wrong_level,
    wrong_partners,
)
from chugao.corpus.resembling import most_alike
from chugao.documents.structure import understand
from chugao.index import Index
from chugao.manuscript import Draft, flatten
from chugao.material import Matters
from chugao.metrics.facts import derive
from chugao.metrics.observation import Figures
from chugao.outline import read_outline

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
HOSPITAL, TOWNSHIP, COMMISSION = "望澜市第一人民医院", "柳津镇中心卫生院", "望澜市卫生健康委员会"
LEVELS = {"医院": "医院", TOWNSHIP: "乡镇", COMMISSION: "市"}
DEPARTMENTS = sorted(p.stem.removesuffix("-2025") for p in (EXAMPLES / "matters").glob("*-2025.xlsx"))
DATE = re.compile(r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}(?:[—-]\d{1,2})?月(?:\d{1,2}日)?")
KINDS = ("summary", "summary-plan", "plan", "key-points", "ideas")


class Case(NamedTuple):
    """One document to compose."""

    department: str
    kind: str
    seed: int = 0
    matters: int = 99
    """At most so many of the department's matters."""
    figures: bool = True

    def __str__(self) -> str:
        return f"{self.department}-{self.kind}-{self.seed}-{self.matters}-{'figures' if self.figures else 'words'}"


CASES = [
    *(Case(d, KINDS[i % 5], seed=i % 3) for i, d in enumerate(DEPARTMENTS)),
    *(Case(d, KINDS[(i + 1) % 5], seed=i) for i, d in enumerate(DEPARTMENTS)),
    *(Case(d, kind, seed=s, matters=n) for d, kind, s, n in [
        ("医务科", "summary-plan", 1, 3), ("医务科", "summary", 2, 10), ("护理部", "summary", 4, 3),
        (TOWNSHIP, "summary", 1, 4), (COMMISSION, "summary-plan", 3, 8), ("医务科", "summary-plan", 0, 0),
        ("护理部", "summary-plan", 0, 0), ("护理部", "plan", 5, 6),
    ] if d in DEPARTMENTS),
    *(Case(d, k, figures=False) for d, k in [("医务科", "summary-plan"), ("护理部", "summary")] if d in DEPARTMENTS),
]  # fmt: skip


@cache
def index() -> Index:
    return chugao.open_index(ROOT / "corpus")


@cache
def given(case: Case) -> tuple[Figures, Matters]:
    figures = [EXAMPLES / f"figures/{case.department}-2025.xlsx"] if case.figures else []
    matters = chugao.read_matters(EXAMPLES / f"matters/{case.department}-2025.xlsx")
    picked = random.Random(case.seed).sample(matters.items, min(case.matters, len(matters.items)))
    kept = tuple(m for m in matters.items if m in picked)
    return chugao.read_metrics(*figures), matters.model_copy(update={"items": kept})


def named(department: str) -> str:
    """As the files name it: the hospital's own file bears its name."""
    return HOSPITAL if department == "医院" else department


@cache
def composed(case: Case) -> Draft:
    figures, matters = given(case)
    outline = read_outline(
        case.kind,
        department=named(case.department),
        year=2025 if case.kind.startswith("summary") else 2026,
        organisation=case.department if case.department in (TOWNSHIP, COMMISSION) else HOSPITAL,
        level=LEVELS.get(case.department, "科室"),
    )
    return chugao.draft(outline, figures, matters, index(), seed=case.seed)


def prose(made: Draft) -> str:
    return re.sub(r"\s", "", "".join(s.text for _, s in made.sentences()))


def grams(text: str, n: int) -> list[str]:
    return [text[i : i + n] for i in range(len(text) - n + 1)]


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 30
    assert {c.kind for c in CASES} == set(KINDS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_number_is_untraced_and_nothing_is_invented(case: Case) -> None:
    made = composed(case)

    report = chugao.examine(made, *given(case))

    assert report.numbers["untraced"] == 0
    bad = [f for f in report.findings if f.rule.startswith(("number", "invention", "enumerat")) and f.severity.blocks]
    assert [(f.rule, f.quote, f.hint) for f in bad] == []


@pytest.mark.parametrize("case", [c for c in CASES if c.kind.startswith("summary") and c.figures], ids=str)
def test_every_figure_a_department_cannot_do_without_stands_in_the_prose(case: Case) -> None:
    made, (figures, _) = composed(case), given(case)
    facts = derive(figures, read_outline("summary", department=case.department, year=2025).reported)
    required = [d.id for d in facts.definitions.values() if case.department in d.required_by]
    needed = [f for m in required if (f := facts.get(m, "now")) is not None and f.release in ("公开", "上报")]

    text = prose(made)

    assert [f.name for f in needed if f.printed not in text] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_document_does_not_repeat_itself(case: Case) -> None:
    text = prose(composed(case))

    eights, fours = grams(text, 8), grams(text, 4)

    # Where figures are all there is, summary and plan name the same metrics.
    distinct = 0.85 if given(case)[1].items else 0.83
    if len(text) > 120:
        assert 1 - len(set(eights)) / len(eights) <= 0.04
        assert len(set(fours)) / len(fours) >= distinct
    assert same_openings(parts_of(composed(case))) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_headings_and_items_are_numbered_one_after_the_other(case: Case) -> None:
    made = composed(case)

    for level in (1, 2):
        numbers: list[str] = []
        for section in made.sections:
            if section.level == level:
                numbers.append(section.number.strip("（）、"))
            elif section.level and section.level < level:
                numbers = []
            assert numbers == list("一二三四五六七八九十")[: len(numbers)]
    items = [b.number for s in made.sections for b in s.blocks if b.number]
    runs = [int(n.rstrip(".")) for n in items]
    assert all(b in (a + 1, 1) for a, b in pairwise(runs))
    if case.kind == "key-points":
        assert runs == list(range(1, len(runs) + 1))
    starts = [s.sentence(b.sentence_ids[0]).text for s in made.sections for b in s.blocks if b.number]
    assert not [t for t in starts if t[0].isdigit()], "“8.6月底前” would read as a number"


def test_the_tells_of_a_machine_are_no_more_frequent_than_in_proofread_reports() -> None:
    counts: Counter[str] = Counter()
    sentences = 0
    for case in CASES:
        made, (_, matters) = composed(case), given(case)
        said = "".join(m.text + m.result for m in matters.items)
        parts = parts_of(made)
        sentences += sum(len(p.sentences) for p in parts)
        for tell in (
            blessings, flat_time, glue, mechanisms_without_actor, mirrored_plans, mixed_weights, number_chains,
            shortcomings_as_table_rows, wrong_level, wrong_partners,
        ):  # fmt: skip
            # What somebody reported stays as reported: a habit is one of ours only where no matter says it.
            counts[tell.__name__] += sum(
                t.quote[:12] not in said for t in tell(parts, said, LEVELS.get(case.department, "科室"))
            )

    assert sentences > 700
    assert counts.pop("number_chains") / sentences <= 0.06
    assert counts.pop("mechanisms_without_actor") / sentences <= 0.02
    assert counts.pop("mixed_weights") <= 1
    assert {k: n for k, n in counts.items() if n} == {}


def test_numbers_are_no_denser_than_an_office_reads_them() -> None:
    def density(cases: Sequence[Case]) -> float:
        texts = [prose(composed(c)) for c in cases]
        return 1000 * sum(len(re.findall(r"\d+(?:\.\d+)?", DATE.sub("", t))) for t in texts) / sum(map(len, texts))

    told = [c for c in CASES if c.matters > 5 and c.figures]

    assert 8 <= density([c for c in told if c.kind.startswith("summary")]) <= 25
    policy = [c for c in told if c.kind in ("key-points", "ideas")]
    worded = [c for c in policy if any(s.recipe.get("matter") for _, s in composed(c).sentences())]
    assert density(worded) <= 8


def test_headings_say_what_is_below_them_in_one_make_and_of_about_one_length() -> None:
    named = together = alike = even = 0
    openings = set()
    for case in (c for c in CASES if c.matters > 5):
        made, (_, matters) = composed(case), given(case)
        for part in ("results", "plan", "items"):
            sisters = [s for s in made.sections if s.id.startswith(f"{part}_") and s.sentences]
            sisters = [s for s in sisters if not s.heading.text.startswith("获")]
            for section in sisters:
                told = "".join(s.text for s in section.sentences)
                sent = "".join(m.text + m.result for m in matters.items if m.text[:6] in told)
                pairs = {section.heading.text[i : i + 2] for i in range(len(section.heading.text) - 1)}
                named += 1
                together += any(p in told + sent for p in pairs)
            if len(sisters) > 2:
                lengths = [len(s.heading.text) for s in sisters]
                even += sum(abs(n - median(lengths)) <= 0.4 * median(lengths) for n in lengths)
                alike += len(lengths)
            openings.update(s.heading.text[:2] for s in sisters)

    assert named >= 60
    assert together == named, "a heading shares a noun with what stands below it"
    assert even / alike >= 0.85
    assert len(openings) >= 12


def test_sibling_departments_do_not_get_the_same_document() -> None:
    # A hospital tells what its departments did, so it is nobody's sibling.
    made = {d: composed(Case(d, "summary-plan")) for d in DEPARTMENTS if d.endswith(("科", "部"))}

    for one, other in combinations(made, 2):
        both = {d: flatten(made[d])[0] for d in (one, other)}
        assert [(p.first, p.second, p.share) for p in most_alike(both, 0.12)] == []


def test_wards_that_send_the_very_same_figures_are_told_about_in_other_words() -> None:
    figures = chugao.read_metrics(EXAMPLES / "figures" / "医务科-2025.xlsx")
    wards = ("内科病区", "外科病区", "骨科", "妇产科", "儿科", "神经内科", "心血管内科", "眼科")
    texts: dict[str, list[str]] = {}
    for ward in wards:
        sent = [o.model_copy(update={"department": ward}) for o in figures.observations]
        outline = read_outline("summary-plan", department=ward, year=2025, organisation=HOSPITAL)
        made = chugao.draft(
            outline, figures.model_copy(update={"observations": tuple(sent)}), Matters(items=()), index()
        )
        texts[ward] = grams(re.sub(r"[^一-鿿]", "", prose(made)), 13)

    shared = [sum(g in texts[b] for g in texts[a]) / len(texts[a]) for a, b in combinations(wards, 2)]

    assert min(map(len, texts.values())) > 300
    assert sum(shared) / len(shared) <= 0.3
    assert max(shared) <= 0.5


def test_last_years_report_is_not_written_again() -> None:
    for department in ("医务科", "护理部"):
        last = "".join(understand(r).text for r in sorted((ROOT / "corpus").glob(f"{department}2024年*")))
        made = composed(Case(department, "summary-plan"))

        own = grams(prose(made), 13)

        assert sum(g in last for g in own) / len(own) <= 0.6
        paragraphs = [s.block_text(b) for s in made.sections for b in s.blocks if not b.table]
        assert not [p for p in paragraphs if len(p) > 20 and p in last]
