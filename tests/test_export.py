"""`export`: markdown, draft.json and its schema, the three files side by side."""

import json
import os
from pathlib import Path
from typing import Any

import docx
import jsonschema
import pytest

from chugao.errors import InputError
from chugao.export import draft_schema, file_name, read_draft, to_json, to_markdown, write_files, write_schema
from tests import drafts

COMMITTED = Path(__file__).parents[1] / "docs" / "schema" / "draft.schema.json"


# --- markdown -------------------------------------------------------------------------------------


def test_markdown_has_title_numbered_headings_paragraphs_and_pipe_tables():
    lines = to_markdown(drafts.draft()).splitlines()

    assert lines[0] == "# 医务科2025年工作总结暨2026年工作计划"
    assert [line for line in lines if line.startswith("#")][1:6] == [
        "## 一、2025年主要工作",
        "### （一）手术难度和数量同步上升",
        "### （二）急救关口前移到急诊一楼",
        "#### 1.卒中救治一刻不等",
        "#### 2.胸痛中心全程提速",
    ]
    assert drafts.LEAD in lines
    assert "| 指标 | 单位 | 2024年 | 2025年 | 年度目标 | 完成情况 |" in lines
    assert "| --- | --- | --- | --- | --- | --- |" in lines
    assert "**2025年主要指标完成情况表**" in lines
    assert any("一是病案归档" in line and "三是急诊会诊" in line for line in lines)


def test_markdown_keeps_every_sentence_and_every_cell():
    draft = drafts.draft()
    text = to_markdown(draft)

    assert all(sentence.text in text for _, sentence in draft.sentences())
    assert all(cell.text in text for _, _, table in draft.tables() for row in table.rows for cell in row)


def test_markdown_of_a_notice_wraps_the_attachment():
    lines = [line for line in to_markdown(drafts.notice()).splitlines() if line]

    assert lines[:7] == [
        "# 望澜市第一人民医院关于印发《2026年医务工作要点》的通知",
        "各科室、各部门：",
        drafts.NOTICE.opening,
        "特此通知。",
        "望澜市第一人民医院",
        "2026年1月8日",
        "# 2026年医务工作要点",
    ]


def test_markdown_escapes_what_would_change_its_structure():
    hostile = drafts.section(
        "x", "", "甲\n# 乙", 1,
        ("", "# 不是标题"), ("", "> 不是引文"), ("", "<script>alert(1)</script>"), ("", "第一行\n\n| 第二行"),
        drafts.table("表|题", "列|二", "a\\|b", "<b>|1\n2"),
    )  # fmt: skip
    lines = to_markdown(drafts.draft((hostile,))).splitlines()

    assert "## 甲 # 乙" in lines
    assert r"\# 不是标题" in lines
    assert r"\> 不是引文" in lines
    assert r"\<script>alert(1)\</script>" in lines
    assert "第一行 | 第二行" in lines
    assert r"| a\\ | b |" in lines
    assert r"| \<b> | 1 2 |" in lines


# --- draft.json -----------------------------------------------------------------------------------


def test_a_draft_comes_back_from_json_as_it_was(tmp_path: Path):
    for draft in (drafts.draft(), drafts.notice()):
        file = tmp_path / "draft.json"
        file.write_text(to_json(draft), encoding="utf-8")

        assert read_draft(file) == draft


def test_json_is_readable_chinese_with_keys_in_one_order():
    draft = drafts.draft(recipe={"seed": 0, "engine": "offline", "inputs": {"b": "2", "a": "1"}})
    turned = drafts.draft(recipe={"inputs": {"a": "1", "b": "2"}, "engine": "offline", "seed": 0})
    text = to_json(draft)

    assert text == to_json(turned)
    assert text.endswith("}\n")
    assert '"organisation": "望澜市第一人民医院"' in text
    values = json.loads(text)
    assert {"title", "kind", "department", "organisation", "year", "period", "cutoff", "engine", "shell", "sections",
            "findings", "requests"} <= set(values)  # fmt: skip
    assert list(values["sections"][2]) == ["id", "number", "heading", "level", "blocks", "sentences"]
    claim = values["sections"][2]["sentences"][0]["claims"][0]
    assert {"start", "end", "state", "metric", "period", "formula", "source"} <= set(claim)
    sentence = values["sections"][2]["sentences"][0]
    assert sentence["text"][claim["start"] : claim["end"]] == "23105台次"


