"""Leases, an order's newest state, and its documents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import documents, orders
from ledger.orders import OrderRow
from schemas.document import Kind
from schemas.errors import BillhookError
from tests.ledger.fixtures import NOW, House, document, draft, seconds, with_counter


def lease(house: House, owner: str = "me") -> OrderRow | None:
    with house.ledger.write() as tx:
        return orders.take_lease(tx, house.shop.id, "7", owner, "event")


@pytest.fixture
def order(house: House) -> OrderRow:
    house.one()
    with house.ledger.read() as tx:
        found = orders.find(tx, house.shop.id, "7")
    assert found is not None
    return found


def test_one_owner_at_a_time(house: House, order: OrderRow) -> None:
    assert lease(house) == order
    assert lease(house, "other") is None
    with house.ledger.write() as tx:
        assert orders.lease_event(tx, house.shop.id, "7") == "event"
        assert (orders.holds(tx, order.id, "me"), orders.holds(tx, order.id, "other")) == (True, False)
        assert (orders.release(tx, order.id, "other"), orders.release(tx, order.id, "me")) == (False, True)
        assert orders.lease_event(tx, house.shop.id, "7") is None
    assert lease(house, "other") == order


def test_an_order_nobody_named_cannot_be_leased(house: House) -> None:
    with pytest.raises(BillhookError, match="no order 7"):
        lease(house)


def test_a_lease_is_taken_away_only_while_its_beat_stands_still(house: House, order: OrderRow) -> None:
    lease(house)
    with house.ledger.write() as tx:
        (beat,) = orders.beats(tx)
        assert orders.renew(tx, ["me", "gone"]) == {"me"}
        assert orders.take_away(tx, beat.order_row_id, beat.owner, beat.beat) is None
        (beat,) = orders.beats(tx)
        assert orders.take_away(tx, beat.order_row_id, beat.owner, beat.beat) == "event"
        assert not orders.holds(tx, order.id, "me")
        assert orders.renew(tx, ["me"]) == set()


def test_all_leases_of_a_process_are_handed_back_at_once(house: House, order: OrderRow) -> None:
    lease(house)
    with house.ledger.write() as tx:
        assert orders.release_all(tx, {"me", "gone"}) == ["event"]
        assert orders.release_all(tx, set()) == []


def test_the_newest_state_and_the_account_stay(house: House, order: OrderRow) -> None:
    with house.ledger.write() as tx:
        assert orders.fix_account(tx, order.id, house.account.id) == house.account.id
        assert orders.fix_account(tx, order.id, 999) == house.account.id
    event = house.event(house.one(b"2"))
    with house.ledger.write() as tx:
        orders.note_newest(tx, order.id, event, decision="done", number="N7", currency="PLN", total=Decimal("1.10"))
        found = orders.find(tx, house.shop.id, "7")
        assert orders.page(tx, shop_id=house.shop.id) == [found]
    assert found is not None
    assert (found.newest_event_id, found.newest_modified, found.newest_status) == (event.id, NOW, "processing")
    assert (found.number, found.total, found.account_id) == ("N7", Decimal("1.10"), house.account.id)


def test_a_document_goes_forward_and_is_claimed_once(house: House, order: OrderRow) -> None:
    asked = draft(house.shop)
    with house.ledger.write() as tx:
        row = documents.claim(tx, order.id, house.shop.id, asked, house.account.id, "e1", NOW, order_modified=NOW)
        assert (row.state, row.draft, row.system, row.order_modified) == ("planned", asked, "fakturownia", NOW)
        assert documents.history(tx, house.shop.id, "7") == []
        again = documents.claim(tx, order.id, house.shop.id, draft(house.shop, gross="9"), house.account.id, "e2", NOW)
        assert (again.id, again.draft.totals.gross, again.event_id) == (row.id, Decimal(9), "e2")
        assert documents.mark_issuing(tx, row.id, NOW)
        assert not documents.mark_issuing(tx, row.id, NOW), "whoever comes second may not send"
        kept = documents.claim(tx, order.id, house.shop.id, asked, house.account.id, "e3", NOW)
        assert (kept.state, kept.event_id, kept.sends, kept.issuing_at) == ("issuing", "e2", 1, NOW)
        assert [issued.state for issued in documents.history(tx, house.shop.id, "7")] == ["in_flight"]


def test_nothing_seen_is_counted_in_a_row(house: House, order: OrderRow) -> None:
    with house.ledger.write() as tx:
        row = documents.claim(tx, order.id, house.shop.id, draft(house.shop), house.account.id, "e", NOW)
        documents.mark_issuing(tx, row.id, NOW)
        assert [documents.seen_none(tx, row.id, NOW) for _ in range(2)] == [1, 2]
        documents.back_to_planned(tx, row.id)
        documents.mark_issuing(tx, row.id, NOW)
        assert documents.seen_none(tx, row.id, NOW) == 1
        documents.back_to_planned(tx, row.id)
        assert documents.load(tx, row.id).state == "planned"
        documents.hold(tx, row.id)
        assert [r.state for r in documents.open_rows(tx, house.shop.id, "7")] == ["held"]


def test_a_settled_document_is_history_and_counts(house: House, order: OrderRow) -> None:
    with house.ledger.write() as tx:
        for counter in ("1", "2", "3"):
            asked = with_counter(draft(house.shop, gross="0.10"), counter)
            row = documents.claim(tx, order.id, house.shop.id, asked, house.account.id, "e", NOW)
            documents.settle(tx, row.id, document(asked, f"FV/{counter}"), ("total",), NOW + seconds(1))
        documents.cancel(tx, row.id, NOW)
        issued = documents.history(tx, house.shop.id, "7")
        assert [one.state for one in issued] == ["issued", "issued", "cancelled"]
        assert issued[0].document == document(with_counter(draft(house.shop, gross="0.10"), "1"), "FV/1")
        assert documents.totals(tx) == [("PLN", 2, Decimal("0.20"))]
        assert documents.totals(tx, Kind.PROFORMA) == []
        assert documents.load(tx, row.id).differs == ("total",)
        page = documents.page(tx, kind=Kind.INVOICE, limit=2)
        assert [r.document.number for r in page if r.document] == ["FV/3", "FV/2"]
        assert [r.counter for r in documents.page(tx, after=page[-1].id, number="FV/1")] == ["1"]
