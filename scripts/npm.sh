# Sourced by setup.sh and web.sh: npm packages of a folder, installed once per lock into the cache outside the checkout and
# linked into it, so that a fresh clone on the same machine is ready at once. Needs `cache` and `log`.

# What files say, as a directory name: another lock gets another directory.
digest() { cat "$@" | sha256sum | cut -c1-16; }

# npm_packages FOLDER NAME: fails when they cannot be installed; the log says why.
npm_packages() {
    local at="$1" store
    store="$cache/$2-$(digest "$at/package.json" "$at/package-lock.json")"
    if [ ! -f "$store/complete" ]; then
        command -v npm >/dev/null 2>&1 || { printf 'no npm\n' >>"$log"; return 1; }
        printf 'installing the npm packages of %s\n' "$at"
        rm -rf "$store"
        mkdir -p "$store"
        cp "$at/package.json" "$at/package-lock.json" "$store/"
        if ! (cd "$store" && npm ci --ignore-scripts --no-audit --no-fund --cache "$cache/npm") >>"$log" 2>&1; then
            rm -rf "$store"
            return 1
        fi
        touch "$store/complete"
    fi
    if [ "$(readlink "$at/node_modules" 2>/dev/null)" != "$store/node_modules" ]; then
        rm -rf "$at/node_modules"
        ln -s "$store/node_modules" "$at/node_modules"
    fi
}
