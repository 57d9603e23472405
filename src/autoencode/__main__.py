"""`python -m autoencode`."""

from autoencode.cli.main import main

main()
