"""The reviewing screens by request: the ten-second screen, the editor's saving, compare, rounds, exports."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chugao import review
from tests.desk_office import Client, Office, open_office


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("desk") / "工作区", sqlite_template)
    with made.house.database:
        yield made


@pytest.fixture
def office(house: Office) -> Office:
    """The office with a document of this test's own."""
    return house.with_another()


QUALITY = "results_quality"
"""The section that tells the 临床路径入径率: 68.1%."""


def opened(client: Client, office: Office, section: str = "results_emergency") -> Any:
    return client.json(f"/documents/{office.doc}/sections/{section}")


def sent(told: Any, old: str = "", new: str = "") -> dict[str, Any]:
    """What the editor sends of an opened section; `old` is typed over by `new`, in plain text or in a number."""
    assert old in "".join(r["text"] for p in told["paragraphs"] for r in p["runs"])
    paragraphs = []
    for p in told["paragraphs"]:
        runs = []
        for r in p["runs"]:
            text = r["text"].replace(old, new) if old else r["text"]
            bound = r.get("id") and text == r.get("printed")
            runs.append({"text": text, "id": r["id"]} if bound else {"text": text})
        paragraphs.append({"block": p["block"], "table": p["table"], "runs": runs})
    return {"rev": told["rev"], "heading": told["heading"], "paragraphs": paragraphs}


def put(client: Client, office: Office, body: Any, section: str = "results_emergency") -> Any:
    return client.send("PUT", f"/documents/{office.doc}/sections/{section}", body)


# --- reading --------------------------------------------------------------------------------------


def test_the_first_screen_shows_the_strip_the_paper_and_no_word_of_engine_or_prompt(office: Office) -> None:
    page = office.seat("like").get(f"/documents/{office.doc}").text

    assert "第1稿" in page
    assert "自您上次看过以来" in page
    assert "128.46万人次" in page
    assert "bank:" not in page
    assert "offline" not in page


def test_a_reader_is_told_why_a_sentence_is_there_with_file_sheet_and_cell(office: Office) -> None:
    client = office.seat("like")
    sentence = next(s for s in section(office, QUALITY).sentences if "68.1%" in s.text)

    page = client.get(f"/documents/{office.doc}/sections/{QUALITY}/why?sentence={sentence.id}").text

    assert "医务科-2025.xlsx “指标”表" in page
    assert "临床路径入径率" in page
    assert page.count("<blockquote>") == 1


def section(office: Office, name: str) -> Any:
    return review.section(office.house.database, office.person("wangfang"), office.doc, name).section


def test_nobody_of_another_department_learns_that_the_document_exists(office: Office) -> None:
    client = office.seat("hulibu")

    urls = [
        f"/documents/{office.doc}",
        f"/documents/{office.doc}/compare",
        f"/documents/{office.doc}/versions",
        f"/documents/{office.doc}/export.docx",
        f"/documents/{office.doc}/sections/lead",
        f"/documents/{office.doc}/countersign",
    ]

    for url in urls:
        there, nowhere = client.get(url), client.get(url.replace(office.doc, "d" + "0" * 16))
        assert there.status_code == nowhere.status_code == 404, url
        assert there.text.replace(office.doc, "X") == nowhere.text.replace("d" + "0" * 16, "X")


# --- editing --------------------------------------------------------------------------------------


def test_words_are_saved_with_a_new_revision_and_numbers_keep_their_source(office: Office) -> None:
    client = office.seat("wangfang")
    told = opened(client, office)

    saved = put(client, office, sent(told, "不再跨楼转运", "不再跨楼转送"))

    assert saved.status_code == 200
    assert saved.json()["rev"] == told["rev"] + 1
    assert saved.json()["red"] == []
    again = opened(client, office)
    assert "不再跨楼转送" in str(again)
    assert states(again) == states(told)


def states(told: Any) -> list[tuple[str, str]]:
    return [(r["text"], r["state"]) for p in told["paragraphs"] for r in p["runs"] if "state" in r]


