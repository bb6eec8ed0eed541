#!/usr/bin/env bash
# What browsers load: built into web/PACKAGE/dist, from where the api crate takes it into the binary.
#   web.sh build          builds what changed since it was built (the size budgets are checked each time)
#   web.sh test           the unit tests
#   web.sh client         makes the API client's types anew from the debug binary
#   web.sh drift          fails when they are not what the debug binary says, and when it cannot tell
# Without Node.js 20 it says so and does nothing else: the binary builds all the same, without these files.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/rapport"
mkdir -p "$cache"
log="$cache/web.log"
: >"$log"
. scripts/npm.sh

say() { printf 'web: %s\n' "$*"; }

node_major="$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)"
if [ "$node_major" -lt 20 ]; then
    say "skipped: it needs Node.js 20 or later (here: $(node --version 2>/dev/null || echo none)); /sdk/ and the dashboard will be missing"
    # What was not compared is not the same.
    [ "${1:-build}" != drift ] || exit 1
    exit 0
fi

# The packages: a folder of web/ that has package.json, `npm run build` and `npm test`.
packages="sdk dashboard"

ready() { npm_packages "web/$1" "web-$1" || { say "the npm packages of web/$1 could not be installed (see $log)"; exit 1; }; }

# A text that changes when a source of the package does, of the API client, or of the parts of the SDK the dashboard shows.
fingerprint() { (cd "web/$1" && git ls-files -co --exclude-standard . ../api-client ../sdk/src/inapp | sort | xargs cat | sha256sum | cut -c1-16); }

build() {
    local now
    now="$(fingerprint "$1")"
    # The binary is not linked anew for files that are as they were.
    if [ "$(cat "web/$1/dist/.built" 2>/dev/null)" = "$now" ]; then
        say "web/$1 is built"
        (cd "web/$1" && npm run --silent budget)
    else
        ready "$1"
        say "building web/$1"
        (cd "web/$1" && npm run --silent build)
        printf '%s' "$now" >"web/$1/dist/.built"
    fi
}

# The types of web/api-client, from what the server says of itself.
client() {
    local target binary document
    target="${CARGO_TARGET_DIR:-${RAPPORT_TARGET_DIR:-$cache/target}}"
    binary="$target/debug/rapport"
    [ -x "$binary" ] || { say "$binary is missing (cargo build --bin rapport), so the types cannot be made or compared"; return 1; }
    ready dashboard
    document="$(mktemp)"
    "$binary" openapi >"$document"
    (cd web/dashboard && node scripts/generate.mjs "$@" "$document") || { rm -f "$document"; return 1; }
    rm -f "$document"
}

case "${1:-build}" in
    build) for package in $packages; do build "$package"; done ;;
    test) for package in $packages; do ready "$package"; say "testing web/$package"; (cd "web/$package" && npm test --silent); done ;;
    client) client ;;
    drift) client --check ;;
    *) say "usage: web.sh build|test|client|drift"; exit 2 ;;
esac
