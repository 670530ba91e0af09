"""`python -m domaingpt`."""

from domaingpt.cli import main

main()
