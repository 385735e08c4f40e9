/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: what kernels older than the newest supported one lack. Kbuild tells.
 */
#ifndef SHMWIFI_COMPAT_H
#define SHMWIFI_COMPAT_H

#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#ifdef SHMWIFI_NO_VM_FLAGS_SET		/* before 6.3 */
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#ifdef SHMWIFI_NO_NETDEV_DUMMY		/* before 6.11 */
static inline struct net_device *alloc_netdev_dummy(int sizeof_priv)
{
	struct net_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
}

static inline void free_netdev_dummy(struct net_device *dev)
{
	kfree(dev);
}
#else
static inline void free_netdev_dummy(struct net_device *dev)
{
	free_netdev(dev);
}
#endif

#endif /* SHMWIFI_COMPAT_H */
