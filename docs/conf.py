"""How Sphinx makes the site of these pages: make docs."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lsmatting_plugin.version import __version__

project = 'LSA-Matting'
copyright = 'the authors of LSA-Matting for OpenMMLab, Apache-2.0'
version = release = __version__

extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon', 'sphinx.ext.viewcode']
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = 'LSA-Matting for OpenMMLab'
html_copy_source = False

myst_heading_anchors = 3  # [text](page.md#a-heading)
myst_enable_extensions = ['dollarmath']
# A page is called by its own first heading; code blocks of the shell have comments and prompts.
suppress_warnings = ['misc.highlighting_failure']

# Docstrings are in Google's style, with types; signatures repeat them.
autodoc_typehints = 'none'
autodoc_member_order = 'bysource'
autodoc_default_options = {'members': True}
napoleon_use_ivar = True  # attributes of a class are told once, in its docstring
napoleon_use_rtype = False


def setup(app) -> None:
    """Leaves out the fields of named tuples, which their class's docstring describes."""
    app.connect('autodoc-skip-member', lambda app, what, name, member, skip, options: (
        True if type(member).__name__ == '_tuplegetter' else None
    ))
