# SPDX-License-Identifier: Apache-2.0

set(SUPPORTED_EMU_PLATFORMS qemu)
set(QEMU_CPU_TYPE_${ARCH} cortex-m3)
set(QEMU_FLAGS_${ARCH} -cpu cortex-m3 -machine lm3s6965evb -nographic -vga none)
board_set_debugger_ifnset(qemu)
