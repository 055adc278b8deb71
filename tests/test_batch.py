"""A batch: one manifest, every department's documents, one after another failure that stays its own."""

import io
import json
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from rich.console import Console

from chugao.batch.manifest import read_manifest
from chugao.batch.pacing import SharedLimits
from chugao.batch.records import happenings
from chugao.batch.running import cancel, pause, place_url, retry, run
from chugao.batch.telling import standing
from chugao.cli.batch_screens import board
from chugao.config import Settings, load_settings
from chugao.database import Database, open_database, sqlite_url
from chugao.errors import InputError
from tests.batch_cases import DEPARTMENTS, Model, write_departments, write_manifest
from tests.cli import chugao, refused

PRICES = '[prices.models.m]\ninput = 10\noutput = 20\n[model]\nmax_tokens = 1000\noutput = "json_schema"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHUGAO_API_KEY", "sk-canary-41d8")
    monkeypatch.delenv("CHUGAO_BASE_URL", raising=False)
    write_departments(tmp_path)


def documents() -> dict[str, int]:
    """How many .docx stand in each department's folder."""
    return {f.name: len(list(f.glob("*.docx"))) for f in sorted(Path("out").iterdir()) if list(f.glob("*.docx"))}


# --- run ------------------------------------------------------------------------------------------


def test_every_department_gets_exactly_one_document_of_each_kind_and_a_second_run_changes_nothing() -> None:
    write_manifest(Path(), kinds=["summary", "plan"])

    first = chugao("batch", "run", "清单.toml")
    stood = {p: p.stat().st_mtime_ns for p in Path("out").rglob("*.docx")}
    again = chugao("batch", "run", "清单.toml")

    assert (first.code, again.code) == (0, 0), first
    assert documents() == dict.fromkeys(DEPARTMENTS, 2)
    assert first.out.splitlines()[0] == again.out.splitlines()[0]
    assert first.out.startswith("批次：年终-")
    assert {p: p.stat().st_mtime_ns for p in Path("out").rglob("*.docx")} == stood
    assert Path("out/医务科/医务科2025年工作总结.docx").is_file()


def test_a_department_that_has_not_sent_fails_alone_and_is_made_when_it_has() -> None:
    write_manifest(Path())
    late = Path("护理部-指标.csv")
    late.rename("别处.csv")

    first = chugao("batch", "run", "清单.toml", "--json")
    Path("别处.csv").rename(late)
    second = chugao("batch", "run", "清单.toml", "--json")

    assert (first.code, second.code) == (1, 0)
    failed = [p for p in first.json["papers"] if p["state"] == "failed"]
    assert [p["department"] for p in failed] == ["护理部"]
    assert "护理部-指标.csv：找不到这个文件" in failed[0]["reason"]
    assert first.json["counts"]["done"] == len(DEPARTMENTS) - 1
    assert {p["department"]: p["revision"] for p in second.json["papers"]} == dict.fromkeys(DEPARTMENTS, 1)
    assert documents() == dict.fromkeys(DEPARTMENTS, 1)


def test_the_record_decides_what_is_done_and_never_a_file() -> None:
    write_manifest(Path(), ("医务科",), kinds=["summary"])
    there = Path("out/医务科/医务科2025年工作总结.docx")
    there.parent.mkdir(parents=True)
    there.write_bytes(b"not a document of ours")

    first = chugao("batch", "run", "清单.toml", "--json")
    written = there.read_bytes()
    there.unlink()
    second = chugao("batch", "run", "清单.toml", "--json")

    assert first.json["papers"][0]["revision"] == second.json["papers"][0]["revision"] == 1
    assert written.startswith(b"PK")
    assert not there.exists()


def test_late_figures_have_only_the_document_they_touch_made_again_and_say_what_changed() -> None:
    write_manifest(Path(), kinds=["summary"])
    chugao("batch", "run", "清单.toml")
    figures = Path("护理部-指标.csv")
    figures.write_text(figures.read_text("utf-8").replace("32100", "33000"), encoding="utf-8")

    planned = chugao("batch", "plan", "清单.toml", "--json")
    again = chugao("batch", "run", "清单.toml", "--json")

    assert [r["state"] for r in planned.json["rows"]] == ["done", "renewed", "done"]
    assert {p["department"]: p["revision"] for p in again.json["papers"]} == {"医务科": 1, "护理部": 2, "信息科": 1}
    (change,) = again.json["changes"]
    assert change["department"] == "护理部"
    assert any("3.3万" in c["after"] or "33000" in c["after"] for c in change["places"]), change
    assert documents() == dict.fromkeys(DEPARTMENTS, 1)


