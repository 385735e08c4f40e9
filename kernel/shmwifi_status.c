// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: tells hwsim what became of a frame. hwsim keeps each frame until it
 * hears that, and refuses what is said twice.
 */
#include "shmwifi_air.h"

static struct shmwifi_chain *shmwifi_chain(struct shmwifi_air *air, u16 radio, u64 cookie)
{
	/* Cookies count from the radio's first frame: radios that are as old do not meet. */
	return &air->chains[(cookie + radio * (SHMWIFI_CHAINS / SHMWIFI_MAX_RADIOS)) %
			    SHMWIFI_CHAINS];
}

/* @rates: hwsim_tx_rate[4], pairs of index and count. */
void shmwifi_remember_chain(struct shmwifi_air *air, u16 radio, u64 cookie, const u8 rates[8])
{
	struct shmwifi_chain *chain = shmwifi_chain(air, radio, cookie);
	unsigned int i;

	chain->cookie = cookie;
	chain->radio = radio;
	for (i = 0; i < SHMWIFI_CHAIN; i++)
		chain->index[i] = rates[2 * i];
}

static bool shmwifi_chain_has(const struct shmwifi_chain *chain, s8 index)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_CHAIN; i++)
		if (chain->index[i] == index)
			return true;
	return false;
}

/**
 * shmwifi_check_rates() - drop rates that the frame's chain does not have
 * @air: the face
 * @desc: a TX_STATUS, whose rates are changed
 *
 * Rate control uses the index of a rate for its tables, and takes from the
 * frame what kind of index it is. So what the host says is cut at the first
 * rate that the frame was not to be sent at. A chain that is not known any
 * more teaches rate control nothing.
 */
static void shmwifi_check_rates(struct shmwifi_air *air, struct shmwifi_rx_desc *desc)
{
	const struct shmwifi_chain *chain = shmwifi_chain(air, desc->radio, desc->cookie);
	bool known = chain->cookie == desc->cookie && chain->radio == desc->radio;
	bool cut = !known;
	unsigned int i;

	for (i = 0; i < SHMWIFI_CHAIN; i++) {
		s8 index = desc->rates[2 * i];

		if (!cut && !shmwifi_chain_has(chain, index)) {
			cut = true;
			if (index != -1)
				shmwifi_count(air, SHMWIFI_RX_INVALID, 1);
		}
		if (cut || index == -1) {
			cut = true;
			desc->rates[2 * i] = -1;
			desc->rates[2 * i + 1] = 0;
		}
	}
}

/* Returns false when hwsim has no buffer. */
bool shmwifi_put_status(struct shmwifi_air *air, const struct shmwifi_radio *radio, u64 cookie,
			u8 flags, const u8 rates[8], s8 signal_dbm)
{
	struct shmwifi_buffer buffer;
	u32 written;

	if (!shmwifi_vring_peek(&air->to_guest, &buffer)) {
		air->starved = true;
		return false;
	}
	written = shmwifi_message_put_status(buffer.data, buffer.length, radio->transmitter,
					     cookie, flags, rates, signal_dbm);
	shmwifi_vring_give_back(&air->to_guest, &buffer, written);
	return true;
}

/* What the host says became of a frame. Returns false when hwsim has no buffer. */
bool shmwifi_put_host_status(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_radio *radio = shmwifi_radios_get(&air->radios, desc->radio);
	struct shmwifi_rx_desc checked = *desc;

	if (!radio) {
		air->status_dropped++;
		return true;
	}
	shmwifi_check_rates(air, &checked);
	return shmwifi_put_status(air, radio, desc->cookie, desc->flags, checked.rates,
				  desc->signal_dbm);
}

/*
 * Answers what the host has not given back as not acknowledged: mac80211 sends
 * nothing more while too much is unanswered. The slots are shared: what is
 * read there is checked like all else.
 */
void shmwifi_begin_to_give_up(struct shmwifi_air *air)
{
	air->give_up = air->tx.head;
	air->give_up_end = air->tx.tail;
}

void shmwifi_give_up(struct shmwifi_air *air)
{
	for (; air->give_up != air->give_up_end; air->give_up++) {
		struct shmwifi_tx_slot *slot = shmwifi_producer_slot(&air->tx, air->give_up);
		struct shmwifi_rx_desc status = {
			.flags = READ_ONCE(slot->flags) & ~SHMWIFI_TX_ACKED,
			.radio = READ_ONCE(slot->radio),
			.cookie = READ_ONCE(slot->cookie),
		};

		if (READ_ONCE(slot->kind) != SHMWIFI_KIND_FRAME)
			continue;
		memcpy(status.rates, slot->rates, sizeof(status.rates));
		if (!shmwifi_put_host_status(air, &status))
			return;
	}
}
