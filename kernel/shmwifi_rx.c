// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: host to hwsim. A descriptor becomes a message in a buffer that
 * hwsim offered; one copy, straight out of the sender's slot.
 *
 * A descriptor that finds no buffer stays in the ring until hwsim offers one.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>

#include "shmwifi_datapath.h"

/* Tells the host that hwsim would not take the frame, so that it is not acknowledged. */
static void shmwifi_refuse(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_tx_slot *slot;

	if (!(dp->region.features & SHMWIFI_F_REFUSED) || dp->host_away)
		return;
	slot = shmwifi_producer_say(&dp->tx, SHMWIFI_KIND_RX_REFUSED, desc->radio);
	if (slot)
		slot->freq_mhz = desc->freq_mhz;
}

static bool shmwifi_is_sound(const struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	return desc->length >= SHMWIFI_FRAME_SHORTEST && desc->length <= SHMWIFI_FRAME_MAX &&
	       desc->freq_mhz &&
	       shmwifi_region_contains(&dp->region, desc->offset, desc->length);
}

/* Returns false when hwsim has no buffer. */
static bool shmwifi_receive_frame(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc,
				  bool *injected)
{
	struct shmwifi_buffer buffer;
	struct shmwifi_radio *radio;
	const u8 *frame;
	u32 written;

	if (!shmwifi_is_sound(dp, desc)) {
		shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		return true;
	}
	frame = dp->region.base + desc->offset;
	radio = shmwifi_radios_get(&dp->radios, desc->radio);
	if (!radio || !shmwifi_radio_listens(radio, desc->freq_mhz)) {
		shmwifi_count(dp, SHMWIFI_RX_REFUSED, 1);
		/* A radio that is down or gone is announced as such. */
		if (radio && radio->up && !shmwifi_frame_is_group(frame))
			shmwifi_refuse(dp, desc);
		return true;
	}
	if (!shmwifi_vring_peek(&dp->to_guest, &buffer)) {
		dp->starved = true;
		return false;
	}
	written = shmwifi_message_put_frame(buffer.data, buffer.length, radio->transmitter, desc,
					    frame);
	shmwifi_vring_give_back(&dp->to_guest, &buffer, written);
	*injected = true;
	return true;
}

/* Returns false when the descriptor has to wait. */
static bool shmwifi_receive_one(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc,
				bool *injected)
{
	*injected = false;
	switch (desc->kind) {
	case SHMWIFI_KIND_FRAME:
		return shmwifi_receive_frame(dp, desc, injected);
	case SHMWIFI_KIND_TX_STATUS:
		return shmwifi_put_host_status(dp, desc);
	case SHMWIFI_KIND_ANNOUNCE:
		shmwifi_radios_start_anew(&dp->radios);
		return true;
	case SHMWIFI_KIND_CLOCK_SYNC:
		shmwifi_clock_answered(dp, desc);
		return true;
	default:
		shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		return true;
	}
}

/**
 * shmwifi_receive() - give hwsim what the host has posted
 * @dp: the datapath
 * @budget: descriptors, 64 at most
 *
 * Return: how many were processed; fewer than @budget when there are no more,
 * or hwsim has no more buffers.
 */
int shmwifi_receive(struct shmwifi_datapath *dp, int budget)
{
	u32 first = dp->rx.taken;
	struct shmwifi_rx_desc desc;
	u64 now, frames = 0;
	int count;

	for (count = 0; count < budget && shmwifi_consumer_next(&dp->rx, &desc); count++) {
		bool injected;

		if (!shmwifi_receive_one(dp, &desc, &injected))
			break;
		shmwifi_consumer_take(&dp->rx);
		frames |= (u64)injected << count;
	}
	if (!count)
		return 0;

	dp->watch_asked_ns = 0;
	now = frames ? shmwifi_clock_to_host(&dp->clock, ktime_get_ns()) : 0;
	shmwifi_consumer_stamp(&dp->rx, first, count, frames, now);
	shmwifi_count(dp, SHMWIFI_RX_FRAMES, hweight64(frames));
	shmwifi_count_doorbell(dp, shmwifi_consumer_release(&dp->rx));
	return count;
}
