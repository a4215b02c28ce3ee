"""The vendor's schemas and published answers go first; they are of public origin and read from ../shared."""

import re

import pytest
from defusedxml import ElementTree

from simulators.szamlazz.sequences import ENTRIES
from tests.simulators.conftest import SAMPLES
from tests.simulators.szamlazz import Agent, local_names

ROOM = SAMPLES / "szamlazz"
pytestmark = pytest.mark.skipif(not ROOM.is_dir(), reason=f"recorded samples are not here: {ROOM}")
XSD = "{http://www.w3.org/2001/XMLSchema}"
# Our table -> schema file and complex type; what the sheet says the live service takes besides.
TYPES = {
    "settings": ("generate_invoice", "beallitasokTipus", set()),
    "header": ("generate_invoice", "fejlecTipus", {"simpleItems"}),
    "seller": ("generate_invoice", "eladoTipus", set()),
    "buyer": ("generate_invoice", "vevoTipus", set()),
    "buyer_ledger": ("generate_invoice", "vevoFokonyvTipus", set()),
    "line": ("generate_invoice", "tetelTipus", {"torloKod"}),
    "line_ledger": ("generate_invoice", "tetelFokonyvTipus", set()),
    "storno_header": ("reverse_invoice", "fejlecTipus", {"megjegyzes"}),
    "storno_seller": ("reverse_invoice", "eladoTipus", set()),
    "storno_buyer": ("reverse_invoice", "vevoTipus", set()),
    "payment_settings": ("credit_entry", "beallitasokTipus", {"adoszam", "aggregator", "valaszVerzio"}),
    "payment": ("credit_entry", "kifizetesTipus", set()),
    "xmlszamlapdf": ("query_invoice_pdf", "beallitasokTipus", {"rendelesSzam", "szamlaKulsoAzon"}),
    "login": ("delete_pro_forma_invoice", "beallitasokTipus", set()),
    "proforma": ("delete_pro_forma_invoice", "fejlecTipus", set()),
}  # fmt: skip


def schema(file: str, name: str) -> list[tuple[str, bool]]:
    root = ElementTree.fromstring((ROOM / "xsd" / f"{file}.xsd").read_bytes())
    kind = next(one for one in root.iter(f"{XSD}complexType") if one.get("name") == name)
    return [(str(one.get("name")), one.get("minOccurs", "1") != "0") for one in kind.iter(f"{XSD}element")]


@pytest.mark.parametrize("table", TYPES)
def test_elements_stand_in_the_order_of_the_vendors_schema(table: str) -> None:
    file, name, more = TYPES[table]
    own = [(entry.name, entry.least > 0) for entry in ENTRIES[table] if entry.name not in more]
    told = schema(file, name)
    if table == "xmlszamlapdf":  # a number, an order number or an external id since
        told = [(one, needed and one != "szamlaszam") for one, needed in told]
    assert own == told


def sample(name: str) -> bytes:
    return (ROOM / "responses" / name).read_bytes()


def test_success_in_both_versions_has_the_documented_shape(agent: Agent) -> None:
    agent.switch(prefixes="TST")
    told = agent.create()
    assert local_names(told.content) == [*local_names(sample("doc_create_ok_v2.xml"))]
    assert told["szamlabrutto"] == "2540" and told["kintlevoseg"] == "0"
    wanted = set(re.findall(r"^(szlahu_\w+)", sample("doc_create_ok_v2.headers.txt").decode(), re.MULTILINE))
    assert wanted <= set(told.headers)
    text = agent.create(settings={"valaszVerzio": None}).content.decode()
    assert re.sub(r"\d+$", "17", text) == sample("doc_create_ok_v1.txt").decode().strip()


def test_answers_without_a_namespace_are_those_of_the_published_samples(agent: Agent) -> None:
    agent.switch(namespace=False)
    plain = agent.create().content
    with_pdf = agent.create(settings={"szamlaLetoltes": "true"}).content
    assert local_names(plain) == local_names(sample("szamlazzjs_success_without_pdf.xml"))
    assert local_names(with_pdf) == local_names(sample("szamlazzjs_success_with_pdf.xml"))
    assert b"xmlns" not in plain
    unknown = agent.query(szamlaszam="2016-1")
    assert local_names(unknown.content) == local_names(sample("szamlazzjs_unknown_invoice_number.xml"))
    assert unknown.code == 7


def test_a_taken_order_number_and_a_deleted_proforma_are_told_as_documented(agent: Agent) -> None:
    agent.made()
    taken = agent.create(buyer={"nev": "Más Vevő"})
    assert local_names(taken.content) == local_names(sample("doc_duplicate_order_152.xml"))
    assert (taken.code, "10023" in taken["hibauzenet"]) == (152, True)
    agent.made(dijbekero="true", fizetve=None, rendelesSzam="10024")
    gone = agent.drop(rendelesszam="10024")
    assert local_names(gone.content) == local_names(sample("doc_proforma_deleted.xml"))
    assert not [name for name in gone.headers if name.startswith("szlahu_")]
