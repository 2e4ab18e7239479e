/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What access control needs of Zephyr beside its settings: random bytes, and on native_sim the options of its command line.
 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

#include "westerly.h"

void westerly_random(uint8_t *into, size_t size)
{
#if defined(CONFIG_CSPRNG_ENABLED)
	if (sys_csrand_get(into, size) == 0) {
		return;
	}
#endif
	/* Without a source of them the count of starts alone makes challenges new. */
	memset(into, 0, size);
}

#ifdef CONFIG_WESTERLY_UDP_ACCESS_OPTION
#include <cmdline.h>
#include <posix_native_task.h>

/* What the simulator sets numbers to that are not given. */
#define NO_NUMBER UINT32_MAX

static char *access_option;
static uint32_t idle_option = NO_NUMBER;
static uint32_t lifetime_option = NO_NUMBER;

static void add_options(void)
{
	static struct args_struct_t options[] = {
		{
			.option = "access-udp",
			.name = "access",
			.type = 's',
			.dest = &access_option,
			.descript = "Access over UDP: allow, read-only, authenticated or refuse (the default is the build's)",
		},
		{
			.option = "session-idle",
			.name = "seconds",
			.type = 'u',
			.dest = &idle_option,
			.descript = "Seconds after its last packet that a session of the access group ends",
		},
		{
			.option = "session-lifetime",
			.name = "seconds",
			.type = 'u',
			.dest = &lifetime_option,
			.descript = "Seconds after its login that a session of the access group ends in any case",
		},
		ARG_TABLE_ENDMARKER,
	};

	native_add_command_line_opts(options);
}

NATIVE_TASK(add_options, PRE_BOOT_1, 11);

uint32_t westerly_session_idle_option(void)
{
	return idle_option == NO_NUMBER ? CONFIG_WESTERLY_ACCESS_IDLE_S : idle_option;
}

uint32_t westerly_session_lifetime_option(void)
{
	return lifetime_option == NO_NUMBER ? CONFIG_WESTERLY_ACCESS_LIFETIME_S : lifetime_option;
}

int westerly_udp_access_option(void)
{
	/* As the symbol WESTERLY_UDP_ACCESS counts them. */
	static const char *const names[] = {"allow", "read-only", "authenticated", "refuse"};

	if (access_option == NULL) {
		return CONFIG_WESTERLY_UDP_ACCESS;
	}
	for (int index = 0; index < ARRAY_SIZE(names); index++) {
		if (strcmp(access_option, names[index]) == 0) {
			return index;
		}
	}
	printk("--access-udp=%s is none of allow, read-only, authenticated and refuse: nothing is allowed over UDP\n",
	       access_option);
	return ARRAY_SIZE(names) - 1;
}
#endif
