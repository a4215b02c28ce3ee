"""One question and one answer as a simulator sees them: bodies read and written as JSON, form or XML."""

import email
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.message import Message
from typing import Any, cast
from urllib.parse import parse_qs
from xml.etree import ElementTree

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 302: "Found", 400: "Bad Request",
           401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
           405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict", 415: "Unsupported Media Type",
           422: "Unprocessable Entity", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}  # fmt: skip


class BadBody(Exception):
    """The body cannot be read as what its Content-Type says."""


@dataclass
class Request:
    """What a client asked; `params` are the named parts of the path, `peer` is the client's address, `lag` is set by
    the fault of that name."""

    method: str
    path: str
    query_string: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: dict[str, str] = field(default_factory=dict)
    peer: str = ""
    lag: float = 0.0

    @property
    def query(self) -> dict[str, str]:
        """Query parameters, the last one winning as in Rails and PHP; `a[]` lists come from `query_list`."""
        return {name: values[-1] for name, values in self.query_lists.items()}

    @property
    def query_lists(self) -> dict[str, list[str]]:
        return parse_qs(self.query_string, keep_blank_values=True)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")

    def json(self) -> Any:
        """The body as JSON with Decimal for every fraction; an empty body is an empty object."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant) if self.body else {}
        except ValueError as error:
            raise BadBody(f"body is not JSON: {error}") from error

    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    def parts(self) -> dict[str, bytes]:
        """A multipart body, part by name; a GET may carry one too."""
        return {_name(part): cast(bytes, part.get_payload(decode=True)) for part in self._messages()}

    def files(self) -> dict[str, bytes]:
        """Only those parts that came as files."""
        return {_name(part): cast(bytes, part.get_payload(decode=True)) for part in self._messages()
                if part.get_filename() is not None}  # fmt: skip

    def _messages(self) -> list[Message]:
        head = f"Content-Type: {self.header('content-type')}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body)
        if not message.is_multipart():
            raise BadBody("body is not multipart")
        return [part for part in message.get_payload() if isinstance(part, Message)]

    def xml(self) -> ElementTree.Element:
        """The body as XML; a document type is refused, so no entity can grow or reach out."""
        if b"<!DOCTYPE" in self.body or b"<!ENTITY" in self.body:
            raise BadBody("document types are refused")
        try:
            return ElementTree.fromstring(self.body)  # noqa: S314 - entities are refused above
        except ElementTree.ParseError as error:
            raise BadBody(f"body is not XML: {error}") from error


@dataclass(frozen=True)
class Response:
    """What the system answers."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        """Head and body in one piece, so that one write carries the whole answer."""
        return self.head() + self.body

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Other')}", f"Content-Length: {len(self.body)}"]
        if self.body:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


# Sent by a system that answers nothing at all: the connection just ends.
SILENCE = Response(0)


class Refusal(Exception):
    """Raised inside a handler to answer at once; what was done before must not have changed the state."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status, response.body)
        self.response = response


def as_json(data: object, status: int = 200, headers: Mapping[str, str] | None = None,
            money: Callable[[Any], object] = str) -> Response:  # fmt: skip
    """A JSON answer; `money` says how this system writes a Decimal."""
    body = json.dumps(data, ensure_ascii=False, default=money).encode()
    return Response(status, body, headers=headers or {})


def as_html(text: str, status: int = 200) -> Response:
    page = f"<!DOCTYPE html><html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>"
    return Response(status, page.encode(), "text/html; charset=utf-8")


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
