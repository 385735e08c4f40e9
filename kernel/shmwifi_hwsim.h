/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: mac80211_hwsim's messages.
 *
 * Its numbers are no UAPI, but stable since 3.x.
 * Source: drivers/net/wireless/virtual/mac80211_hwsim.h
 */
#ifndef SHMWIFI_HWSIM_H
#define SHMWIFI_HWSIM_H

#include <linux/if_ether.h>
#include <linux/types.h>

#include <shmwifi_abi.h>

/* What hwsim takes: struct ieee80211_hdr_3addr, IEEE80211_MAX_DATA_LEN. */
#define SHMWIFI_FRAME_MIN	24
#define SHMWIFI_FRAME_MAX	2304
/* What a frame has at least: frame control, duration, receiver address. */
#define SHMWIFI_FRAME_SHORTEST	10
#define SHMWIFI_ADDR1		4
/* The longest value of PMSR_RESULT: of more peers than hwsim's radios are made to measure. */
#define SHMWIFI_REPORT_MAX	2304

static inline bool shmwifi_frame_is_group(const u8 *frame)
{
	return frame[SHMWIFI_ADDR1] & 1;
}

enum shmwifi_hwsim_command {
	HWSIM_CMD_FRAME		= 2,	/* both ways */
	HWSIM_CMD_TX_INFO_FRAME	= 3,	/* to hwsim: what became of a frame */
	HWSIM_CMD_ADD_MAC_ADDR	= 7,	/* from hwsim */
	HWSIM_CMD_DEL_MAC_ADDR	= 8,	/* from hwsim */
	HWSIM_CMD_START_PMSR	= 9,	/* from hwsim */
	HWSIM_CMD_ABORT_PMSR	= 10,	/* from hwsim */
	HWSIM_CMD_REPORT_PMSR	= 11,	/* to hwsim: what was measured */
};

/**
 * struct shmwifi_message - a message from hwsim, read in place
 * @command: enum shmwifi_hwsim_command
 * @transmitter: addresses[1] of the radio
 * @address: ADD/DEL_MAC_ADDR: the address
 * @request: START_PMSR: the value of PMSR_REQUEST
 * @request_length: bytes
 * @frame: FRAME: the 802.11 frame, and all that follows are of this command
 * @frame_length: bytes
 * @flags: SHMWIFI_TX_*
 * @freq_mhz: centre of the primary channel
 * @cookie: a counter of the radio
 * @rates: hwsim_tx_rate[4]
 * @rate_flags: hwsim_tx_rate_flag[4], or NULL
 */
struct shmwifi_message {
	u8 command;
	const u8 *transmitter;
	const u8 *address;
	const u8 *request;
	u32 request_length;
	const u8 *frame;
	u32 frame_length;
	u32 flags;
	u32 freq_mhz;
	u64 cookie;
	const u8 *rates;
	const u8 *rate_flags;
};

bool shmwifi_message_read(struct shmwifi_message *message, const void *data, u32 length);

u32 shmwifi_message_put_frame(void *data, u32 length, const u8 receiver[ETH_ALEN],
			      const struct shmwifi_rx_desc *desc, const void *frame);
u32 shmwifi_message_put_status(void *data, u32 length, const u8 transmitter[ETH_ALEN], u64 cookie,
			       u8 flags, const u8 rates[8], s8 signal_dbm);
u32 shmwifi_message_put_report(void *data, u32 length, const u8 transmitter[ETH_ALEN],
			       const void *result, u32 size);

#endif /* SHMWIFI_HWSIM_H */
