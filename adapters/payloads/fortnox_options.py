"""What a Fortnox account has to fill in, and may choose; labels as Fortnox' own pages spell them."""

from __future__ import annotations

from adapters.exchange import RATES
from adapters.manifest import Field
from adapters.payloads.fortnox import BOOKED, UNBOOKED
from adapters.payloads.fortnox_login import API, IDENTITY
from adapters.payloads.fortnox_told import AS_ORDER

CREDENTIALS = (
    Field("client_id", "Client ID", pattern=r"\S{8,}"),
    Field("client_secret", "Client Secret", secret=True, pattern=r"\S{8,}"),
    Field("tenant_id", "TenantId", required=False, pattern=r"\d+", example="1234567",
          help="with it nobody has to connect again: client credentials, allowed once for a service account"),
    Field("refresh_token", "Refresh token", secret=True, required=False, pattern=r"\S{8,}",
          help="only where another program holds one; otherwise flask account connect"),
    Field("account_type", "Account type", required=False, choices=("service",), help="asked for at the consent"),
    Field("url", "API address", required=False, pattern=r"https?://\S+", example=API),
    Field("identity_url", "Login address", required=False, pattern=r"https?://\S+", example=IDENTITY),
)  # fmt: skip
OPTIONS = (
    Field("document", "Dokument", required=False, choices=(BOOKED, UNBOOKED, AS_ORDER),
          help="what an order becomes: a booked invoice, an unbooked one for a person to book, or an order"),
    Field("customer", "Kund", required=False, choices=("per buyer", "default"),
          help="default: every document goes to one customer, with the buyer's own name and address on it"),
    Field("default_customer", "Kundnr", required=False, pattern=r"\S+|[A-Z]+ \S+(, [A-Z]+ \S+)*",
          example="SEVAT 1001, EUREVERSEDVAT 1002, EXPORT 1003", help="one, or one for each VAT type"),
    Field("articles", "Artiklar", required=False, choices=("text", "sku", "create"),
          help="sku: a row names the article with the line's SKU where there is one; create: it is made"),
    Field("accounts", "Försäljningskonton", required=False, pattern=r"\w+=\d{4}(, ?\w+=\d{4})*",
          example="25=3001, OSS=3106, DE=3107, K=3108, G=3105", help="by rate, VAT category, or country under OSS"),
    Field("terms_of_payment", "Betalningsvillkor", required=False, pattern=r"\S{1,25}", example="30"),
    Field("payment_modes", "Betalsätt", required=False, pattern=r"([\w-]+|\*)=\w+(, ?([\w-]+|\*)=\w+)*",
          example="stripe=STRIPE, *=BG", help="the shop's way to pay = the code of Fortnox's"),
    Field("our_reference", "Vår referens", required=False, pattern=r".{1,50}"),
    Field("print_template", "Utskriftsmall", required=False, pattern=r"\S+", example="st"),
    Field("cost_center", "Kostnadsställe", required=False, pattern=r"\S+"),
    Field("project", "Projekt", required=False, pattern=r"\S+"),
    RATES,
    Field("language", "Språk", required=False, choices=("SV", "EN"), help="when the order's is not Swedish"),
)  # fmt: skip
#: What a route or an account may have made of an order.
CHOICES = ((BOOKED, "Booked invoices"), (UNBOOKED, "Unbooked invoices"), (AS_ORDER, "Orders"))
