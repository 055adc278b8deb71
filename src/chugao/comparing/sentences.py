"""Sentences: where a text is cut.

In: a paragraph.  Out: its sentences, marks included; joined they are the paragraph.
"""

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^。！？；!?;]*[。！？；!?;]+[”’」』）)\]】]*|[^。！？；!?;]+")
_TITLE = re.compile(r"《[^《》\n]{1,60}》")
_LONGEST = 400
"""No sentence is longer: a diff inside one costs the square of its length."""
_PAUSE = re.compile(r"[，、,：:\s](?=[^\d０-９\s])")


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph, marks included; joined they are the paragraph.  Never inside a 《title》."""
    sentences = _SENTENCE.findall(text)
    if "《" in text:
        sentences = _with_titles_whole(text, sentences)
    if len(text) > _LONGEST:
        return [piece for sentence in sentences for piece in _bounded(sentence)]
    return sentences


def _with_titles_whole(text: str, sentences: list[str]) -> list[str]:
    """The same with those joined that a title reaches over."""
    titles = [m.span() for m in _TITLE.finditer(text)]
    out: list[str] = []
    end = at = 0
    inside = False
    for sentence in sentences:
        if inside:
            out[-1] += sentence
        else:
            out.append(sentence)
        end += len(sentence)
        while at < len(titles) and titles[at][1] <= end:
            at += 1
        inside = at < len(titles) and titles[at][0] < end
    return out


def _bounded(sentence: str) -> Iterator[str]:
    """An endless sentence in pieces, cut at pauses that no number stands at."""
    while len(sentence) > _LONGEST:
        pauses = [m.end() for m in _PAUSE.finditer(sentence, _LONGEST // 2, _LONGEST)]
        if not pauses:
            break
        yield sentence[: pauses[-1]]
        sentence = sentence[pauses[-1] :]
    yield sentence
