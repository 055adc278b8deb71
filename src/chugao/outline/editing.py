"""An outline as a file that a person can change before drafting, and read back.

In: an `Outline`.  Out: .toml text with a comment over each part; from such a file the outline again.

A clerk deletes a heading, moves it, rewords it; what is wrong with the file is said by part, never by parser.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from chugao.errors import InputError, reason_of
from chugao.outline.above import AskedHeading, parts_of
from chugao.outline.kinds import Outline, Part, PartRole
from chugao.source import Frozen

_ROLES: dict[str, PartRole] = {"成绩": "results", "不足": "problems", "目标": "goals", "计划": "plan"}
_KEYS = {"length", "deadline", "tables", "asks", "part"}
_LARGEST = 200_000
_LONGEST_NOTE = 300


class Edited(Frozen):
    """An outline as its file has it."""

    headings: tuple[AskedHeading, ...]
    roles: tuple[PartRole, ...]
    length: int = 0
    deadline: str = ""
    tables: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def outline_toml(outline: Outline) -> str:
    """The outline as a file to change and give back with --outline."""
    labels = {role: label for label, role in _ROLES.items()}
    lines = [
        f"# {outline.title}的提纲" + (f"，依据：{outline.source}" if outline.source else ""),
        "# 标题可以改、删、换位置、添加；改好保存，起草时写 --outline 本文件。",
        f"length = {outline.length}        # 字数上限，按 WPS 的字数统计，含标题，不含附表",
        f"deadline = {_quoted(outline.deadline)}        # 报送期限",
        f"tables = [{', '.join(map(_quoted, outline.tables))}]        # 要附的表",
        f"asks = [{', '.join(map(_quoted, outline.asks))}]        # 来文对内容的其他要求，按领导意见办",
    ]
    for part in outline.parts:
        if part.role in labels:
            lines += ["", "[[part]]", f"heading = {_quoted(part.heading)}"]
            lines += [f"note = {_quoted(part.note)}        # 来文的要求，不印，核对时用"] if part.note.strip() else []
            lines += [f"level = {max(part.level, 1)}        # 1 是“一、”，2 是“（一）”"]
            lines += [f"role = {_quoted(labels[part.role])}        # 成绩、不足、目标、计划，取其一"]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _quoted(text: str) -> str:
    """A TOML string; control characters have no place in a heading."""
    plain = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_edited(path: Path) -> Edited:
    """An outline file that a person changed.  Raises `InputError` that names the part."""
    try:
        content = path.read_bytes()
        values = tomllib.loads(content[:_LARGEST].decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path.name} 读不了（{reason_of(error)}）。请检查 --outline。") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} 不是 UTF-8 编码。请用记事本打开，另存为时编码选 UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        where = f"第{at[1]}行" if at else "末尾"
        raise InputError(
            f"{path.name} {where}写法不对。文字要写在英文引号里，请对照 chugao outline write 写出的样子改。"
        ) from None
    if unknown := sorted(set(values) - _KEYS):
        raise InputError(f"{path.name}：“{unknown[0]}”这一项不认识。可写的有：{'、'.join(sorted(_KEYS))}。")
    rows = values.get("part")
    if not isinstance(rows, list) or not rows:
        raise InputError(f'{path.name}：没有找到标题。请写 [[part]]，下面写 heading = "标题"。')
    read = [_part(path.name, number, row) for number, row in enumerate(rows, 1)]
    if read[0][0].level != 1:
        raise InputError(f"{path.name}：第1个标题的 level 应为 1。")
    return Edited(
        headings=tuple(heading for heading, _ in read),
        roles=tuple(role for _, role in read),
        length=_length(path.name, values.get("length", 0)),
        deadline=str(values.get("deadline", ""))[:60],
        tables=_texts(path.name, "tables", values.get("tables", [])),
        asks=_texts(path.name, "asks", values.get("asks", [])),
    )


def _part(file: str, number: int, row: Any) -> tuple[AskedHeading, PartRole]:
    where = f"{file}：第{number}个标题"
    heading = row.get("heading") if isinstance(row, dict) else None
    if not isinstance(heading, str) or not heading.strip():
        raise InputError(f"{where}没有写 heading。请补上，或删去这一个 [[part]]。")
    if row.get("level", 1) not in (1, 2):
        raise InputError(f"{where}“{heading}”的 level 应为 1 或 2。")
    role = row.get("role", "成绩")
    if role not in _ROLES:
        raise InputError(f"{where}“{heading}”的 role“{role}”不认识。请写其中之一：{'、'.join(_ROLES)}。")
    note = str(row.get("note", ""))[:_LONGEST_NOTE]
    return AskedHeading(level=row.get("level", 1), heading=heading.strip()[:60], note=note), _ROLES[role]


def _length(file: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or (given and not 300 <= given <= 20_000):
        raise InputError(f"{file}：字数上限 length“{given}”不在300到20000之间。不限字数请写 0。")
    return given


def _texts(file: str, key: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(t, str) for t in given):
        raise InputError(f'{file}：{key} 应写成 ["…", "…"]，没有就写 []。')
    return tuple(given)


def with_edited(outline: Outline, edited: Edited, file: str) -> Outline:
    """An outline whose parts are those of the file."""
    asked: tuple[Part, ...] = tuple(parts_of(edited.headings, outline.kind, edited.roles))
    lead = tuple(p for p in outline.parts if p.role == "lead")
    tables = tuple(p for p in outline.parts if p.role.startswith("table"))
    ceiling = {} if outline.asked_length or not edited.length else {"length": edited.length, "asked_length": True}
    return outline.model_copy(
        update={
            "parts": (*lead, *asked, *tables),
            "source": file,
            "deadline": edited.deadline,
            "tables": edited.tables,
            "asks": edited.asks,
            **ceiling,
        }
    )