def test_a_changed_number_is_red_until_it_is_restored_or_a_person_answers_for_it(office: Office) -> None:
    client = office.seat("wangfang")
    base = f"/documents/{office.doc}/sections/{QUALITY}"

    saved = put(client, office, sent(opened(client, office, QUALITY), "68.1%", "69.1%"), QUALITY)
    red = opened(client, office, QUALITY)
    confirmed = client.send("POST", f"{base}/confirm", {"basis": "质控科电话", "printed": "69.1%"})

    assert [r["printed"] for r in saved.json()["red"]] == ["69.1%"]
    assert ("69.1%", "none") in states(red)
    assert next(r["printed"] for p in red["paragraphs"] for r in p["runs"] if r["text"] == "69.1%") == "68.1%"
    assert ("69.1%", "person") in states(confirmed.json()["opened"])
    assert "人工确认：王芳（质控科电话" in str(confirmed.json()["opened"])


def test_a_number_that_is_put_back_is_traced_again(office: Office) -> None:
    client = office.seat("wangfang")
    told = opened(client, office, QUALITY)
    put(client, office, sent(told, "68.1%", "69.1%"), QUALITY)

    put(client, office, sent(told) | {"rev": told["rev"] + 1}, QUALITY)

    assert states(opened(client, office, QUALITY)) == states(told)


def test_a_made_up_binding_from_a_browser_binds_nothing(office: Office) -> None:
    client = office.seat("wangfang")
    body = sent(opened(client, office))
    forged = {"text": "急诊抢救成功率99.9%。", "id": "emergency_rescue_success_rate.now"}
    body["paragraphs"].append({"block": "", "runs": [{"text": "另有"}, forged]})

    saved = put(client, office, body)

    assert [r["printed"] for r in saved.json()["red"]] == ["99.9%"]


def test_a_metric_that_is_inserted_from_the_list_is_bound(office: Office) -> None:
    client = office.seat("wangfang")
    base = f"/documents/{office.doc}/sections/results_emergency"
    offers = client.json(f"{base}/values?q=门急诊")["values"]
    body = sent(opened(client, office))
    runs = [{"text": "门急诊"}, *({"text": r["text"], "id": r["id"]} for r in offers[0]["runs"]), {"text": "。"}]

    body["paragraphs"].append({"block": "", "runs": runs})
    saved = put(client, office, body)

    assert saved.json()["red"] == []
    assert (offers[0]["printed"], "traced") in states(opened(client, office))


def test_two_people_in_different_sentences_are_merged_and_in_the_same_one_nobody_is_overwritten(
    office: Office,
) -> None:
    wang, li = office.seat("wangfang"), office.seat("wangfang")
    told = opened(wang, office)
    put(wang, office, sent(told, "不再跨楼转运", "不再跨楼转送"))

    merged = put(li, office, sent(told, "绕过急诊", "越过急诊"))
    refused = put(li, office, sent(told, "不再跨楼转运", "不必跨楼转运"))

    assert merged.status_code == 200
    assert merged.json()["merged"]
    assert {w in str(opened(li, office)) for w in ("不再跨楼转送", "越过急诊")} == {True}
    assert refused.status_code == 409
    panel = refused.json()["panel"]
    assert {w in plain(panel) for w in ("共同基础", "对方", "我的", "不再跨楼转送")} == {True}
    assert "不再跨楼转送" in str(opened(li, office))


def plain(html: str) -> str:
    """What stands there after the changes: no marks, nothing struck out."""
    return re.sub("<[^>]+>", "", re.sub("<del>[^<]*</del>", "", html))


def test_a_conflict_is_settled_sentence_by_sentence(office: Office) -> None:
    wang, li = office.seat("wangfang"), office.seat("wangfang")
    told = opened(wang, office)
    put(wang, office, sent(told, "不再跨楼转运", "不再跨楼转送"))
    mine = sent(told, "不再跨楼转运", "不必跨楼转运")
    refused = put(li, office, mine).json()
    row = int(re.search(r'data-row="(\d+)"', refused["panel"])[1])  # type: ignore[index]

    url = f"/documents/{office.doc}/sections/results_emergency/settle"
    body = mine | {"rev": refused["rev"], "base": refused["base"], "choices": {str(row): "mine"}}
    done = li.send("POST", url, body)

    assert done.status_code == 200, done.text
    text = "".join(r["text"] for p in opened(li, office)["paragraphs"] for r in p["runs"])
    assert "不必跨楼转运" in text
    assert "不再跨楼转送" not in text


