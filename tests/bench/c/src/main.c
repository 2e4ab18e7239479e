/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Measures Zephyr's C SMP server: the functions its serial transport calls,
 * called the way that transport calls them, one step of a request's way at a
 * time. What arrives at and leaves the UART is memory here.
 */

#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/mgmt/mcumgr/mgmt/mgmt.h>
#include <zephyr/mgmt/mcumgr/smp/smp.h>
#include <zephyr/mgmt/mcumgr/transport/serial.h>
#include <zephyr/mgmt/mcumgr/transport/smp.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/byteorder.h>

#include <mgmt/mcumgr/transport/smp_internal.h>

#include "bench_values.h"
#include "clock.h"

#define PACKET_MAX CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE
#define LINES_MAX 1024U

/* An upload is FILE_SIZE bytes in requests of CHUNK_SIZE, over and over again. */
#define FILE_SIZE 8192U
#define CHUNK_SIZE 256U
#define CHUNKS (FILE_SIZE / CHUNK_SIZE)

/* One request. */
struct request {
	const char *name;
	uint8_t op;
	uint16_t group;
	uint8_t id;
	void (*payload)(const struct request *request);
	/* Characters to be echoed, or the payload's text. */
	uint32_t echo;
	const char *text;
	/* How often it is processed. */
	uint32_t iterations;
};

static void put_echo(const struct request *request);
static void put_text(const struct request *request);
static void put_first_chunk(const struct request *request);
static void put_next_chunk(const struct request *request);

static const struct request requests[] = {
	{"echo16", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, put_echo, .echo = 16},
	{"echo64", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, put_echo, .echo = 64},
	{"echo256", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, put_echo, .echo = 256},
	{"params", MGMT_OP_READ, MGMT_GROUP_ID_OS, 6, put_text, .text = "\xa0"},
	{"unknown", MGMT_OP_READ, 70, 0, put_text, .text = "\xa0"},
	{"tasks", MGMT_OP_READ, MGMT_GROUP_ID_OS, 2, put_text, .text = "\xa0"},
	{"setting", MGMT_OP_READ, MGMT_GROUP_ID_SETTINGS, 0, put_text,
	 .text = "\xa1\x64name\x6c" "bench/number"},
	{"counters", MGMT_OP_READ, MGMT_GROUP_ID_STAT, 0, put_text,
	 .text = "\xa1\x64name\x65" "bench"},
	/* A file's first chunk, its further ones, and what has become of it. */
	{"upload-first", MGMT_OP_WRITE, MGMT_GROUP_ID_FS, 0, put_first_chunk},
	{"upload", MGMT_OP_WRITE, MGMT_GROUP_ID_FS, 0, put_next_chunk, .iterations = 50},
	{"hash", MGMT_OP_READ, MGMT_GROUP_ID_FS, 2, put_text,
	 .text = "\xa1\x64name\x68/lfs1/up", .iterations = 50},
};

static uint8_t packet[PACKET_MAX];
static uint32_t packet_length;
static uint8_t lines[LINES_MAX];
static uint32_t lines_length;
static uint8_t answer[PACKET_MAX];
static uint32_t answer_length;
/* The answers' bytes that reached the end of the line, counted and dropped. */
static volatile uint32_t sunk;

static struct mcumgr_serial_rx_ctxt receive_context;

static void put(uint8_t byte)
{
	packet[packet_length++] = byte;
}

static void put_bytes(const char *text)
{
	for (; *text != '\0'; text++) {
		put(*text);
	}
}

static void put_letters(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put('a' + i % 26);
	}
}

static void put_be16(uint16_t value)
{
	put(value >> 8);
	put(value & 0xff);
}

/* {"d": text}, as definite as Python's clients send it. */
static void put_echo(const struct request *request)
{
	put_bytes("\xa1\x61" "d");
	if (request->echo < 24) {
		put(0x60 + request->echo);
	} else if (request->echo < 256) {
		put(0x78);
		put(request->echo);
	} else {
		put(0x79);
		put_be16(request->echo);
	}
	put_letters(request->echo);
}

static void put_text(const struct request *request)
{
	put_bytes(request->text);
}

