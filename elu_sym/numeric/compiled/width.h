/* All that is computed WIDTH elements at a time, for module.c: the formulas and three loops. */

#include "formulas.h" /* written when the module is built */
#include "joint_expectations.h"
#include "loops.h"

#define NAMED(name, width) name##_##width
#define NAME_WITH(name, width) NAMED(name, width)
#define NAME(name) NAME_WITH(name, WIDTH)

#define INTERIOR(name, arguments, results, documentation) (anything)compute_##name,
const anything NAME(INTERIORS)[] = {FORMULAS(INTERIOR)};

#if WIDTH == 1
#define LIMIT(name, arguments, results, documentation) compute_##name##_limit,
const limit_function LIMITS[] = {FORMULAS(LIMIT)};
#endif

const loops NAME(LOOPS) = {over_doubles, over_singles, over_pairs, legendre_rules};
