"""Stored certificates of inequalities on boxes: how a box was divided, and nothing to believe.

A certificate is a tree. Each inner node halves a box along an axis, each leaf says by which
enclosure the inequality is seen there, so that the leaves cover the box by construction. What else
is stored serves to refuse a certificate for another statement. Whoever checks one walks the leaves
and encloses each once; see :mod:`elu_sym.claims.rules.boxes`.

Run ``python -m elu_sym.claims.covers`` to search for every certificate and write it again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sympy import Expr, Rational, Symbol

from elu_sym.generate.whole_files import write_whole

FOLDER = Path(__file__).parent
"""Where the certificates of the claims lie."""

NATURAL, CENTRED = "n", "m"
"""A leaf of the tree: the natural interval extension shows it, or the mean value form does."""

AXES = "0123456789"
"""An inner node of the tree: the axis along which the box is halved."""

PRECISIONS = range(53, 257)
"""The working precisions, in bits, that a certificate may ask for."""

Box = tuple[tuple[Symbol, Rational, Rational], ...]
"""A product of closed intervals: a symbol with the two ends of its interval, for each axis."""


class CertificateError(ValueError):
    """A certificate that does not prove what it is asked for; the message says why."""


@dataclass(frozen=True)
class Certificate:
    """How a box is divided so that an expression is seen to be positive on each part.

    Attributes:
        expression: what is positive, as text.
        box: the axes in order, each a name and the two ends of an interval, as text.
        precision: the working precision in bits.
        tree: the nodes in preorder, one character each, the lower half of a box before the upper.

    Examples:
        >>> from elu_sym.symbols import mu
        >>> box = ((mu, Rational(-1, 2), Rational(3)),)
        >>> certificate = Certificate.of(mu + 1, box, 64, "0nm")
        >>> certificate.leaves
        2
        >>> Certificate.from_json(certificate.to_json()) == certificate
        True
    """

    expression: str
    box: tuple[tuple[str, str, str], ...]
    precision: int
    tree: str

    @classmethod
    def of(cls, expression: Expr, box: Box, precision: int, tree: str) -> "Certificate":
        """The certificate with a tree."""
        return cls(str(expression), written(box), precision, tree)

    def states(self, expression: Expr, box: Box) -> bool:
        """Whether it is about this expression on this box."""
        return self.expression == str(expression) and self.box == written(box)

    @property
    def leaves(self) -> int:
        """The number of parts."""
        return self.tree.count(NATURAL) + self.tree.count(CENTRED)

    def to_json(self) -> str:
        """The certificate as text; the same bytes for the same certificate."""
        data = {
            "box": self.box,
            "expression": self.expression,
            "leaves": self.leaves,
            "precision": self.precision,
            "tree": self.tree,
        }
        return json.dumps(data, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Certificate":
        """Read a certificate.

        Raises:
            CertificateError: if the text is none.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            leaves = data.pop("leaves")
            box = tuple((name, lower, upper) for name, lower, upper in data.pop("box"))
            certificate = cls(box=box, **data)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CertificateError(f"this is no certificate: {error}") from error
        if not isinstance(certificate.tree, str) or leaves != certificate.leaves:
            raise CertificateError(f"the tree has not the {leaves} leaves that are stated")
        if certificate.precision not in PRECISIONS:
            raise CertificateError(f"the precision is {certificate.precision!r}, not 53 to 256")
        return certificate


def written(box: Box) -> tuple[tuple[str, str, str], ...]:
    """The axes of a box as text."""
    return tuple((str(symbol), str(lower), str(upper)) for symbol, lower, upper in box)


def read(name: str, folder: Path = FOLDER) -> Certificate:
    """A stored certificate.

    Raises:
        CertificateError: if there is none of this name, or the file is no certificate.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        raise CertificateError(
            f"there is no certificate {name}; python -m elu_sym.claims.covers writes it"
        )
    return Certificate.from_json(path.read_text(encoding="utf-8"))


def write(name: str, certificate: Certificate, folder: Path = FOLDER) -> Path:
    """Store a certificate, by rename."""
    path = folder / f"{name}.json"
    write_whole(path, certificate.to_json())
    return path
