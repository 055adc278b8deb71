"""Who may do what: the table of roles and acts, scope, and every verb held against both."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chugao import review
from chugao.database import Database
from chugao.errors import ChugaoError, InputError, NotAllowed, StaleVersion
from chugao.review import EVERYTHING, MAY, OF_THE_HOUSE, OWN_ONLY, Act, Document, Person, Role, State, may, scope_of
from tests.review_cases import LI, ROOT, WANG, ZHAO, at, part, rewritten, small_draft, started

_DOCUMENT = Document(
    id="d1",
    title="医务科2025年工作总结",
    kind="summary",
    department="医务科",
    organisation="望澜市第一人民医院",
    year=2025,
    period="2025",
    content="c",
    owner="wang",
    owner_name="王芳",
    created_by="wang",
    created_at=at(0),
    updated_at=at(0),
)


def of_role(role: Role, **more: Any) -> Person:
    return Person(**{"name": "某人", "login": "x", "roles": {role}, "departments": ("医务科",), **more})


# --- the table ------------------------------------------------------------------------------------


def test_every_act_has_a_row_and_nothing_else_does() -> None:
    assert set(MAY) == set(Act)
    assert set(Act) >= OF_THE_HOUSE | OWN_ONLY
    assert all(act.label and role.label for act in Act for role in Role)


@pytest.mark.parametrize(("role", "act", "state"), list(product(Role, Act, State)))
def test_the_table_decides_for_every_role_act_and_state(role: Role, act: Act, state: State) -> None:
    document = _DOCUMENT.model_copy(update={"state": state, "owner": "x", "consulted": ("医务科",)})

    allowed = may(of_role(role), act, None if act in OF_THE_HOUSE else document)

    assert allowed == (state in MAY[act].get(role, ()) if act not in OF_THE_HOUSE else role in MAY[act])


EXPECTED = """
        经办人 科长 分管领导 管理员 只读
