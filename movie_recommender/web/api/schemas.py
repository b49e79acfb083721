"""What requests may hold and what answers hold, field by field; the OpenAPI document is made from these."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from marshmallow.validate import OneOf

from ...services.accounts import NAME_LENGTH, PASSWORD_LENGTH
from .fields import Input, Moment, Names, Stars, Text, Whole

LAST_PAGE = 1_000_000
MOST_A_PAGE = 100
STARS = {"minimum": 0.5, "maximum": 5, "multipleOf": 0.5}


def _page() -> Whole:
    return Whole(1, LAST_PAGE, load_default=1, metadata={"description": "The page, from 1."})


def _per_page(default: int) -> Whole:
    return Whole(1, MOST_A_PAGE, load_default=default, metadata={"description": "How many a page holds."})


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


class Error(Schema):
    message = String(required=True, metadata=_about("What was wrong and what to do about it."))
    detail = Dict(required=True, metadata=_about("For input that cannot be used: place, field and its messages; otherwise empty."))


class Credentials(Input):
    username = Text(1, 200, required=True, metadata=_about("Your name here, in any case.", examples=["alice"]))
    password = Text(0, 1000, required=True, metadata=_about("Your password."))


class NewUser(Input):
    username = Text(
        *NAME_LENGTH, required=True,
        metadata=_about("To sign in with: letters, digits, spaces and signs of any script, in any case.", examples=["alice"]),
    )  # fmt: skip
    password = Text(*PASSWORD_LENGTH, required=True, metadata=_about("Kept only as an Argon2 hash."))


class IssuedToken(Schema):
    token = String(required=True, metadata=_about("Shown this once; only its digest is kept."))
    expires_at = Moment(required=True, metadata=_about("When it stops working (UTC)."))


class User(Schema):
    id = Integer(required=True)
    username = String(required=True)
    created_at = Moment(required=True)


class Standing(Schema):
    """How current a person's list is."""

    state = String(
        required=True, validate=OneOf(["current", "updating", "too_few_ratings"]),
        metadata=_about("`current`; `updating`: a newer list is on its way; `too_few_ratings`: rate up to `min_ratings` movies first."),
    )  # fmt: skip
    version = Integer(required=True, metadata=_about("Raised by each change of your ratings."))
    computed_version = Integer(required=True, metadata=_about("The version that the list was made from; behind `version` while updating."))
    rating_count = Integer(required=True, metadata=_about("How many movies you have rated."))
    min_ratings = Integer(required=True, metadata=_about("How many ratings the first list needs."))


class Me(User, Standing):
    pass


class MovieQuery(Input):
    query = Text(load_default="", metadata=_about("Words of the title, in any order, case and accent.", examples=["godfather"]))
    genre = Text(load_default="", metadata=_about("Only movies of this genre; `GET /api/v1/genres` names them.", examples=["Comedy"]))
    page = _page()
    per_page = _per_page(24)


class Card(Schema):
    id = Integer(required=True)
    title = String(required=True)
    original_title = String(required=True, allow_none=True)
    year = Integer(required=True, allow_none=True)
    genres = List(String(), required=True)
    runtime = Integer(required=True, allow_none=True, metadata=_about("Minutes."))
    imdb_id = String(required=True, allow_none=True)
    tmdb_id = Integer(required=True, allow_none=True)
    movielens_id = Integer(required=True, allow_none=True)


class Paged(Schema):
    page = Integer(required=True, metadata=_about("The page you asked for; past the last one it is empty."))
    pages = Integer(required=True, metadata=_about("How many pages there are."))
    per_page = Integer(required=True)
    total = Integer(required=True, metadata=_about("How many there are on all pages."))


class MoviePage(Paged):
    movies = List(Nested(Card), required=True, metadata=_about("Best matches first, then the best known."))


class OwnRating(Schema):
    rating = Float(required=True, metadata=_about("Stars.", **STARS))
    rated_at = Moment(required=True)


class Reference(Schema):
    id = Integer(required=True)
    title = String(required=True)
    year = Integer(required=True, allow_none=True)


