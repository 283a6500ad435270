#!/usr/bin/env python3
"""Checks a static Lode log with nothing of Lode's: root, checkpoint, every statement's signature.

Written from schemas/ alone (statement.cddl, log.md). Needs cbor2 and cryptography.
Usage: read_log.py LOG_FOLDER TRUST_POLICY
It does not know the rules of the trade: it shows that the bytes are what they are said to be. Whether the key of a
single unit belongs to its batch is such a rule.
"""

import base64
import hashlib
import json
import pathlib
import sys

try:
    import cbor2
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing: pip install cbor2 cryptography")


class Bad(Exception):
    """Something in the log is not what it is said to be."""


def sha256(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# The log: tiles of entries, RFC 6962 hashing (schemas/log.md).


def tile_number(index: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return "/".join(groups)


def entries(folder: pathlib.Path, size: int):
    for bundle in range((size + 255) // 256):
        width = min(256, size - bundle * 256)
        path = f"tile/entries/{tile_number(bundle)}"
        full = folder / path
        partial = folder / f"{path}.p" / str(width)
        data = (full if full.is_file() else partial).read_bytes()
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            entry, data = data[2 : 2 + length], data[2 + length :]
            if len(entry) != length:
                raise Bad(f"{path} is cut short")
            yield entry


def root_of(leaves: list) -> bytes:
    """MTH of RFC 6962, by pairing up level after level; an odd last node moves up as it is."""
    if not leaves:
        return sha256(b"")
    level = leaves
    while len(level) > 1:
        pairs = [sha256(b"\x01", level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


# The checkpoint: a C2SP signed note, signed by a key of the trust file.


def log_keys(policy: str) -> dict:
    keys = {}
    for line in policy.splitlines():
        words = line.split()
        if words[:1] == ["log"]:
            name, key_id, key = words[1].split("+", 2)
            raw = base64.b64decode(key)
            if raw[0] != 1:
                raise Bad(f"the log key {name} is not Ed25519")
            if sha256(name.encode(), b"\n", raw)[:4].hex() != key_id:
                raise Bad(f"the key id of {name} does not fit its key")
            keys[(name, bytes.fromhex(key_id))] = Ed25519PublicKey.from_public_bytes(raw[1:])
    return keys


def open_checkpoint(note: str, keys: dict):
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    verified = False
    for line in signatures.splitlines():
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        key = keys.get((name, raw[:4]))
        if dash == "—" and key is not None:
            key.verify(raw[4:], text.encode())
            verified = True
    if not verified:
        raise Bad("no key of the trust file signed the checkpoint")
    origin, size, root = text.splitlines()[:3]
    return origin, int(size), base64.b64decode(root)


# Statements: COSE_Sign1 over JSON (schemas/statement.cddl).


def thumbprint(key: bytes) -> bytes:
    """RFC 9679 over the OKP key {1: 1, -1: 6, -2: key}."""
    return sha256(cbor2.dumps({1: 1, -1: 6, -2: key}, canonical=True))


def read_statement(entry: bytes):
    value = cbor2.loads(entry)
    if not isinstance(value, cbor2.CBORTag) or value.tag != 18:
        raise Bad("not a COSE_Sign1")
    protected, unprotected, payload, signature = value.value
    header = cbor2.loads(protected)
    if unprotected or set(header) != {1, 3, 4, 15} or header[1] not in (-8, -19):
        raise Bad("not the header of a statement")
    signed = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    return header, json.loads(payload), signed, signature


def keys_in(event: dict):
    """The public keys that an event brings in, wherever the schemas put them."""
    grants = event.get("keys", []) + event.get("registrar", {}).get("keys", [])
    grants += [event["grant"]] if "grant" in event else []
    for grant in grants:
        yield unpadded(grant["key"])
    for field in ("seal_key", "supplier_link", "claim_key", "owner_key"):
        if field in event:
            yield unpadded(event[field])


def usable(keys) -> dict:
    return {thumbprint(key): Ed25519PublicKey.from_public_bytes(key) for key in keys}


def check(folder: pathlib.Path, policy: str) -> str:
    origin, size, root = open_checkpoint((folder / "checkpoint").read_text(), log_keys(policy))
    keys, leaves, audience, events = {}, [], origin, 0
    for index, entry in enumerate(entries(folder, size)):
        leaves.append(sha256(b"\x00", entry))
        header, payload, signed, signature = read_statement(entry)
        if header[15][3] != audience:
            raise Bad(f"entry {index} is for {header[15][3]}")
        if index == 0:
            audience = f"{origin}#{leaves[0][:16].hex()}"
        events += len(payload["events"])
        brought = usable(key for event in payload["events"] for key in keys_in(event))
        # Entry 0 is signed by a key that it brings in itself, as is the claim of one unit of a batch.
        if index == 0:
            keys.update(brought)
        keys.update(usable(unpadded(event["unit"]["claim_key"]) for event in payload["events"] if "unit" in event))
        if header[4] not in keys:
            raise Bad(f"entry {index}: the signing key was never enrolled")
        try:
            keys[header[4]].verify(signature, signed)
        except InvalidSignature as error:
            raise Bad(f"entry {index}: the signature does not fit") from error
        keys.update(brought)
    if root_of(leaves) != root:
        raise Bad("the entries do not add up to the checkpoint's root")
    return f"{origin}: {size} entries, {events} events, {len(keys)} keys: root, checkpoint and every signature fit"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        print(check(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()))
    except (Bad, InvalidSignature, OSError, ValueError, KeyError) as error:
        sys.exit(f"not accepted: {error or type(error).__name__}")
