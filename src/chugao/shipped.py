"""Where prompts, templates and corpus are found that come with chugao.

In: the name of a folder.  Out: its path, in a wheel or in a checkout.
"""

from pathlib import Path


def shipped(name: str) -> Path:
    """A folder that comes with chugao ("prompts", "templates", "corpus"), from a wheel or a checkout."""
    inside = Path(__file__).parent / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name
