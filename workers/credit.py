"""Credit notes: what went back, said with the invoice's own rates, so that credits sum to the invoice (documents.md 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.document import Draft, Issued, Kind, LineItem, Payment, Preceding, reference_of
from schemas.errors import Unbalanced
from schemas.money import ONE, ZERO, allocate, fits, round_to, said, unit_of, vat_in, vat_on
from schemas.order import Order, Refund, RefundLine
from workers.deduct import unknown_line
from workers.draft import Drafted, tolerance
from workers.figures import Amounts, Group, Part, breakdown_of, from_gross, grouped, lines_of, totals_of
from workers.left import Left, left_of, rest_of
from workers.rules import Rules

FULL = "full"
REST = "rest"


@dataclass(frozen=True, slots=True)
class Crediting:
    """A credit note in the making: the invoice, what is left of it, and the refund that asks."""

    order: Order
    rules: Rules
    invoice: Issued
    left: Mapping[Group, Left]
    earlier: int

    @property
    def draft(self) -> Draft:
        return self.invoice.draft

    @property
    def unit(self) -> Decimal:
        return unit_of(self.draft.decimals)


def crediting(order: Order, rules: Rules, invoice: Issued, credits: Sequence[Issued]) -> Crediting:
    """Look at an invoice and the credit notes that stand on it."""
    return Crediting(order, rules, invoice, left_of(invoice, credits), len(credits))


def credit_all(job: Crediting) -> Drafted:
    """Cancel the invoice: its lines and figures copied, never computed again (documents.md 2.7, end)."""
    invoice = job.draft
    return Drafted(_document(job, FULL, invoice.lines, None, rounding=invoice.totals.rounding), ())


def credit_rest(job: Crediting) -> Drafted:
    """Cancel what earlier credit notes left: one line per VAT group, exactly what is left of it."""
    parts, amounts = _closing(job, "remainder", "Remainder")
    return Drafted(_document(job, REST, lines_of(parts, amounts, job.draft.decimals), None), ())


def credit_refund(job: Crediting, refund: Refund) -> Drafted:
    """Credit one refund: its amount rules, its lines say which rates (documents.md 2.7).

    Raises Unbalanced: CREDIT_EXCEEDS_INVOICE, CREDIT_EXCEEDS_INVOICE_RATE, REFUND_LINE_UNKNOWN,
    REFUND_LINES_EXCEED_AMOUNT, AMOUNT_ONLY_REFUND_MULTI_RATE; REFUND_LINES_UNKNOWN when the body cannot tell.
    """
    amount, clamped = _bounded(job, refund)
    closing = _closing_lines(job, refund) if amount == rest_of(job.left) else None
    if closing is not None:
        parts, gross = closing
        warnings: set[str] = set()
    else:
        parts, gross, warnings = _spread(job, refund, amount)
    figures = _figures(job, parts, gross)
    warnings |= {"CREDIT_CLAMPED"} if clamped else set()
    lines = lines_of(parts, figures, job.draft.decimals)
    return Drafted(_document(job, refund.id, lines, refund), tuple(sorted(warnings)))


def _bounded(job: Crediting, refund: Refund) -> tuple[Decimal, bool]:
    """The amount to credit: a unit or so above what is left is cut, more is refused."""
    rest = rest_of(job.left)
    amount = refund.amount
    if not fits(amount, job.draft.decimals):
        raise Unbalanced(
            f"Refund {refund.id} of {amount} {job.draft.currency} cannot be said on a document with "
            f"{job.draft.decimals} decimals: it would be {said(amount, job.draft.decimals)}.",
            code="TOTAL_MISMATCH",
        )
    if amount <= rest:
        return amount, False
    if amount - rest > tolerance(len(refund.lines or ()), job.unit):
        raise Unbalanced(
            f"Refund {refund.id} is {said(refund.amount)} {job.draft.currency}, but only {said(rest)} of the invoice's "
            f"{said(job.draft.totals.gross)} is left.",
            code="CREDIT_EXCEEDS_INVOICE",
            remedy="Compare the refunds in the shop with the credit notes and issue the difference by hand.",
        )
    return rest, True


def _closing(job: Crediting, source: str, name: str) -> tuple[list[Part], list[Amounts]]:
    """One line per VAT group for exactly what is left."""
    open_groups = [(group, left) for group, left in job.left.items() if left.rest or left.rest_vat]
    parts = [_part(source, name, group, ONE, left.rest) for group, left in open_groups]
    return parts, [Amounts(left.rest - left.rest_vat, left.rest_vat, left.rest) for _, left in open_groups]


def _closing_lines(job: Crediting, refund: Refund) -> tuple[list[Part], list[Decimal]] | None:
    """A refund of all that is left: its lines take what their rate has left, rates without lines get one of their own.

    None when the lines are too far from what their rates have left to be about that.
    """
    named = [part for line in refund.lines or () for part in _parts_of(job, refund, line)]
    places = grouped(part.group for part in named)
    parts, gross = list(named), [ZERO] * len(named)
    for group, left in job.left.items():
        mine = [named[place].gross for place in places.get(group, ())]
        if mine and abs(sum(mine, ZERO) - left.rest) > tolerance(len(mine), job.unit):
            return None
        for place, amount in zip(places.get(group, ()), allocate(mine, left.rest, job.draft.decimals), strict=True):
            gross[place] = amount
        if not mine and (left.rest or left.rest_vat):
            parts.append(_part(f"refund:{refund.id}", "Refund", group, ONE, left.rest))
            gross.append(left.rest)
    return parts, gross


def _part(source: str, name: str, group: Group, quantity: Decimal, gross: Decimal, net: Decimal | None = None) -> Part:
    category, rate = group
    return Part(source, name, quantity, gross if net is None else net, gross, category, rate)


def _spread(job: Crediting, refund: Refund, amount: Decimal) -> tuple[list[Part], list[Decimal], set[str]]:
    """Parts, their gross, and warnings: by the refund's lines, or by the amount where there are none."""
    named = [part for line in refund.lines or () for part in _parts_of(job, refund, line)]
    over = amount - sum((part.gross for part in named), ZERO)
    limit = tolerance(len(named), job.unit)
    if named and abs(over) <= limit:
        return _by_lines(job, refund, named, amount)
    if over < 0:
        raise Unbalanced(
            f"The lines of refund {refund.id} add up to {said(amount - over, 4)} {job.draft.currency}, but "
            f"{said(amount)} {job.draft.currency} went back.",
            code="REFUND_LINES_EXCEED_AMOUNT",
            remedy="Issue this credit note by hand, or correct the refund in the shop.",
        )
    shares, warnings = _by_amount(job, refund, named, amount - over if named else ZERO, over)
    return _by_lines(job, refund, [*named, *shares], amount, warnings)


