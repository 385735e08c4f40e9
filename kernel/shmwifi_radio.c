// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: finds hwsim's radios by their network devices and messages, keeps
 * what they answer to, and tells the host.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/cfg80211.h>

#include "shmwifi_radio.h"

static void shmwifi_address_drop(struct shmwifi_address *address)
{
	list_del(&address->node);
	kfree(address);
}

static void shmwifi_radio_forget(struct shmwifi_radio *radio)
{
	struct shmwifi_address *address, *next;

	list_for_each_entry_safe(address, next, &radio->addresses, node)
		shmwifi_address_drop(address);
	memset(radio, 0, sizeof(*radio));
	INIT_LIST_HEAD(&radio->addresses);
}

void shmwifi_radios_clear(struct shmwifi_radios *radios)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++)
		shmwifi_radio_forget(&radios->by_number[i]);
}

static bool shmwifi_address_is_wanted(const struct shmwifi_address *address)
{
	return address->interface || address->driver;
}

/*
 * Drops what is gone and the host does not know of, either. The rest of what
 * is gone stays until the host is told, and there is no more of it than it knows.
 */
static void shmwifi_radio_tidy(struct shmwifi_radio *radio)
{
	struct shmwifi_address *address, *next;

	list_for_each_entry_safe(address, next, &radio->addresses, node)
		if (!address->announced && !shmwifi_address_is_wanted(address))
			shmwifi_address_drop(address);
	if (radio->gone && !radio->known)
		shmwifi_radio_forget(radio);
}

/* The host knows nothing of this port: announce everything. */
void shmwifi_radios_start_anew(struct shmwifi_radios *radios)
{
	struct shmwifi_address *address;
	unsigned int i;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		struct shmwifi_radio *radio = &radios->by_number[i];

		radio->announced = false;
		radio->known = false;
		list_for_each_entry(address, &radio->addresses, node)
			address->announced = false;
		shmwifi_radio_tidy(radio);
	}
	radios->hello = true;
	radios->dirty = true;
}

void shmwifi_radios_init(struct shmwifi_radios *radios)
{
	unsigned int i;

	memset(radios, 0, sizeof(*radios));
	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++)
		INIT_LIST_HEAD(&radios->by_number[i].addresses);
	shmwifi_radios_start_anew(radios);
}

struct shmwifi_radio *shmwifi_radios_get(struct shmwifi_radios *radios, u16 number)
{
	struct shmwifi_radio *radio;

	if (number >= SHMWIFI_MAX_RADIOS)
		return NULL;
	radio = &radios->by_number[number];
	return radio->used && !radio->gone ? radio : NULL;
}

struct shmwifi_radio *shmwifi_radios_find(struct shmwifi_radios *radios,
					  const u8 transmitter[ETH_ALEN])
{
	struct shmwifi_radio *radio = shmwifi_radios_get(radios, radios->last);
	unsigned int i;

	if (radio && ether_addr_equal_unaligned(radio->transmitter, transmitter))
		return radio;
	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		radio = shmwifi_radios_get(radios, i);
		if (radio && ether_addr_equal_unaligned(radio->transmitter, transmitter)) {
			radios->last = i;
			return radio;
		}
	}
	return NULL;
}

static struct shmwifi_radio *shmwifi_radios_find_or_add(struct shmwifi_radios *radios,
							const u8 transmitter[ETH_ALEN])
{
	struct shmwifi_radio *radio = shmwifi_radios_find(radios, transmitter);
	unsigned int i;

	if (radio)
		return radio;
	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		radio = &radios->by_number[i];
		if (radio->used)
			continue;
		radio->used = true;
		radio->serial = ++radios->serial;
		ether_addr_copy(radio->transmitter, transmitter);
		snprintf(radio->name, sizeof(radio->name), "%pM", transmitter);
		radios->dirty = true;
		return radio;
	}
	radios->refused++;
	return NULL;
}

static struct shmwifi_address *shmwifi_radio_address(struct shmwifi_radio *radio,
						     const u8 value[ETH_ALEN])
{
	struct shmwifi_address *address;

	list_for_each_entry(address, &radio->addresses, node)
		if (ether_addr_equal_unaligned(address->value, value))
			return address;
	address = kzalloc(sizeof(*address), GFP_ATOMIC);
	if (!address)
		return NULL;
	ether_addr_copy(address->value, value);
	list_add_tail(&address->node, &radio->addresses);
	return address;
}

