"""OAuth 2 for adapters: access tokens asked for, renewed and shared, so that an adapter says only where and for whom.

How to use it, in an adapter's `__init__`:

```python
oauth = self._oauth(Login(
    "https://app.example.com/oauth/token", given["client_id"], given["client_secret"],
    scope="invoices:read invoices:write",
))
self._api = self._speaker("https://api.example.com", auth=oauth)
```

That is all: every call of `self._api` carries `Authorization: Bearer …`. Which grant it is follows from what is known:

- **client credentials**: `Login(url, id, secret)`. A new access token is asked for whenever one is needed.
- **refresh token**: `Login(…, refresh=given["refresh_token"])`, a credential that a person pasted once, or
  `Login(…, authorize="https://…/oauth/auth")` for the consent in a browser (`flask account connect KEY`). From then on
  the stored tokens count and the pasted one is only where they began: a system that answers with a new refresh token
  has its old one forgotten (Fortnox, iDoklad, jortt), one that does not keeps it (Fakturoid).

What differs between systems is said in Login: `basic` False sends client id and secret in the form, not in the header;
`json` sends JSON instead of a form; `headers` (TenantId, User-Agent) and `form` (application_id) go along; `kept` names
fields of the answer to keep in `TokenSet.extra` (read them by `self.oauth.tokens().extra`); `remedies` maps a word of
the refusal (`invalid_grant`, `AuthErrorCode(0)`) to what a person can do.

What is promised: tokens are renewed five minutes before they expire, and once after a 401, after which the refused call
is repeated (a 401 did nothing). One worker renews, the others use what it stored; nothing is used before it is stored.
A refused login raises Auth with a remedy, and only when no valid access token is left; anything unclear is Transient,
never Ambiguous, since no document was written. Tests without a TokenStore keep tokens in memory.

Source: RFC 6749 (https://www.rfc-editor.org/rfc/rfc6749), sections 2.3.1, 4.1, 4.4, 5 and 6.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from adapters.http import Answer, Speaker
from schemas.errors import AdapterError, Ambiguous, Auth, Permanent, Transient
from schemas.ports import Fetch, Guard, TokenSet, TokenStore, unguarded

#: Renewed this long before the end, but no sooner than after nine tenths of a short life.
EARLY = timedelta(minutes=5)
#: What a token address answers when it refuses (RFC 6749 5.2), and systems that say it by 403.
REFUSED = (400, 401, 403)
REMEDIES: Mapping[str, str] = {
    "invalid_client": "Client id or secret is wrong or was withdrawn: give the account the right ones.",
    "invalid_grant": "The connection is spent or withdrawn: connect the account anew, {how}.",
    "unauthorized_client": "Allow this grant for the client in the system's settings, or give another client id.",
    "invalid_scope": "Allow the client the named rights in the system's settings.",
}
#: The code of an end that may have spent a refresh token.
UNCLEAR = "TOKEN_UNCLEAR"
OTHERWISE = "Connect the account anew, or give it the right client id and secret."


@dataclass(frozen=True, slots=True)
class Login:
    """One client at one token address (see the guide above). `refresh` is the first refresh token, if a person gave
    one; `authorize` is the address of the consent page, `consent` its further parameters."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    scope: str = ""
    basic: bool = True
    json: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    remedies: Mapping[str, str] = field(default_factory=dict)
    authorize: str = ""
    consent: Mapping[str, str] = field(default_factory=dict)

    @property
    def rotates(self) -> bool:
        """Tokens descend from a consent, given as a refresh token or in a browser; else from id and secret alone."""
        return bool(self.refresh or self.authorize)

    @property
    def origin(self) -> str:
        """What the tokens descend from, as a digest: another first refresh token begins anew, or without one another
        secret, header or field; but a new client secret does not end what a consent began."""
        own = (self.client_secret, self.scope, *map(repr, sorted({**self.headers, **self.form}.items())))
        said = "\n".join((self.url, self.client_id, *((self.refresh,) if self.rotates else own)))
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.client_secret, self.refresh)


class InMemory:
    """A TokenStore for one process alone: tests and trials."""

    def __init__(self) -> None:
        self._known: dict[str, TokenSet] = {}
        self._lock = Lock()

    def current(self, origin: str) -> TokenSet | None:
        return self._known.get(origin)

    def renew(self, origin: str, stale: TokenSet | None, fetch: Fetch, *, wait: bool = True) -> TokenSet | None:
        with self._lock:
            known = self._known.get(origin)
            if known == stale:
                self._known[origin] = fetch(known, unguarded)
            return self._known[origin]

    def replace(self, origin: str, tokens: TokenSet) -> None:
        with self._lock:
            self._known[origin] = tokens


