// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: keeps hwsim0, hwsim's own monitor of all its radios, down while
 * there is a radio with several channels at a time. When that radio gets an
 * acknowledgement, hwsim shows it at hwsim0 on data->channel, which such a
 * radio does not have: the kernel would die of a NULL pointer.
 * Source: mac80211_hwsim.c, hwsim_tx_info_frame_received_nl(), mac80211_hwsim_monitor_ack()
 */
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include "shmwifi_datapath.h"

#define SHMWIFI_MONITOR_REASON \
	"mac80211_hwsim crashes when its monitor is up and a radio with several channels gets an acknowledgement"

/* hwsim0 is no interface of a wiphy, and made by no link type, as a TUN device would be. */
static bool shmwifi_is_monitor(const struct net_device *dev)
{
	return dev->type == ARPHRD_IEEE80211_RADIOTAP && !dev->ieee80211_ptr &&
	       !dev->rtnl_link_ops;
}

static bool shmwifi_has_several_channels(struct shmwifi_datapath *dp)
{
	bool several = false;
	unsigned int i;

	spin_lock_bh(&dp->lock);
	for (i = 0; i < SHMWIFI_MAX_RADIOS && dp->running; i++) {
		struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, i);

		several |= radio && radio->hw && !READ_ONCE(radio->hw->conf.chandef.chan);
	}
	spin_unlock_bh(&dp->lock);
	return several;
}

/* Under RTNL, after radios have come or the monitor has. */
void shmwifi_monitor_check(struct shmwifi_datapath *dp)
{
	ASSERT_RTNL();
	if (!dp->monitor || !shmwifi_has_several_channels(dp))
		return;
	dev_warn(&dp->shm->pdev->dev, "%s is set down: " SHMWIFI_MONITOR_REASON "\n",
		 dp->monitor->name);
	dev_close(dp->monitor);
}

/**
 * shmwifi_monitor_event() - follow hwsim's monitor
 * @dp: the datapath
 * @event: NETDEV_*
 * @info: of which device
 *
 * Return: an errno in notifier form when the monitor must not be set up.
 */
int shmwifi_monitor_event(struct shmwifi_datapath *dp, unsigned long event,
			  struct netdev_notifier_info *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (!shmwifi_is_monitor(dev))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_PRE_UP:
		if (!shmwifi_has_several_channels(dp))
			break;
		NL_SET_ERR_MSG_MOD(netdev_notifier_info_to_extack(info), SHMWIFI_MONITOR_REASON);
		dev_warn(&dp->shm->pdev->dev, "%s stays down: " SHMWIFI_MONITOR_REASON "\n",
			 dev->name);
		return notifier_from_errno(-EBUSY);
	case NETDEV_UP:
		dp->monitor = dev;
		shmwifi_monitor_check(dp);
		break;
	case NETDEV_DOWN:
		dp->monitor = NULL;
		break;
	}
	return NOTIFY_DONE;
}
