"""`chugao init` and `chugao doctor`."""

from pathlib import Path

import pytest

from tests.cli import GOOD, chugao, figures, refused, summary, write


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- init -----------------------------------------------------------------------------------------


def test_init_makes_a_folder_with_settings_and_a_database():
    ran = chugao("init", "科室/工作区")

    assert ran.code == 0
    assert ran.out == f"工作区：{Path('科室/工作区').resolve()}\n"
    assert "chugao metrics import" in ran.err
    assert {p.name for p in Path("科室/工作区").iterdir()} == {"chugao.toml", ".chugao"}
    assert Path("科室/工作区/.chugao/chugao.db").is_file()


def test_without_a_folder_it_is_the_one_we_are_in_and_settings_are_kept():
    first = chugao("init", "--json")
    settings = Path("chugao.toml").read_text("utf-8").replace('name = ""', 'name = "望澜市第一人民医院"')
    write("chugao.toml", settings)
    again = chugao("init", "--json")

    assert first.json == {"workspace": str(Path().resolve()), "created": True}
    assert again.json == {"workspace": str(Path().resolve()), "created": False}
    assert Path("chugao.toml").read_text("utf-8") == settings


@pytest.mark.parametrize("folder", ["占位", "占位/里面"])
def test_a_workspace_that_cannot_be_made(folder: str):
    write("占位", "")

    sentence = refused("init", folder)

    assert f"“{folder}”建不了" in sentence
    assert "请换一个" in sentence


# --- doctor ---------------------------------------------------------------------------------------


def test_doctor_says_what_works_here():
    ran = chugao("doctor", "--json")

    assert ran.code == 0
    assert set(ran.json) == {"checks"}
    assert all(set(check) == {"name", "state", "detail"} for check in ran.json["checks"])
    states = {check["name"]: check["state"] for check in ran.json["checks"]}
    assert states["指标目录"] == states["示例文稿"] == "可用"
    assert states["工作区"] == "未建"
    assert "工作区：未建" in chugao("doctor").out


def test_doctor_in_a_workspace_opens_the_database():
    chugao("init")

    assert "设置和数据库：可用" in chugao("doctor").out


@pytest.mark.parametrize(
    ("settings", "says"),
    [("[office\n", "第1行"), ('database_url = "foo"\n', "database_url")],
)
def test_doctor_shows_the_whole_board_with_what_is_broken(settings: str, says: str):
    chugao("init")
    write("chugao.toml", settings)

    ran = chugao("doctor")

    assert ran.code == 2
    assert "设置和数据库：不可用" in ran.out
    assert says in ran.out
    assert "LibreOffice" in ran.out


def test_doctor_with_a_database_that_is_none():
    chugao("init")
    Path(".chugao/chugao.db").write_bytes(b"not a database " * 100)

    ran = chugao("doctor")

    assert ran.code == 2
    assert "设置和数据库：不可用" in ran.out


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[office\nname = 1\n", ["chugao.toml", "第1行", "请"]),
        ("[office]\nname = 望澜\n", ["chugao.toml", "第2行", "英文引号"]),
        ('[office]\nnome = "x"\n', ["chugao.toml", "“office.nome”", "请"]),
        ('[office]\nname = "x"\nlevel = "国家"\n', ["“国家”", "科室、医院"]),
        ("model = 1\n", ["chugao.toml", "[model]"]),
    ],
)
def test_broken_settings_are_named_by_line_or_key(settings: str, says: list[str]):
    chugao("init")
    write("chugao.toml", settings)

    sentence = refused(*summary("--metrics", figures("好.csv", *GOOD)))

    for part in says:
        assert part in sentence


def test_settings_saved_by_an_old_notepad_are_recognised():
    chugao("init")
    write("chugao.toml", '[office]\nname = "望澜市第一人民医院"\n', "gb18030")

    assert "UTF-8" in refused(*summary("--metrics", figures("好.csv", *GOOD)))


# --- shortcomings that nobody picked ------------------------------------------------------------------


def test_a_draft_says_that_shortcomings_wait_for_somebody_to_pick_them():
    chugao("init")
    write("报送.txt", "检验科2025年工作总结\n一、主要工作\n3月开设周末采血窗口。\n二、存在问题\n分子实验室面积不够。\n")
    chugao("material", "add", "报送.txt", "--department", "检验科", "--year", "2025")
    chugao("material", "confirm", "--all", "--by", "王芳")
    told = ("draft", "--kind", "summary", "--department", "检验科", "--year", "2025")

    waiting = chugao(*told)
    problem = next(i["id"] for i in chugao("material", "problems", "--department", "检验科", "--json").json["problems"])
    chugao("material", "pick", problem, "--by", "王芳")
    picked = chugao(*told)

    assert "科室说的不足有1条没有人挑，没有写" in waiting.err
    assert "没有人挑" not in picked.err
