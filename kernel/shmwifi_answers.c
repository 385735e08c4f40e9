// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: looks for the answer to a lone frame instead of waiting for its
 * interrupt. The twin of AnswerTimes.cs.
 *
 * An interrupt costs a guest far more than a look at the ring: the virtual CPU
 * must be woken, and comes back to cold caches. Whoever breaks a silence by a
 * question and is answered at once (ping, DNS, a handshake) saves that;
 * streams, and beacons, are never looked after.
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "shmwifi_air.h"

#define SHMWIFI_LOOK_MAX_NS	(3 * NSEC_PER_MSEC)	/* longer is not worth it */
#define SHMWIFI_SILENCE_NS	(10 * NSEC_PER_MSEC)	/* a stream's frames are nearer to each other */
#define SHMWIFI_LEARN_WEIGHT	4			/* of all times before against the newest */

/* When to stop looking; 0 when it is not worth it. */
u64 shmwifi_answers_deadline(const struct shmwifi_answers *answers)
{
	u64 expected = answers->expected_ns ?: SHMWIFI_LOOK_MAX_NS / 2;

	if (!answers->asked_ns || expected >= SHMWIFI_LOOK_MAX_NS)
		return 0;
	return answers->asked_ns + min_t(u64, 2 * expected, SHMWIFI_LOOK_MAX_NS);
}

/* A frame was sent that may have an answer. Returns whether to look for it. */
bool shmwifi_answers_asked(struct shmwifi_answers *answers, u64 now_ns)
{
	answers->asked_ns = now_ns - answers->moved_ns > SHMWIFI_SILENCE_NS ? now_ns : 0;
	answers->moved_ns = now_ns;
	return shmwifi_answers_deadline(answers);
}

/* A frame to one receiver was heard. */
void shmwifi_answers_heard(struct shmwifi_answers *answers, u64 now_ns)
{
	if (answers->asked_ns) {
		s64 expected = answers->expected_ns ?: SHMWIFI_LOOK_MAX_NS / 2;
		s64 took = min_t(u64, now_ns - answers->asked_ns,
				 SHMWIFI_LEARN_WEIGHT * SHMWIFI_LOOK_MAX_NS);

		answers->expected_ns = expected + (took - expected) / SHMWIFI_LEARN_WEIGHT;
	}
	answers->asked_ns = 0;
	answers->moved_ns = now_ns;
}

/* Runs when the CPU has nothing else to do. */
int shmwifi_looker_thread(void *data)
{
	struct shmwifi_air *air = data;

	sched_set_normal(current, MAX_NICE);
	while (!kthread_should_stop()) {
		u64 deadline;

		set_current_state(TASK_IDLE);
		deadline = shmwifi_answers_deadline(&air->answers);	/* a hint: no lock */
		if (!kthread_should_stop() && deadline <= ktime_get_ns()) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);

		shmwifi_air_begin_look(air);
		while (!kthread_should_stop() && shmwifi_air_look(air, deadline) &&
		       shmwifi_answers_deadline(&air->answers) == deadline)
			cond_resched();
		shmwifi_air_end_look(air);
	}
	return 0;
}
