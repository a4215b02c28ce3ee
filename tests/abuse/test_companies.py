"""Two companies in one house: no key, id or order of the one touches the other's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ledger import api_keys, connections
from schemas import apikey
from schemas.connection import Shop
from schemas.document import Seller
from schemas.policy import read_policy
from tests.door.conftest import SECRET as OTHERS
from tests.door.conftest import Lab, close_lab, open_lab, settings_in
from tests.generic_orders import bearer, body_of, signed

SECRETS = {"north": "whsec_" + "QUJD" * 10, "south": "whsec_" + "REVG" * 10}


@dataclass
class Town:
    """Two companies, each with an account, two shops and keys: of each shop, and of the account."""

    lab: Lab
    shops: dict[str, Shop]
    keys: dict[str, str]

    def post(self, shop: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        answer = self.lab.app.test_client().post(f"/webhooks/{self.shops[shop].key}", data=body, headers=headers)
        return answer.status_code, answer.text

    def stored(self) -> int:
        return sum(self.lab.counts().values())


def company(lab: Lab, name: str, town: Town) -> None:
    now = datetime.now(UTC)
    with lab.ledger.write() as tx:
        account = connections.add_account(
            tx, lab.ledger.vault, key=name, system="fakturownia", name=name, seller=Seller(name, "PL"), credentials={},
            now=now,
        )  # fmt: skip
    owners: dict[str, dict[str, int]] = {f"{name} account": {"account_id": account.id}}
    for which in ("1", "2"):
        shop = town.shops[f"{name} {which}"] = lab.add_shop(SECRETS[name], platform="generic")
        owners[f"{name} {which}"] = {"shop_id": shop.id}
        with lab.ledger.write() as tx:
            connections.add_route(
                tx, key=f"{name}-{which}", shop_id=shop.id, account_id=account.id, starts_at=now, now=now,
                policy=read_policy({"presets": ["invoice when paid"]}),
            )  # fmt: skip
    for key, owner in owners.items():
        town.keys[key] = new_key(lab, key, owner, now)


def new_key(lab: Lab, name: str, owner: dict[str, int], now: datetime) -> str:
    shown = apikey.new_key()
    with lab.ledger.write() as tx:
        api_keys.add(
            tx, shown, name=name, scopes=list(apikey.SCOPES), expires_at=now + timedelta(days=9), now=now, **owner
        )
    return shown.text


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    lab = open_lab(settings_in(tmp_path_factory.mktemp("town")), OTHERS)
    made = Town(lab, {}, {})
    for name in SECRETS:
        company(lab, name, made)
    yield made
    close_lab(lab)


SHOPS = [f"{name} {which}" for name, which in product(SECRETS, "12")]
KEYS = [*SHOPS, *(f"{name} account" for name in SECRETS)]


@pytest.mark.parametrize(("key", "shop"), list(product(KEYS, SHOPS)))
def test_a_key_sends_for_its_own_shops_alone(town: Town, key: str, shop: str) -> None:
    own = key == shop or key == f"{shop.split()[0]} account"
    before, body = town.stored(), body_of(f"{key}-{shop}".replace(" ", ""))
    status, told = town.post(shop, body, bearer(town.keys[key]))
    assert (status, town.stored()) == ((200, before + 1) if own else (403, before))
    if not own:
        assert json.loads(told)["code"] == "OTHER_COMPANY"
        assert not [name for name in (*SHOPS, *SECRETS) if name in told.replace(f"The key {key} is", "")]


@pytest.mark.parametrize(("one", "other"), [("north", "south"), ("south", "north")])
def test_the_secret_of_one_company_signs_nothing_for_the_other(town: Town, one: str, other: str) -> None:
    before, body = town.stored(), body_of(f"signed-{one}")
    assert town.post(f"{other} 1", body, signed(body, SECRETS[one]))[0] == 401
    assert town.stored() == before
    assert town.post(f"{one} 1", body, signed(body, SECRETS[one]))[0] == 200


def test_the_same_order_id_in_every_shop_is_an_order_of_each(town: Town) -> None:
    before, body = town.stored(), body_of("1")
    answers = [json.loads(town.post(shop, body, bearer(town.keys[shop]))[1]) for shop in SHOPS]
    assert [answer["duplicate"] for answer in answers] == [False] * 4
    assert town.stored() == before + 4


def test_an_event_of_another_is_at_no_address(town: Town) -> None:
    _, told = town.post("north 1", body_of("mine"), bearer(town.keys["north 1"]))
    event_id, client = json.loads(told)["event"], town.lab.app.test_client()
    for path in (f"/webhooks/{event_id}", f"/console/{event_id}", f"/rq/0/data/job/{event_id}.json", f"/{event_id}"):
        answer = client.get(path, headers=bearer(town.keys["south account"]))
        assert answer.status_code in (401, 404)
        assert "mine" not in answer.text
