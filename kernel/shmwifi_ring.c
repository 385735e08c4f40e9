// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: the guest's ends of the two rings. The twin of RingProducer.cs and
 * RingConsumer.cs, whose barriers bear the same letters:
 *
 * (A) head, acquire, before we write a slot again	- (D) head, release, after it was read
 * (B) tail, release, after the slots			- (C) tail, acquire, before they are read
 * (E) tail, full fence, availEvent			- (F) availEvent, full fence, tail
 * (G) head, full fence, freeEvent			- (H) freeEvent, full fence, head
 * (I) frame, load fence, its offset again	- (J) offset, release, before (D) of its slot
 *
 * They are virt_*(), not smp_*(): the other side runs on a CPU of the host's
 * even where this kernel was built for one.
 *
 * The callers serialise.
 */
#include "shmwifi_region.h"

/* Source: include/uapi/linux/virtio_ring.h, vring_need_event(); here with 32 bits. */
static bool shmwifi_is_crossed(u32 wanted, u32 old, u32 now)
{
	return now - wanted - 1 < now - old;
}

/* Takes the ring over where its words say it stands. */
void shmwifi_producer_init(struct shmwifi_producer *tx, const struct shmwifi_region *region,
			   struct shmwifi_port *port)
{
	tx->port = port;
	tx->slots = (void *)((u8 *)port + SHMWIFI_PORT_HEADER);
	tx->length = region->tx_slots;
	tx->tail = READ_ONCE(port->tx_tail.value);
	tx->head = virt_load_acquire(&port->tx_head.value);	/* (A) */
	tx->pending = 0;
	tx->broken = tx->tail - tx->head > tx->length;
	if (tx->broken)
		tx->head = tx->tail - tx->length;	/* full: the ring is broken */
}

/**
 * shmwifi_producer_refresh() - read the head
 * @tx: the ring
 *
 * Return: false when the ring is broken.
 */
bool shmwifi_producer_refresh(struct shmwifi_producer *tx)
{
	u32 head;

	if (tx->broken)
		return false;
	head = virt_load_acquire(&tx->port->tx_head.value);	/* (A) */
	if (head - tx->head > tx->tail - tx->head) {
		tx->broken = true;
		return false;
	}
	tx->head = head;
	return true;
}

static bool shmwifi_producer_is_full(const struct shmwifi_producer *tx)
{
	return tx->tail + tx->pending - tx->head >= tx->length;
}

struct shmwifi_tx_slot *shmwifi_producer_slot(struct shmwifi_producer *tx, u32 index)
{
	return &tx->slots[index & (tx->length - 1)];
}

/**
 * shmwifi_producer_next() - the next slot to fill
 * @tx: the ring
 *
 * It counts as filled from here on.
 *
 * Return: the slot, or NULL while none is free.
 */
struct shmwifi_tx_slot *shmwifi_producer_next(struct shmwifi_producer *tx)
{
	if (tx->broken)
		return NULL;
	if (shmwifi_producer_is_full(tx) &&
	    (!shmwifi_producer_refresh(tx) || shmwifi_producer_is_full(tx)))
		return NULL;
	return shmwifi_producer_slot(tx, tx->tail + tx->pending++);
}

/* The next slot, filled as one that carries no frame. */
struct shmwifi_tx_slot *shmwifi_producer_say(struct shmwifi_producer *tx, u8 kind, u16 radio)
{
	struct shmwifi_tx_slot *slot = shmwifi_producer_next(tx);

	if (!slot)
		return NULL;
	memset(slot, 0, SHMWIFI_SLOT_HEADER);
	slot->kind = kind;
	slot->radio = radio;
	slot->offset = SHMWIFI_SLOT_HEADER;
	return slot;
}

/**
 * shmwifi_producer_publish() - give the filled slots to the host
 * @tx: the ring
 *
 * Return: whether the host asked for a doorbell.
 */
bool shmwifi_producer_publish(struct shmwifi_producer *tx)
{
	u32 old = tx->tail;

	tx->tail = old + tx->pending;
	tx->pending = 0;
	virt_store_release(&tx->port->tx_tail.value, tx->tail);	/* (B) */
	virt_mb();						/* (E) */
	return shmwifi_is_crossed(READ_ONCE(tx->port->tx_avail_event.value), old, tx->tail);
}

/**
 * shmwifi_producer_arm() - request a doorbell when slots come back
 * @tx: the ring
 *
 * Return: false if some came back meanwhile: the doorbell may not come then.
 */
bool shmwifi_producer_arm(struct shmwifi_producer *tx)
{
	u32 before = tx->head;

	WRITE_ONCE(tx->port->tx_free_event.value, before);
	virt_mb();						/* (H) */
	return !shmwifi_producer_refresh(tx) || tx->head == before;
}

