/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: the kernel datapath, a virtio device that mac80211_hwsim binds.
 *
 * shmwifi_virtio.c	the virtio device and its transport
 * shmwifi_vring.c	the device's side of a virtqueue
 * shmwifi_datapath.c	NAPI, start and stop
 * shmwifi_tx.c		hwsim to host
 * shmwifi_rx.c		host to hwsim
 * shmwifi_status.c	TX statuses
 * shmwifi_pmsr.c	peer measurements
 * shmwifi_host.c	the host's clock, and whether the host is alive
 * shmwifi_retune.c	mac80211's word that a radio was tuned elsewhere, or sends with another power
 * shmwifi_monitor.c	hwsim0 stays down beside radios that it would crash
 */
#ifndef SHMWIFI_DATAPATH_H
#define SHMWIFI_DATAPATH_H

#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

#include "shmwifi.h"
#include "shmwifi_clock.h"
#include "shmwifi_radio.h"
#include "shmwifi_region.h"

struct tracepoint;

/* What a guest counts for its port: indices into guest_counters. The twin of GuestCounter. */
enum shmwifi_counter {
	SHMWIFI_TX_FRAMES,		/* taken from hwsim */
	SHMWIFI_TX_DROPPED,		/* reported as not acknowledged, without the host */
	SHMWIFI_RX_FRAMES,		/* given to hwsim */
	SHMWIFI_RX_REFUSED,		/* not given: the radio is down, or on another channel */
	SHMWIFI_RX_INVALID,		/* invalid descriptors */
	SHMWIFI_DOORBELLS,
	SHMWIFI_DOORBELLS_SUPPRESSED,	/* saved by the event index */
	SHMWIFI_SYSTEM_CALLS,		/* none in the kernel */
	SHMWIFI_WAKEUPS,		/* interrupts */
	SHMWIFI_COUNTER_COUNT,
};

/**
 * struct shmwifi_vring - the device's side of a virtqueue
 * @vq: the driver's side
 * @vring: the memory between them
 * @next_avail: index of the next buffer to take
 * @used: index of the next buffer to give back
 * @unseen: buffers given back since the driver was last interrupted
 */
struct shmwifi_vring {
	struct virtqueue *vq;
	const struct vring *vring;
	u16 next_avail;
	u16 used;
	unsigned int unseen;
};

/**
 * struct shmwifi_buffer - a buffer that the driver offers
 * @data: its bytes
 * @length: how many
 * @head: its descriptor
 */
struct shmwifi_buffer {
	void *data;
	u32 length;
	u32 head;
};

void shmwifi_vring_init(struct shmwifi_vring *ring, struct virtqueue *vq);
void shmwifi_vring_set_notify(struct shmwifi_vring *ring, bool wanted);
bool shmwifi_vring_peek(struct shmwifi_vring *ring, struct shmwifi_buffer *buffer);
void shmwifi_vring_give_back(struct shmwifi_vring *ring, const struct shmwifi_buffer *buffer,
			     u32 written);
bool shmwifi_vring_wait(struct shmwifi_vring *ring);
bool shmwifi_vring_is_idle(struct shmwifi_vring *ring);
void shmwifi_vring_interrupt(struct shmwifi_vring *ring);

#define SHMWIFI_CHAIN		4	/* IEEE80211_TX_MAX_RATES */
#define SHMWIFI_CHAINS		1024

/**
 * struct shmwifi_chain - the retry chain of a frame that waits for its status
 * @cookie: the frame's
 * @radio: the serial number of who sent it; 0: nobody's
 * @index: the rates that may be tried; what they mean, mac80211 knows by the frame
 */
struct shmwifi_chain {
	u64 cookie;
	u32 radio;
	s8 index[SHMWIFI_CHAIN];
};

