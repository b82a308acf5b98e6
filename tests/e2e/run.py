#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs end-to-end scenarios by name, each in a lab of its own. Without names: lists them."""
import argparse
import importlib
import pathlib
import sys
import time
import traceback

sys.dont_write_bytecode = True

from lab import Lab  # noqa: E402
from scenario import SCENARIOS  # noqa: E402

for module in sorted(pathlib.Path(__file__).resolve().parent.glob("test_*.py")):
    importlib.import_module(module.stem)


def play(name: str, build: pathlib.Path) -> bool:
    started = time.monotonic()
    with Lab(build) as lab:
        try:
            SCENARIOS[name](lab)
        except Exception:  # pylint: disable=broad-except
            print(f"{name}: FAILED\n{traceback.format_exc()}\n{lab.logs()}", flush=True)
            return False
    print(f"{name}: passed in {time.monotonic() - started:.1f} s", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, help="where sipwardd and the others are")
    parser.add_argument("names", nargs="*", choices=[*SCENARIOS, []], metavar="NAME")
    arguments = parser.parse_args()
    if not arguments.names:
        print("\n".join(SCENARIOS))
        return 0
    return 0 if all([play(name, arguments.build) for name in arguments.names]) else 1


if __name__ == "__main__":
    sys.exit(main())
