"""One TOML file that says what is to be made, for whom and from what.

In: a manifest.  Out: `Manifest` with one `Task` a department and kind, paths absolute.

What stands under [batch] holds for all, a [[department]] may say otherwise.  Surprise: whether a file is there is not
asked here.  A department that has not sent its figures fails alone, and `batch plan` says so beforehand.
"""

import hashlib
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from chugao.errors import InputError, reason_of
from chugao.export.files import file_name
from chugao.kind import Kind
from chugao.source import Frozen

_LARGEST = 2_000_000
_KINDS = "、".join(f"{k.value}（{k.label}）" for k in Kind)


class Task(Frozen):
    """One document that is to be made: everything that decides its content, and nothing else."""

    department: str
    kind: str
    year: int
    """In the title."""
    period: str | None = None
    level: str | None = None
    organisation: str | None = None
    length: int | None = None
    seed: int = 0
    engine: str = "offline"
    concurrency: int | None = None
    """Calls this department may have under way; None: as many as the job."""
    fallback: bool = True
    """What the model does not bring off is written offline; else the department fails."""
    metrics: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    confirmed_by: str | None = None
    instructions: str | None = None
    outline: str | None = None
    corpus: str | None = None

    @property
    def name(self) -> str:
        """“医务科·工作总结”, for people."""
        return f"{self.department}·{Kind(self.kind).label}"


class Hospital(Frozen):
    """The document of the whole house, made from the departments' figures when they are done."""

    name: str
    kinds: tuple[str, ...] = ("summary",)
    metrics: tuple[str, ...] = ()
    """The house's own figures; they stand over what is put together."""
    matters: tuple[str, ...] = ()
    level: str = "医院"
    engine: str | None = None
    length: int | None = None
    instructions: str | None = None
    outline: str | None = None


class Manifest(Frozen):
    """What a job is to make."""

    name: str
    tenant: str = ""
    """Whose job it is; the office's name when the manifest gives none."""
    year: int
    concurrency: int | None = None
    """Calls under way at once, in one worker."""
    max_cost: Decimal | None = None
    deadline: str = ""
    """By when departments are to send what they owe, printed in what is asked of them."""
    tasks: tuple[Task, ...]
    hospital: Hospital | None = None
    file: str = ""
    workspace: str | None = None

    @property
    def job(self) -> str:
        """The job's id: the same manifest of the same tenant is the same job."""
        digest = hashlib.sha256(f"{self.tenant}\0{self.name}".encode()).hexdigest()[:8]
        return f"{'-'.join(file_name(self.name)[:40].split())}-{digest}"

    def with_tenant(self, tenant: str) -> "Manifest":
        return self if self.tenant else self.model_copy(update={"tenant": tenant})


class _Shared(Frozen):
    """What [batch] may say, and a [[department]] otherwise."""

    year: int | None = None
    kinds: tuple[str, ...] | None = None
    engine: str | None = None
    corpus: str | None = None
    concurrency: int | None = Field(None, ge=1, le=256)
    period: str | None = None
    level: str | None = None
    organisation: str | None = None
    length: int | None = None
    seed: int | None = Field(None, ge=0)
    fallback: bool | None = None
    metrics: tuple[str, ...] | None = None
    matters: tuple[str, ...] | None = None
    material: tuple[str, ...] | None = None
    confirmed_by: str | None = None
    instructions: str | None = None
    outline: str | None = None


class _Batch(_Shared):
    name: str
    tenant: str = ""
    max_cost: Decimal | None = Field(None, ge=0)
    deadline: str = ""


class _Department(_Shared):
    name: str


class _Written(Frozen):
    batch: _Batch
    department: tuple[_Department, ...] = ()
    hospital: Hospital | None = None


def read_manifest(file: Path) -> Manifest:
    """The manifest of a file.  Raises `InputError` that names the place and what to write there."""
    written = _written(file)
    if not written.department:
        raise InputError(f"{file.name}：没有写科室。请按科室各写一段 [[department]]，至少有 name 和 metrics。")
    if not written.batch.name.strip():
        raise InputError(f"{file.name}：[batch] 的 name 是空的。请起个名字，如“2025年终总结”。")
    home = file.resolve().parent
    tasks = tuple(t for d in written.department for t in _tasks(written.batch, d, home, file.name))
    _check_distinct(tasks, file.name)
    hospital = written.hospital
    return Manifest(
        name=written.batch.name.strip(),
        tenant=written.batch.tenant.strip(),
        year=written.batch.year or tasks[0].year,
        concurrency=written.batch.concurrency,
        max_cost=written.batch.max_cost,
        deadline=written.batch.deadline,
        tasks=tasks,
        hospital=_placed(hospital, written.batch, home, file.name) if hospital else None,
        file=str(file.resolve()),
    )


