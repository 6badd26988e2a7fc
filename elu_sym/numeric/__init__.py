"""Numbers: the hand-written primitives under every published quantity, and what is made of them.

Nothing here imports SymPy.  Modules with an underscore are private to the rooms that generate or
select them; they and ``mills_table`` are written by ``elu_sym.generate``.

With X ~ N(mu, sigma^2), ELU splits into two parts that are never positive together,

    f(X) = X_+ - (alpha (1 - e^X))_+,

so its moments are sums of the partial moments here, without a subtraction of equals.  The
primitives are functions of a law (``law``) and of parameters, written once for arrays of any
library (``operations``); all of them come down to divided differences of the Mills ratio
(``mills``).  The compiled module computes the same: C is made from these functions when it is built
(``elu_sym.generate.expression_graph``), beside what lies in ``compiled``: words for one number or a
vector of them, the Mills ratio, what depends on two inputs, loops and calls; 4 or 8 elements are
computed at a time where the processor has AVX2 or AVX-512, with the same bits.  What depends on two
inputs is an integral over one of them of such formulas of the other (``joint_expectations``).
Arguments have been checked (``arguments``): sigma >= 0, alpha > 0, both finite; mu may be infinite;
NaN in any argument gives NaN at that element (``evaluation``).

Accuracy is stated as abs(computed - F) / (ulp(F) + 2^-52 sum abs(x dF/dx)), the sum over the
arguments: in units of what rounding the result once and each argument once would cost.  That of
every formula is at most 8, measured against Arb for mu of 1e-300 to 1e150 of both signs, sigma of
1e-300 to 1e150, parameters of 1e-10 to 1e10 and the limits, with dense samples where regimes meet.
CELU's deviation is not meant where sigma/alpha is no normal number.
That of every derivative, with the derivative in place of F, is at most 64 for mu of 1e-40 to 1e40,
sigma of 1e-40 to 30 and parameters of 0.1 to 10; CELU is meant in units of alpha, with
abs(mu) + sigma at least alpha/10, and its derivative in alpha where X, given X < 0, is not smaller
than that.  Derivatives below 1e-250 and those of a deviation below 1e-140 are not compared.
``make accuracy`` prints the table, and ``tests/shared/accuracy.json`` keeps the worst points.
"""
