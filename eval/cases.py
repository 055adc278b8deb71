"""The cases: what is drafted, from what, and what must and must not be in it.

In: `eval/cases/<case>/case.toml` with its files.  Out: `Case`s with a content hash, and their drafts.

A case belongs to dev or to held-out by its hash, so that nobody chooses; what is tuned is tuned on dev.
"""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from eval.caseform import Faulty, faults_of, faults_of_values, values_of
from eval.plain import plain, plain_folder

if TYPE_CHECKING:
    from chugao.index import Index
    from chugao.manuscript import Draft, Engine
    from chugao.material import Matters
    from chugao.metrics.observation import Figures
    from chugao.outline import Outline

CASES = Path(__file__).parent / "cases"
SHARED = Path(__file__).resolve().parents[2] / "shared"
VARIANTS = (
    "clean", "missing", "contradictory", "poisoned", "injected", "masked", "very-long", "very-small", "late", "real",
    "generated",
)  # fmt: skip


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Case(BaseModel):
    """One document to draft, as case.toml describes it; paths count from its folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    folder: Path
    about: Words
    variant: Literal[
        "clean", "missing", "contradictory", "poisoned", "injected", "masked", "very-long", "very-small", "late", "real",
        "generated",
    ] = "clean"  # fmt: skip
    kind: Literal["summary", "plan", "summary-plan", "key-points", "ideas"]
    level: Literal["科室", "医院", "乡镇", "区县", "市"] = "科室"
    department: Words
    organisation: Words
    year: int = Field(strict=True, ge=2000, le=2099)
    """In the title."""
    period: str | None = None
    length: Annotated[int, Field(strict=True, gt=0)] | None = None
    """Ceiling in characters; the kind's own when not given."""
    figures: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    """Figures that came after a first draft, in place of the others."""
    matters: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    """Text files, an instruction of a leader a line."""
    corpus: str = ""
    """Folder of past reports, "" for none."""
    reference: str = ""
    """What a person wrote from the same facts, "" for none; in ../shared where it may not be kept here."""
    required: tuple[str, ...] = ()
    """Metrics the draft must state, by catalogue id or by name."""
    owed: tuple[str, ...] = ()
    """Metrics nobody gave although the table has their row: asked for, never made up."""
    disputed: tuple[str, ...] = ()
    """Metrics whose figures contradict each other or cannot be: somebody must be told."""
    forbidden: tuple[str, ...] = ()
    """Characters that must stand nowhere in it."""

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Everything the case reads, in a fixed order; the reference is held against it and not read by it."""
        given = (self.folder / f for f in (*self.figures, *self.late, *self.matters, *self.instructions))
        past = sorted((self.folder / self.corpus).rglob("*")) if self.corpus else []
        return tuple(p.resolve() for p in [self.folder / "case.toml", *given, *past] if p.is_file())

    @cached_property
    def hash(self) -> str:
        """16 hex digits over the names and bytes of all its files."""
        digest = hashlib.sha256()
        for path in self.files:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]

    @property
    def split(self) -> Literal["dev", "held-out"]:
        """Seven of ten hashes are dev."""
        return "dev" if int(self.hash[:8], 16) % 10 < 7 else "held-out"

    # --- as the product reads it ---

    @cached_property
    def read_figures(self) -> "Figures":
        """The figures that count in the end: the late ones where there are any."""
        return _figures(self.folder, self.late or self.figures)

    @cached_property
    def early_figures(self) -> "Figures":
        return _figures(self.folder, self.figures)

    @cached_property
    def read_matters(self) -> "Matters":
        import chugao
        from chugao.material import Matters

        return chugao.read_matters(*(self.folder / f for f in self.matters)) if self.matters else Matters()

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The leaders' instructions, a line each."""
        lines = (line for f in self.instructions for line in plain(self.folder / f).splitlines())
        return tuple(line.strip() for line in lines if line.strip())

    @cached_property
    def index(self) -> "Index | None":
        return _index((self.folder / self.corpus).resolve()) if self.corpus else None

    @cached_property
    def outline(self) -> "Outline":
        import chugao

        return chugao.read_outline(
            self.kind,
            department=self.department,
            year=self.year,
            period=self.period,
            level=self.level,
            organisation=self.organisation,
            length=self.length,
        )

    def draft(self, engine: "Engine | None" = None, *, early: bool = False, index: "Index | None" = None) -> "Draft":
        """The draft of the case, offline unless an engine is given; `early` from the figures of the first draft."""
        import chugao

        figures = self.early_figures if early else self.read_figures
        past = index or self.index
        engine = engine or chugao.open_engine("offline")
        return chugao.draft(self.outline, figures, self.read_matters, past, engine, instructions=self.asked)

    # --- the inputs as characters, for measures that trust no reading ---

    @cached_property
    def given_text(self) -> str:
        """Every cell of the figures and matters and every instruction, as characters."""
        files = (*(self.late or self.figures), *self.matters, *self.instructions)
        return "\n".join(plain(self.folder / f) for f in files)

    @cached_property
    def past_texts(self) -> dict[str, str]:
        """Past reports by file name, unmasked."""
        return _past((self.folder / self.corpus).resolve()) if self.corpus else {}

    @cached_property
    def reference_text(self) -> str:
        """What a person wrote, "" when there is none or its folder is not there."""
        path = self.folder / self.reference
        return plain(path) if self.reference and path.is_file() else ""


