// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: when frames are moved between hwsim's virtqueues and a port's rings.
 *
 * To the host: whenever hwsim kicks. From it: an interrupt schedules NAPI, and
 * no doorbell is asked for until a poll has found nothing more. hwsim is
 * interrupted once a poll.
 */
#include <linux/delay.h>

#include "shmwifi_air.h"
#include "shmwifi_compat.h"

#define SHMWIFI_DRAIN_LIMIT_MS	500
#define SHMWIFI_SENT_BATCH	64	/* hwsim frees what was sent, which nobody waits for */

void shmwifi_count(struct shmwifi_air *air, enum shmwifi_counter counter, u64 value)
{
	air->counters[counter] += value;
	WRITE_ONCE(air->port->guest_counters[counter], air->counters[counter]);
}

/* Rings if the host asked for it, and counts what the event index saved. */
void shmwifi_count_doorbell(struct shmwifi_air *air, bool asked)
{
	if (asked)
		shmwifi_ring_host(air->shm);
	shmwifi_count(air, asked ? SHMWIFI_DOORBELLS : SHMWIFI_DOORBELLS_SUPPRESSED, 1);
}

static void shmwifi_kicked(struct irq_work *work)
{
	struct shmwifi_air *air = container_of(work, struct shmwifi_air, kick);

	napi_schedule(&air->napi);
}

/* NAPI may be scheduled where softirqs are served or will be; from elsewhere by an interrupt. */
static void shmwifi_kick(struct shmwifi_air *air)
{
	if (in_interrupt())
		napi_schedule(&air->napi);
	else
		irq_work_queue(&air->kick);
}

/* From a process: polls before it returns, unless a poll goes on. */
void shmwifi_poll_now(struct shmwifi_air *air)
{
	local_bh_disable();
	napi_schedule(&air->napi);
	local_bh_enable();
}

static void shmwifi_is_late(struct timer_list *timer)
{
	struct shmwifi_air *air = from_timer(air, timer, late);

	napi_schedule(&air->napi);
}

irqreturn_t shmwifi_air_interrupt(int irq, void *data)
{
	struct shmwifi_air *air = data;

	if (READ_ONCE(air->running)) {
		WRITE_ONCE(air->interrupts, air->interrupts + 1);
		napi_schedule(&air->napi);
	}
	return IRQ_HANDLED;
}

static bool shmwifi_has_sent_much(const struct shmwifi_air *air)
{
	return air->to_host.unseen >= SHMWIFI_SENT_BATCH;
}

/**
 * shmwifi_air_notify() - hwsim has put a buffer into a virtqueue
 * @vq: which
 *
 * hwsim's lock is held, which its callbacks take: they are called by NAPI. And
 * interrupts are off, but for the kick of hwsim's probe.
 */
bool shmwifi_air_notify(struct virtqueue *vq)
{
	struct shmwifi_air *air = container_of(vq->vdev, struct shmwifi_air, vdev);
	unsigned long flags;

	spin_lock_irqsave(&air->lock, flags);
	if (air->running) {
		if (vq == air->to_host.vq)
			shmwifi_transmit(air);
		if (air->to_guest.unseen || air->starved || shmwifi_has_sent_much(air))
			shmwifi_kick(air);
	}
	spin_unlock_irqrestore(&air->lock, flags);
	return true;
}

/* Whether all is dealt with, and an interrupt or a kick will come when that changes. */
static bool shmwifi_may_sleep(struct shmwifi_air *air)
{
	if (!air->running)
		return true;
	if (air->starved)	/* what waits in the RX ring is not asked for */
		return shmwifi_vring_wait(&air->to_guest);
	return air->lookers || shmwifi_consumer_arm(&air->rx);
}

