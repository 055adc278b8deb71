"""Peers of the benchmarks, each in an environment of its own under the user's cache.

In: a name, its requirements.  Out: the interpreter that has them, or `NoPeer` with the reason.

Nothing of a peer is ever installed beside the product: two of them bring versions that would not agree with ours.
"""

import json
import os
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path
from typing import Any

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "bm25s": ("bm25s==0.3.16", "numpy"),
    "langgraph": ("langgraph==1.2.22", "langgraph-checkpoint-sqlite"),
    "chromadb": ("chromadb==1.5.9", "numpy"),
}


class NoPeer(Exception):
    """A peer that cannot be had here."""


@cache
def peer_python(name: str) -> Path:
    """The interpreter of a peer, its environment made when it is not there.  Raises `NoPeer`."""
    folder = _CACHE / f"chugao-bench-{name}"
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            venv.create(folder, with_pip=True, symlinks=True)
        marker = folder / "installed.json"
        wanted = json.dumps(REQUIREMENTS[name])
        if not marker.is_file() or marker.read_text() != wanted:
            command = [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *REQUIREMENTS[name],
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=900)
            marker.write_text(wanted)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPeer(f"{name}没有装上：{error}") from error
    return python


@cache
def put_beside(name: str, requirement: str) -> None:
    """Make an optional package of ours importable in this process, from a folder of its own.  Raises `NoPeer`."""
    folder = _CACHE / f"chugao-bench-{name}"
    if not folder.is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), requirement]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=900)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoPeer(f"{name}没有装上：{error}") from error
    sys.path.append(str(folder))


def ask_peer(name: str, script: str, given: Any, wait_s: float = 600) -> Any:
    """What a peer's script prints as JSON for what is given as JSON.  Raises `NoPeer`."""
    return ask(peer_python(name), name, script, given, wait_s)


def ask(python: Path, name: str, script: str, given: Any, wait_s: float = 600) -> Any:
    """The same with an interpreter that is already known."""
    try:
        done = subprocess.run(
            [str(python), "-c", script],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=True,
            timeout=wait_s,
        )
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise NoPeer(f"{name}跑不了：{str(said).strip()[-300:]}") from error


OURS = Path(sys.executable)
"""Our own interpreter, for what needs nobody else's (asyncio, difflib)."""
