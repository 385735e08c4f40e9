/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * ShmWifi: the layout of the shared region, ABI version 1.5.
 *
 * The C twin of common/RingBuffer/Layout/. tests/ compile this header and
 * compare every size and offset with C#'s; change both or neither.
 *
 * Little-endian, fixed-width, naturally aligned. Words that one side writes
 * have a pair of cache lines (128 bytes) of their own. All indices are
 * free-running u32; slot = index & (length - 1).
 *
 * Nothing here depends on the page size or word size of either side.
 */
#ifndef SHMWIFI_ABI_H
#define SHMWIFI_ABI_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/build_bug.h>
#else
#include <stdint.h>
#include <stddef.h>
#include <assert.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int64_t s64;
#endif

#define SHMWIFI_MAGIC		0x00494649574d4853ULL	/* "SHMWIFI\0" */
#define SHMWIFI_ABI_MAJOR	1	/* differs: refuse */
#define SHMWIFI_ABI_MINOR	5	/* differs: go on, features tell */
#define SHMWIFI_ABI_VERSION	((SHMWIFI_ABI_MAJOR << 16) | SHMWIFI_ABI_MINOR)

#define SHMWIFI_LINE		128	/* what one writer owns at least */
#define SHMWIFI_HEADER_SIZE	8192
#define SHMWIFI_PORT_HEADER	4096
#define SHMWIFI_SLOT_SIZE	4096
#define SHMWIFI_SLOT_HEADER	128
#define SHMWIFI_SLOT_PAYLOAD	(SHMWIFI_SLOT_SIZE - SHMWIFI_SLOT_HEADER)
#define SHMWIFI_DESC_SIZE	64
#define SHMWIFI_MAX_PORTS	120
#define SHMWIFI_MAX_RADIOS	64	/* a port */
#define SHMWIFI_NAME_SIZE	48	/* UTF-8, NUL-padded */
#define SHMWIFI_COUNTERS	32
#define SHMWIFI_MIN_TX_POWER	(-20)	/* dBm */
#define SHMWIFI_MAX_TX_POWER	60

/* shmwifi_header.features, shmwifi_guest_state.features */
#define SHMWIFI_F_BY_REFERENCE	(1ULL << 0)	/* descriptors may point into another port's slots */
#define SHMWIFI_F_KERNEL_PATH	(1ULL << 1)	/* guest: the kernel module moves the frames */
/* 1ULL << 2 was 1.1's, and is not used again */
#define SHMWIFI_F_CHANNELS	(1ULL << 3)	/* host: takes RADIO_CHANNEL, knows DONE_REFUSED (since 1.2) */
#define SHMWIFI_F_TX_POWER	(1ULL << 4)	/* host: takes RADIO_TX_POWER (since 1.3) */
#define SHMWIFI_F_SPACING	(1ULL << 5)	/* host: takes RADIO_SPACING (since 1.4) */
#define SHMWIFI_F_PMSR		(1ULL << 6)	/* host: takes PMSR_REQUEST (since 1.4) */

/* A completion stamp: the guest's kernel would not take the frame (since 1.2) */
#define SHMWIFI_DONE_REFUSED	(~0ULL)

/* shmwifi_header.host_state */
#define SHMWIFI_HOST_AWAY	0
#define SHMWIFI_HOST_RUNNING	1

/* shmwifi_port_host.state */
#define SHMWIFI_PORT_FREE	0
#define SHMWIFI_PORT_ATTACHED	1
#define SHMWIFI_PORT_FAULTED	2	/* .fault says why; the host no longer reads it */

/* shmwifi_port_guest.state */
#define SHMWIFI_GUEST_ABSENT	0
#define SHMWIFI_GUEST_READY	1

/* Why a port is faulted: shmwifi_port_host.fault */
#define SHMWIFI_FAULT_NONE		0
#define SHMWIFI_FAULT_TX_TAIL		1	/* tx.tail ran more than the ring ahead of tx.head */
#define SHMWIFI_FAULT_RX_HEAD		2	/* rx.head left [old head, tail] */
#define SHMWIFI_FAULT_KIND		3	/* a TX slot of no known kind */
#define SHMWIFI_FAULT_LENGTH		4	/* payload leaves its slot */
#define SHMWIFI_FAULT_RADIO		5	/* radio number out of range */
#define SHMWIFI_FAULT_ABI_VERSION	6	/* HELLO, and guest.abi_version has another major than the host's */
#define SHMWIFI_FAULT_HOST_FAILURE	7	/* no rule was broken: the host failed while it served the port */

/*
 * What a TX slot or an RX descriptor carries. The arrow is who sends it.
 */
