"""One real run: a sample department's 总结暨计划 with a model behind it, and what each section needed.

    python -m eval.assisted --base-url http://127.0.0.1:8099/v1 --model qwen2.5-coder-1.5b-instruct [--minutes 40]

In: the sample department, an endpoint.  Out: eval/results/assisted-<model>.{md,json,draft.md}.  The ledger stands in
eval/results/.chugao/, so that a run that was stopped goes on where it was.  It shows whether the layers hold; of how
well a model writes it shows no more than the text itself.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
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
HOSPITAL = "望澜市第一人民医院"


class Bounded:
    """An engine for a slow machine: asks nothing that is too long for it, and nothing after the time is up."""

    def __init__(self, engine: AssistedEngine, longest: int, until: float) -> None:
        self.engine, self.name = engine, engine.name
        self.session = engine.session
        self._longest, self._until = longest, until
        self.samples: Counter[str] = Counter()

    async def write(self, brief: Brief, on_text: Callable[[str], None] | None = None) -> Reply:
        told = render(load(prompt_for(brief)), brief)
        if len(told.system) + len(told.user) > self._longest:
            raise EngineError(
                f"提示词{len(told.system) + len(told.user)}字，超过这台机器一次能读的{self._longest}字，没有问"
            )
        if time.monotonic() > self._until:
            self.engine.stop("这次运行的时间到了，没有问")
        self.samples[brief.section] += 1
        started = time.monotonic()
        try:
            return await self.engine.write(brief, on_text)
        finally:
            print(
                f"{brief.section} sample {self.samples[brief.section]}: {time.monotonic() - started:.0f}s", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", default="http://127.0.0.1:8099/v1")
    parser.add_argument("--model", default="qwen2.5-coder-1.5b-instruct")
    parser.add_argument("--department", default="医务科")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--longest", type=int, default=5200, help="characters of a prompt; longer ones are not asked")
    parser.add_argument("--max-tokens", type=int, default=600)
    asked = parser.parse_args()
    slow = {
        "timeout_s": 480,
        "first_token_s": 420,
        "next_token_s": 90,
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
        bounded = Bounded(engine, asked.longest, time.monotonic() + asked.minutes * 60)
        made = asyncio.run(adraft(outline, figures, matters, chugao.open_index(ROOT / "corpus"), bounded))
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
                    "samples": samples[section.id],
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
    base = RESULTS / f"assisted-{model}"
    base.with_name(base.name + ".json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    base.with_name(base.name + ".draft.md").write_text(chugao.to_markdown(made), encoding="utf-8")
    layers: Counter[str] = Counter()
    for section in told["sections"]:
        layers.update(section["layers"])
    lines = [
        f"# One run with {model}",
        "",
        f"{told['date']}, {told['department']}, asked as {told['capability']['output']}"
        f"{' with a pattern it obeys' if told['capability']['constrained'] else ''}.",
        "",
        f"Sentences by layer: {', '.join(f'{k} {v}' for k, v in layers.most_common())}. "
        f"Numbers: {told['numbers']['found']} found, {told['numbers']['untraced']} untraced; "
        f"blocking findings: {len(told['blocking_findings'])}.",
        "",
        *(
            f"Calls: {c['calls']}, {c['input_tokens']} + {c['output_tokens']} tokens"
            + (
                f" ({c['estimated']} of them estimated, the server sends no bill when streaming)."
                if c["estimated"]
                else "."
            )
            for c in told["calls"]
        ),
        "",
        "| section | samples asked | sentences by layer | why not the first answer |",
        "|---|---|---|---|",
        *(
            f"| {s['section']} | {s['samples']} | {', '.join(f'{k} {v}' for k, v in s['layers'].items())} | "
            f"{' '.join(s['told'])[:160]} |"
            for s in told["sections"]
        ),
        "",
        "Prompts: " + ", ".join(f"{k} {v}" for k, v in told["prompts"].items()) + ".",
        "",
        "What this shows: the layers hold against a model far too small for the task. What it does not: how a large "
        "model drafts. A model of 1.5 billion parameters says nothing about that.",
        "",
    ]
    base.with_name(base.name + ".md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
