"""A day of chat, in minutes: does the page hold more at its end than at its begin?"""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.loading import come_in
from benchmarks.talk import in_thread, pour
from tests.running import Server

MESSAGES: Final = 20_000
RATE: Final = 200
ROOMS: Final = ("#morning", "#noon", "#evening")
WARM: Final = 2_000
_DIALOGS: Final = ("You and this page", "Find or make a room")


def day(browser: Browser, server: Server) -> Iterator[str]:
    """Heap after collection, nodes and listeners of the page, before and after."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    come_in(page, server, "all-day")
    for room in ROOMS:
        _say(page, f"/create {room}")
        page.get_by_role("heading", name=room).wait_for()
    inspector = page.context.new_cdp_session(page)
    _live(page, server, WARM)
    worker = _worker(browser)
    before = _weigh(page, inspector, worker)
    steps = _live(page, server, MESSAGES)
    after = _weigh(page, inspector, worker)
    yield f"a day of {MESSAGES:,} messages and {steps} walks to a room, up in it, to a dialog and back; the page holds"
    for what in before:
        yield f"  {what:<26}{before[what]:>9,.1f} at its begin{after[what]:>9,.1f} at its end"
    page.close()


def _live(page: Page, server: Server, count: int) -> int:
    """Messages come, and somebody walks through the rooms and opens and closes what there is; gives how many walks."""
    talking = in_thread(pour(server.port, f"talker{count}x", ROOMS, RATE, count))
    step = 0
    while talking.is_alive():
        _walk(page, step)
        step += 1
    page.evaluate("() => { location.hash = '#lobby' }")
    page.get_by_role("heading", name="#lobby").wait_for()
    return step


def _walk(page: Page, step: int) -> None:
    room = ROOMS[step % len(ROOMS)]
    page.evaluate("room => { location.hash = room }", room)
    page.get_by_role("heading", name=room).wait_for()
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -2_000)
    page.get_by_role("button", name=_DIALOGS[step % len(_DIALOGS)]).click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    if step % 10 == 0:
        _say(page, f"my word {step}")


def _say(page: Page, text: str) -> None:
    page.locator("form textarea").fill(text)
    page.locator("form textarea").press("Enter")


Ask = Callable[..., dict[str, Any]]


def _worker(browser: Browser) -> Ask:
    """Speaks with the worker that holds the connection; the driver itself knows no shared workers."""
    session = browser.new_browser_cdp_session()
    targets = session.send("Target.getTargets")["targetInfos"]
    target = next(each["targetId"] for each in targets if each["type"] == "shared_worker")
    link = session.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
    answers: dict[int, dict[str, Any]] = {}

    def hear(event: dict[str, Any]) -> None:
        told = json.loads(event["message"])
        answers[told.get("id", 0)] = told.get("result", {})

    session.on("Target.receivedMessageFromTarget", hear)

    def ask(method: str) -> dict[str, Any]:
        number = len(answers) + 1
        told = json.dumps({"id": number, "method": method})
        session.send("Target.sendMessageToTarget", {"sessionId": link, "message": told})
        while number not in answers:
            session.send("Target.getTargets")  # lets the driver hear what came
        return answers[number]

    return ask


def _weigh(page: Page, inspector: CDPSession, worker: Ask) -> dict[str, float]:
    """What the page and the worker hold once all that may go is gone."""
    page.wait_for_timeout(2_000)
    inspector.send("Performance.enable")
    for _ in range(3):
        inspector.send("HeapProfiler.collectGarbage")
        worker("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
    told = inspector.send("Performance.getMetrics")["metrics"]
    figures = {each["name"]: each["value"] for each in told}
    return {
        "MB of heap": figures["JSHeapUsedSize"] / 1e6,
        "MB of the worker's heap": worker("Runtime.getHeapUsage")["usedSize"] / 1e6,
        "nodes": figures["Nodes"],
        "listeners": figures["JSEventListeners"],
    }
