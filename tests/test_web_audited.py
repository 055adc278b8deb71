"""Every act that is recorded has a name in the audit that a person reads."""

import re
from pathlib import Path
from typing import get_args

from chugao.review.people import Act
from chugao.review.suggestions import SuggestionState
from chugao.review.versions import Kind
from chugao.web.audited import ACTIONS

SOURCES = {p: p.read_text("utf-8") for p in (Path(__file__).parents[1] / "src" / "chugao").rglob("*.py")}
_NAMED = re.compile(
    r'"((?:account|session|order|metrics|material|corpus|review|settings|prompt|batch|export)\.[a-z_]+)"'
)
_FILES = re.compile(r"\.(?:toml|html|db|id)$")


def test_every_act_that_the_code_records_is_named_in_chinese():
    spelled = {m for p, text in SOURCES.items() if p.name != "audited.py" for m in _NAMED.findall(text)}
    spelled = {m for m in spelled if not _FILES.search(m)}
    rounds = {act for text in SOURCES.values() for act in re.findall(r"_(?:step|with)\([a-z_, ]*Act\.([A-Z_]+)", text)}
    written = {
        how for text in SOURCES.values() for how in re.findall(r'write\([^()]*(?:\([^()]*\)[^()]*)*how="(\w+)"', text)
    }
    made = {f"review.{Act[name].value}" for name in rounds} | {f"review.{how}" for how in written}
    made |= {f"review.{kind}" for kind in get_args(Kind) if kind != "ai"}
    made |= {f"review.suggestion_{state}" for state in get_args(SuggestionState) if state != "open"}

    assert len(spelled) > 40
    assert {"APPROVE", "HAND_OVER"} <= rounds
    assert {"take_comment", "accept_suggestion"} <= written
    assert sorted((spelled | made) - set(ACTIONS)) == []
    assert [label for label in ACTIONS.values() if re.search("[a-z]", label)] == []


def test_no_two_acts_of_the_list_to_choose_from_are_called_alike():
    assert len(set(ACTIONS.values())) == len(ACTIONS)
