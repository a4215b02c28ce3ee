"""The command line: every command of the operator's door, hung on Flask's."""

from __future__ import annotations

from flask import Flask

from console import connections, demo, events, mailed, run, service, simulate, users
from console.preview import preview


def register(app: Flask) -> None:
    """Give `app` the console's commands."""
    for word in (mailed.sent, mailed.send_again):
        events.event.add_command(word)
    for command in (
        connections.shop,
        connections.account,
        connections.route,
        events.event,
        users.user,
        preview,
        demo.demo,
        run.run_all,
        simulate.simulate,
        service.migrate,
        service.worker,
        service.clock,
        service.alone,
    ):
        app.cli.add_command(command)
