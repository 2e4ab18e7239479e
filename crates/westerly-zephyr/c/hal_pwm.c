/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/drivers/pwm.h>

#include "hal.h"

int westerly_pwm_open(const struct pwm_dt_spec *pwm)
{
	return pwm_is_ready_dt(pwm) ? 0 : -WESTERLY_HAL_NOT_READY;
}

int westerly_pwm_set(const struct pwm_dt_spec *pwm, uint16_t duty)
{
	uint32_t pulse = (uint32_t)((uint64_t)pwm->period * duty / WESTERLY_PWM_FULL);

	return westerly_hal_error(pwm_set_pulse_dt(pwm, pulse));
}