def broken(**changed: Any) -> str:
    return json.dumps(json.loads(to_json(drafts.draft())) | changed, ensure_ascii=False)


def without(key: str) -> str:
    return json.dumps({k: v for k, v in json.loads(to_json(drafts.draft())).items() if k != key})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "不是完整的 JSON"),
        ("{", "不是完整的 JSON：第1行"),
        ("[]", "不是一份草稿：最外层"),
        ("null", "不是一份草稿：最外层"),
        ("{}", "缺少这一项"),
        (without("title"), "“title”缺少这一项"),
        (broken(year="去年"), "“year”应当是整数"),
        (broken(kind="poem"), "“kind”不是允许的取值"),
        (broken(colour="red"), "“colour”不认识这一项"),
        (broken(schema_version=99), "更新版本的 chugao.*第99版"),
        ("[" * 100_000, "不是一份草稿"),
        (broken(engine="半个字符").replace("半个字符", "\\ud800"), "不是 UTF-8"),
    ],
)
def test_a_file_that_is_no_draft_is_refused_with_the_reason(content: str, told: str, tmp_path: Path):
    file = tmp_path / "某科室.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match=f"某科室.json.*{told}"):
        read_draft(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="读不了"):
        read_draft(tmp_path / "没有.json")
    with pytest.raises(InputError, match="读不了"):
        read_draft(tmp_path)
    (tmp_path / "gbk.json").write_bytes('{"title": "总结"}'.encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        read_draft(tmp_path / "gbk.json")


def test_references_that_lead_nowhere_are_found(tmp_path: Path):
    file = tmp_path / "draft.json"
    values = json.loads(to_json(drafts.draft()))
    values["sections"][2]["blocks"][0]["sentence_ids"][0] = "gone"
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(InputError, match="句子 gone 不存在"):
        read_draft(file)

    values = json.loads(to_json(drafts.draft()))
    values["sections"][2]["sentences"][0]["claims"][0]["end"] = 9999
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(InputError, match="超出了文字范围"):
        read_draft(file)


def test_a_json_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path: Path):
    file = tmp_path / "draft.json"
    file.write_text("\ufeff" + to_json(drafts.draft()), encoding="utf-8")

    assert read_draft(file) == drafts.draft()


def test_drafts_satisfy_the_published_schema_and_others_do_not():
    jsonschema.Draft202012Validator.check_schema(draft_schema())
    validator = jsonschema.Draft202012Validator(draft_schema())

    assert validator.is_valid(json.loads(to_json(drafts.notice())))
    assert not validator.is_valid(json.loads(broken(schema_version=99)))
    assert not validator.is_valid(json.loads(broken(year="去年")))


def test_the_committed_schema_is_the_generated_one(tmp_path: Path):
    write_schema(tmp_path / "schema" / "draft.schema.json")

    assert COMMITTED.read_text(encoding="utf-8") == (tmp_path / "schema" / "draft.schema.json").read_text(
        encoding="utf-8"
    ), (
        "run: python -c 'from pathlib import Path; import chugao.export as e; e.write_schema(Path(\"docs/schema/draft.schema.json\"))'"
    )


# --- the three files ------------------------------------------------------------------------------


