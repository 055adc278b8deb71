"""指标: the board of a department with its trends, importing, rulings, attainment, what is still owed.

Figures are cut down to the person's departments before anything is worked out from them: no count, no average and no
hint may tell of a department that is not theirs.
"""

import io
import re
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from chugao.documents.guard import MAX_FILE_BYTES, guard_bytes
from chugao.documents.uploading import safe_name
from chugao.errors import InputError, NotAllowed
from chugao.review import carrying, orders
from chugao.review.people import Act, Person, may, require, sees
from chugao.web.faults import NotThere
from chugao.web.files import attachment
from chugao.web.house import House, house_of
from chugao.web.pages import done, page
from chugao.web.people import needs

if TYPE_CHECKING:
    from chugao.database import Database
    from chugao.metrics.observation import Figures
    from chugao.metrics.preview import Preview
    from chugao.metrics.readiness import Board

router = APIRouter(prefix="/metrics", include_in_schema=False)
Upload = Annotated[Person, needs(Act.UPLOAD)]
See = Annotated[Person, needs(Act.SEE)]
TABS = (
    ("/metrics", "指标看板"),
    ("/metrics/import", "导入"),
    ("/metrics/rulings", "口径裁定"),
    ("/metrics/attainment", "目标完成"),
    ("/metrics/owing", "缺数催报"),
)
_ASKED = 12
"""Words asked about at once: more unknown names are another kind of table."""
_SHOWN = 400
_STATE_COLOURS = {"完成": "green", "未完成": "red", "缺本期数": "amber"}


