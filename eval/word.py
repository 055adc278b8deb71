"""Word beside its peers: redline, typesetting, reading a returned file, PDF; each row a ratio of CPU seconds.

In: nothing but seeded drafts.  Out: `Timing`s, ours ÷ theirs on this machine in this run; targets are ratios too.

The peers (Docxodus through docx-scalpel, docx-trackdiff, docxtpl, pandoc) live in an environment of their own, made on
first use.  A row whose peer cannot be had is left out with a word on stderr.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from eval.bench import Timing, cpu_of

PEERS = ("docx-scalpel==0.9.0", "docx-trackdiff==1.0.0", "docxtpl==0.20.2", "pypandoc-binary==1.17")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chugao-bench-word"
_RUNS = 5

_OURS = "import sys;from pathlib import Path;from chugao.word.redline import redline;a,b,o=map(Path,sys.argv[1:]);o.write_bytes(redline(a,b))"
_DOCXODUS = "import sys;from docx_scalpel import docx_diff_compare as c;a,b,o=sys.argv[1:];open(o,'wb').write(c(open(a,'rb').read(),open(b,'rb').read()))"
_TRACKDIFF = """
import contextlib, io, json, sys, time
from docx_trackdiff.compare import main
times = []
for _ in range(6):
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        main()
    times.append(time.process_time() - start)
json.dump(times[1:], sys.stdout)
"""
_DOCXTPL = """
import json, sys, time
import docx, docxtpl
template, text = sys.argv[1], sys.stdin.read().split("\\n")
paper = docx.Document()
for mark in ("{%p for line in lines %}", "{{ line }}", "{%p endfor %}"):
    paper.add_paragraph(mark)
paper.save(template)
start = time.process_time()
for _ in range(200):
    tpl = docxtpl.DocxTemplate(template)
    tpl.render({"lines": text})
    tpl.save(template + ".out.docx")
json.dump([(time.process_time() - start) / 200], sys.stdout)
"""  # fmt: skip


def measure() -> list[Timing]:
    """Every row whose tools are there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out: list[Timing] = []
        for row in (redline_cold, redline_hundred, redline_warm, redline_bare, typeset_batch, returned_file, pdf_warm):
            try:
                out.append(row(folder))
            except (OSError, subprocess.SubprocessError) as error:
                print(f"{row.__name__}：对照工具没有装上或跑不了，这一行空着：{error}", file=sys.stderr)
        return out


# --- rows -----------------------------------------------------------------------------------------


def redline_cold(folder: Path) -> Timing:
    """10 pages, each tool a fresh process."""
    return _cold(folder, 30, 20, "redline_cold", "修订稿10页，冷启动 ÷ Docxodus", "≤ 0.35")


def redline_hundred(folder: Path) -> Timing:
    """100 pages, each tool a fresh process."""
    return _cold(folder, 300, 200, "redline_100", "修订稿100页，冷启动 ÷ Docxodus", "≤ 0.4")


def _cold(folder: Path, parts: int, edits: int, name: str, label: str, target: str) -> Timing:
    old, new = _pair(folder, parts, edits)
    files = [str(old), str(new), str(folder / "out.docx")]
    # The peers were installed with their bytecode; a checkout may have none, where writing it is switched off.
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    _run([sys.executable, "-c", _OURS, *files], env=compiled)
    ours, theirs = [], []
    for _ in range(_RUNS):  # by turns: what else the machine does falls on both
        ours.append(cpu_of(lambda: _run([sys.executable, "-c", _OURS, *files], env=compiled)))
        theirs.append(cpu_of(lambda: _run([_peers(), "-c", _DOCXODUS, *files])))
    return _ratio(name, label, target, ours, theirs)


def redline_warm(folder: Path) -> Timing:
    """10 pages, both in a running process; ours says of each changed number what it is and where it comes from."""
    return _warm(folder, True, "redline_warm", "修订稿10页，已启动 ÷ docx-trackdiff", "≤ 1")


def redline_bare(folder: Path) -> Timing:
    """The same without the comments on changed numbers, which the peer has not."""
    return _warm(folder, False, "redline_bare", "同上，不写改数的批注", "")


def _warm(folder: Path, reasons: bool, name: str, label: str, target: str) -> Timing:
    import json

    from chugao import comparing
    from chugao.comparing.tokens import tokens_of
    from chugao.word.redline import redline

    old, new = _pair(folder, 30, 20)

    def ours() -> None:
        comparing._cache.clear()
        tokens_of.cache_clear()
        redline(old, new, reasons=reasons)

    ours()
    said = _run([_peers(), "-c", _TRACKDIFF, str(old), str(new), str(folder / "out.docx")])
    return _ratio(name, label, target, _times(ours), json.loads(said))


