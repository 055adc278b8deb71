"""A model's opinion of two drafts: advisory, pairwise, both orders, with words that stand in the text.

In: two folders of draft .json files, an endpoint.  Out: a table of marks and how far they may be believed.

Nothing here decides anything about numbers.  An answer whose evidence does not stand in the draft is void, a pair whose
two orders disagree is a tie, and below four in five consistent pairs the judge is called unreliable.  Judge and writer
must not be the same model.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chugao.manuscript import Draft

CRITERIA = ("针对性", "结构", "语言规范", "举措可执行可考核", "重点突出")
CONSISTENT, REPEATS = 0.8, 3
_LONGEST = 6000
_PROMPT = Path(__file__).parent / "judge-prompt.md"

Ask = Callable[[str, str, int], str]
"""(system, user, number of the repeat) → the model's answer."""


class Opinion(NamedTuple):
    """What the judge said of one pair in one order: −1 the first given, 1 the second, 0 neither."""

    choice: int
    void: str
    """Why the answer does not count, "" when it does."""


class Judged(NamedTuple):
    """One document, both orders, repeats taken together."""

    name: str
    choice: int
    """−1 A, 1 B, 0 a tie."""
    consistent: bool
    voids: int


def run(a: Path, b: Path, *, base_url: str, model: str, agreed: bool) -> int:
    """The command: off without an endpoint, and only after the price was agreed to."""
    if not base_url or not model:
        print("没有给模型端点，不做参考评分：--base-url URL --model 名称。", file=sys.stderr)
        return 0
    names = sorted({p.name for p in a.glob("*.json")} & {p.name for p in b.glob("*.json")})
    if not names:
        print(f"{a}和{b}里没有同名的 .json 文稿。", file=sys.stderr)
        return 2
    calls = len(names) * 2 * REPEATS
    print(f"{len(names)}对，共{calls}次调用，约{calls * 2 * _LONGEST // 10000}万词元。")
    if not agreed:
        print("同意这笔费用请加 --yes。")
        return 0
    from chugao.export import read_draft

    pairs = [(n, read_draft(a / n), read_draft(b / n)) for n in names]
    writers = {d.engine for _, *drafts in pairs for d in drafts}
    if any(model in writer for writer in writers):
        print(f"起草和评分是同一个模型{model}，不评。", file=sys.stderr)
        return 2
    print(told(judge_pairs(pairs, _endpoint(base_url, model))))
    return 0


def judge_pairs(pairs: "Sequence[tuple[str, Draft, Draft]]", ask: Ask) -> list[Judged]:
    """Every pair in both orders, `REPEATS` times each."""
    return [judge_pair(name, shown(a), shown(b), ask) for name, a, b in pairs]


def judge_pair(name: str, a: str, b: str, ask: Ask) -> Judged:
    """A tie when the two orders disagree, or when more answers are void than not."""
    forth = [opinion(a, b, ask, n) for n in range(REPEATS)]
    back = [opinion(b, a, ask, n) for n in range(REPEATS)]
    one, other = _majority(forth), -_majority(back)
    voids = sum(bool(o.void) for o in (*forth, *back))
    return Judged(name, one if one == other and voids <= REPEATS else 0, one == other, voids)


def _majority(opinions: Sequence[Opinion]) -> int:
    total = sum(o.choice for o in opinions if not o.void)
    return (total > 0) - (total < 0)


def opinion(first: str, second: str, ask: Ask, repeat: int) -> Opinion:
    """One answer, read strictly: marks for each criterion with words of each draft, and the choice they add up to."""
    answer = ask(_PROMPT.read_text(encoding="utf-8"), f"<甲>\n{first}\n</甲>\n<乙>\n{second}\n</乙>", repeat)
    try:
        marks = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])["marks"]
        totals = [0, 0]
        for criterion in CRITERIA:
            held = marks[criterion]
            for side, (name, text) in enumerate((("甲", first), ("乙", second))):
                mark, quote = int(held[name]["mark"]), str(held[name]["quote"])
                if not 1 <= mark <= 10:
                    return Opinion(0, f"{criterion}的分数{mark}不在1到10")
                if len(_bare(quote)) < 4 or _bare(quote) not in _bare(text):
                    return Opinion(0, f"{criterion}引的“{quote[:20]}”不在文中")
                totals[side] += mark
    except (ValueError, KeyError, TypeError) as error:
        return Opinion(0, f"回答读不懂：{type(error).__name__}")
    return Opinion((totals[1] > totals[0]) - (totals[1] < totals[0]), "")


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def shown(draft: "Draft") -> str:
    """The draft as the judge sees it: text only, cut to one length so that the longer one does not win by it."""
    from chugao.manuscript import flatten

    return flatten(draft)[0][:_LONGEST]


def told(judged: Sequence[Judged]) -> str:
    """What a person reads."""
    consistent = sum(j.consistent for j in judged) / len(judged) if judged else 0.0
    wins = [sum(j.choice == way for j in judged) for way in (-1, 1, 0)]
    lines = [
        f"参考评分{len(judged)}对：甲{wins[0]}，乙{wins[1]}，平{wins[2]}；两种次序一致的占{consistent:.0%}，作废的回答{sum(j.voids for j in judged)}个。",
        *(
            f"  {j.name}：{'甲' if j.choice < 0 else '乙' if j.choice else '平'}{'' if j.consistent else '（两种次序不一致）'}"
            for j in judged
        ),
    ]
    if consistent < CONSISTENT:
        lines.append(f"这个评分模型不可靠：一致的不到{CONSISTENT:.0%}。")
    return "\n".join([*lines, "评分只供参考，不管数字对错，不作门槛。"])


def _endpoint(base_url: str, model: str) -> Ask:
    import os

    import httpx

    headers = {"Authorization": f"Bearer {os.environ.get('CHUGAO_API_KEY', '-')}"}

    def ask(system: str, user: str, repeat: int) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body: dict[str, Any] = {"model": model, "messages": messages, "temperature": 0, "seed": repeat}
        body["response_format"] = {"type": "json_object"}
        answer = httpx.post(f"{base_url.rstrip('/')}/chat/completions", json=body, headers=headers, timeout=300)
        answer.raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])

    return ask
