"""Recorded conversations with a model server: where they are, what is asked, and how they are kept readable.

`python -m tests.record` makes them anew; `tests/test_engine_cassettes.py` plays them.  A recording shows what goes over
the wire, and nothing of how well a model writes.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import vcr
import yaml
from pydantic import SecretStr
from vcr.cassette import Cassette

from chugao.config import EmbeddingSettings, ModelSettings, Settings
from chugao.engines.assisted import AssistedEngine
from chugao.engines.embedding import Embedder, open_embedder
from chugao.engines.probing import response_format
from chugao.ledger import Ask, Message
from chugao.manuscript import Brief, BriefMatter, Slot

FOLDER = Path(__file__).parent / "cassettes"
MODEL = "qwen2.5-coder-1.5b-instruct"
DEAD = "http://127.0.0.1:9/v1"
"""Nobody listens there: what is played must not reach the network."""
_CANARY = SecretStr("sk-canary-0123456789")
_KEPT_HEADERS = ("content-type", "retry-after")
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"text": {"type": "string", "pattern": "^[一-鿿，]{4,24}。$"}},
    "required": ["text"],
    "additionalProperties": False,
}


class Case(NamedTuple):
    """One question to a server."""

    name: str
    engine: str
    stream: bool
    output: str
    """plain, json_object, guided_object or json_schema; "brief" for a whole brief."""


CASES = tuple(
    Case(f"{engine}-{output}{'-streamed' if stream else ''}", f"{engine}:{MODEL}", stream, output)
    for engine in ("openai", "langchain:openai")
    for stream in (False, True)
    for output in ("plain", "json_object", "guided_object", "json_schema", "brief")
    if output in ("plain", "guided_object") or (not stream and output != "brief") or (stream and output == "brief")
)


def file_of(case: Case) -> Path:
    return FOLDER / f"{case.name.replace(':', '-')}.yaml"


def ask_of(case: Case) -> Ask:
    """A question of a few words: what counts is how it travels."""
    shape = response_format(case.output, SCHEMA)  # type: ignore[arg-type]
    words = "用一句话说：骨科今年开设了周末门诊。" + (
        "" if case.output == "plain" else '只回 JSON：{"text": "一句话。"}'
    )
    return Ask(
        model=MODEL,
        messages=(Message(role="system", content="你在医院办公室写材料。"), Message(role="user", content=words)),
        parameters={"temperature": 0.0, "max_tokens": 60} | ({"response_format": shape} if shape else {}),
        sample=7,
    )


def brief() -> Brief:
    """A section of two matters and one figure."""
    return Brief(
        task="part",
        section="results_service",
        role="results",
        kind="summary",
        style="data",
        level="科室",
        department="骨科",
        organisation="望澜市第一人民医院",
        heading="周末也能看门诊",
        slots=(
            Slot(
                name="outpatient_visits.now",
                meaning="2025年门诊人次（本期值）",
                metric="outpatient_visits",
                metric_name="门诊",
                field="now",
                required=True,
            ),
        ),
        matters=(BriefMatter(id="matter_a", text="开设周末门诊", result="上班的人不必请假", status="done", weight=70),),
        max_chars=120,
    )


EMBEDDING = FOLDER / "embeddings.yaml"
TEXTS = ("骨科开设周末门诊", "骨科周末也能看门诊", "图书馆整修屋顶")


def embedder(base_url: str, model: str = MODEL) -> Embedder:
    """Sends all texts in one request."""
    asked = ModelSettings(attempts=1, timeout_s=480)
    own = EmbeddingSettings(model=model, batch=len(TEXTS))
    return open_embedder(settings=Settings(base_url=base_url, api_key=_CANARY, model=asked, embedding=own))


def settings_of(case: Case, base_url: str) -> Settings:
    output = "guided_object" if case.output == "brief" else "auto"
    model = {"stream": case.stream, "output": output, "attempts": 1, "max_tokens": 400, "temperature": 0.0}
    slow = {"timeout_s": 1500, "first_token_s": 1200, "next_token_s": 120}
    return Settings(base_url=base_url, api_key=_CANARY, model=model | slow)  # type: ignore[arg-type]


async def asked(case: Case, engine: AssistedEngine) -> Any:
    """Ask as the case says: a brief through the engine, else a question through its connection."""
    if case.output == "brief":
        return await engine.write(brief())
    async with engine.session():
        return await engine._connection().ask(ask_of(case))


@contextmanager
def cassette(file: Path, mode: str = "none") -> Iterator[Cassette]:
    """A cassette, to record (`all`) or to play (`none`)."""
    recorder = vcr.VCR(
        serializer="readable",
        record_mode=mode,
        match_on=["method", "path", "body"],
        before_record_request=_request,
        before_record_response=_response,
        decode_compressed_response=True,
        record_on_exception=False,
    )
    recorder.register_serializer("readable", _Readable)
    with recorder.use_cassette(str(file)) as played:
        yield played


def _request(request: Any) -> Any:
    """Where and with which key it was asked is nobody's business."""
    request.headers = {}
    request.uri = "http://model.example" + request.path
    return request


def _response(response: dict[str, Any]) -> dict[str, Any]:
    headers = {k: v for k, v in response["headers"].items() if k.lower() in _KEPT_HEADERS}
    body = response["body"]["string"]
    text = body.decode() if isinstance(body, bytes) else body
    text = re.sub(r"/(?:root|home|tmp|work|usr|opt)/[\w./-]*", "…", text)  # paths of the server's own machine
    return response | {"headers": headers, "body": {"string": "\n".join(map(_in_chinese, text.split("\n"))).encode()}}


def _in_chinese(line: str) -> str:
    """A line of JSON with its characters written out."""
    start = "data: " if line.startswith("data: {") else ""
    try:
        return start + json.dumps(json.loads(line.removeprefix(start)), ensure_ascii=False)
    except ValueError:
        return line


class _Readable:
    """YAML that a reviewer can read."""

    @staticmethod
    def serialize(data: dict[str, Any]) -> str:
        told = HEADER + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000)
        return told.replace("\t", "  ")

    @staticmethod
    def deserialize(text: str) -> Any:
        return yaml.safe_load(text)


HEADER = f"# Recorded from {MODEL} (Q4, llama.cpp) on the local machine by python -m tests.record; wire format only.\n"