/* After what the radio answers to has changed, which may be the end of it. */
static void shmwifi_radio_changed(struct shmwifi_radios *radios, struct shmwifi_radio *radio)
{
	struct shmwifi_address *address;

	radio->up = radio->monitor;
	list_for_each_entry(address, &radio->addresses, node)
		radio->up |= shmwifi_address_is_wanted(address);
	radio->gone = !radio->hw && !radio->up;
	radios->dirty = true;
	shmwifi_radio_tidy(radio);
}

/* hwsim asks for an address, or takes it back. */
void shmwifi_radios_set_driver_address(struct shmwifi_radios *radios,
				       const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find_or_add(radios, message->transmitter);
	struct shmwifi_address *address;

	if (!radio)
		return;
	address = shmwifi_radio_address(radio, message->address);
	if (!address) {
		radios->refused++;
		return;
	}
	address->driver = message->command == HWSIM_CMD_ADD_MAC_ADDR;
	shmwifi_radio_changed(radios, radio);
}

/* The wiphy of a network device if that is an hwsim radio's, else NULL. */
struct wiphy *shmwifi_hwsim_wiphy(struct net_device *dev)
{
	struct device *parent;

	if (!dev->ieee80211_ptr)
		return NULL;
	parent = wiphy_dev(dev->ieee80211_ptr->wiphy);
	if (!parent || !parent->driver || strcmp(parent->driver->name, "mac80211_hwsim") ||
	    dev->ieee80211_ptr->wiphy->n_addresses < 2)
		return NULL;
	return dev->ieee80211_ptr->wiphy;
}

/* Without a network device (a P2P Device) an interface is up while it is started. */
static bool shmwifi_interface_is_up(const struct wireless_dev *wdev)
{
	return wdev->netdev ? wdev->netdev->flags & IFF_UP : wdev->is_running;
}

/**
 * struct shmwifi_reading - a radio whose interfaces are read
 * @radios: the table
 * @radio: the radio
 */
struct shmwifi_reading {
	struct shmwifi_radios *radios;
	struct shmwifi_radio *radio;
};

static void shmwifi_add_interface(const struct shmwifi_reading *reading, const u8 *value)
{
	struct shmwifi_address *address = shmwifi_radio_address(reading->radio, value);

	if (address)
		address->interface = true;
	else
		reading->radios->refused++;
}

/* The links of a multi-link interface have addresses of their own; under RCU. */
static void shmwifi_add_links(void *data, u8 *mac, struct ieee80211_vif *vif)
{
	struct ieee80211_bss_conf *conf;
	unsigned int i;

	if (!vif->valid_links)
		return;
	for (i = 0; i < ARRAY_SIZE(vif->link_conf); i++) {
		conf = rcu_dereference(vif->link_conf[i]);
		if (conf)
			shmwifi_add_interface(data, conf->addr);
	}
}

/**
 * shmwifi_radios_observe() - read the interfaces of a radio again
 * @radios: the table
 * @wiphy: the radio's
 * @dev: a network device of it that came, went or changed; or NULL
 * @leaves: it is about to go
 *
 * Under RTNL, which guards the wiphy's list of interfaces.
 */
void shmwifi_radios_observe(struct shmwifi_radios *radios, struct wiphy *wiphy,
			    const struct net_device *dev, bool leaves)
{
	bool monitor = false, stays = dev && !leaves;
	struct shmwifi_reading reading = { .radios = radios };
	struct shmwifi_address *address;
	struct shmwifi_radio *radio;
	struct wireless_dev *wdev;

	ASSERT_RTNL();
	radio = shmwifi_radios_find_or_add(radios, wiphy->addresses[1].addr);
	if (!radio)
		return;
	reading.radio = radio;
	if (strncmp(radio->name, wiphy_name(wiphy), sizeof(radio->name) - 1)) {
		strscpy(radio->name, wiphy_name(wiphy), sizeof(radio->name));
		radio->announced = false;
	}

	list_for_each_entry(wdev, &wiphy->wdev_list, list)
		stays |= wdev->netdev && !(wdev->netdev == dev && leaves);
	list_for_each_entry(address, &radio->addresses, node)
		address->interface = false;
	/* Without a network device nobody would tell us what becomes of the others. */
	list_for_each_entry(wdev, &wiphy->wdev_list, list) {
		if (!stays || (dev && wdev->netdev == dev && leaves) ||
		    !shmwifi_interface_is_up(wdev))
			continue;
		if (wdev->iftype == NL80211_IFTYPE_MONITOR)
			monitor = true;
		else
			shmwifi_add_interface(&reading, wdev->netdev ? wdev->netdev->dev_addr :
								       wdev->address);
	}
	if (radio->monitor != monitor) {
		radio->monitor = monitor;
		radio->announced = false;
	}
	radio->hw = stays ? wiphy_to_ieee80211_hw(wiphy) : NULL;
	if (radio->hw)
		ieee80211_iterate_active_interfaces_atomic(radio->hw, IEEE80211_IFACE_ITER_NORMAL,
							   shmwifi_add_links, &reading);
	shmwifi_radio_changed(radios, radio);
}

