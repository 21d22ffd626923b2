"""One running system for all end-to-end tests, and a browser for each file of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import chromium
from tests.support.clamd import clamd
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with clamd() as scanner:
        settings = {"KREISLOTSE_ATTACHMENTS": "1", "KREISLOTSE_CLAMD": scanner}
        running = Stack(tmp_path_factory.mktemp("stack"), settings)
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running
