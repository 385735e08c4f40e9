// SPDX-License-Identifier: GPL-2.0
/*
 * The user space of the module's tests, in the guest.
 *
 *	probe memtype FILE OFFSET LENGTH	memory type of each page of a mapping: "TYPE PAGES" lines
 *	probe rings DEVICE LENGTH ROUNDS	rings peer 0 and waits for its interrupt: "COUNT WORD" lines
 *	probe hold DEVICE LENGTH		maps both maps, says "mapped", and tells what becomes of them
 *	probe pin DEVICE LENGTH			puts a page of the region into a pipe, says "pinned", and keeps it until killed
 *	probe watch INTERFACE COUNT		says "watching", and of COUNT long frames how many are whole: all octets of the body alike
 *	probe inject INTERFACE RECEIVER COUNT	sends data frames from a monitor interface, numbered from 1; COUNT 0: until killed
 *
 * LENGTH is that of the region, map0. The registers, map1, are a page.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE		4096UL
#define REGISTERS	PAGE		/* UIO: map n is at n pages */
#define IV_POSITION	2		/* of u32. Source: QEMU docs/specs/ivshmem-spec.rst */
#define DOORBELL	3
#define PEER_0_VECTOR_0	0U

/* The last page of the region: a word from the guest, then one from the host. */
#define GUEST_WORD	0
#define HOST_WORD	1

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(1, "open %s", path);
	return fd;
}

static volatile void *map(int fd, size_t length, off_t offset)
{
	void *address = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (address == MAP_FAILED)
		err(1, "mmap of %zu bytes at %#jx", length, (intmax_t)offset);
	return address;
}

static int print_memtypes(const char *path, off_t offset, size_t length)
{
	volatile const uint8_t *start = map(open_file(path), length, offset);
	int memtype = open("/proc/memtype", O_RDONLY);
	char type[32], last[32] = "";
	unsigned long pages = 0;

	if (memtype < 0)
		err(1, "open /proc/memtype");
	for (volatile const uint8_t *page = start; page < start + length; page += PAGE, pages++) {
		ssize_t size;

		(void)*(volatile const uint32_t *)page;
		size = pread(memtype, type, sizeof(type) - 1, (uintptr_t)page);
		if (size < 0)
			err(1, "memory type of page %lu of %s", (unsigned long)(page - start) / PAGE, path);
		type[size] = 0;
		if (pages && strcmp(type, last)) {
			printf("%s %lu\n", last, pages);
			pages = 0;
		}
		strcpy(last, type);
	}
	printf("%s %lu\n", last, pages);
	return 0;
}

static volatile uint32_t *map_registers(int fd)
{
	return map(fd, PAGE, REGISTERS);
}

static int ring(const char *path, size_t length, int rounds)
{
	int fd = open_file(path);
	volatile uint8_t *region = map(fd, length, 0);
	volatile uint64_t *words = (volatile uint64_t *)(region + length - PAGE);
	volatile uint32_t *registers = map_registers(fd);
	struct pollfd interrupt = { .fd = fd, .events = POLLIN };

	printf("peer %u\n", registers[IV_POSITION]);
	if (poll(&interrupt, 1, 100) != 0)
		errx(1, "an interrupt that nobody sent");
	for (int i = 1; i <= rounds; i++) {
		uint32_t count;

		words[GUEST_WORD] = i;
		registers[DOORBELL] = PEER_0_VECTOR_0;
		if (poll(&interrupt, 1, 10000) != 1)
			errx(1, "no interrupt within 10 s of doorbell %d", i);
		if (read(fd, &count, sizeof(count)) != sizeof(count))
			err(1, "read %s", path);
		printf("%u %ju\n", count, (uintmax_t)words[HOST_WORD]);
	}
	return 0;
}

/* Looks at a word, which is not 0, until the device is gone; writes there. */
static void await_loss(const char *name, volatile uint32_t *word, uint32_t before)
{
	for (int i = 0; i < 1000 && *word; i++)
		usleep(10000);
	printf("%s: %s", name, !before ? "0 all the time" : *word ? "still there" : "lost");
	*word = ~before;
	printf(", %s\n", *word == ~before ? "written" : "not written");
}