KEYS = tuple(k for k in Case.model_fields if k not in ("name", "folder"))
"""What a case.toml may say."""


def _figures(folder: Path, names: tuple[str, ...]) -> "Figures":
    import chugao
    from chugao.metrics.observation import Figures

    return chugao.read_metrics(*(folder / f for f in names)) if names else Figures()


@cache
def _index(folder: Path) -> "Index":
    """One for all cases over the same past reports: opening it takes longer than drafting."""
    import chugao

    return chugao.open_index(folder)


@cache
def _past(folder: Path) -> dict[str, str]:
    return plain_folder(folder)


def read_case(folder: Path) -> Case:
    """The case in a folder.  Raises `Faulty` when case.toml holds what it should not."""
    values = values_of(folder)
    if taken := {"name", "folder"} & values.keys():
        raise Faulty(
            *(f"{folder.name}/case.toml：{key} 不用写，文件夹的名字就是案例的名字；请删去。" for key in sorted(taken))
        )
    try:
        return Case(name=folder.name, folder=folder, **values)
    except ValidationError as error:
        raise Faulty(*faults_of_values(folder, error, KEYS)) from None


def check_cases(names: Sequence[str] = (), folder: Path = CASES) -> list[Case]:
    """Every case, or those named, when all of them hold.  Raises `Faulty` with all that is wrong with any of them."""
    folders = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    faults: list[str] = []
    cases: dict[str, str] = {}
    for path in folders:
        if names and path.name not in names:
            continue
        try:
            case = read_case(path)
            faults += [f"{path.name}/{fault}" for fault in faults_of(case)]
            if (other := cases.setdefault(case.hash, case.name)) != case.name:
                faults.append(f"{case.name}/case.toml：和案例{other}一字不差，只能算一个；请改一个或者删一个。")
        except Faulty as error:
            faults += error.args
    if faults:
        raise Faulty(*faults)
    return all_cases(tuple(names), folder)


def all_cases(names: tuple[str, ...] = (), folder: Path = CASES) -> list[Case]:
    """Every case by name, or those named; those of real facts are left out, loudly, where ../shared is not."""
    folders = sorted(p.parent for p in folder.glob("*/case.toml"))
    unknown = set(names) - {f.name for f in folders}
    if unknown:
        raise SystemExit(f"没有这些案例：{'、'.join(sorted(unknown))}")
    cases = [read_case(f) for f in folders if not names or f.name in names]
    left = not_run(cases)
    if left:
        print(f"没有参考资料文件夹 {SHARED}，这些案例没有跑：{'、'.join(left)}", file=sys.stderr)
    return [c for c in cases if c.name not in left]


def not_run(cases: Iterable[Case]) -> list[str]:
    """Names of the cases of real facts where ../shared is not; none where it is."""
    return [] if SHARED.is_dir() else [c.name for c in cases if c.variant == "real"]
