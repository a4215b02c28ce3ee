"""A client of the Számlázz.hu simulator: XML out of nested pairs, answers read by local names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

import pytest
import requests
from defusedxml import ElementTree

from simulators import szamlazz
from simulators.server import Simulator

FIELDS = {
    "xmlszamla": "action-xmlagentxmlfile", "xmlszamlast": "action-szamla_agent_st",
    "xmlszamlakifiz": "action-szamla_agent_kifiz", "xmlszamlaxml": "action-szamla_agent_xml",
    "xmlszamlapdf": "action-szamla_agent_pdf", "xmlszamladbkdel": "action-szamla_agent_dijbekero_torlese",
    "xmltaxpayer": "action-szamla_agent_taxpayer",
}  # fmt: skip


class Told:
    """An answer: headers decoded, elements of the body by local name (the first of each)."""

    def __init__(self, answer: requests.Response) -> None:
        assert answer.status_code == 200, answer.text
        self.answer, self.content = answer, answer.content
        self.headers = {name.lower(): unquote_plus(text) for name, text in answer.headers.items()}
        self.fields: dict[str, str] = {}
        if answer.headers.get("Content-Type", "").startswith("text/xml"):
            for element in ElementTree.fromstring(answer.content).iter():
                self.fields.setdefault(element.tag.rpartition("}")[2], element.text or "")

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    @property
    def code(self) -> int:
        return int(self.fields.get("hibakod", "0").strip())


class Agent(requests.Session):
    """Speaks to one simulated account."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.base, self.world = simulator.url, simulator.world
        self.key = {"szamlaagentkulcs": simulator.world.settings["token"]}

    def ask(self, root: str, content: Any) -> Told:
        return self.say(FIELDS[root], xml(root, content))

    def say(self, field: str, body: str) -> Told:
        return Told(self.post(f"{self.base}/szamla/", files={field: ("agent.xml", body, "text/xml")}, timeout=10))

    def create(self, *lines: Mapping[str, Any], settings: Mapping[str, Any] | None = None,
               buyer: Mapping[str, Any] | None = None, **header: Any) -> Told:  # fmt: skip
        return self.ask("xmlszamla", invoice(self.key, lines, settings or {}, buyer or {}, header))

    def made(self, *lines: Mapping[str, Any], **more: Any) -> str:
        told = self.create(*lines, **more)
        assert told["sikeres"] == "true", told.content
        return told["szamlaszam"]

    def query(self, **by: Any) -> Told:
        order = ("szamlaszam", "rendelesSzam", "pdf", "szamlaKulsoAzon")
        return self.ask("xmlszamlaxml", {**self.key, **{name: by[name] for name in order if name in by}})

    def storno(self, number: str, external: str = "", **header: Any) -> Told:
        own = {**self.key, "eszamla": "true", "szamlaLetoltes": "false", "valaszVerzio": "2"}
        own |= {"szamlaKulsoAzon": external} if external else {}
        return self.ask("xmlszamlast", {"beallitasok": own, "fejlec": {"szamlaszam": number, **header}})

    def pay(self, number: str, *amounts: str, additiv: str = "false") -> Told:
        entries = [{"datum": "2026-11-21", "jogcim": "bankkártya", "osszeg": amount} for amount in amounts]
        own = {**self.key, "szamlaszam": number, "additiv": additiv, "valaszVerzio": "2"}
        return self.ask("xmlszamlakifiz", {"beallitasok": own, "kifizetes": entries})

    def drop(self, **by: str) -> Told:
        return self.ask("xmlszamladbkdel", {"beallitasok": self.key, "fejlec": by})

    def admin(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.base}/_sim/{path}", json=body, timeout=10)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def switch(self, **settings: Any) -> None:
        self.admin("POST", "settings", settings)

    def arm(self, name: str, **more: Any) -> None:
        self.admin("POST", "faults", {"name": name, **more})

    def summary(self) -> Any:
        return self.admin("GET", "summary")


def xml(root: str, content: Any) -> str:
    inner = _inside(content)
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="http://www.szamlazz.hu/{root}">{inner}</{root}>'


def line(net: object = 2000, vat: object = 540, code: str = "27", count: object = 2, **fields: Any) -> dict[str, Any]:
    """Two mugs, 2540 forints."""
    gross = f"{float(str(net)) + float(str(vat)):.2f}".removesuffix(".00")
    full = {"megnevezes": "Bögre", "azonosito": None, "mennyiseg": count, "mennyisegiEgyseg": "db",
            "nettoEgysegar": float(str(net)) / float(str(count)), "afakulcs": code, "nettoErtek": net, "afaErtek": vat,
            "bruttoErtek": gross}  # fmt: skip
    return {name: value for name, value in {**full, **fields}.items() if value is not None}


def invoice(key: Mapping[str, str], lines: Any, settings: Mapping[str, Any], buyer: Mapping[str, Any],
            header: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
    """In the order of the schema; None leaves an element out."""
    own = {**key, "eszamla": "true", "szamlaLetoltes": "false", "valaszVerzio": "2", **settings}
    head: dict[str, Any] = {
        "keltDatum": None, "teljesitesDatum": "2026-11-20", "fizetesiHataridoDatum": "2026-11-28",
        "fizmod": "bankkártya", "penznem": "HUF", "szamlaNyelve": "hu", "megjegyzes": None, "arfolyamBank": None,
        "arfolyam": None, "rendelesSzam": "10023", "dijbekeroSzamlaszam": None, "elolegszamla": None,
        "vegszamla": None, "elolegSzamlaszam": None, "helyesbitoszamla": None, "helyesbitettSzamlaszam": None,
        "dijbekero": None, "szallitolevel": None, "szamlaszamElotag": None, "fizetendoKorrekcio": None,
        "fizetve": "true", "elonezetpdf": None,
    }  # fmt: skip
    whom = {"nev": "Teszt Vevő", "irsz": "1011", "telepules": "Budapest", "cim": "Fő utca 1.",
            "email": "a@example.test", "sendEmail": "true", "adoalany": "-1"}  # fmt: skip
    return {"beallitasok": _given(own), "fejlec": _given({**head, **header}), "elado": {}, "vevo": {**whom, **buyer},
            "tetelek": {"tetel": list(lines) or [line()]}}  # fmt: skip


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _inside(content: Any) -> str:
    if not isinstance(content, dict):
        return escape(str(content))
    pairs = [(name, one) for name, value in content.items() for one in (value if isinstance(value, list) else [value])]
    return "".join(f"<{name}>{_inside(value)}</{name}>" for name, value in pairs)


def local_names(body: bytes) -> list[str]:
    """Names of the elements in order, namespaces aside."""
    return re.findall(r"<(\w+)", body.decode())


@pytest.fixture
def agent() -> Iterator[Agent]:
    with szamlazz.start(today="2026-11-21") as simulator, Agent(simulator) as client:
        yield client
        assert not simulator.world.crashes, simulator.world.crashes
