"""Vectors beside words: cached by what they stand for, kept apart by owner and year, rebuilt when broken."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from chugao.corpus import masked
from chugao.corpus.store import add_reports, load_passages, remove_reports
from chugao.corpus.vectors import known_keys, load_vectors
from chugao.database import Database, open_database, sqlite_url
from chugao.database.tables import vector
from chugao.errors import EngineError
from chugao.index import Index, Vectors, embedded_text, embedding_key, load_index
from chugao.index.chroma import Collections, collection_name, fill_vectors, open_collections, verify_vectors
from chugao.source import Scope

EVERYBODY = Scope(owners=("*",))
NOW = "2025-12-03T08:15:00Z"


class Pairs:
    """An encoder of ours: the pairs of characters of a text, hashed into 64 numbers."""

    name = "pairs@here"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [self.query(t) for t in texts]

    def query(self, text: str) -> list[float]:
        made = [0.0] * 64
        for pair in map("".join, pairwise(text)):
            made[int(hashlib.sha256(pair.encode()).hexdigest(), 16) % 64] += 1.0
        return made


class Silent(Pairs):
    """An endpoint that is not to be had."""

    def query(self, text: str) -> list[float]:
        raise EngineError("连不上。")


def report(department: str, year: int, *sentences: str) -> str:
    return f"{department}{year}年工作总结\n一、工作\n" + "\n".join(sentences) + "\n"


def office(db: Database, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    texts = {
        ("医务科", "医务科", 2023): ("术前讨论由催办改为把关，没有记录的退回病区。", "远程会诊1846例次，都有反馈。"),
        ("医务科", "医务科", 2024): ("术前讨论前移到排台之前，授权与排台相连。", "远程会诊1902例次，都有反馈。"),
        ("护理部", "护理部", 2024): ("夜班交接改为床旁进行，跌倒事件比上年减少。",),
    }
    for (owner, department, year), sentences in texts.items():
        file = folder / f"{department}{year}.txt"
        file.write_text(report(department, year, *sentences), encoding="utf-8")
        add_reports(db, [file], organisation="", owner=owner, actor="张三", at=NOW)


@pytest.fixture
def kept(tmp_path: Path) -> Database:
    db = open_database(sqlite_url(tmp_path / "chugao.db"))
    office(db, tmp_path / "files")
    return db


# --- the cache ------------------------------------------------------------------------------------


def test_what_is_embedded_holds_no_figure_and_equal_words_share_a_vector(database: Database, tmp_path: Path) -> None:
    office(database, tmp_path / "files")
    encoder = Pairs()

    filled = fill_vectors(database, encoder)

    assert not any(c.isdigit() for text in encoder.asked for c in text)
    # 远程会诊1846例次 and 1902例次 are one sentence once masked, under one masked title.
    assert (filled.embedded, filled.kept) == (4, 4)
    assert len(load_passages(database)) == 5


def test_an_unchanged_corpus_asks_for_no_vector(database: Database, tmp_path: Path) -> None:
    office(database, tmp_path / "files")
    fill_vectors(database, Pairs())
    again = Pairs()

    office(database, tmp_path / "files")
    filled = fill_vectors(database, again)

    assert again.asked == []
    assert filled.embedded == 0


def test_of_a_removed_report_no_vector_is_left_but_those_that_others_share(database: Database, tmp_path: Path) -> None:
    office(database, tmp_path / "files")
    fill_vectors(database, Pairs())
    before = known_keys(database, "pairs@here")

    gone = {embedding_key(p) for p in load_passages(database) if p.file == "护理部2024.txt"}
    remove_reports(database, ["护理部2024.txt"], actor="张三", at=NOW)

    assert gone
    assert known_keys(database, "pairs@here") == before - gone


def test_the_key_in_the_database_is_that_of_the_words(database: Database, tmp_path: Path) -> None:
    office(database, tmp_path / "files")

    for one in load_passages(database):
        assert one.key == embedding_key(one.model_copy(update={"key": ""}))
        assert masked(embedded_text(one)) == embedded_text(one)


# --- searching ------------------------------------------------------------------------------------


def test_words_and_meaning_count_half_each_and_words_alone_without_an_endpoint(kept: Database) -> None:
    fill_vectors(kept, Pairs())

    both = load_index(kept, encoder=Pairs())
    silent = load_index(kept, encoder=Silent())
    words = load_index(kept)

    query = "排台之前讨论"
    assert both.search(query, EVERYBODY)[0].passage.text.startswith("术前讨论前移")
    assert silent.search(query, EVERYBODY) == words.search(query, EVERYBODY)
    assert silent.notices == ["这次只按字词检索：连不上。"]
    assert words.notices == both.notices == []


def test_passages_without_a_vector_are_found_by_their_words(kept: Database) -> None:
    some = load_passages(kept)
    one = next(p for p in some if "夜班" in p.text)
    import numpy as np

    vectors = {embedding_key(one): np.asarray(Pairs().query(embedded_text(one)), np.float32)}

    hits = Index(some, nearest=Vectors(vectors), encoder=Pairs()).search("术前讨论", EVERYBODY)

    assert any("把关" in h.passage.text for h in hits)


def test_a_hit_says_where_it_stands(kept: Database) -> None:
    (hit,) = load_index(kept).search("夜班交接床旁", Scope(owners=("护理部",)), 1)

    assert hit.citation == f"护理部2024.txt（2024年）　工作　第{hit.passage.start + 1}—{hit.passage.end}字"


# --- Chroma ---------------------------------------------------------------------------------------


def test_a_collection_holds_one_owner_and_one_year_and_no_words(kept: Database, tmp_path: Path) -> None:
    folder = tmp_path / "chroma"

    filled = fill_vectors(kept, Pairs(), folder)

    assert filled.synced is not None
    assert filled.synced.added == 5
    with Collections_of(folder) as opened:
        raw = opened._client
        names = {c.name: c for c in raw.list_collections()}
        assert set(names) == {
            collection_name("pairs@here", o, y) for o, y in (("医务科", 2023), ("医务科", 2024), ("护理部", 2024))
        }
        mine = names[collection_name("pairs@here", "护理部", 2024)].get(include=["metadatas", "documents"])
        assert mine["documents"] == [None]
        assert set(mine["metadatas"][0]) == {"key"}


def Collections_of(folder: Path) -> Collections:  # noqa: N802 - reads as the class it opens
    opened = open_collections(folder, "pairs@here")
    assert opened is not None
    return opened


def test_with_chroma_the_hits_are_those_of_vectors_in_memory(kept: Database, tmp_path: Path) -> None:
    fill_vectors(kept, Pairs(), tmp_path / "chroma")
    in_memory = load_index(kept, encoder=Pairs())

    on_disk = load_index(kept, encoder=Pairs(), folder=tmp_path / "chroma")

    for query in ("术前讨论排台", "夜班交接", "远程会诊反馈"):
        for scope in (EVERYBODY, Scope(owners=("医务科",)), Scope(owners=("医务科",), year=2023), Scope()):
            one = [(h.passage.id, round(h.score, 3)) for h in in_memory.search(query, scope)]
            assert one == [(h.passage.id, round(h.score, 3)) for h in on_disk.search(query, scope)]
    assert on_disk._nearest is not None
    on_disk._nearest.close()  # type: ignore[attr-defined]


def test_an_id_that_sql_does_not_give_is_nobodys(kept: Database, tmp_path: Path) -> None:
    fill_vectors(kept, Pairs(), tmp_path / "chroma")
    # Removed while nobody told Chroma.
    remove_reports(kept, ["护理部2024.txt"], actor="张三", at=NOW)

    index = load_index(kept, encoder=Pairs(), folder=tmp_path / "chroma")
    hits = index.search("夜班交接改为床旁进行", EVERYBODY)
    index._nearest.close()  # type: ignore[union-attr]

    assert all("夜班" not in h.passage.text for h in hits)
    again = fill_vectors(kept, Pairs(), tmp_path / "chroma")
    assert again.synced is not None
    assert (again.synced.added, again.synced.removed) == (0, 1)


def test_a_folder_belongs_to_one_process_and_whoever_comes_second_searches_in_memory(
    kept: Database, tmp_path: Path
) -> None:
    fill_vectors(kept, Pairs(), tmp_path / "chroma")

    with Collections_of(tmp_path / "chroma"):
        assert open_collections(tmp_path / "chroma", "pairs@here") is None
        assert verify_vectors(kept, "pairs@here", tmp_path / "chroma") is None
        second = load_index(kept, encoder=Pairs(), folder=tmp_path / "chroma")
        assert second.search("夜班交接", EVERYBODY)

    assert open_collections(tmp_path / "chroma", "pairs@here") is not None


@pytest.mark.parametrize(
    "harm",
    [
        "rubbish in the tables",
        "killed while writing",
        pytest.param("rubbish in the vectors", marks=pytest.mark.soak),
        pytest.param("a file is gone", marks=pytest.mark.soak),
    ],
)
def test_a_broken_folder_is_seen_and_made_anew_from_sql(kept: Database, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "chroma"
    fill_vectors(kept, Pairs(), folder)
    match harm:
        case "rubbish in the vectors":
            for file in folder.rglob("*.bin"):
                file.write_bytes(b"rubbish" * 100)
        case "rubbish in the tables":
            (folder / "chroma.sqlite3").write_bytes(b"no database" * 500)
        case "a file is gone":
            for sub in [p for p in folder.iterdir() if p.is_dir()]:
                shutil.rmtree(sub)
        case _:
            (folder / "being-written").touch()

    synced = verify_vectors(kept, "pairs@here", folder)

    assert synced is not None
    assert harm in ("a file is gone", "rubbish in the vectors") or synced.rebuilt
    index = load_index(kept, encoder=Pairs(), folder=folder)
    assert index.search("术前讨论排台", EVERYBODY, 1)[0].passage.text.startswith("术前讨论前移")
    index._nearest.close()  # type: ignore[union-attr]
    again = fill_vectors(kept, Pairs(), folder).synced
    assert again == (0, 0, False)


FILLER = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from chugao.database import open_database
from chugao.index.chroma import fill_vectors
from tests.test_index_vectors import Pairs
with open_database(sys.argv[1]) as db:
    fill_vectors(db, Pairs(), Path(sys.argv[2]), batch=1, progress=lambda done, total: print(done, flush=True))
"""


