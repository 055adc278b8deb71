"""The sample reports that come with chugao, understood once on a machine and not before every draft.

In: the folder they are shipped in.  Out: what `load_folder` and `passages_of` would say of them.

Kept in the user's cache under a hash of the reports, of the lists and of the code that reads them, so that a changed one
is understood anew.  Only what is shipped is kept: an office's own reports leave their folder for the database alone,
where `corpus remove` finds them.  Surprise: a cache is written by whoever can write there, so that one that is not
the user's own is not read.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from chugao.config import shipped
from chugao.corpus.passages import Passage, load_folder, passages_of
from chugao.source import Finding, Frozen

_ROOMS = ("documents", "corpus", "quantity")


class Sampled(Frozen):
    """One report and its passages, none of them said to be the office's own yet."""

    fingerprint: str
    issuer: str
    department: str
    passages: tuple[Passage, ...]


class Sample(Frozen):
    """A folder of reports as it was understood."""

    reports: tuple[Sampled, ...]
    findings: tuple[Finding, ...]


def is_sample(folder: Path) -> bool:
    """Whether these are the shipped reports and nothing an office wrote."""
    return folder.is_dir() and folder.resolve() == shipped("corpus").resolve()


def understood(folder: Path) -> Sample:
    """Every report of a folder with its passages."""
    loaded = load_folder(folder)
    reports = [
        Sampled(fingerprint=d.fingerprint, issuer=d.issuer, department=d.department, passages=tuple(passages_of(d)))
        for d in loaded.documents
    ]
    return Sample(reports=tuple(reports), findings=loaded.findings)


def read_sample(folder: Path) -> Sample:
    """The shipped reports, out of the cache where it holds them as they are now."""
    place = _cache_folder() / f"sample-{_stamp(folder)}.json"
    kept = _kept(place)
    if kept is None:
        kept = understood(folder)
        _keep(place, kept)
    return kept


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path(os.path.expanduser("~")) / ".cache") / "chugao"


def _stamp(folder: Path) -> str:
    """Of the reports' bytes, and of when what reads them was last changed."""
    stamp = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        stamp.update(f"{path.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        stamp.update(hashlib.sha256(path.read_bytes()).digest())
    for path in _readers():
        about = path.stat()
        stamp.update(f"{path.name}\0{about.st_size}\0{about.st_mtime_ns}\0".encode())
    return stamp.hexdigest()[:32]


def _readers() -> Iterator[Path]:
    package = Path(__file__).parents[1]
    for room in _ROOMS:
        yield from sorted((package / room).glob("*.py"))
    yield from sorted(package.glob("*.py"))
    yield from sorted((shipped("templates") / "catalogue").glob("*"))


def _kept(place: Path) -> Sample | None:
    """What the cache holds; None when it holds nothing, or when somebody else may have written it."""
    try:
        about = place.stat()
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
            return None
        return TypeAdapter(Sample).validate_json(place.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(place: Path, sample: Sample) -> None:
    """Write it whole or not at all; a machine that lets nobody write goes without."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix="sample-", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(sample.model_dump_json().encode("utf-8"))
        Path(name).replace(place)
        for other in place.parent.glob("sample-*.json"):
            if other != place:
                other.unlink(missing_ok=True)
    except OSError:
        return
