"""The board of a batch: who is done, who failed and why, what it cost; retry, pause, cancel, open a paper.

In: a job's standing.  Out: pages for the administrator, and the board as a table for a spreadsheet.

Surprise: the server makes no papers of a batch.  What is queued here is made by a worker of its own, begun where none is
at work, so that nobody who reads waits for it.
"""

import csv
import io
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from chugao import review
from chugao.database import record
from chugao.errors import InputError
from chugao.manuscript import Draft
from chugao.review.people import Act, Person
from chugao.web.admin import TABS
from chugao.web.desk.shown import page_of
from chugao.web.files import attachment
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

if TYPE_CHECKING:
    from chugao.batch.records import PaperRow
    from chugao.batch.telling import PaperStanding, Standing

router = APIRouter(prefix="/admin/batches", include_in_schema=False)
Admin = Annotated[Person, needs(Act.ADMINISTER)]
_JOBS = 30
STATES = (
    ("", "全部"),
    ("failed", "没写成"),
    ("live", "在写、排队"),
    ("waiting", "等待"),
    ("done", "写好"),
    ("red", "有红数"),
)
_LIVE = ("queued", "drafting", "drafted")
_BAR_MOST = 24


class Spent(NamedTuple):
    """What one department took."""

    department: str
    seconds: float
    cost: Decimal | None
    calls: int


class Bar(NamedTuple):
    """One bar of a chart: how long it is, of a hundred, and what it says."""

    name: str
    share: float
    told: str


# --- looking --------------------------------------------------------------------------------------


@router.get("")
def batches(request: Request, person: Admin) -> Response:
    """The jobs, the newest first."""
    from chugao.batch.records import jobs
    from chugao.batch.telling import standing

    database = house_of(request).database
    with database.read() as connection:
        named = [j.id for j in jobs(connection)]
    rows = [standing(database, job) for job in named[-_JOBS:]][::-1]
    return page(request, person, "batches.html", tabs=TABS, jobs=rows)


@router.get("/{job}")
def board(request: Request, job: str, person: Admin, state: str = "", department: str = "") -> Response:
    """One job: counts, budget, a row a paper, time and cost of each department."""
    from chugao.batch.telling import standing
    from chugao.ledger import prices_of

    house = house_of(request)
    told = standing(house.database, job)
    shown = [p for p in told.papers if _is(p, state) and (not department or p.department == department)]
    spent = spent_by(told.papers)
    currency = prices_of(house.settings).currency
    return page(
        request,
        person,
        "batch.html",
        tabs=TABS,
        j=told,
        papers=shown,
        red=red_of,
        states=STATES,
        chosen={"state": state, "department": department},
        departments=[("", "全部科室"), *((d, d) for d in dict.fromkeys(p.department for p in told.papers))],
        time_bars=bars([(s.department, s.seconds, _took(s.seconds)) for s in spent]),
        cost_bars=bars([(s.department, float(s.cost or 0), f"{s.cost:.2f}{currency}") for s in spent if s.cost]),
        used=share_of(told),
        currency=currency,
        took=_took,
    )


@router.get("/{job}/board.csv")
def board_csv(request: Request, job: str, person: Admin, state: str = "", department: str = "") -> Response:
    """The same rows for a spreadsheet."""
    from chugao.batch.telling import standing
    from chugao.metrics.preview import harmless

    told = standing(house_of(request).database, job)
    shown = [p for p in told.papers if _is(p, state) and (not department or p.department == department)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["科室", "文种", "状态", "节", "红数", "用时（秒）", "费用", "次数", "写作引擎", "标题", "说明"])
    for p in shown:
        cost = "" if p.cost is None or not p.calls else f"{p.cost:.4f}"
        seconds = "" if p.seconds is None else f"{p.seconds:.1f}"
        row = [
            p.department,
            p.kind_label,
            p.state_label,
            str(p.sections),
            str(red_of(p)),
            seconds,
            cost,
            str(p.attempts),
        ]
        writer.writerow([harmless(cell) for cell in (*row, p.engine, p.title, p.reason)])
    # Excel takes a CSV for GBK unless it begins with a mark.
    return attachment(("\ufeff" + text.getvalue()).encode(), f"批次-{told.name}.csv")


