"""Credit notes: what went back at the invoice's own rates, so that credits sum to the invoice (documents.md 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from schemas.document import Draft, Kind, LineItem, Payment, Preceding, reference_of
from schemas.money import ZERO, round_to, vat_in, vat_on
from schemas.order import Refund
from workers.draft import Drafted
from workers.money.figures import Amounts, Group, Part, breakdown_of, from_gross, grouped, lines_of, totals_of
from workers.money.left import Left, rest_of
from workers.money.spread import Crediting, bounded, closing, closing_lines, spread

FULL = "full"
REST = "rest"


def credit_all(job: Crediting) -> Drafted:
    """Cancel the invoice: its lines and figures copied, never computed again (documents.md 2.7, end)."""
    invoice = job.draft
    return Drafted(_document(job, FULL, invoice.lines, None, rounding=invoice.totals.rounding), ())


def credit_rest(job: Crediting) -> Drafted:
    """Cancel what earlier credit notes left: one line per VAT group, exactly what is left of it."""
    parts, amounts = closing(job, "remainder", "Remainder")
    return Drafted(_document(job, REST, lines_of(parts, amounts, job.draft.decimals), None), ())


def credit_refund(job: Crediting, refund: Refund) -> Drafted:
    """Credit one refund: its amount rules, its lines say which rates (documents.md 2.7).

    Raises Unbalanced: CREDIT_EXCEEDS_INVOICE, CREDIT_EXCEEDS_INVOICE_RATE, REFUND_LINE_UNKNOWN,
    REFUND_LINES_EXCEED_AMOUNT, AMOUNT_ONLY_REFUND_MULTI_RATE; REFUND_LINES_UNKNOWN when the body cannot tell.
    """
    amount, clamped = bounded(job, refund)
    whole = closing_lines(job, refund) if amount == rest_of(job.left) else None
    if whole is not None:
        parts, gross = whole
        warnings: set[str] = set()
    else:
        parts, gross, warnings = spread(job, refund, amount)
    figures = _figures(job, parts, gross)
    warnings |= {"CREDIT_CLAMPED"} if clamped else set()
    lines = lines_of(parts, figures, job.draft.decimals)
    return Drafted(_document(job, refund.id, lines, refund), tuple(sorted(warnings)))


def _figures(job: Crediting, parts: Sequence[Part], gross: Sequence[Decimal]) -> list[Amounts]:
    """Net and VAT of every part, group by group."""
    result: list[Amounts] = [Amounts(ZERO, ZERO, ZERO)] * len(parts)
    for group, places in grouped(part.group for part in parts).items():
        mine = [gross[place] for place in places]
        nets = [parts[place].net for place in places]
        named = not any(parts[place].source.startswith("refund:") for place in places)
        for place, amounts in zip(places, _group(job, group, mine, nets if named else None), strict=True):
            result[place] = amounts
    return result


def _group(job: Crediting, group: Group, gross: Sequence[Decimal], nets: Sequence[Decimal] | None) -> list[Amounts]:
    """VAT of a credited group: what closes it takes exactly what is left; else by net, else cumulative (2.7)."""
    left, decimals = job.left[group], job.draft.decimals
    rate = group[1] or ZERO
    total = sum(gross, ZERO)
    if total == left.rest:
        return from_gross(gross, rate, decimals, left.rest_vat)
    if job.draft.basis == "net" and nets is not None and rate:
        rounded = [round_to(net, decimals) for net in nets]
        vat = total - sum(rounded, ZERO)
        near = abs(vat - round_to(vat_on(sum(rounded, ZERO), rate), decimals)) <= job.unit
        if near and vat == _within(left, total, vat):
            return [Amounts(net, g - net, g) for net, g in zip(rounded, gross, strict=True)]
    vat = round_to(vat_in(left.credited_gross + total, rate), decimals) - left.credited_vat
    return from_gross(gross, rate, decimals, _within(left, total, vat))


def _within(left: Left, gross: Decimal, vat: Decimal) -> Decimal:
    """VAT bounded by what is left, of VAT and of net (documents.md 2.7)."""
    if left.gross < 0 or gross < 0:
        return vat
    rest_net = left.rest - left.rest_vat
    # Prices of a cent can leave a rate with less than no VAT, within the unit that is allowed.
    lowest = max(gross - rest_net, ZERO) if left.rest_vat >= 0 else gross - rest_net
    return max(min(vat, left.rest_vat, gross), lowest)


def _document(
    job: Crediting, counter: str, lines: tuple[LineItem, ...], refund: Refund | None, rounding: Decimal = ZERO
) -> Draft:
    """A credit note (381) with positive amounts, everything but its figures as the invoice has it."""
    invoice, today = job.draft, job.rules.today
    rows = breakdown_of(lines, invoice.decimals)
    issued = job.invoice.document
    return replace(
        invoice,
        kind=Kind.CREDIT_NOTE,
        counter=counter,
        reference=reference_of(job.rules.shop_key, job.order.id, Kind.CREDIT_NOTE, counter),
        order_id=job.order.id,
        order_number=job.order.number,
        lines=tuple(replace(line, id=str(place)) for place, line in enumerate(lines, 1)),
        breakdown=rows,
        totals=totals_of(rows, ZERO, rounding),
        issue_date=today,
        tax_point=None,
        due_date=today,
        payment=replace(invoice.payment, paid_on=None) if invoice.payment else Payment(),
        gift_cards=(),
        proforma_ref=None,
        preceding=Preceding(
            reference=job.invoice.reference,
            number=issued.number if issued else "",
            issue_date=(issued.issue_date if issued else None) or invoice.issue_date,
            system_id=issued.system_id if issued else "",
        ),
        refund_id=refund.id if refund else None,
        reason=refund.reason if refund else "",
        deducted_refunds=None,
    )
