"""Who works on a call: a process of a host, for as long as it lives or its lease runs.

In: what a claim says of its owner.  Out: whether somebody still waits for the answer.
"""

import os
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path

from chugao.database import utc_text


def this_process() -> str:
    """Who claims: host, process number and when it started (a number is used again), and which ledger of the process."""
    return f"{this_host()}:{os.getpid()}:{_started_at(os.getpid())}:{secrets.token_hex(4)}"


def this_host() -> str:
    """Where process numbers mean the same: containers may share a host's name and not its numbers."""
    try:
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{space}"


def is_alive(owner: str) -> bool:
    """Whether the process that claimed a call still runs; of another host only its lease can tell."""
    parts = owner.rsplit(":", 3)
    if len(parts) != 4 or parts[0] != this_host() or not parts[1].isdigit():
        return True
    return not Path("/proc/self/stat").exists() or _started_at(int(parts[1])) == parts[2]


def _started_at(pid: int) -> str:
    """Start time of a process in clock ticks since boot, "" when it is gone (or /proc is not there)."""
    try:
        # The name in brackets may hold blanks and brackets.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def nobody_works_on(owner: str, lease_until: str) -> bool:
    """Whether a started call is nobody's any more: its process has ended, or its lease has."""
    return not is_alive(owner) or lease_until < utc_text(datetime.now(UTC))
