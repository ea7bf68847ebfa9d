# Start with  make train  and  make test.  CI runs  make check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two stamp files: the packages for `make train` install in seconds; the others are installed before the first check.
FOR_TRAINING := $(VENV)/.installed-train
INSTALLED := $(VENV)/.installed-all

.PHONY: help setup train test test-fast coverage complexity check lint types contracts docs docs-write lock floors sbom \
  try-locks audit wheel clean browser screenshots container-tools try-container fuzz fuzz-proof measure-parity \
  measure-reading measure-real measure-rotated measure-varied find-settings measure-accuracy measure-training-speed measure-inference-speed \
  measure-robustness measure-bounds measure-sources measure-worker-pool measure-service measure-page-parity \
  try-service try-service-stop try-api torture
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 26

setup: $(INSTALLED)  ## create .venv with all packages for the checks, from the hashed locks

# The packages are installed from the lock, which has their hashes; inkdigits itself is installed as editable.
FOR_TRAINING_LOCKS := requirements/train.txt requirements/report.txt requirements/build.txt
$(FOR_TRAINING): $(FOR_TRAINING_LOCKS) requirements/install.sh pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "inkdigits needs Python 3.11 to 3.13, but $(PYTHON) is another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up $(VENV) for training, once."
	@$(PYTHON) -m venv $(VENV)
	@sh requirements/install.sh $(VENV) $(FOR_TRAINING_LOCKS)
	@touch $@

$(INSTALLED): $(FOR_TRAINING) requirements/development.txt
	@echo "Adding to $(VENV) what the checks need, once."
	@sh requirements/install.sh $(VENV) requirements/development.txt
	@touch $@

