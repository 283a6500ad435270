#!/usr/bin/env python3
"""Checks a proof file with nothing of Lode's: that its statements are in the signed log, that its records are the
sealed ones, that no event of theirs is left out, and who signed.

Written from schemas/ alone (proof.cddl, records.cddl, log.md). Needs cbor2 and cryptography.
Usage: read_proof.py FILE.lode TRUST_POLICY
It does not apply the rules of the trade again: lode-verify does.
"""

import json
import pathlib
import sys

try:
    import cbor2
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing: pip install cbor2 cryptography")

from read_log import Bad, keys_in, log_keys, open_checkpoint, read_statement, sha256, thumbprint, unpadded

LEDGER, KEY, ITEM, TAG, OWNER_KEY = 1, 5, 7, 12, 25
# Sequences, offspring, exposures, components.
WITHOUT_HISTORY = (6, 15, 30, 32)


def hashes(data: bytes) -> list:
    if len(data) % 32:
        raise Bad("a list of hashes is cut short")
    return [data[n : n + 32] for n in range(0, len(data), 32)]


# That the statements are in the log (proof.cddl, field 6).


def root_of_some(size: int, leaves: dict, others: list) -> bytes:
    """The tree's root from some leaves and, in order, the hashes of the largest subtrees without any of them."""

    def subtree(start: int, length: int) -> bytes:
        if not any(start <= index < start + length for index in leaves):
            return others.pop(0)
        if length == 1:
            return leaves[start]
        left = 1 << ((length - 1).bit_length() - 1)
        return sha256(b"\x01", subtree(start, left), subtree(start + left, length - left))

    root = subtree(0, size)
    if others:
        raise Bad("the multiproof has hashes left over")
    return root


# That the state map holds the records (proof.cddl, field 9).


