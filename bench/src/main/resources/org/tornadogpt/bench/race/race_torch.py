"""Times forward and backward together in PyTorch. Arguments: operation, cpu or cuda, threads, sizes... One JSON line each."""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F


def matmul(sizes, device):
    N, K, O = sizes
    x, w, dout = (torch.rand(s, device=device) * 2 - 1 for s in ((N, K), (O, K), (N, O)))
    dw = torch.zeros(O, K, device=device)

    def run():
        F.linear(x, w)
        dout @ w
        dw.addmm_(dout.T, x)

    return run


def attention(sizes, device):
    q, k, v = (torch.rand(sizes, device=device, requires_grad=True) for _ in range(3))
    dout = torch.rand(sizes, device=device)

    def run():
        torch.autograd.grad(F.scaled_dot_product_attention(q, k, v, is_causal=True), (q, k, v), dout)

    return run


def millis(work, device):
    wait = torch.cuda.synchronize if device == "cuda" else lambda: None
    times = []
    begin = time.perf_counter()
    while len(times) < 8 or (len(times) < 60 and time.perf_counter() - begin < 4):
        wait()
        start = time.perf_counter()
        work()
        wait()
        times.append((time.perf_counter() - start) * 1e3)
        if time.perf_counter() - begin > 60:
            break
    return statistics.median(times[min(3, len(times) - 1):])


operation, device, threads = sys.argv[1:4]
if device == "cuda" and not torch.cuda.is_available():
    sys.exit("this PyTorch has no CUDA device")
torch.set_num_threads(int(threads))
for text in sys.argv[4:]:
    sizes = [int(size) for size in text.split("x")]
    work = {"matmul": matmul, "attention": attention}[operation](sizes, device)
    print(json.dumps({"version": torch.__version__, "millis": millis(work, device)}), flush=True)
