// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: host to hwsim. A descriptor becomes a message in a buffer that
 * hwsim offered; one copy, straight out of the sender's slot.
 *
 * A descriptor that finds no buffer stays in the ring until hwsim offers one.
 *
 * While we stand still the host may move a frame from its sender's slot to our
 * pool, and let the sender write the slot again. So after each reading of a
 * frame the descriptor is looked at once more: docs/decisions/0004.
 */
#include <linux/bitops.h>
#include <linux/ktime.h>

#include "shmwifi_datapath.h"

/* What became of a descriptor. */
enum shmwifi_fate {
	SHMWIFI_FATE_NONE,	/* no frame */
	SHMWIFI_FATE_INJECTED,
	SHMWIFI_FATE_REFUSED,	/* hwsim did not get it: to the host, not acknowledged */
};

static bool shmwifi_is_sound(const struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	return desc->length >= SHMWIFI_FRAME_SHORTEST && desc->length <= SHMWIFI_FRAME_MAX &&
	       desc->freq_mhz &&
	       shmwifi_region_contains(&dp->region, desc->offset, desc->length);
}

static const u8 *shmwifi_frame(const struct shmwifi_datapath *dp,
			       const struct shmwifi_rx_desc *desc)
{
	return dp->region.base + desc->offset;
}

/* Where a frame stays once it has moved. */
static bool shmwifi_is_pooled(const struct shmwifi_datapath *dp,
			      const struct shmwifi_rx_desc *desc)
{
	return shmwifi_region_is_pooled(&dp->region, dp->port, desc->offset, desc->length);
}

/* Returns the bytes written; 0 when there is no frame to be had. */
static u32 shmwifi_put_frame(const struct shmwifi_datapath *dp,
			     const struct shmwifi_buffer *buffer,
			     const struct shmwifi_radio *radio, struct shmwifi_rx_desc *desc)
{
	u32 written = shmwifi_message_put_frame(buffer->data, buffer->length, radio->transmitter,
						desc, shmwifi_frame(dp, desc));

	if (!shmwifi_consumer_has_moved(&dp->rx, desc))
		return written;
	if (!shmwifi_is_pooled(dp, desc))
		return 0;
	return shmwifi_message_put_frame(buffer->data, buffer->length, radio->transmitter, desc,
					 shmwifi_frame(dp, desc));
}

/* Returns false when hwsim has no buffer. */
static bool shmwifi_receive_frame(struct shmwifi_datapath *dp, struct shmwifi_rx_desc *desc,
				  enum shmwifi_fate *fate)
{
	struct shmwifi_buffer buffer;
	struct shmwifi_radio *radio;
	u32 written;

	*fate = SHMWIFI_FATE_REFUSED;
	if (!shmwifi_is_sound(dp, desc)) {
		shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		return true;
	}
	radio = shmwifi_radios_get(&dp->radios, desc->radio);
	if (!radio || !shmwifi_radio_listens(radio, desc->freq_mhz)) {
		shmwifi_count(dp, SHMWIFI_RX_REFUSED, 1);
		WRITE_ONCE(dp->retuned, true);	/* perhaps the host was told too little */
		return true;
	}
	if (!shmwifi_vring_peek(&dp->to_guest, &buffer)) {
		dp->starved = true;
		return false;
	}
	written = shmwifi_put_frame(dp, &buffer, radio, desc);
	if (!written) {
		shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		return true;
	}
	shmwifi_vring_give_back(&dp->to_guest, &buffer, written);
	*fate = SHMWIFI_FATE_INJECTED;
	return true;
}

/* Returns false when the descriptor has to wait. */
static bool shmwifi_receive_one(struct shmwifi_datapath *dp, struct shmwifi_rx_desc *desc,
				enum shmwifi_fate *fate)
{
	*fate = SHMWIFI_FATE_NONE;
	switch (desc->kind) {
	case SHMWIFI_KIND_FRAME:
		return shmwifi_receive_frame(dp, desc, fate);
	case SHMWIFI_KIND_TX_STATUS:
		return shmwifi_put_host_status(dp, desc);
	case SHMWIFI_KIND_ANNOUNCE:
		shmwifi_radios_start_anew(&dp->radios);
		dp->unmeasured = true;
		shmwifi_pmsr_give_up(dp);
		return true;
	case SHMWIFI_KIND_ENGINE_CHANGED:
		if (!shmwifi_engine_changed(dp, desc->cookie))
			shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		return true;
	case SHMWIFI_KIND_PMSR_RESULT:
		return shmwifi_pmsr_report(dp, desc);
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
	u64 now, frames = 0, refused = 0;
	int count;

	for (count = 0; count < budget && shmwifi_consumer_next(&dp->rx, &desc); count++) {
		enum shmwifi_fate fate;

		if (!shmwifi_receive_one(dp, &desc, &fate))
			break;
		shmwifi_consumer_take(&dp->rx);
		frames |= (u64)(fate == SHMWIFI_FATE_INJECTED) << count;
		refused |= (u64)(fate == SHMWIFI_FATE_REFUSED) << count;
	}
	if (!count)
		return 0;

	dp->watch_asked_ns = 0;
	now = frames ? shmwifi_clock_to_host(&dp->clock, ktime_get_ns()) : 0;
	shmwifi_consumer_stamp(&dp->rx, first, count, frames, refused, now);
	shmwifi_count(dp, SHMWIFI_RX_FRAMES, hweight64(frames));
	shmwifi_count_doorbell(dp, shmwifi_consumer_release(&dp->rx));
	return count;
}