def test_what_nobody_can_type_or_print_does_not_reach_the_text(office: Office) -> None:
    client = office.seat("wangfang")

    put(client, office, sent(opened(client, office), "不再跨楼转运", "不再\u202e跨\u0000楼\u200b转运"))

    assert "不再跨楼转运" in "".join(r["text"] for p in opened(client, office)["paragraphs"] for r in p["runs"])


# --- suggestions, comments, rounds ----------------------------------------------------------------


def test_a_comment_stands_on_its_words_and_is_answered_and_closed(office: Office) -> None:
    like, wang = office.seat("wangfang"), office.seat("wangfang")
    working = review.section(office.house.database, office.person("like"), office.doc, "results_emergency")
    start = working.text.index("不再跨楼转运")

    form = {"body": "说得太满", "rev": working.rev, "start": start, "end": start + 6, "kind": "意见"}
    like.post(f"/documents/{office.doc}/sections/results_emergency/comments", form)
    page = wang.get(f"/documents/{office.doc}").text
    wang.post(f"/documents/{office.doc}/comments/1/resolve")

    assert "说得太满" in page
    assert "不再跨楼转运" in page.split("说得太满")[0].rsplit("quote", 1)[1]
    assert "已了" in wang.get(f"/documents/{office.doc}").text


def test_sending_what_does_not_hold_is_refused_with_every_reason_and_its_place(office: Office) -> None:
    client = office.seat("wangfang")
    put(client, office, sent(opened(client, office, QUALITY), "68.1%", "69.1%"), QUALITY)

    answer = client.post(f"/documents/{office.doc}/transitions", {"step": "submit", "round": "送审稿"})

    assert answer.status_code == 409
    assert "还不能送审" in answer.text
    assert "69.1%" in answer.text
    assert f"/sections/{QUALITY}" in answer.text


def test_in_the_first_rounds_red_numbers_are_told_and_nobody_is_told_that_he_may_not_send(office: Office) -> None:
    client = office.seat("wangfang")
    put(client, office, sent(opened(client, office, QUALITY), "68.1%", "69.1%"), QUALITY)

    asked = client.get(f"/documents/{office.doc}/send").text
    text = client.get(f"/documents/{office.doc}").text
    sending = client.post(f"/documents/{office.doc}/transitions", {"step": "submit"})

    assert "送审稿以前要了结" in asked
    assert "送审稿以前要了结：红1" in text
    assert "不能送" not in asked + text
    assert sending.status_code == 200


def test_the_whole_way_from_draft_to_approved_and_out_as_word(office: Office) -> None:
    wang, li, zhou = (office.seat(w) for w in ("wangfang", "like", "zhouyuan"))
    base = f"/documents/{office.doc}"
    content = review.document(office.house.database, office.person("zhouyuan"), office.doc).content

    assert wang.post(f"{base}/transitions", {"step": "submit"}).status_code == 200
    assert li.post(f"{base}/accept").status_code == 200
    passed = li.post(f"{base}/transitions", {"step": "pass", "round": "送审稿", "venue": "院长办公会"})
    approved = zhou.post(f"{base}/transitions", {"step": "approve", "content": content})
    final = zhou.get(f"{base}/export.docx?final=true")

    assert passed.status_code == 200, passed.text[-3000:]
    assert approved.status_code == 200, re.sub("<[^>]+>", " ", approved.text)[-1500:]
    assert "已通过" in approved.text
    assert final.status_code == 200
    assert zipfile.ZipFile(io.BytesIO(final.content)).testzip() is None
    assert review.document(office.house.database, office.person("zhouyuan"), office.doc).exported_hash


