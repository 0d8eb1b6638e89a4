#!/bin/sh
# Prints the first Python on the PATH that is at least the version given (3.11), or nothing.
want=$1
for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
  if "$name" -c "import sys; sys.exit(sys.version_info[:2] < tuple(map(int, '$want'.split('.'))))" 2>/dev/null; then
    echo "$name"
    exit 0
  fi
done
