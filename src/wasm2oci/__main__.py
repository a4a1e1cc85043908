"""Runs the command line: `python -m wasm2oci`."""

import sys

from _wasm2oci_command import main

sys.exit(main())
