"""What a shop has set up before the first order: its own statuses, payment and shipping methods (section 3.5)."""

from dataclasses import dataclass

KINDS = ("open_normal", "open_prepare", "close_ok", "close_fault")
PAYMENTS = ("cod", "cash", "coupon", "credit", "check", "bankcard", "bankcard_offline", "popup", "transfer", "voucher",
            "bnpl", "qvik", "bankcard_qvik", "other")  # fmt: skip
EVENTS = ("order_send", "order_status_modify", "order_modify_admin", "order_add_admin", "order_send_thirdparty",
          "order_delete", "successful_payment")  # fmt: skip
OTHER_EVENTS = ("abandoned_cart", "newsletter_subscribe", "newsletter_unsubscribe", "customer_registration",
                "customer_modification", "customer_modify_admin", "customer_delete", "opinion_send")  # fmt: skip
COUNTRIES = {"hu": "Magyarország", "de": "Németország", "at": "Ausztria", "sk": "Szlovákia", "ro": "Románia",
             "cz": "Csehország", "pl": "Lengyelország", "si": "Szlovénia", "hr": "Horvátország",
             "gb": "Egyesült Királyság", "ch": "Svájc", "fr": "Franciaország", "it": "Olaszország",
             "nl": "Hollandia"}  # fmt: skip
INVOICE_TEXTS = {"0": "", "1": "Számlázható", "2": "Számlázva"}


@dataclass
class Status:
    """Names are the shop's own and may be changed at any time; the type is UNAS's."""

    ident: int
    name: str
    kind: str


@dataclass(frozen=True)
class Method:
    """A way to pay or to deliver; `subtype` is the payment's type."""

    ident: int
    name: str
    kind: str
    subtype: str
    active: bool = True


def statuses() -> dict[int, Status]:
    known = (Status(4681666, "Feldolgozásra vár", "open_normal"), Status(4681671, "Feldolgozás alatt", "open_normal"),
             Status(4681676, "Beszerzés alatt", "open_prepare"), Status(4681681, "Teljesítve", "close_ok"),
             Status(4681686, "Törölve", "close_fault"), Status(4681691, "Át nem vett", "close_fault"))  # fmt: skip
    return {status.ident: status for status in known}


def methods() -> tuple[Method, ...]:
    names = {"cod": "Utánvét", "cash": "Készpénzzel a helyszínen", "bankcard": "Bankkártya", "transfer": "Utalás"}
    paying = (Method(4681651 + index, names.get(subtype, subtype), "payment", subtype)
              for index, subtype in enumerate(PAYMENTS))  # fmt: skip
    delivering = (Method(4681636, "Futárral", "shipping", "other"), Method(4681637, "GLS", "shipping", "gls"),
                  Method(4681638, "Személyes átvétel", "shipping", "personal", active=False))  # fmt: skip
    return (*paying, *delivering)
