#!/usr/bin/env python3
"""Turns a checkpoint of nanoGPT (out/ckpt.pt) into a folder that `tgpt import` and transformers read.

usage: from_nanogpt.py CKPT_PT FOLDER [--meta META_PKL]

nanoGPT's linear layers lie as PyTorch's, GPT-2's transposed; missing biases become zeros. META_PKL is the meta.pkl of a character
model's data: it becomes a tokenizer.json. Without it, a model of GPT-2's vocabulary imports with `--tokenizer gpt2`.
"""
import argparse
import json
import pickle
from pathlib import Path

import torch
from safetensors.torch import save_file

TRANSPOSED = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--meta")
    args = parser.parse_args()
    checkpoint = torch.load(args.checkpoint, map_location="cpu", weights_only=True)
    model = {k.removeprefix("_orig_mod."): v.float() for k, v in checkpoint["model"].items()}
    a = checkpoint["model_args"]
    tensors = {}
    for name, value in model.items():
        if name.endswith(".attn.bias") or name == "lm_head.weight":
            continue  # the mask; tied to the tokens
        tensors[name] = value.t().contiguous() if name.endswith(TRANSPOSED) else value.contiguous()
    for name in [n for n in tensors if n.endswith(".weight") and n.split(".")[-2] not in ("wte", "wpe")]:
        size = tensors[name].shape[-1]
        tensors.setdefault(name.removesuffix("weight") + "bias", torch.zeros(size))
    args.folder.mkdir(parents=True)
    save_file(tensors, args.folder / "model.safetensors", metadata={"format": "pt"})
    config = dict(model_type="gpt2", architectures=["GPT2LMHeadModel"], vocab_size=a["vocab_size"], n_positions=a["block_size"],
                  n_ctx=a["block_size"], n_embd=a["n_embd"], n_layer=a["n_layer"], n_head=a["n_head"],
                  activation_function="gelu", tie_word_embeddings=True, bos_token_id=None, eos_token_id=None)
    (args.folder / "config.json").write_text(json.dumps(config, indent=1))
    if args.meta:
        itos = pickle.load(open(args.meta, "rb"))["itos"]
        tokenizer = dict(version="1.0", truncation=None, padding=None, added_tokens=[], normalizer=None, pre_tokenizer=None,
                         post_processor=None, decoder={"type": "Fuse"},
                         model=dict(type="BPE", vocab={c: i for i, c in sorted(itos.items())}, merges=[]))
        (args.folder / "tokenizer.json").write_text(json.dumps(tokenizer))


if __name__ == "__main__":
    main()
