"""Where Chromium is, and how it is started so that it talks to nobody but the page."""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Playwright

ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING: Final = (
    "CHROMIUM IS MISSING: no test of the page ran. On Debian: "
    "apt-get install -y chromium fonts-thai-tlwg fonts-noto-core; elsewhere: playwright install chromium"
)


def find_chromium(own: str) -> str | None:
    """The system's Chromium, or Playwright's `own` download."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return own if Path(own).exists() else None


async def launch_chromium(playwright: Playwright, *more: str) -> Browser:
    """Start Chromium; without one, skip, or fail where CI must not overlook it."""
    path = find_chromium(playwright.chromium.executable_path)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *more])
