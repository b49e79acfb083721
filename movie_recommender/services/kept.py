"""What does not change while the catalogue does not, kept in memory by the process that reads it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from flask import current_app

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
MOST = 2_000  # values of one kind, unless it says otherwise: of a rendered card 6 KB each


class KeptByRevision(Generic[K, V]):
    """Values by key, of one application, forgotten as soon as the revision that they are asked for with is another.

    Nothing of one person may be kept here: everybody gets the same values.
    """

    def __init__(self, name: str, most: int = MOST) -> None:
        self._name, self._most = f"kept {name}", most
        self._lock = threading.Lock()

    def get(self, revision: Hashable, keys: Mapping[K, Any] | list[K], load: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of these keys; `load` is called at most once, with those that are not here yet, and may leave some out."""
        with self._lock:
            kept: tuple[Hashable, dict[K, V]] = current_app.extensions.get(self._name, (None, {}))
            if kept[0] != revision or len(kept[1]) > self._most:
                kept = (revision, {})
                current_app.extensions[self._name] = kept
        values = kept[1]
        if missing := [key for key in keys if key not in values]:
            values.update(load(missing))
        return {key: values[key] for key in keys if key in values}
