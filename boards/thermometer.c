/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers for an LM75 on an emulated I2C bus. The room it is in warms from 20 to 30 degrees and cools down again in a minute,
 * by the kernel's clock: who knows the uptime knows the temperature.
 */

#define DT_DRV_COMPAT lm75

#include <errno.h>
#include <string.h>

#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>

/* Registers as the part's data sheet numbers them; all but the configuration have two bytes, the high one first. */
#define TEMPERATURE 0
#define CONFIGURATION 1
#define REGISTERS 4

/* In half degrees, the part's resolution. */
#define COLDEST 40
#define STEPS 20
#define STEP_MS 1500

struct registers {
	uint16_t values[REGISTERS];
	uint8_t pointer;
};

/* Half a degree every 1.5 s, up for half a minute and down for the other half. */
static uint16_t temperature(void)
{
	uint32_t step = (uint32_t)(k_uptime_get() / STEP_MS) % (2 * STEPS);
	uint32_t halves = COLDEST + (step <= STEPS ? step : 2 * STEPS - step);

	return (uint16_t)(halves << 7);
}

static void bytes_read(struct registers *registers, const struct i2c_msg *message)
{
	uint8_t bytes[2] = {(uint8_t)registers->values[CONFIGURATION], 0};

	if (registers->pointer != CONFIGURATION) {
		sys_put_be16(registers->pointer == TEMPERATURE ? temperature() : registers->values[registers->pointer],
			     bytes);
	}
	for (uint32_t at = 0; at < message->len; at++) {
		message->buf[at] = at < sizeof(bytes) ? bytes[at] : UINT8_MAX;
	}
}

/* The first byte says which register, what follows is for it. */
static int bytes_write(struct registers *registers, const struct i2c_msg *message)
{
	if (message->len == 0) {
		return 0;
	}
	registers->pointer = message->buf[0] % REGISTERS;
	if (message->len == 1 || registers->pointer == TEMPERATURE) {
		return 0;
	}
	if (registers->pointer == CONFIGURATION) {
		registers->values[CONFIGURATION] = message->buf[1];
	} else if (message->len >= 3) {
		registers->values[registers->pointer] = sys_get_be16(message->buf + 1);
	}
	return 0;
}

static int transfer(const struct emul *target, struct i2c_msg *messages, int count, int address)
{
	struct registers *registers = target->data;
	int error = 0;

	ARG_UNUSED(address);
	for (int index = 0; error == 0 && index < count; index++) {
		if ((messages[index].flags & I2C_MSG_READ) != 0) {
			bytes_read(registers, &messages[index]);
		} else {
			error = bytes_write(registers, &messages[index]);
		}
	}
	return error;
}

static int start(const struct emul *target, const struct device *parent)
{
	ARG_UNUSED(target);
	ARG_UNUSED(parent);
	return 0;
}

static const struct i2c_emul_api api = {.transfer = transfer};

#define THERMOMETER(instance)                                                                                          \
	static struct registers registers_##instance;                                                                  \
	EMUL_DT_INST_DEFINE(instance, start, &registers_##instance, NULL, &api, NULL);

DT_INST_FOREACH_STATUS_OKAY(THERMOMETER)
