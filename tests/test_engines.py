"""Three engines, one contract; and what stands between a model and the office: address, key, limits, ledger, privacy."""

import asyncio
import json
import logging
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chugao import draft, open_engine, read_outline
from chugao.config import ModelSettings, Privacy, PromptSettings, Settings, load_settings
from chugao.database import Database, open_database, sqlite_url
from chugao.engines import open_assisted
from chugao.engines.answers import Listener, reply_of, tidy
from chugao.engines.endpoint import address_problem, endpoint_of
from chugao.engines.limits import RANK, Buckets
from chugao.engines.personal import gate, masked, restored
from chugao.errors import EngineError, InputError
from chugao.ledger import Ledger, Prices, cost_rows
from chugao.ledger.costs import Price, doubtful_calls
from chugao.manuscript import SLOT, Brief, BriefMatter, Engine, Reply
from chugao.prompts import Messages, offered
from tests.facts import facts_of
from tests.fault_server import Faults, reply
from tests.recordings import brief

KEY = "sk-canary-7f3a9c1e5b"
PLAIN: dict[str, Any] = {"output": "plain", "backoff_s": 0.01}
GOOD = reply("开设周末门诊，门诊{outpatient_visits.now}。")
ENGINES = ("offline", "openai:m", "langchain:openai:m")
ASSISTED = ENGINES[1:]


def settings(url: str, **model: Any) -> Settings:
    return Settings(base_url=url, api_key=KEY, model=ModelSettings(**(PLAIN | model)))  # type: ignore[arg-type]


def opened(name: str, url: str, **model: Any) -> Engine:
    return open_engine(name, settings=settings(url, **model))


# --- the contract of all three --------------------------------------------------------------------


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_answers_a_brief_with_slots_it_was_offered_and_no_digit(name: str) -> None:
    with Faults(GOOD) as server:
        answered = asyncio.run(opened(name, server.url).write(brief()))

    texts = [s.text for b in answered.blocks for s in b.sentences]
    assert texts
    assert {m.group()[1:-1] for t in texts for m in SLOT.finditer(t)} <= set(offered(brief()))
    assert not any(c.isdigit() for c in "".join(texts))
    assert all(s.recipe["made_by"] for b in answered.blocks for s in b.sentences)


@pytest.mark.parametrize("name", ENGINES)
def test_the_same_brief_gets_the_same_answer(name: str) -> None:
    with Faults(GOOD) as server:
        engine = opened(name, server.url)
        first, second = (asyncio.run(engine.write(brief())) for _ in range(2))

    assert first == second
    assert engine.name == name


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("stream", [True, False])
def test_whoever_listens_hears_whole_sentences_as_they_come(name: str, stream: bool) -> None:
    heard: list[str] = []

    with Faults(reply("开设周末门诊。", "门诊{outpatient_visits.now}。")) as server:
        answered = asyncio.run(opened(name, server.url, stream=stream).write(brief(), heard.append))

    written = "".join(s.text for b in answered.blocks for s in b.sentences)
    assert "".join(heard) == written


@pytest.mark.parametrize("name", ENGINES)
def test_one_engine_serves_many_event_loops_and_many_calls_at_once(name: str) -> None:
    async def eight(engine: Engine) -> list[Reply]:
        return await asyncio.gather(*(engine.write(brief().model_copy(update={"seed": n})) for n in range(8)))

    with Faults(GOOD) as server:
        engine = opened(name, server.url)
        for _ in range(2):
            assert all(r.blocks for r in asyncio.run(eight(engine)))


@pytest.mark.parametrize("name", ["gpt", "openai:", "openai", "langchain:qwen", "langchain::m", "ollama:x"])
def test_a_name_that_is_no_engine_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError, match=r"offline.*openai:模型.*langchain:提供者:模型"):
        open_engine(name)


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSISTED)
def test_a_request_carries_the_sample_as_seed_and_what_the_settings_say_of_its_prompt(name: str) -> None:
    own = {"summary/part": PromptSettings(model="finer", temperature=0.9, max_tokens=777, seed=40)}

    with Faults(GOOD) as server:
        chosen = settings(server.url, temperature=0.1).model_copy(update={"prompts": own})
        asyncio.run(open_engine(name, settings=chosen).write(brief().model_copy(update={"seed": 2})))

    sent = server.requests[0]
    assert (sent["seed"], sent["temperature"], sent["max_tokens"], sent["model"]) == (42, 0.9, 777, "finer")
    assert sent["stream_options"] == {"include_usage": True}
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]


