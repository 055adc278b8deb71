"""What later figures change in drafts already written: read, listed and printed, for three commands.

In: draft files and the figures that came later.  Out: `Paper`s, one a draft, and what is said of them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chugao.cli.output import finding_json, say, show, show_findings
from chugao.errors import InputError

if TYPE_CHECKING:
    from chugao.drafting.touched import Touched
    from chugao.manuscript import Draft
    from chugao.metrics.observation import Figures
    from chugao.source import Finding


class Paper(NamedTuple):
    """One draft and what later figures change in it."""

    file: Path
    draft: "Draft"
    places: "tuple[Touched, ...]"
    findings: "tuple[Finding, ...]"


def papers_touched(files: Iterable[Path], later: "Figures", earlier: "Figures | None" = None) -> list[Paper]:
    """What `later` figures change in each draft; one of another department, whose figures these are not, is passed over.

    Raises `InputError` for a file that is no draft of ours, and when the figures concern none of the drafts.
    """
    from chugao.drafting.touched import cutoff_findings, touched
    from chugao.export import read_draft

    papers: list[Paper] = []
    problems: list[tuple[Path, InputError]] = []
    for file, made in [(file, read_draft(file)) for file in files]:
        try:
            papers.append(Paper(file, made, touched(made, later, earlier), cutoff_findings(made, later)))
        except InputError as problem:
            problems.append((file, problem))
    if problems and not papers:
        raise problems[0][1]
    for file, why in problems:
        say(f"没有对照{file.name}：{why}")
    return papers


def siblings_touched(file: Path, later: "Figures") -> list[Paper]:
    """A draft first, then those in its folder that speak of the same year and that the figures change."""
    first = papers_touched([file], later)
    beside = [p for p in drafts_in(file.parent) if p.resolve() != file.resolve()] if file.parent.is_dir() else []
    others: list[Paper] = []
    for path in beside:
        try:
            others += papers_touched([path], later)
        except InputError as problem:
            say(f"没有对照{path.name}：{problem}")
    return first + [p for p in others if p.places and p.draft.year == first[0].draft.year]


def draft_files(given: Iterable[Path]) -> list[Path]:
    """The files named, and of folders every .json that is a draft."""
    files: list[Path] = []
    for path in given:
        if not path.is_dir():
            files.append(path)
            continue
        inside = drafts_in(path, deep=True)
        if not inside:
            raise InputError(f"“{path}”里没有 draft 写出的 .json。请写草稿所在的文件夹。")
        files += inside
    return files


def drafts_in(folder: Path, *, deep: bool = False) -> list[Path]:
    """Every .json of a folder that is a draft."""
    return sorted(p for p in (folder.rglob if deep else folder.glob)("*.json") if _looks_like_draft(p))


def _looks_like_draft(path: Path) -> bool:
    with path.open("rb") as file:
        return b'"schema_version"' in file.read(400)


def touched_json(papers: Iterable[Paper]) -> list[dict[str, Any]]:
    return [
        {
            "file": str(p.file),
            "title": p.draft.title.text,
            "cutoff": p.draft.cutoff,
            "touched": [place.model_dump(mode="json") for place in p.places],
            "findings": [finding_json(f) for f in p.findings],
        }
        for p in papers
    ]


def show_touched(papers: Sequence[Paper]) -> None:
    """Each paper with the places to mend, before → after."""
    for paper in papers:
        _show_paper(paper)


def _show_paper(paper: Paper) -> None:
    file, draft, places, findings = paper
    rewrite = sum(p.rewrite for p in places)
    more = f"，其中{rewrite}处要改写" if rewrite else ""
    cutoff = f"（数据截止{draft.cutoff}）" if draft.cutoff else ""
    show(f"《{draft.title.text}》{cutoff}　{file}：" + (f"要改{len(places)}处{more}" if places else "不受影响"))
    heading = ""
    for place in places:
        if place.heading != heading:
            heading = place.heading
            show(f"  {heading}")
        mark = "[改写] " if place.rewrite else ""
        changed = "；".join(f"{c.before} → {c.after or '删去'}{f'（{c.why}）' if c.why else ''}" for c in place.changes)
        show(f"    {mark}{place.text}")
        show(f"      {changed}")
    show_findings(findings, headings={}, indent="  ")
