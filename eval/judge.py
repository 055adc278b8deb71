"""A model's opinion of two drafts: advisory, pairwise, both orders, with words that stand in the text.

In: two folders of draft .json files, an endpoint.  Out: a table of marks and how far they may be believed.

Nothing here decides anything about numbers.  An answer whose evidence does not stand in the draft is void, a pair whose
two orders disagree is a tie, and below four in five consistent pairs the judge is called unreliable; a pair with more
void answers than not is not consistent.  Judge and writer must not be the same model.

Surprise: a judge that obeys an order inside a draft does so in both orders and is consistent.  The order cannot leave
the brackets of its draft; whether it was obeyed is for whoever reads the opinion, which decides nothing.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chugao.errors import EngineError

if TYPE_CHECKING:
    from chugao.manuscript import Draft

CRITERIA = ("针对性", "结构", "语言规范", "举措可执行可考核", "重点突出")
CONSISTENT, REPEATS = 0.8, 3
_LONGEST = 6000
_SECONDS = 180.0
"""For one whole answer, however slowly it drips."""
_IN_A_ROW = 3
"""So many calls that fail one after the other end the run: a dead endpoint would take hours to say so pair by pair."""
_PROMPT = Path(__file__).parent / "judge-prompt.md"

Ask = Callable[[str, str, int], str]
"""(system, user, number of the repeat) → the model's answer.  Raises `EngineError` when none came."""


class Unreachable(Exception):
    """The endpoint gave no answer again and again; the text is Chinese."""


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
    """Both orders say the same, and most of the answers count."""
    voids: int
    why: tuple[str, ...] = ()
    """Why answers are void."""


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
    try:
        print(told(judge_pairs(pairs, _endpoint(base_url, model))))
    except Unreachable as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def judge_pairs(pairs: "Sequence[tuple[str, Draft, Draft]]", ask: Ask) -> list[Judged]:
    """Every pair in both orders, `REPEATS` times each."""
    return [judge_pair(name, shown(a), shown(b), ask) for name, a, b in pairs]


def judge_pair(name: str, a: str, b: str, ask: Ask) -> Judged:
    """A tie when the two orders disagree, or when more answers are void than not."""
    forth = [opinion(a, b, ask, n) for n in range(REPEATS)]
    back = [opinion(b, a, ask, n) for n in range(REPEATS)]
    one, other = _majority(forth), -_majority(back)
    void = [o.void for o in (*forth, *back) if o.void]
    # Answers that all mean nothing agree with each other perfectly.
    heard = len(void) <= REPEATS and all(any(not o.void for o in said) for said in (forth, back))
    return Judged(name, one if one == other and heard else 0, one == other and heard, len(void), tuple(void))


def _majority(opinions: Sequence[Opinion]) -> int:
    total = sum(o.choice for o in opinions if not o.void)
    return (total > 0) - (total < 0)


def opinion(first: str, second: str, ask: Ask, repeat: int) -> Opinion:
    """One answer, read strictly: marks for each criterion with words of each draft, and the choice they add up to."""
    first, second = _inside(first), _inside(second)
    try:
        answer = ask(_PROMPT.read_text(encoding="utf-8"), f"<甲>\n{first}\n</甲>\n<乙>\n{second}\n</乙>", repeat)
    except EngineError as error:
        return Opinion(0, str(error))
    try:
        marks = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])["marks"]
        totals = [0, 0]
        for criterion in CRITERIA:
            held = marks[criterion]
            for side, (name, text) in enumerate((("甲", first), ("乙", second))):
                mark, quote = held[name]["mark"], str(held[name]["quote"])
                if type(mark) is not int or not 1 <= mark <= 10:
                    return Opinion(0, f"{criterion}的分数{str(mark)[:20]}不是1到10的整数")
                if len(_bare(quote)) < 4 or _bare(quote) not in _bare(text):
                    return Opinion(0, f"{criterion}引的“{quote[:20]}”不在文中")
                totals[side] += mark
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Opinion(0, f"回答读不懂：{type(error).__name__}")
    return Opinion((totals[1] > totals[0]) - (totals[1] < totals[0]), "")


def _inside(text: str) -> str:
    """A text that cannot close the bracket it stands in and speak outside it."""
    return text.replace("<", "＜").replace(">", "＞")


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
            f"  {j.name}：{'甲' if j.choice < 0 else '乙' if j.choice else '平'}{'' if j.consistent else f'（作废{j.voids}个）' if j.voids > REPEATS else '（两种次序不一致）'}"
            for j in judged
        ),
        *(f"  作废{count}个：{why}" for why, count in Counter(w for j in judged for w in j.why).most_common(5)),
    ]
    if consistent < CONSISTENT:
        lines.append(f"这个评分模型不可靠：一致的不到{CONSISTENT:.0%}。")
    return "\n".join([*lines, "评分只供参考，不管数字对错，不作门槛。"])


def _endpoint(base_url: str, model: str) -> Ask:
    """The product's own way to an endpoint: to it alone, no redirects, no proxy of the environment, answers bounded."""
    import httpx2

    from chugao.config import load_settings
    from chugao.engines.endpoint import Refused, client_for, endpoint_of

    settings = load_settings().model_copy(update={"base_url": base_url})
    endpoint, failed = endpoint_of(settings), 0

    async def post(body: dict[str, Any]) -> str:
        async with client_for(endpoint, settings.api_key) as client, asyncio.timeout(_SECONDS):
            answer = await client.post(f"{endpoint.url}/chat/completions", json=body)
            if answer.status_code != 200:
                raise EngineError(f"评分模型的接口返回{answer.status_code}")
            return str(answer.json()["choices"][0]["message"]["content"])

    def ask(system: str, user: str, repeat: int) -> str:
        nonlocal failed
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body: dict[str, Any] = {"model": model, "messages": messages, "temperature": 0, "seed": repeat}
        body["response_format"] = {"type": "json_object"}
        try:
            said = asyncio.run(post(body))
        except TimeoutError:
            why = f"评分模型{_SECONDS:.0f}秒没有答完"
        except (Refused, EngineError) as error:
            why = str(error)
        except httpx2.HTTPError as error:
            why = f"评分模型的接口连接不上（{type(error).__name__}）"
        except (ValueError, KeyError, IndexError, TypeError):
            why = "评分模型的接口返回的不是约定的 JSON"
        else:
            failed = 0
            return said
        failed += 1
        if failed >= _IN_A_ROW:
            raise Unreachable(f"{why.rstrip('。')}；连着{failed}次都没有答复，不再问了。请看看 --base-url 和 --model。")
        raise EngineError(why)

    return ask
