"""The words of collecting: what the notice and the forms say, and the reminders to paste.

In: templates/collecting/notice.toml and the state of collecting.  Out: `Asked` for a year; a reminder a department.
"""

import tomllib
from functools import cache
from typing import Any

from chugao.material.collecting import BoardLine, CollectingBoard
from chugao.material.items import Item
from chugao.material.telling import opening_of
from chugao.shipped import shipped

_ASKS = 5
_ROOM = 30


@cache
def words() -> dict[str, Any]:
    """The office's words, from the template."""
    path = shipped("templates") / "collecting" / "notice.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def filled(text: str, **values: object) -> str:
    """A sentence of the template with its values; what nobody gave is left to fill in."""
    return text.format_map({k: v if v not in ("", None) else "　　" for k, v in values.items()})


def reminders(board: CollectingBoard, items: list[Item] | tuple[Item, ...] = ()) -> dict[str, str]:
    """What to send to each department that owes something; "" owes nothing and is left out."""
    told = {line.department: _reminder(board, line, items) for line in board.departments}
    return {department: text for department, text in told.items() if text}


def _reminder(board: CollectingBoard, line: BoardLine, items: list[Item] | tuple[Item, ...]) -> str:
    said = words()["reminder"]
    common = {"department": line.department, "year": board.year, "deadline": board.deadline, "count": line.urged}
    if line.state == "未报":
        return filled(said["again" if line.urged else "first"], **common)
    texts = []
    own = [i for i in items if i.department == line.department and i.asks and i.status != "rejected"]
    if own:
        wanted = "；".join(f"“{opening_of(i.text, _ROOM)}”{i.asks}" for i in own[:_ASKS])
        texts.append(filled(said["asks"], asks=wanted, **common))
    if line.lacks_signature:
        texts.append(filled(said["unsigned"], **common))
    return "\n".join(texts)
