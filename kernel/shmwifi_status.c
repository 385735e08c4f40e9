// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: TX statuses for hwsim, which keeps each frame until it gets its
 * status, and refuses a second one.
 */
#include "shmwifi_datapath.h"

static struct shmwifi_chain *shmwifi_chain(struct shmwifi_datapath *dp, u16 radio, u64 cookie)
{
	/* Cookies count up per radio: the offset keeps radios of the same age apart. */
	return &dp->chains[(cookie + radio * (SHMWIFI_CHAINS / SHMWIFI_MAX_RADIOS)) %
			    SHMWIFI_CHAINS];
}

/* @rates: hwsim_tx_rate[4], pairs of index and count. */
void shmwifi_remember_chain(struct shmwifi_datapath *dp, u16 radio, u64 cookie, const u8 rates[8])
{
	struct shmwifi_chain *chain = shmwifi_chain(dp, radio, cookie);
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
 * @dp: the datapath
 * @desc: a TX_STATUS, whose rates are changed
 *
 * Rate control uses a rate's index for its tables, and takes from the frame
 * what kind of index it is. So the host's rates are cut at the first one that
 * the frame's own chain does not have. Of a chain that has been overwritten,
 * no rates are reported.
 */
static void shmwifi_check_rates(struct shmwifi_datapath *dp, struct shmwifi_rx_desc *desc)
{
	const struct shmwifi_chain *chain = shmwifi_chain(dp, desc->radio, desc->cookie);
	bool known = chain->cookie == desc->cookie && chain->radio == desc->radio;
	bool cut = !known;
	unsigned int i;

	for (i = 0; i < SHMWIFI_CHAIN; i++) {
		s8 index = desc->rates[2 * i];

		if (!cut && !shmwifi_chain_has(chain, index)) {
			cut = true;
			if (index != -1)
				shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		}
		if (cut || index == -1) {
			cut = true;
			desc->rates[2 * i] = -1;
			desc->rates[2 * i + 1] = 0;
		}
	}
}

/* Returns false when hwsim has no buffer. */
bool shmwifi_put_status(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio, u64 cookie,
			u8 flags, const u8 rates[8], s8 signal_dbm)
{
	struct shmwifi_buffer buffer;
	u32 written;

	if (!shmwifi_vring_peek(&dp->to_guest, &buffer)) {
		dp->starved = true;
		return false;
	}
	written = shmwifi_message_put_status(buffer.data, buffer.length, radio->transmitter,
					     cookie, flags, rates, signal_dbm);
	shmwifi_vring_give_back(&dp->to_guest, &buffer, written);
	return true;
}

/* The host's status of a frame. Returns false when hwsim has no buffer. */
bool shmwifi_put_host_status(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, desc->radio);
	struct shmwifi_rx_desc checked = *desc;

	if (!radio) {
		dp->status_dropped++;
		return true;
	}
	shmwifi_check_rates(dp, &checked);
	return shmwifi_put_status(dp, radio, desc->cookie, desc->flags, checked.rates,
				  desc->signal_dbm);
}

/*
 * Reports what the host has not given back as not acknowledged: mac80211 stops
 * sending while too many statuses are missing. The slots are shared memory:
 * what is read there is checked like everything else.
 */
void shmwifi_begin_to_give_up(struct shmwifi_datapath *dp)
{
	dp->give_up = dp->tx.head;
	dp->give_up_end = dp->tx.tail;
}

void shmwifi_give_up(struct shmwifi_datapath *dp)
{
	for (; dp->give_up != dp->give_up_end; dp->give_up++) {
		struct shmwifi_tx_slot *slot = shmwifi_producer_slot(&dp->tx, dp->give_up);
		struct shmwifi_rx_desc status = {
			.flags = READ_ONCE(slot->flags) & ~SHMWIFI_TX_ACKED,
			.radio = READ_ONCE(slot->radio),
			.cookie = READ_ONCE(slot->cookie),
		};

		if (READ_ONCE(slot->kind) != SHMWIFI_KIND_FRAME)
			continue;
		memcpy(status.rates, slot->rates, sizeof(status.rates));
		if (!shmwifi_put_host_status(dp, &status))
			return;
	}
}
