// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: TX statuses for hwsim, which keeps each frame until it gets its
 * status, and refuses a second one.
 */
#include "shmwifi_datapath.h"

static struct shmwifi_chain *shmwifi_chain(struct shmwifi_datapath *dp,
					   const struct shmwifi_radio *radio, u64 cookie)
{
	u16 number = shmwifi_radio_number(&dp->radios, radio);

	/* Cookies count up per radio: the offset keeps radios of the same age apart. */
	return &dp->chains[(cookie + number * (SHMWIFI_CHAINS / SHMWIFI_MAX_RADIOS)) %
			    SHMWIFI_CHAINS];
}

/* @rates: hwsim_tx_rate[4], pairs of index and count. */
void shmwifi_remember_chain(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio,
			    u64 cookie, const u8 rates[8])
{
	struct shmwifi_chain *chain = shmwifi_chain(dp, radio, cookie);
	unsigned int i;

	chain->cookie = cookie;
	chain->radio = radio->serial;
	for (i = 0; i < SHMWIFI_CHAIN; i++)
		chain->index[i] = rates[2 * i];
}

/**
 * shmwifi_check_rates() - drop rates that the frame's chain does not have there
 * @dp: the datapath
 * @radio: who sent the frame
 * @desc: a TX_STATUS, whose rates are changed
 *
 * hwsim writes each index into the frame's own chain, where the flags beside
 * it stay: they say what kind of index it is, and mac80211 uses it for a table
 * of that kind. So the host's rates are cut at the first one that is not the
 * frame's in the same place. Of a chain that has been overwritten, no rates
 * are reported.
 * Source: mac80211_hwsim.c, hwsim_tx_info_frame_received_nl();
 * net/mac80211/status.c, ieee80211_add_tx_radiotap_header()
 */
static void shmwifi_check_rates(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio,
				struct shmwifi_rx_desc *desc)
{
	const struct shmwifi_chain *chain = shmwifi_chain(dp, radio, desc->cookie);
	bool cut = chain->cookie != desc->cookie || chain->radio != radio->serial;
	unsigned int i;

	for (i = 0; i < SHMWIFI_CHAIN; i++) {
		s8 index = desc->rates[2 * i];

		if (!cut && index != chain->index[i] && index != -1)
			shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
		cut |= index != chain->index[i] || index == -1;
		if (cut) {
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
	shmwifi_check_rates(dp, radio, &checked);
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
	dp->unmeasured = true;
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
		shmwifi_copy_shared(status.rates, slot->rates, sizeof(status.rates));
		if (!shmwifi_put_host_status(dp, &status))
			return;
	}
}
