"""What lies on the desk when a document is made: figures, matters, submissions, past reports, leaders' words.

In: files that somebody named, and the workspace around.  Out: `Desk`, and from it a draft already examined.

The three shells (command line, batch, web) all sit at this desk, so that which figures a department's document rests
on is decided once.  Files named outright stand over what the workspace keeps.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chugao.errors import ChugaoError, InputError

if TYPE_CHECKING:
    from chugao.catalogue import Catalogue
    from chugao.checks import Report
    from chugao.config import Office, Settings
    from chugao.database import Database
    from chugao.drafting.writing import OnText, Progress
    from chugao.engines.limits import Limits
    from chugao.index import Index
    from chugao.ledger import Purse
    from chugao.manuscript import Draft, Engine, Request
    from chugao.material import Matters
    from chugao.material.submission import Item
    from chugao.metrics.calibers import Ruling
    from chugao.metrics.observation import Figures
    from chugao.metrics.preview import Preview
    from chugao.outline import Outline


class Desk(NamedTuple):
    """Everything one document is made from."""

    figures: "Figures"
    matters: "Matters"
    items: "tuple[Item, ...]"
    """What departments sent, confirmed or not; only confirmed things are among figures and matters."""
    instructions: tuple[str, ...]
    past: "Index | None"
    """Past reports, searched for wording."""
    notices: tuple[str, ...] = ()
    """What the person should know about what was gathered, in Chinese."""
    bases: tuple[str, ...] = ()
    """Policy documents (依据) in force when the year to plan begins: “《……》（文号）”."""


class Files(NamedTuple):
    """The files somebody named for one document; empty where the workspace is to serve."""

    metrics: tuple[Path, ...] = ()
    matters: tuple[Path, ...] = ()
    material: tuple[Path, ...] = ()
    instructions: Path | None = None
    corpus: Path | None = None


def open_workspace(folder: Path) -> "Database":
    """The database of a workspace; the caller closes it."""
    from chugao.config import load_settings
    from chugao.database import open_database, sqlite_url

    settings = load_settings(folder)
    return open_database(settings.database_url or sqlite_url(folder / ".chugao" / "chugao.db"))


def _opened(workspace: Path, database: "Database | None") -> "AbstractContextManager[Database]":
    """The workspace's database: the one somebody holds open already, which stays open, else its own."""
    return nullcontext(database) if database is not None else open_workspace(workspace)


def gather(
    files: Files,
    *,
    department: str,
    year: int,
    organisation: str = "",
    workspace: Path | None = None,
    confirmed_by: str | None = None,
    past: "tuple[Index | None, tuple[str, ...]] | None" = None,
    database: "Database | None" = None,
) -> Desk:
    """Read what a department's document of one reported year rests on.

    `past` are past reports opened before (`open_past`), for whoever makes many documents; `database` is the workspace's,
    for whoever has it open.  Raises `InputError` for a
    file that cannot be read, and for a corpus folder that is none.
    """
    from chugao.material.reading import apart_from_others

    figures = read_figures(files.metrics, workspace, department, database)
    index, notices = past or open_past(files.corpus, workspace)
    kept, left = _kept(workspace, department, organisation, year, database)
    items = (*kept, *_sent(files.material, confirmed_by, department, year, index))
    told, house = read_things(files.matters), _is_house(workspace, department, organisation)
    if house:
        apart = _of_all(told, department)
    else:
        apart = apart_from_others(told, department, known=department in figures.departments)
    matters = _with_sent(apart, items)
    return Desk(
        figures=with_confirmed(figures, items),
        matters=matters,
        items=items,
        instructions=(*_instructions(files.instructions), *_kept_instructions(items)),
        past=index,
        notices=(
            *notices,
            *left,
            *_set_aside(figures, department),
            *(() if house else _left_to_others(told, apart, department)),
            *_strangers(matters, (department, organisation)),
        ),
        bases=_bases(workspace, year + 1, database),
    )


