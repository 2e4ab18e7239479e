/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of build_id.c that is built with the host's C library: the build id of the process, which native_sim is.
 */

#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define OWNER "GNU"

struct found {
	const uint8_t *id;
	size_t size;
};

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static void look(const uint8_t *notes, size_t room, struct found *found)
{
	ElfW(Nhdr) note;

	while (room >= sizeof(note)) {
		memcpy(&note, notes, sizeof(note));

		size_t name = padded(note.n_namesz);
		size_t bytes = padded(note.n_descsz);

		notes += sizeof(note);
		room -= sizeof(note);
		if (name > room || bytes > room - name) {
			return;
		}
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(OWNER) &&
		    memcmp(notes, OWNER, sizeof(OWNER)) == 0) {
			found->id = notes + name;
			found->size = note.n_descsz;
			return;
		}
		notes += name + bytes;
		room -= name + bytes;
	}
}

/* The first object is the executable: no other is asked for. */
static int each_object(struct dl_phdr_info *object, size_t size, void *found)
{
	(void)size;
	for (size_t index = 0; index < object->dlpi_phnum; index++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[index];

		if (segment->p_type == PT_NOTE) {
			look((const uint8_t *)(object->dlpi_addr + segment->p_vaddr), segment->p_memsz, found);
		}
	}
	return 1;
}

size_t westerly_defmt_build_id_host(const uint8_t **id)
{
	struct found found = {0};

	(void)dl_iterate_phdr(each_object, &found);
	*id = found.id;
	return found.size;
}
