"""Record the cassettes anew: `python -m tests.record [BASE_URL] [NAME…]`, or `… embeddings`; the endpoint is that of a local model server."""

import asyncio
import sys
import time

from chugao.engines import open_assisted
from chugao.engines.calling import Failure
from chugao.errors import EngineError
from tests.fault_server import Faults
from tests.recordings import CASES, EMBEDDING, TEXTS, asked, cassette, embedder, file_of, settings_of


def main(base_url: str = "http://127.0.0.1:8099/v1", *names: str) -> None:
    for case in CASES:
        if names and case.name not in names:
            continue
        file = file_of(case)
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        engine, started = open_assisted(case.engine, settings=settings_of(case, base_url)), time.monotonic()
        with cassette(file, "all"):
            try:
                told = asyncio.run(asked(case, engine))
            except (EngineError, Failure) as error:
                told = error
        print(f"{case.name}: {time.monotonic() - started:.0f}s {told!r}"[:400], flush=True)


def embeddings() -> None:
    """Record vectors from the stub: the local model's server gives one vector a token, which is none of a text."""
    EMBEDDING.unlink(missing_ok=True)
    with Faults() as stub, cassette(EMBEDDING, "all"):
        print([len(v) for v in embedder(stub.url)(TEXTS)])
    text = EMBEDDING.read_text("utf-8").partition("\n")[2]
    EMBEDDING.write_text(f"# Recorded from the stub in tests/fault_server.py; wire format only.\n{text}", "utf-8")


if __name__ == "__main__":
    embeddings() if sys.argv[1:2] == ["embeddings"] else main(*sys.argv[1:])
