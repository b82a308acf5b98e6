# SPDX-License-Identifier: Apache-2.0
"""What the gate tells of single packets, from the kernel to the operator."""
import json
import signal
import subprocess

from lab import ALICE, BOB, PCSCF4, SIP_PORT, STRANGER_HOST, Lab
from node import Node
from process import Process, wait_until
from scenario import contains, equal, scenario
from sip_client import Ue

SOURCE = f"{STRANGER_HOST}:{SIP_PORT}"


def knock(node: Node, stranger: Ue) -> dict:
    """A stranger's INVITE, and the event that the gate makes of it."""
    before = [event["sequence"] for event in node.gate_events("unbound", SOURCE)]

    def told() -> list[dict]:
        return [event for event in node.gate_events("unbound", SOURCE)
                if event["sequence"] not in before]
    stranger.say(stranger.request("INVITE", BOB.impu))
    wait_until(told, "the gate tells of the INVITE")
    return told()[0]


@scenario
def gate_tells_of_a_strangers_invite(lab: Lab) -> None:
    """`events --gate --json` says what was dropped, where it entered, from where and why."""
    node = lab.start_node()
    stranger = lab.ue(ALICE, STRANGER_HOST)
    event = knock(node, stranger)
    expected = {"where": "gate", "verdict": "unbound", "dropped": True, "interface": "access",
                "source": SOURCE, "target": f"{PCSCF4}:{SIP_PORT}", "proto": "udp", "vlan": None,
                "meaning": "refused: no row for the source"}
    equal({name: event[name] for name in expected}, expected, "the event")
    contains(event["payload_head"], f"INVITE {BOB.impu} SIP/2.0", "the head of the payload")
    contains(stranger.namespace.ip("link", "show", "eth0"), event["mac"], "the stranger's MAC")
    line = next(line for line in node.ctl("events").splitlines() if f"udp/{SOURCE}" in line)
    for words in ("gate", "unbound", "dropped at access", "INVITE"):
        contains(line, words, "the line for people")


@scenario
def events_follow_shows_each_once(lab: Lab) -> None:
    """`events --follow` shows what was there and what comes, in numbers without a gap; Ctrl-C ends
    it."""
    node = lab.start_node()
    stranger = lab.ue(ALICE, STRANGER_HOST)
    first = knock(node, stranger)["sequence"]
    follower = lab.process("follow", node.program("sipwardctl", "events", "--gate", "--follow",
                                                  "--json"))
    wait_until(lambda: shown(follower), "what was there is shown")
    last = [knock(node, stranger)["sequence"] for _ in range(3)][-1]
    wait_until(lambda: last in shown(follower), "what comes is shown")
    numbers = shown(follower)
    equal(numbers, list(range(numbers[0], numbers[-1] + 1)), "numbers")
    contains(numbers, first, "numbers")
    follower.signal(signal.SIGINT)
    equal(follower.wait(), 0, "exit status after Ctrl-C")


def shown(follower: Process) -> list[int]:
    """Sequence numbers of the whole lines that it has written."""
    lines = follower.said().rpartition("\n")[0].splitlines()
    return [json.loads(line)["sequence"] for line in lines if line.startswith("{")]


@scenario
def events_follow_outlives_a_restart(lab: Lab) -> None:
    """The follower waits for a daemon that restarts, whose numbers begin anew."""
    node = lab.start_node()
    stranger = lab.ue(ALICE, STRANGER_HOST)
    knock(node, stranger)
    follower = lab.process("follow", node.program("sipwardctl", "events", "--gate", "--follow",
                                                  "--json"))
    wait_until(lambda: shown(follower), "what was there is shown")
    before = len(shown(follower))
    node.daemon.stop()
    follower.wait_for("waiting for it")
    node.start_daemon()
    knock(node, stranger)
    wait_until(lambda: len(shown(follower)) > before, "what comes after the restart is shown")


@scenario
def events_pcap_is_read_by_tcpdump(lab: Lab) -> None:
    """`events --pcap` writes the head of the frame, with its length and time, for other tools."""
    node = lab.start_node()
    event = knock(node, lab.ue(ALICE, STRANGER_HOST))
    file = lab.workdir / "gate.pcap"
    node.ctl("events", "--pcap", str(file))
    equal(file.stat().st_mode & 0o777, 0o600, "mode of the file")
    read = ["tcpdump", "-n", "-e", "-tt", "--nano", "-r"]
    packets = subprocess.run([*read, str(file)], check=True, capture_output=True,
                             text=True).stdout.splitlines()
    seconds, nanoseconds = divmod(event["unix_ns"], 1_000_000_000)
    line = next((one for one in packets if one.startswith(f"{seconds}.{nanoseconds:09} ")), "")
    for words in (event["mac"], f"length {event['length']}:",
                  f"{STRANGER_HOST}.{SIP_PORT} > {PCSCF4}.{SIP_PORT}"):
        contains(line, words, "what tcpdump says")
    piped = subprocess.run(node.program("sipwardctl", "events", "--pcap", "-"), check=True,
                           capture_output=True).stdout
    equal(piped[:4], b"\x4d\x3c\xb2\xa1", "magic on standard output")
    equal(piped[:file.stat().st_size], file.read_bytes(), "both files")


@scenario
def explain_tells_why_a_stranger_is_dropped(lab: Lab) -> None:
    """`explain` of an address without a row names the gate's verdict and its meaning."""
    node = lab.start_node()
    knock(node, lab.ue(ALICE, STRANGER_HOST))
    for address in (STRANGER_HOST, SOURCE):
        text = node.ctl("explain", address)
        for words in ("not bound", "recent verdicts of the gate", "unbound", "dropped",
                      "refused: no row for the source"):
            contains(text, words, f"explain {address}")


@scenario
def counters_say_what_they_mean(lab: Lab) -> None:
    """`counters` names class and meaning beside each counter of the gate."""
    node = lab.start_node()
    knock(node, lab.ue(ALICE, STRANGER_HOST))
    line = next(line for line in node.ctl("counters").splitlines()
                if line.startswith("access.unbound "))
    contains(line, "refused: no row for the source", "the line of the counter")
