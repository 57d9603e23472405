"""`python -m autoencode`."""

import sys

from autoencode.cli.main import main

sys.argv[0] = "autoencode"  # run.json keeps the command that trained a run
main()
