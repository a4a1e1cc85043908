"""Tests of a Go runtime inside somebody's process."""