train: $(FOR_TRAINING)  ## train the fast recipe, evaluate it, write its report, read the samples with it
	@run="runs/fast-$$(date +%Y%m%d-%H%M%S)" && \
	$(BIN)/inkdigits train --recipe fast --out "$$run" && \
	echo && echo "The sample pictures, read by the freshly trained model:" && \
	$(BIN)/inkdigits read --model "$$run/model.onnx" samples/*.png samples/*.jpg

# One worker for each core. Tests of one xdist_group run in the same worker, so that they share fixtures.
PYTEST := $(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist loadgroup

test: $(INSTALLED) browser  ## run all tests, on all cores
	$(PYTEST)

test-fast: $(INSTALLED)  ## run the tests that are not marked as slow
	$(PYTEST) -m "not slow"

coverage: $(INSTALLED) browser  ## report the lines that the tests cover (without subprocesses), also as build/coverage/html
	@mkdir -p build/coverage
	$(PYTEST) --cov --cov-report=term --cov-report=html

complexity: $(INSTALLED)  ## list functions with many branches or many parameters; never fails
	$(BIN)/ruff check --select C901,PLR0913 --output-format concise --exit-zero .

check: lint types contracts floors docs test  ## run all checks of CI: lint, types, import contracts, locks, docs, tests

lint: $(INSTALLED)  ## check lint and format with ruff, and that all writes go through inkdigits.files.storage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/check_writes.py

types: $(INSTALLED)  ## check types with mypy: strict, less strict for the tests
	$(BIN)/mypy

contracts: $(INSTALLED)  ## check the direction of the imports
	$(BIN)/lint-imports

docs: $(INSTALLED)  ## check the generated parts of the documents, and build the documents as a site into site/
	$(BIN)/python tools/generate_docs.py --check
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

docs-write: $(INSTALLED)  ## regenerate the generated parts of the documents
	$(BIN)/python tools/generate_docs.py

# requirements/development.txt is the whole lock; the others are parts of it: `core`, one for each extra, and `build`.
# `make lock` keeps the locked versions that still fit pyproject.toml; `make lock UPGRADE=--upgrade` takes the newest.
EXTRAS := train report pdf heic openvino serve notebook all benchmarks dev
UPGRADE :=
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
PART = $(COMPILE) --constraint requirements/development.txt
lock: export UV_CUSTOM_COMPILE_COMMAND := make lock
lock: $(INSTALLED)  ## resolve the dependencies and write requirements/*.txt
	$(COMPILE) $(UPGRADE) pyproject.toml $(EXTRAS:%=--extra %) --group build --output-file requirements/development.txt
	$(PART) pyproject.toml --output-file requirements/core.txt
	$(PART) --group build --output-file requirements/build.txt
	for extra in $(EXTRAS); do \
	  $(PART) pyproject.toml --extra $$extra --output-file requirements/$$extra.txt || exit 1; done
	$(BIN)/python tools/write_sbom.py

floors: $(INSTALLED)  ## check the locks against the floors of requirements/floors.toml, and the bill of materials
	$(BIN)/python tools/check_floors.py
	$(BIN)/python tools/write_sbom.py --check

sbom: $(INSTALLED)  ## write the bill of materials of the wheel, requirements/inkdigits.cdx.json
	$(BIN)/python tools/write_sbom.py

try-locks: $(INSTALLED)  ## install every lock with its hashes into a new environment and read a digit there: half an hour
	$(BIN)/python tools/try_locks.py

audit: $(INSTALLED)  ## look the locked versions up in a database of vulnerabilities; fails if it cannot look
	$(BIN)/python tools/audit_locks.py

FUZZ_SECONDS := 600
fuzz: $(INSTALLED)  ## fuzz everything that reads files from strangers: ten minutes, or FUZZ_SECONDS=3600; Ctrl-C ends it
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)

fuzz-proof: $(INSTALLED)  ## plant five bugs, and measure the time until fuzzing finds each: up to a quarter of an hour
	$(BIN)/python -m fuzz.proof

measure-parity: $(INSTALLED)  ## measure by how much Keras, ONNX Runtime and OpenVINO differ: a minute
	$(BIN)/python -m benchmarks.models.parity

measure-accuracy: $(INSTALLED)  ## measure the recipes with up to ten seeds each: hours; resumes an interrupted measurement
	$(BIN)/inkdigits sweep original --runs 5
	$(BIN)/inkdigits sweep fast --runs 10
	$(BIN)/inkdigits sweep classic --runs 10
	$(BIN)/inkdigits sweep compact --runs 10
	$(BIN)/inkdigits sweep quick --runs 10
	test -f runs/accurate-held-out/manifest.json || \
	  if [ -d runs/accurate-held-out ]; then $(BIN)/inkdigits train --resume --out runs/accurate-held-out; \
	  else $(BIN)/inkdigits train --recipe accurate --held-out --out runs/accurate-held-out; fi
	$(BIN)/inkdigits sweep accurate --runs 5 --calibration runs/accurate-held-out --keep runs/accurate
	$(BIN)/python -m benchmarks.models.ensemble runs/accurate

measure-training-speed: $(INSTALLED)  ## compare the training time of two recipes with the baseline: half an hour, run nothing else
	$(BIN)/python -m benchmarks.speed.training
	$(BIN)/python -m benchmarks.speed.training --recipe classic --rounds 3

measure-inference-speed: $(INSTALLED)  ## measure images per second of every engine: ten minutes, run nothing else
	$(BIN)/python -m benchmarks.speed.inference

measure-robustness: $(INSTALLED)  ## measure every shipped model under fifteen corruptions and on other data sets: a few minutes
	$(BIN)/python -m benchmarks.models.robustness
	$(BIN)/python -m benchmarks.models.beyond_mnist

measure-reading: $(INSTALLED)  ## read synthetic pictures with known labels (development split): a few minutes
	$(BIN)/python -m benchmarks.reading.synthetic

measure-real: $(INSTALLED)  ## read the labelled real pictures in the folder INKDIGITS_REAL: minutes
	$(BIN)/python -m benchmarks.reading.real

measure-rotated: $(INSTALLED)  ## read real pictures of the folder INKDIGITS_REAL that are rotated: 20 minutes
	$(BIN)/python -m benchmarks.reading.rotated

measure-varied: $(INSTALLED)  ## read real pictures of the folder INKDIGITS_REAL with other sizes, light and surroundings: ten minutes
	$(BIN)/python -m benchmarks.reading.varied

find-settings: $(INSTALLED)  ## find thresholds and weights of the reader on the pictures in the folder INKDIGITS_REAL: an hour
	$(BIN)/python -m benchmarks.settings.detector_calibration
	$(BIN)/python -m benchmarks.settings.single_digits
	$(BIN)/python -m benchmarks.settings.page_settings
	$(BIN)/python -m benchmarks.settings.final_scans
	$(BIN)/python -m benchmarks.settings.second_reading
	$(BIN)/python -m benchmarks.settings.print_odds

measure-worker-pool: $(INSTALLED)  ## measure the speed of reading with several processes: half an hour, run nothing else
	$(BIN)/python -m benchmarks.speed.worker_pool

try-service: $(INSTALLED)  ## send 360 hostile requests 100 times to a running service, check all answers: a quarter of an hour
	$(BIN)/python -m benchmarks.service.hostile_requests

try-service-stop: $(INSTALLED)  ## stop the service 50 times under load, and count lost requests: three minutes
	$(BIN)/python -m benchmarks.service.stop

measure-page-parity: $(INSTALLED)  ## compare the page without a server with Python in a browser, on 2,000 images: a minute
	$(BIN)/python -m benchmarks.service.page_parity

measure-service: $(INSTALLED)  ## measure the service beside MLServer, and under five times its load: ten minutes, run nothing else
	$(BIN)/python -m benchmarks.service.throughput

measure-bounds: $(INSTALLED)  ## measure time and memory of hostile files against the promised bounds: a quarter of an hour
	$(BIN)/python -m benchmarks.limits.bounds

measure-sources: $(INSTALLED)  ## measure the effect of each source of training images and kind of non-digit: a quarter of an hour
	$(BIN)/python -m benchmarks.training.sources
	$(BIN)/python -m benchmarks.training.held_out_kinds

try-api: $(INSTALLED)  ## send requests made from the OpenAPI document to a running service, and check the answers: a few minutes
	$(BIN)/python -m benchmarks.service.api_conformance

torture: $(INSTALLED)  ## replay power cuts, let every write fail, kill 200 trainings, measure checkpoints: half an hour
	$(BIN)/python -m benchmarks.durability.torture

# Without it the tests of the page are skipped, except in CI, where they fail.
browser:  ## install Chromium, in which the page is tested (Debian, as root)
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  ! command -v $$name >/dev/null || exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium; \
	else false; fi || echo "Chromium is missing, so the tests of the page are skipped: install it with your system's packages."

screenshots: $(INSTALLED) browser  ## draw on the page in a browser, and write docs/images/page-draw.png
	$(BIN)/python tools/screenshot_page.py

# The missing ones only: without any, neither the network nor the administrator's rights are needed.
container-tools:  ## install buildah and mmdebstrap, with which the image is tested (Debian, as root)
	@missing=$$(for tool in buildah mmdebstrap; do command -v $$tool >/dev/null || echo $$tool; done); \
	if [ -n "$$missing" ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes $$missing; fi

try-container: $(INSTALLED) container-tools  ## build the image from nothing, measure it, and read digits with it: minutes, as root
	$(BIN)/python -m benchmarks.service.container

wheel: $(INSTALLED)  ## build wheel and source distribution twice, compare the bytes, and write them into dist/
	$(BIN)/python tools/build_wheel.py

clean:  ## remove generated files, except runs
	rm -rf $(VENV) dist build site .mypy_cache .import_linter_cache .ruff_cache .pytest_cache .hypothesis
