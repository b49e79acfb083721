"""What requests may hold and what answers hold, field by field; the OpenAPI document is made from these."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Float, Integer, List, Nested, String
from marshmallow.validate import OneOf

from ...services.accounts import NAME_LENGTH
from ...services.passwords import LENGTH as PASSWORD_LENGTH
from .fields import Input, Moment, Names, Stars, Text, Whole

LAST_PAGE = 1_000_000
MOST_A_PAGE = 100
STARS = {"minimum": 0.5, "maximum": 5, "multipleOf": 0.5}


def _page() -> Whole:
    return Whole(1, LAST_PAGE, load_default=1, metadata={"description": "The page, from 1."})


def _per_page(default: int) -> Whole:
    return Whole(1, MOST_A_PAGE, load_default=default, metadata={"description": "How many a page holds."})


def _about(text: str, like: Any = None, **more: Any) -> dict[str, Any]:
    """What a field means, and an example of it."""
    return {**({"description": text} if text else {}), **({} if like is None else {"examples": [like]}), **more}


def _like(example: Any) -> dict[str, Any]:
    return _about("", example)


class Error(Schema):
    message = String(required=True, metadata=_about("What was wrong and what to do about it."))
    detail = Dict(required=True, metadata=_about("For input that cannot be used: place, field and its messages; otherwise empty."))


class Credentials(Input):
    username = Text(1, 200, required=True, metadata=_about("Your name here, in any case.", like="alice"))
    password = Text(0, 1000, required=True, metadata=_about("Your password.", "correct horse battery"))


class NewUser(Input):
    username = Text(
        *NAME_LENGTH, required=True,
        metadata=_about("To sign in with: letters, digits, spaces and signs of any script, in any case.", like="alice"),
    )  # fmt: skip
    password = Text(*PASSWORD_LENGTH, required=True, metadata=_about("Kept only as an Argon2 hash.", "correct horse battery"))
    invitation = Text(0, 100, load_default="", metadata=_about("Where registration is by invitation: what stands in the link."))


class IssuedToken(Schema):
    token = String(required=True, metadata=_about("Shown this once; only its digest is kept.", "qZ3v…"))
    expires_at = Moment(required=True, metadata=_about("When it stops working (UTC).", "2027-02-19T08:00:00Z"))


class User(Schema):
    id = Integer(required=True, metadata=_like(7))
    username = String(required=True, metadata=_like("alice"))
    created_at = Moment(required=True, metadata=_like("2026-11-21T08:00:00Z"))


class Standing(Schema):
    """How current a person's list is."""

    state = String(
        required=True, validate=OneOf(["current", "updating", "too_few_ratings"]),
        metadata=_about("`current`; `updating`: a newer list is on its way; `too_few_ratings`: rate up to `min_ratings` movies first."),
    )  # fmt: skip
    version = Integer(required=True, metadata=_about("Raised by each change of your ratings.", 12))
    computed_version = Integer(
        required=True, metadata=_about("The version that the list was made from; behind `version` while updating.", 12)
    )
    rating_count = Integer(required=True, metadata=_about("How many movies you have rated.", 11))
    min_ratings = Integer(required=True, metadata=_about("How many ratings the first list needs.", 5))


class Me(User, Standing):
    pass


class MovieQuery(Input):
    query = Text(load_default="", metadata=_about("Words of the title, in any order; mistakes are forgiven.", like="godfather"))
    genre = Text(load_default="", metadata=_about("Only movies of this genre; `GET /api/v1/genres` names them.", like="Comedy"))
    page = _page()
    per_page = _per_page(24)


class Card(Schema):
    id = Integer(required=True, metadata=_about("Its id on this site.", 42))
    title = String(required=True, metadata=_like("Spirited Away"))
    original_title = String(required=True, allow_none=True, metadata=_about("In its own language.", "千と千尋の神隠し"))
    year = Integer(required=True, allow_none=True, metadata=_like(2001))
    genres = List(String(), required=True, metadata=_like(["Animation", "Fantasy"]))
    runtime = Integer(required=True, allow_none=True, metadata=_about("Minutes.", 125))
    imdb_id = String(required=True, allow_none=True, metadata=_like("tt0245429"))
    tmdb_id = Integer(required=True, allow_none=True, metadata=_like(129))
    movielens_id = Integer(required=True, allow_none=True, metadata=_like(5618))


