/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the rings of common/RingBuffer are measured against: the same protocol
 * (shmwifi_abi.h, barriers (A) to (E) and (G)) and the same loops as in
 * RingLoops.cs, in C. Writes a line for each chunk: the nanoseconds it took.
 *
 *   baseline round-trip CPU CPU CHUNKS COUNT
 *   baseline messages   CPU CPU CHUNKS COUNT BATCH SIZE
 *   baseline hand-over  CPU CPU CHUNKS COUNT BATCH SIZE
 *   baseline in-place   CPU CPU CHUNKS COUNT SIZE
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "shmwifi_abi.h"

#define TX_SLOTS	1024	/* RegionGeometry's defaults */
#define RX_DESCS	1024

struct producer {
	_Atomic u32 *tail_word, *head_word, *avail_event;
	u32 tail, head, length;
	bool broken;
};

struct consumer {
	_Atomic u32 *tail_word, *head_word, *free_event;
	u32 tail, taken, head, length;
	bool broken;
};

static struct shmwifi_port *port;
static struct shmwifi_tx_slot *slots;
static struct shmwifi_rx_desc *descs;
/* A side a thread, on lines that it shares with nothing. */
static struct { _Alignas(SHMWIFI_LINE) struct producer tx; struct consumer rx; } guest;
static struct { _Alignas(SHMWIFI_LINE) struct consumer tx; struct producer rx; } host;
static long chunks, count;
static u32 batch = 1, size = 64;
static bool touches;
static int cpus[2];
static u64 *chunk_ns;

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

/* Who polls without it is slower: what it has looked up ahead is thrown away when the word changes. */
static void relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#else
	__asm__ volatile("yield");
#endif
}

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static bool crossed(u32 wanted, u32 old, u32 now)
{
	return now - wanted - 1 < now - old;
}

static bool refresh_head(struct producer *ring)
{
	u32 head;

	if (ring->broken)
		return false;
	head = atomic_load_explicit(ring->head_word, memory_order_acquire);	/* (A) */
	if (head - ring->head > ring->tail - ring->head) {
		ring->broken = true;
		return false;
	}
	ring->head = head;
	return true;
}

static bool has_free(struct producer *ring, u32 wanted)
{
	return ring->length - (ring->tail - ring->head) >= wanted ||
	       (refresh_head(ring) && ring->length - (ring->tail - ring->head) >= wanted);
}

static bool publish(struct producer *ring, u32 n)
{
	u32 old = ring->tail;

	ring->tail = old + n;
	atomic_store_explicit(ring->tail_word, ring->tail, memory_order_release);	/* (B) */
	atomic_thread_fence(memory_order_seq_cst);	/* (E) */
	return crossed(atomic_load_explicit(ring->avail_event, memory_order_acquire), old, ring->tail);
}

static bool accept_tail(struct consumer *ring, u32 tail)
{
	if (ring->broken)
		return false;
	if (tail - ring->head > ring->length || tail - ring->head < ring->tail - ring->head) {
		ring->broken = true;
		return false;
	}
	ring->tail = tail;
	return true;
}

static u32 count_ready(struct consumer *ring)
{
	u32 tail;

	if (ring->tail != ring->taken)
		return ring->tail - ring->taken;
	tail = atomic_load_explicit(ring->tail_word, memory_order_acquire);	/* (C) */
	return tail != ring->tail && accept_tail(ring, tail) ? tail - ring->taken : 0;
}

static bool release(struct consumer *ring, u32 n)
{
	u32 old = ring->head;

	ring->head = old + n;
	atomic_store_explicit(ring->head_word, ring->head, memory_order_release);	/* (D) */
	atomic_thread_fence(memory_order_seq_cst);	/* (G) */
	return crossed(atomic_load_explicit(ring->free_event, memory_order_acquire), old, ring->head);
}

static void fill(struct shmwifi_tx_slot *slot, u64 number)
{
	slot->kind = SHMWIFI_KIND_FRAME;
	slot->length = size;
	slot->offset = SHMWIFI_SLOT_HEADER;
	slot->cookie = number;
}

static void ask(u64 number)
{
	struct shmwifi_rx_desc answer;

	while (!has_free(&guest.tx, 1))
		relax();
	fill(&slots[guest.tx.tail % TX_SLOTS], number);
	publish(&guest.tx, 1);
	while (!count_ready(&guest.rx))
		relax();
	answer = descs[guest.rx.taken % RX_DESCS];
	guest.rx.taken++;
	release(&guest.rx, 1);
	if (answer.cookie != number)
		die("a round trip brought back another frame");
}

static void answer(void)
{
	struct shmwifi_tx_slot *slot;
	u8 header[SHMWIFI_SLOT_HEADER];
	struct shmwifi_tx_slot *copy = (void *)header;

	while (!count_ready(&host.tx))
		relax();
	slot = &slots[host.tx.taken % TX_SLOTS];
	memcpy(header, slot, sizeof(header));
	host.tx.taken++;
	while (!has_free(&host.rx, 1))
		relax();
	descs[host.rx.tail % RX_DESCS] = (struct shmwifi_rx_desc) {
		.kind = SHMWIFI_KIND_FRAME,
		.length = copy->length,
		.offset = (u8 *)slot - (u8 *)port + copy->offset,
		.cookie = copy->cookie,
	};
	publish(&host.rx, 1);
	release(&host.tx, 1);
}

/* A word at a time in both languages: what is compared are rings, not memcpy. */
static void write_payload(u64 *payload, u64 number)
{
	for (u32 i = 0; i < size / sizeof(u64); i++)
		payload[i] = number + i;
}

