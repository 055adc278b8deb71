"""What a document is made of: its kind's parts, the outline that came from above, and which figures and matters go where.

kinds     a kind's parts, headings, length
above     the 通知 or 提纲 that came from above
editing   an outline as a .toml a person can change before drafting
topics    fields of work
"""

from chugao.outline.kinds import Outline, Part, PartRole, area_of, read_outline, rest_of_year
from chugao.outline.topics import (
    Topic,
    affinity,
    answers,
    common_pairs,
    share_a_word,
    telling_pairs,
    topic_of_matter,
    topic_of_metric,
    topics,
)

__all__ = [
    "Outline",
    "Part",
    "PartRole",
    "Topic",
    "affinity",
    "answers",
    "area_of",
    "common_pairs",
    "read_outline",
    "rest_of_year",
    "share_a_word",
    "telling_pairs",
    "topic_of_matter",
    "topic_of_metric",
    "topics",
]
