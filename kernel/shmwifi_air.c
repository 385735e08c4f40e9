// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: moves frames between hwsim's virtqueues and a port's rings.
 *
 * hwsim -> host: where hwsim kicks, under its lock: message, slot, doorbell.
 * Host -> hwsim: an interrupt schedules NAPI; descriptor, buffer, and hwsim is
 * interrupted once a poll. No doorbell is asked for while a poll goes on.
 *
 * What does not fit stays where it is: a message in the TX virtqueue until a
 * slot comes back, a descriptor in the RX ring until hwsim has a buffer. hwsim
 * keeps each frame until it hears what became of it. Who expects no
 * acknowledgement gets that from here at once; all others when the host has
 * decided. While the host is away the air is dead: nobody acknowledges, and
 * nothing gets stuck.
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ktime.h>

#include "shmwifi_air.h"
#include "shmwifi_compat.h"

#define SHMWIFI_CLOCK_BURST_MS		10	/* until the window is full */
#define SHMWIFI_CLOCK_INTERVAL_MS	1000
#define SHMWIFI_CLOCK_LOOK_NS		(300 * NSEC_PER_USEC)	/* an interrupt would make the answer late */
#define SHMWIFI_SILENCE_NS		(10 * NSEC_PER_MSEC)	/* a stream's frames are nearer to each other */
#define SHMWIFI_LATE_JIFFIES		2
#define SHMWIFI_SILENCE_LIMIT_NS	(2 * NSEC_PER_SEC)	/* far more than a loaded machine makes us wait */
#define SHMWIFI_DRAIN_LIMIT_MS		500
#define SHMWIFI_SENT_BATCH		64

static void shmwifi_count(struct shmwifi_air *air, enum shmwifi_counter counter, u64 value)
{
	air->counters[counter] += value;
	WRITE_ONCE(air->port->guest_counters[counter], air->counters[counter]);
}

static void shmwifi_ring_doorbell(struct shmwifi_air *air, bool asked)
{
	if (asked)
		shmwifi_ring_host(air->shm);
	shmwifi_count(air, asked ? SHMWIFI_DOORBELLS : SHMWIFI_DOORBELLS_SUPPRESSED, 1);
}

static void shmwifi_publish(struct shmwifi_air *air)
{
	if (air->tx.pending)
		shmwifi_ring_doorbell(air, shmwifi_producer_publish(&air->tx));
}

/* NAPI may be scheduled where softirqs are served or will be; from elsewhere by an interrupt. */
static void shmwifi_kick(struct shmwifi_air *air)
{
	if (in_interrupt())
		napi_schedule(&air->napi);
	else
		irq_work_queue(&air->kick);
}

static void shmwifi_kicked(struct irq_work *work)
{
	struct shmwifi_air *air = container_of(work, struct shmwifi_air, kick);

	napi_schedule(&air->napi);
}

static void shmwifi_poll_now(struct shmwifi_air *air)
{
	local_bh_disable();
	napi_schedule(&air->napi);
	local_bh_enable();
}

/* Whether the host says that it serves our port. */
static bool shmwifi_host_is_there(const struct shmwifi_air *air)
{
	const struct shmwifi_header *header = (void *)air->region.base;

	return READ_ONCE(header->host_state) == SHMWIFI_HOST_RUNNING &&
	       READ_ONCE(air->port->host.state) == SHMWIFI_PORT_ATTACHED;
}

static bool shmwifi_is_group(const u8 *frame)
{
	return frame[SHMWIFI_ADDR1] & 1;
}

/* Tells hwsim what became of a frame. False when it has no buffer. */
static bool shmwifi_put_status(struct shmwifi_air *air, const struct shmwifi_radio *radio, u64 cookie,
			       u8 flags, const u8 rates[8], s8 signal_dbm)
{
	struct shmwifi_buffer buffer;

	if (!shmwifi_vring_peek(&air->to_guest, &buffer)) {
		air->starved = true;
		return false;
	}
	shmwifi_vring_give_back(&air->to_guest, &buffer,
				shmwifi_message_put_status(buffer.data, buffer.length, radio->transmitter,
							   cookie, flags, rates, signal_dbm));
	return true;
}