static int hold(const char *path, size_t length)
{
	int fd = open_file(path);
	volatile uint32_t *region = map(fd, length, 0);
	volatile uint32_t *registers = map_registers(fd);
	uint32_t count, magic, peer;

	magic = *region;
	peer = registers[IV_POSITION];
	puts("mapped");
	await_loss("region", region, magic);
	await_loss("registers", &registers[IV_POSITION], peer);
	printf("read: %s\n", read(fd, &count, sizeof(count)) < 0 ? strerror(errno) : "went well");
	return 0;
}

static int pin(const char *path, size_t length)
{
	int fd = open_file(path), ends[2];
	volatile void *region = map(fd, length, 0);
	struct iovec page = { .iov_base = (void *)region, .iov_len = PAGE };

	(void)*(volatile uint32_t *)region;
	if (pipe(ends) || vmsplice(ends[1], &page, 1, 0) != (ssize_t)PAGE)
		err(1, "vmsplice");
	munmap((void *)region, length);
	close(fd);
	puts("pinned");
	pause();
	return 0;
}

#define HEADER		24	/* IEEE 802.11-2020 9.3.2.1, three addresses */
#define LONG_FRAME	1000

static int open_packets(const char *interface, struct sockaddr_ll *address)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	*address = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(interface),
	};
	if (fd < 0 || !address->sll_ifindex)
		err(1, "packet socket on %s", interface);
	return fd;
}

static int watch(const char *interface, int count)
{
	struct timeval limit = { .tv_sec = 60 };
	struct sockaddr_ll address;
	int fd = open_packets(interface, &address), whole = 0, torn = 0, size = 1 << 22;
	uint8_t packet[4096];

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "bind to %s", interface);
	puts("watching");
	while (whole + torn < count) {
		ssize_t length = recv(fd, packet, sizeof(packet), 0);
		uint8_t *body;

		if (length < 0)
			break;
		if (length < LONG_FRAME)
			continue;
		body = packet + packet[2] + HEADER;	/* radiotap's length */
		if (memcmp(body, body + 1, packet + length - body - 1))
			torn++;
		else
			whole++;
	}
	printf("whole %d torn %d\n", whole, torn);
	return 0;
}

/* Radiotap without fields, then IEEE 802.11-2020 9.3.2.1 with addresses 1 to 3, then the number. */
struct injected {
	uint8_t radiotap_version, radiotap_pad;
	uint16_t radiotap_length;
	uint32_t radiotap_fields;
	uint16_t frame_control, duration;
	uint8_t receiver[ETH_ALEN], transmitter[ETH_ALEN], bssid[ETH_ALEN];
	uint16_t sequence;
	uint32_t number;
} __attribute__((packed));

#define FRAME_CONTROL_DATA	0x0008

/* What cannot be sent is tried again: the interface may be down for a while, or its queue full. */
static int inject(const char *interface, const char *receiver, uint32_t count)
{
	struct sockaddr_ll address;
	int fd = open_packets(interface, &address);
	struct injected frame = {
		.radiotap_length = 8,
		.frame_control = FRAME_CONTROL_DATA,
		.transmitter = { 2 },
		.bssid = { 2 },
	};

	if (!ether_aton_r(receiver, (struct ether_addr *)frame.receiver))
		errx(2, "no MAC address: %s", receiver);
	while (!count || frame.number < count) {
		frame.number++;
		while (sendto(fd, &frame, sizeof(frame), 0, (struct sockaddr *)&address, sizeof(address)) < 0)
			usleep(1000);
		usleep(500);
	}
	return 0;
}

int main(int argc, char **argv)
{
	setlinebuf(stdout);
	if (argc == 5 && !strcmp(argv[1], "memtype"))
		return print_memtypes(argv[2], strtol(argv[3], NULL, 0), strtoul(argv[4], NULL, 0));
	if (argc == 5 && !strcmp(argv[1], "rings"))
		return ring(argv[2], strtoul(argv[3], NULL, 0), atoi(argv[4]));
	if (argc == 4 && !strcmp(argv[1], "hold"))
		return hold(argv[2], strtoul(argv[3], NULL, 0));
	if (argc == 4 && !strcmp(argv[1], "pin"))
		return pin(argv[2], strtoul(argv[3], NULL, 0));
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return watch(argv[2], atoi(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "inject"))
		return inject(argv[2], argv[3], strtoul(argv[4], NULL, 0));
	errx(2, "usage: probe memtype FILE OFFSET LENGTH | rings DEVICE LENGTH ROUNDS | hold DEVICE LENGTH | pin DEVICE LENGTH | watch INTERFACE COUNT | inject INTERFACE RECEIVER COUNT");
}
