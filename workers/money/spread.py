"""A refund spread over the invoice's lines and rates: by its lines, or by its amount alone (documents.md 2.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from schemas.document import Draft, Issued, LineItem
from schemas.errors import Unbalanced
from schemas.money import ONE, ZERO, allocate, fits, said, unit_of
from schemas.order import Order, Refund, RefundLine
from workers.money.deduct import unknown_line
from workers.money.figures import Amounts, Group, Part, grouped
from workers.money.left import Left, left_of, rest_of
from workers.money.rules import Rules
from workers.money.sums import tolerance


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


def bounded(job: Crediting, refund: Refund) -> tuple[Decimal, bool]:
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


def closing(job: Crediting, source: str, name: str) -> tuple[list[Part], list[Amounts]]:
    """One line per VAT group for exactly what is left."""
    open_groups = [(group, left) for group, left in job.left.items() if left.rest or left.rest_vat]
    parts = [_part(source, name, group, ONE, left.rest) for group, left in open_groups]
    return parts, [Amounts(left.rest - left.rest_vat, left.rest_vat, left.rest) for _, left in open_groups]


def closing_lines(job: Crediting, refund: Refund) -> tuple[list[Part], list[Decimal]] | None:
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


def spread(job: Crediting, refund: Refund, amount: Decimal) -> tuple[list[Part], list[Decimal], set[str]]:
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
    names = (line.source, f"{line.source}@")
    split = [sold for sold in job.draft.lines if sold.source == names[0] or sold.source.startswith(names[1])]
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
            f"{said(refund.amount)} of {said(job.draft.totals.gross)} {job.draft.currency} went back (refund "
            f"{refund.id}), and the order's body does not tell which lines: the invoice has several rates.",
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
    """Move units between groups, in place, until no group exceeds what is left; whether any moved.

    Groups that the invoice has below zero (a discount of its own rate) neither bound nor take anything.
    """
    places = {group: mine for group, mine in grouped(p.group for p in parts).items() if job.left[group].gross >= 0}
    room = {group: job.left[group].rest - sum(gross[i] for i in mine) for group, mine in places.items()}
    excess = -sum((space for space in room.values() if space < 0), ZERO)
    if not excess:
        return False
    space = sum((space for space in room.values() if space > 0), ZERO)
    if excess > tolerance(len(parts), job.unit) or space < excess:
        raise Unbalanced(
            f"Refund {refund.id} of {said(refund.amount)} {job.draft.currency} takes {said(excess)} more from a rate "
            f"than the invoice's {said(job.draft.totals.gross)} has left there.",
            code="CREDIT_EXCEEDS_INVOICE_RATE",
            remedy="Issue this credit note by hand.",
        )
    while (full := next((group for group in room if room[group] < 0), None)) is not None:
        free = max(room, key=lambda group: room[group])
        for group, step in ((full, -job.unit), (free, job.unit)):
            gross[max(places[group], key=lambda i: abs(gross[i]))] += step
            room[group] -= step
    return True
