"""Papers that are tables: 附件《重点任务分解表》, 考核自评表, 提纲对照表.

In: a finished draft; for the 自评表 the items of the assessment.  Out: papers whose cells have the draft's claims.

Surprise: a score is somebody's judgement.  It is proposed only where the standard itself sets a threshold and a figure
of the draft settles it; else the cell waits for a person.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chugao.checks.covering import Coverage
from chugao.errors import InputError
from chugao.export.cutting import (
    PaperWriter,
    Told,
    clauses_of,
    constant,
    joined,
    part_of,
    plan_year,
    said,
    shortened,
    told_in,
)
from chugao.manuscript import ClaimedText, Draft, Table
from chugao.outline import affinity
from chugao.quantity import find_numbers
from chugao.source import Release

_NOTHING = ClaimedText(text="—")
_WAITS = ClaimedText(text="【待评】")
_ENOUGH = 0.3


def tasks(draft: Draft, release: Release = Release.UPWARD) -> Draft:
    """附件《重点任务分解表》: task, what is done and how it is checked, who leads, who does, by when.

    Raises `InputError` for a draft without tasks.
    """
    rows = list(_task_rows(draft, release))
    if not rows:
        raise InputError(f"《{draft.title.text}》里没有重点任务。请用有“工作计划”的稿子，事项的状态写“拟开展”。")
    year = plan_year(draft)
    paper = PaperWriter(draft, f"{draft.department}{year}年重点任务分解表")
    paper.section("tasks")
    lead = said(f"根据《{draft.title.text}》，{year}年重点任务分解如下。", draft.title.text, str(year))
    paper.paragraph(lead)
    header = ("序号", "重点任务", "措施和检查", "牵头领导", "责任科室", "完成时限")
    paper.table(Table(header=header, rows=tuple(rows)))
    return paper.finish()


def _task_rows(draft: Draft, release: Release) -> Iterator[tuple[ClaimedText, ...]]:
    told = [t for t in told_in(draft, release) if t.role == "plan"]
    annex = next((t for s, _, t in draft.tables() if s.id == "table_tasks"), None)
    number = 0
    for row in annex.rows if annex is not None else ():
        cells = dict(zip(annex.header if annex else (), row, strict=False))
        task = cells.get("重点任务", _NOTHING)
        own = next((t for t in told if _same(task.text, t.sentence.text)), None)
        if own is None and release is not Release.UPWARD:
            continue
        number += 1
        yield (
            constant(str(number)),
            task,
            _measures(own, told) if own else _NOTHING,
            cells.get("牵头领导", _NOTHING),
            cells.get("责任科室", _NOTHING),
            cells.get("完成时限", _NOTHING),
        )
    if annex is None:
        for t in (t for t in told if t.opens and not t.is_aim):
            number += 1
            yield (
                constant(str(number)),
                shortened(t.sentence, 200),
                _measures(t, told),
                _NOTHING,
                said(draft.department),
                _NOTHING,
            )


def _same(task: str, sentence: str) -> bool:
    return task in sentence or sentence.rstrip("。").startswith(task)


def _measures(own: Told, told: Sequence[Told]) -> ClaimedText:
    """What the plan says of a task beside the task itself, without the deadline that has a column of its own."""
    rest = [t for t in told if (t.section.id, t.block) == (own.section.id, own.block) and t is not own]
    texts = [ClaimedText(text=t.sentence.text, claims=t.sentence.claims) for t in rest]
    pieces = [part_of(t, 0, len(t.text), stripped=True) for t in texts]
    # In a cell the sentences of a task are one: “合排，在院备班，目标是……”.
    text = joined([p for piece in pieces for p in (piece, "，")][:-1] + (["。"] if pieces else []))
    kept: list[str | ClaimedText] = []
    at = 0
    for deadline in re.finditer(r"(?:(?<=^)|(?<=[，。]))[^，。]{1,12}前(?:完成)?[，。]", text.text):
        kept.append(part_of(text, at, deadline.start()))
        at = deadline.end()
    text = joined([*kept, part_of(text, at, len(text.text))])
    body = part_of(text, 0, len(text.text), stripped=True)
    return body if body.text else _NOTHING


# --- 考核自评表 -----------------------------------------------------------------------------------


class Item(NamedTuple):
    """One line of an assessment."""

    name: str
    score: str = ""
    standard: str = ""


def read_items(path: Path) -> tuple[Item, ...]:
    """The items of an assessment from a sheet or a Word table with 考核项目, 分值, 评分标准.

    Raises `InputError` when there is no such column.
    """
    from chugao.documents.rows import table_rows

    found: list[Item] = []
    columns: dict[str, int] = {}
    for cells in table_rows(path):
        header = {_column(c): i for i, c in enumerate(cells) if _column(c)}
        if "name" in header and len(header) > 1:
            columns = header
        elif columns and len(cells) > columns["name"] and cells[columns["name"]].strip():
            told = {k: cells[i].strip() for k, i in columns.items() if i < len(cells)}
            if not re.fullmatch(r"合计|总计|小计", told["name"]):
                found.append(Item(told["name"], told.get("score", ""), told.get("standard", "")))
    if not found:
        raise InputError(f"{path.name}：没有找到考核项目。请用有“考核项目”“分值”“评分标准”几栏的表格。")
    return tuple(found)


def _column(text: str) -> str:
    plain = re.sub(r"[\s（(].*$", "", text.strip())
    if re.fullmatch(r"(?:考核|考评|评价|自评)?(?:项目|内容|指标|指标名称|考核指标)", plain):
        return "name"
    if re.fullmatch(r"分值|标准分|满分|分数|权重", plain):
        return "score"
    return "standard" if re.fullmatch(r"评分标准|考核标准|评分办法|标准|目标值|要求|计分办法", plain) else ""


def assessment(draft: Draft, items: Sequence[Item] = (), release: Release = Release.UPWARD) -> Draft:
    """考核自评表: item, points, proposed score, what was done with its numbers, where the evidence is.

    Without items, the targets of the year are the items.  Raises `InputError` for a draft that reports on nothing.
    """
    if not draft.kind.looks_back:
        raise InputError(f"《{draft.title.text}》没有总结的内容，出不了自评表。请用工作总结的稿子。")
    items = items or _targets(draft)
    if not items:
        raise InputError("稿子里没有年度目标，也没有给考核项目。请用 --items 写明考核细则。")
    paper = PaperWriter(draft, f"{draft.department}{draft.year}年度考核自评表")
    paper.section("assessment")
    paper.paragraph("自评得分只对有明确标准的项目提出，其余由责任科室填写。")
    rows = []
    for number, item in enumerate(items, 1):
        done, source, score = _done(draft, item, release)
        name = ClaimedText(text=item.name, claims=said(item.name, item.name).claims)
        points, standard = said(item.score or "—", item.score), said(item.standard or "—", item.standard)
        rows.append((constant(str(number)), name, points, standard, score, done, said(source or "【待补】", source)))
    header = ("序号", "考核项目", "分值", "评分标准", "自评得分", "完成情况", "佐证")
    paper.table(Table(header=header, rows=tuple(rows)))
    return paper.finish()


def _targets(draft: Draft) -> tuple[Item, ...]:
    """The metrics of the results table that had a target."""
    table = next((t for s, _, t in draft.tables() if s.id == "table_results"), None)
    if table is None or "年度目标" not in table.header:
        return ()
    at = table.header.index("年度目标")
    return tuple(Item(row[0].text, "", f"目标{row[at].text}") for row in table.rows if row[at].text != "—")


def _done(draft: Draft, item: Item, release: Release) -> tuple[ClaimedText, str, ClaimedText]:
    """(what was done, where the evidence is, the score that the standard itself settles)."""
    words = f"{item.name}{item.standard}"
    table = next((t for s, _, t in draft.tables() if s.id == "table_results"), None)
    wanted = _wanted(item)
    row = None
    if table is not None:
        row = next((r for r in table.rows if wanted and (wanted in r[0].text or r[0].text == wanted)), None)
        row = row or next((r for r in table.rows if _is(r[0].text, words)), None)
    if table is not None and row is not None:
        at = {h: i for i, h in enumerate(table.header)}
        now = row[at.get("本年", 1)]
        reached = row[at["完成情况"]].text if "完成情况" in at else "—"
        state = f"，{reached}年度目标" if reached in ("完成", "未完成") else ""
        told = joined([now, state])
        source = next((c.source for c in now.claims if c.source), "") or ""
        return told, _short(source), _score(item, now.text, reached)
    if wanted and (found := _named_in(draft, wanted, release)) is not None:
        told_there, clause = found
        source = _source_of(told_there)
        if told_there.role == "plan":
            year = plan_year(draft)
            return joined([said(f"没有完成，列入{year}年计划：", str(year)), clause]), _short(source), _WAITS
        return clause, _short(source), _score(item, _behind(wanted, clause.text), "")
    best = max(
        (t for t in told_in(draft, release) if t.role == "results" and t.weight),
        key=lambda t: _speaks(item, t.sentence.text),
        default=None,
    )
    if best is None or _speaks(item, best.sentence.text) < _ENOUGH:
        return ClaimedText(text="【待补】"), "", _WAITS
    return shortened(best.sentence, 80), _short(_source_of(best)), _WAITS


def _source_of(told: Told) -> str:
    sentence = told.sentence
    return str(sentence.recipe.get("source", "")) or next((c.source or "" for c in sentence.claims if c.source), "")


def _wanted(item: Item) -> str:
    """What a standard asks for, without its threshold: 电话随访率 of “电话随访率不低于90%”."""
    name = re.split(r"[≥≤<>＞＜]|不低于|不高于|不少于|不超过|达到|达|控制在|\d", item.standard, maxsplit=1)[0].strip(
        "，：: 且"
    )
    name = re.sub(r"^(?:完成|开展|落实)(?=.{4})", "", name)
    return name if _A_THING <= len(name) <= _A_NAME and not re.search(r"[，。；、]", name) else ""


def _named_in(draft: Draft, wanted: str, release: Release) -> tuple[Told, ClaimedText] | None:
    """The sentence that speaks of what is wanted, results before plans, and its clause; the same words in another order will do."""
    told = [t for t in told_in(draft, release) if t.role in ("results", "plan")]
    for exactly in (True, False):
        for t in sorted(told, key=_results_first):
            for clause in clauses_of(t.sentence):
                if wanted in clause.text if exactly else _in_another_order(wanted, clause.text):
                    return t, clause
    return None


def _results_first(told: Told) -> bool:
    return told.role != "results"


def _in_another_order(wanted: str, clause: str) -> bool:
    """“选送专科护士19人” for 专科护士选送."""
    words = re.sub(r"[^\u4e00-\u9fff]", "", clause)
    half = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
    return (
        set(wanted) <= set(words)
        and len(words) <= len(wanted) + _MORE_WORDS
        and sum(p in words for p in half) >= len(half) - 1
    )


def _behind(wanted: str, clause: str) -> str:
    """What stands behind a name, where its value is to be looked for."""
    return clause[clause.index(wanted) + len(wanted) :] if wanted in clause else clause


def _speaks(item: Item, text: str) -> float:
    """How plainly a sentence speaks of an item: by its name, or by what its standard asks to be there (第一议题, 中心组)."""
    asked = [
        w
        for w in re.split(r"[、，。；和与及]|按[^，。]{0,6}|完成|开展|落实|达到|得满分|每[^，。]*", item.standard)
        if w
    ]
    there = any(
        w.strip("“”") in text.replace("“", "").replace("”", "") for w in asked if len(w.strip("“”")) >= _A_THING
    )
    return max(affinity(item.name, text), _ENOUGH + 0.2 if there else 0.0)


_A_THING, _A_NAME, _MORE_WORDS = 4, 16, 4


def _short(source: str) -> str:
    """File, sheet and cell; the cut-off stands in the text already."""
    return re.sub(r"（数据截止[^）]{0,20}）", "", source.split("；", maxsplit=1)[0])


def _is(metric: str, words: str) -> bool:
    # 完成 and 投资 stand in half of all standards and name nothing.
    return len(metric) > 2 and (metric in words or affinity(metric, words) >= 0.8)


def _score(item: Item, now: str, reached: str) -> ClaimedText:
    """Full points where the figure reaches the threshold of the standard, or the target of the year where it has none."""
    if not item.score or not re.fullmatch(r"\d+(?:\.\d+)?分?", item.score):
        return _WAITS
    limits = re.findall(
        r"(≥|≤|不低于|不高于|达到|不超过|以上)\s{0,4}(\d+(?:\.\d+)?)\s{0,4}(%|‰|天|分钟|小时|分|人次|人|例|名|项|篇|次|个|台|家)?|(\d+(?:\.\d+)?)(%|‰|天|分钟|人|例|名|项|篇|次|个)?\s{0,4}(?:以上)",
        item.standard,
    )
    value = next(iter(find_numbers(now)), None)
    if len(limits) == 1 and value is not None:
        sign, bound = limits[0][0], limits[0][1] or limits[0][3]
        unit = limits[0][2] or limits[0][4]
        if unit and value.quantity.unit and unit != value.quantity.unit:
            return _WAITS
        number = float(value.quantity.value)
        good = number <= float(bound) if sign in ("≤", "不高于", "不超过") else number >= float(bound)
        return said(item.score.rstrip("分"), item.score.rstrip("分")) if good else _WAITS
    settled = reached == "完成" and not limits and re.search(r"完成|达标|目标", item.standard) is not None
    return said(item.score.rstrip("分"), item.score.rstrip("分")) if settled else _WAITS


# --- 提纲对照表 -----------------------------------------------------------------------------------


def coverage_paper(draft: Draft, coverage: Coverage) -> Draft:
    """The 提纲对照表 to print: heading, where it is answered, how long, what is missing and who owes it."""
    paper = PaperWriter(draft, f"《{draft.title.text}》提纲对照表")
    paper.section("coverage")
    done, asked = coverage.answered
    limit = f"，上限{coverage.ceiling}字" if coverage.ceiling else ""
    deadline = f"，{coverage.deadline}报" if coverage.deadline else ""
    lead = f"依据{coverage.file}。{asked}项答了{done}项，正文{coverage.characters}字{limit}{deadline}。"
    paper.paragraph(said(lead, lead))
    rows = []
    for number, row in enumerate(coverage.rows, 1):
        owed = f"{row.owner}：{row.owes}" if row.owes else ""
        owed = "；".join(x for x in (owed, f"只列在附表：{'、'.join(row.tabled)}" if row.tabled else "") if x) or "—"
        cells = (
            "　" * max(row.level - 1, 0) + row.heading,
            row.state,
            row.place or "—",
            str(row.characters or "—"),
            owed,
        )
        rows.append((constant(str(number)), *(said(c, c) for c in cells)))
    for text, owner in coverage.left_out:
        cells = (text, "没有对应的标题、没有写", "—", "—", owner or "—")
        rows.append((constant(str(len(rows) + 1)), *(said(c, c) for c in cells)))
    if coverage.tabled:
        cells = ("没有对应标题的数", "只列在附表", "—", "—", "、".join(coverage.tabled))
        rows.append((constant(str(len(rows) + 1)), *(said(c, c) for c in cells)))
    header = ("序号", "来文要求", "状态", "写在哪里", "字数", "还缺什么、谁欠")
    paper.table(Table(header=header, rows=tuple(rows)))
    return paper.finish()
