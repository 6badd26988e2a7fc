"""Inline code that is the name of a claim, a formula or a public object leads to its page.

So that the pages are as easily read where they are not on the site, they name things and have no
addresses: ``regularity.c1_iff_alpha_1`` in a line is a link as soon as that claim has a page. And
where the text of a link is the name of a page, it is the title here.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class KnownNames(SphinxPostTransform):
    """The transform."""

    default_priority = 100

    def run(self, **options: Any) -> None:
        """Put a link around every literal that is a known name, where it is not in one."""
        for literal in list(self.document.findall(nodes.literal)):
            if isinstance(literal.parent, nodes.reference | nodes.title):
                continue
            address = self.address(literal.astext())
            if address:
                link = nodes.reference("", "", internal=True, refuri=address)
                literal.replace_self(link)
                link += literal
        for text in list(self.document.findall(nodes.Text)):
            title = self.env.titles.get(text.astext())
            if title is not None and isinstance(text.parent.parent, nodes.reference):
                text.parent.replace(text, nodes.Text(title.astext().partition(":")[0]))

    def address(self, name: str) -> str:
        """Where the name has its page or its entry, seen from this page; empty if nowhere."""
        here = self.env.current_document.docname
        builder = self.app.builder
        for page in (f"claims/{name}", f"formulas/{name}"):
            if page in self.env.found_docs and page != here:
                return builder.get_relative_uri(here, page)
        objects = self.env.domains.python_domain.objects
        entry = objects.get(name) or objects.get(f"elu_sym.{name.removesuffix('()')}")
        if entry and entry.docname != here:
            return f"{builder.get_relative_uri(here, entry.docname)}#{entry.node_id}"
        return ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.add_post_transform(KnownNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