def map_root(claims: dict, ends: list, siblings: list) -> bytes:
    """The root from what each asked key is claimed to hold; None for nothing."""

    def bit(key: bytes, depth: int) -> int:
        return key[depth // 8] >> (7 - depth % 8) & 1

    def leaf(key: bytes, value: bytes) -> bytes:
        return sha256(b"\x02", key, value)

    def ending(end: list, asked: list, depth: int) -> bytes:
        present = [key for key in asked if claims[key] is not None]
        if end[0] == 1 and len(present) == 1:
            return leaf(present[0], claims[present[0]])
        if end[0] == 0 and not present:
            return sha256(b"\x04")
        if end[0] == 2 and not present:
            key, value = end[2:]
            if key not in asked and all(bit(key, n) == bit(asked[0], n) for n in range(depth)):
                return leaf(key, value)
        raise Bad("the map proof does not bear the records out")

    def subtree(asked: list, depth: int) -> bytes:
        if not asked:
            return siblings.pop(0)
        if ends[0][1] == depth:
            return ending(ends.pop(0), asked, depth)
        sides = [[key for key in asked if bit(key, depth) == side] for side in (0, 1)]
        return sha256(b"\x03", subtree(sides[0], depth + 1), subtree(sides[1], depth + 1))

    root = subtree(sorted(claims), 0)
    if ends or siblings:
        raise Bad("the map proof has parts left over")
    return root


# That no event is left out (log.md, record history), and who signed.


def check_history(key: bytes, record: dict, touches: list, statements: dict):
    head = bytes(32)
    for touch in touches:
        entry = statements.get(touch[0])
        statement = sha256(entry) if entry is not None else touch[2]
        head = sha256(head, touch[0].to_bytes(8, "big"), touch[1].to_bytes(2, "big"), statement)
    last = touches[-1][0] if touches else 0
    if record[0] != {0: head, 1: len(touches), 2: last}:
        raise Bad(f"record {key.hex()}: events are left out")


def known_keys(records: dict):
    """The public keys that the records name, each with the entry since which it is revoked."""
    for key, record in records.items():
        if key[0] == LEDGER:
            yield record[4], None
        elif key[0] == KEY:
            yield record[1], record.get(4)
        elif key[0] == TAG:
            yield record[2], None
        elif key[0] == OWNER_KEY:
            yield record[1], None
        elif key[0] == ITEM and 19 in record:
            yield record[19], None


def check_signatures(statements: dict, records: dict, ledger: str, seal: int):
    keys = {thumbprint(key): (key, revoked) for key, revoked in known_keys(records)}
    for index, entry in statements.items():
        header, payload, signed, signature = read_statement(entry)
        if index > 0 and header[15][3] != ledger:
            raise Bad(f"entry {index} is for {header[15][3]}")
        # Whether a unit's key belongs to its batch is for lode-verify to say.
        units = [unpadded(event["unit"]["claim_key"]) for event in payload["events"] if "unit" in event]
        keys.update((thumbprint(key), (key, None)) for key in units)
        if header[4] not in keys:
            raise Bad(f"entry {index}: no record names its key")
        key, revoked = keys[header[4]]
        if revoked is not None and index > revoked:
            raise Bad(f"entry {index}: its key was revoked by entry {revoked}")
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
        except InvalidSignature as error:
            raise Bad(f"entry {index}: the signature does not fit") from error
        # Who came after the seal is known by these statements only.
        if index > seal:
            later = [key for event in payload["events"] for key in keys_in(event)]
            keys.update((thumbprint(key), (key, None)) for key in later if thumbprint(key) not in keys)


def check_disclosures(disclosures: list, statements: dict, origin: str) -> int:
    by_id = {sha256(entry): entry for entry in statements.values()}
    for opened in disclosures:
        _, payload, _, _ = read_statement(by_id[opened[0]])
        place = payload
        for part in opened[1].replace("[", ".").replace("]", "").split("."):
            place = place[int(part)] if isinstance(place, list) else place[part]
        path = opened[1].encode()
        digest = sha256(b"lode sealed 1\n", origin.encode(), b"\n", path, b"\n", opened[2], opened[3].encode())
        if unpadded(place["sealed"]) != digest:
            raise Bad(f"{opened[1]} is not what was sealed")
    return len(disclosures)


def check(data: bytes, policy: str) -> str:
    file = cbor2.loads(data)
    if file[0] != 1:
        raise Bad(f"version {file[0]} is not known here")
    origin, size, root = open_checkpoint(file[5], log_keys(policy))
    statements = {entry[0]: entry[1] for entry in file[4]}
    leaves = {index: sha256(b"\x00", entry) for index, entry in statements.items()}
    if root_of_some(size, leaves, hashes(file[6])) != root:
        raise Bad("the statements do not lead to the checkpoint's root")
    if file[1] != f"{origin}#{leaves[0][:16].hex()}":
        raise Bad("the ledger is not the one that entry 0 opened")
    header, payload, _, _ = read_statement(statements[file[7]])
    seal = payload["events"][0]
    if header[15][1] != "ledger" or seal["type"] != "ledger.sealed" or seal["size"] != file[7]:
        raise Bad(f"entry {file[7]} is no seal")
    claims = {sha256(known[0]): sha256(known[1]) if 1 in known else None for known in file[8]}
    ends, siblings = cbor2.loads(file[9])
    if map_root(claims, ends, hashes(siblings)).hex() != seal["state_root"]:
        raise Bad("the records do not lead to the seal's state root")
    records = {known[0]: cbor2.loads(known[1]) for known in file[8] if 1 in known}
    for known in file[8]:
        if 1 in known and known[0][0] not in WITHOUT_HISTORY:
            check_history(known[0], records[known[0]], known[2], statements)
    check_signatures(statements, records, file[1], file[7])
    opened = check_disclosures(file[10], statements, origin)
    return f"{origin}: {len(statements)} statements, {len(records)} records, {opened} opened fields: all fit"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        print(check(pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2]).read_text()))
    except (Bad, InvalidSignature, OSError, ValueError, KeyError, IndexError, TypeError) as error:
        sys.exit(f"not accepted: {error or type(error).__name__}")
