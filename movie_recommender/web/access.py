"""Who may see what: everything asks for a sign-in except what this page lists."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import Flask, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix

from ..errors import NotAllowed, NotSignedIn
from ..services import keys, visitors
from ..storage.models import User
from .answers import wants_json

# The one list of what can be seen without signing in.
PUBLIC_ENDPOINTS = (
    "pages.index",
    "pages.about",
    "pages.theme",
    "accounts.register",
    "accounts.sign_in",
    "assets.file",
    "assets.sheet",
    "assets.plotly",
    "assets.favicon",
    "openapi.spec",
    # A guest of an evening has no account: the signed key of his link lets him in.
    "tonight.join",
    "tonight.answer",
    "tonight.quit",
)
# Blueprints whose every view checks an API token by itself instead of the session; they have no cookies and no CSRF.
TOKEN_BLUEPRINTS = {"api"}

# Blueprints whose every view is for operators only.
OPERATOR_BLUEPRINTS = {"operator"}

csrf = CSRFProtect()
login_manager = LoginManager()


def init_app(app: Flask) -> None:
    """Sessions, default deny and CSRF, in this order: who is not signed in is told so before his form is judged."""
    app.config.update(
        SESSION_COOKIE_NAME=_cookie_name(app),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=app.config["SESSION_DAYS"]),
        # The database ends the session on its day anyway: a new cookie with every answer would not make it longer.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a page left open over lunch still saves
    )
    if proxies := app.config["TRUSTED_PROXIES"]:
        # Not the host: a proxy that leaves X-Forwarded-Host alone would let anybody name one.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.session_interface = Sessions()
    login_manager.session_protection = None  # it only marks sign-ins as no longer fresh, which nothing here asks
    login_manager.init_app(app)
    login_manager.user_loader(visitors.by_session)
    app.before_request(require_sign_in)
    csrf.init_app(app)


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions, whose signer is made once and not with every request."""

    def __init__(self) -> None:
        self._signers: dict[Any, URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if app.secret_key not in self._signers:
            self._signers[app.secret_key] = super().get_signing_serializer(app)
        return self._signers[app.secret_key]


def _cookie_name(app: Flask) -> str:
    """Unique to the instance: cookies know no ports, and two instances on one host must not sign each other's people out."""
    name = f"movie_recommender_{hashlib.sha256(app.config['SECRET_KEY'].encode()).hexdigest()[:8]}"
    # Browsers take a cookie of this prefix only over HTTPS, and from this very host.
    return f"__Host-{name}" if app.config["SESSION_COOKIE_SECURE"] else name


def require_sign_in() -> Any:
    """Default deny: send who is not signed in to the sign-in page, and back afterwards; refuse what is for operators."""
    if current_user.is_authenticated and not OPERATOR_BLUEPRINTS.isdisjoint(request.blueprints) and not current_user.is_operator:
        raise NotAllowed()
    open_door = request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS or not TOKEN_BLUEPRINTS.isdisjoint(request.blueprints)
    if open_door or current_user.is_authenticated:
        return None
    if wants_json():
        raise NotSignedIn("You are not signed in any more. Sign in again; nothing else was lost.")
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target), 303)


def start_session(user: User) -> None:
    """Sign a person in, in a new session that holds nothing of the one before, which ends."""
    end_session()
    session.permanent = True
    user.session_key = keys.begin_session(user, request.user_agent.string)
    login_user(user)


def forget_visitor() -> None:
    """Show the page that follows to nobody in particular: the database, which knows who is signed in, does not answer."""
    g._login_user = login_manager.anonymous_user()


def visitor_address() -> str:
    """The network address of whoever asks; behind proxies the one that the trusted ones saw (`TRUSTED_PROXIES`)."""
    return request.remote_addr or ""


def end_session() -> None:
    """Sign out, and forget everything in the session."""
    if current_user.is_authenticated:
        keys.end_session(current_user.get_id())
    logout_user()
    session.clear()
