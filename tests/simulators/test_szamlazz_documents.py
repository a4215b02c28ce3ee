"""Issuing at Számlázz.hu: sums, order numbers, echoes, external ids, storno, correctives, proformas, payments."""

import base64
from typing import Any

import pytest
import requests

from tests.simulators.szamlazz import Agent, invoice, line, xml


def test_an_invoice_is_issued_at_once_and_read_back(agent: Agent) -> None:
    told = agent.create(settings={"szamlaKulsoAzon": "shop/1/i1"})
    assert (told["szamlaszam"], told["szamlabrutto"], told["szamlanetto"]) == ("TST-2026-1", "2540", "2000")
    assert told.headers["szlahu_szamlaszam"] == "TST-2026-1" and told.headers["szlahu_fizetesmod"] == "bankkártya"
    for by in ({"szamlaKulsoAzon": "shop/1/i1"}, {"rendelesSzam": "10023"}, {"szamlaszam": "TST-2026-1"}):
        found = agent.query(**by)
        assert (found["szamlaszam"], found["tipus"], found["brutto"]) == ("TST-2026-1", "SZ", "2540")
    assert (found["rendelesszam"], found["teszt"], found["osszeg"]) == ("10023", "true", "2540")
    assert "shop/1/i1" not in found.content.decode() and "sztornozott" not in found.fields
    summary = agent.summary()
    assert (summary["per_oid"], summary["totals"]) == ({"shop/1/i1": 1}, {"HUF": "2540.00"})
    assert (summary["emails"], summary["sessions"], summary["most_sends"]) == ({"TST-2026-1": 1}, 1, 1)


@pytest.mark.parametrize(("wrong", "code"), [
    (line(2000, 540, nettoEgysegar=999), 259), (line(2000, 538), 260), (line(2000, 540, bruttoErtek=2541), 261),
    (line("2000.5", "540", bruttoErtek="2540.5"), 262), (line(2000, "540.1"), 263), (line(2000, 540, "28x"), 52),
    (line(2000, 540, "AAM"), 260), (line(2000, 540, "XYZ"), 52), (line(2000, 540, "100"), 52),
])  # fmt: skip
def test_wrong_amounts_and_codes_are_refused_in_headers_and_body(agent: Agent, wrong: Any, code: int) -> None:
    told = agent.create(wrong)
    assert (told.code, told["sikeres"]) == (code, "false")
    assert told.headers["szlahu_error_code"] == str(code) and told.headers["szlahu_error"] == told["hibauzenet"]
    assert agent.summary()["ever"] == 0


def test_gross_prices_round_within_the_gross_and_may_be_a_unit_off_when_shared_out(agent: Agent) -> None:
    assert agent.made(line(787, 213, count=3, nettoEgysegar="262.333333"), rendelesSzam="1")  # 1000 at 27 %
    assert agent.made(line(2000, 541), rendelesSzam="2")
    euro: dict[str, Any] = {"penznem": "EUR", "arfolyamBank": "MNB"}
    assert agent.create(line("7.87", "2.13", count=1), **euro, rendelesSzam="3")["szamlabrutto"] == "10"
    assert agent.create(line("7.875", "2.125", count=1), **euro, rendelesSzam="4").code == 264
    assert agent.create(penznem="EUR", rendelesSzam="5").code == 57


@pytest.mark.parametrize(("family", "code", "refused"), [
    ("any", "EUK", 0), ("any", "EAM", 0), ("nav", "EUK", 395), ("nav", "EAM", 0), ("old", "EAM", 395),
    ("old", "AAM", 0),
])  # fmt: skip
def test_an_account_takes_one_family_of_vat_codes(agent: Agent, family: str, code: str, refused: int) -> None:
    agent.switch(vat_family=family)
    assert agent.create(line(2000, 0, code)).code == refused


def test_elements_out_of_order_unknown_or_of_a_wrong_type_are_no_xml(agent: Agent) -> None:
    good = xml("xmlszamla", invoice(agent.key, [line()], {}, {}, {}))
    for old, new in (("<irsz>1011</irsz><telepules>Budapest</telepules>", "<telepules>Bp</telepules><irsz>1</irsz>"),
                     ("<elado>", "<egyeb/><elado>"), ("<eszamla>true", "<eszamla>igen"), ("<elado></elado>", ""),
                     ("2026-11-20", "2026-13-20"), ("</nettoErtek>", "e3</nettoErtek>"), ("xmlns=", "xmlns:a="),
                     ("<?xml", "<!DOCTYPE a><?xml"), ("</xmlszamla>", ""), ("<nev>Teszt Vevő", "<nev>"),
                     ("<szamlaNyelve>hu", "<szamlaNyelve>xx")):  # fmt: skip
        assert old in good
        told = agent.say("action-xmlagentxmlfile", good.replace(old, new))
        assert told.code == 57, old
    assert agent.say("action-xmlagentxmlfile", good)["sikeres"] == "true"
    assert agent.say("action-unknown", good).code == 53
    form = agent.post(f"{agent.base}/szamla/", data={"action-xmlagentxmlfile": good}, timeout=5)
    assert "<hibakod>53</hibakod>" in form.text
    assert agent.get(f"{agent.base}/szamla/", timeout=5).status_code == 405
    assert agent.get(f"{agent.base}/", timeout=5).status_code == 404


