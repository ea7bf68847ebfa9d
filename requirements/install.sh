#!/bin/sh
# Install locks and inkdigits itself, editable, into .venv: by uv in seconds, or by pip in minutes where uv cannot
# be had. Both require the hash of every package.
#
#   sh requirements/install.sh .venv requirements/train.txt requirements/build.txt
#
# requirements/build.txt, or a lock that includes it, is needed for inkdigits itself.
set -eu
venv=$1
shift
locks=$*
requirements=$(printf -- '-r %s ' "$@") # split into words where it is used
python=$venv/bin/python

# An interrupted installation leaves packages that look complete but lack files: after one, all are installed again.
mark=$venv/.installing
again=
if [ -e "$mark" ]; then again=yes; fi
touch "$mark"

# Print the uv to use: the one on PATH, or the one in .venv, installed there with the hashes of the whole lock.
find_uv() {
  command -v uv && return
  if [ ! -x "$venv/bin/uv" ]; then
    awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements/development.txt >"$venv/uv.txt"
    "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
      -r "$venv/uv.txt" >&2 || return
  fi
  echo "$venv/bin/uv"
}

install_by_uv() {
  uv=$(find_uv) || return
  # uv does not read pip's configuration: give it the package index that pip uses, unless it has its own.
  index=$("$python" -m pip config list | sed -n "s/^[^=]*\.index-url='\(.*\)'\$/\1/p" | head -n 1)
  if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"; fi
  # Compiled by all cores now, or by each process anew where Python may not write bytecode (PYTHONDONTWRITEBYTECODE).
  "$uv" pip install --python "$python" --compile-bytecode ${again:+--reinstall} --require-hashes $requirements &&
    "$uv" pip install --python "$python" --quiet --no-deps --no-build-isolation --editable .
}

install_by_pip() {
  "$python" -m pip install --disable-pip-version-check ${again:+--force-reinstall} --require-hashes $requirements
  "$python" -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
}

install_by_uv || {
  echo "uv could not install $locks; pip does the same, but takes some minutes." >&2
  install_by_pip
}
rm "$mark"