def figures_of(house: House, person: Person) -> "Figures":
    """The figures of the departments a person sees, and of no other."""
    from chugao.desk import read_figures

    figures = read_figures((), house.workspace)
    if person.whole:
        return figures

    def own(entries: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(e for e in entries if sees(person, e.department))

    return figures.model_copy(
        update={
            "observations": own(figures.observations),
            "changes": own(figures.changes),
            "aims": own(figures.aims),
            "comparable": own(figures.comparable),
            "contested": tuple(c for c in figures.contested if all(sees(person, o.department) for o in c)),
            "findings": (),
            "fingerprints": {},
        }
    )


@router.get("")
def board(request: Request, person: See, dept: str = "", year: str = "") -> Response:
    from chugao.metrics.board import trend
    from chugao.metrics.facts import derive
    from chugao.metrics.readiness import period_of, readiness

    house = house_of(request)
    figures = figures_of(house, person)
    departments = list(figures.departments)
    chosen = dept if dept in departments else (departments[0] if departments else "")
    years = sorted({o.period.year for o in figures.observations}, reverse=True)
    of_year = int(year) if year.isdecimal() and int(year[:4]) in years else None
    made, charts = None, {}
    if figures.observations:
        own = figures.of_department(chosen or None)
        made = readiness(figures, department=chosen or None, year=of_year)
        facts = derive(own, period_of(own, of_year))
        # Drawn by us from parsed figures; every word in it was escaped where it was drawn.
        charts = {row.metric: Markup(trend(facts, row.metric)) for row in made.rows}
    return page(
        request,
        person,
        "metrics.html",
        tabs=TABS,
        board=made,
        charts=charts,
        strip=_strip(made, figures.of_department(chosen or None)) if made else [],
        departments=[(d, d) for d in departments],
        years=[("", "最近一期"), *((str(y), f"{y}年") for y in years)],
        chosen={"dept": chosen, "year": year},
        colours=_STATE_COLOURS,
        told=[f for f in made.findings if f.severity.value != "info"][:40] if made else [],
    )


def _strip(made: "Board", figures: "Figures") -> list[tuple[str, str, str]]:
    missing = sum(not r.now for r in made.rows)
    aimed = [r for r in made.rows if r.now and r.state in ("完成", "未完成")]
    reached = sum(r.state == "完成" for r in aimed)
    wrong = sum(f.severity.blocks for f in made.findings)
    return [
        (f"{len(made.rows) - missing}/{len(made.rows)}", "已报本期数", "bad" if missing else "good"),
        (f"{reached}/{len(aimed)}" if aimed else "—", "完成目标", "bad" if reached < len(aimed) else "good"),
        (str(missing), "缺本期数", "bad" if missing else ""),
        (str(len(figures.contested)), "口径未裁", "bad" if figures.contested else ""),
        (str(wrong), "错误", "bad" if wrong else ""),
    ]


# --- 导入 ------------------------------------------------------------------------------------------


@router.get("/import")
def import_form(request: Request, person: Upload) -> Response:
    return page(request, person, "import.html", tabs=TABS, looked=None, tray="", files=[])


@router.post("/import")
async def look(request: Request, person: Upload, files: Annotated[list[UploadFile], File()]) -> Response:
    sent = [(safe_name(f.filename or ""), await f.read(MAX_FILE_BYTES + 1)) for f in files if f.filename]
    return await run_in_threadpool(_look, request, person, sent)


def _look(request: Request, person: Person, sent: list[tuple[str, bytes]]) -> Response:
    if not sent:
        raise InputError("没有选文件。请选好指标表（.xlsx .xls .et .csv）再看。")
    house = house_of(request)
    tray = put_down(house, person, sent)
    return RedirectResponse(f"/metrics/import/{tray}", 303)


def put_down(house: House, person: Person, sent: list[tuple[str, bytes]]) -> str:
    """Keep figures files until the person has looked at them; the name of the tray is theirs alone."""
    from chugao.export import write_whole

    for name, content in sent:
        guard_bytes(content, name)
    tray = f"{_mark(person)}-{secrets.token_hex(8)}"
    folder = house.uploads / tray
    folder.mkdir()
    for name, content in sent:
        write_whole(folder / name, content)
    return tray


def _mark(person: Person) -> str:
    return "tray-" + sha256(person.login.encode()).hexdigest()[:12]


def _tray(house: House, person: Person, tray: str) -> tuple[Path, ...]:
    plain = tray.replace("-", "").isalnum() and tray.startswith(_mark(person) + "-")
    folder = house.uploads / tray
    if not plain or not folder.is_dir():
        raise NotThere("这几份指标表已经导入，或放得太久清掉了。请重新上传。")
    return tuple(sorted(p for p in folder.iterdir() if p.is_file()))


@router.get("/import/{tray}")
def looked(request: Request, tray: str, person: Upload) -> Response:
    house = house_of(request)
    paths = _tray(house, person, tray)
    seen = _preview(house, paths)
    if not _not_theirs(person, (r.department for r in seen.rows)):
        # What they would replace is shown to whom it belongs.
        seen = _preview(house, paths, house.database)
    return _shown(request, person, seen, tray, [p.name for p in paths])


def _not_theirs(person: Person, departments: Iterable[str]) -> list[str]:
    """The departments whose figures the person may not bring."""
    return [d for d in dict.fromkeys(departments) if not may(person, Act.UPLOAD, department=d)]


def _told_of_others(others: list[str]) -> str:
    """What to say of a file that holds figures of departments that are not the person's."""
    named = [d for d in others if d]
    whose = "、".join(named[:6]) + (f"等{len(named)}个科室" if len(named) > 6 else "")
    what = "、".join(p for p in (f"{whose}的数" if named else "", "没有写部门的数" if "" in others else "") if p)
    return f"表里有{what}，不归您管，不能导入。请只留您科室的，或请管全院数据的人导入。"


def _shown(request: Request, person: Person, seen: "Preview", tray: str, files: list[str]) -> Response:
    """What the files would bring, row by row, and the words in them that nobody knows yet."""
    others = _not_theirs(person, (r.department for r in seen.rows))
    unknown = [f.quote for f in (*seen.warnings, *seen.notices) if f.rule in TEACHABLE and f.quote]
    return page(
        request,
        person,
        "import.html",
        tabs=TABS,
        looked=seen,
        tray=tray,
        files=files,
        unruled=unruled_in(seen),
        rows=seen.rows[:_SHOWN],
        departments=[d for d in dict.fromkeys(r.department for r in seen.rows) if d],
        refused=_told_of_others(others) if tray and others else "",
        unknown=list(dict.fromkeys(unknown))[:_ASKED],
        names=_metric_names() if unknown and person.whole else [],
        back=request.url.path,
    )


def _metric_names() -> list[str]:
    from chugao.catalogue import load_catalogue

    return sorted(d.name for d in load_catalogue())


@router.post("/import/{tray}")
def import_now(request: Request, tray: str, person: Upload) -> Response:
    added, same, changed = import_tray(house_of(request), person, tray)
    told = f"已导入：新增{added}条，未变{same}条，更新{changed}条"
    return done("/metrics", told + ("。更新了的数，稿子里要跟着改，打开文稿会标红" if changed else ""))


def import_tray(house: House, person: Person, tray: str) -> tuple[int, int, int]:
    """Import what lies on a tray, and clear it: (new, the same, changed)."""
    paths = _tray(house, person, tray)
    try:
        return import_files(house, person, paths)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)
        paths[0].parent.rmdir()


def import_files(house: House, person: Person, paths: Iterable[Path]) -> tuple[int, int, int]:
    """Import figures files; refused whole when one row is of a department that is not the person's."""
    from chugao.desk import read_for_import
    from chugao.metrics.store import import_figures

    figures = read_for_import(tuple(paths), house.workspace)
    if others := _not_theirs(person, (o.department for o in figures.observations)):
        raise NotAllowed(_told_of_others(others))
    report = import_figures(house.database, figures, actor=person.name, at=house.now())
    return report.added, report.unchanged, len(report.changed)


