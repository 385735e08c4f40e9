// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: TX statuses for hwsim, which keeps each frame until it gets its
 * status, and refuses a second one.
 *
 * The twin of common/Hwsim/Datapath/SentChains.cs and OpenFrames.cs.
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

	if (!chain->radio)
		dp->open++;
	chain->cookie = cookie;
	chain->radio = radio->serial;
	for (i = 0; i < SHMWIFI_CHAIN; i++)
		chain->index[i] = rates[2 * i];
}

static bool shmwifi_chain_is_of(const struct shmwifi_chain *chain,
				const struct shmwifi_radio *radio, u64 cookie)
{
	return chain->cookie == cookie && chain->radio == radio->serial;
}

static void shmwifi_forget_chain(struct shmwifi_datapath *dp, struct shmwifi_chain *chain)
{
	chain->radio = 0;
	dp->open--;
}

static bool shmwifi_radio_exists(struct shmwifi_datapath *dp, u32 serial)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		const struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, i);

		if (radio && radio->serial == serial)
			return true;
	}
	return false;
}

/* Nobody will say more of frames whose radio is gone. */
void shmwifi_forget_gone(struct shmwifi_datapath *dp)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_CHAINS; i++)
		if (dp->chains[i].radio && !shmwifi_radio_exists(dp, dp->chains[i].radio))
			shmwifi_forget_chain(dp, &dp->chains[i]);
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
	bool cut = !shmwifi_chain_is_of(chain, radio, desc->cookie);
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
	struct shmwifi_chain *chain;

	if (!radio) {
		dp->status_dropped++;
		return true;
	}
	shmwifi_check_rates(dp, radio, &checked);
	if (!shmwifi_put_status(dp, radio, desc->cookie, desc->flags, checked.rates,
				desc->signal_dbm))
		return false;
	chain = shmwifi_chain(dp, radio, desc->cookie);
	if (shmwifi_chain_is_of(chain, radio, desc->cookie))
		shmwifi_forget_chain(dp, chain);
	return true;
}

/**
 * shmwifi_begin_to_give_up() - report open frames as not acknowledged
 * @dp: the datapath
 * @end: index after the last slot whose frame is; those from there on keep waiting
 *
 * mac80211 stops sending while too many statuses are missing. The frames are
 * read where they were written, in the memory of the TX ring: the host may have
 * taken them and given their slots back. Nothing is sent until all are
 * reported, as it would overwrite them. Those that had a status get no second
 * one, since hwsim refuses it.
 */
void shmwifi_begin_to_give_up(struct shmwifi_datapath *dp, u32 end)
{
	u32 next = shmwifi_producer_next_index(&dp->tx);

	if (next - dp->give_up > dp->tx.length)		/* that has been overwritten */
		dp->give_up = next - dp->tx.length;
	if (next - dp->give_up_end > dp->tx.length)
		dp->give_up_end = dp->give_up;
	if (next - end < next - dp->give_up_end)
		dp->give_up_end = end;
	dp->unmeasured = true;
}

/*
 * Another engine serves us, which takes slots from @index on, and knows
 * nothing of the frames before. Returns false when no slot can have that index.
 */
bool shmwifi_engine_changed(struct shmwifi_datapath *dp, u32 index)
{
	struct shmwifi_producer *tx = &dp->tx;

	if (!shmwifi_producer_refresh(tx) || tx->tail - index >= tx->tail - tx->head + tx->length)
		return false;
	shmwifi_begin_to_give_up(dp, index);
	shmwifi_give_up(dp);
	shmwifi_pmsr_give_up(dp);
	return true;
}

/* The slots are shared memory: what is read there is checked like everything else. */
static bool shmwifi_give_up_slot(struct shmwifi_datapath *dp, struct shmwifi_tx_slot *slot)
{
	struct shmwifi_rx_desc status = {
		.flags = READ_ONCE(slot->flags) & ~SHMWIFI_TX_ACKED,
		.radio = READ_ONCE(slot->radio),
		.cookie = READ_ONCE(slot->cookie),
	};

	if (READ_ONCE(slot->kind) != SHMWIFI_KIND_FRAME || status.flags & SHMWIFI_TX_NO_ACK ||
	    shmwifi_frame_is_group(slot->payload))
		return true;
	shmwifi_copy_shared(status.rates, slot->rates, sizeof(status.rates));
	return shmwifi_put_host_status(dp, &status);
}

/* As far as hwsim has buffers; the rest when it offers some. */
void shmwifi_give_up(struct shmwifi_datapath *dp)
{
	if (!shmwifi_is_giving_up(dp))
		return;
	do {
		if (!shmwifi_give_up_slot(dp, shmwifi_producer_slot(&dp->tx, dp->give_up)))
			return;
	} while (++dp->give_up != dp->give_up_end);

	if (dp->open && dp->give_up == shmwifi_producer_next_index(&dp->tx)) {
		memset(dp->chains, 0, sizeof(dp->chains));	/* nothing else is open */
		dp->open = 0;
	}
}
