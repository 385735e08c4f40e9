// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: a region's header, checked, and the way to a VM's port.
 */
#include <linux/log2.h>

#include "shmwifi_region.h"

/* What the host may choose. The twin of RegionGeometry.cs. */
#define SHMWIFI_LENGTH_MIN	16
#define SHMWIFI_SLOTS_MAX	4096
#define SHMWIFI_DESCS_MAX	16384

static bool shmwifi_is_length(u32 length, u32 max)
{
	return is_power_of_2(length) && length >= SHMWIFI_LENGTH_MIN && length <= max;
}

/**
 * shmwifi_region_open() - check a region's header
 * @region: filled in
 * @dev: who to blame in the log
 * @base: first byte
 * @size: bytes mapped
 *
 * Where everything lies follows from the lengths of the rings; a header that
 * says otherwise is of another layout.
 *
 * Return: 0, -EPROTO for another ABI, -EINVAL for a header that cannot be.
 */
int shmwifi_region_open(struct shmwifi_region *region, struct device *dev, void *base,
			u64 size)
{
	struct shmwifi_header header;
	u64 rx_offset, done_offset, pool_offset, stride;

	shmwifi_copy_shared(&header, base, sizeof(header));
	if (header.magic != SHMWIFI_MAGIC) {
		dev_err(dev, "no ShmWifi region: the magic is %#llx, not %#llx; does shm-medium serve this device?\n",
			header.magic, SHMWIFI_MAGIC);
		return -EINVAL;
	}
	if (header.abi_version >> 16 != SHMWIFI_ABI_MAJOR) {
		dev_err(dev, "the host speaks ABI %u.%u, this module %u.%u: install matching versions\n",
			header.abi_version >> 16, header.abi_version & 0xffff,
			SHMWIFI_ABI_MAJOR, SHMWIFI_ABI_MINOR);
		return -EPROTO;
	}
	if (!header.port_count || header.port_count > SHMWIFI_MAX_PORTS ||
	    !shmwifi_is_length(header.tx_slots, SHMWIFI_SLOTS_MAX) ||
	    !shmwifi_is_length(header.rx_descs, SHMWIFI_DESCS_MAX) ||
	    !shmwifi_is_length(header.pool_slots, SHMWIFI_SLOTS_MAX)) {
		dev_err(dev, "the region's header is damaged: %u ports, %u TX slots, %u RX descriptors, %u pool slots\n",
			header.port_count, header.tx_slots, header.rx_descs,
			header.pool_slots);
		return -EINVAL;
	}

	rx_offset = SHMWIFI_PORT_HEADER + (u64)header.tx_slots * SHMWIFI_SLOT_SIZE;
	done_offset = rx_offset + (u64)header.rx_descs * SHMWIFI_DESC_SIZE;
	pool_offset = ALIGN(done_offset + (u64)header.rx_descs * sizeof(u64), SHMWIFI_SLOT_SIZE);
	stride = pool_offset + (u64)header.pool_slots * SHMWIFI_SLOT_SIZE;
	if (header.header_size != SHMWIFI_HEADER_SIZE ||
	    header.ports_offset != SHMWIFI_HEADER_SIZE ||
	    header.port_stride != stride || header.tx_offset != SHMWIFI_PORT_HEADER ||
	    header.rx_offset != rx_offset || header.done_offset != done_offset ||
	    header.pool_offset != pool_offset || header.region_size > size ||
	    SHMWIFI_HEADER_SIZE + header.port_count * stride > header.region_size) {
		dev_err(dev, "the region's offsets are not those of ABI %u.%u\n",
			SHMWIFI_ABI_MAJOR, SHMWIFI_ABI_MINOR);
		return -EINVAL;
	}

	region->base = base;
	region->size = header.region_size;
	region->features = header.features;
	region->tx_slots = header.tx_slots;
	region->rx_descs = header.rx_descs;
	region->port_count = header.port_count;
	region->port_stride = stride;
	region->rx_offset = rx_offset;
	region->done_offset = done_offset;
	region->pool_offset = pool_offset;
	return 0;
}

/**
 * shmwifi_region_find_port() - the port that the table gives to a VM
 * @region: opened
 * @peer: its ivshmem peer ID; 0 is nobody's
 *
 * Return: the port, or NULL.
 */
struct shmwifi_port *shmwifi_region_find_port(const struct shmwifi_region *region, u32 peer)
{
	u8 *ports = region->base + SHMWIFI_HEADER_SIZE;
	const struct shmwifi_port_entry *entries;
	u32 i;

	entries = (void *)(region->base + sizeof(struct shmwifi_header));
	for (i = 0; peer && i < region->port_count; i++)
		/* The host names the peer after it has cleared the port. */
		if (virt_load_acquire(&entries[i].peer_id) == peer)
			return (void *)(ports + i * region->port_stride);
	return NULL;
}
