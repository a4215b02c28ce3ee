"""The calls of an account's profile, and what their answers mean by the profile's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from adapters.answer import sentence_of, unclear
from adapters.http import Answer, Speaker
from adapters.payloads.kontozz_profile import Call, Profile
from adapters.payloads.kontozz_text import address, at, filled_in, text_of
from adapters.payloads.kontozz_values import SYSTEM
from schemas.connection import Account
from schemas.errors import Auth, Permanent, RateLimited

ZONE = ZoneInfo("Europe/Budapest")
#: What every refusal may be, read by the profile's own words instead of by its status.
REFUSALS = (400, 401, 402, 403, 404, 405, 406, 409, 410, 415, 422)
NEW_KEY = "Make a new key (Integrációk > API kulcsok), then: flask account resume KEY --set api_key=… --expires-on DAY"
TURN_ON = 'flask account edit KEY --set own_sync_off=yes --set profile="$(cat profile.toml)" --expires-on DAY'

#: Places that a call may name and its document does not fill.
_NOTHING: Mapping[str, Any] = {"page": 1, "email": None, "id": None, "number": None, "reference": None}


class Calls:
    """Speaks for one account; `profile` is None while it has none, `speaker` is made with `key`."""

    speaker: Speaker

    def __init__(self, account: Account, profile: Profile | None) -> None:
        self.account, self._profile = account, profile

    @property
    def profile(self) -> Profile:
        """The profile, once everything is there that the account may be used; else Auth, so that its events wait."""
        if self._profile is None or self.account.options.get("own_sync_off") != "yes":
            lacks = "the profile" if self._profile is None else "that Kontozz's own shop synchronisation is off"
            words = f"The account is off: it does not say {lacks}."
            raise Auth(words, system=SYSTEM, code="NOT_ENABLED", remedy=f"{TURN_ON} (docs/kontozz.md)")
        last = self.account.expires_on
        if last is None or datetime.now(ZONE).date() > last:
            words = "The last day of the key is not given." if last is None else f"The key ended on {last}."
            raise Auth(words, system=SYSTEM, code="NEEDS_NEW_KEY", remedy=NEW_KEY)
        return self._profile

    def key(self) -> Mapping[str, str]:
        auth = self.profile.auth
        return {auth["header"]: self._key_text()} if auth["header"] else {}

    def _key_text(self) -> str:
        return self.profile.auth["value"].replace("{api_key}", self.account.credentials["api_key"])

    def made(
        self, call: Call, values: Mapping[str, Any], *, writes: bool, body: object = None, raw: bool = False,
        fine: Sequence[str] = (),
    ) -> Answer:  # fmt: skip
        """One call of the profile; `body` is sent in place of its own, a refusal with a code in `fine` is none. Raises
        what the answer means by the profile's own words."""
        told, waits = {**_NOTHING, **values}, tuple(call.more["waits"])
        own = filled_in(call.body, told) if call.body else None
        answer = self.speaker.call(
            call.method, address(call.path, told, partial(quote, safe="")), writes=writes,
            json=own if body is None else body, params=self._params(call, told), allow=(*REFUSALS, *waits), raw=raw,
        )  # fmt: skip
        if answer.status not in waits:
            self._judge(answer, writes=writes, fine=fine, raw=raw)
        return answer

    def _params(self, call: Call, values: Mapping[str, Any]) -> dict[str, str]:
        params = {name: text_of(filled_in(text, values)) for name, text in call.query.items()}
        key = self.profile.auth["query"]
        return {**params, key: self._key_text()} if key else params

    def _judge(self, answer: Answer, *, writes: bool, fine: Sequence[str], raw: bool) -> None:
        """A yes by the profile's test, a refusal by its code or status; what is neither is an unclear end."""
        error, refused = self.profile.error, answer.status >= 400
        code = text_of(at(answer.data, error["code"])) if error["code"] else ""
        if (refused or code) and code in fine:
            return
        if code in error["key"] or answer.status in (401, 403):
            raise self.speaker.error(Auth, self._words(answer), answer.exchange, remedy=NEW_KEY)
        if code and code in error["busy"]:
            raise RateLimited(self._words(answer), system=SYSTEM, retry_after=60.0, exchange=answer.exchange)
        if refused or code:
            told = "REFERENCE_TAKEN" if code and code in error["taken"] else None
            raise self.speaker.error(Permanent, self._words(answer), answer.exchange, code=told)
        if not raw and not self._succeeded(answer):
            words = f"{answer.told}, which the profile's success test does not know"
            raise self.speaker.error(unclear(writes=writes), words, answer.exchange, code="UNREADABLE_ANSWER")

    def _succeeded(self, answer: Answer) -> bool:
        test = self.profile.success
        if test["status"] and answer.status not in test["status"]:
            return False
        return not test["path"] or at(answer.data, test["path"]) in test["equals"]

    def _words(self, answer: Answer) -> str:
        """The system's own sentences where the profile says that they stand, people's data masked."""
        try:
            shown = json.loads(answer.exchange.response)
        except ValueError:
            return answer.told
        told = [sentence_of(at(shown, path)) for path in self.profile.error["message"]]
        return f"HTTP {answer.status}: {'; '.join(filter(None, told))}" if any(told) else answer.told
