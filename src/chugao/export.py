"""Let a draft out as markdown, as draft.json, and as the three files side by side.

In: a `Draft`.  Out: text, or files that are there whole or not at all; and back in from draft.json.

Markdown and Word print the same flow (`word.flow`), so a 通知 wraps its attachment and annexes come last in both.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chugao.errors import InputError, NotAllowed, reason_of
from chugao.manuscript import SCHEMA_VERSION, ClaimedText, Draft, Section, Sentence, Table
from chugao.material import Matters
from chugao.metrics.observation import Figures
from chugao.word.flow import Piece, flow_of
from chugao.word.package import as_written
from chugao.word.typesetting import cannot_write, stage, typeset

SCHEMA_ID = "https://chugao.invalid/schema/draft.schema.json"
_STRUCTURAL = re.compile(r"^(\s*)([#>|*+-]|```|~~~|={3,}|_{3,})")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_FORBIDDEN = str.maketrans('\\/:*?"<>|', "＼／：＊？＂＜＞｜")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 200  # bytes; file systems stop at 255, and “ (2).docx” may follow
_WRONG = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识这一项",
    "string_type": "应当是文字",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "tuple_type": "应当是列表",
    "model_type": "应当是一组键值",
    "model_attributes_type": "应当是一组键值",
    "dict_type": "应当是一组键值",
    "enum": "不是允许的取值",
    "literal_error": "不是允许的取值",
}


# --- markdown -------------------------------------------------------------------------------------


def to_markdown(draft: Draft) -> str:
    """The draft as markdown: title #, headings ## to #####, one paragraph a line, pipe tables; ends with a line end."""
    return "\n\n".join(filter(None, map(_markdown, flow_of(draft)))) + "\n"


def _markdown(piece: Piece) -> str:
    if piece.table is not None:
        return _pipe_table(piece.table)
    text = _line(piece.text)
    if piece.role == "title":
        return f"# {text}"
    if piece.role == "heading":
        return f"{'#' * (piece.level + 1)} {text}"
    if piece.role in ("label", "annex_title"):
        return f"## {text}" if piece.role == "label" else f"**{text}**"
    return f"**{text}**" if piece.role == "caption" else _STRUCTURAL.sub(r"\1\\\2", text)


def _line(text: str) -> str:
    """One line of text that a renderer takes for text."""
    return _TAG.sub(r"\<", " ".join(text.split()))


def _pipe_table(table: Table) -> str:
    """A pipe table; short rows are filled up."""
    rows = [list(table.header), *([cell.text for cell in row] for row in table.rows)]
    columns = max(len(row) for row in rows)
    if not columns:
        return ""
    cells = [[_pipe_cell(text) for text in row] + [""] * (columns - len(row)) for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], f"|{' --- |' * columns}", *lines[1:]])


def _pipe_cell(text: str) -> str:
    return _line(text).replace("\\", "\\\\").replace("\\\\<", "\\<").replace("|", "\\|")


# --- draft.json -----------------------------------------------------------------------------------


def to_json(draft: Draft) -> str:
    """draft.json: keys in the order of the schema, recipes sorted, Chinese as it is; ends with a line end."""
    return json.dumps(_stable(draft.model_dump(mode="json")), ensure_ascii=False, indent=2) + "\n"


def _stable(value: Any, free: bool = False) -> Any:
    """The same with the keys of recipes sorted: they come in any order, all others in the schema's."""
    if isinstance(value, dict):
        keys = sorted(value) if free else list(value)
        return {key: _stable(value[key], free or key == "recipe") for key in keys}
    return [_stable(item, free) for item in value] if isinstance(value, list) else value


def read_draft(path: Path | str) -> Draft:
    """The draft of a draft.json.

    Raises `InputError` that says what is wrong: not there, not JSON, not a draft, of a newer chugao, or with
    references that lead nowhere.
    """
    file = Path(path)
    values = _read_object(file)
    version = values.get("schema_version", SCHEMA_VERSION)
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise InputError(
            f"{file.name} 由更新版本的 chugao 写成（格式第{version}版，本机只识第{SCHEMA_VERSION}版）。请先升级 chugao。"
        )
    try:
        draft = Draft.model_validate(values)
    except ValidationError as error:
        raise InputError(
            f"{file.name} 不是一份草稿：{_first_wrong(error)}。请使用 chugao draft 写出的 .json。"
        ) from None
    for section in draft.sections:
        if wrong := _broken(section):
            raise InputError(f"{file.name} 前后对不上：{wrong}。文件可能被改动过，请使用 chugao draft 写出的原件。")
    return draft