static int shmwifi_move(struct shmwifi_air *air, int budget)
{
	int count;

	air->polls++;
	if (air->starved) {
		air->starved = false;
		shmwifi_vring_set_notify(&air->to_guest, false);
	}
	shmwifi_give_up(air);
	count = shmwifi_receive(air, budget);
	if (count && timer_pending(&air->late))
		del_timer(&air->late);
	shmwifi_transmit(air);
	return count;
}

static int shmwifi_poll(struct napi_struct *napi, int budget)
{
	struct shmwifi_air *air = container_of(napi, struct shmwifi_air, napi);
	bool heard, sent, sleep;
	int count = 0;

	spin_lock(&air->lock);
	if (air->running)
		count = shmwifi_move(air, budget);
	heard = air->to_guest.unseen;
	sent = shmwifi_has_sent_much(air);
	air->to_guest.unseen = 0;
	if (sent)
		air->to_host.unseen = 0;
	spin_unlock(&air->lock);

	if (heard)
		shmwifi_vring_interrupt(&air->to_guest);
	if (sent)
		shmwifi_vring_interrupt(&air->to_host);

	if (count >= budget)
		return budget;
	if (!napi_complete_done(napi, count))
		return count;

	spin_lock(&air->lock);
	sleep = shmwifi_may_sleep(air);
	spin_unlock(&air->lock);
	if (!sleep)
		napi_schedule(napi);
	return count;
}

/* From here on no doorbell is asked for: the caller looks. */
void shmwifi_begin_look(struct shmwifi_air *air)
{
	spin_lock_bh(&air->lock);
	air->lookers++;
	shmwifi_consumer_disarm(&air->rx);
	spin_unlock_bh(&air->lock);
}

void shmwifi_end_look(struct shmwifi_air *air)
{
	bool sleep;

	spin_lock_bh(&air->lock);
	air->lookers--;
	sleep = shmwifi_may_sleep(air);
	spin_unlock_bh(&air->lock);
	if (!sleep)
		shmwifi_poll_now(air);
}

static int shmwifi_device_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct shmwifi_air *air = container_of(notifier, struct shmwifi_air, devices);
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGEADDR:
	case NETDEV_UNREGISTER:
		if (!shmwifi_hwsim_wiphy(dev))
			break;
		spin_lock_bh(&air->lock);
		if (air->running)
			shmwifi_radios_observe(&air->radios, dev, event == NETDEV_UNREGISTER);
		spin_unlock_bh(&air->lock);
		shmwifi_poll_now(air);	/* tells the host */
		break;
	}
	return NOTIFY_DONE;
}

/* Gives back unread what was meant for a service before us. */
static void shmwifi_discard(struct shmwifi_air *air)
{
	struct shmwifi_rx_desc desc;

	while (shmwifi_consumer_next(&air->rx, &desc)) {
		shmwifi_consumer_stamp(&air->rx, air->rx.taken, 1, 0, 0);
		shmwifi_consumer_take(&air->rx);
	}
	shmwifi_consumer_release(&air->rx);
}

static void shmwifi_take_over(struct shmwifi_air *air)
{
	struct shmwifi_port_guest *guest = &air->port->guest;

	shmwifi_producer_init(&air->tx, &air->region, air->port);
	shmwifi_consumer_init(&air->rx, &air->region, air->port);
	shmwifi_radios_init(&air->radios);
	memset(air->chains, 0, sizeof(air->chains));
	memset(&air->clock, 0, sizeof(air->clock));
	air->clock_answers = 0;
	air->clock_asked_ns = 0;
	air->watch_asked_ns = 0;
	air->host_away = false;
	air->starved = false;
	air->lone = false;
	air->sent_ns = 0;
	air->lookers = 0;
	shmwifi_begin_to_give_up(air);
	air->give_up = air->give_up_end;

	shmwifi_discard(air);
	WRITE_ONCE(guest->clock_error_ns, 0);
	WRITE_ONCE(guest->abi_version, SHMWIFI_ABI_VERSION);
	WRITE_ONCE(guest->features, SHMWIFI_F_KERNEL_PATH);
	smp_store_release(&guest->state, SHMWIFI_GUEST_READY);	/* after what it is ready with */
	air->running = true;
}

