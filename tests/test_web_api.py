"""/api/v1: what the screens do, for programs: idempotent, documented, and never a 500 whatever is sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk_office import Office, open_office

ROOT = Path(__file__).parents[1]
ORDER = {"kind": "summary", "department": "医务科", "year": 2025}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("api") / "工作区", sqlite_template)
    with made.house.database:
        yield made


def send(office: Office, login: str, method: str, url: str, key: str = "", **more: Any) -> Any:
    client = office.client(login)
    headers = {"Origin": "http://office.test", "Accept": "application/json", "X-CSRF-Token": client.token}
    return client.http.request(method, url, headers=headers | ({"Idempotency-Key": key} if key else {}), **more)


def test_the_same_key_gets_the_same_answer_and_makes_nothing_twice(office: Office) -> None:
    first = send(office, "wangfang", "POST", "/api/v1/orders", "k-1", json=ORDER)
    again = send(office, "wangfang", "POST", "/api/v1/orders", "k-1", json=ORDER)
    other = send(office, "wangfang", "POST", "/api/v1/orders", "k-2", json=ORDER)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert other.json()["id"] != first.json()["id"]


def test_a_key_used_for_something_else_is_refused(office: Office) -> None:
    send(office, "wangfang", "POST", "/api/v1/orders", "k-3", json=ORDER)

    answer = send(office, "wangfang", "POST", "/api/v1/orders", "k-3", json=ORDER | {"year": 2024})

    assert answer.status_code == 422
    assert "另一个请求" in answer.json()["error"]


def test_two_people_may_use_the_same_key(office: Office) -> None:
    one = send(office, "wangfang", "POST", "/api/v1/orders", "k-4", json=ORDER)
    two = send(office, "like", "POST", "/api/v1/orders", "k-4", json=ORDER)

    assert one.json()["id"] != two.json()["id"]


def test_what_failed_may_be_asked_again_under_its_key(office: Office) -> None:
    said = {"metric": "没有的指标", "choose": "病案首页", "reason": "上报口径", "department": "医务科"}

    first = send(office, "wangfang", "POST", "/api/v1/metrics/rulings", "k-5", json=said)
    again = send(office, "wangfang", "POST", "/api/v1/metrics/rulings", "k-5", json=said)

    assert first.status_code == again.status_code == 422
    assert "没有“没有的指标”这个指标" in again.json()["error"]


def test_figures_come_in_and_the_board_tells_them(office: Office) -> None:
    content = (ROOT / "examples" / "figures" / "医务科-2025.xlsx").read_bytes()

    done = send(office, "wangfang", "POST", "/api/v1/metrics/import", files={"files": ("医务科-2025.xlsx", content)})
    told = send(office, "wangfang", "GET", "/api/v1/metrics?department=医务科&year=2025").json()

    assert done.status_code == 201
    assert done.json()["added"] > 100
    assert {r["name"]: r["now"] for r in told["rows"]}["门急诊人次"] == "128.46万人次"
    assert send(office, "hulibu", "GET", "/api/v1/metrics").json()["rows"] == []


def test_nobody_imports_figures_of_a_department_that_is_not_theirs(office: Office) -> None:
    content = (ROOT / "examples" / "figures" / "急诊科-2025.xlsx").read_bytes()

    answer = send(office, "wangfang", "POST", "/api/v1/metrics/import", files={"files": ("急诊科-2025.xlsx", content)})

    assert answer.status_code == 403
    assert send(office, "guanli", "GET", "/api/v1/metrics").json()["departments"] in ([], ["医务科"])


def test_the_interface_describes_itself_and_every_operation_its_refusals(office: Office) -> None:
    told = send(office, "wangfang", "GET", "/api/v1/openapi.json").json()

    assert told["info"]["title"] == "初稿 chugao"
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            assert path.startswith("/api/v1/") or path == "/healthz"
            assert operation["summary"], f"{method} {path}"
            assert path == "/healthz" or {"401", "403", "422"} <= set(operation["responses"]), f"{method} {path}"


@pytest.mark.parametrize("examples", [3, pytest.param(50, marks=pytest.mark.soak)])
def test_no_input_makes_a_500(office: Office, examples: int) -> None:
    """Valid and invalid requests made from the published description, by somebody who may do everything."""
    import hypothesis
    import schemathesis

    from chugao.review import Role, accounts
    from tests.desk_office import PASSWORD

    db = office.house.database
    if not any(a.login == "quanneng" for a in accounts.list_accounts(db)):
        accounts.add_account(
            db, login="quanneng", name="全能", roles=list(Role), departments=["*"], password=PASSWORD,
            by="试验", at=office.house.now(),
        )  # fmt: skip
    client = office.client("quanneng")
    told = office.app.openapi()
    broken: list[str] = []
    schema = schemathesis.openapi.from_dict(told)
    for made in schema.get_all_operations():
        operation = made.ok()
        # What would take the tester's own rights away is tried by the matrix.
        if operation.path.startswith("/api/v1/users"):
            continue

        @hypothesis.settings(
            max_examples=examples, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy())
        def tried(case: Any) -> None:
            values = case.as_transport_kwargs(base_url="http://office.test")
            values.pop("cookies", None)
            url = values.pop("url")
            headers = dict(values.pop("headers", None) or {}) | {
                "Origin": "http://office.test",
                "X-CSRF-Token": client.token,
                "Accept": "application/json",
            }
            headers = {k: v for k, v in headers.items() if _legal(k) and _legal(v)}
            answer = client.http.request(values.pop("method"), url, headers=headers, **_only(values))
            if answer.status_code >= 500:
                broken.append(f"{case.method} {case.path}: {answer.status_code} {case.body!r:.200}")

        tried()

    assert broken == []


def _legal(text: Any) -> bool:
    return str(text).isascii() and str(text).isprintable()


def _only(values: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in values.items() if k in ("params", "json", "data", "files") and v is not None}
    if isinstance(kept.get("data"), bytes | str):
        kept["content"] = kept.pop("data")
    return kept
