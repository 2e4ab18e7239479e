/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What can be sampled: the kernel's own figures, and sensors that the devicetree has under the aliases that Zephyr's samples
 * use. Kconfig says which of them there are (CONFIG_WESTERLY_TELEMETRY_*).
 */

#include <errno.h>

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "westerly.h"

#define MICRO 1000000

#ifdef CONFIG_WESTERLY_TELEMETRY_SENSORS
struct sensor {
	const struct device *device;
	enum sensor_channel channel;
	int32_t scale; /* units of the topic in one of the channel */
};

#define SENSOR(name, which, per_unit)                                                                                  \
	{                                                                                                              \
		.device = DEVICE_DT_GET(DT_ALIAS(name)), .channel = which, .scale = per_unit,                          \
	}

static const struct sensor sensors[WESTERLY_SOURCES] = {
#ifdef CONFIG_WESTERLY_TELEMETRY_DIE_TEMPERATURE
	[WESTERLY_DIE_TEMPERATURE] = SENSOR(die_temp0, SENSOR_CHAN_DIE_TEMP, 100),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_AMBIENT_TEMPERATURE
	[WESTERLY_AMBIENT_TEMPERATURE] = SENSOR(ambient_temp0, SENSOR_CHAN_AMBIENT_TEMP, 100),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_HUMIDITY
	[WESTERLY_HUMIDITY] = SENSOR(dht0, SENSOR_CHAN_HUMIDITY, 100),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_PRESSURE
	[WESTERLY_PRESSURE] = SENSOR(pressure_sensor, SENSOR_CHAN_PRESS, 1000),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_VOLTAGE
	[WESTERLY_VOLTAGE] = SENSOR(volt_sensor0, SENSOR_CHAN_VOLTAGE, 1000),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_LIGHT
	[WESTERLY_LIGHT] = SENSOR(light_sensor, SENSOR_CHAN_LIGHT, 1),
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_ACCELERATION
	[WESTERLY_ACCELERATION_X] = SENSOR(accel0, SENSOR_CHAN_ACCEL_X, 100),
	[WESTERLY_ACCELERATION_Y] = SENSOR(accel0, SENSOR_CHAN_ACCEL_Y, 100),
	[WESTERLY_ACCELERATION_Z] = SENSOR(accel0, SENSOR_CHAN_ACCEL_Z, 100),
#endif
};

/* Rounded to the nearest unit of the topic, half of one away from zero. */
static int64_t scaled(const struct sensor_value *value, int32_t scale)
{
	int32_t micro_a_unit = MICRO / scale;
	int32_t half = value->val2 < 0 ? -micro_a_unit / 2 : micro_a_unit / 2;

	return (int64_t)value->val1 * scale + (value->val2 + half) / micro_a_unit;
}

static int sensor_read(const struct sensor *sensor, int64_t *value)
{
	struct sensor_value measured;

	if (sensor->device == NULL || !device_is_ready(sensor->device)) {
		return -ENODEV;
	}

	int error = sensor_sample_fetch_chan(sensor->device, sensor->channel);

	/* Some drivers fetch everything at once or nothing. */
	if (error == -ENOTSUP) {
		error = sensor_sample_fetch(sensor->device);
	}
	if (error == 0) {
		error = sensor_channel_get(sensor->device, sensor->channel, &measured);
	}
	if (error == 0) {
		*value = scaled(&measured, sensor->scale);
	}
	return error;
}
#endif

#ifdef CONFIG_WESTERLY_TELEMETRY_CPU_LOAD
/* Thousandths of the time since the last call that threads other than the idle one ran. */
static int cpu_load_read(int64_t *value)
{
	static uint64_t busy_before, all_before;
	k_thread_runtime_stats_t now;
	int error = k_thread_runtime_stats_all_get(&now);

	if (error != 0) {
		return error;
	}

	uint64_t busy = now.total_cycles - busy_before;
	uint64_t all = now.execution_cycles - all_before;

	busy_before = now.total_cycles;
	all_before = now.execution_cycles;
	*value = all == 0 ? 0 : (int64_t)(busy * 1000U / all);
	return 0;
}
#endif

int westerly_source_read(uint8_t source, int32_t *value)
{
	int64_t wide = 0;
	int error = 0;

	switch (source) {
	case WESTERLY_UPTIME:
		wide = k_uptime_get() / MSEC_PER_SEC;
		break;
	case WESTERLY_HEAP_USED:
		wide = westerly_heap_used();
		break;
#ifdef CONFIG_WESTERLY_TELEMETRY_CPU_LOAD
	case WESTERLY_CPU_LOAD:
		error = cpu_load_read(&wide);
		break;
#endif
	default:
#ifdef CONFIG_WESTERLY_TELEMETRY_SENSORS
		error = source < WESTERLY_SOURCES ? sensor_read(&sensors[source], &wide) : -ENODEV;
#else
		error = -ENODEV;
#endif
		break;
	}
	*value = (int32_t)CLAMP(wide, INT32_MIN, INT32_MAX);
	return error;
}