/**
 * struct shmwifi_datapath - the kernel datapath of a device
 * @shm: the device
 * @vdev: what hwsim binds
 * @status: virtio's status byte
 * @region: the device's
 * @port: ours in it
 * @lock: guards what follows, up to @malformed; taken inside hwsim's own lock
 * @to_host: hwsim's TX virtqueue
 * @to_guest: hwsim's RX virtqueue
 * @tx: to the host
 * @rx: from the host
 * @radios: hwsim's radios, with their addresses
 * @chains: by cookie and radio; a newer one may have taken the place
 * @clock: the host's
 * @clock_asked_ns: when the pending clock request went out; 0: none is pending
 * @clock_answers: answers used
 * @clock_due_ns: when the next one is due
 * @watch_asked_ns: when the oldest request went out that the host has not answered; 0: none
 * @away_ns: since when the host has said that it is away; 0: it has not
 * @host_away: the host does not serve us: no frame is acknowledged
 * @host_messages: limits what is said of it, which the host can make happen at will
 * @running: hwsim's driver is ready, and is not leaving
 * @draining: hwsim is about to leave: nothing of the host's is given to it any more
 * @starved: hwsim's RX virtqueue has no free buffer
 * @lone: the last frame followed a pause of SHMWIFI_SILENCE_NS
 * @sent_ns: when a unicast frame was last sent
 * @open: frames whose status the host owes, by @chains
 * @received: where the RX ring was when something last came
 * @still_ns: since when frames have been waiting, and nothing has come
 * @still_asked_ns: when the host was asked because of that; 0: not yet
 * @overdue: it has said nothing for too long, and still does not
 * @give_up: index of the next slot whose frame is reported as not acknowledged; those before
 *	it were, or were another's
 * @give_up_end: index after the last such slot
 * @measurements: peer measurements that the host was asked for
 * @unmeasured: the host has forgotten them
 * @pollers: how many busy-poll the RX ring, so that no doorbell is requested
 * @counters: as in the region, by enum shmwifi_counter
 * @polls: times that NAPI polled
 * @status_dropped: statuses for radios that no longer exist
 * @malformed: messages from hwsim that could not be parsed
 * @retuned: a radio may listen elsewhere, or send with another power, than the host was told
 * @drv_config: mac80211's tracepoint; NULL: not watched
 * @drv_link_info_changed: the same
 * @interrupts: doorbells that reached us
 * @netdev: NAPI's owner, never registered
 * @napi: moves frames from the host
 * @kick: schedules @napi from where softirqs cannot be raised
 * @late: polls after a doorbell that was not requested
 * @tick: requests the host's clock, and checks that the host is alive
 * @tick_due: when it runs next, jiffies
 * @devices: notified of network devices
 * @bus: notified when hwsim is about to leave
 * @look: reads the radios' interfaces again
 * @monitor: hwsim0 while it is up, else NULL; under RTNL
 */
struct shmwifi_datapath {
	struct shmwifi_device *shm;
	struct virtio_device vdev;
	u8 status;
	struct shmwifi_region region;
	struct shmwifi_port *port;

	spinlock_t lock;	/* all up to malformed */
	struct shmwifi_vring to_host;
	struct shmwifi_vring to_guest;
	struct shmwifi_producer tx;
	struct shmwifi_consumer rx;
	struct shmwifi_radios radios;
	struct shmwifi_chain chains[SHMWIFI_CHAINS];
	struct shmwifi_clock clock;
	u64 clock_asked_ns;
	unsigned int clock_answers;
	u64 clock_due_ns;
	u64 watch_asked_ns;
	u64 away_ns;
	bool host_away;
	struct ratelimit_state host_messages;
	bool running;
	bool draining;
	bool starved;
	bool lone;
	u64 sent_ns;
	unsigned int open;
	u32 received;
	u64 still_ns;
	u64 still_asked_ns;
	bool overdue;
	u32 give_up;
	u32 give_up_end;
	u64 measurements;
	bool unmeasured;
	unsigned int pollers;
	u64 counters[SHMWIFI_COUNTER_COUNT];
	u64 polls;
	u64 status_dropped;
	u64 malformed;

