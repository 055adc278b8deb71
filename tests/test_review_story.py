"""Two reviewers at one document, in any order, against a model in memory: nothing is lost, nothing is overwritten.

The model knows sentences only.  Of a save that met another's it demands: every sentence either of them wrote stands in the
result, none that either took out does, and both orders hold; and where nothing but untouched sentences lies between what
they changed, that it was put together at all.
"""

from contextlib import suppress
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chugao import review
from chugao.database import Database, verify
from chugao.errors import NotAllowed, StaleVersion
from chugao.review import Act, Conflict, Paragraph, Role, State, Written, may
from tests.review_cases import part, person, small_draft

WANG = person("wang", "王芳", Role.AUTHOR, Role.REVIEWER)
LI = person("li", "李科长", Role.REVIEWER, Role.APPROVER)
PEOPLE = st.sampled_from([WANG, LI])
STORED = ("results", "plan")
_TOPICS = "门诊窗口往前移动了|手术排台改由系统提示|病案归档慢在骨科打印|急诊会诊等得太久|药房夜里缺一个人|转诊要先打电话问床位".split(
    "|"
)
_WORDS = "电梯 走廊 食堂 锅炉 花园 仓库 车棚 班车 信箱 黑板 窗帘 水池 灯箱 台账 雨棚 扶手 门牌 账本 柜台 热水".split()

Text = list[str]


