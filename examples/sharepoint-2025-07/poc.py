#!/usr/bin/env python3
"""Harmless stand-in for a proof of concept (reconstruction).

Written for the Tocsin project as part of the demonstration alert "SharePoint, July 2025". It holds
no exploit logic and no detail of CVE-2025-49704 or CVE-2025-49706. It sends one request to a test
listener on the loopback interface, so that a detection team can follow that request through its
own sensors, and it refuses any other destination.

Usage: python3 poc.py [PORT]
"""

import http.client
import sys

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8089
TIMEOUT_SECONDS = 5

# These two values differ in every copy. They have no technical meaning.
REQUEST_ID = "3f2b8c1e-0000-4000-8000-000000000001"
FILLER = "0000000000000000000000000000000000000000000000000000000000000000"


def port_from(arguments):
    if not arguments:
        return DEFAULT_PORT
    port = int(arguments[0])
    if not 1024 <= port <= 65535:
        raise SystemExit("expected a port between 1024 and 65535")
    return port


def send(port):
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST",
            "/stand-in",
            body="filler=" + FILLER,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Request-Id": REQUEST_ID,
            },
        )
        return connection.getresponse().status
    finally:
        connection.close()


def main():
    print("Stand-in of the demonstration alert: one harmless request to", LOOPBACK)
    try:
        status = send(port_from(sys.argv[1:]))
    except OSError as error:
        raise SystemExit(f"no test listener answered: {error}")
    print("The test listener answered with status", status)


if __name__ == "__main__":
    main()
