"""Static files under a URL that holds the hash of them all, so that a browser may keep them for a year.

The hash is in the path and not in a query string, so that ES modules which import one another stay in one version.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, redirect, send_from_directory, url_for
from flask.typing import ResponseReturnValue

FOLDER = Path(__file__).parent / "static"
YEAR = 365 * 86_400
SHEETS = ("tokens", "base", "parts", "stars", "verbs", "covers", "search", "pages")
"""What every page needs, sent as one file: a page is not drawn before its sheets are here, and each file is a journey."""

blueprint = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Serve the folder, and give templates `asset(name)`."""
    app.config["ASSET_VERSION"] = version()
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["plotly_version"] = package_version("plotly")
    app.config["SITE_SHEET"] = site_sheet()


def version() -> str:
    """A short hash over the names and contents of all static files."""
    digest = hashlib.sha256(" ".join(SHEETS).encode())
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The URL of a static file."""
    current = version() if current_app.debug else current_app.config["ASSET_VERSION"]
    return url_for("assets.file", version=current, name=name)


def site_sheet() -> str:
    """The sheets of every page, one after the other."""
    return "\n".join((FOLDER / "css" / f"{name}.css").read_text("utf-8") for name in SHEETS)


@blueprint.get("/assets/<version>/site.css")
def sheet(version: str) -> Response:
    """The sheets of every page as one file."""
    text = site_sheet() if current_app.debug else current_app.config["SITE_SHEET"]
    return _kept(Response(text, mimetype="text/css"), version)


@blueprint.get("/assets/plotly/<version>.js")
def plotly(version: str) -> Response:
    """Plotly's script, out of its package: megabytes, which a page fetches only when somebody asks for what they draw."""
    folder = Path(next(iter(find_spec("plotly").submodule_search_locations))) / "package_data"  # type: ignore[union-attr,arg-type]
    response = send_from_directory(folder, "plotly.min.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@blueprint.get("/assets/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """One file."""
    return _kept(send_from_directory(FOLDER, name), version)


def _kept(response: Response, version: str) -> Response:
    """Kept for a year under the right hash, asked for again under any other."""
    fresh = version == current_app.config["ASSET_VERSION"] and not current_app.debug
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if fresh else "no-cache"
    return response


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Where browsers look for the icon unasked."""
    return redirect(asset("favicon.svg"), 302)
