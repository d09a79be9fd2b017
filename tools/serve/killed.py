#!/usr/bin/env python3
"""Kills a server (SIGKILL) while it streams and starts it again: nothing is to be repaired, the texts are the same.

    python3 tools/serve/killed.py MODEL PORT FOLDER ./tgpt serve --run runs/MODEL --port PORT

FOLDER is looked at before and after: the server writes nothing there.
"""
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time

model, port, folder, command = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]


def contents():
    """Names and checksums of all files."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                found[os.path.join(path, name)] = hashlib.sha256(file.read()).hexdigest()
    return found


def start():
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            time.sleep(0.1)
    sys.exit("FAILED: the server does not start")


def stream(tokens, until=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/v1/completions", json.dumps(
        {"model": model, "prompt": " ", "max_tokens": tokens, "seed": 5, "stream": True}), {"Content-Type": "application/json"})
    text, done = "", False
    try:
        for line in connection.getresponse():
            if line.startswith(b"data: {"):
                text += json.loads(line[6:])["choices"][0]["text"]
            done = done or line.startswith(b"data: [DONE]")
            if until and len(text) > 20:
                until()
                until = None
    except (OSError, http.client.HTTPException):
        pass  # killed
    return text, done


before = contents()
process = start()
whole, done = stream(300)
broken, ended = stream(4000, lambda: os.killpg(process.pid, signal.SIGKILL))
process.wait()
process = start()
begun = time.monotonic()
again, done_again = stream(300)
os.killpg(process.pid, signal.SIGTERM)
code = process.wait()
good = done and done_again and not ended and again == whole and broken[:300] == whole[:len(broken)][:300] and contents() == before and code == 0
print("%s: killed after %d characters; then the same text of %d characters: %s; %d files unchanged: %s; ended by SIGTERM with %d" % (
    "ok" if good else "FAILED", len(broken), len(again), again == whole, len(before), contents() == before, code))
sys.exit(0 if good else 1)