class Paged(Schema):
    page = Integer(required=True, metadata=_about("The page you asked for; past the last one it is empty.", 1))
    pages = Integer(required=True, metadata=_about("How many pages there are.", 1))
    per_page = Integer(required=True, metadata=_about("How many a page holds.", 20))
    total = Integer(required=True, metadata=_about("How many there are on all pages.", 1))


class MoviePage(Paged):
    movies = List(Nested(Card), required=True, metadata=_about("Best matches first, then the best known."))


class PeopleQuery(Input):
    query = Text(1, 200, required=True, metadata=_about("The name or a part of it, from three letters on.", like="miyazaki"))
    n = Whole(1, 20, load_default=6, metadata=_about("How many at most."))


class PlotQuery(Input):
    query = Text(1, 200, required=True, metadata=_about("What happens, in two words or more.", like="heist inside dreams"))
    n = Whole(1, 50, load_default=12, metadata=_about("How many at most."))


class PlotsFound(Schema):
    movies = List(Nested(Card), required=True, metadata=_about("The nearest first; empty when nothing is near."))


class OwnRating(Schema):
    rating = Float(required=True, metadata=_about("Stars.", 4, **STARS))
    rated_at = Moment(required=True, metadata=_like("2026-11-21T08:00:00Z"))


class Reference(Schema):
    id = Integer(required=True, metadata=_like(58))
    title = String(required=True, metadata=_like("My Neighbour Totoro"))
    year = Integer(required=True, allow_none=True, metadata=_like(1988))


class PersonFound(Schema):
    id = Integer(required=True, metadata=_like(7))
    name = String(required=True, metadata=_like("Hayao Miyazaki"))
    directed = List(Nested(Reference), required=True, metadata=_about("Newest first."))
    acted = List(Nested(Reference), required=True, metadata=_about("Newest first."))


class PeopleFound(Schema):
    people = List(Nested(PersonFound), required=True, metadata=_about("The best matches first."))


class SimilarBy(Schema):
    fans = List(Nested(Reference), required=True, metadata=_about("By shared fans."))
    plot = List(Nested(Reference), required=True, metadata=_about("By what happens in them."))
    people = List(Nested(Reference), required=True, metadata=_about("By who made them."))


class Movie(Card):
    plot = String(required=True, allow_none=True, metadata=_like("A girl must work in a bath house of spirits to free her parents."))
    directors = List(String(), required=True, metadata=_like(["Hayao Miyazaki"]))
    cast = List(String(), required=True, metadata=_about("In billing order.", ["Rumi Hiiragi", "Miyu Irino"]))
    languages = List(String(), required=True, metadata=_about("ISO 639-1, the main language first.", ["ja"]))
    countries = List(String(), required=True, metadata=_about("ISO 3166 alpha-2.", ["JP"]))
    keywords = List(String(), required=True, metadata=_like(["spirits", "coming of age"]))
    rating_count = Integer(required=True, metadata=_about("How many people here rated it.", 87))
    mean_rating = Float(required=True, allow_none=True, metadata=_about("Their mean in stars; null when nobody did.", 4.16))
    similar = List(Nested(Reference), required=True, metadata=_about("The movies most like it, best first; empty until they are compared."))
    similar_by = Nested(SimilarBy, required=True, metadata=_about("The movies most like it in one respect, best first."))
    your_rating = Nested(OwnRating, required=True, allow_none=True, metadata=_about("Null without a token, or when you have not rated it."))


class Genres(Schema):
    genres = List(String(), required=True, metadata=_about("In alphabetical order.", ["Animation", "Comedy", "Drama"]))


class NewRating(Input):
    rating = Stars(required=True, metadata=_about("Stars, halves allowed.", like=4, **STARS))


class Rating(OwnRating):
    movie_id = Integer(required=True, metadata=_like(42))
    version = Integer(required=True, metadata=_about("Your list is up to date when its `computed_version` has come this far.", 12))


