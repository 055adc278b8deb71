"""Word beside its peers: redline, typesetting, reading a returned file, PDF; each row a ratio of CPU seconds.

In: nothing but seeded drafts.  Out: `Beside`: ours ÷ theirs on this machine in this run; targets are ratios too.

The peers (Docxodus through docx-scalpel, docx-trackdiff, docxtpl, pandoc) live in an environment of their own.  Ours and
theirs are timed by turns: what else the machine does falls on both.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from eval.peers import NoPeer, peer_python
from eval.timing import cpu_of

_RUNS = 5

_OURS = "import sys;from pathlib import Path;from chugao.word.redline import redline;a,b,o=map(Path,sys.argv[1:]);o.write_bytes(redline(a,b))"
_DOCXODUS = "import sys;from docx_scalpel import docx_diff_compare as c;a,b,o=sys.argv[1:];open(o,'wb').write(c(open(a,'rb').read(),open(b,'rb').read()))"
_TRACKDIFF = """
import contextlib, io, sys, time
from docx_trackdiff.compare import main
for _ in range(2):
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        main()
    last = time.process_time() - start
print(last)
"""
_DOCXTPL = """
import sys, time
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
print((time.process_time() - start) / 200)
"""  # fmt: skip


class Beside(NamedTuple):
    """Medians of CPU seconds, and how far our single runs lie from the peer's median."""

    ours: float
    theirs: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        return round(self.ours / self.theirs, 2)


def by_turns(ours: Callable[[], float], theirs: Callable[[], float]) -> Beside:
    """Both five times, one after the other."""
    told = [(ours(), theirs()) for _ in range(_RUNS)]
    mine, other = (statistics.median(t[side] for t in told) for side in (0, 1))
    return Beside(mine, other, round(min(t[0] for t in told) / other, 2), round(max(t[0] for t in told) / other, 2))


# --- rows -----------------------------------------------------------------------------------------


def redline_cold(folder: Path) -> Beside:
    """10 pages, each tool a fresh process."""
    return _cold(folder, 30, 20)


def redline_hundred(folder: Path) -> Beside:
    """100 pages, each tool a fresh process."""
    return _cold(folder, 300, 200)


def _cold(folder: Path, parts: int, edits: int) -> Beside:
    old, new = _pair(folder, parts, edits)
    files = [str(old), str(new), str(folder / "out.docx")]
    # The peers were installed with their bytecode; a checkout may have none, where writing it is switched off.
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    _run([sys.executable, "-c", _OURS, *files], env=compiled)
    return by_turns(
        lambda: cpu_of(lambda: _run([sys.executable, "-c", _OURS, *files], env=compiled)),
        lambda: cpu_of(lambda: _run([_peers(), "-c", _DOCXODUS, *files])),
    )


def redline_warm(folder: Path) -> Beside:
    """10 pages, both in a running process; ours says of each changed number what it is and where it comes from."""
    return _warm(folder, True)


def redline_bare(folder: Path) -> Beside:
    """The same without the comments on changed numbers, which the peer has not."""
    return _warm(folder, False)


def _warm(folder: Path, reasons: bool) -> Beside:
    from chugao import comparing
    from chugao.comparing.tokens import tokens_of
    from chugao.word.redline import redline

    old, new = _pair(folder, 30, 20)

    def ours() -> None:
        comparing._cache.clear()
        tokens_of.cache_clear()
        redline(old, new, reasons=reasons)

    ours()
    theirs = [_peers(), "-c", _TRACKDIFF, str(old), str(new), str(folder / "out.docx")]
    return by_turns(lambda: cpu_of(ours), lambda: float(_run(theirs)))


def typeset_batch(folder: Path) -> Beside:
    """One of 200 documents; docxtpl gets the same paragraphs without their formatting."""
    from tests.redline_cases import pair

    from chugao.export import to_markdown
    from chugao.word.typesetting import typeset

    draft = pair(3, 1, 30)[0]

    def ours() -> None:
        for _ in range(200):
            typeset(draft)

    lines = "\n".join(line for line in to_markdown(draft).split("\n") if line)
    theirs = [_peers(), "-c", _DOCXTPL, str(folder / "template.docx")]
    return by_turns(lambda: cpu_of(ours) / 200, lambda: float(_run(theirs, said=lines)))


def returned_file(folder: Path) -> Beside:
    """A redline of 10 pages read back: edits, comments and anchors, beside pandoc's JSON of it."""
    from tests.redline_cases import pair

    from chugao.word.redline import redline
    from chugao.word.returning import read_import

    old, new = pair(3, 20, 30)
    (file := folder / "back.docx").write_bytes(redline(old, new, author="孟秋白"))
    read_import(file, old, force=True)
    command = [_pandoc(), "-f", "docx", "-t", "json", "--track-changes=all", str(file), "-o", str(folder / "out.json")]
    return by_turns(lambda: cpu_of(lambda: read_import(file, old, force=True)), lambda: cpu_of(lambda: _run(command)))


def pdf_warm(folder: Path) -> Beside:
    """A PDF of ten by one warm LibreOffice, its start left out, beside each of ten in one call of soffice."""
    from tests.redline_cases import pair

    from chugao.word.preview import preview
    from chugao.word.typesetting import typeset
    from chugao.word.warm import WarmOffice

    files = [typeset(pair(seed, 1, 20)[0]) for seed in range(10)]
    with WarmOffice() as warm:
        preview(files[:1], warm)
        assert warm.process_id is not None
        group = warm.process_id

        def ours() -> float:
            before = _of_group(group)
            client = cpu_of(lambda: preview(files, warm))
            return (_of_group(group) - before + client) / len(files)

        return by_turns(ours, lambda: cpu_of(lambda: preview(files)) / len(files))


# --- tools ----------------------------------------------------------------------------------------


def _pair(folder: Path, parts: int, edits: int) -> tuple[Path, Path]:
    """Two versions as Word files: about 220 characters a part."""
    from tests.redline_cases import pair

    from chugao.word.typesetting import typeset

    files = folder / f"old-{parts}.docx", folder / f"new-{parts}.docx"
    for file, draft in zip(files, pair(3, edits, parts), strict=True):
        file.write_bytes(typeset(draft))
    return files


def _peers() -> str:
    """The interpreter of the peers' environment."""
    return str(peer_python("word"))


def _pandoc() -> str:
    return _run([_peers(), "-c", "import pypandoc;print(pypandoc.get_pandoc_path())"]).strip()


def _run(command: list[str], said: str = "", env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=120, env=env, check=False)
    if done.returncode:
        raise NoPeer(f"{Path(command[0]).name}跑不了：{done.stderr.strip()[-200:]}")
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
