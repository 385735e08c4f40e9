// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: hwsim to host. A message becomes a slot, where hwsim kicks and
 * under its lock; one copy.
 *
 * A message that finds no slot stays in the virtqueue until one comes back. A
 * frame that expects no acknowledgement gets its status at once, all others
 * when the host has decided. A host that is away, or says nothing, is waited for
 * (shmwifi_host.c); then every frame is reported as not acknowledged, so that
 * nothing gets stuck.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "shmwifi_datapath.h"

#define SHMWIFI_SILENCE_NS	(10 * NSEC_PER_MSEC)	/* frames of a stream are closer together */
#define SHMWIFI_LATE_JIFFIES	2

/* Publishes the filled slots, and rings if the host asked for a doorbell. */
void shmwifi_publish(struct shmwifi_datapath *dp)
{
	if (dp->tx.pending)
		shmwifi_count_doorbell(dp, shmwifi_producer_publish(&dp->tx));
}

/* Without the host: reports the frame as not acknowledged. */
static bool shmwifi_transmit_unacked(struct shmwifi_datapath *dp,
				     const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&dp->radios, message->transmitter);

	if (radio && !shmwifi_put_status(dp, radio, message->cookie, message->flags,
					 message->rates, 0))
		return false;
	shmwifi_count(dp, SHMWIFI_TX_DROPPED, 1);
	return true;
}

/* A frame without acknowledgement is not retried: one attempt at the first rate. */
static bool shmwifi_put_sent_once(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio,
				  const struct shmwifi_message *message)
{
	const u8 rates[8] = { message->rates[0], 1, 0xff, 0, 0xff, 0, 0xff, 0 };

	return shmwifi_put_status(dp, radio, message->cookie, message->flags, rates, 0);
}

/* The next free slot, after word of the radio's channel if the host knows it on another. */
static struct shmwifi_tx_slot *shmwifi_try_slot(struct shmwifi_datapath *dp,
						struct shmwifi_radio *radio, u32 freq_mhz)
{
	if (shmwifi_radio_is_told_elsewhere(radio, freq_mhz) &&
	    !shmwifi_radios_say_channel(&dp->radios, radio, &dp->tx))
		return NULL;
	return shmwifi_producer_next(&dp->tx);
}

/* If there is none, requests a doorbell for when one comes back. */
static struct shmwifi_tx_slot *shmwifi_get_slot(struct shmwifi_datapath *dp,
						struct shmwifi_radio *radio, u32 freq_mhz)
{
	struct shmwifi_tx_slot *slot = shmwifi_try_slot(dp, radio, freq_mhz);

	if (!slot && !shmwifi_producer_arm(&dp->tx))
		slot = shmwifi_try_slot(dp, radio, freq_mhz);
	return slot;
}

static void shmwifi_fill_slot(struct shmwifi_tx_slot *slot, const struct shmwifi_message *message,
			      u16 radio, u64 captured_ns)
{
	slot->kind = SHMWIFI_KIND_FRAME;
	slot->flags = message->flags;
	slot->radio = radio;
	slot->length = message->frame_length;
	slot->offset = SHMWIFI_SLOT_HEADER;
	slot->freq_mhz = message->freq_mhz;
	slot->cookie = message->cookie;
	slot->captured_ns = captured_ns;
	memcpy(slot->rates, message->rates, sizeof(slot->rates));
	if (message->rate_flags)
		memcpy(slot->rate_flags, message->rate_flags, sizeof(slot->rate_flags));
	else
		memset(slot->rate_flags, 0, sizeof(slot->rate_flags));
	memcpy(slot->payload, message->frame, message->frame_length);
}

