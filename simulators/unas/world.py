"""One UNAS webshop as its API shows it: its settings, who may come in, and the shape of its errors."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from simulators.exchange import BadBody, Refusal, Request, Response
from simulators.unas import closing, doors, entrance, nodes
from simulators.unas.limits import HOUR, Limits
from simulators.unas.sender import MISCHIEF, Sender
from simulators.unas.shop import Shop, instant
from simulators.world import Door, Routes

FUNCTIONS = "getOrder,setOrder,getOrderStatus,getMethod,getSetting,getAutomatism,setAutomatism"
WRITES = ("/shop/setOrder", "/shop/setAutomatism")


class Unas(Shop):
    """State of one shop. Setting `token` is the API key; `clock` is a fixed instant, or empty for real time."""

    key: ClassVar[str] = "unas"
    routes: ClassVar[Routes] = Routes()
    doors: ClassVar[Mapping[tuple[str, str], Door]] = doors.DOORS
    zone: ClassVar[ZoneInfo] = ZoneInfo("Europe/Budapest")
    defaults: ClassVar[dict[str, Any]] = {
        # The shop and its key; permissions and allowed_ips (CIDR) are lists with commas.
        "token": "0123456789abcdef0123456789abcdef01234567", "hmac_key": "simulator-hmac-key", "shop_id": "99212",
        "package": "vip", "permissions": FUNCTIONS, "allowed_ips": "", "token_seconds": 7200.0, "expire_time": True,
        # An instant with its zone stops the clock, empty lets it run.
        "clock": "",
        # Section 2; the divisors make calls an hour fewer and hours shorter, the counts of failures stay.
        "limits": True, "limits_divisor": 1.0, "hour_divisor": 1.0, "ban_scope": "shop", "ban_exclaims": False,
        # How refusals look: <Error> with 400, with 200, or by turns; what a bad token and a missing permission get.
        "error_status": "400", "auth_status": 401, "permission_status": 400, "entity_error": "text",
        "tls": "ok", "maintenance": "off",
        # reuse_keys: deleted orders' Keys first; echoes: which writes by API raise the shop's own events;
        # own_invoicing: the shop invoices by itself what reaches close_ok.
        "reuse_keys": False, "echoes": "all", "own_invoicing": False,
        # How orders are written and listed where the documentation leaves it open.
        "status_type": True, "status_attributes": False, "vat_sign": True, "sum_rounding": "exact",
        "calculate_mode": "fromGrossToNet", "limit_start": 0, "default_order": "order_time_asc",
        # Webhooks: pauses (instant_seconds at first, 300 s between tries) are divided by webhook_divisor;
        # mischief is {"seed", "drop", "double", "late": chances, "late_seconds"}.
        "webhook_divisor": 1.0, "instant_seconds": 0.0, "topic_header": False, "delete_body": "order",
        "payment_body": "order", "mischief": None,
    }  # fmt: skip
    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "package": ("vip", "premium", "basic"), "ban_scope": ("shop", "function"),
        "error_status": ("400", "200", "mixed"), "auth_status": (401, 403, 400), "permission_status": (400, 403),
        "entity_error": ("text", "code"), "tls": ("ok", "redirect", "broken"),
        "maintenance": ("off", "error", "503", "silent"), "echoes": ("off", "status", "all"),
        "sum_rounding": ("exact", "display"), "limit_start": (0, 1), "delete_body": ("order", "thin"),
        "payment_body": ("order", "thin"), "calculate_mode": ("fromGrossToNet", "fromNetToGross"),
        "default_order": ("order_time_asc", "order_time_desc", "modify_time_asc", "modify_time_desc"),
    }  # fmt: skip

    def __init__(self, **settings: Any) -> None:
        self.sender = Sender(self)
        super().__init__(**settings)

    def fresh(self) -> None:
        self.open()
        self.tokens: dict[str, int] = {}
        self.calls: Counter[str] = Counter()
        self.errors = 0
        self.limits = Limits()
        self._tune()
        self.sender.forget()

    def change(self, settings: Mapping[str, Any]) -> None:
        if settings.get("clock"):
            instant(settings["clock"])
        if strange := set(settings.get("mischief") or {}) - MISCHIEF:
            raise ValueError(f"unknown in mischief: {', '.join(sorted(strange))}")
        super().change(settings)
        if "limits" in self.__dict__:
            self._tune()
        if "mischief" in settings:
            self.sender.seed()
        self.sender.wake()

    def close(self) -> None:
        self.sender.close()

    def books(self) -> dict[str, Any]:
        return closing.books(self)

    def summary(self) -> dict[str, Any]:
        return closing.summary(self)

    # ---- in and out -----------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        with self.lock:
            try:
                return entrance.answered(self, request)
            except Refusal as refusal:
                return refusal.response
            except BadBody as error:
                return self.error(str(error))

    def error(self, text: str, status: int = 400) -> Response:
        """<Error>: 400 as documented, or 200 as clients have seen it, or by turns (setting error_status)."""
        self.errors += 1
        often = {"400": False, "200": True, "mixed": self.errors % 2 == 0}[self.settings["error_status"]]
        return nodes.answer("Error", text, 200 if often and status == 400 else status)

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        plain = nodes.answer("Error", text, status)
        return Response(status, plain.body, plain.content_type, headers or {})

    def unauthorized(self) -> Response:
        return self.refuse(self.settings["auth_status"], "Unauthorized")

    def secrets(self) -> tuple[str, ...]:
        return (self.settings["token"], self.settings["hmac_key"])

    def writes(self, request: Request) -> bool:
        return request.path in WRITES

    def aside(self, request: Request) -> bool:
        return request.path == "/shop/login"

    @property
    def permissions(self) -> tuple[str, ...]:
        return tuple(filter(None, self.settings["permissions"].split(",")))

    def _tune(self) -> None:
        """The limits by the settings; what was counted stays."""
        self.limits.on, self.limits.vip = self.settings["limits"], self.settings["package"] == "vip"
        self.limits.divisor, self.limits.hour = self.settings["limits_divisor"], HOUR / self.settings["hour_divisor"]
        self.limits.ban_scope = self.settings["ban_scope"]
