"""gunicorn's settings. Start it with `gunicorn` in this folder (the Procfile's `web`).

A slow client must block nobody. The default, threads, gives each connection one of WEB_THREADS threads (idle ones
cost little) and bounds head and body together to 20 s, the body alone to BODY_SECONDS, however slowly they trickle
(webhooks/server.py, webhooks/deadline.py): 500 slow connections leave room for acks (tests/door/test_sockets.py).
`WEB_CLASS=gevent` gives each a greenlet, and the better rate and p99, where gevent is installed; there gunicorn bounds
the head to `keepalive` seconds and we the body. A worker that hangs is ended after `timeout`.
"""

import shutil
import sys
from importlib.util import find_spec
from typing import Any

import memory
from config import settings_from_environment
from schemas.errors import Misconfigured

try:
    _settings = settings_from_environment()
except Misconfigured as wrong:
    sys.exit(f"Billhook cannot start:\n{wrong}")

if _settings.web_class == "gevent" and find_spec("gevent") is None:
    sys.exit("Billhook cannot start:\nWEB_CLASS: gevent is not installed. Install gevent, or set WEB_CLASS=gthread.")

wsgi_app = "app:create_app()"
bind = f"{_settings.host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "webhooks.server.BoundedThreads" if _settings.web_class == "gthread" else "gevent"
threads = _settings.web_threads
worker_connections = 1000
backlog = 2048
timeout = 60
graceful_timeout = 25
keepalive = 5
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = _settings.log_level.lower()
forwarded_allow_ips = "127.0.0.1,::1"

_metrics = _settings.var / "metrics"
raw_env = [f"PROMETHEUS_MULTIPROC_DIR={_metrics}"]


def on_starting(_server: Any) -> None:
    """Counters of an earlier run are not ours."""
    shutil.rmtree(_metrics, ignore_errors=True)
    _metrics.mkdir(parents=True, exist_ok=True)


def post_worker_init(_worker: Any) -> None:
    """The application is loaded."""
    memory.keep()


def child_exit(_server: Any, worker: Any) -> None:
    """A worker that ended takes its live gauges along; its counters stay in the sum."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid, str(_metrics))  # type: ignore[no-untyped-call]
