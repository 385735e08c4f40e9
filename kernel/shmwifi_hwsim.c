// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: reads and writes mac80211_hwsim's messages where they lie.
 */
#include <net/genetlink.h>
#include <net/netlink.h>

#include "shmwifi_hwsim.h"

enum {
	HWSIM_ATTR_ADDR_RECEIVER	= 1,
	HWSIM_ATTR_ADDR_TRANSMITTER	= 2,
	HWSIM_ATTR_FRAME		= 3,
	HWSIM_ATTR_FLAGS		= 4,
	HWSIM_ATTR_RX_RATE		= 5,
	HWSIM_ATTR_SIGNAL		= 6,
	HWSIM_ATTR_TX_INFO		= 7,
	HWSIM_ATTR_COOKIE		= 8,
	HWSIM_ATTR_FREQ			= 19,
	HWSIM_ATTR_TX_INFO_FLAGS	= 21,
	HWSIM_ATTR_PMSR_REQUEST		= 27,
	HWSIM_ATTR_PMSR_RESULT		= 28,
};

#define HWSIM_VERSION	1

/**
 * shmwifi_message_read() - read a message of hwsim's
 * @message: filled in; points into @data
 * @data: a buffer of the TX virtqueue
 * @length: its bytes
 *
 * Return: false when it lacks what its command needs.
 */
bool shmwifi_message_read(struct shmwifi_message *message, const void *data, u32 length)
{
	const struct nlmsghdr *header = data;
	const struct nlattr *attr;
	bool has_cookie = false;
	int rest;

	memset(message, 0, sizeof(*message));
	if (!nlmsg_ok(header, length) || nlmsg_len(header) < GENL_HDRLEN)
		return false;
	message->command = ((const struct genlmsghdr *)nlmsg_data(header))->cmd;

	nlmsg_for_each_attr(attr, header, GENL_HDRLEN, rest) {
		const u8 *value = nla_data(attr);
		int size = nla_len(attr);

		switch (nla_type(attr)) {
		case HWSIM_ATTR_ADDR_TRANSMITTER:
			if (size == ETH_ALEN)
				message->transmitter = value;
			break;
		case HWSIM_ATTR_ADDR_RECEIVER:
			if (size == ETH_ALEN)
				message->address = value;
			break;
		case HWSIM_ATTR_FRAME:
			message->frame = value;
			message->frame_length = size;
			break;
		case HWSIM_ATTR_PMSR_REQUEST:
			message->request = value;
			message->request_length = size;
			break;
		case HWSIM_ATTR_FLAGS:
			if (size == sizeof(u32))
				message->flags = nla_get_u32(attr);
			break;
		case HWSIM_ATTR_FREQ:
			if (size == sizeof(u32))
				message->freq_mhz = nla_get_u32(attr);
			break;
		case HWSIM_ATTR_COOKIE:
			if (size == sizeof(u64)) {
				message->cookie = nla_get_u64(attr);
				has_cookie = true;
			}
			break;
		case HWSIM_ATTR_TX_INFO:
			if (size == sizeof_field(struct shmwifi_tx_slot, rates))
				message->rates = value;
			break;
		case HWSIM_ATTR_TX_INFO_FLAGS:
			if (size == sizeof_field(struct shmwifi_tx_slot, rate_flags))
				message->rate_flags = value;
			break;
		}
	}

	if (!message->transmitter)
		return false;
	switch (message->command) {
	case HWSIM_CMD_FRAME:
		return message->frame && message->rates && message->freq_mhz && has_cookie &&
		       message->frame_length <= SHMWIFI_SLOT_PAYLOAD;
	case HWSIM_CMD_ADD_MAC_ADDR:
	case HWSIM_CMD_DEL_MAC_ADDR:
		return message->address;
	case HWSIM_CMD_START_PMSR:
		return message->request && message->request_length <= SHMWIFI_SLOT_PAYLOAD;
	default:
		return true;	/* nothing for us */
	}
}

static struct nlattr *shmwifi_message_begin(struct nlmsghdr *header, u8 command)
{
	struct genlmsghdr *genl = nlmsg_data(header);

	memset(header, 0, NLMSG_HDRLEN);
	*genl = (struct genlmsghdr) { .cmd = command, .version = HWSIM_VERSION };
	return genlmsg_data(genl);
}

static void *shmwifi_attr_reserve(struct nlattr **attr, u16 type, int size)
{
	void *value = nla_data(*attr);

	(*attr)->nla_type = type;
	(*attr)->nla_len = nla_attr_size(size);
	memset(value + size, 0, nla_padlen(size));
	*attr = value + NLA_ALIGN(size);
	return value;
}

static void shmwifi_attr_put(struct nlattr **attr, u16 type, const void *value, int size)
{
	memcpy(shmwifi_attr_reserve(attr, type, size), value, size);
}

static void shmwifi_attr_put_u32(struct nlattr **attr, u16 type, u32 value)
{
	shmwifi_attr_put(attr, type, &value, sizeof(value));
}

