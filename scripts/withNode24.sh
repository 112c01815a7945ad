#!/bin/sh
# Runs a command with Node 24 as its `node`, whichever one npm itself runs under. npm 10 does not link it into
# node_modules/.bin, because all platforms' packages offer the same name.
node24=$(sh "${0%/*}/../bin/node24" -p process.execPath) || exit
PATH=${node24%/*}:$PATH
export PATH
exec "$@"
