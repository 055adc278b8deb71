"""What of a department's files has come, and what went wrong with them, in the words of the manifest.

In: a `Task`.  Out: names of files that are not there; a reason that an administrator can act on.

Surprise: the rooms below tell a clerk to look at --department; who runs a batch has a manifest, and no such option.
"""

import re
from pathlib import Path
from typing import Literal

from chugao.batch.manifest import Task

Sent = Literal["all", "part", "none"]

_IN_THE_MANIFEST = {
    "--department": "清单里科室的 name",
    "--year": "清单里的 year",
    "--period": "period",
    "--metrics": "metrics",
    "--matters": "matters",
    "--outline": "清单里的 outline",
    "--length": "清单里的 length",
}


def absent(task: Task) -> tuple[str, ...]:
    """The names of the files of a task that are not there."""
    return tuple(dict.fromkeys(Path(n).name for n in _named(task) if not Path(n).is_file()))


def sent(task: Task) -> Sent:
    """Whether the files that a task names have come."""
    there = [Path(n).is_file() for n in _named(task)]
    return "all" if all(there) else "part" if any(there) else "none"


def told_of_the_manifest(reason: str) -> str:
    """What a room says of an option of `draft`, said of the manifest."""
    return re.sub(r" ?(--[a-z-]+)", lambda m: _IN_THE_MANIFEST.get(m.group(1), m.group()), reason)


def _named(task: Task) -> tuple[str, ...]:
    return (*task.metrics, *task.matters, *task.material)
