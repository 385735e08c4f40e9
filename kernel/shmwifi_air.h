/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: the face to the kernel, a virtio device that mac80211_hwsim binds.
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
void shmwifi_vring_give_back(struct shmwifi_vring *ring, const struct shmwifi_buffer *buffer, u32 written);
bool shmwifi_vring_wait(struct shmwifi_vring *ring);
bool shmwifi_vring_is_idle(struct shmwifi_vring *ring);
void shmwifi_vring_interrupt(struct shmwifi_vring *ring);

/**
 * struct shmwifi_air - the in-kernel face of a device
 * @shm: the device
 * @vdev: what hwsim binds
 * @status: virtio's status byte
 * @region: the device's
 * @port: ours in it
 * @lock: guards all that follows up to @netdev; taken inside hwsim's own lock
 * @to_host: hwsim's TX virtqueue
 * @to_guest: hwsim's RX virtqueue
 * @tx: to the host
 * @rx: from the host
 * @radios: who sends and hears
 * @clock: the host's
 * @clock_asked_ns: when the host was asked for its clock; 0: no answer is awaited
 * @clock_answers: answers that counted
 * @watch_asked_ns: since when the host says nothing although it was asked; 0: it spoke
 * @host_away: nobody answers: all frames stay unacknowledged
 * @running: hwsim's driver is ready, and the device is not going
 * @starved: hwsim has no buffer to receive into
 * @give_up: index of the next slot whose frame is answered as not acknowledged
 * @give_up_end: index after the last such
 * @lookers: who looks at the RX ring by themselves, so that no doorbell is asked for
 * @sent_ns: when a frame to one receiver was last sent
 * @lone: the one that was sent just now came out of silence
 * @counters: as in the region, by enum shmwifi_counter
 * @polls: times that NAPI polled
 * @status_dropped: statuses for radios that are gone
 * @malformed: messages from hwsim that made no sense
 * @interrupts: doorbells that reached us
 * @netdev: NAPI's owner, never registered
 * @napi: moves frames from the host
 * @kick: schedules @napi from where softirqs cannot be raised
 * @tick: asks for the clock, and watches the host
 * @devices: hears of network devices
 * @late: polls although no doorbell came, which was not asked for
 */
struct shmwifi_air {
	struct shmwifi_device *shm;
	struct virtio_device vdev;
	u8 status;
	struct shmwifi_region region;
	struct shmwifi_port *port;

	spinlock_t lock;
	struct shmwifi_vring to_host;
	struct shmwifi_vring to_guest;
	struct shmwifi_producer tx;
	struct shmwifi_consumer rx;
	struct shmwifi_radios radios;
	struct shmwifi_clock clock;
	u64 clock_asked_ns;
	unsigned int clock_answers;
	u64 watch_asked_ns;
	bool host_away;
	bool running;
	bool starved;
	u32 give_up;
	u32 give_up_end;
	unsigned int lookers;
	u64 sent_ns;
	bool lone;
	u64 counters[SHMWIFI_COUNTER_COUNT];
	u64 polls;
	u64 status_dropped;
	u64 malformed;
	u64 interrupts;

	struct net_device *netdev;
	struct napi_struct napi;
	struct irq_work kick;
	struct delayed_work tick;
	struct notifier_block devices;
	struct timer_list late;
};

int shmwifi_air_init(struct shmwifi_air *air);
void shmwifi_air_exit(struct shmwifi_air *air);
void shmwifi_air_start(struct shmwifi_air *air);
void shmwifi_air_stop(struct shmwifi_air *air);
void shmwifi_air_drain(struct shmwifi_air *air);
bool shmwifi_air_is_used(struct shmwifi_air *air);
bool shmwifi_air_notify(struct virtqueue *vq);

irqreturn_t shmwifi_air_interrupt(int irq, void *data);

extern const struct file_operations shmwifi_statistics_fops;

#endif /* SHMWIFI_AIR_H */
