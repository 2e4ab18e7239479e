/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One ztest case for each line of the golden files. Twister takes the names from the ZTEST lines; build.rs, which makes
 * the functions behind them, refuses to build when a line is missing or left over, and prints the ones to add.
 */

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#define VECTOR(suite, name)                                                                                            \
	{                                                                                                              \
		extern bool vector_##suite##_##name(void);                                                             \
		zassert_true(vector_##suite##_##name());                                                               \
	}

/* Called from Rust. */
void vector_print(uint8_t character)
{
	printk("%c", character);
}

FUNC_NORETURN void vector_panicked(void)
{
	/* Ends the case, and with it this thread. */
	ztest_test_fail();
	k_panic();
	CODE_UNREACHABLE;
}

ZTEST_SUITE(serial, NULL, NULL, NULL, NULL, NULL);
ZTEST(serial, test_echo) VECTOR(serial, echo)
ZTEST(serial, test_header_only) VECTOR(serial, header_only)
ZTEST(serial, test_one_line_full) VECTOR(serial, one_line_full)
ZTEST(serial, test_two_lines_checksum_kept_back) VECTOR(serial, two_lines_checksum_kept_back)
ZTEST(serial, test_two_lines_checksum_kept_back_2) VECTOR(serial, two_lines_checksum_kept_back_2)
ZTEST(serial, test_two_lines) VECTOR(serial, two_lines)
ZTEST(serial, test_three_lines) VECTOR(serial, three_lines)
ZTEST(serial, test_full) VECTOR(serial, full)

ZTEST_SUITE(enumeration, NULL, NULL, NULL, NULL, NULL);
ZTEST(enumeration, test_count) VECTOR(enumeration, count)
ZTEST(enumeration, test_list) VECTOR(enumeration, list)
ZTEST(enumeration, test_single) VECTOR(enumeration, single)
ZTEST(enumeration, test_single_1) VECTOR(enumeration, single_1)
ZTEST(enumeration, test_single_last) VECTOR(enumeration, single_last)
ZTEST(enumeration, test_single_too_large) VECTOR(enumeration, single_too_large)
ZTEST(enumeration, test_single_far_too_large) VECTOR(enumeration, single_far_too_large)
ZTEST(enumeration, test_single_too_large_v1) VECTOR(enumeration, single_too_large_v1)
ZTEST(enumeration, test_single_negative) VECTOR(enumeration, single_negative)
ZTEST(enumeration, test_details) VECTOR(enumeration, details)
ZTEST(enumeration, test_details_of_none_are_all) VECTOR(enumeration, details_of_none_are_all)
ZTEST(enumeration, test_details_of_some) VECTOR(enumeration, details_of_some)
ZTEST(enumeration, test_details_indefinite) VECTOR(enumeration, details_indefinite)
ZTEST(enumeration, test_details_of_what_is_no_group) VECTOR(enumeration, details_of_what_is_no_group)
ZTEST(enumeration, test_count_written) VECTOR(enumeration, count_written)
ZTEST(enumeration, test_unknown_command) VECTOR(enumeration, unknown_command)

ZTEST_SUITE(envelope, NULL, NULL, NULL, NULL, NULL);
ZTEST(envelope, test_seven_bytes) VECTOR(envelope, seven_bytes)
ZTEST(envelope, test_nothing) VECTOR(envelope, nothing)
ZTEST(envelope, test_three_requests_in_one_packet) VECTOR(envelope, three_requests_in_one_packet)
ZTEST(envelope, test_an_smp_error_ends_the_packet) VECTOR(envelope, an_smp_error_ends_the_packet)
ZTEST(envelope, test_a_group_error_does_not) VECTOR(envelope, a_group_error_does_not)
ZTEST(envelope, test_a_group_error_does_in_version_1) VECTOR(envelope, a_group_error_does_in_version_1)
ZTEST(envelope, test_a_rest_under_eight_bytes) VECTOR(envelope, a_rest_under_eight_bytes)
ZTEST(envelope, test_second_request_cut) VECTOR(envelope, second_request_cut)
ZTEST(envelope, test_operation_read_response) VECTOR(envelope, operation_read_response)
ZTEST(envelope, test_operation_write_response) VECTOR(envelope, operation_write_response)
ZTEST(envelope, test_operation_write_response_then_a_request) VECTOR(envelope, operation_write_response_then_a_request)
ZTEST(envelope, test_operation_4) VECTOR(envelope, operation_4)
ZTEST(envelope, test_operation_7) VECTOR(envelope, operation_7)
ZTEST(envelope, test_flags_and_reserved_bits_are_ignored) VECTOR(envelope, flags_and_reserved_bits_are_ignored)

ZTEST_SUITE(os, NULL, NULL, NULL, NULL, NULL);
ZTEST(os, test_echo_read) VECTOR(os, echo_read)
ZTEST(os, test_echo_indefinite) VECTOR(os, echo_indefinite)
ZTEST(os, test_echo_24_bytes) VECTOR(os, echo_24_bytes)
ZTEST(os, test_echo_256_bytes) VECTOR(os, echo_256_bytes)
ZTEST(os, test_echo_utf8) VECTOR(os, echo_utf8)
ZTEST(os, test_echo_not_utf8) VECTOR(os, echo_not_utf8)
ZTEST(os, test_echo_unknown_keys) VECTOR(os, echo_unknown_keys)
ZTEST(os, test_echo_unknown_key_too_deep) VECTOR(os, echo_unknown_key_too_deep)
ZTEST(os, test_echo_unknown_key_just_deep_enough) VECTOR(os, echo_unknown_key_just_deep_enough)
ZTEST(os, test_echo_cut_in_the_text) VECTOR(os, echo_cut_in_the_text)
ZTEST(os, test_echo_open_map) VECTOR(os, echo_open_map)
ZTEST(os, test_echo_no_map) VECTOR(os, echo_no_map)
ZTEST(os, test_echo_key_no_text) VECTOR(os, echo_key_no_text)
ZTEST(os, test_echo_bytes_behind_the_map) VECTOR(os, echo_bytes_behind_the_map)
ZTEST(os, test_echo_text_in_chunks) VECTOR(os, echo_text_in_chunks)
ZTEST(os, test_task_statistics) VECTOR(os, task_statistics)
ZTEST(os, test_task_statistics_written) VECTOR(os, task_statistics_written)
ZTEST(os, test_memory_pools) VECTOR(os, memory_pools)
ZTEST(os, test_memory_pools_written) VECTOR(os, memory_pools_written)
ZTEST(os, test_date_time_not_set) VECTOR(os, date_time_not_set)
ZTEST(os, test_date_time_not_set_v1) VECTOR(os, date_time_not_set_v1)
ZTEST(os, test_date_time_set_and_read) VECTOR(os, date_time_set_and_read)
ZTEST(os, test_date_time_with_zone) VECTOR(os, date_time_with_zone)
ZTEST(os, test_date_time_no_such_day) VECTOR(os, date_time_no_such_day)
ZTEST(os, test_date_time_missing) VECTOR(os, date_time_missing)
ZTEST(os, test_date_time_clock_refuses) VECTOR(os, date_time_clock_refuses)
ZTEST(os, test_date_time_clock_refuses_v1) VECTOR(os, date_time_clock_refuses_v1)
ZTEST(os, test_reset) VECTOR(os, reset)
ZTEST(os, test_reset_empty_map) VECTOR(os, reset_empty_map)
ZTEST(os, test_reset_force_boolean) VECTOR(os, reset_force_boolean)
ZTEST(os, test_reset_force_integer) VECTOR(os, reset_force_integer)
ZTEST(os, test_reset_boot_mode) VECTOR(os, reset_boot_mode)
ZTEST(os, test_reset_force_text) VECTOR(os, reset_force_text)
ZTEST(os, test_reset_boot_mode_256) VECTOR(os, reset_boot_mode_256)
ZTEST(os, test_reset_read) VECTOR(os, reset_read)
ZTEST(os, test_application) VECTOR(os, application)
ZTEST(os, test_application_s) VECTOR(os, application_s)
ZTEST(os, test_application_n) VECTOR(os, application_n)
ZTEST(os, test_application_r) VECTOR(os, application_r)
ZTEST(os, test_application_v) VECTOR(os, application_v)
ZTEST(os, test_application_b) VECTOR(os, application_b)
ZTEST(os, test_application_m) VECTOR(os, application_m)
ZTEST(os, test_application_p) VECTOR(os, application_p)
ZTEST(os, test_application_i) VECTOR(os, application_i)
ZTEST(os, test_application_o) VECTOR(os, application_o)
ZTEST(os, test_application_a) VECTOR(os, application_a)
ZTEST(os, test_application_in_the_devices_order) VECTOR(os, application_in_the_devices_order)
ZTEST(os, test_application_unknown_letter) VECTOR(os, application_unknown_letter)
ZTEST(os, test_application_unknown_letter_v1) VECTOR(os, application_unknown_letter_v1)
ZTEST(os, test_application_format_no_text) VECTOR(os, application_format_no_text)
ZTEST(os, test_bootloader) VECTOR(os, bootloader)
ZTEST(os, test_bootloader_mode) VECTOR(os, bootloader_mode)
ZTEST(os, test_bootloader_unknown_query) VECTOR(os, bootloader_unknown_query)
ZTEST(os, test_bootloader_written) VECTOR(os, bootloader_written)

ZTEST_SUITE(recorded, NULL, NULL, NULL, NULL, NULL);
ZTEST(recorded, test_echo_v2) VECTOR(recorded, echo_v2)
ZTEST(recorded, test_echo_v1) VECTOR(recorded, echo_v1)
ZTEST(recorded, test_echo_empty_map) VECTOR(recorded, echo_empty_map)
ZTEST(recorded, test_echo_without_payload) VECTOR(recorded, echo_without_payload)
ZTEST(recorded, test_echo_of_an_integer) VECTOR(recorded, echo_of_an_integer)
ZTEST(recorded, test_echo_with_the_key_twice) VECTOR(recorded, echo_with_the_key_twice)
ZTEST(recorded, test_parameters) VECTOR(recorded, parameters)
ZTEST(recorded, test_parameters_without_payload) VECTOR(recorded, parameters_without_payload)
ZTEST(recorded, test_parameters_written) VECTOR(recorded, parameters_written)
ZTEST(recorded, test_unknown_group) VECTOR(recorded, unknown_group)
ZTEST(recorded, test_unknown_command) VECTOR(recorded, unknown_command)
ZTEST(recorded, test_version_2) VECTOR(recorded, version_2)
ZTEST(recorded, test_version_3) VECTOR(recorded, version_3)
ZTEST(recorded, test_claims_100_bytes) VECTOR(recorded, claims_100_bytes)
ZTEST(recorded, test_statistics_unknown_name_v2) VECTOR(recorded, statistics_unknown_name_v2)
ZTEST(recorded, test_statistics_unknown_name_v1) VECTOR(recorded, statistics_unknown_name_v1)
