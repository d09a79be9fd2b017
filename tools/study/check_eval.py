#!/usr/bin/env python3
"""Evaluates a checkpoint of ours with PyTorch, in float64, and compares with what tgpt eval found.

usage: check_eval.py text CHECKPOINT FILE EVAL.json [--validation 0.1]
       check_eval.py tasks CHECKPOINT TASKS.jsonl [--write EXPECTED.json]

text: the loss of the last --validation of FILE (0: of all of it) by the same sliding window, beside EVAL.json's, which
tgpt eval --out wrote; stride and block are read there. Exit code 1 if loss or a loss by position is more than 1e-5 off.
tasks: log likelihoods of all endings, acc, acc_norm and the last words' acc and perplexity.
Needs torch, safetensors and tokenizers.
"""
import argparse
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))
from make_golden import Gpt  # noqa: E402


def load(checkpoint):
    config = json.loads((checkpoint / "config.json").read_text())
    config.setdefault("kvHeads", config["heads"])
    for key, usual in dict(positions="learned", norm="layernorm", normEpsilon=1e-5, mlpHidden=4 * config["channels"]).items():
        config.setdefault(key, usual)
    model = Gpt(config)
    missing = model.load_state_dict(load_file(checkpoint / "model.safetensors"), strict=False)
    assert not missing.unexpected_keys and missing.missing_keys in ([], ["lm_head.weight"]), missing
    return model.double().eval(), config, tokenizer(checkpoint / "tokenizer.json")


def tokenizer(file):
    content = json.loads(file.read_text())
    if "kind" in content:  # written before tokenizer.json was Hugging Face's
        numbers = {chr(c): i for i, c in enumerate(content["codePoints"])}
        return lambda text: [numbers[c] for c in text]
    whole = Tokenizer.from_file(str(file))
    return lambda text: whole.encode(text, add_special_tokens=False).ids


@torch.no_grad()
def losses(model, tokens):
    """Of all tokens but the first, which must fit into a block."""
    t = torch.tensor([tokens])
    return F.cross_entropy(model(t[:, :-1])[0], t[0, 1:], reduction="none")


def text(args):
    model, config, encode = load(args.checkpoint)
    ours = json.loads(args.result.read_text())[0]
    tokens = encode(args.file.read_text(encoding="utf-8"))
    tokens = tokens[int((1 - args.validation) * len(tokens)):] if args.validation else tokens
    T, stride, n = ours["block"], ours["stride"], len(tokens) - 1
    assert n == ours["tokens"], (n, ours["tokens"])
    counted, sums, counts = [], torch.zeros(T).double(), torch.zeros(T)
    done = 0
    while done < n:
        end = min(n, done + (stride if done else T))
        begin = max(0, end - T)
        row = losses(model, tokens[begin:end + 1])
        sums[:len(row)] += row
        counts[:len(row)] += 1
        counted.append(row[done - begin:])
        done = end
    loss = torch.cat(counted).mean().item()
    positions = (sums / counts)[:len(ours["positionLosses"])]
    worst = (positions - torch.tensor(ours["positionLosses"]).double()).abs().max().item()
    print(f"{n} tokens, stride {stride} of {T}: PyTorch {loss:.8f}, tgpt eval {ours['loss']:.8f}, "
          f"difference {abs(loss - ours['loss']):.1e}; by position at most {worst:.1e}")
    return abs(loss - ours["loss"]) > 1e-5 or worst > 1e-5


def tasks(args):
    model, config, encode = load(args.checkpoint)
    right, by_length, words, found, scores = [], [], [], [], []
    for line in args.file.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if "endings" in item:
            context, endings = item["ctx"], item["endings"]
        else:
            context, word = item["text"].strip().rsplit(" ", 1)
            endings = [word]
        values = []
        for ending in endings:
            tokens, first = encode(context + " " + ending), len(encode(context))
            tokens, first = tokens[-config["blockSize"] - 1:], first - max(0, len(tokens) - config["blockSize"] - 1)
            values.append(-losses(model, tokens)[first - 1:].sum().item())
        scores.append(values)
        if "endings" in item:
            label = int(item["label"])
            right.append(max(range(len(values)), key=values.__getitem__) == label)
            by_length.append(max(range(len(values)), key=lambda i: values[i] / len(endings[i])) == label)
        else:
            with torch.no_grad():
                likeliest = model(torch.tensor([tokens[:-1]]))[0].argmax(-1)[first - 1:]
            words.append(values[0])
            found.append(likeliest.tolist() == tokens[first:])
    mean = lambda x: sum(x) / len(x) if x else None  # noqa: E731
    result = dict(scores=scores, acc=mean(right), acc_norm=mean(by_length), last_word_acc=mean(found),
                  last_word_perplexity=math.exp(-mean(words)) if words else None)
    print(json.dumps(result))
    if args.write:
        args.write.write_text(json.dumps(result) + "\n")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(required=True)
    one = kinds.add_parser("text")
    one.add_argument("checkpoint", type=Path)
    one.add_argument("file", type=Path)
    one.add_argument("result", type=Path)
    one.add_argument("--validation", type=float, default=0.1)
    one.set_defaults(run=text)
    two = kinds.add_parser("tasks")
    two.add_argument("checkpoint", type=Path)
    two.add_argument("file", type=Path)
    two.add_argument("--write", type=Path)
    two.set_defaults(run=tasks)
    args = parser.parse_args()
    sys.exit(args.run(args))


main()
