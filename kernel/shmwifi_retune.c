// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: learns at once that a radio was tuned elsewhere, fell idle or
 * sends with another power.
 *
 * mac80211 tells its drivers alone. But its tracepoints fire each time, when the
 * new value is set and before the driver is told: drv_config for hw->conf, where
 * the channel is, and drv_link_info_changed for an interface's bss_conf, where its
 * power is. mac80211 cannot go while this module is there, which uses it.
 * Source: net/mac80211/driver-ops.[ch]; Documentation/trace/tracepoints.rst
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

#include "shmwifi_datapath.h"

#ifdef CONFIG_TRACEPOINTS

struct ieee80211_local;
struct ieee80211_sub_if_data;

/* Preemption is off: NAPI tells the host. It fires seldom, for whichever radio. */
static void shmwifi_retuned(void *data, struct ieee80211_local *local, u32 changed)
{
	struct shmwifi_datapath *dp = data;

	WRITE_ONCE(dp->retuned, true);
	irq_work_queue(&dp->kick);
}

static void shmwifi_link_changed(void *data, struct ieee80211_local *local,
				 struct ieee80211_sub_if_data *sdata,
				 struct ieee80211_bss_conf *conf, u64 changed)
{
	if (changed & BSS_CHANGED_TXPOWER)
		shmwifi_retuned(data, local, 0);
}

/**
 * struct shmwifi_search - a search for the tracepoint
 * @modules: is called for each module that has tracepoints
 * @name: its name
 * @found: the tracepoint, or NULL
 */
struct shmwifi_search {
	struct notifier_block modules;
	const char *name;
	struct tracepoint *found;
};

static void shmwifi_compare(struct tracepoint *tp, void *data)
{
	struct shmwifi_search *search = data;

	if (!strcmp(tp->name, search->name))
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

static struct tracepoint *shmwifi_find_tracepoint(const char *name)
{
	struct shmwifi_search search = {
		.modules.notifier_call = shmwifi_search_module,
		.name = name,
	};

	for_each_kernel_tracepoint(shmwifi_compare, &search);
	if (!search.found && !register_tracepoint_module_notifier(&search.modules))
		unregister_tracepoint_module_notifier(&search.modules);
	return search.found;
}

/* The tracepoint that now calls a probe; NULL: there is none. */
static struct tracepoint *shmwifi_watch(const char *name, void *probe, struct shmwifi_datapath *dp)
{
	struct tracepoint *tp = shmwifi_find_tracepoint(name);

	return tp && !tracepoint_probe_register(tp, probe, dp) ? tp : NULL;
}

/**
 * shmwifi_retune_watch() - have @dp->retuned set and @dp polled when radios are retuned
 * @dp: the datapath
 *
 * Return: whether the kernel tells us.
 */
bool shmwifi_retune_watch(struct shmwifi_datapath *dp)
{
	dp->drv_config = shmwifi_watch("drv_config", shmwifi_retuned, dp);
	dp->drv_link_info_changed = shmwifi_watch("drv_link_info_changed", shmwifi_link_changed, dp);
	return dp->drv_config;
}

void shmwifi_retune_forget(struct shmwifi_datapath *dp)
{
	if (dp->drv_config)
		tracepoint_probe_unregister(dp->drv_config, shmwifi_retuned, dp);
	if (dp->drv_link_info_changed)
		tracepoint_probe_unregister(dp->drv_link_info_changed, shmwifi_link_changed, dp);
	tracepoint_synchronize_unregister();
	dp->drv_config = NULL;
	dp->drv_link_info_changed = NULL;
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
