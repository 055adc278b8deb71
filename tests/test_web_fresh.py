"""What is kept between two reads of a page is never old: whatever the page rests on, changed anywhere, shows at once.

Every test first has the page read by two people, so that all that can be remembered is remembered.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from chugao import review
from chugao.database import Database, open_database
from chugao.database.review_tables import review_rule
from chugao.manuscript import Draft, content_hash
from tests.desk_office import ROOT, Office, open_office, short_draft
from tests.test_web_desk import opened, put, sent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("fresh") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def office(house: Office) -> Office:
    return house.with_another(short_draft())


PAGES = ("", "/compare?left=1", "/send", "/versions", "/countersign", "/sections/results_emergency")


def read_by_two(office: Office) -> None:
    for login in ("wangfang", "like"):
        for page in PAGES:
            assert office.seat(login).get(f"/documents/{office.doc}{page}").status_code == 200


def seen(office: Office, page: str = "", login: str = "like") -> str:
    answer = office.seat(login).get(f"/documents/{office.doc}{page}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"<[^>]+>", "", str(answer.text))


# --- the text -------------------------------------------------------------------------------------


def test_an_edit_shows_on_every_page_of_everybody_at_once(office: Office) -> None:
    read_by_two(office)

    put(office.seat("wangfang"), office, sent(opened(office.seat("wangfang"), office), "急诊", "急诊急救"))

    assert "急诊急救" in seen(office)
    assert "急诊急救" in seen(office, "/compare?left=1")
    assert "急诊急救" in str(opened(office.seat("like"), office))


def test_a_number_typed_over_is_red_and_counted_at_once_and_black_again_when_it_is_taken_back(office: Office) -> None:
    author = office.seat("wangfang")
    read_by_two(office)
    before = opened(author, office)
    number = next(r["text"] for p in before["paragraphs"] for r in p["runs"] if r.get("id"))

    put(author, office, sent(before, number, "31415人次"))

    assert "红1" in seen(office)
    assert "31415" in seen(office, "/send")
    back = sent(opened(author, office), "31415人次", number)
    put(author, office, back)
    assert "红1" not in seen(office)
    assert "31415" not in seen(office, "/send")


def test_a_state_of_a_section_a_comment_and_a_version_show_at_once(office: Office) -> None:
    read_by_two(office)
    db, reviewer = office.house.database, office.person("like")
    rev = review.section(db, reviewer, office.doc, "results_emergency").rev

    review.comment(db, reviewer, office.doc, "results_emergency", rev, "这里写得太满")
    review.keep_version(db, office.person("wangfang"), office.doc, name="给处长看的")

    assert "这里写得太满" in seen(office, login="wangfang")
    assert "给处长看的" in seen(office, "/versions")
    assert "给处长看的" in seen(office, "/compare?left=1")


def test_what_still_waits_is_told_as_it_is_where_nothing_stops_the_paper(office: Office) -> None:
    db, reviewer = office.house.database, office.person("like")
    rev = review.section(db, reviewer, office.doc, "lead").rev
    number = review.comment(db, reviewer, office.doc, "lead", rev, "先问过院办再送", kind="阻塞").id

    waiting = seen(office, "/send")
    review.resolve(db, reviewer, office.doc, number)

    assert "还有1条没有了结：可以送审，批准以前要了结" in waiting
    assert "阻塞" not in seen(office, "/send")


def test_a_finding_that_is_passed_over_is_gone_at_once(office: Office) -> None:
    db, reviewer = office.house.database, office.person("like")
    read_by_two(office)
    told = next(f for f in review.findings(db, reviewer, office.doc) if f.rule == "numbering")
    shown = seen(office).count(told.hint)
    assert shown

    review.dismiss(db, reviewer, office.doc, told, reason="只送这几节，序号照全文")

    assert seen(office).count(told.hint) == shown - 1


# --- what it is read against ----------------------------------------------------------------------


@cache
def by_figures() -> Draft:
    """A paper that rests on figures only, so that the workspace's own figures are what it is read against."""
    import chugao
    from chugao.material import Matters

    outline = chugao.read_outline("summary-plan", department="医务科", year=2025)
    figures = chugao.read_metrics(str(ROOT / "examples" / "figures" / "医务科-2025.xlsx"))
    with ThreadPoolExecutor(1) as aside:
        draft = aside.submit(chugao.draft, outline, figures, Matters(), None, seed=2).result()
    kept = tuple(s for s in draft.sections if s.id.startswith(("lead", "results")))
    return draft.model_copy(update={"sections": kept, "id": content_hash(draft.title, kept, draft.shell)})


def by_another_process(office: Office, code: str, *arguments: str) -> None:
    """As the command line does it while the server runs."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(office.house.workspace), *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr


IMPORT = """
import sys
from pathlib import Path
import chugao
from chugao.desk import open_workspace
from chugao.metrics.store import import_figures
with open_workspace(Path(sys.argv[1])) as database:
    import_figures(database, chugao.read_metrics(sys.argv[2]), actor="王芳", at=sys.argv[3])
