/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Zephyr's file system API. All of it is called with the server's lock held, so the pool of open files needs none.
 */

#include <errno.h>

#include <zephyr/fs/fs.h>
#include <zephyr/kernel.h>

#include "text.h"
#include "watchdog.h"
#include "westerly.h"

#ifdef CONFIG_FILE_SYSTEM_LITTLEFS
BUILD_ASSERT(CONFIG_FS_LITTLEFS_NUM_FILES >= WESTERLY_FILES_OPEN,
	     "CONFIG_FS_LITTLEFS_NUM_FILES is smaller than CONFIG_WESTERLY_FILES_TRANSFERS and one more");
#endif

/* Zephyr wants an open file to stay where it is. A free place has no mount point: fs_open() and fs_close() see to that. */
static struct fs_file_t files[WESTERLY_FILES_OPEN];

/* An upload goes to a file with a name that is a little longer, see westerly-server's files. */
#define SUFFIX_SIZE 8
#define PATH(name) char name[CONFIG_WESTERLY_FILES_PATH_SIZE + SUFFIX_SIZE + 1]

/* fs_open() and its like say -ENOENT for both: no such file, and nothing mounted where it would be. */
static bool is_mounted(const char *path)
{
	const char *mount_point;

	for (int index = 0; fs_readmount(&index, &mount_point) == 0;) {
		size_t length = strlen(mount_point);

		if (strncmp(path, mount_point, length) == 0 && (path[length] == '/' || path[length] == '\0')) {
			return true;
		}
	}
	return false;
}

static int refused(int error, const char *path)
{
	return error == -ENOENT && !is_mounted(path) ? -WESTERLY_NO_DEVICE : westerly_error(error);
}

int westerly_file_open(const char *name, size_t length, uint8_t mode)
{
	static const fs_mode_t flags[] = {
		[WESTERLY_FILE_READ] = FS_O_READ,
		[WESTERLY_FILE_CREATE] = FS_O_CREATE | FS_O_RDWR | FS_O_TRUNC,
		[WESTERLY_FILE_CONTINUE] = FS_O_RDWR,
	};
	PATH(path);

	if (!westerly_text_copy(path, sizeof(path), name, length)) {
		return -WESTERLY_INVALID;
	}
	for (int file = 0; file < ARRAY_SIZE(files); file++) {
		if (files[file].mp == NULL) {
			fs_file_t_init(&files[file]);
			int error = fs_open(&files[file], path, flags[mode]);

			return error == 0 ? file : refused(error, path);
		}
	}
	return -WESTERLY_OTHER; /* all places taken */
}

int westerly_file_length(int file, uint32_t *length)
{
	int error = fs_seek(&files[file], 0, FS_SEEK_END);

	if (error != 0) {
		return westerly_error(error);
	}

	off_t end = fs_tell(&files[file]);

	if (end < 0) {
		return westerly_error((int)end);
	}
	if ((uint64_t)end > UINT32_MAX) {
		return -WESTERLY_TOO_LARGE;
	}
	*length = (uint32_t)end;
	return 0;
}

int westerly_file_seek(int file, uint32_t offset)
{
	if (offset > INT32_MAX) {
		return -WESTERLY_TOO_LARGE; /* off_t has 32 bits on small boards */
	}
	return westerly_error(fs_seek(&files[file], (off_t)offset, FS_SEEK_SET));
}

int westerly_file_read(int file, uint8_t *into, size_t size)
{
	westerly_watchdog_report();

	return westerly_error((int)fs_read(&files[file], into, size));
}

int westerly_file_write(int file, const uint8_t *data, size_t length)
{
	westerly_watchdog_report();

	ssize_t written = fs_write(&files[file], data, length);

	if (written < 0) {
		return westerly_error((int)written);
	}
	/* Zephyr writes less than it is given where the medium is full. */
	return (size_t)written == length ? 0 : -WESTERLY_OTHER;
}

int westerly_file_close(int file)
{
	int error = fs_close(&files[file]);

	/* Some file systems free the file although they cannot write its end; the place here is free in any case. */
	fs_file_t_init(&files[file]);
	return westerly_error(error);
}

int westerly_file_rename(const char *from, size_t from_length, const char *to, size_t to_length)
{
	PATH(from_path);
	PATH(to_path);

	if (!westerly_text_copy(from_path, sizeof(from_path), from, from_length) ||
	    !westerly_text_copy(to_path, sizeof(to_path), to, to_length)) {
		return -WESTERLY_INVALID;
	}
	return refused(fs_rename(from_path, to_path), from_path);
}

int westerly_file_remove(const char *name, size_t length)
{
	PATH(path);

	if (!westerly_text_copy(path, sizeof(path), name, length)) {
		return -WESTERLY_INVALID;
	}
	return refused(fs_unlink(path), path);
}
