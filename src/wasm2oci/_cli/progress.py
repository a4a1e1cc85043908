"""The progress bar, for whoever looks at standard error."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from wasm2oci._cli import streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn

    from wasm2oci import BatchProgress, Progress
    from wasm2oci._cli.session import Session

WIDE = 64
"""Columns below which there is no room for rate and time."""

HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"

BAR = 40
"""Columns of the bar at most."""


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

    console = Console(stderr=True)
    bar = progress.Progress(
        *_columns(console.width),
        console=console,
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

    with _cursor_for_the_shell(console, bar), bar:
        yield update


def _columns(width: int) -> list[ProgressColumn]:
    """Returns what fits into one line."""
    from rich import progress  # noqa: PLC0415 - see above
    from rich.table import Column  # noqa: PLC0415

    narrow: list[ProgressColumn] = [
        progress.TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis")),
        progress.BarColumn(bar_width=None, table_column=Column(max_width=BAR)),
        progress.DownloadColumn(table_column=Column(no_wrap=True)),
    ]
    wide = [
        progress.TransferSpeedColumn(table_column=Column(no_wrap=True)),
        progress.TimeRemainingColumn(table_column=Column(no_wrap=True)),
    ]
    return narrow if width < WIDE else narrow + wide


@contextlib.contextmanager
def _cursor_for_the_shell(console: Console, bar: RichProgress) -> Iterator[None]:
    """Shows the cursor while the process is stopped by Ctrl-Z, and hides it when it goes on."""
    number = getattr(signal, "SIGTSTP", None)
    if number is None or signal.getsignal(number) is not signal.SIG_DFL or console.is_dumb_terminal:
        yield
        return

    def write(text: bytes) -> None:
        # Not through the console: its file may be in the middle of a write, and refuses another one then.
        with contextlib.suppress(OSError):
            os.write(streams.ERROR, text)

    def stop(*_: object) -> None:
        write(SHOW_CURSOR)
        signal.signal(number, signal.SIG_DFL)
        # Stops here, and returns when somebody lets it go on.
        os.kill(os.getpid(), number)
        signal.signal(number, stop)
        if bar.live.is_started:
            write(HIDE_CURSOR)

    signal.signal(number, stop)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL)


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