/* Takes the ring over where its words say it stands: what was not given back is read (again). */
void shmwifi_consumer_init(struct shmwifi_consumer *rx, const struct shmwifi_region *region,
			   struct shmwifi_port *port)
{
	rx->port = port;
	rx->descs = (void *)((u8 *)port + region->rx_offset);
	rx->done = (void *)((u8 *)port + region->done_offset);
	rx->length = region->rx_descs;
	rx->refused = region->features & SHMWIFI_F_CHANNELS ? SHMWIFI_DONE_REFUSED : 0;
	rx->head = READ_ONCE(port->rx_head.value);
	rx->taken = rx->head;
	rx->tail = rx->head;
	rx->broken = false;
}

static bool shmwifi_consumer_refresh(struct shmwifi_consumer *rx)
{
	u32 tail;

	if (rx->broken)
		return false;
	tail = virt_load_acquire(&rx->port->rx_tail.value);	/* (C) */
	if (tail - rx->head > rx->length || tail - rx->head < rx->tail - rx->head) {
		rx->broken = true;
		return false;
	}
	rx->tail = tail;
	return true;
}

/**
 * shmwifi_consumer_next() - copy the next descriptor out
 * @rx: the ring
 * @desc: the copy; nothing in it is to be trusted
 *
 * Return: false when none is ready.
 */
bool shmwifi_consumer_next(struct shmwifi_consumer *rx, struct shmwifi_rx_desc *desc)
{
	if (rx->taken == rx->tail && (!shmwifi_consumer_refresh(rx) || rx->taken == rx->tail))
		return false;
	shmwifi_copy_shared(desc, &rx->descs[rx->taken & (rx->length - 1)], sizeof(*desc));
	return true;
}

/**
 * shmwifi_consumer_has_moved() - whether the host has moved the frame of the next descriptor
 * @rx: the ring
 * @desc: its copy, with the frame's new place if so
 *
 * Ask after the frame was read. If it has moved, what was read may be a frame
 * that its sender wrote there since: read it again, in the new place.
 */
bool shmwifi_consumer_has_moved(const struct shmwifi_consumer *rx, struct shmwifi_rx_desc *desc)
{
	u64 offset;

	virt_rmb();						/* (I) */
	offset = READ_ONCE(rx->descs[rx->taken & (rx->length - 1)].offset);
	if (likely(offset == desc->offset))
		return false;
	virt_rmb();	/* what the host wrote there before it said so */
	desc->offset = offset;
	return true;
}

/**
 * shmwifi_consumer_stamp() - tell what became of frames, before they are given back
 * @rx: the ring
 * @first: index of the first descriptor
 * @count: descriptors, 64 at most
 * @injected: bit i: the frame of descriptor @first + i was injected
 * @refused: bit i: it was not
 * @injected_ns: when, host clock
 */
void shmwifi_consumer_stamp(struct shmwifi_consumer *rx, u32 first, unsigned int count,
			    u64 injected, u64 refused, u64 injected_ns)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		WRITE_ONCE(rx->done[(first + i) & (rx->length - 1)],
			   injected & BIT_ULL(i) ? injected_ns :
			   refused & BIT_ULL(i) ? rx->refused : 0);
}

/* No side effects; the callers' lock is not needed. */
bool shmwifi_consumer_is_ready(const struct shmwifi_consumer *rx)
{
	return READ_ONCE(rx->port->rx_tail.value) != READ_ONCE(rx->taken);
}

/**
 * shmwifi_consumer_release() - give back all descriptors that were processed
 * @rx: the ring
 *
 * Return: whether the host asked for a doorbell.
 */
bool shmwifi_consumer_release(struct shmwifi_consumer *rx)
{
	u32 old = rx->head;

	rx->head = rx->taken;
	virt_store_release(&rx->port->rx_head.value, rx->head);	/* (D) */
	virt_mb();						/* (G) */
	return shmwifi_is_crossed(READ_ONCE(rx->port->rx_free_event.value), old, rx->head);
}

/**
 * shmwifi_consumer_arm() - request a doorbell for the next descriptor
 * @rx: the ring
 *
 * Return: false if one came meanwhile: the doorbell may not come then.
 */
bool shmwifi_consumer_arm(struct shmwifi_consumer *rx)
{
	WRITE_ONCE(rx->port->rx_avail_event.value, rx->taken);
	virt_mb();						/* (F) */
	return !shmwifi_consumer_refresh(rx) || rx->taken == rx->tail;
}

/* Requests no doorbell: the event index is behind the head. */
void shmwifi_consumer_disarm(struct shmwifi_consumer *rx)
{
	WRITE_ONCE(rx->port->rx_avail_event.value, rx->taken - 1);
}

/* Requests no doorbell for the next descriptor, but for the one after it. */
void shmwifi_consumer_skip(struct shmwifi_consumer *rx)
{
	WRITE_ONCE(rx->port->rx_avail_event.value, rx->taken + 1);
}
