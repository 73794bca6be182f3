"""Streamlit, with what every page needs loaded before it answers: the first page need not wait for it."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

from streamlit.web import cli

from dashboards import views

# libraries of charts and grids, which Streamlit loads with the first of each
LOADED_BEFORE = ("altair", "pandas")


def load_pages() -> None:
    """Import the modules that pages are made of."""
    for name in (
        *LOADED_BEFORE,
        *(f"{views.__name__}.{found.name}" for found in iter_modules(views.__path__)),
    ):
        import_module(name)


if __name__ == "__main__":
    load_pages()
    sys.exit(cli.main(prog_name="streamlit"))
