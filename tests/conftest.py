"""Settings shared by all tests.

Marked ``deep``, and left to ``make test-deep``, is what takes long, nearly all of it about what a
quicker test asks, too, in another way:

    test_definition.py::test_other_words_turn_no_claim_over       every claim again, in other words
    test_definition.py::test_a_definition_beyond_the_primitives...   a book of textbook forms
    test_walk_through.py                                          a clean checkout, from nothing
    test_command_line.py::test_an_interruption_is_one_line
    test_command_line.py::test_commands_do_without_standard_error
    test_report.py::test_a_changed_c_function_makes_verify_exit_1   as a generated one
    test_interruptions.py::test_a_build_that_is_killed_while_it_links...
    jax/test_formulas.py::test_transformations_agree, ...test_values_in_single_precision
    test_smooth_ride.py::test_the_table_does_not_depend_on...     nor does a small one
    test_interruptions.py::test_a_command_that_is_killed_damages_nothing   each at every write
    test_codegen.py::test_another_process_derives_the_same_bytes  by the rational numbers of Python
    test_normal_form.py::test_ground_types_of_sympy_make_no_difference   by those of another library
    test_keras.py and jax/test_initializers.py, the depth of 50 and 1 percent more   as in PyTorch
    torch/test_formulas.py::test_gradients_are_right_to_the_last_digits   of the relatives of ELU
    test_auditing.py::test_gaussian_samples_are_seldom..., ...test_the_least_audit...   many samples
    test_auditing.py::test_intervals_of_every_activation...      as those of ELU
    test_random_integrands.py::test_the_closed_form_agrees...[1]   a third of them run
    test_statistics.py::test_a_mean_that_has_a_closed_form...   what sympy.stats does, again
    test_random_constants.py::test_400_integrands_with_constants_agree_with_arb   25 of them run
    test_self_normalization.py::test_the_singular_values_by_differences...
    test_initialization.py::test_gains_of_other_activations...   at a tenth of the points
    test_gaussian_quadrature.py::test_every_ball_holds_the_30_digits_of_mpmath   three, at one law
    test_tabulated_moments.py::test_all_moments_are_found_again, ...the_table_is_written...   three

    test_verdicts.py, claims of checked_claims.MANY_BOXES          boxes for a minute or two, and
    test_export.py::test_the_checker_accepts_the_proofs_with_very_many_boxes   the second judge's

The stage of the notebooks leaves 08_formulas.ipynb to it, too, every witness of every formula, and
12_proofs.ipynb, nearly every proof.
"""

import gc
import os

from hypothesis import settings

# On a shared machine a slow example says nothing about the code, hence no deadline.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile("repeat", deadline=None, print_blob=True, derandomize=True)
# Continuous integration must give the same answer twice; at a desk, new examples are welcome.
settings.load_profile("repeat" if os.environ.get("CI") else "explore")


# What is imported stays; looking for garbage so often takes a fifth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