@pytest.mark.parametrize("name", ASSISTED)
def test_a_request_tells_the_key_and_nothing_of_this_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: yes\nAuthorization: Bearer other")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-leak")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://127.0.0.1:1")

    with Faults(GOOD) as server:
        asyncio.run(opened(name, server.url).write(brief()))

    headers = server.headers[0]
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["user-agent"] == "chugao"
    assert headers["accept-encoding"] == "identity"
    assert not [h for h in headers if h.startswith(("x-", "openai-"))]


@pytest.mark.parametrize("name", ASSISTED)
def test_a_server_without_a_bill_gets_its_tokens_estimated_and_flagged(name: str, tmp_path: Path) -> None:
    with Faults(GOOD) as server, open_database(sqlite_url(tmp_path / "l.db")) as database, Ledger(database) as ledger:
        model = name.rpartition(":")[0] + ":no-usage"
        asyncio.run(open_engine(model, settings=settings(server.url), ledger=ledger).write(brief()))
        with database.read() as connection:
            row = cost_rows(connection)[0]

    assert row.estimated == 1
    assert 500 < row.input_tokens < 4000
    assert row.output_tokens > 10


# --- where it is sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8099",
        "ftp://127.0.0.1/v1",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1/v1",
        "https://api.example.com/v1?key=secret",
        "http://api.example.com/v1",
        "http://2130706433/v1",
        "http://0x7f.1/v1",
        "http://127.1/v1",
        "gopher://x/",
        "http://",
    ],
)
def test_an_address_that_is_none_or_would_show_the_key_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError) as refused:
        open_engine("openai:m", settings=Settings(base_url=url, api_key=KEY))  # type: ignore[arg-type]

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8099/v1",
        "http://localhost:8099/v1",
        "http://[::1]:8099/v1",
        "http://10.1.2.3/v1",
        "https://api.example.com/v1",
    ],
)
def test_an_address_of_this_machine_or_of_the_house_is_taken_as_written(url: str) -> None:
    assert endpoint_of(Settings(base_url=url)).url == url


@pytest.mark.parametrize(
    ("address", "local", "ok"),
    [
        ("93.184.216.34", False, True),
        ("127.0.0.1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("10.0.0.8", False, False),
        ("10.0.0.8", True, True),
        ("169.254.169.254", True, False),
        ("0.0.0.0", True, False),
        ("fe80::1", True, False),
        ("224.0.0.1", True, False),
        ("::ffff:169.254.169.254", True, False),
        ("2002:a9fe:a9fe::1", True, False),
        ("2002:7f00:1::", False, False),
        ("64:ff9b::a9fe:a9fe", True, False),
        ("64:ff9b::0a00:0008", False, False),
        ("64:ff9b::5db8:d822", False, True),
        ("2001:0:4136:e378:8000:63bf:f5ff:fff7", False, False),  # Teredo of 10.0.0.8
        ("100.100.100.200", True, False),
        ("fd00:ec2::254", True, False),
        ("fd12::8", True, True),
    ],
)
def test_what_a_name_resolves_to_is_looked_at(address: str, local: bool, ok: bool) -> None:
    assert (address_problem(address, local=local) == "") is ok


def test_a_name_that_resolves_into_the_house_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, **_: Any) -> Any:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    with Faults(GOOD) as server:
        port = server.url.split(":")[2]
        engine = opened("openai:m", f"https://rebound.example:{port}")
        with pytest.raises(EngineError, match=r"解析到内网地址 127.0.0.1.*private = true"):
            asyncio.run(engine.write(brief()))

    assert server.count == 0


# --- how fast -------------------------------------------------------------------------------------


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    async def many(engine: Engine) -> None:
        await asyncio.gather(*(engine.write(brief().model_copy(update={"seed": n})) for n in range(12)))

    with Faults(GOOD) as server:
        asyncio.run(many(opened("openai:slow", server.url, concurrency=3)))

    assert server.most_at_once == 3


def test_a_429_halves_what_is_in_flight_and_success_brings_it_back() -> None:
    buckets = Buckets(concurrency=16)

    async def succeed(times: int) -> None:
        for _ in range(times):
            async with buckets.turn(1):
                pass

    buckets.throttled(0)
    buckets.throttled(0)  # at the same moment: one reason, not two
    halved = buckets.allowed
    asyncio.run(succeed(40))

    assert halved == 8
    assert 8 < buckets.allowed <= 16


