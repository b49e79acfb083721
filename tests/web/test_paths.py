"""Ids in paths."""

import pytest


@pytest.mark.parametrize("movie_id", ["0", "2147483648", "9223372036854775808", "9" * 40, "9" * 5000])
def test_an_id_that_no_movie_can_have_is_not_found(alice, movie_id):
    assert alice.browser.get(f"/movies/{movie_id}").status_code == 404
    assert alice.browser.post(f"/movies/{movie_id}/rating", data={"stars": "4"}).status_code == 404
    assert alice.browser.post(f"/movies/{movie_id}/unseen").status_code == 404
