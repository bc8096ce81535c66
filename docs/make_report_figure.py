"""Draw the picture of docs/report.md: python docs/make_report_figure.py REPORT.html.

The report is one with assemblies; wants the extra `browser` and a Chromium.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "images" / "report.png"


def main(report: str) -> None:
    """Photograph the panels, with the pointer at an occurrence."""
    with sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 1000})
        page.goto(Path(report).resolve().as_uri())
        page.get_by_role("button", name="Zoom in").click()
        page.locator(".panels .u-over").nth(2).hover(position={"x": 300, "y": 30})
        page.locator(".timeline").screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
