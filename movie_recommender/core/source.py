"""Which source this is. Imported before any kernel: numba keeps compiled ones by it.

By itself numba asks only whether a kernel's own file changed. A kernel whose callee changed in another
file would go on as it was compiled, and after an update compute with two versions at once.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numba
import numpy as np
import scipy

_FOLDER = Path(__file__).parent


def digest(folder: Path) -> str:
    """Of the Python files of a folder and of the libraries that they compute with."""
    found = hashlib.sha256(f"{np.__version__} {scipy.__version__} {numba.__version__}".encode())
    for path in sorted(folder.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


DIGEST = digest(_FOLDER)
KERNELS = Path(numba.config.CACHE_DIR or _FOLDER / "__pycache__") / f"kernels-{DIGEST}"  # type: ignore[attr-defined]
"""In the folder that NUMBA_CACHE_DIR names, if it names one: it may outlive this version."""

numba.config.CACHE_DIR = str(KERNELS)  # type: ignore[attr-defined]


def forget_other_kernels() -> None:
    """Remove those that were compiled from another source."""
    for folder in KERNELS.parent.glob("kernels-*"):
        if folder != KERNELS:
            shutil.rmtree(folder, ignore_errors=True)
