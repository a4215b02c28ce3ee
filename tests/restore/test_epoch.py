"""The epoch: which of two ledgers is the later one."""

from __future__ import annotations

from pathlib import Path

from ledger import epoch, epochfile
from ledger.epoch import Epoch
from tests.ledger.conftest import house
from tests.ledger.fixtures import NOW, House, database_url, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "house", "postgres_server", "postgres_template", "sqlite_template"]


def test_a_witness_of_a_later_moment_or_of_an_unknown_life_shows_a_restore() -> None:
    here = Epoch("b", 7, frozenset({"a"}))
    assert [here.is_behind(told) for told in ("b:7", "b:6", "a:99", "b:8", "c:1")] == [False] * 3 + [True] * 2
    assert not any(here.is_behind(nothing) for nothing in ("", ":9", "\0\0\0", "\ufffd\ufffd"))


def test_redis_without_an_epoch_of_another_life_or_left_far_behind_is_not_believed() -> None:
    here = Epoch("b", 700)
    assert [here.is_beyond(told, 100) for told in ("b:700", "b:600", "", "a:700", "b:599", "b")] == [
        False, False, True, True, True, True,
    ]  # fmt: skip


def test_the_epoch_rises_and_a_new_life_knows_the_ones_before(house: House) -> None:
    with house.ledger.write() as tx:
        first = epoch.load(tx)
        epoch.advance(tx)
        second = epoch.load(tx)
        assert (second.life, second.tide) == (first.life, first.tide + 1)
        assert first.is_behind(str(second)) and not second.is_behind(str(first))
        third = epoch.begin(tx, ["elsewhere:4"], NOW)
        assert third.past == {first.life, "elsewhere"} and third.restored_at == NOW
        assert not third.is_behind(str(second)) and second.is_behind(str(third))
        assert epoch.load(tx) == third


def test_a_ledger_from_before_tides_were_counted_begins_to_count(house: House) -> None:
    with house.ledger.write() as tx:
        before = epoch.load(tx)
        tx.exec_driver_sql("DELETE FROM settings WHERE key = 'epoch_tide'")
        assert epoch.load(tx).tide == 0
        epoch.advance(tx)
        assert epoch.load(tx) == Epoch(before.life, 1)


def test_the_file_remembers_the_latest_and_is_never_put_back(tmp_path: Path) -> None:
    file = tmp_path / "var" / "epoch"
    assert epochfile.read(file) == ""
    for noted, kept in ((Epoch("a", 2), "a:2"), (Epoch("a", 5), "a:5"), (Epoch("a", 3), "a:5"), (Epoch("b"), "a:5")):
        epochfile.note(file, noted)
        assert epochfile.read(file) == kept
    epochfile.note(file, Epoch("b", 1, frozenset({"a"})))
    assert epochfile.read(file) == "b:1"
    file.write_bytes(b"\0" * 35)  # what a loss of power may leave
    epochfile.note(file, Epoch("b", 2))
    assert epochfile.read(file) == "b:2"
