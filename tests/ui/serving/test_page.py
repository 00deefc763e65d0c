"""In a real Chromium: the place in line, the notice meanwhile, and the answer in its place."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.ui.conftest import open_page

from .conftest import wait_until

pytestmark = pytest.mark.browser


def test_a_person_in_line_sees_place_and_notice_and_then_the_answer(narrow, context: BrowserContext):
    url, app = narrow
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(httpx.post, f"{url}api/v1/ask", json={"question": "slow"}, timeout=60)
        assert wait_until(lambda: app.desk.line.running == 1, 30)
        page = open_page(context, url)
        page.get_by_label("Your question").fill("a pounding headache")
        page.keyboard.press("Enter")
        message = page.locator("#message-1")
        expect(message).to_contain_text("You are number 1 in line.", timeout=20_000)
        expect(message.locator(".notice")).to_contain_text("Sit up and lower your legs.")
        app.desk.assistant.release.set()
        page.wait_for_selector("#message-1[data-state=done]")
        expect(message).not_to_contain_text("in line")
        expect(message.locator(".notice")).to_contain_text("Sit up and lower your legs.")
        assert held.result().status_code == 200
