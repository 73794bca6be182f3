from __future__ import annotations

from pathlib import Path

import pytest
from delivered_books import Books, read_books

from ingest.simulate import Answers, make_company


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """The small company, made once."""
    return make_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def extracts(company: Answers) -> Path:
    return company.extracts


@pytest.fixture(scope="session")
def books(company: Answers) -> Books:
    """The small company's extracts as plain rows."""
    return read_books(company.extracts)
