"""What is wrong with a case folder, so that whoever wrote it can mend it.

In: a folder with case.toml and its files.  Out: the values of case.toml, or every fault at once, each with its file,
its line or key, and what to do.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from eval.plain import NAMES_READ, plain

if TYPE_CHECKING:
    from eval.cases import Case

_FILES = ("figures", "late", "matters", "instructions")
_LISTS = (*_FILES, "required", "owed", "disputed", "forbidden")
_METRICS = ("required", "owed", "disputed")


class Faulty(Exception):
    """What somebody gave the evaluation and it cannot use: a sentence for each fault, with its place and what to do."""

    def __str__(self) -> str:
        return "\n".join(self.args)


def values_of(folder: Path) -> dict[str, Any]:
    """What case.toml says.  Raises `Faulty` where it cannot be read at all."""
    path = folder / "case.toml"
    if not path.is_file():
        raise Faulty(f"{folder.name}/case.toml：没有这个文件。案例文件夹里要有一份，写法见 eval/README.md。")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Faulty(f"{folder.name}/case.toml第{line}行：不是 UTF-8，请另存为 UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        raise Faulty(f"{folder.name}/{_syntax(str(error))}") from None


def _syntax(said: str) -> str:
    """The reader's English with the line in front; a value given twice is the mistake made most."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    where = f"第{found[1]}行" if found else "末尾"
    if said.startswith("Cannot overwrite"):
        return f"case.toml{where}：这个键前面已经写过，请留一个。"
    return (
        f"case.toml{where}：不合 TOML 的写法（{said.partition(' (at ')[0]}）；字要用英文双引号，几项要用方括号和逗号。"
    )


def faults_of_values(folder: Path, error: ValidationError, fields: Sequence[str]) -> Iterator[str]:
    """What the fields of a case do not take, a sentence for each key."""
    text = (folder / "case.toml").read_text(encoding="utf-8-sig")
    for found in error.errors():
        key = str(found["loc"][0]) if found["loc"] else ""
        yield f"{folder.name}/case.toml{_line(text, key)} {key}：{_why(key, found, fields)}"


def _why(key: str, found: Mapping[str, Any], fields: Sequence[str]) -> str:
    given, kind = found.get("input"), found["type"]
    if kind == "missing":
        return "没有写，请补上。"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(key, fields, 1)
        return f"没有这个键{f'，是不是 {near[0]}' if near else ''}；有：{'、'.join(fields)}。"
    if kind == "literal_error":
        return f"“{given}”不在其中；可以写：{_choices(found)}。"
    if key in ("year", "length"):
        return f"{given!r}不对，请写{'四位年份' if key == 'year' else '大于零的整数'}，不加引号，如 {key} = {2025 if key == 'year' else 5000}。"
    if key in _LISTS:
        return f'{given!r}不对，请写方括号里加引号的几项，如 {key} = ["…"]。'
    if kind == "string_too_short":
        return "是空的，请写上。"
    return f"{given!r}不对，请写加英文引号的一段字。"


def _choices(found: Mapping[str, Any]) -> str:
    return "、".join(re.findall(r"'([^']+)'", found["ctx"]["expected"]))


