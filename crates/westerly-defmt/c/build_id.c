/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include <zephyr/kernel.h>

#include "westerly_defmt.h"

#ifdef CONFIG_ARCH_POSIX

size_t westerly_defmt_build_id(const uint8_t **id)
{
	return westerly_defmt_build_id_host(id);
}

#elif defined(CONFIG_SOC_FAMILY_ESPRESSIF_ESP32)

/* esptool makes the image of the sections that hold the program, and leaves out notes. */
size_t westerly_defmt_build_id(const uint8_t **id)
{
	ARG_UNUSED(id);
	return 0;
}

#else

/* An ELF note: three words, the owner's name, and what it says, each padded to words. build_id.ld sets the ends. */
struct note {
	uint32_t name_size;
	uint32_t size;
	uint32_t type;
	char name[4];
	uint8_t bytes[];
};

#define BUILD_ID_TYPE 3
#define OWNER         "GNU"

extern const char westerly_defmt_build_id_note[];
extern const char westerly_defmt_build_id_note_end[];

size_t westerly_defmt_build_id(const uint8_t **id)
{
	const struct note *note = (const struct note *)westerly_defmt_build_id_note;
	size_t room = (size_t)(westerly_defmt_build_id_note_end - westerly_defmt_build_id_note);

	if (room < sizeof(*note) || note->type != BUILD_ID_TYPE || note->name_size != sizeof(OWNER) ||
	    memcmp(note->name, OWNER, sizeof(OWNER)) != 0 || note->size > room - sizeof(*note)) {
		return 0;
	}
	*id = note->bytes;
	return note->size;
}

#endif
