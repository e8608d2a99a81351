#!/usr/bin/env python3
# Harmless stand-in: cuts a recorded stream of frames into its parts, and says what is odd in it.
import binascii
import struct
import sys
from collections import Counter, namedtuple
from enum import Enum, unique

MAGIC = 0x5443
HEADER_BYTES = 8
MAX_PAYLOAD = 1024
MASK = 0xFF
STRICT = True
VERBOSE = False


@unique
class Kind(Enum):
    HELLO = 1
    DATA = 2
    END = 3


Frame = namedtuple("Frame", ["kind", "flags", "payload"])


class FormatError(Exception):
    pass


def checksum(payload):
    return sum(payload) & MASK


def encode(kind, payload, flags=0):
    header = struct.pack(">HBBHBx", MAGIC, kind.value, flags, len(payload), checksum(payload))
    return header + payload


def decode(stream, strict=STRICT, limit=MAX_PAYLOAD):
    at = 0
    frames = []
    while at + HEADER_BYTES <= len(stream):
        magic, kind, flags, length, found = struct.unpack_from(">HBBHBx", stream, at)
        if magic != MAGIC:
            raise FormatError("expected a frame")
        if length > limit or (strict and length == 0 and kind == 2):
            raise FormatError("expected another length")
        payload = stream[at + HEADER_BYTES : at + HEADER_BYTES + length]
        if checksum(payload) == found:
            frames.append(Frame(Kind(kind), flags, payload))
        else:
            raise FormatError("expected another checksum")
        at += HEADER_BYTES + length
    return frames


def damaged(stream, at):
    changed = bytearray(stream)
    changed[at] ^= 0x01
    return bytes(changed)


def summary(frames):
    counted = Counter(frame.kind.name for frame in frames)
    total = sum(len(frame.payload) for frame in frames)
    return ", ".join(f"{name} {counted[name]}" for name in sorted(counted)) + f"; {total} bytes"


def outcome(stream, strict=True):
    try:
        frames = decode(stream, strict=strict, limit=512)
    except (FormatError, struct.error) as error:
        return f"refused: {error}"
    return summary(frames) if frames else "nothing"


def main(arguments):
    stream = encode(Kind.HELLO, b"") + encode(Kind.DATA, b"stand-in", flags=4) + encode(Kind.END, b"")
    samples = [stream, damaged(stream, 0), damaged(stream, 17), stream[:9], b""]
    for sample in samples:
        print(binascii.hexlify(sample[:4]).decode("ascii"), outcome(sample, strict=True))
    loose = encode(Kind.DATA, b"")
    print(outcome(loose, strict=True), "/", outcome(loose, strict=False))
    if len(arguments) == 1 and not VERBOSE:
        return 0
    else:
        print("expected no arguments", file=sys.stdout, end="\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
