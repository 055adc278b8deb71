"""`--engine openai:…` at the command line: draft, doctor, rewrite, ledger, budget."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli import chugao, refused, write
from tests.fault_server import Faults, reply

KEY = "sk-canary-7f3a9c1e5b"
FIGURES = (
    "指标名称,年度,本期值,单位,上年同期值,目标值\n门诊人次,2025,32000,人次,28571,\n平均住院日,2025,7.3,天,7.6,7.4\n"
)
GOOD = reply("平均住院日由{avg_length_of_stay.prev}缩短到{avg_length_of_stay.now}。")
PART = (Path(__file__).parents[1] / "prompts" / "summary" / "part.md.j2").read_text("utf-8")
DRAFT = ("draft", "--kind", "summary", "--department", "外科", "--year", "2025", "--metrics", "指标.csv")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHUGAO_API_KEY", KEY)
    write("指标.csv", FIGURES)


def say(body: dict[str, Any]) -> str:
    if "照抄" in body["messages"][1]["content"]:
        return json.dumps({"text": "全年收治病人许多人。"}, ensure_ascii=False)
    return GOOD


def everything(folder: Path) -> str:
    return "".join(p.read_bytes().decode("utf-8", "replace") for p in folder.rglob("*") if p.is_file())


def test_a_model_drafts_through_the_ledger_and_a_second_run_calls_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        first = chugao(*DRAFT, "--engine", "openai:m", "--json")
        asked = server.count
        second = chugao(*DRAFT, "--engine", "openai:m", "--json")

    assert first.code == second.code == 0
    assert first.json["engine"] == "openai:m"
    assert asked > 0
    assert server.count == asked
    assert Path("out/.chugao/ledger.db").is_file()
    assert json.loads(Path("out/.chugao/models.json").read_text("utf-8"))
    assert "缩短到7.3天" in Path(first.json["files"]["md"]).read_text("utf-8")
    assert chugao("ledger", "cost", "--dir", "out", "--json").json["rows"][0]["calls"] == asked
    assert KEY not in everything(tmp_path) + first.out + first.err + second.out


def test_a_wrong_key_still_gives_a_draft_and_says_who_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        ran = chugao(*DRAFT, "--engine", "openai:401")

    assert ran.code == 0
    assert "模型一处也没有写成，这份稿子全部由离线引擎写成，不是 openai:401 写的" in ran.err
    assert "不认这个密钥" in ran.err
    assert "，离线写成，" in ran.out
    assert "由 openai" not in ran.out
    assert KEY not in ran.err
    assert server.count == 1


def test_candidates_come_from_several_models_temperatures_and_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("我的模板/summary").mkdir(parents=True)
    write("我的模板/summary/part.md.j2", PART.replace("写材料，", "写文字材料，", 1))
    varied = ("openai:one", "openai:two?temperature=1.5", "openai:two?prompts=我的模板")

    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        ran = chugao(*DRAFT, *(a for e in varied for a in ("--engine", e)), "--json")

    parts = [r for r in server.requests if "照抄" not in r["messages"][1]["content"]]
    assert [c["engine"] for c in ran.json["candidates"]] == list(varied)
    assert all(Path(c["files"]["docx"]).is_file() for c in ran.json["candidates"])
    assert {(r["model"], r["temperature"]) for r in parts} == {("one", 0.4), ("two", 0.4), ("two", 1.5)}
    fingerprints = {
        s["recipe"]["prompt"]
        for c in ran.json["candidates"]
        for part in json.loads(Path(c["files"]["json"]).read_text("utf-8"))["sections"]
        for s in part["sentences"]
        if part["id"] == "results"
    }
    assert len(fingerprints) == 2


@pytest.mark.parametrize(
    ("engine", "told"),
    [
        ("openai:m?temperature=9", "0到2"),
        ("openai:m?base_url=http://evil.example", "不认识"),
        ("openai:m?prompts=没有", "找不到"),
    ],
)
def test_a_way_to_ask_that_is_none_is_refused(engine: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUGAO_BASE_URL", "http://127.0.0.1:9/v1")

    assert told in refused(*DRAFT, "--engine", engine)


def test_a_model_without_an_address_is_refused_before_anything_is_written() -> None:
    assert "没有写模型接口的地址" in refused(*DRAFT, "--engine", "openai:m")
    assert not Path("out/.chugao").exists()


def test_a_budget_needs_a_price_and_then_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    chugao("init", ".")
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        without = refused(*DRAFT, "--engine", "openai:m", "--max-cost", "5")
        write("chugao.toml", "[prices.models.m]\ninput = 100\noutput = 100\n[model]\nmax_tokens = 1000\n")
        tight = chugao(*DRAFT, "--engine", "openai:m", "--max-cost", "0.001")
        asked = server.count
        wide = chugao(*DRAFT, "--engine", "openai:m", "--max-cost", "50")

    assert "没有“m”的价格" in without
    assert tight.code == wide.code == 0
    assert asked == 0
    assert "费用上限0.001元" in tight.err
    assert server.count > 0
    assert "费用上限" not in wide.err


def test_a_price_is_found_for_a_model_whose_name_holds_a_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    chugao("init", ".")
    write("chugao.toml", '[prices.models."qwen2.5:7b"]\ninput = 1\noutput = 1\n')
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        codes = [
            chugao(*DRAFT, "--engine", engine, "--max-cost", "50").code
            for engine in ("openai:qwen2.5:7b", "langchain:openai:qwen2.5:7b")
        ]

    assert codes == [0, 0]
    assert {r["model"] for r in server.requests} == {"qwen2.5:7b"}


def test_doctor_says_what_a_model_server_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        ran = chugao("doctor", "--engine", "openai:m", "--json")
        broken = chugao("doctor", "--engine", "openai:401", "--json")

    told = {c["name"]: c for c in ran.json["checks"]}["模型接口 openai:m"]
    assert ran.code == 0
    assert (told["state"], told["detail"]) == ("可用", "按结构回答，槽位以外写不出数字")
    assert broken.code == 3
    assert "不认这个密钥" in broken.out


def test_a_rewrite_is_shown_first_and_written_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Faults(say) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        made = chugao(*DRAFT, "--engine", "openai:m", "--json").json["files"]["json"]
    new = reply("平均住院日比上年短，由{avg_length_of_stay.prev}降到{avg_length_of_stay.now}。")
    with Faults(lambda body: say(body) if "照抄" in body["messages"][1]["content"] else new) as server:
        monkeypatch.setenv("CHUGAO_BASE_URL", server.url)
        asked = ("rewrite", made, "--section", "results", "--instruction", "平实些", "--engine", "openai:m")
        shown = chugao(*asked)
        written = chugao(*asked, "-o", "改后", "--json")

    assert shown.code == written.code == 0
    assert "改后：平均住院日比上年短，由7.6天降到7.3天。" in shown.out
    assert "加 -o" in shown.err
    assert "降到7.3天" in Path(written.json["files"]["md"]).read_text("utf-8")


def test_a_rewrite_without_a_model_is_refused_with_what_to_do() -> None:
    made = chugao(*DRAFT, "--json").json["files"]["json"]

    assert "改写要用模型" in refused("rewrite", made, "--section", "results", "--instruction", "润色")
