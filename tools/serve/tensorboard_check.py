#!/usr/bin/env python3
"""Compares what TensorBoard's own reader finds in a run's folder with its metrics.jsonl and observations.jsonl.

    ./tgpt train --tensorboard ...           (or ./tgpt plot --tensorboard runs/NAME)
    python3 tools/serve/tensorboard_check.py runs/NAME

Scalars, texts and histograms must be equal value by value, and no step may come twice.
"""
import json
import os
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = sys.argv[1]
events = EventAccumulator(run, size_guidance={"scalars": 0, "tensors": 0, "histograms": 0})
events.Reload()
tags = events.Tags()
NAMES = {"trainLoss": "training loss", "valLoss": "validation loss", "learningRate": "learning rate",
         "gradNorm": "gradient norm", "tokensPerSecond": "tokens per second"}


def lines(name):
    path = os.path.join(run, name)
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def compare(what, found, expected):
    for tag, values in found.items():
        steps = [value[0] for value in values]
        if steps != sorted(set(steps)):
            sys.exit("FAILED: %s has steps twice or out of order: %s" % (tag, steps))
    if found != expected:
        sys.exit("FAILED: the %s differ: %s" % (what, {
            tag: (found.get(tag, [])[:3], expected.get(tag, [])[:3])
            for tag in set(found) | set(expected) if found.get(tag) != expected.get(tag)}))
    print("ok: %s equal: %d tags, %d values" % (what, len(found), sum(map(len, found.values()))))


expected = {}
evaluated = set()
for metric in lines("metrics.jsonl"):
    kind = "evaluation" if metric["event"] == "eval" else "step"
    if kind == "evaluation":
        evaluated.add(metric["step"])
    for key, name in NAMES.items():
        if key in metric:
            single = struct.unpack("<f", struct.pack("<f", metric[key]))[0]
            expected.setdefault(kind + "/" + name, []).append((metric["step"], single))
compare("scalars", {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in tags["scalars"]}, expected)

observations = [o for o in lines("observations.jsonl") if o["step"] in evaluated]
texts = {tag: [(e.step, e.tensor_proto.string_val[0].decode()) for e in events.Tensors(tag)] for tag in tags["tensors"]}
about = [tag for tag in texts if tag.startswith("run")]
if len(about) != 1 or not texts.pop(about[0])[0][1]:
    sys.exit("FAILED: no text about the run")
expected = {}
for o in observations:
    # Markdown shows what is indented as it is.
    expected.setdefault("evaluation/sample", []).append((o["step"], "    " + o["sample"].replace("\n", "\n    ")))
compare("texts", {tag.removesuffix("/text_summary"): values for tag, values in texts.items()}, expected)

expected = {}
for o in observations:
    for name, h in o["weights"].items():
        expected.setdefault("weights/" + name, []).append((o["step"], (
            h["min"], h["max"], sum(h["counts"]), h["sum"], h["sumOfSquares"], tuple(h["limits"]), tuple(h["counts"]))))
found = {}
for tag in tags["histograms"]:
    for e in events.Histograms(tag):
        h = e.histogram_value
        found.setdefault(tag, []).append(
            (e.step, (h.min, h.max, h.num, h.sum, h.sum_squares, tuple(h.bucket_limit), tuple(h.bucket))))
compare("histograms", found, expected)
