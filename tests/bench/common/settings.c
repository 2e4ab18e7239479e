/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The settings to be asked for: bench/number and bench/text, which are kept in
 * storage, and bench/fixed, which cannot be set.
 */

#include "bench_values.h"

#include <errno.h>
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>

static uint32_t number = 42;
static char text[16] = "hello";

static int bench_get(const char *name, char *value, int room)
{
	const char *next;

	if (settings_name_steq(name, "number", &next) && next == NULL) {
		int length = MIN(room, (int)sizeof(number));

		memcpy(value, &number, length);
		return length;
	}
	if (settings_name_steq(name, "text", &next) && next == NULL) {
		int length = MIN(room, (int)strlen(text));

		memcpy(value, text, length);
		return length;
	}
	if (settings_name_steq(name, "fixed", &next) && next == NULL && room > 0) {
		value[0] = 7;
		return 1;
	}
	return -ENOENT;
}

static int bench_set(const char *name, size_t length, settings_read_cb read, void *context)
{
	const char *next;

	if (settings_name_steq(name, "number", &next) && next == NULL) {
		if (length != sizeof(number)) {
			return -EINVAL;
		}
		return read(context, &number, sizeof(number)) < 0 ? -EIO : 0;
	}
	if (settings_name_steq(name, "text", &next) && next == NULL) {
		ssize_t got;

		if (length >= sizeof(text)) {
			return -EINVAL;
		}
		got = read(context, text, sizeof(text) - 1);
		if (got < 0) {
			return -EIO;
		}
		text[got] = '\0';
		return 0;
	}
	return -ENOENT;
}

static int bench_export(int (*save)(const char *name, const void *value, size_t length))
{
	int result = save("bench/number", &number, sizeof(number));

	return result != 0 ? result : save("bench/text", text, strlen(text));
}

SETTINGS_STATIC_HANDLER_DEFINE(bench, "bench", bench_get, bench_set, NULL, bench_export);

int bench_load_settings(void)
{
	int result = settings_subsys_init();

	return result != 0 ? result : settings_load();
}
