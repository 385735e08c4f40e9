// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: when frames are moved between hwsim's virtqueues and a port's rings.
 *
 * To the host: whenever hwsim kicks. From it: an interrupt schedules NAPI, and
 * no doorbell is asked for until a poll has found nothing more. hwsim is
 * interrupted once a poll.
 */
#include <linux/delay.h>
#include <linux/rtnetlink.h>

#include "shmwifi_datapath.h"
#include "shmwifi_compat.h"

#define SHMWIFI_DRAIN_LIMIT_MS	500
#define SHMWIFI_MESSAGES	10	/* of a host that comes and goes */
#define SHMWIFI_MESSAGES_JIFFIES	(60 * HZ)
#define SHMWIFI_SENT_BATCH	64	/* hwsim only frees what was sent: not urgent */

void shmwifi_count(struct shmwifi_datapath *dp, enum shmwifi_counter counter, u64 value)
{
	dp->counters[counter] += value;
	WRITE_ONCE(dp->port->guest_counters[counter], dp->counters[counter]);
}

/* Rings if the host asked for it, and counts what the event index saved. */
void shmwifi_count_doorbell(struct shmwifi_datapath *dp, bool asked)
{
	if (asked)
		shmwifi_ring_host(dp->shm);
	shmwifi_count(dp, asked ? SHMWIFI_DOORBELLS : SHMWIFI_DOORBELLS_SUPPRESSED, 1);
}

static void shmwifi_kicked(struct irq_work *work)
{
	struct shmwifi_datapath *dp = container_of(work, struct shmwifi_datapath, kick);

	napi_schedule(&dp->napi);
}

/* Outside of interrupt context nothing would run the softirq soon: irq_work raises it. */
static void shmwifi_kick(struct shmwifi_datapath *dp)
{
	if (in_interrupt())
		napi_schedule(&dp->napi);
	else
		irq_work_queue(&dp->kick);
}

/* From process context: polls before it returns, unless a poll is running. */
void shmwifi_poll_now(struct shmwifi_datapath *dp)
{
	local_bh_disable();
	napi_schedule(&dp->napi);
	local_bh_enable();
}

static void shmwifi_is_late(struct timer_list *timer)
{
	struct shmwifi_datapath *dp = timer_container_of(dp, timer, late);

	napi_schedule(&dp->napi);
}

irqreturn_t shmwifi_datapath_interrupt(int irq, void *data)
{
	struct shmwifi_datapath *dp = data;

	if (READ_ONCE(dp->running)) {
		WRITE_ONCE(dp->interrupts, dp->interrupts + 1);
		napi_schedule(&dp->napi);
	}
	return IRQ_HANDLED;
}

static bool shmwifi_has_sent_much(const struct shmwifi_datapath *dp)
{
	return dp->to_host.unseen >= SHMWIFI_SENT_BATCH;
}

/**
 * shmwifi_datapath_notify() - hwsim has put a buffer into a virtqueue
 * @vq: which
 *
 * Called with hwsim's lock held, which its callbacks take: NAPI calls those.
 * Interrupts are off, except in the kick of hwsim's probe.
 */
bool shmwifi_datapath_notify(struct virtqueue *vq)
{
	struct shmwifi_datapath *dp = container_of(vq->vdev, struct shmwifi_datapath, vdev);
	unsigned long flags;

	spin_lock_irqsave(&dp->lock, flags);
	if (dp->running) {
		if (vq == dp->to_host.vq)
			shmwifi_transmit(dp);
		if (dp->to_guest.unseen || dp->starved || shmwifi_has_sent_much(dp))
			shmwifi_kick(dp);
	}
	spin_unlock_irqrestore(&dp->lock, flags);
	return true;
}

/* Whether nothing is left to do, and an interrupt or a kick will come when there is. */
static bool shmwifi_may_sleep(struct shmwifi_datapath *dp)
{
	if (!dp->running || dp->draining)
		return true;
	if (dp->starved)	/* wait for a buffer, not for descriptors */
		return shmwifi_vring_wait(&dp->to_guest);
	return dp->pollers || shmwifi_consumer_arm(&dp->rx);
}

static int shmwifi_move(struct shmwifi_datapath *dp, int budget)
{
	int count;

	dp->polls++;
	if (dp->starved) {
		dp->starved = false;
		shmwifi_vring_set_notify(&dp->to_guest, false);
	}
	shmwifi_give_up(dp);
	shmwifi_pmsr_give_up(dp);
	count = dp->draining ? 0 : shmwifi_receive(dp, budget);
	if (count && timer_pending(&dp->late))
		timer_delete(&dp->late);
	shmwifi_transmit(dp);
	return count;
}

