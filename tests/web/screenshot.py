"""Take a picture of a served page: `python tests/web/screenshot.py URL OUT.png [--width 1280] [--lang th]`.

It waits until the page shows figures (or says that it has none), as wide as asked and as tall as the page is.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file: the tests' folder is not on the path

from web.chromium import ARGUMENTS, MISSING, find_chromium


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(description="Take a picture of a served page.")
    parser.add_argument("url")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, help="only this much, from the top (default: the whole page)")
    parser.add_argument("--lang", choices=("th", "en"), default="th")
    parser.add_argument("--dark", action="store_true")
    take(parser.parse_args())


def take(wanted: argparse.Namespace) -> None:
    """Open the page as asked, wait for it, keep what it shows."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        if path is None:
            sys.exit(MISSING)
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(
            viewport={"width": wanted.width, "height": wanted.height or 900},
            color_scheme="dark" if wanted.dark else "light",
        )
        page.goto(f"{wanted.url.partition('#')[0]}#lang={wanted.lang}")
        page.wait_for_selector("main:not([data-state=loading])")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=wanted.out, full_page=wanted.height is None)
        browser.close()


if __name__ == "__main__":
    main()
