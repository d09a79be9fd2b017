#!/usr/bin/env python3
"""Writes the golden files that GoldenTest compares with.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python tools/golden/make_golden.py [NAME...]    # from the project's root; by default all

For each of three tiny GPTs: weights, tokens, logits, loss, every gradient, and the parameters after five AdamW steps with
clipping. PyTorch computes in float64 from weights that float32 holds exactly, so what the files hold is right to the last
float32 digit. Output: model/src/test/resources/golden/NAME.json and NAME.safetensors (tensors initial.*, gradient.*, final.* and
logits; parameter names are GPT-2's, as in nanoGPT).
"""
import json
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

OUT = pathlib.Path(__file__).resolve().parents[2] / "model/src/test/resources/golden"
BATCH = 2
TRAINING = dict(learningRates=[0.001, 0.002, 0.003, 0.003, 0.002], beta1=0.9, beta2=0.95, weightDecay=0.1, maxNorm=0.5)
# A bias on the keys shifts all scores of a query alike and has gradient zero. In float32 it is rounding noise of about 1e-9, which
# AdamW would blow up to whole steps; so the model that has one gets an epsilon well above the noise.
EPSILONS = {"relu-untied": 1e-8, "tanh-tied": 1e-5, "modern": 1e-8}
SIZES = dict(kind="gpt", vocabularySize=11, blockSize=8, channels=12, heads=3, kvHeads=3, layers=2, mlpHidden=48,
             positions="learned", norm="layernorm", dropout=0.0)
CONFIGS = {
    "relu-untied": dict(SIZES, activation="relu", qkvBias=False, projectionBias=True, mlpBias=True, headBias=True, tiedHead=False),
    "tanh-tied": dict(SIZES, activation="gelu_tanh", qkvBias=True, projectionBias=True, mlpBias=True, headBias=False, tiedHead=True),
    "modern": dict(SIZES, channels=24, heads=6, kvHeads=2, mlpHidden=20, positions="rotary", ropeTheta=50.0, norm="rmsnorm",
                   normEpsilon=1e-3, activation="swiglu", qkvBias=False, projectionBias=False, mlpBias=False, headBias=False,
                   tiedHead=True),
}
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh")}


def rotate(x, theta):  # Llama's rotate_half
    T, D = x.shape[-2:]
    angles = torch.outer(torch.arange(T).double(), theta ** (-torch.arange(0, D, 2).double() / D)).repeat(1, 2)
    a, b = x.chunk(2, -1)
    return x * angles.cos() + torch.cat((-b, a), -1) * angles.sin()


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        C = c["channels"]
        self.heads, self.kv_heads, self.head_size = c["heads"], c["kvHeads"], C // c["heads"]
        self.theta = c["ropeTheta"] if c["positions"] == "rotary" else None
        self.c_attn = nn.Linear(C, C + 2 * self.kv_heads * self.head_size, bias=c["qkvBias"])
        self.c_proj = nn.Linear(C, C, bias=c["projectionBias"])

    def forward(self, x):
        B, T, C = x.shape
        kept = self.kv_heads * self.head_size
        q, k, v = (t.view(B, T, -1, self.head_size).transpose(1, 2) for t in self.c_attn(x).split([C, kept, kept], dim=2))
        if self.theta:
            q, k = rotate(q, self.theta), rotate(k, self.theta)
        k, v = (t.repeat_interleave(self.heads // self.kv_heads, dim=1) for t in (k, v))
        scores = q @ k.transpose(-2, -1) / (C // self.heads) ** 0.5
        scores = scores.masked_fill(torch.ones(T, T).triu(1).bool(), float("-inf"))
        return self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, C))


def swiglu(x):  # Shazeer 2020
    gate, up = x.chunk(2, -1)
    return F.silu(gate) * up


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["mlpHidden"] * (2 if c["activation"] == "swiglu" else 1)
        self.c_fc = nn.Linear(c["channels"], width, bias=c["mlpBias"])
        self.c_proj = nn.Linear(c["mlpHidden"], c["channels"], bias=c["mlpBias"])
        self.activation = swiglu if c["activation"] == "swiglu" else ACTIVATIONS[c["activation"]]

    def forward(self, x):
        return self.c_proj(self.activation(self.c_fc(x)))


def norm(c):
    if c["norm"] == "rmsnorm":
        return nn.RMSNorm(c["channels"], eps=c["normEpsilon"])
    return nn.LayerNorm(c["channels"])


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln_1, self.ln_2 = norm(c), norm(c)
        self.attn, self.mlp = Attention(c), Mlp(c)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    def __init__(self, c):
        super().__init__()
        V, C = c["vocabularySize"], c["channels"]
        self.wte = nn.Embedding(V, C)
        self.wpe = nn.Embedding(c["blockSize"], C) if c["positions"] == "learned" else None
        self.h = nn.ModuleList(Block(c) for _ in range(c["layers"]))
        self.ln_f, self.lm_head = norm(c), nn.Linear(C, V, bias=c["headBias"])
        if c["tiedHead"]:
            self.lm_head.weight = self.wte.weight

    def forward(self, tokens):
        x = self.wte(tokens)
        if self.wpe is not None:
            x = x + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        values = np.ascontiguousarray(tensor.detach().numpy().astype("<f4"))
        header[name] = dict(dtype="F32", shape=list(values.shape), data_offsets=[len(data), len(data) + values.nbytes])
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def loss_of(model, tokens, targets):
    logits = model(tokens)
    return logits, F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.reshape(-1))


def make(name, config, seed):
    torch.manual_seed(seed)
    training = dict(TRAINING, epsilon=EPSILONS[name])
    model = Gpt(config)
    with torch.no_grad():  # larger than a real start, biases and norms included, so that every path matters
        for parameter_name, p in model.named_parameters():
            p.copy_(torch.randn_like(p) * 0.3 + (1.0 if "ln_" in parameter_name and "weight" in parameter_name else 0.0))
    model.double()
    steps = len(training["learningRates"])
    data = torch.randint(config["vocabularySize"], (steps, BATCH, config["blockSize"] + 1))
    tensors = {"initial." + n: p.clone() for n, p in model.named_parameters()}
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [dict(params=matrices, weight_decay=training["weightDecay"]), dict(params=vectors, weight_decay=0.0)],
        betas=(training["beta1"], training["beta2"]), eps=training["epsilon"])
    losses, norms = [], []
    for step in range(steps):
        logits, loss = loss_of(model, data[step, :, :-1], data[step, :, 1:])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            tensors["logits"] = logits
            tensors.update({"gradient." + n: p.grad.clone() for n, p in model.named_parameters()})
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), training["maxNorm"]).item())
        losses.append(loss.item())
        for group in optimizer.param_groups:
            group["lr"] = training["learningRates"][step]
        optimizer.step()
    tensors.update({"final." + n: p for n, p in model.named_parameters()})
    write_safetensors(OUT / f"{name}.safetensors", tensors)
    golden = dict(
        torch=torch.__version__, config=config, batch=BATCH, training=training, losses=losses, norms=norms,
        tokens=data[:, :, :-1].reshape(steps, -1).tolist(), targets=data[:, :, 1:].reshape(steps, -1).tolist())
    (OUT / f"{name}.json").write_text(json.dumps(golden) + "\n")
    print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, losses {losses}, norms {norms}")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for number, (name, config) in enumerate(CONFIGS.items()):
        if not sys.argv[1:] or name in sys.argv[1:]:
            make(name, config, seed=number + 1)