def make(
    desk: Desk,
    outline: "Outline",
    engine: "Engine",
    *,
    office: "Office",
    seed: int = 0,
    progress: "Progress | None" = None,
    on_text: "OnText | None" = None,
) -> "tuple[Draft, Report]":
    """Draft one document and examine it; its findings and what still waits for confirmation are kept in it."""
    from chugao.checks import examine_draft
    from chugao.drafting import draft

    made = draft(
        outline,
        desk.figures,
        desk.matters,
        desk.past,
        engine,
        office=office,
        instructions=desk.instructions,
        bases=desk.bases,
        seed=seed,
        progress=progress,
        on_text=on_text,
    )
    report = examine_draft(made, desk.figures, desk.matters)
    waiting = _waiting(desk.items, outline.department)
    kept = {"requests": (*made.requests, *waiting), "findings": (*made.findings, *report.findings)}
    return made.model_copy(update=kept), report


@contextmanager
def open_writer(
    name: str,
    settings: "Settings",
    out: Path,
    *,
    job: str = "",
    max_cost: Decimal | None = None,
    purse: "Purse | None" = None,
    tenant: str = "",
    database: "Database | None" = None,
    limits: "Limits | None" = None,
) -> "Iterator[Engine]":
    """The engine of a name with its ledger: the workspace's, else `out`/.chugao/ledger.db.

    A batch gives its `database`, which stays open, and the `limits` that it shares with others; `purse` is what the job
    may spend together with others.  Raises `InputError` for a cost limit on a model whose price nobody gave: it would
    limit nothing.
    """
    from chugao.engines import open_engine

    if name == "offline":
        yield open_engine()
        return
    from chugao.database import open_database, sqlite_url
    from chugao.ledger import Ledger, prices_of

    require_writer(name, settings, limited=max_cost is not None or purse is not None)
    prices, folder = prices_of(settings), (settings.workspace or out) / ".chugao"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        if database is None and settings.workspace is not None:
            database = held.enter_context(open_workspace(settings.workspace))
        elif database is None:
            database = held.enter_context(open_database(sqlite_url(folder / "ledger.db")))
        ledger = held.enter_context(Ledger(database, job=job, prices=prices, budget=max_cost, purse=purse))
        yield open_engine(name, settings=settings, ledger=ledger, folder=folder, tenant=tenant, limits=limits)


def require_writer(name: str, settings: "Settings", *, limited: bool = False) -> None:
    """Say what is missing for an engine before anything is written: an endpoint, a price for a limit."""
    from chugao.engines import open_engine
    from chugao.ledger import prices_of

    if name == "offline":
        return
    # openai:模型, langchain:提供者:模型; the name of a model may hold colons itself (qwen2.5:7b).
    prices, model = prices_of(settings), name.split(":", 2 if name.startswith("langchain:") else 1)[-1]
    asked = {model, *(p.model for p in settings.prompts.values() if p.model)}
    if limited and (unknown := sorted(m for m in asked if prices.of(m) is None)):
        raise InputError(
            f'没有“{"、".join(unknown)}”的价格，费用上限无从计算。请在 chugao.toml 里写 [prices.models."{unknown[0]}"]，'
            "input、output 为每百万词元的价格。"
        )
    open_engine(name, settings=settings)


# --- each thing -----------------------------------------------------------------------------------


def read_figures(
    paths: Sequence[Path],
    workspace: Path | None = None,
    department: str | None = None,
    database: "Database | None" = None,
) -> "Figures":
    """The figures in files, else those the workspace keeps."""
    from chugao.metrics.observation import Figures
    from chugao.metrics.sheet_names import apart_from_others

    if paths:
        read = read_files(paths, workspace)
        return apart_from_others(read, department) if department else read
    if workspace is None:
        return Figures()
    from chugao.metrics.store import load_figures

    with _opened(workspace, database) as held:
        kept = load_figures(held)
    # What the workspace keeps of other departments is no figures file of this one.
    return kept if not kept.departments or department in (None, *kept.departments) else Figures()


