"""The gate's questions: each part answers most of them, and one function of it switched off is seen."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from eval import framed
from eval.probes import PROBES, Answer, probed

from chugao import flow, mentions
from chugao.checks import changes, totals
from chugao.comparing import pairing
from chugao.corpus import masking
from chugao.drafting import grounding
from chugao.export import markdown
from chugao.index import searching
from chugao.metrics import facts
from chugao.prompts import view
from chugao.quantity import comparing
from chugao.word import redlining


def nothing(*_: object, **__: object) -> Iterator[Any]:
    yield from ()


def first(name: str, count: int) -> list[Answer]:
    return list(islice(PROBES[name](), count))


TURNED = [("to_now_was", "results", "{name}{to}{prev}，上年为{now}")]
OFF: list[tuple[str, int, Any, str, Any]] = [
    ("句式", 400, framed, "frames", lambda: TURNED),
    ("算术", 60, changes, "_difference", nothing),
    ("算术", 60, changes, "_judged", nothing),
    ("有错的稿", 400, mentions, "listed_links", lambda *_: {}),
    ("识数", 400, mentions, "metric_of", lambda *_: (None, "")),
    ("规则", 400, totals, "_of_table", nothing),
    ("对比", 400, pairing, "reverses", lambda a, b: False),
    ("修订稿", 4, redlining, "runs_xml", lambda text: ""),
    ("检索", 400, searching, "_recency", lambda years: years * 0),
    ("检索", 400, searching.Index, "_within", lambda self, scope, relaxed: self._years > 0),
    ("遮名", 9000, masking, "_again", lambda text, people: []),
    ("读表", 400, comparing, "ROUND_HALF_UP", "ROUND_HALF_EVEN"),
    ("读表", 400, facts.Facts, "get", lambda self, metric, field: None),
    ("提示词", 120, view, "_weightiest", lambda brief: []),
    ("提示词", 120, view, "_metrics", lambda brief, clean: []),
    ("模型的话", 400, grounding, "turned", nothing),
    ("模型的话", 400, grounding.Grounds, "problems", nothing),
    ("成文", 400, markdown, "_pipe_table", lambda table: ""),
    ("成文", 400, flow, "_signature", nothing),
]


@pytest.mark.parametrize(("name", "count", "module", "function", "instead"), OFF, ids=[f"{o[0]}-{o[3]}" for o in OFF])
def test_a_function_that_is_off_is_seen(
    monkeypatch: pytest.MonkeyPatch, name: str, count: int, module: Any, function: str, instead: Any
):
    before = first(name, count)

    monkeypatch.setattr(module, function, instead)
    after = first(name, count)

    assert probed(before).asked == probed(after).asked
    assert {*probed(after).wrong} - {*probed(before).wrong}


def test_every_probe_has_something_that_can_be_switched_off():
    assert {o[0] for o in OFF} == {*PROBES}
