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
    print(f"gguf: {len(tensors)} tensors, architecture {arch}, {len(fields['tokenizer.ggml.tokens'])} tokens")
    expected = expected_gguf(arch, model, model.state_dict())
    if set(expected) != set(tensors):
        print("gguf: missing", sorted(set(expected) - set(tensors)), "unexpected", sorted(set(tensors) - set(expected)))
        return float("inf")
    worst = 0.0
    for name, values in expected.items():
        found = torch.tensor(tensors[name].data.copy())
        if found.shape != values.shape:
            print(f"gguf: {name} has shape {tuple(found.shape)}, not {tuple(values.shape)}")
            return float("inf")
        worst = max(worst, (found - values).abs().max().item())
    print(f"gguf: largest difference of {sum(v.numel() for v in expected.values())} values in {len(expected)} tensors: {worst:.2e}")
    return worst


GPT2_BLOCK = {"ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up",
              "mlp.c_proj": "ffn_down"}
LLAMA_BLOCK = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
               "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
               "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}


def interleaved(weight, heads):
    """Hugging Face rotates halves of a head's rows, GGUF's llama neighbouring ones."""
    rows, columns = weight.shape
    return weight.view(heads, 2, rows // heads // 2, columns).transpose(1, 2).reshape(rows, columns)


def expected_gguf(arch, model, state):
    """Tensors that a GGUF file of this model has, in llama.cpp's names and layout."""
    config = model.config
    tied = config.tie_word_embeddings
    expected = {}
    if arch == "gpt2":
        outer = {"wte.weight": "token_embd.weight", "wpe.weight": "position_embd.weight", "ln_f.weight": "output_norm.weight",
                 "ln_f.bias": "output_norm.bias"}
        prefix, block = "transformer.", GPT2_BLOCK
        head_rows = {}
    else:
        outer = {"embed_tokens.weight": "token_embd.weight", "norm.weight": "output_norm.weight"}
        prefix, block = "model.", LLAMA_BLOCK
        head_rows = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    for name, theirs_name in outer.items():
        expected[theirs_name] = state[prefix + name]
    layers = "h" if arch == "gpt2" else "layers"
    for layer in range(config.num_hidden_layers):
        for part, name in block.items():
            for kind in ("weight", "bias"):
                values = state.get(f"{prefix}{layers}.{layer}.{part}.{kind}")
                if values is None:
                    continue
                if arch == "gpt2" and values.dim() == 2:
                    values = values.T
                if name in head_rows:
                    values = interleaved(values, head_rows[name])
                expected[f"blk.{layer}.{name}.{kind}"] = values
    if not tied:
        expected["output.weight"] = state["lm_head.weight"]
    return expected


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
