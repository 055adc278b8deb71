"""The names users rely on, and what importing them costs."""

import subprocess
import sys

import pytest

import chugao

NAMES = {
    "Brief", "ChugaoError", "Claim", "Comparison", "Draft", "Engine", "EngineError", "Fact", "Facts", "Figures",
    "Finding", "InputError", "Matter", "Matters", "Mention", "NotAllowed", "Observation", "Outline", "Quantity",
    "Reply", "Report", "Scope", "Severity", "StaleVersion", "UploadRejected", "Version", "adraft", "check", "compare",
    "derive", "draft", "examine", "export_docx", "find_mentions", "open_engine", "open_index", "read_draft",
    "read_matters", "read_metrics", "read_outline", "read_version", "release", "to_json", "to_markdown", "write_files",
}  # fmt: skip
HEAVY = (
    "chromadb",
    "openai",
    "langchain",
    "langchain_core",
    "dbos",
    "fastapi",
    "sqlalchemy",
    "openpyxl",
    "docx",
    "lxml",
    "numpy",
)


def test_the_public_names_are_these() -> None:
    assert set(chugao.__all__) == NAMES
    assert dir(chugao) == sorted(NAMES)


def test_every_public_name_can_be_had_and_says_what_it_is() -> None:
    for name in NAMES:
        assert getattr(chugao, name).__doc__, name


def test_check_stays_a_function_when_the_room_of_checks_is_loaded() -> None:
    import chugao.checks

    assert callable(chugao.check)
    assert callable(chugao.draft)
    assert chugao.checks.check is chugao.check


def test_importing_chugao_loads_nothing_heavy() -> None:
    script = f"import sys, chugao; print([m for m in {(*HEAVY, 'pydantic')!r} if m in sys.modules])"

    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert output.strip() == "[]"


def test_drafting_offline_loads_no_vendor_of_models() -> None:
    vendors = ("chromadb", "openai", "langchain", "dbos", "fastapi", "sqlalchemy")
    script = (
        "import sys, chugao\n"
        "for name in chugao.__all__: getattr(chugao, name)\n"
        f"print([m for m in {vendors!r} if m in sys.modules])"
    )

    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert output.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = chugao.nothing_of_the_kind
