"""`flask account attach`: a file goes up once, and its id into the account."""

from __future__ import annotations

from pathlib import Path

from simulators import konto
from tests.console.conftest import Console

ADD = ("account", "add", "konto", "--name", "Bókhald", "--seller", "Búð ehf.", "--country", "is")


def test_a_file_goes_up_and_says_how_documents_take_it_along(console: Console, tmp_path: Path) -> None:
    terms = tmp_path / "skilmálar.pdf"
    terms.write_bytes(b"%PDF-1.4 terms")
    with konto.start() as system:
        key = console.json(
            *ADD, "--set", f"url={system.url}/api/v1", "--set", "username=shop",
            "--set", f"api_key={system.world.settings['token']}",
        )["key"]  # fmt: skip
        said = console.says("account", "attach", key, str(terms))
        (ident,) = system.world.files  # type: ignore[attr-defined]
        assert f"flask account edit {key} --set attachments={ident}" in said
        console.says("account", "edit", key, "--set", f"attachments={ident}")
        assert f"attachments={ident},{ident + 1}" in console.says("account", "attach", key, str(terms))


def test_a_system_that_takes_no_files_says_so(console: Console, tmp_path: Path) -> None:
    terms = tmp_path / "terms.pdf"
    terms.write_bytes(b"%PDF-1.4 terms")
    said = console.refuses("account", "attach", console.account().key, str(terms))
    assert "cannot take attachments" in said
