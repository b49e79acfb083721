"""Ids in paths."""

import re

import pytest


@pytest.mark.parametrize("movie_id", ["0", "2147483648", "9223372036854775808", "9" * 40, "9" * 5000])
def test_an_id_that_no_movie_can_have_is_not_found(alice, movie_id):
    assert alice.browser.get(f"/movies/{movie_id}").status_code == 404
    assert alice.browser.post(f"/movies/{movie_id}/rating", data={"stars": "4"}).status_code == 404
    assert alice.browser.post(f"/movies/{movie_id}/unseen").status_code == 404


@pytest.mark.parametrize("number", ["9" * 26, "9" * 5000])
def test_no_address_fails_at_a_number_that_no_database_keeps(app, alice, number):
    for rule in app.url_map.iter_rules():
        if "<int:" in rule.rule:
            address = re.sub(r"<[^>]+>", number, rule.rule)
            for method in {"GET", "POST"} & rule.methods:
                assert alice.browser.open(address, method=method).status_code in (403, 404, 405), rule.rule
