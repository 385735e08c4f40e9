// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: requests the host's clock, in a burst at first, then once a second,
 * and detects a host that is gone, silent, or does not serve this port.
 *
 * A host that says that it is away, or says nothing while frames wait for their
 * status, may be back in a moment, with another engine: it is waited for, and
 * what waits with it, for no longer than no timer of mac80211's expires. A busy
 * medium may have a frame wait longer, but its host answers questions: so it is
 * asked first. docs/decisions/0019
 *
 * The twin of HostMonitor.cs and StatusPatience.cs.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>

#include "shmwifi_compat.h"
#include "shmwifi_datapath.h"

#define SHMWIFI_CLOCK_BURST_MS		10	/* until the window is full */
#define SHMWIFI_CLOCK_INTERVAL_MS	1000
#define SHMWIFI_CLOCK_POLL_NS		(300 * NSEC_PER_USEC)	/* then wait for the interrupt */
#define SHMWIFI_SILENCE_LIMIT_NS	(2 * NSEC_PER_SEC)	/* no load delays it so long */

#define SHMWIFI_PATIENCE_MAX_MS		2000
#define SHMWIFI_PATIENCE_MIN_NS		(100 * NSEC_PER_MSEC)	/* a loaded machine is silent so long */

static unsigned int patience_ms = 500;

static int shmwifi_set_patience(const char *text, const struct kernel_param *param)
{
	return param_set_uint_minmax(text, param, 0, SHMWIFI_PATIENCE_MAX_MS);
}

static const struct kernel_param_ops shmwifi_patience_ops = {
	.set = shmwifi_set_patience,
	.get = param_get_uint,
};
module_param_cb(patience_ms, &shmwifi_patience_ops, &patience_ms, 0644);
__MODULE_PARM_TYPE(patience_ms, "uint");
MODULE_PARM_DESC(patience_ms, "how long the kernel datapath waits for a host that is away, or says nothing, before frames count as not acknowledged: 0 to 2000 ms (default 500)");

/* Of a host that is away. */
static u64 shmwifi_patience_ns(void)
{
	return (u64)READ_ONCE(patience_ms) * NSEC_PER_MSEC;
}

/* Of one that says nothing. */
static u64 shmwifi_silent_patience_ns(void)
{
	return max_t(u64, shmwifi_patience_ns(), SHMWIFI_PATIENCE_MIN_NS);
}

/* Between two ticks while frames wait: none waits longer than patience and interval. */
static unsigned int shmwifi_interval_ms(void)
{
	return div_u64(shmwifi_silent_patience_ns(), 2 * NSEC_PER_MSEC);
}

static bool shmwifi_host_runs(const struct shmwifi_datapath *dp)
{
	const struct shmwifi_header *header = (void *)dp->region.base;

	return READ_ONCE(header->host_state) == SHMWIFI_HOST_RUNNING;
}

static bool shmwifi_has_port(const struct shmwifi_datapath *dp)
{
	return READ_ONCE(dp->port->host.state) == SHMWIFI_PORT_ATTACHED;
}

/* Whether the host says that it serves our port. */
bool shmwifi_host_is_there(const struct shmwifi_datapath *dp)
{
	return shmwifi_host_runs(dp) && shmwifi_has_port(dp);
}

/* Whether it does, or did a moment ago: then frames wait in the ring. */
bool shmwifi_host_takes_frames(const struct shmwifi_datapath *dp)
{
	return !dp->host_away && shmwifi_has_port(dp) &&
	       (READ_ONCE(patience_ms) || shmwifi_host_runs(dp));
}

