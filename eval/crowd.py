"""Fifty reviewers on one server, a paper of 500 sections, the weight of the compare page: the budgets of the web.

In: nothing; a fresh workspace with the sample department's draft, served by `chugao serve` as a process of its own.
Out: a row a measure, beside what it is held to.

python -m eval.crowd [--people 50] [--seconds 40] [--no-browser]

A reviewer reads a page, thinks a few seconds and reads the next: that is what “concurrent” means here.  What the
machine does beside is said with the figures (`load`), and the processor time of a request, which does not depend on it.
"""

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chugao.manuscript import Draft

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "tests" / "data" / "axe" / "axe.min.js"
PASSWORD = "chugao-测试-1"
THINK_S = (3.0, 7.0)
READS = ("/documents/{doc}", "/documents/{doc}/compare?left=1", "/documents/{doc}/versions", "/documents", "/",
         "/documents/{doc}/sections/{section}", "/documents/{doc}/send")  # fmt: skip


class Read(NamedTuple):
    """What many readers at once found."""

    p95_ms: float
    reads: int
    wrong: int
    cpu_ms: float
    """Of the server, a read."""


class Browsed(NamedTuple):
    """What a browser found; medians of five first visits."""

    weight_kib: float
    """Bytes on the wire of the compare page and all it needs."""
    compare_ms: float
    long_ms: float
    first_byte_ms: float
    """Of the long paper."""
    faults: tuple[str, ...] = ()
    """What axe finds on the two pages."""


class Place(NamedTuple):
    """A server with two documents."""

    url: str
    doc: str
    section: str
    long: str
    pid: int


def read_by(people: int, seconds: float) -> Read:
    """So many people reading for so long on a fresh server."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "工作区", people, 500) as place:
        return crowd(place, people, seconds)


def browsed(sections: int = 500) -> Browsed:
    """The compare page and a paper of so many sections in a browser, on a fresh server; Chromium must be there."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "工作区", 1, sections) as place:
        return pages(place)


# --- a server ---------------------------------------------------------------------------------------


@contextmanager
def served(workspace: Path, people: int, sections: int) -> Iterator[Place]:
    """`chugao serve` on a fresh workspace with accounts for everybody."""
    from chugao.review import Role, accounts, current, put_in, save, section, written_of
    from chugao.web.house import open_house

    subprocess.run([sys.executable, "-m", "chugao", "init", str(workspace)], check=True, capture_output=True)
    house = open_house(workspace)
    with house.database as database:
        held = accounts._hasher().hash(PASSWORD)
        once = type("Once", (), {"hash": staticmethod(lambda _: held)})
        told, accounts._hasher = accounts._hasher, once  # type: ignore[assignment]
        try:
            for n in range(people):
                role = Role.AUTHOR if n == 0 else Role.REVIEWER
                accounts.add_account(
                    database, login=f"p{n}", name=f"审阅{n}", roles=[role], departments=["医务科"], password=PASSWORD,
                    by="量", at=house.now(),
                )  # fmt: skip
        finally:
            accounts._hasher = told
        author = accounts.person_called(database, "p0")
        doc = put_in(database, author, sample()).id
        long = put_in(database, author, long_draft(sections)).id
        # Something to compare: a word in every third section.
        for n, part in enumerate(current(database, author, doc).sections):
            if n % 3 or not part.sentences:
                continue
            written = written_of(part)
            paragraphs = tuple(
                p.model_copy(update={"text": p.text.replace("，", "，并", 1), "marks": ()}) if p.text else p
                for p in written.paragraphs
            )
            rev = section(database, author, doc, part.id).rev
            save(database, author, doc, part.id, rev, written.model_copy(update={"paragraphs": paragraphs}))
        first = next(s.id for s in current(database, author, doc).sections if s.sentences)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "chugao", "serve", "--port", str(port)]
    said = (workspace / "server.log").open("wb")
    server = subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, stderr=said)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield Place(f"http://127.0.0.1:{port}", doc, first, long, server.pid)
    finally:
        server.terminate()
        server.wait(20)
        said.close()
        if told_wrong := (workspace / "server.log").read_text(encoding="utf-8", errors="replace"):
            print(told_wrong[-2000:], file=sys.stderr)


