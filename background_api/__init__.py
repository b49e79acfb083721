"""The background API: takes jobs from the website and computes. See `create_api`; `python -m background_api` serves it."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask

from movie_recommender import __version__, logs, settings, storage

from . import people, routes
from .runtime import Runtime


def create_api(**overrides: Any) -> APIFlask:
    """The HTTP side of the background API; its work begins with `Runtime.start` (`api.extensions["runtime"]`).

    Args:
        overrides: Settings that win over the environment and the instance folder, and any Flask configuration.

    Raises:
        SettingError: A setting cannot be used.
    """
    values = settings.load(**overrides)
    api = APIFlask(
        __name__, title="Movie Recommender: background API", version=__version__,
        instance_path=str(values["INSTANCE_PATH"]), spec_path="/openapi.json", docs_path=None,
    )  # fmt: skip
    api.config.from_mapping({**values, **{name: value for name, value in overrides.items() if name not in settings.KNOWN}})
    api.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    if not api.testing:
        logs.configure(values["INSTANCE_PATH"], "background", values["LOG_LEVEL"])
    # What people enter is committed by the website; what is written here is computed again if it is lost.
    storage.init_app(api, durable=False)
    api.extensions["runtime"] = Runtime(api)
    routes.init_app(api)
    api.register_blueprint(people.blueprint)
    return api
