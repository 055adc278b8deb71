"""The words of a text, as jieba cuts them.

In: a text.  Out: its words, with their parts of speech where asked for; joined they are the text.

Surprise: reading jieba's 349,000 words takes a tenth of a second, cutting the sentences that two versions differ in a
thousandth.  So a process that has only those to cut looks up the words that can stand in them, in
`templates/words/jieba.txt` (sorted by bytes, a word with its weight and part of speech a line), and cuts by those: every
word that could stand there is known with the weight it has, so the same words come out.  A process that cuts on has the
whole dictionary from then on, in which cutting is three times as fast.
"""

import mmap
import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, PathFinder
from importlib.util import module_from_spec
from threading import Lock
from typing import Any

from chugao.shipped import shipped

_FEW = 2_000
"""Characters after which the whole dictionary costs less than looking words up."""
_TOTAL = 60_101_967
"""The weights of all words together, by which each is weighed."""
_MARKS = frozenset(" \t\r\n，。；：、（）“”《》！？\x00\x01")
"""No word holds one of them."""
_NEAR = 4096
"""Bytes among which looking is quicker than halving."""
_REST = "\x02"
"""Stands for all the words that were not looked up."""


def words_of(text: str) -> list[str]:
    """The words of a text."""
    words: list[str] = _jieba(text).cut(text)
    return words


def tagged_words(text: str) -> list[tuple[str, str]]:
    """The words of a text with their parts of speech as jieba calls them: n, v, ns."""
    words: list[tuple[str, str]] = _jieba(text).tag(text)
    return words


def _jieba(text: str) -> Any:
    """What can cut this text: words that can stand in it, or all of them."""
    looked_up = _looked_up()
    if looked_up is None or not looked_up.has_words_of(text):
        import rjieba

        return rjieba
    return looked_up.jieba


@cache
def _looked_up() -> "_LookedUp | None":
    made = _maker() if "rjieba" not in sys.modules else None
    return None if made is None else _LookedUp(made.empty())


def _maker() -> Any:
    """jieba without its dictionary, which comes with `import rjieba`; None where the package is laid out otherwise."""
    package = PathFinder.find_spec("rjieba")
    folder = next(iter(package.submodule_search_locations or ()), "") if package else ""
    name = "rjieba.rjieba"
    found = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec(name) if folder else None
    if found is None or found.loader is None:
        return None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    # Whoever imports rjieba later gets this one: it can be set up once in a process.
    return sys.modules.setdefault(name, module).Jieba


class _LookedUp:
    """A dictionary of the words that can stand in the texts seen so far."""

    def __init__(self, jieba: Any) -> None:
        self.jieba = jieba
        self._read, self._weight = 0, 0
        self._pairs: set[str] = set()
        self._lock = Lock()
        with (shipped("templates") / "words" / "jieba.txt").open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def has_words_of(self, text: str) -> bool:
        """Looks up what is not known yet; False when so much was read that the whole dictionary is cheaper."""
        with self._lock:
            self._read += len(text)
            if self._read > _FEW:
                return False
            # Two characters that stand side by side begin every word that could stand there; each may be one itself.
            found = {text[i : i + 2] for i in range(len(text) - 1)} | set(text)
            for pair in found - self._pairs:
                if _MARKS.isdisjoint(pair):
                    self._add(pair)
            self._pairs |= found
            self.jieba.add_word(_REST, _TOTAL - self._weight, "x")
            return True

    def _add(self, pair: str) -> None:
        """Every word that begins with these two characters, or the word that one character is."""
        key = (pair if len(pair) == 2 else f"{pair} ").encode()
        at = self._place(key)
        while self._lines[at : at + len(key)] == key:
            end = self._lines.find(b"\n", at)
            word, weight, kind = self._lines[at:end].decode().split(" ")
            self.jieba.add_word(word, int(weight), kind)
            self._weight += int(weight)
            at = end + 1

    def _place(self, key: bytes) -> int:
        """Where the first line stands that begins with `key`; 0, which is an empty line, when none does."""
        low, high = 0, len(self._lines)
        while high - low > _NEAR:
            middle = self._lines.rfind(b"\n", low, (low + high) // 2) + 1
            if self._lines[middle : middle + len(key)] < key:
                low = middle
            else:
                high = middle
        return self._lines.find(b"\n" + key, low, high + len(key) + 1) + 1
