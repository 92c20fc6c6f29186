"""Whether a name exists cannot be told by how long its password takes."""

import argon2
import pytest

from sajja_server.people import Passwords


async def test_what_an_unknown_name_is_compared_with_costs_what_any_password_costs() -> None:
    """It has the parts of every other hash, and comparing with it fails after the work, not before."""
    passwords = Passwords()
    try:
        hashed = await passwords.hash("a password of somebody")
        nobodys = passwords._nobodys
        assert argon2.extract_parameters(nobodys) == argon2.extract_parameters(hashed)
        assert list(map(len, nobodys.split("$"))) == list(map(len, hashed.split("$")))
        with pytest.raises(argon2.exceptions.VerifyMismatchError):
            argon2.PasswordHasher().verify(nobodys, "a password of somebody")
        assert await passwords.is_right("a password of somebody", hashed)
        assert not await passwords.is_right("another", hashed)
        assert not await passwords.is_right("a password of somebody", None)
        assert nobodys != Passwords()._nobodys, "nobody can make himself one that fits every server"
    finally:
        passwords.close()
