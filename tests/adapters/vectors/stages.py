"""How each system is set up for a vector, and what it may refuse of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from adapters.manifest import Manifest
from adapters.styles import STYLES
from schemas.document import Draft, Kind
from schemas.errors import AdapterError, Unsupported
from schemas.money import plain
from tests.adapters.drafts import CZECHIA, HUNGARY, PERSON
from tests.adapters.organisation import NETHERLANDS


@dataclass(frozen=True)
class Stage:
    """Settings of the simulator and options of the account, laid over those of the contract, and the same sale by a
    seller whom the system knows."""

    settings: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    sold: Callable[[Draft], Draft] = lambda draft: draft


def _usual(draft: Draft) -> Stage:
    return Stage()


def _exchanging(draft: Draft) -> Stage:
    """A system that wants a rate of exchange told; which one changes no total."""
    return Stage(options={"exchange_rates": "CZK 0.17, EUR 4.25, GBP 5, HUF 0.011, ISK 0.03, SEK 0.4, PLN 1, USD 4"})


def _two_rates(draft: Draft) -> Stage:
    """Konto knows two percentages beside zero: the seller's country's own, here those of the vector."""
    high, low = (*rates_of(draft), "24", "11")[:2]
    return Stage({"percent_S": high, "percent_AA": low}, {"vat_rates": f"S {high}, AA {low}"})


def _in_swedish_books(draft: Draft) -> Stage:
    """A Fortnox company has the rates and currencies that it was set up with; whole percentages alone."""
    rates = {0, 6, 12, 25} | {int(rate) for rate in rates_of(draft) if "." not in rate}
    return Stage({"vat_rates": sorted(rates), "currencies": sorted({"SEK", draft.currency})})


def _sold_by_a_czech(draft: Draft) -> Stage:
    """iDoklad has the rates of its own country and, for sales abroad under the One Stop Shop, those of others."""
    return Stage(sold=_czech)


def _czech(draft: Draft) -> Draft:
    if draft.seller.country == "CZ":
        return draft
    abroad = bool(rates_of(draft))
    countries = draft.vat_countries or (draft.seller.country,)
    return replace(draft, seller=CZECHIA.seller, oss=abroad, vat_countries=countries if abroad else ())


def _sold_by_a_hungarian(draft: Draft) -> Stage:
    """The imagined Kontozz issues on its own day alone, and has foreign rates under the One Stop Shop."""
    return Stage({"today": draft.issue_date.isoformat()}, sold=_hungarian)


def _hungarian(draft: Draft) -> Draft:
    """A vector's history has no buyer: one who lives somewhere."""
    foreign = not set(rates_of(draft)) <= {"27", "18", "5"}
    countries = draft.vat_countries or (draft.seller.country,)
    buyer = draft.buyer if draft.buyer.address.city else PERSON
    return replace(draft, seller=HUNGARY.seller, oss=foreign, vat_countries=countries if foreign else (), buyer=buyer)


def _sold_by_a_dutch(draft: Draft) -> Stage:
    """Jortt invoices in euros alone, and abroad at the buyer's rates under the One Stop Shop."""
    return Stage({"one_stop_shop": True}, sold=_dutch)


def _dutch(draft: Draft) -> Draft:
    at_home = draft.seller.country == "NL"
    return replace(draft, seller=NETHERLANDS.seller, currency="EUR", oss=not at_home and bool(rates_of(draft)))


STAGES: Mapping[str, Callable[[Draft], Stage]] = {
    "fakturoid": _exchanging, "fortnox": _in_swedish_books, "idoklad": _sold_by_a_czech, "konto": _two_rates,
    "kontozz": _sold_by_a_hungarian,
    "jortt": _sold_by_a_dutch,
}  # fmt: skip


def stage_of(system: str, draft: Draft) -> Stage:
    return STAGES.get(system, _usual)(draft)


def rates_of(draft: Draft) -> list[str]:
    """The draft's percentages above zero, the highest first."""
    found = {row.rate for row in draft.breakdown if row.rate}
    return [plain(rate) for rate in sorted(found, reverse=True)]


def refusal(error: AdapterError, draft: Draft, manifest: Manifest) -> str:
    """The refusal in a few words for the table, "" when it has no good reason.

    NO_EXACT_ENCODING is one only where a gross is out of reach of net prices and the system has no rounding position.
    """
    if isinstance(error, Unsupported) and draft.kind not in manifest.kinds:
        return f"no {draft.kind.value.replace('_', ' ')}"
    if isinstance(error, Unsupported) and manifest.currencies and draft.currency not in manifest.currencies:
        return f"no {draft.currency}"
    if isinstance(error, Unsupported) and draft.kind is Kind.PROFORMA and draft.oss:
        return "no proforma under OSS"
    if error.code == "NOT_IN_CODE_LIST" and manifest.key == "idoklad":
        return f"not sold to {draft.buyer.country} under OSS"
    if error.code == "VAT_RATE_UNKNOWN" and manifest.key == "konto" and len(rates_of(draft)) > 2:
        return "two rates at most"
    if error.code == "VAT_RATE_UNKNOWN" and manifest.key == "fortnox":
        return f"no rate of {next(rate for rate in rates_of(draft) if '.' in rate)} %"
    if error.code == "VAT_NOT_OFFERED" and manifest.key == "jortt":
        return f"other rates for {draft.buyer.country}"
    unreachable = any(not row.net_reachable for row in draft.breakdown)
    if error.code == "NO_EXACT_ENCODING" and unreachable and not any(s.rounding for s in STYLES[manifest.key]):
        return "no exact encoding"
    return ""


def roundings(draft: Draft) -> Decimal:
    """The most that rounding positions may come to: a unit per rate whose gross no net amount reaches."""
    return Decimal(sum(not row.net_reachable for row in draft.breakdown)).scaleb(-draft.decimals)
