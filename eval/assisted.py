"""One real run: a sample department's 总结暨计划 with a model behind it, and what each section needed.

    python -m eval.assisted --base-url http://127.0.0.1:8099/v1 --model qwen2.5-coder-1.5b-instruct [--minutes 40]

In: the sample department, an endpoint.  Out: eval/results/assisted-<model>.{json,draft.md} and docs/assisted.md.  The ledger stands in
eval/results/.chugao/, so that a run that was stopped goes on where it was.  It shows whether the layers hold; of how
well a model writes it shows no more than the text itself.
"""

import argparse
import asyncio
import heapq
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chugao
from chugao.config import ModelSettings, Settings
from chugao.database import open_database, sqlite_url
from chugao.drafting import adraft
from chugao.engines import open_assisted
from chugao.engines.assisted import AssistedEngine
from chugao.errors import EngineError
from chugao.ledger import Ledger, cost_rows
from chugao.manuscript import Brief, Draft, Reply
from chugao.prompts import fingerprint, list_prompts, load, prompt_for, render

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "eval" / "results"
PAGE = ROOT / "docs" / "assisted.md"
HOSPITAL = "望澜市第一人民医院"
_GATHERED_S = 2.0


class Line:
    """One at a time: every section its first answer before any gets a second, and of those the shortest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, str, asyncio.Future[None]]] = []
        self._taken = False

    @asynccontextmanager
    async def turn(self, sample: int, length: int, section: str) -> AsyncIterator[None]:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (sample, length, section, called))
        # The line begins when all stand in it.
        asyncio.get_running_loop().call_later(_GATHERED_S, self._next)
        try:
            await called
            yield
        finally:
            self._taken = False
            self._next()

    def _next(self) -> None:
        if self._waiting and not self._taken:
            self._taken = True
            heapq.heappop(self._waiting)[-1].set_result(None)


class Bounded:
    """An engine for a slow machine: asks nothing that is too long for it, and nothing after the time is up."""

    def __init__(self, engine: AssistedEngine, longest: int) -> None:
        self.engine, self.name = engine, engine.name
        self.session = engine.session
        self._longest = longest
        self._line = Line()
        self.samples: Counter[str] = Counter()

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        told = render(load(prompt_for(brief)), brief)
        if len(told.system) + len(told.user) > self._longest:
            raise EngineError(
                f"提示词{len(told.system) + len(told.user)}字，超过这台机器一次能读的{self._longest}字，没有问"
            )
        async with self._line.turn(brief.seed, len(told.user), brief.section):
            self.samples[brief.section] += 1
            started = time.monotonic()
            try:
                return await self.engine.write(brief, on_text)
            finally:
                took = round(time.monotonic() - started)
                print(f"{brief.section} sample {self.samples[brief.section]}: {took}s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", default="http://127.0.0.1:8099/v1")
    parser.add_argument("--model", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--department", default="医务科")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--longest", type=int, default=9000, help="characters of a prompt; longer ones are not asked")
    parser.add_argument("--max-tokens", type=int, default=600)
    asked = parser.parse_args()
    slow = {
        "timeout_s": 2400,
        "first_token_s": 2000,
        "next_token_s": 300,
        "attempts": 1,
        "concurrency": 1,
        "stop_after": 99,
    }
    settings = Settings(base_url=asked.base_url, model=ModelSettings(**slow, max_tokens=asked.max_tokens))
    folder = RESULTS / ".chugao"
    folder.mkdir(parents=True, exist_ok=True)
    figures = chugao.read_metrics(ROOT / f"examples/figures/{asked.department}-2025.xlsx")
    matters = chugao.read_matters(ROOT / f"examples/matters/{asked.department}-2025.xlsx")
    outline = chugao.read_outline("summary-plan", department=asked.department, year=2025, organisation=HOSPITAL)
    with open_database(sqlite_url(folder / "ledger.db")) as database, Ledger(database, job="assisted") as ledger:
        engine = open_assisted(f"openai:{asked.model}", settings=settings, ledger=ledger, folder=folder)
        bounded = Bounded(engine, asked.longest)

        async def drafted() -> Draft:
            # Sections wait in line inside the engine: the time is looked at there, not when they join the line.
            asyncio.get_running_loop().call_later(asked.minutes * 60, engine.stop, "这次运行的时间到了，没有问。")
            return await adraft(outline, figures, matters, chugao.open_index(ROOT / "corpus"), bounded)

        made = asyncio.run(drafted())
        with database.read() as connection:
            spent = [r.model_dump(mode="json") for r in cost_rows(connection, "assisted")]
    report = chugao.examine(made, figures, matters)
    told = summary(
        made, report.numbers, [f for f in report.findings if f.severity.blocks], spent, bounded.samples, asked
    )
    told["capability"] = asyncio.run(engine.capability()).model_dump()
    write(made, told, asked.model)


def summary(
    made: Draft, numbers: dict[str, int], blocking: list[Any], spent: list[Any], samples: Counter[str], asked: Any
) -> dict[str, Any]:
    """What is kept of the run."""
    sections = []
    for section in made.sections:
        if section.sentences:
            layers = Counter(str(s.recipe.get("layer", "")) for s in section.sentences)
            reasons = [f.hint for f in made.findings if f.place.section == section.id and f.rule.startswith("engine-")]
            sections.append(
                {
                    "section": section.id,
                    "heading": section.heading.text,
                    # The one that came too late was counted when it joined the line.
                    "samples": samples[section.id] - any("没有问" in r for r in reasons),
                    "layers": dict(layers),
                    "sentences": len(section.sentences),
                    "told": reasons,
                }
            )
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "model": asked.model,
        "department": asked.department,
        "prompts": {p.name: fingerprint(p) for p in list_prompts() if p.returns == "Reply"},
        "calls": spent,
        "sections": sections,
        "numbers": numbers,
        "blocking_findings": [f.hint for f in blocking],
    }


def write(made: Draft, told: dict[str, Any], model: str) -> None:
    """Results as JSON, the draft as it came out, and the page that says what they show."""
    base = RESULTS / f"assisted-{model}"
    base.with_name(base.name + ".json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    base.with_name(base.name + ".draft.md").write_text(chugao.to_markdown(made), encoding="utf-8")
    page = "\n".join(_page(told, base.name)) + "\n"
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def _page(told: dict[str, Any], name: str) -> Iterator[str]:
    """The page, every number of it from the run."""
    layers: Counter[str] = Counter()
    for section in told["sections"]:
        layers.update(section["layers"])
    by_model = [s for s in told["sections"] if set(s["layers"]) - {"composed"}]
    unasked = [s for s in told["sections"] if not s["samples"]]
    refused = sum(1 for s in told["sections"] if s["samples"] and s not in by_model)
    constrained = ", whose pattern it obeys" if told["capability"]["constrained"] else ""
    yield "# One run with a real model"
    yield ""
    yield "Written by `python -m eval.assisted`; do not edit. The draft as it came out stands in"
    yield f"`eval/results/{name}.draft.md`, everything counted in `eval/results/{name}.json`."
    yield ""
    yield f"{told['date']}, {told['department']}, 总结暨计划; {told['model']}, asked as {told['capability']['output']}{constrained}."
    yield ""
    for call in told["calls"]:
        bill = (
            f" ({call['estimated']} calls estimated: the server sends no bill when streaming)"
            if call["estimated"]
            else ""
        )
        yield f"- Calls: {call['calls']}; tokens: {call['input_tokens']} in, {call['output_tokens']} out{bill}"
    yield f"- Sections: {len(told['sections'])}"
    yield f"  - with the model's sentences in the end: {len(by_model)}"
    yield f"  - asked, and every answer refused: {refused}"
    yield f"  - not asked, for want of time: {len(unasked)}"
    yield f"- Sentences by layer: {', '.join(f'{k} {v}' for k, v in layers.most_common())}"
    yield f"- Numbers in the draft: {told['numbers']['found']}, untraced: {told['numbers']['untraced']}"
    yield f"- Findings that block: {len(told['blocking_findings'])}"
    yield ""
    yield "| section | samples asked | sentences by layer | why not as first answered |"
    yield "|---|---|---|---|"
    for s in told["sections"]:
        by_layer = ", ".join(f"{k} {v}" for k, v in s["layers"].items())
        yield f"| {s['section']} | {s['samples']} | {by_layer} | {' '.join(s['told'])[:200].replace('|', '｜')} |"
    yield ""
    yield "Prompts: " + ", ".join(f"{k} {v}" for k, v in told["prompts"].items()) + "."
    yield ""
    yield "**What this shows**: a real server and a real model go the whole way, from brief through the ledger to a draft in"
    yield "which every number is traced; what the judge refuses is composed offline, and the draft says where and why."
    yield ""
    yield "**What it does not show**: how well a model drafts. A model of 1.5 billion parameters, quantised to four bits and"
    yield "trained for code, is far too small for the task, and sections that were not asked prove nothing at all. chugao has"
    yield "not been run with any commercial model."


if __name__ == "__main__":
    main()
