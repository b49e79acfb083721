"""Register, sign in and out, change the password, delete the account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..errors import InvalidInput, MovieRecommenderError, RegistrationClosed
from ..services import accounts, joining, keys, openness
from .access import end_session, start_session, visitor_address
from .answers import again, next_page

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Make an account and sign in to it."""
    if current_user.is_authenticated:
        return redirect(next_page(), 303)
    invitation = request.values.get("invitation", "")
    try:
        if request.method == "GET":
            joining.check_open(invitation)
            return render_template("register.html", invitation=invitation)
        start_session(joining.join(request.form.get("name", ""), request.form.get("password", ""), visitor_address(), invitation))
    except RegistrationClosed as error:
        return again("register.html", error, closed=error.message)
    except MovieRecommenderError as error:
        return again("register.html", error, error=error.message, name=request.form.get("name", ""), invitation=invitation)
    return redirect(next_page(url_for("onboarding.groups")), 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Sign in with name and password."""
    if current_user.is_authenticated:
        return redirect(next_page(), 303)
    if request.method == "GET":
        return render_template("sign_in.html")
    try:
        start_session(accounts.sign_in(request.form.get("name", ""), request.form.get("password", ""), visitor_address()))
    except MovieRecommenderError as error:
        return again("sign_in.html", error, error=error.message, name=request.form.get("name", ""))
    return redirect(next_page(), 303)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    end_session()
    return redirect(url_for("pages.index"), 303)


@blueprint.get("/account")
def account() -> str:
    """Name, password, where one is signed in, and the way out."""
    return render_template("account.html", **_keys())


def _keys() -> dict[str, Any]:
    """What opens the person's account, and what others see of him, for the page."""
    of, this = current_user.id, keys.digest(current_user.get_id())
    return {"sessions": keys.sessions(of), "this_session": this, "tokens": keys.tokens(of), "open": openness.of(of)}


@blueprint.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the person, this one too."""
    keys.end_all_sessions(current_user.id)
    end_session()
    flash("You are signed out in every browser. API tokens still work; your account page revokes them.")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.post("/account/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End one API token of the person."""
    keys.revoke_tokens(current_user.id, token_id)
    flash("The token is revoked. Programs that use it are refused from now on.")
    return redirect(url_for("accounts.account", _anchor="tokens-heading"), 303)


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Set a new password; every other browser and token of the person is signed out."""
    try:
        if request.form.get("new", "") != request.form.get("again", ""):
            raise InvalidInput("The new password and its repetition differ. Type the same one twice.")
        user = accounts.member(current_user.id)
        accounts.confirm(user, request.form.get("current", ""), visitor_address())
        accounts.change_password(user, request.form.get("new", ""))
    except MovieRecommenderError as error:
        return again("account.html", error, password_error=error.message, **_keys())
    start_session(user)
    flash("Your password is changed. Every other browser was signed out.")
    return redirect(url_for("accounts.account"), 303)


@blueprint.post("/account/delete")
def delete() -> ResponseReturnValue:
    """Delete the account with everything in it, when the password confirms it."""
    try:
        user = accounts.member(current_user.id)
        accounts.confirm(user, request.form.get("password", ""), visitor_address())
    except MovieRecommenderError as error:
        return again("account.html", error, delete_error=error.message, **_keys())
    accounts.delete_account(user)
    end_session()
    flash("Your account and all your ratings are deleted.")
    return redirect(url_for("pages.index"), 303)
