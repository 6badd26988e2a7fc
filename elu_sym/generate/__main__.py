"""The command ``python -m elu_sym.generate [--check]``."""

from elu_sym.generate.codegen import main

raise SystemExit(main())