/* The first frame that waits for its status: the tick has to come soon. */
void shmwifi_begin_to_wait(struct shmwifi_datapath *dp, u64 now)
{
	unsigned long soon = msecs_to_jiffies(shmwifi_interval_ms());

	dp->still_ns = now;
	if (time_after(dp->tick_due, jiffies + soon)) {
		dp->tick_due = jiffies + soon;
		mod_delayed_work(system_percpu_wq, &dp->tick, soon);
	}
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
	bool burst = dp->clock_answers < SHMWIFI_CLOCK_WINDOW;

	dp->clock_due_ns = now + (burst ? SHMWIFI_CLOCK_BURST_MS : SHMWIFI_CLOCK_INTERVAL_MS) *
				 NSEC_PER_MSEC;
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
	/* What it said while this VM stood still, and we have not read, counts. */
	bool silent = dp->watch_asked_ns &&
		      now - dp->watch_asked_ns > SHMWIFI_SILENCE_LIMIT_NS &&
		      !shmwifi_consumer_is_ready(&dp->rx);
	bool away;

	if (shmwifi_host_runs(dp))
		dp->away_ns = 0;
	else if (!dp->away_ns)
		dp->away_ns = now;
	away = broken || silent || !shmwifi_has_port(dp) ||
	       (dp->away_ns && now - dp->away_ns >= shmwifi_patience_ns());
	if (away == dp->host_away)
		return;
	dp->host_away = away;
	shmwifi_tell_of_host(dp, broken);
	if (!away)
		return;
	shmwifi_radios_start_anew(&dp->radios);	/* it is told everything when it is back */
	shmwifi_begin_to_give_up(dp, dp->tx.tail);
}

/* Sees to frames that wait. Returns whether the host is to be asked now. */
static bool shmwifi_watch_open(struct shmwifi_datapath *dp, u64 now)
{
	u64 patience = shmwifi_silent_patience_ns();
	u64 still = now - dp->still_ns;

	if (dp->received != dp->rx.taken || (!dp->open && !dp->overdue)) {
		dp->received = dp->rx.taken;
		dp->still_ns = now;
		dp->still_asked_ns = 0;
		dp->overdue = false;
		return false;
	}
	if (!dp->overdue) {
		if (still < patience / 2 || shmwifi_consumer_is_ready(&dp->rx))
			return false;
		if (!dp->still_asked_ns) {
			dp->still_asked_ns = now;
			shmwifi_forget_gone(dp);
			return true;
		}
		dp->overdue = still >= patience && now - dp->still_asked_ns >= patience / 2;
	}
	if (dp->overdue)
		shmwifi_begin_to_give_up(dp, dp->tx.tail);
	return false;
}

/* When to look again. */
static unsigned int shmwifi_next_tick_ms(const struct shmwifi_datapath *dp)
{
	if (dp->host_away)
		return SHMWIFI_CLOCK_INTERVAL_MS;
	if (dp->clock_answers < SHMWIFI_CLOCK_WINDOW)
		return SHMWIFI_CLOCK_BURST_MS;
	if (dp->open || dp->away_ns || dp->overdue)
		return shmwifi_interval_ms();
	return SHMWIFI_CLOCK_INTERVAL_MS;
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
	u64 asked = 0, now = ktime_get_ns();
	unsigned long next;
	bool ask;

	shmwifi_begin_polling(dp);
	spin_lock_bh(&dp->lock);
	shmwifi_watch_host(dp, now);
	ask = shmwifi_watch_open(dp, now) || now >= dp->clock_due_ns;
	if (ask && !dp->tx.broken && shmwifi_host_is_there(dp)) {	/* a silent host may recover */
		shmwifi_ask_clock(dp, now);
		asked = dp->clock_asked_ns;
	}
	shmwifi_count(dp, SHMWIFI_WAKEUPS,
		      READ_ONCE(dp->interrupts) - dp->counters[SHMWIFI_WAKEUPS]);
	next = msecs_to_jiffies(shmwifi_next_tick_ms(dp));
	dp->tick_due = jiffies + next;
	spin_unlock_bh(&dp->lock);

	if (asked)
		shmwifi_await_clock(dp, asked);
	shmwifi_end_polling(dp);
	shmwifi_poll_now(dp);	/* applies what shmwifi_watch_host() changed */
	schedule_delayed_work(&dp->tick, next);
}
