"""`flask account again`: a request that was sent as often as allowed may be sent anew."""

from __future__ import annotations

from ledger import sends
from tests.console.conftest import Console


def test_a_request_is_counted_from_nothing_again_and_an_unknown_one_is_said_to_be_none(console: Console) -> None:
    (account,) = console.json("account", "list")
    with console.ledger.write() as tx:
        assert [sends.leave(tx, 1, "create/shop/7/i1") for _ in range(6)] == [1, 2, 3, 4, 5, 6]
    assert "flask event replay" in console.says("account", "again", account["key"], "create/shop/7/i1")
    refused = console.run("account", "again", account["key"], "create/shop/7/i1")
    assert refused.exit_code == 1
    assert "dead letter" in refused.output
    with console.ledger.write() as tx:
        assert sends.leave(tx, 1, "create/shop/7/i1") == 1
