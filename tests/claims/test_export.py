"""The exported proofs, before a second judge that shares nothing with the kernel."""

import ast
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from checked_claims import QUICK, outcome_of
from proof_cases import CASES, HALF, NORMAL, intro, mean, positive
from proof_mutants import Mutant, mutants

import elu_sym
from elu_sym.claims.chapters import CLAIMS
from elu_sym.claims.claim import Verdict
from elu_sym.claims.export import STATEMENTS, exported, listed, theorems, to_text
from elu_sym.claims.kernel import (
    RULES,
    RejectedError,
    calculus,
    floats,
    inequalities,
    laws,
    logic,
    prove,
)
from elu_sym.claims.kernel.language import DEFINITIONS, FALSE, canonical
from elu_sym.claims.statement import RECORDED

CHECKER = Path(elu_sym.__file__).with_name("checker.py")
MODULES = (calculus, floats, inequalities, laws, logic)


def exported_as_json(names: Iterable[str]) -> dict[str, Any]:
    """What is exported of claims, as JSON gives it back."""
    theorems(CLAIMS.values())  # whose statements bring their definitions
    return json.loads(to_text(exported(map(outcome_of, names))))


@pytest.fixture(scope="module")
def proofs() -> dict[str, Any]:
    """All proofs but those with very many boxes."""
    return exported_as_json(QUICK)


