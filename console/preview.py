"""`preview FILE…`: what would be decided and issued for these orders; touches nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from adapters.wire import STYLES, Encoding, encode
from console.orderfile import bytes_of, json_of, read_order
from console.tables import in_json, one_line
from console.vectorfile import Question, answer_of, question_of
from schemas.document import Draft
from schemas.errors import BillhookError, Permanent, Unreadable
from schemas.money import plain, said
from workers.decide import decide
from workers.money.rules import Decision, Rules, Trigger

#: Set by the application: gives the rules of a shop's route. Without it `--shop` has nowhere to look.
rules_for_shop: Callable[[str], Rules] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One file's result: a decision, or the problems of a body that cannot be read."""

    file: str
    decision: Decision
    wire: Mapping[str, Any] | None = None


@click.command("preview")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--shop", help="The shop whose route rules a plain order.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per file, in the vectors' shape.")
@click.option("--system", type=click.Choice(sorted(STYLES)), help="Add the positions that this system would be sent.")
def preview(files: tuple[Path, ...], shop: str | None, as_json: bool, system: str | None) -> None:
    """Say what each FILE would give: a test vector, its input, or a plain order with --shop. Touches nothing."""
    for file in files:
        answer = _answer(file, shop, system)
        click.echo(_line(answer, system) if as_json else _page(answer))


def _answer(file: Path, shop: str | None, system: str | None) -> Answer:
    try:
        question = _question(file, shop)
    except Unreadable as odd:
        told = "; ".join(f"{path}: {sentence}" for path, sentence in odd.problems.items())
        return Answer(str(file), Decision("refuse", odd.code, f"{odd.detail} {told}".strip(), remedy=odd.remedy))
    decision = decide(question.order, question.history, question.rules, question.trigger)
    if system is None or decision.draft is None:
        return Answer(str(file), decision)
    try:
        return Answer(str(file), decision, wire_of(encode(decision.draft, STYLES[system], system), decision.draft))
    except Permanent as odd:
        return Answer(str(file), Decision("refuse", odd.code, odd.detail, remedy=odd.remedy))


def _question(file: Path, shop: str | None) -> Question:
    body = bytes_of(file)
    data = None if body.lstrip().startswith(b"<") else json_of(body)
    inner = data.get("input", data) if isinstance(data, dict) else data
    if isinstance(inner, dict) and "policy" in inner and "seller" in inner:
        return _vector(inner)
    return _plain(read_order(body), shop)


def _vector(data: Mapping[str, Any]) -> Question:
    try:
        return question_of(data)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as odd:
        why = f"{type(odd).__name__}: {odd}"
        raise Unreadable("This is not the input of a test vector.", {"input": why[:120]}) from odd


def _plain(order: Any, shop: str | None) -> Question:
    """A plain order: rules come from the shop's route, history is empty, as if it arrived now."""
    if shop is None:
        raise click.UsageError("A plain order needs --shop KEY: its route says when which document is due.")
    if rules_for_shop is None:
        raise click.UsageError("--shop needs the application: run this as `flask preview`.")
    try:
        return Question(order, (), rules_for_shop(shop), Trigger())
    except BillhookError as odd:
        raise click.UsageError(odd.detail) from odd


def wire_of(encoding: Encoding, draft: Draft) -> dict[str, Any]:
    """An encoding as the vectors write it: `[line id, quantity, unit price]`, and the rounding position."""
    return {
        "style": encoding.style.price.value,
        "positions": [[p.line.id, plain(p.quantity), format(p.price, "f")] for p in encoding.positions],
        "rounding": said(encoding.rounding, draft.decimals),
    }


def _line(answer: Answer, system: str | None) -> str:
    told = {"file": answer.file, **answer_of(answer.decision), "detail": answer.decision.detail}
    if system is not None:
        told["wire"] = answer.wire
    return in_json(told)


def _page(answer: Answer) -> str:
    decision = answer.decision
    lines = [f"{answer.file}: {decision.action} ({decision.reason})", f"  {decision.detail}"]
    lines += [f"  warning: {warning}" for warning in decision.warnings]
    lines += [f"  replaces {decision.replaces}"] if decision.replaces else []
    lines += [f"  {decision.remedy}"] if decision.action == "refuse" and decision.remedy else []
    lines += _document(decision.draft) if decision.draft else []
    if answer.wire:
        lines.append(f"  sent as {answer.wire['style']}, rounding position {answer.wire['rounding']}:")
        lines += [f"    line {line}: {quantity} x {price}" for line, quantity, price in answer.wire["positions"]]
    return "\n".join(map(one_line, lines))


def _document(draft: Draft) -> list[str]:
    """The document as a person reads it."""
    places, totals = draft.decimals, draft.totals
    head = f"  {draft.kind.value.replace('_', ' ')} {draft.reference} of {draft.issue_date}, {draft.currency}"
    buyer = f"  {draft.seller.name} → {draft.buyer.name}, {draft.buyer.country} {draft.buyer.vat_id or ''}".rstrip()
    rows = [
        f"  {plain(line.quantity):>8} × {line.name[:40]:<40} {_rate(line.vat_category, line.vat_rate):>6}"
        f" {said(line.net, places):>12} {said(line.vat, places):>10} {said(line.gross, places):>12}"
        for line in draft.lines
    ]
    taxes = [
        f"  {'VAT ' + _rate(row.category, row.rate):>58} {said(row.taxable, places):>12} {said(row.vat, places):>10}"
        f" {said(row.gross, places):>12}  {row.reason}".rstrip()
        for row in draft.breakdown
    ]
    sums = (("total", totals.gross), ("paid", totals.paid), ("rounding", totals.rounding), ("due", totals.due))
    return [head, buyer, *rows, *taxes, *(f"  {name:>58} {said(amount, places):>36}" for name, amount in sums)]


def _rate(category: str, rate: Decimal | None) -> str:
    return category if rate is None or category != "S" else f"{plain(rate)} %"


if __name__ == "__main__":
    sys.exit(preview())
