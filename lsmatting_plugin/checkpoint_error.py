"""What is said of a checkpoint that cannot be used."""


class CheckpointError(ValueError):
    """A checkpoint that is damaged, not safe, or of another network; the message is one line."""