def checked(folder: Path, proofs: dict[str, Any], statements: Any = None) -> tuple[int, list[str]]:
    """The exit code of the checker, and its lines."""
    file, list_file = folder / "proofs.json", folder / "statements.json"
    file.write_text(to_text(proofs))
    list_file.write_text(json.dumps(listed(proofs) if statements is None else statements))
    command = [sys.executable, "-I", CHECKER, file, list_file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def of_one(claim_id: str, statement: Any, proof: Any) -> dict[str, Any]:
    """What would be exported if there were but one claim."""
    definitions = [[name, list(names), body] for name, (names, body) in DEFINITIONS.items()]
    return {"definitions": definitions, "claims": [[claim_id, "PROVED", statement, proof]]}


def test_what_is_not_exported_rests_on_an_experiment(proofs: dict[str, Any]) -> None:
    others = {claim.id for claim in CLAIMS.values()} - theorems(CLAIMS.values()).keys()
    assert others
    for claim_id in others:
        outcome = outcome_of(claim_id)
        assert outcome.theorem is not None
        assert outcome.theorem.is_measured, claim_id
        assert outcome.verdict in (Verdict.MEASURED, Verdict.CONTRADICTED)
    assert not others & {claim_id for claim_id, *_ in proofs["claims"]}
    assert '"recorded"' not in canonical(proofs["claims"])


def test_the_committed_list_of_statements_is_what_the_claims_say(proofs: dict[str, Any]) -> None:
    committed = json.loads(STATEMENTS.read_text())
    statements = theorems(CLAIMS.values())
    claims = [
        [name, CLAIMS[name].expected.value, each.formula, None] for name, each in statements.items()
    ]
    assert committed == json.loads(json.dumps(listed({**proofs, "claims": claims})))


def test_the_checker_accepts_every_proof(tmp_path: Path, proofs: dict[str, Any]) -> None:
    code, lines = checked(tmp_path, proofs)
    assert not [line for line in lines if "REJECTED" in line]
    assert code == 0


@pytest.mark.deep
def test_the_checker_accepts_the_long_proofs(tmp_path: Path) -> None:
    code, lines = checked(tmp_path, exported_as_json(CLAIMS), json.loads(STATEMENTS.read_text()))
    assert not [line for line in lines if "REJECTED" in line]
    assert code == 0


def test_a_claim_that_is_missing_altered_or_added_is_an_error(
    tmp_path: Path, proofs: dict[str, Any]
) -> None:
    few = {**proofs, "claims": proofs["claims"][:2]}
    statements = listed(few)
    assert checked(tmp_path, few, statements)[0] == 0
    assert checked(tmp_path, {**few, "claims": few["claims"][:1]}, statements)[0] == 1
    assert checked(tmp_path, {**few, "claims": proofs["claims"][:3]}, statements)[0] == 1
    (name, _, *rest), other = few["claims"]
    assert checked(tmp_path, {**few, "claims": [[name, "REFUTED", *rest], other]}, statements)[0]
    assert checked(tmp_path, {**few, "claims": [[name, "PROVED", *other[2:]], other]}, statements)[
        0
    ]
    moved = [*few["definitions"][:-1], [*few["definitions"][-1][:-1], 0]]
    assert checked(tmp_path, {**few, "definitions": moved}, statements)[0] == 1


def test_the_checker_judges_the_cases_as_the_kernel_does(tmp_path: Path) -> None:
    proofs = of_one("none", FALSE, [])
    proofs["claims"] = [[f"case {n}", "PROVED", c.statement, c.proof] for n, c in enumerate(CASES)]
    _, lines = checked(tmp_path, proofs)
    found = {n: f"case {n}: PROVED" for n, _ in enumerate(CASES)}
    for number, case in enumerate(CASES):
        assert any(line.startswith(found[number]) for line in lines) is case.holds, str(case)


def test_what_rules_that_accept_everything_let_through_the_checker_rejects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = []
    for name in RULES:
        with monkeypatch.context() as patch:
            patch.setitem(RULES, name, lambda goal, context, *data: None)
            theorems = [prove(FALSE, (name,))]
            for case in CASES:
                if case.rule == name and not case.holds:
                    with contextlib.suppress(RejectedError):  # there are other reasons, too
                        theorems.append(prove(case.statement, case.proof))
        assert len(theorems) > 1, name
        claims += [[f"{name} {n}", "PROVED", t.statement, t.proof] for n, t in enumerate(theorems)]
    code, lines = checked(tmp_path, {**of_one("false", FALSE, ()), "claims": claims})
    assert code == 1
    assert sum("REJECTED" in line for line in lines) == len(claims)


def test_what_rests_on_an_experiment_is_no_proof_for_the_checker(tmp_path: Path) -> None:
    atom = CLAIMS["floating_point.jax_derivative"].formal.formula
    for statement, proof in (
        (atom, RECORDED),
        (("<", 0, 1), ("have", atom, RECORDED, ("combine", ((1, -1),)))),
    ):
        theorem = prove(statement, proof)
        code, lines = checked(tmp_path, of_one("measured", theorem.statement, theorem.proof))
        assert code == 1
        assert any("REJECTED" in line for line in lines)


def test_a_mean_that_is_wrong_by_a_seventh_of_a_term_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tilted = ("exp", ("+", "mu", ("*", HALF, ("^", "sigma", 2))))
    wrong = positive("sigma", ("=", mean(("exp", "x"), NORMAL), ("*", ("/", 6, 7), tilted)))
    proof = ("generalize", "mu", intro("sigma", then=("combine", ())))
    with pytest.raises(RejectedError):
        prove(("forall", "mu", wrong), proof)
    for module in MODULES:
        if hasattr(module, "is_zero"):
            monkeypatch.setattr(module, "is_zero", lambda value: True)
    theorem = prove(("forall", "mu", wrong), proof)
    assert checked(tmp_path, of_one("wrong", theorem.statement, theorem.proof))[0] == 1


STILL_PROOFS = {
    "a constant": "a bound, a multiplier of nothing, or a number that may be another one",
    "a sign": "of what may have either",
    "a comparison": "a hypothesis that is not used",
    "a step dropped": "a step that was not needed",
    "a box": "a part that is seen in any case",
    "a quantifier or a domain": "a hypothesis that is not used",
}


def accepted(folder: Path, proofs: dict[str, Any], changed: list[Mutant]) -> list[Mutant]:
    """The mutants that the checker takes for proofs of what is listed with them."""
    claims = [[f"m{n}", "PROVED", m.statement, m.proof] for n, m in enumerate(changed)]
    verdicts = {claim_id: verdict for claim_id, verdict, *_ in proofs["claims"]}
    for claim, mutant in zip(claims, changed, strict=True):
        claim[1] = verdicts[mutant.claim]
    _, lines = checked(folder, {**proofs, "claims": claims})
    passed = {line.partition(":")[0] for line in lines if "REJECTED" not in line}
    return [mutant for n, mutant in enumerate(changed) if f"m{n}" in passed]


@pytest.mark.deep
def test_changed_proofs_and_statements_are_rejected(
    tmp_path: Path, proofs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    changed = mutants(proofs["claims"], 400, seed=1)
    survivors = accepted(tmp_path, proofs, changed)
    with capsys.disabled():
        print()
        for mutant in survivors:
            kind = mutant.kind.partition(" of the ")[0]
            print(f"{mutant.claim}, {mutant.kind} ({STILL_PROOFS[kind]}): {mutant.change}")
        print(f"{len(changed) - len(survivors)} of {len(changed)} mutants rejected")
    assert len(survivors) <= len(changed) / 10


# --- What the checker is ---------------------------------------------------------------------


def test_the_checker_is_one_short_file_that_imports_the_standard_library_and_flint() -> None:
    lines = CHECKER.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 1_800
    assert max(map(len, lines)) <= 100
    imported = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            imported.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Name):
            assert node.id not in ("__import__", "eval", "exec", "compile")
    assert imported - {"flint"} <= set(sys.stdlib_module_names)
    assert not imported & {"importlib", "runpy", "subprocess", "pickle"}


def test_the_checker_runs_where_there_is_neither_this_package_nor_sympy(
    tmp_path: Path, proofs: dict[str, Any]
) -> None:
    import flint

    alone = tmp_path / "alone"
    alone.mkdir()
    home = Path(flint.__file__).parents[1]
    for found in [*home.glob("flint"), *home.glob("python_flint*")]:
        (alone / found.name).symlink_to(found)
    few = {**proofs, "claims": proofs["claims"][:3]}
    (tmp_path / "proofs.json").write_text(to_text(few))
    (tmp_path / "statements.json").write_text(json.dumps(listed(few)))
    code = (
        f"import sys; sys.path = [p for p in sys.path if 'site-packages' not in p] + ['{alone}'];"
        " from importlib.util import find_spec as at;"
        " assert not at('sympy') and not at('elu_sym');"
        " sys.argv = ['checker', 'proofs.json', 'statements.json'];"
        f" exec(compile(open('{CHECKER}').read(), 'checker', 'exec'), {{'__name__': '__main__'}})"
    )
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
