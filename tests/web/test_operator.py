"""The operator's pages, and who may register."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from movie_recommender.services import accounts, jobs
from movie_recommender.storage import db, writing
from movie_recommender.storage.models import Job, User, UserState
from movie_recommender.web.access import OPERATOR_BLUEPRINTS
from tests.conftest import PASSWORD


@pytest.fixture
def operator(app: Any, alice: Any) -> Any:
    """Alice, who runs the site."""
    answer = app.test_cli_runner().invoke(args=["make-operator", "alice"])
    assert "Alice is an operator now" in answer.output
    return alice


def test_whatever_is_for_operators_is_refused_to_everybody_else(app: Any, client: FlaskClient, operator: Any, bob: Any) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in OPERATOR_BLUEPRINTS]
    assert len(rules) >= 10
    for rule in rules:
        url = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert bob.browser.open(url, method=method).status_code == 403, rule
            assert client.open(url, method=method).status_code == 303, rule
    assert "Run this site" not in bob.browser.get("/account").text
    assert "Run this site" in operator.browser.get("/account").text


def test_an_operator_can_be_made_a_plain_member_again(app: Any, operator: Any) -> None:
    app.test_cli_runner().invoke(args=["make-operator", "alice", "--undo"])
    assert operator.browser.get("/operator").status_code == 403


def test_the_first_account_is_no_operator(client: FlaskClient) -> None:
    client.post("/register", data={"name": "Dana", "password": PASSWORD})
    assert client.get("/operator").status_code == 403


def test_the_overview_says_that_the_background_api_is_away_and_shows_sizes(operator: Any, add_movie: Callable[..., int]) -> None:
    add_movie("Alien")
    page = operator.browser.get("/operator").text
    assert "It does not answer" in page
    assert re.search(r"Films</dt><dd>1<", page)
    assert re.search(r"Database</dt><dd>[\d.]+ [KM]B<", page)


def test_a_dead_job_is_shown_and_waits_again_when_the_operator_says_so(app: Any, operator: Any, bob: Any) -> None:
    with app.app_context(), writing() as session:
        values = {"kind": "recompute", "subject": bob.id, "created_at": time.time(), "attempts": 5}
        session.add(Job(id="d" * 32, state="dead", error="The moon is in the way.", finished_at=time.time(), **values))
        state = session.get(UserState, bob.id)
        state.version, state.attempts, state.error = 3, 5, "The moon is in the way."
    page = operator.browser.get("/operator").text
    assert page.count("The moon is in the way.") >= 2
    assert operator.browser.post(f"/operator/jobs/{'d' * 32}/retry").status_code == 303
    with app.app_context():
        assert (jobs.get("d" * 32).state, jobs.get("d" * 32).attempts) == ("queued", 0)
        assert db.session.get(UserState, bob.id).attempts == 0
        assert [job.id for job in jobs.unheard(1.0, 10)] == ["d" * 32]  # the reconciler sends it
    assert operator.browser.post(f"/operator/jobs/{'d' * 32}/retry").status_code == 422
    assert operator.browser.post("/operator/jobs/nothing/retry").status_code == 404


def test_a_person_set_aside_is_tried_again(app: Any, operator: Any, bob: Any) -> None:
    with app.app_context(), writing() as session:
        session.get(UserState, bob.id).attempts = 5
    assert "The list of Bob" in operator.browser.get("/operator").text
    operator.browser.post(f"/operator/people/{bob.id}/retry")
    with app.app_context():
        assert db.session.get(UserState, bob.id).attempts == 0


def test_the_end_of_a_log_is_shown_and_no_other_file(app: Any, operator: Any) -> None:
    folder = app.config["INSTANCE_PATH"] / "logs"
    folder.mkdir(exist_ok=True)
    (folder / "web.log").write_text("".join(f"line {number} <b>\n" for number in range(1000)))
    page = operator.browser.get("/operator/logs/web").text
    assert "line 999 &lt;b&gt;" in page
    assert "line 799 " not in page
    for name in ("secret_key", "..%2fsecret_key", "web.log.1"):
        assert operator.browser.get(f"/operator/logs/{name}").status_code == 404


def test_an_operator_makes_and_removes_accounts(app: Any, operator: Any, bob: Any) -> None:
    assert operator.browser.post("/operator/accounts", data={"name": "Dana", "password": "short"}).status_code == 422
    assert operator.browser.post("/operator/accounts", data={"name": "Dana", "password": PASSWORD}).status_code == 303
    assert "Dana" in operator.browser.get("/operator/people").text
    wrong = operator.browser.post(f"/operator/accounts/{bob.id}/remove", data={"password": "guess"})
    assert (wrong.status_code, bob.browser.get("/account").status_code) == (401, 200)
    assert operator.browser.post(f"/operator/accounts/{operator.id}/remove", data={"password": PASSWORD}).status_code == 422
    assert operator.browser.post(f"/operator/accounts/{bob.id}/remove", data={"password": PASSWORD}).status_code == 303
    assert bob.browser.get("/account").status_code == 303
    with app.app_context():
        assert db.session.get(User, bob.id) is None


def test_nobody_registers_when_registration_is_closed(client: FlaskClient, operator: Any) -> None:
    assert operator.browser.post("/operator/registration", data={"mode": "ajar"}).status_code == 422
    operator.browser.post("/operator/registration", data={"mode": "closed"})
    page = client.get("/register")
    assert (page.status_code, "takes no new people" in page.text, "<label" in page.text.split("<main")[1]) == (403, True, False)
    assert client.post("/register", data={"name": "Dana", "password": PASSWORD}).status_code == 403
    answer = client.post("/api/v1/users", json={"username": "Dana", "password": PASSWORD})
    assert (answer.status_code, "no new people" in answer.json["message"]) == (403, True)
    operator.browser.post("/operator/registration", data={"mode": "open"})
    assert client.post("/register", data={"name": "Dana", "password": PASSWORD}).status_code == 303


@pytest.fixture
def invitation(operator: Any) -> str:
    """The key of an invitation on a site that takes nobody without one."""
    operator.browser.post("/operator/registration", data={"mode": "invited"})
    page = operator.browser.post("/operator/invitations", data={"note": "for Dana"}).text
    found = re.search(r"/register\?invitation=([\w-]+)", page)
    assert found
    return found.group(1)


def test_an_invitation_lets_one_person_in(app: Any, client: FlaskClient, invitation: str) -> None:
    assert client.get("/register").status_code == 403
    assert f'value="{invitation}"' in client.get(f"/register?invitation={invitation}").text
    short = client.post("/register", data={"name": "Dana", "password": "short", "invitation": invitation})
    assert (short.status_code, invitation in short.text) == (422, True)
    assert client.post("/register", data={"name": "Dana", "password": PASSWORD, "invitation": invitation}).status_code == 303
    again = app.test_client().post("/register", data={"name": "Erin", "password": PASSWORD, "invitation": invitation})
    assert (again.status_code, "used already" in again.text) == (403, True)


def test_the_api_takes_an_invitation_too(client: FlaskClient, invitation: str) -> None:
    account = {"username": "Dana", "password": PASSWORD}
    assert client.post("/api/v1/users", json=account).status_code == 403
    assert client.post("/api/v1/users", json={**account, "invitation": invitation}).status_code == 201


def test_a_name_that_is_taken_does_not_use_the_invitation_up(client: FlaskClient, invitation: str) -> None:
    assert client.post("/register", data={"name": "alice", "password": PASSWORD, "invitation": invitation}).status_code == 409
    assert client.post("/register", data={"name": "Dana", "password": PASSWORD, "invitation": invitation}).status_code == 303


def test_an_invitation_ends_by_itself_or_when_it_is_taken_back(
    client: FlaskClient, operator: Any, invitation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = operator.browser.get("/operator/people").text
    assert "for Dana" in page
    assert invitation not in page
    found = re.search(r"/operator/invitations/(\d+)/withdraw", page)
    assert found
    later = time.time() + 15 * 86_400
    with monkeypatch.context() as patch:
        patch.setattr("movie_recommender.services.clock.time.time", lambda: later)
        assert client.get(f"/register?invitation={invitation}").status_code == 403
    assert client.get(f"/register?invitation={invitation}").status_code == 200
    operator.browser.post(f"/operator/invitations/{found.group(1)}/withdraw")
    assert client.get(f"/register?invitation={invitation}").status_code == 403
    assert operator.browser.post(f"/operator/invitations/{found.group(1)}/withdraw").status_code == 404


def test_the_commands_make_accounts_and_invitations_and_new_passwords(make_app: Callable[..., Any]) -> None:
    app = make_app(REGISTRATION="invited")
    runner, client = app.test_cli_runner(), app.test_client()
    assert "can sign in now" in runner.invoke(args=["make-account", "Dana", "--password", PASSWORD]).output
    assert "at least 8" in runner.invoke(args=["make-account", "Erin", "--password", "short"]).output
    assert "signed out everywhere" in runner.invoke(args=["set-password", "dana", "--password", "a new long one"]).output
    with app.app_context():
        assert accounts.authenticate("Dana", "a new long one").name == "Dana"
    link = runner.invoke(args=["invite"]).output.splitlines()[0]
    assert client.get(link).status_code == 200
    assert runner.invoke(args=["make-operator", "Nobody"]).exit_code == 1
