"""How Sphinx makes the site of these pages: make docs."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # documents this checkout

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

from lsmatting_plugin.version import __version__

project = 'LSA-Matting'
copyright = 'the authors of LSA-Matting for OpenMMLab, Apache-2.0'
version = release = __version__

extensions = ['myst_parser', 'sphinx.ext.autodoc', 'sphinx.ext.napoleon', 'sphinx.ext.viewcode']
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = 'LSA-Matting for OpenMMLab'
html_copy_source = False
html_math_renderer = 'mathml'

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
    """Leaves out the fields of named tuples, which their class describes, and writes MathML."""
    app.connect('autodoc-skip-member', skip_fields)
    app.add_html_math_renderer('mathml', (inline_math, None), (block_math, None))


def skip_fields(app, what, name, member, skip, options) -> bool | None:
    """Whether a member is left out; None where Sphinx decides."""
    return True if type(member).__name__ == '_tuplegetter' else None


def inline_math(translator, node) -> None:
    """Formulas that browsers show without a script from elsewhere."""
    translator.body.append(tex2mathml(node.astext()))
    raise SkipNode


def block_math(translator, node) -> None:
    """The same on lines of their own."""
    translator.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode
