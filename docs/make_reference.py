"""Write docs/reference.md from the code: `python docs/make_reference.py`. A test fails when the page is behind."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from background_api import create_api
from movie_recommender import create_app
from movie_recommender.settings import TABLE

PAGE = Path(__file__).parent / "reference.md"
FOREIGN = {"db", "run", "shell", "routes", "spec"}  # commands that Flask and its extensions bring
WITHOUT_A_VIEW = {
    "openapi.spec": "The OpenAPI document of these addresses.",
    "static": "Flask's own; unused.",
}
HEAD = """# Reference

Every setting, command and address, written by `python docs/make_reference.py` from the code.

## Settings

From the environment, else from `settings.toml` in the instance folder (`PORT = 6000`), else the default. A value that cannot be used stops
the start with a message that names the setting.

| setting | default | meaning |
|---|---|---|"""
COMMANDS = """
## Commands

Run them in the project's folder with `.venv/bin/flask`; `--help` tells more.

| command | what it does |
|---|---|"""
OTHERS = """| `flask run` | The website alone, with Flask's development server. |
| `python -m background_api` | The background API alone. |
| `flask db` | Alembic's commands, for those who change the schema. |"""


def reference() -> str:
    """The whole page. Raises `LookupError` for a command or an address that nobody described."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(TESTING=True, INSTANCE_PATH=folder)
        api = create_api(TESTING=True, INSTANCE_PATH=folder)
        lines = [HEAD, *_settings(), COMMANDS, *_commands(app), OTHERS]
        lines += _addresses("the website", app, lambda rule: not rule.startswith("/api/"))
        lines += _addresses("the JSON API", app, lambda rule: rule.startswith("/api/"))
        lines += _addresses("the background API", api, lambda rule: True)
    return "\n".join(lines) + "\n"


def _settings() -> Iterator[str]:
    for setting in TABLE:
        default = "instance" if setting.name == "INSTANCE_PATH" else setting.default.replace("{instance}", "INSTANCE_PATH")
        yield f"| `{setting.name}` | {f'`{default}`' if default else 'empty'} | {setting.help} |"


def _commands(app: Flask) -> Iterator[str]:
    for name, command in sorted(app.cli.commands.items()):
        if name in FOREIGN:
            continue
        words = [str(word.name).upper() if word.param_type_name == "argument" else f"[{word.opts[0]}]" for word in command.params]
        yield f"| `{' '.join(['flask', name, *words])}` | {_first_line(command.help, name)} |"


def _addresses(title: str, app: Flask, wanted: Callable[[str], bool]) -> list[str]:
    rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in app.url_map.iter_rules():
        if wanted(rule.rule):
            rules[rule.rule].append(rule)
    lines = ["", f"## Addresses of {title}", "", "| address | methods | what it is |", "|---|---|---|"]
    for address, same in sorted(rules.items()):
        for rule in sorted(same, key=lambda rule: sorted(rule.methods or ())):
            methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            lines.append(f"| `{address}` | {methods} | {_described(app.view_functions[rule.endpoint], rule)} |")
    return lines


def _described(view: Any, rule: Rule) -> str:
    if rule.endpoint in WITHOUT_A_VIEW:
        return WITHOUT_A_VIEW[rule.endpoint]
    return _first_line(view.__doc__ or getattr(view, "_spec", {}).get("summary"), rule.rule)


def _first_line(text: str | None, what: str) -> str:
    if not text or not text.strip():
        raise LookupError(f"{what} is not described: give it a docstring.")
    return " ".join(text.strip().split("\n\n")[0].split()).rstrip(".").replace("|", "or") + "."


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
