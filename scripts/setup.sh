#!/usr/bin/env bash
# Installs what the tests need and is missing: Chromium (Debian package), npm packages, Python packages. Everything but
# the Debian package goes to a cache outside the checkout, so a fresh clone on the same machine is ready at once. What
# cannot be installed is said plainly and its tests are skipped; nothing here fails because a network is absent.
set -euo pipefail
cd "$(dirname "$0")/.."

cache="${XDG_CACHE_HOME:-$HOME/.cache}/rapport"
mkdir -p "$cache"
log="$cache/setup.log"
: >"$log"
. scripts/npm.sh

say() { printf 'setup: %s\n' "$*"; }
# Runs a command quietly; its output is in the log.
quietly() { printf '+ %s\n' "$*" >>"$log"; "$@" >>"$log" 2>&1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then quietly env DEBIAN_FRONTEND=noninteractive "$@"
    else quietly sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}
may_be_root() { [ "$(id -u)" -eq 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

# Debian packages whose commands are missing.
install_debian() {
    local missing=()
    have chromium || have google-chrome || missing+=(chromium)
    have node || missing+=(nodejs)
    have npm || missing+=(npm)
    # A mail server to send through; nothing starts it but a test, in a directory of its own.
    [ -x /usr/sbin/postfix ] || missing+=(postfix)
    # A gateway for text messages with a fake carrier behind it, likewise.
    [ -x /usr/lib/kannel/test/fakesmsc ] || missing+=(kannel kannel-extras)
    # An IMAP server to fetch bounces from; nothing starts it but a test either.
    [ -x /usr/sbin/dovecot ] || missing+=(dovecot-imapd)
    # Debian's python3 comes without what makes environments.
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! have apt-get; then
        say "not installed: ${missing[*]} (no apt-get here; install them by hand)"
    elif ! may_be_root; then
        say "not installed: ${missing[*]} (needs root or sudo: apt-get install ${missing[*]})"
    else
        say "installing ${missing[*]}"
        as_root apt-get update || say "the package lists could not be refreshed (see $log)"
        as_root apt-get install -y --no-install-recommends "${missing[@]}" ||
            say "not installed: ${missing[*]} (see $log)"
    fi
}

# npm packages of tests/compat and of what is built for browsers.
install_npm() {
    local at
    for at in tests/compat web/sdk web/dashboard; do
        npm_packages "$at" "$(printf %s "${at#tests/}" | tr / -)" || say "not installed: the npm packages of $at (see $log)"
    done
}

# Python packages in an environment of their own: what needs them, their list, where.
install_python() {
    local needs="$1" venv="$2" mark
    if ! have python3; then say "not installed: $(tr '\n' ' ' <"$needs")(no python3)"; return 0; fi
    mark="$venv/complete-$(digest "$needs")"
    [ ! -f "$mark" ] || { "$venv/bin/python" -c '' 2>/dev/null && return 0; }
    say "installing $(tr '\n' ' ' <"$needs")"
    rm -rf "$venv"
    if quietly python3 -m venv "$venv" &&
        quietly "$venv/bin/python" -m pip install --disable-pip-version-check --quiet -r "$needs"; then
        # Tests read this: what is listed here must be importable, and is not skipped.
        cp "$needs" "$venv/installed.txt"
        touch "$mark"
    else
        rm -rf "$venv"
        say "not installed: $(tr '\n' ' ' <"$needs")(see $log; on Debian python3-venv may be missing)"
    fi
}

# `setup.sh bench` installs the peers of the benchmark, which tests do not need.
if [ "${1:-}" = bench ]; then
    install_python bench/peers/requirements.txt "$cache/bench-python"
    exit 0
fi
install_debian
install_npm
install_python tests/compat/python/requirements.txt "$cache/python"
