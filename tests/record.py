"""Record the cassettes anew: `python -m tests.record [BASE_URL] [NAME…]`; the endpoint is that of a local model server."""

import asyncio
import sys
import time

from chugao.engines import open_assisted
from chugao.engines.calling import Failure
from chugao.errors import EngineError
from tests.recordings import CASES, asked, cassette, file_of, settings_of


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


if __name__ == "__main__":
    main(*sys.argv[1:])
