# Everything runs in one environment, $(VENV), whatever else happens to be active.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME JUPYTER_PATH
export KERAS_BACKEND ?= jax

SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all env backends derive compile verify test test-deep test-gpu test-pythons wheels lint \
    types check-proofs experiments conformance accuracy bench bench-gpu notebooks html lab lock clean help \
    FORCE

# What the tests use beside it: `make test BACKENDS=dask` does without PyTorch, JAX and Keras.
BACKENDS ?= dask,torch,jax,keras
INSTALL := -m pip install --quiet --disable-pip-version-check --editable
EXTRAS := verify,experiments,notebooks,site,dev
# What `make conformance` measures beside them, and where.
FRAMEWORKS := tensorflow-cpu==2.21.0 onnxruntime==1.32.0 onnx==1.23.2 tinygrad==0.14.0
CONFORMANCE := .make/conformance
# What `make test-pythons` runs the tests on and `make wheels` builds for; wheels for $(PY), too.
PYTHONS ?= python3.12 python3.13

comma := ,
ENV := $(VENV)/.complete
BACKENDS_INSTALLED := $(VENV)/.backends-$(subst $(comma),-,$(BACKENDS))
GENERATED := elu_sym/numeric/_generated.py
COMPILED := .make/compiled
VERIFIED := .make/verified
REPORT := .make/verification.txt
DERIVATION := elu_sym/symbols.py elu_sym/activations.py \
    $(wildcard $(addsuffix /*.py,$(addprefix elu_sym/,algebra gaussian book generate)))
PACKAGE := $(shell find elu_sym -name '*.py' -o -name '*.json' -o -name '*.csv')
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
BENCH_RESULTS := $(wildcard tests/bench/*.json)

all: env derive compile verify ## env, derive, compile and verify: what `make` alone does

env: $(ENV) ## make the environment in .venv (VENV=path), pinned, from python3 (PYTHON=python3.12)
# An environment whose making was interrupted has no working pip and is made anew.
$(ENV): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) ..."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PY) $(INSTALL) '.[$(EXTRAS)]' --constraint constraints.txt
	@touch $@

backends: $(BACKENDS_INSTALLED) ## install PyTorch, JAX and Dask too (BACKENDS=dask: some of them)
$(BACKENDS_INSTALLED): $(ENV)
	@echo "Installing $(BACKENDS) into $(VENV) ..."
	@$(PY) $(INSTALL) '.[$(EXTRAS),$(BACKENDS)]' --constraint constraints.txt
	@touch $@

# It is committed, and written by rename: make must not delete it where it is interrupted.
.PRECIOUS: $(GENERATED)
derive: $(GENERATED) ## derive the formulas and write elu_sym/numeric/_generated.py
# A file that is newer than its stamp was edited by hand or came from elsewhere: it is written again.
# An unchanged file is left alone by codegen, hence the touch.
$(GENERATED): $(DERIVATION) $(ENV) $(shell test $(GENERATED) -nt .make/derived && echo FORCE)
	$(PY) -m elu_sym.generate
	@mkdir -p .make && touch $@ && touch -r $@ .make/derived

compile: $(COMPILED) ## compile the formulas; without a compiler NumPy computes the same, slower
$(COMPILED): $(wildcard elu_sym/numeric/compiled/*.[ch] elu_sym/numeric/*.py) \
    $(patsubst %,elu_sym/generate/%.py,expression_graph c_source compiled_sources) setup.py $(GENERATED) $(ENV)
	@$(PY) setup.py --quiet build_ext --inplace
	@mkdir -p .make && touch $@

verify: $(VERIFIED) ## check every claim and formula, fail if one is not as expected (a minute or two)
	@cat $<
# Only a success is kept; a failure is shown, and found again the next time.
$(VERIFIED): $(PACKAGE) $(GENERATED) $(COMPILED) $(ENV)
	@mkdir -p .make && rm -f $@
	@echo "Verifying every claim and formula ..."
	@$(PY) -m elu_sym verify --report $(REPORT) > $@.part || { cat $@.part; exit 1; }
	@mv $@.part $@

# Nothing here depends on `derive`: the test is that the committed files are what the derivation
# gives. They are compiled as they are.
test: $(BACKENDS_INSTALLED) ## run all tests: lint, types, generated code, unit tests, doctests, notebooks
	@$(PY) setup.py --quiet build_ext --inplace
	@$(PY) tests/stages.py

test-deep: $(BACKENDS_INSTALLED) ## run the tests that take long, too, each time on other examples
	@$(PY) setup.py --quiet build_ext --inplace
	@$(PY) tests/stages.py --deep

# Without a GPU each of them fails, and says what is missing.
test-gpu: $(BACKENDS_INSTALLED) ## run the tests that need a GPU: values, gradients, memory, graphs of CUDA
	@$(PY) setup.py --quiet build_ext --inplace
	@$(PY) -m pytest -q -m gpu --numprocesses=4 tests/interop/torch

# One environment for each, without PyTorch, JAX, Keras and Dask; the tests of these skip themselves.
test-pythons: ## run the tests without backends (PYTHONS="python3.12 python3.13")
	@failed=0; for python in $(PYTHONS); do \
	    folder=.make/$$($$python -c 'import sys; print("python%d.%d" % sys.version_info[:2])') \
	        && echo "$$python, in $$folder" \
	        && { $$folder/bin/python -m pip --version >/dev/null 2>&1 || $$python -m venv $$folder; } \
	        && $$folder/bin/python $(INSTALL) '.[verify,experiments,dev]' --constraint constraints.txt \
	        && $$folder/bin/python setup.py --quiet build_ext --inplace \
	        && $$folder/bin/python tests/stages.py --only "generated code" "unit tests" numbers doctests \
	        || failed=1; \
	done; exit $$failed

wheels: $(ENV) ## build wheels in dist/ and try them beside NumPy alone (PYTHONS="python3.12 python3.13")
	$(PY) tests/wheels.py $(PY) $(PYTHONS)

lint: $(ENV) ## check the style and the format of code and notebooks
	$(PY) -m ruff check
	$(PY) -m ruff format --check

types: $(ENV) ## check the types
	$(PY) -m mypy

check-proofs: $(ENV) ## check the proof of every formal statement by a program that shares nothing
	@mkdir -p .make
	@$(PY) -m elu_sym prove --export .make/proofs.json
	@$(PY) -I elu_sym/checker.py .make/proofs.json

experiments: $(BACKENDS_INSTALLED) ## run the experiments anew: descent, thresholds of libraries, depth, training, noise, processes, means
	$(PY) -m elu_sym.experiments.smooth_ride
	$(PY) -m elu_sym.experiments.library_thresholds
	$(PY) -m elu_sym.experiments.depth
	$(PY) -m elu_sym.experiments.depth_training
	$(PY) -m elu_sym.experiments.elu_or_relu
	$(PY) -m elu_sym.experiments.convolutional_training
	$(PY) -m elu_sym.experiments.propagated_noise
	$(PY) -m elu_sym.experiments.gaussian_processes
	$(PY) -m elu_sym.experiments.deep_blocks
	$(PY) -m elu_sym.experiments.centering_training

# TensorFlow asks for an older h5py than the one that is pinned. tinygrad compiles with clang, or CC,
# and takes PYTHON for one of its devices.
conformance: ## compare ELU in every library with exact rounding, in an environment of its own
	@mkdir -p .make && sed '/^h5py==/d' constraints.txt > $(CONFORMANCE).txt
	@$(CONFORMANCE)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(CONFORMANCE)
	@$(CONFORMANCE)/bin/python $(INSTALL) '.[verify,torch,jax,keras]' $(FRAMEWORKS) \
	    --constraint $(CONFORMANCE).txt
	env -u PYTHON $(CONFORMANCE)/bin/python -m elu_sym conformance --write
	@for backend in tensorflow torch; do KERAS_BACKEND=$$backend \
	    $(CONFORMANCE)/bin/python -m elu_sym conformance --library keras --write; done

accuracy: $(COMPILED) ## measure every formula against Arb at new points (ACCURACY=--write: keep the result)
	$(PY) tests/shared/accuracy.py $(ACCURACY)

bench: $(COMPILED) $(BACKENDS_INSTALLED) ## measure speed, memory, derivations, imports (BENCH=--upstream: SymPy, too; SPEED="--only arrays")
	@$(PY) $(INSTALL) '.[bench]' --constraint constraints.txt
	$(PY) tests/bench/derivations.py $(BENCH)
	$(PY) tests/bench/speed.py $(SPEED)
	$(PY) tests/bench/audit_memory.py
	$(PY) tests/bench/gram_matrices.py

bench-gpu: $(COMPILED) $(BACKENDS_INSTALLED) ## measure PyTorch and JAX on a GPU, in three minutes; says so where there is none
	$(PY) tests/bench/cuda.py

notebooks: $(NOTEBOOKS:notebooks/%.ipynb=.make/%.executed) ## execute the notebooks again, in place
.make/%.executed: notebooks/%.ipynb notebooks/execute.py $(PACKAGE) $(GENERATED) $(BENCH_RESULTS) $(ENV)
	$(PY) notebooks/execute.py $<
	@mkdir -p .make && touch $@

# It shows the outputs that are committed, and executes nothing.
html: $(COMPILED) $(BACKENDS_INSTALLED) ## build the site in .make/html, from the pages as they are and the package
	@$(PY) -m sphinx --quiet --fail-on-warning --keep-going --doctree-dir .make/doctrees notebooks .make/html
	@echo "The site is .make/html/index.html."

lab: $(ENV) ## open the notebooks in JupyterLab
	$(PY) -m jupyterlab notebooks

lock: ## write constraints.txt anew, from the newest releases (PYTHON=python3.11, the oldest one)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "make lock needs PYTHON=python3.11")'
	@mkdir -p .make && $(PYTHON) -m venv --clear .make/lock
	@.make/lock/bin/python -m pip --quiet uninstall --yes setuptools
	@.make/lock/bin/python $(INSTALL) '.[$(EXTRAS),bench,dask,torch,jax,keras]'
	@{ sed '/^#/!d' constraints.txt; \
	    .make/lock/bin/python -m pip list --format=freeze --exclude pip --exclude elu-sym; \
	} > constraints.txt.part
	@mv constraints.txt.part constraints.txt
	@for name in setuptools numpy lazy-loader; do \
	    pin=$$(grep "^$$name==" constraints.txt) && sed -i "/^requires = /s/$$name==[^\"]*/$$pin/" pyproject.toml; \
	done
	@rm -r .make/lock

clean: ## remove what make and the tools left behind, .venv included
	rm -rf .make .venv build notebooks/formulas notebooks/claims notebooks/reference *.egg-info elu_sym/numeric/_compiled.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find elu_sym tests notebooks \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
