"""Settings and prompts are changed by the administrator only, looked at before they count, and told in the audit."""

import asyncio
import shutil
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chugao import review
from chugao.config import Settings
from chugao.errors import InputError
from chugao.ledger import Answer, Ask, BudgetSpent, Ledger, Message, Prices
from chugao.prompts import load
from chugao.review.budgets import left, limit_of, purse, rewrite_job, spent
from chugao.web.configuring import with_values
from tests.desk_office import Client, Office, open_office

TOML = """# 单位自己写的注释
[office]
name = "望澜市第一人民医院"  # 全称
leaders = [
  "李院长",
]

[model]
base_url = "http://127.0.0.1:1/v1"
api_key = "sk-canary-77aa"
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("settings") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def office(house: Office) -> Office:
    """The office with the settings it began with and no prompts of its own."""
    (house.house.workspace / "chugao.toml").write_text(TOML, encoding="utf-8")
    shutil.rmtree(house.house.workspace / "prompts", ignore_errors=True)
    SINCE[0] = review.happenings(house.house.database, house.person("guanli"), limit=1)[0].seq
    return house


SINCE = [0]
"""The last row of the audit before this test."""


@pytest.fixture
def admin(office: Office) -> Client:
    return office.seat("guanli")


def toml(office: Office) -> str:
    return (office.house.workspace / "chugao.toml").read_text(encoding="utf-8")


def audit(office: Office, action: str) -> list[dict[str, Any]]:
    rows = review.happenings(office.house.database, office.person("guanli"))
    return [dict(r.detail) for r in rows if r.action == action and r.seq > SINCE[0]]


# --- settings ---------------------------------------------------------------------------------------


def test_a_changed_setting_is_written_into_its_line_and_the_rest_of_the_file_stays(
    office: Office, admin: Client
) -> None:
    page = admin.get("/admin/settings").text

    told = admin.post("/admin/settings", {"office-theme": "抓质量、守安全", "model-concurrency": "3", "reason": "年初"})

    assert ("sk-canary" in page, "望澜市第一人民医院" in page) == (False, True)
    assert "已保存：本年主线、同时问几处" in told.text
    assert toml(office) == TOML.replace("[office]\n", '[office]\ntheme = "抓质量、守安全"\n').replace(
        "[model]\n", "[model]\nconcurrency = 3\n"
    )
    assert (office.house.settings.office.theme, office.house.settings.model.concurrency) == ("抓质量、守安全", 3)
    (row,) = audit(office, "settings.change")
    assert (row["office.theme"], row["reason"]) == ("没有写 → 抓质量、守安全", "年初")
    assert "canary" not in str(row)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("office-level", "国家级", "没有“国家级”这一项"),
        ("model-concurrency", "0x10", "要写整数"),
        ("model-concurrency", "999999", "要写整数"),
        ("model-concurrency", "0", "不认识或写法不对"),
        ("budget-per_person", "-1", "要写金额"),
        ("budget-per_person", "NaN", "要写金额"),
        ("office-theme", "长" * 600, "太长"),
        ("office-leaders", "张院长", "不能从网页上改"),
    ],
)
def test_what_the_settings_do_not_allow_is_said_and_nothing_is_written(
    office: Office, admin: Client, field: str, value: str, said: str
) -> None:
    answer = admin.post("/admin/settings", {field: value})

    assert answer.status_code == 422
    assert said in answer.text
    assert toml(office) == TOML
    assert audit(office, "settings.change") == []


def test_a_form_that_was_open_while_somebody_else_saved_is_refused(office: Office, admin: Client) -> None:
    admin.post("/admin/settings", {"office-theme": "先存的"})

    answer = admin.post("/admin/settings", {"office-theme": "后存的", "mark": "0123456789abcdef"})
    same = admin.post("/admin/settings", {"office-theme": "先存的"})

    assert (answer.status_code, "刚刚被别人改过" in answer.text) == (409, True)
    assert "没有改动" in same.text
    assert "先存的" in toml(office)


def test_where_the_texts_go_is_not_changed_from_the_web(office: Office, admin: Client) -> None:
    for field in ("model-base_url", "model-api_key", "base_url", "model-proxy", "office-master", "database_url"):
        admin.post("/admin/settings", {field: "http://evil.example/"})

    assert toml(office) == TOML
    assert [office.seat(who).post("/admin/settings", {"office-theme": "x"}).status_code for who in ("like", "wangfang")] == [
        403, 403
    ]  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), st.integers(0, 99))
def test_any_words_come_back_from_the_file_as_they_were_typed(words: str, number: int) -> None:
    text = with_values(TOML, {("office", "theme"): words, ("budget", "per_person"): number})

    told = tomllib.loads(text)
    assert (told["office"]["theme"], told["budget"]["per_person"]) == (words, number)
    assert told["model"] == tomllib.loads(TOML)["model"]
    assert "# 单位自己写的注释" in text
    assert tomllib.loads(with_values(text, {("budget", "per_person"): None}))["office"]["theme"] == words


# --- what a person may spend ------------------------------------------------------------------------


def test_a_limit_of_one_persons_own_is_given_changed_and_taken_back_on_the_page(office: Office, admin: Client) -> None:
    page = admin.get("/admin/settings").text
    assert 'name="budget.people-wangfang"' in page

    told = admin.post("/admin/settings", {"budget.people-wangfang": "50", "budget.people-like": "", "reason": "试用"})

    assert "已保存：王芳每月额度（元）" in told.text
    assert toml(office) == TOML.rstrip("\n") + "\n\n[budget.people]\nwangfang = 50.0\n"
    assert limit_of(office.house.settings, "wangfang") == 50
    assert limit_of(office.house.settings, "like") == office.house.settings.budget.per_person
    assert audit(office, "settings.change")[-1]["budget.people.wangfang"] == "没有写 → 50.0"
    assert 'value="50"' in admin.get("/admin/settings").text
    admin.post("/admin/settings", {"budget.people-wangfang": "12.5"})
    assert limit_of(office.house.settings, "wangfang") == Decimal("12.5")
    assert "要写金额" in admin.post("/admin/settings", {"budget.people-wangfang": "很多"}).text
    admin.post("/admin/settings", {"budget.people-wangfang": ""})
    assert office.house.settings.budget.people == {}
    assert tomllib.loads(toml(office)) == tomllib.loads(TOML) | {"budget": {"people": {}}}


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), st.integers(0, 99))
def test_any_login_comes_back_from_the_file_with_its_limit(login: str, amount: int) -> None:
    text = with_values(TOML, {("budget.people", login): amount})

    assert tomllib.loads(text)["budget"]["people"] == {login: amount}
    again = with_values(text, {("budget.people", login): amount + 1})
    assert tomllib.loads(again)["budget"]["people"] == {login: amount + 1}
    assert tomllib.loads(with_values(again, {("budget.people", login): None})).get("budget", {}).get("people", {}) == {}


def test_a_person_spends_what_they_ordered_this_month_and_no_more_than_the_limit(office: Office) -> None:
    from sqlalchemy import insert

    from chugao.database.tables import call
    from chugao.review.orders import open_order

    db, now = office.house.database, "2026-11-22T04:00:00Z"
    order = open_order(db, office.person("wangfang"), department="医务科", payload={}, at=now)
    blank = dict.fromkeys(("tenant", "purpose", "prompt", "problem", "owner", "lease_until"), "") | {
        "model": "m", "sample": 0, "state": "done", "request": {}, "input_tokens": 1, "output_tokens": 1,
        "estimated": False, "attempts": 1, "doubtful": 0,
    }  # fmt: skip
    told = [
        ("a", f"order-{order.id}", 1_500_000, "2026-11-02T00:00:00.000Z"),
        ("b", rewrite_job("d1", "wangfang"), 500_000, "2026-11-22T03:00:00.000Z"),
        ("c", f"order-{order.id}", 9_000_000, "2026-10-31T00:00:00.000Z"),
        ("d", rewrite_job("d1", "wangXfang"), 7_000_000, "2026-11-22T03:00:00.000Z"),
        ("e", "batch/x", 7_000_000, "2026-11-22T03:00:00.000Z"),
    ]
    with db.write() as connection:
        for key, job, cost, at in told:
            connection.execute(insert(call).values(key=key, job=job, cost_micro=cost, started_at=at, **blank))

    found = spent(db, ["wangfang", "like", "wang_fang"], at=now)
    limited = Settings.model_validate({"budget": {"per_person": 5, "people": {"like": 0}}})

    assert found == {"wangfang": Decimal(2), "like": Decimal(0), "wang_fang": Decimal(0)}
    assert left(db, Settings(), "wangfang", engine="openai:m", at=now) is None
    assert left(db, limited, "wangfang", engine="openai:m", at=now) == Decimal(3)
    assert left(db, limited, "like", engine="offline", at=now) is None
    with pytest.raises(InputError, match="额度（0元）已经用完"):
        left(db, limited, "like", engine="openai:m", at=now)


def test_what_a_job_has_cost_is_not_counted_twice_against_the_limit(office: Office) -> None:
    """Five a month, two a rewrite: the second rewrite of a paper goes through, the third does not."""
    db, now, job = office.house.database, office.house.now(), rewrite_job("d2", "zhouyuan")
    limited = Settings.model_validate({"budget": {"per_person": 5}})
    prices = Prices.model_validate({"models": {"m": {"input": 1, "output": 1}}})

    async def provider() -> Answer:
        return Answer(text="好。", input_tokens=1_000_000, output_tokens=1_000_000)

    def rewrite(number: int) -> None:
        own = purse(db, limited, "zhouyuan", engine="openai:m", at=now)
        question = Ask(
            model="m",
            messages=(Message(role="user", content=f"第{number}次"),),
            most_tokens=(1_000_000, 1_000_000),
        )
        with Ledger(db, job=job, prices=prices, purse=own) as ledger:
            asyncio.run(ledger.answer(question, provider))

    rewrite(1)
    rewrite(2)
    with pytest.raises(BudgetSpent, match="本月的额度5元已用到4元"):
        rewrite(3)

    assert left(db, limited, "zhouyuan", engine="openai:m", at=now) == Decimal(1)
    assert purse(db, Settings(), "zhouyuan", engine="openai:m", at=now) is None


def test_an_order_beyond_the_limit_is_refused_before_anything_is_read(office: Office, admin: Client) -> None:
    admin.post("/admin/settings", {"budget-per_person": "0"})
    wang = office.seat("wangfang")

    form = {"do": "start", "kind": "summary", "year": "2025", "department": "医务科", "engine": "openai:m"}
    answer = wang.post("/documents/new", form)

    assert "额度（0元）已经用完" in answer.text
    assert " / 0.00" in admin.get("/admin").text


# --- prompts ----------------------------------------------------------------------------------------

NAME = "lead"


def test_a_wording_is_tried_on_an_example_then_kept_then_dropped(office: Office, admin: Client) -> None:
    text = load(NAME).text.replace("+++\n", "+++\n", 1).rstrip() + "\n本单位只写三句话。\n"

    tried = admin.post("/admin/prompts", {"do": "try", "name": NAME, "text": text.replace("\n", "\r\n")})
    before = load(NAME, office.house.workspace / "prompts").own
    kept = admin.post("/admin/prompts", {"do": "keep", "name": NAME, "text": text, "reason": "办公室要求"})
    own = load(NAME, office.house.workspace / "prompts")
    dropped = admin.post("/admin/prompts", {"do": "drop", "name": NAME})

    assert (tried.status_code, "模型会收到" in tried.text, tried.text.count("本单位只写三句话")) == (200, True, 2)
    assert (before, own.own) == (False, True)
    assert "本单位只写三句话。" in own.text
    assert "已保存为本单位的提示词" in kept.text
    assert "已改回自带的提示词" in dropped.text
    assert not load(NAME, office.house.workspace / "prompts").own
    assert [r["reason"] for r in audit(office, "prompt.change")] == ["办公室要求"]
    assert len(audit(office, "prompt.drop")) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{{ secret_of_ours }}", "secret_of_ours"),
        ("{{ ''.__class__.__mro__ }}", "不允许"),
        ("{% for i in range(10**9) %}x{% endfor %}", "模板"),
        ("{% include '/etc/passwd' %}", "include"),
        ("{% if", "模板"),
    ],
)
def test_a_wording_that_is_wrong_or_reaches_out_is_not_kept_and_stays_in_the_form(
    office: Office, admin: Client, change: str, said: str
) -> None:
    text = load(NAME).text + change + "\n"

    answer = admin.post("/admin/prompts", {"do": "keep", "name": NAME, "text": text})

    assert answer.status_code == 422
    assert said in answer.text
    assert not (office.house.workspace / "prompts").exists()
    assert audit(office, "prompt.change") == []


def test_only_what_comes_with_chugao_may_be_worded_and_only_by_the_administrator(office: Office, admin: Client) -> None:
    names = ("../../evil", "/etc/cron.d/x", "blocks/../lead", "ours/new")

    answers = [
        admin.post("/admin/prompts", {"do": "keep", "name": n, "text": load(NAME).text}).status_code for n in names
    ]
    stranger = office.seat("like").post("/admin/prompts", {"do": "keep", "name": NAME, "text": load(NAME).text})

    assert answers == [422] * 4
    assert stranger.status_code == 403
    assert not list(office.house.workspace.rglob("*.j2"))


def test_a_block_that_others_include_must_leave_them_whole(office: Office, admin: Client) -> None:
    text = load("blocks/rules").text + "{{ heading }}\n"

    answer = admin.post("/admin/prompts", {"do": "keep", "name": "blocks/rules", "text": text})

    assert answer.status_code == 422
    assert "heading" in answer.text


def test_a_wording_kept_meanwhile_by_somebody_else_is_not_overwritten(office: Office, admin: Client) -> None:
    text = load(NAME).text + "再短些。\n"

    answer = admin.post("/admin/prompts", {"do": "keep", "name": NAME, "text": text, "mark": "0" * 16})

    assert (answer.status_code, "再短些" in answer.text) == (409, True)
    assert not (office.house.workspace / "prompts").exists()
