"""Tells schemathesis what bodies to send where the OpenAPI document only says that they are bytes: any, and statements of
the log with some places changed. `ask_api.py` loads it and says by LODE_STATEMENTS where they stand, one a line in hex.
"""

import os
import pathlib

import schemathesis
from hypothesis import strategies as st

STATEMENTS = [bytes.fromhex(line) for line in pathlib.Path(os.environ["LODE_STATEMENTS"]).read_text().split()]


@st.composite
def bent(draw) -> bytes:
    body = bytearray(draw(st.sampled_from(STATEMENTS)))
    for place, value in draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=4)):
        body[place] = value
    return bytes(body)


one = st.one_of(st.binary(max_size=2000), bent())
schemathesis.openapi.media_type("application/cose", one)
schemathesis.openapi.media_type("application/cbor-seq", st.lists(one, max_size=8).map(b"".join))


@schemathesis.serializer("application/cose", "application/cbor-seq")
def as_they_are(_context, value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
