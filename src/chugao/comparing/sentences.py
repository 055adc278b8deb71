"""Sentences: where a text is cut.

In: a paragraph.  Out: its sentences, marks included; joined they are the paragraph.
"""

import re
from collections.abc import Iterator

_END = re.compile(r"[。！？；!?;]+[”’」』）)\]】]*")
_TITLE = re.compile(r"《[^《》\n]{1,60}》")
_LONGEST = 400
"""No sentence is longer: a diff inside one costs the square of its length."""
_PAUSE = re.compile(r"[，、,：:\s](?=[^\d０-９\s])")


def split_sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph, marks included; joined they are the paragraph.  Never inside a 《title》."""
    titles = [m.span() for m in _TITLE.finditer(text)] if "《" in text else []
    start = at = 0
    for match in _END.finditer(text):
        end = match.end()
        while at < len(titles) and titles[at][1] <= match.start():
            at += 1
        if at < len(titles) and titles[at][0] < match.start():
            continue
        yield from (text[start:end],) if end - start <= _LONGEST else _bounded(text[start:end])
        start = end
    if start < len(text):
        yield from _bounded(text[start:])


def _bounded(sentence: str) -> Iterator[str]:
    """An endless sentence in pieces, cut at pauses that no number stands at."""
    while len(sentence) > _LONGEST:
        pauses = [m.end() for m in _PAUSE.finditer(sentence, _LONGEST // 2, _LONGEST)]
        if not pauses:
            break
        yield sentence[: pauses[-1]]
        sentence = sentence[pauses[-1] :]
    yield sentence
