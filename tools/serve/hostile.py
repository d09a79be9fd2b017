#!/usr/bin/env python3
"""Clients that mean harm against a running `tgpt serve`, one kind after another, while a well-behaved one streams.

    ./tgpt serve --run runs/NAME &
    python3 tools/serve/hostile.py http://127.0.0.1:8080 MODEL [PID]

PID is the server's process, whose resident memory is told before and after (Linux). Only the standard library is needed.
"""
import http.client
import json
import os
import resource
import socket
import sys
import threading
import time
from urllib.parse import urlparse

base = urlparse(sys.argv[1])
model = sys.argv[2]
pid = sys.argv[3] if len(sys.argv) > 3 else None
HOST = "Host: 127.0.0.1\r\n"
failed = []


def memory():
    """Resident memory of the server in MB, nan if its process was not named."""
    if not pid:
        return float("nan")
    with open("/proc/%s/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def connect(timeout=60):
    return socket.create_connection((base.hostname, base.port), timeout=timeout)


def status(answer):
    return answer.split(b"\r\n", 1)[0].split(b" ")[1].decode() if answer.startswith(b"HTTP/1.1 ") else "closed"


def answer(connection):
    """What comes until the server closes, or the first of it."""
    try:
        return status(connection.recv(65536))
    except (ConnectionError, TimeoutError, OSError) as e:
        return type(e).__name__


def raw(request, timeout=60):
    with connect(timeout) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # the answer may be there all the same
        return answer(connection)


def post(body, headers=()):
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=60)
    connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json", **dict(headers)})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, text


class Witness(threading.Thread):
    """Streams texts under one seed, one after another: none may fail or differ."""

    def __init__(self):
        super().__init__(daemon=True)
        self.texts, self.again, self.wrong, self.pause, self.wait, self.going = 0, 0, 0, 0.0, 0.0, True

    def run(self):
        expected, start = None, None
        while self.going:
            start, last = start or time.monotonic(), None
            text, done = "", False
            try:
                connection = http.client.HTTPConnection(base.hostname, base.port, timeout=120)
                connection.request("POST", "/v1/completions", json.dumps(
                    {"model": model, "prompt": " ", "max_tokens": 60, "seed": 3, "stream": True}),
                    {"Content-Type": "application/json"})
                for line in connection.getresponse():
                    now = time.monotonic()
                    if last is None:
                        self.wait = max(self.wait, now - start)
                    else:
                        self.pause = max(self.pause, now - last)
                    last = now
                    if line.startswith(b"data: {"):
                        text += json.loads(line[6:])["choices"][0]["text"]
                    done = done or line.startswith(b"data: [DONE]")
                connection.close()
            except (OSError, http.client.HTTPException) as e:
                if last is None and isinstance(e, ConnectionResetError):
                    # The system, which holds only so many connections that nobody has taken yet, forgot this one.
                    self.again += 1
                    continue
                print("   the well-behaved client failed: %r" % e)
            expected = expected or text
            self.wrong += not done or text != expected
            self.texts += 1
            start = None


def attempt(name, expected, body):
    witness = Witness()
    before = memory()
    witness.start()
    start = time.monotonic()
    said = body()
    took = time.monotonic() - start
    witness.going = False
    witness.join()
    good = expected(said) and witness.wrong == 0
    if not good:
        failed.append(name)
    print("%-6s %-32s %-40s %5.1f s; memory %4.0f -> %4.0f MB; beside it %d texts, %d wrong, "
          "%d connected again, "
          "first token after %.2f s at most, pauses of %.2f s" % (
              "ok" if good else "FAILED", name, said, took, before, memory(), witness.texts, witness.wrong, witness.again,
              witness.wait,
              witness.pause),
        flush=True)


def slow_loris():
    """200 connections that send a header's byte each second, and never end."""
    connections = [connect() for _ in range(200)]
    open_ones, closed = set(connections), 0
    end = time.monotonic() + 90
    for connection in connections:
        connection.sendall(b"POST /v1/completions HTTP/1.1\r\nX-Slow: ")
        connection.setblocking(False)
    while open_ones and time.monotonic() < end:
        time.sleep(1)
        for connection in list(open_ones):
            try:
                connection.send(b"a")
                if connection.recv(4096) == b"":
                    raise ConnectionError
            except BlockingIOError:
                continue
            except OSError:
                open_ones.discard(connection)
                closed += 1
    for connection in connections:
        connection.close()
    return "%d of 200 ended by the server" % closed


