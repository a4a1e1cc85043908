"""FaultRegistry: a registry that does what a test tells it to."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from tests.faults import artifacts, uploads
from tests.faults.answer import Answer, error_answer
from tests.faults.content import Content, Sink, as_content
from tests.faults.delivery import reset_on_close
from tests.faults.journal import Journal, Request
from tests.faults.routes import Routes, route_of
from tests.faults.rules import Rule
from tests.faults.server import Server
from tests.faults.store import Manifest, Store

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from typing_extensions import Self

    from tests.faults.artifacts import Json, Part
    from tests.faults.auth import Auth
    from tests.faults.tls import Tls


@dataclass(frozen=True)
class Added:
    """An artifact that the registry was given."""

    repository: str
    tag: str | None
    digest: str
    media_type: str
    body: bytes
    layers: list[Json] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The size of the manifest."""
        return len(self.body)

    def descriptor(self, **fields: Any) -> Json:  # noqa: ANN401
        """Return the descriptor of the manifest, for an index or a subject."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size, **fields}


class FaultRegistry:
    """A registry on the loopback interface; a context manager.

    Rules are looked at in the order in which they were made, and all that meet a request act on it.
    """

    def __init__(self, address: str = "127.0.0.1", *, tls: Tls | None = None, store: Store | None = None) -> None:
        """Listen on a free port of `address`, with TLS where it is given."""
        self.journal = Journal()
        self.store = store or Store()
        self.routes = Routes(self.store)
        self.auth: Auth | None = None
        self.stopped = threading.Event()
        self._tls = tls.context() if tls else None
        self._rules: list[Rule] = []
        self._connection_rules: list[ConnectionRule] = []
        self._address = address
        self._server = Server(self, address)

    def __enter__(self) -> Self:
        """Return the running registry."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.close()

    # ------------------------------------------------------------------ names

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.port

    @property
    def host(self) -> str:
        """Address and port, as in a reference."""
        return f"[{self._address}]:{self.port}" if ":" in self._address else f"{self._address}:{self.port}"

    @property
    def url(self) -> str:
        """The address with its scheme."""
        return f"{'https' if self._tls else 'http'}://{self.host}"

    def reference(self, repository: str = "org/mod", tag: str | None = "v1", digest: str | None = None) -> str:
        """Name something in this registry."""
        name = f"{self.host}/{repository}"
        name += f":{tag}" if tag else ""
        return name + (f"@{digest}" if digest else "")

    @property
    def problems(self) -> list[str]:
        """Traces of what failed in the registry itself; a test's bench is broken then."""
        return self._server.problems

    # --------------------------------------------------------------- contents

    def add_blob(self, repository: str, content: bytes | Content, algorithm: str = "sha256") -> str:
        """Hold a blob and return its digest."""
        return self.store.add_blob(repository, as_content(content), algorithm)

    def add_manifest(
        self,
        repository: str,
        tag: str | None,
        document: Json | list[Any] | bytes | None,
        media_type: str = artifacts.OCI_MANIFEST,
        *,
        algorithm: str = "sha256",
        layers: list[Json] | None = None,
    ) -> Added:
        """Hold a manifest, or an index, of any shape; bytes are taken as they are."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        manifest = Manifest(body, media_type)
        digest = self.store.add_manifest(repository, manifest, tag=tag, algorithm=algorithm)
        return Added(repository, tag, digest, media_type, body, layers or [])

    def add_artifact(
        self,
        repository: str = "org/mod",
        tag: str | None = "v1",
        *,
        layers: list[Part],
        config: Part | None = None,
        media_type: str = artifacts.OCI_MANIFEST,
        algorithm: str = "sha256",
        **fields: Any,  # noqa: ANN401
    ) -> Added:
        """Hold an artifact with its blobs; without a config it gets the CNCF one."""
        chosen = config or artifacts.wasm_config(*layers)
        for part in [chosen, *layers]:
            if part.content is not None:
                self.store.add_blob(repository, part.content, part.algorithm)
        document = artifacts.manifest(layers, chosen, media_type, **fields)
        described = [part.descriptor() for part in layers]
        return self.add_manifest(repository, tag, document, media_type, algorithm=algorithm, layers=described)

    def add_module(self, content: bytes | Content, repository: str = "org/mod", tag: str | None = "v1") -> Added:
        """Hold one module in the CNCF layout."""
        return self.add_artifact(repository, tag, layers=[artifacts.layer(content)])

    def add_index(self, repository: str, tag: str | None, children: Iterable[Json], **fields: Any) -> Added:  # noqa: ANN401
        """Hold an index of manifests."""
        document = {"schemaVersion": 2, "mediaType": artifacts.OCI_INDEX, "manifests": list(children), **fields}
        return self.add_manifest(repository, tag, document, artifacts.OCI_INDEX)

    # ------------------------------------------------------------------ faults

    def on(self, method: str, route: str, *, nth: int | Iterable[int] | None = None, times: int | None = None) -> Rule:
        """Make a rule for requests.

        Args:
            method: Patterns joined by `|`, such as `GET|HEAD` or `*`.
            route: One of `ping`, `token`, `tags`, `manifest`, `referrers`, `upload`, `blob`, or a
                pattern of a path, such as `*/blobs/sha256:…`.
            nth: Which of the requests that match, counted from 1; None for each.
            times: Only the first so many.
        """
        rule = Rule(method, route, nth, times)
        self._rules.append(rule)
        return rule

    def on_connect(self, *, nth: int | None = None) -> ConnectionRule:
        """Make a rule for connections, before any request."""
        rule = ConnectionRule(nth)
        self._connection_rules.append(rule)
        return rule

    def claim(self, digest: str, size: int) -> None:
        """Say of a blob that it is here although it is not."""
        self.store.claimed[digest] = size

    def release(self) -> None:
        """Let all that has fallen silent go on."""
        for rule in self._rules:
            rule.stalled.released.set()
        for connection_rule in self._connection_rules:
            connection_rule.released.set()

    def close(self) -> None:
        """End the registry; nothing of it is left running."""
        self.stopped.set()
        self.release()
        self._server.stop()

    # ------------------------------------------------- what the server asks for

    def wrap(self, connection: socket.socket, number: int) -> socket.socket | None:
        """Take a new connection."""
        for rule in self._connection_rules:
            if rule.nth in (None, number) and not rule.act(connection, after_tls=False):
                return None
        if self._tls:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except (ssl.SSLError, OSError):
                self.journal.count_failed_handshake()
                return None
        for rule in self._connection_rules:
            if rule.nth in (None, number) and not rule.act(connection, after_tls=True):
                return None
        return connection

    def sink(self, method: str, target: str) -> Sink:
        """Return where the body of a request goes."""
        return uploads.sink_for(self.store, method, target) or Sink()

    def answer(self, request: Request, sink: Sink) -> Answer:
        """Answer a request, faults and all."""
        route, repository, item = route_of(self.store, request.path)
        rules = [rule for rule in self._rules if rule.matches(request, route)]
        answer = self._decide(request, route, repository, item, sink, rules)
        for rule in rules:
            if rule.location is not None and route == "upload" and answer.status == 202:
                self._move_upload(answer, request, rule.location)
            rule.apply(answer, request)
        return answer

    def _decide(
        self, request: Request, route: str, repository: str, item: str, sink: Sink, rules: list[Rule]
    ) -> Answer:
        url = f"{'https' if self._tls else 'http'}://{request.header('Host') or self.host}"
        for rule in rules:
            refusal = rule.answer_before(request)
            if refusal is not None:
                return refusal
        if route == "token":
            return self.auth.give_token(request) if self.auth else error_answer(404, "NOT_FOUND")
        refusal = self.auth.check(request, repository, url) if self.auth else None
        return refusal or self.routes.answer(request, route, repository, item, sink)

    def _move_upload(self, answer: Answer, request: Request, template: str) -> None:
        usual = answer.header("Location") or ""
        upload = self.store.uploads[urlsplit(usual).path]
        location = template.format(repository=upload.repository, upload=upload.identifier, host=self.host, url=self.url)
        self.store.move_upload(upload, urlsplit(urljoin(request.target, location)).path)
        answer.set("Location", location)


class ConnectionRule:
    """What goes wrong with a connection, before any request."""

    def __init__(self, nth: int | None) -> None:
        """Meet the connection of this number; None for each."""
        self.nth = nth
        self.reached = threading.Event()
        """Set when the server has fallen silent."""
        self.released = threading.Event()
        """Set to let it go on."""
        self._stalls: bool | None = None
        self._resets = False

    def stall(self, *, after_tls: bool = False) -> ConnectionRule:
        """Fall silent right after the accept, or after TLS was agreed on."""
        self._stalls = after_tls
        return self

    def reset(self) -> ConnectionRule:
        """Reset the connection right after the accept."""
        self._resets = True
        return self

    def act(self, connection: socket.socket, *, after_tls: bool) -> bool:
        """Do it, and tell whether the connection goes on."""
        if self._resets and not after_tls:
            reset_on_close(connection)
            return False
        if self._stalls is after_tls:
            self.reached.set()
            self.released.wait()
        return True
