# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
# Brings what the steps need. Sourced by run.

stop() {
  echo "ci: $*" >&2
  exit 1
}

# Runs as root: as it is, or by sudo where that asks for no password. False where neither is possible.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

# Installs Debian packages, given their names.
packages() {
  command -v apt-get >/dev/null || return 1
  echo "installing $*"
  [ -n "${package_lists_are_new:-}" ] || as_root apt-get update -qq || return 1
  package_lists_are_new=yes
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# A command, and the Debian package it is in.
need() {
  command -v "$1" >/dev/null || packages "$2" || stop "needs $1; it is in Debian's package $2"
}

# A part of the toolchain that is called as `cargo NAME`.
need_component() {
  cargo "$1" --version >/dev/null 2>&1 || rustup component add "$1" || stop "needs cargo $1: rustup component add $1"
}

has_core() {
  compgen -G "$(rustc --print target-libdir --target "$1")/libcore-*.rlib" >/dev/null
}

# Rust's core library for bare targets. From rustup; where that cannot be, from the toolchain's own sources; where it has
# none, with Debian's toolchain, whose sources are a package: then that is the one with_core uses.
need_core() {
  local target missing=()
  for target in "$@"; do
    with_core has_core "$target" || missing+=("$target")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  rustup target add "${missing[@]}" >/dev/null 2>&1 && return
  echo "rustup cannot add ${missing[*]} to the toolchain $(rustc --version); building core from source"
  with_core .ci/core-libraries "${missing[@]}" 2>/dev/null && return
  packages rustc-web cargo-web rust-web-src rust-web-clippy ||
    stop "Rust has no core library for ${missing[*]} here: rustup target add ${missing[*]}"
  core_tools=$build/ci/bin
  mkdir -p "$core_tools"
  local tool
  for tool in rustc cargo cargo-clippy clippy-driver; do
    ln -sf "/usr/bin/$tool" "$core_tools/$tool"
  done
  for target in "$@"; do
    with_core has_core "$target" || with_core .ci/core-libraries "$target"
  done
}

# Runs a command with the toolchain that has the core libraries.
with_core() {
  PATH=${core_tools:+$core_tools:}$PATH "$@"
}

# A virtual environment with the clients. It also sees the packages of the Python it was made from, as Twister needs those.
need_python() {
  need python3 python3
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "needs Python 3.11 or newer, for the clients"
  python3 -c 'import ensurepip' 2>/dev/null || packages python3-venv || stop "needs Python's venv; it is in Debian's package python3-venv"
  python=$build/ci/python
  if [ ! -x "$python/bin/python" ]; then
    python3 -m venv "$python"
    python3 -c 'import sys; print("\n".join(path for path in sys.path if path.endswith("-packages")))' \
      >"$("$python/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/outer.pth"
  fi
  "$python/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/clients/requirements.txt
}

# And what reads the ELF files that the builds make.
need_sizes() {
  need_python
  "$python/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/sizes/requirements.txt
}