def large_body(size):
    """As many bytes as are taken of a body of this size."""
    head = ("POST /v1/completions HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
    with connect() as connection:
        sent = 0
        try:
            connection.sendall(head.encode())
            block = b"{" + b" " * 65535
            while sent < size:
                connection.sendall(block)
                sent += len(block)
        except OSError:
            pass
        return "%s after %.1f MB" % (answer(connection), sent / 1e6)


def many_connections(count):
    """Whether the server is still there for others while so many try to connect."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 500), hard))
    opened, refused = [], 0
    for _ in range(count):
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.connect((base.hostname, base.port))
        except BlockingIOError:
            pass
        except OSError:
            refused += 1
            connection.close()
            continue
        opened.append(connection)
    time.sleep(5)
    during = open_files()
    for connection in opened:
        connection.close()
    time.sleep(1)
    ok = post(json.dumps({"model": model, "prompt": " ", "max_tokens": 1}))[0]
    return "%d tried, %d refused; %s open files; then %d" % (count, refused, during, ok)


def open_files():
    return len(os.listdir("/proc/%s/fd" % pid)) if pid else "?"


def never_reads():
    """8 clients that ask for some megabytes and read nothing: when the system's buffers are full, the server leaves them."""
    connections = []
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": " "}], "max_tokens": 4096, "stream": True,
                       "logprobs": True, "top_logprobs": 20})
    for _ in range(8):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect((base.hostname, base.port))
        connection.sendall(("POST /v1/chat/completions HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n"
                            "Content-Length: %d\r\n\r\n%s" % (len(body), body)).encode())
        connections.append(connection)
    begun = left = connections_open()
    end = time.monotonic() + 240
    while left > 2 and time.monotonic() < end:
        time.sleep(2)
        left = connections_open()
    for connection in connections:
        connection.close()
    return "%d connections, then %d" % (begun, left)


def connections_open():
    """As the server counts them: the well-behaved client's and this one are among them."""
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=60)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return int(float(next(line.split()[1] for line in lines if line.startswith("tgpt_connections "))))


def statuses(requests):
    return " ".join(raw(r) for r in requests)


def get(path, headers=""):
    return ("GET %s HTTP/1.1\r\n%s%sConnection: close\r\n\r\n" % (path, HOST, headers)).encode()


def body_of(data, headers=""):
    return ("POST /v1/completions HTTP/1.1\r\n%sContent-Type: application/json\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n"
            % (HOST, headers, len(data))).encode() + data


DEEP = b'{"model":"x","a":' + b"[" * 500_000
attempt("1 GB body", lambda s: s.startswith(("413", "Conn", "closed", "Broken")), lambda: large_body(1 << 30))
attempt("deep JSON", lambda s: s == "400", lambda: raw(body_of(DEEP)))
attempt("bad UTF-8", lambda s: s == "400", lambda: raw(body_of(b'{"model":"\xff\xfe","prompt":"\xc3("}')))
attempt("path traversal", lambda s: set(s.split()) <= {"400", "404"}, lambda: statuses([
    get(p) for p in ("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/portal/api/runs/..%2f..%2fetc", "/%2e%2e/%2e%2e/etc/passwd",
                     "/portal/..;/..;/etc/passwd", "/portal/api/runs/%00", "/v1/models/..%2f..%2fetc%2fpasswd")]))
attempt("header flood", lambda s: set(s.split()) <= {"431", "ConnectionResetError", "closed"}, lambda: statuses([
    get("/healthz", "X-A: " + "a" * 1_000_000 + "\r\n"), get("/healthz", "".join("X-%d: a\r\n" % i for i in range(100_000)))]))
attempt("page of another origin", lambda s: s == "403 403", lambda: statuses([
    body_of(b"{}", "Origin: http://evil.example\r\n"),
    b"GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"]))
attempt("slow loris", lambda s: s.startswith("200 of"), slow_loris)
attempt("clients that never read", lambda s: int(s.split()[3]) <= 2, never_reads)
attempt("10,000 connections", lambda s: s.endswith("then 200"), lambda: many_connections(10_000))
print("%d failed" % len(failed))
sys.exit(1 if failed else 0)
