"""What an account takes from an order's own fields reaches the document; a wrong mapping is refused on saying it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters import manifests
from schemas.document import Draft
from schemas.errors import Unreadable
from schemas.mapping import mapping_of, problems
from schemas.order import Order
from tests.money.shop import item, order, read, rules
from workers.decide import Trigger, decide

META = [{"id": 1, "key": "_po_number", "value": "PO-77"}, {"id": 2, "key": "_gift_note", "value": "Happy birthday"},
        {"id": 3, "key": "_firm_nip", "value": "5252445767"}]  # fmt: skip


def an_order(**changes: object) -> Order:
    return read(order("123.00", [item(1, "100.00", "23.00")], meta_data=META, **changes))


def drafted(made: Order, **options: str) -> Draft:
    mapping = mapping_of(options)
    given = rules()
    policy = replace(given.policy, vat_number_keys=mapping.tax_number)
    decision = decide(made, (), replace(given, mapping=mapping, policy=policy), Trigger())
    assert decision.draft is not None, decision
    return decision.draft


def test_without_a_mapping_the_order_speaks_for_itself() -> None:
    made = an_order()
    assert (drafted(made).order_number, drafted(made).note) == (made.number, made.note)


def test_reference_and_note_come_from_fields_of_the_order() -> None:
    made = drafted(an_order(), map_order_reference="meta:_po_number", map_note="meta:_gift_note")
    assert (made.order_number, made.note) == ("PO-77", "Happy birthday")


def test_an_empty_field_leaves_what_the_order_says() -> None:
    made = an_order()
    assert drafted(made, map_order_reference="meta:_nothing").order_number == made.number


def test_fixed_texts_may_hold_the_orders_number() -> None:
    made = an_order()
    assert drafted(made, map_note="text:Thanks for order {number}").note == f"Thanks for order {made.number}"


def test_the_tax_number_is_taken_from_the_first_filled_field() -> None:
    made = an_order()
    assert drafted(made).buyer.vat_id is None
    assert drafted(made, map_tax_number="_other, _firm_nip").buyer.vat_id == "PL5252445767"


@pytest.mark.parametrize(("method", "days"), [("bacs", 30), ("cod", 7), ("klarna", 5)])
def test_payment_terms_go_by_payment_method(method: str, days: int) -> None:
    made = an_order(status="completed", payment_method=method, date_paid=None)
    draft = drafted(made, due_days="bacs 30, cod 7, * 5")
    assert draft.due_date == draft.issue_date + timedelta(days)


@pytest.mark.parametrize(
    ("name", "value"),
    [("map_note", "_gift_note"), ("map_order_reference", "field:x"), ("due_days", "soon"), ("map_tax_number", "a b")],
)
def test_a_mapping_that_cannot_be_meant_is_named(name: str, value: str) -> None:
    assert set(problems({name: value})) == {name}
    with pytest.raises(Unreadable) as caught:
        mapping_of({name: value})
    assert set(caught.value.problems) == {name}


def test_every_system_takes_a_mapping() -> None:
    for manifest in manifests():
        assert {"map_tax_number", "map_order_reference", "map_note", "due_days"} <= {f.name for f in manifest.fields}
        assert "map_note" in manifest.problems({}, {"map_note": "nonsense"})
