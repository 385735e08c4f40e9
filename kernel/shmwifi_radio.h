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

/* Where a radio listens, in place of a frequency in MHz. */
#define SHMWIFI_NOWHERE		0
#define SHMWIFI_ANYWHERE	U32_MAX		/* only its kernel knows */
#define SHMWIFI_UNTOLD		(U32_MAX - 1)	/* the host was not told yet */

/* In place of a transmit power in dBm: none is known, or was told. */
#define SHMWIFI_NO_TX_POWER	INT_MIN
#define SHMWIFI_USUAL_SPACING	20	/* MHz */

/**
 * struct shmwifi_address - an address that a radio answers to
 * @node: in the radio's list
 * @value: the address
 * @interface: an interface that is up has it
 * @driver: hwsim asked for it and has not taken it back: an interface that
 *	went up, or a scan, perhaps under the address of an interface, which
 *	stays up when hwsim takes that back
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
 * @channel_told: where it listens, as the host was told: as shmwifi_radio_channel()
 *	has it, or SHMWIFI_UNTOLD
 * @tx_power_told: its transmit power as the host was told, dBm, or SHMWIFI_NO_TX_POWER
 * @spacing_told: how far apart its channels are, as the host was told or assumes, MHz
 * @measurement: the cookie of the peer measurement that the host was asked for; 0: none
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
	u32 channel_told;
	int tx_power_told;
	u8 spacing_told;
	u64 measurement;
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
 * @tells_channels: the host is told where radios listen: it takes that, and
 *	mac80211 tells us
 * @tells_tx_power: likewise of their transmit power
 * @tells_spacing: likewise of the spacing of their channels
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
	bool tells_channels;
	bool tells_tx_power;
	bool tells_spacing;
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
void shmwifi_radios_observe(struct shmwifi_radios *radios, struct wiphy *wiphy,
			    const struct net_device *dev, bool leaves);
void shmwifi_radios_observe_all(struct shmwifi_radios *radios);
bool shmwifi_radios_say_channel(const struct shmwifi_radios *radios, struct shmwifi_radio *radio,
				struct shmwifi_producer *tx);
void shmwifi_radios_announce(struct shmwifi_radios *radios, struct shmwifi_producer *tx);
void shmwifi_radios_leave(struct shmwifi_radios *radios, struct shmwifi_producer *tx);
unsigned int shmwifi_radios_count_addresses(const struct shmwifi_radios *radios);

struct wiphy *shmwifi_hwsim_wiphy(struct net_device *dev);

/* shmwifi_channel.c */
u32 shmwifi_radio_channel(const struct shmwifi_radio *radio);
bool shmwifi_radio_listens(const struct shmwifi_radio *radio, u32 freq_mhz);

/* Whether the host was told of one channel, and not of this one. */
static inline bool shmwifi_radio_is_told_elsewhere(const struct shmwifi_radio *radio, u32 freq_mhz)
{
	return radio->known && radio->channel_told < SHMWIFI_UNTOLD &&
	       radio->channel_told != freq_mhz;
}

static inline u16 shmwifi_radio_number(const struct shmwifi_radios *radios,
				       const struct shmwifi_radio *radio)
{
	return radio - radios->by_number;
}

#endif /* SHMWIFI_RADIO_H */
