"""Tests against registries, real and faulty, through the public API and the command line."""
