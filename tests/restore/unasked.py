"""The application with a Fakturoid that keeps no reference: no look-up can tell what exists there."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

import app
from adapters.fakturoid import Fakturoid
from adapters.manifest import Reference
from tests.faults import child


def create_app() -> Flask:
    Fakturoid.manifest = replace(Fakturoid.manifest, reference=Reference.NONE)
    child.through("tests.restore.unasked")
    return app.create_app()


if __name__ == "__main__":
    child.be(create_app)
