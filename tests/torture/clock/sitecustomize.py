"""A clock that can be set: processes with this folder on PYTHONPATH add to their time what the file CLOCK_FILE says."""

import os
import time

_real = time.time
_file = os.environ.get("CLOCK_FILE", "")
_known = [0.0, 0.0]  # when the file was last read, and what it said


def _shifted() -> float:
    now = _real()
    if abs(now - _known[0]) > 0.2:
        try:
            with open(_file, encoding="ascii") as file:
                _known[:] = now, float(file.read() or 0)
        except (OSError, ValueError):
            _known[0] = now
    return now + _known[1]


if _file:
    time.time = _shifted
