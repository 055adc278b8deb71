"""The mentions of sentences as departments write them, labelled by hand before the reader ever saw them.

Two tables in tests/data: the first showed what was wrong, the second, written afterwards, whether that was mended in
general.  Both have been used for mending by now; what the reader is worth on new text is measured elsewhere.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chugao.kind import Kind
from chugao.mentions import Mention, find_mentions

TABLES = ("mentions_departments.tsv", "mentions_departments_2.tsv")


class Labelled(NamedTuple):
    """A sentence and the (start, end, role) of each of its numbers."""

    kind: Kind
    year: int
    text: str
    labels: list[tuple[int, int, str]]


def labelled(table: str) -> Iterator[Labelled]:
    for line in (Path(__file__).parent / "data" / table).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        _, kind, marked = line.split("\t")
        text, labels = "", []
        for piece in re.split(r"(⟦.*?⟧)", marked):
            words, _, role = piece.strip("⟦⟧").partition("|") if piece.startswith("⟦") else (piece, "", "")
            if role:
                labels.append((len(text), len(text) + len(words), role))
            text += words
        yield Labelled(Kind(kind.split()[0]), int(kind.split()[1]), text, labels)


@pytest.mark.parametrize("table", TABLES)
def test_the_numbers_of_departments_are_found_and_their_roles_told(table):
    right = found = all_labels = 0

    for sentence in labelled(table):
        mentions = find_mentions(sentence.text, kind=sentence.kind, year=sentence.year)
        for start, end, role in sentence.labels:
            mention = covering(mentions, start, end)
            all_labels += 1
            found += mention is not None
            right += mention is not None and mention.role.value == role

    assert all_labels > 180
    assert found / all_labels >= 0.99
    assert right / all_labels >= 0.97


@pytest.mark.parametrize("table", TABLES)
def test_no_number_is_found_where_none_was_labelled(table):
    extra = [
        m.text
        for s in labelled(table)
        for m in find_mentions(s.text, kind=s.kind, year=s.year)
        if m.quantity is not None and not any(m.start < end and m.end > start for start, end, _ in s.labels)
    ]

    assert extra == []


def covering(mentions: list[Mention], start: int, end: int) -> Mention | None:
    over = [m for m in mentions if m.start < end and m.end > start]
    return max(over, key=lambda m: min(m.end, end) - max(m.start, start), default=None)
