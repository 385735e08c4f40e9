// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: learns at once that a radio was tuned elsewhere or fell idle.
 *
 * mac80211 tells its drivers alone. But its tracepoint drv_config fires each
 * time, when hw->conf is set and before the driver is told. mac80211 cannot go
 * while this module is there, which uses it.
 * Source: net/mac80211/driver-ops.h, drv_config(); Documentation/trace/tracepoints.rst
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

#include "shmwifi_datapath.h"

#ifdef CONFIG_TRACEPOINTS

struct ieee80211_local;

/* Preemption is off: NAPI tells the host. It fires seldom, for whichever radio. */
static void shmwifi_retuned(void *data, struct ieee80211_local *local, u32 changed)
{
	struct shmwifi_datapath *dp = data;

	WRITE_ONCE(dp->retuned, true);
	irq_work_queue(&dp->kick);
}

/**
 * struct shmwifi_search - a search for the tracepoint
 * @modules: is called for each module that has tracepoints
 * @found: the tracepoint, or NULL
 */
struct shmwifi_search {
	struct notifier_block modules;
	struct tracepoint *found;
};

static void shmwifi_compare(struct tracepoint *tp, void *data)
{
	struct shmwifi_search *search = data;

	if (!strcmp(tp->name, "drv_config"))
		search->found = tp;
}

static int shmwifi_search_module(struct notifier_block *notifier, unsigned long state, void *data)
{
	struct shmwifi_search *search = container_of(notifier, struct shmwifi_search, modules);
	struct module *mod = ((struct tp_module *)data)->mod;
	unsigned int i;

	if (state == MODULE_STATE_COMING && !strcmp(mod->name, "mac80211"))
		for (i = 0; i < mod->num_tracepoints; i++)
			shmwifi_compare(tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]), search);
	return NOTIFY_OK;
}

static struct tracepoint *shmwifi_find_drv_config(void)
{
	struct shmwifi_search search = { .modules.notifier_call = shmwifi_search_module };

	for_each_kernel_tracepoint(shmwifi_compare, &search);
	if (!search.found && !register_tracepoint_module_notifier(&search.modules))
		unregister_tracepoint_module_notifier(&search.modules);
	return search.found;
}

/**
 * shmwifi_retune_watch() - have @dp->retuned set and @dp polled when radios are retuned
 * @dp: the datapath
 *
 * Return: whether the kernel tells us.
 */
bool shmwifi_retune_watch(struct shmwifi_datapath *dp)
{
	dp->drv_config = shmwifi_find_drv_config();
	if (dp->drv_config && tracepoint_probe_register(dp->drv_config, shmwifi_retuned, dp))
		dp->drv_config = NULL;
	return dp->drv_config;
}

void shmwifi_retune_forget(struct shmwifi_datapath *dp)
{
	if (!dp->drv_config)
		return;
	tracepoint_probe_unregister(dp->drv_config, shmwifi_retuned, dp);
	tracepoint_synchronize_unregister();
	dp->drv_config = NULL;
}

#else

bool shmwifi_retune_watch(struct shmwifi_datapath *dp)
{
	return false;
}

void shmwifi_retune_forget(struct shmwifi_datapath *dp)
{
}

#endif