def test_a_final_paper_does_not_leave_before_it_is_approved_and_a_reader_gets_no_draft(office: Office) -> None:
    base = f"/documents/{office.doc}/export.docx"

    assert office.seat("like").get(f"{base}?final=true").status_code == 403
    assert office.seat("kanke").get(base).status_code == 403
    assert office.seat("wangfang").get(base).status_code == 200


# --- versions and comparing -----------------------------------------------------------------------


def test_a_change_is_shown_facts_first_and_taken_back_by_one_button(office: Office) -> None:
    client = office.seat("wangfang")
    put(client, office, sent(opened(client, office, QUALITY), "68.1%", "69.1%"), QUALITY)
    base = f"/documents/{office.doc}/compare"

    page = client.get(f"{base}?left=1").text
    hunk = re.search(r'name="hunks" value="(h\d+)"', page)[1]  # type: ignore[index]
    client.post(f"{base}/decide", {"left": 1, "right": 0, "hunks": hunk, "at_once": "true"})

    assert page.index("数字变化") < page.index("68.1%") < page.index("各节改动")
    assert ("68.1%", "traced") in states(opened(client, office, QUALITY))
    assert "没有改动" in client.get(f"{base}?left=1").text


def test_one_of_two_changes_in_a_sentence_is_taken_back_and_the_other_stays(office: Office) -> None:
    client = office.seat("wangfang")
    told = opened(client, office)
    first, second = _two_words(told)
    body = sent(told, first, f"{first[:3]}甲")
    body = sent(told | {"paragraphs": _typed(body, told)}, second, f"{second[:3]}乙")
    put(client, office, body)
    base = f"/documents/{office.doc}/compare"
    page = client.get(f"{base}?left=1&only=all").text
    assert "措辞2处" in page

    hunk = re.search(r'value="(h\d+)"', page)[1]  # type: ignore[index]
    client.post(f"{base}/decide", {"left": 1, "right": 0, "hunks": hunk, "at_once": "true"})

    text = "".join(r["text"] for p in opened(client, office)["paragraphs"] for r in p["runs"])
    assert (first in text, f"{first[:3]}甲" in text) == (True, False)
    assert (second in text, f"{second[:3]}乙" in text) == (False, True)


_APART = 12  # characters between two changes that are no single one


def _two_words(told: Any) -> tuple[str, str]:
    """Four characters near the beginning and four near the end of one sentence, neither of them twice in the section."""
    text = "".join(r["text"] for p in told["paragraphs"] for r in p["runs"])
    plain = (r["text"] for p in told["paragraphs"] for r in p["runs"] if not r.get("id"))
    for sentence in (s for t in plain for s in t.split("。")):
        words = [w for w in re.findall("[\u4e00-\u9fff]{4}", sentence) if text.count(w) == 1]
        if len(words) > 1 and sentence.index(words[-1]) - sentence.index(words[0]) > _APART:
            return words[0], words[-1]
    raise AssertionError("no sentence is long enough")


def _typed(body: dict[str, Any], told: Any) -> list[Any]:
    """The typed paragraphs as an opened section again."""
    return [
        p | {"runs": [was | {"text": now["text"]} for was, now in zip(p["runs"], typed["runs"], strict=True)]}
        for p, typed in zip(told["paragraphs"], body["paragraphs"], strict=True)
    ]


def test_a_returned_word_file_becomes_a_version_and_shows_what_it_changed(office: Office) -> None:
    client = office.seat("wangfang")
    base = f"/documents/{office.doc}"
    docx = client.get(f"{base}/export.docx").content
    changed = _with_other_words(docx, "不再跨楼转运", "不再跨楼转送")

    files = {"file": ("改回.docx", changed, "application/octet-stream")}
    answer = client.post(f"{base}/import", {"base": 1}, files=files)

    assert answer.status_code == 200, answer.text[-800:]
    assert "/compare?left=1&right=2" in str(answer.url)
    assert "转送" in answer.text
    assert [n.kind for n in review.versions(office.house.database, office.person("like"), office.doc)] == [
        "ai",
        "import",
    ]


