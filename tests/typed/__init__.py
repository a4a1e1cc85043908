"""Code as users write it, for type checkers alone: it is never run."""
