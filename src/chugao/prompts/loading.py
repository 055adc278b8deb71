"""Prompt templates as files with a header that a reviewer can read without knowing Python.

In: a name, and the office's own folder.  Out: `Prompt`, checked: what its body uses is what its `needs` lists.

A template is +++, a header in TOML, +++, the text for the system role, +++, the text for the user role (without the
third +++ all of it is the user's).  Line numbers in complaints are those of the file.
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from chugao.errors import InputError
from chugao.prompts import sandbox
from chugao.prompts.view import FENCED, WORDS
from chugao.shipped import shipped
from chugao.source import Frozen

SUFFIX = ".md.j2"
_NAME = re.compile(r"[a-z][a-z_-]*(?:/[a-z][a-z_-]*)*")
_LARGEST_FILE = 64 * 1024
_IN_A_FENCE = ("items",)


class Header(Frozen):
    """What stands between the first two +++ lines."""

    name: str
    """Also its path below the folder, without suffix: "summary/part"."""
    purpose: str
    needs: tuple[str, ...] = ()
    returns: Literal["Reply", "text"] = "Reply"
    """text: a block that other templates include."""


class Prompt(Frozen):
    """A template, checked, with every block it includes."""

    name: str
    purpose: str
    needs: tuple[str, ...]
    returns: str
    file: str
    """As a message names it: “prompts/summary/part.md.j2”."""
    own: bool = False
    """It or one of its blocks comes from an office's folder: handled in a child process only."""
    bodies: dict[str, str]
    """What jinja2 is given: "system", "user", and the blocks by file name."""
    places: dict[str, tuple[str, int]]
    """Of each body the file and the line it begins after."""
    texts: dict[str, str]
    """Normalised text of every file it consists of, by name."""

    @property
    def text(self) -> str:
        """The file as a reviewer reads it."""
        return self.texts[self.name]


def load(name: str, folder: Path | None = None) -> Prompt:
    """The template of a name; one of the office's own `folder` stands over ours.

    Raises `InputError`, with file and line, for a name that is none, a header that is wrong, or a variable that the
    body uses and `needs` does not list, or the other way round.
    """
    if folder is None:
        return _load_shipped(name)
    return _load(name, folder)


def list_prompts(folder: Path | None = None) -> tuple[Prompt, ...]:
    """Every template there is, blocks last, each by name."""
    found = (load(name, folder) for name in _names(folder))
    return tuple(sorted(found, key=lambda p: (p.returns != "Reply", p.name)))


def fingerprint(prompt: Prompt) -> str:
    """16 hex digits over the normalised bytes of the template and of every block it includes."""
    digest = hashlib.sha256()
    for name, text in sorted(prompt.texts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:16]


def contained(task: Callable[..., Any], *, own: bool, **arguments: Any) -> Any:
    """`sandbox.inspect` or `sandbox.render`: in a child process when the template is an office's own."""
    return sandbox.in_child(task.__name__, **arguments) if own else task(**arguments)


# --- one template and its blocks ------------------------------------------------------------------


@lru_cache(maxsize=64)
def _load_shipped(name: str) -> Prompt:
    return _load(name, None)


class _File(Frozen):
    """One file read and split, before its body was looked at."""

    name: str
    header: Header
    text: str
    label: str
    own: bool
    needs_line: int
    bodies: dict[str, str]
    places: dict[str, tuple[str, int]]


def _load(name: str, folder: Path | None) -> Prompt:
    main = _read(name, folder)
    files = {name: main}
    known = _IN_A_FENCE if name.removeprefix("blocks/") in FENCED else tuple(WORDS)
    _compare(main, _used(main, files, folder), known)
    for need in main.header.needs:
        if need in FENCED:
            block = files.setdefault(f"blocks/{need}", _read(f"blocks/{need}", folder))
            _compare(block, _used(block, files, folder), _IN_A_FENCE)
    bodies: dict[str, str] = {}
    places: dict[str, tuple[str, int]] = {}
    for file in files.values():
        bodies |= file.bodies
        places |= file.places
    return Prompt(
        name=name,
        purpose=main.header.purpose,
        needs=main.header.needs,
        returns=main.header.returns,
        file=main.label,
        own=any(f.own for f in files.values()),
        bodies=bodies,
        places=places,
        texts={n: f.text for n, f in files.items()},
    )


def _used(file: _File, files: dict[str, _File], folder: Path | None) -> dict[str, int]:
    """What a file takes from outside, itself or through the blocks it includes, and in which line; gathers these."""
    try:
        seen = contained(sandbox.inspect, own=file.own, texts=file.bodies)
    except sandbox.Fault as fault:
        raise InputError(complaint(fault, file.places, file.label)) from None
    used: dict[str, int] = {}
    for body, told in seen.items():
        above = file.places[body][1]
        for variable, line in told["variables"].items():
            used.setdefault(variable, line + above)
        for reference, line in told["references"]:
            for need in _block(reference, line + above, file, files, folder).header.needs:
                used.setdefault(need, line + above)
    return used


