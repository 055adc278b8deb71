"""What docs/kinds quotes as our own output is what the product drafts today."""

from pathlib import Path

import pytest
from eval import quoted

ASKED = "kind=ideas of=药学部 year=2026 level=科室"


def test_every_page_of_a_kind_quotes_what_is_drafted_today() -> None:
    assert [p.name for p in quoted.stale()] == [], "run `make kinds`"


def test_every_kind_has_a_quotation_and_two_pairs_show_what_a_rule_changed() -> None:
    marks = {p.name: quoted.marks(p.read_text(encoding="utf-8")) for p in quoted.PAGES.glob("*.md")}

    for kind in ("summary", "plan", "summary-plan", "key-points", "ideas"):
        assert any(f"kind={kind} " in m for m in marks[f"{kind}.md"]), kind
    pairs = (quoted.PAGES / "before-after.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(pairs) == 2
    assert all(quoted.marks(pair) and "改前" in pair for pair in pairs)


def test_a_quotation_that_somebody_typed_is_stale_and_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "ideas.md"
    page.write_text(f"前。\n\n<!-- 引 {ASKED} from=集采新品种 -->\n> 集采品种推得很快。\n\n后。\n", encoding="utf-8")
    monkeypatch.setattr(quoted, "PAGES", tmp_path)

    assert quoted.stale() == [page]
    assert quoted.main([]) == 0

    text = page.read_text(encoding="utf-8")
    assert "推得很快" not in text
    assert "> 集采新品种推得慢" in text
    assert text.startswith("前。\n\n")
    assert text.endswith("\n\n后。\n")
    assert quoted.stale() == []


def test_a_word_that_no_draft_says_any_more_is_an_error_that_names_it() -> None:
    with pytest.raises(quoted.NotFound, match="高压氧舱"):
        quoted.quotation(f"{ASKED} from=高压氧舱")