def test_a_returned_file_that_met_with_changes_here_waits_beside_and_is_laid_over_by_choice(office: Office) -> None:
    office = office.with_another()
    client, db, wang = office.seat("wangfang"), office.house.database, office.person("wangfang")
    base = f"/documents/{office.doc}"
    back = _with_other_words(client.get(f"{base}/export.docx").content, "不再跨楼转运", "不再跨楼转送")
    typed = sent(opened(client, office), "不再跨楼转运", "不用再跨楼转运了")
    client.send("PUT", f"{base}/sections/results_emergency", typed)

    panes = client.post(f"{base}/import", {"base": 1}, files={"file": ("改回.docx", back, "application/octet-stream")})
    fields = dict(re.findall(r'name="(rev-[^"]+)" value="(\d+)"', panes.text))
    rows = set(re.findall(r'name="(c-[^"]+)"', panes.text))
    waiting = client.get(f"{base}/versions").text
    stale = client.post(str(panes.url.path), {**dict.fromkeys(fields, "1"), **dict.fromkeys(rows, "mine")})
    laid = client.post(str(panes.url.path), {**fields, **dict.fromkeys(rows, "mine")})

    assert panes.url.path == f"{base}/versions/2/settle"
    read = re.sub("<[^>]+>", "", panes.text)
    assert ("用再跨楼转运了" in read, "转送" in read, len(rows)) == (True, True, 1)
    assert "还没有并入" in waiting
    assert (stale.status_code, laid.status_code) == (409, 200)
    assert "不再跨楼转送" in review.section(db, wang, office.doc, "results_emergency").text
    assert "还没有并入" not in client.get(f"{base}/versions").text
    assert client.get(f"{base}/versions/1/settle").status_code == 422


def _with_other_words(docx: bytes, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as given, zipfile.ZipFile(out, "w") as made:
        for item in given.infolist():
            body = given.read(item)
            if item.filename == "word/document.xml":
                assert old.encode() in body
                body = body.replace(old.encode(), new.encode())
            made.writestr(item, body)
    return out.getvalue()


def test_an_old_version_is_restored_as_a_new_one_and_nothing_is_lost(office: Office) -> None:
    client = office.seat("wangfang")
    put(client, office, sent(opened(client, office), "不再跨楼转运", "不再跨楼转送"))
    client.post(f"/documents/{office.doc}/versions", {"note": "改了一句", "name": "二稿"})

    client.post(f"/documents/{office.doc}/versions/1/restore")

    assert "不再跨楼转运" in str(opened(client, office))
    page = client.get(f"/documents/{office.doc}/versions").text
    assert "二稿" in page
    assert "恢复" in page


# --- what is sent ---------------------------------------------------------------------------------


def test_the_pages_are_small_and_carry_no_script_or_style_of_their_own(office: Office) -> None:
    import gzip

    client = office.seat("like")
    put(office.seat("wangfang"), office, sent(opened(client, office, QUALITY), "68.1%", "69.1%"), QUALITY)
    static = Path(review.__file__).parents[1] / "web" / "static"

    pages = {
        name: client.get(f"/documents/{office.doc}{path}").text
        for name, path in (("read", ""), ("compare", "/compare?left=1"), ("edit", "/sections/results_emergency"))
    }

    def packed(*names: str) -> int:
        return sum(len(gzip.compress((static / n).read_bytes(), 6)) for n in names)

    reading = packed("chugao.js", "vendor/htmx.min.js", "desk/desk.js", "desk/compare.js")
    assert reading <= 25_000
    assert packed("vendor/prosemirror.min.js", "editor/editor.js", "vendor/prosemirror.css") <= 75_000
    first = len(gzip.compress(pages["compare"].encode(), 6)) + reading + packed("chugao.css", "desk/desk.css")
    assert first <= 60 * 1024
    for page in pages.values():
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)
        assert "<style" not in page
        assert not re.search(r"\s(?:style|on\w+)=", page)


# --- beside the text ------------------------------------------------------------------------------


