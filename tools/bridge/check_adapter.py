#!/usr/bin/env python3
"""Loads adapters that `tgpt train --lora` wrote with peft and compares logits with those of the run.

usage: check_adapter.py TGPT RUN BASE_FOLDER [--adapter last-adapter] [--prompts 20]

RUN is the run with adapters, BASE_FOLDER the folder of transformers with the model that it began with ('tgpt export --to hf'). Prints
peft's count of adapter parameters and the largest difference of logits, with adapters beside the weights and merged into them; exit
code 1 above 1e-4, or if the adapters change nothing.
"""
import argparse
import json
import random
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from check_export import ours, theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tgpt")
    parser.add_argument("run", type=Path)
    parser.add_argument("base")
    parser.add_argument("--adapter", default="last-adapter")
    parser.add_argument("--prompts", type=int, default=20)
    args = parser.parse_args()
    checkpoint = args.run / args.adapter.removesuffix("-adapter")
    config = json.load(open(checkpoint / "config.json"))
    rng = random.Random(1)
    vocabulary = config["vocabularySize"]
    prompts = [[rng.randrange(vocabulary) for _ in range(rng.randint(1, config["blockSize"]))] for _ in range(args.prompts)]
    mine = ours(args.tgpt, "--checkpoint", str(checkpoint), prompts)
    base = AutoModelForCausalLM.from_pretrained(args.base, dtype=torch.float32).eval()
    plain = theirs(base, prompts, vocabulary)
    model = PeftModel.from_pretrained(base, args.run / args.adapter).eval()
    c = model.peft_config["default"]
    count = sum(p.numel() for n, p in model.named_parameters() if "lora_" in n)
    print(f"{type(base).__name__}: {count:,} parameters of adapters on {sorted(c.target_modules)}, rank {c.r}, alpha {c.lora_alpha}, "
          f"fan_in_fan_out {c.fan_in_fan_out}")
    beside = (mine - theirs(model, prompts, vocabulary)).abs().max().item()
    merged = (mine - theirs(model.merge_and_unload(), prompts, vocabulary)).abs().max().item()
    moved = (mine - plain).abs().max().item()
    print(f"largest difference of logits in {args.prompts} prompts: {beside:.2e} with adapters, {merged:.2e} merged; "
          f"without adapters {moved:.2e}")
    sys.exit(1 if not max(beside, merged) <= 1e-4 or not moved > 1e-3 else 0)


if __name__ == "__main__":
    main()
