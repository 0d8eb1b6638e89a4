#!/bin/sh
# test-on.sh VERSION: the unit tests of what Lambda runs on that Python, if this machine has one; not what holds of data.
set -eu
version=$1
venv=.venv-$version
if .venv/bin/python -c "import sys; sys.exit(sys.version_info[:2] != tuple(map(int, '$version'.split('.'))))"; then
  echo "The suite has run on Python $version already: it is the Python at hand."
  exit 0
fi
python=$(.venv/bin/python -c "from layers.build import find_python; print(find_python('$version') or '')")
if [ -z "$python" ]; then
  echo "No Python $version on this machine (it is what Lambda runs): the suite ran on $(.venv/bin/python --version) only."
  exit 0
fi
if [ ! -f "$venv/installed" ] || [ requirements/dev.txt -nt "$venv/installed" ]; then
  .venv/bin/uv venv --quiet --clear --python "$python" "$venv"
  .venv/bin/uv pip install --python "$venv/bin/python" --require-hashes -r requirements/bootstrap.txt -r requirements/dev.txt
  touch "$venv/installed"
fi
echo "Once more on $("$venv/bin/python" --version), as on Lambda:"
# In one process and without rewritten assertions: what fails here alone is run again by hand, and says more then.
"$venv/bin/python" -m pytest --assert=plain --hypothesis-profile brief -m "not once" tests/unit \
  --ignore tests/unit/test_house.py --ignore tests/unit/local --ignore tests/unit/cli