class Story(RuleBasedStateMachine):
    """A document, two people with their screens, and what it ought to be."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.number = count(1)

    @initialize()
    def put_in(self) -> None:
        sections = (
            part("results", "一、", "门诊", *((f"{t}。",) for t in _TOPICS[:4])),
            part("plan", "二、", "打算", tuple(f"{t}。" for t in _TOPICS[2:])),
        )
        review.set_four_eyes(self.database, person("root", "管", Role.ADMIN), False, reason="模型不管四眼")
        self.made = review.put_in(self.database, WANG, small_draft(sections=sections)).id
        self.text = {s: self.read(s)[1] for s in STORED}
        self.rev = dict.fromkeys(STORED, 1)
        self.past = {(s, 1): self.text[s] for s in STORED}
        self.screen = {(p.login, s): (1, self.text[s]) for p in (WANG, LI) for s in STORED}
        self.locked: set[str] = set()
        self.accepted: set[str] = set()
        self.state = State.DRAFT
        self.kept = {1: {s: self.text[s] for s in STORED}}
        self.said = 0
        self.asked: dict[int, tuple[str, str, str]] = {}

    # --- the model -------------------------------------------------------------------------------

    def read(self, name: str) -> tuple[int, Text]:
        here = review.section(self.database, WANG, self.made, name)
        return here.rev, _sentences(here.text)

    def allowed(self, who: review.Person, act: Act) -> bool:
        return may(who, act, review.document(self.database, who, self.made))

    def changed(self, name: str, text: Text, rev: int) -> None:
        self.text[name], self.rev[name] = text, rev
        self.past[name, rev] = text
        self.accepted.discard(name)
        if self.state in (State.APPROVED, State.EXPORTED):
            self.state = State.IN_REVIEW

    def fresh(self, word: str) -> str:
        return f"{word}旁边放了{_WORDS[next(self.number) % len(_WORDS)]}和{_HAN[next(self.number) % len(_HAN)]}字样的{word}。"

    # --- reading and writing ---------------------------------------------------------------------

    @rule(who=PEOPLE, name=st.sampled_from(STORED))
    def look(self, who: review.Person, name: str) -> None:
        self.screen[who.login, name] = self.read(name)

    @rule(
        who=PEOPLE,
        name=st.sampled_from(STORED),
        how=st.sampled_from(["reword", "insert", "delete"]),
        place=st.integers(0, 9),
        word=st.sampled_from(_WORDS),
    )
    def edit(self, who: review.Person, name: str, how: str, place: int, word: str) -> None:
        rev, base = self.screen[who.login, name]
        mine = self.typed(base, how, place, word)
        before = self.text[name]
        try:
            saved = review.save(self.database, who, self.made, name, rev, _written(name, mine))
        except Conflict:
            assert rev != self.rev[name]
            assert not _apart(base, before, mine), (base, before, mine)
            assert self.read(name) == (self.rev[name], before)
            return
        except NotAllowed:
            assert name in self.locked or not self.allowed(who, Act.EDIT)
            return
        assert name not in self.locked
        result = _sentences(review.text_of(saved.section))
        if rev == self.rev[name]:
            assert result == mine
        else:
            _put_together(base, before, mine, result)
        if saved.changed:
            assert saved.rev == self.rev[name] + 1
            self.changed(name, result, saved.rev)
        self.screen[who.login, name] = (saved.rev, result)

    def typed(self, base: Text, how: str, place: int, word: str) -> Text:
        """What somebody makes of the text on their screen; the heading, its first line, stays."""
        body = base[1:]
        at = place % (len(body) + 1)
        if how == "insert" or not body:
            return [base[0], *body[:at], self.fresh(word), *body[at:]]
        at %= len(body)
        new = [] if how == "delete" else [body[at].removesuffix("。") + f"，{word}也是。"]
        return [base[0], *body[:at], *new, *body[at + 1 :]]

    @rule(who=PEOPLE, name=st.sampled_from(STORED), place=st.integers(0, 9), word=st.sampled_from(_WORDS))
    def suggest(self, who: review.Person, name: str, place: int, word: str) -> None:
        rev, base = self.screen[who.login, name]
        if len(base) < 2:
            return
        mine = self.typed(base, "reword", place, word)
        old = next(s for s in base if s not in mine)
        new = next(s for s in mine if s not in base)
        try:
            (row,) = review.suggest(self.database, who, self.made, name, rev, _written(name, mine))
        except NotAllowed:
            assert not self.allowed(who, Act.SUGGEST)
            return
        assert (row.old, row.new) == (old, new)
        assert self.read(name)[0] == self.rev[name]
        self.asked[row.id] = (name, old, new)

    @precondition(lambda self: self.asked)
    @rule(who=PEOPLE, data=st.data())
    def accept(self, who: review.Person, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.asked)))
        name, old, new = self.asked[number]
        try:
            saved = review.accept_suggestion(self.database, who, self.made, number)
        except StaleVersion:
            assert old not in self.text[name]
            self.asked.pop(number)
            return
        except NotAllowed:
            assert name in self.locked or not self.allowed(who, Act.DECIDE_SUGGESTION)
            return
        assert name not in self.locked
        expected = [new if s == old else s for s in self.text[name]]
        assert _sentences(review.text_of(saved.section)) == expected
        self.changed(name, expected, saved.rev)
        self.asked.pop(number)

    @rule(who=PEOPLE, name=st.sampled_from(STORED), place=st.integers(0, 9))
    def comment(self, who: review.Person, name: str, place: int) -> None:
        rev, base = self.screen[who.login, name]
        words = base[place % len(base)]
        old = review.text_of(review.section_at(self.database, who, self.made, name, rev))
        start = old.index(words)
        try:
            said = review.comment(self.database, who, self.made, name, rev, "请核", start=start, end=start + len(words))
        except NotAllowed:
            assert not self.allowed(who, Act.COMMENT)
            return
        self.said += 1
        assert said.quote == words
        assert said.lost == (words not in self.text[name])

    # --- states ----------------------------------------------------------------------------------

    @rule(who=PEOPLE, name=st.sampled_from(STORED))
    def accept_section(self, who: review.Person, name: str) -> None:
        rev = self.screen[who.login, name][0]
        try:
            review.accept_section(self.database, who, self.made, name, rev)
        except StaleVersion:
            assert rev != self.rev[name]
        except NotAllowed:
            assert name in self.locked or not self.allowed(who, Act.ACCEPT_SECTION)
        else:
            assert rev == self.rev[name]
            self.accepted.add(name)

    @rule(who=PEOPLE, name=st.sampled_from(STORED))
    def lock(self, who: review.Person, name: str) -> None:
        with suppress(NotAllowed):
            review.lock_section(self.database, who, self.made, name)
            assert name not in self.locked
            self.locked.add(name)

    @rule(who=PEOPLE, name=st.sampled_from(STORED))
    def unlock(self, who: review.Person, name: str) -> None:
        try:
            review.unlock_section(self.database, who, self.made, name)
        except NotAllowed:
            assert not self.allowed(who, Act.LOCK_SECTION)
        else:
            self.locked.discard(name)

    @rule(who=PEOPLE)
    def submit(self, who: review.Person) -> None:
        with suppress(NotAllowed):
            review.submit(self.database, who, self.made)
            assert self.state in (State.DRAFT, State.CHANGES_REQUESTED)
            self.state = State.IN_REVIEW
            self.keep()

    @rule(who=PEOPLE)
    def send_back(self, who: review.Person) -> None:
        with suppress(NotAllowed):
            review.request_changes(self.database, who, self.made, note="再改")
            assert self.state in (State.IN_REVIEW, State.APPROVED, State.EXPORTED)
            self.state = State.CHANGES_REQUESTED

    @rule(who=PEOPLE)
    def approve(self, who: review.Person) -> None:
        reasons = review.hindrances(self.database, who, self.made, "approve")
        open_ = [s for s in STORED if s not in self.accepted | self.locked]
        assert [h.section for h in reasons if h.kind == "section"] == open_
        try:
            review.approve(self.database, who, self.made)
        except review.Refused:
            assert reasons
        except NotAllowed:
            assert self.state is not State.IN_REVIEW or who is WANG
        else:
            assert self.state is State.IN_REVIEW
            assert set(STORED) <= self.accepted | self.locked
            self.state = State.APPROVED
            self.keep()

    @precondition(lambda self: not self.locked and self.state is not State.APPROVED)
    @rule()
    def all_the_way(self) -> None:
        """As it goes on a good day: sent, accepted, approved."""
        if self.state is not State.IN_REVIEW:
            review.submit(self.database, WANG, self.made)
        review.accept_sections(self.database, LI, self.made)
        review.approve(self.database, LI, self.made)
        self.accepted |= set(STORED)
        self.state = State.APPROVED
        self.keep()

    @rule(who=PEOPLE)
    def keep_version(self, who: review.Person) -> None:
        with suppress(NotAllowed):
            review.keep_version(self.database, who, self.made)
            self.keep()

    def keep(self) -> None:
        number = review.document(self.database, WANG, self.made).version
        self.kept[number] = dict(self.text)

    @rule(who=PEOPLE, data=st.data())
    def revert(self, who: review.Person, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.kept)))
        wanted = self.kept[number]
        before = dict(self.text)
        try:
            node = review.restore(self.database, who, self.made, number)
        except NotAllowed:
            differ = any(wanted[s] != self.text[s] and s in self.locked for s in STORED)
            assert differ or self.locked or not self.allowed(who, Act.EDIT)
            return
        self.kept[node.no] = wanted
        self.kept.setdefault(node.no - 1, before)
        for name in STORED:
            rev, text = self.read(name)
            assert text == wanted[name]
            if rev != self.rev[name]:
                if text == before[name]:
                    # The words are the same and their claims another: what was accepted stays accepted.
                    self.rev[name] = rev
                    self.past[name, rev] = text
                    self.state = State.IN_REVIEW if self.state is State.APPROVED else self.state
                else:
                    self.changed(name, text, rev)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def the_text_is_what_the_model_says(self) -> None:
        if not hasattr(self, "made"):
            return
        document = review.document(self.database, WANG, self.made)
        assert document.state is self.state
        assert bool(document.approved_content) == (self.state is State.APPROVED)
        if document.approved_content:
            assert document.approved_content == document.content
        for working in review.sections(self.database, LI, self.made):
            if working.section_id in STORED:
                name = working.section_id
                assert (working.rev, _sentences(working.text)) == (self.rev[name], self.text[name])
                assert (working.state == "已锁定") == (name in self.locked)
                if name not in self.locked:
                    assert (working.state == "已接受") == (name in self.accepted)

    @invariant()
    def no_comment_is_dropped_and_each_stands_on_its_words_or_says_they_are_gone(self) -> None:
        if not hasattr(self, "made"):
            return
        comments = review.comments(self.database, LI, self.made)
        assert len(comments) == self.said
        texts = {w.section_id: w.text for w in review.sections(self.database, LI, self.made)}
        for comment in comments:
            words = texts[comment.section][comment.start : comment.end] if not comment.lost else ""
            assert comment.lost or _shares_half(words, comment.quote), (words, comment.quote)
            if comment.quote in self.text[comment.section]:
                assert words == comment.quote

    def teardown(self) -> None:
        if not hasattr(self, "made"):
            return
        for number, texts in self.kept.items():
            draft = review.version(self.database, WANG, self.made, number)
            found = {s.id: _sentences(review.text_of(s)) for s in draft.sections}
            assert found == texts, number
        for (name, rev), text in self.past.items():
            old = review.section_at(self.database, WANG, self.made, name, rev)
            assert _sentences(review.text_of(old)) == text
        with self.database.read() as connection:
            assert verify(connection) == []


_HAN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def _sentences(text: str) -> Text:
    return [s + ("。" if s != line or line.endswith("。") else "") for line in text.split("\n") for s in _cut(line)]


def _cut(line: str) -> list[str]:
    return [s for s in line.split("。") if s] if "。" in line else [line]


def _written(name: str, text: Text) -> Written:
    """As typed: in `results` a paragraph a sentence, in `plan` one paragraph."""
    body = text[1:]
    joined = body if name == "results" else ["".join(body)]
    return Written(heading=text[0], paragraphs=tuple(Paragraph(text=t) for t in joined))


def _put_together(base: Text, theirs: Text, mine: Text, result: Text) -> None:
    """Nothing either wrote is lost, nothing either took out is back, both orders hold."""
    for side in (theirs, mine):
        assert set(side) - set(base) <= set(result), (base, theirs, mine, result)
        assert not (set(base) - set(side)) & set(result), (base, theirs, mine, result)
        assert [s for s in result if s in side] == [s for s in side if s in result]
    assert set(result) <= set(theirs) | set(mine)


def _apart(base: Text, theirs: Text, mine: Text) -> bool:
    """Whether an untouched sentence lies between any two that they changed."""
    touched = [_touched(base, side) for side in (theirs, mine)]
    return all(abs(a - b) > 1 for a in touched[0] for b in touched[1])


def _touched(base: Text, side: Text) -> set[float]:
    """Places of the base that a side changed; what it put in stands between two."""
    places: set[float] = {i for i, s in enumerate(base) if s not in side}
    last = -1
    for sentence in side:
        if sentence in base:
            last = base.index(sentence)
        else:
            places |= {last, last + 1}
    return places


def _shares_half(words: str, quote: str) -> bool:
    return 2 * sum(1 for c in quote if c in words) >= len(quote)


def _run(database: Database, examples: int, steps: int) -> None:
    machine = type("OnThisDatabase", (Story,), {"database": database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_two_reviewers_lose_and_overwrite_nothing(database: Database) -> None:
    _run(database, 4, 15)


@pytest.mark.soak
def test_two_reviewers_lose_and_overwrite_nothing_in_two_hundred_stories(database: Database) -> None:
    _run(database, 200, 30)