def sample() -> "Draft":
    """The sample department's 总结暨计划, composed offline."""
    import chugao

    examples = ROOT / "examples"
    outline = chugao.read_outline("summary-plan", department="医务科", year=2025)
    figures = chugao.read_metrics(str(examples / "figures" / "医务科-2025.xlsx"))
    matters = chugao.read_matters(str(examples / "matters" / "医务科-2025.xlsx"))
    return chugao.draft(outline, figures, matters, None, chugao.open_engine("offline"))


def long_draft(sections: int) -> "Draft":
    """The same text over and over, each section with an id of its own."""
    from chugao.manuscript import content_hash

    draft = sample()
    own = [s for s in draft.sections if s.sentences]
    made = tuple(
        own[n % len(own)].model_copy(update={"id": f"part_{n}", "number": f"{n + 1}.", "level": 2})
        for n in range(sections)
    )
    ident = content_hash(draft.title, made, draft.shell)
    return draft.model_copy(update={"id": ident, "sections": made, "findings": ()})


# --- fifty people -----------------------------------------------------------------------------------


def crowd(place: Place, people: int, seconds: float) -> Read:
    """Everybody reads; every answer's time, and whatever was no page."""
    import httpx

    took: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    lock, start = threading.Lock(), threading.Barrier(people + 1)

    def reviewer(n: int) -> None:
        chance = random.Random(n)
        with httpx.Client(base_url=place.url, follow_redirects=True, timeout=60, trust_env=False) as client:
            token = client.get("/login", headers={"Accept": "application/json"}).json()["csrf"]
            form = {"login": f"p{n}", "password": PASSWORD, "csrf": token}
            told = client.post("/login", data=form, headers={"Accept": "application/json", "Origin": place.url})
            if told.status_code != 200:
                wrong.append(f"login {told.status_code}")
            start.wait()
            end = time.monotonic() + seconds
            time.sleep(chance.uniform(0, THINK_S[1]))
            while time.monotonic() < end:
                path = chance.choice(READS)
                began = time.perf_counter()
                try:
                    answer = client.get(
                        path.format(doc=place.doc, section=place.section), headers={"Accept": "text/html"}
                    )
                    status = answer.status_code
                except httpx.HTTPError as error:
                    status = 0
                    wrong.append(f"{path} {type(error).__name__}")
                with lock:
                    took[path].append(1000 * (time.perf_counter() - began))
                if status != 200:
                    wrong.append(f"{path} {status}")
                time.sleep(chance.uniform(*THINK_S))

    hands = [threading.Thread(target=reviewer, args=(n,), daemon=True) for n in range(people)]
    for hand in hands:
        hand.start()
    start.wait()
    before = _processor_s(place.pid)
    for hand in hands:
        hand.join()
    every = [t for times in took.values() for t in times]
    spent = 1000 * (_processor_s(place.pid) - before) / max(1, len(every))
    for path, times in sorted(took.items(), key=lambda kv: -_p95(kv[1])):
        print(
            f"  {path:<44}{len(times):>4}次  中位{statistics.median(times):>6.0f}  p95 {_p95(times):>6.0f} 毫秒",
            file=sys.stderr,
        )
    for one in sorted(set(wrong)):
        print(f"  出错：{one}", file=sys.stderr)
    return Read(_p95(every), len(every), len(wrong), spent)


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))] if times else 0.0


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# --- pages in a browser -----------------------------------------------------------------------------

