"""Part 4: schemathesis over the OpenAPI documents of both APIs: no 5xx, no undocumented answer."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS

from background_api import create_api
from movie_recommender import create_app
from movie_recommender.services import accounts, jobs, keys
from movie_recommender.services.signing import HEADER, sign
from movie_recommender.storage import create_or_upgrade, db

from . import PASSWORD
from .report import Report, demand
from .stand import Stand, stand

CHECKED = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "unsupported_method", "allow_header_conformance",
)  # fmt: skip
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


class Signed:
    """Signs every request on its way in, as the website does: what is beyond the door is to be tested."""

    def __init__(self, app: Any, key: str) -> None:
        self._app, self._key = app, key

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        target = path + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        environ["HTTP_" + HEADER.upper().replace("-", "_")] = sign(self._key, environ["REQUEST_METHOD"], target, body)
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


def run(report: Report, folder: Path) -> None:
    with stand(folder / "web", people=1, films=report.size("films"), SIGN_IN_TRIES_ADDRESS="1000000", REGISTRATIONS="1000000") as here:
        _website(report, here)
    _background(report, folder)


def _website(report: Report, here: Stand) -> None:
    app = create_app(TESTING=True, **here.settings)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    person = here.people[0]

    def headers(label: str) -> dict[str, str]:
        if label != "DELETE /api/v1/tokens":
            return person.headers
        with app.app_context():  # that operation ends the token that it is asked with
            return {"Authorization": f"Bearer {keys.issue_token(accounts.authenticate(person.name, PASSWORD))[0]}"}

    answers = _ask(schema, headers, report.size("cases"))
    report.say(f"Website: {_told(answers)}")


def _background(report: Report, folder: Path) -> None:
    api = create_api(TESTING=True, INSTANCE_PATH=folder / "background")
    with api.app_context():
        create_or_upgrade()
        accounts.register("Alice", PASSWORD)
        jobs.submit("refit")
        api.extensions["runtime"].engine.refit()  # nothing of it is "still learning" then
    api.wsgi_app = Signed(api.wsgi_app, api.config["BACKGROUND_KEY"])  # type: ignore[method-assign]
    schema = schemathesis.openapi.from_wsgi("/openapi.json", api)
    # The search loads the encoder: it stands in the index's part and in the tests of plots.
    answers = _ask(schema.exclude(path_regex="^/plots"), lambda _label: {}, report.size("background_cases"))
    report.say(f"Background API: {_told(answers)}")
    with api.app_context():
        db.session.remove()
        db.engine.dispose()


def _ask(schema: Any, headers: Callable[[str], dict[str, str]], cases: int) -> Counter[str]:
    operations = [operation.ok() for operation in schema.get_all_operations()]
    demand(operations, "The document names no operation.")
    answers: Counter[str] = Counter()
    checks = [CHECKS.get_one(name) for name in CHECKED]
    each = max(1, cases // (len(operations) * len(MODES)))
    for operation in operations:
        for mode in MODES:
            _ask_one(operation, mode, headers, each, checks, answers)
    return answers


def _ask_one(
    operation: Any, mode: Any, headers: Callable[[str], dict[str, str]], each: int, checks: list[Any], answers: Counter[str]
) -> None:
    takes_nothing = not (operation.path_parameters or operation.query or operation.body)
    if takes_nothing and mode is schemathesis.GenerationMode.NEGATIVE:
        return  # nothing can be wrong

    # The background API is away here: a documented 503, and no other of the 5xx.
    may_be_away = "503" in operation.definition.raw["responses"]
    checks = [check for check in checks if not (may_be_away and check.__name__ == "not_a_server_error")]

    @settings(
        max_examples=each, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        with_token = headers(operation.label)
        response = case.call(headers=with_token)
        answers[str(response.status_code)] += 1
        demand(response.status_code < 500 or (may_be_away and response.status_code == 503), f"{operation.label}: {response.text}")
        case.validate_response(response, checks=checks, headers=with_token)

    try:
        ask()
    except Unsatisfiable:
        demand(mode is schemathesis.GenerationMode.NEGATIVE, f"No case can be made for {operation.label}.")


def _told(answers: Counter[str]) -> str:
    return f"{sum(answers.values()):,} cases, all answered as documented: " + ", ".join(
        f"{status} {n:,}" for status, n in sorted(answers.items())
    )
