"""Tests that hold the layers and their promises together."""