_INTERACTIVE = """() => new Promise((done) => {
  let last = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) last = Math.max(last, e.startTime + e.duration); })
    .observe({ type: 'longtask', buffered: true });
  setTimeout(() => {
    const page = performance.getEntriesByType('navigation')[0];
    const all = [page, ...performance.getEntriesByType('resource')];
    done({ interactive: Math.max(page.domContentLoadedEventEnd, last), first: page.responseStart,
           wire: all.reduce((sum, e) => sum + e.transferSize, 0), requests: all.length });
  }, 400);
})"""


def pages(place: Place) -> Browsed:
    """The compare page and the long paper: bytes on the wire, and when they can be used; the median of five."""
    from playwright.sync_api import sync_playwright

    told: dict[str, list[Any]] = defaultdict(list)
    looked: dict[str, list[str]] = {}
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for _ in range(5):
            context = chromium.new_context(viewport={"width": 1366, "height": 768})
            page = context.new_page()
            page.goto(f"{place.url}/login")
            page.fill("[name=login]", "p0")
            page.fill("[name=password]", PASSWORD)
            page.click("button.btn-primary")
            page.wait_for_url(f"{place.url}/")
            cold = chromium.new_context(viewport={"width": 1366, "height": 768}, storage_state=context.storage_state())
            for name, path in (("compare", f"{place.doc}/compare?left=1"), ("long", place.long)):
                one = cold.new_page() if name == "compare" else cold.pages[0]
                one.goto(f"{place.url}/documents/{path}")
                told[name].append(one.evaluate(_INTERACTIVE))
                if name not in looked:
                    looked[name] = _faults(one)
            cold.close()
            context.close()
        chromium.close()
    compare, long = told["compare"], told["long"]
    wire = statistics.median(t["wire"] for t in compare) / 1024
    ready, far = (statistics.median(t["interactive"] for t in rows) for rows in (compare, long))
    byte = statistics.median(t["first"] for t in long)
    return Browsed(wire, ready, far, byte, tuple(f for held in looked.values() for f in held))


def _faults(page: Any) -> list[str]:
    """What axe finds: WCAG 2.1 A and AA, and its best practices."""
    # Through the debugger, which the page's policy does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id))")
    return [str(name) for name in told]


def main(argv: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--no-browser", action="store_true")
    told = parser.parse_args(argv)
    print(f"{os.cpu_count()} 个核，load {os.getloadavg()[0]:.1f}")
    held = [_said(*row) for row in _of_readers(read_by(told.people, told.seconds), told.people)]
    if not told.no_browser and CHROMIUM.exists():
        held += [_said(*row) for row in _of_browser(browsed())]
    return 0 if all(held) else 1


def _of_readers(read: Read, people: int) -> list[tuple[str, str, str, bool]]:
    return [
        (f"{people}人同时看，{read.reads}次读，p95", f"{read.p95_ms:.0f} 毫秒", "≤ 300 毫秒", read.p95_ms <= 300),
        ("出错", str(read.wrong), "0", not read.wrong),
        ("服务器每次读用的处理器时间", f"{read.cpu_ms:.0f} 毫秒", "", True),
    ]


def _of_browser(seen: Browsed) -> list[tuple[str, str, str, bool]]:
    byte, weight = seen.first_byte_ms, seen.weight_kib
    return [
        ("对比页第一次打开，线上字节", f"{weight:.1f} KiB", "≤ 60 KiB", weight <= 60),
        ("对比页可用", f"{seen.compare_ms:.0f} 毫秒", "≤ 600 毫秒", seen.compare_ms <= 600),
        ("500节的文稿可用", f"{seen.long_ms:.0f} 毫秒", "≤ 800 毫秒", seen.long_ms <= 800),
        ("500节首字节", f"{byte:.0f} 毫秒", "≤ 250 毫秒", byte <= 250),
    ]


def _said(what: str, found: str, wanted: str, holds: bool) -> bool:
    print(f"{'✓' if holds else '✗'} {what}：{found}{f'（{wanted}）' if wanted else ''}")
    return holds


if __name__ == "__main__":
    raise SystemExit(main())
