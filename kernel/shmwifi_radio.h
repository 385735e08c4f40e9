/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: hwsim's radios of this kernel, and what the host knows of them.
 */
#ifndef SHMWIFI_RADIO_H
#define SHMWIFI_RADIO_H

#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <net/mac80211.h>

#include "shmwifi_hwsim.h"
#include "shmwifi_region.h"

/**
 * struct shmwifi_address - an address that a radio answers to
 * @node: in the radio's list
 * @value: the address
 * @interface: an interface that is up has it
 * @driver: hwsim asked for it and has not taken it back: an interface that
 *	went up, or a scan under an address of its own
 * @announced: the host knows it
 *
 * Kept while @interface or @driver is set, and until the host is told that it
 * is gone, if it knows it.
 */
struct shmwifi_address {
	struct list_head node;
	u8 value[ETH_ALEN];
	bool interface;
	bool driver;
	bool announced;
};

/**
 * struct shmwifi_radio - a radio by the port's number for it
 * @used: the number is a radio's
 * @serial: no other radio had it before; not 0
 * @gone: it has neither a network device nor an address; kept until the host,
 *	which knows it, is told
 * @up: an interface of it is up, so that it receives
 * @monitor: it wants frames that are addressed to others
 * @announced: the host knows it with this name and these flags
 * @known: the host knows it, perhaps with others
 * @transmitter: addresses[1], by which hwsim's messages name it
 * @name: the wiphy's
 * @hw: mac80211's hardware; NULL without a network device, which keeps it alive
 * @addresses: struct shmwifi_address
 */
struct shmwifi_radio {
	bool used;
	u32 serial;
	bool gone;
	bool up;
	bool monitor;
	bool announced;
	bool known;
	u8 transmitter[ETH_ALEN];
	char name[SHMWIFI_NAME_SIZE];
	struct ieee80211_hw *hw;
	struct list_head addresses;
};

/**
 * struct shmwifi_radios - all of them
 * @by_number: the port's numbers
 * @last: number that was found last
 * @serial: the serial number that was given last
 * @dirty: something changed that the host was not told
 * @hello: the host must be told everything from the start
 * @refused: radios and addresses that there was no number or memory for
 *
 * The owner serialises.
 */
struct shmwifi_radios {
	struct shmwifi_radio by_number[SHMWIFI_MAX_RADIOS];
	unsigned int last;
	u32 serial;
	bool dirty;
	bool hello;
	unsigned int refused;
};

void shmwifi_radios_init(struct shmwifi_radios *radios);
void shmwifi_radios_clear(struct shmwifi_radios *radios);
void shmwifi_radios_start_anew(struct shmwifi_radios *radios);
struct shmwifi_radio *shmwifi_radios_get(struct shmwifi_radios *radios, u16 number);
struct shmwifi_radio *shmwifi_radios_find(struct shmwifi_radios *radios,
					  const u8 transmitter[ETH_ALEN]);
void shmwifi_radios_set_driver_address(struct shmwifi_radios *radios,
				       const struct shmwifi_message *message);
void shmwifi_radios_observe(struct shmwifi_radios *radios, struct net_device *dev,
			    bool leaves);
void shmwifi_radios_announce(struct shmwifi_radios *radios, struct shmwifi_producer *tx);
unsigned int shmwifi_radios_count_addresses(const struct shmwifi_radios *radios);

struct wiphy *shmwifi_hwsim_wiphy(struct net_device *dev);
bool shmwifi_radio_listens(const struct shmwifi_radio *radio, u32 freq_mhz);

static inline u16 shmwifi_radio_number(const struct shmwifi_radios *radios,
				       const struct shmwifi_radio *radio)
{
	return radio - radios->by_number;
}

#endif /* SHMWIFI_RADIO_H */
