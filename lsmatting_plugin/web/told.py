"""What a visitor is told."""

import gradio as gr


class Told(gr.Error):
    """A sentence for the visitor; the server's log gets no traceback of it.

    Args:
        sentence (str): Shown as it stands.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, print_exception=False)
