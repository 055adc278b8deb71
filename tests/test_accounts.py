"""Accounts, sessions and the wait after wrong passwords; each on SQLite and on PostgreSQL."""

import pytest

from chugao.database import Database
from chugao.errors import InputError, NotAllowed
from chugao.review import Role, accounts, scope_of

AT = "2026-01-08T01:00:00Z"
PASSWORD = "春眠不觉晓处处闻啼鸟"


def add(db: Database, login: str = "wangfang", *roles: Role, departments: tuple[str, ...] = ("医务科",)):
    return accounts.add_account(
        db,
        login=login,
        name="王芳",
        roles=roles or (Role.AUTHOR,),
        departments=departments,
        password=PASSWORD,
        by="管理员",
        at=AT,
    )


def whose(db: Database, token: str, at: str = AT):
    return accounts.person_of_session(db, token, at=at, idle_minutes=120, longest_hours=14)


def test_who_signs_in_is_the_person_the_account_says(database: Database) -> None:
    add(database)

    given = accounts.sign_in(database, " WangFang ", PASSWORD, at=AT)

    person = whose(database, given.token)
    assert person is not None
    assert (person.name, person.login, person.roles) == ("王芳", "wangfang", {Role.AUTHOR})
    assert scope_of(person).owners == ("医务科",)


def test_neither_password_nor_token_stands_in_the_database(database: Database) -> None:
    from sqlalchemy import select

    from chugao.database.tables import account, audit, session

    add(database)
    given = accounts.sign_in(database, "wangfang", PASSWORD, at=AT)

    with database.read() as connection:
        kept = " ".join(str(row) for table in (account, session, audit) for row in connection.execute(select(table)))
    assert "$argon2id$" in kept
    assert PASSWORD not in kept
    assert given.token not in kept
    assert len(given.token) >= 43  # 256 bits


def test_the_same_words_refuse_an_unknown_login_a_wrong_password_and_a_disabled_account(database: Database) -> None:
    one = add(database)
    add(database, "lisi")
    accounts.disable_account(database, one.id, by="管理员", at=AT)

    told = set()
    for login, password in (("nobody", PASSWORD), ("lisi", "不是这个密码吧"), ("wangfang", PASSWORD)):
        with pytest.raises(NotAllowed) as refused:
            accounts.sign_in(database, login, password, at=AT)
        told.add(str(refused.value))

    assert len(told) == 1


def test_after_five_wrong_passwords_even_the_right_one_must_wait_and_the_wait_is_kept(database: Database) -> None:
    add(database)
    for _ in range(6):
        with pytest.raises(NotAllowed):
            accounts.sign_in(database, "wangfang", "猜一个密码试试", at=AT)

    with pytest.raises(NotAllowed, match="请等"):
        accounts.sign_in(database, "wangfang", PASSWORD, at=AT)

    assert accounts.sign_in(database, "wangfang", PASSWORD, at="2026-01-08T01:30:00Z").person.name == "王芳"


def test_a_wait_doubles_up_to_a_quarter_of_an_hour(database: Database) -> None:
    add(database)
    moments = [f"2026-01-08T{h:02}:{m:02}:00Z" for h in range(2, 8) for m in (0, 20, 40)]

    for at in moments:
        with pytest.raises(NotAllowed, match="密码不对"):
            accounts.sign_in(database, "wangfang", "猜一个密码试试", at=at)

    with pytest.raises(NotAllowed, match="请等14分钟"):
        accounts.sign_in(database, "wangfang", PASSWORD, at="2026-01-08T07:41:30Z")


def test_one_address_that_tries_many_logins_must_wait_too(database: Database) -> None:
    add(database)
    for number in range(21):
        with pytest.raises(NotAllowed):
            accounts.sign_in(database, f"login{number}", "猜一个密码试试", at=AT, address="10.0.0.9")

    with pytest.raises(NotAllowed, match="请等"):
        accounts.sign_in(database, "wangfang", PASSWORD, at=AT, address="10.0.0.9")

    assert accounts.sign_in(database, "wangfang", PASSWORD, at=AT, address="10.0.0.8")


def test_signing_in_again_ends_the_session_the_browser_had(database: Database) -> None:
    add(database)
    first = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token

    second = accounts.sign_in(database, "wangfang", PASSWORD, at=AT, previous=first).token

    assert whose(database, first) is None
    assert whose(database, second) is not None
    assert first != second


@pytest.mark.parametrize(
    ("at", "still"),
    [("2026-01-08T02:59:00Z", True), ("2026-01-08T03:01:00Z", False), ("2026-01-08T20:00:00Z", False)],
)
def test_a_session_ends_after_two_hours_without_a_request(database: Database, at: str, still: bool) -> None:
    add(database)
    token = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token

    person = whose(database, token, at)

    assert (person is not None) == still


