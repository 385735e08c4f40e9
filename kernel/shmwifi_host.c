// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: requests the host's clock, in a burst at first, then once a second,
 * and detects a host that is gone, silent, or does not serve this port.
 */
#include <linux/ktime.h>

#include "shmwifi_datapath.h"

#define SHMWIFI_CLOCK_BURST_MS		10	/* until the window is full */
#define SHMWIFI_CLOCK_INTERVAL_MS	1000
#define SHMWIFI_CLOCK_POLL_NS		(300 * NSEC_PER_USEC)	/* then wait for the interrupt */
#define SHMWIFI_SILENCE_LIMIT_NS	(2 * NSEC_PER_SEC)	/* no load delays it so long */

/* Whether the host says that it serves our port. */
bool shmwifi_host_is_there(const struct shmwifi_datapath *dp)
{
	const struct shmwifi_header *header = (void *)dp->region.base;

	return READ_ONCE(header->host_state) == SHMWIFI_HOST_RUNNING &&
	       READ_ONCE(dp->port->host.state) == SHMWIFI_PORT_ATTACHED;
}

void shmwifi_clock_answered(struct shmwifi_datapath *dp, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_port_guest *guest = &dp->port->guest;

	if (!dp->clock_asked_ns || desc->cookie != dp->clock_asked_ns)
		return;		/* a late answer to an earlier request */
	if (shmwifi_clock_add(&dp->clock, dp->clock_asked_ns, desc->taken_ns, desc->posted_ns,
			      ktime_get_ns())) {
		dp->clock_answers++;
		WRITE_ONCE(guest->clock_offset_ns, dp->clock.offset_ns);
		WRITE_ONCE(guest->clock_error_ns, dp->clock.error_ns);
	}
	WRITE_ONCE(dp->clock_asked_ns, 0);
}

static void shmwifi_ask_clock(struct shmwifi_datapath *dp, u64 now)
{
	struct shmwifi_tx_slot *slot = shmwifi_producer_say(&dp->tx, SHMWIFI_KIND_CLOCK_SYNC, 0);

	if (!dp->watch_asked_ns)
		dp->watch_asked_ns = now;
	if (!slot)
		return;
	now = ktime_get_ns();
	slot->cookie = now;
	dp->clock_asked_ns = now;
	shmwifi_publish(dp);
}

static const char *shmwifi_why_away(const struct shmwifi_datapath *dp)
{
	if (shmwifi_host_is_there(dp))
		return "it does not answer";
	if (READ_ONCE(dp->port->host.state) == SHMWIFI_PORT_FAULTED)
		return "it has faulted our port";
	return "shm-medium does not run, or has no VM on our port";
}

static void shmwifi_tell_of_host(struct shmwifi_datapath *dp, bool broken)
{
	struct device *dev = &dp->shm->pdev->dev;

	/* Rings are broken once. */
	if (!broken && !__ratelimit(&dp->host_messages))
		return;
	if (!dp->host_away)
		dev_info(dev, "the host is back\n");
	else if (broken)
		dev_err(dev, "the host wrote impossible ring indices; no frames are moved until the device is bound again\n");
	else
		dev_warn(dev, "the host is away (%s); no frame is acknowledged until it is back\n",
			 shmwifi_why_away(dp));
}

static void shmwifi_watch_host(struct shmwifi_datapath *dp, u64 now)
{
	bool broken = dp->tx.broken || dp->rx.broken;
	bool silent = dp->watch_asked_ns &&
		      now - dp->watch_asked_ns > SHMWIFI_SILENCE_LIMIT_NS;
	bool away = broken || silent || !shmwifi_host_is_there(dp);

	if (away == dp->host_away)
		return;
	dp->host_away = away;
	shmwifi_tell_of_host(dp, broken);
	if (!away)
		return;
	shmwifi_radios_start_anew(&dp->radios);	/* it is told everything when it is back */
	shmwifi_begin_to_give_up(dp);
}

/* Polls for the answer: an interrupt would add delay, and so error to the clock. */
static void shmwifi_await_clock(struct shmwifi_datapath *dp, u64 asked)
{
	while (READ_ONCE(dp->clock_asked_ns) == asked &&
	       ktime_get_ns() < asked + SHMWIFI_CLOCK_POLL_NS) {
		if (shmwifi_consumer_is_ready(&dp->rx))
			shmwifi_poll_now(dp);
		cpu_relax();
	}
}

void shmwifi_tick(struct work_struct *work)
{
	struct shmwifi_datapath *dp = container_of(to_delayed_work(work),
						   struct shmwifi_datapath, tick);
	unsigned int next = SHMWIFI_CLOCK_INTERVAL_MS;
	u64 asked = 0, now = ktime_get_ns();

	shmwifi_begin_polling(dp);
	spin_lock_bh(&dp->lock);
	shmwifi_watch_host(dp, now);
	if (!dp->host_away && dp->clock_answers < SHMWIFI_CLOCK_WINDOW)
		next = SHMWIFI_CLOCK_BURST_MS;
	if (!dp->tx.broken && shmwifi_host_is_there(dp)) {	/* a silent host may recover */
		shmwifi_ask_clock(dp, now);
		asked = dp->clock_asked_ns;
	}
	shmwifi_count(dp, SHMWIFI_WAKEUPS,
		      READ_ONCE(dp->interrupts) - dp->counters[SHMWIFI_WAKEUPS]);
	spin_unlock_bh(&dp->lock);

	if (asked)
		shmwifi_await_clock(dp, asked);
	shmwifi_end_polling(dp);
	shmwifi_poll_now(dp);	/* applies what shmwifi_watch_host() changed */
	schedule_delayed_work(&dp->tick, msecs_to_jiffies(next));
}
