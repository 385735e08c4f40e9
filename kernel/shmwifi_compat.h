/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: what kernels older than the newest supported one lack. Kbuild tells.
 * What it cannot give them by the newest name has one of ours. OpenWrt's
 * backports, with which its mac80211 is built, define some of it as macros.
 */
#ifndef SHMWIFI_COMPAT_H
#define SHMWIFI_COMPAT_H

#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#ifdef SHMWIFI_NO_VM_FLAGS_SET		/* before 6.3 */
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

#ifdef SHMWIFI_NO_TIMER_DELETE		/* before 6.2 */
#define timer_delete del_timer
#define timer_delete_sync del_timer_sync
#endif

#if defined(SHMWIFI_NO_TIMER_CONTAINER_OF) && !defined(timer_container_of)	/* before 6.16 */
#define timer_container_of from_timer
#endif

#ifdef SHMWIFI_NO_SYSTEM_PERCPU_WQ	/* before 6.17, where no stable release took it over */
#define system_percpu_wq system_wq
#endif

#ifdef SHMWIFI_OLD_GET_DEV_PAGEMAP	/* before 6.19: may take over a reference */
#define get_dev_pagemap(pfn) get_dev_pagemap(pfn, NULL)
#endif

/*
 * A mapping that is about to be made: the VMA, or since 7.2 what it will be
 * made of. Its vm_ops count it: .open, and for the first time .mapped, which
 * older kernels do not have.
 */
#ifdef SHMWIFI_UIO_MMAP_PREPARE
#define shmwifi_mapping vm_area_desc

static inline bool shmwifi_mapping_is_shared(const struct vm_area_desc *desc)
{
	return vma_desc_test(desc, VMA_SHARED_BIT);
}

static inline pgoff_t shmwifi_mapping_pgoff(const struct vm_area_desc *desc)
{
	return desc->pgoff;
}

static inline void shmwifi_mapping_of_pages(struct vm_area_desc *desc)
{
	vma_desc_set_flags(desc, VMA_MIXEDMAP_BIT, VMA_DONTEXPAND_BIT, VMA_DONTDUMP_BIT);
}

static inline void shmwifi_mapping_of_registers(struct vm_area_desc *desc)
{
	vma_desc_set_flags(desc, VMA_PFNMAP_BIT, VMA_IO_BIT, VMA_DONTEXPAND_BIT, VMA_DONTDUMP_BIT);
	desc->page_prot = pgprot_noncached(desc->page_prot);
}

static inline void shmwifi_mapping_begin(struct vm_area_desc *desc,
					 const struct vm_operations_struct *ops, void *data)
{
	desc->vm_ops = ops;
	desc->private_data = data;
}
#else
#define shmwifi_mapping vm_area_struct

static inline bool shmwifi_mapping_is_shared(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED;
}

static inline pgoff_t shmwifi_mapping_pgoff(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff;
}

static inline void shmwifi_mapping_of_pages(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP);
}

static inline void shmwifi_mapping_of_registers(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
}

static inline void shmwifi_mapping_begin(struct vm_area_struct *vma,
					 const struct vm_operations_struct *ops, void *data)
{
	vma->vm_ops = ops;
	vma->vm_private_data = data;
	ops->open(vma);
}
#endif

#if defined(SHMWIFI_NO_NETDEV_DUMMY) && !defined(alloc_netdev_dummy)	/* before 6.11 */
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