# --- the manifest ---------------------------------------------------------------------------------


def test_every_key_of_the_batch_may_be_said_otherwise_by_a_department_and_paths_count_from_the_manifest() -> None:
    Path("清单.toml").write_text(
        '[batch]\nname = "n"\nyear = 2025\nkinds = ["summary"]\nmetrics = ["{department}-指标.csv"]\n'
        '[[department]]\nname = "医务科"\n'
        '[[department]]\nname = "护理部"\nyear = 2026\nkinds = ["plan"]\nengine = "openai:m"\ncorpus = "别处"\n',
        encoding="utf-8",
    )

    one, other = read_manifest(Path("清单.toml")).tasks

    assert (one.year, one.kind, one.engine) == (2025, "summary", "offline")
    assert (other.year, other.kind, other.engine) == (2026, "plan", "openai:m")
    assert other.corpus == str(Path.cwd() / "别处")
    assert other.metrics == (str(Path.cwd() / "护理部-指标.csv"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[batch]\nname = "n"\nyear = 2025\n', "没有写科室"),
        ('[batch]\nname = "n"\n[[department]]\nname = "甲"\n', "没有写年度"),
        ('[batch]\nyear = 2025\n[[department]]\nname = "甲"\n', "[batch] 没有写 name"),
        ('[batch]\nname = "n"\nyear = 2025\n[[department]]\nname = "甲"\nkinds = ["x"]\n', "文种“x”不认识"),
        ('[batch]\nname = "n"\nyear = 2025\n[[department]]\nname = "甲"\nmetric = ["x"]\n', "“metric”不认识"),
        ('[batch]\nname = "n"\nyear = 2025\n' + '[[department]]\nname = "甲"\n' * 2, "写了两次"),
        ('[batch]\nname = "n"\nyear = 2025\n[[department]]\nname = "A"\n[[department]]\nname = "a"\n', "同一个文件夹"),
        ('[batch\nname = "n"', "写法不对"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said_with_its_place(text: str, told: str) -> None:
    Path("清单.toml").write_text(text, encoding="utf-8")

    assert told in refused("batch", "run", "清单.toml")


def test_a_model_without_an_address_or_a_limit_without_a_price_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_manifest(Path(), engine="openai:m")

    nowhere = chugao("batch", "run", "清单.toml")
    monkeypatch.setenv("CHUGAO_BASE_URL", "http://127.0.0.1:1/v1")
    unpriced = chugao("batch", "run", "清单.toml", "--max-cost", "3")

    assert (nowhere.code, unpriced.code) == (2, 2)
    assert "没有写模型接口的地址" in nowhere.err
    assert "没有“m”的价格" in unpriced.err
    assert not Path("out").exists()


def test_the_id_of_a_job_follows_from_tenant_and_name() -> None:
    write_manifest(Path())
    manifest = read_manifest(Path("清单.toml"))

    assert manifest.job == read_manifest(Path("清单.toml")).job
    assert manifest.job != manifest.model_copy(update={"name": "另一个"}).job
    assert manifest.job != manifest.with_tenant("某院").job


# --- plan -----------------------------------------------------------------------------------------


def test_a_plan_says_who_has_not_sent_and_writes_what_they_are_to_fill_in() -> None:
    write_manifest(Path(), engine="openai:m")
    Path("信息科-指标.csv").unlink()
    Path("信息科-事项.csv").unlink()

    ran = chugao("batch", "plan", "清单.toml", "--json")

    assert ran.code == 1
    assert ran.json["not_sent"] == ["信息科"]
    assert sorted(ran.json["without_past"]) == ["医务科", "护理部"]
    assert ran.json["calls"] > 0
    assert ran.json["cost"] is None
    assert any("没有“m”的价格" in told for told in ran.json["assumed"])
    assert Path("out/催报/信息科-2025-填报表.xlsx").is_file()
    assert not Path("out/.chugao").exists()


def test_who_sent_the_figures_is_asked_for_the_matters_alone_and_the_other_way_round() -> None:
    write_manifest(Path())
    Path("医务科-事项.csv").unlink()
    Path("护理部-指标.csv").unlink()

    chugao("batch", "plan", "清单.toml", "-o", "out")

    sheets = {d: load_workbook(f"out/催报/{d}-2025-填报表.xlsx").sheetnames for d in ("医务科", "护理部")}
    assert sheets == {"医务科": ["事项", "填表说明"], "护理部": ["指标", "填表说明"]}
    # What its figures lack is asked for beside.
    assert Path("out/催报/医务科-2025-催报表.xlsx").is_file()
    assert not Path("out/催报/护理部-2025-催报表.xlsx").exists()


def test_who_sent_something_is_never_said_to_have_sent_nothing() -> None:
    write_manifest(Path())
    Path("医务科-事项.csv").unlink()
    figures = Path("护理部-指标.csv")
    figures.write_text(figures.read_text("utf-8").replace("32100", "十几万吧"), encoding="utf-8")
    Path("信息科-指标.csv").unlink()
    Path("信息科-事项.csv").unlink()

    planned = chugao("batch", "plan", "清单.toml", "--json")
    told = chugao("batch", "plan", "清单.toml")
    ran = chugao("batch", "run", "清单.toml")

    assert [r["state"] for r in planned.json["rows"]] == ["part_sent", "unreadable", "not_sent"]
    assert planned.json["not_sent"] == ["信息科"]
    assert planned.json["rows"][0]["reason"] == "没有收到：医务科-事项.csv"
    assert not Path("out/催报/护理部-2025-填报表.xlsx").exists()
    for name in ("没有报的科室1个：信息科。", "没有报齐的科室1个：医务科。", "读不了的科室1个：护理部。"):
        assert name in told.out
    assert "要起草0份" in told.out
    assert "没有报的科室1个：信息科。" in ran.out
    assert "✗ 护理部　" in ran.out
    assert "✗ 信息科　" not in ran.out


def test_what_is_wrong_with_a_department_is_said_of_the_manifest_and_not_of_an_option() -> None:
    file = write_manifest(Path(), ("医务科",))
    figures = Path("医务科-指标.csv")
    lines = figures.read_text("utf-8").splitlines()
    text = "\n".join([f"部门,{lines[0]}", *(f"妇产科,{line}" for line in lines[1:])])
    figures.write_text(text, encoding="utf-8")

    planned = chugao("batch", "plan", str(file), "--json")
    ran = chugao("batch", "run", str(file), "--json")

    for reason in (planned.json["rows"][0]["reason"], ran.json["papers"][0]["reason"]):
        assert "文件里的部门：妇产科" in reason
        assert "--" not in reason
    assert "请核对清单里科室的 name" in ran.json["papers"][0]["reason"]


def test_a_plan_says_when_the_limit_given_with_it_will_be_passed() -> None:
    chugao("init", ".")
    Path("chugao.toml").write_text(PRICES, encoding="utf-8")
    write_manifest(Path(), engine="openai:m", max_cost=9999)

    within = chugao("batch", "plan", "清单.toml")
    beyond = chugao("batch", "plan", "清单.toml", "--max-cost", "0.0001")

    assert "超过费用上限" not in within.out
    assert "预计会超过费用上限0.0001元" in beyond.out


def test_a_plan_counts_the_calls_that_a_run_then_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    chugao("init", ".")
    Path("chugao.toml").write_text(PRICES, encoding="utf-8")
    write_manifest(Path(), engine="openai:m")

    with Model(slowest_s=0.02) as model:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        planned = chugao("batch", "plan", "清单.toml", "--json")
        ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.code == 0, ran.err
    assert model.count <= planned.json["calls"] <= model.count * 1.3 + 1
    # The books agree with what the provider says it was used for, to the cent.
    assert ran.json["calls"] == model.count
    assert Decimal(ran.json["cost"]) == Decimal(model.count * (1000 * 10 + 100 * 20)) / 1_000_000
    assert sum(Decimal(p["cost"]) for p in ran.json["papers"]) == Decimal(ran.json["cost"])


# --- money ----------------------------------------------------------------------------------------


def test_a_cost_limit_stops_the_job_with_what_is_done_kept_and_a_higher_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chugao("init", ".")
    Path("chugao.toml").write_text(PRICES, encoding="utf-8")
    write_manifest(Path(), engine="openai:m", concurrency=2)

    with Model(slowest_s=0.02) as model:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        tight = chugao("batch", "run", "清单.toml", "--max-cost", "0.15", "--at-once", "1", "--json")
        asked = model.count
        more = chugao("batch", "resume", "--max-cost", "5", "--json")

    assert tight.code == 1
    assert tight.json["state"] == "stopped"
    assert "费用上限" in tight.json["reason"]
    assert Decimal(tight.json["cost"]) <= Decimal("0.15")
    assert tight.json["counts"]["failed"] == 0
    assert tight.json["counts"]["waiting"] > 0
    assert (more.code, more.json["counts"]["done"]) == (0, len(DEPARTMENTS))
    assert len(set(model.asked)) == model.count
    assert asked < model.count


def test_a_wrong_key_stops_the_job_and_nothing_is_written_offline_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    write_manifest(Path(), engine="openai:401")

    with Model() as model:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        ran = chugao("batch", "run", "清单.toml", "--json")

    assert ran.code == 3
    assert ran.json["state"] == "stopped"
    assert "密钥" in ran.json["reason"]
    assert not list(Path("out").rglob("*.docx"))
    assert "sk-canary" not in ran.out + ran.err


# --- queued for workers ---------------------------------------------------------------------------


def test_what_is_only_queued_is_made_and_packed_by_a_worker_and_one_failure_alone_is_tried_again() -> None:
    write_manifest(Path(), ("医务科", "护理部"), kinds=["summary"])
    Path("护理部-指标.csv").rename("别处.csv")
    url = sqlite_url(Path("out/.chugao/ledger.db"))

    queued = chugao("batch", "run", "清单.toml", "--queue-only", "--json")
    worked = chugao("worker", "--database", url, "--until-idle")
    before = chugao("batch", "status", "--json").json
    Path("别处.csv").rename("护理部-指标.csv")
    with open_database(url) as database:
        again = retry(database, url, before["job"], [p["id"] for p in before["papers"] if p["state"] == "failed"])
    chugao("worker", "--database", url, "--until-idle")
    after = chugao("batch", "status", "--json").json

    assert (queued.code, worked.code) == (0, 0), queued.err + worked.err
    assert queued.json["counts"]["queued"] == 2
    assert (before["counts"]["done"], before["counts"]["failed"]) == (1, 1)
    assert [r.department for r in again] == ["护理部"]
    assert (after["state"], after["counts"]["done"]) == ("done", 2)
    assert {p["department"]: p["revision"] for p in after["papers"]} == {"医务科": 1, "护理部": 1}
    assert len(list(Path("out/送审").glob("*.zip"))) == 2


# --- pause and cancel -----------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "state"), [(pause, "paused"), (cancel, "cancelled")], ids=["pause", "cancel"])
def test_a_job_that_is_stopped_makes_no_more_calls_and_is_resumed_without_repeating_any(
    word: Any, state: str, tmp_path: Path
) -> None:
    manifest = read_manifest(write_manifest(tmp_path, engine="openai:m", concurrency=2))

    with Model(slowest_s=1.5, quickest_s=1.0) as model:
        running = Running(manifest, tmp_path / "out", model.url)
        running.wait_for(lambda: len(model.answered) >= 2)
        asked = time.monotonic()
        assert word(running.database, manifest.job)
        running.thread.join(30)
        took_s = time.monotonic() - asked
        before = model.count
        stopped = standing(running.database, manifest.job)
        model.quicken()
        running.again()
        done = standing(running.database, manifest.job)
        running.close()

    assert stopped.state == state
    assert stopped.counts["drafting"] == stopped.counts["queued"] == 0
    assert took_s < 15
    assert before < model.count
    assert done.counts["done"] == len(DEPARTMENTS)
    cut_off = stopped.possibly_billed
    assert model.count - len(set(model.asked)) <= cut_off
    assert cut_off == 0 if state == "paused" else cut_off <= 2


class Running:
    """A job at work in a thread."""

    def __init__(self, manifest: Any, out: Path, url: str) -> None:
        self._patch = pytest.MonkeyPatch()
        self._patch.setenv("CHUGAO_BASE_URL", url)
        self.manifest, self.out = manifest, out
        self.url = place_url(Settings(), out)
        (out / ".chugao").mkdir(parents=True)
        self.database = open_database(self.url)
        self.thread = self._start()

    def _start(self) -> threading.Thread:
        told = (self.database, self.url, self.manifest, self.out)
        # A daemon: a job that stands still fails its test and does not hold up all others.
        thread = threading.Thread(target=run, args=told, daemon=True)
        thread.start()
        return thread

    def again(self) -> None:
        thread = self._start()
        thread.join(180)
        assert not thread.is_alive(), "the resumed job stands still"

    def wait_for(self, holds: Any) -> None:
        until = time.monotonic() + 60
        while not holds() and time.monotonic() < until:
            time.sleep(0.02)
        assert holds()

    def close(self) -> None:
        self.database.close()
        self._patch.undo()


# --- limits ---------------------------------------------------------------------------------------


def test_two_workers_together_ask_no_more_in_any_minute_than_the_provider_allows(database: Database) -> None:
    one = SharedLimits(database, "k", requests_per_minute=30)
    other = SharedLimits(database, "k", requests_per_minute=30)
    began = time.time()

    starts = sorted(time.time() - began + (one, other)[n % 2]._book(0) / 1_000_000 for n in range(90))

    # Whatever moment a window begins at, even when each call arrives up to a second late.
    assert max(sum(1 for s in starts if at <= s < at + 59) for at in starts) <= 30
    assert starts[-1] < 90 * 62 / 30 + 20


def test_tokens_are_paced_too_and_an_estimate_that_was_too_high_is_given_back(database: Database) -> None:
    limits = SharedLimits(database, "k", tokens_per_minute=62_000)

    limits._book(31_000)
    limits.settle(31_000, 1_000)
    second = limits._book(1_000)
    third = limits._book(1_000)

    assert 29 < second / 1_000_000 <= 31
    assert third <= second + 1_000_000


@pytest.mark.parametrize("size", [700, 2_600, 4_000, 5_001, 9_999])
def test_no_minute_holds_more_tokens_than_allowed_however_large_a_call_is(database: Database, size: int) -> None:
    limits = SharedLimits(database, f"k{size}", tokens_per_minute=10_000)
    began = time.time()

    starts = [time.time() - began + limits._book(size) / 1_000_000 for _ in range(30)]

    assert max(sum(size for s in starts if at <= s < at + 59) for at in starts) <= 10_000
    assert starts[-1] < 29 * 62 / (10_000 // size) + 20


# --- what is told ---------------------------------------------------------------------------------


def test_status_and_events_tell_how_it_went_without_a_word_of_any_document() -> None:
    write_manifest(Path(), ("医务科",))
    chugao("batch", "run", "清单.toml", "--events", "经过.jsonl")

    status = chugao("batch", "status", "清单.toml", "--json").json
    told = chugao("batch", "status", "--events")
    lines = [json.loads(line) for line in Path("经过.jsonl").read_text("utf-8").splitlines()]

    with open_database(sqlite_url(Path("out/.chugao/ledger.db"))) as database:
        shown = io.StringIO()
        Console(file=shown, width=100).print(board(standing(database, status["job"])))
    assert "完成1" in shown.getvalue()
    assert status["counts"]["done"] == status["total"] == 1
    assert [e["event"] for e in lines] == ["submitted", "drafting", "exported", "done"]
    assert told.out.splitlines()[-1] == json.dumps(lines[-1], ensure_ascii=False)
    assert "周末门诊" not in told.out
    with open_database(sqlite_url(Path("out/.chugao/ledger.db"))) as database, database.read() as connection:
        assert happenings(connection, status["job"], lines[-2]["id"])[0]["event"] == "done"


def test_a_job_that_is_not_there_is_said_with_those_that_are() -> None:
    write_manifest(Path(), ("医务科",))
    assert "里没有批次的记录" in refused("batch", "status", "-o", "out")
    chugao("batch", "run", "清单.toml")

    ran = chugao("batch", "status", "别的")

    assert ran.code == 2
    assert "年终-" in ran.err


def test_settings_hold_the_key_and_the_database_never_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHUGAO_API_KEY", "sk-canary-5b1")
    with Model(slowest_s=0.02) as model:
        monkeypatch.setenv("CHUGAO_BASE_URL", model.url)
        write_manifest(Path(), ("医务科",), engine="openai:m")
        chugao("batch", "run", "清单.toml")

    assert load_settings(None).api_key.get_secret_value() == "sk-canary-5b1"
    kept = b"".join(p.read_bytes() for p in Path("out").rglob("*") if p.is_file())
    assert b"sk-canary" not in kept


def test_a_database_that_cannot_be_reached_is_said_in_chinese(tmp_path: Path) -> None:
    write_manifest(tmp_path)

    ran = chugao("batch", "run", "清单.toml", "--database", "postgresql://nobody:secret@127.0.0.1:1/none")

    assert ran.code == 3
    assert "连接不上数据库" in ran.err
    assert "secret" not in ran.err


def test_a_place_must_be_given_where_none_follows() -> None:
    with pytest.raises(InputError, match="不知道批次记在哪里"):
        place_url(Settings(), None)