class OAuth:
    """The `auth` of a Speaker: the headers with a good access token.

    `asks` makes what speaks to the token address, with the guard to be asked before a request leaves; `account` is the
    account's key, for remedies.
    """

    def __init__(
        self,
        login: Login,
        asks: Callable[[Guard], Speaker],
        store: TokenStore | None = None,
        account: str = "KEY",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.login = login
        self._asks = asks
        self._account = account
        self._store: TokenStore = store if store is not None else InMemory()
        self._clock = clock

    def __repr__(self) -> str:
        return f"OAuth({self.login.url!r})"

    def __call__(self) -> dict[str, str]:
        return _bearer(self.tokens())

    def tokens(self) -> TokenSet:
        """Tokens good for a call now. Raises Auth with a remedy, Waiting while another worker renews for long, or
        Transient and RateLimited from the token address."""
        known = self._store.current(self.login.origin)
        if known is None or self._over(known.expires_at):
            return self._renewed(known)
        return self._early(known) if self._over(known.renew_at) else known

    def keep(self) -> None:
        """Renew tokens that are good but old; nothing where there are none, or another worker does so."""
        known = self._store.current(self.login.origin)
        if known is not None:
            self._store.renew(self.login.origin, known, self._fetch, wait=False)

    def refused(self, key: Mapping[str, str]) -> bool:
        """A call with these headers got a 401: True when there is another token by now."""
        known = self._store.current(self.login.origin)
        if known is not None and _bearer(known) == key:
            known = self._renewed(known)
        return known is not None and _bearer(known) != key

    def consent_url(self, redirect: str, state: str) -> str:
        """Where a person allows Billhook to act; the address then leads to `redirect` with a code."""
        asked = {
            "client_id": self.login.client_id, "redirect_uri": redirect, "response_type": "code",
            "state": state, "scope": self.login.scope, **self.login.consent,
        }  # fmt: skip
        return f"{self.login.authorize}?{urlencode({name: value for name, value in asked.items() if value})}"

    def connect(self, code: str, redirect: str) -> TokenSet:
        """Change the code of a consent for tokens and store them, whatever was stored before."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        fresh = self._asked(form, None, unguarded)
        self._store.replace(self.login.origin, fresh)
        return fresh

    def _over(self, moment: datetime | None) -> bool:
        return moment is not None and self._clock() >= moment

    def _renewed(self, stale: TokenSet | None) -> TokenSet:
        fresh = self._store.renew(self.login.origin, stale, self._fetch)
        if fresh is None:
            raise self._asks(unguarded).error(Transient, "No token was stored.", code=UNCLEAR)
        return fresh

    def _early(self, known: TokenSet) -> TokenSet:
        """Renewed before it must be; whatever stands against that, the known token is good for some minutes yet."""
        try:
            return self._store.renew(self.login.origin, known, self._fetch, wait=False) or known
        except (Auth, Transient):
            return known

    def _fetch(self, stored: TokenSet | None, guard: Guard) -> TokenSet:
        login = self.login
        if not login.rotates:
            return self._asked({"grant_type": "client_credentials", "scope": login.scope}, stored, guard)
        refresh = stored.refresh if stored is not None else login.refresh
        if not refresh:
            remedy = f"Connect it: flask account connect {self._account}"
            words = "The account is not connected yet."
            raise self._asks(unguarded).error(Auth, words, code="NOT_CONNECTED_YET", remedy=remedy)
        return self._asked({"grant_type": "refresh_token", "refresh_token": refresh}, stored, guard)

    def _asked(self, form: Mapping[str, str], stored: TokenSet | None, guard: Guard) -> TokenSet:
        """One request to the token address. An unclear end is Transient, since nothing but a token was at stake; every
        refusal is Auth, since without a token the account is of no use."""
        asks = self._asks(guard)
        said = {name: value for name, value in {**form, **self.login.form, **self._named()}.items() if value}
        sent: dict[str, Any] = {"json": said} if self.login.json else {"form": said}
        try:
            answer = asks.call("POST", "", writes=True, headers=self._basic(), allow=REFUSED, **sent)
            if answer.status in REFUSED:
                raise self._refusal(asks, answer)
            return asks.understood(lambda data: self._read(data, stored), answer, writes=False)
        except Ambiguous as error:
            words = f"The token address gave no clear answer: {error.detail}"
            raise Transient(words, system=error.system, code=UNCLEAR, exchange=error.exchange) from None
        except Permanent as error:
            if error.code == "ADDRESS_FORBIDDEN":
                raise
            words = f"The token address is of no use: {error.detail}"
            raise Auth(words, system=error.system, code="TOKEN_REFUSED", exchange=error.exchange) from None

    def _named(self) -> dict[str, str]:
        login = self.login
        return {} if login.basic else {"client_id": login.client_id, "client_secret": login.client_secret}

    def _basic(self) -> dict[str, str]:
        """Base64 of id and secret as they are: every vendor here says so, though RFC 6749 2.3.1 would encode them."""
        if not self.login.basic:
            return {}
        pair = f"{self.login.client_id}:{self.login.client_secret}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _refusal(self, asks: Speaker, answer: Answer) -> AdapterError:
        """Auth in the system's words, with the first remedy whose word it says."""
        told = answer.data if isinstance(answer.data, dict) else {}
        words = f"{told.get('error', '')} {told.get('error_description', '')} {answer.told}"
        remedies = (*self.login.remedies.items(), *REMEDIES.items())
        remedy = next((remedy for word, remedy in remedies if word in words), OTHERWISE)
        return asks.refusal(answer, Auth, code="TOKEN_REFUSED", remedy=remedy.replace("{how}", self._how()))

    def _how(self) -> str:
        """The command that connects this account."""
        if self.login.authorize:
            return f"flask account connect {self._account}"
        return f"with a new refresh token: flask account resume {self._account} --set FIELD=VALUE"

    def _read(self, data: Mapping[str, Any], stored: TokenSet | None) -> TokenSet:
        """RFC 6749 5.1. An answer without a refresh token leaves the one that was used good (section 6)."""
        access, life = str(data["access_token"]), data.get("expires_in")
        if not access:
            raise ValueError("an empty token")
        now, lasts = self._clock(), timedelta(seconds=float(life)) if life else None
        return TokenSet(
            access,
            str(data.get("refresh_token") or "") or self._unchanged(stored),
            expires_at=now + lasts if lasts else None,
            renew_at=now + lasts - min(EARLY, lasts / 10) if lasts else None,
            extra={name: str(data[name]) for name in self.login.kept if name in data},
        )

    def _unchanged(self, stored: TokenSet | None) -> str:
        return (stored.refresh if stored is not None else self.login.refresh) if self.login.rotates else ""


def _bearer(tokens: TokenSet) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access}"}
