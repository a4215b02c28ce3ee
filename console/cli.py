"""The command line: every command of the operator's door, hung on Flask's."""

from __future__ import annotations

from flask import Flask

from console import (
    accounts,
    again,
    apikeys,
    attaching,
    demo,
    doctor,
    documents,
    events,
    issuing,
    mailed,
    preview,
    reconcile,
    restoring,
    routes,
    rules,
    run,
    service,
    shops,
    simulate,
    transfer,
    users,
)


def register(app: Flask) -> None:
    """Give `app` the console's commands."""
    preview.rules_for_shop = rules.rules_for_shop
    for word in (mailed.sent, mailed.send_again, issuing.issue):
        events.event.add_command(word)
    accounts.account.add_command(again.again)
    accounts.account.add_command(attaching.attach)
    for command in (
        shops.shop,
        accounts.account,
        routes.route,
        apikeys.key,
        transfer.import_file,
        transfer.export,
        events.event,
        documents.document,
        doctor.doctor,
        restoring.ledger,
        users.user,
        preview.preview,
        reconcile.reconcile_command,
        demo.demo,
        run.run_all,
        simulate.simulate,
        service.migrate,
        service.worker,
        service.clock,
    ):
        app.cli.add_command(command)
