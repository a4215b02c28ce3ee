"""Whose Fortnox it is, and whether the app may do what is needed there."""

from __future__ import annotations

from adapters.oauth import OAuth
from adapters.payloads.fortnox_books import RIGHTS, Books
from adapters.payloads.fortnox_login import NEEDED, lacking
from adapters.replies import AccountInfo
from schemas.connection import Account
from schemas.errors import Auth

OTHER_COMPANY = "Give the tenant_id of the right company, or connect as its user; then: flask account resume KEY."


def verified(books: Books, account: Account, oauth: OAuth | None) -> AccountInfo:
    """The company; raises Auth where it is not the one that the account names, or where the app's rights, as the token
    address told them, are not enough. A right that only some calls need is a warning."""
    row = books.row("/companyinformation", "CompanyInformation")
    tenant = account.credentials.get("tenant_id")
    if tenant and str(row.get("DatabaseNumber")) != tenant:
        words = f"The login leads to {row.get('CompanyName')}, {row.get('DatabaseNumber')}."
        raise books.speaker.error(Auth, words, code="OTHER_COMPANY", remedy=OTHER_COMPANY)
    lacks = lacking(oauth.tokens().extra.get("scope", "") if oauth else "")
    words = f"The app may not use {', '.join(lacks)}: what needs that is refused."
    if NEEDED & set(lacks):
        raise books.speaker.error(Auth, words, code="READ_ONLY_ROLE", remedy=RIGHTS)
    return AccountInfo(str(row.get("CompanyName") or account.name), warnings=(words,) if lacks else ())
