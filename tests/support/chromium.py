"""Drives a headless Chromium by its own protocol, over a pair of pipes: no driver, no port, no other package."""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import time
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *("--hide-scrollbars", "--remote-debugging-pipe", "--no-startup-window"),
)
SECONDS = 90


class Browser:
    """A running Chromium.

    Args:
        profile: an empty folder.
    """

    def __init__(self, profile: Path) -> None:
        its_in, self._out = os.pipe()
        self._in, its_out = os.pipe()
        # The browser reads from descriptor 3 and writes to 4; copies far above do not get in each other's way.
        high_in, high_out = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 100) for end in (its_in, its_out))
        quiet = [(os.POSIX_SPAWN_OPEN, end, os.devnull, os.O_RDWR, 0) for end in range(3)]
        pipes = [(os.POSIX_SPAWN_DUP2, high_in, 3), (os.POSIX_SPAWN_DUP2, high_out, 4)]
        command = [str(CHROMIUM), *OPTIONS, f"--user-data-dir={profile}"]
        self._process = os.posix_spawn(command[0], command, os.environ, file_actions=[*quiet, *pipes])
        for end in (its_in, its_out, high_in, high_out):
            os.close(end)
        self._numbers, self._rest, self.events = itertools.count(1), b"", list[dict[str, Any]]()

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._send(message | ({"sessionId": session} if session else {}))
        while (answer := self._read()).get("id") != number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _send(self, message: dict[str, Any]) -> None:
        left = memoryview(json.dumps(message).encode() + b"\0")
        while left:
            left = left[os.write(self._out, left) :]

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._in], [], [], SECONDS)[0]:
                raise TimeoutError("Chromium does not answer")
            some = os.read(self._in, 1 << 20)
            if not some:
                raise EOFError("Chromium ended")
            self._rest += some
        first, _, self._rest = self._rest.partition(b"\0")
        return json.loads(first)

    def open(self, address: str, **view: Any) -> "Page":
        return Page(self, address, **view)

    def close(self) -> None:
        self._send({"id": next(self._numbers), "method": "Browser.close"})
        os.waitpid(self._process, 0)
        os.close(self._in)
        os.close(self._out)


class Page:
    """A tab.

    Args:
        browser: whose.
        address: what it shows.
        width: of the window, in CSS pixels.
        height: and its height.
        phone: whether it is a touch screen.
        dark: whether the person prefers dark pages.
        downloads: a folder for what is saved.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        width: int = 1280,
        height: int = 900,
        phone: bool = False,
        dark: bool = False,
        downloads: Path | None = None,
    ) -> None:
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{part}.enable")
        scale = 2 if phone else 1
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        if downloads is not None:
            browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **parameters)

    def run(self, script: str) -> Any:
        """The value of an expression, awaited."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", str(answer)))
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        end = time.monotonic() + SECONDS
        while not self.run(condition):
            if time.monotonic() > end:
                raise TimeoutError(condition)
            time.sleep(0.02)

    def settle(self) -> None:
        """Waits until what was asked for is drawn."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))")

    def middle(self, selector: str) -> tuple[float, float, float, float]:
        """Where an element's middle is, once it is in view, and half its width and height."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'nearest'}}); "
            "const b = e.getBoundingClientRect(), [w, h] = [b.width / 2, b.height / 2]; "
            "return [b.x + w, b.y + h, w, h]; })()"
        )
        return tuple(box)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, selector: str, times: int = 1) -> None:
        x, y, *_ = self.middle(selector)
        self.press(x, y, times)
        self.settle()

    def press(self, x: float, y: float, times: int = 1) -> None:
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.mouse(kind, x, y, button="left", buttons=int(kind == "mousePressed"), clickCount=count)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
        """With the mouse, by many small moves."""
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start, button="left", buttons=1, clickCount=1)
        for x, y in _way(start, end, steps):
            self.mouse("mouseMoved", x, y, button="left", buttons=1)
        self.mouse("mouseReleased", *end, button="left", clickCount=1)
        self.settle()

    def swipe(self, start: tuple[float, float], end: tuple[float, float], steps: int = 12) -> None:
        """With a finger."""
        points = [start, *_way(start, end, steps)]
        for i, (x, y) in enumerate(points):
            self.call(
                "Input.dispatchTouchEvent", type="touchMove" if i else "touchStart", touchPoints=[{"x": x, "y": y}]
            )
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def key(self, name: str, *, shift: bool = False) -> None:
        code = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Enter": 13, "End": 35}
        number = code.get(name, ord(name[0].upper()))
        text = {"text": "\r"} if name == "Enter" else {"text": name} if len(name) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, modifiers=8 if shift else 0,
                windowsVirtualKeyCode=number, **more,
            )  # fmt: skip
        self.settle()

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """Whatever the page wrote to the console, and errors that nobody caught."""
        self.run("0")
        found: list[str] = []
        for event in self.browser.events:
            if event.get("sessionId") == self.session and event["method"] in (
                "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
            ):  # fmt: skip
                found.append(json.dumps(event["params"])[:500])
        return found

    def requests(self) -> list[str]:
        """The addresses that it asked for, its own and data inside it left out."""
        self.run("0")
        asked = [
            event["params"]["request"]["url"]
            for event in self.browser.events
            if event.get("sessionId") == self.session and event["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in asked[1:] if not url.startswith(("data:", "blob:"))]

    def close(self) -> None:
        self.browser.call("Target.closeTarget", targetId=self.target)


def _way(start: tuple[float, float], end: tuple[float, float], steps: int) -> list[tuple[float, float]]:
    return [
        (start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps)
        for i in range(1, steps + 1)
    ]
