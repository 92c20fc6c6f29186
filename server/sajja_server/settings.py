"""The server's settings: read from the environment once, checked, and passed on.

Every setting is `SAJJA_` and its name here in capitals; deploy/server.env.example explains each for an operator.

A server is for this machine alone, or it has a public URL: there is nothing between. Without a public URL it listens on
loopback, answers to loopback's names, and shows demonstrations to anybody. With one it answers to that name, behind
TLS, and shows nothing to anybody who has not signed in.
"""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

_PREFIX = "SAJJA_"


class SettingsInvalid(Exception):
    """A setting in the environment cannot be used. · ค่าตั้งในสภาพแวดล้อมใช้ไม่ได้"""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the environment says. Empty values count as absent."""

    database_url: str = ""  # empty: the embedded PostgreSQL
    migrate_url: str = ""  # the owner's, for `sajja-server migrate`; empty: database_url
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    log_format: Literal["json", "console"] = "json"
    pool_size: Annotated[int, msgspec.Meta(ge=2, le=100)] = 8
    verify_threads: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0  # 0: one a core
    person_secret_file: str = ""  # empty: `person.secret` in the home; finds one person in two villages
    projector: Literal["on", "paused"] = "on"
    signer: str = ""  # the folder with the log's key and what it signed last; empty: this process publishes nothing
    tiles: str = ""  # the folder where the published log lies as files
    public_url: str = ""  # https://name, as people type it; empty: for this machine alone
    proxies: str = ""  # addresses or networks, with commas: whose X-Forwarded-For is believed

    @property
    def public_host(self) -> str | None:
        """The name that this server answers to; None where it is for this machine alone."""
        return urlsplit(self.public_url).hostname if self.public_url else None

    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the proxies before this server."""
        return tuple(ip_network(part.strip()) for part in self.proxies.split(",") if part.strip())


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment.

    Raises:
        SettingsInvalid: naming the setting that cannot be used.
    """
    given = {
        name: environment[_PREFIX + name.upper()]
        for name in Settings.__struct_fields__
        if environment.get(_PREFIX + name.upper())
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(str(error).replace("$.", _PREFIX)) from error
    _check_public(settings)
    return settings


def _check_public(settings: Settings) -> None:
    if settings.public_url and not _is_public_url(settings.public_url):
        raise SettingsInvalid(
            f"SAJJA_PUBLIC_URL={settings.public_url}: write https:// and a name, and nothing behind it"
        )
    if not settings.public_url and not is_loopback(settings.host):
        raise SettingsInvalid(
            f"SAJJA_HOST={settings.host}: without SAJJA_PUBLIC_URL nobody has to sign in to see a demonstration, so the"
            " server listens on this machine only (127.0.0.1 or ::1). Set SAJJA_PUBLIC_URL=https://name and put a"
            " proxy with TLS before it (deploy/README.md)."
        )
    try:
        settings.proxy_networks()
    except ValueError as error:
        raise SettingsInvalid(f"SAJJA_PROXIES={settings.proxies}: {error}") from error


def _is_public_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme == "https"
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        )
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens here."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