class RemovedRating(Schema):
    movie_id = Integer(required=True, metadata=_like(42))
    removed = Boolean(required=True, metadata=_about("False: there was no rating to remove."))
    version = Integer(required=True, metadata=_about("Raised only when a rating was removed.", 13))


class RatedMovie(OwnRating):
    movie_id = Integer(required=True, metadata=_like(42))
    title = String(required=True, metadata=_like("Spirited Away"))
    year = Integer(required=True, allow_none=True, metadata=_like(2001))


class RatingQuery(Input):
    page = _page()
    per_page = _per_page(50)


class RatingPage(Paged):
    version = Integer(required=True, metadata=_about("The version of your ratings.", 12))
    ratings = List(Nested(RatedMovie), required=True, metadata=_about("Newest first."))


class RecommendationQuery(Input):
    genre = Names(load_default=list, metadata=_about("Genres to have, as `genre=Comedy&genre=Drama` or `genre=Comedy,Drama`.", default=[]))
    exclude_genre = Names(load_default=list, metadata=_about("Genres not to have, written in the same way.", default=[]))
    match = String(
        load_default="any", validate=OneOf(["any", "all"], error="`match` is `any` or `all`."),
        metadata=_about("Whether a movie needs `any` or `all` of the genres."),
    )  # fmt: skip
    decade = List(
        Whole(1800, 2100), load_default=list, metadata=_about("First years of decades, any of them: `decade=1990&decade=2000`.", default=[])
    )
    runtime = Whole(1, 10_000, metadata=_about("At most so many minutes.", 120))
    language = Text(1, 8, metadata=_about("The main language, ISO 639-1.", "fr"))
    watchlist = Boolean(load_default=False, metadata=_about("Only movies of your watchlist."))
    rewatches = Boolean(load_default=False, metadata=_about("Movies that you have seen take part."))
    n = Whole(1, MOST_A_PAGE, load_default=20, metadata=_about("How many a page holds."))
    page = _page()


class NewDismissal(Input):
    kind = String(
        required=True, validate=OneOf(["not_for_me", "not_now"], error="`kind` is `not_for_me` or `not_now`."),
        metadata=_about("`not_for_me`: until you lift it; `not_now`: for 30 days.", like="not_now"),
    )  # fmt: skip


class Dismissal(Schema):
    movie_id = Integer(required=True, metadata=_like(42))
    title = String(required=True, metadata=_like("Spirited Away"))
    year = Integer(required=True, allow_none=True, metadata=_like(2001))
    kind = String(required=True, validate=OneOf(["not_for_me", "not_now"]), metadata=_like("not_now"))
    dismissed_at = Moment(required=True, metadata=_like("2026-11-21T08:00:00Z"))
    until = Moment(required=True, allow_none=True, metadata=_about("When it lapses; null: never.", "2026-12-21T08:00:00Z"))


class StoredDismissal(Dismissal):
    version = Integer(required=True, metadata=_about("Your list is up to date when its `computed_version` has come this far.", 12))


class LiftedDismissal(Schema):
    movie_id = Integer(required=True, metadata=_like(42))
    removed = Boolean(required=True, metadata=_about("False: it was not dismissed."))
    version = Integer(required=True, metadata=_about("Raised only when a dismissal was lifted.", 13))


class Dismissals(Schema):
    movies = List(Nested(Dismissal), required=True, metadata=_about("Newest first."))
    genres = List(String(), required=True, metadata=_about("Genres of which nothing is recommended to you.", ["Horror"]))
    version = Integer(required=True, metadata=_about("The version of what your list depends on.", 12))


class NewDismissedGenres(Input):
    genres = List(Text(), required=True, metadata=_about("All of them, in any case; an empty list lifts all.", like=["Comedy"]))


class DismissedGenres(Schema):
    genres = List(String(), required=True, metadata=_about("In alphabetical order.", ["Horror"]))
    version = Integer(required=True, metadata=_about("Your list is up to date when its `computed_version` has come this far.", 12))


class WatchlistQuery(Input):
    sort = String(
        load_default="newest", validate=OneOf(["newest", "oldest", "title", "year", "shortest"]), metadata=_about("What comes first.")
    )
    page = _page()
    per_page = _per_page(50)


