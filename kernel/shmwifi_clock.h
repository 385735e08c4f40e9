/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: the host's clock as far as the guest knows it.
 */
#ifndef SHMWIFI_CLOCK_H
#define SHMWIFI_CLOCK_H

#include <linux/types.h>

#define SHMWIFI_CLOCK_WINDOW	8	/* samples that compete */
#define SHMWIFI_CLOCK_ANCHORS	8	/* the tightest of earlier windows */

/**
 * struct shmwifi_clock_sample - what one exchange tells
 * @at_ns: when its answer came, our clock
 * @offset_ns: host's clock minus ours
 * @error_ns: the offset is wrong by this much at most
 */
struct shmwifi_clock_sample {
	s64 at_ns;
	s64 offset_ns;
	s64 error_ns;
};

/**
 * struct shmwifi_clock - follows the host's clock. The twin of ClockFilter.cs
 * @samples: the last exchanges
 * @anchors: the tightest samples of earlier windows, for the drift
 * @added: exchanges so far, since the clock jumped
 * @anchored: anchors so far
 * @jumps: times that a clock jumped
 * @at_ns: when the estimate was made, our clock
 * @offset_ns: host's clock minus ours, then
 * @skew_ppb: by how much the offset grows, nanoseconds a second
 * @error_ns: the offset is wrong by this much at most; 0: the host's clock is unknown
 */
struct shmwifi_clock {
	struct shmwifi_clock_sample samples[SHMWIFI_CLOCK_WINDOW];
	struct shmwifi_clock_sample anchors[SHMWIFI_CLOCK_ANCHORS];
	unsigned int added;
	unsigned int anchored;
	unsigned int jumps;
	s64 at_ns;
	s64 offset_ns;
	s64 skew_ppb;
	s64 error_ns;
};

bool shmwifi_clock_add(struct shmwifi_clock *clock, u64 asked_ns, u64 taken_ns, u64 posted_ns,
		       u64 answered_ns);
u64 shmwifi_clock_to_host(const struct shmwifi_clock *clock, u64 own_ns);

#endif /* SHMWIFI_CLOCK_H */
