#!/usr/bin/env python3
"""Times whole training steps of this project's presets in PyTorch: forward, backward, clipping, AdamW, on random tokens.

    python tools/peers/torch_step.py kernel-cpu --dropout 0 --steps 20

The architectures are those of `tgpt presets`, the work of a step is that of `tgpt speed`. The last line is one JSON object with
the same names as there. `tools/peers/compare.sh` runs both in turn.
"""
import argparse
import dataclasses
import json
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclasses.dataclass
class Config:
    vocabulary: int
    block: int
    channels: int
    heads: int
    layers: int
    batch: int
    activation: str = "gelu"
    dropout: float = 0.0
    qkv_bias: bool = True
    projection_bias: bool = True
    head_bias: bool = False
    tied_head: bool = False


PRESETS = {
    "quote": Config(13, 32, 64, 4, 2, 32, head_bias=True),
    "kernel-cpu": Config(95, 128, 128, 4, 4, 16, "relu", 0.2, qkv_bias=False, head_bias=True),
    "kernel-gpu": Config(105, 256, 384, 6, 6, 64, "relu", 0.2, qkv_bias=False, head_bias=True),
    "shakespeare": Config(65, 256, 384, 6, 6, 64, "relu", 0.2, qkv_bias=False, head_bias=True),
    "shakespeare-tied": Config(65, 256, 384, 6, 6, 64, "gelu", 0.2, qkv_bias=False, projection_bias=False, tied_head=True),
}
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.dropout = c.heads, c.dropout
        self.qkv = nn.Linear(c.channels, 3 * c.channels, bias=c.qkv_bias)
        self.projection = nn.Linear(c.channels, c.channels, bias=c.projection_bias)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in self.qkv(x).split(C, dim=2))
        dropout = self.dropout if self.training else 0.0
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout)
        return self.projection(out.transpose(1, 2).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(c.channels), nn.LayerNorm(c.channels)
        self.attention = Attention(c)
        self.fc, self.out = nn.Linear(c.channels, 4 * c.channels), nn.Linear(4 * c.channels, c.channels)
        self.activation = ACTIVATIONS[c.activation]
        self.dropout = nn.Dropout(c.dropout)

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.dropout(self.out(self.activation(self.fc(self.norm2(x)))))


class Gpt(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(c.vocabulary, c.channels), nn.Embedding(c.block, c.channels)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = nn.LayerNorm(c.channels)
        self.head = nn.Linear(c.channels, c.vocabulary, bias=c.head_bias)
        if c.tied_head:
            self.head.weight = self.tokens.weight

    def loss(self, tokens, targets):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1), targets.flatten())


def optimizer(model):
    """Matrices decay, vectors do not, as in `tgpt`."""
    parameters = list(model.parameters())
    groups = [
        dict(params=[p for p in parameters if p.dim() > 1], weight_decay=0.1),
        dict(params=[p for p in parameters if p.dim() <= 1], weight_decay=0.0),
    ]
    return torch.optim.AdamW(groups, lr=3e-4)


def measure(config, device, steps, warmup, compiled, dtype):
    """Milliseconds of each of `steps` steps, and the number of parameters. In bf16, master weights and AdamW stay in fp32."""
    torch.manual_seed(0)
    model = Gpt(config).to(device)
    adamw = optimizer(model)
    loss_of = torch.compile(model.loss) if compiled else model.loss
    shape = (config.batch, config.block)
    tokens, targets = (torch.randint(config.vocabulary, shape, device=device) for _ in range(2))
    synchronize = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    times = []
    for step in range(warmup + steps):
        synchronize()
        start = time.perf_counter()
        with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=dtype == "bf16"):
            loss = loss_of(tokens, targets)
        adamw.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adamw.step()
        loss.item()
        synchronize()
        if step >= warmup:
            times.append((time.perf_counter() - start) * 1e3)
    return times, sum(p.numel() for p in model.parameters())


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", choices=list(PRESETS))
    parser.add_argument("--steps", type=int, default=20, help="steps that are timed [20]")
    parser.add_argument("--warmup", type=int, default=5, help="untimed steps before [5]")
    parser.add_argument("--dropout", type=float, help="instead of the preset's")
    parser.add_argument("--threads", type=int, help="CPU threads; by default PyTorch's choice")
    parser.add_argument("--device", default="cpu", help="cpu or cuda [cpu]")
    parser.add_argument("--dtype", choices=["fp32", "tf32", "bf16"], default="fp32",
                        help="tf32 is fp32 on tensor cores, bf16 is autocast [fp32]")
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    return parser.parse_args()


def main():
    options = arguments()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit("torch_step: PyTorch sees no CUDA device; --device cpu measures the processor")
    config = PRESETS[options.preset]
    if options.dropout is not None:
        config = dataclasses.replace(config, dropout=options.dropout)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("high" if options.dtype == "tf32" else "highest")
    times, parameters = measure(config, options.device, options.steps, options.warmup, options.compile, options.dtype)
    median = statistics.median(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({
        "preset": options.preset,
        "device": "torch " + torch.__version__ + " " + options.device + (" compiled" if options.compile else ""),
        "dtype": options.dtype,
        "parameters": parameters,
        "medianStepMillis": median,
        "tokensPerSecond": config.batch * config.block / median * 1e3,
        "threads": torch.get_num_threads(),
        "minStepMillis": min(times),
        "maxStepMillis": max(times),
        "steps": options.steps,
        "dropout": config.dropout,
        "peakMegabytes": peak / 1e6,
    }))


if __name__ == "__main__":
    main()
