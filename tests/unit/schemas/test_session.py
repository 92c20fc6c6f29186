"""A server's name is said alike, however its address was typed."""

import pytest

from sajja_schemas.session import server_name, session_message


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://sajja.example", "https://sajja.example"),
        ("https://Sajja.Example:443/", "https://sajja.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:80", "http://localhost"),
        ("https://sajja.example:8443/v1/hello?x=1", "https://sajja.example:8443"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("https://สัจจะ.ไทย", "https://xn--82ca4h0ac.xn--o3cw4h"),
    ],
)
def test_a_name_is_scheme_host_and_port(url: str, name: str) -> None:
    assert server_name(url) == name
    assert server_name(name) == name


@pytest.mark.parametrize(
    "url",
    ["", "sajja.example", "ftp://sajja.example", "https://", "http://a:99999", "https://" + "x" * 64 + ".example"],
)
def test_what_is_no_address_has_no_name(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        server_name(url)


def test_the_message_is_challenge_fingerprint_and_name() -> None:
    """Two parts of 32 bytes, then the name: no two questions have one message."""
    assert session_message(b"c" * 32, b"f" * 32, "https://a") == b"c" * 32 + b"f" * 32 + b"https://a"
