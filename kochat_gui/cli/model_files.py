"""``kochat models convert`` and ``quantize``: GGUF files of one's own."""

import argparse
from pathlib import Path

from kochat_gui.cli import output
from kochat_gui.cli.interruption import stopped_by_ctrl_c
from kochat_gui.cli.progress import show_progress
from kochat_gui.cli.workshop import Workshop, open_workshop
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled
from kochat_gui.services.events import WorkshopChanged, WorkshopJob
from kochat_gui.storage.paths import ProfilePaths

_LOOK_S = 0.1


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Make the file and print its path."""
    with open_workshop(paths, args.engine) as workshop, stopped_by_ctrl_c() as cancel:
        spec = workshop.model(args.source)
        target = args.output or _models_dir(paths)
        job = workshop.files.export(spec, args.quant, target, args.tokenizer)
        made = _made(workshop, job, cancel)
    output.write_line(str(made))
    return 0


def _models_dir(paths: ProfilePaths) -> Path:
    paths.models_dir.mkdir(parents=True, exist_ok=True)
    return paths.models_dir


def _made(workshop: Workshop, job: WorkshopJob, cancel: CancelToken) -> Path:
    """The file, when the job is done; raises its error, or ``Cancelled``."""

    def show(change: WorkshopChanged) -> None:
        now = change.job
        show_progress(now.title, 1 if now.is_over else min(now.progress or 0, 0.99))

    forget = workshop.bus.subscribe(WorkshopChanged, show)
    try:
        # In short steps: a signal handler must not meddle with the job while this thread does.
        while not job.is_over:
            job = workshop.files.wait(job.job_id, _LOOK_S)
            if cancel.is_cancelled:
                workshop.files.cancel(job.job_id)
    finally:
        forget()
    # Ctrl+C reaches the child, too, which may look as if it had failed.
    cancel.raise_if_cancelled()
    if job.error is not None:
        raise job.error
    if job.result is None:
        raise Cancelled
    return job.result
