# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
# The steps that need Zephyr. Sourced by run.

# Those that run, and those that people own (sample.yaml says what each is built for). RISC-V by itself, since a distribution's
# compilers are one for each architecture.
boards=(native_sim/native/64 qemu_cortex_m3 mps2/an385
  nrf52840dk/nrf52840 nrf5340dk/nrf5340/cpuapp bbc_microbit_v2 rpi_pico frdm_k64f nucleo_l476rg)
riscv_boards=(qemu_riscv32 esp32c3_devkitm)
rust_targets=(x86_64-unknown-none thumbv6m-none-eabi thumbv7m-none-eabi thumbv7em-none-eabi thumbv8m.main-none-eabi
  riscv32i-unknown-none-elf)

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
  need qemu-system-riscv32 qemu-system-misc
  # For bindgen, and for native_sim.
  ldconfig -p | grep -q libclang || compgen -G "/usr/lib/llvm-*/lib/libclang.so*" >/dev/null || packages libclang-dev ||
    stop "needs libclang; it is in Debian's package libclang-dev"
  compgen -G "/usr/lib/gcc/*/*/32/libgcc.a" >/dev/null || packages gcc-multilib || stop "needs gcc-multilib"
  if [ -z "${ZEPHYR_TOOLCHAIN_VARIANT:-}${ZEPHYR_SDK_INSTALL_DIR:-}" ] && [ ! -d ~/.cmake/packages/Zephyr-sdk ]; then
    packages gcc-arm-none-eabi libnewlib-arm-none-eabi || stop "needs the Zephyr SDK or arm-none-eabi-gcc"
    zephyr_was_looked_for=
    zephyr_is_there
  fi
  need_core "${rust_targets[@]}"
  need_sizes
  # Makes the image for Espressif's chips; Zephyr calls it by its name.
  "$python/bin/python" -m pip install --quiet --disable-pip-version-check 'esptool>=5'
  use_compiler_cache
}

# Every configuration compiles the same bindgen, dozens of crates, in a target folder of its own. Where sccache is to be had,
# it does so once; ccache, which Zephyr takes where it finds it, does the same for C. sccache wants the compiler itself, not
# rustup's stand-in; and its server must not be started by a build, whose output it would hold open.
use_compiler_cache() {
  command -v ccache >/dev/null || packages ccache || true
  [ -z "${RUSTC_WRAPPER:-}" ] || return 0
  command -v sccache >/dev/null || packages sccache || return 0
  RUSTC=$(with_core rustc --print sysroot)/bin/rustc
  export RUSTC RUSTC_WRAPPER=sccache SCCACHE_IDLE_TIMEOUT=0
  # Fails where one runs already, which will do.
  sccache --start-server >/dev/null 2>&1 </dev/null || true
}

# Runs a command that builds for Zephyr below a folder, whose name is no difference to ccache then. A folder of cargo's that all
# configurations share is no way to spare more: zephyr-sys, built once there, would be taken for the next configuration's too.
for_zephyr() {
  CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=yes with_core "${@:2}"
}

# Twister over all boards. Takes the name of what it makes, and Twister's options.
twister() {
  if [ "${ZEPHYR_TOOLCHAIN_VARIANT:-}" != gnuarmemb ]; then
    # The Zephyr SDK has a compiler for each.
    twister_of "$1" "${boards[*]} ${riscv_boards[*]}" "${@:2}"
    return
  fi
  need riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
  [ -d /usr/lib/picolibc/riscv64-unknown-elf ] || packages picolibc-riscv64-unknown-elf || stop "needs Debian's package picolibc-riscv64-unknown-elf"
  local compilers=$build/ci/compilers
  .ci/compilers "$compilers"
  GNUARMEMB_TOOLCHAIN_PATH=$compilers twister_of "$1" "${boards[*]}" "${@:2}"
  ZEPHYR_TOOLCHAIN_VARIANT=cross-compile CROSS_COMPILE=$compilers/bin/riscv64-unknown-elf- \
    twister_of "$1-riscv" "${riscv_boards[*]}" --force-toolchain "${@:2}"
}

# Over some boards, its output outside the tree, which it would search else. Keeps what was built of which size.
twister_of() {
  local options=() board
  scratch=$(mktemp -d)
  for board in $2; do options+=(-p "$board"); done
  PATH=$python/bin:$PATH for_zephyr "$scratch" "$python/bin/python" "$ZEPHYR_BASE/scripts/twister" -T . "${options[@]}" --integration \
    --inline-logs -v --outdir "$scratch/out" "${@:3}"
  note_sizes "$1" "$scratch/out"
  bills_of_materials "$scratch/out"
  rm -rf "$scratch"
  scratch=
}