upload      是    是    否      是     否
put_in      是    是    否      是     否
suggest     是    是    是      否     否
comment     是    是    是      否     否
approve     否    否    是      否     否
submit      是    否    否      否     否
request_changes 否 是   是      否     否
pass_on     否    是    否      否     否
force_unlock 否   否    否      是     否
export_draft 是   是    是      是     否
export_final 否   是    是      是     是
administer  否    否    否      是     否
regenerate  是    是    否      是     否
edit        是    是    是      否     否
"""


@pytest.mark.parametrize("line", EXPECTED.strip().splitlines()[1:])
def test_the_table_says_what_the_office_agreed_on(line: str) -> None:
    name, *told = line.split()
    rule = MAY[Act(name)]

    assert [("是" if role in rule else "否") for role in Role] == told


@pytest.mark.parametrize("act", sorted(set(Act) - OF_THE_HOUSE))
def test_without_a_document_without_a_role_without_a_login_or_out_of_scope_the_answer_is_no(act: Act) -> None:
    everything = Person(name="甲", login="x", roles=frozenset(Role), departments=("医务科",), whole=True)

    assert not may(everything, act)
    assert not may(everything.model_copy(update={"roles": frozenset()}), act, _DOCUMENT)
    assert not may(everything.model_copy(update={"login": ""}), act, _DOCUMENT)
    stranger = everything.model_copy(update={"departments": ("护理部",), "whole": False})
    assert not may(stranger, act, _DOCUMENT)
    assert not may(stranger.model_copy(update={"departments": ()}), act, _DOCUMENT)


def test_an_act_nobody_knows_is_refused() -> None:
    assert not may(ROOT, "become_god", _DOCUMENT)  # type: ignore[arg-type]


@pytest.mark.parametrize("act", sorted(OWN_ONLY - {Act.HAND_OVER}))
def test_an_author_decides_about_their_own_document_only(act: Act) -> None:
    state = State.IN_REVIEW if act is Act.WITHDRAW else State.DRAFT
    document = _DOCUMENT.model_copy(update={"state": state})

    assert may(WANG, act, document)
    assert not may(WANG, act, document.model_copy(update={"owner": "zhou"}))


# --- scope ----------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    roles=st.frozensets(st.sampled_from(Role)),
    departments=st.lists(st.sampled_from(["医务科", "护理部", "", " ", EVERYTHING, "全院"]), max_size=4),
    whole=st.booleans(),
)
def test_a_scope_never_holds_more_than_the_departments_and_everything_only_where_somebody_said_so(
    roles: frozenset[Role], departments: list[str], whole: bool
) -> None:
    person = Person(name="甲", login="x", roles=roles, departments=tuple(departments), whole=whole)

    scope = scope_of(person)

    if not roles:
        assert scope.owners == ()
    elif whole:
        assert scope.owners == (EVERYTHING,)
    else:
        assert set(scope.owners) == {d for d in departments if d.strip() and d != EVERYTHING}


# --- every verb -----------------------------------------------------------------------------------

Verb = Callable[[Database, Person, str], object]
_NEW = part("plan", "三、", "下一步打算", ("另一稿。",))
VERBS: dict[str, tuple[Act, Verb]] = {
    "document": (Act.SEE, review.document),
    "current": (Act.SEE, review.current),
    "versions": (Act.SEE, review.versions),
    "version": (Act.SEE, lambda db, p, d: review.version(db, p, d, 1)),
    "sections": (Act.SEE, review.sections),
    "section": (Act.SEE, lambda db, p, d: review.section(db, p, d, "plan")),
    "section_at": (Act.SEE, lambda db, p, d: review.section_at(db, p, d, "plan", 1)),
    "comments": (Act.SEE, review.comments),
    "suggestions": (Act.SEE, review.suggestions),
    "alternatives": (Act.SEE, review.alternatives),
    "history": (Act.SEE, review.history),
    "hindrances": (Act.SEE, lambda db, p, d: review.hindrances(db, p, d, "approve")),
    "findings": (Act.SEE, review.findings),
    "dismissals": (Act.SEE, review.dismissals),
    "strip": (Act.SEE, review.strip),
    "since_last_look": (Act.SEE, review.since_last_look),
    "looked": (Act.SEE, review.looked),
    "last_look": (Act.SEE, review.last_look),
    "opinions_table": (Act.SEE, review.opinions_table),
    "happenings": (Act.SEE, review.happenings),
    "consultations": (Act.SEE, review.consultations),
    "beat": (Act.SEE, lambda db, p, d: review.beat(db, p, d, "plan")),
    "save": (Act.EDIT, lambda db, p, d: review.save(db, p, d, "plan", *_typed())),
    "save_title": (Act.EDIT, lambda db, p, d: review.save_title(db, p, d, 1, "新题目")),
    "restore": (Act.EDIT, lambda db, p, d: review.restore(db, p, d, 1)),
    "merge": (Act.EDIT, lambda db, p, d: review.merge(db, p, d, 1, sections=["plan"])),
    "put_in_again": (
        Act.EDIT,
        lambda db, p, d: review.put_in_again(db, p, d, small_draft(), kind="import", base=1),
    ),
    "disputes": (Act.SEE, lambda db, p, d: review.disputes(db, p, d, 1)),
    "set_aside": (Act.EDIT, lambda db, p, d: review.set_aside(db, p, d, small_draft(), base=1)),
    "lay_over": (Act.EDIT, lambda db, p, d: review.lay_over(db, p, d, 1, revs={}, choices={})),
    "replace_section": (Act.REGENERATE, lambda db, p, d: review.replace_section(db, p, d, 1, _NEW)),
    "branch": (Act.SUGGEST, lambda db, p, d: review.branch(db, p, d, "plan", *_typed())),
    "suggest": (Act.SUGGEST, lambda db, p, d: review.suggest(db, p, d, "plan", *_typed())),
    "accept_suggestions": (Act.DECIDE_SUGGESTION, review.accept_suggestions),
    "comment": (Act.COMMENT, lambda db, p, d: review.comment(db, p, d, "plan", 1, "请核")),
    "keep_version": (Act.KEEP_VERSION, review.keep_version),
    "name_version": (Act.KEEP_VERSION, lambda db, p, d: review.name_version(db, p, d, 1, "甲")),
    "set_limit": (Act.KEEP_VERSION, lambda db, p, d: review.set_limit(db, p, d, 100)),
    "confirm_numbers": (Act.CONFIRM_NUMBER, lambda db, p, d: review.confirm_numbers(db, p, d, basis="电话")),
    "accept_section": (Act.ACCEPT_SECTION, lambda db, p, d: review.accept_section(db, p, d, "plan", 1)),
    "accept_sections": (Act.ACCEPT_SECTION, review.accept_sections),
    "return_section": (Act.ACCEPT_SECTION, lambda db, p, d: review.return_section(db, p, d, "plan", "再看")),
    "set_section_state": (Act.COMMENT, lambda db, p, d: review.set_section_state(db, p, d, "plan", "有疑问")),
    "lock_section": (Act.LOCK_SECTION, lambda db, p, d: review.lock_section(db, p, d, "plan")),
    "submit": (Act.SUBMIT, review.submit),
    "withdraw": (Act.WITHDRAW, review.withdraw),
    "request_changes": (Act.REQUEST_CHANGES, lambda db, p, d: review.request_changes(db, p, d, note="改")),
    "pass_on": (Act.PASS_ON, lambda db, p, d: review.pass_on(db, p, d, round="征求意见稿")),
    "approve": (Act.APPROVE, review.approve),
    "record_export": (
        Act.EXPORT_FINAL,
        lambda db, p, d: review.record_export(db, p, d, file_name="甲.docx", file_hash="0" * 64, content="x"),
    ),
    "correct": (Act.CORRECT, lambda db, p, d: review.correct(db, p, d, "plan", *_typed(), reason="笔误")),
    "archive": (Act.ARCHIVE, review.archive),
    "unarchive": (Act.REOPEN, lambda db, p, d: review.unarchive(db, p, d, reason="查档")),
    "hand_over": (Act.HAND_OVER, lambda db, p, d: review.hand_over(db, p, d, "zhou", "周敏")),
    "take_over": (Act.TAKE_OVER, lambda db, p, d: review.take_over(db, p, d, reason="休假")),
    "consult": (
        Act.CONSULT,
        lambda db, p, d: review.consult(db, p, d, ["护理部"], assigned={"护理部": [("results", "results_3")]}),
    ),
}


def _typed() -> tuple[int, review.Written]:
    text = review.Paragraph(text="把夜里会诊到位时间管起来。")
    return 1, review.Written(heading="下一步打算", paragraphs=(text,))


def _refused(verb: Verb, database: Database, person: Person, document_id: str) -> bool:
    """Whether a person may not at all; a text that does not hold, or a wrong input, is another matter."""
    try:
        verb(database, person, document_id)
    except NotAllowed as error:
        return not isinstance(error, review.Refused) and "不是批准的那一稿" not in str(error)
    except (InputError, StaleVersion):
        return False
    return False


_WANTED = [Role.AUTHOR, Role.REVIEWER, Role.APPROVER, Role.ADMIN, Role.VIEWER]


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_refuses_exactly_whom_the_table_refuses(name: str, tmp_path: Any, sqlite_template: Any) -> None:
    """On SQLite alone: what is asked here never reaches the database."""
    import shutil

    from chugao.database import open_database, sqlite_url

    act, verb = VERBS[name]
    shutil.copy(sqlite_template, tmp_path / "chugao.db")
    with open_database(sqlite_url(tmp_path / "chugao.db")) as database:
        made = started(database)
        for role in _WANTED:
            person = of_role(role, login="wang" if role is Role.AUTHOR else "x")
            allowed = may(person, act, made)
            refused = _refused(verb, database, person, made.id)
            assert refused is not allowed, role
            stranger = person.model_copy(update={"departments": ("护理部",)})
            with pytest.raises(NotAllowed, match="没有这份文稿"):
                verb(database, stranger, made.id)
            if allowed and act is not Act.SEE:
                made = started(database)


def test_every_public_verb_on_a_document_is_in_the_list() -> None:
    import inspect

    known = {
        "accept_suggestion",
        "reject_suggestion",
        "take_comment",
        "resolve",
        "reopen",
        "take_alternative",
        "offer_alternative",
        "answer",
        "dismiss",
        "restore_number",
        "save_settled",
        "unlock_section",
        "leave",
        # 会签 goes by the list of those asked, not by the department of the document.
        "share_of",
        "opine",
        "no_objection",
        "opinions_draft",
        "opinions_paper",
    }
    verbs = {
        name
        for name in review.__all__
        if inspect.isfunction(f := getattr(review, name)) and "document_id" in inspect.signature(f).parameters
    }

    assert verbs - known == set(VERBS)


def test_what_needs_a_row_to_point_at_is_refused_to_strangers_too(database: Database) -> None:
    made = started(database)
    review.comment(database, LI, made.id, "plan", 1, "请核")
    review.suggest(database, LI, made.id, "plan", *rewritten(database, LI, made, "plan", "夜间", "夜里"))
    stranger = of_role(Role.REVIEWER, departments=("护理部",))
    finding = review.findings(database, LI, made.id)[:1]

    for attempt in (
        lambda: review.accept_suggestion(database, stranger, made.id, 1),
        lambda: review.reject_suggestion(database, stranger, made.id, 1),
        lambda: review.take_comment(database, stranger, made.id, 1),
        lambda: review.resolve(database, stranger, made.id, 1),
        lambda: review.reopen(database, stranger, made.id, 1),
        lambda: review.take_alternative(database, stranger, made.id, 1, 1),
        lambda: review.offer_alternative(database, stranger, made.id, _NEW),
        lambda: review.answer(database, stranger, made.id, 1, "采纳"),
        lambda: review.restore_number(database, stranger, made.id, "plan", 1, "plan_1_1", 0),
        lambda: review.unlock_section(database, stranger, made.id, "plan"),
        lambda: review.share_of(database, stranger, made.id),
        lambda: review.opine(database, stranger, made.id, "好", section="plan"),
        lambda: review.no_objection(database, stranger, made.id),
        lambda: review.opinions_paper(database, stranger, made.id),
        *(lambda f=f: review.dismiss(database, stranger, made.id, f, reason="无") for f in finding),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_only_an_administrator_reads_the_whole_audit(database: Database) -> None:
    started(database)

    with pytest.raises(NotAllowed):
        review.happenings(database, ZHAO)

    assert [h.action for h in review.happenings(database, ROOT)] == ["review.put_in"]
    assert issubclass(NotAllowed, ChugaoError)
