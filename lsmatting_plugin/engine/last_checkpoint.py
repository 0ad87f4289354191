"""Where a run was when it ended, and how it goes on."""

from pathlib import Path


def last_checkpoint(work_dir: str | Path) -> str | None:
    """The checkpoint from which a run of a work folder goes on, or None where it left none.

    Raises:
        FileNotFoundError: It left one that is gone.
    """
    note = Path(work_dir, 'last_checkpoint')
    if not note.is_file():
        return None
    path = Path(note.read_text().strip())
    if path.is_file():
        return str(path)
    beside = note.with_name(path.name)  # of a folder that was moved
    if path.name and beside.is_file():
        return str(beside)
    others = ', '.join(sorted(map(str, note.parent.glob('*.pth')))) or 'there is none'
    raise FileNotFoundError(
        f'{note} names {path}, which is gone: give another by --resume CHECKPOINT ({others}), or '
        'leave --resume out to begin anew'
    )


def how_to_go_on(work_dir: str | Path) -> str:
    """Which checkpoint a run left, and how it is resumed."""
    try:
        checkpoint = last_checkpoint(work_dir)
    except FileNotFoundError as error:
        return str(error)
    if checkpoint is None:
        return f'There is no checkpoint in {work_dir} to go on from.'
    return f'The last checkpoint is {checkpoint}: the same command with --resume goes on from it.'
