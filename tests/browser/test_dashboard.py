"""In a real Chromium: dead letters in the RQ dashboard while jobs run, their causes mended, everything a document.

Twenty dead events of three causes; 150 orders, thirty at a time, on their way to an invoicing system that takes a
second for every answer (profile fast gives up after one and a half). One cause is mended: requeue of one, then of all,
gives documents, and the others die again with their reason. The other causes are mended: requeue of all, and the failed
list is empty, because nothing is dead.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from redis import Redis

from console.stack import ROOT
from tests.browser.house import PASSWORD, SLOTS, USER, Running, house, order, until

CHROMIUM = shutil.which("chromium")
#: BILLHOOK_SCREENSHOTS=1 takes the documentation's pictures anew; other runs leave them alone.
SHOTS = ROOT / "docs" / "screenshots" if os.environ.get("BILLHOOK_SCREENSHOTS") else None
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DEPARTMENT, RATE, ZERO = range(1001, 1009), range(2001, 2008), range(3001, 3006)
RUNNING = range(4001, 4151)
EXTRA_RATES = {"HU": {"std": "27", "red": ["18", "5", "26"]}}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with house(tmp_path) as running:
        yield running


@pytest.fixture
def page() -> Iterator[Page]:
    """A window in Warsaw's time, which fails the test when the page's scripts fail or the policy forbids one."""
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        # Bootstrap's dialogues do not close while they still fade in, and a test clicks sooner than a person.
        context = browser.new_context(
            viewport={"width": 1280, "height": 960}, timezone_id="Europe/Warsaw", reduced_motion="reduce"
        )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        yield page
        browser.close()
    assert [text for text in wrong if "favicon" not in text] == []


def _orders() -> list[dict[str, Any]]:
    orders = [
        *[order(number) for number in DEPARTMENT],
        *[order(number, rate=26) for number in RATE],
        *[order(number, rate=0, tax_class="nulla") for number in ZERO],
    ]
    random.Random(3).shuffle(orders)
    return orders


def _picture(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=SHOTS / name)


def _deliver(running: Running, orders: list[dict[str, Any]]) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(running.post, orders)) == {200}


def _bury(running: Running) -> None:
    running.department("99")
    _deliver(running, _orders())
    until(lambda: len(running.dead()) == 20, "twenty dead letters")
    causes = Counter(event.reason for event in running.dead())
    assert causes == {"REFUSED": 8, "RATE_NOT_LEGAL": 7, "ZERO_RATE_UNEXPLAINED": 5}


def _login(page: Page, running: Running) -> None:
    page.goto(f"{running.stack.url}/rq/")
    page.get_by_label("Name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("table#queues")).to_be_visible()


def _count(page: Page, kind: int) -> int:
    """A cell of the table of queues: 1 queued, 3 scheduled, 4 started, 6 failed."""
    cell = page.locator("tr[data-role=queue] td").nth(kind)
    return int(cell.inner_text()) if cell.count() else -1


def _failed(page: Page, running: Running) -> None:
    page.goto(f"{running.stack.url}/rq/0/view/jobs/{running.shop}/failed/50/asc/1")


def _requeue_all(page: Page) -> None:
    page.locator("#requeue-all-btn").click()
    page.locator("#confirmation-modal-yes").click()
    expect(page.locator("#confirmation-modal")).to_be_hidden()


def _documents_of(running: Running, orders: range) -> int:
    return sum(1 for number in orders if any(f"/{number}/" in oid for oid in running.documents()))


def test_dead_letters_are_replayed_while_thirty_jobs_run(running: Running, page: Page) -> None:
    _bury(running)
    _login(page, running)
    running.department("")  # the department is right again: the first cause is mended
    _while_jobs_run(running, page)
    _one_and_then_all(running, page)
    _the_other_causes(running, page)
    _books_closed(running)


def _while_jobs_run(running: Running, page: Page) -> None:
    """Thirty jobs run: queues, workers and failed jobs are all shown, and nothing answers 500."""
    running.sim("settings", {"latency": 1000})
    workers = page.context.new_page()
    _deliver(running, [order(number) for number in RUNNING])
    until(lambda: page.reload() and _started(page) == SLOTS, "thirty started jobs in the table", 20)
    workers.goto(f"{running.stack.url}/rq/0/view/workers")
    until(lambda: workers.reload() and "event " in _worker(workers), "what the worker is at", 20)
    assert _count(page, 6) == 20
    _picture(page, "rq-dashboard-running.png")
    workers.close()
    _failed(page, running)
    expect(page.locator("tr[data-role=job]")).to_have_count(20)
    expect(page.locator("#jobs")).to_contain_text("26 % was charged")
    expect(page.locator("#jobs")).to_contain_text("HTTP 422")
    expect(page.locator("#jobs .creation_date").first).to_contain_text("ago")
    _picture(page, "rq-dashboard.png")
    running.sim("settings", {"latency": 0})


def _started(page: Page) -> int:
    page.wait_for_selector("tr[data-role=queue]")
    return _count(page, 4)


def _worker(page: Page) -> str:
    return page.locator("tr[data-role=worker]").first.inner_text()


def _one_and_then_all(running: Running, page: Page) -> None:
    row = page.locator("tr[data-role=job]").filter(has_text="REFUSED").first
    row.locator("[data-role=requeue-job-btn]").click()
    until(lambda: _documents_of(running, DEPARTMENT) == 1, "the requeued one is a document")
    expect(page.locator("tr[data-role=job]")).to_have_count(19)
    _requeue_all(page)
    until(lambda: _documents_of(running, DEPARTMENT) == len(DEPARTMENT), "the mended group is documents")
    running.books.settle(60)
    page.reload()
    expect(page.locator("tr[data-role=job]")).to_have_count(12)
    assert Counter(event.reason for event in running.dead()) == {"RATE_NOT_LEGAL": 7, "ZERO_RATE_UNEXPLAINED": 5}


def _the_other_causes(running: Running, page: Page) -> None:
    running.rules(extra_rates=EXTRA_RATES, zero_rate_map={"nulla": "Z"})
    _requeue_all(page)
    until(lambda: not running.dead() and not running.books.unsettled(), "nothing is dead and nothing waits")
    page.reload()
    expect(page.locator("#jobs")).to_contain_text("No jobs.")


def _books_closed(running: Running) -> None:
    made = dict.fromkeys((*DEPARTMENT, *RATE, *ZERO, *RUNNING), 1)
    per_order = {number: sum(n for oid, n in running.documents().items() if f"/{number}/" in oid) for number in made}
    assert per_order == made


def test_after_redis_was_emptied_the_dashboard_is_right_again(running: Running, page: Page) -> None:
    _bury(running)
    _login(page, running)
    with Redis.from_url(running.stack.redis_url) as redis:
        redis.flushall()
    _failed(page, running)
    expect(page.locator("tr[data-role=job]")).to_have_count(20)


def test_the_pages_of_the_console_can_be_used_by_keyboard_alone(running: Running, page: Page) -> None:
    page.goto(f"{running.stack.url}/console/")
    expect(page.get_by_label("Name")).to_be_focused()  # the page asks for it a moment after it has loaded
    page.keyboard.type(USER)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    expect(page.get_by_label("Name")).to_have_value(USER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    _picture(page, "console.png")
    page.get_by_role("link", name="RQ dashboard").first.click()
    expect(page.locator("table#queues")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto(f"{running.stack.url}/rq/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