static u32 shmwifi_message_end(struct nlmsghdr *header, struct nlattr *end)
{
	header->nlmsg_len = (u8 *)end - (u8 *)header;
	return header->nlmsg_len;
}

/**
 * shmwifi_message_put_frame() - write a frame that a radio receives
 * @data: a buffer of the RX virtqueue
 * @length: its bytes
 * @receiver: addresses[1] of the radio
 * @desc: signal, rate, frequency, and a length that was checked
 * @frame: the frame
 *
 * hwsim takes no frame of fewer than 24 bytes; control frames (PS-Poll,
 * BlockAckReq) are filled up with zeros, which mac80211 does not read.
 *
 * Return: bytes written; 0 when the buffer is too small.
 */
u32 shmwifi_message_put_frame(void *data, u32 length, const u8 receiver[ETH_ALEN],
			      const struct shmwifi_rx_desc *desc, const void *frame)
{
	u32 size = max_t(u32, desc->length, SHMWIFI_FRAME_MIN);
	struct nlmsghdr *header = data;
	struct nlattr *attr;
	u8 *payload;

	if (length < NLMSG_HDRLEN + GENL_HDRLEN + nla_total_size(ETH_ALEN) +
		     3 * nla_total_size(sizeof(u32)) + nla_total_size(size))
		return 0;

	attr = shmwifi_message_begin(header, HWSIM_CMD_FRAME);
	shmwifi_attr_put(&attr, HWSIM_ATTR_ADDR_RECEIVER, receiver, ETH_ALEN);
	shmwifi_attr_put_u32(&attr, HWSIM_ATTR_RX_RATE, desc->rate_index);
	shmwifi_attr_put_u32(&attr, HWSIM_ATTR_SIGNAL, (s32)desc->signal_dbm);
	shmwifi_attr_put_u32(&attr, HWSIM_ATTR_FREQ, desc->freq_mhz);
	payload = shmwifi_attr_reserve(&attr, HWSIM_ATTR_FRAME, size);
	memcpy(payload, frame, desc->length);
	memset(payload + desc->length, 0, size - desc->length);
	return shmwifi_message_end(header, attr);
}

/**
 * shmwifi_message_put_status() - write the status of a frame that a radio sent
 * @data: a buffer of the RX virtqueue
 * @length: its bytes
 * @transmitter: addresses[1] of the radio
 * @cookie: the frame's
 * @flags: the frame's, with SHMWIFI_TX_ACKED if it was
 * @rates: the attempts as they were
 * @signal_dbm: of the acknowledgement
 *
 * Return: bytes written; 0 when the buffer is too small.
 */
u32 shmwifi_message_put_status(void *data, u32 length, const u8 transmitter[ETH_ALEN], u64 cookie,
			       u8 flags, const u8 rates[8], s8 signal_dbm)
{
	struct nlmsghdr *header = data;
	struct nlattr *attr;

	if (length < NLMSG_HDRLEN + GENL_HDRLEN + nla_total_size(ETH_ALEN) +
		     2 * nla_total_size(sizeof(u32)) + 2 * nla_total_size(sizeof(u64)))
		return 0;

	attr = shmwifi_message_begin(header, HWSIM_CMD_TX_INFO_FRAME);
	shmwifi_attr_put(&attr, HWSIM_ATTR_ADDR_TRANSMITTER, transmitter, ETH_ALEN);
	shmwifi_attr_put_u32(&attr, HWSIM_ATTR_FLAGS, flags);
	shmwifi_attr_put(&attr, HWSIM_ATTR_COOKIE, &cookie, sizeof(cookie));
	shmwifi_attr_put_u32(&attr, HWSIM_ATTR_SIGNAL, (s32)signal_dbm);
	shmwifi_attr_put(&attr, HWSIM_ATTR_TX_INFO, rates,
			 sizeof_field(struct shmwifi_rx_desc, rates));
	return shmwifi_message_end(header, attr);
}

/**
 * shmwifi_message_put_report() - write what a radio measured of its peers
 * @data: a buffer of the RX virtqueue
 * @length: its bytes
 * @transmitter: addresses[1] of the radio
 * @result: the value of PMSR_RESULT; NULL: hwsim is to forget what it aborted
 * @size: bytes of @result
 *
 * Return: bytes written; 0 when the buffer is too small.
 */
u32 shmwifi_message_put_report(void *data, u32 length, const u8 transmitter[ETH_ALEN],
			       const void *result, u32 size)
{
	struct nlmsghdr *header = data;
	struct nlattr *attr;

	if (length < NLMSG_HDRLEN + GENL_HDRLEN + nla_total_size(ETH_ALEN) + nla_total_size(size))
		return 0;

	attr = shmwifi_message_begin(header, HWSIM_CMD_REPORT_PMSR);
	shmwifi_attr_put(&attr, HWSIM_ATTR_ADDR_TRANSMITTER, transmitter, ETH_ALEN);
	if (result)
		shmwifi_attr_put(&attr, HWSIM_ATTR_PMSR_RESULT | NLA_F_NESTED, result, size);
	return shmwifi_message_end(header, attr);
}
