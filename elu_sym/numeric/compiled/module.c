/* The formulas as universal functions of NumPy: numeric/_generated.py in C.

   `formulas.h` defines a function of a law for each formula and lists them in FORMULAS, and
   `moments`, unless a part of it is left to NumPy; here each becomes a loop over arrays. */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <fenv.h>
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

#include "formulas.h"
#include "joint_expectations.h"

#ifndef SOURCES
#error "SOURCES is the checksum of these files, which setup.py defines"
#endif

#define TOGETHER "Mean, second moment and variance of elu(X) together."

#define ARGUMENT(k) (*(const double *)(arguments[k] + i * steps[k]))
#define RESULT(k) (*(double *)(arguments[k] + i * steps[k]))

#define DECLARE_LOOP(name)                                                                       \
    static void name##_loop(char **arguments, const npy_intp *dimensions, const npy_intp *steps, \
                            void *data)

/* A loop sees every element; NaN in any argument is NaN in the result.  What the floating-point
   unit noted on the way says nothing about the results, so it is forgotten. */
#define LOOP_2(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1);                                        \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(2) = isnan(mu) || isnan(sigma) ? NAN : name(&law);                            \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP_3(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1), a = ARGUMENT(2);                       \
            bool missing = isnan(mu) || isnan(sigma) || isnan(a);                                \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(3) = missing ? NAN : name(&law, a);                                           \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP_4(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1), a = ARGUMENT(2), b = ARGUMENT(3);      \
            bool missing = isnan(mu) || isnan(sigma) || isnan(a) || isnan(b);                    \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(4) = missing ? NAN : name(&law, a, b);                                        \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP(name, count, documentation) LOOP_##count(name)
FORMULAS(LOOP)

#ifdef HAS_MOMENTS
static void moments(law_at *law, double alpha, double *found)
{
    found[0] = mean(law, alpha);
    found[1] = second_moment(law, alpha);
    found[2] = variance(law, alpha);
}

USES_FUSED_MULTIPLICATION DECLARE_LOOP(moments)
{
    for (npy_intp i = 0; i < dimensions[0]; i++) {
        double mu = ARGUMENT(0), sigma = ARGUMENT(1), alpha = ARGUMENT(2);
        double found[3] = {NAN, NAN, NAN};
        law_at law = normal_law(mu, sigma);
        if (!isnan(mu) && !isnan(sigma) && !isnan(alpha))
            moments(&law, alpha, found);
        for (int k = 0; k < 3; k++)
            RESULT(3 + k) = found[k];
    }
    feclearexcept(FE_ALL_EXCEPT);
}
#endif

/* Quantities of two inputs: a universal function of their law and of the shapes of two functions. */
#define JOINT_ARGUMENTS 12
VECTORIZED DECLARE_LOOP(joint)
{
    quantity wanted = *(const quantity *)data;
    for (npy_intp i = 0; i < dimensions[0]; i++) {
        double given[JOINT_ARGUMENTS], sum = 0.0;
        for (int k = 0; k < JOINT_ARGUMENTS; k++)
            sum += given[k] = ARGUMENT(k);
        RESULT(JOINT_ARGUMENTS) = isnan(sum) ? NAN : joint_expectation(wanted, given);
    }
    feclearexcept(FE_ALL_EXCEPT);
}

/* The same for single numbers, for which a universal function is a detour: the value, or None where
   an argument is no float of Python, nor one of NumPy, which is one of Python, too, or is outside
   its domain, so that it is for others to say. */

static bool plain_numbers(PyObject *const *given, Py_ssize_t count, int wanted, double *numbers)
{
    if (count != wanted)
        return false;
    for (int k = 0; k < wanted; k++) {
        if (!PyFloat_CheckExact(given[k]) && !PyArray_IsScalar(given[k], Double))
            return false;
        numbers[k] = PyFloat_AS_DOUBLE(given[k]);
        if (k > 0 && (numbers[k] < 0.0 || numbers[k] == Py_HUGE_VAL || (k > 1 && numbers[k] == 0.0)))
            return false;
    }
    return true;
}

#define NUMBER(name, count, documentation)                                                       \
    static PyObject *name##_number(PyObject *self, PyObject *const *given, Py_ssize_t length)    \
    {                                                                                            \
        double in[count], out;                                                                   \
        if (!plain_numbers(given, length, count, in))                                            \
            Py_RETURN_NONE;                                                                      \
        char *arguments[count + 1];                                                              \
        npy_intp one = 1, steps[count + 1];                                                      \
        for (int k = 0; k <= count; k++) {                                                       \
            arguments[k] = (char *)(k < count ? &in[k] : &out);                                  \
            steps[k] = 0;                                                                        \
        }                                                                                        \
        name##_loop(arguments, &one, steps, NULL);                                               \
        return PyFloat_FromDouble(out);                                                          \
    }
FORMULAS(NUMBER)

#ifdef HAS_MOMENTS
static PyObject *moments_number(PyObject *self, PyObject *const *given, Py_ssize_t length)
{
    double in[3], found[3] = {NAN, NAN, NAN};
    if (!plain_numbers(given, length, 3, in))
        Py_RETURN_NONE;
    law_at law = normal_law(in[0], in[1]);
    if (!isnan(in[0]) && !isnan(in[1]) && !isnan(in[2]))
        moments(&law, in[2], found);
    feclearexcept(FE_ALL_EXCEPT);
    return Py_BuildValue("(ddd)", found[0], found[1], found[2]);
}
#endif

#define METHOD(name, count, documentation)                                                       \
    {#name "_number", (PyCFunction)(void (*)(void))name##_number, METH_FASTCALL, documentation},
static PyMethodDef METHODS[] = {
    FORMULAS(METHOD)
#ifdef HAS_MOMENTS
    {"moments_number", (PyCFunction)(void (*)(void))moments_number, METH_FASTCALL, TOGETHER},
#endif
    {NULL, NULL, 0, NULL}};

typedef struct {
    const char *name, *documentation;
    int arguments, results;
    PyUFuncGenericFunction loops[1];
    void *data[1]; /* what the loop is told: which quantity of two inputs */
} entry;

#define ENTRY(name, count, documentation) {#name, documentation, count, 1, {name##_loop}, {NULL}},
#define JOINT_ENTRY(name, wanted, documentation)                                                 \
    {"joint_" #name, documentation, JOINT_ARGUMENTS, 1, {joint_loop}, {&(quantity){wanted}}},
static entry ENTRIES[] = {
    FORMULAS(ENTRY)
#ifdef HAS_MOMENTS
    {"moments", TOGETHER, 3, 3, {moments_loop}, {NULL}},
#endif
    QUANTITIES(JOINT_ENTRY)
};

static const char TYPES[JOINT_ARGUMENTS + 1] = {
    NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE,
    NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE};

static int execute(PyObject *module)
{
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0)
        return -1;
    legendre_rules();
    PyObject *sources = PyLong_FromUnsignedLong(SOURCES);
    if (sources == NULL || PyModule_AddObjectRef(module, "sources", sources) < 0)
        return -1;
    Py_DECREF(sources);
    for (size_t k = 0; k < sizeof(ENTRIES) / sizeof(ENTRIES[0]); k++) {
        entry *e = &ENTRIES[k];
        PyObject *function = PyUFunc_FromFuncAndData(e->loops, e->data, TYPES, 1, e->arguments,
                                                     e->results, PyUFunc_None, e->name,
                                                     e->documentation, 0);
        if (function == NULL || PyModule_AddObjectRef(module, e->name, function) < 0) {
            Py_XDECREF(function);
            return -1;
        }
        Py_DECREF(function);
    }
    return 0;
}

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