def _read_object(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        values = json.loads(text)
        if _SURROGATE.search(text):
            json.dumps(values, ensure_ascii=False).encode()  # half a character could not be written again
    except OSError as error:
        raise InputError(f"{file} 读不了（{reason_of(error)}）。请检查文件名和位置。") from None
    except UnicodeError:
        if file.suffix.lower() != ".json":
            raise InputError(
                f"{file.name} 不是草稿的 .json。定稿从起草时写出的 .json 出；在 Word 里改过的文稿请用 chugao check 核对。"
            ) from None
        raise InputError(f"{file.name} 不是 UTF-8 编码的 JSON 文件。请使用 chugao draft 写出的 .json。") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{file.name} 不是完整的 JSON：第{error.lineno}行第{error.colno}个字符处有误。请重新导出。"
        ) from None
    except (RecursionError, ValueError):
        raise InputError(f"{file.name} 不是一份草稿：层次过深或数值过长。请使用 chugao draft 写出的 .json。") from None
    if not isinstance(values, dict):
        raise InputError(f"{file.name} 不是一份草稿：最外层应当是一组键值。请使用 chugao draft 写出的 .json。")
    return values


def _first_wrong(error: ValidationError) -> str:
    """The first complaint as a clerk can read it: “sections.0.level”应当是整数."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"“{where}”{_WRONG.get(first['type'], '写法不对')}"


def _broken(section: Section) -> str:
    """What in a section leads nowhere, "" when all is well."""
    known = {sentence.id for sentence in section.sentences}
    for block in section.blocks:
        if missing := [i for i in block.sentence_ids if i not in known]:
            return f"段落 {block.id} 引用的句子 {missing[0]} 不存在"
        if (block.type == "table") != (block.table is not None):
            return f"段落 {block.id} 的类型与内容不符"
    texts: list[ClaimedText | Sentence] = [section.heading, *section.sentences]
    texts += [cell for block in section.blocks if block.table for row in block.table.rows for cell in row]
    for item in texts:
        if any(not 0 <= claim.start <= claim.end <= len(item.text) for claim in item.claims):
            return f"“{item.text[:12]}”的出处标注超出了文字范围"
    return ""


def draft_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of draft.json."""
    schema = Draft.model_json_schema()
    schema["properties"]["schema_version"]["maximum"] = SCHEMA_VERSION
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID} | schema


