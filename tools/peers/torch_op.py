#!/usr/bin/env python3
"""Times one operation in PyTorch, forward and backward, at the size that `tgpt op` is given.

    python tools/peers/torch_op.py matmul 4096x4096x4096 --device cuda --dtype fp32
    python tools/peers/torch_op.py attention 16x16x1024x64 --device cuda

Each line is one JSON object with the names that `tgpt op` uses; arithmetic is counted as there.
"""
import argparse
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16}


def matmul(sizes, device, dtype):
    """Phases of y = x wT: name, operations, function."""
    N, K, O = sizes
    x, w, dy = (torch.rand(s, device=device, dtype=dtype) for s in ((N, K), (O, K), (N, O)))
    flops = 2.0 * N * K * O
    return [
        ("forward", flops, lambda: F.linear(x, w)),
        ("backward input", flops, lambda: dy @ w),
        ("backward weight", flops, lambda: dy.T @ x),
    ]


def attention(sizes, device, dtype):
    """Phases of causal attention; only pairs that the mask leaves count."""
    B, H, T, D = sizes
    q, k, v = (torch.rand(B, H, T, D, device=device, dtype=dtype, requires_grad=True) for _ in range(3))
    dout = torch.rand(B, H, T, D, device=device, dtype=dtype)
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    product = 1.0 * B * H * T * T * D

    def forward():
        with torch.no_grad():
            F.scaled_dot_product_attention(q, k, v, is_causal=True)

    def backward():
        torch.autograd.grad(out, (q, k, v), dout, retain_graph=True)

    return [("forward", 2 * product, forward), ("backward", 5 * product, backward)]


def seconds(work, device, runs):
    """Median over the runs, each waited for."""
    synchronize = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    times = []
    for run in range(3 + runs):
        synchronize()
        start = time.perf_counter()
        work()
        synchronize()
        if run >= 3:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("operation", choices=["matmul", "attention"])
    parser.add_argument("sizes", help="NxKxO of matmul, BxHxTxD of attention")
    parser.add_argument("--device", default="cpu", help="cpu or cuda [cpu]")
    parser.add_argument("--dtype", choices=list(DTYPES), default="fp32", help="tf32 is fp32 on tensor cores [fp32]")
    parser.add_argument("--runs", type=int, default=10, help="timed runs [10]")
    options = parser.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit("torch_op: PyTorch sees no CUDA device; --device cpu measures the processor")
    torch.set_float32_matmul_precision("high" if options.dtype == "tf32" else "highest")
    sizes = [int(size) for size in options.sizes.split("x")]
    phases = {"matmul": matmul, "attention": attention}[options.operation](sizes, options.device, DTYPES[options.dtype])
    for name, flops, work in phases:
        taken = seconds(work, options.device, options.runs)
        print(json.dumps({
            "operation": options.operation,
            "sizes": options.sizes,
            "phase": name,
            "dtype": options.dtype,
            "device": "torch " + torch.__version__ + " " + options.device,
            "millis": taken * 1e3,
            "tflops": flops / taken / 1e12,
        }), flush=True)


if __name__ == "__main__":
    main()
