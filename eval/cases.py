"""The cases: what is drafted, from what, and what must and must not be in it.

In: `eval/cases/<case>/case.toml` with its files.  Out: `Case`s with a content hash, and their drafts.
"""

import hashlib
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from chugao.index import Index
    from chugao.manuscript import Draft
    from chugao.material import Matters
    from chugao.metrics.observation import Figures

CASES = Path(__file__).parent / "cases"


class Case(BaseModel):
    """One document to draft, as case.toml describes it; paths count from its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    folder: Path
    about: str
    kind: Literal["summary", "plan", "summary-plan", "key-points", "ideas"]
    level: str = "科室"
    department: str
    organisation: str
    year: int
    """In the title."""
    period: str | None = None
    length: int | None = None
    """Ceiling in characters; the kind's own when not given."""
    figures: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    corpus: str = ""
    """Folder of past reports, "" for none."""
    required: tuple[str, ...] = ()
    """Metrics the draft must state, by catalogue id or by name."""
    forbidden: tuple[str, ...] = ()
    """Characters that must stand nowhere in it."""

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Everything the case reads, in a fixed order."""
        given = [self.folder / "case.toml", *(self.folder / f for f in (*self.figures, *self.matters))]
        past = sorted((self.folder / self.corpus).rglob("*")) if self.corpus else []
        return tuple(p.resolve() for p in [*given, *past] if p.is_file())

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the names and bytes of all its files."""
        digest = hashlib.sha256()
        for path in self.files:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]

    @cached_property
    def read_figures(self) -> "Figures":
        import chugao
        from chugao.metrics.observation import Figures

        return chugao.read_metrics(*(self.folder / f for f in self.figures)) if self.figures else Figures()

    @cached_property
    def read_matters(self) -> "Matters":
        import chugao
        from chugao.material import Matters

        return chugao.read_matters(*(self.folder / f for f in self.matters)) if self.matters else Matters()

    @cached_property
    def index(self) -> "Index | None":
        import chugao

        return chugao.open_index(self.folder / self.corpus) if self.corpus else None

    def draft(self) -> "Draft":
        """The offline draft of the case."""
        import chugao

        outline = chugao.read_outline(
            self.kind,
            department=self.department,
            year=self.year,
            period=self.period,
            level=self.level,
            organisation=self.organisation,
            length=self.length,
        )
        engine = chugao.open_engine("offline")
        return chugao.draft(outline, self.read_figures, self.read_matters, self.index, engine)

    # --- the inputs as characters, for measures that trust no reading ---

    @cached_property
    def given_text(self) -> str:
        """Every cell of the figures and matters, as characters."""
        return "\n".join(_cells(p) for p in (self.folder / f for f in (*self.figures, *self.matters)))

    @cached_property
    def past_texts(self) -> dict[str, str]:
        """Past reports by file name, unmasked."""
        if not self.corpus:
            return {}
        return {p.name: _plain(p) for p in sorted((self.folder / self.corpus).iterdir()) if p.is_file()}


def read_case(folder: Path) -> Case:
    """The case in a folder.  Raises when case.toml holds what it should not."""
    values: dict[str, Any] = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    return Case(name=folder.name, folder=folder, **values)


def all_cases(names: tuple[str, ...] = ()) -> list[Case]:
    """Every case by name, or those named."""
    folders = sorted(p.parent for p in CASES.glob("*/case.toml"))
    unknown = set(names) - {f.name for f in folders}
    if unknown:
        raise SystemExit(f"没有这些案例：{'、'.join(sorted(unknown))}")
    return [read_case(f) for f in folders if not names or f.name in names]


def _cells(path: Path) -> str:
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8-sig")
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows)


def _plain(path: Path) -> str:
    if path.suffix in (".txt", ".md"):
        return path.read_text(encoding="utf-8")
    import docx

    document = docx.Document(str(path))
    cells = (c.text for t in document.tables for r in t.rows for c in r.cells)
    return "\n".join([*(p.text for p in document.paragraphs), *cells])