"""


def test_figures_that_the_command_line_brings_in_are_held_against_the_text_at_once(
    house: Office, tmp_path: Path
) -> None:
    office = house.with_another(by_figures())
    by_another_process(office, IMPORT, "examples/figures/医务科-2025.xlsx", "2025-12-01T00:00:00Z")
    read_by_two(office)
    told = next(e for e in by_figures().evidence if e.field == "now" and e.printed in seen(office))
    wrong = re.compile(f"{told.name}的“{told.printed}”与指标文件不符，应为41.5")
    assert not wrong.search(seen(office))
    changed = tmp_path / "改正.csv"
    changed.write_text(f"部门,年度,指标名称,本期值,单位\n医务科,2025,{told.name},41.5,{told.unit}\n", encoding="utf-8")

    by_another_process(office, IMPORT, str(changed), "2025-12-02T00:00:00Z")

    assert wrong.search(seen(office))


def test_another_name_of_the_house_in_the_settings_shows_at_once(house: Office) -> None:
    office = house.with_another(short_draft())
    read_by_two(office)
    settings = office.house.workspace / "chugao.toml"
    before = settings.read_text(encoding="utf-8")

    settings.write_text(before.replace("望澜市第一人民医院", "湖山市第九医院"), encoding="utf-8")

    try:
        assert "湖山市第九医院" in seen(office)
        assert "望澜市第一人民医院" not in seen(office)
    finally:
        settings.write_text(before, encoding="utf-8")


# --- one look -------------------------------------------------------------------------------------


def test_the_stamp_is_another_after_anybodys_commit_and_the_same_while_nothing_happens(
    database: Database, database_url: str
) -> None:
    first = database.stamp()
    assert database.stamp() == first

    with open_database(database_url) as other, other.write() as connection:
        connection.execute(insert(review_rule).values(name="甲", value=True))

    second = database.stamp()
    assert second != first
    with database.write() as connection:
        connection.execute(insert(review_rule).values(name="乙", value=True))
    assert database.stamp() not in (first, second)


def test_one_view_is_of_one_moment_and_what_is_kept_under_its_stamp_is_never_older_than_it(
    database: Database, database_url: str
) -> None:
    def rules() -> int:
        with database.read() as connection:
            return int(connection.execute(text("SELECT count(*) FROM review_rule")).scalar_one())

    with open_database(database_url) as other:
        with database.one_view():
            before, stamp = rules(), database.stamp()
            with other.write() as connection:
                connection.execute(insert(review_rule).values(name="丙", value=True))

            assert (rules(), database.stamp()) == (before, stamp)

        assert rules() == before + 1
        assert database.stamp() != stamp


# --- a long paper ---------------------------------------------------------------------------------


def test_of_a_paper_of_a_hundred_sections_every_word_is_on_the_page_for_printing_and_searching(house: Office) -> None:
    draft = short_draft()
    own = [s for s in draft.sections if s.sentences and s.level]
    many = tuple(
        own[n % len(own)].model_copy(
            update={
                "id": f"part_{n}",
                "number": f"{n + 1}.",
                "heading": own[0].heading.model_copy(update={"text": f"第{n + 1}件事", "claims": ()}),
            }
        )
        for n in range(100)
    )
    long = draft.model_copy(
        update={"id": content_hash(draft.title, many, draft.shell), "sections": many, "findings": ()}
    )
    office = house.with_another(long)

    page = office.seat("like").get(f"/documents/{office.doc}").text

    assert [n for n in range(1, 101) if f"第{n}件事" not in page] == []
    assert page.count('class="s"') == sum(len(s.sentences) for s in many)
    assert "hx-get" not in page


def test_a_strip_is_not_green_beside_errors_that_keep_the_paper_from_being_approved(office: Office) -> None:
    db, reviewer = office.house.database, office.person("like")
    wrong = [f for f in review.findings(db, reviewer, office.doc) if f.severity.blocks]
    page, guard = office.seat("like").get(f"/documents/{office.doc}").text, seen(office, "/send")

    assert wrong
    assert f"批准以前要处理错误{len(wrong)}处" in page
    assert 'class="ok"' not in page
    assert f"核对出错误{len(wrong)}处：可以送审，批准以前要处理" in guard


def test_why_a_paper_was_sent_back_stands_on_it_until_it_is_sent_again(office: Office) -> None:
    db, author, reviewer = office.house.database, office.person("wangfang"), office.person("like")
    review.submit(db, author, office.doc)
    review.request_changes(db, reviewer, office.doc, note="八家卫生院要列名")

    back = seen(office, login="wangfang")
    review.submit(db, author, office.doc)

    assert "李科退回" in back
    assert "八家卫生院要列名" in back
    assert "李科退回" not in seen(office, login="wangfang")