/* {"name": "/lfs1/up", "off": off, "data": CHUNK_SIZE bytes}, and "len" with the first. */
static void put_chunk(uint16_t offset)
{
	put_bytes(offset == 0 ? "\xa4" : "\xa3");
	put_bytes("\x64name\x68/lfs1/up\x63off");
	if (offset == 0) {
		put(0);
		put_bytes("\x63len\x19");
		put_be16(FILE_SIZE);
	} else {
		put(0x19);
		put_be16(offset);
	}
	put_bytes("\x64" "data\x59");
	put_be16(CHUNK_SIZE);
	put_letters(CHUNK_SIZE);
}

static void put_first_chunk(const struct request *request)
{
	ARG_UNUSED(request);
	put_chunk(0);
}

static void put_next_chunk(const struct request *request)
{
	ARG_UNUSED(request);
	put_chunk(CHUNK_SIZE);
}

static void build_packet(const struct request *request)
{
	packet_length = MGMT_HDR_SIZE;
	request->payload(request);
	packet[0] = (SMP_MCUMGR_VERSION_2 << 3) | request->op;
	packet[1] = 0;
	sys_put_be16(packet_length - MGMT_HDR_SIZE, &packet[2]);
	sys_put_be16(request->group, &packet[4]);
	packet[6] = 7;
	packet[7] = request->id;
}

static int collect_line_bytes(const void *data, int length)
{
	memcpy(&lines[lines_length], data, length);
	lines_length += length;
	return 0;
}

static __noinline int sink_line_bytes(const void *data, int length)
{
	ARG_UNUSED(data);
	sunk += length;
	return 0;
}

static uint16_t transport_mtu(const struct net_buf *buffer)
{
	ARG_UNUSED(buffer);
	return CONFIG_MCUMGR_TRANSPORT_UART_MTU;
}

static int keep_answer(struct net_buf *buffer)
{
	memcpy(answer, buffer->data, buffer->len);
	answer_length = buffer->len;
	smp_packet_free(buffer);
	return 0;
}

static int drop_answer(struct net_buf *buffer)
{
	smp_packet_free(buffer);
	return 0;
}

static struct smp_transport transport;

static void step_empty(void)
{
}

static struct net_buf *packet_in_buffer(void)
{
	struct net_buf *buffer = smp_packet_alloc();

	net_buf_add_mem(buffer, packet, packet_length);
	return buffer;
}

/* What step_process() does beside processing. */
static void step_copy(void)
{
	smp_packet_free(packet_in_buffer());
}

/* As the transport's work item does it; the packet's buffer is freed within. */
static void process(struct net_buf *request)
{
	struct cbor_nb_reader reader;
	struct cbor_nb_writer writer;
	struct smp_streamer streamer = {
		.reader = &reader,
		.writer = &writer,
		.smpt = &transport,
	};

	(void)smp_process_request_packet(&streamer, request);
}

static void step_process(void)
{
	process(packet_in_buffer());
}

/* Where a further chunk's packet says its offset. */
#define OFFSET_AT (MGMT_HDR_SIZE + sizeof("\xa3\x64name\x68/lfs1/up\x63off\x19") - 1)

static uint8_t first_packet[PACKET_MAX];
static uint32_t first_length;

static struct net_buf *chunk_in_buffer(uint32_t index)
{
	struct net_buf *buffer = smp_packet_alloc();

	if (index == 0) {
		net_buf_add_mem(buffer, first_packet, first_length);
	} else {
		sys_put_be16(index * CHUNK_SIZE, &packet[OFFSET_AT]);
		net_buf_add_mem(buffer, packet, packet_length);
	}
	return buffer;
}

/* What step_upload() does beside processing. */
static void step_copy_chunks(void)
{
	for (uint32_t i = 0; i < CHUNKS; i++) {
		smp_packet_free(chunk_in_buffer(i));
	}
}

/* Ends the transfer that trying the two packets has begun: C would count the first chunk of a file twice. */
static void close_file(void)
{
	static const uint8_t request[] = {0x0a, 0, 0, 1, 0, MGMT_GROUP_ID_FS, 7, 4, 0xa0};
	struct net_buf *buffer = smp_packet_alloc();

	net_buf_add_mem(buffer, request, sizeof(request));
	process(buffer);
}

/* A whole file. */
static void step_upload(void)
{
	for (uint32_t i = 0; i < CHUNKS; i++) {
		process(chunk_in_buffer(i));
	}
}

