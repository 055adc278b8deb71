"""After the drafts: the house's own document, papers held against each other, review packs in the order of risk."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from chugao.batch import after, packing
from chugao.batch.manifest import Task
from chugao.batch.packing import by_risk, risk_of
from chugao.batch.records import PaperRow
from chugao.export import read_draft
from tests.batch_cases import HEADER, write_departments, write_manifest
from tests.cli import chugao

TWO = ("医务科", "护理部")
HOUSE = '[hospital]\nname = "某市医院"\nkinds = ["summary"]\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_departments(tmp_path, TWO)


def manifest(*more: str) -> None:
    file = write_manifest(Path(), TWO, kinds=["summary"])
    file.write_text(file.read_text("utf-8") + "".join(more), encoding="utf-8")


def test_the_houses_document_rests_on_its_departments_figures_and_each_is_traced_down_to_their_cells() -> None:
    manifest(HOUSE)

    ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.code == 0, ran.err
    draft = read_draft("out/某市医院/某市医院2025年工作总结.json")
    (visits,) = [e for e in draft.evidence if e.field == "now" and e.value == str(32000 + 32100)]
    assert "全院汇总.xlsx" in visits.source
    book = openpyxl.load_workbook("out/某市医院/全院汇总.xlsx")
    trace = [[str(c.value) for c in row] for row in book["汇总依据"].iter_rows()]
    parts = [row for row in trace if row[0] == "门诊人次"]
    assert {row[3] for row in parts} == set(TWO)
    assert any("医务科-指标.csv" in cell for row in parts for cell in row)
    assert len(list(Path("out").glob("*/*.docx"))) == 3


def test_a_house_whose_own_figure_is_not_its_departments_sum_gets_no_document_and_is_told_why() -> None:
    Path("全院.csv").write_text(f"{HEADER}\n门诊人次,2025,70000,人次,60000,\n", encoding="utf-8")
    manifest(HOUSE, 'metrics = ["全院.csv"]\n')

    ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.code == 1
    assert ran.json["counts"]["done"] == 2
    assert any("各科室汇总" in told and "全院数" in told for told in ran.json["blocked"]), ran.json["blocked"]
    assert not list(Path("out/某市医院").glob("*.docx"))


def test_every_paper_has_a_review_pack_and_the_index_says_which_to_look_at_first() -> None:
    manifest()

    ran = chugao("batch", "run", "清单.toml", "--json")

    packs = sorted(p.name for p in Path("out/送审").glob("*.zip"))
    assert packs == ["医务科2025年工作总结.zip", "护理部2025年工作总结.zip"]
    with zipfile.ZipFile(Path("out/送审") / packs[0]) as pack:
        assert "核稿单.docx" in pack.namelist()
    page = Path(ran.json["files"]["送审目录"]).read_text("utf-8")
    assert all(name in page for name in packs)
    sheet = openpyxl.load_workbook("out/送审/目录.xlsx")["送审次序"]
    assert sheet.max_row == 3
    values = openpyxl.load_workbook("out/送审/目录.xlsx")["同一指标"]
    told = [[c.value for c in row] for row in values.iter_rows()]
    assert any("不同" in str(row[4]) for row in told[1:])


def test_a_pack_is_written_with_its_paper_so_that_the_end_of_a_job_has_none_left_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest()
    late: list[str] = []
    monkeypatch.setattr(after, "write_pack", lambda database, row, draft, folder: late.append(row.id))

    ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.code == 0, ran.err
    assert len(list(Path("out/送审").glob("*.zip"))) == 2
    assert late == []


def test_a_pack_that_could_not_be_written_with_its_paper_is_written_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest()

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(packing, "write_pack", full)

    ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.json["counts"]["done"] == 2
    assert len(list(Path("out/送审").glob("*.zip"))) == 2


def test_two_departments_with_the_same_words_are_told_apart() -> None:
    same = Path("医务科-事项.csv").read_text("utf-8")
    many = "".join(
        f"推进第{n}项流程整治并把经过写进台账备查,医疗质量,2025-0{n},台账由专人每周核对一遍,,已完成\n" for n in "12345"
    )
    Path("医务科-事项.csv").write_text(same + many, encoding="utf-8")
    Path("护理部-事项.csv").write_text(same.replace("医务科", "护理部") + many, encoding="utf-8")
    manifest()

    ran = chugao("batch", "run", "清单.toml", "--json")

    assert any("文字相同" in told for told in ran.json["between"]), ran.json["between"]
    assert any(p["report"]["alike"] for p in ran.json["papers"])


def test_what_speaks_against_a_paper_decides_when_it_is_looked_at() -> None:
    clean = {"numbers": {"untraced": 0}, "findings": {"warning": 0}, "errors": 0}
    wrong = clean | {"errors": 1}
    thin = clean | {"requests": 3, "findings": {"warning": 2}}

    queue = by_risk([paper(1, clean), paper(2, thin), paper(4, wrong), paper(3, wrong)])

    assert [p.ordinal for p in queue] == [3, 4, 2, 1]
    assert risk_of(wrong)[1] == ("错误1处",)


def paper(ordinal: int, report: dict[str, object]) -> PaperRow:
    task = Task(department="甲", kind="summary", year=2025)
    return PaperRow(
        id=str(ordinal), job="j", ordinal=ordinal, department="甲", kind="summary", state="done", task=task, round=1,
        report=report,
    )  # fmt: skip
