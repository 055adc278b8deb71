"""`chugao material collect|board|urge|sign|problems|pick|ledger`: a year's material comes in, and who is late is known."""

from pathlib import Path

import pytest

from tests.cli import chugao, figures, refused, write

SENT = (
    "心内科2025年工作总结\n一、主要工作\n6月开设心血管专病门诊，全年接诊2137人次。\n6月开展全市首例左心耳封堵术，全年完成46例。\n"
    "二、存在的不足\n一是介入设备老旧，患者排队久。\n填报人：李梅\n"
)
PERIOD = ("draft", "--kind", "summary", "--department", "心内科", "--year", "2025", "--json")


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert chugao("init", ".").code == 0
    write("心内科.txt", SENT)


def board() -> dict:
    return chugao("material", "board", "--json").json


def test_the_board_knows_who_sent_who_is_late_and_who_lacks_a_signature():
    asked = chugao(
        "material", "collect", "--departments", "心内科,护理部", "--year", "2025", "--deadline", "12月20日", "--json"
    )
    chugao("material", "add", "心内科.txt")
    chugao("material", "urge", "护理部", "--by", "王芳")
    again = chugao("material", "urge", "--by", "王芳", "--json").json

    told = board()

    assert sorted(asked.json["files"]) == ["心内科", "护理部", "通知"]
    assert all(Path(f).is_file() for f in asked.json["files"].values())
    assert (told["deadline"], told["sent"], told["missing"]) == ("12月20日", 1, ["护理部"])
    first, second = told["departments"]
    assert (first["files"][0]["submitter"], first["lacks_signature"], first["asks"]) == ("李梅", True, 1)
    assert (second["state"], second["urged"]) == ("未报", 2)
    assert "12月20日" in next(r["text"] for r in again["reminders"] if r["department"] == "护理部")


def test_next_years_tasks_in_what_was_sent_do_not_open_another_year():
    write("事项.csv", "事项,状态,时间\n建设中心药房,拟开展,2026年9月底前\n")
    chugao("material", "collect", "--departments", "心内科,护理部", "--year", "2025")
    chugao("material", "add", "事项.csv", "--department", "心内科", "--year", "2025")

    told = board()

    assert (told["year"], told["missing"]) == (2025, ["护理部"])


def test_a_signature_and_a_confirmation_make_a_department_complete():
    chugao("material", "add", "心内科.txt")
    chugao("material", "confirm", "--all", "--by", "王芳")

    signed = chugao("material", "sign", "心内科", "--by", "陈砚舟", "--json").json

    (line,) = board()["departments"]
    assert signed["files"] == 1
    assert (line["state"], line["signed_by"]) == ("已齐", "陈砚舟")


def test_what_a_leader_said_is_numbered_and_heeded_by_every_draft():
    chugao("material", "add", "心内科.txt")
    chugao("material", "confirm", "--all", "--by", "王芳")
    words = ("陈院长12月29日电话：不足不写；第八部分压缩", "心血管专病门诊要写")
    kept = chugao("material", "add", "--instruction", *words, "--year", "2025", "--json").json

    first = chugao(*PERIOD, "-o", "一").json
    second = chugao(*PERIOD, "-o", "二").json
    ledger = chugao("material", "ledger", second["files"]["json"], "--json")

    assert [(i["number"], i["kind"], i.get("submitter", "")) for i in kept["files"][0]["items"]] == [
        (1, "instruction", "陈院长"),
        (2, "instruction", ""),
    ]
    assert [f["hint"] for f in first["findings"] if f["rule"] == "instruction"] == [
        f["hint"] for f in second["findings"] if f["rule"] == "instruction"
    ]
    one, two = ledger.json["instructions"]
    assert (one["who"], one["when"], one["state"]) == ("陈院长", "12月29日", "部分落实")
    assert "没有“第八部分”" in one["how"]
    assert two["state"] == "已落实"
    assert ledger.code == 1


