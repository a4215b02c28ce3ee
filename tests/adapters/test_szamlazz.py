"""Számlázz.hu's pure halves: what is sent (goldens, element order) and what is read (recorded answers)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.payloads import szamlazz as say
from adapters.payloads.szamlazz_items import items, unit_net
from adapters.payloads.szamlazz_told import entries, reply_of
from adapters.payloads.szamlazz_xml import read, written
from adapters.szamlazz import MANIFEST, to_document, to_payload, to_storno
from schemas.connection import Account
from schemas.document import Address, Draft, Kind, Party
from schemas.errors import Permanent
from tests.adapters.contract.test_szamlazz import VENDOR
from tests.adapters.drafts import PERSON, UNPAID, at, draft, line
from tests.adapters.goldens import agrees
from tests.adapters.ten import GERMAN, SWISS, TEN, invoice_of

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "invoicing" / "szamlazz"
ACCOUNT = Account(1, "main", "szamlazz", "Main", VENDOR.home.seller, {"agent_key": "0123456789abcdef"})
EVA = Party(
    "Nagy Éva", Address("Fő utca 1.", "2. em. 3.", "Budapest", "1011", "", "HU"), first_name="Éva", last_name="Nagy",
    email="eva@example.test", phone="+36 30 123 4567",
)  # fmt: skip
FIRM = Party(
    "Árvíztűrő Tükörfúrógép Kft.", Address("Kossuth tér 4.", "", "Győr", "9021", "", "HU"),
    company="Árvíztűrő Tükörfúrógép Kft.", vat_id="HU12345676", tax_number="12345676208", email="penz@example.test",
)  # fmt: skip
ALL_OPTIONS = {
    "e_invoice": "no", "mail": "yes", "mail_reply_to": "bolt@example.test", "mail_subject": "Számla",
    "mail_text": "Köszönjük!", "prefix": "WEB", "template": "SzlaMost", "logo": "logo", "note": "Köszönjük.",
    "bank": "OTP", "bank_account": "11111111-22222222-33333333", "signer": "Kiss Pál", "exchange_bank": "OTP",
}  # fmt: skip
#: Fact sheet section 2: the order of the schema, of which the older XSDs know a part.
ORDER = {
    "xmlszamla": "beallitasok fejlec elado vevo fuvarlevel tetelek",
    "beallitasok": "felhasznalo jelszo szamlaagentkulcs eszamla szamlaLetoltes szamlaLetoltesPld valaszVerzio"
    " aggregator guardian cikkazoninvoice szamlaKulsoAzon",
    "fejlec": "keltDatum teljesitesDatum fizetesiHataridoDatum fizmod penznem szamlaNyelve megjegyzes arfolyamBank"
    " arfolyam rendelesSzam dijbekeroSzamlaszam elolegszamla vegszamla elolegSzamlaszam helyesbitoszamla"
    " helyesbitettSzamlaszam dijbekero szallitolevel logoExtra szamlaszamElotag fizetendoKorrekcio fizetve arresAfa"
    " eusAfa szamlaSablon elonezetpdf simpleItems",
    "elado": "bank bankszamlaszam emailReplyto emailTargy emailSzoveg alairoNeve",
    "vevo": "nev orszag irsz telepules cim email sendEmail adoalany adoszam csoportazonosito adoszamEU postazasiNev"
    " postazasiOrszag postazasiIrsz postazasiTelepules postazasiCim vevoFokonyv azonosito alairoNeve telefonszam"
    " megjegyzes",
    "tetel": "megnevezes azonosito mennyiseg mennyisegiEgyseg nettoEgysegar afakulcs arresAfaAlap nettoErtek afaErtek"
    " bruttoErtek megjegyzes tetelFokonyv",
}  # fmt: skip
STORNO_ORDER = {
    "xmlszamlast": "beallitasok fejlec elado vevo",
    "beallitasok": "felhasznalo jelszo szamlaagentkulcs eszamla szamlaLetoltes szamlaLetoltesPld aggregator guardian"
    " valaszVerzio szamlaKulsoAzon",
    "fejlec": "szamlaszam keltDatum teljesitesDatum megjegyzes tipus szamlaSablon",
    "elado": "emailReplyto emailTargy emailSzoveg", "vevo": "email adoszam adoszamEU",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_home() -> Iterator[None]:
    with at(VENDOR.home):
        yield


def account(**options: str) -> Account:
    return replace(ACCOUNT, options=options)


def in_forints(gross: str, quantity: str = "1", buyer: Party = EVA, **more: Any) -> Draft:
    """A domestic draft of one line in whole forints."""
    total = Decimal(gross)
    vat = (total * 27 / 127).quantize(Decimal(1))
    made = draft(order="1001", lines=[line("Bögre", quantity, gross, "27", sku="B-1")], buyer=buyer, language="hu",
                 currency="HUF", **more)  # fmt: skip
    entry = replace(made.lines[0], vat=vat, net=total - vat)
    row = replace(made.breakdown[0], vat=vat, taxable=total - vat)
    totals = replace(made.totals, vat=vat, net=total - vat)
    return replace(made, lines=(entry,), breakdown=(row,), totals=totals, decimals=0)


@pytest.mark.parametrize("topic", TEN)
def test_each_of_the_ten_is_said_as_in_its_golden(topic: str) -> None:
    wanted = TEN[topic]()
    original = invoice_of("szamlazz", "TST-2026-7") if wanted.kind is Kind.CREDIT_NOTE else None
    agrees("szamlazz", topic, to_payload(wanted, ACCOUNT, original))


def test_a_hungarian_firm_that_pays_later_has_its_tax_number_and_every_option() -> None:
    agrees(
        "szamlazz", "firm_unpaid", to_payload(in_forints("10000", "3", FIRM, payment=UNPAID), account(**ALL_OPTIONS))
    )


def test_an_invoice_names_the_proforma_that_it_settles() -> None:
    said = to_payload(in_forints("2540"), ACCOUNT, invoice_of("szamlazz", "D-TST-3"))
    assert said["fejlec"]["dijbekeroSzamlaszam"] == "2026-0007"
    assert "helyesbitoszamla" not in said["fejlec"]


def test_a_storno_names_its_invoice_and_carries_our_reference() -> None:
    wanted = TEN["refund"]()
    agrees("szamlazz", "storno", to_storno(wanted, account(**ALL_OPTIONS), invoice_of("szamlazz", "TST-2026-7")))


def _in_order(name: str, tree: Mapping[str, Any], order: Mapping[str, str]) -> None:
    known = order[name].split()
    assert list(tree) == sorted(tree, key=known.index), name
    for child, below in tree.items():
        for entry in below if isinstance(below, list) else [below] if isinstance(below, dict) else []:
            if child in order:
                _in_order(child, entry, order)
            else:
                assert child == "tetelek"
                for item in entry["tetel"]:
                    _in_order("tetel", item, order)


def test_elements_stand_in_the_order_of_the_schema() -> None:
    everything = replace(in_forints("10000", "3", FIRM), oss=True, note="x", currency="EUR")
    everything = replace(everything, totals=replace(everything.totals, rounding=Decimal("2")))
    original = invoice_of("szamlazz", "TST-2026-7")
    for wanted in (everything, replace(everything, kind=Kind.PROFORMA), TEN["refund"]()):
        _in_order("xmlszamla", to_payload(wanted, account(**ALL_OPTIONS), original), ORDER)
    _in_order("xmlszamlast", to_storno(TEN["refund"](), account(**ALL_OPTIONS), original), STORNO_ORDER)


@pytest.mark.parametrize("name", ["generate_invoice", "xmlszamla_szamlazzjs"])
def test_the_vendors_schema_has_the_same_order(name: str) -> None:
    schema = _sample(f"xsd/{name}.xsd").decode()
    for part, told in (("fejlec", ORDER["fejlec"]), ("vevo", ORDER["vevo"]), ("tetel", ORDER["tetel"]),
                       ("elado", ORDER["elado"]), ("beallitasok", ORDER["beallitasok"])):  # fmt: skip
        (body,) = re.findall(rf'<complexType name="{part}Tipus">(.*?)</complexType>', schema, re.DOTALL)
        named = re.findall(r'<element name="(\w+)"', body)
        assert [word for word in told.split() if word in named] == named, part


def test_net_vat_and_gross_are_sent_as_they_are_and_the_unit_price_multiplies_to_the_net() -> None:
    (item,) = items(in_forints("10000", "3"), {})
    assert (item["nettoErtek"], item["afaErtek"], item["bruttoErtek"]) == ("7874", "2126", "10000")
    assert item["nettoEgysegar"] == "2624.67"
    assert unit_net(Decimal("0.10"), Decimal(3), 2) * 3 - Decimal("0.10") < Decimal("0.005")
    assert unit_net(Decimal(1), Decimal(7000), 0) == Decimal("0.0001")


def test_a_part_of_a_forint_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        items(draft(currency="HUF"), {})
    assert caught.value.code == "NO_EXACT_ENCODING"


@pytest.mark.parametrize(("category", "options", "code"), [
    ("K", {}, "KBAET"), ("K", {"vat_codes": "labels"}, "EUT"), ("G", {}, "EAM"), ("G", {"vat_codes": "labels"}, "EUKT"),
    ("AE", {}, "EUFAD37"), ("AE", {"vat_codes": "labels"}, "EU"), ("O", {}, "ATK"),
    ("O", {"vat_codes": "labels"}, "TAHK"), ("Z", {}, "0"), ("E", {}, "TAM"),
    ("K", {"own_vat_codes": "G EUK, K KBAUK"}, "KBAUK"), ("G", {"own_vat_codes": "G EUK, K KBAUK"}, "EUK"),
])  # fmt: skip
def test_zero_vat_is_called_by_the_accounts_family(category: str, options: dict[str, str], code: str) -> None:
    wanted = draft(lines=[line("Cup", "1", "10.00", "0", category)], buyer=GERMAN)
    assert say.vat_code(wanted.lines[0], wanted, options) == code


def test_who_pays_no_vat_is_aam_and_reversed_charge_at_home_is_f_afa() -> None:
    exempt = draft(lines=[line("Cup", "1", "10.00", "0", "E")])
    small = replace(exempt, seller=replace(exempt.seller, vat_status="exempt"))
    at_home = draft(lines=[line("Cup", "1", "10.00", "0", "AE")], buyer=FIRM)
    assert say.vat_code(small.lines[0], small, {}) == "AAM"
    assert say.vat_code(at_home.lines[0], at_home, {}) == "F.AFA"


@pytest.mark.parametrize(("buyer", "sort", "numbers"), [
    (EVA, "-1", {}), (replace(EVA, company="Nagy Bt."), "0", {}),
    (FIRM, "1", {"adoszam": "12345676-2-08", "adoszamEU": "HU12345676"}), (GERMAN, "6", {"adoszamEU": "DE136695976"}),
    (SWISS, "7", {"adoszam": "CHE123456789"}), (PERSON, "-1", {}),
])  # fmt: skip
def test_who_the_buyer_is_to_the_tax_office(buyer: Party, sort: str, numbers: dict[str, str]) -> None:
    said = say.buyer(draft(buyer=buyer), {})
    assert said["adoalany"] == sort
    assert {name: said[name] for name in ("adoszam", "adoszamEU") if name in said} == numbers


def test_mail_goes_out_only_when_the_account_says_so() -> None:
    told = [say.buyer(in_forints("2540", buyer=buyer), options)["sendEmail"]
            for buyer in (EVA, replace(EVA, email="")) for options in ({}, {"mail": "yes"})]  # fmt: skip
    assert told == ["false", "true", "false", "false"]


def test_languages_and_means_have_the_vendors_names() -> None:
    asked = [("cs", EVA), ("sl", EVA), ("fi", EVA), ("fi", GERMAN), ("", EVA), ("hu_HU", GERMAN)]
    assert [say.language(replace(draft(buyer=buyer), language=word), {}) for word, buyer in asked] == [
        "cz", "si", "hu", "en", "hu", "hu"]  # fmt: skip
    assert say.language(replace(draft(), language="fi"), {"language": "de"}) == "de"
    ways = [("48", "stripe", ""), ("ZZZ", "cod", "x"), ("ZZZ", "own", "Utalvány"), ("ZZZ", "own", ""), ("10", "", "")]
    paid = [replace(UNPAID, means=means, method=method, title=title) for means, method, title in ways]
    assert [say.means(draft(payment=payment)) for payment in paid] == [
        "bankkártya", "utánvét", "Utalvány", "egyéb", "készpénz"]  # fmt: skip


def test_what_xml_cannot_say_is_left_out_and_what_it_must_escape_is_escaped() -> None:
    body = written("xmlszamla", {"elado": {}, "vevo": {"nev": "A & B <\x07>", "irsz": ""}})
    assert b"<elado /><vevo><nev>A &amp; B &lt;&gt;</nev><irsz /></vevo>" in body
    assert body.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>\n<xmlszamla xmlns=\"http://www.szamlazz.hu/xmlszamla"
    )


def test_a_document_type_is_refused_and_a_bare_ampersand_is_not() -> None:
    assert read(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>') is None
    root = read(b"<x:a xmlns:x='u'><url>https://x.hu/?a=1&b=2</url></x:a>")
    assert root is not None
    assert (root.tag, root.findtext("url")) == ("a", "https://x.hu/?a=1&b=2")


def test_a_reply_is_read_from_headers_and_body_alike() -> None:
    headers = {"szlahu_error_code": "152", "szlahu_error": "M%C3%A1r+l%C3%A9tez%C5%91+rendel%C3%A9ssz%C3%A1m%3A+7"}
    body = b"<xmlszamlavalasz><sikeres>false</sikeres><hibakod>152</hibakod></xmlszamlavalasz>"
    for told in (reply_of(headers, b""), reply_of(headers, body)):
        assert (told.done, told.code, told.sentence) == (False, "152", "Már létező rendelésszám: 7")
    assert reply_of({}, body).code == "152"
    assert reply_of({}, b"[ERR] Hiba").sentence == "Hiba"
    assert reply_of({"szlahu_szamlaszam": "A-1", "szlahu_bruttovegosszeg": "2540"}, b"%PDF").gross == 2540
    assert [reply_of({}, nothing).done for nothing in (b"", b"<html></html>", b"%PDF-1.4")] == [None, None, None]


SZAMLA = """<szamla xmlns="http://www.szamlazz.hu/szamla"><alap><szamlaszam>TST-9</szamlaszam><tipus>{kind}</tipus>
<kelt>2026-11-20+01:00</kelt><rendelesszam>7</rendelesszam><devizanem>Ft</devizanem>{more}</alap><osszegek>
<afakulcsossz><afakulcs>27</afakulcs><afa>{sign}540</afa></afakulcsossz><afakulcsossz><afatipus>AAM</afatipus>
<afakulcs>0</afakulcs><afa>0</afa></afakulcsossz><totalossz><netto>{sign}2000</netto><afa>{sign}540</afa>
<brutto>{sign}2540</brutto></totalossz></osszegek><kifizetesek><kifizetes><datum>2026-11-20</datum><jogcim>x</jogcim>
<osszeg>{sign}40.5</osszeg></kifizetes></kifizetesek></szamla>"""


@pytest.mark.parametrize(("kind", "ours"), [
    ("SZ", Kind.INVOICE), ("ES", Kind.INVOICE), ("VS", Kind.INVOICE), ("D", Kind.PROFORMA), ("SS", Kind.CREDIT_NOTE),
    ("HS", Kind.CREDIT_NOTE),
])  # fmt: skip
def test_a_document_is_read_in_our_words_and_a_credit_notes_amounts_are_positive(kind: str, ours: Kind) -> None:
    sign = "-" if ours is Kind.CREDIT_NOTE else ""
    root = read(SZAMLA.format(kind=kind, sign=sign, more="").encode())
    assert root is not None
    document = to_document(root, "shop/7/i1")
    assert document is not None
    assert (document.kind, document.number, document.currency, document.reference) == (
        ours,
        "TST-9",
        "HUF",
        "shop/7/i1",
    )
    assert [str(n) for n in (document.gross, document.net, document.vat, document.paid)] == [
        "2540",
        "2000",
        "540",
        "40.5",
    ]
    assert (document.vat_by_rate, str(document.issue_date)) == ({"27": Decimal(540), "0": Decimal(0)}, "2026-11-20")
    assert entries(root) == [{"datum": "2026-11-20", "jogcim": "x", "osszeg": f"{sign}40.5"}]


def test_a_reversed_document_is_cancelled_and_a_delivery_note_is_none_of_ours() -> None:
    reversed_, note = (read(SZAMLA.format(kind=kind, sign="", more="<sztornozott>true</sztornozott>").encode())
                       for kind in ("SZ", "SL"))  # fmt: skip
    assert reversed_ is not None
    assert note is not None
    document = to_document(reversed_)
    assert document is not None
    assert document.state == "cancelled"
    assert to_document(note) is None


def test_the_manifest_tells_what_is_wrong_with_credentials_without_repeating_them() -> None:
    problems = MANIFEST.problems({"agent_key": "short"}, {"own_vat_codes": "KBAET", "vat_codes": "new"})
    assert set(problems) == {"agent_key", "own_vat_codes", "vat_codes"}
    assert "short" not in str(problems)
    assert MANIFEST.problems(dict(ACCOUNT.credentials), ALL_OPTIONS | {"own_vat_codes": "K EU, G EUK"}) == {}


def _sample(name: str) -> bytes:
    if not (SAMPLES / name).exists():
        pytest.skip(f"the vendor's samples are not here ({SAMPLES}); they are not part of the project")
    return (SAMPLES / name).read_bytes()


def test_the_recorded_answers_are_read() -> None:
    headers = dict(row.split(": ", 1) for row in _sample("responses/doc_create_ok_v2.headers.txt").decode().splitlines()
                   if ": " in row)  # fmt: skip
    good = reply_of({name.lower(): told for name, told in headers.items()}, _sample("responses/doc_create_ok_v2.xml"))
    assert (good.done, good.number) == (True, "TST-2026-17")
    assert [good.net, good.gross, good.owed] == [Decimal(2000), Decimal(2540), Decimal(0)]
    bare = reply_of({}, _sample("responses/szamlazzjs_success_without_pdf.xml"))
    assert (bare.done, bare.number) == (True, "2016-139")
    assert [bare.gross, bare.owed] == [Decimal(6605), None]
    pdf = reply_of({}, _sample("responses/szamlazzjs_success_with_pdf.xml"))
    assert pdf.root is not None
    assert pdf.root.findtext("pdf") == "AAAAZg=="
    unknown = reply_of({}, _sample("responses/szamlazzjs_unknown_invoice_number.xml"))
    assert (unknown.done, unknown.code) == (False, "7")
    taken = reply_of({}, _sample("responses/doc_duplicate_order_152.xml"))
    assert (taken.done, taken.code, taken.sentence) == (False, "152", "Már létező rendelésszám: 10023")
    assert reply_of({}, _sample("responses/doc_proforma_deleted.xml")).done
