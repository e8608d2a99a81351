"""Harmless stand-in: the listener that a stand-in for a proof of concept talks to, on loopback."""

import http.server
import json
import os
import threading
import urllib.parse
from socketserver import BaseRequestHandler, ThreadingMixIn

HOST = "127.0.0.1"
PORT = 8089
MAX_BODY = 65536
PATHS = ["/stand-in", "/health"]

lock = threading.Lock()
seen = []


def decode(raw, limit=MAX_BODY):
    if len(raw) > limit:
        raise ValueError("longer than expected")
    fields = urllib.parse.parse_qs(raw.decode("utf-8"), keep_blank_values=True)
    return {key: values[-1] for key, values in fields.items()}


def record(path, fields, client=None):
    entry = {"path": path, "fields": fields, "client": client}
    with lock:
        seen.append(entry)
    return entry


def verdict(entry):
    if entry["path"] in ("/stand-in", "/stand-in/"):
        code = 200
        text = "as expected"
    elif entry["path"] == "/health":
        code = 204
        text = ""
    else:
        code = 404
        text = "unknown"
    return code, text


def describe(entry, verbose=False):
    if not verbose:
        line = entry["path"]
    else:
        line = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return line if len(line) < 256 else line[:253] + "..."


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        entry = record(self.path, decode(self.rfile.read(length)), client=None)
        code, text = verdict(entry)
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode("ascii"))

    def log_message(self, format, *args):
        pass


class Counter:
    def __init__(self):
        self.total = 0
        self.odd = 0

    def add(self, code):
        self.total += 1
        if code != 200:
            self.odd += 1

    def report(self):
        share = self.odd / self.total if self.total else 0
        return f"{self.total} requests, {share:.0%} odd"


def self_test():
    counter = Counter()
    for path in PATHS + ["/else"]:
        entry = record(path=path, fields=decode(b"filler=00&empty="), client="test")
        code, text = verdict(entry)
        counter.add(code)
        print(code, text, describe(entry), describe(entry, verbose=True))
    print(counter.report(), len(seen))
    try:
        decode(b"x" * 65537)
    except (ValueError, UnicodeDecodeError) as error:
        print(error)


def main():
    port = int(os.environ.get("PORT", PORT))
    if port < 1024 or port is None:
        raise SystemExit("expected a port from 1024 on")
    server = http.server.HTTPServer((HOST, port), Handler)
    worker = threading.Thread(target=server.serve_forever, name="listener", daemon=False)
    worker.start()
    print("listening at", HOST, port, flush=True)


if __name__ == "__main__":
    main()