static bool read_payload(const u64 *payload, u32 length, u64 number)
{
	u32 words = length / sizeof(u64);
	u64 sum = 0;

	for (u32 i = 0; i < words; i++)
		sum += payload[i];
	return sum == words * number + (u64)words * (words - 1) / 2;
}

static void send_batch(u64 number)
{
	while (!has_free(&guest.tx, batch))
		relax();
	for (u32 i = 0; i < batch; i++) {
		struct shmwifi_tx_slot *slot = &slots[(guest.tx.tail + i) % TX_SLOTS];

		fill(slot, number + i);
		if (touches)
			write_payload((u64 *)slot->payload, number + i);
	}
	publish(&guest.tx, batch);
}

static u64 receive(u64 number, u64 end)
{
	u32 ready;

	while (!(ready = count_ready(&host.tx)))
		relax();
	if (ready > end - number)
		ready = end - number;
	for (u32 i = 0; i < ready; i++, number++) {
		struct shmwifi_tx_slot *slot = &slots[(host.tx.taken + i) % TX_SLOTS];
		u8 header[SHMWIFI_SLOT_HEADER];
		struct shmwifi_tx_slot *copy = (void *)header;

		memcpy(header, slot, sizeof(header));
		if (copy->offset < SHMWIFI_SLOT_HEADER || copy->length > SHMWIFI_SLOT_PAYLOAD ||
		    copy->offset > SHMWIFI_SLOT_SIZE - copy->length)
			die("a header arrived damaged");
		if (copy->cookie != number)
			die("a message was lost");
		if (touches && !read_payload((u64 *)((u8 *)slot + copy->offset), copy->length, number))
			die("a payload arrived damaged");
	}
	host.tx.taken += ready;
	release(&host.tx, ready);
	return number;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity failed");
}

static void *answer_all(void *unused)
{
	pin(cpus[1]);
	for (long n = 0; n < chunks * count; n++)
		answer();
	return unused;
}

static void *send_all(void *unused)
{
	pin(cpus[1]);
	for (long n = 0; n < chunks * count; n += batch)
		send_batch(n);
	return unused;
}

static void run(void *(*other)(void *), void (*chunk)(u64 number))
{
	pthread_t thread;
	u64 before;

	pin(cpus[0]);
	if (other && pthread_create(&thread, NULL, other, NULL))
		die("no second thread");
	before = now_ns();
	for (long c = 0; c < chunks; c++) {
		u64 now;

		chunk((u64)c * count);
		now = now_ns();
		chunk_ns[c] = now - before;
		before = now;
	}
	if (other)
		pthread_join(thread, NULL);
}

static void ask_chunk(u64 number)
{
	for (long n = 0; n < count; n++)
		ask(number + n);
}

static void receive_chunk(u64 number)
{
	u64 end = number + count;

	while (number < end)
		number = receive(number, end);
}

static void in_place_chunk(u64 number)
{
	for (long n = 0; n < count; n++) {
		send_batch(number + n);
		receive(number + n, number + n + 1);
	}
}

static void lay_out(void)
{
	size_t tx = TX_SLOTS * sizeof(*slots), rx = RX_DESCS * sizeof(*descs);
	u8 *region = mmap(NULL, sizeof(*port) + tx + rx, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (region == MAP_FAILED)
		die("no memory");
	memset(region, 0, sizeof(*port) + tx + rx);
	port = (void *)region;
	slots = (void *)(region + sizeof(*port));
	descs = (void *)(region + sizeof(*port) + tx);
	/* Which words a ring has: common/RingBuffer/GuestPort.cs and HostPort.cs. */
#define WORD(name) ((_Atomic u32 *)&port->name.value)
	guest.tx = (struct producer) { WORD(tx_tail), WORD(tx_head), WORD(tx_avail_event), .length = TX_SLOTS };
	host.tx = (struct consumer) { WORD(tx_tail), WORD(tx_head), WORD(tx_free_event), .length = TX_SLOTS };
	host.rx = (struct producer) { WORD(rx_tail), WORD(rx_head), WORD(rx_avail_event), .length = RX_DESCS };
	guest.rx = (struct consumer) { WORD(rx_tail), WORD(rx_head), WORD(rx_free_event), .length = RX_DESCS };
}

int main(int argc, char **argv)
{
	const char *mode = argc > 5 ? argv[1] : "";

	if (argc > 5) {
		cpus[0] = atoi(argv[2]);
		cpus[1] = atoi(argv[3]);
		chunks = atol(argv[4]);
		count = atol(argv[5]);
		chunk_ns = calloc(chunks, sizeof(*chunk_ns));
	}
	if (!chunk_ns)
		die("usage: baseline MODE CPU CPU CHUNKS COUNT ...");
	lay_out();
	if (!strcmp(mode, "round-trip") && argc == 6) {
		run(answer_all, ask_chunk);
	} else if ((!strcmp(mode, "messages") || !strcmp(mode, "hand-over")) && argc == 8) {
		touches = mode[0] == 'm';
		batch = atoi(argv[6]);
		size = atoi(argv[7]);
		run(send_all, receive_chunk);
	} else if (!strcmp(mode, "in-place") && argc == 7) {
		size = atoi(argv[6]);
		run(NULL, in_place_chunk);
	} else {
		die("unknown mode");
	}
	for (long c = 0; c < chunks; c++)
		printf("%llu\n", (unsigned long long)chunk_ns[c]);
	return 0;
}
