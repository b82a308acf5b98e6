# SPDX-License-Identifier: Apache-2.0
"""A lab that stays up after its process, and its removal by another one."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from lab import Lab
from process import PATIENCE

_NOTE = "lab.json"


def remember(lab: Lab) -> None:
    """Leaves the lab up, with a note of what it consists of."""
    note = {"namespaces": [one.name for one in lab.namespaces],
            "processes": [one.pid for one in lab.processes() if one.running],
            "nodes": [[str(node.build), str(node.config_file), node.namespace.path]
                      for node in lab.nodes if node.has_gate]}
    (lab.workdir / _NOTE).write_text(json.dumps(note), encoding="ascii")
    lab.kept = True


def _alive_in(namespaces: list[str]) -> set[int]:
    """Processes inside the namespaces: a number that was given anew to a stranger is not there."""
    found: set[int] = set()
    for name in namespaces:
        done = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True,
                              check=False)
        found |= {int(word) for word in done.stdout.split()}
    return found


def _end(processes: list[int], namespaces: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    number = signal.SIGTERM
    while mine := set(processes) & _alive_in(namespaces):
        for pid in mine:
            os.kill(pid, number)
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.2)


def remove(tag: str) -> int:
    if not re.fullmatch(r"sw-\d+-\d+", tag):
        print(f"{tag!r} is not the name of a lab: they look like sw-4711-1")
        return 2
    found = list(pathlib.Path(tempfile.gettempdir()).glob(f"{tag}-*/{_NOTE}"))
    if not found:
        print(f"no lab {tag} was left up")
        return 1
    workdir = found[0].parent
    note = json.loads(found[0].read_text(encoding="ascii"))
    _end(note["processes"], note["namespaces"])
    for build, config, namespace in note["nodes"]:
        subprocess.run(["nsenter", f"--net={namespace}", f"{build}/sipward-gate", "--config",
                        config, "detach"], check=False)
    for name in note["namespaces"]:
        subprocess.run(["ip", "netns", "delete", name], check=False)
    subprocess.run(["umount", str(workdir / "bpf")], check=False)
    shutil.rmtree(workdir)
    print(f"removed {tag}")
    return 0
