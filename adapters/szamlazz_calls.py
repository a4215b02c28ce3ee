"""How Számla Agent is spoken to: one address, the name of a file field as the operation, 200 for everything, a session
cookie per account. Source: https://docs.szamlazz.hu, fact sheet sections 1 and 3."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Mapping
from xml.etree.ElementTree import Element  # nosec B405

from adapters.answer import Answer, looks_html, unclear
from adapters.http import Speaker
from adapters.payloads.szamlazz_told import Reply, reply_of
from adapters.payloads.szamlazz_xml import Tree, written
from schemas.errors import AdapterError, Auth, Permanent, RateLimited

#: Operation → its file field and the root of its XML.
CREATE, STORNO = ("action-xmlagentxmlfile", "xmlszamla"), ("action-szamla_agent_st", "xmlszamlast")
PAYMENT, QUERY = ("action-szamla_agent_kifiz", "xmlszamlakifiz"), ("action-szamla_agent_xml", "xmlszamlaxml")
PDF, DELETE = ("action-szamla_agent_pdf", "xmlszamlapdf"), ("action-szamla_agent_dijbekero_torlese", "xmlszamladbkdel")
Operation = tuple[str, str]
#: A session dies after some 90 minutes without a call.
SESSION_SECONDS = 80 * 60.0
#: Names of fields that hold people's data, in questions and answers.
PEOPLE = r"nev|irsz|telepules|cim|emails?|adoszam\w*|telefonszam|postazasi\w*|megjegyzes|vevoifiokurl"
NOT_FOUND, ISSUED_NOT_MAILED, MAINTENANCE, BURST = "7", "56", "1", "167"
MAINTENANCE_SECONDS, BURST_SECONDS = 1800.0, 600.0
NEW_KEY = (
    "Make a new Agent key (Számla Agent kulcs, at the bottom of Számlázz.hu's dashboard) and give it to the account."
)
#: The codes after which the whole account has to stop (section 8), each with what to do.
ACCOUNT = {
    "3": NEW_KEY, "49": "Somebody is logged in at Számlázz.hu with this user: use an Agent key, not user and password.",
    "135": NEW_KEY, "136": "Pay Számlázz.hu's subscription; everything waiting then goes on by itself.",
    "164": "This user has several companies: give the Agent key of the one that invoices.",
    "8": "Számlázz.hu's package or this user's rights do not allow this: check both there.",
    "17": "Számlázz.hu's package or this user's rights do not allow this: check both there.",
}  # fmt: skip
TAKEN = ("71", "152")
REMEDIES = {
    "52": "Compare own_vat_codes and vat_codes of the account with the VAT codes that Számlázz.hu knows.",
    "54": "Set e_invoice=no for the account, or switch e-invoices on at Számlázz.hu.",
    "55": "Set e_invoice=no for the account, or switch e-invoices on at Számlázz.hu.",
    "202": "Make the prefix (előtag) at Számlázz.hu first, or correct it in the account or the route.",
    "221": "The invoice has a corrective already: credit the rest by hand.",
    "395": "Compare own_vat_codes and vat_codes of the account with the VAT codes that Számlázz.hu knows.",
}


class Sessions:
    """The session cookies of this process, each for one address and key alone."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._mutex = threading.Lock()

    def header(self, owner: str) -> dict[str, str]:
        """The cookie to send, while its session is surely alive."""
        with self._mutex:
            cookie, until = self._kept.get(owner, ("", 0.0))
            return {"Cookie": f"JSESSIONID={cookie}"} if cookie and time.monotonic() < until else {}

    def learn(self, owner: str, headers: Mapping[str, str]) -> None:
        """Keep what an answer set, and that its session lives."""
        found = re.search(r"\bJSESSIONID=([\w.-]+)", headers.get("set-cookie", ""))
        with self._mutex:
            cookie = found[1] if found else self._kept.get(owner, ("", 0.0))[0]
            self._kept[owner] = (cookie, time.monotonic() + SESSION_SECONDS)


SESSIONS = Sessions()