def filler(db_url: str, folder: Path) -> subprocess.Popen[str]:
    here = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", FILLER, db_url, str(folder), here], stdout=subprocess.PIPE, text=True
    )


def killed_and_doubled(tmp_path: Path, kills: int) -> None:
    """Fill with processes that are killed at any moment, then with two at once; nothing told is lost, all is whole."""
    url = sqlite_url(tmp_path / "many.db")
    folder = tmp_path / "chroma"
    with open_database(url) as db:
        file = tmp_path / "总结.txt"
        sentences = [
            f"第{n}项工作抓在平时，{'改' * (n % 7 + 1)}得明显。" + "一二三四五六七八"[n % 8] * 3 + chr(0x4E00 + n) * 5
            for n in range(40)
        ]
        file.write_text(report("医务科", 2023, *sentences), encoding="utf-8")
        add_reports(db, [file], organisation="", actor="张三", at=NOW)
        told = 0
        for turn in range(kills):
            process = filler(url, folder)
            assert process.stdout is not None
            # Some die while they embed, some while they write Chroma.
            for _ in range(1 + turn % 3):
                told += bool(process.stdout.readline())
            time.sleep(0.05 * (turn % 5))
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            assert len(known_keys(db, "pairs@here")) >= min(told, 40)
        pair = [filler(url, folder) for _ in range(2)]
        for process in pair:
            process.communicate(timeout=120)
        assert [p.returncode for p in pair] == [0, 0]
        assert verify_vectors(db, "pairs@here", folder) is not None
        assert fill_vectors(db, Pairs(), folder).synced == (0, 0, False)
        wanted = {embedding_key(p) for p in load_passages(db)}
        assert set(load_vectors(db, "pairs@here")) == wanted
        with db.read() as connection:
            assert len(connection.execute(select(vector.c.key)).all()) == len(wanted)


def test_killed_and_run_by_two_at_once_nothing_is_lost_or_broken(tmp_path: Path) -> None:
    killed_and_doubled(tmp_path, 1)


@pytest.mark.soak
def test_killed_twenty_times_and_run_by_two_at_once_twenty_times(tmp_path: Path) -> None:
    for turn in range(20):
        (tmp_path / str(turn)).mkdir()
        killed_and_doubled(tmp_path / str(turn), 20 if turn == 0 else 1)