class WantedMovie(Card):
    added_at = Moment(required=True, metadata=_like("2026-11-21T08:00:00Z"))


class WatchlistPage(Paged):
    movies = List(Nested(WantedMovie), required=True, metadata=_about("In the order asked for."))


class OnWatchlist(Schema):
    movie_id = Integer(required=True, metadata=_like(42))
    added = Boolean(required=True, metadata=_about("False: it was there already."))


class OffWatchlist(Schema):
    movie_id = Integer(required=True, metadata=_like(42))
    removed = Boolean(required=True, metadata=_about("False: it was not there."))


class CauseMovie(Schema):
    id = Integer(required=True, metadata=_like(58))
    title = String(required=True, metadata=_like("My Neighbour Totoro"))
    points = Float(required=True, metadata=_like(0.21))


class CausePerson(Schema):
    name = String(required=True, metadata=_like("Hayao Miyazaki"))
    role = String(required=True, metadata=_about("`director` or `actor`.", "director"))
    points = Float(required=True, metadata=_like(0.17))


class CauseName(Schema):
    name = String(required=True)
    points = Float(required=True, metadata=_like(0.05))


class Causes(Schema):
    """Each only where it applies."""

    movies = List(Nested(CauseMovie), metadata=_about("Movies you rated, and what each added."))
    people = List(Nested(CausePerson), metadata=_about("Directors and actors, and what each added."))
    genres = List(Nested(CauseName), metadata=_about("Genres, and what each added."))
    keywords = List(Nested(CauseName), metadata=_about("Keywords, and what each added."))
    languages = List(Nested(CauseName), metadata=_about("Languages, and what each added."))
    years = List(Nested(CauseName), metadata=_about("Decades, and what each added."))
    count = Integer(metadata=_about("How many people with your taste rated it.", 12))
    mean = Float(metadata=_about("Their mean in stars.", 4.25))
    histogram = List(Integer(), metadata=_about("How many of them gave 0.5, 1, ... 5 stars.", [0, 0, 0, 0, 0, 1, 0, 6, 0, 5]))


class Reason(Schema):
    kind = String(
        required=True, metadata=_about("The signal: `neighbours`, `liked`, `plot`, `people`, `genres`, `popular` or `taste`.", "neighbours")
    )
    points = Float(required=True, metadata=_about("Its part of the score; the parts of a movie add up to its score.", 1.24))
    causes = Nested(
        Causes, required=True,
        metadata=_like({"count": 12, "mean": 4.25, "histogram": [0, 0, 0, 0, 0, 1, 0, 6, 0, 5]}),
    )  # fmt: skip


class Recommendation(Card):
    score = Float(
        required=True,
        metadata=_about("Its worth to you beside the others of this list. The order also keeps what is much alike apart.", 1.24),
    )
    predicted_rating = Float(required=True, metadata=_about("The stars you would probably give.", 4.4))
    why = String(
        required=True,
        metadata=_about("The strongest reason in one line; may be empty.", "12 people with your taste gave it 4.2 on average"),
    )
    reasons = List(Nested(Reason), required=True)


class Recommendations(Paged, Standing):
    items = List(Nested(Recommendation), required=True, metadata=_about("Best first; nothing that you have rated."))


class TasteLine(Schema):
    name = String(required=True, metadata=_like("Animation"))
    count = Integer(required=True, metadata=_about("How many of its movies you rated.", 14))
    mean = Float(required=True, metadata=_about("Your mean in stars.", 4.21))
    crowd = Float(required=True, allow_none=True, metadata=_about("The others' mean of the same movies; null when there are none.", 3.9))


class FavouredPerson(TasteLine):
    name = String(required=True, metadata=_like("Hayao Miyazaki"))
    person_id = Integer(required=True, metadata=_like(11))


class TasteSpan(Schema):
    name = String(required=True, metadata=_about("A month, or a year where the history is long.", "2026-11"))
    count = Integer(required=True, metadata=_about("How many movies you rated then.", 12))
    mean = Float(required=True, allow_none=True, metadata=_about("Their mean in stars.", 3.6))


