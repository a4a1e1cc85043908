"""A web server that gives modules of a registry to its users, to each what the registry lets that user have.

    pip install flask wasm2oci
    REGISTRY=registry.example flask --app server run
    curl --user alice http://127.0.0.1:5000/team/hello:v1 --output hello.wasm

What it says of a user's password it has from the registry: it keeps none.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request

import wasm2oci

REGISTRY = os.environ["REGISTRY"]
LARGEST = 64 << 20  # bytes; the whole module is held in memory

app = Flask(__name__)


class NobodyError(Exception):
    """The request does not say who asks."""


def who(_registry: str, _repository: str) -> tuple[str, str]:
    """Says who asks: the user of the request that this thread answers."""
    user = request.authorization
    if user is None or not user.username or user.password is None:
        raise NobodyError  # never None: then the credentials of the server itself would be tried
    return user.username, user.password


client = wasm2oci.Client(credentials=who)  # one for all users and threads


@app.get("/<path:name>")
def module(name: str) -> Response:
    """Sends a module; its bytes are verified."""
    content = client.fetch(f"{REGISTRY}/{name}", max_size=LARGEST, timeout=60)
    return Response(content, mimetype="application/wasm")


@app.errorhandler(NobodyError)
@app.errorhandler(wasm2oci.AuthenticationError)
def unauthorized(_: Exception) -> Response:
    """Asks for a user name and a password."""
    return Response("log in\n", 401, {"WWW-Authenticate": f'Basic realm="{REGISTRY}"'})


@app.errorhandler(wasm2oci.Wasm2ociError)
def failed(error: wasm2oci.Wasm2ociError) -> Response:
    """Says what went wrong, in one line that holds no secret."""
    return Response(f"{error}\n", STATUSES.get(type(error), 502))


STATUSES: dict[type[wasm2oci.Wasm2ociError], int] = {
    wasm2oci.InvalidReferenceError: 400,
    wasm2oci.PermissionDeniedError: 403,
    wasm2oci.NotFoundError: 404,
    wasm2oci.OperationTimeoutError: 504,
}
