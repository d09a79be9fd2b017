#!/usr/bin/env python3
"""Makes small random models with transformers, and one of GPT-2's full size, to try imports on.

usage: make_models.py FOLDER [--gpt2-124m TOKENIZER_JSON]

FOLDER/gpt2: GPT-2 with an untied vocabulary padded to a round number, float32; FOLDER/llama: grouped queries, bfloat16, two shards;
FOLDER/llama-f16: tied, float16, Llama 3's split. Each with tokenizer.json and logits.json (prompts and the logits after them).
FOLDER/gpt2-124m: the size of the published model, random values; TOKENIZER_JSON is GPT-2's ('tgpt tokenizer save').
"""
import argparse
import json
import random
import shutil
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

TEXT = ["public static int hashCode(Object o) { return o != null ? o.hashCode() : 0; } // 12345 isn't we'll  x\n\n\tüß 😀"] * 3
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def tokenizer(size, llama3=False):
    t = Tokenizer(models.BPE(ignore_merges=llama3))
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not llama3)
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), level]) if llama3 else level
    t.decoder = decoders.ByteLevel()
    special = ["<|begin_of_text|>"] if llama3 else ["<|endoftext|>"]
    t.train_from_iterator(TEXT, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    if llama3:
        t.post_processor = processors.TemplateProcessing(
            single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", t.token_to_id("<|begin_of_text|>"))])
    return t


def randomise(model):
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.05)


def save(model, tok, folder, **kwargs):
    model.save_pretrained(folder, **kwargs)
    tok.save(str(folder / "tokenizer.json"))
    rng = random.Random(2)
    # values as they are in the file, arithmetic in float32
    model = type(model).from_pretrained(folder, dtype=torch.float32).eval()
    size = tok.get_vocab_size()
    block = getattr(model.config, "n_positions", None) or model.config.max_position_embeddings
    prompts = [[rng.randrange(size) for _ in range(n)] for n in (1, 5, block)]
    with torch.no_grad():
        logits = [model(torch.tensor([p])).logits[0, -1, :size].tolist() for p in prompts]
    text = TEXT[0] + " 1234567 'LL ok"
    json.dump({"prompts": prompts, "logits": logits, "text": text,
               "tokens": tok.encode(text, add_special_tokens=False).ids}, open(folder / "logits.json", "w"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gpt2-124m")
    args = parser.parse_args()
    torch.manual_seed(1)
    tok = tokenizer(290)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=304, n_positions=12, n_embd=20, n_layer=2, n_head=2))
    randomise(model)
    save(model, tok, args.folder / "gpt2")
    size = tok.get_vocab_size()
    config = dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2,
                  max_position_embeddings=12, rms_norm_eps=1e-5, rope_theta=5000.0)
    model = LlamaForCausalLM(LlamaConfig(vocab_size=size, attention_bias=True, **config))
    randomise(model)
    save(model.to(torch.bfloat16), tok, args.folder / "llama", max_shard_size="20KB")
    tok = tokenizer(290, llama3=True)
    model = LlamaForCausalLM(LlamaConfig(vocab_size=tok.get_vocab_size(), tie_word_embeddings=True, **config))
    randomise(model)
    save(model.to(torch.float16), tok, args.folder / "llama-f16")
    if args.gpt2_124m:
        folder = args.folder / "gpt2-124m"
        GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
        shutil.copy(args.gpt2_124m, folder / "tokenizer.json")


if __name__ == "__main__":
    main()
