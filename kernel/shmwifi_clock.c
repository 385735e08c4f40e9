// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: learns the host's clock by exchanges of very different quality.
 *
 * An exchange that took short bounds the offset tightly; one that waited for
 * an interrupt hardly does. So of the last window of samples the tightest
 * counts, its bound widened by what the clocks can have drifted since. The
 * drift itself is learned from the tightest samples of earlier windows: the
 * longer ago, the better. A sample that the estimate excludes means that a
 * clock jumped (the VM was paused, or slept): all earlier ones are forgotten.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

#include "shmwifi_clock.h"

#define SHMWIFI_MAX_SKEW_PPB	500000		/* working clocks drift apart by less */
#define SHMWIFI_MAX_ERROR_NS	NSEC_PER_SEC	/* a longer exchange is of no use */
#define SHMWIFI_MAX_AGE_NS	(1000LL * NSEC_PER_SEC)	/* products fit 64 bits */

static s64 shmwifi_clock_drift(s64 skew_ppb, s64 age_ns)
{
	return div_s64(skew_ppb * clamp_t(s64, age_ns, 0, SHMWIFI_MAX_AGE_NS), NSEC_PER_SEC);
}

static const struct shmwifi_clock_sample *shmwifi_clock_tightest(const struct shmwifi_clock *clock)
{
	unsigned int count = min_t(unsigned int, clock->added, SHMWIFI_CLOCK_WINDOW);
	const struct shmwifi_clock_sample *tightest = clock->samples;
	unsigned int i;

	for (i = 1; i < count; i++)
		if (clock->samples[i].error_ns < tightest->error_ns)
			tightest = &clock->samples[i];
	return tightest;
}

/* The skew, and by how much it may be wrong; all in ppb. */
static s64 shmwifi_clock_skew(const struct shmwifi_clock *clock, s64 *uncertainty)
{
	unsigned int count = min_t(unsigned int, clock->anchored, SHMWIFI_CLOCK_ANCHORS);
	const struct shmwifi_clock_sample *now = shmwifi_clock_tightest(clock);
	s64 skew = 0;
	unsigned int i;

	*uncertainty = SHMWIFI_MAX_SKEW_PPB;
	for (i = 0; i < count; i++) {
		const struct shmwifi_clock_sample *then = &clock->anchors[i];
		s64 elapsed = now->at_ns - then->at_ns;
		s64 moved = now->offset_ns - then->offset_ns;
		s64 bound, slope;

		if (elapsed <= 0 || abs(moved) > SHMWIFI_MAX_ERROR_NS)
			continue;
		bound = div64_s64((now->error_ns + then->error_ns) * NSEC_PER_SEC, elapsed);
		slope = div64_s64(moved * NSEC_PER_SEC, elapsed);
		if (bound < *uncertainty && abs(slope) <= SHMWIFI_MAX_SKEW_PPB) {
			skew = slope;
			*uncertainty = bound;
		}
	}
	return skew;
}

/* The host's clock as of @now_ns; the clock has samples. */
static void shmwifi_clock_estimate(struct shmwifi_clock *clock, s64 now_ns)
{
	unsigned int count = min_t(unsigned int, clock->added, SHMWIFI_CLOCK_WINDOW);
	s64 uncertainty, skew = shmwifi_clock_skew(clock, &uncertainty);
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct shmwifi_clock_sample *sample = &clock->samples[i];
		s64 age = now_ns - sample->at_ns;
		s64 error = sample->error_ns + shmwifi_clock_drift(uncertainty, age);

		if (i && error >= clock->error_ns)
			continue;
		clock->offset_ns = sample->offset_ns + shmwifi_clock_drift(skew, age);
		clock->error_ns = max_t(s64, error, 1);
	}
	clock->at_ns = now_ns;
	clock->skew_ppb = skew;
}

/**
 * shmwifi_clock_add() - take the four stamps of an exchange
 * @clock: the clock
 * @asked_ns: when we asked, our clock
 * @taken_ns: when the host read it, its clock
 * @posted_ns: when the host answered, its clock
 * @answered_ns: when we read the answer, our clock; later than of all exchanges before
 *
 * Return: false when the stamps contradict each other, or the exchange took too long.
 */
bool shmwifi_clock_add(struct shmwifi_clock *clock, u64 asked_ns, u64 taken_ns, u64 posted_ns,
		       u64 answered_ns)
{
	struct shmwifi_clock_sample sample;
	s64 under_way;

	/* Stamps below half of the range: differences of them cannot overflow. */
	if ((asked_ns | taken_ns | posted_ns | answered_ns) > S64_MAX / 2 ||
	    answered_ns < asked_ns || posted_ns < taken_ns)
		return false;
	under_way = (s64)(answered_ns - asked_ns) - (s64)(posted_ns - taken_ns);
	if (under_way < 0 || under_way > SHMWIFI_MAX_ERROR_NS)
		return false;

	sample.at_ns = answered_ns;
	sample.offset_ns = div_s64((s64)(taken_ns - asked_ns) + (s64)(posted_ns - answered_ns), 2);
	sample.error_ns = (under_way + 1) / 2;

	if (clock->added) {
		shmwifi_clock_estimate(clock, sample.at_ns);
		if (abs(sample.offset_ns - clock->offset_ns) > sample.error_ns + clock->error_ns) {
			clock->jumps++;
			clock->added = 0;
			clock->anchored = 0;
		}
	}
	clock->samples[clock->added++ % SHMWIFI_CLOCK_WINDOW] = sample;
	if (clock->added % SHMWIFI_CLOCK_WINDOW == 0)
		clock->anchors[clock->anchored++ % SHMWIFI_CLOCK_ANCHORS] =
			*shmwifi_clock_tightest(clock);
	shmwifi_clock_estimate(clock, sample.at_ns);
	return true;
}

/* A time of ours in the host's clock; 0 as long as that is unknown. */
u64 shmwifi_clock_to_host(const struct shmwifi_clock *clock, u64 own_ns)
{
	if (!clock->error_ns)
		return 0;
	return own_ns + clock->offset_ns +
	       shmwifi_clock_drift(clock->skew_ppb, own_ns - clock->at_ns);
}
