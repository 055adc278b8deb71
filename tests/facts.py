"""Small real figures for tests: one line a metric."""

from pathlib import Path
from tempfile import TemporaryDirectory

from chugao.metrics.observation import Figures
from chugao.metrics.reading import read_metrics

HEADER = "指标名称,年度,本期值,单位,上年同期值,目标值,明年目标"


def facts_of(*lines: str) -> Figures:
    """Figures from lines “指标名称,年度,本期值,单位,上年同期值,目标值,明年目标”; trailing fields may be missing."""
    rows = [HEADER]
    for line in lines:
        cells = [c.strip().removeprefix("上年").strip() for c in line.split(",")]
        rows.append(",".join(cells + [""] * (7 - len(cells))))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "指标.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        return read_metrics(path)
