"""Part 3: everything a person can do, in any order, against a simple model of what should be there."""

from __future__ import annotations

import gc
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select

from background_api import create_api
from movie_recommender import create_app
from movie_recommender.services import dismissing, jobs, reconcile
from movie_recommender.services.lists import movie_ids
from movie_recommender.storage import create_or_upgrade, db, raise_revision, writing
from movie_recommender.storage.models import Base, Genre, Movie, MovieGenre, Rating, RecommendationList, User, UserState

from . import PASSWORD
from . import report as reports
from .report import Finding, Report

FILMS = 40
GENRES = ("Comedy", "Drama", "Horror")
NOBODY = "http://127.0.0.1:9"  # the hints go nowhere: what is behind is found in the database
NONSENSE = ("", "6", "0", "-1", "nan", "1e400", "4.25", "4' OR 1=1")
films = st.integers(1, FILMS)
stars = st.integers(1, 10).map(lambda halves: halves / 2)

FOUND: list[str] = []  # in the order in which it was found: what is wrong on disk spoils the walks that Hypothesis repeats


def demand(condition: object, what: str) -> None:
    """Raise and remember a `Finding` unless the condition holds."""
    if not condition:
        FOUND.append(what)
    reports.demand(condition, what)


@dataclass
class Given:
    """A rating in the model: stars, and the import that brought it (None: by hand)."""

    stars: float
    by: int | None = None


@dataclass
class Somebody:
    """What the model knows of a person."""

    id: int
    name: str
    browser: FlaskClient
    ratings: dict[int, Given] = field(default_factory=dict)
    dismissed: set[int] = field(default_factory=set)
    genres: set[int] = field(default_factory=set)
    # import -> film -> what it overwrote; None: there was nothing
    imports: dict[int, dict[int, Given | None]] = field(default_factory=dict)
    version: int = 0