def test_of_calls_that_wait_those_of_the_paper_that_began_first_go_first() -> None:
    buckets, went = Buckets(concurrency=1), []

    async def call(rank: int, number: int) -> None:
        RANK.set(rank)
        async with buckets.turn(1):
            went.append((rank, number))
            await asyncio.sleep(0.001)

    async def every() -> None:
        waiting = [asyncio.create_task(call(rank, n)) for n, rank in enumerate((9, 3, 2, 3, 1))]
        await asyncio.sleep(0)
        waiting[2].cancel()  # one that gives up leaves the others their order
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(every())

    assert went == [(9, 0), (1, 4), (3, 1), (3, 3)]


def test_requests_and_tokens_a_minute_are_kept() -> None:
    async def four(buckets: Buckets, tokens: int) -> float:
        started = time.monotonic()
        for _ in range(4):
            async with buckets.turn(tokens):
                pass
        return time.monotonic() - started

    by_requests = asyncio.run(four(Buckets(requests_per_minute=30), 1))
    by_tokens = asyncio.run(four(Buckets(tokens_per_minute=6000), 200))

    # Thirty a minute is one every two seconds; what a tenth of a minute allows may go at once.
    assert by_requests < 1
    assert by_tokens < 1
    assert asyncio.run(four(Buckets(tokens_per_minute=60_000), 3000)) > 2


def test_a_turn_that_is_cancelled_while_it_waits_goes_to_the_next() -> None:
    async def run() -> bool:
        buckets = Buckets(concurrency=1)
        async with buckets.turn(1):
            waiting = [asyncio.create_task(_turn(buckets)) for _ in range(2)]
            await asyncio.sleep(0)
            waiting[0].cancel()
        await asyncio.wait_for(waiting[1], 1)
        return waiting[0].cancelled()

    assert asyncio.run(run())


async def _turn(buckets: Buckets) -> None:
    async with buckets.turn(1):
        pass


# --- what a server can do -------------------------------------------------------------------------


class Server:
    """Says what a server of some ability would."""

    def __init__(self, takes: str, obeys: bool = True) -> None:
        self.takes, self.obeys = takes, obeys

    def __call__(self, body: dict[str, Any]) -> str:
        shape = body.get("response_format") or {}
        kind = "guided_object" if "schema" in shape else shape.get("type", "plain")
        if "照抄" not in body["messages"][1]["content"]:
            return GOOD
        if kind != self.takes:
            return "今年收治病人1234人。"
        return json.dumps(
            {"text": "全年收治病人许多人。" if self.obeys else "全年收治病人1234人。"}, ensure_ascii=False
        )


@pytest.mark.parametrize(
    ("takes", "obeys", "output", "constrained"),
    [
        ("json_schema", True, "json_schema", True),
        ("json_schema", False, "json_schema", False),
        ("guided_object", True, "guided_object", True),
        ("json_object", False, "json_object", False),
        ("plain", False, "plain", False),
    ],
)
def test_what_a_server_can_do_is_found_out_once_and_remembered(
    tmp_path: Path, takes: str, obeys: bool, output: str, constrained: bool
) -> None:
    with Faults(Server(takes, obeys)) as server:
        chosen = settings(server.url, output="auto")
        engine = open_assisted("openai:m", settings=chosen, folder=tmp_path)
        found = asyncio.run(engine.capability())
        asked = server.count
        again = asyncio.run(open_assisted("openai:m", settings=chosen, folder=tmp_path).capability())

    assert (found.output, found.constrained) == (output, constrained)
    assert again == found
    assert server.count == asked <= 5


def test_sections_that_start_together_find_out_once() -> None:
    async def many(engine: Engine) -> None:
        await asyncio.gather(*(engine.write(brief().model_copy(update={"seed": n})) for n in range(6)))

    with Faults(Server("json_schema")) as server:
        asyncio.run(many(opened("openai:m", server.url, output="auto")))

    assert server.count == 7
    assert server.requests[-1]["response_format"]["json_schema"]["schema"]["properties"]["blocks"]


