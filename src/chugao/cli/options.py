"""Options that several commands share, so that the same word means the same thing everywhere."""

from pathlib import Path
from typing import Annotated

import typer

Metrics = Annotated[list[Path] | None, typer.Option(metavar="文件", help="指标文件，可以写多次")]
Matters = Annotated[list[Path] | None, typer.Option(metavar="文件", help="事项文件，可以写多次")]
Corpus = Annotated[Path | None, typer.Option(metavar="文件夹", help="历年文稿所在的文件夹")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="文件夹", help="写到哪个文件夹")]
Json = Annotated[bool, typer.Option("--json", help="结果以 JSON 输出，供程序读取")]