def _line(text: str, key: str) -> str:
    found = re.search(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=", text, re.MULTILINE) if key else None
    return f"第{text[: found.end()].count(chr(10)) + 1}行" if found else ""


# --- what stands beside case.toml -----------------------------------------------------------------


def faults_of(case: "Case") -> Iterator[str]:
    """What can be read and still is no case: files that are not there, names that nothing knows, contradictions."""
    text = (case.folder / "case.toml").read_text(encoding="utf-8-sig")
    said = [*_files(case), *_past(case), *_twice(case), *_contradictions(case)]
    broken = [] if said else [*_unreadable(case)]
    if not said and not broken:
        said = [*_unknown(case)]
    yield from (f"case.toml{_line(text, key)} {key}：{why}" for key, why in said)
    yield from broken


def _files(case: "Case") -> Iterator[tuple[str, str]]:
    named = [(key, name) for key in _FILES for name in getattr(case, key)]
    for key, name in [*named, *([("reference", case.reference)] if case.reference else [])]:
        path = case.folder / name
        if Path(name).is_absolute():
            yield key, f"“{name}”是这台机器上的路径，请从案例文件夹写起。"
        elif path.suffix.lower() not in NAMES_READ:
            yield key, f"“{name}”这种文件读不了；可以用{'、'.join(NAMES_READ)}。"
        elif key == "reference" and case.variant == "real":
            continue  # where ../shared is not there, the case is left out, loudly
        elif path.is_dir():
            yield key, f"“{name}”是文件夹，不是文件。"
        elif not path.is_file():
            near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], 1)
            yield key, f"找不到文件“{name}”{f'，是不是“{near[0]}”' if near else ''}；路径从案例文件夹算起。"


def _past(case: "Case") -> Iterator[tuple[str, str]]:
    folder = case.folder / case.corpus
    if case.corpus and not folder.is_dir():
        yield "corpus", f"没有文件夹“{case.corpus}”；请放往年的稿子，没有就删去这一行。"
    elif case.corpus and not any(p.suffix.lower() in NAMES_READ for p in folder.rglob("*")):
        yield "corpus", f"文件夹“{case.corpus}”里没有读得了的稿子；可以用{'、'.join(NAMES_READ)}。"


def _twice(case: "Case") -> Iterator[tuple[str, str]]:
    for key in _LISTS:
        held = getattr(case, key)
        yield from ((key, f"“{name}”写了两次，请留一个。") for name in dict.fromkeys(held) if held.count(name) > 1)
        yield from ((key, "有一项是空的，请删去。") for name in held if not name.strip())


def _contradictions(case: "Case") -> Iterator[tuple[str, str]]:
    if case.late and not case.figures:
        yield "late", "有迟到的数，没有起草时的数；请在 figures 里写上先来的那份。"
    if case.variant == "late" and not case.late:
        yield "variant", "是 late，却没有迟到的数；请在 late 里写上后来的那份，或者换一个 variant。"
    if both := sorted({*case.required} & {*case.owed}):
        yield "owed", f"“{both[0]}”既必写又没有人报；两处只能留一处。"
    if not (case.figures or case.matters):
        yield "figures", "指标和事项都没有，写不出稿子；请至少给一份 figures 或 matters。"
    for key in _METRICS:
        if getattr(case, key) and not case.figures:
            yield key, "没有 figures，谈不上哪个指标；请给一份指标，或者删去这一行。"


def _unreadable(case: "Case") -> Iterator[str]:
    """Figures, matters and instructions as the product reads them; its own sentence says where."""
    from chugao.errors import ChugaoError, reason_of

    for held in ("early_figures", "read_figures", "read_matters", "outline"):
        try:
            getattr(case, held)
        except ChugaoError as error:
            yield f"case.toml：{error}" if held == "outline" else str(error)
            return
        except OSError as error:
            yield f"{error.filename}：{reason_of(error)}。"
            return
    for name in case.instructions:
        if not plain(case.folder / name).strip():
            yield f"{name}：是空的，没有一条要求。"


def _unknown(case: "Case") -> Iterator[tuple[str, str]]:
    """Metrics that no row of the figures is about: such a one could not be stated."""
    catalogue, given = case.read_figures.catalogue(), case.given_text
    held = {o.metric for o in case.read_figures.observations}
    for key in _METRICS:
        for name in getattr(case, key):
            found = catalogue.by_name(name) or catalogue.get(name)
            # Nobody may have sent even the row of what is owed.
            if found and (key == "owed" or found.id in held or any(n in given for n in found.all_names())):
                continue
            near = difflib.get_close_matches(name, [m.name for m in catalogue if m.id in held], 1, 0.5)
            guess = f"，是不是“{near[0]}”" if near else ""
            yield key, f"figures 里没有指标“{name}”{guess}；请写指标表里的名称，或指标目录里的编号。"