class Product:
    """One instance for all walks: the website and the background API's work, done when the machine says so."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.people, self.steps = folder, 0, Counter[str]()
        self.start()
        with self.app.app_context():
            create_or_upgrade()
            _fill()

    def start(self) -> None:
        shared = {"TESTING": True, "INSTANCE_PATH": self.folder, "BACKGROUND_URL": NOBODY, "WTF_CSRF_ENABLED": False, "MIN_RATINGS": "3",
                  "LIST_LENGTH": "20", "REGISTRATIONS": "1000000", "SIGN_IN_TRIES_ADDRESS": "1000000"}  # fmt: skip
        self.app, self.api = create_app(**shared), create_api(**shared)
        self.runtime = self.api.extensions["runtime"]

    def restart(self) -> None:
        for app in (self.app, self.api):
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
        self.start()
        gc.collect()

    def work(self) -> None:
        """What the background API does in the end: learn what is new, then every list that is behind."""
        tasks = self.runtime._tasks
        with self.api.app_context():
            if self.runtime.engine.is_stale():
                tasks.refit()
            db.session.rollback()
            behind = list(db.session.scalars(select(UserState.user_id).where(UserState.computed_version < UserState.version)))
            waiting = [jobs.submit("recompute", user_id)[0].id for user_id in behind]
        for job_id in waiting:
            tasks.perform(job_id)
        with self.api.app_context():
            demand(reconcile.count_behind() == 0, "A list is behind after its recompute.")


def _fill() -> None:
    with writing() as session:
        session.execute(insert(Genre), [{"id": at + 1, "name": name} for at, name in enumerate(GENRES)])
        rows = [
            {"id": at, "title": f"Film {at:02}", "search_key": f"film {at:02}", "year": 1960 + at, "renown": 1}
            for at in range(1, FILMS + 1)
        ]
        session.execute(insert(Movie), rows)
        session.execute(insert(MovieGenre), [{"movie_id": at, "genre_id": at % 3 + 1} for at in range(1, FILMS + 1)])
        session.execute(insert(User), [{"id": 1000 + at, "name": f"rater {at}", "kind": "community", "created_at": 0} for at in range(12)])
        session.execute(insert(Rating), [
            {"user_id": 1000 + at, "movie_id": movie, "half_stars": 1 + (movie * (at % 3 + 1)) % 10, "rated_at": movie}
            for at in range(12) for movie in range(1 + at % 2, FILMS + 1, 2)
        ])  # fmt: skip
        session.execute(Movie.__table__.update().values(
            rating_count=select(func.count()).where(Rating.movie_id == Movie.id).scalar_subquery(),
            rating_sum=select(func.coalesce(func.sum(Rating.half_stars), 0)).where(Rating.movie_id == Movie.id).scalar_subquery(),
        ))  # fmt: skip
        raise_revision("catalogue")


class Walk(RuleBasedStateMachine):
    """A walk through the product; what it may do next depends on nothing but who is there."""

    product: ClassVar[Product]

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Somebody] = []

    @initialize()
    def alice_comes(self) -> None:
        self.register()

    def _one(self, at: int) -> Somebody:
        return self.people[at % len(self.people)]

    def _post(self, one: Somebody, path: str, **data: Any) -> Any:
        answer = one.browser.post(path, data=data, headers={"Accept": "application/json"})
        self.product.steps[path.split("/")[-1]] += 1
        demand(answer.status_code < 500, f"{path} answered {answer.status_code}")
        return answer

    @precondition(lambda self: len(self.people) < 3)
    @rule()
    def register(self) -> None:
        self.product.people += 1
        name, browser = f"Person {self.product.people}", self.product.app.test_client()
        answer = browser.post("/register", data={"name": name, "password": PASSWORD, "again": PASSWORD})
        demand(answer.status_code == 303, f"/register answered {answer.status_code}: {answer.text[:300]}")
        with self.product.app.app_context():
            user_id = db.session.scalar(select(User.id).where(User.name == name))
        demand(user_id, "Nobody was registered.")
        self.people.append(Somebody(int(user_id or 0), name, browser))

    @precondition(lambda self: self.people)
    @rule(at=films, movie=films, given=stars)
    def rate(self, at: int, movie: int, given: float) -> None:
        one = self._one(at)
        answer = self._post(one, f"/movies/{movie}/rating", stars=given)
        one.ratings[movie] = Given(given)
        one.version += 1
        demand((answer.json["stars"], answer.json["version"]) == (given, one.version), f"Rating was answered with {answer.json}")

    @precondition(lambda self: self.people)
    @rule(at=films, movie=films)
    def rate_nonsense(self, at: int, movie: int) -> None:
        for nonsense in NONSENSE:
            answer = self._post(self._one(at), f"/movies/{movie}/rating", stars=nonsense)
            demand(answer.status_code == 422, f"{nonsense!r} was taken as stars")

    @precondition(lambda self: self.people)
    @rule(at=films, movie=films)
    def remove(self, at: int, movie: int) -> None:
        one = self._one(at)
        if one.ratings and movie % 4:  # mostly one that is there
            movie = sorted(one.ratings)[movie % len(one.ratings)]
        self._post(one, f"/movies/{movie}/rating/remove")
        self.product.steps["removed a rating that was there"] += movie in one.ratings
        one.version += one.ratings.pop(movie, None) is not None

    @precondition(lambda self: self.people)
    @rule(at=films, movie=films, kind=st.sampled_from(sorted(dismissing.KINDS)))
    def dismiss(self, at: int, movie: int, kind: str) -> None:
        one = self._one(at)
        demand(self._post(one, f"/movies/{movie}/dismiss", kind=kind).status_code == 200, "A film cannot be dismissed")
        one.dismissed.add(movie)
        one.version += 1

    @precondition(lambda self: self.people)
    @rule(at=films, movie=films)
    def lift(self, at: int, movie: int) -> None:
        one = self._one(at)
        self._post(one, f"/movies/{movie}/lift")
        one.version += movie in one.dismissed
        one.dismissed.discard(movie)

    @precondition(lambda self: self.people)
    @rule(at=films, genre=st.integers(1, 3), never=st.booleans())
    def genre(self, at: int, genre: int, never: bool) -> None:
        one = self._one(at)
        self._post(one, f"/genres/{genre}/{'dismiss' if never else 'lift'}")
        one.version += never or genre in one.genres
        one.genres = one.genres | {genre} if never else one.genres - {genre}

    @precondition(lambda self: self.people)
    @rule(at=films, rows=st.dictionaries(films, stars, min_size=1, max_size=8), overwrite=st.booleans())
    def bring(self, at: int, rows: Mapping[int, float], overwrite: bool) -> None:
        one = self._one(at)
        text = "title,year,rating\n" + "".join(f"Film {movie:02},{1960 + movie},{given:g}\n" for movie, given in rows.items())
        answer = one.browser.post(
            "/imports", data={"file": (io.BytesIO(text.encode()), "films.csv")}, headers={"Accept": "application/json"}
        )
        demand(answer.status_code == 200, f"A file was answered with {answer.status_code}: {answer.text[:300]}")
        number = int(re.findall(r"\d+", answer.json["location"])[-1])
        self._post(one, f"/imports/{number}/apply", **({"overwrite": "1"} if overwrite else {}))
        changed: dict[int, Given | None] = {}
        for movie, given in rows.items():
            old = one.ratings.get(movie)
            if old is None or (old.stars != given and (overwrite or old.by is not None)):
                changed[movie] = old
        if changed:
            one.imports[number] = changed
            one.ratings |= {movie: Given(rows[movie], number) for movie in changed}
            one.version += 1

    @precondition(lambda self: any(one.imports for one in self.people))
    @rule(at=films, which=films)
    def undo(self, at: int, which: int) -> None:
        having = [one for one in self.people if one.imports]
        one = having[at % len(having)]
        number = sorted(one.imports)[which % len(one.imports)]
        demand(self._post(one, f"/imports/{number}/undo").status_code == 303, "An import cannot be undone")
        changed = one.imports.pop(number)
        for later in one.imports.values():
            for movie, old in later.items():
                if old is not None and old.by == number:
                    later[movie] = changed[movie]
        for movie, old in changed.items():
            if movie in one.ratings and one.ratings[movie].by == number:
                if old is None:
                    del one.ratings[movie]
                else:
                    one.ratings[movie] = old
        one.version += 1

    @rule()
    def recompute(self) -> None:
        self.product.steps["recompute"] += 1
        self.product.work()
        with self.product.app.app_context():
            for one in self.people:
                self._look_at_list(one)

    def _look_at_list(self, one: Somebody) -> None:
        state = db.session.get_one(UserState, one.id)
        demand(state.computed_version == one.version, f"The list knows version {state.computed_version} of {one.version}.")
        found = db.session.get(RecommendationList, one.id)
        if one.version:
            demand(found is not None and found.version == one.version, "The list has another version than it says.")
        offered = movie_ids(found.payload) if found else set()
        hidden = one.ratings.keys() | one.dismissed | {movie for movie in range(1, FILMS + 1) if movie % 3 + 1 in one.genres}
        demand(not offered & hidden, f"Offered although rated or dismissed: {sorted(offered & hidden)}")
        enough = len(one.ratings) >= 3
        wanted = min(20, FILMS - len(hidden)) if enough else 0
        demand((len(offered) > 0) == (wanted > 0), f"{len(offered)} films are offered, {wanted} could be.")

    @rule()
    def restart(self) -> None:
        self.product.steps["restart"] += 1
        cookies = [one.browser.get_cookie(self.product.app.config["SESSION_COOKIE_NAME"]) for one in self.people]
        self.product.restart()
        for one, cookie in zip(self.people, cookies, strict=True):
            one.browser = self.product.app.test_client()
            demand(cookie is not None, "There is no session cookie.")
            one.browser.set_cookie(self.product.app.config["SESSION_COOKIE_NAME"], cookie.value if cookie else "")

    @precondition(lambda self: len(self.people) > 1)
    @rule(at=films)
    def delete(self, at: int) -> None:
        one = self._one(at)
        demand(self._post(one, "/account/delete", password="a wrong password").status_code == 401, "Deleted with a wrong password")
        demand(self._post(one, "/account/delete", password=PASSWORD).status_code == 303, "An account cannot be deleted")
        self.people.remove(one)
        answer = self.product.app.test_client().post("/sign-in", data={"name": one.name, "password": PASSWORD})
        demand(answer.status_code == 401, "A deleted person can sign in.")
        with self.product.app.app_context():
            for table in Base.metadata.sorted_tables:
                if "user_id" in table.c:
                    left = db.session.scalar(select(func.count()).select_from(table).where(table.c.user_id == one.id))
                    demand(left == 0, f"{left} rows of a deleted person are left in {table.name}.")

    @invariant()
    def what_is_on_disk_is_what_the_model_says(self) -> None:
        with self.product.app.app_context():
            for one in self.people:
                rows = db.session.execute(select(Rating.movie_id, Rating.half_stars).where(Rating.user_id == one.id))
                here = {movie: halves / 2 for movie, halves in rows}
                demand(here == {movie: given.stars for movie, given in one.ratings.items()}, f"{one.name} has {here}, not {one.ratings}")
                version = db.session.scalar(select(UserState.version).where(UserState.user_id == one.id))
                demand(version == one.version, f"The version is {version}, not {one.version}.")
            halves = func.coalesce(func.sum(Rating.half_stars), 0)
            counted = select(Movie.id, func.count(Rating.user_id), halves).outerjoin(Rating, Rating.movie_id == Movie.id)
            differs = (func.count(Rating.user_id) != Movie.rating_count) | (halves != Movie.rating_sum)
            wrong = db.session.execute(counted.group_by(Movie.id).having(differs)).all()
            demand(not wrong, f"Films whose counts are wrong: {wrong[:3]}")
        for one in self.people:  # outside of the context: Flask-Login would remember the first one in it
            answer = one.browser.get("/recommendations/status")
            demand(answer.status_code == 200 and answer.json["ratings"] == len(one.ratings), f"The page says {answer.text}")

    def teardown(self) -> None:
        for one in self.people:
            one.browser.post("/account/delete", data={"password": PASSWORD})


def run(report: Report, folder: Path) -> None:
    Walk.product = Product(folder / "instance")
    kept = settings(
        max_examples=report.size("walks"), stateful_step_count=report.size("steps"), deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    FOUND.clear()
    try:
        run_state_machine_as_test(Walk, settings=kept)
    except Exception as error:
        raise Finding(FOUND[0] if FOUND else str(error)) from error
    steps = ", ".join(f"{name} {count:,}" for name, count in sorted(Walk.product.steps.items()))
    report.say(f"{report.size('walks'):,} walks of up to {report.size('steps')} steps; the model agrees after every one: {steps}.")
    with Walk.product.app.app_context():
        db.session.remove()
        db.engine.dispose()