def _block(reference: str | None, line: int, file: _File, files: dict[str, _File], folder: Path | None) -> _File:
    name = (reference or "").removesuffix(SUFFIX)
    if reference != name + SUFFIX:
        raise InputError(f'{file.label}第{line}行：include 后面只能写死文件名，如 "blocks/rules{SUFFIX}"。')
    if name not in files:
        files[name] = block = _read(name, folder)
        if block.header.returns != "text":
            raise InputError(f'{file.label}第{line}行：“{name}”不是供引用的段落（returns = "text"）。')
        _compare(block, _used(block, files, folder), tuple(WORDS))
    return files[name]


def _compare(file: _File, used: Mapping[str, int], known: tuple[str, ...]) -> None:
    """Raises when what the body uses is not what `needs` lists, or is nothing a brief has."""
    needs, at = set(file.header.needs), f"{file.label}第{file.needs_line}行"
    for name in sorted(used.keys() - needs, key=lambda n: (used[n], n)):
        raise InputError(
            f"{file.label}第{used[name]}行：正文用到“{name}”，第{file.needs_line}行的 needs 没有列出。"
            "请补上，或从正文删去。"
        )
    for name in sorted(needs - used.keys()):
        raise InputError(f"{at}：needs 列出“{name}”，正文没有用到。请从 needs 删去，或在正文用上。")
    for name in sorted(needs - set(known)):
        raise InputError(f"{at}：没有“{name}”这一项可用。可用的有：{'、'.join(known)}。")


def complaint(fault: sandbox.Fault, places: Mapping[str, tuple[str, int]], otherwise: str) -> str:
    """A fault of a template as a sentence with file and line."""
    message, name, line = fault.args
    label, above = places.get(name, (otherwise, 0))
    where = label + (f"第{line + above}行" if line else "")
    return f"{where}：模板写法不对，或用了不允许的写法：{message}。请改正模板。"


# --- files ----------------------------------------------------------------------------------------


def _names(folder: Path | None) -> list[str]:
    roots = [shipped("prompts")] + ([folder] if folder is not None else [])
    return sorted({_name_of(p, root) for root in roots for p in root.rglob(f"*{SUFFIX}") if p.is_file()})


def _name_of(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().removesuffix(SUFFIX)


def _read(name: str, folder: Path | None) -> _File:
    if not _NAME.fullmatch(name):
        raise InputError(f"“{name}”不是模板名。模板名如 summary/part：小写字母和横线，不带后缀。")
    for root, own in ((folder, True), (shipped("prompts"), False)):
        if root is None:
            continue
        path = root / f"{name}{SUFFIX}"
        if path.is_file():
            return _split(_text(path, root), name, f"{root.name}/{name}{SUFFIX}", own=own)
    raise InputError(f"没有“{name}”这个模板。现有：{'、'.join(_names(folder))}。")


def _text(path: Path, root: Path) -> str:
    label = f"{root.name}/{path.relative_to(root).as_posix()}"
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError(f"{label}：指向文件夹以外，不能用。请把模板本身放进来。")
    data = path.read_bytes()
    if len(data) > _LARGEST_FILE:
        raise InputError(f"{label}：超过{_LARGEST_FILE // 1024} KB，不像是模板。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{label}：不是 UTF-8 编码。请另存为 UTF-8。") from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _split(text: str, name: str, label: str, *, own: bool) -> _File:
    lines = text.split("\n")
    fences = [i for i, line in enumerate(lines) if line == "+++"]
    if fences[:1] != [0] or len(fences) < 2:
        raise InputError(f"{label}第1行：模板要以 +++ 开头，写明 name、purpose、needs、returns，再以 +++ 结束。")
    header = _header("\n".join(lines[1 : fences[1]]), name, label)
    needs_line = next((i + 1 for i, line in enumerate(lines) if line.startswith("needs")), 1)
    middle = fences[2] if len(fences) > 2 else fences[1]
    system, user = lines[fences[1] + 1 : middle], lines[middle + 1 :]
    if header.returns == "Reply":
        bodies = {"system": "\n".join(system), "user": "\n".join(user)}
        above = {"system": fences[1] + 1, "user": middle + 1}
    elif len(fences) > 2:
        raise InputError(f'{label}第{middle + 1}行：returns = "text" 的模板只有一段正文，不要再写 +++。')
    else:
        bodies, above = {name + SUFFIX: "\n".join(user)}, {name + SUFFIX: middle + 1}
    return _File(
        name=name,
        header=header,
        text=text,
        label=label,
        own=own,
        needs_line=needs_line,
        bodies=bodies,
        places={body: (label, line) for body, line in above.items()},
    )


def _header(text: str, name: str, label: str) -> Header:
    try:
        header = Header.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise InputError(f"{label}第{int(line[1]) + 1 if line else 1}行：头部不是正确的 TOML：{error}。") from None
    except ValidationError as error:
        field = ".".join(str(p) for p in error.errors()[0]["loc"])
        raise InputError(
            f'{label}：头部的“{field}”缺少或写法不对。应有 name、purpose、needs = ["…"]、returns = "Reply"（或 "text"）。'
        ) from None
    if header.name != name:
        raise InputError(f"{label}第2行：name 写的是“{header.name}”，应与路径相同，写“{name}”。")
    if repeated := {n for n in header.needs if header.needs.count(n) > 1}:
        raise InputError(f"{label}：needs 里“{'、'.join(sorted(repeated))}”列了两次。")
    return header