@router.get("/{job}/paper")
def show_paper(request: Request, job: str, person: Admin, id: str) -> Response:
    """A paper as it was written, to look at; put into review it is a document like any other."""
    house = house_of(request)
    row, draft = paper_of(house, job, id)
    return page(
        request,
        person,
        "batch_paper.html",
        tabs=TABS,
        job=job,
        paper=row,
        shown=page_of(draft, draft.findings),
        document=document_of(house, person, row, draft),
    )


# --- doing ----------------------------------------------------------------------------------------


@router.post("/{job}")
def change_batch(
    request: Request,
    job: str,
    person: Admin,
    do: Annotated[str, Form()],
    papers: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Pause, resume, cancel; retry one, those that are ticked, or all that failed; put papers into review."""
    told, documents = do_now(house_of(request), person, job, do, papers or [])
    if len(documents) == 1:
        return RedirectResponse(f"/documents/{quote(documents[0])}", 303)
    return done(_board(job), told)


def do_now(house: House, person: Person, job: str, do: str, papers: Sequence[str]) -> tuple[str, list[str]]:
    """What was done, in words, and the documents that papers became.  Raises `InputError`."""
    documents: list[str] = []
    if do == "review":
        documents = _put_in(house, person, job, papers)
        told = f"已放进审阅{len(documents)}份，在“文稿”里打开"
    elif do in ("retry", "retry_all", "resume"):
        told = _retry(house, job, do, papers)
    elif do in ("pause", "cancel"):
        told = _stop(house, job, do)
    else:
        raise InputError("没有这个操作。请从页面上的按钮操作。")
    with house.database.write() as connection:
        detail = {"name": person.name, "papers": list(papers[:50]), "told": told}
        record(connection, person.login, f"batch.{do}", job, detail, at=house.now())
    return told, documents


def standing_of(house: House, job: str) -> "Standing":
    """How a job stands.  Raises `InputError` for one that is not there."""
    from chugao.batch.telling import standing

    return standing(house.database, job)


def _stop(house: House, job: str, do: str) -> str:
    from chugao.batch.running import cancel, pause

    changed = (pause if do == "pause" else cancel)(house.database, job)
    told = {"pause": "已暂停，不再起新的，在写的写完为止", "cancel": "已取消，写好的都留着"}[do]
    return told if changed else "这个批次没有在运行"


def _retry(house: House, job: str, do: str, chosen: Sequence[str]) -> str:
    """Queue papers again, and see that somebody makes them."""
    from chugao.batch.running import retry
    from chugao.batch.telling import standing

    told = standing(house.database, job)
    wanted = {"retry_all": ("failed",), "resume": ("waiting",)}.get(do)
    names = [p.id for p in told.papers if p.state in wanted] if wanted else list(chosen)
    if not names:
        raise InputError(
            {"resume": "没有在等的文稿，不用接着做。", "retry_all": "没有没写成的文稿，不用重试。"}.get(
                do, "没有勾选文稿。"
            )
        )
    queued = retry(house.database, house.database_url, job, names)
    if not queued:
        raise InputError("勾选的都已经写好或正在写，没有要重试的。")
    started = begin_worker(house)
    return f"已排队{len(queued)}份" + ("，马上开始" if started else "，由正在运行的工作进程去做")


def begin_worker(house: House) -> bool:
    """A worker beside the server, gone when nothing is left to do; False where some worker is at work already."""
    if house.worker is not None and house.worker.poll() is None:
        return False
    # The address may hold a password: not on a command line, where everybody on the machine reads it.
    told = os.environ | ({"CHUGAO_DATABASE_URL": house.database_url} if house.database_url else {})
    command = [sys.executable, "-m", "chugao", "worker", "--until-idle", "--at-once", "4", "--share", "4"]
    none = subprocess.DEVNULL
    house.worker = subprocess.Popen(command, cwd=house.workspace, env=told, stdin=none, stdout=none, stderr=none)
    return True


def _put_in(house: House, person: Person, job: str, chosen: Sequence[str]) -> list[str]:
    """Papers as documents under review; what is there already is not put in twice."""
    if not chosen:
        raise InputError("没有勾选文稿。")
    documents = []
    for name in dict.fromkeys(chosen):
        row, draft = paper_of(house, job, name)
        known = document_of(house, person, row, draft)
        documents.append(known or review.put_in(house.database, person, draft, note=_note(row)).id)
    return documents


# --- what stands there ----------------------------------------------------------------------------


def paper_of(house: House, job: str, name: str) -> "tuple[PaperRow, Draft]":
    """A paper of a job and its text.  Raises `InputError` for one that is not there or not written."""
    from chugao.batch.records import find_paper, require_job, stored_draft

    with house.database.read() as connection:
        require_job(connection, job)
        row = find_paper(connection, name)
        body = stored_draft(connection, name) if row is not None and row.job == job else None
    if row is None or row.job != job:
        raise InputError("这个批次里没有这份文稿。请从看板里打开。")
    if not body:
        raise InputError(f"{row.department}的这一份还没有写成，没有可看的。{row.reason}")
    return row, Draft.model_validate_json(body)


def document_of(house: House, person: Person, row: "PaperRow", draft: Draft) -> str:
    """Id of the document under review that began as this very paper; "" for none."""
    db = house.database
    for known in review.documents(db, person, department=draft.department, year=draft.year, kind=draft.kind):
        if review.versions(db, person, known.id)[0].note == _note(row):
            return known.id
    return ""


def _note(row: "PaperRow") -> str:
    return f"批次{row.job}，第{row.revision}次写成"


def red_of(paper: "PaperStanding") -> int:
    """Numbers without a source."""
    return int((paper.report.get("numbers") or {}).get("untraced", 0))


def _is(paper: "PaperStanding", state: str) -> bool:
    if state == "red":
        return red_of(paper) > 0
    return not state or paper.state == state or (state == "live" and paper.state in _LIVE)


def spent_by(papers: "Iterable[PaperStanding]") -> list[Spent]:
    """Time and cost by department, in the manifest's order."""
    found: dict[str, list[PaperStanding]] = defaultdict(list)
    for paper in papers:
        found[paper.department].append(paper)
    return [
        Spent(
            name,
            sum(p.seconds or 0 for p in own),
            None if any(p.cost is None for p in own) else sum((p.cost or Decimal(0) for p in own), Decimal(0)),
            sum(p.calls for p in own),
        )
        for name, own in found.items()
    ]


def bars(told: Sequence[tuple[str, float, str]]) -> list[Bar]:
    """Bars from nought, the longest first; beyond a screenful the rest is one bar less long than it is."""
    most = max((value for _, value, _ in told), default=0)
    if most <= 0:
        return []
    rows = sorted(told, key=lambda t: -t[1])[:_BAR_MOST]
    return [Bar(name, round(100 * value / most, 1), words) for name, value, words in rows]


def share_of(job: "Standing") -> float | None:
    """How much of the budget is used, of a hundred; None without a budget or a price."""
    if not job.max_cost or job.cost is None:
        return None
    return round(float(100 * job.cost / job.max_cost), 1)


def _took(seconds: float | None) -> str:
    """“1分31秒”."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}分{rest:02d}秒" if minutes else f"{seconds:.1f}秒"


def _board(job: str) -> str:
    return f"/admin/batches/{quote(job, safe='')}"
