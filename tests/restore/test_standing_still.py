"""After an older copy was put back everybody stands still and says so, until the restore was accepted."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ledger import backup, epochfile, settings
from ledger.migrate import migrate
from schemas.errors import BillhookError
from tests.restore.conftest import Lived
from workers.bell import EPOCH
from workers.clock import Clock
from workers.pool import Pool
from workers.standby import Evicting, Standby, refuse_eviction
from workers.witnesses import Restored


def put_back_an_older_copy(lived: Lived) -> None:
    copy = lived.copy()
    lived.tick()
    lived.put_back(copy)


def several_ticks(clock: Clock) -> None:
    for _ in range(15):
        clock.tick()


def test_a_clock_notes_the_epoch_in_redis_and_in_var(lived: Lived) -> None:
    lived.tick()
    lived.tick()
    noted = epochfile.read(lived.folder / "epoch")
    assert noted.endswith(":3")
    assert (lived.redis.get(EPOCH) or b"").decode() == noted


def test_the_same_ledger_goes_on_after_redis_and_var_were_lost(lived: Lived) -> None:
    (lived.folder / "epoch").unlink()
    lived.redis.flushall()
    lived.console.deliver()
    lived.tick()
    assert (lived.alarms(), lived.waiting_jobs()) == ([], 1)


@pytest.mark.parametrize("witness", ["file", "redis"])
def test_either_witness_alone_keeps_the_clock_still(lived: Lived, witness: str) -> None:
    put_back_an_older_copy(lived)
    if witness == "redis":
        (lived.folder / "epoch").unlink()
    else:
        lived.redis.delete(EPOCH)
    lived.console.deliver()
    lived.tick()
    assert (lived.alarms(), lived.waiting_jobs()) == (["ledger_restored"], 0)


def test_a_running_process_notices_by_itself(lived: Lived) -> None:
    witnesses = lived.console.house.witnesses()
    witnesses.agree()
    lived.tick()
    witnesses.agree()
    copy = lived.copy("early.db")
    lived.tick()
    witnesses.agree()
    lived.redis.flushall()
    (lived.folder / "epoch").unlink()
    lived.put_back(copy)
    with pytest.raises(Restored, match="This process remembers a later ledger"):
        witnesses.agree()


def test_a_second_host_that_knows_nothing_or_less_only_learns(lived: Lived, tmp_path: Path) -> None:
    here, there = (replace(lived.console.house, var=tmp_path / name).witnesses() for name in ("here", "there"))
    there.agree()
    for _ in range(3):
        lived.tick()
        here.agree()
    late = epochfile.read(tmp_path / "there" / "epoch")
    assert late.endswith(":1") and epochfile.read(tmp_path / "here" / "epoch").endswith(":4")
    there.agree()
    replace(lived.console.house, var=tmp_path / "new").witnesses().agree()
    assert {(tmp_path / name / "epoch").read_text() for name in ("here", "there", "new")} == {f"{late[:-1]}4\n"}


def test_clocks_that_tick_at_once_never_take_each_other_for_a_restore(lived: Lived) -> None:
    clocks = [Clock(replace(lived.console.house).services(), name) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(len(clocks)) as hands:
        for done in [hands.submit(several_ticks, clock) for clock in clocks]:
            done.result(60)
    assert lived.alarms() == []
    assert epochfile.read(lived.folder / "epoch").endswith(":46"), "each tick was counted"


def test_a_new_database_in_place_of_the_old_one_waits_for_a_person_too(lived: Lived, tmp_path: Path) -> None:
    """Perhaps on purpose, perhaps the disk was lost: nobody can tell from inside."""
    migrate(f"sqlite:///{tmp_path}/new.db")
    lived.put_back(tmp_path / "new.db")
    lived.tick()
    assert lived.alarms() == ["ledger_restored"]
    said = lived.console.says("ledger", "accept-restore", "--yes")
    assert "or another one" in said and "It knows of no event." in said
    lived.tick()
    assert lived.alarms() == []


def test_a_worker_told_to_end_ends_whatever_else_it_was_told(valkey_url: str) -> None:
    """SIGTERM while it stops for a restore: it neither dies at once nor begins to stand by."""
    pool = Pool(valkey_url, lambda: ["shop"], slots=1, on_stop=lambda: os.kill(os.getpid(), signal.SIGTERM))
    pool.every(0.05, pool.stop)
    pool.run()
    assert pool.told_to_end


def test_a_worker_waits_and_one_at_work_stops(lived: Lived) -> None:
    house = lived.console.house
    standby = Standby(house.witnesses(), house.bell(), house.timing)
    assert standby.permitted()
    standby.watch(lambda: pytest.fail("nothing is wrong yet"))
    put_back_an_older_copy(lived)
    stopped: list[bool] = []
    standby.watch(lambda: stopped.append(True))
    assert (stopped, standby.must_rest) == ([True], True)
    assert "later ledger" in standby._hindrance()


def test_doctor_readiness_and_console_say_so(lived: Lived) -> None:
    put_back_an_older_copy(lived)
    lived.tick()
    doctor = lived.console.run("doctor")
    assert doctor.exit_code == 1
    assert "FAIL  restore: " in doctor.output and "flask ledger accept-restore" in doctor.output
    ready = lived.console.app.test_client().get("/readyz").json
    assert ready is not None and ready["status"] == "degraded"
    assert any("Workers and clocks stand still." in line for line in ready["missing"])
    with lived.console.ledger.read() as tx:
        beat = settings.last_beat(tx)
    assert beat is not None, "a clock that stands still is alive"


def test_putting_the_right_database_back_ends_it(lived: Lived) -> None:
    older = lived.copy("older.db")
    lived.tick()
    newest = lived.copy("newest.db")
    lived.put_back(older)
    lived.tick()
    assert lived.alarms() == ["ledger_restored"]
    lived.put_back(newest)
    lived.redis.flushall()
    lived.console.deliver()
    lived.tick()
    assert (lived.alarms(), lived.waiting_jobs()) == ([], 1)


def test_a_copy_made_by_command_knows_that_it_is_one(lived: Lived, tmp_path: Path) -> None:
    """Without any witness: another machine, another Redis."""
    file = tmp_path / "backup.db"
    assert "whole" in lived.console.says("ledger", "backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    (lived.folder / "epoch").unlink()
    lived.redis.flushall()
    lived.put_back(file)
    lived.tick()
    assert lived.alarms() == ["ledger_restored"]
    lived.console.says("ledger", "accept-restore", "--yes")
    lived.tick()
    assert lived.alarms() == []


def test_a_copy_is_never_written_over_another_file(lived: Lived, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    assert "cannot be made" in lived.console.refuses("ledger", "backup", str(tmp_path / "there"))
    assert (tmp_path / "there").read_text() == "mine"
    with pytest.raises(BillhookError, match="PostgreSQL"):
        backup.copy("postgresql://x@y/z", tmp_path / "new")


def test_a_redis_that_evicts_is_refused_at_the_start(lived: Lived) -> None:
    house = lived.console.house
    lived.redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        with pytest.raises(Evicting, match="allkeys-lru"):
            house.work()
        assert "noeviction" in lived.console.refuses("worker")
    finally:
        lived.redis.config_set("maxmemory-policy", "noeviction")
    refuse_eviction(house.bell())
    refuse_eviction(replace(house, redis_url="unix:///nobody").bell())
