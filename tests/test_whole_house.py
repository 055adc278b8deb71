"""The paper of the whole house from what its departments sent: who did what, what is left out, what must be proved."""

import json
from pathlib import Path

import pytest

from tests.cli import chugao, write

HOUSE = "澧溪县人民医院"
CARDIOLOGY = (
    "心血管内科2026年工作总结\n一、业务工作\n全年收治住院患者3186人次，为科室的数。\n"
    "5月12日，独立完成首例冠状动脉旋磨术。\n与市一院建立心电远程诊断中心，接入12个乡镇卫生院，全年出具报告18640份。\n"
    "9月启用介入手术室，全年手术412台。\n一名医生离职（内部掌握）。\n"
)
DRAFT = ("draft", "--kind", "summary", "--department", HOUSE, "--level", "医院", "--year", "2026", "--json")


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    chugao("init", ".")
    settings = Path("chugao.toml")
    settings.write_text(settings.read_text("utf-8").replace('name = ""', f'name = "{HOUSE}"'), "utf-8")
    write("心内.txt", CARDIOLOGY)
    write("指标.csv", "部门,指标名称,年度,本期值,单位\n" + f"{HOUSE},出院人次,2026,31250,人次\n")
    chugao("material", "add", "心内.txt", "--department", "心血管内科", "--year", "2026")
    chugao("material", "confirm", "--all", "--by", "王芳")


def made(*more: str) -> dict:
    return chugao(*DRAFT, "--metrics", "指标.csv", *more).json


def text_of(told: dict) -> str:
    return Path(told["files"]["md"]).read_text("utf-8")


def test_the_house_tells_what_its_departments_did_and_takes_none_of_their_figures_for_its_own():
    told = made()

    text = text_of(told)

    assert "建立心电远程诊断中心" in text
    assert "18640份" in text
    assert "31250人次" in text
    assert "离职" not in text
    assert "离职" not in json.dumps(told["requests"], ensure_ascii=False)
    assert told["numbers"]["untraced"] == 0
    assert text.count("3186") == text.count("心血管内科收治住院患者3186人次")


def test_a_first_that_nobody_proved_leaves_only_under_somebodys_name():
    draft = made()["files"]["json"]

    refused = chugao("export", draft, "--final", "-o", "定稿")
    named = chugao("export", draft, "--final", "-o", "定稿", "--override-by", "刘建国", "--reason", "科里有手术记录")
    brief = chugao("paper", "brief", *Path("定稿").glob("*.json"), "--final", "--json")

    assert refused.code == 1
    assert "首例冠状动脉旋磨术" in refused.err
    assert named.code == 0
    assert brief.code == 0  # what was let pass when the base left stands for what is cut from it


def test_a_first_with_evidence_leaves():
    items = chugao("material", "list", "--json").json["items"]
    first = next(i["id"] for i in items if "首例" in i["text"])
    chugao("material", "correct", first, "--evidence", "查新报告", "--by", "王芳")

    assert chugao("export", made()["files"]["json"], "--final", "-o", "定稿").code == 0


def test_an_outline_from_above_finds_each_deed_its_heading_by_its_field_of_work():
    write("提纲.txt", "总结提纲\n一、医疗服务能力提升情况\n二、医联体建设情况\n三、党建工作情况\n")
    told = made("--outline", "提纲.txt")

    text = text_of(told)
    alliance = text[text.index("医联体建设情况") : text.index("党建工作情况")]

    assert "心电远程诊断中心" in alliance
    assert "心电远程诊断中心" not in text[text.index("医疗服务能力") : text.index("医联体建设情况")]


def test_what_fits_no_heading_is_listed_with_who_owes_it():
    write("提纲.txt", "总结提纲\n一、党建工作情况\n二、医保工作情况\n")
    told = made("--outline", "提纲.txt")

    coverage = chugao("outline", "coverage", told["files"]["json"]).out

    assert "没有对应的标题、没有写：与市一院建立心电远程诊断中心（心血管内科）" in coverage


@pytest.mark.slow
def test_a_photo_nobody_can_read_has_its_number_and_waits_for_its_words():
    write("批注.png", "")
    Path("批注.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
        )
    )
    chugao("material", "add", "--instruction", "--photo", "批注.png", "--from", "刘院长", "--year", "2026")
    (kept,) = [i for i in chugao("material", "list", "--json").json["items"] if i["kind"] == "instruction"]

    chugao("material", "correct", kept["id"], "--text", "心电远程诊断中心放在最前面", "--by", "王芳")
    ledger = chugao("material", "ledger", made()["files"]["json"]).out

    assert (kept["text"], kept["number"]) == ("（照片，原话待录）", 1)
    assert ledger.startswith("1　已落实　刘院长")
