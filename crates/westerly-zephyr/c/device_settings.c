/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The device's own settings: the subtree "device". Texts that people give it, and a count.
 *
 *   device/name       what the application information tells as the name of the node
 *   device/location   where it is; nothing but the settings tells it
 *   device/boots      read only: which start of the device this is, 32 bits, the lowest byte first
 *
 * A value that is written or loaded waits until it is committed. An empty one stands for the default of the build, and a
 * default is not stored: a build with another default then has that.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "westerly.h"

#define SUBTREE "device"
#define LONGEST_KEY sizeof(SUBTREE "/location")

struct text {
	uint8_t length;
	char bytes[CONFIG_WESTERLY_DEVICE_TEXT_SIZE];
};

BUILD_ASSERT(CONFIG_WESTERLY_DEVICE_TEXT_SIZE <= WESTERLY_DEVICE_NAME_SIZE);
BUILD_ASSERT(sizeof(CONFIG_WESTERLY_NODE_NAME) - 1 <= CONFIG_WESTERLY_DEVICE_TEXT_SIZE,
	     "CONFIG_WESTERLY_NODE_NAME is longer than CONFIG_WESTERLY_DEVICE_TEXT_SIZE");

static const struct {
	const char *key;
	const char *fallback;
} texts[] = {
	{"name", CONFIG_WESTERLY_NODE_NAME},
	{"location", ""},
};

#define NAME 0
#define BOOTS "boots"

/* Both as they were at the start: length 0, the default. */
static struct text waiting[ARRAY_SIZE(texts)];
static struct text in_use[ARRAY_SIZE(texts)];
/* Settings may be written by a shell's thread while a transport asks for the name. */
static K_MUTEX_DEFINE(lock);

static uint32_t boots;
static enum {
	LOADING,
	COUNTED,
	NOT_COUNTED,
} counting;

/* For the name of the subtree itself Zephyr passes no key. */
static int find(const char *key)
{
	for (int index = 0; key != NULL && index < ARRAY_SIZE(texts); index++) {
		if (strcmp(key, texts[index].key) == 0) {
			return index;
		}
	}
	return -ENOENT;
}

/* Called with the lock held. */
static int value_copy(const struct text *text, const char *fallback, char *into, size_t size)
{
	const char *bytes = text->length > 0 ? text->bytes : fallback;
	size_t length = text->length > 0 ? text->length : strlen(fallback);

	if (length > size) {
		return -EMSGSIZE;
	}
	memcpy(into, bytes, length);
	return (int)length;
}

static int on_get(const char *key, char *into, int size)
{
	int index = find(key);

	if (key != NULL && strcmp(key, BOOTS) == 0 && counting == COUNTED) {
		if (size < (int)sizeof(boots)) {
			return -EMSGSIZE;
		}
		sys_put_le32(boots, (uint8_t *)into);
		return sizeof(boots);
	}
	if (index < 0) {
		return index;
	}
	(void)k_mutex_lock(&lock, K_FOREVER);

	int length = value_copy(&waiting[index], texts[index].fallback, into, (size_t)size);

	(void)k_mutex_unlock(&lock);
	return length;
}

/* Taken from what is stored at the start, and never again: loading later finds what this start has stored. */
static int boots_load(size_t length, settings_read_cb read, void *source)
{
	uint8_t stored[sizeof(boots)];

	if (counting != LOADING) {
		return -ENOTSUP;
	}
	if (length == sizeof(stored) && read(source, stored, sizeof(stored)) == (ssize_t)sizeof(stored)) {
		boots = sys_get_le32(stored);
	}
	return 0;
}

static int on_set(const char *key, size_t length, settings_read_cb read, void *source)
{
	struct text text = {0};
	int index = find(key);

	if (key != NULL && strcmp(key, BOOTS) == 0) {
		return boots_load(length, read, source);
	}
	if (index < 0) {
		return index;
	}
	if (length > sizeof(text.bytes)) {
		return -EMSGSIZE;
	}
	if (length > 0) {
		ssize_t got = read(source, text.bytes, length);

		if (got < 0) {
			return (int)got;
		}
		text.length = (uint8_t)got;
	}
	if (!westerly_is_text((const uint8_t *)text.bytes, text.length)) {
		return -EILSEQ; /* it goes into answers as text */
	}
	(void)k_mutex_lock(&lock, K_FOREVER);
	waiting[index] = text;
	(void)k_mutex_unlock(&lock);
	return 0;
}

static int on_commit(void)
{
	(void)k_mutex_lock(&lock, K_FOREVER);
	memcpy(in_use, waiting, sizeof(in_use));
	(void)k_mutex_unlock(&lock);
	return 0;
}

static int on_export(int (*save)(const char *name, const void *value, size_t length))
{
	for (int index = 0; index < ARRAY_SIZE(texts); index++) {
		char name[LONGEST_KEY] = SUBTREE "/";

		strcpy(name + sizeof(SUBTREE), texts[index].key);
		(void)k_mutex_lock(&lock, K_FOREVER);

		struct text text = waiting[index];

		(void)k_mutex_unlock(&lock);

		/* A value of no length deletes what is stored. */
		int error = save(name, text.bytes, text.length);

		if (error != 0) {
			return error;
		}
	}
	return 0;
}

SETTINGS_STATIC_HANDLER_DEFINE(westerly_device, SUBTREE, on_get, on_set, on_commit, on_export);

size_t westerly_device_name(char *into, size_t size)
{
	(void)k_mutex_lock(&lock, K_FOREVER);

	int length = value_copy(&in_use[NAME], texts[NAME].fallback, into, size);

	(void)k_mutex_unlock(&lock);
	return length < 0 ? 0 : (size_t)length;
}

void westerly_boot_count(void)
{
	uint8_t stored[sizeof(boots)];

	boots = boots == UINT32_MAX ? UINT32_MAX : boots + 1;
	sys_put_le32(boots, stored);
	/* A number that is not stored would be told again after the next start. */
	counting = settings_save_one(WESTERLY_BOOTS_SETTING, stored, sizeof(stored)) == 0 ? COUNTED : NOT_COUNTED;
}

uint32_t westerly_boots(void)
{
	return counting == COUNTED ? boots : 0;
}
