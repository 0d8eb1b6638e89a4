#!/bin/sh
# install.sh PYTHON VENV REQUIREMENTS: a virtual environment with hash-checked packages; uv does the work.
set -eu
python=$1 venv=$2 requirements=$3
if [ -z "$python" ]; then
  echo "Switchboard needs Python 3.11 or newer, and none is on the PATH. Install one, or: make run PYTHON=/path/to/python" >&2
  exit 1
fi
if [ ! -w . ]; then
  echo "$PWD cannot be written to, and Switchboard installs itself into $PWD/$venv. Clone it into a folder of yours." >&2
  exit 1
fi
unreachable() {
  echo "The packages could not be installed (see above). Where no registry answers: look at the network, or name a mirror" >&2
  echo "with PIP_INDEX_URL and UV_DEFAULT_INDEX. Then type the same again; it goes on from here." >&2
  exit 1
}
echo "Setting up $venv from $requirements (once; a minute or two on a slow line) ..." >&2
if [ ! -x "$venv/bin/pip" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv" || {
    echo "Python cannot make virtual environments here. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  }
fi
"$venv/bin/pip" install --disable-pip-version-check --quiet --require-hashes -r requirements/bootstrap.txt || unreachable
"$venv/bin/uv" pip install --python "$venv/bin/python" --require-hashes -r requirements/bootstrap.txt -r "$requirements" ||
  unreachable
touch "$venv/installed"