def owner_of(url: str, key: str) -> str:
    """Whose session it is, without telling the key."""
    return hashlib.sha256(f"{url} {key}".encode()).hexdigest()


class Calls:
    """Calls of one account; `key` goes into every XML."""

    def __init__(self, speaker: Speaker, key: str, owner: str) -> None:
        self.speaker, self.owner = speaker, owner
        # Small letters, says the vendor.
        self.login = {"szamlaagentkulcs": key.lower()}

    def found(self, **which: str) -> Element | None:
        """The document asked for by `szamlaszam`, `rendelesSzam` or `szamlaKulsoAzon`; None when there is none."""
        last = {name: which.pop(name) for name in ("szamlaKulsoAzon",) if name in which}
        answer, reply = self._asked(QUERY, {**self.login, **which, "pdf": "false", **last}, writes=False)
        if reply.code == NOT_FOUND:
            return None
        root = self._good(answer, reply, writes=False).root
        if root is None or root.tag != "szamla":
            raise self._unread(answer, writes=False)
        return root

    def pdf(self, number: str) -> Reply:
        """The answer whose `pdf` is the file in base64."""
        answer, reply = self._asked(PDF, {**self.login, "szamlaszam": number, "valaszVerzio": "2"}, writes=False)
        return self._good(answer, reply, writes=False)

    def wrote(self, operation: Operation, tree: Tree) -> Reply:
        """A write, done. Raises the error tree; 71 and 152 are Permanent with the code ORDER_NUMBER_TAKEN."""
        answer, reply = self._asked(operation, tree, writes=True)
        return self._good(answer, reply, writes=True)

    def _asked(self, operation: Operation, tree: Tree, *, writes: bool) -> tuple[Answer, Reply]:
        field, root = operation
        files = {field: (f"{root}.xml", written(root, tree), "text/xml")}
        answer = self.speaker.call("POST", "/", writes=writes, files=files, raw=True)
        SESSIONS.learn(self.owner, answer.headers)
        try:
            return answer, reply_of(answer.headers, answer.body)
        except ArithmeticError:
            raise self._unread(answer, writes=writes) from None

    def _good(self, answer: Answer, reply: Reply, *, writes: bool) -> Reply:
        """The reply, if it says that it went well; a document whose e-mail failed was issued (56)."""
        if reply.down or reply.code == MAINTENANCE:
            raise self._later(reply, answer, MAINTENANCE_SECONDS, "MAINTENANCE")
        if reply.done or (reply.code == ISSUED_NOT_MAILED and reply.number):
            return reply
        if reply.done is None:
            raise self._unread(answer, writes=writes)
        raise self._refused(answer, reply)

    def _refused(self, answer: Answer, reply: Reply) -> AdapterError:
        words = f"{reply.code}: {reply.sentence}" if reply.code else reply.sentence or "refused without a word"
        if reply.code == BURST:
            return self._later(reply, answer, BURST_SECONDS, "TOO_MANY_TESTS")
        if reply.code in ACCOUNT:
            return self.speaker.error(Auth, words, answer.exchange, remedy=ACCOUNT[reply.code])
        code = "ORDER_NUMBER_TAKEN" if reply.code in TAKEN else None
        return self.speaker.error(Permanent, words, answer.exchange, code=code, remedy=REMEDIES.get(reply.code))

    def _later(self, reply: Reply, answer: Answer, seconds: float, code: str) -> RateLimited:
        words = reply.sentence or reply.down or "Számlázz.hu is under maintenance."
        return RateLimited(words, system=self.speaker.system, retry_after=seconds, code=code, exchange=answer.exchange)

    def _unread(self, answer: Answer, *, writes: bool) -> AdapterError:
        if looks_html(answer):
            remedy = "If it lasts, check the account's address: a web page answers where Számla Agent should."
            return self.speaker.error(unclear(writes=writes), answer.told, answer.exchange, code="HTML_ANSWER",
                                      remedy=remedy)  # fmt: skip
        words = f"HTTP {answer.status} with an answer that says neither yes nor no"
        return self.speaker.error(unclear(writes=writes), words, answer.exchange, code="UNREADABLE_ANSWER")
