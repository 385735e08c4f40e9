// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: the device's side of a virtqueue. Driver and device are the same
 * kernel, so the buffers' addresses are those of its own memory, and barriers
 * between them are smp_*().
 *
 * Source: virtio 1.2, 2.7 (split virtqueues); drivers/virtio/virtio_ring.c
 */
#include <linux/io.h>
#include <linux/virtio_config.h>

#include "shmwifi_datapath.h"

/* hwsim kicks for each buffer, unless the device asks for no notification. */
void shmwifi_vring_set_notify(struct shmwifi_vring *ring, bool wanted)
{
	WRITE_ONCE(ring->vring->used->flags,
		   cpu_to_virtio16(ring->vq->vdev, wanted ? 0 : VRING_USED_F_NO_NOTIFY));
}

void shmwifi_vring_init(struct shmwifi_vring *ring, struct virtqueue *vq)
{
	memset(ring, 0, sizeof(*ring));
	ring->vq = vq;
	ring->vring = virtqueue_get_vring(vq);
}

/* The next buffer, which stays the next until it is given back. False when there is none. */
bool shmwifi_vring_peek(struct shmwifi_vring *ring, struct shmwifi_buffer *buffer)
{
	struct virtio_device *vdev = ring->vq->vdev;
	const struct vring *vring = ring->vring;
	u16 index = ring->next_avail & (vring->num - 1);
	const struct vring_desc *desc;

	/* Pairs with virtio_wmb() in virtqueue_add_split(). */
	if (virtio16_to_cpu(vdev, smp_load_acquire(&vring->avail->idx)) == ring->next_avail)
		return false;
	buffer->head = virtio16_to_cpu(vdev, vring->avail->ring[index]);
	desc = &vring->desc[buffer->head];
	buffer->data = phys_to_virt(virtio64_to_cpu(vdev, desc->addr));
	buffer->length = virtio32_to_cpu(vdev, desc->len);
	return true;
}

void shmwifi_vring_give_back(struct shmwifi_vring *ring, const struct shmwifi_buffer *buffer,
			     u32 written)
{
	struct virtio_device *vdev = ring->vq->vdev;
	const struct vring *vring = ring->vring;
	struct vring_used_elem *elem = &vring->used->ring[ring->used & (vring->num - 1)];

	elem->id = cpu_to_virtio32(vdev, buffer->head);
	elem->len = cpu_to_virtio32(vdev, written);
	ring->next_avail++;
	ring->unseen++;
	/* Pairs with virtio_rmb() in virtqueue_get_buf_ctx_split(). */
	smp_store_release(&vring->used->idx, cpu_to_virtio16(vdev, ++ring->used));
}

/* Requests a kick for the next buffer. Returns false if one is there: the kick may not come. */
bool shmwifi_vring_wait(struct shmwifi_vring *ring)
{
	struct shmwifi_buffer buffer;

	shmwifi_vring_set_notify(ring, true);
	smp_mb();	/* pairs with virtio_mb() in virtqueue_kick_prepare_split() */
	return !shmwifi_vring_peek(ring, &buffer);
}

/* Whether the driver has processed all buffers that were given back, and offers them again. */
bool shmwifi_vring_is_idle(struct shmwifi_vring *ring)
{
	u16 avail = virtio16_to_cpu(ring->vq->vdev, READ_ONCE(ring->vring->avail->idx));

	return (u16)(avail - ring->used) == ring->vring->num;
}

/* Calls the driver for what was given back. Not under a lock that its callback takes. */
void shmwifi_vring_interrupt(struct shmwifi_vring *ring)
{
	vring_interrupt(0, ring->vq);
}
