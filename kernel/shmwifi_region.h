/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: the region as the kernel datapath sees it, and the guest's ends of a
 * port's two rings.
 *
 * All that the host writes is untrusted input: each word is read once, into a
 * local; the local is checked, then used.
 *
 * In a shared region other VMs can write it, too. virt_*() barriers: see
 * shmwifi_ring.c.
 */
#ifndef SHMWIFI_REGION_H
#define SHMWIFI_REGION_H

#include <linux/device.h>
#include <linux/string.h>
#include <linux/types.h>

#include <shmwifi_abi.h>

/**
 * struct shmwifi_region - a region whose header was checked
 * @base: first byte, mapped write-back
 * @size: bytes
 * @features: what the host uses, SHMWIFI_F_*
 * @tx_slots: length of each TX ring, a power of two
 * @rx_descs: length of each RX ring, a power of two
 * @port_count: ports
 * @port_stride: bytes from one port to the next
 * @rx_offset: of the RX descriptors in a port
 * @done_offset: of the completion words in a port
 * @pool_offset: of the RX pool in a port, which goes to the port's end
 */
struct shmwifi_region {
	u8 *base;
	u64 size;
	u64 features;
	u32 tx_slots;
	u32 rx_descs;
	u32 port_count;
	u64 port_stride;
	u64 rx_offset;
	u64 done_offset;
	u64 pool_offset;
};

/*
 * Copies shared memory out, once: without the barrier the compiler could read
 * it again instead of the copy, after the copy was checked.
 */
static inline void shmwifi_copy_shared(void *copy, const void *shared, size_t size)
{
	memcpy(copy, shared, size);
	barrier();
}

int shmwifi_region_open(struct shmwifi_region *region, struct device *dev, void *base,
			u64 size);
struct shmwifi_port *shmwifi_region_find_port(const struct shmwifi_region *region, u32 peer);

/* Whether a payload that a descriptor names lies in the region's ports, and fits a slot. */
static inline bool shmwifi_region_contains(const struct shmwifi_region *region, u64 offset,
					   u32 length)
{
	return length <= SHMWIFI_SLOT_PAYLOAD && offset >= SHMWIFI_HEADER_SIZE &&
	       offset <= region->size - length;
}

/* Whether it lies in a port's own RX pool, where it stays until its descriptor is given back. */
static inline bool shmwifi_region_is_pooled(const struct shmwifi_region *region,
					    const struct shmwifi_port *port, u64 offset,
					    u32 length)
{
	u64 start = (const u8 *)port - region->base;

	return length <= SHMWIFI_SLOT_PAYLOAD && offset >= start + region->pool_offset &&
	       offset <= start + region->port_stride - length;
}

/**
 * struct shmwifi_producer - the writing end of the TX ring
 * @port: shared
 * @slots: shared
 * @length: slots, a power of two
 * @tail: index of the next slot to publish
 * @head: the head as last read: everything before it was given back
 * @pending: slots filled and not yet published
 * @broken: the head left the range that it may have: the ring is not used any more
 */
struct shmwifi_producer {
	struct shmwifi_port *port;
	struct shmwifi_tx_slot *slots;
	u32 length;
	u32 tail;
	u32 head;
	u32 pending;
	bool broken;
};

/**
 * struct shmwifi_consumer - the reading end of the RX ring
 * @port: shared
 * @descs: shared
 * @done: shared, when each descriptor's frame was injected
 * @refused: what @done says of one that was refused; 0 to a host that does not know the word
 * @length: descriptors, a power of two
 * @head: index of the next descriptor to give back
 * @taken: index of the next descriptor to read
 * @tail: the tail as last read
 * @broken: the tail left the range that it may have: the ring is not used any more
 */
struct shmwifi_consumer {
	struct shmwifi_port *port;
	struct shmwifi_rx_desc *descs;
	u64 *done;
	u64 refused;
	u32 length;
	u32 head;
	u32 taken;
	u32 tail;
	bool broken;
};

void shmwifi_producer_init(struct shmwifi_producer *tx, const struct shmwifi_region *region,
			   struct shmwifi_port *port);
struct shmwifi_tx_slot *shmwifi_producer_next(struct shmwifi_producer *tx);
struct shmwifi_tx_slot *shmwifi_producer_say(struct shmwifi_producer *tx, u8 kind, u16 radio);
struct shmwifi_tx_slot *shmwifi_producer_slot(struct shmwifi_producer *tx, u32 index);
bool shmwifi_producer_refresh(struct shmwifi_producer *tx);
bool shmwifi_producer_publish(struct shmwifi_producer *tx);
bool shmwifi_producer_arm(struct shmwifi_producer *tx);

/* Index of the next slot to fill. Its place in memory was that of the slot a ring length before. */
static inline u32 shmwifi_producer_next_index(const struct shmwifi_producer *tx)
{
	return tx->tail + tx->pending;
}

void shmwifi_consumer_init(struct shmwifi_consumer *rx, const struct shmwifi_region *region,
			   struct shmwifi_port *port);
bool shmwifi_consumer_next(struct shmwifi_consumer *rx, struct shmwifi_rx_desc *desc);
bool shmwifi_consumer_has_moved(const struct shmwifi_consumer *rx, struct shmwifi_rx_desc *desc);
void shmwifi_consumer_stamp(struct shmwifi_consumer *rx, u32 first, unsigned int count,
			    u64 injected, u64 refused, u64 injected_ns);
void shmwifi_consumer_skip(struct shmwifi_consumer *rx);
void shmwifi_consumer_disarm(struct shmwifi_consumer *rx);
bool shmwifi_consumer_is_ready(const struct shmwifi_consumer *rx);
bool shmwifi_consumer_release(struct shmwifi_consumer *rx);
bool shmwifi_consumer_arm(struct shmwifi_consumer *rx);

/* Whether all descriptors seen were processed. */
static inline bool shmwifi_consumer_is_idle(const struct shmwifi_consumer *rx)
{
	return rx->taken == rx->tail;
}

/* Counts the next descriptor as processed. */
static inline void shmwifi_consumer_take(struct shmwifi_consumer *rx)
{
	WRITE_ONCE(rx->taken, rx->taken + 1);
}

#endif /* SHMWIFI_REGION_H */