class SeenApart(Reference):
    stars = Float(required=True, metadata=_about("What you gave.", 2))
    other = Float(required=True, metadata=_about("What the others gave on average, or what we had expected.", 4.1))


class TasteCheck(Schema):
    state = String(
        required=True, validate=OneOf(["checked", "too_few", "away"]),
        metadata=_about("`too_few`: not enough ratings to say; `away`: the engine does not answer. The errors are null then.", "checked"),
    )  # fmt: skip
    count = Integer(required=True, metadata=_about("How many ratings were predicted from the others.", 42))
    ours = Float(required=True, allow_none=True, metadata=_about("Root mean squared error of our predictions, in stars.", 0.81))
    own_mean = Float(required=True, allow_none=True, metadata=_about("That of your own mean.", 0.97))
    crowd = Float(required=True, allow_none=True, metadata=_about("That of the movies' means.", 0.9))
    missed = List(Nested(SeenApart), required=True, metadata=_about("Where we were furthest off."))


class Taste(Schema):
    count = Integer(required=True, metadata=_about("How many movies you rated; without any the rest is empty.", 42))
    mean = Float(required=True, allow_none=True, metadata=_about("Your mean in stars.", 3.62))
    crowd = Float(required=True, allow_none=True, metadata=_about("The others' mean of the same movies.", 3.71))
    histogram = List(Integer(), required=True, metadata=_about("How often you gave 0.5, 1, ... 5 stars.", [0, 1, 0, 3, 2, 9, 6, 12, 4, 5]))
    genres = List(Nested(TasteLine), required=True, metadata=_about("What you favour most first."))
    decades = List(Nested(TasteLine), required=True, metadata=_about("In order."))
    directors = List(Nested(FavouredPerson), required=True, metadata=_about("Whom you favour, with three movies at least."))
    actors = List(Nested(FavouredPerson), required=True, metadata=_about("Whom you favour, with three movies at least."))
    history = List(Nested(TasteSpan), required=True, metadata=_about("From the first to the last."))
    above = List(Nested(SeenApart), required=True, metadata=_about("Movies that you like a star more than the others, at least."))
    below = List(Nested(SeenApart), required=True, metadata=_about("Movies that you like a star less than the others, at least."))
    check = Nested(TasteCheck, required=True, metadata=_about("How well we predict you, your own ratings held out."))


class Titled(Schema):
    id = Integer(required=True, metadata=_like(58))
    title = String(required=True, metadata=_like("My Neighbour Totoro"))


class Neighbour(Schema):
    name = String(required=True, metadata=_about("A member's name, or a made-up one for a rater of an imported data set.", "Velvet Heron"))
    is_member = Boolean(required=True, metadata=_like(False))
    match = String(required=True, metadata=_about("How near, in words.", "Very close"))
    score = Float(required=True, metadata=_about("Shared favourites over the root of yours times all that they rated, 0 to 1.", 0.31))
    rated = Integer(required=True, metadata=_about("How many movies they rated.", 212))
    overlap = Integer(required=True, metadata=_about("How many you both rated.", 38))
    apart = Float(required=True, metadata=_about("By how many stars you differ on those, on average.", 0.5))
    shared_count = Integer(required=True, metadata=_about("How many favourites (four stars or more) you share.", 21))
    shared = List(Nested(Titled), required=True, metadata=_about("Some of them, the less usual first."))
    loved = List(Nested(Titled), required=True, metadata=_about("What they love and you have not seen, best first."))


class Neighbours(Schema):
    state = String(
        required=True, validate=OneOf(["found", "too_few_favourites", "nobody", "away"]),
        metadata=_about("`too_few_favourites`: give three movies four stars first; `away`: the engine does not answer.", "found"),
    )  # fmt: skip
    favourites = Integer(required=True, metadata=_about("How many movies you gave four stars or more.", 30))
    people = List(Nested(Neighbour), required=True, metadata=_about("Nearest first."))
    shown = Boolean(required=True, metadata=_about("Whether others may see you among their neighbours.", False))


class NewShown(Input):
    shown = Boolean(required=True, metadata=_about("Whether others may see your name and movies that you love.", like=True))


class Shown(Schema):
    shown = Boolean(required=True, metadata=_about("Whether others may see you among their neighbours.", True))
