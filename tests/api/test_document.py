"""The OpenAPI document is exact: schemathesis asks every operation with data of every kind and compares."""

import logging
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CHECKS

from .conftest import Caller

ALWAYS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "allow_header_conformance", "missing_required_header",
)  # fmt: skip
EXAMPLES = 60
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
OPERATIONS = (
    "POST /api/v1/users", "POST /api/v1/tokens", "DELETE /api/v1/tokens", "GET /api/v1/me",
    "GET /api/v1/movies", "GET /api/v1/movies/{movie_id}", "GET /api/v1/genres",
    "GET /api/v1/ratings", "GET /api/v1/ratings/{movie_id}", "PUT /api/v1/ratings/{movie_id}", "DELETE /api/v1/ratings/{movie_id}",
    "GET /api/v1/recommendations",
    "GET /api/v1/dismissals", "PUT /api/v1/dismissals/{movie_id}", "DELETE /api/v1/dismissals/{movie_id}", "PUT /api/v1/dismissals/genres",
    "GET /api/v1/taste", "GET /api/v1/neighbours", "PUT /api/v1/neighbours/openness",
    "GET /api/v1/watchlist", "PUT /api/v1/watchlist/{movie_id}", "DELETE /api/v1/watchlist/{movie_id}",
    "GET /api/v1/people", "GET /api/v1/plots",
    "GET /api/v1/tonight/people", "PUT /api/v1/tonight/openness", "POST /api/v1/tonight",
)  # fmt: skip


@pytest.fixture
def app(make_app):
    """As everywhere, but patient: thousands of tries come from one address."""
    return make_app(SIGN_IN_TRIES=100_000, SIGN_IN_TRIES_NAME=100_000, SIGN_IN_TRIES_ADDRESS=100_000, REGISTRATIONS=100_000)


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json


@pytest.fixture
def schema(app, movies):
    logging.getLogger("movie_recommender.services.dispatch").setLevel(logging.ERROR)  # nobody listens, thousands of times
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


NEED_THE_BACKGROUND_API = ("POST /api/v1/tonight", "GET /api/v1/plots")  # which is away here: a documented 503


def checks(*more, label=""):
    return [CHECKS.get_one(name) for name in (*ALWAYS, *more) if not (label in NEED_THE_BACKGROUND_API and name == "not_a_server_error")]


def operation(schema, label):
    method, path = label.split()
    return schema[path][method]


def token_for(caller, label):
    """A token to ask with; one of its own for the operation that revokes it."""
    if label != "DELETE /api/v1/tokens":
        return caller.headers
    token = caller.client.post("/api/v1/tokens", json={"username": caller.name, "password": "correct horse battery"}).json["token"]
    return {"Authorization": f"Bearer {token}"}


def test_the_document_holds_these_operations_and_none_of_the_website(document):
    found = {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_good_data_gets_a_documented_answer(schema, alice, movies, listed, label):
    genres = ("Comedy", "Drama", "Fantasy")

    @SETTINGS
    @given(case=operation(schema, label).as_strategy(), movie=st.sampled_from([None, *movies.values()]), genre=st.sampled_from(genres))
    def ask(case, movie, genre):
        if movie and case.path_parameters:
            case.path_parameters["movie_id"] = movie
        # Which genres there are cannot be said in a schema, nor which signs a name may have.
        case.query = {**case.query, **{name: genre for name in ("genre", "exclude_genre") if name in case.query}}
        if label == "PUT /api/v1/dismissals/genres":
            case.body["genres"] = [genre for _ in case.body["genres"]]
        # Nor who is a guest's namesake, which films a guest may have seen, or how many words tell a plot.
        more = () if label in ("POST /api/v1/users", *NEED_THE_BACKGROUND_API) else ("positive_data_acceptance",)
        headers = token_for(alice, label)
        case.validate_response(case.call(headers=headers), checks=checks(*more, label=label), headers=headers)

    ask()


@pytest.mark.parametrize("label", [label for label in OPERATIONS if label != "GET /api/v1/genres"])  # which takes nothing
def test_bad_data_is_refused_with_a_documented_answer(schema, alice, label):
    @SETTINGS
    @given(case=operation(schema, label).as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def ask(case):
        response = case.call(headers=alice.headers)
        case.validate_response(response, checks=checks(label=label), headers=alice.headers)
        if response.status_code >= 400:
            assert response.json()["message"]

    ask()


@pytest.mark.parametrize("label", OPERATIONS)
def test_nobody_without_a_token_gets_an_undocumented_answer(schema, label, app):
    @settings(SETTINGS, max_examples=10)
    @given(case=operation(schema, label).as_strategy())
    def ask(case):
        case.headers.pop("Authorization", None)
        case.validate_response(case.call(), checks=checks())

    ask()


def test_calls_that_follow_from_one_another_keep_the_documents_word(schema, alice, movies):
    class Walk(schema.exclude(path_regex="/(tokens|users|tonight|plots)$").as_state_machine()):
        def setup(self):
            # Every walk begins with the same server, or Hypothesis calls what it draws inconsistent.
            for movie_id in movies.values():
                alice.delete(f"/ratings/{movie_id}")

        def get_call_kwargs(self, case):
            return {"headers": alice.headers}

        def validate_response(self, response, case, **options):
            case.validate_response(response, checks=checks(), headers=alice.headers)

    run_state_machine_as_test(Walk, settings=settings(SETTINGS, max_examples=25, stateful_step_count=6))


def test_what_requires_a_token_is_the_documents_word_too(document, charlie, movies):
    for path, operations in document["paths"].items():
        for method, described in operations.items():
            answer = Caller.call(charlie, method, path.removeprefix("/api/v1").format(movie_id=movies["Heat"]))
            assert (answer.status_code == 401) == ("security" in described and {} not in described["security"]), (method, path)


def test_everything_in_the_document_is_explained(document):
    for path, operations in document["paths"].items():
        for method, described in operations.items():
            assert described["summary"], (method, path)
            assert described["operationId"], (method, path)
            assert described["tags"], (method, path)
            for parameter in described["parameters"]:
                assert parameter["description"], (method, path, parameter["name"])
            for status, answer in described["responses"].items():
                assert answer["description"] not in ("", "Successful response"), (method, path, status)


def test_every_reference_of_the_document_leads_somewhere(document):
    names = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert names == set(document["components"]["schemas"])


def test_the_document_is_the_same_whatever_host_was_asked(app):
    first = app.test_client().get("/api/v1/openapi.json", headers={"Host": "evil.example"}).text
    assert "evil.example" not in first
