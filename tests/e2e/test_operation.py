# SPDX-License-Identifier: Apache-2.0
"""What an operator meets: privileges, attaching and taking off, installation, mistakes."""
import json
import os
import pathlib
import re
import subprocess

from lab import ALICE, ALICE_HOST, BOB, BOB_HOST, Lab
from netns import run
from node import USER, to_toml
from process import wait_until
from scenario import contains, equal, reaches_as, scenario, status

_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
# capability.h: CAP_NET_ADMIN 12, CAP_PERFMON 38, CAP_BPF 39
_THREE = 1 << 12 | 1 << 38 | 1 << 39
_FOREIGN = """
#define SEC(name) __attribute__((section(name), used))
SEC("xdp") int somebody_elses(void *context) { return 2; }
char gpl[] SEC("license") = "GPL";
"""


def proc_status(pid: int) -> dict[str, str]:
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return {name: value.strip() for name, _, value in
            (line.partition(":") for line in text.splitlines())}


@scenario
def privileges_of_both_processes(lab: Lab) -> None:
    """sipwardd: its own user and no capability at all. sipward-gate: three capabilities."""
    node = lab.node()
    node.provision(ALICE)
    node.start_gate_service()
    node.start_daemon()
    daemon, gate = proc_status(node.daemon.pid), proc_status(node.gate.pid)
    for name in _SETS:
        equal(int(daemon[name], 16), 0, f"{name} of sipwardd")
    user = run("id", "-u", USER).strip()
    equal(daemon["Uid"].split(), [user] * 4, "user ids of sipwardd")
    equal(daemon["NoNewPrivs"], "1", "NoNewPrivs of sipwardd")
    equal(int(gate["CapEff"], 16), _THREE, "CapEff of sipward-gate")
    for name in ("CapPrm", "CapBnd"):
        equal(int(gate[name], 16) & ~_THREE, 0, f"{name} of sipward-gate beyond the three")
    for name in ("CapInh", "CapAmb"):
        equal(int(gate[name], 16), 0, f"{name} of sipward-gate")
    equal(gate["NoNewPrivs"], "1", "NoNewPrivs of sipward-gate")
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()  # and so much is enough to write the maps


def objects(kind: str) -> set[int]:
    return {one["id"] for one in json.loads(run("bpftool", "-j", kind, "show") or "[]")}


@scenario
def detach_leaves_nothing(lab: Lab) -> None:
    """After `sipward-gate detach`: no program, link, filter, map or pin of ours."""
    node = lab.start_node()
    contains(lab.core.ip("link", "show", "access"), "xdp", "the interface while attached")
    pins = node.pins
    ours = {kind: pinned_ids(pins, kind) for kind in ("map", "link")}
    for kind, ids in ours.items():
        if not ids:
            raise AssertionError(f"no {kind} is pinned while attached")
    node.daemon.stop()
    node.run_gate("detach")
    equal(pins.exists(), False, f"{pins} exists")
    if "xdp" in lab.core.ip("link", "show", "access"):
        raise AssertionError(lab.core.ip("link", "show", "access"))
    equal(lab.core.run("tc", "filter", "show", "dev", "access", "ingress"), "", "tc filters")
    for kind, ids in ours.items():
        wait_until(lambda kind=kind, ids=ids: not ids & objects(kind), f"no {kind} of ours is left")
    node.run_gate("attach")  # and it can start anew


def pinned_ids(folder: pathlib.Path, kind: str) -> set[int]:
    """Ids of what is pinned below a folder."""
    shown = json.loads(run("bpftool", "-j", "-f", kind, "show") or "[]")
    return {one["id"] for one in shown
            if any(pin.startswith(f"{folder}/") for pin in one.get("pinned", []))}


@scenario
def foreign_program_is_refused_with_advice(lab: Lab) -> None:
    """Another XDP program on the interface: attach fails, names it, says what to do, and leaves it
    where it is."""
    source, program = lab.workdir / "foreign.c", lab.workdir / "foreign.o"
    source.write_text(_FOREIGN, encoding="ascii")
    run("clang", "-O2", "-g", "-target", "bpf", "-c", str(source), "-o", str(program))
    lab.core.ip("link", "set", "dev", "access", "xdp", "obj", str(program), "sec", "xdp")
    node = lab.node()
    try:
        node.run_gate("attach")
    except RuntimeError as error:
        said = str(error)
    else:
        raise AssertionError("attached over somebody else's program")
    for words in ("access", "somebody_elses", "ip link set"):
        contains(said, words, "the error")
    contains(lab.core.ip("link", "show", "access"), "xdp", "the interface afterwards")
    equal(node.pins.exists() and any(node.pins.iterdir()), False, "pins are left")
    lab.core.ip("link", "set", "dev", "access", "xdp", "off")
    node.run_gate("attach")


