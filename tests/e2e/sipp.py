# SPDX-License-Identifier: Apache-2.0
"""SIPp as a UE: registers with Digest, then answers, and writes down who it was told is calling."""
import pathlib
import re

from digest import Account
from process import Process, wait_until

_SCENARIOS = pathlib.Path(__file__).resolve().parent / "sipp"


class Sipp:
    """One account at one address, SIP port 5060."""

    def __init__(self, lab, account: Account, address: str, proxy: str):
        self._lab = lab
        self._account = account
        self._address = address
        self._proxy = proxy
        self._namespace = lab.host(address)
        self._runs = 0
        self._answering: Process | None = None
        self._notes: pathlib.Path | None = None

    def _run(self, scenario: str, *arguments: str) -> Process:
        self._runs += 1
        name = f"sipp-{self._account.impi.split('@')[0]}-{self._runs}-{scenario}"
        self._notes = self._lab.workdir / f"{name}.notes"
        return self._lab.process(name, self._namespace.command(
            "sipp", "-sf", str(_SCENARIOS / f"{scenario}.xml"), "-i", self._address, "-p", "5060",
            "-nostdin", "-trace_logs", "-log_file", str(self._notes), *arguments))

    def register(self, lifetime: int = 600) -> int:
        """The exit status: 0 when the registration went as the scenario says."""
        user, domain = self._account.impu.removeprefix("sip:").split("@")
        keys = {"user": user, "domain": domain, "lifetime": str(lifetime)}
        words = [word for key, value in keys.items() for word in ("-key", key, value)]
        return self._run("register", "-au", self._account.impi, "-ap", self._account.password,
                         "-auth_uri", domain,
                         "-m", "1", "-timeout", "20s", *words, f"{self._proxy}:5060").wait()

    def answer(self) -> None:
        """From now on, until `stop`."""
        user = self._account.impu.removeprefix("sip:").split("@")[0]
        self._answering = self._run("answer", "-s", user)

    def stop(self) -> None:
        if self._answering:
            self._answering.stop()

    def notes(self) -> list[str]:
        if not self._notes or not self._notes.exists():
            return []
        return self._notes.read_text(errors="replace").splitlines()

    def wait_for_note(self, words: str, count: int = 1) -> str:
        """The latest line with the words, when there are so many."""
        def found() -> list[str]:
            return [line for line in self.notes() if words in line]
        wait_until(lambda: len(found()) >= count, f"SIPp writes down {words!r} {count} times")
        return found()[-1]

    def wait_for_identity(self, method: str, count: int = 1) -> str:
        """The identity that was asserted in the latest request of the method."""
        line = self.wait_for_note(f"{method} asserted", count)
        uri = re.search(r"<([^>]*)>", line)
        return uri.group(1) if uri else ""
