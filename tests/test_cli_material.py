"""`chugao material add|list|confirm`: nothing is drafted before a person has vouched for it."""

from pathlib import Path

import pytest

from tests.cli import GOOD, MATTERS, chugao, figures, refused, write

SENT = (
    "心内科2025年工作材料\n一、主要工作\n6月开设心血管专病门诊，全年接诊2137人次。\n荣获全市急救技能竞赛团体一等奖。\n"
)
KEYS = [
    "id", "kind", "text", "metric", "value", "unit", "status", "release", "source", "copied_from", "confirmed_by",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert chugao("init", ".").code == 0
    write("心内科.txt", SENT)


def items() -> list[dict]:
    return chugao("material", "list", "--json").json["items"]


def test_what_is_added_waits_with_its_file_and_paragraph():
    ran = chugao("material", "add", "心内科.txt")

    assert ran.code == 0
    assert ran.out == "心内科.txt：新增2条，已有0条\n"
    assert "material confirm" in ran.err
    found = items()
    assert [list(i)[: len(KEYS)] for i in found] == [KEYS, KEYS]
    assert [(i["kind"], i["status"], i["confirmed_by"]) for i in found] == [
        ("matter", "provisional", None),
        ("honour", "provisional", None),
    ]
    assert found[0]["source"] == {"file": "心内科.txt", "paragraph": 3}


def test_adding_twice_adds_nothing():
    chugao("material", "add", "心内科.txt")

    ran = chugao("material", "add", "心内科.txt", "--json")

    (file,) = ran.json["files"]
    assert (file["file"], file["added"], file["unchanged"]) == ("心内科.txt", 0, 2)
    assert [list(i)[: len(KEYS)] for i in file["items"]] == [KEYS, KEYS]


def test_a_person_confirms_one_or_all():
    chugao("material", "add", "心内科.txt")
    first, second = items()

    one = chugao("material", "confirm", first["id"], "--by", "李四", "--json")
    everything = chugao("material", "confirm", "--all", "--by", "王五")

    assert [(i["id"], i["status"], i["confirmed_by"]) for i in one.json["items"]] == [
        (first["id"], "confirmed", "李四")
    ]
    assert everything.out == "已确认1条，确认人王五。\n"
    assert {i["id"]: i["confirmed_by"] for i in items()} == {first["id"]: "李四", second["id"]: "王五"}


def test_only_what_is_confirmed_is_drafted():
    chugao("material", "add", "心内科.txt", "--department", "医务科")
    chugao("metrics", "import", figures("好.csv", *GOOD))
    words = ("draft", "--kind", "summary", "--department", "医务科", "--year", "2025", "--json")

    before = chugao(*words, "-o", "前").json
    chugao("material", "confirm", "--all", "--by", "李四")
    after = chugao(*words, "-o", "后").json

    assert any("2137" in r["name"] for r in before["requests"])
    assert "2137" not in Path(before["files"]["md"]).read_text("utf-8")
    assert not any("2137" in r["name"] for r in after["requests"])
    assert "2137人次" in Path(after["files"]["md"]).read_text("utf-8")


def test_a_table_of_matters_is_material_too():
    ran = chugao("material", "add", MATTERS, "--json")

    assert ran.json["files"][0]["added"] > 10


def test_the_list_can_be_of_one_department():
    chugao("material", "add", "心内科.txt", "--department", "心内科")

    assert len(chugao("material", "list", "--department", "心内科", "--json").json["items"]) == 2
    assert chugao("material", "list", "--department", "骨科", "--json").json == {"items": []}
    assert "共2条。" in chugao("material", "list").out


def test_one_bad_file_keeps_all_of_them_out():
    write("空.txt", "")

    assert "空.txt" in refused("material", "add", "心内科.txt", "空.txt")

    assert items() == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "没有.docx"), ["没有.docx", "找不到"]),
        (("add", "夹"), ["夹", "这是文件夹"]),
        (("add", "无年.txt"), ["无年.txt", "--year"]),
        (("add", "心内科.txt", "--year", "25"), ["--year", "2000到2099"]),
        (("add", "空表.csv"), ["空表.csv", "事项"]),
        (("add",), ["没有写材料文件"]),
        (("add", "心内科.txt", "--when", "昨天"), ["--instruction"]),
        (("add", "--instruction"), ["原话"]),
        (("add", "-"), ["--department"]),
        (("reject", "--by", "李四"), ["--copied"]),
        (("correct", "没有", "--by", "李四"), ["没有写改什么"]),
        (("correct", "没有", "--by", "李四", "--text", "甲"), ["没有这些材料"]),
        (("pick", "没有", "--by", "李四", "--year", "2025"), ["没有这些材料"]),
        (("sign", "骨科", "--by", "李四", "--year", "2025"), ["骨科还没有报"]),
        (("board",), ["material collect"]),
        (("cases", "--year", "2025"), ["背景"]),
        (("confirm", "--by", "李四"), ["--all"]),
        (("confirm", "--all"), ["--by"]),
        (("confirm", "--all", "--by", " "), ["--by"]),
        (("confirm", "没有", "--by", "李四"), ["没有这些材料", "material list"]),
        (("confirm", "甲", "--all", "--by", "李四"), ["二者取一"]),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_a_mistake_is_a_sentence(words: tuple[str, ...], says: list[str]):
    Path("夹").mkdir()
    write("无年.txt", "心内科工作材料\n开设心血管专病门诊，接诊病人较多。\n")
    figures("好.csv", *GOOD)
    write("空表.csv", "甲,乙\n1,2\n")

    sentence = refused("material", *words)

    for part in says:
        assert part in sentence


@pytest.mark.parametrize("words", [("add", "心内科.txt"), ("list",), ("confirm", "--all", "--by", "李四")])
def test_outside_a_workspace_it_says_how_to_make_one(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "chugao.toml").unlink()

    assert "chugao init" in refused("material", *words)
