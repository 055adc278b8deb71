"""120 attempts to get a script into the reviewing screens, through every field somebody can fill: none is even placed."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from chugao import review
from chugao.manuscript import ClaimedText, Draft, Request
from chugao.source import Finding, Place, Severity
from tests.desk_office import Client, Office, open_office, sample_draft, serving
from tests.test_web_desk_browser import Desk, Served, browser  # noqa: F401

_WAYS_IN = ("", '"', "'", "</textarea>", "</script>", "-->", "</title>", '" autofocus x="', "]]>", "&#60;")
_CALLS = (
    "<script>XSS()</script>",
    "<img src=x onerror=XSS()>",
    "<svg onload=XSS()>",
    '<a href="javascript:XSS()">点</a>',
    '<iframe srcdoc="<script>parent.XSS()</script>"></iframe>',
    "<details open ontoggle=XSS()>",
    "<input autofocus onfocus=XSS()>",
    "<body onpageshow=XSS()>",
    "<math><mtext><script>XSS()</script></mtext></math>",
    '<div hx-get="/login" hx-trigger="load"></div>',
    "<template><img src=x onerror=XSS()></template>",
    "<style>@import '//x.test/';</style>",
)
PAYLOADS = [way + call for way, call in product(_WAYS_IN, _CALLS)]
ALL = "　".join(PAYLOADS)


def hostile(draft: Draft) -> Draft:
    """The draft with the payloads in what figures, file names, models and checks put into it."""
    first = next(s for s in draft.sections if s.sentences)
    sentence = first.sentences[0]
    claims = tuple(c.model_copy(update={"source": ALL, "formula": ALL}) for c in sentence.claims)
    made = {"engine": ALL, "made_by": ALL, "matter": "m", "source": ALL, "prompt": ALL}
    sentence = sentence.model_copy(update={"claims": claims, "recipe": made, "passages": (ALL,)})
    text = sentence.model_copy(update={"id": "hostile", "text": ALL, "claims": ()})
    block = first.blocks[0].model_copy(update={"sentence_ids": (*first.blocks[0].sentence_ids, "hostile")})
    first = first.model_copy(
        update={"sentences": (sentence, *first.sentences[1:], text), "blocks": (block, *first.blocks[1:])}
    )
    table = next(s for s in draft.sections if any(b.table for b in s.blocks))
    rows = [b.table.rows[0] for b in table.blocks if b.table]
    cells = tuple(ClaimedText(text=ALL) for _ in rows[0])
    blocks = tuple(
        b.model_copy(update={"table": b.table.model_copy(update={"rows": (cells, *b.table.rows[1:]), "title": ALL})})
        if b.table
        else b
        for b in table.blocks
    )
    table = table.model_copy(update={"blocks": blocks, "heading": ClaimedText(text=ALL)})
    sections = tuple(first if s.id == first.id else table if s.id == table.id else s for s in draft.sections)
    evidence = tuple(e.model_copy(update={"name": ALL, "source": ALL}) for e in draft.evidence[:3])
    finding = Finding(
        rule="x", severity=Severity.ERROR, place=Place(start=0, end=0, section=first.id), quote=ALL, hint=ALL
    )
    return draft.model_copy(
        update={
            "sections": sections,
            "title": ClaimedText(text=f"总结{ALL}"),
            "evidence": (*evidence, *draft.evidence[3:]),
            "findings": (finding,),
            "requests": (Request(metric="x", name=ALL, department=ALL, owner=ALL, reason=ALL),),
            "shell": draft.shell.model_copy(update={"issuer": ALL, "date": ALL}),
        }
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hostile") / "工作区"
    office = open_office(folder, sqlite_template, hostile(sample_draft()))
    with office.house.database, serving(office.app) as url:
        filled(office)
        yield Served(office, url)


def filled(office: Office) -> None:
    """The payloads in every field that the reviewing screens offer."""
    wang, like = office.client("wangfang"), office.client("like")
    base = f"/documents/{office.doc}"
    section = f"{base}/sections/results_quality"
    told = wang.json(section)
    runs = [{"text": ALL}]
    typed = {"rev": told["rev"], "heading": PAYLOADS[1] + PAYLOADS[14], "paragraphs": [{"block": "", "runs": runs}]}
    answers = [
        wang.send("PUT", section, typed),
        wang.send("PUT", f"{base}/sections/title", {"rev": 1, "heading": PAYLOADS[0] + PAYLOADS[25], "paragraphs": []}),
        wang.post(f"{base}/versions", {"note": ALL, "name": PAYLOADS[1]}),
        wang.post(f"{base}/versions/1/name", {"name": PAYLOADS[13]}),
        _suggested(wang, section),
        wang.post(f"{base}/transitions", {"step": "submit", "note": ALL}),
        like.post(f"{base}/transitions", {"step": "return", "note": ALL}),
        wang.post(f"{section}/lock", {"reason": ALL}),
    ]
    for start in range(0, len(PAYLOADS), 24):
        words = "　".join(PAYLOADS[start : start + 24])
        form = {"rev": 2, "body": words, "kind": "建议改写", "start": 0, "end": 4, "replacement": words}
        answers.append(wang.post(f"{section}/comments", form))
        answers.append(wang.post(f"{section}/comments", {"rev": 2, "body": words, "parent": 1}))
    wrong = [(a.status_code, a.text[:300]) for a in answers if a.status_code not in (200, 204)]
    assert wrong == []


def _suggested(client: Client, section: str) -> Any:
    told = client.json(section)
    paragraphs = [{"block": "", "runs": [{"text": "先说一句。" + ALL}]}]
    body = {"rev": told["rev"], "heading": told["heading"], "paragraphs": paragraphs}
    return client.send("POST", f"{section}/suggest", body)


def aside(served: Served) -> int:
    """A text that came back, hostile where the text of today is."""
    db, wang = served.office.house.database, served.office.person("wangfang")
    draft, doc = review.version(db, wang, served.office.doc, 1), served.office.doc
    section = next(s for s in draft.sections if any(x.id == "hostile" for x in s.sentences))
    held = review.section(db, wang, doc, section.id)
    paragraphs = tuple(
        p.model_copy(update={"text": p.text.replace(ALL, f"这边写{ALL}"), "marks": ()}) for p in held.written.paragraphs
    )
    review.save(db, wang, doc, section.id, held.rev, held.written.model_copy(update={"paragraphs": paragraphs}))
    own = tuple(s.model_copy(update={"text": f"那边写{ALL}"}) if s.id == "hostile" else s for s in section.sentences)
    changed = section.model_copy(update={"sentences": own})
    came = draft.model_copy(update={"sections": tuple(changed if s.id == section.id else s for s in draft.sections)})
    node = review.set_aside(db, wang, served.office.doc, came, base=1, note=ALL)
    assert review.disputes(db, wang, served.office.doc, node.no)
    return node.no


def test_no_payload_in_any_field_becomes_a_part_of_a_page(browser: Any, served: Served) -> None:  # noqa: F811
    desk = Desk(browser, served, "wangfang")
    page = desk.page
    page.add_init_script("window.XSS = () => { document.documentElement.dataset.xss = '1'; }")
    screens = (
        "",
        "/compare?left=1",
        "/compare?left=1&view=unified&only=all",
        "/versions",
        "/send",
        "/countersign",
        "/sections/results_quality",
        "/sections/lead",
        "/sections/table_results",
        f"/versions/{aside(served)}/settle",
        "/sections/lead/why",
    )

    found: dict[str, Any] = {}
    for path in screens:
        page.goto(served.doc + path)
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        placed = page.evaluate(PLACED)
        if placed:
            found[path] = placed
        if path in ("", "/versions", "/sections/results_quality") or path.startswith(
            ("/compare", "/sections/lead", "/sections/table", "/versions/")
        ):
            shown = page.evaluate("document.documentElement.textContent.includes('onerror=XSS()')")
            assert shown, f"{path} does not show the payloads at all"
    page.goto(served.doc)
    page.locator(".part [data-why]").first.dispatch_event("click")
    page.locator("#why blockquote").first.wait_for(state="attached")
    found |= {"why": placed} if (placed := page.evaluate(PLACED)) else {}

    assert found == {}
    assert len(PAYLOADS) == 120
    desk.end()


PLACED = """() => {
  const wrong = [];
  if (document.documentElement.dataset.xss) wrong.push("ran");
  for (const e of document.querySelectorAll("*")) {
    if (["IFRAME", "MATH", "STYLE", "OBJECT", "EMBED"].includes(e.tagName.toUpperCase())) wrong.push(e.tagName);
    if (e.tagName === "SCRIPT" && !e.src && e.type !== "application/json") wrong.push("script");
    if (e.tagName === "IMG" || (e.tagName === "TEMPLATE" && e.id !== "sign-in-again")) wrong.push(e.outerHTML.slice(0, 80));
    for (const a of e.attributes) if (/^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value) || (a.name.startsWith("hx-") && a.value === "/login")) wrong.push(a.name + "=" + a.value.slice(0, 60));
  }
  return wrong;
}"""