static uint32_t line_ends[LINES_MAX / MCUMGR_SERIAL_MAX_FRAME + 1];
static uint32_t line_count;

/* Its transport has cut the stream into lines before the C decoder is called. */
static void find_line_ends(void)
{
	line_count = 0;
	for (uint32_t i = 0; i < lines_length; i++) {
		if (lines[i] == '\n') {
			line_ends[line_count++] = i + 1;
		}
	}
}

static struct net_buf *decode(void)
{
	struct net_buf *buffer = NULL;
	uint32_t start = 0;

	for (uint32_t i = 0; i < line_count; i++) {
		buffer = mcumgr_serial_process_frag(&receive_context, &lines[start],
						    line_ends[i] - start);
		start = line_ends[i];
	}
	return buffer;
}

/* The packet's buffer is taken in decode() and given back here. */
static void step_decode(void)
{
	smp_packet_free(decode());
}

static void step_encode(void)
{
	(void)mcumgr_serial_tx_pkt(answer, answer_length, sink_line_bytes);
}

static void measure_times(const char *name, const char *step, void (*volatile run)(void),
			  uint32_t runs, uint32_t steps_a_run)
{
	bench_begin();
	for (uint32_t i = 0; i < runs; i++) {
		run();
	}
	bench_report(name, step, bench_end(), runs * steps_a_run);
}

static void measure(const char *name, const char *step, void (*volatile run)(void))
{
	measure_times(name, step, run, BENCH_ITERATIONS, 1);
}

static bool encode_into_lines(const uint8_t *bytes, uint32_t length)
{
	lines_length = 0;
	return mcumgr_serial_tx_pkt(bytes, length, collect_line_bytes) == 0;
}

static bool decodes_into_packet(void)
{
	struct net_buf *decoded;
	bool same;

	find_line_ends();
	decoded = decode();
	if (decoded == NULL) {
		return false;
	}
	same = decoded->len == packet_length && memcmp(decoded->data, packet, packet_length) == 0;
	smp_packet_free(decoded);
	return same;
}

/*
 * Goes around once and shows the results, so that no error path is measured
 * unseen. Leaves the request in `packet` and `lines`, the answer in `answer`.
 */
static bool prepare(const struct request *request)
{
	build_packet(request);
	transport.functions.output = keep_answer;
	answer_length = 0;
	step_process();
	transport.functions.output = drop_answer;
	bench_report_bytes("request", request->name, packet, packet_length);
	bench_report_bytes("answer", request->name, answer, answer_length);

	if (answer_length == 0 || !encode_into_lines(answer, answer_length)) {
		return false;
	}
	bench_report_bytes("answer-lines", request->name, lines, lines_length);

	if (!encode_into_lines(packet, packet_length)) {
		return false;
	}
	bench_report_bytes("request-lines", request->name, lines, lines_length);
	return decodes_into_packet();
}

/* An upload is measured as a whole file: the first chunk is remembered, and the rest made of a further one. */
static void measure_process(const struct request *request)
{
	if (request->payload == put_first_chunk) {
		memcpy(first_packet, packet, packet_length);
		first_length = packet_length;
		return;
	}
	if (request->payload == put_next_chunk) {
		close_file();
		measure_times(request->name, "copy", step_copy_chunks, request->iterations, CHUNKS);
		measure_times(request->name, "process", step_upload, request->iterations, CHUNKS);
		return;
	}
	measure(request->name, "copy", step_copy);
	measure_times(request->name, "process", step_process,
		      request->iterations != 0 ? request->iterations : BENCH_ITERATIONS, 1);
}

int main(void)
{
	if (bench_load_settings() != 0 || bench_register_statistics() != 0) {
		bench_fail("no settings or no statistics");
		return 0;
	}
	transport.functions.output = drop_answer;
	transport.functions.get_mtu = transport_mtu;
	if (smp_transport_init(&transport) != 0) {
		bench_fail("the transport was refused");
		return 0;
	}

	bench_take_over();
	measure("none", "empty", step_empty);

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		const char *name = requests[i].name;

		if (!prepare(&requests[i])) {
			bench_fail(name);
			return 0;
		}
		measure(name, "decode", step_decode);
		measure(name, "encode", step_encode);
		measure_process(&requests[i]);
	}

	bench_finish();
	return 0;
}
