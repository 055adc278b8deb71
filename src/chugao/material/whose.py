"""Whose a file of this year's material is, and of which year, as far as the file itself tells.

In: a path.  Out: (department, reported year), "" and None where it tells nothing.
"""

from pathlib import Path

from chugao.errors import InputError


def whose(file: Path) -> tuple[str, int | None]:
    """(department, reported year) as the file tells them."""
    if file.suffix.lower() in (".xlsx", ".xls", ".et", ".csv"):
        from chugao.material import read_matters

        try:
            items = read_matters(file).items
        except InputError:
            return _told_by_figures(file)
        years = [m.year for m in items if m.year]
        departments = {m.department for m in items if m.department}
        return (departments.pop() if len(departments) == 1 else "", min(years, default=None))
    from chugao.documents.structure import understand

    document = understand(file)
    return document.department or "", document.year


def _told_by_figures(file: Path) -> tuple[str, int | None]:
    from chugao.metrics.observation import Role
    from chugao.metrics.reading import read_metrics

    try:
        figures = read_metrics(file)
    except InputError:
        return "", 0  # what is wrong is said when the submission itself is read
    years = [o.period.year for o in figures.observations if o.role is Role.ACTUAL]
    departments = set(figures.departments)
    return (departments.pop() if len(departments) == 1 else "", max(years, default=None))
