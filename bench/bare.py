"""The yardstick of the ack path: Flask answers 202 and does nothing else."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__, static_folder=None)


@app.post("/webhooks/<shop_key>")
def accept(shop_key: str) -> tuple[str, int]:
    return "", 202


@app.get("/healthz")
def alive() -> str:
    return "alive"
