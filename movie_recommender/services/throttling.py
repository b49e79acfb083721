"""How often somebody may try: counted in SQL, so that it holds across processes and restarts.

One number a key: the moment at which all tries counted under it are forgiven. A try moves it on by window / tries; when it
lies further ahead than the window, there were too many. So tries are forgiven one by one, and a row is all that is kept.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Mapping

from flask import current_app
from sqlalchemy import case, delete, update

from ..errors import TooManyTries
from ..storage import upsert, writing
from ..storage.models import Throttle

HOUR = 3600.0


class Tries:
    """The limits that one try counts under: key to the tries that are allowed within `window` seconds."""

    def __init__(self, window: float, limits: Mapping[str, int]) -> None:
        self._window = window
        # What people type into a name field is sometimes their password, so it is kept as a digest.
        # In one order everywhere: two transactions never wait for one another.
        self._steps = dict(sorted((hashlib.sha256(key.encode()).hexdigest(), window / tries) for key, tries in limits.items()))

    def take(self) -> None:
        """Count one try under every key, before what is tried: many at once count too.

        Raises:
            TooManyTries: One of the limits is reached; nothing is counted.
        """
        now = time.time()
        with writing() as session:
            session.execute(delete(Throttle).where(Throttle.forgiven_at < now))
            wait = 0.0
            for key, step in self._steps.items():
                # A moment beyond the window means that the clock was set back.
                latest = now + self._window
                counted = case((Throttle.forgiven_at < now, now), (Throttle.forgiven_at > latest, latest), else_=Throttle.forgiven_at)
                row = upsert(Throttle).values(key=key, forgiven_at=now + step)
                statement = row.on_conflict_do_update(index_elements=["key"], set_={"forgiven_at": counted + step})
                forgiven_at = session.scalar(statement.returning(Throttle.forgiven_at)) or now
                wait = max(wait, forgiven_at - latest)
            if wait > 0.001:
                raise TooManyTries(math.ceil(wait))

    def give_back(self) -> None:
        """Count one try less under every key: it was no failure."""
        with writing() as session:
            for key, step in self._steps.items():
                session.execute(update(Throttle).where(Throttle.key == key).values(forgiven_at=Throttle.forgiven_at - step))


def of_sign_in(name_key: str, address: str) -> Tries:
    """Wrong passwords. One address alone cannot lock a person out elsewhere: its own limit is the lowest."""
    config, address = current_app.config, _network(address)
    return Tries(
        config["THROTTLE_MINUTES"] * 60.0,
        {
            f"sign-in {address} {name_key}": config["SIGN_IN_TRIES"],
            f"sign-in name {name_key}": config["SIGN_IN_TRIES_NAME"],
            f"sign-in address {address}": config["SIGN_IN_TRIES_ADDRESS"],
        },
    )


def of_registration(address: str) -> Tries:
    """Accounts made, and names asked for that somebody has."""
    return Tries(HOUR, {f"register {_network(address)}": current_app.config["REGISTRATIONS"]})


def _network(address: str) -> str:
    """What one household or machine has: an IPv4 address, of IPv6 the first half."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
