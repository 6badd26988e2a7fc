"""The command line, ``python -m elu_sym``: without arguments it lists the commands."""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from elu_sym.generate.exit_codes import exit_code


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def __init__(self, **options: Any) -> None:
        """Take for numbers what argparse takes for options: -1e-3 and -inf."""
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)

    def error(self, message: str) -> NoReturn:
        """Print the error alone; ``--help`` shows the usage."""
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program; that of the process by default.

    Returns:
        0 on success, 1 if verification fails. What is wrong is one line, and 2.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    return exit_code(" ".join(("elu_sym", *given[:1])), lambda: _run(given))


def _run(given: list[str]) -> int:
    parser = _parser()
    for each in given:
        if each.startswith("--") and each.endswith("=--"):
            # Python 3.11 and 3.12 take this for an empty list of values, of whatever type.
            parser.error(f"argument {each.removesuffix('=--')}: expected one argument")
    options = parser.parse_args(given)
    if options.command is None:
        parser.print_help()
        return 0
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    from elu_sym import __version__
    from elu_sym.conformance.conformance_command import add_conformance_command
    from elu_sym.layer_audit.command import add_audit_command

    parser = _Parser(prog="elu_sym", description="What is known about ELU, derived and verified.")
    parser.add_argument("--version", action="version", version=f"elu_sym {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    verify = commands.add_parser(
        "verify",
        help="check every claim and formula and say what holds",
        description="Check claims and formulas and print the counts, and in full what fails; exit 1"
        " if a verdict is UNKNOWN or not the expected one, or a witness fails.",
    )
    verify.add_argument(
        "--only", nargs="+", metavar="ID", help="claims and formulas by id, and chapters of claims"
    )
    form = verify.add_mutually_exclusive_group()
    form.add_argument("--verbose", action="store_true", help="print the whole report")
    form.add_argument("--json", action="store_true", help="print the report as JSON")
    verify.add_argument("--report", type=Path, metavar="FILE", help="write the whole report here")
    verify.set_defaults(run=_verify)

    explain = commands.add_parser(
        "explain",
        help="print a claim with its proof",
        description="Print statement, assumptions, steps, verdict and source of a claim, and how"
        " its false neighbours are refuted; exit 1 if a verdict is not the expected one.",
    )
    explain.add_argument("claim", metavar="ID", help="the claim, such as regularity.range")
    explain.add_argument("--json", action="store_true", help="print plain data as JSON")
    explain.set_defaults(run=_explain)

    prove = commands.add_parser(
        "prove",
        help="write the proofs of all formal statements, for another program to check",
        description="Prove every formal statement and write the proofs as data;"
        " python -I elu_sym/checker.py FILE checks them again, without this package.",
    )
    prove.add_argument("--export", type=Path, metavar="FILE", required=True, help="write them here")
    prove.add_argument(
        "--statements", type=Path, metavar="FILE", help="write here which statements there are, too"
    )
    prove.set_defaults(run=_prove)

    moments = commands.add_parser(
        "moments",
        help="print the moments of ELU of a Gaussian",
        description="Print mean, second moment and variance of ELU of N(mu, sigma**2).",
    )
    moments.add_argument("--mu", type=float, default=0.0, help="mean of the input (default 0)")
    moments.add_argument(
        "--sigma", type=float, default=1.0, help="standard deviation of the input (default 1)"
    )
    moments.add_argument("--alpha", type=float, default=1.0, help="alpha of ELU (default 1)")
    moments.set_defaults(run=_moments)

    derive = commands.add_parser(
        "derive",
        help="print the derivation of a formula",
        description="Print the steps from the definition of a formula to its closed form.",
    )
    derive.add_argument("formula", metavar="ID", help="the formula, such as mean or celu.variance")
    derive.add_argument("--latex", action="store_true", help="print LaTeX")
    derive.set_defaults(run=_derive)

    add_audit_command(commands)
    add_conformance_command(commands)
    return parser


def _verify(options: argparse.Namespace) -> int:
    from elu_sym.claims.report import verify
    from elu_sym.generate.whole_files import write_whole

    # The bars of the processes would overwrite the one that counts the formulas.
    os.environ["TQDM_DISABLE"] = "1"
    report = verify(options.only, processes=os.cpu_count() or 1)
    if options.report:
        write_whole(options.report, f"{report.to_text()}\n")
    if options.json:
        print(json.dumps(report.to_json(), indent=2))
    elif options.verbose:
        print(report.to_text())
    else:
        print(report.summary())
        print(f"The whole report: {options.report or 'python -m elu_sym verify --verbose'}")
    return 0 if report.passed else 1


def _explain(options: argparse.Namespace) -> int:
    from elu_sym.book.formula import FORMULAS, JOINT_FORMULAS
    from elu_sym.claims.chapters import CLAIMS
    from elu_sym.claims.report import ClaimReport

    if options.claim in FORMULAS or options.claim in JOINT_FORMULAS:
        raise ValueError(f"{options.claim} is a formula: python -m elu_sym derive {options.claim}")
    try:
        claim = CLAIMS[options.claim]
    except KeyError as error:
        raise ValueError(error.args[0]) from None
    report = ClaimReport(claim.check(), tuple(false.check() for false in claim.false_claims))
    if options.json:
        explained = report.outcome.to_json()
        explained["neighbours"] = [neighbour.to_json() for neighbour in report.neighbours]
        print(json.dumps(explained, indent=2))
    else:
        print(report.outcome.to_text())
        for neighbour in report.neighbours:
            print(f"\nA false neighbour:\n{neighbour.to_text()}")
    return 0 if report.passed else 1


def _prove(options: argparse.Namespace) -> int:
    from elu_sym.algebra.optional import with_progress
    from elu_sym.claims.chapters import CLAIMS
    from elu_sym.claims.export import exported, listed, statements_to_text, to_text
    from elu_sym.generate.whole_files import write_whole

    outcomes = (claim.check() for claim in CLAIMS.values())
    proofs = exported(with_progress(outcomes, len(CLAIMS), "claim"))
    write_whole(options.export, to_text(proofs))
    if options.statements:
        write_whole(options.statements, statements_to_text(listed(proofs)))
    print(f"{len(proofs['claims'])} of {len(CLAIMS)} claims proved: {options.export}")
    return 0


def _moments(options: argparse.Namespace) -> int:
    from elu_sym.book.formula import moments

    values = moments(options.mu, options.sigma, options.alpha)
    for name, value in zip(values._fields, values, strict=True):
        print(f"{name:15s}{value!s}")
    return 0


def _derive(options: argparse.Namespace) -> int:
    from elu_sym.book.formula import FORMULAS, JOINT_FORMULAS

    formula = FORMULAS.get(options.formula) or JOINT_FORMULAS.get(options.formula)
    if formula is None:
        own = ", ".join(name for name in (*FORMULAS, *JOINT_FORMULAS) if "." not in name)
        raise ValueError(
            f"no formula {options.formula!r}; there are {own}, and relu.mean and so on"
        )
    derivation = formula.derivation
    print(derivation.to_latex() if options.latex else derivation.to_text())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
