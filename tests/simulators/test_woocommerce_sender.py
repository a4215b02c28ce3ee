"""When the shop sends: late, in pairs, in bursts made one, dropped, doubled and out of order."""

from tests.simulators import woo
from tests.simulators.woo_ear import PAIR, Ear, board, settle, signature


def test_the_body_is_built_when_it_is_sent_and_bursts_are_one(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"sending": False})
    ident = caller.order(status="pending")["id"]
    for status in ("on-hold", "processing", "completed"):
        caller.sim("POST", f"orders/{ident}/status", {"status": status})
    caller.sim("POST", "settings", {"sending": True})
    settle(caller)
    assert [(head["x-wc-webhook-topic"], body["status"]) for head, body in ear.events] == [
        ("order.created", "completed"), ("order.updated", "completed")]  # fmt: skip
    assert caller.sim("GET", "summary")["sender"]["coalesced"] == 3


def test_deliveries_of_one_webhook_in_one_second_share_their_id(caller: woo.Shop) -> None:
    hook = board(caller).webhooks[1]
    assert hook.delivery_id(1_800_000_000) == hook.delivery_id(1_800_000_000) != hook.delivery_id(1_800_000_001)
    assert len(hook.delivery_id(1_800_000_000)) == len(woo.head("005")["headers"]["x-wc-webhook-delivery-id"])


def test_trash_is_deleted_with_an_id_alone_and_a_hard_delete_is_silent(caller: woo.Shop, ear: Ear) -> None:
    ident = caller.order()["id"]
    settle(caller)
    caller.sim("POST", f"orders/{ident}/trash", {})
    settle(caller)
    caller.sim("POST", f"orders/{ident}/restore", {})
    settle(caller)
    assert ear.topics == [*PAIR, "order.deleted", "order.restored"]
    assert ear.heard[-2][1] == b'{"id":%d}' % ident
    assert ear.events[-1][1]["status"] == "processing"
    caller.sim("DELETE", f"orders/{ident}")
    settle(caller)
    assert len(ear.topics) == 4


def test_drops_doubles_and_disorder_come_by_a_seed(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"drop_rate": 1.0})
    caller.order()
    settle(caller)
    assert ear.topics == []
    caller.sim("POST", "settings", {"drop_rate": 0.0, "double_rate": 1.0})
    caller.order()
    settle(caller)
    assert ear.topics == ["order.created"] * 2 + ["order.updated"] * 2
    caller.sim("POST", "settings", {"double_rate": 0.0, "drop_rate": 0.5, "seed": 3})
    lost = []
    for _ in "ab":
        before = len(ear.topics)
        idents = caller.sim("POST", "bulk", {"count": 20})["ids"]
        settle(caller)
        lost.append([(idents.index(body["id"]), head["x-wc-webhook-topic"]) for head, body in ear.events[before:]])
        caller.sim("POST", "settings", {"seed": 4})
        caller.order()
        settle(caller)
        caller.sim("POST", "settings", {"seed": 3})
    assert lost[0] == lost[1]
    assert 0 < len(lost[0]) < 40


def test_out_of_order_an_old_state_comes_after_the_new_one(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"disorder_rate": 1.0, "disorder_seconds": 60})
    ident = caller.order(status="pending")["id"]
    caller.sim("POST", "settings", {"disorder_rate": 0.0})
    caller.sim("POST", f"orders/{ident}/status", {"status": "completed"})
    settle(caller)
    assert [body["status"] for _, body in ear.events] == ["completed", "pending", "pending"]


def test_a_draft_is_announced_when_it_becomes_an_order(caller: woo.Shop, ear: Ear) -> None:
    caller.sim("POST", "settings", {"updated_first": True})
    ident = caller.order(status="checkout-draft")["id"]
    settle(caller)
    assert ear.topics == []
    caller.sim("POST", f"orders/{ident}/status", {"status": "processing"})
    settle(caller)
    assert ear.topics == PAIR[::-1]


def test_notes_and_deleted_refunds_are_silent_and_meta_echoes_by_version(caller: woo.Shop, ear: Ear) -> None:
    ident = caller.order()["id"]
    refund = caller.sim("POST", f"orders/{ident}/refunds", {"amount": "1.00"})["id"]
    settle(caller)
    heard = len(ear.topics)
    caller.rest("POST", f"orders/{ident}/notes", {"note": "Invoice 1"})
    caller.sim("DELETE", f"orders/{ident}/refunds/{refund}")
    caller.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "_invoice", "value": "1"}]})
    settle(caller)
    assert len(ear.topics) == heard
    caller.sim("POST", "settings", {"version": "11.0.1"})
    caller.rest("PUT", f"orders/{ident}", {"meta_data": [{"key": "_invoice", "value": "1"}]})
    settle(caller)
    assert ear.topics[heard:] == ["order.updated"]
    assert ear.events[-1][1]["refunds"] == []


def test_many_orders_arrive_each_with_a_good_signature(caller: woo.Shop, ear: Ear) -> None:
    idents = caller.sim("POST", "bulk", {"count": 150, "seed": 2})["ids"]
    settle(caller)
    assert sorted(body["id"] for head, body in ear.events if head["x-wc-webhook-topic"] == "order.created") == idents
    assert all(head["x-wc-webhook-signature"] == signature(body) for head, body in ear.heard[4:])
