from chugao.kind import *  # noqa: F403  (gone when nobody asks for it any more)
