"""The server's settings: read from the environment once, checked, and passed on.

Every setting is `SAJJA_` and its name here in capitals; deploy/server.env.example explains each for an operator.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Literal

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
    if not is_loopback(settings.host):
        raise SettingsInvalid(
            f"SAJJA_HOST={settings.host}: people cannot sign in yet, so everything that the server shows is open to"
            " whoever reaches it. It listens on this machine only (127.0.0.1 or ::1)."
        )
    return settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens here."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
