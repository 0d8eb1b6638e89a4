#!/bin/sh
# lock.sh UV: compile requirements/*.in into hash-pinned requirements/*.txt that name no registry.
set -eu
uv=$1
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
    --no-emit-find-links "$@"
}
for name in bootstrap runtime sam lambda prices contract browser security account peers-litellm peers-tensorzero; do
  if [ -f "requirements/$name.in" ]; then compile "requirements/$name.in" -o "requirements/$name.txt"; fi
done
# What runs on Lambda decides the versions; what is only used beside it follows.
compile requirements/server.in -c requirements/runtime.txt -o requirements/server.txt
compile requirements/dev.in -c requirements/server.txt -o requirements/dev.txt
compile --no-deps requirements/litellm.in -o requirements/litellm.txt
