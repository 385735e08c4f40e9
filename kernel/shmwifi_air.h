/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: the face to the kernel, a virtio device that mac80211_hwsim binds.
 *
 * shmwifi_virtio.c	the virtio device and its transport
 * shmwifi_vring.c	the device's side of a virtqueue
 * shmwifi_air.c	when frames are moved: NAPI, start and stop
 * shmwifi_tx.c		hwsim to host
 * shmwifi_rx.c		host to hwsim
 * shmwifi_status.c	what became of a frame
 * shmwifi_host.c	the host's clock, and whether it is there
 */
#ifndef SHMWIFI_AIR_H
#define SHMWIFI_AIR_H

#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

#include "shmwifi.h"
#include "shmwifi_clock.h"
#include "shmwifi_radio.h"
#include "shmwifi_region.h"

/* What a guest counts for its port: indices into guest_counters. The twin of GuestCounter. */
enum shmwifi_counter {
	SHMWIFI_TX_FRAMES,		/* taken from hwsim */
	SHMWIFI_TX_DROPPED,		/* answered as not acknowledged without the host */
	SHMWIFI_RX_FRAMES,		/* given to hwsim */
	SHMWIFI_RX_REFUSED,		/* not given: the radio is down, or listens elsewhere */
	SHMWIFI_RX_INVALID,		/* descriptors that cannot be */
	SHMWIFI_DOORBELLS,
	SHMWIFI_DOORBELLS_SUPPRESSED,	/* that the event index saved */
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
 * @radio: the port's number of who sent it
 * @index: the rates that may be tried; what they mean, mac80211 knows by the frame
 */
struct shmwifi_chain {
	u64 cookie;
	u16 radio;
	s8 index[SHMWIFI_CHAIN];
};

/**
 * struct shmwifi_air - the in-kernel face of a device
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
 * @radios: who sends and hears
 * @chains: by cookie and radio; a newer one may have taken the place
 * @clock: the host's
 * @clock_asked_ns: when the host was asked for its clock; 0: no answer is awaited
 * @clock_answers: answers that counted
 * @watch_asked_ns: since when the host says nothing although it was asked; 0: it spoke
 * @host_away: nobody answers: all frames stay unacknowledged
 * @running: hwsim's driver is ready, and the device is not going
 * @starved: hwsim has no buffer to receive into
 * @lone: the frame that was sent just now came out of silence
 * @sent_ns: when a frame to one receiver was last sent
 * @give_up: index of the next slot whose frame is answered as not acknowledged
 * @give_up_end: index after the last such
 * @lookers: who looks at the RX ring by themselves, so that no doorbell is asked for
 * @counters: as in the region, by enum shmwifi_counter
 * @polls: times that NAPI polled
 * @status_dropped: statuses for radios that are gone
 * @malformed: messages from hwsim that made no sense
 * @interrupts: doorbells that reached us
 * @netdev: NAPI's owner, never registered
 * @napi: moves frames from the host
 * @kick: schedules @napi from where softirqs cannot be raised
 * @late: polls although no doorbell came, which was not asked for
 * @tick: asks for the clock, and watches the host
 * @devices: hears of network devices
 */
struct shmwifi_air {
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
	u64 watch_asked_ns;
	bool host_away;
	bool running;
	bool starved;
	bool lone;
	u64 sent_ns;
	u32 give_up;
	u32 give_up_end;
	unsigned int lookers;
	u64 counters[SHMWIFI_COUNTER_COUNT];
	u64 polls;
	u64 status_dropped;
	u64 malformed;

	u64 interrupts;
	struct net_device *netdev;
	struct napi_struct napi;
	struct irq_work kick;
	struct timer_list late;
	struct delayed_work tick;
	struct notifier_block devices;
};

/* shmwifi_air.c */
int shmwifi_air_init(struct shmwifi_air *air);
void shmwifi_air_exit(struct shmwifi_air *air);
void shmwifi_air_start(struct shmwifi_air *air);
void shmwifi_air_stop(struct shmwifi_air *air);
void shmwifi_air_drain(struct shmwifi_air *air);
bool shmwifi_air_is_used(struct shmwifi_air *air);
bool shmwifi_air_notify(struct virtqueue *vq);
irqreturn_t shmwifi_air_interrupt(int irq, void *data);

void shmwifi_count(struct shmwifi_air *air, enum shmwifi_counter counter, u64 value);
void shmwifi_count_doorbell(struct shmwifi_air *air, bool asked);
void shmwifi_poll_now(struct shmwifi_air *air);
void shmwifi_begin_look(struct shmwifi_air *air);
void shmwifi_end_look(struct shmwifi_air *air);

/* shmwifi_tx.c */
void shmwifi_transmit(struct shmwifi_air *air);
void shmwifi_publish(struct shmwifi_air *air);

/* shmwifi_rx.c */
int shmwifi_receive(struct shmwifi_air *air, int budget);

/* shmwifi_status.c */
void shmwifi_remember_chain(struct shmwifi_air *air, u16 radio, u64 cookie, const u8 rates[8]);
bool shmwifi_put_status(struct shmwifi_air *air, const struct shmwifi_radio *radio, u64 cookie,
			u8 flags, const u8 rates[8], s8 signal_dbm);
bool shmwifi_put_host_status(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc);
void shmwifi_begin_to_give_up(struct shmwifi_air *air);
void shmwifi_give_up(struct shmwifi_air *air);

/* shmwifi_host.c */
bool shmwifi_host_is_there(const struct shmwifi_air *air);
void shmwifi_clock_answered(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc);
void shmwifi_tick(struct work_struct *work);

/* shmwifi_debugfs.c */
extern const struct file_operations shmwifi_statistics_fops;

#endif /* SHMWIFI_AIR_H */