def _parts_of(job: Crediting, refund: Refund, line: RefundLine) -> list[Part]:
    """A refund line as parts: rate and category are the invoice line's; a split line goes back by its taxes."""
    split = [l for l in job.draft.lines if l.source == line.source or l.source.startswith(f"{line.source}@")]
    if not line.source or not split:
        raise unknown_line(refund, line, job.draft.currency)
    if len(split) == 1:
        return [_mirror(split[0], line.quantity, line.gross, line.net)]
    shares = {rate.percent: share.total for share in line.taxes if (rate := job.order.rates.get(share.rate_id))}
    parts = []
    for original in split:
        tax = shares.get(original.vat_rate, ZERO)
        net = tax * 100 / original.vat_rate if original.vat_rate else ZERO
        parts.append(_mirror(original, line.quantity, net + tax, net))
    return [part for part in parts if part.gross]


def _mirror(original: LineItem, quantity: Decimal, gross: Decimal, net: Decimal) -> Part:
    group = (original.vat_category, original.vat_rate)
    part = _part(original.source, original.name, group, quantity or ONE, gross, net)
    return replace(part, sku=original.sku, unit=original.unit)


def _by_amount(
    job: Crediting, refund: Refund, named: Sequence[Part], named_sum: Decimal, amount: Decimal
) -> tuple[list[Part], set[str]]:
    """An amount without lines: to the only rate left; over several rates only by policy, in proportion."""
    taken: dict[Group, Decimal] = {}
    for part in named:
        taken[part.group] = taken.get(part.group, ZERO) + part.gross
    open_groups = {g: left.rest - taken.get(g, ZERO) for g, left in job.left.items() if left.rest > taken.get(g, ZERO)}
    source, name = f"refund:{refund.id}", "Refund"
    if len(open_groups) == 1:
        (only,) = open_groups
        return [_part(source, name, only, ONE, amount)], set()
    if refund.lines is None:
        raise Unbalanced(
            f"{said(refund.amount)} {job.draft.currency} of {said(job.draft.totals.gross)} went back (refund {refund.id}), "
            "and the order's body does not tell which lines: the invoice has several rates.",
            code="REFUND_LINES_UNKNOWN",
            remedy="Give the shop's reading key, so that refunds can be read, or issue this credit note by hand.",
        )
    if job.rules.policy.amount_only_refund != "proportional":
        raise Unbalanced(
            f"Refund {refund.id} gave back {said(amount)} {job.draft.currency} without lines, and "
            f"{said(rest_of(job.left))} at {len(open_groups)} rates is left of the invoice.",
            code="AMOUNT_ONLY_REFUND_MULTI_RATE",
            remedy="Choose the rates and issue this credit note by hand, or set amount_only_refund to proportional.",
        )
    whole = sum(open_groups.values(), ZERO)
    shares = allocate([rest * amount / whole for rest in open_groups.values()], amount, job.draft.decimals)
    parts = [_part(source, name, g, ONE, share) for g, share in zip(open_groups, shares, strict=True) if share]
    return parts, {"PROPORTIONAL_ALLOCATION"}