/* Interfaces without a network device come and go unseen, but for hwsim's messages. Under RTNL. */
void shmwifi_radios_observe_all(struct shmwifi_radios *radios)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		struct ieee80211_hw *hw = radios->by_number[i].hw;

		if (hw)
			shmwifi_radios_observe(radios, hw->wiphy, NULL, false);
	}
}

/* Addresses kept, over all radios. */
unsigned int shmwifi_radios_count_addresses(const struct shmwifi_radios *radios)
{
	const struct shmwifi_address *address;
	unsigned int i, count = 0;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++)
		list_for_each_entry(address, &radios->by_number[i].addresses, node)
			count++;
	return count;
}

/**
 * shmwifi_radios_say_channel() - tell the host where a radio listens, unless it knows
 * @radios: the table
 * @radio: a radio that the host knows
 * @tx: where it is said
 *
 * Return: false when there is no slot.
 */
bool shmwifi_radios_say_channel(const struct shmwifi_radios *radios, struct shmwifi_radio *radio,
				struct shmwifi_producer *tx)
{
	u32 channel = shmwifi_radio_channel(radio);
	struct shmwifi_tx_slot *slot;

	if (!radios->tells_channels || channel == radio->channel_told)
		return true;
	slot = shmwifi_producer_say(tx, SHMWIFI_KIND_RADIO_CHANNEL,
				    shmwifi_radio_number(radios, radio));
	if (!slot)
		return false;
	if (channel == SHMWIFI_ANYWHERE)
		slot->flags = SHMWIFI_CHANNEL_UNKNOWN;
	else
		slot->freq_mhz = channel;
	radio->channel_told = channel;
	return true;
}

/* INT_MIN: it has had no channel yet. Source: net/mac80211/iface.c, ieee80211_sdata_init() */
static void shmwifi_take_tx_power(void *data, u8 *mac, struct ieee80211_vif *vif)
{
	int power = READ_ONCE(vif->bss_conf.txpower);
	int *lowest = data;

	if (power != INT_MIN && (*lowest == SHMWIFI_NO_TX_POWER || power < *lowest))
		*lowest = power;
}

/* The lowest of its interfaces: mac80211 has it so for a radio with one channel. */
static int shmwifi_radio_tx_power(const struct shmwifi_radio *radio)
{
	int power = SHMWIFI_NO_TX_POWER;

	if (!radio->up || !radio->hw)
		return SHMWIFI_NO_TX_POWER;
	ieee80211_iterate_active_interfaces_atomic(radio->hw, IEEE80211_IFACE_ITER_NORMAL,
						   shmwifi_take_tx_power, &power);
	if (power == SHMWIFI_NO_TX_POWER)
		return power;
	return clamp(power, SHMWIFI_MIN_TX_POWER, SHMWIFI_MAX_TX_POWER);
}

/* Tells the host a radio's transmit power, unless it knows; false when there is no slot. */
static bool shmwifi_radio_say_tx_power(const struct shmwifi_radios *radios,
				       struct shmwifi_radio *radio, struct shmwifi_producer *tx)
{
	int power = shmwifi_radio_tx_power(radio);
	struct shmwifi_tx_slot *slot;

	if (!radios->tells_tx_power || power == SHMWIFI_NO_TX_POWER ||
	    power == radio->tx_power_told)
		return true;
	slot = shmwifi_producer_say(tx, SHMWIFI_KIND_RADIO_TX_POWER,
				    shmwifi_radio_number(radios, radio));
	if (!slot)
		return false;
	slot->tx_power_dbm = power;
	radio->tx_power_told = power;
	return true;
}

/* How far apart the channels are that a radio is tuned for, MHz. */
static u8 shmwifi_radio_spacing(const struct shmwifi_radio *radio)
{
	if (!radio->up || !radio->hw || !READ_ONCE(radio->hw->conf.chandef.chan))
		return radio->spacing_told;
	switch (READ_ONCE(radio->hw->conf.chandef.width)) {
	case NL80211_CHAN_WIDTH_5:
		return 5;
	case NL80211_CHAN_WIDTH_10:
		return 10;
	default:
		return SHMWIFI_USUAL_SPACING;
	}
}