/* The host will not say what becomes of it. */
static bool shmwifi_transmit_dead(struct shmwifi_air *air, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&air->radios, message->transmitter);

	if (!radio || !shmwifi_put_status(air, radio, message->cookie, message->flags, message->rates, 0))
		return !radio;
	shmwifi_count(air, SHMWIFI_TX_DROPPED, 1);
	return true;
}

/* Who expects no acknowledgement does not retry: one attempt at the first rate. */
static void shmwifi_put_sent_once(struct shmwifi_air *air, const struct shmwifi_radio *radio,
				  const struct shmwifi_message *message)
{
	const u8 rates[8] = { message->rates[0], 1, 0xff, 0, 0xff, 0, 0xff, 0 };

	shmwifi_put_status(air, radio, message->cookie, message->flags, rates, 0);
}

/* A frame of hwsim's, to the host. False when it has to wait. */
static bool shmwifi_transmit_frame(struct shmwifi_air *air, const struct shmwifi_message *message)
{
	struct shmwifi_radio *radio = shmwifi_radios_find(&air->radios, message->transmitter);
	bool group, answer = false;
	u64 now = ktime_get_ns();
	struct shmwifi_buffer buffer;
	struct shmwifi_tx_slot *slot;

	if (!radio || message->frame_length < SHMWIFI_FRAME_SHORTEST || air->host_away ||
	    air->tx.broken || !shmwifi_host_is_there(air))
		return shmwifi_transmit_dead(air, message);

	group = shmwifi_is_group(message->frame);
	if (group || message->flags & SHMWIFI_TX_NO_ACK) {
		if (!shmwifi_vring_peek(&air->to_guest, &buffer)) {
			air->starved = true;
			return false;
		}
		answer = true;
	}
	slot = shmwifi_producer_next(&air->tx);
	if (!slot && !shmwifi_producer_arm(&air->tx))
		slot = shmwifi_producer_next(&air->tx);
	if (!slot)
		return air->tx.broken && shmwifi_transmit_dead(air, message);
	if (answer)
		shmwifi_put_sent_once(air, radio, message);

	slot->kind = SHMWIFI_KIND_FRAME;
	slot->flags = message->flags;
	slot->radio = shmwifi_radio_number(&air->radios, radio);
	slot->length = message->frame_length;
	slot->offset = SHMWIFI_SLOT_HEADER;
	slot->freq_mhz = message->freq_mhz;
	slot->cookie = message->cookie;
	slot->captured_ns = shmwifi_clock_to_host(&air->clock, now);
	memcpy(slot->rates, message->rates, sizeof(slot->rates));
	if (message->rate_flags)
		memcpy(slot->rate_flags, message->rate_flags, sizeof(slot->rate_flags));
	else
		memset(slot->rate_flags, 0, sizeof(slot->rate_flags));
	memcpy(slot->payload, message->frame, message->frame_length);
	shmwifi_count(air, SHMWIFI_TX_FRAMES, 1);

	if (!group) {
		air->lone = now - air->sent_ns > SHMWIFI_SILENCE_NS;
		air->sent_ns = now;
	}
	return true;
}

static bool shmwifi_transmit_one(struct shmwifi_air *air, const struct shmwifi_buffer *buffer)
{
	struct shmwifi_message message;

	if (!shmwifi_message_read(&message, buffer->data, buffer->length)) {
		air->malformed++;
		return true;
	}
	switch (message.command) {
	case HWSIM_CMD_FRAME:
		return shmwifi_transmit_frame(air, &message);
	case HWSIM_CMD_ADD_MAC_ADDR:
	case HWSIM_CMD_DEL_MAC_ADDR:
		shmwifi_radios_set_driver_address(&air->radios, &message);
		return true;
	default:
		return true;	/* peer measurements: the medium has none */
	}
}

/*
 * Nobody waits for the status of a lone frame; what is waited for is its
 * answer. So no doorbell is asked for the first descriptor that comes, which
 * saves the guest a wake-up just while its peer wants the CPU.
 */
static void shmwifi_let_status_wait(struct shmwifi_air *air)
{
	air->lone = false;
	if (air->lookers || !shmwifi_consumer_is_idle(&air->rx))
		return;
	shmwifi_consumer_skip(&air->rx);
	mod_timer(&air->late, jiffies + SHMWIFI_LATE_JIFFIES);
}

