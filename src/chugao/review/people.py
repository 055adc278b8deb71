"""Who may do what: persons, their roles and departments, and the one place where it is asked.

In: a `Person`, an `Act`, a document.  Out: yes or no; the `Scope` of what a person may see.

Everything fails closed: an unknown act, a document that is not given, a person without roles or departments get no.
What a role may do, and in which states of a document, is the table `MAY`; nothing else decides.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from chugao.errors import NotAllowed
from chugao.source import Frozen, Scope

if TYPE_CHECKING:
    from chugao.review.documents import Document

EVERYTHING = "*"
"""Owner that stands for the whole organisation, as `corpus` and `index` know it."""


class Role(StrEnum):
    """What a person is in the office."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def label(self) -> str:
        return _ROLES[self]


_ROLES = {
    Role.AUTHOR: "经办人",
    Role.REVIEWER: "科长",
    Role.APPROVER: "分管领导",
    Role.ADMIN: "管理员",
    Role.VIEWER: "只读",
}


class Person(Frozen):
    """Somebody who acts; accounts are the web's business."""

    name: str
    """As it is printed: “王芳”."""
    login: str
    """Who it is; never changes."""
    roles: frozenset[Role] = frozenset()
    departments: tuple[str, ...] = ()
    whole: bool = False
    """Sees the whole organisation; `departments` then only says where the person sits."""


