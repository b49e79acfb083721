"""Movie Recommender: rate movies, get recommendations that are really yours."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask

__version__ = "0.1.0"


def create_app(**overrides: Any) -> APIFlask:
    """The website and its JSON API.

    Args:
        overrides: Settings that win over the environment and the instance folder, and any Flask configuration
            (tests inject these).

    Raises:
        SettingError: A setting cannot be used.
    """
    from . import cli, logs, settings, storage, web

    values = settings.load(**overrides)
    app = APIFlask(
        __name__, title="Movie Recommender", version=__version__, instance_path=str(values["INSTANCE_PATH"]),
        static_folder=None, template_folder="web/templates",  # type: ignore[arg-type]
        spec_path="/api/v1/openapi.json", docs_path=None, json_errors=False,
    )  # fmt: skip
    app.config.from_mapping({**values, **{name: value for name, value in overrides.items() if name not in settings.KNOWN}})
    if not app.testing:
        logs.configure(values["INSTANCE_PATH"], "web", values["LOG_LEVEL"])
    storage.init_app(app)
    web.init_app(app)
    cli.init_app(app)
    return app
