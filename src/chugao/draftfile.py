"""A draft as a file: draft.json, written and read back.

In: a `Draft`, or a file that somebody says is one.  Out: text; a `Draft` that holds together; the JSON Schema.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chugao.errors import InputError, reason_of
from chugao.manuscript import SCHEMA_VERSION, ClaimedText, Draft, Section, Sentence

SCHEMA_ID = "https://chugao.invalid/schema/draft.schema.json"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
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
