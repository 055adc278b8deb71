# make demo   install into .venv and draft the sample department offline
# make test   install what the tests need and run them
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test quick check soak bench eval serve schema pages kinds world clean

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本：make PYTHON=python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "正在安装依赖（首次约一两分钟）……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)
	@$(BIN)/chugao draft --kind summary-plan --department 医务科 --year 2025 --organisation 望澜市第一人民医院 \
	  --metrics examples/figures/医务科-2025.xlsx --matters examples/matters/医务科-2025.xlsx --corpus corpus -o out
	@echo "命令在 $(BIN)/chugao；运行 . $(BIN)/activate 之后可以直接写 chugao。"

test: $(READY)
	$(BIN)/python -m pytest

quick: $(READY)
	$(BIN)/python -m pytest -m "not slow and not soak"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: $(READY)
	$(BIN)/python -m pytest -m soak -n 0

eval: $(READY)
	$(BIN)/python -m eval run

bench: $(READY)
	$(BIN)/python -m eval bench

serve: $(READY)
	@test -e out/工作区/chugao.toml || $(BIN)/chugao init out/工作区 > /dev/null 2>&1
	@cd out/工作区 && $(CURDIR)/$(BIN)/chugao serve --solo

schema: $(READY)
	$(BIN)/python -c "from pathlib import Path; from chugao.export import write_schema; write_schema(Path('docs/schema/draft.schema.json'))"

pages: $(READY)
	$(BIN)/python -m chugao.checks.pages docs/checks

kinds: $(READY)
	$(BIN)/python -m eval.quoted

pictures: $(READY)
	$(BIN)/python tools/pictures.py

world: $(READY)
	$(BIN)/python examples/world/build.py
	$(BIN)/python examples/world/documents.py

clean:
	rm -rf out dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