/* Tells the host how far apart a radio's channels are, likewise. */
static bool shmwifi_radio_say_spacing(const struct shmwifi_radios *radios,
				      struct shmwifi_radio *radio, struct shmwifi_producer *tx)
{
	u8 spacing = shmwifi_radio_spacing(radio);
	struct shmwifi_tx_slot *slot;

	if (!radios->tells_spacing || spacing == radio->spacing_told)
		return true;
	slot = shmwifi_producer_say(tx, SHMWIFI_KIND_RADIO_SPACING,
				    shmwifi_radio_number(radios, radio));
	if (!slot)
		return false;
	slot->spacing_mhz = spacing;
	radio->spacing_told = spacing;
	return true;
}

static bool shmwifi_radio_say(const struct shmwifi_radios *radios, struct shmwifi_radio *radio,
			      struct shmwifi_producer *tx)
{
	u16 number = shmwifi_radio_number(radios, radio);
	struct shmwifi_address *address;
	struct shmwifi_tx_slot *slot;
	u32 length;

	if (!radio->announced) {
		slot = shmwifi_producer_say(tx, SHMWIFI_KIND_RADIO_ADD, number);
		if (!slot)
			return false;
		slot->flags = radio->monitor ? SHMWIFI_RADIO_MONITOR : 0;
		length = strlen(radio->name);
		slot->length = length;
		memcpy(slot->payload, radio->name, length);
		ether_addr_copy(slot->address, radio->transmitter);
		radio->announced = true;
		radio->known = true;
		radio->channel_told = SHMWIFI_UNTOLD;
		radio->tx_power_told = SHMWIFI_NO_TX_POWER;
		radio->spacing_told = SHMWIFI_USUAL_SPACING;
	}
	/* Before the addresses: nobody is to be taken for listening where it does not. */
	if (!shmwifi_radio_say_spacing(radios, radio, tx) ||
	    !shmwifi_radios_say_channel(radios, radio, tx) ||
	    !shmwifi_radio_say_tx_power(radios, radio, tx))
		return false;
	list_for_each_entry(address, &radio->addresses, node) {
		bool wanted = shmwifi_address_is_wanted(address);

		if (wanted != address->announced) {
			slot = shmwifi_producer_say(tx, wanted ? SHMWIFI_KIND_ADDRESS_ADD :
							     SHMWIFI_KIND_ADDRESS_DEL, number);
			if (!slot)
				return false;
			ether_addr_copy(slot->address, address->value);
			address->announced = wanted;
		}
	}
	shmwifi_radio_tidy(radio);
	return true;
}

static bool shmwifi_radio_say_gone(struct shmwifi_radio *radio, u16 number,
				   struct shmwifi_producer *tx)
{
	if (!shmwifi_producer_say(tx, SHMWIFI_KIND_RADIO_DEL, number))
		return false;
	shmwifi_radio_forget(radio);
	return true;
}

/**
 * shmwifi_radios_announce() - tell the host what it does not know yet
 * @radios: the table
 * @tx: where it is said, as far as slots are free; the rest at the next call
 *
 * The caller publishes.
 */
void shmwifi_radios_announce(struct shmwifi_radios *radios, struct shmwifi_producer *tx)
{
	unsigned int i;

	if (!radios->dirty)
		return;
	if (radios->hello) {
		if (!shmwifi_producer_say(tx, SHMWIFI_KIND_HELLO, 0))
			return;
		radios->hello = false;
	}
	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		struct shmwifi_radio *radio = &radios->by_number[i];

		if (radio->used && !(radio->gone ? shmwifi_radio_say_gone(radio, i, tx) :
						   shmwifi_radio_say(radios, radio, tx)))
			return;
	}
	radios->dirty = false;
}

/**
 * shmwifi_radios_leave() - tell the host that no radio is there any more
 * @radios: the table
 * @tx: where it is said, as far as slots are free
 *
 * The caller publishes.
 */
void shmwifi_radios_leave(struct shmwifi_radios *radios, struct shmwifi_producer *tx)
{
	unsigned int i;

	for (i = 0; i < SHMWIFI_MAX_RADIOS; i++) {
		struct shmwifi_radio *radio = &radios->by_number[i];

		radio->gone = radio->used;
		shmwifi_radio_tidy(radio);
	}
	radios->dirty = true;
	shmwifi_radios_announce(radios, tx);
}
