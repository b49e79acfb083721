"""`compose.yaml` and the Dockerfile, as far as they can be held without Docker: what they name is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from movie_recommender import create_app, settings, supervisor

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
KEYS = {"POSTGRES_PASSWORD": "p" * 32, "SECRET_KEY": "s" * 32, "BACKGROUND_KEY": "b" * 32}
PRODUCT = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "movie-recommender"}


def filled(value: str) -> str:
    """As Compose fills in `${NAME:?message}`."""
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: KEYS[found[1]], value)


@pytest.mark.parametrize("name", PRODUCT)
def test_every_setting_exists_and_can_be_used(name: str, tmp_path: Path) -> None:
    given = {key: filled(str(value)) for key, value in PRODUCT[name]["environment"].items()}
    assert set(given) <= settings.KNOWN
    values = settings.load(given, INSTANCE_PATH=tmp_path)
    assert values["DATABASE_URL"].startswith("postgresql+psycopg://movies:pppp")


@pytest.mark.parametrize("name", [name for name, service in PRODUCT.items() if "command" in service])
def test_every_command_exists(name: str, tmp_path: Path) -> None:
    program, *arguments = PRODUCT[name]["command"]
    assert program == "python" or shutil.which(program, path=str(Path(sys.executable).parent))
    if program == "flask":
        assert arguments[0] in create_app(TESTING=True, INSTANCE_PATH=tmp_path).cli.commands
    if program == "python":
        assert importlib.util.find_spec(f"{arguments[1]}.__main__")


def test_every_address_is_that_of_a_service_and_every_volume_is_declared() -> None:
    hosts = set(re.findall(r"(?:@|://)([a-z][a-z0-9-]*)(?=[:/,]|$)", filled(str(COMPOSE["x-product"]["environment"])))) - {"movies"}
    assert hosts <= set(COMPOSE["services"])
    assert {"postgres", "redis", "chroma", "background-1", "background-2"} <= hosts
    used = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


def test_only_the_website_is_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["website"]


def test_no_registry_is_named() -> None:
    images: list[Any] = [service["image"] for service in COMPOSE["services"].values() if "image" in service]
    images += re.findall(r"PYTHON_IMAGE=(\S+)", DOCKERFILE)[-1:]
    assert not [image for image in images if "/" in image]


def test_the_dockerfile_copies_what_is_there_and_starts_what_there_is() -> None:
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert "USER movies" in DOCKERFILE
    for name, value in supervisor.FRUGAL.items():
        assert f'"{name}={value}"' in DOCKERFILE, "memory is kept as `flask start` keeps it"
    assert shutil.which("gunicorn", path=str(Path(sys.executable).parent))
