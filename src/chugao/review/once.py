"""What follows from frozen values alone is worked out once for each of them.

In: a plain function of frozen things.  Out: the same, which remembers.

Things are told apart by being the very same object, which costs nothing and cannot be wrong: whoever asks with an equal
one that was read anew has it worked out again.  `keeping` gives the same section and the same draft for the same text.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def once_for_each(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator for a function of frozen values, given by place; `most` answers are kept, the latest asked."""

    def remembering(function: Callable[P, R]) -> Callable[P, R]:
        kept: OrderedDict[tuple[int, ...], tuple[tuple[Any, ...], R]] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def asked(*given: P.args, **named: P.kwargs) -> R:
            if named:
                return function(*given, **named)
            key = tuple(map(id, given))
            with lock:
                if (known := kept.get(key)) is not None:
                    kept.move_to_end(key)
                    return known[1]
            made = function(*given, **named)
            with lock:
                # What was given is kept beside, so that its place in memory is nobody else's meanwhile.
                kept[key] = (given, made)
                while len(kept) > most:
                    kept.popitem(last=False)
            return made

        return asked

    return remembering
