"""How often each may ask, and what happens to who asks more: 429, and when to come back.

* A device that has a session is counted by itself: no stranger, and no neighbour behind the same address, can use up
  its requests. Likewise a person who has signed in.
* Everybody else is counted by address. The bound is wide enough for a network's villages behind one telephone company.
* Tries to sign in are counted by address and by account. A browser that signed in before is counted by itself, so a
  stranger who tries names all day locks nobody out of the browser that they use; and a one-time code from the operator
  opens an account again in any case.
"""

import time
from typing import Final

from aiohttp import web

from sajja_server.api import problems
from sajja_server.api.caller import Caller, address_of
from sajja_server.rates import Buckets, Rate, neighbourhood
from sajja_server.store.people import PersonSession


class Limiter:
    """The buckets of one process."""

    def __init__(self) -> None:
        self.address = Buckets(Rate(burst=3_000, seconds_each=0.01))
        self.device = Buckets(Rate(burst=2_000, seconds_each=0.01))
        self.person = Buckets(Rate(burst=300, seconds_each=0.2))
        self.sign_in_address = Buckets(Rate(burst=30, seconds_each=10))
        self.sign_in_account = Buckets(Rate(burst=5, seconds_each=300))
        self.sign_in_browser = Buckets(Rate(burst=10, seconds_each=60))
        self.password_change = Buckets(Rate(burst=5, seconds_each=300))


LIMITER: Final = web.AppKey("limiter", Limiter)


def limit_address(request: web.Request) -> None:
    """Count a request of somebody unknown.

    Raises:
        TooManyRequests: from this address.
    """
    _take(request.app[LIMITER].address, neighbourhood(address_of(request)))


def limit_caller(request: web.Request, caller: Caller) -> None:
    """Count a request of a device or a person.

    Raises:
        TooManyRequests: of this one.
    """
    if caller.device is not None:
        _take(request.app[LIMITER].device, caller.device.hex())
    elif caller.person is not None:
        _take(request.app[LIMITER].person, f"{caller.person.network}\n{caller.person.name}")


def limit_sign_in(request: web.Request, network: str, name: str, mark: str | None) -> None:
    """Count a try to sign in; `mark` is of a browser that signed in before.

    Raises:
        TooManyRequests: for this account, or from this address.
    """
    limiter = request.app[LIMITER]
    _take(limiter.sign_in_address, neighbourhood(address_of(request)))
    if mark is not None:
        _take(limiter.sign_in_browser, mark)
    else:
        _take(limiter.sign_in_account, f"{network}\n{name}")


def limit_password_change(request: web.Request, person: PersonSession) -> None:
    """Count a try to change a password: whoever sits down at somebody's open screen has a few, and no more.

    They are not those of signing in, so that nobody is kept out by them.

    Raises:
        TooManyRequests: for this account.
    """
    _take(request.app[LIMITER].password_change, f"{person.network}\n{person.name}")


def forgive_password_change(request: web.Request, person: PersonSession) -> None:
    """Give the try back: it was the person."""
    request.app[LIMITER].password_change.give_back(f"{person.network}\n{person.name}")


def limit_setup(request: web.Request) -> None:
    """Count a one-time code that is shown: by address, for the code alone names the account.

    Raises:
        TooManyRequests: from this address.
    """
    _take(request.app[LIMITER].sign_in_address, neighbourhood(address_of(request)))


def forgive_sign_in(request: web.Request, network: str, name: str, mark: str | None) -> None:
    """Give the try back: it was the person."""
    limiter = request.app[LIMITER]
    if mark is not None:
        limiter.sign_in_browser.give_back(mark)
    else:
        limiter.sign_in_account.give_back(f"{network}\n{name}")


def _take(buckets: Buckets, name: str) -> None:
    wait_seconds = buckets.take(name, time.monotonic())
    if wait_seconds:
        raise problems.TooManyRequests(wait_seconds)
