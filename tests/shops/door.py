"""A whole Billhook behind a real port: what a shop's webhooks reach, and the command line of the same house."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from config import Settings
from ledger import connections
from ledger.migrate import migrate
from schemas.connection import Shop
from workers.house import House

KEY = "a key of at least thirty-two characters"


@dataclass
class Door:
    """The application, where it listens, and its command line."""

    app: Flask
    url: str

    @property
    def house(self) -> House:
        house: House = self.app.extensions["billhook.house"]
        return house

    def run(self, *arguments: str, input: str | None = None) -> Result:
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=list(arguments), input=input)

    def json(self, *arguments: str, input: str | None = None) -> Any:
        result = self.run(*arguments, "--json", input=input)
        assert result.exit_code == 0, result.output + repr(result.exception)
        return json.loads(result.stdout)

    def refuses(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code != 0, result.output
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        return result.output

    def shops(self) -> list[Shop]:
        with self.house.ledger.read() as tx:
            return connections.list_shops(tx, self.house.ledger.vault)


@contextmanager
def door(folder: Path, *, public: bool = True, allow_private: bool = True, listens: bool = True) -> Iterator[Door]:
    """A house in `folder`; `public` False leaves PUBLIC_URL unset, `listens` False is a web process that is off."""
    box: list[Flask] = []

    def late(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return box[0](environ, start)

    server = make_server("127.0.0.1", 0, late, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(
        var=folder, database_url=f"sqlite:///{folder}/b.db", redis_url=f"unix://{folder}/nobody.sock",
        secret_keys=(KEY,), public_url=url if public else "", allow_private_addresses=allow_private,
        log_level="ERROR",
    )  # fmt: skip
    migrate(settings.database_url)
    box.append(create_app(settings))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    if listens:
        thread.start()
    else:
        server.server_close()
    try:
        yield Door(box[0], url)
    finally:
        if listens:
            server.shutdown()
            thread.join()
            server.server_close()
        box[0].extensions["billhook.house"].ledger.close()
