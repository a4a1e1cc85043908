"""Source that programs which fork begin with."""

from __future__ import annotations

IN_CHILD = """
    import os, signal, sys, warnings, wasm2oci

    warnings.simplefilter("ignore", DeprecationWarning)  # Go's threads are why fork is warned of

    def start_child(function, ending=os._exit):
        # The child must end by itself within the alarm's time; a hang would be ended by it.
        child = os.fork()
        if child:
            return child
        signal.alarm(20)
        try:
            function()
        except SystemExit:  # of a child of the child
            raise
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(4)
        ending(0)

    def code_of(child):
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def in_child(function, ending=os._exit):
        code = code_of(start_child(function, ending))
        assert code == 0, code

    def refused(function):
        try:
            function()
        except wasm2oci.ForkError:
            return
        raise AssertionError("no ForkError")
"""
"""`in_child(function)` runs a function in a forked child, which must end well."""
