"""What a machine works out once and keeps in its user's cache folder.

In: a name and what it was worked out from.  Out: the bytes as they were kept, or None.

Whoever may write there could slip something in: what another user owns, or may change, is worked out again.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def kept(name: str, stamp: str) -> bytes | None:
    """What is kept under a name and a stamp; None when nothing is, or when somebody else may have written it."""
    place = _place(name, stamp)
    try:
        about = place.stat()
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
            return None
        sum_, _, content = place.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if sum_ == _sum(content) else None


def keep(name: str, stamp: str, content: bytes) -> None:
    """Keep it, whole or not at all, in place of what was kept under the name; a machine that lets nobody write goes without."""
    import tempfile

    place = _place(name, stamp)
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, part = tempfile.mkstemp(dir=place.parent, prefix=f"{name}-", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(_sum(content) + b"\n" + content)
        Path(part).replace(place)
        for other in place.parent.glob(f"{name}-*.kept"):
            if other != place:
                other.unlink(missing_ok=True)
    except OSError:
        return


def parsed(name: str, text: str) -> dict[str, Any]:
    """A shipped TOML file: it takes a hundred times as long to read as JSON."""
    stamp = hashlib.sha256(text.encode()).hexdigest()[:32]
    if (found := kept(name, stamp)) is not None:
        try:
            values = json.loads(found)
        except ValueError:
            values = None
        if isinstance(values, dict):
            return values
    import tomllib

    values = tomllib.loads(text)
    told = json.dumps(values, ensure_ascii=False, default=str)
    if json.loads(told) == values:  # a date would come back as words
        keep(name, stamp, told.encode())
    return values


def _sum(content: bytes) -> bytes:
    """Tells a file that was damaged."""
    return hashlib.sha256(content).hexdigest().encode()


def _place(name: str, stamp: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    folder = Path(base) if base.startswith("/") else Path(os.path.expanduser("~")) / ".cache"
    return folder / "chugao" / f"{name}-{stamp}.kept"