static void shmwifi_is_late(struct timer_list *timer)
{
	struct shmwifi_air *air = from_timer(air, timer, late);

	napi_schedule(&air->napi);
}

/* Takes what hwsim has sent, as far as there is room. */
static void shmwifi_transmit(struct shmwifi_air *air)
{
	struct shmwifi_buffer buffer;

	while (shmwifi_vring_peek(&air->to_host, &buffer) && shmwifi_transmit_one(air, &buffer))
		shmwifi_vring_give_back(&air->to_host, &buffer, 0);
	if (air->radios.dirty && !air->host_away)
		shmwifi_radios_announce(&air->radios, &air->tx);
	if (air->lone)
		shmwifi_let_status_wait(air);
	shmwifi_publish(air);
}

/* hwsim frees what was sent, which nobody waits for: by the dozen. */
static bool shmwifi_is_due(const struct shmwifi_vring *ring)
{
	return ring->unseen >= SHMWIFI_SENT_BATCH;
}

/**
 * shmwifi_air_notify() - hwsim has put a buffer into a virtqueue
 * @vq: which
 *
 * Interrupts are off, and hwsim's lock is held, which its callbacks take:
 * they are called by NAPI.
 */
bool shmwifi_air_notify(struct virtqueue *vq)
{
	struct shmwifi_air *air = container_of(vq->vdev, struct shmwifi_air, vdev);

	spin_lock(&air->lock);
	if (air->running) {
		if (vq == air->to_host.vq)
			shmwifi_transmit(air);
		/* Statuses of ours, sent buffers by the dozen, and who waits for a buffer to receive into. */
		if (air->to_guest.unseen || air->starved ||
		    shmwifi_is_due(&air->to_host))
			shmwifi_kick(air);
	}
	spin_unlock(&air->lock);
	return true;
}

/* The radio's kernel would not take the frame: if it was the receiver, it acknowledges nothing. */
static void shmwifi_refuse(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc, bool group)
{
	struct shmwifi_tx_slot *slot;

	shmwifi_count(air, SHMWIFI_RX_REFUSED, 1);
	if (group || !(air->region.features & SHMWIFI_F_REFUSED) || air->host_away)
		return;
	slot = shmwifi_producer_next(&air->tx);
	if (!slot)
		return;
	memset(slot, 0, SHMWIFI_SLOT_HEADER);
	slot->kind = SHMWIFI_KIND_RX_REFUSED;
	slot->radio = desc->radio;
	slot->offset = SHMWIFI_SLOT_HEADER;
	slot->freq_mhz = desc->freq_mhz;
}

/**
 * shmwifi_receive_frame() - give hwsim a frame
 * @air: the face
 * @desc: a copy
 * @injected: set if hwsim gets it
 *
 * Return: false when hwsim has no buffer.
 */
static bool shmwifi_receive_frame(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc, bool *injected)
{
	struct shmwifi_buffer buffer;
	struct shmwifi_radio *radio;
	const u8 *frame;
	bool group;

	if (desc->length < SHMWIFI_FRAME_SHORTEST || desc->length > SHMWIFI_FRAME_MAX || !desc->freq_mhz ||
	    !shmwifi_region_contains(&air->region, desc->offset, desc->length)) {
		shmwifi_count(air, SHMWIFI_RX_INVALID, 1);
		return true;
	}
	frame = air->region.base + desc->offset;
	group = shmwifi_is_group(frame);
	radio = shmwifi_radios_get(&air->radios, desc->radio);
	if (!radio || !shmwifi_radio_listens(radio, desc->freq_mhz)) {
		/* Down or gone: the host learns that by an announcement. */
		shmwifi_refuse(air, desc, group || !radio || !radio->up);
		return true;
	}
	if (!shmwifi_vring_peek(&air->to_guest, &buffer)) {
		air->starved = true;
		return false;
	}
	shmwifi_vring_give_back(&air->to_guest, &buffer,
				shmwifi_message_put_frame(buffer.data, buffer.length, radio->transmitter,
							  desc, frame));
	*injected = true;
	return true;
}