enum shmwifi_kind {
	SHMWIFI_KIND_NONE		= 0,	/* guest -> host: skip this slot */
	SHMWIFI_KIND_FRAME		= 1,	/* both */
	SHMWIFI_KIND_TX_STATUS		= 2,	/* host -> guest */
	SHMWIFI_KIND_HELLO		= 3,	/* guest -> host: forget my radios, I start again */
	SHMWIFI_KIND_ANNOUNCE		= 4,	/* host -> guest: say HELLO and all radios again */
	SHMWIFI_KIND_RADIO_ADD		= 5,	/* guest -> host: new, or changed name or flags */
	SHMWIFI_KIND_RADIO_DEL		= 6,	/* guest -> host */
	SHMWIFI_KIND_ADDRESS_ADD	= 7,	/* guest -> host: the radio answers to this address */
	SHMWIFI_KIND_ADDRESS_DEL	= 8,	/* guest -> host */
	SHMWIFI_KIND_CLOCK_SYNC		= 9,	/* both: request and answer */
	/* 10 was 1.1's, and is not used again */
	SHMWIFI_KIND_RADIO_CHANNEL	= 11,	/* guest -> host: listens on freq_mhz only; 0: nowhere */
	SHMWIFI_KIND_RADIO_TX_POWER	= 12,	/* guest -> host: sends with tx_power_dbm */
	SHMWIFI_KIND_RADIO_SPACING	= 13,	/* guest -> host: its channels are spacing_mhz apart */
	SHMWIFI_KIND_PMSR_REQUEST	= 14,	/* guest -> host: measure peers; the payload is hwsim's PMSR_REQUEST */
	SHMWIFI_KIND_PMSR_RESULT	= 15,	/* host -> guest: the payload is hwsim's PMSR_RESULT; none: not taken */
	SHMWIFI_KIND_ENGINE_CHANGED	= 16,	/* host -> guest: open frames in TX slots before cookie get no status */
};

/* shmwifi_tx_slot.flags and shmwifi_rx_desc.flags of FRAME and TX_STATUS: mac80211_hwsim's */
#define SHMWIFI_TX_REQ_STATUS	(1 << 0)	/* HWSIM_TX_CTL_REQ_TX_STATUS */
#define SHMWIFI_TX_NO_ACK	(1 << 1)	/* HWSIM_TX_CTL_NO_ACK */
#define SHMWIFI_TX_ACKED	(1 << 2)	/* HWSIM_TX_STAT_ACK */

/* shmwifi_tx_slot.flags of RADIO_ADD */
#define SHMWIFI_RADIO_MONITOR	(1 << 0)	/* wants frames addressed to others, too */

/* shmwifi_tx_slot.flags of RADIO_CHANNEL */
#define SHMWIFI_CHANNEL_UNKNOWN	(1 << 0)	/* several channels at a time: only its kernel knows */

/*
 * The region: header, then header.port_count ports, header.port_stride apart.
 * Written once by the host; magic last, with release. Only host_state changes.
 */
struct shmwifi_header {
	u64 magic;
	u32 abi_version;
	u32 header_size;
	u64 features;
	u64 region_size;
	u64 epoch;		/* differs for each fresh region */
	u32 port_count;
	u32 tx_slots;		/* lengths: powers of two */
	u32 rx_descs;
	u32 pool_slots;
	u64 ports_offset;
	u64 port_stride;
	u64 tx_offset;		/* these four from the start of a port */
	u64 rx_offset;
	u64 done_offset;
	u64 pool_offset;
	u8 pad0[0x080 - 0x068];
	u32 host_state;		/* 0x080 */
	u32 pad1;
	u8 pad2[0x100 - 0x088];
	/* 0x100: shmwifi_port_entry[port_count] */
};

struct shmwifi_port_entry {
	u32 peer_id;		/* ivshmem IVPosition of the VM; 0: nobody */
	u32 pad;
	u64 generation;		/* counts the VMs that had this port */
	u8 name[SHMWIFI_NAME_SIZE];
};

/* Alone on a line pair, with one writer. */
struct shmwifi_index {
	u32 value;
	u8 pad[SHMWIFI_LINE - 4];
};

struct shmwifi_port_host {	/* host writes */
	u32 state;
	u32 fault;
	u8 pad[SHMWIFI_LINE - 8];
};

struct shmwifi_port_guest {	/* guest writes */
	u32 state;
	u32 abi_version;	/* before HELLO: the host refuses another major */
	u64 features;
	s64 clock_offset_ns;	/* host CLOCK_MONOTONIC - guest CLOCK_MONOTONIC */
	u64 clock_error_ns;	/* half the round trip of the sample in force; 0: never synced */
	u8 pad[SHMWIFI_LINE - 32];
};

/*
 * Event indices as in virtio's VIRTIO_F_EVENT_IDX: the side that waits writes
 * the index it has seen; the side that advances rings when it moves past it.
 */
