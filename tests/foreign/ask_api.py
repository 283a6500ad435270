#!/usr/bin/env python3
"""Asks a node everything that its OpenAPI document allows, and much that it does not: no answer may be a 5xx.

Starts a node of its own on a copy of a data folder and lets schemathesis (PyPI) make the requests: once with invented
parameters, once with ids that are really there. Needs schemathesis in this Python.
Usage: ask_api.py LODE_NODE DATA_FOLDER [EXAMPLES]
DATA_FOLDER is a node's that is not running (of a demo: DIR/node); EXAMPLES bounds the requests of each operation and
phase (default 50).
It does not judge whether answers are right: the tests of the node do.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

SETTINGS = """[limits]
requests_per_second = 1000000
key_statements_per_second = 1000000
connections_per_address = 16384
"""
# Seeds the choice of requests, so that a failure can be had again.
SEED = "20261124"


def start(node: str, data: pathlib.Path, settings: pathlib.Path, log: pathlib.Path) -> tuple:
    command = [node, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--config", str(settings)]
    # A copy of a folder refuses to serve unless it is told that the original does not, and what the world has seen.
    with log.open("w") as errors:
        process = subprocess.Popen(command + ["--accept-copy", "--seen", "none"], stdout=subprocess.PIPE, stderr=errors, text=True)
    first = process.stdout.readline()
    if "http://" not in first:
        process.wait()
        sys.exit(f"the node did not come up: {log.read_text()}")
    return process, "http://" + first.strip().rsplit("http://", 1)[1].rstrip("/")


def ask(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def what_is_there(url: str) -> dict:
    """Parameters that find something, by name."""
    items = ask(f"{url}/v1/items?limit=200")["items"]
    people = ask(f"{url}/v1/participants?limit=200")["items"]
    entry = ask(f"{url}/v1/entries/0")
    next_page = ask(f"{url}/v1/items?limit=1").get("next")
    tags = [item["tag"] for item in items if item.get("tag")]
    # Of each kind some, so that every operation has some that are its own and many that are not.
    ids = [item["id"] for item in items[:3] + items[-3:]] + [person["id"] for person in people[:3]]
    return {
        "path.id": ids + [entry["statement"]],
        "path.index": [0, 1, 5, 2**64 - 1],
        "path.code": tags[:3] or ["none"],
        "path.path": ["0/000.p/1", "entries/000.p/1", "1/000", "x"],
        "path.table": ["species", "treatment", "country", "none"],
        "path.sha256": ["0" * 64, entry["statement"]],
        "query.cursor": [next_page or "AAAA", "A" * 36],
        "query.lang": ["en", "zh", "pt", "xx"],
    }


def statements(url: str) -> str:
    """The first statements of the log, one a line in hex."""
    with urllib.request.urlopen(f"{url}/v1/feed?limit=64", timeout=60) as feed:
        lines = [json.loads(line) for line in feed]
    return "\n".join(base64.b64decode(line["statement"]).hex() for line in lines)


def run(url: str, examples: str, config: pathlib.Path) -> int:
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{url}/openapi.json",
        "--checks", "not_a_server_error", "--max-examples", examples, "--phases", "examples,coverage,fuzzing",
        "--seed", SEED, "--generation-database", "none", "--continue-on-failure", "--warnings", "off",
        "--suppress-health-check", "all", "--request-timeout", "60", "--no-color",
    ]
    known = {
        "SCHEMATHESIS_HOOKS": "api_bodies",
        "PYTHONPATH": str(pathlib.Path(__file__).resolve().parent),
        "LODE_STATEMENTS": str(config.with_name("statements")),
    }
    return subprocess.run(command, check=False, env=os.environ | known, cwd=config.parent).returncode


def counted(url: str) -> dict:
    """How many answers of each status the node itself has counted."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    counts: dict = {}
    for line in lines:
        if found := re.match(r'lode_http_requests_total\{.*status="(\d+)".*\} (\d+)', line):
            counts[found[1]] = counts.get(found[1], 0) + int(found[2])
    return dict(sorted(counts.items()))


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    examples = sys.argv[3] if len(sys.argv) == 4 else "50"
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        shutil.copytree(sys.argv[2], work / "node")
        (work / "node.toml").write_text(SETTINGS)
        process, url = start(sys.argv[1], work / "node", work / "node.toml", work / "log")
        try:
            invented, real = work / "invented.toml", work / "real.toml"
            invented.write_text("")
            (work / "statements").write_text(statements(url))
            lines = [f"{json.dumps(name)} = {json.dumps(values)}\n" for name, values in what_is_there(url).items()]
            real.write_text("[parameters]\n" + "".join(lines))
            failed = [name.stem for name in (invented, real) if run(url, examples, name) != 0]
            if process.poll() is not None:
                failed.append("the node ended")
            else:
                statuses = counted(url)
                failed += [f"{status}: {count}" for status, count in statuses.items() if status.startswith("5")]
                # Where nothing was found or taken, nothing was tried.
                failed += [f"no answer was a {status}" for status in ("200", "400", "404", "422") if status not in statuses]
        finally:
            process.terminate()
            process.wait()
        said = (work / "log").read_text()
        if "panicked" in said:
            failed.append("a handler panicked")
        if failed:
            sys.exit(f"{', '.join(failed)}\n{said[-4000:]}")
    print("no answer was a 5xx:", ", ".join(f"{status} {count}" for status, count in statuses.items()))


if __name__ == "__main__":
    main()
