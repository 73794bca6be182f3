"""Pictures of every page and part, light and dark, at two widths: to be looked at, not compared.

``python -m tests.dashboards.screenshots WAREHOUSE FOLDER [NAME ...]`` serves the warehouse and writes
one picture for each page, part, scheme and width; with names, only those pages.
"""

import itertools
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser

from tests.dashboards.browser import PAGES, PARTS, Looking, browser, served

WIDTHS = (1440, 1024)
SCHEMES = ("light", "dark")
HIGHEST = 3000


def picture(launched: Browser, address: str, name: str, part: str, width: int, scheme: str, to: Path) -> None:
    """One picture of a whole page; one with an exception says so."""
    page = launched.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    looking = Looking(page, address)
    looking.open(name, f"?{urlencode({'part': part})}" if part else "")
    looking.wait_for_charts()
    height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(int(height) + 80, 700), HIGHEST)})
    looking.wait()
    looking.wait_for_charts()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=to / "_".join(filter(None, [name, part, str(width), scheme + ".png"])))
    for text in looking.exceptions():
        print(f"{name} {part}: {text[:300]}")
    page.close()


def main() -> None:
    """Take the pictures that were asked for."""
    warehouse, to, *names = sys.argv[1:]
    folder = Path(to)
    folder.mkdir(parents=True, exist_ok=True)
    with served(Path(warehouse)) as address, browser() as launched:
        for name in names or PAGES:
            for part, width, scheme in itertools.product(PARTS.get(name, ("",)), WIDTHS, SCHEMES):
                picture(launched, address, name, part, width, scheme, folder)


if __name__ == "__main__":
    main()
