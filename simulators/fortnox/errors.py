"""Fortnox's own codes and sentences; a code is a promise only where the vendor's list or a recording names it."""

from typing import NamedTuple

from simulators.fields import Faults

SYSTEM, ACCEPT, CONTENT_TYPE = 1000003, 1000030, 1000031
TEXT, NUMBER, FLAG = 2000106, 2000108, 2000134
LICENCE, ACCOUNT, BODY, FIELD, LONG_REFERENCE = 2001101, 2001304, 2001392, 2001399, 2001600
LONG_COMMENT, JSON, CUSTOM_RATE, FILTER, PARAMETER = 2001896, 2002115, 2004167, 2000587, 2000588
CHARACTERS, NUMBER_TAKEN = 2000359, 2000637
# The vendor's list was not to be had for what the state of a document forbids: no real Fortnox says this number.
STATE = 2000999
# Which register a number was not found in (recorded).
MISSING = {"article": (2000428, "Kan inte hitta artikeln."), "terms": (2000429, "Kan inte hitta betalningsvillkoret."),
           "unit": (2000432, "Kan inte hitta enheten."), "customer": (2000433, "Kan inte hitta kunden."),
           "invoice": (2000434, "Kan inte hitta fakturan."),
           "order": (2000439, "Kan inte hitta ordern.")}  # fmt: skip


class Wrong(NamedTuple):
    """The first thing wrong with a request: Fortnox names one."""

    code: int
    sentence: str


# What a check says -> the code; everything else is a fault of type or length.
CODES = {"unknown field": FIELD, "must be a number": NUMBER, "must be a whole number": NUMBER,
         "must be true or false": FLAG, "holds illegal characters": CHARACTERS}  # fmt: skip


def first(faults: Faults) -> Wrong | None:
    for place, sentence in faults:
        return Wrong(_code(place, sentence), f"{place}: {sentence}")
    return None


def _code(place: str, sentence: str) -> int:
    if sentence.startswith("is longer than 50") and place.endswith("Reference"):
        return LONG_REFERENCE
    if sentence.startswith("is longer") and place.endswith(("Comments", "Remarks")):
        return LONG_COMMENT
    return CODES.get(sentence, TEXT)
