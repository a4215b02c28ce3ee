"""A worker process of these tests: `python -m tests.queue.worker URL FOLDER --slots=… --grace=…`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from workers.pool import Pool


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--job_seconds", type=float, default=180)
    parser.add_argument("--grace", type=float, default=25)
    parser.add_argument("--overtime", type=float, default=30)
    parser.add_argument("--name", default=None)
    told = vars(parser.parse_args())
    folder: Path = told.pop("folder")
    os.environ["QUEUE_TESTS"] = str(folder)

    def queues() -> list[str]:
        return (folder / "queues").read_text().split()

    pool = Pool(told.pop("url"), queues, on_stop=lambda: (folder / "stopped").touch(), **told)
    pool.every(0.2, (folder / "ticked").touch)
    (folder / f"up-{os.getpid()}").touch()
    pool.run()
    sys.exit(0)


if __name__ == "__main__":
    main()