# --- what an answer looks like --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD, "开设周末门诊，门诊{outpatient_visits.now}。"),
        (f"<think>先想一想{{}}</think>\n```json\n{GOOD}\n```", "开设周末门诊，门诊{outpatient_visits.now}。"),
        (reply("门诊 {outpatient_visits.now} ,开设周末门诊"), "门诊{outpatient_visits.now}，开设周末门诊。"),
        (reply("开设\u200b周末\u202e门诊\n。"), "开设周末门诊。"),
    ],
)
def test_an_answer_is_read_whatever_stands_around_it(text: str, sentence: str) -> None:
    read = reply_of(text)

    assert read is not None
    assert read.blocks[0].sentences[0].text == sentence


def test_hostile_answers_are_read_in_a_moment() -> None:
    started = time.monotonic()
    for piece in ("[", '{"a":', "{", '"text": "', "\\", "一。", "<think>", '{"blocks":[{"sentences":[', " "):
        reply_of(piece * (1_000_000 // len(piece)))
        tidy(piece * 20_000)
        listener = Listener(lambda _: None)
        for _ in range(200):
            listener(piece * 200)

    assert time.monotonic() - started < 15


# --- money ----------------------------------------------------------------------------------------

PRICES = Prices(models={"m": Price(input=Decimal(1000), output=Decimal(1000))})
"""A thousand a million tokens: a call of 1,100 costs 1.1."""


def spent(database: Database) -> Decimal:
    with database.read() as connection:
        return sum((r.cost or Decimal(0) for r in cost_rows(connection)), Decimal(0))


@pytest.mark.parametrize("name", ASSISTED)
def test_a_second_run_calls_nobody(name: str, tmp_path: Path) -> None:
    with Faults(GOOD) as server, open_database(sqlite_url(tmp_path / "l.db")) as database:
        replies = []
        for _ in range(2):
            with Ledger(database) as ledger:
                engine = open_engine(name, settings=settings(server.url), ledger=ledger)
                replies.append(asyncio.run(engine.write(brief())))

    assert server.count == 1
    assert replies[0] == replies[1]


def test_a_budget_is_never_exceeded_and_what_is_over_is_composed(tmp_path: Path) -> None:
    outline = read_outline("summary-plan", department="外科", year=2025)
    figures = facts_of("门诊人次,2025,32000,人次,28571,,33000", "平均住院日,2025,7.3,天,7.6,7.4,7.2")

    with Faults(GOOD) as server, open_database(sqlite_url(tmp_path / "l.db")) as database:
        with Ledger(database, job="j", prices=PRICES, budget=Decimal(9)) as ledger:
            engine = open_engine("openai:m", settings=settings(server.url, max_tokens=1000), ledger=ledger)
            made = draft(outline, figures, None, None, engine)
        cost = spent(database)

    assert 0 < cost <= 9
    assert any("费用上限9元" in f.hint for f in made.findings)
    assert {s.recipe["engine"] for _, s in made.sentences()} <= {"openai:m", "offline"}


def test_an_attempt_that_was_cut_off_is_listed_as_possibly_billed(tmp_path: Path) -> None:
    with Faults(GOOD) as server, open_database(sqlite_url(tmp_path / "l.db")) as database:
        with Ledger(database) as ledger:
            engine = open_engine("openai:cut,hang,ok", settings=settings(server.url, timeout_s=3.0), ledger=ledger)
            asyncio.run(engine.write(brief()))
        with database.read() as connection:
            lost = doubtful_calls(connection)

    assert [d.times for d in lost] == [2]


# --- what nobody may see --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSISTED)
@pytest.mark.parametrize("fault", ["ok", "401", "500", "404", "hang", "not-json", "html"])
def test_the_key_stands_in_no_log_error_draft_or_database(
    name: str, fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    with Faults(GOOD) as server, open_database(sqlite_url(tmp_path / "l.db")) as database, Ledger(database) as ledger:
        chosen = settings(server.url, attempts=2, timeout_s=0.5 if fault == "hang" else 20.0)
        engine = open_engine(f"{name.rpartition(':')[0]}:{fault}", settings=chosen, ledger=ledger, folder=tmp_path)
        told += [repr(chosen), repr(engine), repr(vars(engine))]
        try:
            asyncio.run(engine.write(brief()))
        except EngineError as error:
            told += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
        made = draft(
            read_outline("summary", department="外科", year=2025),
            facts_of("门诊人次,2025,32000,人次"),
            None,
            None,
            engine,
        )
        told.append(made.model_dump_json())

    told += [r.getMessage() for r in caplog.records]
    told += [p.read_bytes().decode("utf-8", "replace") for p in tmp_path.rglob("*") if p.is_file()]
    assert not [t[:200] for t in told if KEY in t]


def test_the_key_and_the_address_come_from_the_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chugao.toml").write_text(
        '[model]\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "sk-file"\nconcurrency = 3\n'
        '[prompts."summary/part"]\ntemperature = 0.2\n[privacy]\nremote = "refuse"\n'
        "[prices.models.m]\ninput = 2\noutput = 8\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("CHUGAO_API_KEY", "sk-environment")

    read = load_settings(tmp_path)

    assert read.api_key.get_secret_value() == "sk-environment"
    assert (read.base_url, read.model.concurrency) == ("http://127.0.0.1:1/v1", 3)
    assert read.prompts["summary/part"].temperature == 0.2
    assert read.privacy.remote == "refuse"
    assert "sk-" not in repr(read)


def about(text: str) -> Brief:
    matter = BriefMatter(id="matter_a", text=text, status="done")
    return brief().model_copy(update={"matters": (matter,)})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("成功抢救患者王建国，术后恢复良好", "王建国"),
        ("患者李某某的家属送来锦旗", "李某某"),
        ("产妇陈丽，大出血，多科抢救", "陈丽"),
        ("为病人赵国庆（男，高龄）实施手术", "赵国庆"),
        ("投诉人周敏反映候诊时间长", "周敏"),
    ],
)
def test_a_patients_name_does_not_leave_and_comes_back_in_the_answer(text: str, name: str) -> None:
    hidden, people = masked(about(text), Privacy())

    assert name not in hidden.model_dump_json()
    assert people == {"某甲": name}
    answer = restored(Reply.model_validate({"blocks": [{"sentences": [{"text": "抢救某甲。"}]}]}), people)
    assert answer.blocks[0].sentences[0].text == f"抢救{name}。"


@pytest.mark.parametrize(
    "text",
    [
        "提升患者安全，患者满意度高",
        "患者全程管理，患者费用下降",
        "患者应急转运和患者路径优化",
        "病人平均等候缩短",
        "居民健康档案",
        "患者高血压，糖尿病",
    ],
)
def test_ordinary_words_after_patient_are_no_names(text: str) -> None:
    assert masked(about(text), Privacy())[1] == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("为患者欧阳菲完成瓣膜置换", "欧阳菲"),
        ("患者巫启贤（男，某岁）因胸痛入院", "巫启贤"),
        ("产妇麦兜兜产后出血抢救成功", "麦兜兜"),
        ("患者姓名：令狐冲，性别女", "令狐冲"),
        ("伤者顾大川由急救车送来", "顾大川"),
        ("甘小宁（患者）对护理表示感谢", "甘小宁"),
        ("患者家属尚文祥签字", "尚文祥"),
    ],
)
def test_rare_and_double_surnames_beside_a_patient_are_masked_and_come_back(text: str, name: str) -> None:
    hidden, people = masked(about(text), Privacy())

    assert name not in hidden.matters[0].text
    assert name in people.values()