class State(StrEnum):
    """Where a document stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    EXPORTED = "exported"
    LOCKED = "locked"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    State.DRAFT: "起草中",
    State.IN_REVIEW: "审核中",
    State.CHANGES_REQUESTED: "已退回",
    State.APPROVED: "已通过",
    State.EXPORTED: "已出稿",
    State.LOCKED: "已归档",
}


class Act(StrEnum):
    """Everything a person can do here, for the table and for the audit."""

    SEE = "see"
    UPLOAD = "upload"
    PUT_IN = "put_in"
    REGENERATE = "regenerate"
    EDIT = "edit"
    SUGGEST = "suggest"
    COMMENT = "comment"
    DECIDE_SUGGESTION = "decide_suggestion"
    ACCEPT_SECTION = "accept_section"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    REQUEST_CHANGES = "request_changes"
    PASS_ON = "pass_on"
    APPROVE = "approve"
    LOCK_SECTION = "lock_section"
    FORCE_UNLOCK = "force_unlock"
    EXPORT_DRAFT = "export_draft"
    EXPORT_FINAL = "export_final"
    CONFIRM_NUMBER = "confirm_number"
    DISMISS = "dismiss"
    KEEP_VERSION = "keep_version"
    CORRECT = "correct"
    CONSULT = "consult"
    OPINE = "opine"
    ANSWER = "answer"
    ARCHIVE = "archive"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    ADMINISTER = "administer"

    @property
    def label(self) -> str:
        return _ACTS[self]


_ACTS = {
    Act.SEE: "查看",
    Act.UPLOAD: "上传指标和材料",
    Act.PUT_IN: "起草文稿",
    Act.REGENERATE: "重新生成",
    Act.EDIT: "修改正文",
    Act.SUGGEST: "提修改建议",
    Act.COMMENT: "批注",
    Act.DECIDE_SUGGESTION: "采纳或不采纳建议",
    Act.ACCEPT_SECTION: "接受或退回一节",
    Act.SUBMIT: "送审",
    Act.WITHDRAW: "撤回",
    Act.REQUEST_CHANGES: "退回修改",
    Act.PASS_ON: "呈送下一轮",
    Act.APPROVE: "批准",
    Act.LOCK_SECTION: "锁定或解锁一节",
    Act.FORCE_UNLOCK: "强制解锁",
    Act.EXPORT_DRAFT: "导出草稿",
    Act.EXPORT_FINAL: "导出定稿",
    Act.CONFIRM_NUMBER: "确认数字",
    Act.DISMISS: "略过检查意见",
    Act.KEEP_VERSION: "存为版本",
    Act.CORRECT: "勘误",
    Act.CONSULT: "发起会签",
    Act.OPINE: "会签",
    Act.ANSWER: "答复会签意见",
    Act.ARCHIVE: "归档",
    Act.REOPEN: "取消归档",
    Act.HAND_OVER: "移交",
    Act.TAKE_OVER: "接手修改",
    Act.ADMINISTER: "管理",
}

_ANY = frozenset(State)
_WRITING = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
_REVIEW = frozenset({State.IN_REVIEW})
_OPEN = _WRITING | _REVIEW
_PASSED = frozenset({State.APPROVED, State.EXPORTED})
_LEFT = _PASSED | {State.LOCKED}

MAY: Mapping[Act, Mapping[Role, frozenset[State]]] = {
    Act.SEE: dict.fromkeys(Role, _ANY),
    Act.UPLOAD: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.ADMIN), _ANY),
    Act.PUT_IN: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.ADMIN), _ANY),
    Act.REGENERATE: {Role.AUTHOR: _WRITING, Role.REVIEWER: _OPEN, Role.ADMIN: _OPEN},
    # What changes an approved text voids the approval.
    Act.EDIT: {Role.AUTHOR: _WRITING, Role.REVIEWER: _REVIEW | _PASSED, Role.APPROVER: _REVIEW | _PASSED},
    Act.SUGGEST: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.APPROVER), _OPEN),
    Act.COMMENT: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.APPROVER), _OPEN | _PASSED),
    Act.DECIDE_SUGGESTION: {Role.AUTHOR: _WRITING, Role.REVIEWER: _OPEN, Role.APPROVER: _REVIEW},
    Act.ACCEPT_SECTION: dict.fromkeys((Role.REVIEWER, Role.APPROVER), _REVIEW),
    Act.SUBMIT: {Role.AUTHOR: _WRITING},
    Act.WITHDRAW: {Role.AUTHOR: _REVIEW},
    Act.REQUEST_CHANGES: dict.fromkeys((Role.REVIEWER, Role.APPROVER), _REVIEW | _PASSED),
    Act.PASS_ON: {Role.REVIEWER: _REVIEW},
    Act.APPROVE: {Role.APPROVER: _REVIEW},
    Act.LOCK_SECTION: {Role.AUTHOR: _WRITING, Role.REVIEWER: _OPEN, Role.APPROVER: _OPEN},
    Act.FORCE_UNLOCK: {Role.ADMIN: _OPEN | _PASSED},
    Act.EXPORT_DRAFT: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.APPROVER, Role.ADMIN), _ANY),
    Act.EXPORT_FINAL: dict.fromkeys((Role.REVIEWER, Role.APPROVER, Role.ADMIN, Role.VIEWER), _LEFT),
    Act.CONFIRM_NUMBER: {Role.AUTHOR: _WRITING, Role.REVIEWER: _OPEN, Role.APPROVER: _REVIEW},
    Act.DISMISS: {Role.AUTHOR: _WRITING, Role.REVIEWER: _OPEN, Role.APPROVER: _OPEN},
    Act.KEEP_VERSION: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.APPROVER), _OPEN | _PASSED),
    Act.CORRECT: dict.fromkeys((Role.AUTHOR, Role.REVIEWER), _PASSED),
    Act.CONSULT: dict.fromkeys((Role.AUTHOR, Role.REVIEWER), _OPEN),
    Act.OPINE: dict.fromkeys((Role.AUTHOR, Role.REVIEWER, Role.APPROVER), _OPEN),
    Act.ANSWER: dict.fromkeys((Role.AUTHOR, Role.REVIEWER), _OPEN),
    Act.ARCHIVE: dict.fromkeys((Role.REVIEWER, Role.ADMIN), _PASSED),
    Act.REOPEN: {Role.ADMIN: frozenset({State.LOCKED})},
    Act.HAND_OVER: {Role.AUTHOR: _OPEN, Role.REVIEWER: _OPEN, Role.ADMIN: _ANY},
    Act.TAKE_OVER: {Role.ADMIN: _OPEN},
    Act.ADMINISTER: {Role.ADMIN: _ANY},
}
"""Act → role → states of the document in which it is allowed."""

OF_THE_HOUSE = frozenset({Act.UPLOAD, Act.PUT_IN, Act.ADMINISTER})
"""Asked about a department or about nothing; every other act needs a document."""
OWN_ONLY = frozenset({Act.DECIDE_SUGGESTION, Act.LOCK_SECTION, Act.WITHDRAW, Act.HAND_OVER})
"""What a 经办人 does with a document that is theirs, and with no other."""


def may(person: Person, act: Act, document: "Document | None" = None, *, department: str | None = None) -> bool:
    """Whether a person may do this; the only place that says yes.

    An act on a document needs the document; one of the house may name the `department` it is about.
    """
    rule = MAY.get(act)
    if rule is None or not person.roles or not person.login:
        return False
    if act in OF_THE_HOUSE:
        if department is not None and not sees(person, department):
            return False
        return any(role in rule for role in person.roles)
    if document is None:
        return False
    if act is Act.OPINE:
        # 会签 crosses departments; what is shown there is cut down by `consulting`.
        consulted = bool(set(person.departments) & set(document.consulted))
        return consulted and any(document.state in rule.get(role, ()) for role in person.roles)
    if not sees(person, document.department):
        return False
    return any(_allows(rule, role, act, person, document) for role in _acting_as(person, document))


def require(person: Person, act: Act, document: "Document | None" = None, *, department: str | None = None) -> None:
    """Raises `NotAllowed` that says who may, unless `may`."""
    if may(person, act, document, department=department):
        return
    if document is not None and not (sees(person, document.department) or act is Act.OPINE):
        raise NotAllowed(NOT_THERE)
    roles = [role.label for role in MAY.get(act, {})]
    where = f"“{document.state.label}”状态下" if document is not None else ""
    raise NotAllowed(f"{where}您不能{act.label}。这一步由{'、'.join(roles) or '管理员'}办理。")


NOT_THERE = "没有这份文稿，或者您无权查看。请向办公室核对。"
"""The same words for what is not there and for what may not be seen: existence is told to nobody."""


def sees(person: Person, department: str) -> bool:
    """Whether the department lies in the person's scope."""
    owners = scope_of(person).owners
    return EVERYTHING in owners or (bool(department) and department in owners)


def scope_of(person: Person) -> Scope:
    """What a person may see: the only maker of scopes for people; no role or no department, nothing."""
    if not person.roles:
        return Scope()
    if person.whole:
        return Scope(owners=(EVERYTHING,))
    # A department cannot call itself everything.
    return Scope(owners=tuple(d for d in dict.fromkeys(person.departments) if d.strip() and d != EVERYTHING))


def _acting_as(person: Person, document: "Document") -> frozenset[Role]:
    """The roles, and the author's for an administrator who has taken over, which is logged."""
    if Role.ADMIN in person.roles and document.taken_over_by == person.login:
        return person.roles | {Role.AUTHOR}
    return person.roles


def _allows(rule: Mapping[Role, frozenset[State]], role: Role, act: Act, person: Person, document: "Document") -> bool:
    if document.state not in rule.get(role, frozenset()):
        return False
    if role is Role.AUTHOR and act in OWN_ONLY:
        return person.login in (document.owner, document.taken_over_by)
    return True
