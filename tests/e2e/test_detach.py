# SPDX-License-Identifier: Apache-2.0
"""`sipward-gate detach` works in whatever state it finds things, and leaves nothing."""
import contextlib
import signal
from collections.abc import Iterator

from lab import ALICE, ALICE_HOST, Lab
from netns import run
from node import Node
from process import wait_until
from scenario import contains, equal, scenario
from test_lifecycle import FAR_HOST, start_service
from test_operation import objects, pinned_ids


@contextlib.contextmanager
def leaves_nothing(lab: Lab, node: Node) -> Iterator[None]:
    """Of what was pinned before, no program, link, filter, map or folder is left after."""
    ours = {kind: pinned_ids(node.pins, kind) for kind in ("map", "link", "prog")}
    for kind, ids in ours.items():
        if not ids:
            raise AssertionError(f"no {kind} is pinned while attached")
    yield
    equal(node.pins.exists(), False, f"{node.pins} exists")
    if "access" in lab.core.ip("-br", "link", "show"):
        equal("xdp" in lab.core.ip("link", "show", "access"), False, "an XDP program is there")
        equal(lab.core.run("tc", "filter", "show", "dev", "access", "ingress"), "", "tc filters")
    for kind, ids in ours.items():
        wait_until(lambda kind=kind, ids=ids: not ids & objects(kind), f"no {kind} of ours is left")


@scenario
def detach_after_the_service(lab: Lab) -> None:
    """The service has ended, by itself or by SIGKILL; the gate is there until it is detached."""
    node = lab.node()
    for end in ("stop", "kill"):
        node.start_gate_service()
        getattr(node.gate, end)()
        contains(node.run_gate("status"), "attached", "status")
        with leaves_nothing(lab, node):
            contains(node.run_gate("detach"), "access: detached", "what detach says")
    contains(node.run_gate("detach"), "nothing was there", "what detach says then")


@scenario
def detach_beside_the_service(lab: Lab) -> None:
    """The service that watches the interface does not put back what was taken off by hand."""
    node = lab.node()
    node.start_gate_service()
    with leaves_nothing(lab, node):
        node.run_gate("detach")
        lab.core.ip("link", "set", "access", "down")  # it looks around
        lab.core.ip("link", "set", "access", "up")
        wait_until(lambda: "access: taken off by hand" in node.gate.said(), "the service sees it")
    node.gate.signal(signal.SIGHUP)
    wait_until(lambda: node.gate.said().count("access: attached") == 2, "it is attached again")


@scenario
def detach_with_half_done_work(lab: Lab) -> None:
    """An upgrade that was killed has left a folder of new maps."""
    node = lab.node()
    node.run_gate("attach")
    with leaves_nothing(lab, node):
        (node.pins / "next").mkdir()
        for name in ("bindings4", "meta"):
            run("bpftool", "map", "create", str(node.pins / "next" / name), "type", "array",
                "key", "4", "value", "8", "entries", "4", "name", name)
        node.run_gate("detach")
    node.run_gate("attach")


@scenario
def detach_without_the_interface(lab: Lab) -> None:
    """The interface has gone, and the other one is there; both are forgotten."""
    node = start_service(lab, {"gate.interfaces": ["access", "later"]})
    lab.direct_host("later", FAR_HOST)
    wait_until(lambda: "later: attached" in node.gate.said(), "the second interface is guarded")
    lab.ue(ALICE, ALICE_HOST).register()
    node.gate.stop()
    node.daemon.stop()
    lab.unplug_core()
    with leaves_nothing(lab, node):
        node.run_gate("detach")
    equal("xdp" in lab.core.ip("link", "show", "later"), False, "an XDP program is there")
    lab.plug_in_core()
    node.run_gate("attach")


@scenario
def detach_with_a_broken_configuration(lab: Lab) -> None:
    """What is pinned says what there is to take off, not the file."""
    node = lab.node()
    node.run_gate("attach")
    for text in ("[gate]\nmode = ", "", "[gate]\ninterfaces = [\"nowhere\"]\n"):
        node.config_file.write_text(text, encoding="ascii")
        with leaves_nothing(lab, node):
            node.run_gate("detach", "--pin-path", str(node.pins))
        node.reconfigure({})
        node.run_gate("attach")
    node.config_file.unlink()
    with leaves_nothing(lab, node):
        node.run_gate("detach", "--pin-path", str(node.pins))


@scenario
def start_after_a_half_done_one(lab: Lab) -> None:
    """A gate that was killed after it attached its programs and before it pinned them: the next one
    knows them for its own, puts its own in their place and takes all of it off again."""
    node = lab.node()
    for carrier in ("tcx", "clsact"):
        node.reconfigure({"gate.tag_carrier": carrier})
        node.run_gate("attach")
        for name in ("prog_gate_access", "prog_tag_access"):
            (node.pins / name).unlink()
        contains(node.run_gate("attach"), "access: replaced in place", "what the next one says")
        contains(node.run_gate("status"), f"tag by {carrier}", "status")
        with leaves_nothing(lab, node):
            node.run_gate("detach")
