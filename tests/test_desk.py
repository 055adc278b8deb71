"""What a department's document rests on: which of the files' rows are its own, and what is said when none are."""

from pathlib import Path

import pytest

from chugao.desk import Desk, Files, gather


@pytest.fixture
def things(tmp_path: Path) -> Path:
    """Matters of two units."""
    path = tmp_path / "事项.csv"
    rows = (
        "部门,事项,时间,状态",
        "望澜市第一人民医院,通过等级评审,2025年7月,已完成",
        "护理部,试行弹性排班,2025年3月,已完成",
    )
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def gathered(things: Path, department: str, organisation: str = "") -> Desk:
    none = things.parent / "历年"
    none.mkdir(exist_ok=True)
    files = Files((), (things,), (), None, none)
    return gather(files, department=department, organisation=organisation, year=2025)


def test_files_that_hold_nothing_of_the_department_are_named(things: Path) -> None:
    desk = gathered(things, "院感科")

    told = [n for n in desk.notices if "事项文件" in n]

    assert len(told) == 1
    assert "院感科" in told[0]
    assert "望澜市第一人民医院、护理部" in told[0]


@pytest.mark.parametrize(("department", "organisation"), [("护理部", ""), ("医院", "望澜市第一人民医院")])
def test_a_department_or_a_house_that_is_named_needs_no_notice(
    things: Path, department: str, organisation: str
) -> None:
    assert not any("事项文件" in n for n in gathered(things, department, organisation).notices)
