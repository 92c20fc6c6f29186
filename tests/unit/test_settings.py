"""Settings: what an operator writes is what the server reads, and nothing unsafe gets through."""

from pathlib import Path

import pytest

from sajja_server.settings import Settings, SettingsInvalid, read_settings

EXAMPLE = Path(__file__).parents[2] / "deploy" / "server.env.example"


def example() -> dict[str, str]:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    return dict(pairs)


def test_the_example_names_every_setting_and_no_other() -> None:
    assert {name.removeprefix("SAJJA_").lower() for name in example()} == set(Settings.__struct_fields__)


def test_the_example_can_be_loaded_as_it_is() -> None:
    settings = read_settings(example())
    assert settings.database_url == "postgresql://sajja_server@/sajja?host=/run/postgresql"
    assert settings.migrate_url == ""
    assert settings.port == 8080


def test_an_empty_environment_gives_the_safe_defaults() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({"SAJJA_PORT": ""}).port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [("SAJJA_PORT", "eighty"), ("SAJJA_PORT", "70000"), ("SAJJA_POOL_SIZE", "1"), ("SAJJA_LOG_FORMAT", "xml")],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=name.lower().removeprefix("sajja_")):
        read_settings({name: value})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.test"])
def test_without_a_public_url_the_server_listens_on_this_machine_only(host: str) -> None:
    """There a demonstration is open to anybody; with a public URL everybody signs in."""
    with pytest.raises(SettingsInvalid, match="SAJJA_PUBLIC_URL"):
        read_settings({"SAJJA_HOST": host})
    assert read_settings({"SAJJA_HOST": host, "SAJJA_PUBLIC_URL": "https://sajja.example"}).host == host


@pytest.mark.parametrize(
    "url",
    ["http://sajja.example", "sajja.example", "https://", "https://a.example/x", "https://u@a.example", "https://a:b"],
)
def test_a_public_url_is_a_name_behind_tls(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="SAJJA_PUBLIC_URL"):
        read_settings({"SAJJA_PUBLIC_URL": url})


def test_a_proxy_is_an_address_or_a_network() -> None:
    settings = read_settings({"SAJJA_PROXIES": "127.0.0.1, 10.0.0.0/8,::1"})
    assert [str(network) for network in settings.proxy_networks()] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    with pytest.raises(SettingsInvalid, match="SAJJA_PROXIES"):
        read_settings({"SAJJA_PROXIES": "proxy.example"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_loopback_in_every_spelling(host: str) -> None:
    assert read_settings({"SAJJA_HOST": host}).host == host
