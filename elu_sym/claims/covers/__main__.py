"""Writes the certificates that the claims name, from nothing: the same bytes on every run.

Run as ``python -m elu_sym.claims.covers`` for all of them or with the names of some, and with
``--check`` to compare the stored ones with what a search finds now instead.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqdm import tqdm

from elu_sym.claims.chapters.moments import box_inequalities
from elu_sym.claims.claim import Claim
from elu_sym.claims.covers.cover import FOLDER, Certificate, CertificateError, read, write
from elu_sym.claims.rules.boxes import MANY_BOXES, PositiveOnBox, search

CLAIMS: tuple[Claim, ...] = box_inequalities.CLAIMS
"""The claims whose proofs name certificates."""


def certified(claims: Iterable[Claim] = CLAIMS) -> Iterator[PositiveOnBox]:
    """The inequalities in the proofs of claims that name a certificate."""
    for claim in claims:
        for assertion in claim.proof():
            if isinstance(assertion, PositiveOnBox) and assertion.certificate is not None:
                yield assertion


def found(inequality: PositiveOnBox) -> Certificate:
    """Search for the certificate of an inequality.

    Raises:
        CertificateError: if the search finds none.
    """
    result = search(inequality.closed_form, inequality.box, MANY_BOXES)
    if result.certificate is None:
        witness = "" if result.witness is None else f" at {dict(result.witness)}"
        raise CertificateError(f"{inequality.certificate}: {result.detail}{witness}")
    return result.certificate


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Write the certificates, or compare them."""
    parser = argparse.ArgumentParser(prog="python -m elu_sym.claims.covers")
    parser.add_argument("names", nargs="*", help="which certificates; all by default")
    parser.add_argument(
        "--check", action="store_true", help="compare, do not write; exit 1 on a difference"
    )
    options = parser.parse_args(arguments)
    inequalities = {str(inequality.certificate): inequality for inequality in certified()}
    unknown = set(options.names) - set(inequalities)
    if unknown:
        parser.error(f"no claim names {', '.join(sorted(unknown))}; use {', '.join(inequalities)}")
    names = options.names or list(inequalities)
    different = []
    try:
        for name in tqdm(names, unit="certificate", leave=False, disable=None):
            certificate = found(inequalities[name])
            if not options.check:
                write(name, certificate, folder)
            elif read(name, folder) != certificate:
                different.append(name)
    except CertificateError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    if different:
        print(f"not what a search finds: {', '.join(different)}", file=sys.stderr)
        return 1
    print(f"{len(names)} certificates {'are up to date' if options.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
