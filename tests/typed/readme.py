"""What README.md shows: `python -m tests.support.snippets` writes this file."""

# ruff: noqa: D103, F841, PLC0415, T201 - it is shown as it is
# pyright: reportUnusedVariable=false, reportUnusedFunction=false


async def snippet_1() -> None:
    import wasm2oci

    wasm2oci.push("app.wasm", "ghcr.io/me/app:v1")
    code = wasm2oci.fetch("ghcr.io/me/app:v1")  # bytes, verified
    with wasm2oci.Client(timeout=60, ca_file="ca.pem") as client:
        for outcome in client.pull_many(["ghcr.io/me/app:v1", "ghcr.io/me/other:v1"], "modules/"):
            print(outcome.item, outcome.result.path if outcome.error is None else outcome.error)

    async def pull() -> None:  # the same, to be awaited
        async with wasm2oci.AsyncClient() as client:
            await client.pull("ghcr.io/me/app:v1", "app.wasm")
