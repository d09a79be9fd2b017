#!/usr/bin/env python3
"""Compares encodings with those of `tokenizers` (loading our tokenizer.json) and, for GPT-2's, of `tiktoken`.

usage: compare.py TGPT TOKENIZER_JSON [--tiktoken RANKS] [--count 10000] [--seed 1] [--files FILE ...]

TGPT is the launcher. RANKS is r50k_base.tiktoken, as tiktoken downloads it (it is in jtokkit's jar, too). Random strings are of code
points that Unicode 15 assigns (this Python's unicodedata), with many of the kinds that pre-tokenisation tells apart. Prints the number
of differences; exit code 1 if there are any.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import unicodedata

from tokenizers import Tokenizer

GPT2_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def random_strings(count, seed, known=None):
    rng = random.Random(seed)
    assigned = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    spaces = [" ", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u3000", "\u0085", "\u001c", "\u200b", "\u2028"]
    words = ["the", "'s", "'S", "'re", "'LL", "'\u017f", "don't", "int", "e\u0301", "42", "\u00bd", "\u0663", "x1", "_", "{}", "\U0001f600"]
    strings = []
    for _ in range(count):
        parts = []
        for _ in range(rng.randrange(1, 30)):
            kind = rng.random()
            if kind < 0.3:
                parts.append(rng.choice(spaces))
            elif kind < 0.6:
                parts.append(rng.choice(words))
            else:
                parts.append(chr(rng.choice(assigned)))
        text = "".join(parts)
        strings.append("".join(c for c in text if c in known) or " " if known else text)
    return strings


def ours(tgpt, tokenizer, strings):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        lines.writelines(json.dumps(s) + "\n" for s in strings)
        lines.flush()
        out = subprocess.run(
            [tgpt, "tokenizer", "show", "--tokenizer", tokenizer, "--json-lines", lines.name],
            check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def report(name, strings, mine, theirs):
    wrong = [i for i in range(len(strings)) if mine[i] != theirs[i]]
    print(f"{name}: {len(wrong)} differences in {len(strings)}")
    for i in wrong[:3]:
        print(f"  {strings[i][:200]!r}\n    ours   {mine[i][:40]}\n    theirs {theirs[i][:40]}")
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tgpt")
    parser.add_argument("tokenizer")
    parser.add_argument("--tiktoken")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", help="writes the first 300 random strings and their tokens to this file")
    parser.add_argument("--files", nargs="*", default=[], help="texts in UTF-8")
    args = parser.parse_args()
    hf = Tokenizer.from_file(args.tokenizer)
    known = None
    tree = json.load(open(args.tokenizer, encoding="utf-8"))
    fallback = tree["model"].get("byte_fallback", False)
    if tree["decoder"]["type"] == "Fuse":
        known = set(hf.get_vocab())
    strings = random_strings(args.count, args.seed, known)
    names = ["random strings"] + args.files
    groups = [strings] + [[open(f, encoding="utf-8", newline="").read()] for f in args.files]
    wrong = 0
    for name, group in zip(names, groups):
        mine = ours(args.tgpt, args.tokenizer, group)
        theirs = [hf.encode(s, add_special_tokens=False).ids for s in group]
        wrong += report(f"tokenizers, {name}", group, mine, theirs)
        if not fallback:  # there a text's first space is lost
            decoded = [hf.decode(ids, skip_special_tokens=False) for ids in theirs]
            wrong += report(f"tokenizers decodes, {name}", group, decoded, group)
        if args.tiktoken:
            import tiktoken
            from tiktoken.load import load_tiktoken_bpe
            tt = tiktoken.Encoding("r50k", pat_str=GPT2_PATTERN, mergeable_ranks=load_tiktoken_bpe(args.tiktoken),
                                   special_tokens={"<|endoftext|>": 50256})
            start = time.time()
            theirs = [tt.encode_ordinary(s) for s in group]
            seconds = time.time() - start
            wrong += report(f"tiktoken ({seconds:.2f} s on one thread), {name}", group, mine, theirs)
        if args.sample and name == "random strings":
            with open(args.sample, "w", encoding="utf-8") as sample:
                for s, ids in list(zip(group, mine))[:300]:
                    sample.write(json.dumps({"text": s, "tokens": ids}) + "\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
