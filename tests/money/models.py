"""Two model invoicing systems and the sum rules, with exact fractions: shares no code with the product.

After the independent checker that came with the test vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Group = tuple[str, str | None]
PerGroup = dict[Group, tuple[Fraction, Fraction]]
Position = Sequence[str]


def half_up(x: Fraction, places: int) -> Fraction:
    """Half up, away from zero."""
    scale = 10**places
    size = abs(x) * scale
    whole = int(size)
    if size - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole, scale) * (1 if x >= 0 else -1)


def gross_unit_system(positions: Sequence[Position], document: Mapping[str, Any]) -> PerGroup:
    """Line gross = round(quantity × unit gross); VAT per rate taken out of the sum of the gross lines."""
    places = document["decimals"]
    sums = _sums(positions, document)
    return {k: (g, half_up(g * Fraction(k[1] or 0) / (100 + Fraction(k[1] or 0)), places)) for k, g in sums.items()}


def net_unit_system(positions: Sequence[Position], document: Mapping[str, Any]) -> PerGroup:
    """Line net = round(quantity × unit net); VAT per rate = round(sum of nets × rate)."""
    places = document["decimals"]
    vats = {k: (n, half_up(n * Fraction(k[1] or 0) / 100, places)) for k, n in _sums(positions, document).items()}
    return {k: (n + v, v) for k, (n, v) in vats.items()}


def _sums(positions: Sequence[Position], document: Mapping[str, Any]) -> dict[Group, Fraction]:
    lines = {line["id"]: line for line in document["lines"]}
    sums: dict[Group, Fraction] = {}
    for line_id, quantity, price in positions:
        key = (lines[line_id]["vat_category"], lines[line_id]["vat_rate"])
        sums[key] = sums.get(key, Fraction(0)) + half_up(Fraction(quantity) * Fraction(price), document["decimals"])
    return sums


def check_gross(document: Mapping[str, Any], positions: Sequence[Position], earlier: int = 0) -> None:
    """The gross-unit system gives total and every rate's gross back, VAT within a unit."""
    unit = Fraction(1, 10 ** document["decimals"])
    got = gross_unit_system(positions, document)
    assert sum(g for g, _ in got.values()) == Fraction(document["totals"]["gross"])
    for row in document["vat_breakdown"]:
        gross, vat = got[(row["category"], row["rate"])]
        assert gross == Fraction(row["gross"])
        assert abs(vat - Fraction(row["vat"])) <= unit * (1 + earlier)


def check_net(document: Mapping[str, Any], positions: Sequence[Position], rounding: str) -> None:
    """The net-unit system gives the total back; a rounding position only for rates whose gross is out of reach."""
    unit = Fraction(1, 10 ** document["decimals"])
    got = net_unit_system(positions, document)
    assert sum(g for g, _ in got.values()) + Fraction(rounding) == Fraction(document["totals"]["gross"])
    unreachable = sum(not row["net_reachable"] for row in document["vat_breakdown"])
    assert abs(Fraction(rounding)) <= unit * unreachable


def check_document(document: Mapping[str, Any], earlier: int = 0) -> None:
    """EN 16931's sum rules, exact where the rules are exact, within a unit for BR-CO-17."""
    places = document["decimals"]
    unit = Fraction(1, 10**places)
    groups: dict[Group, list[Fraction]] = {}
    for line in document["lines"]:
        net, vat, gross, quantity = (Fraction(line[k]) for k in ("net", "vat", "gross", "quantity"))
        assert all(len(line[k].partition(".")[2]) <= places for k in ("net", "vat", "gross")), "BR-DEC-23"
        assert net + vat == gross and quantity
        assert Fraction(line["unit_net"]) >= 0 and Fraction(line["unit_gross"]) >= 0, "BR-27"
        assert (line["vat_category"] == "S") == (Fraction(line["vat_rate"] or 0) > 0), "BR-S-05, BR-E-05"
        assert (line["vat_category"] == "O") == (line["vat_rate"] is None), "BR-O-05"
        sums = groups.setdefault((line["vat_category"], line["vat_rate"]), [Fraction(0)] * 3)
        sums[:] = [a + b for a, b in zip(sums, (net, vat, gross), strict=True)]
    assert len(groups) == len(document["vat_breakdown"]) >= 1, "BR-CO-18"
    for row in document["vat_breakdown"]:
        net, vat, gross = (Fraction(row[k]) for k in ("taxable", "vat", "gross"))
        assert [net, vat, gross] == groups[(row["category"], row["rate"])], "BR-S-08"
        assert net + vat == gross
        off = vat - half_up(net * Fraction(row["rate"] or 0) / 100, places)
        assert off == Fraction(row["vat_minus_taxable_x_rate"])
        assert abs(off) <= unit * (1 + earlier), "BR-CO-17"
        assert row["category"] == "S" or vat == 0, "BR-E-09"
    assert len(groups) == 1 or all(category != "O" for category, _ in groups), "BR-O-11"
    totals = {k: Fraction(v) for k, v in document["totals"].items()}
    assert totals["net"] == sum(Fraction(line["net"]) for line in document["lines"]), "BR-CO-10"
    assert totals["vat"] == sum(Fraction(row["vat"]) for row in document["vat_breakdown"]), "BR-CO-14"
    assert totals["gross"] == totals["net"] + totals["vat"], "BR-CO-15"
    assert totals["due"] == totals["gross"] - totals["paid"] + totals["rounding"], "BR-CO-16"
