"""The explorer, one page without a network: ELU of a normal variable, computed in the browser.

A changed definition in ``elu_sym/activations.py`` moves it: the program is made from the formulas,
and the function itself and the density of its values are printed from the definition.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from pathlib import Path

from explorer_functions import javascript
from explorer_program import OF_TWO_INPUTS, c_sources, compiled, of_one_input
from explorer_quantities import ARGUMENTS, GROUPS

from elu_sym import elu
from elu_sym.book.joint_function import LAW_DOMAINS
from elu_sym.generate.whole_files import write_whole
from elu_sym.numeric.arguments import domain_of

__all__ = ["page", "write"]

HERE = Path(__file__).parent


def page(program: bytes) -> str:
    """Return the text of the page.

    Args:
        program: what is compiled.
    """
    domains = {name: LAW_DOMAINS.get(name) or domain_of(name) for name in ARGUMENTS}
    embedded = {
        "program": base64.b64encode(zlib.compress(program, 9)).decode("ascii"),
        "arguments": {
            name: dict(
                zip(("symbol", "about", "least", "most", "step", "initial"), each, strict=True)
            )
            | {"advice": domains[name].advice}
            for name, each in ARGUMENTS.items()
        },
        "parameters": elu.parameters,
        "groups": GROUPS,
        "ofOneInput": list(of_one_input()),
        "ofTwoInputs": OF_TWO_INPUTS,
    }
    script = "\n".join(
        [
            f"const embedded = {json.dumps(embedded, ensure_ascii=False)};",
            f"const printed = {{\n{javascript()}\n}};",
            (HERE / "explorer.js").read_text(encoding="utf-8"),
        ]
    )
    text = (HERE / "explorer.html").read_text(encoding="utf-8")
    for place, inlined in (
        ("/* explorer.css */", (HERE / "explorer.css").read_text(encoding="utf-8")),
        ("/* explorer.js */", script),
    ):
        text = text.replace(place, inlined)
    return text


def write(path: Path) -> None:
    """Write the page.

    Args:
        path: where to; it is replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page(compiled(c_sources())))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
