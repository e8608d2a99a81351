#!/usr/bin/env python3
"""Harmless stand-in for a proof of concept: asks a test listener for its banner.

Written for the tests of Tocsin. It talks to the loopback interface only.
"""

import argparse
import json
import socket
import sys
import time

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8089
TIMEOUT_SECONDS = 5
RETRIES = 3

# What the listener is asked for; these two differ in every copy.
REQUEST_ID = "3f2b8c1e-0000-4000-8000-000000000002"
FILLER = "0000000000000000000000000000000000000000"

METHODS = ("GET", "HEAD", "OPTIONS")
BUFFER_BYTES = 4096


class Answer:
    def __init__(self, status, body):
        self.status = status
        self.body = body

    def is_expected(self):
        return self.status == 200 or self.status == 204

    def summary(self):
        return {"status": self.status, "bytes": len(self.body)}


def build_request(method, path, request_id=REQUEST_ID):
    if method not in ("GET", "HEAD", "OPTIONS"):
        raise SystemExit("expected GET, HEAD or OPTIONS")
    lines = [f"{method} {path} HTTP/1.0", f"X-Request-Id: {request_id}", "", ""]
    return "\r\n".join(lines).encode("ascii")


def parse_answer(raw):
    head, found, body = raw.partition(b"\r\n\r\n")
    if not found:
        return Answer(status=0, body=b"")
    words = head.split(b" ", 2)
    status = int(words[1]) if len(words) >= 2 else 0
    return Answer(status, body)


def port_from(text):
    port = int(text, 0)
    if port < 1024:
        raise argparse.ArgumentTypeError("expected a port from 1024 on")
    return port


def ask(port, method, timeout=TIMEOUT_SECONDS, retries=RETRIES):
    request = build_request(method, "/stand-in")
    for attempt in range(retries):
        try:
            with socket.create_connection((LOOPBACK, port), timeout=timeout) as connection:
                connection.sendall(request)
                raw = connection.recv(BUFFER_BYTES)
        except (ConnectionRefusedError, socket.timeout, OSError):
            time.sleep(0.01 * attempt)
            continue
        if raw == b"":
            return None
        else:
            return parse_answer(raw)
    return None


def self_test():
    samples = {"plain": b"HTTP/1.0 200 OK\r\n\r\nhello", "cut": b"HTTP/1.0 200", "none": b""}
    for name, raw in samples.items():
        answer = parse_answer(raw)
        print(name, json.dumps(answer.summary(), sort_keys=True, indent=None))
    print(build_request("GET", "/x", request_id="r").decode("ascii").strip())
    print(port_from("0x1f99"), 0xFF & 4096, answer.is_expected())
    print("done" if answer.status == 0 else "odd")


def main():
    parser = argparse.ArgumentParser(prog="probe.py", description="Asks a test listener.")
    parser.add_argument("--port", type=port_from, default=DEFAULT_PORT, help="of the listener")
    parser.add_argument("--method", default="GET", help="one of three")
    parser.add_argument("--self-test", action="store_true", help="needs no listener")
    arguments = parser.parse_args()
    if arguments.self_test:
        self_test()
        return
    answer = ask(arguments.port, arguments.method, timeout=TIMEOUT_SECONDS, retries=RETRIES)
    if answer is None:
        print("no answer", file=sys.stderr, flush=True)
    else:
        print(json.dumps(answer.summary(), sort_keys=True))


if __name__ == "__main__":
    main()