static int shmwifi_poll(struct napi_struct *napi, int budget)
{
	struct shmwifi_datapath *dp = container_of(napi, struct shmwifi_datapath, napi);
	bool received, sent, sleep;
	int count = 0;

	spin_lock(&dp->lock);
	if (dp->running)
		count = shmwifi_move(dp, budget);
	received = dp->to_guest.unseen;
	sent = shmwifi_has_sent_much(dp);
	dp->to_guest.unseen = 0;
	if (sent)
		dp->to_host.unseen = 0;
	spin_unlock(&dp->lock);

	if (received)
		shmwifi_vring_interrupt(&dp->to_guest);
	if (sent)
		shmwifi_vring_interrupt(&dp->to_host);

	if (count >= budget)
		return budget;
	if (!napi_complete_done(napi, count))
		return count;

	spin_lock(&dp->lock);
	sleep = shmwifi_may_sleep(dp);
	spin_unlock(&dp->lock);
	if (!sleep)
		napi_schedule(napi);
	return count;
}

/* No doorbell is requested from here on: the caller polls. */
void shmwifi_begin_polling(struct shmwifi_datapath *dp)
{
	spin_lock_bh(&dp->lock);
	dp->pollers++;
	shmwifi_consumer_disarm(&dp->rx);
	spin_unlock_bh(&dp->lock);
}

void shmwifi_end_polling(struct shmwifi_datapath *dp)
{
	bool sleep;

	spin_lock_bh(&dp->lock);
	dp->pollers--;
	sleep = shmwifi_may_sleep(dp);
	spin_unlock_bh(&dp->lock);
	if (!sleep)
		shmwifi_poll_now(dp);
}

/* After a message of hwsim's about an address: it may be that of a P2P Device. */
static void shmwifi_look(struct work_struct *work)
{
	struct shmwifi_datapath *dp = container_of(work, struct shmwifi_datapath, look);

	rtnl_lock();
	spin_lock_bh(&dp->lock);
	if (dp->running)
		shmwifi_radios_observe_all(&dp->radios);
	spin_unlock_bh(&dp->lock);
	rtnl_unlock();
	shmwifi_poll_now(dp);
}

static int shmwifi_device_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct shmwifi_datapath *dp = container_of(notifier, struct shmwifi_datapath, devices);
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	struct wiphy *wiphy;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGEADDR:
	case NETDEV_UNREGISTER:
		wiphy = shmwifi_hwsim_wiphy(dev);
		if (!wiphy)
			break;
		spin_lock_bh(&dp->lock);
		if (dp->running)
			shmwifi_radios_observe(&dp->radios, wiphy, dev,
					       event == NETDEV_UNREGISTER);
		spin_unlock_bh(&dp->lock);
		shmwifi_poll_now(dp);	/* tells the host */
		shmwifi_monitor_check(dp);
		break;
	}
	return shmwifi_monitor_event(dp, event, data);
}

/* Gives back, unread, the descriptors meant for whoever served the port before. */
static void shmwifi_discard(struct shmwifi_datapath *dp)
{
	struct shmwifi_rx_desc desc;

	while (shmwifi_consumer_next(&dp->rx, &desc)) {
		shmwifi_consumer_stamp(&dp->rx, dp->rx.taken, 1, 0, 1, 0);
		shmwifi_consumer_take(&dp->rx);
	}
	shmwifi_consumer_release(&dp->rx);
}

static void shmwifi_take_over(struct shmwifi_datapath *dp, bool tells_channels)
{
	struct shmwifi_port_guest *guest = &dp->port->guest;

	shmwifi_producer_init(&dp->tx, &dp->region, dp->port);
	shmwifi_consumer_init(&dp->rx, &dp->region, dp->port);
	shmwifi_radios_init(&dp->radios);
	dp->radios.tells_channels = tells_channels;
	dp->radios.tells_tx_power = dp->drv_link_info_changed &&
				    dp->region.features & SHMWIFI_F_TX_POWER;
	dp->radios.tells_spacing = dp->drv_config && dp->region.features & SHMWIFI_F_SPACING;
	memset(dp->chains, 0, sizeof(dp->chains));
	dp->open = 0;
	dp->overdue = false;
	memset(&dp->clock, 0, sizeof(dp->clock));
	dp->clock_answers = 0;
	dp->clock_asked_ns = 0;
	dp->clock_due_ns = 0;
	dp->watch_asked_ns = 0;
	dp->away_ns = 0;
	dp->host_away = false;
	dp->draining = false;
	dp->starved = false;
	dp->lone = false;
	dp->sent_ns = 0;
	dp->pollers = 0;
	dp->give_up = dp->tx.tail;
	dp->give_up_end = dp->tx.tail;
	dp->unmeasured = false;
	dp->measurements = 0;
	dp->tick_due = jiffies;

	shmwifi_discard(dp);
	WRITE_ONCE(guest->clock_error_ns, 0);
	WRITE_ONCE(guest->abi_version, SHMWIFI_ABI_VERSION);
	WRITE_ONCE(guest->features, SHMWIFI_F_KERNEL_PATH);
	virt_store_release(&guest->state, SHMWIFI_GUEST_READY);	/* after what it is ready with */
	dp->running = true;
}

/**
 * shmwifi_datapath_start() - take the rings over, and move frames
 * @dp: the datapath; its virtqueues exist
 */