def test_an_order_number_is_taken_per_kind_until_a_storno_sets_it_free(agent: Agent) -> None:
    other = {"buyer": {"nev": "Más Vevő"}}
    first = agent.made(rendelesSzam=" A1 ")
    assert agent.create(rendelesSzam="A1", **other).code == 152
    assert agent.made(rendelesSzam="a1", **other)
    assert agent.query(rendelesSzam=" A1 ").code == 7
    assert agent.made(rendelesSzam="A1", dijbekero="true", fizetve=None)
    agent.switch(duplicate_code=71)
    assert agent.create(rendelesSzam="A1", **other).code == 71
    assert agent.storno(first)["sikeres"] == "true"
    assert agent.made(rendelesSzam="A1", **other) != first
    agent.switch(order_numbers_unique=False)
    assert agent.made(rendelesSzam="A1", buyer={"nev": "Harmadik Vevő"})


def test_an_identical_request_is_echoed_while_the_first_lives(agent: Agent) -> None:
    first = agent.create(settings={"szamlaKulsoAzon": "one"})
    again = agent.create(settings={"szamlaKulsoAzon": "two"}, megjegyzes="más")
    assert again.content == first.content
    assert agent.query(szamlaKulsoAzon="two").code == 7
    assert agent.summary()["emails"] == {first["szamlaszam"]: 1}
    agent.storno(first["szamlaszam"])
    assert agent.create(settings={"szamlaKulsoAzon": "one"})["szamlaszam"] != first["szamlaszam"]


def test_an_external_id_is_not_unique_and_its_newest_holder_answers(agent: Agent) -> None:
    own = {"settings": {"szamlaKulsoAzon": "same"}}
    numbers = [agent.made(rendelesSzam=order, **own) for order in "ab"]
    assert agent.query(szamlaKulsoAzon="same")["szamlaszam"] == numbers[1]
    assert agent.summary()["per_oid"] == {"same": 2}
    agent.arm("lag")
    assert agent.query(szamlaKulsoAzon="same").code == 7


def test_a_storno_turns_everything_and_is_made_once(agent: Agent) -> None:
    number = agent.made(settings={"szamlaKulsoAzon": "i"})
    storno = agent.storno(number, "c")
    assert (storno["szamlaszam"], storno["szamlabrutto"], storno["kintlevoseg"]) == ("TST-2026-2", "-2540", "-2540")
    assert agent.storno(number, "d")["szamlaszam"] == "TST-2026-2"
    assert agent.query(szamlaKulsoAzon="d").code == 7
    found, original = agent.query(szamlaKulsoAzon="c"), agent.query(szamlaKulsoAzon="i")
    assert (found["tipus"], found["hivszamlaszam"], found["mennyiseg"]) == ("SS", number, "-2")
    assert (original["sztornozott"], "kifizetes" in original.fields) == ("true", False)
    assert agent.query(rendelesSzam="10023")["szamlaszam"] == "TST-2026-2"
    assert agent.storno("TST-2026-2").code == 14
    assert agent.storno("TST-2026-9").code == 7
    assert agent.summary()["totals"] == {"HUF": "2540.00"}


def test_a_storno_of_a_proforma_looks_like_success_and_does_nothing(agent: Agent) -> None:
    number = agent.made(dijbekero="true", fizetve=None)
    told = agent.storno(number)
    assert (told["sikeres"], told["szamlaszam"], told["szamlabrutto"]) == ("true", number, "2540")
    assert agent.summary()["documents"] == 1
    assert "sztornozott" not in agent.query(szamlaszam=number).fields


def test_a_corrective_stands_beside_its_invoice_and_ends_its_storno(agent: Agent) -> None:
    number = agent.made()
    back = line(-1000, -270, count=-1, bruttoErtek=-1270)
    wanted: dict[str, Any] = {"helyesbitoszamla": "true", "helyesbitettSzamlaszam": number, "fizetve": None}
    told = agent.create(back, settings={"szamlaKulsoAzon": "c1"}, **wanted)
    assert told["szamlabrutto"] == "-1270"
    found = agent.query(szamlaKulsoAzon="c1")
    assert (found["tipus"], found["hivszamlaszam"]) == ("HS", number)
    assert agent.create(back, **wanted)["szamlaszam"] != told["szamlaszam"], "neither switch nor echo guards it"
    assert agent.storno(number).code == 221
    assert agent.create(back, **{**wanted, "helyesbitettSzamlaszam": "TST-2026-99"}).code == 7