def _by_lines(
    job: Crediting, refund: Refund, parts: list[Part], amount: Decimal, warnings: set[str] | None = None
) -> tuple[list[Part], list[Decimal], set[str]]:
    """Spread the amount over the parts; a unit above what a rate has left moves to another rate of the credit."""
    gross = allocate([part.gross for part in parts], amount, job.draft.decimals)
    moved = _clamp(job, refund, parts, gross)
    return parts, gross, (warnings or set()) | ({"CREDIT_CLAMPED"} if moved else set())


def _clamp(job: Crediting, refund: Refund, parts: Sequence[Part], gross: list[Decimal]) -> bool:
    """Move units between groups, in place, until no group exceeds what is left; whether any moved."""
    places = grouped(part.group for part in parts)
    room = {group: job.left[group].rest - sum(gross[i] for i in mine) for group, mine in places.items()}
    excess = -sum((space for group, space in room.items() if space < 0 < job.left[group].gross), ZERO)
    if not excess:
        return False
    space = sum((space for space in room.values() if space > 0), ZERO)
    if excess > tolerance(len(parts), job.unit) or space < excess:
        raise Unbalanced(
            f"Refund {refund.id} of {said(refund.amount)} {job.draft.currency} takes {said(excess)} more from a rate than "
            f"the invoice's {said(job.draft.totals.gross)} has left there.",
            code="CREDIT_EXCEEDS_INVOICE_RATE",
            remedy="Issue this credit note by hand.",
        )
    while (full := next((g for g in room if room[g] < 0 < job.left[g].gross), None)) is not None:
        free = max(room, key=lambda group: room[group])
        for group, step in ((full, -job.unit), (free, job.unit)):
            gross[max(places[group], key=lambda i: abs(gross[i]))] += step
            room[group] -= step
    return True


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
