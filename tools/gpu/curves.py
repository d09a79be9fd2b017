#!/usr/bin/env python3
"""Prints the largest difference between the losses of two runs at equal steps.

usage: curves.py RUN RUN
"""
import json
import pathlib
import sys


def losses(run):
    lines = (pathlib.Path(run) / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return {m["step"]: m["trainLoss"] for m in map(json.loads, lines) if m["event"] == "step"}


def main():
    one, other = losses(sys.argv[1]), losses(sys.argv[2])
    steps = sorted(one.keys() & other.keys())
    print(f"{max(abs(one[s] - other[s]) for s in steps):.2e} in {len(steps)} steps")


if __name__ == "__main__":
    main()
