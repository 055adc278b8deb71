"""The document of the whole house, made from its departments' figures: put together, reconciled, each traceable down.

In: a job whose departments are done.  Out: the tasks for the house, or why there are none.

The figures are put together by each metric's rule into a workbook, and the house's document is drafted from that
workbook like any other: a number in it names the workbook's cell, the workbook's second sheet the department, file and
cell.  Surprise: a difference between the house's own figure and its departments' sum is not for us to settle, so it
stops this one document and nothing else.
"""

from pathlib import Path
from typing import NamedTuple

from chugao.batch.making import settings_of
from chugao.batch.manifest import Hospital, Task
from chugao.batch.records import JobRow, PaperRow
from chugao.desk import read_files
from chugao.errors import ChugaoError
from chugao.export.files import file_name
from chugao.metrics.observation import Figures, Observation, merge
from chugao.metrics.rollup import rollup
from chugao.metrics.rollup_book import write_rollup
from chugao.outline import read_outline
from chugao.period import Period

BOOK = "全院汇总.xlsx"


class House(NamedTuple):
    """What the house's document is to be made from."""

    tasks: tuple[Task, ...] = ()
    blocked: tuple[str, ...] = ()
    """Why it cannot be made: what does not agree, or could not be read."""
    book: Path | None = None


def prepare(job: JobRow, rows: tuple[PaperRow, ...]) -> House:
    """Put the departments' figures together.  Writes the workbook with its trace in any case."""
    house = job.manifest.hospital
    if house is None:
        return House()
    settings = settings_of(job)
    try:
        parts = _departments(rows, settings.workspace)
        period = _reported(job, house)
        own = read_files([Path(p) for p in house.metrics], settings.workspace) if house.metrics else None
        made = rollup(parts, period, own)
    except ChugaoError as error:
        return House(blocked=(str(error),))
    folder = Path(job.out) / file_name(house.name)
    folder.mkdir(parents=True, exist_ok=True)
    book = write_rollup(folder / BOOK, made)
    blocked = tuple(f.hint for f in made.findings if f.severity.blocks)
    return House(() if blocked else _tasks(job, house, book), blocked, book)


def _departments(rows: tuple[PaperRow, ...], workspace: Path | None) -> Figures:
    """The figures of all departments, each row under its department's name."""
    files: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.task.metrics:
            files.setdefault(row.department, row.task.metrics)
    read = []
    for department, names in files.items():
        figures = read_files([Path(n) for n in names], workspace).of_department(department)
        named = {k: tuple(_named(o, department) for o in getattr(figures, k)) for k in ("observations", "comparable")}
        read.append(figures.model_copy(update=named | {"department_column": True}))
    return merge(read)


def _named(observation: Observation, department: str) -> Observation:
    return observation if observation.department else observation.model_copy(update={"department": department})


def _reported(job: JobRow, house: Hospital) -> Period:
    outline = read_outline(house.kinds[0], department=house.name, year=job.manifest.year, level=house.level)
    return outline.reported


def _tasks(job: JobRow, house: Hospital, book: Path) -> tuple[Task, ...]:
    first = job.manifest.tasks[0]
    return tuple(
        Task(
            department=house.name,
            kind=kind,
            year=job.manifest.year,
            level=house.level,
            organisation=house.name,
            length=house.length,
            engine=house.engine or first.engine,
            metrics=(str(book), *house.metrics),
            matters=house.matters,
            instructions=house.instructions,
            outline=house.outline,
            corpus=first.corpus,
        )
        for kind in house.kinds
    )