def departments_kept(workspace: Path) -> tuple[str, ...]:
    """The departments of which a workspace keeps figures or material."""
    from chugao.material.store import list_items
    from chugao.metrics.store import load_figures

    with open_workspace(workspace) as database:
        named = [*load_figures(database).departments, *(i.department for i in list_items(database))]
    return tuple(dict.fromkeys(d for d in named if d))


def _set_aside(figures: "Figures", department: str) -> tuple[str, ...]:
    """What choosing the department's rows said: everybody's figures that gave way to its own."""
    return tuple(f.hint for f in figures.of_department(department).findings[len(figures.findings) :])


def read_files(paths: Sequence[Path], workspace: Path | None = None) -> "Figures":
    """The figures in files, with the words and the rulings that the workspace keeps."""
    from chugao.metrics.reading import read_metrics

    told = told_to(workspace)
    return read_metrics(*paths, catalogue=told.catalogue, learned=told.words, rulings=told.rulings)


def read_for_import(paths: Sequence[Path], workspace: Path) -> "Figures":
    """The figures in files as the workspace will keep them, beside those of other departments."""
    from chugao.metrics.sheet_names import owned_by_their_files

    return owned_by_their_files(read_files(paths, workspace))


def preview_figures(paths: Sequence[Path], workspace: Path | None = None) -> "Preview":
    """What importing these files would do, with the words and rulings of the workspace and against what it keeps."""
    from chugao.metrics.preview import preview

    told = told_to(workspace)
    if workspace is None:
        return preview(*paths)
    with open_workspace(workspace) as database:
        return preview(*paths, catalogue=told.catalogue, learned=told.words, rulings=told.rulings, kept=database)


class Told(NamedTuple):
    """What an office has told about how its figures files are to be read."""

    words: dict[str, str]
    rulings: "tuple[Ruling, ...]"
    catalogue: "Catalogue | None" = None


def told_to(workspace: Path | None) -> Told:
    """The catalogue, the words and the rulings of a workspace; nothing without one."""
    if workspace is None:
        return Told({}, ())
    from chugao.catalogue import load_catalogue
    from chugao.config import load_settings
    from chugao.metrics.rulings import load_rulings
    from chugao.metrics.words import load_words, office_words

    settings = load_settings(workspace)
    catalogue = load_catalogue(workspace / settings.catalogue) if settings.catalogue else None
    with open_workspace(workspace) as database:
        learned, rulings = load_words(database), load_rulings(database)
    words = office_words(settings.office.synonyms, catalogue) | {w.word: w.meaning for w in learned}
    return Told(words, rulings, catalogue)


def read_things(files: Sequence[Path], items: "Sequence[Item]" = ()) -> "Matters":
    """Matters from files, and those confirmed among what departments sent."""
    from chugao.material import Matters, read_matters

    return _with_sent(read_matters(*files) if files else Matters(), items)


def _with_sent(matters: "Matters", items: "Sequence[Item]") -> "Matters":
    from chugao.material.reading import with_submitted
    from chugao.material.submission import matters_of

    return with_submitted(matters, matters_of(tuple(items)))


def _is_house(workspace: Path | None, department: str, organisation: str) -> bool:
    """Whether the document is the whole house's: under its name, the end of it (市疾控中心), or 医院, 全院."""
    from chugao.config import load_settings
    from chugao.metrics.rollup import WHOLE

    office = load_settings(workspace).office.name if workspace is not None else ""
    if department in (organisation, office) or department in WHOLE:
        return True
    return department.endswith(_HOUSES) and any(n.endswith(department) for n in (organisation, office))