def test_a_rewrite_is_shown_beside_what_stands_and_changes_nothing_until_it_is_taken(office: Office) -> None:
    client = office.seat("wangfang")
    base = f"/documents/{office.doc}/sections/results_quality"
    before = opened(client, office, "results_quality")

    shown = client.send("POST", f"{base}/rewrite", {"instruction": "缩写到一百字"})

    assert shown.status_code == 200, shown.text
    assert opened(client, office, "results_quality") == before
    if shown.json()["changed"]:
        number = re.search(r'data-take="(\d+)"', shown.json()["panel"])[1]  # type: ignore[index]
        took = client.send("POST", f"{base}/alternatives/{number}/take", sent(before))
        assert took.json()["rev"] == before["rev"] + 1
        assert not any(state == "none" for _, state in states(took.json()["opened"]))
    else:
        assert "原文" in shown.json()["panel"]


def test_what_a_reviewer_suggests_waits_for_somebody_to_decide(office: Office) -> None:
    wang, like = office.seat("wangfang"), office.seat("like")
    base = f"/documents/{office.doc}"
    body = sent(opened(like, office), "不再跨楼转运", "不再跨楼转送")

    like.send("POST", f"{base}/sections/results_emergency/suggest", body)
    waiting = str(opened(wang, office))
    page = wang.get(base).text
    wang.post(f"{base}/suggestions/1/accept")

    assert "不再跨楼转送" not in waiting
    assert "<ins>转送</ins>" in page.replace("<ins>送</ins>", "<ins>转送</ins>")
    assert "不再跨楼转送" in "".join(r["text"] for p in opened(wang, office)["paragraphs"] for r in p["runs"])


def test_a_department_that_is_asked_sees_its_paragraph_and_no_other_and_its_opinion_is_answered(
    office: Office,
) -> None:
    wang, other = office.seat("wangfang"), office.seat("hulibu")
    base = f"/documents/{office.doc}"

    sent_out = wang.post(
        f"{base}/countersign", {"departments": "护理部", "due": "1月10日前", "given": "results_emergency"}
    )
    share = other.get(f"{base}/countersign").text
    block = re.search(r'name="block" value="([^"]+)"', share)[1]  # type: ignore[index]
    opinion = {"section": "results_emergency", "block": block, "body": "护士增派也要写上"}
    said = other.post(f"{base}/opinions", opinion)
    number = re.search(r"/opinions/(\d+)/answer", wang.get(f"{base}/countersign").text)[1]  # type: ignore[index]
    wang.post(f"{base}/opinions/{number}/answer", {"outcome": "不采纳", "reason": "已在护理部总结里写"})
    paper = wang.get(f"{base}/opinions.docx")

    assert sent_out.status_code == 200, sent_out.text[-500:]
    assert "不再跨楼转运" in share
    assert "128.46万人次" not in share
    assert said.status_code == 200, said.text[-500:]
    assert "不采纳" in wang.get(f"{base}/countersign").text
    with zipfile.ZipFile(io.BytesIO(paper.content)) as docx:
        text = re.sub("<[^>]+>", "", docx.read("word/document.xml").decode())
    assert "护士增派也要写上" in text
    assert "已在护理部总结里写" in text


def test_the_check_sheet_and_the_redline_leave_as_word(office: Office) -> None:
    client = office.seat("wangfang")
    put(client, office, sent(opened(client, office), "不再跨楼转运", "不再跨楼转送"))

    for path, words in (("check-sheet.docx", "核稿单"), ("export.docx?marks=tracked", "w:ins")):
        answer = client.get(f"/documents/{office.doc}/{path}")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as docx:
            assert words in docx.read("word/document.xml").decode(), path


def test_reading_leaves_what_is_new_until_it_was_really_looked_at(office: Office) -> None:
    wang, like = office.seat("wangfang"), office.seat("like")
    base = f"/documents/{office.doc}"
    like.post(f"{base}/looked")
    put(wang, office, sent(opened(wang, office, QUALITY), "68.1%", "69.1%"), QUALITY)

    first, second = like.get(base).text, like.get(base).text
    like.post(f"{base}/looked")
    third = like.get(base).text

    for page in (first, second):
        assert re.search(r"临床路径入径率 <del>68.1%</del>\s*→ <b>69.1%</b>\s*<span[^>]*>王芳", page)
    assert "您上次看过以后，没有改动" in third
