"""`python -m chugao` is the same as `chugao`."""

from chugao.cli import main

main()