def _of_all(matters: "Matters", whole: str) -> "Matters":
    """Matters of files for the document of the whole house: those of all departments, each with who did it."""
    from chugao.material.items import as_the_whole_tells

    return matters.model_copy(
        update={
            "items": tuple(
                m if m.department in ("", whole) else as_the_whole_tells(m, m.department, whole) for m in matters.items
            )
        }
    )


def _left_to_others(told: "Matters", apart: "Matters", department: str) -> tuple[str, ...]:
    """What to say of files that are another department's by their names alone."""
    whose = {
        after.source.file: after.department
        for before, after in zip(told.items, apart.items, strict=True)
        if before.department != after.department != department
    }
    return tuple(
        f"{file}没有“部门”一列，里面的事项照文件名算作{owner}的，别的科室的稿子不用。若不是，请加“部门”一列写明，或改文件名。"
        for file, owner in whose.items()
    )


def _strangers(matters: "Matters", names: Sequence[str]) -> tuple[str, ...]:
    """What to say when files name departments, and none of them is asked for."""
    named = tuple(dict.fromkeys(m.department for m in matters.items))
    if not matters.department_column or not named or "" in named or set(names) & set(named):
        return ()
    listed = "、".join(named[:8]) + ("等" if len(named) > 8 else "")
    return (f"事项文件里没有“{names[0]}”的事项（文件里的部门：{listed}），这份稿子只按指标写。请核对 --department。",)


def with_confirmed(figures: "Figures", items: "Sequence[Item]") -> "Figures":
    """Figures plus the confirmed facts of submissions; a figure given in a file stands over a submitted one."""
    from chugao.material.submission import figures_of
    from chugao.metrics.observation import merge

    sent = figures_of(tuple(items), figures.catalogue())
    return merge((figures, sent)) if sent.observations else figures


def open_past(folder: Path | None, workspace: Path | None) -> "tuple[Index | None, tuple[str, ...]]":
    """The index of past reports, with what to say about it: the folder's, the workspace's, else the shipped sample."""
    from chugao.index import open_index

    if folder is None and workspace is not None and (index := workspace_index(workspace)) is not None:
        return index, tuple(index.notices)
    if folder is None:
        return open_index(None), ("没有给历年文稿，用随软件附带的示例文稿，只借结构。",)
    if not folder.is_dir():
        wrong = "不是文件夹" if folder.exists() else "不存在"
        raise InputError(f"历年文稿文件夹“{folder}”{wrong}。请改正 --corpus，写放文稿的文件夹。")
    index = open_index(folder)
    notices = tuple(f"[{f.severity.label}] {f.hint}" for f in index.findings if f.severity.value != "info")
    empty = () if len(index) else (f"“{folder}”里没有读到历年文稿，只按指标和事项写。",)
    return index, (*notices, *empty)


def workspace_index(workspace: Path, *, most_in_memory: int = 20_000) -> "Index | None":
    """The index of a workspace's own reports, with vectors where it names a model; None when none has been added yet.

    More vectors than `most_in_memory` are looked up in Chroma.  A model that is not to be had costs a notice of the
    index and nothing else.
    """
    from chugao.config import load_settings
    from chugao.engines.encoding import encoder_of
    from chugao.index import load_index

    settings, encoder, wrong = load_settings(workspace), None, []
    if settings.embedding.model:
        try:
            encoder = encoder_of(settings, lambda: open_workspace(workspace))
        except ChugaoError as error:
            wrong.append(f"这次只按字词检索：{error}")
    folder = chroma_folder(workspace)
    with open_workspace(workspace) as database:
        index = load_index(
            database, settings.office.name, encoder=encoder, folder=folder, most_in_memory=most_in_memory
        )
    index.notices += wrong
    return index if len(index) else None


def chroma_folder(workspace: Path) -> Path:
    """Where a workspace's Chroma is."""
    return workspace / ".chugao" / "chroma"


