"""Round trips: documents through JSON, secrets through the vault, instants and money through both databases."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ledger.columns import amount, instant, micros, millionths
from ledger.ids import first_id, first_id_after, uuid7
from ledger.tables import events
from ledger.vault import Sealed, Vault, make_key
from schemas.codec import decode, encode, from_json, to_json
from schemas.connection import Policy
from schemas.document import Document, Draft, Kind
from tests.ledger.fixtures import NOW, House

MONEY = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
PLAIN = {
    Decimal: MONEY,
    str: TEXT,
    datetime: st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
}
WORDS = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def words(kind: type) -> st.SearchStrategy[object]:
    for plain, strategy in PLAIN.items():
        st.register_type_strategy(plain, strategy)
    return st.from_type(kind)


@pytest.mark.parametrize("kind", [Draft, Document])
def test_words_come_back_from_json_as_they_were(kind: type) -> None:
    @WORDS
    @given(words(kind))
    def check(value: object) -> None:
        back: object = from_json(kind, to_json(value))
        assert back == value
        assert to_json(back) == to_json(value)

    check()


@dataclass(frozen=True)
class Odd:
    """Shapes that the words do not have yet."""

    pair: tuple[int, Decimal]
    kinds: dict[str, tuple[Kind, ...]] = field(default_factory=dict)
    at: datetime | None = None
    on: date | None = None
    anything: object = None


def test_decimals_keep_their_places_and_enums_their_class() -> None:
    odd = Odd((1, Decimal("1.50")), {"a": (Kind.INVOICE,)}, NOW, NOW.date(), {"x": [1]})
    back = from_json(Odd, to_json(odd))
    assert back == odd
    assert str(back.pair[1]) == "1.50"
    assert isinstance(back.kinds["a"][0], Kind)


def test_rows_of_another_version_stay_readable() -> None:
    assert decode(Odd, {"pair": [1, "2"], "of_tomorrow": 1}) == Odd((1, Decimal(2)))
    with pytest.raises(ValueError, match="Odd has no pair"):
        decode(Odd, {})
    assert from_json(Policy, json.dumps(encode(Policy({"*": {"paid": "invoice"}})))).due_days == 14


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        decode(set, [])


def test_the_vault_opens_with_any_of_its_keys_and_prints_none() -> None:
    old, new = make_key(), make_key()
    sealed = Vault([old]).seal({"token": "sesame"})
    both = Vault([new, old])
    assert both.open(sealed) == {"token": "sesame"}
    assert Vault([new]).open(both.reseal(sealed)) == {"token": "sesame"}
    assert old not in repr(both) and "sesame" not in sealed
    with pytest.raises(Sealed, match="another key") as wrong:
        Vault([new]).open(sealed)
    assert "SECRET_KEY" in wrong.value.remedy


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_a_vault_without_a_good_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(Sealed):
        Vault(keys)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])))
def test_instants_are_exact(at: datetime) -> None:
    assert instant(micros(at)) == at


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@given(MONEY)
def test_money_is_exact(value: Decimal) -> None:
    assert amount(millionths(value)) == value


def test_money_finer_than_a_millionth_is_refused_and_shown_with_two_places() -> None:
    with pytest.raises(ValueError, match="decimals"):
        millionths(Decimal("0.0000001"))
    assert [str(amount(millionths(Decimal(text)))) for text in ("5", "1.5", "0.125", "-100")] == [
        "5.00", "1.50", "0.125", "-100.00",
    ]  # fmt: skip


def test_ids_grow_with_time_and_within_one_instant() -> None:
    ids = [uuid7(NOW) for _ in range(1000)] + [uuid7(NOW + timedelta(milliseconds=1))]
    assert ids == sorted(set(ids))
    assert first_id(NOW) <= ids[0] < first_id_after(NOW) <= ids[-1]
    assert {(one[14], one[19] in "89ab") for one in ids} == {("7", True)}


def test_both_databases_order_instants_alike(house: House) -> None:
    times = [NOW + timedelta(microseconds=n) for n in range(3)]
    stored = house.store(*(house.incoming(order=str(at), at=at) for at in reversed(times)))
    with house.ledger.read() as tx:
        ordered = tx.execute(select(events.c.received_at).order_by(events.c.received_at)).scalars().all()
    assert (len(stored), ordered) == (3, times)