def test_an_invoice_settles_its_proforma_which_then_is_gone(agent: Agent) -> None:
    asked: dict[str, Any] = {"dijbekero": "true", "fizetve": None}
    named, by_order = agent.made(rendelesSzam="p1", **asked), agent.made(rendelesSzam="p2", **asked)
    assert named.startswith("D-TST-")
    agent.made(rendelesSzam="x", dijbekeroSzamlaszam=named)
    agent.made(rendelesSzam="p2")
    assert agent.query(rendelesSzam="x")["hivdijbekszam"] == named
    assert agent.query(rendelesSzam="p2")["hivdijbekszam"] == by_order
    assert (agent.query(szamlaszam=named).code, agent.drop(szamlaszam=named).code) == (7, 335)
    agent.made(rendelesSzam="y", dijbekeroSzamlaszam=named)
    assert "hivdijbekszam" not in agent.query(rendelesSzam="y").fields


def test_a_proforma_is_deleted_once(agent: Agent) -> None:
    number = agent.made(dijbekero="true", fizetve=None)
    assert agent.drop(szamlaszam=number)["sikeres"] == "true"
    second = agent.drop(szamlaszam=number)
    assert (second.code, second.headers["szlahu_error_code"]) == (335, "335")
    assert (agent.query(szamlaszam=number).code, agent.summary()["documents"]) == (7, 0)


def test_a_final_invoice_settles_an_advance_once(agent: Agent) -> None:
    assert agent.create(vegszamla="true").code == 73
    number = agent.made(elolegszamla="true")
    agent.made(vegszamla="true")
    assert agent.query(rendelesSzam="10023")["hivszamlaszam"] == number
    assert agent.create(vegszamla="true", elolegSzamlaszam=number, rendelesSzam="other").code == 73


def test_payments_replace_or_add_up_and_are_refused_in_the_body_alone(agent: Agent) -> None:
    number = agent.made(fizetve=None)
    assert agent.pay(number, "100")["kintlevoseg"] == "2440"
    assert agent.pay(number, "200")["kintlevoseg"] == "2340"
    assert agent.pay(number, "50", additiv="true")["kintlevoseg"] == "2290"
    assert agent.pay(number, *"123456").code == 57
    agent.storno(number)
    refused = agent.pay(number, "1")
    assert (refused.code, "szlahu_error_code" in refused.headers) == (463, False)


def test_a_pdf_comes_as_bytes_in_base64_or_with_the_invoice(agent: Agent) -> None:
    told = agent.create(settings={"szamlaLetoltes": "true"})
    assert base64.b64decode(told["pdf"]).startswith(b"%PDF")
    ask = {**agent.key, "szamlaszam": told["szamlaszam"]}
    assert agent.ask("xmlszamlapdf", {**ask, "valaszVerzio": "1"}).content.startswith(b"%PDF")
    assert base64.b64decode(agent.ask("xmlszamlapdf", {**ask, "valaszVerzio": "2"})["pdf"]).startswith(b"%PDF")
    assert base64.b64decode(agent.query(szamlaszam=told["szamlaszam"], pdf="true")["pdf"]).startswith(b"%PDF")
    assert agent.create(settings={"valaszVerzio": "1", "szamlaLetoltes": "true"}).content.startswith(b"%PDF")
    preview = agent.create(elonezetpdf="true", rendelesSzam="other")
    assert base64.b64decode(preview["pdf"]).startswith(b"%PDF")
    assert agent.summary()["ever"] == 1


def test_errors_of_the_first_version_are_a_line_of_text(agent: Agent) -> None:
    told = agent.create(line(2000, 1), settings={"valaszVerzio": "1"})
    assert told.content.startswith(b"[ERR] ")
    assert told.headers["szlahu_error_code"] == "260"


def test_the_day_the_prefix_and_the_kind_are_checked(agent: Agent) -> None:
    assert agent.create(keltDatum="2020-01-01").code == 352
    assert agent.create(szamlaszamElotag="NINCS").code == 202
    assert agent.create(dijbekero="true", szallitolevel="true").code == 57
    assert agent.made(szamlaszamElotag="WEB") == "WEB-2026-1"
    agent.switch(e_invoices=False)
    assert agent.create(rendelesSzam="e").code == 54


def test_a_mail_that_fails_leaves_an_issued_invoice(agent: Agent) -> None:
    agent.switch(email_fails=True)
    told = agent.create()
    assert (told.code, told["szamlaszam"], told.headers["szlahu_szamlaszam"]) == (56, "TST-2026-1", "TST-2026-1")
    assert agent.summary()["documents"] == 1


