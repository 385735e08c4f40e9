// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: asks the host for its clock, quickly at first, then once a second,
 * and notices by its silence, or by what it says, that it does not serve us.
 */
#include <linux/ktime.h>

#include "shmwifi_air.h"

#define SHMWIFI_CLOCK_BURST_MS		10	/* until the window is full */
#define SHMWIFI_CLOCK_INTERVAL_MS	1000
#define SHMWIFI_CLOCK_LOOK_NS		(300 * NSEC_PER_USEC)	/* an interrupt is late */
#define SHMWIFI_SILENCE_LIMIT_NS	(2 * NSEC_PER_SEC)	/* no load takes so long */

/* Whether the host says that it serves our port. */
bool shmwifi_host_is_there(const struct shmwifi_air *air)
{
	const struct shmwifi_header *header = (void *)air->region.base;

	return READ_ONCE(header->host_state) == SHMWIFI_HOST_RUNNING &&
	       READ_ONCE(air->port->host.state) == SHMWIFI_PORT_ATTACHED;
}

void shmwifi_clock_answered(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc)
{
	struct shmwifi_port_guest *guest = &air->port->guest;

	if (!air->clock_asked_ns || desc->cookie != air->clock_asked_ns)
		return;		/* a late answer to a question that was asked anew */
	if (shmwifi_clock_add(&air->clock, air->clock_asked_ns, desc->taken_ns, desc->posted_ns,
			      ktime_get_ns())) {
		air->clock_answers++;
		WRITE_ONCE(guest->clock_offset_ns, air->clock.offset_ns);
		WRITE_ONCE(guest->clock_error_ns, air->clock.error_ns);
	}
	WRITE_ONCE(air->clock_asked_ns, 0);
}

static void shmwifi_ask_clock(struct shmwifi_air *air, u64 now)
{
	struct shmwifi_tx_slot *slot = shmwifi_producer_say(&air->tx, SHMWIFI_KIND_CLOCK_SYNC, 0);

	if (!air->watch_asked_ns)
		air->watch_asked_ns = now;
	if (!slot)
		return;
	now = ktime_get_ns();
	slot->cookie = now;
	air->clock_asked_ns = now;
	shmwifi_publish(air);
}

static const char *shmwifi_why_away(const struct shmwifi_air *air)
{
	if (shmwifi_host_is_there(air))
		return "it does not answer";
	if (READ_ONCE(air->port->host.state) == SHMWIFI_PORT_FAULTED)
		return "it has shut our port";
	return "shm-medium does not run, or has no VM on our port";
}

static void shmwifi_watch_host(struct shmwifi_air *air, u64 now)
{
	struct device *dev = &air->shm->pdev->dev;
	bool broken = air->tx.broken || air->rx.broken;
	bool silent = air->watch_asked_ns &&
		      now - air->watch_asked_ns > SHMWIFI_SILENCE_LIMIT_NS;
	bool away = broken || silent || !shmwifi_host_is_there(air);

	if (away == air->host_away)
		return;
	air->host_away = away;
	if (!away) {
		dev_info(dev, "the host is back\n");
		shmwifi_radios_start_anew(&air->radios);
		return;
	}
	if (broken)
		dev_err(dev, "the host wrote ring indices that cannot be; the air is dead until the device is bound anew\n");
	else
		dev_warn(dev, "the host is away (%s); nobody acknowledges until it is back\n",
			 shmwifi_why_away(air));
	shmwifi_begin_to_give_up(air);
}

/* Looks for the answer itself: an interrupt would make it late, and so the clock vague. */
static void shmwifi_await_clock(struct shmwifi_air *air, u64 asked)
{
	while (READ_ONCE(air->clock_asked_ns) == asked &&
	       ktime_get_ns() < asked + SHMWIFI_CLOCK_LOOK_NS) {
		if (shmwifi_consumer_is_ready(&air->rx))
			shmwifi_poll_now(air);
		cpu_relax();
	}
}

void shmwifi_tick(struct work_struct *work)
{
	struct shmwifi_air *air = container_of(to_delayed_work(work), struct shmwifi_air, tick);
	unsigned int next = SHMWIFI_CLOCK_INTERVAL_MS;
	u64 asked = 0, now = ktime_get_ns();

	shmwifi_begin_look(air);
	spin_lock_bh(&air->lock);
	shmwifi_watch_host(air, now);
	if (!air->host_away && air->clock_answers < SHMWIFI_CLOCK_WINDOW)
		next = SHMWIFI_CLOCK_BURST_MS;
	if (!air->tx.broken && shmwifi_host_is_there(air)) {	/* who is silent may speak again */
		shmwifi_ask_clock(air, now);
		asked = air->clock_asked_ns;
	}
	shmwifi_count(air, SHMWIFI_WAKEUPS,
		      READ_ONCE(air->interrupts) - air->counters[SHMWIFI_WAKEUPS]);
	spin_unlock_bh(&air->lock);

	if (asked)
		shmwifi_await_clock(air, asked);
	shmwifi_end_look(air);
	shmwifi_poll_now(air);	/* what the watch has changed */
	schedule_delayed_work(&air->tick, msecs_to_jiffies(next));
}
