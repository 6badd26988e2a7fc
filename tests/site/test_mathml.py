"""Formulas as MathML: what the pages use is converted, and what is not known is an error."""

import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("latex2mathml", reason="the extra site is not installed")
sys.path.append(str(Path(__file__).parents[2] / "notebooks" / "site"))

import mathml

from elu_sym import CLAIMS, FORMULAS

PIECES = r"x & \text{for}\: x \geq 0 \\\alpha \left(e^{x} - 1\right) & \text{otherwise}"
ELU = rf"\begin{{cases}} {PIECES} \end{{cases}}"


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (ELU, "<mtable>"),
        (ELU, ">{</mo>|&#x0007B;</mo>"),
        (r"\begin{aligned} a & = b \\ & + c \end{aligned}", "<mtable"),
        (r"\left. f \right|_{x=0}", "&#x0007C;"),
        (r"\tfrac12", "<mfrac>"),
        (r"\mathbb{E} f", "&#x1D53C;"),
        (r"\operatorname{ELU}(x)", "<mo>ELU</mo>"),
        (r"g^2/\text{fan\_in}", "<mtext>fan_in</mtext>"),
    ],
)
def test_it_is_what_tex_would_show(tex, part):
    assert re.search(part, mathml.mathml(tex, "block"))


@pytest.mark.parametrize("tex", [r"\foo x", r"a & b", r"\text{\foo}"])
def test_what_is_not_known_is_an_error(tex):
    with pytest.raises(mathml.UnknownMathError, match="no MathML"):
        mathml.mathml(tex, "inline")


def test_the_tex_goes_along_for_copying():
    assert 'alttext="a &lt; &quot;b&quot;"' in mathml.mathml('a <\n "b"', "inline")


@pytest.mark.deep
@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_is_converted(name):
    assert "<math" in mathml.mathml(FORMULAS[name]._repr_latex_().strip("$"), "block")


@pytest.mark.deep
def test_some_claims_are_converted():
    for claim in list(CLAIMS.values())[::20]:
        for tex in re.findall(r"\$(.+?)\$", claim.check()._repr_markdown_(), flags=re.DOTALL):
            assert "<math" in mathml.mathml(tex, "inline")
