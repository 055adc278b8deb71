"""Peers of the benchmarks, each in an environment of its own under the user's cache.

In: a name, its requirements.  Out: the interpreter that has them, or `NoPeer` with the reason.

Nothing of a peer is ever installed beside the product: two of them bring versions that would not agree with ours.
"""

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "bm25s": ("bm25s==0.3.16", "numpy"),
    "diff": ("diff-match-patch==20241021", "fast-diff-match-patch==2.1.0"),
    "word": ("docx-scalpel==0.9.0", "docx-trackdiff==1.0.0", "docxtpl==0.20.2", "pypandoc-binary==1.17"),
    "langgraph": ("langgraph==1.2.22", "langgraph-checkpoint-sqlite"),
    "chromadb": ("chromadb==1.5.9", "numpy"),
}


class NoPeer(Exception):
    """A peer that cannot be had here."""


def missing_peers() -> Iterator[str]:
    """Make every environment; a line for each that cannot be made."""
    for name in REQUIREMENTS:
        try:
            peer_python(name)
        except NoPeer as error:
            yield f"{error}；靠它的行会写明没有。"


@cache
def installed() -> dict[str, str]:
    """Version of every peer that is there, from what its environment says of itself."""
    told = {}
    for name, wanted in REQUIREMENTS.items():
        packages = {re.split(r"[=<>]", w)[0].replace("-", "_") for w in wanted}
        for place in sorted((_CACHE / f"chugao-bench-{name}").glob("lib/python*/site-packages/*.dist-info")):
            package, _, version = place.name.removesuffix(".dist-info").partition("-")
            if package.replace("-", "_") in packages:
                told[package.replace("_", "-")] = version
    return told


@cache
def peer_python(name: str) -> Path:
    """The interpreter of a peer, its environment made when it is not there.  Raises `NoPeer`."""
    folder = _CACHE / f"chugao-bench-{name}"
    python, marker, wanted = folder / "bin" / "python", folder / "installed.json", json.dumps(REQUIREMENTS[name])
    try:
        if not python.exists():
            venv.create(folder, with_pip=True, symlinks=True)
        if not marker.is_file() or marker.read_text() != wanted:
            _install(python, *REQUIREMENTS[name])
            marker.write_text(wanted)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPeer(f"{name}没有装上：{error}") from error
    return python


@cache
def put_beside(name: str, requirement: str) -> None:
    """Make an optional package of ours importable in this process, from a folder of its own.  Raises `NoPeer`."""
    folder = _CACHE / f"chugao-bench-{name}"
    if not folder.is_dir():
        try:
            _install(Path(sys.executable), "--no-deps", "--target", str(folder), requirement)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoPeer(f"{name}没有装上：{error}") from error
    sys.path.append(str(folder))


def _install(python: Path, *what: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    subprocess.run(command, check=True, capture_output=True, timeout=900)


def ask_peer(name: str, script: str, given: Any, wait_s: float = 600) -> Any:
    """What a peer's script prints as JSON for what is given as JSON.  Raises `NoPeer`."""
    return ask(peer_python(name), name, script, given, wait_s)


def ask(python: Path, name: str, script: str, given: Any, wait_s: float = 600) -> Any:
    """The same with an interpreter that is already known."""
    command = [str(python), "-c", script]
    try:
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=wait_s
        )
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise NoPeer(f"{name}跑不了：{str(said).strip()[-300:]}") from error


OURS = Path(sys.executable)
"""Our own interpreter, for what needs nobody else's (asyncio, difflib)."""
