#!/bin/sh
# Everything that is checked without running the server: format, lint with types, types, unused code, architecture.
set -eu
prettier --check --log-level warn .
oxlint --type-aware --deny-warnings
tsc --noEmit
knip
vitest run --project architecture
