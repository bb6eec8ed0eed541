#!/usr/bin/env bash
# Watch mode: builds and serves, and does both again whenever a source file changes. A build that fails leaves the
# running server alone. Arguments go to `rapport serve`; RAPPORT_DEV_COMMAND=demo runs the demo shop instead.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/rapport"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${RAPPORT_TARGET_DIR:-$cache/target}}"
command="${RAPPORT_DEV_COMMAND:-serve}"
unset RAPPORT_DEV_COMMAND RAPPORT_TARGET_DIR
every_s=1
server=

say() { printf '\n== %s\n' "$*"; }

# A text that changes when a file appears, disappears or is written.
fingerprint() {
    find crates Cargo.toml Cargo.lock \
        \( -name '*.rs' -o -name '*.toml' -o -name '*.lock' -o -name '*.sql' -o -name '*.yaml' -o -name '*.css' -o -name '*.js' -o -name '*.html' -o -name '*.svg' \) \
        -type f -printf '%p %T@\n' | sort | cksum
}

stop() {
    [ -n "$server" ] || return 0
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap 'stop; exit 0' INT TERM
trap stop EXIT

# A new binary replaces the file, so the running process is not touched before it is asked to end.
rebuild() {
    say "building"
    cargo build --bin rapport || { say "the build failed; the server is as it was"; return 0; }
    stop
    say "starting: rapport $command $*"
    "$CARGO_TARGET_DIR/debug/rapport" "$command" "$@" &
    server=$!
}

seen=
while true; do
    now="$(fingerprint)"
    if [ "$now" != "$seen" ]; then
        seen="$now"
        rebuild "$@"
    elif [ -n "$server" ] && ! kill -0 "$server" 2>/dev/null; then
        wait "$server" 2>/dev/null || true
        server=
        say "the server ended; it starts again after the next change"
    fi
    sleep "$every_s"
done
