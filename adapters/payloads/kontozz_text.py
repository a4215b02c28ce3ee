"""Bodies with places to fill in, and places in answers: how a profile says what Kontozz is told and tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PLACE = re.compile(r"\{([a-z_.]+)\}")
#: Values about people: the fields that hold them are masked wherever a conversation is kept.
PEOPLE = re.compile(r"\{(?:buyer|delivery)\.|\{(?:note|notes|email)\}")
Values = Mapping[str, Any]


def filled_in(template: Any, values: Values) -> Any:
    """The template with its places filled: a text that is one place alone becomes the value itself, whatever its type;
    keys whose value is nothing are left out. Raises KeyError for a place without a value."""
    if isinstance(template, dict):
        told = {key: filled_in(entry, values) for key, entry in template.items()}
        return {key: entry for key, entry in told.items() if entry is not None}
    if isinstance(template, list):
        return [filled_in(entry, values) for entry in template]
    if not isinstance(template, str):
        return template
    whole = PLACE.fullmatch(template)
    if whole:
        return None if values[whole[1]] == "" else values[whole[1]]
    return PLACE.sub(lambda place: text_of(values[place[1]]), template)


def address(path: str, values: Values, quoted: Callable[[str], str]) -> str:
    """A path with its places filled, each value escaped."""
    return PLACE.sub(lambda place: quoted(text_of(values[place[1]])), path)


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def places(template: Any) -> set[str]:
    """The names of all places in a template."""
    return set(PLACE.findall(template if isinstance(template, str) else json.dumps(template)))


def at(data: Any, path: str) -> Any:
    """What stands at `a.b.0` in an answer, None where nothing does; "" is the answer itself."""
    for step in filter(None, path.split(".")):
        if isinstance(data, list) and step.isdigit():
            data = data[int(step)] if int(step) < len(data) else None
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def personal_fields(template: Any) -> Iterator[str]:
    """The names under which a template sends people's data."""
    if isinstance(template, dict):
        for key, entry in template.items():
            if isinstance(entry, str) and PEOPLE.search(entry):
                yield str(key)
            yield from personal_fields(entry)
    elif isinstance(template, list):
        for entry in template:
            yield from personal_fields(entry)
