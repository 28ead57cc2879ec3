"""`python -m klatch`, where the command itself is not on the path."""

from klatch.cli import main

main()