void shmwifi_datapath_start(struct shmwifi_datapath *dp)
{
	bool tells_channels = dp->region.features & SHMWIFI_F_CHANNELS && shmwifi_retune_watch(dp);

	spin_lock_bh(&dp->lock);
	shmwifi_take_over(dp, tells_channels);
	spin_unlock_bh(&dp->lock);

	shmwifi_ring_host(dp->shm);	/* whoever served before may have died before ringing */
	napi_enable(&dp->napi);
	if (register_netdevice_notifier(&dp->devices))
		dev_err(&dp->shm->pdev->dev,
			"no notifications of network devices: radios are known by their frames only\n");
	schedule_delayed_work(&dp->tick, 0);
	shmwifi_poll_now(dp);
}

/* Moves no more frames, and says that no radio is there. What hwsim sends from here on stays in its virtqueue. */
void shmwifi_datapath_stop(struct shmwifi_datapath *dp)
{
	spin_lock_bh(&dp->lock);
	if (shmwifi_host_is_there(dp) && !dp->tx.broken) {
		shmwifi_radios_leave(&dp->radios, &dp->tx);
		shmwifi_publish(dp);
	}
	dp->running = false;
	spin_unlock_bh(&dp->lock);

	unregister_netdevice_notifier(&dp->devices);
	shmwifi_retune_forget(dp);
	cancel_delayed_work_sync(&dp->tick);
	cancel_work_sync(&dp->look);
	timer_delete_sync(&dp->late);
	irq_work_sync(&dp->kick);
	napi_disable(&dp->napi);
	virt_store_release(&dp->port->guest.state, SHMWIFI_GUEST_ABSENT);	/* after all else */
	shmwifi_radios_clear(&dp->radios);
}

/**
 * shmwifi_datapath_drain() - complete every pending frame as not acknowledged
 * @dp: the datapath, which hwsim is about to leave
 *
 * Waits until hwsim has read all that it was given, and gives it nothing from
 * then on: a message that hwsim_virtio_rx_work() still reads when
 * hwsim_virtio_remove() has begun is taken for one of a netlink socket, which
 * it has none of, and is an oops.
 */
void shmwifi_datapath_drain(struct shmwifi_datapath *dp)
{
	unsigned int waited;
	bool idle;

	cancel_delayed_work_sync(&dp->tick);	/* it would clear host_away */
	spin_lock_bh(&dp->lock);
	idle = !dp->running;
	dp->host_away = true;
	dp->draining = true;
	shmwifi_begin_to_give_up(dp, dp->tx.tail);
	spin_unlock_bh(&dp->lock);

	for (waited = 0; !idle && waited < SHMWIFI_DRAIN_LIMIT_MS; waited++) {
		shmwifi_poll_now(dp);
		usleep_range(1000, 2000);
		spin_lock_bh(&dp->lock);
		idle = !shmwifi_is_giving_up(dp) && !dp->unmeasured &&
		       shmwifi_vring_is_idle(&dp->to_guest);
		if (idle)
			dp->running = false;
		spin_unlock_bh(&dp->lock);
	}
	if (idle)
		return;
	spin_lock_bh(&dp->lock);
	dp->running = false;
	spin_unlock_bh(&dp->lock);
	dev_warn(&dp->shm->pdev->dev, "hwsim did not read all statuses within %u ms\n",
		 SHMWIFI_DRAIN_LIMIT_MS);
}

/* Whether an interface of a radio is up. */
bool shmwifi_datapath_is_used(struct shmwifi_datapath *dp)
{
	bool used = false;
	unsigned int i;

	spin_lock_bh(&dp->lock);
	for (i = 0; i < SHMWIFI_MAX_RADIOS && dp->running; i++) {
		struct shmwifi_radio *radio = shmwifi_radios_get(&dp->radios, i);

		used |= radio && radio->up;
	}
	spin_unlock_bh(&dp->lock);
	return used;
}

int shmwifi_datapath_init(struct shmwifi_datapath *dp)
{
	spin_lock_init(&dp->lock);
	ratelimit_state_init(&dp->host_messages, SHMWIFI_MESSAGES_JIFFIES, SHMWIFI_MESSAGES);
	init_irq_work(&dp->kick, shmwifi_kicked);
	timer_setup(&dp->late, shmwifi_is_late, 0);
	INIT_DELAYED_WORK(&dp->tick, shmwifi_tick);
	INIT_WORK(&dp->look, shmwifi_look);
	dp->devices.notifier_call = shmwifi_device_event;
	dp->devices.priority = 1;	/* before cfg80211 takes an interface out of its list */

	dp->netdev = alloc_netdev_dummy(0);
	if (!dp->netdev)
		return -ENOMEM;
	netif_napi_add(dp->netdev, &dp->napi, shmwifi_poll);
	return 0;
}

void shmwifi_datapath_exit(struct shmwifi_datapath *dp)
{
	netif_napi_del(&dp->napi);
	free_netdev_dummy(dp->netdev);
}
