/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the C side of westerly-zephyr offers to its Rust side. Each structure here has a #[repr(C)] twin in src/; both
 * are only ever filled by C and read by Rust, or the reverse, within one call.
 */

#ifndef WESTERLY_H
#define WESTERLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device;

/* src/application.rs. Strings end in NUL and live for ever. */
struct westerly_application {
	const char *kernel_release;
	const char *kernel_version;
	const char *build_date_time;
	const char *machine;
	const char *processor;
	const char *hardware_platform;
};

void westerly_application(struct westerly_application *application);

/* The bootloader that started the application. */
struct westerly_bootloader {
	const char *name; /* NULL if the application was not built for one */
	int32_t mode;     /* as the OS group's bootloader information counts them, -1 if not known */
	bool no_downgrade;
};

void westerly_bootloader(struct westerly_bootloader *bootloader);

/* src/memory_pools.rs */
struct westerly_memory_pool {
	const char *kind; /* "system", "heap" or "slab" */
	uint32_t index;   /* among those of its kind */
	uint32_t block_size;
	uint32_t blocks;
	uint32_t free;
	uint32_t minimum_free;
};

/* Fills one entry; false if there are no more. Entries are counted from 0, in a fixed order. */
bool westerly_memory_pool(uint32_t position, struct westerly_memory_pool *pool);

/* src/reboot.rs */
void westerly_reboot(void);
void westerly_fatal(const char *file, size_t file_length, uint32_t line);

/* src/console.rs */
void westerly_print_line(const char *text, size_t length);

/* src/rtc.rs. Fields as people write them: month 1 to 12, year in full. */
struct westerly_date_time {
	uint16_t year;
	uint16_t millisecond;
	uint8_t month;
	uint8_t day;
	uint8_t hour;
	uint8_t minute;
	uint8_t second;
	uint8_t weekday;      /* 0 is Sunday; only for setting */
	uint16_t day_of_year; /* 0 is January 1st; only for setting */
};

/* 0, -ENODATA if the clock has not been set, -ENODEV if there is none, or the driver's error. */
int westerly_rtc_get(struct westerly_date_time *time);
int westerly_rtc_set(const struct westerly_date_time *time);

/* src/threads.rs */
struct westerly_thread {
	const char *name;
	int32_t priority;
	uint32_t state;
	uint32_t stack_size; /* bytes */
	uint32_t stack_used; /* bytes, the most so far */
	uint32_t context_switches;
	uint64_t runtime; /* hardware cycles */
};

void westerly_threads(void (*each)(const struct westerly_thread *thread, void *context), void *context);

/* src/uart.rs: the chosen node zephyr,uart-mcumgr, or NULL if its driver did not start. */
const struct device *westerly_uart_mcumgr(void);

/* Milliseconds after which bytes already given to that UART's hardware have left it. */
uint32_t westerly_uart_drain_time(void);

/* src/time.rs */
void westerly_sleep(uint32_t milliseconds);

/* src/sync.rs: true if the semaphore was taken. */
struct k_sem;
struct k_mutex;
bool westerly_semaphore_take(struct k_sem *semaphore, uint32_t milliseconds);
bool westerly_semaphore_wait(struct k_sem *semaphore);
void westerly_mutex_lock(struct k_mutex *mutex);

/* src/udp.rs. Addresses and ports in the host's byte order. Errors are negative errno values. */
struct westerly_udp_peer {
	uint32_t address;
	uint16_t port;
};

int westerly_udp_open(void);
void westerly_udp_close(void);
int westerly_udp_receive(int socket, uint8_t *buffer, size_t size, struct westerly_udp_peer *peer);
int westerly_udp_send(int socket, const uint8_t *data, size_t length, const struct westerly_udp_peer *peer);
void westerly_udp_thread_start(void (*entry)(void));

#endif
