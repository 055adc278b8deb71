"""The comparison as one HTML file: whole, harmless, small, readable without a script."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chugao.comparing import compare, version_of_draft, version_of_text
from chugao.comparing.candidates import lay_side_by_side
from chugao.comparing.facts import compare_facts
from chugao.comparing.page import candidates_page, comparison_page
from tests.test_comparing_facts import sample

TITLE = "医务科2025年工作总结\n一、质量\n"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=y> {{ 7*7 }} {% raw %} </style> &amp;'


class Page(HTMLParser):
    """Tags, links, ids, and what stands in the columns."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.outside: list[str] = []
        self.columns: list[list[tuple[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        if tag not in ("input", "meta", "br"):
            self.open.append(tag)
        if known.get("id"):
            self.ids.add(str(known["id"]))
        if tag == "a":
            self.links.append(str(known["href"]))
        self.outside += [v for k, v in attrs if k in ("src", "href", "style") and v and not v.startswith("#")]
        self.outside += [k for k, _ in attrs if k.startswith("on")]
        if tag == "div" and str(known.get("class", "")).startswith("r "):
            self.columns.append([])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.columns and "section" in self.open and data.strip():
            self.columns[-1].append((self.open[-1], data))


def page_of(old: str, new: str) -> str:
    before, after = version_of_text(TITLE + old), version_of_text(TITLE + new)
    comparison = compare(before, after)
    return comparison_page(comparison, compare_facts(before, after, comparison))


def test_a_change_stands_in_both_columns_and_its_number_in_the_table_links_to_it() -> None:
    html = page_of("全年手术23186台次，平稳有序。", "全年手术23680台次，平稳有序。")
    page = Page(html)

    assert '<del class="n">23186台次</del>' in html
    assert '<ins class="n">23680台次</ins>' in html
    assert "<td>手术台次</td>" in html
    assert page.links
    assert {link[1:] for link in page.links} <= page.ids


@pytest.mark.parametrize("shown", ["all", "changes", "numbers"])
def test_it_opens_with_the_filter_asked_for(shown: str) -> None:
    before, after = version_of_text(TITLE + "甲。"), version_of_text(TITLE + "乙。")
    comparison = compare(before, after)

    html = comparison_page(comparison, (), shown)  # type: ignore[arg-type]

    (checked,) = re.findall(r'name="f" id="f-(\w+)"[^>]*\bchecked', html)
    assert checked == shown


def test_whatever_a_text_says_it_is_text() -> None:
    html = page_of(f"全年手术1台次。{HOSTILE}", f"全年手术2台次。{HOSTILE * 2}\n{HOSTILE}\t{HOSTILE}")
    page = Page(html)

    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.outside == []
    assert "{{ 7*7 }}" in html


def test_its_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    html = page_of("甲", "乙")

    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        body = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert body
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()}'"
    assert "http" not in html.replace("http-equiv", "")


def test_a_pair_of_5000_characters_takes_at_most_60_kib() -> None:
    text = "\n".join(version_of_draft(sample(department)).text for department in ("医务科", "护理部"))[:5000]
    old = version_of_text(text)
    new = version_of_text(text.replace("提高", "上升").replace("23186", "23680").replace("4", "9", 12))
    comparison = compare(old, new)

    html = comparison_page(comparison, compare_facts(old, new, comparison))

    assert html.count("<ins") > 20
    assert len(html.encode()) <= 60 * 1024


def test_two_equal_versions_say_so() -> None:
    assert "两份内容相同" in page_of("甲。", "甲。")


def test_a_moved_sentence_is_marked_at_both_ends() -> None:
    sentence = "全年抽查病历4800份，退改126份，均已复核并通报。"
    html = page_of(f"{sentence}\n二、队伍\n队伍更加稳定。", f"质量稳定。\n二、队伍\n队伍更加稳定。{sentence}")

    # Where it left stands in the left column, and in the right one for the view that shows both at once.
    assert (html.count("[移走]"), html.count("[移来]")) == (2, 1)


_TEXT = st.text(alphabet="手术12%台，。\n\t一、<&\"'改{}", max_size=60)


@given(_TEXT, _TEXT)
def test_the_columns_hold_both_texts_whole(old: str, new: str) -> None:
    before, after = version_of_text(old), version_of_text(new)
    comparison = compare(before, after)
    if not comparison.hunks:
        return

    page = Page(comparison_page(comparison, compare_facts(before, after, comparison)))

    said = [data for row in page.columns for tag, data in row if tag != "small"]
    for text in (before.text, after.text):
        for line in text.replace("\t", "｜").split("\n"):
            assert all(c in "".join(said) for c in line)


def test_candidates_show_what_each_leaves_out() -> None:
    texts = ("全年手术23186台次。平均住院日7.3天。", f"全年手术23186台次。{HOSTILE}", "平均住院日7.3天。")
    html = candidates_page(lay_side_by_side([version_of_text(TITLE + t) for t in texts]))
    page = Page(html)

    assert "没写" in html
    assert "img" not in page.tags
    assert "script" not in page.tags
    assert page.outside == []


def test_of_what_came_only_its_numbers_stand_out_and_a_new_printed_number_is_none() -> None:
    html = page_of(
        "6.开办导师班。带教期间免排夜班。", "5.开办导师班。带教期间免排夜班。结业考核合格率不低于95%，由护理部组织。"
    )

    assert "<del>6.</del>" in html
    assert "<ins>5.</ins>" in html
    assert '<ins class="n">不低于95%</ins>' in html
    assert "<ins>，由护理部组织。</ins>" in html
