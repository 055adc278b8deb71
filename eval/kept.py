"""A kept result, read back.

In: a .json that `python -m eval run` wrote.  Out: the result, or `Faulty` with the file, what is wrong with it, and
what to do: a comparison of what is no result, or of one that says other things by the same names, says nothing.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from eval.caseform import Faulty
from eval.running import SCHEMA_VERSION

_AGAIN = "请在那一版代码里重新运行 python -m eval run"
Places = list[tuple[str, str, str]]


class _Measured(BaseModel):
    score: float
    spans: Places


class _Row(BaseModel):
    hash: str
    split: str
    variant: str
    failed: list[str]
    tells: int


class _ByHand(_Row):
    measures: dict[str, _Measured]


class _Made(_Row):
    scores: dict[str, float]
    places: dict[str, Places]


class _Generated(BaseModel):
    seed: int
    cases: dict[str, _Made]


class _Result(BaseModel):
    """What the gate and the page read; parts that only a baseline has may be missing."""

    suite: str
    code: str
    split: dict[str, int]
    failed: dict[str, list[str]]
    cases: dict[str, _ByHand]
    generated: _Generated
    containment: dict[str, Any] = {}
    mutation: dict[str, Any] = {}
    probes: dict[str, dict[str, Any]] = {}


def read_result(path: Path) -> dict[str, Any]:
    """The result in a file.  Raises `Faulty` where it is none, of another schema, or incomplete."""
    result = _json(path)
    if not isinstance(result, dict) or not {"schema_version", "cases"} <= result.keys():
        raise Faulty(f"{path}：不是 python -m eval run 写的结果（没有 schema_version 和 cases）；请换一个文件。")
    if (written := result["schema_version"]) != SCHEMA_VERSION:
        raise Faulty(
            f"{path}：是第{written}版的结果，现在的代码读第{SCHEMA_VERSION}版，同名的项意思不同，不能比；{_AGAIN}。"
        )
    try:
        _Result.model_validate(result)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Faulty(f"{path}：{where}不全或者被改过；{_AGAIN}。") from None
    return result


def read_times(path: Path) -> dict[str, float]:
    """CPU seconds by case; nothing where there is no such file or it cannot be read: they decide nothing."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in held.items() if isinstance(v, int | float)} if isinstance(held, dict) else {}


def _json(path: Path) -> Any:
    if not path.is_file():
        raise Faulty(f"没有结果文件{path}；先运行 python -m eval run --accept。")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Faulty(f"{path}：不是 UTF-8 的文字，不是结果文件；请换一个文件。") from None
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"第{error.lineno}行第{error.colno}个字" if isinstance(error, json.JSONDecodeError) else "里面"
        raise Faulty(f"{path}{where}：不合 JSON 的写法，多半没有写完；{_AGAIN}。") from None
