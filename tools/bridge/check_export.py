#!/usr/bin/env python3
"""Compares a run's logits with those of transformers on its exported folder and, if given, its GGUF file.

usage: check_export.py TGPT RUN HF_FOLDER [--gguf FILE] [--prompts 20] [--longest N] [--checkpoint]

Prompts are random tokens, of all lengths up to the model's block. A folder that was imported is compared in the same way: RUN is then
the run that came of it, HF_FOLDER what was imported. Of a GGUF file the gguf package's reader is shown names, shapes and values
against the folder's tensors, too. Prints the largest difference; exit code 1 above 1e-4.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def ours(tgpt, option, run, prompts):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        lines.writelines(json.dumps(p) + "\n" for p in prompts)
        lines.flush()
        out = subprocess.run([tgpt, "logits", option, run, "--json-lines", lines.name],
                             check=True, capture_output=True, text=True).stdout
    return torch.tensor([json.loads(line) for line in out.splitlines()])


def theirs(model, prompts, vocabulary):
    with torch.no_grad():
        return torch.stack([model(torch.tensor([p])).logits[0, -1, :vocabulary] for p in prompts])


def check_gguf(file, model):
    from gguf import GGUFReader
    reader = GGUFReader(file)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    arch = fields["general.architecture"]
    print("gguf metadata:", {k: v for k, v in fields.items() if not isinstance(v, list)})
    tensors = {t.name: t for t in reader.tensors}
    state = model.state_dict()
    print(f"gguf: {len(tensors)} tensors, architecture {arch}, {len(fields['tokenizer.ggml.tokens'])} tokens")
    embedding = state["transformer.wte.weight" if arch == "gpt2" else "model.embed_tokens.weight"]
    difference = abs(torch.tensor(tensors["token_embd.weight"].data.copy()) - embedding).max().item()
    norms = [n for n in tensors if n.endswith("_norm.weight")]
    return difference + (0 if norms else 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tgpt")
    parser.add_argument("run")
    parser.add_argument("folder")
    parser.add_argument("--gguf")
    parser.add_argument("--prompts", type=int, default=20)
    parser.add_argument("--longest", type=int, default=1 << 20, help="tokens of a prompt")
    parser.add_argument("--checkpoint", action="store_true", help="RUN is a checkpoint's folder")
    args = parser.parse_args()
    option = "--checkpoint" if args.checkpoint else "--run"
    model = AutoModelForCausalLM.from_pretrained(args.folder, dtype=torch.float32).eval()
    block = getattr(model.config, "max_position_embeddings", None) or model.config.n_positions
    rng = random.Random(1)
    where = Path(args.run) if args.checkpoint else Path(args.run) / "last"
    vocabulary = json.load(open(where / "config.json"))["vocabularySize"]
    block = min(block, json.load(open(where / "config.json"))["blockSize"])
    prompts = [[rng.randrange(vocabulary) for _ in range(rng.randint(1, min(block, args.longest)))] for _ in range(args.prompts)]
    mine = ours(args.tgpt, option, args.run, prompts)
    worst = (mine - theirs(model, prompts, vocabulary)).abs().max().item()
    print(f"{type(model).__name__}: largest difference of logits {worst:.2e} in {args.prompts} prompts")
    try:
        tokenizer = AutoTokenizer.from_pretrained(args.folder)
        text = "int x = hashCode();\n"
        print("tokenizer:", type(tokenizer).__name__, tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text)
    except (OSError, ValueError) as e:
        print("no tokenizer:", str(e).splitlines()[0])
    if args.gguf:
        worst = max(worst, check_gguf(args.gguf, model))
        path = Path(args.gguf)
        loaded = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
        difference = (mine - theirs(loaded, prompts, vocabulary)).abs().max().item()
        print(f"gguf through transformers: largest difference of logits {difference:.2e}")
        worst = max(worst, difference)
    sys.exit(1 if not worst <= 1e-4 else 0)


if __name__ == "__main__":
    main()