/* Sends a frame of hwsim's to the host. Returns false when it has to wait for a slot. */
static bool shmwifi_transmit_frame(struct shmwifi_datapath *dp,
				   const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&dp->radios, message->transmitter);
	u64 now = ktime_get_ns();
	struct shmwifi_buffer buffer;
	struct shmwifi_tx_slot *slot;
	bool answer;

	if (!radio || message->frame_length < SHMWIFI_FRAME_SHORTEST || dp->tx.broken ||
	    !shmwifi_host_takes_frames(dp))
		return shmwifi_transmit_unacked(dp, message);

	answer = shmwifi_frame_is_group(message->frame) || message->flags & SHMWIFI_TX_NO_ACK;
	/* Check for the status's buffer first: a slot that was taken cannot be put back. */
	if (answer && !shmwifi_vring_peek(&dp->to_guest, &buffer)) {
		dp->starved = true;
		return false;
	}
	slot = shmwifi_get_slot(dp, radio, message->freq_mhz);
	if (!slot)
		return (dp->tx.broken || dp->overdue) && shmwifi_transmit_unacked(dp, message);

	shmwifi_fill_slot(slot, message, shmwifi_radio_number(&dp->radios, radio),
			  shmwifi_clock_to_host(&dp->clock, now));
	shmwifi_count(dp, SHMWIFI_TX_FRAMES, 1);
	if (answer) {
		shmwifi_put_sent_once(dp, radio, message);
		return true;
	}
	if (!dp->open)
		shmwifi_begin_to_wait(dp, now);
	shmwifi_remember_chain(dp, radio, message->cookie, message->rates);
	dp->lone = now - dp->sent_ns > SHMWIFI_SILENCE_NS;
	dp->sent_ns = now;
	return true;
}

/* Returns false when the message has to wait. */
static bool shmwifi_transmit_one(struct shmwifi_datapath *dp, const struct shmwifi_buffer *buffer)
{
	struct shmwifi_message message;

	if (!shmwifi_message_read(&message, buffer->data, buffer->length)) {
		dp->malformed++;
		return true;
	}
	switch (message.command) {
	case HWSIM_CMD_FRAME:
		return shmwifi_transmit_frame(dp, &message);
	case HWSIM_CMD_ADD_MAC_ADDR:
	case HWSIM_CMD_DEL_MAC_ADDR:
		shmwifi_radios_set_driver_address(&dp->radios, &message);
		schedule_work(&dp->look);
		return true;
	case HWSIM_CMD_START_PMSR:
		return shmwifi_pmsr_start(dp, &message);
	case HWSIM_CMD_ABORT_PMSR:
		return shmwifi_pmsr_abort(dp, &message);
	default:
		return true;	/* nothing for us */
	}
}

/*
 * After a lone frame the sender waits for the peer's answer, not for the
 * status. So the status, the first descriptor to come, requests no doorbell:
 * that saves this guest a wake-up just when its peer needs the CPU.
 */
static void shmwifi_let_status_wait(struct shmwifi_datapath *dp)
{
	dp->lone = false;
	if (dp->pollers || !shmwifi_consumer_is_idle(&dp->rx))
		return;
	shmwifi_consumer_skip(&dp->rx);
	mod_timer(&dp->late, jiffies + SHMWIFI_LATE_JIFFIES);
}

/* What finds no slot is announced when one comes back. */
static void shmwifi_announce(struct shmwifi_datapath *dp)
{
	if (READ_ONCE(dp->retuned) && xchg(&dp->retuned, false))
		dp->radios.dirty = true;
	if (dp->host_away)
		return;
	shmwifi_radios_announce(&dp->radios, &dp->tx);
	if (dp->radios.dirty && !shmwifi_producer_arm(&dp->tx))
		shmwifi_radios_announce(&dp->radios, &dp->tx);
}

/* Moves what hwsim has sent while there is room, and announces changes of the radios. */
void shmwifi_transmit(struct shmwifi_datapath *dp)
{
	struct shmwifi_buffer buffer;

	while (!shmwifi_is_giving_up(dp) && shmwifi_vring_peek(&dp->to_host, &buffer) &&
	       shmwifi_transmit_one(dp, &buffer))
		shmwifi_vring_give_back(&dp->to_host, &buffer, 0);
	shmwifi_announce(dp);
	if (dp->lone)
		shmwifi_let_status_wait(dp);
	shmwifi_publish(dp);
}
