"""`chugao export`: the only gated way out."""

import contextlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.cli import FIGURES, GOOD, MATTERS, TITLE, chugao, figures, refused, summary, write

FILES = [f"{TITLE}.docx", f"{TITLE}.json", f"{TITLE}.md"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both drafts, made once."""
    folder = tmp_path_factory.mktemp("drafts")
    with contextlib.chdir(folder):
        assert chugao(*summary("--metrics", figures("好.csv", *GOOD), "-o", "owing")).code == 0
        assert chugao(*summary("--metrics", FIGURES, "--matters", MATTERS, "-o", "whole")).code == 0
    return folder


@pytest.fixture
def owing(drafts: Path) -> Path:
    """A draft in which required figures are still 待补."""
    shutil.copytree(drafts / "owing", "out")
    return Path("out") / f"{TITLE}.json"


@pytest.fixture
def whole(drafts: Path) -> Path:
    """A draft that may leave."""
    shutil.copytree(drafts / "whole", "out")
    return Path("out") / f"{TITLE}.json"


def marked(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        return any("草稿" in package.read(n).decode() for n in package.namelist() if n.endswith(".xml"))


def test_an_export_is_the_draft_again(whole: Path):
    ran = chugao("export", whole, "-o", "再")

    assert ran.code == 0
    assert sorted(p.name for p in Path("再").iterdir()) == FILES
    assert ran.out.splitlines() == [f"再/{name}" for name in (FILES[0], FILES[1], FILES[2])]
    for name in FILES:
        assert (Path("再") / name).read_bytes() == (Path("out") / name).read_bytes()


def test_a_final_has_no_draft_mark(whole: Path):
    ran = chugao("export", whole, "--final", "-o", "定稿")

    assert ran.code == 0, ran.err
    assert marked(Path("out") / FILES[0])
    assert not marked(Path("定稿") / FILES[0])
    assert "override" not in json.loads((Path("定稿") / FILES[1]).read_text("utf-8"))["recipe"]


def test_json_names_the_files(whole: Path):
    ran = chugao("export", whole, "--final", "--json", "-o", "定稿")

    assert set(ran.json) == {"final", "files"}
    assert ran.json["final"] is True
    assert ran.json["files"] == {k: f"定稿/{TITLE}.{k}" for k in ("docx", "json", "md")}


def test_an_error_stops_a_final_and_nothing_is_left(owing: Path):
    ran = chugao("export", owing, "--final", "-o", "定稿")

    assert (ran.code, ran.out) == (1, "")
    assert "不能出定稿" in ran.err
    assert "待补" in ran.err
    assert "--override-by" in ran.err
    assert not Path("定稿").exists()


def test_a_stopped_final_does_not_touch_an_earlier_one(whole: Path):
    assert chugao("export", whole, "--final", "-o", "定稿").code == 0
    before = {p.name: p.read_bytes() for p in Path("定稿").iterdir()}
    figures("改.csv", "门急诊人次,2025,1234567,人次,900000,950000")

    assert chugao("export", whole, "--final", "-o", "定稿", "--metrics", "改.csv").code == 1

    assert {p.name: p.read_bytes() for p in Path("定稿").iterdir()} == before


def test_a_person_lets_it_pass_by_name_and_reason_and_that_is_kept(owing: Path):
    ran = chugao("export", owing, "--final", "--override-by", "王主任", "--reason", "数据下周补报", "-o", "定稿")

    assert ran.code == 0
    assert not marked(Path("定稿") / FILES[0])
    override = json.loads((Path("定稿") / FILES[1]).read_text("utf-8"))["recipe"]["override"]
    assert (override["by"], override["reason"]) == ("王主任", "数据下周补报")
    assert {f["rule"] for f in override["findings"]} == {"pending"}
    assert "王主任" in ran.err


def test_an_override_that_was_not_needed_is_not_recorded(whole: Path):
    ran = chugao("export", whole, "--final", "--override-by", "王主任", "--reason", "看过", "-o", "定稿")

    assert ran.code == 0
    assert "用不着放行" in ran.err


def test_an_error_for_programs_too(owing: Path):
    ran = chugao("export", owing, "--final", "--json", "-o", "定稿")

    assert (ran.code, ran.out) == (1, "")
    assert not Path("定稿").exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--final", "--override-by", "王主任"), ["--reason"]),
        (("--final", "--reason", "急用"), ["--override-by"]),
        (("--override-by", "王主任", "--reason", "急用"), ["--final"]),
        (("--final", "--override-by", " ", "--reason", "急用"), ["--override-by"]),
        (("-o", "占位"), ["占位", "是一个文件"]),
        (("--final", "--metrics", "没有.csv"), ["没有.csv", "找不到"]),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_half_an_override_or_a_bad_folder_is_refused(owing: Path, more: tuple[str, ...], says: list[str]):
    write("占位", "")

    sentence = refused("export", owing, *more)

    for part in says:
        assert part in sentence


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("没有.json", None, ["没有.json", "找不到"]),
        ("数组.json", "[]", ["数组.json", "不是一份草稿"]),
        ("半截.json", '{"title"', ["半截.json", "不是完整的 JSON", "第1行"]),
        ("别的.json", '{"title": 1}', ["别的.json", "不是一份草稿"]),
        ("稿.txt", "一段话", ["稿.txt", "不是完整的 JSON"]),
        ("新.json", '{"schema_version": 99}', ["新.json", "升级"]),
    ],
)
def test_what_is_no_draft_is_a_sentence(name: str, text: str | None, says: list[str]):
    if text is not None:
        write(name, text)

    sentence = refused("export", name)

    for part in (*says, "请"):
        assert part in sentence


def test_a_folder_is_no_draft():
    Path("夹").mkdir()

    assert "这是文件夹" in refused("export", "夹")


def test_a_clean_copy_for_others_bears_no_trace_of_us(whole: Path):
    assert chugao("export", whole, "--comments", "--clean").code == 0

    def everything(name: str) -> str:
        with zipfile.ZipFile(Path("out") / name) as archive:
            return "".join(archive.read(n).decode() for n in archive.namelist())

    traces = ("bookmarkStart", "chugao", "<w:comment ", "urn:chugao:manifest")
    own, clean = everything(f"{TITLE}.docx"), everything(f"{TITLE}（清稿）.docx")
    assert [t for t in traces if t not in own] == []
    assert [t for t in traces if t in clean] == []


def test_who_signs_is_printed_on_an_upward_report_only(whole: Path):
    said = refused("export", whole, "--signer", "孟秋白")
    assert "上行的报告" in said

    report = json.loads(whole.read_text(encoding="utf-8"))
    report["shell"] |= {"type": "report", "title": "关于2025年工作情况的报告", "addressee": "望澜市卫生健康委员会"}
    write("报告.json", json.dumps(report, ensure_ascii=False))
    assert chugao("export", "报告.json", "--signer", "孟秋白", "-o", "report").code == 0

    with zipfile.ZipFile(next(Path("report").glob("*.docx"))) as archive:
        assert "孟秋白" in archive.read("word/document.xml").decode()
