"""A server that dies and comes back at once: the application is built once, each life is a fork with its own database.

python -m tests.desk_server WORKSPACE: says the token of its forms; then for each line on stdin a child serves on a free
port and says “PID PORT”; the test kills it.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    import uvicorn

    from chugao.comparing import compare
    from chugao.database import open_database, sqlite_url
    from chugao.review.accounts import token_for_forms
    from chugao.web import create_app
    from chugao.web.house import open_house

    house = open_house(Path(sys.argv[1]), solo=True)
    url = sqlite_url(Path(sys.argv[1]) / ".chugao" / "chugao.db")
    app = create_app(house)
    # Dictionaries and the catalogue are read once, not once a life.
    compare("门诊12人次，抢救成功率提高到95.3%。", "门诊13人次，急诊抢救成功率为95.3%。")
    # No connection goes over a fork.
    house.database.close()
    print(token_for_forms(house.secret), flush=True)

    class Telling(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup(sockets)  # type: ignore[arg-type]
            print(os.getpid(), self.servers[0].sockets[0].getsockname()[1], flush=True)

    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            house.database = open_database(url)
            config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", loop="asyncio")
            Telling(config).run()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