static void shmwifi_clock_answered(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc)
{
	if (!air->clock_asked_ns || desc->cookie != air->clock_asked_ns)
		return;		/* a late answer to a question that was asked anew */
	if (shmwifi_clock_add(&air->clock, air->clock_asked_ns, desc->taken_ns, desc->posted_ns, ktime_get_ns())) {
		air->clock_answers++;
		WRITE_ONCE(air->port->guest.clock_offset_ns, air->clock.offset_ns);
		WRITE_ONCE(air->port->guest.clock_error_ns, air->clock.error_ns);
	}
	WRITE_ONCE(air->clock_asked_ns, 0);
}

/* Returns false when the descriptor has to wait. */
static bool shmwifi_receive_one(struct shmwifi_air *air, const struct shmwifi_rx_desc *desc, bool *injected)
{
	struct shmwifi_radio *radio;

	*injected = false;
	switch (desc->kind) {
	case SHMWIFI_KIND_FRAME:
		return shmwifi_receive_frame(air, desc, injected);
	case SHMWIFI_KIND_TX_STATUS:
		radio = shmwifi_radios_get(&air->radios, desc->radio);
		if (radio)
			return shmwifi_put_status(air, radio, desc->cookie, desc->flags, desc->rates,
						  desc->signal_dbm);
		air->status_dropped++;
		return true;
	case SHMWIFI_KIND_ANNOUNCE:
		shmwifi_radios_start_anew(&air->radios);
		return true;
	case SHMWIFI_KIND_CLOCK_SYNC:
		shmwifi_clock_answered(air, desc);
		return true;
	default:
		shmwifi_count(air, SHMWIFI_RX_INVALID, 1);
		return true;
	}
}

/* Gives hwsim what the host has posted, as far as there are buffers. Returns how many descriptors. */
static int shmwifi_receive(struct shmwifi_air *air, int budget)
{
	u32 first = air->rx.taken;
	struct shmwifi_rx_desc desc;
	u64 now, frames = 0;
	int count;

	for (count = 0; count < budget && shmwifi_consumer_next(&air->rx, &desc); count++) {
		bool injected;

		if (!shmwifi_receive_one(air, &desc, &injected))
			break;
		shmwifi_consumer_take(&air->rx);
		frames |= (u64)injected << count;
	}
	if (!count)
		return 0;

	air->watch_asked_ns = 0;
	now = frames ? shmwifi_clock_to_host(&air->clock, ktime_get_ns()) : 0;
	shmwifi_consumer_stamp(&air->rx, first, count, frames, now);
	shmwifi_count(air, SHMWIFI_RX_FRAMES, hweight64(frames));
	shmwifi_ring_doorbell(air, shmwifi_consumer_release(&air->rx));
	return count;
}

/*
 * Answers what the host has not given back as not acknowledged: mac80211 sends
 * nothing more while too much is unanswered. hwsim refuses the answer to a
 * frame that had one before; so it does with the host's, should that come
 * after all. The slots are shared: what is read there is checked like all else.
 */
static void shmwifi_give_up(struct shmwifi_air *air)
{
	for (; air->give_up != air->give_up_end; air->give_up++) {
		const struct shmwifi_tx_slot *slot = &air->tx.slots[air->give_up & (air->tx.length - 1)];
		struct shmwifi_radio *radio = shmwifi_radios_get(&air->radios, READ_ONCE(slot->radio));
		u8 rates[sizeof(slot->rates)];

		if (READ_ONCE(slot->kind) != SHMWIFI_KIND_FRAME || !radio)
			continue;
		memcpy(rates, slot->rates, sizeof(rates));
		if (!shmwifi_put_status(air, radio, READ_ONCE(slot->cookie), READ_ONCE(slot->flags), rates, 0))
			return;
	}
}

static void shmwifi_begin_to_give_up(struct shmwifi_air *air)
{
	air->give_up = air->tx.head;
	air->give_up_end = air->tx.tail;
}

/* Whether all is dealt with, and an interrupt will come when that changes. */
static bool shmwifi_may_sleep(struct shmwifi_air *air)
{
	if (air->starved)	/* what waits in the RX ring is not asked for */
		return shmwifi_vring_wait(&air->to_guest);
	return air->lookers || shmwifi_consumer_arm(&air->rx);
}

