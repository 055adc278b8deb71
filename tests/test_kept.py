"""What is worked out once on a machine: files as their parser reads them, and words looked up."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chugao import lexicon
from chugao.kept import keep, kept, parsed


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "chugao"


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


# --- kept -----------------------------------------------------------------------------------------


def test_what_is_kept_comes_back_under_its_stamp_alone(own_cache: Path):
    keep("words", "one", b"\x00first")

    assert kept("words", "one") == b"\x00first"
    assert kept("words", "two") is None


def test_what_is_new_takes_the_place_of_what_was(own_cache: Path):
    keep("words", "one", b"first")
    keep("words", "two", b"second")

    assert kept("words", "one") is None
    assert only_file(own_cache).name == "words-two.kept"


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b.replace(b"first", b"fir5t"), lambda b: b""]
)
def test_a_damaged_file_is_as_good_as_none(own_cache: Path, spoil):
    keep("words", "one", b"first")
    file = only_file(own_cache)
    file.write_bytes(spoil(file.read_bytes()))

    assert kept("words", "one") is None


def test_a_file_that_others_may_write_is_not_read(own_cache: Path):
    keep("words", "one", b"first")
    only_file(own_cache).chmod(0o666)

    assert kept("words", "one") is None


def test_a_machine_that_lets_nobody_write_goes_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "chugao").write_text("a file where the folder would be")

    keep("words", "one", b"first")

    assert kept("words", "one") is None


def test_a_file_with_a_date_is_parsed_every_time(own_cache: Path):
    said = "day = 2026-01-08"

    assert parsed("dates", said) == parsed("dates", said) == tomllib.loads(said)
    assert not own_cache.exists()


def test_the_catalogue_out_of_the_cache_is_the_catalogue(own_cache: Path):
    from chugao.shipped import shipped

    text = (shipped("templates") / "catalogue" / "metrics.toml").read_text(encoding="utf-8-sig")

    first, second = (parsed("catalogue", text) for _ in range(2))

    assert first == second == tomllib.loads(text)
    assert only_file(own_cache).name.startswith("catalogue-")


# --- words ----------------------------------------------------------------------------------------

_TEXTS = [
    "着力破解基层首诊难题，建立职务与级别相结合的制度。",
    "医务科2025年完成四级手术1268台次，较上年增长12.6%；DRG入组率98.6%。",
    "新发现的一处隐患由后勤保障部会同保卫科当日整改到位，B超室同步更换AT&T线路。",
    "一 二\n三、四　五",
    "",
    "𠮷野家的熊猫、长春市长春药店",
]


@pytest.mark.parametrize("text", _TEXTS)
def test_words_looked_up_are_those_of_the_whole_dictionary(text: str):
    import rjieba

    made = lexicon._LookedUp(rjieba.Jieba.empty())
    for other in _TEXTS:  # what was read before changes nothing
        assert made.has_words_of(other)
    assert made.has_words_of(text)

    assert made.jieba.cut(text) == rjieba.cut(text)
    assert made.jieba.tag(text) == rjieba.tag(text)


def test_words_of_the_shipped_reports_are_those_of_the_whole_dictionary():
    import rjieba

    from chugao.shipped import shipped

    report = next(f for f in sorted(shipped("corpus").rglob("*.txt")) if f.stat().st_size > 6000)
    lines = report.read_text(encoding="utf-8").splitlines()[:60]
    made = lexicon._LookedUp(rjieba.Jieba.empty())

    for line in lines:
        if not made.has_words_of(line):
            made = lexicon._LookedUp(rjieba.Jieba.empty())
            made.has_words_of(line)
        assert made.jieba.tag(line) == rjieba.tag(line)


@given(
    st.text(
        st.sampled_from("医院的管理年度发展中国人民健康一二第科室着力破解难题，。、AB3.5％ 𠮷\n龘之乎者也长春市药店"),
        max_size=40,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_a_text_it_is_cut_as_by_the_whole_dictionary(text: str):
    import rjieba

    made = lexicon._LookedUp(rjieba.Jieba.empty())
    made.has_words_of(text)

    assert made.jieba.tag(text) == rjieba.tag(text)


def test_a_few_pages_are_read_without_the_dictionary_and_many_with_it():
    code = (
        "import sys; from chugao import lexicon\n"
        "few = lexicon.words_of('着力破解难题'); loaded = 'rjieba' in sys.modules\n"
        "many = lexicon.words_of('着力破解难题。' * 2000)\n"
        "print([few == ['着力', '破解', '难题'], loaded, 'rjieba' in sys.modules, many[:4] == [*few, '。']])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[True, False, True, True]"
