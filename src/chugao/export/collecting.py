"""The papers of collecting: the 报送通知, a blank form a department, 典型案例, 问题清单, 意见台账.

In: the words of the template, what is asked, what was sent.  Out: papers, set like any other document of the office.
"""

from collections.abc import Sequence
from typing import Any

from chugao.drafting.heeded import Carried
from chugao.export.cutting import HAN, said
from chugao.kind import Kind
from chugao.manuscript import Block, ClaimedText, Draft, Section, Sentence, Shell, Table, content_hash
from chugao.material.asking import filled, words
from chugao.material.cases import FEW, MANY, length_of
from chugao.material.items import Item
from chugao.material.problems import Problem
from chugao.metrics.owing import Owed


def notice(year: int, deadline: str, office: str, addressee: str = "") -> Draft:
    """The 报送通知."""
    told = words()
    values: dict[str, Any] = {"year": year, "next_year": year + 1, "deadline": deadline, "office": office}
    sections = []
    for number, part in enumerate(told["part"]):
        items = [*part["items"], *([f"请于{deadline}前报办公室。"] if deadline and number else [])]
        texts = [filled(t, **values) for t in items]
        sections.append(_listed(f"part_{number}", f"{HAN[number]}、", part["heading"], texts))
    shell = Shell(
        type="report",
        title=filled(told["title"], **values),
        addressee=addressee or told["addressee"],
        opening=filled(told["opening"], **values),
        closing=told["closing"],
        issuer=office,
    )
    return _paper(shell.title, sections, year, shell)


def form(department: str, year: int, deadline: str, owed: Sequence[Owed] = ()) -> Draft:
    """The blank form of a department; what it owes in figures stands in a table of its own."""
    told = words()["form"]
    values: dict[str, Any] = {"department": department, "year": year, "deadline": deadline}
    lead = Section(id="lead", number="", heading=ClaimedText(text=""), level=0)
    sections = [_with_text(lead, [filled(told["lead"], **values)])]
    for number, table in enumerate(told["table"]):
        blank = tuple(tuple(ClaimedText(text="") for _ in table["header"]) for _ in range(table["rows"]))
        sections.append(
            _table(
                f"form_{number}", f"{HAN[number]}、", table["title"], Table(header=tuple(table["header"]), rows=blank)
            )
        )
    if figures := [o for o in owed if o.is_figure]:
        rows = [(o.name, o.unit or "—", o.last or "—", "", "", o.reason) for o in figures]
        header = ("指标名称", "单位", "上年", "本期值", "数据截止", "说明")
        sections.append(_table("owed", f"{HAN[len(sections) - 1]}、", "还缺的数据", _rows(header, rows)))
    end = Section(id="closing", number="", heading=ClaimedText(text=""), level=0)
    sections.append(_with_text(end, [told["signature"]]))
    return _paper(filled(told["title"], **values), sections, year, Shell())


def case_paper(items: Sequence[Item], department: str, year: int) -> Draft:
    """典型案例, each as 背景、做法、成效; a case of an unusual length says so at its end."""
    sections = []
    told = [(i.matter.text, i.matter.case) for i in items if i.matter is not None and i.matter.case is not None]
    for number, (name, case) in enumerate(told):
        parts = (("背景", case.background), ("做法", case.practice), ("成效", case.effect))
        texts = [f"{label}：{text}" for label, text in parts if text]
        count = length_of(case)
        if not FEW <= count <= MANY:
            texts.append(f"【待补：本案例{count}字，一般写{FEW}至{MANY}字】")
        sections.append(_with_text(_headed(f"case_{number}", f"{HAN[number]}、", name), texts))
    return _paper(f"{department}{year}年典型案例", sections, year, Shell())


def problem_paper(problems: Sequence[Problem], department: str, year: int) -> Draft:
    """问题清单, for the office only."""
    header = ("序号", "问题", "从哪里看出", "依据", "原因", "拟采取的措施", "科室", "是否写进稿子")
    rows = [
        (
            str(n),
            p.text,
            p.kind,
            p.basis or "—",
            p.cause or "【待补】",
            p.measure or "【待补】",
            p.department or "—",
            p.status,
        )
        for n, p in enumerate(problems, 1)
    ]
    lead = Section(id="lead", number="", heading=ClaimedText(text=""), level=0)
    sections = [_with_text(lead, ["内部使用，不外传。只有挑选过的写进稿子。"], _rows(header, rows))]
    return _paper(f"{department}{year}年问题清单（内部）", sections, year, Shell())


def ledger_paper(rows: Sequence[Carried], title: str, year: int) -> Draft:
    """意见台账: who said what and when, what became of it and where."""
    header = ("序号", "谁", "时间", "意见", "落实情况", "在哪里", "说明")
    cells = [(str(r.number), r.who or "—", r.when or "—", r.text, r.state, r.place or "—", r.how) for r in rows]
    done = sum(r.state == "已落实" for r in rows)
    lead = Section(id="lead", number="", heading=ClaimedText(text=""), level=0)
    text = f"领导意见{len(rows)}条，已落实{done}条。"
    return _paper(f"《{title}》领导意见落实情况", [_with_text(lead, [text], _rows(header, cells))], year, Shell())


# --- setting --------------------------------------------------------------------------------------


def _headed(section: str, number: str, heading: str) -> Section:
    return Section(id=section, number=number, heading=said(heading, heading), level=1)


def _listed(section: str, number: str, heading: str, texts: Sequence[str]) -> Section:
    return _with_text(_headed(section, number, heading), [f"（{HAN[i]}）{t}" for i, t in enumerate(texts)])


def _with_text(section: Section, texts: Sequence[str], table: Table | None = None) -> Section:
    sentences = tuple(
        Sentence(id=f"{section.id}.{i}.1", text=t, claims=said(t, t).claims) for i, t in enumerate(texts, 1)
    )
    blocks = [Block(id=f"{section.id}.{i}", type="paragraph", sentence_ids=(s.id,)) for i, s in enumerate(sentences, 1)]
    if table is not None:
        blocks.append(Block(id=f"{section.id}.table", type="table", table=table))
    return section.model_copy(update={"blocks": tuple(blocks), "sentences": sentences})


def _table(section: str, number: str, heading: str, table: Table) -> Section:
    return _headed(section, number, heading).model_copy(
        update={"blocks": (Block(id=f"{section}.1", type="table", table=table),)}
    )


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return Table(header=tuple(header), rows=tuple(tuple(said(c, c) for c in row) for row in rows))


def _paper(title: str, sections: Sequence[Section], year: int, shell: Shell) -> Draft:
    named = said(title, title)
    return Draft(
        id=content_hash(named, tuple(sections), shell),
        title=named,
        kind=Kind.SUMMARY,
        department="",
        organisation=shell.issuer,
        year=year,
        period=str(year),
        engine="cut",
        shell=shell,
        sections=tuple(sections),
        recipe={"engine": "cut", "seed": 0},
    )