struct shmwifi_port {
	struct shmwifi_port_host host;		/* 0x000 */
	struct shmwifi_port_guest guest;	/* 0x080 */
	struct shmwifi_index tx_tail;		/* 0x100 guest: slots published */
	struct shmwifi_index tx_head;		/* 0x180 host:  slots given back */
	struct shmwifi_index tx_avail_event;	/* 0x200 host:  ring me when tx_tail passes */
	struct shmwifi_index tx_free_event;	/* 0x280 guest: ring me when tx_head passes */
	struct shmwifi_index rx_tail;		/* 0x300 host:  descriptors published */
	struct shmwifi_index rx_head;		/* 0x380 guest: descriptors given back */
	struct shmwifi_index rx_avail_event;	/* 0x400 guest: ring me when rx_tail passes */
	struct shmwifi_index rx_free_event;	/* 0x480 host:  ring me when rx_head passes */
	u64 guest_counters[SHMWIFI_COUNTERS];	/* 0x500 guest */
	u64 host_counters[SHMWIFI_COUNTERS];	/* 0x600 host */
	u8 pad[SHMWIFI_PORT_HEADER - 0x700];
	/* tx_offset: slots; rx_offset: descriptors; done_offset: u64 a descriptor; pool_offset: slots */
};

/* guest -> host. One page: 128 bytes of header, then hwsim's netlink message as the kernel wrote it. */
struct shmwifi_tx_slot {
	u8 kind;
	u8 flags;		/* hwsim's TX flags, or SHMWIFI_RADIO_* */
	u16 radio;		/* the port's number for it: < SHMWIFI_MAX_RADIOS */
	u32 length;		/* payload, bytes: the 802.11 frame without FCS; RADIO_ADD: its name; PMSR_REQUEST: attributes */
	u32 offset;		/* payload, from the start of the slot: >= SHMWIFI_SLOT_HEADER */
	u32 freq_mhz;
	u64 cookie;		/* FRAME: hwsim's; CLOCK_SYNC: guest CLOCK_MONOTONIC ns at sending; PMSR_REQUEST: any */
	u64 captured_ns;	/* host clock; 0: the guest does not know it yet */
	u8 rates[8];		/* hwsim_tx_rate[4]: s8 idx, u8 count */
	u8 rate_flags[12];	/* hwsim_tx_rate_flag[4]: s8 idx, le16 flags */
	u8 address[6];		/* RADIO_*: hwsim's TRANSMITTER; ADDRESS_*: the address */
	s8 tx_power_dbm;	/* RADIO_TX_POWER: SHMWIFI_MIN_TX_POWER to SHMWIFI_MAX_TX_POWER */
	u8 spacing_mhz;		/* RADIO_SPACING: 5, 10 or 20, as it is until it is said */
	u8 pad[SHMWIFI_SLOT_HEADER - 0x3c];
	u8 payload[SHMWIFI_SLOT_PAYLOAD];
};

/*
 * host -> guest. The host may move a payload, once, to the receiving port's own
 * pool: who has read one elsewhere reads offset again after a load fence, and
 * the payload, too, if it has moved. In the pool it stays until rx_head passes.
 */
struct shmwifi_rx_desc {
	u8 kind;
	u8 flags;		/* TX_STATUS: hwsim's TX flags */
	u16 radio;		/* the receiving port's number */
	u32 length;		/* payload, bytes */
	u64 offset;		/* payload, from the start of the region */
	u64 cookie;		/* TX_STATUS: hwsim's; CLOCK_SYNC, PMSR_RESULT: as it came; ENGINE_CHANGED: TX index */
	u32 freq_mhz;
	s8 signal_dbm;
	u8 rate_index;		/* hwsim's RX_RATE: index of the band's legacy rates */
	u16 source_port;
	u64 captured_ns;	/* all host clock */
	u64 taken_ns;
	u64 posted_ns;
	u8 rates[8];		/* TX_STATUS: attempts as they were */
};

#define SHMWIFI_ASSERT(cond) _Static_assert(cond, #cond)
SHMWIFI_ASSERT(sizeof(struct shmwifi_header) == 0x100);
SHMWIFI_ASSERT(sizeof(struct shmwifi_port_entry) == 64);
SHMWIFI_ASSERT(0x100 + SHMWIFI_MAX_PORTS * sizeof(struct shmwifi_port_entry) <= SHMWIFI_HEADER_SIZE);
SHMWIFI_ASSERT(sizeof(struct shmwifi_port) == SHMWIFI_PORT_HEADER);
SHMWIFI_ASSERT(sizeof(struct shmwifi_tx_slot) == SHMWIFI_SLOT_SIZE);
SHMWIFI_ASSERT(sizeof(struct shmwifi_rx_desc) == SHMWIFI_DESC_SIZE);

#endif /* SHMWIFI_ABI_H */
