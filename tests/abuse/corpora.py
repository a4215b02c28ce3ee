"""Which test holds which class of abuse, and with how many cases: `python -m tests.abuse.corpora` writes the page."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "abuse.md"

#: Class → the tests that hold it, as file (under tests/, without its ending) and function.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "bodies: huge, dense, deep, bombs, NaN, twice, bad UTF-8, half pairs, NUL": (
        "abuse/test_door.test_an_odd_body_is_kept_or_refused_in_words",
        "abuse/test_door.test_no_content_type_opens_a_body",
        "door/test_crowds.test_a_crowd_is_refused_before_it_is_built",
        "door/test_crowds.test_texts_without_an_end_are_looked_at_once",
        "door/test_crowds.test_an_order_has_at_most_so_many_lines",
        "door/test_crowds.test_a_crowd_from_a_shop_is_a_dead_letter_that_keeps_its_body",
    ),
    "bodies: chunked, lying length, cut short": (
        "door/test_sockets.test_3_mib_announced_are_refused_before_they_are_read",
        "door/test_sockets.test_3_mib_in_chunks_are_refused",
        "door/test_sockets.test_2_mib_and_one_byte_in_chunks_are_answered_413",
        "door/test_sockets.test_a_body_shorter_than_promised_is_not_stored",
        "door/test_sockets.test_a_body_longer_than_promised_counts_only_as_promised",
        "door/test_sockets.test_lengths_that_contradict_are_refused",
        "door/test_sockets.test_a_broken_chunk_is_refused",
    ),
    "values in any place: huge numbers, NaN, exponents, digits, dates": (
        "abuse/test_values.test_a_value_in_any_place_is_read_or_refused_in_words",
        "abuse/test_values.test_an_impossible_total_makes_no_document",
    ),
    "XML bombs and outside entities": (
        "desk/test_bombs.test_a_bomb_is_unreadable_within_little_time_and_memory",
        "desk/test_bombs.test_at_the_desk_a_bomb_is_a_dead_letter_and_makes_no_document",
        "abuse/test_bombs.test_a_system_that_answers_with_a_bomb_has_said_nothing",
    ),
    "one byte a second": (
        "door/test_sockets.test_a_body_that_trickles_is_ended_at_the_deadline",
        "door/test_sockets.test_500_slow_connections_do_not_block_acks",
        "abuse/test_door.test_slow_senders_of_a_byte_a_second_wait_alone",
    ),
    "memory of web, worker and clock over all of these: less than 50 MB more": (
        "abuse/test_memory.test_odd_bodies_at_the_doors",
        "abuse/test_memory.test_odd_bodies_and_xml_bombs_at_the_desk",
        "abuse/test_memory.test_a_byte_a_second_from_500_connections",
    ),
    "signatures: missing, cut, wrong case, encoded anew": (
        "door/test_signatures.test_a_wrong_signature_is_401",
        "door/test_signatures.test_a_missing_signature_is_401",
        "door/test_signatures.test_a_body_that_was_encoded_anew_on_the_way_is_401",
        "door/test_signatures.test_an_empty_secret_opens_nothing",
        "door/test_signatures.test_every_key_is_tried_even_after_the_right_one",
        "door/test_generic.test_a_wrong_signature_is_401",
        "door/test_unas.test_a_wrong_hmac_is_401_and_leaves_nothing",
    ),
    "signatures: sent again after days, no second document": (
        "abuse/test_replays.test_the_same_delivery_again_and_again_makes_one_document",
        "abuse/test_replays.test_an_old_state_sent_again_after_a_newer_one_changes_nothing",
        "door/test_generic.test_a_right_signature_of_another_time_is_refused",
    ),
    "secret rotation without a gap": (
        "abuse/test_door.test_a_secret_is_changed_under_load_without_a_gap",
        "door/test_signatures.test_any_current_secret_is_good",
        "door/test_signatures.test_a_secret_given_a_moment_ago_is_good_at_once",
    ),
    "SSRF: every spelling, at every address that somebody configures": (
        "abuse/test_addresses.test_no_address_leads_inside",
        "abuse/test_addresses.test_what_is_no_https_address_is_refused_in_words_and_called_by_nobody",
    ),
    "SSRF: redirects": (
        "abuse/test_addresses.test_a_redirect_leads_nobody_inside",
        "abuse/test_addresses.test_a_redirect_to_what_is_no_address_is_an_error_in_words",
    ),
    "SSRF: rebinding": (
        "abuse/test_addresses.test_a_name_that_changes_its_mind_is_asked_once_and_called_as_checked",
        "abuse/test_addresses.test_a_second_call_checks_anew",
        "abuse/test_addresses.test_one_private_address_among_public_ones_spoils_the_name",
    ),
    "injection: templates, pages, terminals": (
        "abuse/test_injection.test_words_in_an_order_reach_the_document_as_words",
        "abuse/test_injection.test_words_of_a_system_are_words_in_tables_errors_and_pages",
        "abuse/test_injection.test_a_preview_prints_words",
        "console_web/test_dashboard.test_a_strangers_words_are_no_html_on_a_jobs_page",
    ),
    "injection: logs and headers": (
        "abuse/test_injection.test_a_header_of_a_stranger_becomes_no_line_of_the_log_and_no_header",
        "door/test_refusals.test_header_names_of_strangers_are_cut",
    ),
    "injection: CSV": ("abuse/test_corpora.test_nothing_of_ours_writes_csv",),
    "brute force": (
        "console_web/test_login.test_guesses_are_slowed_down_by_name_from_any_address",
        "console_web/test_login.test_guesses_are_slowed_down_by_address_for_any_name",
        "console_web/test_login.test_name_and_password_are_refused_in_the_same_words",
        "console_web/test_login.test_a_name_that_nobody_has_is_compared_at_todays_cost",
        "door/test_generic.test_what_is_no_key_tells_nothing_of_those_there_are",
        "door/test_refusals.test_a_flood_of_refusals_is_not_a_flood_of_writes",
    ),
    "guessing of shops": (
        "door/test_refusals.test_a_removed_shop_a_guessed_one_and_one_that_nobody_reads_get_the_same_answer",
        "door/test_refusals.test_an_unknown_shop",
    ),
    "another company's ids": (
        "abuse/test_companies.test_a_key_sends_for_its_own_shops_alone",
        "abuse/test_companies.test_the_secret_of_one_company_signs_nothing_for_the_other",
        "abuse/test_companies.test_the_same_order_id_in_every_shop_is_an_order_of_each",
        "abuse/test_companies.test_an_event_of_another_is_at_no_address",
        "door/test_signatures.test_the_secret_of_another_shop_is_not",
        "door/test_generic.test_a_key_of_an_account_is_good_for_shops_that_lead_there_alone",
    ),
}


def cases(name: str) -> int:
    """How often a test runs; AttributeError or ImportError where it is not there any more."""
    file, _, function = name.partition(".")
    test = getattr(importlib.import_module(f"tests.{file.replace('/', '.')}"), function)
    return prod(len(mark.args[1]) for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize")


def page() -> str:
    """The page as it should be."""
    return "\n".join([*_HEAD, *_rows(), *_FOOT, ""])


def _rows() -> Iterator[str]:
    for what, names in CLASSES.items():
        files = sorted({name.partition(".")[0] for name in names})
        told = ", ".join(f"`{file}.py`" for file in files)
        yield f"| {what} | {told} | {len(names)} | {sum(map(cases, names))} |"


_HEAD = (
    "# Abuse: which corpus is held by which test",
    "",
    "Written by `python -m tests.abuse.corpora`; a test compares. Files are under `tests/`. A case is one run of",
    "a test; where a test goes through every place of an order (values) or every day (replays) it is still one.",
    "",
    "| class | files | tests | cases |",
    "| --- | --- | --- | --- |",
)
_FOOT = (
    "",
    "Measured on 21 November 2026 by `tests/abuse/test_memory.py` (gunicorn with one process, a worker of 32 slots,",
    "a clock; Python 3.11, glibc): web grew by 12 to 24 MB, the worker by 19 to 35 MB, the clock by less than",
    "1 MB. Without `memory.py`, which has large pieces of memory given back, it was 102 MB and 146 MB.",
)

if __name__ == "__main__":
    PAGE.write_text(page())
