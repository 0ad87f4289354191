# make help lists what there is. Everything runs in .venv, which is made on first use.
PYTHON ?= python3
VENV := .venv
MMEDIT := .venv-mmedit
SUPPLY := .venv-supply
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
TOY := data/toy
RUN := work_dirs/lsm_r18_toy
CONFIG := configs/lsm_r18_toy.py
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup demo test coverage test-slow fuzz lint types format docs pictures clean setup-mmedit test-mmedit lock audit licences

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1	/' | expand -t 20

setup: $(INSTALLED) ## install into .venv (Python >= 3.10, no compiler)

# mmedit's own requirements would compile mmcv; its registries are all that the core uses of it.
$(INSTALLED): requirements.txt $(wildcard requirements/*.txt) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; try make PYTHON=python3.11")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (1.4 GB to fetch, 2.8 GB on disk; a minute or two on a fast line)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps mmedit==1.0.0rc7 -e .
	@touch $@

demo: setup ## generate data, train, test and show mattes: eight minutes on two cores
	@echo "[1/6] Generating a training and a test set in $(TOY)"
	@$(PY) tools/dataset_converters/make_toy_dataset.py $(TOY)
	@echo "[2/6] Re-estimating its foregrounds (the first run compiles the solver)"
	@$(PY) tools/reestimate_foreground.py $(TOY)/train
	@echo "[3/6] Training $(CONFIG): four to five minutes"
	@$(PY) tools/train.py $(CONFIG) $(if $(wildcard $(RUN)/last_checkpoint),--resume)
	@echo "[4/6] Testing"
	@$(PY) tools/test.py $(CONFIG) "$$(cat $(RUN)/last_checkpoint)" --out $(RUN)/results.json --show-dir $(RUN)/mattes
	@echo "[5/6] The same test with the model that comes with the package"
	@$(VENV)/bin/lsmatting matte $(TOY)/test/merged $(TOY)/test/trimaps -o $(RUN)/shipped --alpha-only
	@echo "[6/6] Reporting"
	@$(PY) tools/analysis/report.py $(TOY)/test $(RUN)/mattes --also 'shipped model' $(RUN)/shipped --out $(RUN)/contact_sheet.png
	@echo
	@echo "What next:"
	@echo "- look at the mattes: $(RUN)/contact_sheet.png (metrics per image: $(RUN)/results.json)"
	@echo "- cut something out of a photo: $(VENV)/bin/lsmatting --help, or $(VENV)/bin/lsmatting serve"
	@echo "- make test runs the test suite"
	@echo "- docs/data.md and docs/training.md tell how to train configs/lsm_r50_aim.py, the paper's recipe"

# Bytecode is written, for the suite starts some hundred processes that import the package.
test: setup ## run the test suite
	@OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 2 --dist loadfile

coverage: setup ## run it and tell which lines it does not reach; half as long again
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered --cov-fail-under=90

test-slow: setup ## run the tests that take longer, such as killing a training run
	@OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 -m slow

fuzz: setup ## look for inputs that break readers and options, FUZZ_SECONDS=60 in all
	@OMP_NUM_THREADS=1 $(PY) tests/fuzz/fuzz.py --seconds $(FUZZ_SECONDS)

lint: setup ## check style and formatting
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: setup ## check the types of the package
	@$(PY) -m mypy

format: setup ## bring all files into the project's format
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

docs: setup ## make the site of docs/ in work_dirs/site, with its links checked
	@$(PY) -m sphinx -q -W --keep-going -b html docs work_dirs/site
	@echo "work_dirs/site/index.html"

pictures: setup ## draw the pictures and diagrams of docs/ anew
	@$(PY) docs/draw_pictures.py
	@$(PY) docs/draw_diagrams.py

setup-mmedit: $(MMEDIT)/.installed ## install all of mmedit into .venv-mmedit, for its models (6.4 GB)

$(MMEDIT)/.installed: requirements/mmedit.txt pyproject.toml
	@test -x $(MMEDIT)/bin/python || $(PYTHON) -m venv $(MMEDIT)
	@echo "Installing into $(MMEDIT) (about 6.4 GB)"
	@$(MMEDIT)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/mmedit.txt
	@$(MMEDIT)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps mmedit==1.0.0rc7 -e .
	@touch $@

test-mmedit: setup-mmedit ## run the tests of mmedit's models there
	@OMP_NUM_THREADS=2 $(MMEDIT)/bin/python -m pytest tests/mmedit tests/test_registry.py tests/baselines

$(SUPPLY)/.installed: requirements/supply_chain.txt
	@test -x $(SUPPLY)/bin/python || $(PYTHON) -m venv $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

lock: setup $(SUPPLY)/.installed ## pin requirements.txt with hashes in requirements.lock; UPGRADE=1 for newer versions
	@$(PY) tools/supply_chain/lock.py $(SUPPLY)/bin/uv $(if $(UPGRADE),--upgrade)

audit: setup $(SUPPLY)/.installed ## look up known weaknesses of what requirements.lock pins
	@$(PY) tools/supply_chain/audit.py $(SUPPLY)/bin/pip-audit

licences: setup ## list the dependencies' licences in docs/licences.md
	@$(PY) tools/supply_chain/licences.py

clean: ## remove .venv, caches, generated data and outputs
	rm -rf $(VENV) $(MMEDIT) $(SUPPLY) $(TOY) work_dirs/lsm_r18_toy .pytest_cache .ruff_cache .mypy_cache .coverage *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