def unruled_in(seen: "Preview") -> int:
    """How many metrics are told differently by several sources: what somebody has to rule on, and not its rows."""
    return len({(r.name, r.department) for r in seen.rows if r.state == "口径未裁"})


TEACHABLE = frozenset({"figures.confusable", "figures.local", "figures.header"})


@router.post("/words")
def teach(
    request: Request,
    person: Upload,
    word: Annotated[str, Form()],
    meaning: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Say once what a header or a name of the office's own means."""
    told = teach_now(house_of(request), person, word, meaning)
    # Only to where such a form stands: an address from outside leads nowhere.
    where = back if _OWN_PAGE.fullmatch(back) else "/metrics/import"
    return done(where, told)


def teach_now(house: House, person: Person, word: str, meaning: str) -> str:
    """Keep what a word means, for every file of the house from now on."""
    from chugao.metrics.words import learn

    require(person, Act.UPLOAD)
    if not person.whole:
        raise NotAllowed("记住一种写法，全院的表都按它读，请办公室来记。")
    if not meaning.strip():
        raise InputError(f"没有写“{word[:30]}”是什么。请选一个指标再记住。")
    kept = learn(house.database, word[:60], meaning[:60], by=person.name, at=house.now())
    return f"已记住：“{kept.word}”就是“{kept.meaning}”，以后都按它读"


_OWN_PAGE = re.compile(r"/metrics/(?:import|preview)/[\w-]{1,80}|/documents/new/[0-9a-f]{1,32}")


def _preview(house: House, paths: Iterable[Path], kept: "Database | None" = None) -> "Preview":
    from chugao.desk import told_to
    from chugao.metrics.preview import preview

    told = told_to(house.workspace)
    return preview(*paths, catalogue=told.catalogue, learned=told.words, rulings=told.rulings, kept=kept)


@router.get("/preview/{order_id}.xlsx")
def preview_file(request: Request, order_id: str, person: Upload) -> Response:
    from chugao.metrics.preview import write_preview

    house = house_of(request)
    seen = _of_order(house, person, order_id)
    path = write_preview(house.uploads / order_id / "指标核对.预览.xlsx", seen)
    content = path.read_bytes()
    path.unlink()
    return attachment(content, "指标核对.xlsx")


@router.get("/preview/{order_id}")
def preview_page(request: Request, order_id: str, person: Upload) -> Response:
    house = house_of(request)
    return _shown(request, person, _of_order(house, person, order_id), "", [])


def _of_order(house: House, person: Person, order_id: str) -> "Preview":
    order = orders.order_of(house.database, person, order_id)
    files = [carrying.HandedIn.model_validate(f) for f in order.payload.get("files", ())]
    return carrying.looked_over(house.workspace, carrying.taken(house.uploads / order.id, files))


# --- 口径裁定 --------------------------------------------------------------------------------------


@router.get("/rulings")
def rulings(request: Request, person: See) -> Response:
    from chugao.metrics.calibers import source_names
    from chugao.metrics.rulings import load_rulings

    house = house_of(request)
    figures = figures_of(house, person)
    catalogue = figures.catalogue()

    def name(metric: str) -> str:
        return d.name if (d := catalogue.get(metric)) else metric

    contests = [
        {
            "metric": name(c[0].metric),
            "department": c[0].department,
            "period": c[0].period.code,
            "label": c[0].period.label,
            "choices": list(zip(source_names(c), c, strict=True)),
        }
        for c in figures.contested
    ]
    made = [r for r in load_rulings(house.database) if person.whole or (r.department and sees(person, r.department))]
    told = [{"name": name(r.metric), "ruling": r} for r in reversed(made)]
    return page(request, person, "rulings.html", tabs=TABS, contests=contests, made=told)


@router.post("/rulings")
def rule(
    request: Request,
    person: Upload,
    metric: Annotated[str, Form()],
    choose: Annotated[str, Form()],
    reason: Annotated[str, Form()],
    department: Annotated[str, Form()] = "",
    period: Annotated[str, Form()] = "",
    by: Annotated[str, Form()] = "",
) -> Response:
    house = house_of(request)
    told = rule_now(house, person, metric, choose, reason, department, period, by)
    return done("/metrics/rulings", told)


def rule_now(
    house: House, person: Person, metric: str, choose: str, reason: str, department: str, period: str, by: str
) -> str:
    """Record a ruling; a person of one department rules for that department only."""
    from chugao.metrics import deciding
    from chugao.period import read_period

    require(person, Act.UPLOAD, department=department or None)
    if not department and not person.whole:
        raise NotAllowed("您只能裁定本科室的口径。全院的口径请办公室裁定。")
    definition = deciding.metric_called(metric, figures_of(house, person).catalogue())
    made, settled = deciding.rule(
        house.database,
        definition,
        choose,
        by=by.strip()[:40] or person.name,
        reason=reason,
        at=house.now(),
        period=read_period(period).code if period else "",
        department=department,
    )
    return f"已记录：“{definition.name}”以“{made.chosen}”为准，{len(settled)}个数从此采用"


# --- 目标完成 --------------------------------------------------------------------------------------


@router.get("/attainment")
def attained(request: Request, person: See, dept: str = "", year: str = "") -> Response:
    from chugao.metrics.readiness import readiness

    figures = figures_of(house_of(request), person)
    departments = list(figures.departments)
    chosen: list[str | None] = [*([dept] if dept in departments else departments)]
    if not chosen and figures.observations:
        chosen = [None]
    of_year = int(year) if year.isdecimal() and len(year) == 4 else None
    rows = []
    for name in chosen:
        own = figures.of_department(name)
        known = {o.period.year for o in own.observations}
        if of_year and of_year not in known:
            continue
        made = readiness(own, department=name, year=of_year)
        rows += [(name or "", made.period, r) for r in made.rows if r.target]
    return page(
        request,
        person,
        "attainment.html",
        tabs=TABS,
        rows=rows,
        counts=Counter(r.state for _, _, r in rows),
        departments=[("", "全部科室"), *((d, d) for d in departments)],
        years=[
            ("", "最近一期"),
            *((str(y), f"{y}年") for y in sorted({o.period.year for o in figures.observations}, reverse=True)),
        ],
        chosen={"dept": dept, "year": year},
        colours=_STATE_COLOURS,
        compared=None,
    )


@router.post("/attainment")
async def compare(
    request: Request, person: See, plan: Annotated[UploadFile, File()], result: Annotated[UploadFile, File()]
) -> Response:
    sent = [(safe_name(f.filename or ""), await f.read(MAX_FILE_BYTES + 1)) for f in (plan, result)]
    return await run_in_threadpool(_compare, request, person, sent)


def _compare(request: Request, person: Person, sent: list[tuple[str, bytes]]) -> Response:
    """Last year's plan against this year's results, from two files; nothing of them is kept."""
    import tempfile

    from chugao.metrics.attainment import attainment

    with tempfile.TemporaryDirectory(dir=house_of(request).uploads) as folder:
        paths = []
        for number, (name, content) in enumerate(sent):
            guard_bytes(content, name)
            paths.append(Path(folder) / str(number) / name)
            paths[-1].parent.mkdir()
            paths[-1].write_bytes(content)
        made = attainment(paths[0], paths[1])
    values: dict[str, Any] = {"rows": [], "counts": {}, "departments": [("", "全部科室")], "years": [("", "最近一期")]}
    values |= {"chosen": {"dept": "", "year": ""}, "colours": _STATE_COLOURS, "compared": made, "tabs": TABS}
    return page(request, person, "attainment.html", **values)


# --- 缺数催报 --------------------------------------------------------------------------------------


@router.get("/owing")
def owing(request: Request, person: See, year: str = "") -> Response:
    from chugao.metrics.owing import by_owner

    figures = figures_of(house_of(request), person)
    owners = by_owner(_owed(figures, year)) if figures.observations else {}
    years = sorted({o.period.year for o in figures.observations}, reverse=True)
    return page(
        request,
        person,
        "owing.html",
        tabs=TABS,
        owners=owners,
        count=sum(len(o) for o in owners.values()),
        years=[("", "最近一年"), *((str(y), f"{y}年") for y in years)],
        year=year,
    )


@router.get("/owing.zip")
def owing_files(request: Request, person: See, year: str = "", deadline: str = "") -> Response:
    """A workbook for each who owes, ready to fill in."""
    import tempfile

    from chugao.metrics.owing import write_requests

    house = house_of(request)
    figures = figures_of(house, person)
    items = _owed(figures, year) if figures.observations else ()
    if not items:
        raise InputError("没有缺的数，不用催。")
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory(dir=house.uploads) as folder, zipfile.ZipFile(packed, "w") as archive:
        for path in write_requests(folder, items, deadline=deadline[:60]):
            archive.write(path, path.name)
    return attachment(packed.getvalue(), "催报表.zip")


def _owed(figures: "Figures", year: str) -> tuple[Any, ...]:
    from chugao.metrics import owing as owed

    return owed.owing(figures, year=int(year) if year.isdecimal() and len(year) == 4 else None)
