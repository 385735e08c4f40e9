// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: what the kernel's face has counted, a name and a number a line:
 * /sys/kernel/debug/shmwifi/<PCI address>/statistics
 */
#include <linux/seq_file.h>

#include "shmwifi_air.h"

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
	struct shmwifi_air *air = file->private;
	unsigned int i;

	spin_lock_bh(&air->lock);
	for (i = 0; i < SHMWIFI_COUNTER_COUNT; i++)
		if (names[i])
			seq_printf(file, "%s %llu\n", names[i], air->counters[i]);
	seq_printf(file, "interrupts %llu\n", air->interrupts);
	seq_printf(file, "polls %llu\n", air->polls);
	seq_printf(file, "status_dropped %llu\n", air->status_dropped);
	seq_printf(file, "malformed %llu\n", air->malformed);
	seq_printf(file, "radios_refused %u\n", air->radios.refused);
	seq_printf(file, "host_away %u\n", air->host_away);
	seq_printf(file, "clock_offset_ns %lld\n", air->clock.offset_ns);
	seq_printf(file, "clock_error_ns %lld\n", air->clock.error_ns);
	seq_printf(file, "clock_jumps %u\n", air->clock.jumps);
	spin_unlock_bh(&air->lock);
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
