# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
# The steps that need Zephyr. Sourced by run.

boards=(native_sim/native/64 qemu_cortex_m3)

# Zephyr's folder and, where no SDK is installed, the compiler to use instead: as tests/bench finds them.
zephyr_is_there() {
  if [ -z "${zephyr_was_looked_for:-}" ]; then
    zephyr_was_looked_for=yes
    local found
    found=$(python3 - <<'PYTHON'
import shlex
import sys

sys.path.insert(0, "tests/bench")
sys.dont_write_bytecode = True
from benchlib import build

zephyr = build.find_zephyr()
if zephyr is not None:
    # The Arm compiler comes with what is installed next.
    for name, value in {"ZEPHYR_BASE": zephyr, **build.compiler_environment()}.items():
        print(f"export {name}={shlex.quote(str(value))}")
PYTHON
    ) || true
    eval "$found"
  fi
  [ -n "${ZEPHYR_BASE:-}" ]
}

need_zephyr_tools() {
  need cmake cmake
  need ninja ninja-build
  need dtc device-tree-compiler
  need qemu-system-arm qemu-system-arm
  # For bindgen, and for native_sim.
  ldconfig -p | grep -q libclang || compgen -G "/usr/lib/llvm-*/lib/libclang.so*" >/dev/null || packages libclang-dev ||
    stop "needs libclang; it is in Debian's package libclang-dev"
  compgen -G "/usr/lib/gcc/*/*/32/libgcc.a" >/dev/null || packages gcc-multilib || stop "needs gcc-multilib"
  if [ -z "${ZEPHYR_TOOLCHAIN_VARIANT:-}${ZEPHYR_SDK_INSTALL_DIR:-}" ] && [ ! -d ~/.cmake/packages/Zephyr-sdk ]; then
    packages gcc-arm-none-eabi libnewlib-arm-none-eabi || stop "needs the Zephyr SDK or arm-none-eabi-gcc"
    zephyr_was_looked_for=
    zephyr_is_there
  fi
  need_core thumbv7m-none-eabi x86_64-unknown-none
  need_python
  use_compiler_cache
}

# Every configuration compiles the same bindgen, dozens of crates, in a target folder of its own. Where sccache is to be had,
# it does so once. It wants the compiler itself, not rustup's stand-in; and its server must not be started by a build, whose
# output it would hold open.
use_compiler_cache() {
  [ -z "${RUSTC_WRAPPER:-}" ] || return 0
  command -v sccache >/dev/null || packages sccache || return 0
  RUSTC=$(with_core rustc --print sysroot)/bin/rustc
  export RUSTC RUSTC_WRAPPER=sccache SCCACHE_IDLE_TIMEOUT=0
  # Fails where one runs already, which will do.
  sccache --start-server >/dev/null 2>&1 </dev/null || true
}

# Twister outside the tree, which it would search else. One more at a time than there are processors: the longest test waits.
step_twister() {
  need_zephyr_tools
  local folder options=()
  folder=$(mktemp -d)
  for board in "${boards[@]}"; do options+=(-p "$board"); done
  PATH=$python/bin:$PATH with_core "$python/bin/python" "$ZEPHYR_BASE/scripts/twister" -T . "${options[@]}" --integration \
    --inline-logs -v --jobs "$(($(nproc) + 1))" --outdir "$folder/out"
  rm -rf "$folder"
}

# The application built as a user does, without a warning, what is in it, and the clients against it: both boards at a time,
# since the clients mostly wait, and half of a build is one thing after the other.
step_applications() {
  need_zephyr_tools
  cargo build --locked --quiet -p westerly
  local native_sim failed=0
  "$root/.ci/run" native_sim_alone >"$build/ci/native_sim.alone.log" 2>&1 </dev/null &
  native_sim=$!
  application qemu_cortex_m3 qemu
  bill_of_materials qemu
  clients qemu zephyr.elf || failed=1
  wait "$native_sim" || failed=1
  tail -n "$((failed ? 200 : 2))" "$build/ci/native_sim.alone.log"
  [ "$failed" -eq 0 ] || stop "see above"
}

# The half of the step above that runs beside the other.
step_native_sim_alone() {
  need_zephyr_tools
  application native_sim/native/64 native_sim
  bill_of_materials native_sim
  clients native_sim zephyr.exe
}

# Board, what tests/clients calls it, and options for CMake.
application() {
  local folder=$build/ci/$2 version=()
  log=$folder.log
  rm -rf "$folder"
  mkdir -p "$folder"
  # Zephyr without its history warns that it cannot tell its version.
  git -C "$ZEPHYR_BASE" rev-parse >/dev/null 2>&1 || version=(-DBUILD_VERSION=unknown)
  echo "building for $1"
  with_core cmake -GNinja -B"$folder" -S. -DBOARD="$1" "${version[@]}" "${@:3}" >"$log" 2>&1 </dev/null
  with_core cmake --build "$folder" >>"$log" 2>&1 </dev/null
  if grep -niE '\bwarning\b' "$log" >&2; then
    stop "the build for $1 warns, see above"
  fi
  log=
}

# What is in the image, and that a file with another hash in it is not taken for it.
bill_of_materials() {
  local folder=$build/ci/$1 file=$build/ci/$1.cdx.json
  "$python/bin/python" release/sbom "$folder" --output "$file"
  "$python/bin/python" release/sbom "$folder" --check "$file"
  sed '0,/"content": "../s//"content": "--/' "$file" >"$file.wrong"
  if "$python/bin/python" release/sbom "$folder" --check "$file.wrong" 2>/dev/null; then
    stop "release/sbom takes a wrong file for right"
  fi
}

# What tests/clients calls the board, and the file that runs.
clients() {
  "$python/bin/python" -m pytest -q tests/clients --target "$1" --executable "$build/ci/$1/zephyr/$2" \
    --westerly "$build/debug/westerly"
}

# The firmware with its C under sanitizers: that they see what they are to see, and then packets.
step_sanitized() {
  need_zephyr_tools
  application native_sim/native/64 sanitized -DEXTRA_CONF_FILE="$PWD/tests/sanitized/sanitized.conf"
  CARGO_TARGET_DIR=$build/fuzz cargo build --locked --quiet --release --manifest-path fuzz/Cargo.toml --example packets
  local executable=$build/ci/sanitized/zephyr/zephyr.exe
  tests/sanitized/run --executable "$executable" --self-test
  tests/sanitized/run --executable "$executable" --packets "$build/fuzz/release/examples/packets" --seconds 30
}

step_comparison() {
  need_zephyr_tools
  with_core "$python/bin/python" tests/bench/run --build-dir "$build/ci/bench"
}

# MCUboot and the application, the one upgraded by the other.
step_upgrade() {
  need_zephyr_tools
  "$python/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/upgrade/requirements.txt
  with_core "$python/bin/python" tests/upgrade/run --build-dir "$build/ci/upgrade"
}