def test_the_three_files_lie_side_by_side_under_the_title(tmp_path: Path):
    written = write_files(drafts.draft(), tmp_path / "out" / "医务科")

    assert sorted(f.name for f in (tmp_path / "out" / "医务科").iterdir()) == [
        "医务科2025年工作总结暨2026年工作计划.docx",
        "医务科2025年工作总结暨2026年工作计划.json",
        "医务科2025年工作总结暨2026年工作计划.md",
    ]
    assert set(written) == {"docx", "json", "md"}
    assert read_draft(written["json"]) == drafts.draft()
    assert written["docx"].read_bytes()[:2] == b"PK"
    assert written["md"].read_text(encoding="utf-8") == to_markdown(drafts.draft())


def test_writing_again_replaces_all_three(tmp_path: Path):
    write_files(drafts.draft(), tmp_path)
    again = write_files(drafts.draft(engine="openai:x"), tmp_path, final=True)

    assert len(list(tmp_path.iterdir())) == 3
    assert read_draft(again["json"]).engine == "openai:x"


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_all_three_are_written_or_none(failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = write_files(drafts.draft(), tmp_path)
    kept = {kind: file.read_bytes() for kind, file in before.items()}
    calls = 0
    replace = os.replace

    def fail_once(source: Any, target: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail_once)
        with pytest.raises(InputError, match="关闭后重试"):
            write_files(drafts.draft(engine="openai:x"), tmp_path)

    assert {kind: file.read_bytes() for kind, file in before.items()} == kept
    assert len(list(tmp_path.iterdir())) == 3


def test_nothing_is_left_in_a_new_folder_when_one_of_three_fails(tmp_path: Path):
    (tmp_path / "医务科2025年工作总结暨2026年工作计划.md").mkdir()

    with pytest.raises(InputError, match="是一个文件夹"):
        write_files(drafts.draft(), tmp_path)

    assert [f.name for f in tmp_path.iterdir()] == ["医务科2025年工作总结暨2026年工作计划.md"]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "out").write_text("x")

    with pytest.raises(InputError, match="out"):
        write_files(drafts.draft(), tmp_path / "out")
    with pytest.raises(InputError, match="out"):
        write_files(drafts.draft(), tmp_path / "out" / "below")

    assert (tmp_path / "out").read_text() == "x"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere: NOT checked")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="写不进去"):
            write_files(drafts.draft(), tmp_path)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("2025年工作总结", "2025年工作总结"),
        ('甲/乙\\丙:丁*戊?"己"<庚>|辛', "甲／乙＼丙：丁＊戊？＂己＂＜庚＞｜辛"),
        ("../../etc/passwd", "／..／etc／passwd"),
        ("总结\n第二行\t三", "总结 第二行 三"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("总结. .", "总结"),
        ("a\x00\u202eb", "ab"),
        ("", "未命名"),
        ("...", "未命名"),
    ],
)
def test_a_title_becomes_a_file_name_that_windows_takes(title: str, name: str):
    assert file_name(title) == name


def test_a_very_long_title_still_makes_a_file(tmp_path: Path):
    written = write_files(drafts.draft(title="总结" * 300), tmp_path)

    assert all(len(file.name.encode()) <= 255 and file.exists() for file in written.values())


def test_a_word_file_that_somebody_worked_on_is_kept_when_the_draft_is_written_again(tmp_path: Path) -> None:
    first = write_files(drafts.draft(), tmp_path)
    edited = docx.Document(str(first["docx"]))
    edited.paragraphs[1].add_run("这一句是科长加的。")
    edited.save(str(first["docx"]))

    second = write_files(drafts.draft(), tmp_path)

    assert "这一句是科长加的。" in "".join(p.text for p in docx.Document(str(second["kept"])).paragraphs)
    assert "这一句是科长加的。" not in "".join(p.text for p in docx.Document(str(second["docx"])).paragraphs)


def test_a_word_file_nobody_touched_is_written_over(tmp_path: Path) -> None:
    write_files(drafts.draft(), tmp_path)

    again = write_files(drafts.draft(), tmp_path, comments=True)

    assert "kept" not in again
    assert len(list(tmp_path.glob("*.docx"))) == 1
