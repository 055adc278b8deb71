"""What a number does, read from the words around it.

In: one number, forty characters to its left, thirty to its right, the tense of its sentence and the mention before.
Out: its role.

The rules speak in a fixed order and the first that knows decides.  None of them knows the words of any one document.
"""

import re

from chugao.mentions import wording as w
from chugao.mentions.mention import Mention, MentionRole
from chugao.mentions.tenses import Sentence
from chugao.mentions.wording import COUNTED, DURATION_UNITS, POINTS, RATE_UNITS
from chugao.quantity import Found
from chugao.quantity.grammar import is_han

_AGES = ("岁", "周岁")
_LONGEST_LIST_GAP = 2
_LONGEST_VERB = 16
_LARGE = 10_000
_ROUND_THE_CLOCK = 24
"""What happens so often a year is a result; a rule asks for less."""


class Reader:
    """The words around one number, and what they make of it."""

    __slots__ = (
        "announced", "change", "clause", "column", "found", "left", "previous", "rank", "right", "start", "tense", "to",
        "unit", "year",
    )  # fmt: skip

    def __init__(
        self,
        found: Found,
        left: str,
        right: str,
        sentence: Sentence,
        previous: Mention | None,
        year: int | None,
        *,
        start: int,
        column: MentionRole | None = None,
    ) -> None:
        self.found, self.left, self.right, self.previous, self.year, self.column = (
            found, left, right, previous, year, column,
        )  # fmt: skip
        self.tense, self.announced, self.start = sentence.tense, sentence.announced, start
        self.rank = start < found.start
        """“第5位”: the quantity is a place in an order."""
        self.unit = found.quantity.unit
        self.clause = clause = _clause(left)
        near = clause[-_LONGEST_VERB:]
        self.to = w.TO.search(near)
        """“提升至”: the verb that leads to a level."""
        self.change = w.CHANGE_VERB.search(near)

    def role(self) -> MentionRole:
        if self.column is not None:
            return self.column
        if not any(map(is_han, self.left)):
            # Nothing said before it: only the list it stands in or its own unit can tell.
            return (
                self._listed()
                or self._parameter()
                or self._name()
                or self._target()
                or self._current()
                or MentionRole.COUNT
            )
        return (
            self._listed()
            or self._apiece()
            or self._parameter()
            or self._name()
            or self._baseline()
            or self._comparator()
            or self._change()
            or self._target()
            or self._current()
            or MentionRole.COUNT
        )

    # --- the rules, first that speaks wins ---

    def _listed(self) -> MentionRole | None:
        """“分别下降3.1%和4.7%”: the second of a list does what the first did."""
        before = self.previous
        if before is None or not 0 < self.start - before.end <= _LONGEST_LIST_GAP or before.quantity is None:
            return None
        between = self.left[before.end - self.start :]
        same = before.quantity.unit == self.unit and w.LISTED.fullmatch(between) is not None
        return before.role if same else None

    def _apiece(self) -> MentionRole | None:
        """“由每人每年50元提高到100元” states two levels, though 每 stands before them."""
        clause = self.clause
        if self.unit in _AGES:
            return None
        if "每" in clause and (tail := w.APIECE.search(clause)) is not None:
            rest = clause[: tail.start()]
            if rest.endswith(("由", "从")) and w.GOES_ON.match(self.right):
                return MentionRole.BASELINE
            if w.TO.search(rest) or rest.endswith(("达", "为", "达到", "增至")):
                return MentionRole.TARGET if self._ahead() else MentionRole.CURRENT
        if w.PER_HEAD.search(clause) or w.LEVEL_OF_YEARS.search(clause):
            if (baseline := self._baseline()) is not None:
                return baseline
            if self.to or clause.endswith(("达", "达到", "为", "至", "到", "拥有", "现在的")):
                return MentionRole.TARGET if self._ahead() else MentionRole.CURRENT
        if self.unit.startswith("元") and w.EVERY.search(clause):
            # “每月提高25元” is a change of a monthly amount.
            return self._baseline() or self._change()
        return None

    def _ahead(self) -> bool:
        return self.tense == "future" or self.announced

    def _parameter(self) -> MentionRole | None:
        clause, right, unit = self.clause, self.right, self.unit
        printed = self.found.quantity.printed
        if (unit in _AGES and not w.AGES_LEFT.search(clause)) or w.AGED.match(right):
            return MentionRole.PARAMETER
        if w.OF_SUCH.match(right) or (printed.endswith("内") and w.SHARE_WITHIN.match(right)):
            return MentionRole.PARAMETER
        if printed.endswith(("及以上", "及以下")) and is_han(right[:1]):
            return MentionRole.PARAMETER
        if unit == "级" and w.OF_A_GRADE.match(right):
            return MentionRole.PARAMETER
        if unit in w.SIZES and printed.endswith(("以上", "以下")) and w.A_KIND.match(right):
            return MentionRole.PARAMETER
        if unit == "层" and self.found.quantity.high is not None:
            return MentionRole.PARAMETER
        if self._promised():
            return MentionRole.TARGET
        if "每" in clause and self._recurs():
            return MentionRole.PARAMETER
        if unit in DURATION_UNITS and self._duration_of_rule():
            return MentionRole.PARAMETER
        if unit in ("", "个") and right.startswith("月"):
            return MentionRole.PARAMETER
        if unit == "项" and self.tense == "future" and w.IS_REQUIRED.search(clause):
            return MentionRole.PARAMETER
        return None

    def _recurs(self) -> bool:
        """“每月抽查50份” is how a thing is to be done; “每年新增就业90万人” is what came of it."""
        if self.clause.endswith("每"):
            return True
        if w.EVERY.search(self.clause) is None or (w.PER_HEAD.search(self.clause) and self.unit not in DURATION_UNITS):
            return False
        return self.tense == "future" or self.found.quantity.value < _LARGE

    def _duration_of_rule(self) -> bool:
        """“24小时内完成”, “连续5年”, “72小时归档率”: how a thing is to be done, not how long it took."""
        clause, right, unit = self.clause, self.right, self.unit
        if unit in ("年", "周", "周年"):
            return w.MOVES_IN_TIME.search(clause) is None and w.MEAN_OR_BEST.search(clause) is None
        if w.LEADS_TO_LEVEL.search(clause) is None:
            if unit == "小时" and self.found.quantity.value == _ROUND_THE_CLOCK and w.ROUND_THE_CLOCK.match(right):
                return True
            within = self.found.quantity.printed.endswith("内") and is_han(right[:1])
            if within or w.PARAMETER_RIGHT.match(right) or w.NAMES_A_RATE.match(right):
                return True
        return w.PARAMETER_LEFT.search(clause) is not None and w.COMPARED.search(clause) is None

    def _promised(self) -> bool:
        """“至少完成2项” in a plan is what will be held against it, however often it recurs."""
        if self.tense != "future" or self.unit not in COUNTED:
            return False
        prefix = re.split(r"\d", self.found.quantity.printed, maxsplit=1)[0]
        return w.AT_LEAST.search(self.clause + prefix) is not None

    def _name(self) -> MentionRole | None:
        return MentionRole.NAME if self.unit == "" and w.NAMED_AFTER.match(self.right) else None

    def _baseline(self) -> MentionRole | None:
        clause = self.clause
        if w.BASELINE_PAREN.search(self.left[-24:]) or self._in_bracket_of_before():
            return MentionRole.BASELINE
        if self.unit not in POINTS and self.unit != "倍":
            named = w.BASELINE_WORDS.search(clause) and not w.NO_BASELINE.search(clause)
            if w.AGAINST_LEVEL.search(clause) or (named and self._year_before()):
                return MentionRole.BASELINE
        if w.FROM.search(clause) and (w.GOES_ON.match(self.right) or self.right[:1] in tuple("升降增减提扩缩压至到跃")):
            return MentionRole.BASELINE
        return None

    def _in_bracket_of_before(self) -> bool:
        match = w.BASELINE_IN_PAREN.search(self.left[-28:])
        if match is None or self.change is not None or self.unit in POINTS or self.unit == "倍":
            return False
        year = re.match(w.YEAR, match["when"])
        return year is None or (self.year is not None and int(year[0]) < self.year)

    def _year_before(self) -> bool:
        named = w.YEAR_BEFORE.search(self.clause)
        if named is None:
            return True
        return self.year is not None and int(named[1]) < self.year

    def _comparator(self) -> MentionRole | None:
        clause = self.clause
        if w.OTHERS_PAREN.search(self.left) or w.FALLS_SHORT.search(clause):
            return MentionRole.COMPARATOR
        if w.COMPARES.search(clause) is None:
            return None
        head = w.COMPARE_HEAD.search(clause)
        base = head["base"] if head else ""
        if w.OTHERS.search(base) and (w.AIM.search(base) or not w.REPORTS_BACK.search(base)):
            return MentionRole.COMPARATOR
        return MentionRole.COMPARATOR if w.LEVEL.search(clause) else None

    def _change(self) -> MentionRole | None:
        clause, unit = self.clause, self.unit
        if self.rank or self.to:
            return self._growth_kept() if unit == "%" else None
        if unit in POINTS:
            return MentionRole.TARGET if self._ahead() and self._aims() else MentionRole.CHANGE
        if unit == "倍" and (w.MULTIPLE_OF_PAST.search(clause) or "翻" in self.found.quantity.printed):
            return MentionRole.TARGET if self._ahead() and not w.COMPARED.search(clause) else MentionRole.CHANGE
        match = self.change
        if match is None:
            if w.OUTDOES.search(clause):
                return MentionRole.CHANGE
            return self._growth_as_rate() if unit == "%" else None
        compared = w.COMPARED.search(clause) is not None
        if self._ahead() and not compared:
            return MentionRole.TARGET
        if compared or unit in ("%", "倍", "‰"):
            return MentionRole.CHANGE
        if unit == "位" and (match["verb"] in ("前进", "后退", "前移", "后移") or w.RANKING.search(clause)):
            return MentionRole.CHANGE
        if unit == "元" and (match["verb"] in ("增加", "减少", "下降", "降低") or w.SHARED_OUT.search(clause)):
            return MentionRole.CHANGE
        if match["verb"] in ("新增", "净增", "少", "多", "减", "增") or unit in COUNTED:
            return None
        return MentionRole.CHANGE

    def _aims(self) -> bool:
        return w.TARGET.search(self.clause) is not None and not w.COMPARED.search(self.clause)

    def _growth_as_rate(self) -> MentionRole | None:
        if w.GROWTH_RATE.search(self.clause):
            return MentionRole.TARGET if self._ahead() else MentionRole.CHANGE
        return self._growth_kept()

    def _growth_kept(self) -> MentionRole | None:
        """“保持20%以上增长”: the verb comes after."""
        if not w.GROWS_AFTER.match(self.right):
            return None
        return MentionRole.TARGET if self._ahead() else MentionRole.CHANGE

    def _target(self) -> MentionRole | None:
        clause, unit = self.clause, self.unit
        if w.ASPECTS.match(self.right):
            return None
        if self.announced or w.HARD_TARGET.search(clause):
            attained = self.tense == "past" and not self.announced and w.ATTAINED.search(clause) is not None
            return None if attained else MentionRole.TARGET
        if self.tense == "past":
            return None
        if unit in RATE_UNITS or unit in DURATION_UNITS or unit == "倍" or self._is_index():
            return MentionRole.TARGET
        if w.ARRIVES.search(clause) or self.to or w.TARGET.search(clause):
            return MentionRole.TARGET
        # “抓好三个方面” tells how many follow; nobody will be held to it.
        printed = self.found.quantity.printed
        enumerates = unit != "元" and not any(c.isdecimal() for c in printed)
        amount = unit != "" or (clause != "" and ("万" in printed or "亿" in printed))
        return MentionRole.TARGET if amount and not enumerates and not w.STANDING.search(clause) else None

    def _current(self) -> MentionRole | None:
        clause, unit = self.clause, self.unit
        if unit in RATE_UNITS or unit in _AGES or unit == "倍" or self.rank or self._is_index():
            return MentionRole.CURRENT
        if w.MEAN_OR_BEST.search(clause) and unit not in COUNTED:
            return MentionRole.CURRENT
        if unit in DURATION_UNITS and w.PRESENT_LEVEL.search(clause):
            return MentionRole.CURRENT
        if self.to or clause.endswith(("达", "达到")) or (unit not in COUNTED and w.ACTUALLY.search(clause)):
            return MentionRole.CURRENT
        if "/" in unit or (unit == "元" and w.SHARED_OUT.search(clause)):
            return MentionRole.CURRENT
        if (unit == "分" and w.SCORES.search(clause)) or (unit == "级" and w.PASSES.search(clause)):
            return MentionRole.CURRENT
        if w.NEAR_PER_HEAD.search(clause) and self.found.quantity.value < _LARGE:
            return MentionRole.CURRENT
        if unit in ("位", "名", "") and w.AMONG_THE_FIRST.search(clause):
            return MentionRole.CURRENT
        after_baseline = self.previous is not None and self.previous.role is MentionRole.BASELINE
        if after_baseline and clause.endswith(("至", "到", "为", "成")):
            return MentionRole.CURRENT
        return None

    def _is_index(self) -> bool:
        """A bare number with decimals (CMI 1.12) is a level: things are counted in whole numbers."""
        if self.unit == "" and w.RATE_IS.search(self.clause):
            return True
        if self.unit or w.DECIMAL.search(self.found.quantity.printed) is None:
            return False
        return not self.right or w.STANDS_ALONE.match(self.right) is not None


def _clause(left: str) -> str:
    """The words since the last mark; the label before a colon where nothing else stands."""
    clause: str = w.CLAUSE.split(left)[-1]
    if (not clause or clause.isspace()) and left.rstrip().endswith((":", "：")):
        clause = w.CLAUSE.split(left.rstrip()[:-1])[-1].strip("*# ")
    return clause
