"""``python -m bailiwick``: the same as the command."""

from bailiwick.cli import main

main()