# The application, driven by its clients for minutes in which the processor has little to do. One more at a time than there are
# processors.
step_twister() {
  need_zephyr_tools
  twister application --tag application --jobs "$(($(nproc) + 1))"
}

# All else that Twister builds and runs, with what the processor has left beside the step above: answers are timed there, not here.
step_builds() {
  need_zephyr_tools
  renice -n 19 $BASHPID >/dev/null
  twister builds --exclude-tag application --jobs "$(nproc)"
}

# What the builds in a folder take of their boards, kept for the step below; under a name of its own.
note_sizes() {
  "$python/bin/python" tests/sizes/run --builds "$2" --write "$build/ci/sizes/$1.json"
}

# All that the steps above have built, against tests/sizes/limits.toml. It builds nothing.
step_size_limits() {
  need_sizes
  local file options=()
  for file in "$build"/ci/sizes/*.json; do
    [ -e "$file" ] || stop "nothing was measured yet: .ci/run applications twister+builds upgrade size_limits"
    options+=(--read "$file")
  done
  "$python/bin/python" tests/sizes/run "${options[@]}" --complete
}

# The application built as a user does, without a warning, what is in it, and the clients against it: both boards at a time,
# since the clients mostly wait, and half of a build is one thing after the other.
step_applications() {
  need_zephyr_tools
  cargo build --locked --quiet -p westerly
  local failed=0
  start_beside native_sim_alone "$build/ci/native_sim.alone.log"
  application qemu_cortex_m3 qemu
  note_sizes qemu "$build/ci/qemu"
  bill_of_materials "$build/ci/qemu" qemu
  clients qemu zephyr.elf || failed=1
  end_beside || failed=1
  tail -n "$((failed ? 200 : 2))" "$build/ci/native_sim.alone.log"
  [ "$failed" -eq 0 ] || stop "see above"
}

# The half of the step above that runs beside the other.
step_native_sim_alone() {
  need_zephyr_tools
  application native_sim/native/64 native_sim
  bill_of_materials "$build/ci/native_sim" native_sim
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
  for_zephyr "$folder" cmake -GNinja -B"$folder" -S. -DBOARD="$1" "${version[@]}" "${@:3}" >"$log" 2>&1 </dev/null
  for_zephyr "$folder" cmake --build "$folder" >>"$log" 2>&1 </dev/null
  if grep -niE '\bwarning\b' "$log" >&2; then
    stop "the build for $1 warns, see above"
  fi
  log=
}

# The documents' commands that need Zephyr or what was built with it.
step_commands() {
  need_zephyr_tools
  cargo build --locked --quiet -p westerly
  [ -f "$build/ci/qemu/zephyr/zephyr.elf" ] || application qemu_cortex_m3 qemu
  [ -f "$build/ci/native_sim/zephyr/zephyr.exe" ] || application native_sim/native/64 native_sim
  with_core "$python/bin/python" -m pytest -q tests/documents --westerly "$build/debug/westerly" --stages qemu,native_sim,west \
    --qemu-elf "$build/ci/qemu/zephyr/zephyr.elf" --native-sim "$build/ci/native_sim/zephyr/zephyr.exe"
}

# Of each board that Twister has built the application for as it comes, which has modules of its maker in it.
bills_of_materials() {
  local folder
  find "$1" -type d -name westerly.boards | while read -r folder; do
    bill_of_materials "$folder" twister
  done
}

# What is in the image, and that a file with another hash in it is not taken for it.
bill_of_materials() {
  local folder=$1 file=$build/ci/$2.cdx.json
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
  for_zephyr "$build/ci/bench" "$python/bin/python" tests/bench/run --build-dir "$build/ci/bench"
}

# MCUboot and the application, the one upgraded by the other.
step_upgrade() {
  need_zephyr_tools
  "$python/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/upgrade/requirements.txt
  for_zephyr "$build/ci/upgrade" "$python/bin/python" tests/upgrade/run --build-dir "$build/ci/upgrade"
  note_sizes upgrade "$build/ci/upgrade/move"
}

# The template, as a user has it: in a workspace of its own, with Westerly as a module.
step_workspace() {
  need_zephyr_tools
  PATH=$python/bin:$PATH with_core "$python/bin/python" tests/workspace/run
}
