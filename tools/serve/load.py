#!/usr/bin/env python3
"""Many clients at once against a running `tgpt serve`: whether every text is that of its seed, and how fast they come.

    python3 tools/serve/load.py http://127.0.0.1:8080 MODEL [CLIENTS [SECONDS]]
    python3 tools/serve/load.py http://127.0.0.1:8080 MODEL beside STREAMS

Each client streams texts of 40 tokens under one of ten seeds, which were asked for alone before. With "beside", so many clients stream
without end, and it is measured how long 100 others, one after another, wait for their first token. Only the standard library is needed.
"""
import http.client
import json
import sys
import threading
import time
from urllib.parse import urlparse

base = urlparse(sys.argv[1])
model = sys.argv[2]
beside = len(sys.argv) > 3 and sys.argv[3] == "beside"
clients = int(sys.argv[4 if beside else 3]) if len(sys.argv) > 3 else 100
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 60
SEEDS, TOKENS = 10, 40


def stream(seed, tokens=TOKENS):
    """Returns status, text and seconds to the first token."""
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=120)
    start = time.monotonic()
    connection.request("POST", "/v1/completions", json.dumps(
        {"model": model, "prompt": " ", "max_tokens": tokens, "seed": seed, "stream": True}),
        {"Content-Type": "application/json"})
    response = connection.getresponse()
    if response.status != 200:
        response.read()
        connection.close()
        return response.status, "", 0
    text, first = "", None
    for line in response:
        if line.startswith(b"data: {"):
            text += json.loads(line[6:])["choices"][0]["text"]
            first = first or time.monotonic() - start
    connection.close()
    return 200, text, first


def tell(firsts):
    firsts.sort()
    print("first token: p50 %.3f s, p99 %.3f s" % (firsts[len(firsts) // 2], firsts[int(len(firsts) * 0.99)]))


def running():
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=120)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return [line for line in lines if line.startswith("tgpt_texts_running")]


if beside:
    going = True

    def others(seed):
        while going:
            stream(seed, 1000)

    for i in range(5):
        stream(i)  # until what is often used is compiled
    alone = [stream(i, 2)[2] for i in range(100)]
    threads = [threading.Thread(target=others, args=(i,), daemon=True) for i in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(5)
    print("beside", running())
    firsts = [stream(i, 2)[2] for i in range(100)]
    going = False
    print("alone: ", end="")
    tell(alone)
    print("beside %d streams: " % clients, end="")
    tell(firsts)
    sys.exit(0)

expected = []
start = time.monotonic()
for seed in range(SEEDS):
    expected.append(stream(seed)[1])
alone = SEEDS * TOKENS / (time.monotonic() - start)
lock = threading.Lock()
counts, firsts, wrong, failures = {}, [], 0, 0
end = time.monotonic() + seconds


def client(number):
    global wrong, failures
    turn = number
    while time.monotonic() < end:
        try:
            status, text, first = stream(turn % SEEDS)
        except (OSError, http.client.HTTPException):
            with lock:
                failures += 1
            continue
        with lock:
            counts[status] = counts.get(status, 0) + 1
            if status == 200:
                firsts.append(first)
                wrong += text != expected[turn % SEEDS]
        if status == 503:
            time.sleep(1)
        turn += 1


start = time.monotonic()
threads = [threading.Thread(target=client, args=(i,)) for i in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
took = time.monotonic() - start
rate = counts.get(200, 0) * TOKENS / took
print("answers by status:", counts, " connections that failed:", failures)
print("texts that differ from their single run:", wrong)
print("tokens/s: %.0f with %d clients, %.0f with one" % (rate, clients, alone))
if firsts:
    tell(firsts)
sys.exit(1 if wrong or failures or set(counts) - {200, 503} else 0)
