"""Settings come from one mapping; everything wrong with them is said at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import HOME, read_settings, secret_key_in, settings_from_environment
from schemas.errors import Misconfigured

LONG = "k" * 40


def test_nothing_set_is_a_house_under_var() -> None:
    settings = read_settings({})
    assert settings.database_url == f"sqlite:///{HOME}/var/billhook.db"
    assert settings.redis_url == f"unix://{HOME}/var/valkey.sock"
    assert (settings.body_limit, settings.timing, settings.secret_keys) == (2 * 1024 * 1024, "real", ())


def test_a_database_may_be_named_by_its_socket() -> None:
    url = "postgresql://billhook@/billhook?host=/run/postgresql"
    assert read_settings({"DATABASE_URL": url}).database_url == url


def test_every_setting_is_read() -> None:
    settings = read_settings(
        {
            "BILLHOOK_VAR": "/srv/billhook",
            "DATABASE_URL": "postgresql://user:pass@db/billhook",
            "REDIS_URL": "rediss://:pass@redis:6380/1",
            "SECRET_KEY": LONG,
            "OLD_SECRET_KEYS": f"{'o' * 32}, {'p' * 32}",
            "PUBLIC_URL": "https://bills.example/",
            "SENTRY_DSN": "https://key@sentry.example/1",
            "BILLHOOK_TIMING": "FAST",
            "BODY_LIMIT": "4096",
            "BODY_SECONDS": "5",
            "SLOTS": "64",
            "ALLOW_PRIVATE_ADDRESSES": "yes",
            "VENDOR_LIMITS": "off",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "console",
            "TRUSTED_PROXIES": "1",
            "HOST": "0.0.0.0",
            "PORT": "80",
            "WEB_WORKERS": "4",
            "WEB_CLASS": "gevent",
            "WEB_THREADS": "10",
        }
    )
    assert settings.public_url == "https://bills.example"
    assert settings.secret_keys == (LONG, "o" * 32, "p" * 32)
    assert (settings.timing, settings.log_level, settings.web_class) == ("fast", "DEBUG", "gevent")
    assert settings.allow_private_addresses
    assert settings.vendor_limits == "off"
    assert (settings.slots, settings.trusted_proxies, settings.port) == (64, 1, 80)


WRONG = {
    "DATABASE_URL": "mysql://root:hunter2@db/x",
    "REDIS_URL": "localhost:6379",
    "SECRET_KEY": "short-hunter2",
    "PUBLIC_URL": "bills.example",
    "SENTRY_DSN": "yes",
    "BILLHOOK_TIMING": "slow",
    "BODY_LIMIT": "2MiB",
    "BODY_SECONDS": "-1",
    "SLOTS": "0",
    "ALLOW_PRIVATE_ADDRESSES": "perhaps",
    "VENDOR_LIMITS": "some",
    "LOG_LEVEL": "LOUD",
    "LOG_FORMAT": "xml",
    "TRUSTED_PROXIES": "99",
    "PORT": "65536",
    "WEB_WORKERS": "²",
    "WEB_CLASS": "sync",
    "WEB_THREADS": "1e3",
}


def test_every_problem_is_listed_with_its_remedy_and_without_its_value() -> None:
    with pytest.raises(Misconfigured) as raised:
        read_settings(WRONG)
    assert {problem.setting for problem in raised.value.problems} == set(WRONG)
    assert all(problem.sentence and problem.remedy for problem in raised.value.problems)
    assert "hunter2" not in str(raised.value)


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@db/x\n")
    settings = read_settings({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql://u:p@db/x"


def test_a_missing_file_and_a_setting_given_twice_are_problems(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as raised:
        read_settings({"SENTRY_DSN_FILE": str(tmp_path / "none"), "PORT": "1", "PORT_FILE": "x"})
    assert [problem.setting for problem in raised.value.problems] == ["SENTRY_DSN_FILE", "PORT"]


@pytest.mark.parametrize("url", ["redis://[::1", "redis://h:99999", "redis://h:port/0", "redis://", "unix://"])
def test_addresses_that_cannot_be_are_problems(url: str) -> None:
    with pytest.raises(Misconfigured):
        read_settings({"REDIS_URL": url})


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret.key"
    key = secret_key_in(path)
    assert len(key) >= 32
    assert secret_key_in(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_together_get_one_key(tmp_path: Path) -> None:
    line = "import config, pathlib, sys; print(config.secret_key_in(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", line, str(tmp_path / "k")]
    runs = [subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({run.communicate()[0] for run in runs}) == 1


def test_a_key_that_is_too_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("short")
    with pytest.raises(Misconfigured):
        secret_key_in(tmp_path / "k")


def test_a_key_file_that_is_not_there_yet_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "my.key"))
    assert settings_from_environment().secret_keys == ((tmp_path / "my.key").read_text().strip(),)


@pytest.mark.parametrize("command", [["flask", "--app", "app:create_app", "routes"], ["gunicorn"]])
def test_wrong_settings_end_the_start_with_one_message(command: list[str], tmp_path: Path) -> None:
    environ = {**os.environ, "BILLHOOK_VAR": str(tmp_path), "PORT": "x", "SLOTS": "y"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=HOME, env=environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "PORT: It is no usable number." in done.stderr
    assert "SLOTS: " in done.stderr


def test_settings_never_print_secrets() -> None:
    settings = read_settings({"SECRET_KEY": LONG, "DATABASE_URL": "postgresql://u:hunter2@db/x"})
    assert LONG not in repr(settings)
    assert "hunter2" not in repr(settings)