def typeset_batch(folder: Path) -> Timing:
    """One of 200 documents; docxtpl gets the same paragraphs without their formatting."""
    import json

    from tests.redline_cases import pair

    from chugao.export import to_markdown
    from chugao.word.typesetting import typeset

    draft = pair(3, 1, 30)[0]

    def ours() -> None:
        for _ in range(200):
            typeset(draft)

    lines = "\n".join(line for line in to_markdown(draft).split("\n") if line)
    said = _run([_peers(), "-c", _DOCXTPL, str(folder / "template.docx")], said=lines)
    return _ratio(
        "typeset_batch",
        "排版，一批200份中每份 ÷ docxtpl",
        "≤ 1",
        [cpu_of(ours) / 200 for _ in range(3)],
        json.loads(said),
    )


def returned_file(folder: Path) -> Timing:
    """A redline of 10 pages read back: edits, comments and anchors, beside pandoc's JSON of it."""
    from tests.redline_cases import pair

    from chugao.word.redline import redline
    from chugao.word.returning import read_import

    old, new = pair(3, 20, 30)
    (file := folder / "back.docx").write_bytes(redline(old, new, author="孟秋白"))
    read_import(file, old, force=True)
    command = [_pandoc(), "-f", "docx", "-t", "json", "--track-changes=all", str(file), "-o", str(folder / "out.json")]
    return _ratio(
        "returned", "读改回的文件 ÷ pandoc", "≤ 1", _times(lambda: read_import(file, old, force=True)),
        [cpu_of(lambda: _run(command)) for _ in range(_RUNS)],
    )  # fmt: skip


def pdf_warm(folder: Path) -> Timing:
    """A PDF of ten by one warm LibreOffice, its start left out, beside each of ten in one call of soffice."""
    from tests.redline_cases import pair

    from chugao.word.preview import preview
    from chugao.word.typesetting import typeset
    from chugao.word.warm import WarmOffice

    files = [typeset(pair(seed, 1, 20)[0]) for seed in range(10)]
    with WarmOffice() as warm:
        preview(files[:1], warm)
        assert warm.process_id is not None
        before = _of_group(warm.process_id)
        client = cpu_of(lambda: preview(files, warm))
        ours = (_of_group(warm.process_id) - before + client) / len(files)
    theirs = cpu_of(lambda: preview(files)) / len(files)
    return _ratio("pdf_warm", "PDF，常驻 LibreOffice 每份 ÷ soffice 一次十份", "≤ 1.1", [ours], [theirs])


# --- tools ----------------------------------------------------------------------------------------


def _ratio(name: str, label: str, target: str, ours: list[float], theirs: list[float]) -> Timing:
    theirs_median = statistics.median(theirs)
    ratios = [round(t / theirs_median, 2) for t in ours]
    note = f"{statistics.median(ours):.3f} ÷ {theirs_median:.3f} CPU 秒"
    return Timing(name, label, "倍", round(statistics.median(ratios), 2), min(ratios), max(ratios), target, note)


def _times(work: Callable[[], object]) -> list[float]:
    return [cpu_of(work) for _ in range(_RUNS)]


def _pair(folder: Path, parts: int, edits: int) -> tuple[Path, Path]:
    """Two versions as Word files: about 220 characters a part."""
    from tests.redline_cases import pair

    from chugao.word.typesetting import typeset

    files = folder / f"old-{parts}.docx", folder / f"new-{parts}.docx"
    for file, draft in zip(files, pair(3, edits, parts), strict=True):
        file.write_bytes(typeset(draft))
    return files


@cache
def _peers() -> str:
    """The interpreter of the peers' environment, made when it is not there."""
    python = _CACHE / "bin" / "python"
    if not python.exists():
        venv.create(_CACHE, with_pip=True, symlinks=True)
    known = _run([str(python), "-m", "pip", "freeze"]).replace("_", "-").lower()
    if not all(peer in known for peer in PEERS):
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEERS], wait_s=600)
    return str(python)


def _pandoc() -> str:
    return _run([_peers(), "-c", "import pypandoc;print(pypandoc.get_pandoc_path())"]).strip()


def _run(command: list[str], said: str = "", wait_s: float = 300, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=True, timeout=wait_s, env=env)
    return done.stdout


def _of_group(group: int) -> float:
    """CPU seconds of every process in a process group so far (Linux)."""
    return sum(_of_processes(group)) / os.sysconf("SC_CLK_TCK")


def _of_processes(group: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            yield int(fields[11]) + int(fields[12])