	bool retuned;
	struct tracepoint *drv_config;
	struct tracepoint *drv_link_info_changed;
	u64 interrupts;
	struct net_device *netdev;
	struct napi_struct napi;
	struct irq_work kick;
	struct timer_list late;
	struct delayed_work tick;
	unsigned long tick_due;
	struct notifier_block devices;
	struct notifier_block bus;
	struct work_struct look;
	struct net_device *monitor;
};

/* shmwifi_datapath.c */
int shmwifi_datapath_init(struct shmwifi_datapath *dp);
void shmwifi_datapath_exit(struct shmwifi_datapath *dp);
void shmwifi_datapath_start(struct shmwifi_datapath *dp);
void shmwifi_datapath_stop(struct shmwifi_datapath *dp);
void shmwifi_datapath_drain(struct shmwifi_datapath *dp);
bool shmwifi_datapath_is_used(struct shmwifi_datapath *dp);
bool shmwifi_datapath_notify(struct virtqueue *vq);
irqreturn_t shmwifi_datapath_interrupt(int irq, void *data);

void shmwifi_count(struct shmwifi_datapath *dp, enum shmwifi_counter counter, u64 value);
void shmwifi_count_doorbell(struct shmwifi_datapath *dp, bool asked);
void shmwifi_poll_now(struct shmwifi_datapath *dp);
void shmwifi_begin_polling(struct shmwifi_datapath *dp);
void shmwifi_end_polling(struct shmwifi_datapath *dp);

/* shmwifi_tx.c */
void shmwifi_transmit(struct shmwifi_datapath *dp);
void shmwifi_publish(struct shmwifi_datapath *dp);

/* shmwifi_rx.c */
int shmwifi_receive(struct shmwifi_datapath *dp, int budget);

/* shmwifi_status.c */
void shmwifi_remember_chain(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio,
			    u64 cookie, const u8 rates[8]);
bool shmwifi_put_status(struct shmwifi_datapath *dp, const struct shmwifi_radio *radio, u64 cookie,
			u8 flags, const u8 rates[8], s8 signal_dbm);
bool shmwifi_put_host_status(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc);
void shmwifi_forget_gone(struct shmwifi_datapath *dp);
void shmwifi_begin_to_give_up(struct shmwifi_datapath *dp, u32 end);
bool shmwifi_engine_changed(struct shmwifi_datapath *dp, u32 index);
void shmwifi_give_up(struct shmwifi_datapath *dp);

static inline bool shmwifi_is_giving_up(const struct shmwifi_datapath *dp)
{
	return dp->give_up != dp->give_up_end;
}

/* shmwifi_pmsr.c */
bool shmwifi_pmsr_start(struct shmwifi_datapath *dp, const struct shmwifi_message *message);
bool shmwifi_pmsr_abort(struct shmwifi_datapath *dp, const struct shmwifi_message *message);
bool shmwifi_pmsr_report(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc);
void shmwifi_pmsr_give_up(struct shmwifi_datapath *dp);

/* shmwifi_host.c */
bool shmwifi_host_is_there(const struct shmwifi_datapath *dp);
bool shmwifi_host_takes_frames(const struct shmwifi_datapath *dp);
void shmwifi_begin_to_wait(struct shmwifi_datapath *dp, u64 now);
void shmwifi_clock_answered(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc);
void shmwifi_tick(struct work_struct *work);

/* shmwifi_retune.c */
bool shmwifi_retune_watch(struct shmwifi_datapath *dp);
void shmwifi_retune_forget(struct shmwifi_datapath *dp);

/* shmwifi_monitor.c */
void shmwifi_monitor_check(struct shmwifi_datapath *dp);
int shmwifi_monitor_event(struct shmwifi_datapath *dp, unsigned long event,
			  struct netdev_notifier_info *info);

/* shmwifi_debugfs.c */
extern const struct file_operations shmwifi_statistics_fops;

#endif /* SHMWIFI_DATAPATH_H */
