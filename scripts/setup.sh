#!/bin/sh
# Makes a clone ready to run: npm's packages when they are missing or not those of the lock file, and ffmpeg.
# A second run finds everything in place, says nothing and needs no network. What cannot be installed: exit 2.
# `setup.sh tests` also installs Chromium, for the test of a page; without it that test skips.
set -eu
cd "${0%/*}/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 2
}

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  fail 'Node.js with npm was not found: apt-get install nodejs npm (Debian, Ubuntu), brew install node (macOS), or https://nodejs.org.'
fi
if ! node scripts/packagesInPlace.mjs; then
  say 'installing packages with npm ci: about 500 MB to download, 1.3 GB on the disk, Node 24 and the model libraries among them'
  # Whatever NODE_ENV or npm's settings say: the tests need the development packages, and Node 24 is an optional one.
  npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error >&2 ||
    fail 'npm ci did not finish: is the registry reachable, and is there space on the disk?'
fi
sh bin/node24 -e 0 || fail 'Node 24 does not run on this system: install Node 24 from https://nodejs.org and try again.'
# npm ci has made it; it is made anew when sources changed since, so that what is tested is what is started.
bundle=node_modules/.cache/embedline-bundle/main.mjs
if [ ! -f "$bundle" ] || [ -n "$(find src package.json package-lock.json -newer "$bundle")" ]; then
  sh bin/node24 scripts/bundle.ts
fi

apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o=Dpkg::Use-Pty=0 "$@"; }

if [ "${1:-}" = tests ] && ! command -v chromium >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  say 'installing Chromium with apt-get, for the test of a page: about 100 MB to download'
  { apt update && apt install -y --no-install-recommends chromium; } >/dev/null 2>&1 ||
    say 'Chromium could not be installed: the test in a browser will skip'
fi

ffmpeg=${EMBEDLINE_FFMPEG:-ffmpeg}
if command -v "$ffmpeg" >/dev/null 2>&1; then exit 0; fi
if [ "$ffmpeg" != ffmpeg ]; then fail "EMBEDLINE_FFMPEG is $ffmpeg, and there is no such program."; fi
case $(uname -s) in
  Darwin) fail 'ffmpeg was not found: brew install ffmpeg, or set EMBEDLINE_FFMPEG to its path.' ;;
  Linux) ;;
  *) fail 'ffmpeg was not found: install it, or set EMBEDLINE_FFMPEG to its path.' ;;
esac
if ! command -v apt-get >/dev/null 2>&1; then
  fail 'ffmpeg was not found: install it with your package manager, or set EMBEDLINE_FFMPEG to its path.'
fi
if [ "$(id -u)" != 0 ]; then fail 'ffmpeg was not found: sudo apt-get install ffmpeg, and run this again.'; fi

cannot='apt-get could not install ffmpeg: install it yourself, or set EMBEDLINE_FFMPEG to its path.'
say 'ffmpeg was not found, asking apt-get for it'
apt update >&2 || fail "$cannot"
# -qq would also hide the size.
size=$(LC_ALL=C apt-get install --assume-no --no-install-recommends ffmpeg 2>/dev/null | sed -n 's/^Need to get \(.*\) of archives.*/\1/p' || true)
say "installing ffmpeg with apt-get: ${size:-about 100 MB} to download"
apt install -y --no-install-recommends ffmpeg >/dev/null || fail "$cannot"
