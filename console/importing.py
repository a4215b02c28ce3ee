"""Bringing the ledger's connections to what a file says, in one transaction; doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters import manifest_of, shops
from adapters.manifest import Token
from console.connectionfile import Contents, ValueOf, resolved, unusable
from ledger import alarms, connections, events
from ledger.engine import Tx
from ledger.vault import Vault
from schemas import shop_secret
from schemas.codec import encode
from schemas.connection import Account, Route, Shop
from schemas.document import Seller

#: So long a shop's earlier secret stays good when a file brings another one.
OVERLAP = timedelta(hours=24)


@dataclass
class Import:
    """One import on its way. `said` are its changes in words, `woken` what to ring, `problems` path → sentence."""

    tx: Tx
    vault: Vault
    value_of: ValueOf
    now: datetime
    said: list[tuple[str, str]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    woken: list[tuple[str, str]] = field(default_factory=list)

    def run(self, contents: Contents) -> None:
        """Everything in the file; raises Unreadable with all problems, and then nothing may be committed."""
        for key, shop in contents.shops.items():
            self._shop(key, shop)
        for key, account in contents.accounts.items():
            self._account(key, account)
        for key, route in contents.routes.items():
            self._route(key, route)
        if self.problems:
            raise unusable(self.problems)

    def secret(self, path: str, text: str, before: str | None) -> str:
        """What a text stands for; where its name is not set, what the ledger has already."""
        value = resolved(text, self.value_of)
        if value is None and before is None:
            self.problems[path] = f"{text.removeprefix('env:')} is not set in the environment."
        if value is None and before is not None:
            self.said.append((path, f"kept: {text.removeprefix('env:')} is not set"))
        return value if value is not None else before or ""

    def _shop(self, key: str, given: Mapping[str, Any]) -> None:
        path = f"shops.{key}"
        found = next((s for s in connections.list_shops(self.tx, self.vault, self.now) if s.key == key), None)
        if self._was_removed(path, found):
            return
        secret = self._shop_secret(path, given, found)
        before = found.credentials if found else {}
        credentials = {
            name: self.secret(f"{path}.credentials.{name}", text, before.get(name))
            for name, text in given["credentials"].items()
        }
        wrong = shops.problems(given["platform"], credentials)
        self.problems |= {f"{path}.credentials.{name}": said for name, said in wrong.items()} | self.problems
        if self.problems:
            return
        plain = {name: given[name] for name in ("name", "url", "timezone")}
        if found is None:
            found = connections.add_shop(
                self.tx, self.vault, slug="", key=key, platform=given["platform"],
                secrets=[secret] if secret else [], credentials=credentials, now=self.now, **plain,
            )  # fmt: skip
            self.said.append((path, "added"))
        else:
            self._change_shop(path, found, plain, secret, credentials)
        if given["state"] and given["state"] != found.state:
            connections.set_shop_state(self.tx, found.id, given["state"])
            self.said.append((path, f"is {given['state']}"))

    def _shop_secret(self, path: str, given: Mapping[str, Any], found: Shop | None) -> str:
        """What signs the shop's deliveries; "" where the file names nothing, which leaves what there is."""
        if "secret" not in given:
            return ""
        secret = self.secret(f"{path}.secret", given["secret"], found.secrets[0] if found and found.secrets else None)
        wrong = shop_secret.problem(given["platform"], secret)
        if wrong and f"{path}.secret" not in self.problems:
            self.problems[f"{path}.secret"] = f"What {given['secret']} stands for {wrong}."
        return secret

    def _change_shop(
        self, path: str, found: Shop, plain: Mapping[str, str], secret: str, credentials: Mapping[str, str]
    ) -> None:
        changed = [name for name, value in plain.items() if getattr(found, name) != value]
        if changed:
            connections.change_shop(self.tx, found.id, name=plain["name"], url=plain["url"], timezone=plain["timezone"])
        if credentials != found.credentials:
            connections.set_credentials(self.tx, self.vault, found.id, credentials)
            changed.append("credentials")
            self.woken += events.wake(self.tx, f"shop:{found.id}", self.now)
        if secret and secret not in found.secrets[:1]:
            connections.rotate_secret(self.tx, self.vault, found.id, secret, self.now + OVERLAP)
            changed.append("secret (the old one is good for 24 h more)")
        self._say(path, changed)

    def _account(self, key: str, given: Mapping[str, Any]) -> None:
        path = f"accounts.{key}"
        found = connections.account_by_key(self.tx, self.vault, key)
        if self._was_removed(path, found):
            return
        if found and found.system != given["system"]:
            self.problems[f"{path}.system"] = (
                f"This account is one of {found.system}; make a new one under another key."
            )
            return
        before = {**found.credentials, **found.options} if found else {}
        settings = {
            name: self.secret(f"{path}.settings.{name}", text, before.get(name))
            for name, text in given["settings"].items()
        }
        credentials, options = self._sorted(path, given, settings)
        if manifest_of(given["system"]).token is Token.EXPIRING_KEY and given["expires_on"] is None:
            self.problems[f"{path}.expires_on"] = "This system's keys end: say the last day of this one."
        if self.problems:
            return
        wish = {"name": given["name"], "seller": Seller(**given["seller"]), "expires_on": given["expires_on"]}
        if found is None:
            found = connections.add_account(
                self.tx, self.vault, key=key, system=given["system"], credentials=credentials, options=options,
                now=self.now, **wish,
            )  # fmt: skip
            self.said.append((path, "added"))
        else:
            self._change_account(path, found, replace(found, credentials=credentials, options=options, **wish))
        self._account_state(path, found, given["state"])

    def _sorted(
        self, path: str, given: Mapping[str, Any], settings: Mapping[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Credentials and options of the settings; secrets written out and fields nobody knows are problems."""
        manifest = manifest_of(given["system"])
        known = {f.name for f in manifest.fields}
        own = {f.name for f in manifest.credentials}
        said = {name: "is not known" for name in settings if name not in known}
        said |= {} if self.problems else manifest.problems(settings)
        said |= {
            name: "Write env:NAME: this file is no place for a secret."
            for name in manifest.secrets
            if not given["settings"].get(name, "env:").startswith("env:")
        }
        self.problems |= {f"{path}.settings.{name}": sentence for name, sentence in said.items()}
        return {k: v for k, v in settings.items() if k in own}, {k: v for k, v in settings.items() if k not in own}

    def _change_account(self, path: str, found: Account, wish: Account) -> None:
        changed = [f.name for f in fields(Account) if getattr(found, f.name) != getattr(wish, f.name)]
        if changed:
            connections.set_account_credentials(self.tx, self.vault, found.id, wish.credentials, wish.expires_on)
            connections.change_account(
                self.tx, found.id, name=wish.name, seller=wish.seller, options=wish.options, expires_on=wish.expires_on
            )
        self._say(path, changed)

    def _account_state(self, path: str, found: Account, state: str | None) -> None:
        if state == "paused" and connections.pause_account(self.tx, found.id, "The connection file says so.", self.now):
            self.said.append((path, "is paused"))
        if state == "active" and connections.resume_account(self.tx, found.id):
            alarms.clear(self.tx, "account_paused", found.key, self.now)
            self.woken += events.wake(self.tx, f"account:{found.id}", self.now)
            self.said.append((path, "goes on"))

    def _route(self, key: str, given: Mapping[str, Any]) -> None:
        path = f"routes.{key}"
        found = connections.route_by_key(self.tx, key)
        shop = connections.shop_by_key(self.tx, self.vault, given["shop"], self.now)
        account = connections.account_by_key(self.tx, self.vault, given["account"])
        if self._was_removed(path, found) or self.problems:
            return
        if shop is None or account is None or account.state == "removed":
            missing = "shop" if shop is None else "account"
            self.problems[f"{path}.{missing}"] = f"There is no {missing} {given[missing]}, here or in the file."
            return
        if found and (found.shop_id, found.channel) != (shop.id, given["channel"]):
            self.problems[path] = "A route keeps its shop and channel; make a new one under another key."
            return
        wish = {name: given[name] for name in ("policy", "starts_at", "series", "options")} | {"account_id": account.id}
        if found is None:
            found = connections.add_route(
                self.tx, key=key, shop_id=shop.id, channel=given["channel"], now=self.now, **wish
            )
            self.said.append((path, "added"))
            self.woken += events.wake(self.tx, f"route:{shop.id}", self.now)
        else:
            self._change_route(path, found, wish)
        if given["state"] and given["state"] != found.state:
            connections.set_route_state(self.tx, found.id, given["state"])
            self.woken += events.wake(self.tx, f"route:{shop.id}", self.now) if given["state"] == "active" else []
            self.said.append((path, f"is {given['state']}"))

    def _change_route(self, path: str, found: Route, wish: dict[str, Any]) -> None:
        changed = [name for name, value in wish.items() if encode(getattr(found, name)) != encode(value)]
        if changed:
            connections.change_route(self.tx, found.id, **wish)
            self.woken += events.wake(self.tx, f"person:{found.shop_id}", self.now)
        self._say(path, changed)

    def _was_removed(self, path: str, found: Shop | Account | Route | None) -> bool:
        if found is not None and found.state == "removed":
            self.problems[path] = "This was removed for good; take another key."
            return True
        return False

    def _say(self, path: str, changed: list[str]) -> None:
        self.said.append((path, f"changed: {', '.join(changed)}" if changed else "unchanged"))


def begun(tx: Tx, vault: Vault, value_of: ValueOf) -> Import:
    """An import that happens now."""
    return Import(tx, vault, value_of, datetime.now(UTC))
