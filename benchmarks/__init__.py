"""Compares wasm2oci with its peers, in the same run and on the same bytes.

`python -m benchmarks` builds or finds the peers, starts a registry, measures and prints; README.md says
more. The map:

    __main__.py    the command
    rows.py        what is compared: one function per group of rows
    commands.py    how each program is told to push or pull
    contestants.py a program or a warm worker that can be timed
    worker.py      the warm worker in Python; goloop/ is the one in Go
    proxy.py       a proxy that makes the network far and narrow
    peers.py       finds and builds the programs
    bars.py        what wasm2oci aims at
    report.py      the tables
    results.py     reads them again
    plot.py        draws them
    figures.py     writes what README.md and the site show of them
"""
