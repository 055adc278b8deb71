"""Settings of an office, read once by a shell, and where prompts, templates and corpus are found.

In: `chugao.toml` in the workspace and `CHUGAO_*` in the environment.  Out: `Settings`.

A secret is only ever a `SecretStr`: it cannot be printed by accident.
"""

import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError

from chugao.errors import InputError, reason_of
from chugao.source import Frozen

LEVELS = ("科室", "医院", "乡镇", "区县", "市")


class Office(Frozen):
    """The institution that writes: what its documents call it and themselves."""

    name: str = ""
    """Full name: “望澜市第一人民医院”."""
    short_name: str = ""
    level: str = "科室"
    theme: str = ""
    """主线 of the year, a clause without full stop."""
    signature: str = ""
    """署名 under a document; the department's name when empty."""
    leaders: tuple[str, ...] = ()
    addressee: str = ""
    """主送单位 of its notices, with the colon: “各科室：”."""
    guidance: str = ""
    """The political formula that opens a document, from the office's own dated file; never invented."""
    layout: str = ""
    """版式: a name that comes with chugao (gbt9704), or a .toml file of the office; "" is 国标."""
    master: str = ""
    """The office's own .dotx or .docx, whose styles and page are taken over."""
    synonyms: dict[str, str] = Field(default_factory=dict)
    """The office's own words in figures files: header or metric → as the template or the catalogue writes it."""


class ModelSettings(Frozen):
    """How a writing model is asked; the endpoint and its key stand beside it."""

    output: Literal["auto", "json_schema", "guided_object", "json_object", "plain"] = "auto"
    """In what shape the server is asked to answer; auto finds out."""
    stream: bool = True
    """Streamed answers show a server that hangs after seconds, not minutes."""
    temperature: float = Field(0.4, ge=0, le=2)
    seed: int = Field(0, ge=0)
    max_tokens: int = Field(4096, ge=64, le=200_000)
    first_token_s: float = Field(90, gt=0)
    next_token_s: float = Field(30, gt=0)
    timeout_s: float = Field(300, gt=0, le=3600)
    """For one whole answer."""
    attempts: int = Field(4, ge=1, le=10)
    backoff_s: float = Field(1.0, ge=0)
    stop_after: int = Field(5, ge=1)
    """Failures in a row after which no more calls are made for a while."""
    concurrency: int = Field(8, ge=1, le=256)
    requests_per_minute: int = Field(0, ge=0)
    """0: the provider sets no limit."""
    tokens_per_minute: int = Field(0, ge=0)
    proxy: str = ""
    """Used only when written here; proxies of the environment are not."""
    private: bool = False
    """The endpoint's host name may resolve to an address inside the institution."""


class PromptSettings(Frozen):
    """What one prompt has of its own: [prompts."summary/part"]."""

    model: str = ""
    temperature: float | None = Field(None, ge=0, le=2)
    seed: int | None = Field(None, ge=0)
    max_tokens: int | None = Field(None, ge=64, le=200_000)


class EmbeddingSettings(Frozen):
    """Which model turns texts into vectors; without one, past reports are searched by their words alone."""

    model: str = ""
    base_url: str = ""
    """The writing model's when empty; its key goes with it."""
    api_key: SecretStr = SecretStr("")
    private: bool = False
    batch: int = Field(32, ge=1, le=2048)
    """Texts a request."""
    dimensions: int = Field(0, ge=0, le=65536)
    """0: as many as the model has."""


class Privacy(Frozen):
    """What happens to personal data before a model is asked."""

    remote: Literal["mask", "refuse", "allow"] = "mask"


class Budget(Frozen):
    """What people may spend on models from the web, a month, in the price list's currency."""

    per_person: Decimal | None = Field(None, ge=0, le=1_000_000)
    """None: no limit."""
    people: dict[str, Decimal] = Field(default_factory=dict)
    """By login, where it is another."""


class Settings(Frozen):
    """Everything a shell needs to know before it calls a room."""

    office: Office = Field(default_factory=Office)
    database_url: str = ""
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    model: ModelSettings = Field(default_factory=ModelSettings)
    prompts: dict[str, PromptSettings] = Field(default_factory=dict)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    privacy: Privacy = Field(default_factory=Privacy)
    budget: Budget = Field(default_factory=Budget)
    prices: dict[str, Any] = Field(default_factory=dict)
    """[prices] as written; `ledger` reads it."""
    catalogue: str = ""
    """Path of the office's own catalogue, relative to the workspace."""
    workspace: Path | None = None


def find_workspace(start: Path | None = None) -> Path | None:
    """The nearest folder at or above `start` that `chugao init` made, or None."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "chugao.toml").is_file() and (folder / ".chugao").is_dir():
            return folder
    return None


def load_settings(workspace: Path | None = None) -> Settings:
    """Settings of a workspace, the environment on top.

    Raises `InputError` that names the file and the field when `chugao.toml` is wrong.
    """
    values: dict[str, Any] = {}
    if workspace is not None:
        path = workspace / "chugao.toml"
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise InputError(f"{path.name} 读不了（{reason_of(error)}）。请检查文件。") from None
        except UnicodeDecodeError:
            raise InputError(f"{path.name} 不是 UTF-8 编码。请用记事本打开，另存为时编码选 UTF-8。") from None
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+), column (\d+)", str(error))
            where = f"第{at[1]}行第{at[2]}个字符处" if at else "末尾"
            raise InputError(
                f"{path.name} {where}写法不对。请按 chugao init 生成的样子改正，文字要写在英文引号里。"
            ) from None
    model = values.pop("model", {})
    if not isinstance(model, dict):
        raise InputError('chugao.toml：[model] 应当是一节，如 [model] 下写 base_url = "http://…"。')
    values |= {k: model.pop(k) for k in ("base_url", "api_key") if k in model}
    values["model"] = model
    for field in ("base_url", "api_key", "database_url"):
        if from_environment := os.environ.get(f"CHUGAO_{field.upper()}"):
            values[field] = from_environment
    for field in ("model", "base_url", "api_key"):
        if (told := os.environ.get(f"CHUGAO_EMBEDDING_{field.upper()}")) and isinstance(
            own := values.setdefault("embedding", {}), dict
        ):
            own[field] = told
    try:
        return Settings(**values, workspace=workspace)
    except ValidationError as error:
        where = ".".join(str(p) for p in error.errors()[0]["loc"])
        raise InputError(f"chugao.toml：“{where}”这一项不认识或写法不对。请对照手册《设置》一节改正。") from None
