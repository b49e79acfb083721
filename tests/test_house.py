"""The rules of the house: who may import whom, and what the website must never carry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


HEAVY = (
    "torch",
    "chromadb",
    "numba",
    "numpy",
    "sentence_transformers",
    "sklearn",
    "movie_recommender.core",
    "requests",
    "bs4",
    "tqdm",
    "segno",
)


def test_imports_go_down_only() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("heavy", HEAVY)
def test_the_website_never_imports(heavy: str, loaded_modules: set[str]) -> None:
    assert heavy not in loaded_modules


@pytest.fixture(scope="module")
def loaded_modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a fresh process holds after it has made the website and answered a request."""
    code = (
        "import sys; from movie_recommender import create_app; "
        f"app = create_app(INSTANCE_PATH={str(tmp_path_factory.mktemp('web'))!r}); app.test_client().get('/'); "
        "sys.stdout.write(' '.join(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())
