/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the build knows about the application.
 */

#include <zephyr/kernel.h>
#include <zephyr/version.h>
#include <zephyr/sys/util_macro.h>

#include "westerly.h"

/* The processor by the name GCC and clang know it. */
#if defined(CONFIG_CPU_CORTEX_M0)
#define PROCESSOR "cortex-m0"
#elif defined(CONFIG_CPU_CORTEX_M0PLUS)
#define PROCESSOR "cortex-m0plus"
#elif defined(CONFIG_CPU_CORTEX_M1)
#define PROCESSOR "cortex-m1"
#elif defined(CONFIG_CPU_CORTEX_M3)
#define PROCESSOR "cortex-m3"
#elif defined(CONFIG_CPU_CORTEX_M4)
#define PROCESSOR "cortex-m4"
#elif defined(CONFIG_CPU_CORTEX_M7)
#define PROCESSOR "cortex-m7"
#elif defined(CONFIG_CPU_CORTEX_M23)
#define PROCESSOR "cortex-m23"
#elif defined(CONFIG_CPU_CORTEX_M33)
#define PROCESSOR "cortex-m33"
#elif defined(CONFIG_CPU_CORTEX_M55)
#define PROCESSOR "cortex-m55"
#elif defined(CONFIG_RISCV) && defined(CONFIG_64BIT)
#define PROCESSOR "riscv64"
#elif defined(CONFIG_RISCV)
#define PROCESSOR "riscv32"
#elif defined(CONFIG_ARCH_POSIX) && defined(__x86_64__)
#define PROCESSOR "x86_64"
#elif defined(CONFIG_ARCH_POSIX) && defined(__aarch64__)
#define PROCESSOR "aarch64"
#else
#define PROCESSOR "unknown"
#endif

/* What git describes Zephyr's tree as: absent, or empty, for a tree that is not a git clone. */
#ifdef BUILD_VERSION
#define DESCRIPTION STRINGIFY(BUILD_VERSION)
#else
#define DESCRIPTION ""
#endif
#define RELEASE (sizeof(DESCRIPTION) > 1 ? DESCRIPTION : KERNEL_VERSION_STRING)

void westerly_application(struct westerly_application *application)
{
	*application = (struct westerly_application){
		.kernel_release = RELEASE,
		.kernel_version = KERNEL_VERSION_STRING,
		.build_date_time = WESTERLY_BUILD_DATE_TIME,
		.machine = CONFIG_ARCH,
		.processor = PROCESSOR,
		.hardware_platform = CONFIG_BOARD_TARGET,
	};
}

/* The numbers of the OS group's bootloader information; they are MCUboot's own. */
#if defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_SINGLE_APP)
#define MODE 0
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_SCRATCH)
#define MODE 1
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY)
#define MODE 2
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_USING_MOVE) || \
	defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_SWAP_WITHOUT_SCRATCH)
#define MODE 3
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP)
#define MODE 4
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP_WITH_REVERT)
#define MODE 5
#elif defined(CONFIG_MCUBOOT_BOOTLOADER_MODE_RAM_LOAD)
#define MODE 6
#else
#define MODE (-1)
#endif

void westerly_bootloader(struct westerly_bootloader *bootloader)
{
	*bootloader = (struct westerly_bootloader){
		.name = IS_ENABLED(CONFIG_BOOTLOADER_MCUBOOT) ? "MCUboot" : NULL,
		.mode = MODE,
		.no_downgrade = IS_ENABLED(CONFIG_MCUBOOT_BOOTLOADER_NO_DOWNGRADE),
	};
}
