"""Passkeys: added by who proves who it is, good for one page and person, and worth nothing to whoever copies one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from sajja_schemas import limits
from sajja_server import passkeys
from sajja_server.api.limiter import LIMITER
from sajja_server.passkeys import CHALLENGE_MS, Challenges, Place, place_of
from sajja_server.rates import Buckets, Rate
from sajja_server.store import people as store
from sajja_server.store.passkeys import Passkey
from sajja_server.store.pool import Pool
from support.authenticator import PRESENT, Authenticator
from support.database import Database
from support.serving import Speaker, admit, serving, speaking
from support.signing_in import PASSWORD, Person, get, post, signed_in
from support.world import World

HOST = "localhost"
PATH = "/v1/networks/testnet/people/passkeys"
NOW = 1_790_000_000_000
WORLD = World.founded(("pp01",))


class TestPlace:
    @pytest.mark.parametrize(
        ("public_url", "host", "place"),
        [
            ("https://bank.example/", "ignored", Place("bank.example", "https://bank.example")),
            ("https://bank.example:8443", "x", Place("bank.example", "https://bank.example:8443")),
            ("", "localhost:8080", Place("localhost", "http://localhost:8080")),
            ("", "127.0.0.1:8080", None),
            ("", "[::1]:8080", None),
            ("https://192.0.2.7", "x", None),
            ("http://bank.example", "x", None),
            ("", "bank.example", None),
        ],
    )
    def test_passkeys_are_for_a_name_with_tls_or_for_this_machine(
        self, public_url: str, host: str, place: Place | None
    ) -> None:
        assert place_of(public_url, host) == place


class TestChallenge:
    def test_it_is_ours_for_one_purpose_network_and_person_and_for_five_minutes(self) -> None:
        ours = Challenges(b"k" * 32)
        challenge = ours.make("add", "testnet", "somsri", NOW)
        assert ours.until(challenge, "add", "testnet", "somsri", NOW + CHALLENGE_MS) == NOW + CHALLENGE_MS
        assert challenge != ours.make("add", "testnet", "somsri", NOW)
        for asked in (
            ("sign-in", "testnet", "somsri", NOW),
            ("add", "other", "somsri", NOW),
            ("add", "testnet", "somchai", NOW),
            ("add", "testnet", "somsri", NOW + CHALLENGE_MS + 1),
        ):
            with pytest.raises(passkeys.PasskeyRefused):
                ours.until(challenge, *asked)
        for forged in (b"", challenge[:-1], challenge[:-1] + bytes([challenge[-1] ^ 1]), bytes(40)):
            with pytest.raises(passkeys.PasskeyRefused):
                ours.until(forged, "add", "testnet", "somsri", NOW)
        with pytest.raises(passkeys.PasskeyRefused):
            Challenges(b"j" * 32).until(challenge, "add", "testnet", "somsri", NOW)
        assert "k" * 8 not in repr(ours)

    @pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"response":{"clientDataJSON":"AAAA"}}', "x" * 99])
    def test_what_cannot_be_read_is_refused(self, credential: str) -> None:
        place = Place(HOST, f"http://{HOST}")
        kept = Passkey(b"id", b"key", 0)
        for ask in (
            lambda: passkeys.challenge_in(credential),
            lambda: passkeys.credential_of(credential),
            lambda: passkeys.verify_new(credential, place, b""),
            lambda: passkeys.verify_use(credential, place, b"", kept, b""),
        ):
            with pytest.raises(passkeys.PasskeyRefused):
                ask()
        assert passkeys.id_bytes("§") == b""


@pytest.fixture
async def server(pool: Pool, database: Database) -> AsyncIterator[TestServer]:
    await admit(database.server_url, WORLD)
    async with serving(pool) as server:
        server.app[LIMITER].password_change = Buckets(Rate(burst=100, seconds_each=1))
        yield server


@pytest.fixture
async def speaker(server: TestServer) -> AsyncIterator[Speaker]:
    async with speaking(f"http://{HOST}:{server.port}", WORLD) as speaker:
        yield speaker


class Browser:
    """A person at the page, with an authenticator."""

    def __init__(self, speaker: Speaker, person: Person) -> None:
        self.speaker, self.person = speaker, person

    async def call(self, path: str, document: object) -> tuple[int, Any]:
        return await post(self.speaker.http, self.speaker.base, self.person, f"passkeys{path}", document)

    async def offer(self, **asked: str) -> tuple[int, Any]:
        # An app's code is good once; a recovery code serves as well, and there are ten.
        return await self.call("/offer", {"present": PASSWORD, "code": self.person.recovery.pop()} | asked)

    async def add(self, authenticator: Authenticator, label: str = "โทรศัพท์") -> tuple[int, Any]:
        status, offer = await self.offer()
        assert status == 200, offer
        return await self.call("", {"label": label, "credential": authenticator.make(offer["options"])})

    async def sign_in(self, authenticator: Authenticator, **how: Any) -> tuple[int, Any]:
        status, offer = await self.call("/sign-in/offer", {})
        assert status == 200, offer
        return await self.use(authenticator.sign(offer["options"], **how))

    async def use(self, credential: str) -> tuple[int, Any]:
        return await self.call("/sign-in", {"credential": credential})


@pytest.fixture
async def browser(pool: Pool, speaker: Speaker) -> Browser:
    return Browser(speaker, await signed_in(pool, speaker.http, speaker.base, "testnet", "auditor"))


async def stranger(browser: Browser) -> Browser:
    """The same page, opened by nobody in particular."""
    return Browser(browser.speaker, Person("testnet", "", "", None, ""))


@pytest.fixture
def phone(speaker: Speaker) -> Authenticator:
    return Authenticator(speaker.base, HOST)


@pytest.mark.postgres
class TestSigningIn:
    async def test_it_opens_without_a_name_a_password_or_a_code(self, browser: Browser, phone: Authenticator) -> None:
        status, told = await browser.add(phone)
        assert (status, [one["label"] for one in told["passkeys"]]) == (200, ["โทรศัพท์"])
        assert told["passkeys"][0]["used_at"] is None
        visitor = await stranger(browser)
        for _ in range(2):
            status, me = await visitor.sign_in(phone)
            assert (status, me["name"], me["role"]) == (200, browser.person.name, "auditor")
        status, told = await get(browser.speaker.http, browser.speaker.base, visitor.person, PATH)
        assert status == 200
        assert told["passkeys"][0]["used_at"] is not None

    async def test_an_open_screen_adds_none(self, browser: Browser) -> None:
        wrong = {"present": "another password", "code": browser.person.digits()}
        for asked in (wrong, {"present": PASSWORD, "code": "000000"}):
            status, problem = await browser.offer(**asked)
            assert (status, problem["code"]) == (403, "passkey_not_added")

    async def test_a_challenge_is_good_once(self, browser: Browser, phone: Authenticator) -> None:
        _status, offer = await browser.offer()
        made = {"label": "a", "credential": phone.make(offer["options"])}
        assert (await browser.call("", made))[0] == 200
        assert (await browser.call("", made))[0] == 403
        visitor = await stranger(browser)
        _status, offer = await visitor.call("/sign-in/offer", {})
        used = phone.sign(offer["options"])
        assert (await visitor.use(used))[0] == 200
        assert (await visitor.use(used))[0] == 401
        assert (await visitor.use(phone.sign(offer["options"])))[0] == 401

    async def test_of_two_that_bring_the_same_at_once_one_is_let_in(
        self, browser: Browser, phone: Authenticator
    ) -> None:
        await browser.add(phone)
        visitor, other = await stranger(browser), await stranger(browser)
        _status, offer = await visitor.call("/sign-in/offer", {})
        used = phone.sign(offer["options"])
        answers = await asyncio.gather(visitor.use(used), other.use(used))
        assert sorted(status for status, _answer in answers) == [200, 401]

    @pytest.mark.parametrize(
        "changed",
        [{"origin": "https://bank.example.evil.test"}, {"host": "evil.test"}, {"flags": PRESENT}],
        ids=["another page", "another host", "nobody was asked for a finger or a PIN"],
    )
    async def test_what_is_not_for_this_page_or_asked_nobody_is_refused(
        self, changed: dict[str, Any], browser: Browser, phone: Authenticator
    ) -> None:
        other = Authenticator(**{"origin": phone.origin, "host": HOST} | changed)
        status, problem = await browser.add(other)
        assert (status, problem["code"]) == (403, "passkey_not_added")
        assert (await browser.add(phone))[0] == 200
        for name, value in changed.items():
            setattr(phone, name, value)
        status, problem = await (await stranger(browser)).sign_in(phone)
        assert (status, problem["code"]) == (401, "passkey_refused")

    async def test_a_copy_is_seen_by_its_counter(self, browser: Browser, phone: Authenticator) -> None:
        await browser.add(phone)
        visitor = await stranger(browser)
        assert (await visitor.sign_in(phone))[0] == 200
        copy = Authenticator(phone.origin, HOST, count=0, handle=phone.handle, id=phone.id, key=phone.key)
        assert (await visitor.sign_in(phone))[0] == 200
        assert (await visitor.sign_in(copy))[0] == 401
        assert (await visitor.sign_in(phone))[0] == 200

    async def test_an_authenticator_that_does_not_count_is_good(self, browser: Browser, phone: Authenticator) -> None:
        await browser.add(phone)
        visitor = await stranger(browser)
        for _ in range(2):
            assert (await visitor.sign_in(phone, counts=False))[0] == 200

    async def test_another_key_another_person_and_an_unknown_passkey_are_answered_alike(
        self, browser: Browser, phone: Authenticator, pool: Pool
    ) -> None:
        await browser.add(phone)
        visitor = await stranger(browser)
        forged = Authenticator(phone.origin, HOST, handle=phone.handle, id=phone.id)
        unknown = Authenticator(phone.origin, HOST, handle=phone.handle, key=phone.key)
        someone = Authenticator(phone.origin, HOST, handle="c29tZW9uZQ", id=phone.id, key=phone.key)
        for wrong in (forged, unknown, someone):
            status, problem = await visitor.sign_in(wrong)
            assert (status, problem["code"]) == (401, "passkey_refused")
        assert visitor.person.cookies == {}

    async def test_one_is_added_once_and_five_are_enough(self, browser: Browser, phone: Authenticator) -> None:
        assert (await browser.add(phone))[0] == 200
        assert (await browser.add(phone))[0] == 403
        for _ in range(limits.PASSKEYS_MAX - 1):
            assert (await browser.add(Authenticator(phone.origin, HOST)))[0] == 200
        status, problem = await browser.offer()
        assert (status, problem["code"]) == (403, "passkey_not_added")

    @pytest.mark.parametrize("label", ["", "   ", "a\nb", "\u200b"])
    async def test_it_has_a_name_that_can_be_read(self, label: str, browser: Browser, phone: Authenticator) -> None:
        assert (await browser.add(phone, label))[0] == 400

    async def test_a_removed_one_opens_no_more_and_nobody_removes_anothers(
        self, browser: Browser, phone: Authenticator, pool: Pool
    ) -> None:
        _status, told = await browser.add(phone)
        name = {"id": told["passkeys"][0]["id"]}
        other = await signed_in(pool, browser.speaker.http, browser.speaker.base, "testnet", "donor")
        status, told = await Browser(browser.speaker, other).call("/remove", name)
        assert (status, told["passkeys"]) == (200, [])
        visitor = await stranger(browser)
        assert (await visitor.sign_in(phone))[0] == 200
        assert await browser.call("/remove", name) == (200, {"passkeys": []})
        assert (await visitor.sign_in(phone))[0] == 401

    @pytest.mark.parametrize("end", ["disable", "reset"])
    async def test_with_the_account_its_passkeys_end(
        self, end: str, browser: Browser, phone: Authenticator, pool: Pool
    ) -> None:
        await browser.add(phone)
        async with pool.acquire() as connection:
            if end == "disable":
                await store.disable(connection, "testnet", browser.person.name, NOW)
            else:
                await store.reset(connection, "testnet", browser.person.name, b"code", NOW, bytes(16))
            assert await connection.fetchval("SELECT count(*) FROM sajja.passkey") == 0
        assert (await (await stranger(browser)).sign_in(phone))[0] == 401

    async def test_who_has_not_signed_in_has_none_to_look_at(self, browser: Browser) -> None:
        visitor = await stranger(browser)
        status, problem = await get(browser.speaker.http, browser.speaker.base, visitor.person, PATH)
        assert (status, problem["code"]) == (401, "sign_in_needed")

    async def test_at_an_address_there_are_none(self, pool: Pool, database: Database, browser: Browser) -> None:
        async with serving(pool) as plain, speaking(str(plain.make_url("/")), WORLD) as speaker:
            status, problem = await Browser(speaker, browser.person).call("/sign-in/offer", {})
            assert (status, problem["code"]) == (404, "passkeys_not_here")
