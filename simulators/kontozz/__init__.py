"""A stand-in for Kontozz (kontozz.hu, Hungary) over real HTTP, speaking an IMAGINED profile.

Sources: Kontozz's help pages on integrations, API keys, invoice blocks and documents (https://en.kontozz.hu) and the
text of the WordPress plugin "Syneo Kontozz Sync". The API reference itself (https://kontozz.hu/docs) could not be
read: paths, fields and errors below are made up, so that every one of them can be changed by a setting. What stands
here is all that a client may rely on.

KEY. Header `X-API-KEY: <key>` on every call (settings auth: header | query, auth_name, auth_scheme: "Bearer" goes
before the key). A key belongs to one company and ends on a day (setting key_expires_on, "" = never): from the day
after, every call is 401 KEY_EXPIRED, and only a new key helps. A wrong key is 401 KEY_INVALID.

ANSWERS. `{"success": true, "data": …}`, lists with `"meta": {"page", "last_page", "total", "next"}` (next: the
address of the next page, or null). Refusals `{"success": false, "error": {"code", "message", "fields": {place:
[sentence]}}}` with the HTTP status in brackets; setting error_status=200 says the same refusals of content inside a
200. Codes: VALIDATION (422), NOT_FOUND (404), ORDER_EXISTS (409), ALREADY_CANCELLED (409), KEY_INVALID, KEY_EXPIRED
(401), BAD_REQUEST (400: no JSON), NOT_ALLOWED (405), TOO_MANY (429), OTHER. Setting envelope renames success, data,
error, code, message, meta, page, last_page, total, next; {"data": ""} puts an object's fields beside success.

PATHS (setting paths: {operation: "METHOD /path"}, "" takes an operation away; look_up=false takes find away):
  ping      GET  /api/v1/company                 {id, name, tax_number, currency, key_expires_on}
  blocks    GET  /api/v1/blocks                  [{id, name, type, year, open}]
  invoice   POST /api/v1/invoices                201, the document
  proforma  POST /api/v1/proformas               201, the document; the same body, its own block
  find      GET  /api/v1/documents?order_id=…    newest first, whole documents; also page (from 1), per_page (20, at
            most 100). order_id matches PARTS of the order field (setting order_match: part | prefix | exact); without
            it all.
  get       GET  /api/v1/documents/{id}          the document
  pdf       GET  /api/v1/documents/{id}/pdf      the PDF; 202 {"success": true, "data": {"ready": false}} while not
            ready (setting pdf_delay, seconds)
  email     POST /api/v1/documents/{id}/email    {email?}: without it to the customer's address; {sent_to}; mails each
            time
  storno    POST /api/v1/documents/{id}/storno   {order_id?, issue_date?, notes?}: an invoice is cancelled whole by a
            new document of type storno (201, its amounts negative, related_id = the invoice), which may be done once;
            a proforma is only marked cancelled (200, the proforma). Refused where the invoice has corrections.
  correct   POST /api/v1/documents/{id}/correct  {items, order_id?, issue_date?, fulfilment_date?, notes?, total?}: a
            new document of type correction, its items the difference (quantity negative, price positive); may be
            repeated until nothing is left. Prices, currency, customer and block are the invoice's.

THE BODY of invoice and proforma (setting fields renames: {"order_id": "reference", "customer.name": "nev", "items":
"tetelek", "items.vat": "afa"}, in answers too; unknown fields are refused). Required are marked *:
  block_id* (of the type, open, of the year of issue), company_id (the key's own), format paper | electronic
  (default), order_id (text up to 100; setting duplicates: accepted | refused for a second document of one type and
  order_id), order_number (text up to 50), issue_date (today if left out, and nothing but today), fulfilment_date*,
  due_date*, currency* (ISO code), exchange_rate (else the MNB's own), payment_method* bank_transfer | cash |
  credit_card, paid (true: status paid), language hu | en, notes (up to 2000), related_id (the proforma an invoice
  follows), oss (true: foreign rates), price_mode gross (default) | net, total (what the items must come to, else
  VALIDATION at total), customer*, items*.
  customer: type* vat_payer | vat_exempt | private | private_tax_number | eva, name* (200), country* (two letters),
  postcode*, city*, address* (255), email, phone, tax_number (8-1-2 with a Hungarian vat_payer, required there),
  eu_tax_number.
  items: name* (300), quantity*, unit* (20), unit_price* (at least 0, up to 6 decimals, in price_mode), vat* (text),
  sku (50), comment (300). Amounts are JSON numbers or decimal text. vat: 27, 18, 5, or a code without VAT: AAM TAM
  KBAET EAM EUFAD37 EUFADE F.AFA ATK EUE EUT HO; with oss any percentage up to 27.

ARITHMETIC. A line is quantity x unit_price rounded half up to the currency's decimals (2; setting forint_decimals, 2
or 0); VAT is taken out of (gross) or added to (net) the sum of a code (setting vat_rounding: rate | line).

A DOCUMENT: id, number, type (invoice, proforma, storno, correction), format, status (issued, paid, cancelled),
company_id, block_id, order_id, order_number, the dates, currency, exchange_rate, payment_method, language, notes,
oss, price_mode, customer, items (with net, vat_amount, gross), net, vat_amount, gross, vat_summary [{vat, net,
vat_amount, gross}], related_id (or null), cancelled_by (or null), pdf_url, emailed_at (or null), created_at. Numbers,
not text, for all amounts.
"""

from collections.abc import Iterable
from typing import Any

from simulators import command, server
from simulators.kontozz import documents, followup, lookup
from simulators.kontozz.world import Kontozz

ROOMS = (documents, followup, lookup)  # importing them adds their operations

WORLD = Kontozz
FLAGS = ("duplicates", "order_match", "auth", "vat_rounding")


def start(port: int = 0, armed: Iterable[str] = (), **settings: Any) -> server.Simulator:
    """In-process: `with kontozz.start(look_up=False) as system: system.url, system.world`."""
    return server.start(Kontozz(**settings), port, armed)


def main(argv: list[str] | None = None) -> int:
    return command.main(Kontozz, argv, FLAGS)
