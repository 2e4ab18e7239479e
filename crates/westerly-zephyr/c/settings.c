/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Zephyr's settings by names that have a length and no NUL. The name's place is on the stack, its size the one that
 * Zephyr's own back ends have.
 */

#include <errno.h>

#include <string.h>

#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include "text.h"
#include "westerly.h"

#define NAME(name) char name[SETTINGS_MAX_NAME_LEN + 1]

BUILD_ASSERT(CONFIG_WESTERLY_SETTINGS_NAME_SIZE <= SETTINGS_MAX_NAME_LEN,
	     "CONFIG_WESTERLY_SETTINGS_NAME_SIZE is more than Zephyr's settings take");

int westerly_settings_start(void)
{
	int error = settings_subsys_init();

	if (error == 0) {
		error = settings_load();
	}
	/* What could not be read must not be counted on from 0. */
	if (error == 0) {
		westerly_boot_count();
	}
	return westerly_error(error);
}

int westerly_settings_read(const char *name, size_t name_length, uint8_t *into, size_t size)
{
	NAME(key);

	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	return westerly_error(settings_runtime_get(key, into, size));
}

int westerly_settings_write(const char *name, size_t name_length, const uint8_t *value, size_t length)
{
	NAME(key);

	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	return westerly_error(settings_runtime_set(key, value, length));
}

int westerly_settings_delete(const char *name, size_t name_length)
{
	NAME(key);

	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	/* Nobody sets it back: what access control asks a client would come again, and old packets be good once more. */
	if (strcmp(key, WESTERLY_BOOTS_SETTING) == 0) {
		return westerly_error(-ENOTSUP);
	}
	return westerly_error(settings_delete(key));
}

int westerly_settings_commit(void)
{
	return westerly_error(settings_commit());
}

int westerly_settings_load(void)
{
	return westerly_error(settings_load());
}

/* What a handler's export gives to be stored, when one setting is to be saved and not the whole of its subtree. */
static const char *wanted;
static bool found;

static int save_wanted(const char *name, const void *value, size_t length)
{
	const char *rest;

	/* It may be the name of a subtree that is smaller than a handler. */
	if (settings_name_steq(name, wanted, &rest) == 0) {
		return 0;
	}
	found = true;
	return settings_save_one(name, value, length);
}

int westerly_settings_save(const char *name, size_t name_length)
{
	NAME(key);

	if (name == NULL) {
		return westerly_error(settings_save());
	}
	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	wanted = key;
	found = false;

	int result = 0;
	bool is_known = false;

	/*
	 * settings_save_subtree() knows whole handlers only: it would save nothing, and say that it did, for a name inside
	 * one of them.
	 */
	STRUCT_SECTION_FOREACH(settings_handler_static, handler) {
		bool inside = settings_name_steq(key, handler->name, NULL) != 0;
		bool around = settings_name_steq(handler->name, key, NULL) != 0;

		is_known = is_known || inside || around;
		if ((inside || around) && handler->h_export != NULL) {
			int error = handler->h_export(save_wanted);

			result = result == 0 ? error : result;
		}
	}
	wanted = NULL;
	if (result != 0 || found) {
		return westerly_error(result);
	}
	if (IS_ENABLED(CONFIG_SETTINGS_DYNAMIC_HANDLERS)) {
		/* Those that an application registers while it runs are on a list of Zephyr's own. */
		return westerly_error(settings_save_subtree(key));
	}
	return is_known ? -WESTERLY_NOT_FOUND : -WESTERLY_INVALID;
}

int westerly_settings_keep(const char *name, size_t name_length, const uint8_t *value, size_t length)
{
	NAME(key);

	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	return westerly_error(settings_save_one(key, value, length));
}

int westerly_settings_kept(const char *name, size_t name_length, uint8_t *into, size_t size)
{
	NAME(key);

	if (!westerly_text_copy(key, sizeof(key), name, name_length)) {
		return -WESTERLY_NOT_FOUND;
	}
	return westerly_error((int)settings_load_one(key, into, size));
}