class Movie(Card):
    plot = String(required=True, allow_none=True)
    directors = List(String(), required=True)
    cast = List(String(), required=True, metadata=_about("In billing order."))
    languages = List(String(), required=True, metadata=_about("ISO 639-1, the main language first."))
    countries = List(String(), required=True, metadata=_about("ISO 3166 alpha-2."))
    keywords = List(String(), required=True)
    rating_count = Integer(required=True, metadata=_about("How many people here rated it."))
    mean_rating = Float(required=True, allow_none=True, metadata=_about("Their mean in stars; null when nobody did."))
    similar = List(Nested(Reference), required=True, metadata=_about("The movies most like it, best first; empty until they are compared."))
    your_rating = Nested(OwnRating, required=True, allow_none=True, metadata=_about("Null without a token, or when you have not rated it."))


class Genres(Schema):
    genres = List(String(), required=True, metadata=_about("In alphabetical order."))


class NewRating(Input):
    rating = Stars(required=True, metadata=_about("Stars, halves allowed.", examples=[4], **STARS))


class Rating(OwnRating):
    movie_id = Integer(required=True)
    version = Integer(required=True, metadata=_about("Your list is up to date when its `computed_version` has come this far."))


class RemovedRating(Schema):
    movie_id = Integer(required=True)
    removed = Boolean(required=True, metadata=_about("False: there was no rating to remove."))
    version = Integer(required=True, metadata=_about("Raised only when a rating was removed."))


class RatedMovie(OwnRating):
    movie_id = Integer(required=True)
    title = String(required=True)
    year = Integer(required=True, allow_none=True)


class RatingQuery(Input):
    page = _page()
    per_page = _per_page(50)


class RatingPage(Paged):
    version = Integer(required=True)
    ratings = List(Nested(RatedMovie), required=True, metadata=_about("Newest first."))


class RecommendationQuery(Input):
    genre = Names(load_default=list, metadata=_about("Genres to have, as `genre=Comedy&genre=Drama` or `genre=Comedy,Drama`.", default=[]))
    exclude_genre = Names(load_default=list, metadata=_about("Genres not to have, written in the same way.", default=[]))
    match = String(
        load_default="any", validate=OneOf(["any", "all"], error="`match` is `any` or `all`."),
        metadata=_about("Whether a movie needs `any` or `all` of the genres."),
    )  # fmt: skip
    n = Whole(1, MOST_A_PAGE, load_default=20, metadata=_about("How many a page holds."))
    page = _page()


class CauseMovie(Schema):
    id = Integer(required=True)
    title = String(required=True)
    points = Float(required=True)


class CausePerson(Schema):
    name = String(required=True)
    role = String(required=True, metadata=_about("`director` or `actor`."))
    points = Float(required=True)


class CauseName(Schema):
    name = String(required=True)
    points = Float(required=True)


class Causes(Schema):
    """Each only where it applies."""

    movies = List(Nested(CauseMovie), metadata=_about("Movies you rated, and what each added."))
    people = List(Nested(CausePerson), metadata=_about("Directors and actors, and what each added."))
    genres = List(Nested(CauseName), metadata=_about("Genres, and what each added."))
    keywords = List(Nested(CauseName), metadata=_about("Keywords, and what each added."))
    languages = List(Nested(CauseName), metadata=_about("Languages, and what each added."))
    years = List(Nested(CauseName), metadata=_about("Decades, and what each added."))
    count = Integer(metadata=_about("How many people with your taste rated it."))
    mean = Float(metadata=_about("Their mean in stars."))
    histogram = List(Integer(), metadata=_about("How many of them gave 0.5, 1, ... 5 stars."))


class Reason(Schema):
    kind = String(required=True, metadata=_about("The signal: `neighbours`, `liked`, `plot`, `people`, `genres`, `popular` or `taste`."))
    points = Float(required=True, metadata=_about("Its part of the score; the parts of a movie add up to its score."))
    causes = Nested(Causes, required=True)


class Recommendation(Card):
    score = Float(required=True, metadata=_about("Orders this list; of no meaning beside another list's."))
    predicted_rating = Float(required=True, metadata=_about("The stars you would probably give."))
    why = String(required=True, metadata=_about("The strongest reason in one line; may be empty."))
    reasons = List(Nested(Reason), required=True)


class Recommendations(Paged, Standing):
    items = List(Nested(Recommendation), required=True, metadata=_about("Best first; nothing that you have rated."))
