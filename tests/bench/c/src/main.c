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

#include "clock.h"

#define PACKET_MAX 384U
#define LINES_MAX 1024U
#define NO_ECHO (-1)

/* One request, and what was made of it. */
struct request {
	const char *name;
	uint8_t op;
	uint16_t group;
	uint8_t id;
	/* Characters to be echoed, or NO_ECHO for an empty payload. */
	int echo;
};

static const struct request requests[] = {
	{"echo16", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, 16},
	{"echo64", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, 64},
	{"echo256", MGMT_OP_WRITE, MGMT_GROUP_ID_OS, 0, 256},
	{"params", MGMT_OP_READ, MGMT_GROUP_ID_OS, 6, NO_ECHO},
	{"unknown", MGMT_OP_READ, 70, 0, NO_ECHO},
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

static void build_payload(int echo)
{
	if (echo == NO_ECHO) {
		put(0xa0);
		return;
	}

	/* {"d": text}, as definite as Python's clients send it. */
	put(0xa1);
	put(0x61);
	put('d');
	if (echo < 24) {
		put(0x60 + echo);
	} else if (echo < 256) {
		put(0x78);
		put(echo);
	} else {
		put(0x79);
		put(echo >> 8);
		put(echo & 0xff);
	}
	for (int i = 0; i < echo; i++) {
		put('a' + i % 26);
	}
}

static void build_packet(const struct request *request)
{
	packet_length = MGMT_HDR_SIZE;
	build_payload(request->echo);
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
static void step_process(void)
{
	struct cbor_nb_reader reader;
	struct cbor_nb_writer writer;
	struct smp_streamer streamer = {
		.reader = &reader,
		.writer = &writer,
		.smpt = &transport,
	};

	(void)smp_process_request_packet(&streamer, packet_in_buffer());
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

static void measure(const char *name, const char *step, void (*volatile run)(void))
{
	bench_begin();
	for (uint32_t i = 0; i < BENCH_ITERATIONS; i++) {
		run();
	}
	bench_report(name, step, bench_end());
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

int main(void)
{
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
		measure(name, "copy", step_copy);
		measure(name, "process", step_process);
		measure(name, "decode", step_decode);
		measure(name, "encode", step_encode);
	}

	bench_finish();
	return 0;
}
