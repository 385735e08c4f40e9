// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: hwsim to host. A message becomes a slot, where hwsim kicks and
 * under its lock; one copy.
 *
 * What finds no slot stays in the virtqueue until one comes back. Who expects
 * no acknowledgement hears at once what became of the frame; all others when
 * the host has decided. While the host is away the air is dead: nobody
 * acknowledges, and nothing gets stuck.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include "shmwifi_air.h"

#define SHMWIFI_SILENCE_NS	(10 * NSEC_PER_MSEC)	/* a stream's frames are nearer */
#define SHMWIFI_LATE_JIFFIES	2

/* Gives what was filled to the host, and rings if it sleeps. */
void shmwifi_publish(struct shmwifi_air *air)
{
	if (air->tx.pending)
		shmwifi_count_doorbell(air, shmwifi_producer_publish(&air->tx));
}

/* The host will not say what becomes of it. */
static bool shmwifi_transmit_dead(struct shmwifi_air *air, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&air->radios, message->transmitter);

	if (radio && !shmwifi_put_status(air, radio, message->cookie, message->flags,
					 message->rates, 0))
		return false;
	shmwifi_count(air, SHMWIFI_TX_DROPPED, 1);
	return true;
}

/* Who expects no acknowledgment does not retry: one attempt at the first rate. */
static bool shmwifi_put_sent_once(struct shmwifi_air *air, const struct shmwifi_radio *radio,
				  const struct shmwifi_message *message)
{
	const u8 rates[8] = { message->rates[0], 1, 0xff, 0, 0xff, 0, 0xff, 0 };

	return shmwifi_put_status(air, radio, message->cookie, message->flags, rates, 0);
}

/* The next slot for a frame; asks for a doorbell for when one comes back if there is none. */
static struct shmwifi_tx_slot *shmwifi_get_slot(struct shmwifi_air *air)
{
	struct shmwifi_tx_slot *slot = shmwifi_producer_next(&air->tx);

	if (!slot && !shmwifi_producer_arm(&air->tx))
		slot = shmwifi_producer_next(&air->tx);
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

/* A frame of hwsim's, to the host. False when it has to wait. */
static bool shmwifi_transmit_frame(struct shmwifi_air *air, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&air->radios, message->transmitter);
	u64 now = ktime_get_ns();
	struct shmwifi_buffer buffer;
	struct shmwifi_tx_slot *slot;
	bool answer;
	u16 number;

	if (!radio || message->frame_length < SHMWIFI_FRAME_SHORTEST || air->host_away ||
	    air->tx.broken || !shmwifi_host_is_there(air))
		return shmwifi_transmit_dead(air, message);

	answer = shmwifi_frame_is_group(message->frame) || message->flags & SHMWIFI_TX_NO_ACK;
	/* The answer's buffer first: a slot that is taken cannot be put back. */
	if (answer && !shmwifi_vring_peek(&air->to_guest, &buffer)) {
		air->starved = true;
		return false;
	}
	slot = shmwifi_get_slot(air);
	if (!slot)
		return air->tx.broken && shmwifi_transmit_dead(air, message);

	number = shmwifi_radio_number(&air->radios, radio);
	shmwifi_fill_slot(slot, message, number, shmwifi_clock_to_host(&air->clock, now));
	shmwifi_count(air, SHMWIFI_TX_FRAMES, 1);
	if (answer) {
		shmwifi_put_sent_once(air, radio, message);
		return true;
	}
	shmwifi_remember_chain(air, number, message->cookie, message->rates);
	air->lone = now - air->sent_ns > SHMWIFI_SILENCE_NS;
	air->sent_ns = now;
	return true;
}

/* Returns false when the message has to wait. */
static bool shmwifi_transmit_one(struct shmwifi_air *air, const struct shmwifi_buffer *buffer)
{
	struct shmwifi_message message;

	if (!shmwifi_message_read(&message, buffer->data, buffer->length)) {
		air->malformed++;
		return true;
	}
	switch (message.command) {
	case HWSIM_CMD_FRAME:
		return shmwifi_transmit_frame(air, &message);
	case HWSIM_CMD_ADD_MAC_ADDR:
	case HWSIM_CMD_DEL_MAC_ADDR:
		shmwifi_radios_set_driver_address(&air->radios, &message);
		return true;
	default:
		return true;	/* peer measurements: the medium has none */
	}
}

/*
 * Nobody waits for the status of a lone frame; what is waited for is its
 * answer. So no doorbell is asked for the first descriptor that comes: that
 * saves the guest a wake-up just while its peer wants the CPU.
 */
static void shmwifi_let_status_wait(struct shmwifi_air *air)
{
	air->lone = false;
	if (air->lookers || !shmwifi_consumer_is_idle(&air->rx))
		return;
	shmwifi_consumer_skip(&air->rx);
	mod_timer(&air->late, jiffies + SHMWIFI_LATE_JIFFIES);
}

/* Takes what hwsim has sent, as far as there is room, and says what is new of the radios. */
void shmwifi_transmit(struct shmwifi_air *air)
{
	struct shmwifi_buffer buffer;

	while (shmwifi_vring_peek(&air->to_host, &buffer) && shmwifi_transmit_one(air, &buffer))
		shmwifi_vring_give_back(&air->to_host, &buffer, 0);
	if (!air->host_away)
		shmwifi_radios_announce(&air->radios, &air->tx);
	if (air->lone)
		shmwifi_let_status_wait(air);
	shmwifi_publish(air);
}
