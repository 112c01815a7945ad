#!/bin/sh
# Makes a clone ready to run: npm's packages when they are missing or not those of the lock file, and ffmpeg.
# A second run finds everything in place, says nothing and needs no network. What cannot be installed: exit 2.
set -eu
cd "$(dirname -- "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 2
}

stamp=node_modules/.embedline-setup
wanted=$(cksum <package-lock.json)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  command -v npm >/dev/null 2>&1 || fail 'npm was not found: install Node.js with npm (Debian and Ubuntu: apt-get install npm).'
  say 'installing packages with npm ci (about 130 MB to download, 430 MB on disk, Node 24 included)'
  npm ci --no-audit --no-fund --loglevel=error >&2 || fail 'npm ci did not finish: is the npm registry reachable, and is there space on the disk?'
  printf '%s\n' "$wanted" >"$stamp"
fi

ffmpeg=${EMBEDLINE_FFMPEG:-ffmpeg}
if ! command -v "$ffmpeg" >/dev/null 2>&1; then
  case $(uname -s) in
    Darwin) fail 'ffmpeg was not found: brew install ffmpeg, or set EMBEDLINE_FFMPEG.' ;;
    Linux) ;;
    *) fail 'ffmpeg was not found: install it, or set EMBEDLINE_FFMPEG to its path.' ;;
  esac
  command -v apt-get >/dev/null 2>&1 || fail 'ffmpeg was not found: install it with your package manager, or set EMBEDLINE_FFMPEG.'
  [ "$(id -u)" = 0 ] || fail 'ffmpeg was not found: sudo apt-get install ffmpeg, then run this again.'
  say 'installing ffmpeg with apt-get (about 110 MB to download)'
  { DEBIAN_FRONTEND=noninteractive apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ffmpeg; } >/dev/null 2>&1 ||
    fail 'apt-get could not install ffmpeg: install it yourself, or set EMBEDLINE_FFMPEG to its path.'
fi
