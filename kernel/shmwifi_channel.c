// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: where a radio listens, as mac80211 has set it. hwsim asks the same
 * of each frame, and refuses it without saying so to its virtio front end.
 * Source: mac80211_hwsim.c, hwsim_cloned_frame_received_nl()
 */
#include "shmwifi_radio.h"

/**
 * shmwifi_radio_channel() - where a radio listens
 * @radio: the radio
 *
 * A radio with several channels at a time has no channel of its own, and it
 * alone knows where its scan is.
 *
 * Return: the centre of the primary 20 MHz channel in MHz, SHMWIFI_NOWHERE or
 * SHMWIFI_ANYWHERE.
 */
u32 shmwifi_radio_channel(const struct shmwifi_radio *radio)
{
	const struct ieee80211_channel *channel;

	if (!radio->up)
		return SHMWIFI_NOWHERE;
	if (!radio->hw)
		return SHMWIFI_ANYWHERE;
	channel = READ_ONCE(radio->hw->conf.chandef.chan);
	if (!channel)
		return SHMWIFI_ANYWHERE;
	if (READ_ONCE(radio->hw->conf.flags) & IEEE80211_CONF_IDLE)
		return SHMWIFI_NOWHERE;
	return channel->center_freq;
}

struct shmwifi_listening {
	u32 freq_mhz;
	bool yes;
};

/* Whether a link of an interface is on a frequency; under RCU. */
static void shmwifi_is_on(void *data, u8 *mac, struct ieee80211_vif *vif)
{
	struct shmwifi_listening *listening = data;
	struct ieee80211_chanctx_conf *chanctx;
	struct ieee80211_bss_conf *conf;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vif->link_conf); i++) {
		conf = rcu_dereference(vif->link_conf[i]);
		if (!conf)
			continue;
		chanctx = rcu_dereference(conf->chanctx_conf);
		if (chanctx && chanctx->def.chan->center_freq == listening->freq_mhz)
			listening->yes = true;
	}
}

/**
 * shmwifi_radio_listens() - whether hwsim will take a frame for a radio
 * @radio: the radio
 * @freq_mhz: where the frame is
 *
 * Besides the radio's channel hwsim listens on those of its interfaces, while
 * it is away from them for a scan.
 */
bool shmwifi_radio_listens(const struct shmwifi_radio *radio, u32 freq_mhz)
{
	struct shmwifi_listening listening = { .freq_mhz = freq_mhz };
	u32 channel = shmwifi_radio_channel(radio);

	if (channel == SHMWIFI_NOWHERE)
		return false;
	if (channel == SHMWIFI_ANYWHERE || channel == freq_mhz)
		return true;
	ieee80211_iterate_active_interfaces_atomic(radio->hw, IEEE80211_IFACE_ITER_NORMAL,
						   shmwifi_is_on, &listening);
	return listening.yes;
}
