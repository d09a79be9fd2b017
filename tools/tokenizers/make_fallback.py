#!/usr/bin/env python3
"""Makes small tokenizers with byte fallback, in the forms of published ones, and what `tokenizers` encodes with them.

usage: make_fallback.py FOLDER TEXT_FILE

FOLDER gets NAME.json and NAME.jsonl (a text, its tokens and what they are decoded to in each line) for llama2 (a normalizer), mistral
(Metaspace, first), words (Metaspace, always, split) and gemma (no prefix). The repository has those of 160 merges in the tests of
module model.
"""
import json
import pathlib
import random
import sys
import unicodedata

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

MARK = "\u2581"


def train(text):
    t = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme="always", split=True)
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    alphabet = [MARK] + [chr(c) for c in range(33, 127)] + ["\u00e9", "\u0436"]
    t.train_from_iterator([text], trainers.BpeTrainer(
        vocab_size=len(special) + len(alphabet) + 160, special_tokens=special, initial_alphabet=alphabet, limit_alphabet=len(alphabet)))
    tree = json.loads(t.to_str())
    tree["added_tokens"] = tree["added_tokens"][:3]
    top = max(tree["model"]["vocab"].values())
    for i in (2, 3, 4):
        tree["model"]["vocab"][MARK * i] = top + i - 1
        tree["model"]["merges"].insert(i - 2, [MARK, MARK * (i - 1)])
    return tree


def variant(tree, normalizer=None, pre=None, strip=True, start=True):
    t = Tokenizer.from_str(json.dumps(tree))
    t.normalizer = normalizer
    t.pre_tokenizer = pre
    parts = [decoders.Replace(MARK, " "), decoders.ByteFallback(), decoders.Fuse()]
    t.decoder = decoders.Sequence(parts + ([decoders.Strip(" ", 1, 0)] if strip else []))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)]) if start else None
    return t


def texts():
    rng = random.Random(5)
    assigned = [c for c in range(0x30000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    fixed = ["", " ", "  ", "a", " a", "the  public   class", "\n\n  return x;", "caf\u00e9 \u0436\u0438", "\u2581mark \u2581",
             "a<s> b</s>c", "<s>x", "</s> ", "\U0001f600 \U0001f600", "<0x41>", "tab\there\r\n", "don't\u00a0stop"]
    for _ in range(60):
        words = [rng.choice(["public", "the", " ", "  ", "int", "\n", "</s>", "x1", chr(rng.choice(assigned))])
                 for _ in range(rng.randrange(1, 14))]
        fixed.append("".join(w + rng.choice(["", " "]) for w in words))
    return fixed


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    tree = train(open(sys.argv[2], encoding="utf-8").read())
    space = normalizers.Replace(" ", MARK)
    made = {
        "llama2": variant(tree, normalizers.Sequence([normalizers.Prepend(MARK), space])),
        "mistral": variant(tree, pre=pre_tokenizers.Metaspace(MARK, "first", False)),
        "words": variant(tree, pre=pre_tokenizers.Metaspace(MARK, "always", True)),
        "gemma": variant(tree, space, pre_tokenizers.Split(" ", "merged_with_previous"), strip=False),
    }
    for name, t in made.items():
        t.save(str(folder / f"{name}.json"), pretty=False)
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as lines:
            for text in texts():
                ids = t.encode(text, add_special_tokens=False).ids
                lines.write(json.dumps({"text": text, "tokens": ids, "decoded": t.decode(ids, skip_special_tokens=False)}) + "\n")


if __name__ == "__main__":
    main()
