"""The progress bar, for whoever looks at standard error."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from wasm2oci._cli import streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wasm2oci import BatchProgress, Progress
    from wasm2oci._cli.session import Session


@contextlib.contextmanager
def shown(session: Session, doing: str) -> Iterator[Callable[[Progress], None] | None]:
    """Shows a bar while the body runs, and wipes it out after.

    Args:
        session: What the options say.
        doing: What is being done with the bytes, such as `pulling`.

    Yields:
        What to call with each snapshot; None where nobody looks, or wants to.
    """
    if session.quiet or not streams.is_terminal(sys.stderr):
        yield None
        return
    # Drawing costs more to load than all the rest of the command line.
    from rich import progress  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    bar = progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        auto_refresh=False,  # Snapshots come often enough, and a thread would outlive an interrupt.
        transient=True,
        redirect_stdout=False,
    )
    task = bar.add_task(doing, total=None)

    def update(snapshot: Progress) -> None:
        bar.update(
            task,
            description=_description(doing, snapshot),
            completed=snapshot.done,
            total=snapshot.total or None,
            refresh=True,
        )

    with bar:
        yield update


def _description(doing: str, snapshot: Progress) -> str:
    """Says what is done, how far a batch is, and what went wrong on the way."""
    parts = [doing if snapshot.phase in {"transferring", "done"} else snapshot.phase]
    if hasattr(snapshot, "finished"):
        batch: BatchProgress = snapshot  # type: ignore[assignment]
        parts[0] += f" {batch.finished}/{batch.count}"
        parts += [f"{batch.failed} failed"] if batch.failed else []
    if snapshot.retries:
        parts.append("1 retry" if snapshot.retries == 1 else f"{snapshot.retries} retries")
    return ", ".join(parts)
