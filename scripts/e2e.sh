#!/usr/bin/env bash
# Real SDKs, a real browser and kill -9 against the real binary. Fails when a test fails; what this machine cannot run
# (no node, no SDKs, no Chromium) is skipped with a line that says so. Arguments go to `node --test`.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/rapport"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${RAPPORT_TARGET_DIR:-$cache/target}}"
rounds="${RAPPORT_TORTURE_ROUNDS:-5}"
failed=()

say() { printf '\n== %s\n' "$*"; }

say "building the binaries"
# As `cargo test` before it did: a single binary would resolve other features and build its dependencies again.
cargo test --workspace --all-targets --no-run

run_node() {
    local name="$1"
    shift
    say "$name"
    # One file at a time: each test starts servers and a browser of its own. What waits for ever fails after a quarter of an hour.
    node --test --test-concurrency=1 --test-timeout=900000 --test-reporter=spec "$@" || failed+=("$name")
}

# The SDKs ask for Node.js 20.
node_major="$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)"
if [ "$node_major" -lt 20 ]; then
    say "skipped: SDK and browser tests (they need Node.js 20 or later; here: $(node --version 2>/dev/null || echo none))"
elif [ ! -e tests/compat/node_modules ]; then
    say "skipped: SDK and browser tests (the npm packages are not installed; run scripts/setup.sh)"
else
    run_node "real SDKs" "$@" tests/compat/*.test.mjs
    run_node "browser" "$@" tests/e2e/*.test.mjs
fi

say "kill -9, $rounds rounds"
"$CARGO_TARGET_DIR/debug/torture" --rounds "$rounds" || failed+=("kill -9")

if [ ${#failed[@]} -gt 0 ]; then
    say "FAILED: ${failed[*]}"
    exit 1
fi
say "all passed"
