"""What is worked out once on a machine: files as their parser reads them."""

import tomllib
from pathlib import Path

import pytest

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

    assert parsed("dates", said, tomllib.loads) == parsed("dates", said, tomllib.loads) == tomllib.loads(said)
    assert not own_cache.exists()


def test_the_catalogue_out_of_the_cache_is_the_catalogue(own_cache: Path):
    from chugao.config import shipped

    text = (shipped("templates") / "catalogue" / "metrics.toml").read_text(encoding="utf-8-sig")

    first, second = (parsed("catalogue", text, tomllib.loads) for _ in range(2))

    assert first == second == tomllib.loads(text)
    assert only_file(own_cache).name.startswith("catalogue-")
