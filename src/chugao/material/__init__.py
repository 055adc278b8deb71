"""What this year brings beside figures: matters (事项), and what departments send."""

from chugao.material.matter import Matter, Matters, MatterStatus
from chugao.material.reading import matter_id, read_matters

__all__ = ["Matter", "MatterStatus", "Matters", "matter_id", "read_matters"]