def test_a_session_in_use_ends_at_night_all_the_same(database: Database) -> None:
    add(database)
    token = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token
    for hour in range(2, 15):
        assert whose(database, token, f"2026-01-08T{hour:02}:00:00Z") is not None

    person = whose(database, token, "2026-01-08T15:30:00Z")

    assert person is None


def test_sessions_that_ended_by_themselves_are_forgotten_and_those_in_use_are_not(database: Database) -> None:
    add(database)
    accounts.sign_in(database, "wangfang", PASSWORD, at="2026-01-05T01:00:00Z")
    token = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token

    forgotten = [accounts.forget_old_sessions(database, at=AT, longest_hours=14) for _ in range(2)]

    assert forgotten == [1, 0]
    assert whose(database, token) is not None


@pytest.mark.parametrize("act", ["disable", "password"])
def test_all_sessions_end_when_an_account_is_disabled_or_its_password_reset(database: Database, act: str) -> None:
    one = add(database)
    tokens = [accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token for _ in range(3)]

    if act == "disable":
        accounts.disable_account(database, one.id, by="管理员", at=AT)
    else:
        accounts.set_password(database, one.id, "换一句好记又长的话吧", by="管理员", at=AT)

    assert [whose(database, t) for t in tokens] == [None, None, None]


def test_a_person_changes_the_password_and_stays_signed_in_here_only(database: Database) -> None:
    add(database)
    here, elsewhere = (accounts.sign_in(database, "wangfang", PASSWORD, at=AT) for _ in range(2))

    with pytest.raises(NotAllowed, match="原密码不对"):
        accounts.change_own_password(
            database, here.person, "不是原密码啊", "换一句好记又长的话吧", token=here.token, at=AT
        )
    accounts.change_own_password(database, here.person, PASSWORD, "换一句好记又长的话吧", token=here.token, at=AT)

    assert whose(database, here.token) is not None
    assert whose(database, elsewhere.token) is None


def test_what_is_taken_from_a_person_counts_from_the_next_request(database: Database) -> None:
    one = add(database)
    token = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token

    accounts.change_account(
        database, one.id, name="王芳", roles=[Role.VIEWER], departments=["护理部"], by="管理员", at=AT
    )

    person = whose(database, token)
    assert person is not None
    assert (person.roles, person.departments) == ({Role.VIEWER}, ("护理部",))


def test_the_last_administrator_stays(database: Database) -> None:
    one = add(database, "admin", Role.ADMIN, departments=())

    with pytest.raises(NotAllowed, match="最后一个管理员"):
        accounts.disable_account(database, one.id, by="王芳", at=AT)
    with pytest.raises(NotAllowed, match="最后一个管理员"):
        accounts.change_account(database, one.id, name="王芳", roles=[Role.VIEWER], departments=["*"], by="王", at=AT)

    add(database, "second", Role.ADMIN, departments=())
    accounts.disable_account(database, one.id, by="王芳", at=AT)


@pytest.mark.parametrize(
    ("password", "why"),
    [("短密码", "太短"), ("a" * 30, "容易猜"), ("wangfang2026", "容易猜"), ("长" * 201, "太长")],
)
def test_a_weak_password_is_refused(database: Database, password: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        accounts.add_account(
            database,
            login="wangfang",
            name="王芳",
            roles=[Role.AUTHOR],
            departments=["医务科"],
            password=password,
            by="管理员",
            at=AT,
        )


def test_a_login_that_is_taken_is_refused_whatever_its_letters(database: Database) -> None:
    add(database)

    with pytest.raises(InputError, match="已经有人用了"):
        add(database, "ＷangFang")


def test_without_a_department_nobody_but_an_administrator_can_be_added(database: Database) -> None:
    with pytest.raises(InputError, match="没有写科室"):
        add(database, "a1", Role.AUTHOR, departments=())

    admin = add(database, "a2", Role.ADMIN, departments=())

    assert admin.whole


def test_every_step_with_an_account_stands_in_the_audit(database: Database) -> None:
    from chugao.database import verify
    from chugao.database.audit import latest

    one = add(database)
    token = accounts.sign_in(database, "wangfang", PASSWORD, at=AT).token
    accounts.sign_out(database, token, at=AT)
    accounts.disable_account(database, one.id, by="管理员", at=AT)

    with database.read() as connection:
        acts = [r.action for r in latest(connection)]
        assert verify(connection) == []
    assert acts == ["account.disable", "session.end", "session.begin", "account.add"]
