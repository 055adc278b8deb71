"""Read what a model sent as a `Reply`: one JSON object, whatever stands around it.

In: the text of an answer.  Out: `Reply`, or why it cannot be read, in Chinese.

Surprise: half-width marks and blanks between Chinese characters come from the model's habits and say nothing; they are
put right here.  Anything else that should not be there is left for `drafting` to find.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from chugao.ledger import Answer
from chugao.manuscript import Reply, ReplyBlock, ReplySentence

_LONGEST = 200_000
_MOST = 200
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_MARKS = str.maketrans(",;:!?()", "，；：！？（）")
_HAN_BLANK = re.compile(
    r"(?<=[\u4e00-\u9fff，。；：、！？（）“”])[ \u3000]+|[ \u3000]+(?=[\u4e00-\u9fff，。；：、！？（）“”{])"
)
_PLAIN = re.compile("[ -~\u4e00-\u9fff，。、；：？！“”（）《》—…％\u3000]*")
"""Nothing hidden among these, and most texts are of nothing else."""
_HIDDEN = frozenset(("Cf", "Cc", "Cs", "Co", "Cn"))
_TOLD_FINISH = {
    "length": "回答太长，写到一半断了，请写短一些",
    "content_filter": "回答被模型方拦下",
    "refusal": "模型不肯写这一部分",
}
_NOT_JSON = "回答不是要求的 JSON"
_TEXT = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*+)"')


def problem_of(answer: Answer) -> str:
    """Why an answer cannot be used, "" when it can be read."""
    return Reader()(answer)


def _told_by_server(answer: Answer) -> str:
    """What is wrong before anything is read."""
    if told := _TOLD_FINISH.get(answer.finish):
        return told
    if not answer.text.strip():
        return "回答是空的"
    return "回答太长，不像是一个部分" if len(answer.text) > _LONGEST else ""


class Reader:
    """A judge that keeps the reply it has read, so that one answer is not read twice."""

    def __init__(self) -> None:
        self._text = ""
        self._reply: Reply | None = None

    def __call__(self, answer: Answer) -> str:
        """As `problem_of`."""
        if told := _told_by_server(answer):
            return told
        self._text, self._reply = answer.text, reply_of(answer.text)
        return "" if self._reply is not None else _NOT_JSON

    def reply(self, answer: Answer) -> Reply:
        """The reply in an answer that was judged, now or when it was recorded, and found readable."""
        if self._reply is None or self._text != answer.text:
            self._reply = reply_of(answer.text)
        assert self._reply is not None
        return self._reply


def reply_of(text: str) -> Reply | None:
    """The reply in an answer's text; None when there is none of the right shape."""
    data = json_inside(text)
    if data is None:
        return None
    heading = data.get("heading")
    blocks = data.get("blocks", [])
    if not isinstance(heading, str | None) or not isinstance(blocks, list) or len(blocks) > _MOST:
        return None
    read = [_block(b) for b in blocks]
    if any(b is None for b in read) or not (read or heading):
        return None
    return Reply(heading=tidy(heading) or None if heading else None, blocks=tuple(b for b in read if b and b.sentences))


def json_inside(text: str) -> dict[str, Any] | None:
    """The first JSON object of a text, a code fence or a thought before it or not."""
    text = _THOUGHT.sub("", text[:_LONGEST])
    start = text.find("{")
    if start < 0:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def tidy(text: str) -> str:
    """One line, full-width marks, nothing hidden; characters that are merely wrong stay to be found."""
    if not _PLAIN.fullmatch(text):
        text = "".join(c for c in text if unicodedata.category(c) not in _HIDDEN or c in "\n\t")
    pieces = re.split(r"(\{[^{}]*\})", text)
    text = "".join(p if p.startswith("{") else p.translate(_MARKS) for p in pieces)
    return _HAN_BLANK.sub("", re.sub(r"\s+", " ", text)).strip()


def _block(data: Any) -> ReplyBlock | None:
    if not isinstance(data, dict) or not isinstance(data.get("sentences"), list) or len(data["sentences"]) > _MOST:
        return None
    sentences = [_sentence(s) for s in data["sentences"]]
    if any(s is None for s in sentences):
        return None
    kind = data.get("type")
    return ReplyBlock(
        type="item" if kind == "item" else "paragraph", sentences=tuple(s for s in sentences if s and s.text)
    )


def _sentence(data: Any) -> ReplySentence | None:
    if isinstance(data, str):
        data = {"text": data}
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        return None
    passages = data.get("passages") or []
    if not isinstance(passages, list) or not all(isinstance(p, str) for p in passages):
        return None
    return ReplySentence(text=_ended(tidy(data["text"])), passages=tuple(dict.fromkeys(p[:60] for p in passages)))


def _ended(text: str) -> str:
    """The text with a full stop where it has no end."""
    if not text or text[-1] in "。！？；：”）":
        return text
    return f"{text.rstrip('，、,.')}。"


class Listener:
    """Passes on whole sentences of an answer while it is being written, each once, however often it is begun anew."""

    def __init__(self, on_text: Callable[[str], None] | None = None) -> None:
        self._on_text = on_text
        self._told = 0
        self.attempt()

    @property
    def deaf(self) -> bool:
        return self._on_text is None

    def attempt(self) -> None:
        """The answer begins, or begins again."""
        self._text, self._at, self._seen = "", 0, 0

    def __call__(self, piece: str) -> None:
        if self._on_text is None or len(self._text) > _LONGEST:
            return
        self._text += piece
        if '"' not in piece:
            return
        for match in _TEXT.finditer(self._text, self._at):
            self._at = match.end()
            self._seen += 1
            if self._seen > self._told:
                self._told = self._seen
                try:
                    self._on_text(_ended(tidy(json.loads(f'"{match[1]}"'))))
                except ValueError:
                    continue
