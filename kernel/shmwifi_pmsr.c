// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: peer measurements. hwsim's requests go to the host, and its reports
 * to hwsim, as they are.
 *
 * hwsim has one for each radio, and begins no other before it was reported. It
 * forgets an aborted one only by a report, whose results it would look for in
 * what was freed: so that report has none (docs/decisions/0017). What a host does
 * not measure, or no longer can, is reported without results.
 * Source: mac80211_hwsim.c, mac80211_hwsim_start_pmsr(),
 * mac80211_hwsim_abort_pmsr(), hwsim_pmsr_report_nl()
 *
 * The twin of common/Hwsim/Datapath/PeerMeasurements.cs.
 */
#include <linux/nl80211.h>
#include <net/netlink.h>

#include "shmwifi_datapath.h"

static const struct nlattr shmwifi_no_results = {
	.nla_len = NLA_HDRLEN,
	.nla_type = NL80211_PMSR_ATTR_PEERS | NLA_F_NESTED,
};

/* @result: NULL: for an aborted request. Returns false when hwsim has no buffer. */
static bool shmwifi_put_report(struct shmwifi_datapath *dp, const u8 transmitter[ETH_ALEN],
			       const void *result, u32 size)
{
	struct shmwifi_buffer buffer;
	u32 written;

	if (!shmwifi_vring_peek(&dp->to_guest, &buffer)) {
		dp->starved = true;
		return false;
	}
	written = shmwifi_message_put_report(buffer.data, buffer.length, transmitter, result, size);
	shmwifi_vring_give_back(&dp->to_guest, &buffer, written);
	return true;
}

static bool shmwifi_report_none(struct shmwifi_datapath *dp, const u8 transmitter[ETH_ALEN])
{
	return shmwifi_put_report(dp, transmitter, &shmwifi_no_results, sizeof(shmwifi_no_results));
}

static struct shmwifi_tx_slot *shmwifi_pmsr_slot(struct shmwifi_datapath *dp, u16 radio)
{
	struct shmwifi_tx_slot *slot;

	slot = shmwifi_producer_say(&dp->tx, SHMWIFI_KIND_PMSR_REQUEST, radio);
	if (!slot && !shmwifi_producer_arm(&dp->tx))
		slot = shmwifi_producer_say(&dp->tx, SHMWIFI_KIND_PMSR_REQUEST, radio);
	return slot;
}

/* Asks the host. Returns false when the message has to wait. */
bool shmwifi_pmsr_start(struct shmwifi_datapath *dp, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&dp->radios, message->transmitter);
	struct shmwifi_tx_slot *slot;

	if (!radio || !(dp->region.features & SHMWIFI_F_PMSR) || !shmwifi_host_takes_frames(dp))
		return shmwifi_report_none(dp, message->transmitter);
	slot = shmwifi_pmsr_slot(dp, shmwifi_radio_number(&dp->radios, radio));
	if (!slot)
		return dp->tx.broken && shmwifi_report_none(dp, message->transmitter);
	radio->measurement = ++dp->measurements;
	slot->cookie = radio->measurement;
	slot->length = message->request_length;
	memcpy(slot->payload, message->request, message->request_length);
	return true;
}

/* Returns false when hwsim has no buffer. */
bool shmwifi_pmsr_abort(struct shmwifi_datapath *dp, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&dp->radios, message->transmitter);

	if (radio)
		radio->measurement = 0;
	return shmwifi_put_report(dp, message->transmitter, NULL, 0);
}

/* Reports what the host tells, if it was asked. Returns false when hwsim has no buffer. */
bool shmwifi_pmsr_report(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, desc->radio);
	bool reported;

	if (!radio || !radio->measurement || radio->measurement != desc->cookie)
		return true;
	if (!desc->length) {
		reported = shmwifi_report_none(dp, radio->transmitter);
	} else if (desc->length > SHMWIFI_REPORT_MAX ||
		   !shmwifi_region_is_pooled(&dp->region, dp->port, desc->offset, desc->length)) {
		reported = shmwifi_report_none(dp, radio->transmitter);
		if (reported)
			shmwifi_count(dp, SHMWIFI_RX_INVALID, 1);
	} else {
		reported = shmwifi_put_report(dp, radio->transmitter,
					      dp->region.base + desc->offset, desc->length);
	}
	if (reported)
		radio->measurement = 0;
	return reported;
}

/* The host has forgotten what it was asked. */
void shmwifi_pmsr_give_up(struct shmwifi_datapath *dp)
{
	unsigned int i;

	if (!dp->unmeasured)
		return;
	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, i);

		if (!radio || !radio->measurement)
			continue;
		if (!shmwifi_report_none(dp, radio->transmitter))
			return;
		radio->measurement = 0;
	}
	dp->unmeasured = false;
}
