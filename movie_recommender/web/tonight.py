"""Tonight: films for several people, members who allow it and guests who rate a few films on the spot.

Guests live in the host's signed session and nowhere else; it forgets them some hours after the last change, or when told to.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import BackgroundUnavailable, EngineLoading, InvalidInput
from ..services import browsing, dismissing, filtering, openness, recommending, tonight
from ..services.filtering import GenreFilter
from ..services.rating import half_stars
from ..services.tonight import Guest, Wanted
from .answers import next_page

blueprint = Blueprint("tonight", __name__, url_prefix="/tonight")
FORGOTTEN_AFTER = 4 * 3600  # seconds
MOST_GUESTS = 4  # what a cookie holds
MOST_UNSEEN = 60
ASKED = 12  # films on a guest's page


@blueprint.get("")
def page() -> str:
    """Who is here, what they want, and films for all of them."""
    there, guests, wanted = tonight.others(current_user.id), _guests(), _wanted()
    chosen = {int(text) for text in request.args.getlist("with") if text.isascii() and text.isdigit() and len(text) < 10}
    status = recommending.status(current_user.id)
    facts: dict[str, Any] = {"picks": None, "problem": None, "is_away": False}
    ready = [guest for guest in guests if not guest.missing]
    if status.state != "too_few_ratings" and (chosen or ready):
        try:
            facts["picks"] = tonight.choose(current_user.id, "", chosen, ready, wanted)
        except InvalidInput as error:
            facts["problem"] = error.message
        except (BackgroundUnavailable, EngineLoading):
            facts["is_away"] = True
    said = dismissing.said(current_user.id, [pick.movie.id for pick in facts["picks"] or ()])
    return render_template(
        "tonight/page.html", others=there, chosen=chosen, guests=guests, wanted=wanted, status=status, said=said,
        is_open=openness.of(current_user.id).tonight, genres=browsing.genre_names(), runtimes=filtering.RUNTIMES,
        lists=filtering.film_lists(current_user.id), address=request.full_path.rstrip("?"), **facts,
    )  # fmt: skip


def _wanted() -> Wanted:
    """The conditions of the address; what is none does not count."""
    args = request.args
    genres = GenreFilter.of(args.getlist("genre"), args.getlist("exclude_genre"))
    runtime, source = args.get("runtime", type=int), args.get("from", "")
    list_id = int(source) if source.isascii() and source.isdigit() and len(source) < 10 else None
    return Wanted(
        "average" if args.get("rule") == "average" else "misery",
        bool(args.get("rewatches")),
        genres.include,
        genres.exclude,
        runtime if runtime is not None and 0 < runtime < 10_000 else None,
        None if list_id is None else filtering.check_list(current_user.id, list_id),
        source == "watchlist",
    )


@blueprint.post("/open")
def allow() -> ResponseReturnValue:
    """Let others choose with the person, or no longer."""
    is_open = request.form.get("open") == "1"
    openness.allow(current_user.id, tonight=is_open)
    flash("Others here can choose films together with you now." if is_open else "Nobody can choose films together with you any more.")
    return redirect(next_page(url_for("tonight.page")), 303)


@blueprint.post("/guests")
def invite() -> ResponseReturnValue:
    """Add a guest, who rates a few films next."""
    guests = _guests()
    if len(guests) == MOST_GUESTS:
        raise InvalidInput(f"There are {MOST_GUESTS} guests already. Who wants to come often may make an account.")
    taken = [current_user.name, *(other.name for other in tonight.others(current_user.id)), *(guest.name for guest in guests)]
    guests.append(Guest(tonight.check_guest(request.form.get("name", ""), taken)))
    _keep(guests)
    return redirect(url_for("tonight.guest", place=len(guests), next=next_page(url_for("tonight.page"))), 303)


@blueprint.get("/guests/<int:place>")
def guest(place: int) -> ResponseReturnValue:
    """Films for a guest to rate."""
    guests = _guests()
    if not 1 <= place <= len(guests):
        return redirect(url_for("tonight.page"), 303)
    films = tonight.films_to_rate(guests[place - 1], ASKED)
    back = next_page(url_for("tonight.page"))
    return render_template("tonight/guest.html", guest=guests[place - 1], place=place, films=films, needed=tonight.GUEST_RATINGS, back=back)


@blueprint.post("/guests/<int:place>")
def rate(place: int) -> ResponseReturnValue:
    """Note what a guest said; back to the evening when it is enough."""
    guests, back = _guests(), next_page(url_for("tonight.page"))
    if not 1 <= place <= len(guests):
        flash("That guest is not here any more.")
        return redirect(url_for("tonight.page"), 303)
    one = guests[place - 1] = _heard(guests[place - 1])
    _keep(guests)
    if one.missing or ("more" in request.form and len(one.stars) < tonight.MOST_GUEST_RATINGS):
        return redirect(url_for("tonight.guest", place=place, next=back), 303)
    return redirect(back, 303)


def _heard(guest: Guest) -> Guest:
    """The guest with the answers of the form: `film-ID` is stars, or 0 for a film that he has not seen."""
    stars, unseen = dict(guest.stars), list(guest.unseen)
    asked = [(int(name[5:]), value) for name, value in request.form.items() if name.startswith("film-") and name[5:].isdigit()][:ASKED]
    there = browsing.titles([movie_id for movie_id, _ in asked if movie_id < 2**31])
    for movie_id, value in asked:
        if movie_id not in there:
            continue
        if value == "0":
            unseen.append(movie_id)
        elif len(stars) < tonight.MOST_GUEST_RATINGS:
            stars[movie_id] = half_stars(value) / 2
    return replace(guest, stars=stars, unseen=unseen[-MOST_UNSEEN:])


@blueprint.post("/guests/<int:place>/leave")
def leave(place: int) -> ResponseReturnValue:
    """Forget a guest."""
    guests = _guests()
    if 1 <= place <= len(guests):
        flash(f"{guests.pop(place - 1).name} left; what was rated is forgotten.")
        _keep(guests)
    return redirect(next_page(url_for("tonight.page")), 303)


@blueprint.post("/end")
def end() -> ResponseReturnValue:
    """Forget all guests."""
    session.pop("tonight", None)
    flash("Have a good evening. All guests, and what they rated, are forgotten.")
    return redirect(url_for("tonight.page"), 303)


def _guests() -> list[Guest]:
    """The guests of this browser, until they are forgotten."""
    kept = session.get("tonight")
    if not kept or kept["until"] < time.time():
        session.pop("tonight", None)
        return []
    return [Guest(name, {int(movie): halves / 2 for movie, halves in stars.items()}, unseen) for name, stars, unseen in kept["guests"]]


def _keep(guests: list[Guest]) -> None:
    rows = [(guest.name, {str(movie): round(stars * 2) for movie, stars in guest.stars.items()}, list(guest.unseen)) for guest in guests]
    session["tonight"] = {"until": int(time.time()) + FORGOTTEN_AFTER, "guests": rows}
