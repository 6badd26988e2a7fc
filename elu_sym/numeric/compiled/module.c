/* The formulas as universal functions of NumPy.

   What computes them is made from the primitives when the module is built, several elements at a
   time where the processor has vectors for it; here each becomes a universal function. */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <fenv.h>
#include <stdbool.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#include <numpy/ufuncobject.h>

#include "calls.h"
#include "computation.h"
#include "quantities.h"

#ifndef SOURCES
#error "SOURCES is the checksum of what the module is made from, which setup.py defines"
#endif

extern const limit_function LIMITS[];
extern const anything INTERIORS_1[];
extern const loops LOOPS_1;
#ifdef HAS_VECTORS
extern const anything INTERIORS_4[], INTERIORS_8[];
extern const loops LOOPS_4, LOOPS_8;
#endif

#define COUNT_ONE(name, arguments, results, documentation) +1
#define FORMULA_COUNT (0 FORMULAS(COUNT_ONE))

/* All that computes at one width.  A call reads CHOSEN once: another thread may choose meanwhile. */
typedef struct {
    const loops *loops;
    computation computations[FORMULA_COUNT];
} computing;
static computing COMPUTING[3];
static const computing *CHOSEN;

/* The widest that the processor knows. */
static int best_width(void)
{
#ifdef HAS_VECTORS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return 8;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 4;
#endif
    return 1;
}

static void use_width(int width)
{
    CHOSEN = &COMPUTING[width / 4];
}

static void prepare(int width, const loops *loops, const anything *interiors)
{
    computing *here = &COMPUTING[width / 4];
    loops->prepare();
    here->loops = loops;
    for (int k = 0; k < FORMULA_COUNT; k++)
        here->computations[k].interior = interiors[k];
}

static void prepare_all(void)
{
    prepare(1, &LOOPS_1, INTERIORS_1);
#ifdef HAS_VECTORS
    if (best_width() >= 4)
        prepare(4, &LOOPS_4, INTERIORS_4);
    if (best_width() >= 8)
        prepare(8, &LOOPS_8, INTERIORS_8);
#endif
}

/* What the floating-point unit noted on the way says nothing about the results, so it is
   forgotten. */
#define UFUNC_LOOP(name, call)                                                                   \
    static void name(char **arrays, const npy_intp *dimensions, const npy_intp *steps, void *data) \
    {                                                                                            \
        const computing *now = CHOSEN;                                                           \
        call;                                                                                    \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }
UFUNC_LOOP(double_loop, now->loops->over_doubles(now->computations + *(const int *)data, arrays,
                                          dimensions[0], steps))
UFUNC_LOOP(single_loop, now->loops->over_singles(now->computations + *(const int *)data, arrays,
                                          dimensions[0], steps))
UFUNC_LOOP(pair_loop, now->loops->over_pairs(*(const int *)data, arrays, dimensions[0], steps))

typedef struct {
    const char *name, *documentation;
    int arguments, results;
    PyUFuncGenericFunction loops[2];
    void *data[2]; /* what the loops are told */
} entry;

#define FORMULA(name, arguments, results, documentation)                                         \
    {#name, documentation, arguments, results, {single_loop, double_loop}, {NULL, NULL}},
static entry ENTRIES[] = {FORMULAS(FORMULA)};
#define PAIR(name, wanted, documentation)                                                        \
    {"joint_" #name, documentation, PAIR_ARGUMENTS, 1, {pair_loop}, {&(int){wanted}}},
static entry PAIRS[] = {QUANTITIES(PAIR)};

/* Types of the two loops one after the other, by the number of arguments and results: NumPy takes
   the first that holds the arguments. */
#define MOST_PLACES (2 * MOST > PAIR_ARGUMENTS ? 2 * MOST : PAIR_ARGUMENTS + 1)
static int PLACES[FORMULA_COUNT]; /* of the formulas in a table of computations */
static char TYPES[MOST_PLACES + 1][2 * MOST_PLACES];

static int add_ufunc(PyObject *module, entry *e, const char *types, int count)
{
    PyObject *function = PyUFunc_FromFuncAndData(e->loops, e->data, types, count, e->arguments,
                                                 e->results, PyUFunc_None, e->name,
                                                 e->documentation, 0);
    int failed = function == NULL || PyModule_AddObjectRef(module, e->name, function) < 0;
    Py_XDECREF(function);
    return failed ? -1 : 0;
}

static int execute(PyObject *module)
{
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0)
        return -1;
    if (PyModule_AddType(module, &DIRECT_CALL) < 0)
        return -1;
    prepare_all();
    PyObject *sources = PyLong_FromUnsignedLong(SOURCES);
    if (sources == NULL || PyModule_AddObjectRef(module, "sources", sources) < 0)
        return -1;
    Py_DECREF(sources);
    for (int places = 0; places <= MOST_PLACES; places++)
        for (int k = 0; k < 2 * places; k++)
            TYPES[places][k] = k < places ? NPY_FLOAT : NPY_DOUBLE;
    for (int k = 0; k < FORMULA_COUNT; k++) {
        entry *e = &ENTRIES[k];
        for (size_t i = 0; i < sizeof(COMPUTING) / sizeof(COMPUTING[0]); i++) {
            COMPUTING[i].computations[k].arguments = e->arguments;
            COMPUTING[i].computations[k].results = e->results;
            COMPUTING[i].computations[k].limit = LIMITS[k];
        }
        PLACES[k] = k;
        e->data[0] = e->data[1] = &PLACES[k];
        if (add_ufunc(module, e, TYPES[e->arguments + e->results], 2) < 0)
            return -1;
    }
    use_width(best_width());
    for (size_t k = 0; k < sizeof(PAIRS) / sizeof(PAIRS[0]); k++)
        if (add_ufunc(module, &PAIRS[k], TYPES[PAIR_ARGUMENTS + 1] + PAIR_ARGUMENTS + 1, 1) < 0)
            return -1;
    return 0;
}

static PyObject *width(PyObject *module, PyObject *wanted)
{
    long number = PyLong_AsLong(wanted);
    if (number == -1 && PyErr_Occurred())
        return NULL;
    if (number != 1 && !(number == 4 && best_width() >= 4) && number != best_width())
        return PyErr_Format(PyExc_ValueError, "width = %ld: give 1, 4 or 8, at most %d", number,
                            best_width());
    use_width((int)number);
    Py_RETURN_NONE;
}

static PyMethodDef METHODS[] = {
    {"use_width", width, METH_O,
     "Compute so many elements at a time, 1, 4 or 8, where the processor can: for tests."},
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef DEFINITION = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_compiled",
    .m_doc = "The formulas as universal functions, in C.",
    .m_methods = METHODS,
    .m_slots = SLOTS,
};

PyMODINIT_FUNC PyInit__compiled(void)
{
    return PyModuleDef_Init(&DEFINITION);
}