def test_logins_are_refused_each_in_its_code(agent: Agent) -> None:
    settings = agent.world.settings
    named = {"felhasznalo": settings["username"], "jelszo": settings["password"]}
    assert agent.ask("xmlszamlaxml", {**named, "szamlaszam": "x"}).code == 7
    assert agent.ask("xmlszamlaxml", {"szamlaagentkulcs": "wrong", "szamlaszam": "x"}).code == 3
    for state, code in (("unpaid", 136), ("in_browser", 135)):
        agent.switch(account=state)
        assert (agent.create().code, agent.query(szamlaszam="x").code) == (code, code)
    agent.switch(account="several")
    assert agent.ask("xmlszamlaxml", {**named, "szamlaszam": "x"}).code == 164
    agent.switch(account="open", rights="read")
    assert (agent.create().code, agent.query(szamlaszam="x").code) == (17, 7)


def test_the_sixth_send_of_one_request_bans_the_account(agent: Agent) -> None:
    agent.arm("reset_before")
    with pytest.raises(requests.ConnectionError):
        agent.create()
    numbers = {agent.made() for _ in range(4)}
    assert (len(numbers), agent.summary()["most_sends"]) == (1, 5)
    for _ in range(7):
        assert agent.query(szamlaszam="x").code == 7
    assert agent.create().code == 3
    assert (agent.query(szamlaszam="x").code, agent.summary()["banned"]) == (3, True)


def test_a_session_is_kept_by_its_cookie(agent: Agent) -> None:
    for order in "abc":
        agent.made(rendelesSzam=order)
    assert agent.summary()["sessions"] == 1
    agent.cookies.clear()
    agent.query(szamlaszam="x")
    assert agent.summary()["sessions"] == 2
    agent.switch(session_seconds=0)
    agent.query(szamlaszam="x")
    assert agent.summary()["sessions"] == 3


def test_maintenance_and_bursts_refuse_everything(agent: Agent) -> None:
    agent.switch(maintenance="header")
    assert agent.create().headers["szlahu_down"] == "true"
    agent.switch(maintenance="code")
    assert agent.create().code == 1
    agent.switch(maintenance="", rate_limit={"count": 1, "seconds": 60})
    assert [agent.create(rendelesSzam=order).code for order in "ab"] == [0, 167]
    agent.switch(rate_limit=None)
    agent.arm("429", params={"retry_after": "7"})
    answer = agent.post(
        f"{agent.base}/szamla/", files={"action-szamla_agent_xml": ("a.xml", "", "text/xml")}, timeout=5
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_faults_and_the_log_know_what_is_asked(agent: Agent) -> None:
    agent.arm("502_after", path="#action-xmlagentxmlfile$")
    assert agent.query(szamlaszam="x").code == 7
    sent = xml("xmlszamla", invoice(agent.key, [line()], {"szamlaKulsoAzon": "i"}, {}, {}))
    files = {"action-xmlagentxmlfile": ("a.xml", sent, "text/xml")}
    assert agent.post(f"{agent.base}/szamla/", files=files, timeout=5).status_code == 502
    assert agent.query(szamlaKulsoAzon="i")["szamlaszam"] == "TST-2026-1"
    log = agent.admin("GET", "requests")
    assert [entry["path"].partition("#")[2] for entry in log][-1] == "action-szamla_agent_xml"
    assert agent.key["szamlaagentkulcs"] not in str(log)


def test_a_partner_is_shown_as_last_sent(agent: Agent) -> None:
    agent.made(rendelesSzam="a")
    agent.made(rendelesSzam="b", buyer={"cim": "Új utca 2."})
    assert "Új utca 2." in agent.query(rendelesSzam="a").content.decode()


def test_what_is_done_in_the_systems_own_pages_is_seen(agent: Agent) -> None:
    number = agent.made()
    agent.admin("POST", f"documents/{number}", {"gross": "2541", "rendelesSzam": "changed"})
    found = agent.query(rendelesSzam="changed").content.decode()
    assert "<brutto>2541</brutto>" in found


def test_the_tax_office_knows_most_companies(agent: Agent) -> None:
    known = agent.ask("xmltaxpayer", {"beallitasok": agent.key, "torzsszam": "12345676"})
    assert (known["taxpayerValidity"], known["taxpayerName"]) == ("true", "Minta 12345676 Kft.")
    assert agent.ask("xmltaxpayer", {"beallitasok": agent.key, "torzsszam": "91234567"})["taxpayerValidity"] == "false"
    assert agent.ask("xmltaxpayer", {"beallitasok": agent.key, "torzsszam": "1"}).code == 57
