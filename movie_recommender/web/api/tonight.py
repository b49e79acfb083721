"""Films for several people."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Float, Integer, List, Nested, String
from marshmallow.validate import Length, OneOf, Range

from ...services import browsing, filtering, openness, tonight
from ...services.filtering import GenreFilter
from ...services.tonight import GUEST_RATINGS, MOST_GUEST_RATINGS, MOST_PEOPLE, RULES, Guest, Wanted
from . import body, schemas
from .answers import movie_card
from .auth import auth, me
from .fields import Input, Stars, Text

bp = APIBlueprint("tonight", __name__, tag={"name": "Tonight"})
LARGEST = 2**31 - 1
EVENING = {
    "guests": [{"name": "Dana", "ratings": [{"movie_id": movie, "rating": 4} for movie in range(1, 6)]}], "rule": "misery", "runtime": 120,
}  # fmt: skip


def _told(text: str) -> dict[str, str]:
    return {"description": text}


def _whole(low: int, high: int, text: str, **options: Any) -> Integer:
    wrong = f"This must be a whole number from {low} to {high}."
    return Integer(strict=True, validate=Range(low, high, error=wrong), metadata=_told(text), **options)


class GuestRating(Input):
    movie_id = _whole(1, LARGEST, "A movie of this site.", required=True)
    rating = Stars(required=True, metadata={**_told("Stars."), **schemas.STARS})


class EveningGuest(Input):
    name = Text(1, 30, required=True, metadata=_told("For the reasons; nobody else here may have it."))
    ratings = List(
        Nested(GuestRating), required=True, validate=Length(GUEST_RATINGS, MOST_GUEST_RATINGS),
        metadata=_told("What the guest thinks of some movies. It is used for this answer and kept nowhere."),
    )  # fmt: skip


class NewEvening(Input):
    members = List(
        _whole(1, LARGEST, "A member's id."), load_default=list, validate=Length(0, MOST_PEOPLE - 1),
        metadata=_told("Ids from `GET /tonight/people`, besides you."),
    )  # fmt: skip
    guests = List(Nested(EveningGuest), load_default=list, validate=Length(0, MOST_PEOPLE - 1), metadata=_told("Who has no account."))
    rule = String(
        load_default="misery", validate=OneOf(RULES),
        metadata=_told("`misery`: a movie counts by the one who wants it least. `average`: by all together."),
    )  # fmt: skip
    rewatches = Boolean(load_default=False, truthy={True}, falsy={False}, metadata=_told("Also movies that somebody has seen and liked."))
    genres = List(Text(), load_default=list, metadata=_told("Only movies of any of these."))
    exclude_genres = List(Text(), load_default=list, metadata=_told("No movies of these."))
    runtime = _whole(1, 9999, "At most so many minutes.", load_default=None, allow_none=True)
    list_id = _whole(1, LARGEST, "Only movies of this list of yours.", load_default=None, allow_none=True)
    watchlist = Boolean(load_default=False, truthy={True}, falsy={False}, metadata=_told("Only movies of your watchlist."))
    n = _whole(1, 50, "How many movies.", load_default=tonight.PICKED)


class Companion(Schema):
    id = Integer(required=True, metadata=_told("For `members`."))
    name = String(required=True)
    is_ready = Boolean(required=True, metadata=_told("Whether enough was rated to take part."))


class Companions(Schema):
    people = List(Nested(Companion), required=True, metadata=_told("Members who let others choose with them, by name; you are not in it."))
    is_open = Boolean(required=True, metadata=_told("Whether others may choose with you."))


class Openness(Input):
    is_open = Boolean(required=True, truthy={True}, falsy={False}, metadata=_told("Whether others may choose with you from now on."))


class StoredOpenness(Schema):
    is_open = Boolean(required=True, metadata=_told("As it is now."))


class PersonsShare(Schema):
    name = String(required=True, metadata=_told("Empty for you."))
    place = Integer(required=True, metadata=_told("Place in this person's own list over all movies; 1 is the best."))
    predicted_rating = Float(required=True, metadata=_told("Stars that this person would probably give."))
    has_seen = Boolean(required=True)
    why = String(required=True, metadata=_told("The reason for this person in one line; may be empty."))


class EveningPick(schemas.Card):
    people = List(Nested(PersonsShare), required=True, metadata=_told("You, the members, then the guests."))


class Evening(Schema):
    items = List(Nested(EveningPick), required=True, metadata=_told("Best first; nothing that somebody has hidden."))


@bp.get("/tonight/people")
@bp.auth_required(auth)
@bp.output(Companions, description="With whom you can choose.")
@bp.doc(operation_id="listCompanions")
def list_people() -> dict[str, Any]:
    """The members with whom you can choose a movie"""
    people = [{"id": other.id, "name": other.name, "is_ready": other.is_ready} for other in tonight.others(me().id)]
    return {"people": people, "is_open": openness.of(me().id).tonight}


@bp.put("/tonight/openness")
@bp.auth_required(auth)
@body.json_body(bp, Openness, {"is_open": True})
@bp.output(StoredOpenness, description="Noted.")
@bp.doc(operation_id="putOpenness", responses=body.WRONG)
def put_openness(body: dict[str, bool]) -> dict[str, Any]:
    """Let others choose with you, or no longer

    They see your name, how well a movie suits you, and what you like where it is the reason; never your ratings.
    """
    openness.allow(me().id, tonight=body["is_open"])
    return {"is_open": openness.of(me().id).tonight}


@bp.post("/tonight")
@bp.auth_required(auth)
@body.json_body(bp, NewEvening, EVENING)
@bp.output(Evening, description="Movies for all of you.")
@bp.doc(operation_id="chooseTogether", responses={**body.WRONG, 404: "You have no such list.", 503: "The background API is away."})
def choose(body: dict[str, Any]) -> dict[str, Any]:
    """Choose movies for yourself and others, with a reason for each

    Guests have no account: what you send of them is used for this answer and kept nowhere.
    """
    genres = GenreFilter.of(body["genres"], body["exclude_genres"])
    if body["list_id"] is not None:
        filtering.check_list(me().id, body["list_id"])
    wanted = Wanted(
        body["rule"], body["rewatches"], genres.include, genres.exclude, body["runtime"], body["list_id"], body["watchlist"]
    )  # fmt: skip
    picks = tonight.choose(me().id, "", body["members"], _guests(body), wanted, body["n"])
    return {"items": [{**movie_card(pick.movie), "people": [vars(share) for share in pick.shares]} for pick in picks]}


def _guests(body: dict[str, Any]) -> list[Guest]:
    taken = [me().name, *(other.name for other in tonight.others(me().id))]
    guests: list[Guest] = []
    for guest in body["guests"]:
        name = tonight.check_guest(guest["name"], [*taken, *(other.name for other in guests)])
        guests.append(Guest(name, browsing.check_films({row["movie_id"]: row["rating"] for row in guest["ratings"]})))
    return guests
