"""People of a test: accounts set up by their one-time code, as a browser and an authenticator app would."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import pyotp
from aiohttp import ClientSession

from sajja_schemas import limits
from sajja_server.clock import now_ms
from sajja_server.people import code_bytes, new_code
from sajja_server.store import people as store
from sajja_server.store.people import Account
from sajja_server.store.pool import Pool

PASSWORD: Final = "ข้าวหอมมะลิ-เจ็ดถัง"
STEP_SECONDS: Final = 30


@dataclass
class Person:
    """Somebody with an account, a browser and an app."""

    network: str
    name: str
    role: str
    village: str | None
    code: str
    secret: str = ""
    recovery: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    steps_used: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """What a browser sends with a request of our own page."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}

    @property
    def meaning_it(self) -> dict[str, str]:
        """The same, for what changes something."""
        return {**self.headers, "Sajja-Csrf": self.csrf}

    def digits(self) -> str:
        """The app's code now; the one of the next half minute where that was used already."""
        step = max(now_ms() // 1000 // STEP_SECONDS, self.steps_used + 1)
        self.steps_used = step
        return pyotp.TOTP(self.secret).generate_otp(step)


async def invite(
    pool: Pool, network: str, name: str, role: str, village: str | None = None, *, now: int | None = None
) -> Person:
    """What `sajja-server people add` does."""
    at, code = now or now_ms(), new_code()
    account = Account(
        network=network,
        name=name,
        role=role,
        village=village,
        setup_expires_at=at + limits.SETUP_SECONDS * 1000,
        factor_nonce=secrets.token_bytes(16),
        password_hash=None,
        disabled_at=None,
        seen_at=None,
    )
    async with pool.acquire() as connection:
        await store.add(connection, account, code_bytes(code), at)
    return Person(network, name, role, village, code)


async def set_up(http: ClientSession, base: str, person: Person, password: str = PASSWORD) -> None:
    """Open the link, scan the code, choose a password: signed in."""
    status, offer = await post(http, base, person, "setup", {"setup": person.code})
    assert status == 200, offer
    assert (offer["name"], offer["role"]) == (person.name, person.role)
    person.secret = offer["secret"]
    status, done = await post(
        http, base, person, "setup/finish", {"setup": person.code, "password": password, "code": person.digits()}
    )
    assert status == 200, done
    person.recovery = done["recovery"]
    person.csrf = done["signed_in"]["csrf"]


async def sign_in(
    http: ClientSession, base: str, person: Person, *, password: str = PASSWORD, code: str | None = None
) -> tuple[int, Any]:
    """Sign in, with the app's code where no other is given."""
    asked = {"name": person.name, "password": password, "code": code if code is not None else person.digits()}
    status, answer = await post(http, base, person, "sign-in", asked)
    if status == 200:
        person.csrf = answer["csrf"]
    return status, answer


async def signed_in(
    pool: Pool, http: ClientSession, base: str, network: str, role: str, village: str | None = None
) -> Person:
    """Somebody of a role who has just signed in."""
    person = await invite(pool, network, f"{role}-{secrets.token_hex(3)}", role, village)
    await set_up(http, base, person)
    return person


async def post(
    http: ClientSession, base: str, person: Person, path: str, document: object, **headers: str
) -> tuple[int, Any]:
    """A call of the page; what the server sets as cookies is kept, as a browser does."""
    url = f"{base}/v1/networks/{person.network}/people/{path}"
    data = msgspec.json.encode(document)
    async with http.post(url, data=data, headers={**person.meaning_it, **headers}) as response:
        person.cookies |= {name: morsel.value for name, morsel in response.cookies.items()}
        return response.status, msgspec.json.decode(await response.read())


async def get(http: ClientSession, base: str, person: Person, path: str) -> tuple[int, Any]:
    """A reading call of the page."""
    async with http.get(base + path, headers=person.headers) as response:
        return response.status, msgspec.json.decode(await response.read())
