"""The gate: what stops a final, who may let it pass, and what is recorded of it.

The draft is the smallest that holds all a gate looks at: a heading, a sentence, a table, a 通知 around it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from chugao.checks import examine
from chugao.checks.dismissals import confirm_numbers, dismiss
from chugao.checks.ours import text_at
from chugao.draftfile import to_json
from chugao.errors import InputError, NotAllowed
from chugao.export import release
from chugao.kind import Kind
from chugao.manuscript import Block, ClaimedText, Draft, Evidence, Section, Sentence, Shell, Table, content_hash
from chugao.source import Claim
from tests.cli import chugao
from tests.facts import facts_of

FIGURES = ("平均住院日,2025,7.3,天,上年 7.6", "出院人次,2025,18600,人次,上年 18000")
STAY = "平均住院日缩短至7.3天。"


def claim(text: str, printed: str, state: Any = "metric", name: str = "avg_length_of_stay.now") -> Claim:
    start = text.index(printed)
    metric = name.partition(".")[0] if state == "metric" else None
    return Claim(start=start, end=start + len(printed), state=state, id=name, metric=metric)


def a_draft(
    sentence: str = STAY,
    printed: str = "7.3天",
    *,
    cell: str = "18600",
    heading: str = "缩短住院时间",
    title: str = "医务科2025年工作总结",
    shell: Shell = Shell(),
    part: str = "results",
) -> Draft:
    told = Sentence(id="s1", text=sentence, claims=(claim(sentence, printed),) if printed in sentence else ())
    discharges = claim(cell, cell, name="discharges.now") if cell == "18600" else None
    row = (ClaimedText(text="出院人次"), ClaimedText(text=cell, claims=(discharges,) if discharges else ()))
    sections = (
        Section(id=part, number="一、", heading=ClaimedText(text="主要工作"), level=1),
        Section(
            id=f"{part}_stay",
            number="（一）",
            heading=ClaimedText(text=heading),
            level=2,
            blocks=(
                Block(id="b1", type="paragraph", sentence_ids=("s1",)),
                Block(id="b2", type="table", table=Table(header=("指标", "本年"), rows=(row,))),
            ),
            sentences=(told,),
        ),
    )
    named = ClaimedText(text=title, claims=(Claim(start=3, end=8, state="constant", id="year"),))
    return Draft(
        id=content_hash(named, sections, shell),
        title=named,
        kind=Kind.SUMMARY,
        department="医务科",
        organisation="望澜市第一人民医院",
        year=2025,
        period="2025",
        engine="offline",
        shell=shell,
        sections=sections,
        evidence=(
            evidence("avg_length_of_stay", "平均住院日", "now", "7.3", "天", "7.3天"),
            evidence("avg_length_of_stay", "平均住院日", "prev", "7.6", "天", "7.6天"),
            evidence("discharges", "出院人次", "now", "18600", "人次", "18600"),
        ),
    )


def evidence(metric: str, name: str, field: str, value: str, unit: str, printed: str) -> Evidence:
    return Evidence(
        id=f"{metric}.{field}", metric=metric, name=name, field=field, value=value, unit=unit, printed=printed
    )


STOPPED = {
    "an untraced number": (a_draft("平均住院日缩短至7.3天，开展培训26场。"), "number-untraced", "26场"),
    "a number changed by hand": (a_draft("平均住院日缩短至7.1天。", "7.1天"), "number-changed", "7.1天"),
    "a number changed in a table": (a_draft(cell="18900"), "number-untraced", "18900"),
    "a number in a heading": (a_draft(heading="出院20000人次"), "number-untraced", "20000人次"),
    "a wrong direction word": (a_draft("平均住院日延长至7.3天。"), "number-direction", "7.3天"),
    "a mask in the text": (a_draft("在xx支持下，平均住院日缩短至7.3天。"), "mask-left", "xx"),
    "a mask in a table": (a_draft(cell="**"), "mask-left", "**"),
    "a mask in the title": (a_draft(title="医务科2025年***工作总结"), "mask-left", "***"),
    "a mask in the notice": (
        a_draft(shell=Shell(type="notice", title="关于印发的通知", addressee="各科室：", issuer="某某医院")),
        "mask-left",
        "某某",
    ),
    "something owed in the text": (a_draft(f"{STAY}【待补：手术台次】"), "pending", "【待补：手术台次】"),
    "something owed in a table": (a_draft(cell="【待补：出院人次】"), "pending", "【待补：出院人次】"),
    "a missing part": (a_draft(part="plan"), "part-missing", ""),
    "a telephone number": (a_draft(f"{STAY}家属13812345678送来锦旗。"), "personal-data", "13812345678"),
    "a secret mark": (a_draft(f"机密★1年。{STAY}"), "secret-mark", "机密★"),
}


def test_a_draft_that_holds_leaves_with_nothing_recorded() -> None:
    for given in ((), (facts_of(*FIGURES),)):
        released = release(a_draft(), *given)

        assert not [f for f in released.findings if f.severity.blocks]
        assert not {"override", "confirmed"} & released.recipe.keys()


@pytest.mark.parametrize("with_figures", [False, True], ids=["alone", "with figures"])
@pytest.mark.parametrize("case", STOPPED)
def test_what_is_not_fit_to_leave_is_stopped(case: str, with_figures: bool) -> None:
    draft, rule, quote = STOPPED[case]
    figures = facts_of(*FIGURES) if with_figures else None

    with pytest.raises(NotAllowed, match="不能出定稿"):
        release(draft, figures)

    blocking = [f for f in examine(draft, figures).findings if f.severity.blocks]
    numbers = {"number-wrong", "number-untraced", "number-changed"}
    assert any((f.rule == rule or {f.rule, rule} <= numbers) and quote in f.quote for f in blocking), blocking


@pytest.mark.parametrize("case", STOPPED)
def test_a_person_lets_it_pass_by_name_and_reason_and_all_of_it_is_recorded(case: str) -> None:
    draft, _, _ = STOPPED[case]
    blocking = [f for f in examine(draft).findings if f.severity.blocks]

    released = release(draft, override_by=" 周启明 ", reason="另报", at="2026-01-08T09:30:00Z")

    override = released.recipe["override"]
    assert (override["by"], override["reason"], override["at"]) == ("周启明", "另报", "2026-01-08T09:30:00Z")
    assert [f["quote"] for f in override["findings"]] == [f.quote for f in blocking]
    assert json.loads(to_json(released))["recipe"]["override"]["by"] == "周启明"


def test_one_place_alone_may_be_let_pass_and_the_others_still_stop() -> None:
    draft = a_draft("平均住院日缩短至7.3天，开展培训26场，义诊14次。")

    with pytest.raises(NotAllowed) as stopped:
        release(draft, override_by="周启明", reason="培训有签到表", only=("26场",))
    released = release(draft, override_by="周启明", reason="都有签到表", only=("26场", "14次"))

    assert "还有1处" in str(stopped.value)
    assert "14次" in str(stopped.value)
    assert "26场" not in str(stopped.value)
    assert [f["quote"] for f in released.recipe["override"]["findings"]] == ["26场", "14次"]


@pytest.mark.parametrize(
    ("by", "reason", "only"),
    [
        ("周启明", None, ()),
        (None, "急用", ()),
        ("周启明", "  ", ()),
        (None, None, ("26场",)),
        ("周启明", "急用", ("27场",)),
    ],
)
def test_half_an_override_or_one_of_nothing_is_refused(
    by: str | None, reason: str | None, only: tuple[str, ...]
) -> None:
    with pytest.raises(InputError):
        release(a_draft("开展培训26场。"), override_by=by, reason=reason, only=only)


def test_the_refusal_tells_the_worst_first_and_how_many_there_are() -> None:
    numbers = "，".join(f"培训{i}场" for i in range(21, 31))

    with pytest.raises(NotAllowed) as stopped:
        release(a_draft(f"{numbers}，在xx支持下开展。"))

    lines = str(stopped.value).split("\n")
    assert "还有11处" in lines[0]
    assert lines[1].strip().startswith("[禁止]")
    assert "另有3处" in str(stopped.value)


def test_a_number_that_came_back_from_word_is_told_once_with_what_is_to_be_decided() -> None:
    draft = a_draft(f"{STAY}收到锦旗12面。")
    [untraced] = [f for f in examine(draft, None, None).findings if f.rule == "number-untraced"]
    returned = untraced.model_copy(
        update={"rule": "number-returned", "hint": "有人新写的“12面”没有出处。请定一种办法。"}
    )

    with pytest.raises(NotAllowed) as stopped:
        release(draft.model_copy(update={"findings": (returned,)}))

    assert "还有1处" in str(stopped.value)
    assert "请定一种办法" in str(stopped.value)


def test_a_number_that_a_person_confirmed_passes_and_its_name_is_recorded() -> None:
    draft = a_draft("平均住院日缩短至7.3天，开展培训26场。")
    found = [f for f in examine(draft).findings if f.rule == "number-untraced"]
    text = text_at(draft, found[0].place)
    known = confirm_numbers(found, text, by="张三", basis="签到表")

    released = release(draft, dismissals=known)

    assert [(c["quote"], c["by"], c["reason"]) for c in released.recipe["confirmed"]] == [
        ("26场", "张三", "人工确认：签到表")
    ]


def test_what_contradicts_the_figures_and_what_is_fatal_can_never_be_confirmed_for_good() -> None:
    wrong = examine(a_draft("平均住院日缩短至7.1天。", "7.1天"), facts_of(*FIGURES)).findings
    masked = examine(a_draft("在xx支持下工作。")).findings

    for finding in (
        next(f for f in wrong if f.rule == "number-wrong"),
        next(f for f in masked if f.rule == "mask-left"),
    ):
        with pytest.raises(NotAllowed):
            dismiss(finding, STAY, by="张三", reason="就这样")


def test_an_override_of_before_does_not_let_the_next_version_pass() -> None:
    released = release(a_draft("开展培训26场。"), override_by="周启明", reason="签到表")

    with pytest.raises(NotAllowed):
        release(released)
    assert "override" not in release(a_draft().model_copy(update={"recipe": released.recipe})).recipe


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    bad = a_draft("平均住院日缩短至7.3天，开展培训26场。")
    Path("稿.json").write_text(to_json(bad), encoding="utf-8")
    return tmp_path


def test_exit_codes_tell_a_stopped_final_from_a_wrong_order(here: Path) -> None:
    assert chugao("export", "稿.json", "--final", "-o", "定").code == 1
    assert chugao("export", "稿.json", "--final", "--override-by", "周启明", "-o", "定").code == 2
    assert chugao("export", "稿.json", "--final", "--only", "26场", "-o", "定").code == 2
    assert not Path("定").exists()
    assert chugao("export", "稿.json", "--final", "--override-by", "周启明", "--reason", "签到表", "-o", "定").code == 0


def test_in_a_workspace_a_confirmation_counts_and_an_override_stands_in_the_audit(here: Path) -> None:
    from sqlalchemy import select

    from chugao.database.audit import verify
    from chugao.database.tables import audit
    from chugao.desk import open_workspace

    assert chugao("init", ".").code == 0
    override = ("--override-by", "周启明", "--reason", "签到表")
    assert chugao("export", "稿.json", "--final", *override, "-o", "放行").code == 0
    confirmed = chugao("check", "稿.json", "--confirm-by", "张三", "--basis", "签到表")
    assert confirmed.code == 0, confirmed.out + confirmed.err
    plain = chugao("export", "稿.json", "--final", "-o", "确认")

    assert plain.code == 0, plain.err
    kept = json.loads(next(Path("确认").glob("*.json")).read_text("utf-8"))["recipe"]
    assert (kept["confirmed"][0]["by"], "override" in kept) == ("张三", False)
    with open_workspace(Path()) as database, database.read() as connection:
        rows = [r for r in connection.execute(select(audit)) if r.action == "export.override"]
        assert [(r.actor, r.detail["reason"]) for r in rows] == [("周启明", "签到表")]
        assert verify(connection) == []


LAST = (
    "望澜市第一人民医院医务科2024年工作总结\n\n一、主要工作\n平均住院日缩短至7.6天。"
    "白鹭县人民医院派来骨科医师驻点帮扶，带教手术。\n"
)
LEFT = "平均住院日缩短至7.3天，白鹭县人民医院派来骨科医师驻点帮扶，带教手术。"


def test_what_last_year_left_stops_a_final_as_it_is_told_by_a_check(here: Path) -> None:
    Path("往年").mkdir()
    Path("往年/2024.txt").write_text(LAST, encoding="utf-8")
    Path("改.json").write_text(to_json(a_draft(LEFT)), encoding="utf-8")

    told = chugao("check", "改.json", "--corpus", "往年", "--json")
    held = chugao("export", "改.json", "--final", "--corpus", "往年", "-o", "定")
    blind = chugao("export", "改.json", "--final", "-o", "定")

    assert ("last-year-left", "白鹭县人民医院") in [(f["rule"], f["quote"]) for f in told.json["findings"]]
    assert told.code == held.code == 1
    assert "《望澜市第一人民医院医务科2024年工作总结》" in held.err
    assert blind.code == 0


def test_in_a_workspace_the_past_reports_it_keeps_are_held_against_a_final_unasked(here: Path) -> None:
    Path("2024.txt").write_text(LAST, encoding="utf-8")
    assert chugao("init", ".").code == 0
    assert chugao("corpus", "add", "2024.txt").code == 0
    Path("改.json").write_text(to_json(a_draft(LEFT)), encoding="utf-8")

    held = chugao("export", "改.json", "--final", "-o", "定")

    assert held.code == 1
    assert "白鹭县人民医院" in held.err


def test_a_pack_that_cannot_be_written_leaves_no_final_behind(here: Path) -> None:
    assert chugao("export", "稿.json", "--html", "--pack", "-o", "定").code == 0
    Path("定/医务科2025年工作总结（送审包）.zip").unlink()
    Path("定/医务科2025年工作总结（送审包）.zip").mkdir()
    before = {p.name: p.read_bytes() for p in Path("定").iterdir() if p.is_file()}

    override = ("--override-by", "周启明", "--reason", "签到表")
    ran = chugao("export", "稿.json", "--final", *override, "--html", "--pack", "-o", "定")

    assert ran.code == 2
    assert {p.name: p.read_bytes() for p in Path("定").iterdir() if p.is_file()} == before


def test_what_was_let_pass_and_vouched_for_is_printed_on_the_papers() -> None:
    from chugao.checks import Report
    from chugao.export.checked import checked
    from chugao.export.papers import proof_paper

    draft = a_draft("平均住院日缩短至7.3天，开展培训26场，义诊14次。")
    found = [f for f in examine(draft).findings if f.quote == "14次"]
    known = confirm_numbers(found, text_at(draft, found[0].place), by="张三", basis="微信")
    released = release(draft, dismissals=known, override_by="周启明", reason="签到表", at="2026-01-08T09:30:00Z")

    paper = proof_paper(checked("稿", released, Report(released.findings, {})))

    lines = [s.text for _, s in paper.sentences()]
    assert "放行：周启明：签到表（2026-01-08）。" in lines
    assert "人工确认：“14次”（张三，人工确认：微信）。" in lines
    assert any(line.startswith("[错误] “26场”") for line in lines)