static int shmwifi_poll(struct napi_struct *napi, int budget)
{
	struct shmwifi_air *air = container_of(napi, struct shmwifi_air, napi);
	bool heard, sent, sleep = false;
	int count = 0;

	spin_lock(&air->lock);
	if (air->running) {
		air->polls++;
		if (air->starved) {
			air->starved = false;
			shmwifi_vring_set_notify(&air->to_guest, false);
		}
		shmwifi_give_up(air);
		count = shmwifi_receive(air, budget);
		shmwifi_transmit(air);
	}
	heard = air->to_guest.unseen;
	sent = shmwifi_is_due(&air->to_host);
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
	sleep = !air->running || shmwifi_may_sleep(air);
	spin_unlock(&air->lock);
	if (!sleep)
		napi_schedule(napi);
	return count;
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

/* From here on no doorbell is asked for: the caller looks. */
static void shmwifi_begin_look(struct shmwifi_air *air)
{
	spin_lock_bh(&air->lock);
	air->lookers++;
	shmwifi_consumer_disarm(&air->rx);
	spin_unlock_bh(&air->lock);
}

static void shmwifi_end_look(struct shmwifi_air *air)
{
	bool sleep;

	spin_lock_bh(&air->lock);
	air->lookers--;
	sleep = air->lookers || !air->running || shmwifi_may_sleep(air);
	spin_unlock_bh(&air->lock);
	if (!sleep)
		shmwifi_poll_now(air);
}

static void shmwifi_ask_clock(struct shmwifi_air *air, u64 now)
{
	struct shmwifi_tx_slot *slot = shmwifi_producer_next(&air->tx);

	if (!air->watch_asked_ns)
		air->watch_asked_ns = now;
	if (!slot)
		return;
	memset(slot, 0, SHMWIFI_SLOT_HEADER);
	slot->kind = SHMWIFI_KIND_CLOCK_SYNC;
	slot->offset = SHMWIFI_SLOT_HEADER;
	now = ktime_get_ns();
	slot->cookie = now;
	air->clock_asked_ns = now;
	shmwifi_publish(air);
}

/* Whether the host serves us: it says that it runs, it has not shut our port, it speaks when it is asked. */
static void shmwifi_watch_host(struct shmwifi_air *air, u64 now)
{
	struct device *dev = &air->shm->pdev->dev;
	bool silent = air->watch_asked_ns && now - air->watch_asked_ns > SHMWIFI_SILENCE_LIMIT_NS;
	bool away = air->tx.broken || air->rx.broken || silent || !shmwifi_host_is_there(air);

	if (away == air->host_away)
		return;
	air->host_away = away;
	if (!away) {
		dev_info(dev, "the host is back\n");
		shmwifi_radios_start_anew(&air->radios);
		return;
	}
	if (air->tx.broken || air->rx.broken)
		dev_err(dev, "the host wrote ring indices that cannot be; the air is dead until the device is bound anew\n");
	else
		dev_warn(dev, "the host is away (%s); nobody acknowledges until it is back\n",
			 silent ? "it does not answer" :
			 READ_ONCE(air->port->host.state) == SHMWIFI_PORT_FAULTED ? "it has shut our port" :
			 "shm-medium does not run, or has no VM on our port");
	shmwifi_begin_to_give_up(air);
}

static void shmwifi_tick(struct work_struct *work)
{
	struct shmwifi_air *air = container_of(to_delayed_work(work), struct shmwifi_air, tick);
	u64 asked = 0, now = ktime_get_ns();
	unsigned int next;

	shmwifi_begin_look(air);
	spin_lock_bh(&air->lock);
	shmwifi_watch_host(air, now);
	next = air->clock_answers < SHMWIFI_CLOCK_WINDOW && !air->host_away ? SHMWIFI_CLOCK_BURST_MS :
									      SHMWIFI_CLOCK_INTERVAL_MS;
	if (!air->tx.broken && shmwifi_host_is_there(air)) {	/* a silent host may speak again */
		shmwifi_ask_clock(air, now);
		asked = air->clock_asked_ns;
	}
	shmwifi_count(air, SHMWIFI_WAKEUPS, READ_ONCE(air->interrupts) - air->counters[SHMWIFI_WAKEUPS]);
	spin_unlock_bh(&air->lock);

	while (asked && READ_ONCE(air->clock_asked_ns) == asked &&
	       ktime_get_ns() < asked + SHMWIFI_CLOCK_LOOK_NS) {
		if (shmwifi_consumer_is_ready(&air->rx))
			shmwifi_poll_now(air);
		cpu_relax();
	}
	shmwifi_end_look(air);
	shmwifi_poll_now(air);	/* what the watch has changed */
	schedule_delayed_work(&air->tick, msecs_to_jiffies(next));
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
		if (air->running) {
			shmwifi_radios_observe(&air->radios, dev, event == NETDEV_UNREGISTER);
			shmwifi_transmit(air);
		}
		spin_unlock_bh(&air->lock);
		break;
	}
	return NOTIFY_DONE;
}

