"""Runs the command line: `python -m wasm2oci`."""

import sys

from wasm2oci._cli import main

sys.exit(main())
