"""How a hook ends a training before its time."""


class TrainingStopped(SystemExit):
    """Raised by a hook that has said why the training cannot or shall not go on.

    The runner of the tools lets the other hooks finish (curves, TensorBoard); then the process ends
    without a traceback.

    Args:
        code (int): Exit status of the process, not 0: 128 + the signal's number after a signal, as
            shells have it, else 1.
        is_early (bool): Whether ``after_train`` and ``after_run`` are still to be called.
    """

    def __init__(self, code: int = 1, is_early: bool = True) -> None:
        super().__init__(code)
        self.is_early = is_early
