"""`python -m background_api`: serve until SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

import waitress
from apiflask import APIFlask
from threadpoolctl import threadpool_limits
from waitress.server import BaseWSGIServer

from movie_recommender import storage
from movie_recommender.errors import BackgroundRunning, DatabaseNotReady, MovieRecommenderError, SettingError
from movie_recommender.services.made_of import check_weights
from movie_recommender.storage.lockfile import FileLock

from . import create_api

log = logging.getLogger(__name__)


def main() -> int:
    """Returns the exit status: 0 after an orderly stop, 1 when it could not start."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    # The products of one list are small: threads that meet for each of them cost more than they bring, twice as much on a busy machine.
    threadpool_limits(1, user_api="blas")
    try:
        _serve()
    except MovieRecommenderError as error:
        sys.stderr.write(f"The background API cannot start. {error.message}\n")
        return 1
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    # A second signal (`make run` passes one on after Ctrl-C) must not break the orderly stop, which takes seconds at most.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


def _serve() -> None:
    api = create_api()
    runtime = api.extensions["runtime"]
    with FileLock(api.config["INSTANCE_PATH"] / "background.lock", BackgroundRunning()):
        with api.app_context():
            if not storage.is_ready():
                raise DatabaseNotReady()
            check_weights()
        server = _listen(api)
        try:
            runtime.start()
            log.info("The background API serves %s (process %s).", api.config["BACKGROUND_URL"], os.getpid())
            server.run()
        finally:
            server.close()
            runtime.stop()
            log.info("The background API has stopped.")


def _listen(api: APIFlask) -> BaseWSGIServer:
    config = api.config
    try:
        return waitress.create_server(
            api, host=config["BACKGROUND_HOST"], port=config["BACKGROUND_PORT"], threads=8,
            max_request_body_size=config["MAX_CONTENT_LENGTH"], ident=None,
        )  # fmt: skip
    except OSError as error:
        address = f"{config['BACKGROUND_HOST']}:{config['BACKGROUND_PORT']}"
        raise SettingError(f"The address {address} cannot be used: {error.strerror}. Choose another BACKGROUND_PORT.") from error


if __name__ == "__main__":
    sys.exit(main())