@scenario
def attach_again_changes_the_mode_in_place(lab: Lab) -> None:
    """From monitor to enforce while it runs: rows stay, nobody registers anew."""
    node = lab.start_node({"gate.mode": "monitor"})
    alice, bob = lab.ue(ALICE, ALICE_HOST), lab.ue(BOB, BOB_HOST)
    alice.register()
    bob.register()
    contains(node.run_gate("status"), "monitor", "status")
    node.reconfigure({"gate.mode": "enforce"})
    node.run_gate("attach")
    contains(node.run_gate("status"), "enforce", "status")
    reaches_as(alice, bob, ALICE.impu)


@scenario
def operator_can_tell_why(lab: Lab) -> None:
    """explain, bindings --verify and the log name who, where from and why."""
    node = lab.start_node()
    alice = lab.ue(ALICE, ALICE_HOST)
    alice.register()
    contains(node.ctl("explain", ALICE_HOST), ALICE.impi, "explain")
    contains(node.ctl("explain", "203.0.113.99"), "not bound", "explain of a stranger")
    contains(node.ctl("bindings", "--verify"), "agree", "verify")
    node.ctl("unbind", f"any {ALICE_HOST}")
    contains(node.ctl("explain", ALICE_HOST), "not bound", "explain after unbind")
    wait_until(lambda: "event=registered" in node.daemon.said(), "the log has the event")
    contains(node.daemon.said(), f"udp/{ALICE_HOST}:5060", "the log")


@scenario
def installation_and_config_check(lab: Lab) -> None:
    """`cmake --install` puts things where Debian expects them; a mistake is named by file, line and
    key, with what was expected."""
    root = lab.workdir / "root"
    subprocess.run(["cmake", "--install", str(lab.build)], check=True, capture_output=True,
                   env={**os.environ, "DESTDIR": str(root)})
    for path in ("usr/sbin/sipwardd", "usr/sbin/sipward-gate", "usr/bin/sipwardctl",
                 "usr/lib/systemd/system/sipwardd.service",
                 "usr/lib/systemd/system/sipward-gate.service", "usr/lib/sysusers.d/sipward.conf",
                 "usr/lib/sysctl.d/60-sipward.conf",
                 "usr/lib/tmpfiles.d/sipward.conf", "etc/sipward/sipward.toml"):
        found = (root / path).exists() or (root / path.removeprefix("usr/")).exists()
        equal(found, True, f"{path} is installed")
    config = root / "etc/sipward/sipward.toml"
    daemon = str(root / "usr/sbin/sipwardd")
    contains(run(daemon, "--check-config", "--config", str(config)), "ok", "the shipped file")

    lines = config.read_text(encoding="ascii").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("mode ="))
    lines[number - 1] = 'mode = "enforced"'
    config.write_text("\n".join(lines) + "\n", encoding="ascii")
    broken = subprocess.run([daemon, "--check-config", "--config", str(config)],
                            capture_output=True, text=True, check=False)
    equal(broken.returncode != 0, True, "a broken file is refused")
    for words in (f"{config}:{number}", "gate.mode", '"monitor" or "enforce"', "enforced"):
        contains(broken.stderr, words, "the error")


@scenario
def unknown_key_is_refused(lab: Lab) -> None:
    """A key that is misspelt is not ignored."""
    node = lab.node()
    node.config_file.write_text(to_toml({**node.config, "daemon": {
        **node.config["daemon"], "log_levle": "info"}}), encoding="ascii")
    refused = subprocess.run(node.program("sipwardd", "--check-config"), capture_output=True,
                             text=True, check=False)
    equal(refused.returncode, 1, "exit status")
    contains(refused.stderr, "daemon.log_levle", "the error")


@scenario
def passwords_never_stand_in_clear(lab: Lab) -> None:
    """Provisioned passwords are in no file, log or process list of the node."""
    node = lab.start_node()
    lab.ue(ALICE, ALICE_HOST).register()
    for path in node.home.rglob("*"):
        if path.is_file() and ALICE.password.encode() in path.read_bytes():
            raise AssertionError(f"the password is in {path}")
    shown = node.ctl("subscriber", "show", ALICE.impi)
    contains(shown, ALICE.impu, "subscriber show")
    if re.search(r"\b[0-9a-f]{32,64}\b", shown):
        raise AssertionError(f"H(A1) is as good as the password, and is shown:\n{shown}")
    node.ctl("subscriber", "remove", ALICE.impi)
    status(lab.ue(ALICE, BOB_HOST).try_register(), 403)
