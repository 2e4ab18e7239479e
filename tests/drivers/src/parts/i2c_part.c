/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include "i2c_part.h"

/* The longest write of the drivers here takes 3 bytes; the cases of the bus itself take some more. */
#define LONGEST_WRITE 16

struct i2c_part_record i2c_part_latest;
static int failure;

void i2c_part_fail_once(int error)
{
	failure = error;
}

int i2c_part_init(const struct emul *target, const struct device *parent)
{
	ARG_UNUSED(target);
	ARG_UNUSED(parent);
	return 0;
}

static void record(const struct i2c_msg *messages, int count, int address)
{
	i2c_part_latest = (struct i2c_part_record){.count = count, .address = address};
	for (int i = 0; i < MIN(count, I2C_PART_MESSAGES); i++) {
		i2c_part_latest.flags[i] = messages[i].flags;
		i2c_part_latest.lengths[i] = messages[i].len;
	}
}

static bool well_formed(const struct i2c_msg *messages, int count)
{
	for (int i = 0; i < count; i++) {
		bool turns = i > 0 && ((messages[i].flags ^ messages[i - 1].flags) & I2C_MSG_READ) != 0;

		if (((messages[i].flags & I2C_MSG_STOP) != 0) != (i == count - 1) ||
		    ((messages[i].flags & I2C_MSG_RESTART) != 0) != turns) {
			return false;
		}
	}
	return true;
}

/* How many messages from the first on are one transfer on the wire. */
static int run_length(const struct i2c_msg *messages, int count)
{
	int length = 1;

	while (length < count && ((messages[length].flags ^ messages[0].flags) & I2C_MSG_READ) == 0) {
		length++;
	}
	return length;
}

static int write_run(const struct i2c_part *part, const struct i2c_msg *messages, int count)
{
	uint8_t bytes[LONGEST_WRITE];
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		if (messages[i].len > sizeof(bytes) - length) {
			return -EMSGSIZE;
		}
		if (messages[i].len > 0) {
			memcpy(&bytes[length], messages[i].buf, messages[i].len);
		}
		length += messages[i].len;
	}
	return part->write(bytes, length);
}

static int read_run(const struct i2c_part *part, const struct i2c_msg *messages, int count)
{
	/* No part here tells one message from the next, as none of the drivers reads in two. */
	for (int i = 0; i < count; i++) {
		int result = part->read(messages[i].buf, messages[i].len);

		if (result != 0) {
			return result;
		}
	}
	return 0;
}

static int transfer(const struct emul *target, struct i2c_msg *messages, int count, int address)
{
	int result = failure;

	record(messages, count, address);
	failure = 0;
	if (result == 0 && !well_formed(messages, count)) {
		result = -EINVAL;
	}
	for (int i = 0; result == 0 && i < count;) {
		int length = run_length(&messages[i], count - i);

		result = (messages[i].flags & I2C_MSG_READ) != 0 ? read_run(target->cfg, &messages[i], length)
								 : write_run(target->cfg, &messages[i], length);
		i += length;
	}
	return result;
}

const struct i2c_emul_api i2c_part_api = {.transfer = transfer};
