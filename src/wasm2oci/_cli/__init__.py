"""The command line. Only this package needs click and rich."""

import click


@click.group()
@click.version_option(package_name="wasm2oci")
def main() -> None:
    """Moves WebAssembly to and from OCI registries."""
