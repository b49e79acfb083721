"""Tonight: films for several people, members who allow it and guests, who rate a few films here or on their own phones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from ..errors import BackgroundUnavailable, EngineLoading, InvalidInput
from ..services import browsing, dismissing, filtering, guests, openness, recommending, tonight
from ..services.filtering import GenreFilter
from ..services.guests import Invited
from ..services.rating import half_stars
from ..services.tonight import Wanted
from .answers import next_page

blueprint = Blueprint("tonight", __name__, url_prefix="/tonight")
ASKED = 12  # films on a guest's page


@blueprint.get("")
def page() -> str:
    """Who is here, what they want, and films for all of them."""
    there, here, wanted = tonight.others(current_user.id), guests.of(current_user.id), _wanted()
    chosen = {int(text) for text in request.args.getlist("with") if text.isascii() and text.isdigit() and len(text) < 10}
    status = recommending.status(current_user.id)
    facts: dict[str, Any] = {"picks": None, "problem": None, "is_away": False}
    ready = [guest for guest in here if not guest.missing]
    if status.state != "too_few_ratings" and (chosen or ready):
        try:
            facts["picks"] = tonight.choose(current_user.id, "", chosen, ready, wanted)
        except InvalidInput as error:
            facts["problem"] = error.message
        except (BackgroundUnavailable, EngineLoading):
            facts["is_away"] = True
    said = dismissing.said(current_user.id, [pick.movie.id for pick in facts["picks"] or ()])
    return render_template(
        "tonight/page.html", others=there, chosen=chosen, guests=here, here_now=_here(here), most_guests=guests.MOST, wanted=wanted,
        status=status, said=said,
        is_open=openness.of(current_user.id).tonight, genres=browsing.genre_choices(), runtimes=filtering.RUNTIMES,
        lists=filtering.film_lists(current_user.id), address=request.full_path.rstrip("?"), **facts,
    )  # fmt: skip


@blueprint.get("/here")
def here() -> ResponseReturnValue:
    """Who of the guests has rated how much: asked again and again while one of them is awaited."""
    return jsonify(here=_here(guests.of(current_user.id)))


def _here(there: list[Invited]) -> str:
    return ",".join(f"{guest.id}:{len(guest.stars)}" for guest in there)


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
    """Add a guest, who rates a few films next: on this device, or (`how` is `link`) on his own."""
    there = guests.invite(current_user._get_current_object(), request.form.get("name", ""))
    page = "tonight.link" if request.form.get("how") == "link" else "tonight.guest"
    return redirect(url_for(page, guest_id=there.id, next=next_page(url_for("tonight.page"))), 303)


@blueprint.get("/guests/<int:guest_id>/link")
def link(guest_id: int) -> str:
    """The link of a guest, to be sent or held before his phone."""
    one = guests.get(current_user.id, guest_id)
    address, back = url_for("tonight.join", key=one.key, _external=True), next_page(url_for("tonight.page"))
    import segno  # with XML 2 MB, for this page alone

    code = Markup(segno.make(address, error="m").svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None))  # noqa: S704 - drawn here
    return render_template("tonight/link.html", guest=one, link=address, code=code, hours=guests.LASTS // 3600, back=back)


@blueprint.get("/guests/<int:guest_id>")
def guest(guest_id: int) -> str:
    """Films for a guest to rate on this device."""
    back = next_page(url_for("tonight.page"))
    return _ask(guests.get(current_user.id, guest_id), url_for("tonight.rate", guest_id=guest_id), back)


@blueprint.post("/guests/<int:guest_id>")
def rate(guest_id: int) -> ResponseReturnValue:
    """Note what a guest said; back to the evening when it is enough."""
    back = next_page(url_for("tonight.page"))
    one = guests.hear(guests.get(current_user.id, guest_id), _said())
    return redirect(url_for("tonight.guest", guest_id=guest_id, next=back) if _goes_on(one) else back, 303)


@blueprint.get("/join/<key>")
def join(key: str) -> str:
    """A guest on his own phone: films to rate, or that he is in; the signed link lets him in."""
    one, host = guests.by_key(key)
    if not one.missing and not request.args.get("more"):
        return render_template("tonight/joined.html", guest=one, host=host, key=key)
    return _ask(one, url_for("tonight.answer", key=key), None, host)


@blueprint.post("/join/<key>")
def answer(key: str) -> ResponseReturnValue:
    """Note what a guest said on his own phone."""
    one = guests.hear(guests.by_key(key)[0], _said())
    return redirect(url_for("tonight.join", key=key, more=1 if _goes_on(one) else None), 303)


@blueprint.post("/join/<key>/leave")
def quit(key: str) -> str:
    """Forget the guest whose link this is."""
    one, host = guests.by_key(key)
    guests.leave(one)
    return render_template("tonight/joined.html", guest=one, host=host, key=None)


def _ask(one: Invited, action: str, back: str | None, host: str | None = None) -> str:
    films = tonight.films_to_rate(one, ASKED)
    facts = {"needed": tonight.GUEST_RATINGS, "hours": guests.LASTS // 3600}
    return render_template("tonight/guest.html", guest=one, action=action, films=films, back=back, host=host, **facts)


def _said() -> dict[int, float]:
    """The answers of the form: `film-ID` is stars, or 0 for a film that the guest has not seen."""
    asked = [(name[5:], value) for name, value in request.form.items() if name.startswith("film-")][:ASKED]
    numbers = [(int(text), value) for text, value in asked if text.isascii() and text.isdigit() and len(text) < 11]
    return {movie_id: 0.0 if value == "0" else half_stars(value) / 2 for movie_id, value in numbers}


def _goes_on(one: Invited) -> bool:
    return bool(one.missing) or ("more" in request.form and len(one.stars) < tonight.MOST_GUEST_RATINGS)


@blueprint.post("/guests/<int:guest_id>/leave")
def leave(guest_id: int) -> ResponseReturnValue:
    """Forget a guest; his link ends."""
    one = guests.get(current_user.id, guest_id)
    guests.leave(one)
    flash(f"{one.name} left; what was rated is forgotten, and the link opens nothing any more.")
    return redirect(next_page(url_for("tonight.page")), 303)


@blueprint.post("/end")
def end() -> ResponseReturnValue:
    """Forget all guests."""
    guests.forget(current_user.id)
    flash("Have a good evening. All guests, and what they rated, are forgotten.")
    return redirect(url_for("tonight.page"), 303)
