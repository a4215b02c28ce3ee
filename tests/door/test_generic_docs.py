"""The lines of docs/generic.md, run as they stand: its orders are taken, its curl commands are answered 200."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import api_keys
from schemas import apikey
from schemas.generic import read_order
from tests.door.conftest import SECRET as OTHERS
from tests.door.gunicorn import ROOT, serving
from tests.generic_orders import SECRET

PAGE = (ROOT / "docs" / "generic.md").read_text(encoding="utf-8")
ORDER, REFUNDS = re.findall(r"```json\n(.*?)```", PAGE, re.S)
SHELL = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) if "curl" in block]
ADDRESS = "https://bills.example.com/webhooks/my-erp-x7k2q9ab"


def test_the_orders_of_the_page_are_orders() -> None:
    whole = json.loads(ORDER)
    assert read_order(ORDER.encode()).gifts == 0
    refunded = read_order(json.dumps({**whole, **json.loads(f"{{{REFUNDS}}}")}).encode())
    assert sum(element.gross for element in refunded.elements) == refunded.total
    assert [line.source for refund in refunded.refunds for line in refund.lines or ()] == ["line_item:1"]


@pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl", "od"))), reason="a tool of the page is not here"
)
def test_both_curl_commands_of_the_page_are_answered_200(tmp_path: Path) -> None:
    assert len(SHELL) == 2
    (tmp_path / "order.json").write_text(ORDER, encoding="utf-8")
    with serving(tmp_path, OTHERS, WEB_WORKERS="1", LOG_LEVEL="WARNING") as server:
        shop, shown, now = server.lab.add_shop(SECRET, platform="generic"), apikey.new_key(), datetime.now(UTC)
        with server.lab.ledger.write() as tx:
            api_keys.add(
                tx, shown, name="ERP", scopes=list(apikey.SCOPES), expires_at=now + timedelta(days=1), now=now,
                shop_id=shop.id,
            )  # fmt: skip
        answers = []
        for block in SHELL:
            lines = block.replace(ADDRESS, f"http://127.0.0.1:{server.port}/webhooks/{shop.key}")
            lines = lines.replace("whsec_…", SECRET).replace("bhk_…", shown.text)
            lines = re.sub(r"^flask .*$", "", lines, flags=re.M)
            done = subprocess.run(["bash", "-c", lines], cwd=tmp_path, capture_output=True, timeout=60, check=True)
            answers.append(json.loads(done.stdout))
    assert [answer["duplicate"] for answer in answers] == [False, True], "the same order, sent both ways"
    assert answers[0]["event"] == answers[1]["event"]
