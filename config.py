"""Settings: this file alone reads the environment. Every setting may also be given as NAME_FILE (a file holding it)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from schemas.errors import ConfigProblem, Misconfigured
from schemas.servers import is_url

HOME = Path(__file__).resolve().parent
_SHORTEST_KEY = 32
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Secrets are never in its repr; `secret_keys` has the newest first."""

    var: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    public_url: str = ""
    sentry_dsn: str = field(default="", repr=False)
    timing: str = "real"
    body_limit: int = 2 * 1024 * 1024
    body_seconds: float = 15.0
    slots: int = 32
    allow_private_addresses: bool = False
    vendor_limits: str = "kept"
    log_level: str = "INFO"
    log_format: str = "json"
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_class: str = "gthread"
    web_threads: int = 400
    metrics_dir: str = ""
    key_file: Path = HOME / "var" / "secret.key"


def settings_from_environment() -> Settings:
    """The settings of this process, with the secret key made at the first start; raises Misconfigured."""
    settings = read_settings(os.environ)
    return settings if settings.secret_keys else replace(settings, secret_keys=(secret_key_in(settings.key_file),))


def value_of(name: str) -> str | None:
    """What `env:NAME` in a connection file stands for: NAME, or the content of the file that NAME_FILE names."""
    return _Reader(os.environ).text(name) or None


def secret_key_in(path: Path) -> str:
    """The key in this file, made once with mode 0600; processes that start together agree on one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_once(path)
        key = path.read_text().strip()
    except OSError as error:
        raise Misconfigured([_unusable(path, error.strerror or "it cannot be used")]) from None
    if len(key) < _SHORTEST_KEY:
        raise Misconfigured([_unusable(path, "it is too short to be a key")])
    return key


def _make_once(path: Path) -> None:
    """Written aside and linked into place, so nobody ever reads half a key and the second maker keeps the first's."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    finally:
        aside.unlink()


def _unusable(path: Path, why: str) -> ConfigProblem:
    return ConfigProblem("SECRET_KEY", f"{path}: {why}.", "Set SECRET_KEY, or make that file readable and writable.")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ` alone (and the files it names); raises Misconfigured with every problem at once."""
    reader = _Reader(environ)
    var = Path(reader.text("BILLHOOK_VAR") or HOME / "var").absolute()
    settings = Settings(
        var=var,
        database_url=reader.url("DATABASE_URL", _DATABASES, f"sqlite:///{var / 'billhook.db'}"),
        redis_url=reader.url("REDIS_URL", _REDISES, f"unix://{var / 'valkey.sock'}"),
        secret_keys=reader.keys(),
        public_url=reader.url("PUBLIC_URL", ("http", "https")).rstrip("/"),
        sentry_dsn=reader.url("SENTRY_DSN", ("http", "https")),
        timing=reader.choice("BILLHOOK_TIMING", ("real", "fast")),
        body_limit=reader.number("BODY_LIMIT", 2 * 1024 * 1024, 1024, 64 * 1024 * 1024),
        body_seconds=float(reader.number("BODY_SECONDS", 15, 1, 120)),
        slots=reader.number("SLOTS", 32, 1, 256),
        allow_private_addresses=reader.yes("ALLOW_PRIVATE_ADDRESSES"),
        vendor_limits=reader.choice("VENDOR_LIMITS", ("kept", "off")),
        log_level=reader.choice("LOG_LEVEL", ("INFO", *_LEVELS)),
        log_format=reader.choice("LOG_FORMAT", ("json", "console")),
        trusted_proxies=reader.number("TRUSTED_PROXIES", 0, 0, 10),
        host=reader.text("HOST") or "127.0.0.1",
        port=reader.number("PORT", 8000, 1, 65535),
        web_workers=reader.number("WEB_WORKERS", 2, 1, 64),
        web_class=reader.choice("WEB_CLASS", ("gthread", "gevent")),
        web_threads=reader.number("WEB_THREADS", 400, 1, 2000),
        metrics_dir=reader.text("PROMETHEUS_MULTIPROC_DIR"),
        key_file=Path(environ.get("SECRET_KEY_FILE", "").strip() or var / "secret.key").absolute(),
    )
    if reader.problems:
        raise Misconfigured(reader.problems)
    return settings


_REDISES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
_DATABASES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")


class _Reader:
    """Takes settings one by one and gathers what is wrong with them. Problems never quote a value: it may be secret."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[ConfigProblem] = []

    def _wrong(self, name: str, sentence: str, remedy: str) -> None:
        self.problems.append(ConfigProblem(name, sentence, remedy))

    def text(self, name: str) -> str:
        """NAME, or the content of the file that NAME_FILE names; "" when neither is given."""
        value, file = self._environ.get(name, "").strip(), self._environ.get(f"{name}_FILE", "").strip()
        if value and file:
            self._wrong(name, f"Both {name} and {name}_FILE are given.", "Give one of them.")
        if value or not file:
            return value
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self._wrong(f"{name}_FILE", f"{file} cannot be read.", "Name a file that this user may read.")
            return ""

    def url(self, name: str, schemes: tuple[str, ...], default: str = "") -> str:
        value = self.text(name)
        if value and not is_url(value, schemes):
            self._wrong(name, "It is no usable address.", f"Begin it with {' or '.join(f'{s}://' for s in schemes)}.")
        return value or default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`, whose first is the default; upper and lower case are the same."""
        given = self.text(name) or allowed[0]
        found = next((word for word in allowed if word.lower() == given.lower()), None)
        if found is None:
            self._wrong(name, "It is none of the known words.", f"Choose {' or '.join(dict.fromkeys(allowed))}.")
        return found or allowed[0]

    def number(self, name: str, default: int, least: int, most: int) -> int:
        given = self.text(name)
        if not given:
            return default
        if given.isdecimal() and len(given) < 12 and least <= int(given) <= most:
            return int(given)
        self._wrong(name, "It is no usable number.", f"Give a whole number from {least} to {most}.")
        return default

    def yes(self, name: str) -> bool:
        words = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}
        given = self.text(name).lower()
        if given not in words:
            self._wrong(name, "It is neither yes nor no.", "Give yes or no.")
        return words.get(given, False)

    def keys(self) -> tuple[str, ...]:
        """SECRET_KEY, then OLD_SECRET_KEYS (separated by commas), which still open what they sealed."""
        old = [key.strip() for key in self.text("OLD_SECRET_KEYS").split(",") if key.strip()]
        new = self._key()
        for name, keys in (("SECRET_KEY", [new] if new else []), ("OLD_SECRET_KEYS", old)):
            if any(len(key) < _SHORTEST_KEY for key in keys):
                self._wrong(name, f"A key has fewer than {_SHORTEST_KEY} characters.", f"Make one: {_MAKE_KEY}")
        if old and not new:
            self._wrong("SECRET_KEY", "Old keys are given, but no new one.", f"Make one: {_MAKE_KEY}")
        return (new, *old) if new else ()

    def _key(self) -> str:
        """SECRET_KEY. A SECRET_KEY_FILE that does not exist yet is no mistake: the key is made there, once."""
        file = self._environ.get("SECRET_KEY_FILE", "").strip()
        if file and not Path(file).exists() and not self._environ.get("SECRET_KEY", "").strip():
            return ""
        return self.text("SECRET_KEY")


_MAKE_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
