"""Every part, and its sizes: the short form runs in the ordinary suite, the long one by `make torture`.

A size of 0 leaves out what it is the size of. What the short form leaves out has a test of its own: a second background API in
tests/background/test_process.py, a lock that outlasts the patience in tests/services/test_doctor.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from . import access, api, crash, faults, fuzz, index, load, machine
from .report import Report

PARTS: Mapping[str, Callable[[Report, Path], None]] = {
    "crash": crash.run,
    "index": index.run,
    "machine": machine.run,
    "api": api.run,
    "fuzz": fuzz.run,
    "load": load.run,
    "access": access.run,
    "faults": faults.run,
}
EMBEDDED = 1223  # films of the embedded catalogue
LONG: Mapping[str, Mapping[str, float]] = {
    "crash": {"films": EMBEDDED, "people": 50, "kills": 200, "server_kills": 200, "redis_kills": 20, "pause": 0.05},
    "index": {"plots": 1500, "kills": 100, "damages": 10_000, "full_disks": 20},
    "machine": {"walks": 1000, "steps": 50},
    "api": {"films": EMBEDDED, "cases": 80_000, "background_cases": 20_000},
    "fuzz": dict.fromkeys(fuzz.PARSERS, 10_000),
    "load": {
        "films": EMBEDDED, "people": 50, "per_second": 200, "seconds": 600, "rounds": 50, "short_lock": 8, "long_lock": 30, "limits": 1,
    },
    "access": {},
    "faults": {
        "films": EMBEDDED, "people": 50, "second": 1, "full_disks": 100, "jumps": 4, "folders": 4, "away_seconds": 3600, "catch_up": 300,
    },
}  # fmt: skip
FEW, PEOPLE = 150, 6
SHORT: Mapping[str, Mapping[str, float]] = {
    "crash": {"films": FEW, "people": PEOPLE, "kills": 2, "server_kills": 0, "redis_kills": 0, "pause": 0.2},
    "index": {"plots": 60, "kills": 1, "damages": 1, "full_disks": 0},
    "machine": {"walks": 8, "steps": 25},
    "api": {"films": FEW, "cases": 0, "background_cases": 120},
    "fuzz": dict.fromkeys(fuzz.PARSERS, 15),
    "load": {"films": FEW, "people": PEOPLE, "per_second": 15, "seconds": 3, "rounds": 2, "short_lock": 1, "long_lock": 0, "limits": 0},
    "access": {},
    "faults": {
        "films": FEW, "people": PEOPLE, "second": 0, "full_disks": 1, "jumps": 4, "folders": 4, "away_seconds": 20, "catch_up": 60,
    },
}  # fmt: skip