/**
 * shmwifi_air_start() - take the rings over, and serve
 * @air: the face; its virtqueues exist
 */
void shmwifi_air_start(struct shmwifi_air *air)
{
	struct shmwifi_port *port = air->port;
	struct shmwifi_rx_desc desc;

	spin_lock_bh(&air->lock);
	shmwifi_producer_init(&air->tx, &air->region, port);
	shmwifi_consumer_init(&air->rx, &air->region, port);
	shmwifi_radios_init(&air->radios);
	memset(&air->clock, 0, sizeof(air->clock));
	air->sent_ns = 0;
	air->lone = false;
	air->clock_answers = 0;
	air->clock_asked_ns = 0;
	air->watch_asked_ns = 0;
	air->host_away = false;
	air->starved = false;
	air->lookers = 0;
	air->give_up = 0;
	air->give_up_end = 0;

	/* What was meant for a service before us is given back unread; it may have died without its last doorbell. */
	while (shmwifi_consumer_next(&air->rx, &desc)) {
		shmwifi_consumer_stamp(&air->rx, air->rx.taken, 1, 0, 0);
		shmwifi_consumer_take(&air->rx);
	}
	shmwifi_consumer_release(&air->rx);
	WRITE_ONCE(port->guest.clock_error_ns, 0);
	WRITE_ONCE(port->guest.abi_version, SHMWIFI_ABI_VERSION);
	WRITE_ONCE(port->guest.features, SHMWIFI_F_KERNEL_PATH);
	smp_store_release(&port->guest.state, SHMWIFI_GUEST_READY);
	air->running = true;
	spin_unlock_bh(&air->lock);

	shmwifi_ring_host(air->shm);
	napi_enable(&air->napi);
	if (register_netdevice_notifier(&air->devices))
		dev_err(&air->shm->pdev->dev, "network devices are not heard of: radios are known by their frames only\n");
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
	smp_store_release(&air->port->guest.state, SHMWIFI_GUEST_ABSENT);
	shmwifi_radios_clear(&air->radios);
}

/* Answers all that is unanswered, and waits until hwsim has read it: it will hear nothing more. */
void shmwifi_air_drain(struct shmwifi_air *air)
{
	unsigned int waited;

	spin_lock_bh(&air->lock);
	if (!air->running) {
		spin_unlock_bh(&air->lock);
		return;
	}
	air->host_away = true;
	shmwifi_begin_to_give_up(air);
	spin_unlock_bh(&air->lock);

	for (waited = 0; waited < SHMWIFI_DRAIN_LIMIT_MS; waited++) {
		bool idle;

		shmwifi_poll_now(air);
		spin_lock_bh(&air->lock);
		idle = air->give_up == air->give_up_end && shmwifi_vring_is_idle(&air->to_guest);
		spin_unlock_bh(&air->lock);
		if (idle)
			return;
		usleep_range(1000, 2000);
	}
	dev_warn(&air->shm->pdev->dev, "hwsim did not read all statuses within %u ms\n", SHMWIFI_DRAIN_LIMIT_MS);
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
	INIT_DELAYED_WORK(&air->tick, shmwifi_tick);
	timer_setup(&air->late, shmwifi_is_late, 0);
	air->devices.notifier_call = shmwifi_device_event;
	air->devices.priority = 1;	/* before cfg80211 takes an interface out of its wiphy's list */

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