def test_only_a_picked_shortcoming_is_printed():
    chugao("material", "add", "心内科.txt")
    chugao("material", "confirm", "--all", "--by", "王芳")
    (problem,) = chugao("material", "problems", "--json").json["problems"]
    before = Path(chugao(*PERIOD, "-o", "前").json["files"]["md"]).read_text("utf-8")

    chugao("material", "pick", problem["id"], "--by", "韩书记", "--measure", "换一台导管机")
    after = Path(chugao(*PERIOD, "-o", "后").json["files"]["md"]).read_text("utf-8")

    assert (problem["kind"], problem["status"]) == ("科室自述", "候选")
    assert "介入设备老旧" not in before
    assert "介入设备老旧" in after


def test_a_missed_target_is_a_candidate_and_needs_a_cause():
    chugao("metrics", "import", figures("数.csv", "急诊会诊到位时间中位数,2025,18,分钟,16,15"))
    listed = chugao("material", "problems", "--json").json["problems"]
    (problem,) = [p for p in listed if p["metric"]]

    refusal = refused("material", "pick", problem["id"], "--by", "韩书记")
    picked = chugao("material", "pick", problem["id"], "--by", "韩书记", "--cause", "夜里各科一人兼两处", "--json").json

    assert "18分钟" in problem["basis"]
    assert not any(c.isdigit() for c in problem["text"])
    assert "--cause" in refusal
    assert picked["items"][0]["picked_by"] == "韩书记"


def test_an_item_is_corrected_and_its_old_words_are_kept():
    chugao("material", "add", "心内科.txt")
    first = chugao("material", "list", "--json").json["items"][0]

    words = ("--text", "开设心血管专病门诊", "--result", "全年接诊2173人次", "--release", "上报")
    (mended,) = chugao("material", "correct", first["id"], *words, "--by", "王芳", "--json").json["items"]

    assert (mended["id"], mended["status"], mended["release"]) == (first["id"], "confirmed", "上报")
    assert mended["matter"]["result"] == "全年接诊2173人次"
    assert "2137人次" in mended["note"]


def test_evidence_answers_what_was_asked_and_a_rejected_item_stays_for_the_record():
    chugao("material", "add", "心内科.txt")
    items = {i["text"][:4]: i for i in chugao("material", "list", "--json").json["items"]}
    claim = items["6月开展"]

    (given,) = chugao("material", "correct", claim["id"], "--evidence", "鉴定证书", "--by", "王芳", "--json").json[
        "items"
    ]
    (gone,) = chugao("material", "reject", items["6月开设"]["id"], "--by", "王芳", "--reason", "重复", "--json").json[
        "items"
    ]

    assert claim["asks"] == "“首例”要有佐证"
    assert "asks" not in given
    assert (gone["status"], gone["note"]) == ("rejected", "王芳不采用：重复")


def test_what_is_not_to_be_written_is_not_asked_for_again():
    chugao("material", "add", "心内科.txt")
    first = chugao("material", "list", "--json").json["items"][0]
    chugao("material", "correct", first["id"], "--release", "不写", "--by", "王芳")
    chugao("material", "confirm", "--all", "--by", "王芳")

    made = chugao(*PERIOD).json

    assert "2137" not in Path(made["files"]["md"]).read_text("utf-8")
    assert not any("2137" in r["name"] for r in made["requests"])


def test_papers_and_coverage_are_commands_with_files(tmp_path: Path):
    write("提纲.txt", "总结提纲\n一、医疗工作\n二、存在的不足\n")
    chugao("material", "add", "心内科.txt")
    chugao("material", "confirm", "--all", "--by", "王芳")
    written = chugao("outline", "write", "提纲.txt", "--year", "2025", "-o", "改.toml", "--json").json
    made = chugao(*PERIOD, "--outline", "改.toml").json

    brief = chugao("paper", "brief", made["files"]["json"], "--length", "300", "--json").json
    coverage = chugao("outline", "coverage", made["files"]["json"], "--json")

    assert [h["heading"] for h in written["headings"]] == ["医疗工作", "存在的不足"]
    assert brief["characters"] <= 300
    assert brief["numbers"]["untraced"] == 0
    assert all(Path(f).is_file() for f in brief["files"].values())
    assert (coverage.code, coverage.json["answered"], coverage.json["asked"]) == (1, 1, 2)
    assert "节选" in refused("paper", "slides", brief["files"]["json"])
