"""How Sphinx makes the site from the pages of this folder: ``make html``, without a network."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "site"))
os.environ.setdefault("KERAS_BACKEND", "jax")

from elu_sym import __version__  # noqa: E402
from elu_sym.algebra.optional import extra  # noqa: E402

# The parts of the package that the reference shows, and what makes the pages.
NEEDED = {
    "site": ("furo", "latex2mathml", "myst_nb", "ziglang"),
    "notebooks": ("matplotlib",),
    "verify": ("flint",),
    **{name: (name,) for name in ("torch", "jax", "keras", "dask")},
    "experiments": ("sklearn",),
}
for name, modules in NEEDED.items():
    for module in modules:
        with extra(name, "the site"):
            if find_spec(module) is None:
                raise ModuleNotFoundError(name=module)

project = "elu_sym"
version = release = __version__
html_title = "elu_sym"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "mathml",
    "known_names",
    "generated_pages",
    "explorer_embedding",
]
exclude_patterns = ["site", "**.ipynb_checkpoints", ".*"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3
smartquotes_action = "De"  # dashes and dots; a prime is no quotation mark

default_role = "literal"
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"

html_theme = "furo"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
# What a search finds is shown without an excerpt: that is read by a request, which a page that was
# opened as a file may not make.
html_show_search_summary = False
html_math_renderer = "mathml"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
