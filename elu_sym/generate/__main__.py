"""The command ``python -m elu_sym.generate [--check]``."""

from elu_sym.generate.exit_codes import exit_code


def _main() -> int:
    from elu_sym.generate.codegen import main  # which takes a second

    return main()


if __name__ == "__main__":
    raise SystemExit(exit_code("python -m elu_sym.generate", _main))
