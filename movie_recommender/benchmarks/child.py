"""Parts of the measurement in processes of their own, which end with all that they started whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from movie_recommender.errors import InvalidInput

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
STOP_SECONDS = 60.0  # a part that runs the product stops it in order
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Until the end of the block the first signal to end raises `SystemExit`, and further ones do not cut short what it sets off."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """What a command says.

    Raises:
        InvalidInput: It failed, or did not come to its end in so many seconds.
    """
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command, env={**os.environ, **(ONE_THREAD if environment is None else environment)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    name = " ".join(command[1:])
    try:
        said, complained = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(f"{name} did not come to its end within {seconds:.0f} s.") from error
    finally:
        _end(process)
    if process.returncode:
        raise InvalidInput(f"{name} failed with status {process.returncode}: {complained.strip()[-500:]}")
    return said


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def module(name: str, *arguments: Any, seconds: float) -> str:
    """What one of this package's modules says when it is run."""
    return run([sys.executable, "-m", f"{__package__}.{name}", *map(str, arguments)], seconds)
