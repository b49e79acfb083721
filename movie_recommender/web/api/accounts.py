"""Accounts and tokens."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import current_app

from ...services import accounts, joining, keys, recommending
from ...services.visitors import Visitor
from ...storage.models import User as Person
from ..access import visitor_address
from . import body, schemas
from .auth import auth, me, token_in_use

TOO_MANY: dict[int | str, Any] = {**body.WRONG, 429: "Too many tries; `Retry-After` says after how many seconds to try again."}
NOT_OPEN = "This site takes no new people, or only with an invitation that holds."
bp = APIBlueprint("accounts", __name__, tag={"name": "Accounts and tokens"})


@bp.post("/users")
@body.json_body(bp, schemas.NewUser, {"username": "alice", "password": "correct horse battery"})
@bp.output(schemas.User, 201, description="The account is made; get a token next.", links={"getToken": {"operationId": "createToken"}})
@bp.doc(operation_id="createUser", responses={**TOO_MANY, 403: NOT_OPEN, 409: "Somebody already uses this name."})
def create_user(body: dict[str, str]) -> dict[str, Any]:
    """Make an account"""
    return _described(joining.join(body["username"], body["password"], visitor_address(), body["invitation"]))


@bp.post("/tokens")
@body.json_body(bp, schemas.Credentials, {"username": "alice", "password": "correct horse battery"})
@bp.output(schemas.IssuedToken, 201, description="A token that stands for you until it expires or you revoke it.")
@bp.doc(operation_id="createToken", responses={**TOO_MANY, 401: "The name or the password is wrong."})
def create_token(body: dict[str, str]) -> dict[str, Any]:
    """Get a token"""
    token, expires_at = keys.issue_token(accounts.sign_in(body["username"], body["password"], visitor_address()))
    return {"token": token, "expires_at": expires_at}


@bp.delete("/tokens")
@bp.auth_required(auth)
@bp.output({}, 204, description="The token no longer works.")
@bp.doc(operation_id="revokeToken")
def revoke_token() -> str:
    """Revoke the token in use"""
    keys.revoke_token(token_in_use())
    return ""


@bp.get("/me")
@bp.auth_required(auth)
@bp.output(schemas.Me, description="You.")
@bp.doc(operation_id="getMe")
def get_me() -> dict[str, Any]:
    """Who you are, and how current your list is"""
    return {**_described(me()), **standing(recommending.status(me().id))}


def _described(user: Person | Visitor) -> dict[str, Any]:
    return {"id": user.id, "username": user.name, "created_at": user.created_at}


def standing(now: recommending.Recommendations) -> dict[str, Any]:
    return {
        "state": now.state, "version": now.version, "computed_version": now.computed_version,
        "rating_count": now.ratings, "min_ratings": current_app.config["MIN_RATINGS"],
    }  # fmt: skip
