#!/usr/bin/env python3
"""Compares what TensorBoard's own reader finds in a run's folder with its metrics.jsonl.

    ./tgpt plot --tensorboard runs/NAME      (or tgpt train --tensorboard)
    python3 tools/serve/tensorboard_check.py runs/NAME
"""
import json
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

run = sys.argv[1]
events = EventAccumulator(run, size_guidance={"scalars": 0, "tensors": 0})
events.Reload()
NAMES = {"trainLoss": "training loss", "valLoss": "validation loss", "learningRate": "learning rate",
         "gradNorm": "gradient norm", "tokensPerSecond": "tokens per second"}
expected = {}
for line in open(run + "/metrics.jsonl"):
    metric = json.loads(line)
    kind = "evaluation" if metric["event"] == "eval" else "step"
    for key, name in NAMES.items():
        if key in metric:
            single = struct.unpack("<f", struct.pack("<f", metric[key]))[0]
            expected.setdefault(kind + "/" + name, []).append((metric["step"], single))
found = {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
if not found and not events.Tags()["tensors"]:
    sys.exit("FAILED: no events in " + run)
if found != expected:
    sys.exit("FAILED: the scalars differ: " + str({k: (len(found.get(k, [])), len(v)) for k, v in expected.items()}))
text = events.Tensors("run/text_summary" if "run/text_summary" in events.Tags()["tensors"] else "run")[0]
if not text.tensor_proto.string_val[0]:
    sys.exit("FAILED: no text")
print("ok: %d tags, %d values equal, text: %s" % (
    len(found), sum(map(len, found.values())), text.tensor_proto.string_val[0].decode()[:60]))
