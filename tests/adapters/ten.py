"""The ten orders that every system's goldens show: what a shop meets, said by each adapter in its own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemas.document import Address, Document, Draft, Kind, Party
from tests.adapters.drafts import CUPS, MIXED, UNPAID, credit_of, draft, line

GERMAN = Party(
    "Muster GmbH", Address("Weg 1", "", "Berlin", "10115", "", "DE"), company="Muster GmbH", vat_id="DE136695976",
    email="einkauf@example.test",
)  # fmt: skip
SWISS = replace(GERMAN, name="Muster AG", company="Muster AG", vat_id=None, tax_number="CHE123456789",
                address=Address("Gasse 2", "", "Bern", "3011", "", "CH"))  # fmt: skip
LONG = Party(
    "Przedsiębiorstwo Wielobranżowe „Żółć i Gęśla Jaźń” Kłębowski, Świętosławski i Wspólnicy Spółka komandytowa " * 3,
    Address("ul. Świętego Łazarza nad Wisłą 123 A", "lokal użytkowy 45", "Święta Lipka", "11-400", "", "PL"),
    company="Przedsiębiorstwo Wielobranżowe", vat_id="PL5252445767", email="biuro@example.test",
)  # fmt: skip
LONG_LINE = "Žluťoučký kůň úpěl ďábelské ódy, árvíztűrő tükörfúrógép, Größenwahn 茶 " * 5

_ORDER = "1001"
TEN: dict[str, Callable[[], Draft]] = {
    "domestic": lambda: draft(order=_ORDER, note="Leave it at the door"),
    "b2b_intra_eu": lambda: draft(
        order=_ORDER, buyer=GERMAN, currency="EUR", language="de", basis="net",
        lines=[line("Filter", "12", "97.80", "0", "K"), line("DPD", "1", "14.90", "0", "K", "shipping:1")],
    ),
    "export": lambda: draft(order=_ORDER, buyer=SWISS, language="en", lines=[line("Cup", "1", "50.00", "0", "G")]),
    "oss": lambda: draft(
        order=_ORDER, oss=True, lines=[line("Kuppi", "1", "25.50", "25.5")], currency="EUR", language="fi"
    ),
    "zero_decimal": lambda: replace(
        draft(order=_ORDER, currency="HUF", language="hu", lines=[line("Csésze", "2", "2540", "27")]), decimals=0
    ),
    "mixed_rates": lambda: draft(order=_ORDER, lines=MIXED[:3]),
    "discount": lambda: draft(order=_ORDER, lines=MIXED),
    "refund": lambda: credit_of(draft(order=_ORDER), [line("Cup", "1", "61.50")]),
    "proforma": lambda: draft(Kind.PROFORMA, order=_ORDER, payment=UNPAID),
    "long_names": lambda: draft(order=_ORDER, buyer=LONG, lines=[line(LONG_LINE, "1", "12.30")]),
}  # fmt: skip


def invoice_of(system: str, system_id: str, **extra: str) -> Document:
    """The invoice that the refund credits, as a system has it."""
    made = draft(order=_ORDER, lines=CUPS)
    return Document(system, system_id, Kind.INVOICE, made.reference, "2026-0007", made.currency, made.totals.gross,
                    extra=extra)  # fmt: skip
