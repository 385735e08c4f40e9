// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: counters of the kernel datapath, a name and a number a line:
 * /sys/kernel/debug/shmwifi/<PCI address>/statistics
 */
#include <linux/seq_file.h>

#include "shmwifi_datapath.h"

static int shmwifi_statistics_show(struct seq_file *file, void *unused)
{
	static const char * const names[SHMWIFI_COUNTER_COUNT] = {
		[SHMWIFI_TX_FRAMES] = "tx_frames",
		[SHMWIFI_TX_DROPPED] = "tx_dropped",
		[SHMWIFI_RX_FRAMES] = "rx_frames",
		[SHMWIFI_RX_REFUSED] = "rx_refused",
		[SHMWIFI_RX_INVALID] = "rx_invalid",
		[SHMWIFI_DOORBELLS] = "doorbells",
		[SHMWIFI_DOORBELLS_SUPPRESSED] = "doorbells_suppressed",
	};
	struct shmwifi_datapath *dp = file->private;
	unsigned int i;

	spin_lock_bh(&dp->lock);
	for (i = 0; i < SHMWIFI_COUNTER_COUNT; i++)
		if (names[i])
			seq_printf(file, "%s %llu\n", names[i], dp->counters[i]);
	seq_printf(file, "interrupts %llu\n", dp->interrupts);
	seq_printf(file, "polls %llu\n", dp->polls);
	seq_printf(file, "status_dropped %llu\n", dp->status_dropped);
	seq_printf(file, "malformed %llu\n", dp->malformed);
	seq_printf(file, "addresses %u\n", shmwifi_radios_count_addresses(&dp->radios));
	seq_printf(file, "radios_refused %u\n", dp->radios.refused);
	seq_printf(file, "host_away %u\n", dp->host_away);
	seq_printf(file, "clock_offset_ns %lld\n", dp->clock.offset_ns);
	seq_printf(file, "clock_error_ns %lld\n", dp->clock.error_ns);
	seq_printf(file, "clock_jumps %u\n", dp->clock.jumps);
	spin_unlock_bh(&dp->lock);
	return 0;
}

static int shmwifi_statistics_open(struct inode *inode, struct file *file)
{
	return single_open(file, shmwifi_statistics_show, inode->i_private);
}

const struct file_operations shmwifi_statistics_fops = {
	.owner = THIS_MODULE,
	.open = shmwifi_statistics_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};
