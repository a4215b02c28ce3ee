"""The mouths of this process: an account's adapter with what all workers share of that account."""

from __future__ import annotations

from dataclasses import dataclass

from adapters import adapter_for, manifest_of
from adapters.base import Adapter
from schemas.connection import Account
from schemas.ports import Guard, Turns
from workers.budget.budgets import Budgets
from workers.budget.standing import Standing, standing
from workers.sends import LedgerSends
from workers.timing import Timing
from workers.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Mouths:
    """The AdapterFactory of a service."""

    tokens: Tokens
    budgets: Budgets
    timing: Timing
    allow_private: bool = False

    def standing(self, account: Account) -> Standing:
        """How the account stands: limits, circuit, token."""
        return standing(self.budgets, account, manifest_of(account.system, account.options))

    def __call__(self, account: Account, *, guard: Guard, turns: Turns | None = None) -> Adapter:
        return adapter_for(
            account,
            guard=guard,
            budget=self.budgets.of(account, manifest_of(account.system, account.options)),
            tokens=self.tokens.of(account),
            turns=turns,
            sends=LedgerSends(self.tokens.ledger, account.id),
            allow_private=self.allow_private,
            deadline=self.timing.call,
        )
