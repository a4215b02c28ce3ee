"""A profile for the stand-in's imagined API, with a look-up and without."""

from __future__ import annotations

_HEAD = """
reference_length = 100

[auth]
header = "X-API-KEY"

[success]
status = [200, 201]
path = "success"
equals = [true]

[error]
code = "error.code"
message = ["error.message", "error.fields"]
taken = ["ORDER_EXISTS"]
key = ["KEY_INVALID", "KEY_EXPIRED"]
busy = ["TOO_MANY"]

[ping]
call = "GET /api/v1/company"
name = "data.name"
"""
FIND = """
[find]
call = "GET /api/v1/documents"
query = {order_id = "{reference}", page = "{page}", per_page = "100"}
list = "data"
next = "meta.next"
"""
_BODY = """
{"company_id": "{company_id}", "block_id": "{book}", "order_id": "{reference}", "order_number": "{order_number}",
 "issue_date": "{issue_date}", "fulfilment_date": "{tax_point}", "due_date": "{due_date}", "currency": "{currency}",
 "payment_method": "{payment}", "paid": "{paid}", "language": "{language}", "notes": "{notes}",
 "related_id": "{original.id}", "oss": "{oss}", "price_mode": "gross", "total": "{total}", "items": "{items}",
 "customer": {"type": "{buyer.type}", "name": "{buyer.name}", "country": "{buyer.country}",
  "postcode": "{buyer.postcode}", "city": "{buyer.city}", "address": "{buyer.address}", "email": "{buyer.email}",
  "phone": "{buyer.phone}", "tax_number": "{buyer.tax_number}", "eu_tax_number": "{buyer.vat_id}"}}
"""
_REST = f"""
[invoice]
call = "POST /api/v1/invoices"
body = '''{_BODY}'''

[proforma]
call = "POST /api/v1/proformas"
body = '''{_BODY}'''

[credit_note]
call = "POST /api/v1/documents/{{original.id}}/correct"
negative = true
body = '''
{{"order_id": "{{reference}}", "issue_date": "{{issue_date}}", "fulfilment_date": "{{tax_point}}",
 "notes": "{{notes}}", "total": "{{total}}", "items": "{{items}}"}}
'''

[cancel]
call = "POST /api/v1/documents/{{id}}/storno"
done = ["ALREADY_CANCELLED"]

[get]
call = "GET /api/v1/documents/{{id}}"

[pdf]
call = "GET /api/v1/documents/{{id}}/pdf"
waits = [202]

[email]
call = "POST /api/v1/documents/{{id}}/email"
body = '{{"email": "{{email}}"}}'

[series]
call = "GET /api/v1/blocks"
list = "data"

[document]
inside = "data"
id = "id"
number = "number"
total = "gross"
currency = "currency"
reference = "order_id"
kind = "type"
kinds = {{invoice = "invoice", proforma = "proforma", storno = "credit_note", correction = "credit_note"}}
status = "status"
cancelled = ["cancelled"]
paid = ["paid"]
net = "net"
vat = "vat_amount"
issue_date = "issue_date"
rates = "vat_summary"
rate = "vat"
rate_vat = "vat_amount"

[longest]
"buyer.name" = 200
"buyer.address" = 255
"item.name" = 300
notes = 2000

[otherwise]
"buyer.postcode" = "-"
"buyer.city" = "-"
"buyer.address" = "-"

[books]
invoice = "11"
"proforma 2026" = "12"
"""
_ITEM = """
[item]
name = "{name}"
quantity = "{quantity}"
unit = "{unit}"
unit_price = "{price}"
vat = "{vat}"
sku = "{sku}"
comment = "{note}"
"""
#: For many orders at a time.
BRISK = "\n[limits]\nper_minute = 60000\nat_once = 8\n"
PROFILE = _HEAD + FIND + _REST + _ITEM
BLIND = _HEAD + _REST + _ITEM
#: For a house whose clock is wrong: the imagined Kontozz takes no date but its own today, and dates what has none.
UNDATED = PROFILE.replace(' "issue_date": "{issue_date}",', "")
assert "{issue_date}" in PROFILE and "{issue_date}" not in UNDATED
OPTIONS = {"company_id": "7", "own_sync_off": "yes", "profile": PROFILE}