/**
 * shmwifi_air_start() - take the rings over, and serve
 * @air: the face; its virtqueues exist
 */
void shmwifi_air_start(struct shmwifi_air *air)
{
	spin_lock_bh(&air->lock);
	shmwifi_take_over(air);
	spin_unlock_bh(&air->lock);

	shmwifi_ring_host(air->shm);	/* who served before may have died before its doorbell */
	napi_enable(&air->napi);
	if (register_netdevice_notifier(&air->devices))
		dev_err(&air->shm->pdev->dev,
			"network devices are not heard of: radios are known by their frames only\n");
	schedule_delayed_work(&air->tick, 0);
	shmwifi_poll_now(air);
}

/* Serves no more. What hwsim sends from here on stays in its virtqueue. */
void shmwifi_air_stop(struct shmwifi_air *air)
{
	spin_lock_bh(&air->lock);
	air->running = false;
	spin_unlock_bh(&air->lock);

	unregister_netdevice_notifier(&air->devices);
	cancel_delayed_work_sync(&air->tick);
	del_timer_sync(&air->late);
	irq_work_sync(&air->kick);
	napi_disable(&air->napi);
	smp_store_release(&air->port->guest.state, SHMWIFI_GUEST_ABSENT);	/* after all else */
	shmwifi_radios_clear(&air->radios);
}

/**
 * shmwifi_air_drain() - answer all that is unanswered
 * @air: the face, which is about to go
 *
 * Waits until hwsim has read the answers: it will hear nothing more.
 */
void shmwifi_air_drain(struct shmwifi_air *air)
{
	unsigned int waited;
	bool idle;

	cancel_delayed_work_sync(&air->tick);	/* would find the host back */
	spin_lock_bh(&air->lock);
	idle = !air->running;
	air->host_away = true;
	shmwifi_begin_to_give_up(air);
	spin_unlock_bh(&air->lock);

	for (waited = 0; !idle && waited < SHMWIFI_DRAIN_LIMIT_MS; waited++) {
		shmwifi_poll_now(air);
		usleep_range(1000, 2000);
		spin_lock_bh(&air->lock);
		idle = air->give_up == air->give_up_end && shmwifi_vring_is_idle(&air->to_guest);
		spin_unlock_bh(&air->lock);
	}
	if (!idle)
		dev_warn(&air->shm->pdev->dev, "hwsim did not read all statuses within %u ms\n",
			 SHMWIFI_DRAIN_LIMIT_MS);
}

/* Whether an interface is up whose air this is. */
bool shmwifi_air_is_used(struct shmwifi_air *air)
{
	bool used = false;
	unsigned int i;

	spin_lock_bh(&air->lock);
	for (i = 0; i < SHMWIFI_MAX_RADIOS && air->running; i++) {
		struct shmwifi_radio *radio = shmwifi_radios_get(&air->radios, i);

		used |= radio && radio->up;
	}
	spin_unlock_bh(&air->lock);
	return used;
}

int shmwifi_air_init(struct shmwifi_air *air)
{
	spin_lock_init(&air->lock);
	init_irq_work(&air->kick, shmwifi_kicked);
	timer_setup(&air->late, shmwifi_is_late, 0);
	INIT_DELAYED_WORK(&air->tick, shmwifi_tick);
	air->devices.notifier_call = shmwifi_device_event;
	air->devices.priority = 1;	/* before cfg80211 takes an interface out of its list */

	air->netdev = alloc_netdev_dummy(0);
	if (!air->netdev)
		return -ENOMEM;
	netif_napi_add(air->netdev, &air->napi, shmwifi_poll);
	return 0;
}

void shmwifi_air_exit(struct shmwifi_air *air)
{
	netif_napi_del(&air->napi);
	free_netdev_dummy(air->netdev);
}
