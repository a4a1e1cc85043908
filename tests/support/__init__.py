"""What the tests share: a clean environment, the tools, a registry, the command line."""
