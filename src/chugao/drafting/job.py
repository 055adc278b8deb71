"""One document to make: what it is made from, and by what.

Held by whoever writes, quotes, notices and assembles; none of them changes it.
"""

from typing import NamedTuple

from chugao.catalogue import MetricDefinition
from chugao.config import Office
from chugao.material import Matter
from chugao.metrics.facts import Facts
from chugao.outline import Outline


class Job(NamedTuple):
    """One document to make: what it is made from, and by what."""

    outline: Outline
    facts: Facts
    matters: tuple[Matter, ...]
    missing: tuple[MetricDefinition, ...]
    """Metrics it cannot do without and that have no value."""
    office: Office
    engine: str
    seed: int
    instructions: tuple[str, ...]
    """As they were written down, for the 意见台账."""
    wishes: tuple[str, ...]
    """The single things they ask for."""
    fingerprints: dict[str, str]
    """File name → fingerprint, of every file that went in."""
    bases: tuple[str, ...] = ()
    """Policy documents it may cite, as they are to be cited."""
    omitted: tuple[str, ...] = ()
    """Instructions that left something out."""
    untimely: tuple[Matter, ...] = ()
    """What was given and lies outside what the document reports on or plans for."""
