# The two commands a newcomer needs are `make demo` and `make test`; see README.md.
# Builds go to a directory that outlives the checkout, so that a fresh clone on the same machine starts warm.
export CARGO_TARGET_DIR ?= $(or $(RAPPORT_TARGET_DIR),$(HOME)/.cache/rapport/target)
export CARGO_TERM_COLOR ?= auto

.PHONY: help demo install web api-client test test-rust e2e check fmt dev bench torture nightly setup clean

help: ## this list
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: web ## build and start Rapport with a demo shop on http://127.0.0.1:8080
	cargo build --release --bin rapport
	"$(CARGO_TARGET_DIR)/release/rapport" demo $(DEMO_ARGS)

install: web ## build Rapport and put `rapport` where cargo puts programs (usually ~/.cargo/bin)
	cargo install --locked --path crates/rapport

web: ## build what browsers load (the dashboard and the SDK), for the binary to carry
	@bash scripts/web.sh build

api-client: ## make the types of web/api-client from what the server says of itself
	cargo build --bin rapport
	@bash scripts/web.sh client

setup: ## install what the tests need and is missing (Debian packages, npm and Python packages)
	@bash scripts/setup.sh

test: setup web ## run every test: Rust, dashboard, SDK compatibility, browser
	cargo test --workspace --all-targets
	cargo test --workspace --doc
	bash scripts/web.sh test
	bash scripts/web.sh drift
	bash scripts/e2e.sh

test-rust: ## the Rust tests alone
	cargo test --workspace

e2e: setup web ## real SDKs and a real browser against the real binary
	bash scripts/e2e.sh

check: web ## format, lints, architecture, sizes of what browsers load
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	@# The whole workspace, as `make test` builds it: one package alone would resolve other features and build its dependencies again.
	cargo test --workspace --tests --quiet arch::

fmt: ## format everything
	cargo fmt --all

dev: ## restart the server on every change of a source file
	bash scripts/dev.sh

bench: ## the benchmark table: throughput, latency and memory, with floors and peers of the same run
	@bash scripts/setup.sh bench
	cargo build --release --bin rapport
	cargo run --release -p rapport-bench -- $(BENCH_ARGS)

torture: ## kill -9 at random moments under load, 100 rounds, then compare everything; a million simulated sends
	RAPPORT_SENDS=1000000 cargo test -p rapport-delivery --test sends -- --nocapture
	cargo build --bin rapport
	cargo run -p rapport-bench --bin torture -- $(TORTURE_ARGS)

nightly: ## what takes too long for every change: many more random cases, every place a crash can happen, long torture
	RAPPORT_CASES=200000 cargo test -p rapport-rules --test parity -- --nocapture
	RAPPORT_SIM_RUNS=200 cargo test -p rapport-tests sim -- --nocapture
	RAPPORT_SIM_PLACES=1 cargo test -p rapport-tests stopping_at_any_place -- --nocapture
	python3 scripts/mutate.py
	$(MAKE) torture

clean: ## remove what was built
	cargo clean
