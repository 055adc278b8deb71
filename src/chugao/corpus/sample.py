"""The sample reports that come with chugao, understood once on a machine and not before every draft.

In: the folder they are shipped in.  Out: what `load_folder` and `passages_of` would say of them.

Kept in the user's cache under a hash of the reports, of the lists and of the code that reads them, so that a changed one
is understood anew.  Only what is shipped is kept: an office's own reports leave their folder for the database alone,
where `corpus remove` finds them.  Surprise: a cache is written by whoever can write there, so that one that is not
the user's own is not read.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from chugao.corpus.passages import Passage, load_folder, passages_of
from chugao.kept import keep, kept
from chugao.shipped import shipped
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
    stamp = _stamp(folder)
    if (found := kept("sample", stamp)) is not None:
        try:
            return TypeAdapter(Sample).validate_json(found)
        except ValidationError:
            pass
    sample = understood(folder)
    keep("sample", stamp, sample.model_dump_json().encode("utf-8"))
    return sample


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
