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

#include <zephyr/toolchain.h>

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

/* Bytes given out by all heaps. */
uint32_t westerly_heap_used(void);

/* src/reboot.rs */
void westerly_reboot(void);
void westerly_fatal(const char *file, size_t file_length, uint32_t line);

/*
 * A thread has stopped answering: records that as "watchdog", with the thread's name and where it was, and restarts as after
 * any crash. Without CONFIG_WESTERLY_CRASH it only restarts. From any context; it does not return.
 */
struct k_thread;
FUNC_NORETURN void westerly_crash_stopped(const struct k_thread *thread);

/* src/watchdog.rs: the calling thread will report from now on; a thread that does not end. */
void westerly_watchdog_join(void);

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
void westerly_sleep_tick(void);
uint64_t westerly_uptime(void); /* ms */
void westerly_yield(void);

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
/* waited: whether the socket was empty before. */
int westerly_udp_receive(int socket, uint8_t *buffer, size_t size, struct westerly_udp_peer *peer, bool *waited);
/* Whether there is one more to receive, without waiting for it. */
bool westerly_udp_has_more(int socket);
int westerly_udp_send(int socket, const uint8_t *data, size_t length, const struct westerly_udp_peer *peer);
void westerly_udp_thread_start(void (*entry)(void));

/* src/network.rs: the four numbers of an IPv4 address, as they are written. */
typedef void (*westerly_network_told)(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth);

/* 0 or a negative errno value. */
int westerly_network_start(westerly_network_told told);

/*
 * src/error.rs: what the functions below return where they say so, negative. Not errno's values: those are the C library's,
 * on native_sim the host's, and Rust would have to be told.
 */
enum westerly_error {
	WESTERLY_OTHER = 1,
	WESTERLY_INVALID,
	WESTERLY_NOT_FOUND,
	WESTERLY_IS_DIRECTORY,
	WESTERLY_NO_DEVICE,
	WESTERLY_READ_ONLY,
	WESTERLY_NOT_SUPPORTED,
	WESTERLY_TOO_LARGE,
	WESTERLY_FAULT,
};

/* The same for a negative errno value; everything else as it is. */
int westerly_error(int result);

/*
 * src/files.rs. Paths have no NUL at the end. Everything returns 0 or a negative westerly_error unless it says otherwise;
 * WESTERLY_NO_DEVICE if nothing is mounted where the path leads.
 */
#ifdef CONFIG_WESTERLY_FILES
/* One more than there are transfers: a command that looks at a file beside them. */
#define WESTERLY_FILES_OPEN (CONFIG_WESTERLY_FILES_TRANSFERS + 1)
#endif

/* Enumerations pass as integers: how wide they are is the compiler's choice. */
enum westerly_file_mode {
	WESTERLY_FILE_READ,
	WESTERLY_FILE_CREATE,   /* empty: new, or all of it cut off */
	WESTERLY_FILE_CONTINUE, /* one that exists, to write in it */
};

/* A number that stands for the open file, from 0. */
int westerly_file_open(const char *name, size_t length, uint8_t mode);
/* Leaves the file at its end: seek before the next read or write. */
int westerly_file_length(int file, uint32_t *length);
int westerly_file_seek(int file, uint32_t offset);
/* How many bytes; fewer than asked for at the end only. */
int westerly_file_read(int file, uint8_t *into, size_t size);
int westerly_file_write(int file, const uint8_t *data, size_t length);
/* What was written is on the medium. On an error the file is closed too. */
int westerly_file_close(int file);
int westerly_file_rename(const char *from, size_t from_length, const char *to, size_t to_length);
int westerly_file_remove(const char *name, size_t length);

/*
 * src/settings.rs. Names have no NUL at the end. 0 or a negative westerly_error: WESTERLY_INVALID if nobody has the subtree,
 * WESTERLY_NOT_FOUND if its owner does not know the name, WESTERLY_NOT_SUPPORTED if he does not do that, WESTERLY_TOO_LARGE
 * if a value does not fit.
 */
int westerly_settings_start(void);
/* How many bytes. */
int westerly_settings_read(const char *name, size_t name_length, uint8_t *into, size_t size);
int westerly_settings_write(const char *name, size_t name_length, const uint8_t *value, size_t length);
int westerly_settings_delete(const char *name, size_t name_length);
int westerly_settings_commit(void);
int westerly_settings_load(void);
/* All if name is NULL. */
int westerly_settings_save(const char *name, size_t name_length);

/* src/os.rs: the setting device/name as last committed. How many bytes; 0 if size is too small, which this size is not. */
#define WESTERLY_DEVICE_NAME_SIZE 64
size_t westerly_device_name(char *into, size_t size);

/* In Rust: whether these bytes are UTF-8. */
bool westerly_is_text(const uint8_t *bytes, size_t length);

/*
 * One value of our own that is stored by itself, without a handler: nobody else's to read or write. The name may be no other
 * setting's. An empty value deletes. How long the value is that was kept, which may be more than size; 0 if there is none.
 */
int westerly_settings_keep(const char *name, size_t name_length, const uint8_t *value, size_t length);
int westerly_settings_kept(const char *name, size_t name_length, uint8_t *into, size_t size);