def write_schema(path: Path) -> None:
    """Write the schema as it is committed: docs/schema/draft.schema.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(draft_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


# --- the three files ------------------------------------------------------------------------------


def write_files(
    draft: Draft, folder: Path | str, final: bool = False, *, comments: bool = False, mark: str = ""
) -> dict[str, Path]:
    """Write `<title>.docx`, `.json` and `.md` into `folder`, all three or none; the folder is made when missing.

    With `comments` each number in the .docx bears a comment that says where it comes from; `mark` follows the title in
    the files' names (“（候选2）”).

    Returns the path of each by "docx", "json", "md".  A Word file of that name that somebody has worked on is kept
    under another name, returned as "kept".  Raises `InputError` when the folder cannot be written.
    """
    place = Path(folder)
    check_folder(place)
    contents = {
        "docx": typeset(draft, final=final, comments=comments),
        "json": to_json(draft).encode("utf-8", "replace"),
        "md": to_markdown(draft).encode("utf-8", "replace"),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"文件夹“{place}”建不了（{reason_of(error)}）。请换一个能写的文件夹。") from None
    name = file_name(draft.title.text + mark)
    targets = {kind: place / f"{name}.{kind}" for kind in contents}
    kept = _kept(targets["docx"])
    staged: list[tuple[Path, Path]] = []
    try:
        for kind, target in targets.items():
            staged.append((stage(contents[kind], target), target))
        _put_in_place(staged)
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
    return targets | ({"kept": kept} if kept else {})


def _kept(target: Path) -> Path | None:
    """A copy under a free name of a Word file that is no longer as it was written; None where nothing would be lost.

    Somebody's evening of edits must not go because the draft was made again.
    """
    try:
        content = target.read_bytes()
    except OSError:
        return None
    if as_written(content):
        return None
    copy = next(
        p for n in range(1, 10_000) if not (p := target.with_name(f"{target.stem}（改过的第{n}稿）.docx")).exists()
    )
    try:
        copy.write_bytes(content)
    except OSError as error:
        raise cannot_write(copy, error) from None
    return copy


def check_folder(folder: Path | str) -> None:
    """Raise `InputError` when files cannot be written into `folder`; makes nothing, so it may be asked before the work."""
    place = Path(folder).absolute()
    nearest = next(p for p in (place, *place.parents) if p.exists())
    if not nearest.is_dir():
        raise InputError(f"输出文件夹“{folder}”不能用：“{nearest.name}”是一个文件。请用 -o 换一个文件夹。")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"输出文件夹“{folder}”不能写（没有权限）。请用 -o 换一个能写的文件夹。")


def file_name(title: str) -> str:
    """A title as a file name that Windows takes too: forbidden characters become their full-width forms."""
    name = "".join(c for c in " ".join(title.split()) if c.isprintable()).translate(_FORBIDDEN)
    name = name.encode("utf-8", "ignore")[:_LONGEST_NAME].decode("utf-8", "ignore").strip(" .")
    return f"_{name}" if _RESERVED.match(name) else name or "未命名"


def _put_in_place(staged: list[tuple[Path, Path]]) -> None:
    """Rename each temporary to its target; when one cannot be, those before it are put back as they were."""
    done: list[tuple[Path, Path | None]] = []
    try:
        for temporary, target in staged:
            done.append((target, _copy_aside(target)))
            os.replace(temporary, target)
    except BaseException as error:  # an interrupt must not leave one new file beside two old ones either
        for target, kept in reversed(done):
            with contextlib.suppress(OSError):
                os.replace(kept, target) if kept else target.unlink()
        if isinstance(error, OSError):
            raise cannot_write(target, error) from None
        raise
    finally:
        for _, kept in done:
            if kept:  # also after an undo: renaming one hard link onto another of the same file leaves both
                kept.unlink(missing_ok=True)


def _copy_aside(target: Path) -> Path | None:
    """The file that stands there, under a second name; None when there is none."""
    if not target.exists():
        return None
    kept = target.parent / f".chugao-{secrets.token_hex(6)}.old"
    try:
        os.link(target, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(target, kept)
    return kept


# --- the gate -------------------------------------------------------------------------------------


def release(
    draft: Draft,
    figures: Figures | None = None,
    matters: Matters | None = None,
    *,
    override_by: str | None = None,
    reason: str | None = None,
) -> Draft:
    """The draft as it may leave: read again, with its findings and any override recorded.

    With figures the whole text is verified against them; without, against the evidence it carries.  Raises
    `NotAllowed` when an error stands and nobody lets it pass by name and reason.
    """
    from chugao.checks import examine

    override_by, reason = (override_by or "").strip(), (reason or "").strip()
    if bool(override_by) != bool(reason):
        raise InputError("放行须同时写明 --override-by（姓名）和 --reason（理由）。")
    report = examine(draft, figures, matters)
    found = report.findings
    if figures is None and matters is None:
        # Nothing to hold the text against again: what was found when it was drafted still stands.
        found = (*found, *(f for f in draft.findings if f.severity.blocks and f not in found))
    blocking = [f for f in found if f.severity.blocks]
    if blocking and not override_by:
        lines = "\n".join(f"  [{f.severity.label}] {f.hint}" for f in blocking[:8])
        raise NotAllowed(
            f"不能出定稿，还有{len(blocking)}处错误：\n{lines}\n"
            "请改正后重新起草，或由负责人用 --override-by 姓名 --reason 理由 放行。"
        )
    recipe = dict(draft.recipe)
    if blocking:
        findings = [f.model_dump(mode="json") for f in blocking]
        recipe["override"] = {"by": override_by, "reason": reason, "findings": findings}
    return draft.model_copy(update={"findings": found, "recipe": recipe})
