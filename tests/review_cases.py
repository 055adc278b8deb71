"""A small document under review, with an office of invented people, for the tests of `review`."""

from chugao.database import Database
from chugao.kind import Kind
from chugao.manuscript import (
    Block,
    ClaimedText,
    Draft,
    Evidence,
    Request,
    Section,
    Sentence,
    Shell,
    Table,
    content_hash,
)
from chugao.review import Document, Paragraph, Person, Role, Written, put_in, section
from chugao.source import Claim

DAY = "2026-01-08T{:02}:{:02}:00Z"


def at(minute: int) -> str:
    """A moment of one working day."""
    return DAY.format(1 + minute // 60, minute % 60)


def person(
    login: str, name: str, *roles: Role, departments: tuple[str, ...] = ("医务科",), whole: bool = False
) -> Person:
    return Person(name=name, login=login, roles=frozenset(roles), departments=departments, whole=whole)


WANG = person("wang", "王芳", Role.AUTHOR)
ZHOU = person("zhou", "周敏", Role.AUTHOR)
LI = person("li", "李科长", Role.REVIEWER)
ZHAO = person("zhao", "赵副院长", Role.APPROVER, departments=(), whole=True)
ROOT = person("root", "管理员", Role.ADMIN, departments=(), whole=True)
EYES = person("eyes", "阅览", Role.VIEWER)
NURSE = person("nurse", "钱护士长", Role.AUTHOR, departments=("护理部",))
NOBODY = person("nobody", "无名")

VISITS = Evidence(
    id="outpatient_visits.now",
    metric="outpatient_visits",
    name="门诊人次",
    field="now",
    value="128600",
    unit="人次",
    printed="12.86万人次",
    period="2025",
    source="医务科-2025.xlsx “指标”表 E2单元格",
)
GROWTH = Evidence(
    id="outpatient_visits.growth",
    metric="outpatient_visits",
    name="门诊人次",
    field="growth",
    value="6.1",
    unit="%",
    printed="6.1%",
    period="2025",
    formula="(本期-上年)/上年",
    source="医务科-2025.xlsx “指标”表 E2、F2单元格",
)
HAND = Evidence(
    id="hand_hygiene.now",
    metric="hand_hygiene",
    name="手卫生依从率",
    field="now",
    value="95.2",
    unit="%",
    printed="95.2%",
    period="2025",
    source="护理部-2025.xlsx “指标”表 C4单元格",
)
_EVIDENCE = (VISITS, GROWTH, HAND)


def sentence(name: str, text: str) -> Sentence:
    """A sentence whose numbers rest on the evidence above."""
    claims = []
    for e in _EVIDENCE:
        found = text.find(e.printed)
        if found >= 0:
            claims.append(
                Claim(
                    start=found,
                    end=found + len(e.printed),
                    state="derived" if e.formula else "metric",
                    id=e.id,
                    metric=e.metric,
                    period=e.period,
                    formula=e.formula or None,
                    source=e.source,
                )
            )
    return Sentence(id=name, text=text, claims=tuple(claims), recipe={"engine": "offline"})


def part(name: str, number: str, heading: str, *paragraphs: tuple[str, ...]) -> Section:
    """A section of paragraphs, each of sentences."""
    blocks, sentences = [], []
    for i, texts in enumerate(paragraphs, 1):
        own = [sentence(f"{name}_{i}_{j}", t) for j, t in enumerate(texts, 1)]
        sentences += own
        blocks.append(Block(id=f"{name}_{i}", type="paragraph", sentence_ids=tuple(s.id for s in own)))
    return Section(
        id=name,
        number=number,
        heading=ClaimedText(text=heading),
        level=1 if number else 0,
        blocks=tuple(blocks),
        sentences=tuple(sentences),
    )


VOLUME = "全年门诊12.86万人次，比上年增长6.1%。"
PEAK = "就诊高峰由上午移到了中午。"
CLINIC = "周末门诊增开了心血管内科和骨科。"
HYGIENE = "手卫生依从率95.2%，夜班仍是薄弱环节。"
WARD = "护理部在病区走廊加装了手消毒液。"
LACK = "麻醉人手不够，周末急诊手术要排队。"
WISH = "把夜间会诊到位时间管起来。"


def small_draft(**changed: object) -> Draft:
    """Three short sections; nothing in it is wrong."""
    parts = (
        part("results", "一、", "门诊往前移", (VOLUME, PEAK), (CLINIC,), (HYGIENE, WARD)),
        part("problems", "二、", "存在的不足", (LACK,)),
        part("plan", "三、", "下一步打算", (WISH,)),
    )
    title = ClaimedText(text="医务科2025年工作总结", claims=(Claim(start=3, end=8, state="constant", id="year"),))
    values: dict[str, object] = {
        "id": content_hash(title, parts, Shell()),
        "title": title,
        "kind": Kind.SUMMARY,
        "department": "医务科",
        "organisation": "望澜市第一人民医院",
        "year": 2025,
        "period": "2025",
        "cutoff": "2025-10-31",
        "engine": "offline",
        "sections": parts,
        "evidence": _EVIDENCE,
        "recipe": {"engine": "offline", "seed": 0},
    }
    return Draft.model_validate(values | changed)


def with_table(draft: Draft) -> Draft:
    """The draft with an 附表 of one row."""
    cell = ClaimedText(
        text="12.86", claims=(Claim(start=0, end=5, state="metric", id=VISITS.id, metric=VISITS.metric),)
    )
    rows = ((ClaimedText(text="门诊人次"), cell),)
    table = Block(id="annex_1", type="table", table=Table(title="", header=("指标", "2025年"), rows=rows))
    annex = Section(id="annex", number="", heading=ClaimedText(text="附表：主要指标"), level=1, blocks=(table,))
    return draft.model_copy(update={"sections": (*draft.sections, annex)})


OWED = Request(metric="deaths", name="会诊到位时间", department="医务科", owner="急诊科", reason="没有数据")


def started(db: Database, draft: Draft | None = None, by: Person = WANG) -> Document:
    return put_in(db, by, draft or small_draft(), at=at(0))


def rewritten(db: Database, who: Person, document: Document, name: str, old: str, new: str) -> tuple[int, Written]:
    """(revision, the section as typed with some words replaced)."""
    here = section(db, who, document.id, name)
    assert old in here.text, (old, here.text)
    return here.rev, replaced(here.written, old, new)


def replaced(written: Written, old: str, new: str) -> Written:
    """What was typed with some words replaced; marks go, as a browser may lose them."""
    return Written(
        heading=written.heading.replace(old, new),
        paragraphs=tuple(
            Paragraph(text=p.text.replace(old, new), block=p.block, rows=p.rows) for p in written.paragraphs
        ),
    )