/* Which start of the device this is, from 1. 0 if it could not be counted. The setting is read-only, and is not deleted. */
#define WESTERLY_BOOTS_SETTING "device/boots"
uint32_t westerly_boots(void);
/* Once, when the settings are loaded. */
void westerly_boot_count(void);

/* src/access.rs: random bytes, all zero without a source of them. */
void westerly_random(uint8_t *into, size_t size);
/* native_sim: the access over UDP as the command line asks, as CONFIG_WESTERLY_UDP_ACCESS counts it. */
int westerly_udp_access_option(void);
/* The same for how long sessions last, in seconds. */
uint32_t westerly_session_idle_option(void);
uint32_t westerly_session_lifetime_option(void);

/* src/statistics.rs: Zephyr's own. each returns false to see no more. The names live for the length of the call. */
void westerly_statistics(bool (*each)(const char *name, uint64_t value, void *context), void *context);
/* False if there is no such group. */
bool westerly_statistics_group(const char *name, size_t length,
			       bool (*each)(const char *name, uint64_t value, void *context), void *context);

/* src/shell.rs. Returns what the command returned. */
struct westerly_shell_output {
	size_t length; /* bytes in output */
	size_t cut;    /* bytes printed that were not put there */
};

int westerly_shell_execute(const char *line, size_t line_length, uint8_t *output, size_t size,
			   struct westerly_shell_output *result);

/* src/storage.rs */
enum westerly_storage_result {
	WESTERLY_STORAGE_ERASED,
	WESTERLY_STORAGE_OPEN,
	WESTERLY_STORAGE_QUERY,
	WESTERLY_STORAGE_ERASE,
};

/* An enum westerly_storage_result. */
int westerly_storage_erase(void);

/* src/image.rs. Slots are 0 and 1 of an image; offsets are bytes from the slot's start. 0 or a negative westerly_error. */
enum westerly_boot_next {
	WESTERLY_BOOT_SAME,
	WESTERLY_BOOT_TEST,
	WESTERLY_BOOT_PERMANENT,
	WESTERLY_BOOT_REVERT,
};

uint8_t westerly_image_count(void);
int westerly_image_slot_size(uint8_t image, uint8_t slot, uint32_t *size);
int westerly_image_read(uint8_t image, uint8_t slot, uint32_t offset, uint8_t *into, size_t size);
/* Offset and length are multiples of the alignment. */
int westerly_image_write(uint8_t image, uint8_t slot, uint32_t offset, const uint8_t *data, size_t length);
uint32_t westerly_image_write_alignment(void);
/* The page that holds the offset, unless it is erased already; next is where the page after it begins. */
int westerly_image_erase(uint8_t image, uint8_t slot, uint32_t offset, uint32_t *next);
/* The slot that runs. */
int westerly_image_active(uint8_t image);
/* What MCUboot will do at the next start: an enum westerly_boot_next. */
int westerly_image_boot_next(uint8_t image);
int westerly_image_test(uint8_t image, bool permanent);
int westerly_image_confirm(uint8_t image);

/* src/sources.rs, which counts them the same way. */
enum westerly_source {
	WESTERLY_UPTIME,              /* s */
	WESTERLY_CPU_LOAD,            /* 0.1 %, since the last call */
	WESTERLY_HEAP_USED,           /* bytes */
	WESTERLY_DIE_TEMPERATURE,     /* 0.01 degrees Celsius */
	WESTERLY_AMBIENT_TEMPERATURE, /* 0.01 degrees Celsius */
	WESTERLY_HUMIDITY,            /* 0.01 % */
	WESTERLY_PRESSURE,            /* 0.001 kPa */
	WESTERLY_VOLTAGE,             /* 0.001 V */
	WESTERLY_LIGHT,               /* lx */
	WESTERLY_ACCELERATION_X,      /* 0.01 m/s^2 */
	WESTERLY_ACCELERATION_Y,
	WESTERLY_ACCELERATION_Z,
	WESTERLY_SOURCES,
};

/* 0 or a negative errno value. It may wait for a bus. */
int westerly_source_read(uint8_t source, int32_t *value);

/* src/sampler.rs */
struct westerly_event {
	uint64_t uptime; /* ms */
	uint8_t button;
	bool pressed;
};

void westerly_sampler_thread_start(void (*entry)(void));
/* False if no event came within this time, or if westerly_sampler_wake() ended it. */
bool westerly_event_wait(struct westerly_event *event, uint32_t milliseconds);
void westerly_sampler_wake(void);
/* Events for which there was no room, since the last call. */
uint32_t westerly_events_lost(void);
/* c/buttons.c */
void westerly_event_put(uint8_t button, bool pressed);

/* src/io.rs. Lines are counted from 0. 0 or more, or a negative westerly_error. */
void westerly_io_start(void);
/* The line's name; NULL beyond the last. */
const char *westerly_io_line(uint8_t index, bool *output);
int westerly_io_read(uint8_t index);
int westerly_io_write(uint8_t index, bool value);
int westerly_io_pulse(uint8_t index, uint32_t milliseconds);

#endif