def _bases(workspace: Path | None, plan_year: int, database: "Database | None" = None) -> tuple[str, ...]:
    """The policy documents that the workspace keeps and that are in force in January of the year to plan."""
    if workspace is None:
        return ()
    from datetime import date

    from chugao.corpus.bases import offered_bases
    from chugao.source import Scope

    with _opened(workspace, database) as held:
        found = offered_bases(held, Scope(owners=("*",)), date(plan_year, 1, 31))
    return tuple(b.citation for b in found)


def _kept(
    workspace: Path | None, department: str, organisation: str, year: int, database: "Database | None" = None
) -> "tuple[tuple[Item, ...], tuple[str, ...]]":
    """What the workspace keeps for this document, with what to say of the rest.

    The document of the whole house rests on what all its departments sent.
    """
    if workspace is None:
        return (), ()
    from chugao.material.items import of_the_whole
    from chugao.material.store import list_items

    with _opened(workspace, database) as held:
        every = tuple(i for i in list_items(held) if i.year in (None, year, year + 1))
    own = tuple(i for i in every if i.department in ("", department))
    sent = [i for i in every if i not in own and i.kind != "instruction"]
    names = "、".join(list(dict.fromkeys(i.department for i in sent))[:6])
    if _is_house(workspace, department, organisation):
        whole = of_the_whole(every, department)
        figures = sum(i.observation is not None and i.status == "confirmed" for i in sent)
        told = f"科室报来的{figures}个数是科室的，没有当作{department}的数；{department}的数用 chugao metrics import 导入。"
        return whole, (told,) if figures else ()
    if sent and department.endswith(_HOUSES) and not any(i.kind != "instruction" for i in own):
        told = f"工作区里没有“{department}”的材料，有{names}的。写全院的稿子，请在 chugao.toml 的 [office] name 写上“{department}”。"
        return own, (told,)
    return own, ()


_HOUSES = ("院", "中心", "委", "委员会", "局", "站", "所")
"""How the names of whole houses end; a department that sent nothing needs no word about the others."""


def _sent(
    submissions: Sequence[Path], confirmed_by: str | None, department: str, year: int, past: "Index | None" = None
) -> "tuple[Item, ...]":
    """What the submissions named for this document say."""
    from chugao.material.submission import confirmed, read_submission

    items: tuple[Item, ...] = ()
    for file in submissions:
        sent = read_submission(file, department=department, year=year, index=past)
        items += confirmed(sent, confirmed_by) if confirmed_by and confirmed_by.strip() else sent
    return items


def _instructions(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    from chugao.documents.reading import read_text

    return tuple(p.text.strip() for p in read_text(file).paragraphs if p.text.strip())


def _kept_instructions(items: "Sequence[Item]") -> tuple[str, ...]:
    """What leaders said, kept in the workspace, in the order of the 意见台账."""
    from chugao.material.instructions import as_told

    kept = sorted((i for i in items if i.kind == "instruction" and i.status == "confirmed"), key=lambda i: i.number)
    return tuple(as_told(i) for i in kept)


def _waiting(items: "Sequence[Item]", department: str) -> "tuple[Request, ...]":
    """A request for each thing that was sent and that nobody has confirmed.

    What is 内部 or 不写 is owed by nobody, and its words travel with no paper.
    """
    from chugao.manuscript import Request
    from chugao.material.telling import opening_of
    from chugao.source import Release

    items = [i for i in items if i.release in (Release.PUBLIC, Release.UPWARD)]

    return tuple(
        Request(
            metric=i.metric or i.id,
            name=opening_of(i.text, 40),
            department=department,
            owner=i.department or department,
            reason=f"材料待确认（{i.source}）" + (f"，与《{i.copied_from}》相同" if i.copied_from else ""),
        )
        for i in items
        if i.status == "provisional"
    ) + tuple(
        Request(
            metric=i.id,
            name=opening_of(i.text, 40),
            department=department,
            owner=i.department or department,
            reason=i.asks,
        )
        for i in items
        if i.status == "confirmed" and i.asks
    )
