"""Small tables as departments send them, and what must be printed of each: read, derived and rounded.

In: `eval/data/tables.toml`.  Out: answers for `eval.probes`.

A draft tells a growth of 6.2 % as readily as one of 6.3 %, and our own reading of a rounded number bears both; only a
table with a known answer tells half up from half even.
"""

import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chugao.metrics.facts import Facts

Answer = tuple[str, str]

TABLES = Path(__file__).parent / "data" / "tables.toml"


def derived() -> Iterator[Answer]:
    """Each labelled cell of each table: what is printed of it, whether it is welcome, and what must not be there."""
    with tempfile.TemporaryDirectory() as folder:
        for number, table in enumerate(tomllib.loads(TABLES.read_text(encoding="utf-8"))["table"]):
            path = Path(folder) / f"table{number}.csv"
            path.write_text(table["rows"].strip() + "\n", encoding="utf-8")
            yield from _of_table(table, path)


def _of_table(table: dict[str, Any], path: Path) -> Iterator[Answer]:
    about, wrong = table["about"], ""
    try:
        facts: Facts | None = _facts(path, table.get("period", "2025"), table.get("department"))
    except Exception as error:  # a table that cannot be read answers every question wrong
        facts, wrong = None, f"读不了：{type(error).__name__}"
    for slot, printed in table.get("says", {}).items():
        got = _printed(facts, slot)
        yield f"{about}｜{slot} {printed}", wrong or ("" if got == printed else f"是“{got}”")
    for slot, good in table.get("good", {}).items():
        fact = _fact(facts, slot)
        yield f"{about}｜{slot} {'好' if good else '不好'}", wrong or ("" if fact and fact.good is good else "不是")
    for slot in table.get("silent", ()):
        yield f"{about}｜没有{slot}", wrong or (f"有“{got}”" if (got := _printed(facts, slot)) else "")


def _facts(path: Path, period: str, department: str | None) -> "Facts":
    import chugao
    from chugao.metrics.facts import derive
    from chugao.period import read_period

    return derive(chugao.read_metrics(path).of_department(department), read_period(period))


def _fact(facts: "Facts | None", slot: str) -> Any:
    name, _, field = slot.partition(".")
    if facts is None:
        return None
    metrics = [m for m, d in facts.definitions.items() if name in d.all_names()]
    return facts.get(metrics[0], field) if metrics else None


def _printed(facts: "Facts | None", slot: str) -> str:
    fact = _fact(facts, slot)
    return fact.printed if fact else ""
