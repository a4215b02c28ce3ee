"""Words of strangers stay words: in pages, tables, JSON, logs, headers and documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from config import Settings
from console.tables import in_json, table
from console.web import auth
from ledger import alarms, users
from simulators import fakturownia
from tests.console.conftest import CAPTURED, KEY, PAID, Console, connect

PASSWORD = "correct horse battery"
PLACE = "https://bills.example"
#: What a person may have written into a field of an order.
WORDS: Mapping[str, str] = {
    "a template": "{{7*191}}${7*191}#{7*191}<%= 7*191 %>{% raw %}",
    "a format": "%(secret)s {0.__class__} {config} %n%s",
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a broken tag": "\"'><svg/onload=alert(1)//",
    "an encoded tag": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "a formula": '=cmd|"/c calc"!A1',
    "another formula": "@SUM(1+1)*cmd",
    "lines and a header": "Anna\r\nBcc: all@example.com\r\n\r\nHello",
    "a log line": 'Anna"}\n{"event": "login", "user": 1}',
    "colours": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J",
    "C1 controls": "\x9b31mred\x9d0;title\x9c",
    "a turn of direction": "Anna\u202egnp.exe",
    "line separators": "Anna\u2028Bob\u2029",
    "NUL": "An\0na",
    "SQL": "Robert'); DROP TABLE events;--",
    "a path": "../../../../etc/passwd",
    "a command": "$(touch /tmp/x) `id`; rm -rf /",
    "a look-up": "${jndi:ldap://127.0.0.1/a}",
}
#: What no document may hold (XML cannot), and what no terminal, log or page may get as it is.
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One house for all words; each test looks at what it brought itself."""
    folder = tmp_path_factory.mktemp("hall")
    settings = Settings(
        var=folder, database_url=f"sqlite:///{folder / 'billhook.db'}", redis_url=f"unix://{folder}/nobody.sock",
        secret_keys=(KEY,), public_url=PLACE, allow_private_addresses=True, log_level="WARNING",
    )  # fmt: skip
    with fakturownia.start() as simulator:
        made = Console(create_app(settings), simulator)
        made.house.migrate()
        connect(made.ledger, simulator.url)
        with made.ledger.write() as tx:
            users.add_user(tx, "ada", auth.hashed(PASSWORD), datetime.now(UTC))
        yield made
        made.ledger.close()


@pytest.fixture(scope="module")
def ada(hall: Console) -> FlaskClient:
    """A browser that is logged in; the cookie goes over https only."""
    client = hall.app.test_client()
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/console/login", base_url=PLACE).text)
    assert form
    said = {"name": "ada", "password": PASSWORD, "csrf_token": form[1]}
    entered = client.post("/console/login", data=said, base_url=PLACE, headers={"Referer": f"{PLACE}/console/login"})
    assert entered.status_code == 303
    return client


def order_with(words: str) -> dict[str, Any]:
    """Changes of a captured order: the words wherever a buyer or a plugin writes."""
    data = json.loads((CAPTURED / f"{PAID}.body").read_bytes())
    written = {"first_name": words, "last_name": words, "company": words, "address_1": words, "city": words}
    lines = [{**line, "name": words, "sku": words} for line in data["line_items"]]
    meta = [*data["meta_data"], {"id": 1, "key": "_words", "value": words}]
    return {
        "billing": {**data["billing"], **written},
        "shipping": {**data["shipping"], **written},
        "line_items": lines,
        "meta_data": meta,
        "customer_note": words,
        "payment_method_title": words,
    }


@pytest.mark.parametrize("name", sorted(WORDS))
def test_words_in_an_order_reach_the_document_as_words(
    hall: Console, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    event_id = hall.deliver(**order_with(WORDS[name]))
    hall.process(event_id)
    made = hall.documents()[0]
    assert made.event_id == event_id
    line = made.draft.lines[0]
    assert not UNFIT.search(line.name + made.draft.buyer.name)
    assert "1337" not in repr(made.draft)
    shown = hall.says("document", "show", str(made.id), "--json")
    assert shown.count("\n") == 1
    assert not COMMANDS.search(shown)
    assert json.loads(shown)["draft"]["lines"][0]["name"] == line.name
    for lines in (capfd.readouterr().err, hall.says("document", "list"), hall.says("event", "show", event_id)):
        assert not COMMANDS.search(lines)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_words_of_a_system_are_words_in_tables_errors_and_pages(hall: Console, ada: FlaskClient, name: str) -> None:
    words, now = WORDS[name], datetime.now(UTC)
    event_id = hall.dead(detail=words, code="REFUSED")
    with hall.ledger.write() as tx:
        alarms.sound(tx, "account_paused", "books", words, now, words)
    listed = hall.says("event", "list", "--state", "dead", "--limit", "1")
    assert len(listed.strip().splitlines()) == 5, "a heading, a line below it, one event, and where there are more"
    for shown in (listed, hall.says("event", "show", event_id), hall.says("event", "list", "--json")):
        assert not COMMANDS.search(shown)
    assert hall.json("event", "list")[0]["detail"] == words
    page = ada.get("/console/", base_url=PLACE).text
    assert "account paused" in page
    assert "1337" not in page
    assert "<script>" not in page
    assert "<img" not in page
    assert "<svg" not in page


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_header_of_a_stranger_becomes_no_line_of_the_log_and_no_header(
    hall: Console, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = WORDS[name].replace("\r", "").replace("\n", "").encode("utf-8").decode("latin-1")
    client = hall.app.test_client()
    answer = client.post(
        f"/webhooks/{hall.shop().key}",
        data=b"{}",
        headers={"X-WC-Webhook-Topic": words, "X-WC-Webhook-Signature": words, "User-Agent": words},
    )
    assert answer.status_code == 401
    missing = client.post(f"/webhooks/{WORDS[name].encode().hex()}\r\n{words}", data=b"{}")
    assert missing.status_code in (308, 404, 405)
    assert not [value for value in answer.headers.values() if "Bcc" in value or "\n" in value]
    for line in capfd.readouterr().err.splitlines():
        assert json.loads(line)["event"] in ("delivery_refused", "login_refused")


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_preview_prints_words(hall: Console, name: str, tmp_path: Path) -> None:
    data = json.loads((CAPTURED / f"{PAID}.body").read_bytes())
    file = tmp_path / "order.json"
    file.write_text(json.dumps({**data, **order_with(WORDS[name])}))
    page = hall.says("preview", "--shop", hall.shop().key, str(file))
    assert "1337" not in page
    assert not COMMANDS.search(page)


def test_a_table_keeps_a_row_a_line_and_json_stays_what_it_was() -> None:
    strange = [*WORDS.values(), "\U000e0001 é 日本 😀"]
    rows = [[words, words] for words in WORDS.values()]
    assert len(table(["a", "b"], rows).splitlines()) == len(rows) + 2
    line = in_json(strange)
    assert line.isprintable()
    assert json.loads(line) == strange
    assert "é 日本 😀" in line