def _written(file: Path) -> _Written:
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file.name} 超过2 MB，不像是批次清单。请核对文件。")
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"批次清单 {file} 读不了（{reason_of(error)}）。请核对路径。") from None
    except UnicodeDecodeError:
        raise InputError(f"{file.name} 不是 UTF-8 编码。请用记事本打开，另存为时编码选 UTF-8。") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{file.name} 写法不对（{_where(error)}）。文字要写在英文引号里；Windows 路径的 \\ 请写成 /。"
        ) from None
    try:
        return _Written.model_validate(values)
    except ValidationError as error:
        raise InputError(f"{file.name}：{_told(error)}") from None


def _where(error: tomllib.TOMLDecodeError) -> str:
    told = str(error)
    line = told.rpartition("line ")[2].partition(",")[0]
    return f"第{line}行" if line.isdigit() else "末尾"


def _told(error: ValidationError) -> str:
    """The first mistake, as somebody who wrote the file sees it."""
    first = error.errors()[0]
    parts = [str(p) for p in first["loc"]]
    if parts[0] == "department" and len(parts) > 2:
        place, key = f"第{int(parts[1]) + 1}个 [[department]]", parts[2]
    else:
        place, key = f"[{parts[0]}]", parts[1] if len(parts) > 1 else parts[0]
    if first["type"] == "missing":
        return f"{place} 没有写 {key}。请补上。"
    if first["type"] == "extra_forbidden":
        return f"{place} 的“{key}”不认识。可写的有：{'、'.join(_known(parts[0]))}。"
    return f'{place} 的 {key} 写法不对。年份写 2025，文种和文件写成 ["…"]，其余按手册《批量起草》。'


def _known(table: str) -> list[str]:
    models: dict[str, type[Frozen]] = {"batch": _Batch, "department": _Department, "hospital": Hospital}
    return sorted(models[table].model_fields) if table in models else ["batch", "department", "hospital"]


def _tasks(batch: _Batch, department: _Department, home: Path, file: str) -> "list[Task]":
    name = department.name.strip()
    if not name:
        raise InputError(f"{file}：有一个 [[department]] 的 name 是空的。请写科室名称。")
    said = {k: v for k, v in batch.model_dump().items() if k in _Shared.model_fields and v is not None}
    said |= {k: v for k, v in department.model_dump(exclude={"name"}).items() if v is not None}
    year, kinds = said.pop("year", None), said.pop("kinds", ("summary-plan",))
    if year is None:
        raise InputError(f"{file}：没有写年度。请在 [batch] 下写 year，如 year = 2025。")
    if not 2000 <= year <= 2099:
        raise InputError(f"{file}：年度“{year}”不对。请写四位年份，如 2025。")
    if unknown := [k for k in kinds if k not in set(Kind)]:
        raise InputError(f"{file}：{name}的文种“{unknown[0]}”不认识。可用：{_KINDS}。")
    if not kinds:
        raise InputError(f'{file}：{name}的 kinds 是空的。请写要起草的文种，如 kinds = ["summary-plan"]。')
    words = {"department": name, "year": str(year)}
    return [
        Task(department=name, kind=kind, year=year, **_with_paths(said, home, words)) for kind in dict.fromkeys(kinds)
    ]


def _with_paths(said: dict[str, Any], home: Path, words: dict[str, str]) -> dict[str, Any]:
    """Paths absolute, “{department}” and “{year}” in them filled in."""
    found = dict(said)
    for key in ("metrics", "matters", "material"):
        if key in found:
            found[key] = tuple(_path(p, home, words) for p in found[key])
    for key in ("instructions", "outline", "corpus"):
        if found.get(key):
            found[key] = _path(found[key], home, words)
    return found


def _path(written: str, home: Path, words: dict[str, str]) -> str:
    for word, value in words.items():
        written = written.replace(f"{{{word}}}", value)
    return str((home / Path(written).expanduser()).absolute())


def _placed(hospital: Hospital, batch: _Batch, home: Path, file: str) -> Hospital:
    """The house's own files with their paths absolute."""
    if unknown := [k for k in hospital.kinds if k not in set(Kind)]:
        raise InputError(f"{file}：[hospital] 的文种“{unknown[0]}”不认识。可用：{_KINDS}。")
    words = {"department": hospital.name, "year": str(batch.year or "")}
    named = {k: v for k, v in hospital.model_dump().items() if k in ("metrics", "matters", "instructions", "outline")}
    return hospital.model_copy(update=_with_paths(named, home, words))


def _check_distinct(tasks: "tuple[Task, ...]", file: str) -> None:
    """One document a department and kind, one folder a department."""
    counts = Counter((t.department, t.kind) for t in tasks)
    if twice := [key for key, count in counts.items() if count > 1]:
        raise InputError(f"{file}：“{twice[0][0]}”的 {twice[0][1]} 写了两次。请合并成一个 [[department]]。")
    folders: dict[str, str] = {}
    for name in dict.fromkeys(t.department for t in tasks):
        other = folders.setdefault(file_name(name).casefold(), name)
        if other != name:
            raise InputError(f"{file}：“{other}”和“{name}”会写进同一个文件夹。请改其中一个科室的名称。")