def test_by_setting_personal_data_are_refused_or_let_through() -> None:
    named = about("成功抢救患者王建国，术后恢复良好")

    with pytest.raises(EngineError, match="个人信息"):
        masked(named, Privacy(remote="refuse"))
    assert masked(named, Privacy(remote="allow")) == (named, {})


@pytest.mark.parametrize(
    "text",
    [
        "证号11010519491231002X。",
        "电话13812345678",
        "座机0571-88886666",
        "卡号6222021234567890128",
        "住院号：ZY2025123",
        "全角手机１３８００１３８０００",
        "座机 0755 8392 1234",
        "门诊号MZ-778812",
    ],
)
def test_a_number_of_a_person_in_a_template_stops_the_call(text: str) -> None:
    with pytest.raises(EngineError, match="没有发出"):
        gate(Messages(system="", user=text), Privacy())


def test_a_draft_with_a_patients_name_sends_none_and_keeps_the_name(tmp_path: Path) -> None:
    with Faults(lambda body: reply("抢救患者某甲，门诊{outpatient_visits.now}。")) as server:
        answered = asyncio.run(opened("openai:m", server.url).write(about("抢救患者王建国，术后恢复良好")))

    assert "王建国" not in json.dumps(server.requests, ensure_ascii=False)
    assert "患者王建国" in answered.blocks[0].sentences[0].text
