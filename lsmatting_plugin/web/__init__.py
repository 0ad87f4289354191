"""A web page on which photos are cut out; needs gradio, which nothing else of the package does."""

from .server import build_page, running_page, serve

__all__ = ['build_page', 'running_page', 'serve']
