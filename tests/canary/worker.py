"""A worker with two defects, told by the order's number: 91… breaks at the desk, 92… while its ending is written.

Both exceptions carry an order's whole body, a key and a password, in their text, their repr, their attributes, their
notes and their causes, as a library's exception might.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app import create_app
from ledger import events
from schemas.event import ORDER
from workers import closing, desk, order_event
from workers.hand import Hand
from workers.house import House

TOKEN = "kanaryToken7Q/firma"
PASSWORD = "kanary-password-7Q"


class Leaky(Exception):
    """An exception that says everything, whichever way it is asked."""

    def __init__(self, body: str) -> None:
        super().__init__(f"https://firma.example/invoices.json?api_token={TOKEN} refused {body}")
        self.url = f"https://firma.example/?api_token={TOKEN}&email={body}"
        self.headers = {"Authorization": f"Bearer {TOKEN}", "Cookie": PASSWORD}
        self.add_note(body)

    def __repr__(self) -> str:
        return f"Leaky({self.args}, {self.headers})"


def _break(hand: Hand) -> None:
    with hand.services.ledger.read() as tx:
        body = events.body(tx, hand.event.id).decode()
    try:
        raise ValueError(f"row: {body} {PASSWORD}")
    except ValueError as inner:
        raise Leaky(body) from inner


def _work(hand: Hand) -> Any:
    if hand.event.order_id.startswith("91"):
        _break(hand)
    return order_event.work(hand)


def _close(hand: Hand, ending: Any) -> Any:
    if hand.event.order_id.startswith("92"):
        _break(hand)
    return _really_close(hand, ending)


_really_close = closing.close


def main() -> None:
    desk.WORK = {**desk.WORK, ORDER: _work}
    closing.close = _close
    house: House = create_app().extensions["billhook.house"]
    # The profile's beat is too short for a process beside ten stand-ins on a busy machine.
    timing = replace(house.timing, lease_sure=house.timing.lease_still)
    replace(house, timing=timing).work()


if __name__ == "__main__":
    main()
