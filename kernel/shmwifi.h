/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: a PCI device with a region in BAR2, and what other files need of it.
 */
#ifndef SHMWIFI_H
#define SHMWIFI_H

#include <linux/io.h>
#include <linux/kref.h>
#include <linux/memremap.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/uio_driver.h>

struct dentry;
struct shmwifi_datapath;

/* ivshmem's BARs. Source: QEMU docs/specs/ivshmem-spec.rst */
#define SHMWIFI_BAR_REGISTERS	0
#define SHMWIFI_BAR_REGION	2
#define SHMWIFI_REG_IVPOSITION	8	/* our peer ID */
#define SHMWIFI_REG_DOORBELL	12	/* peer << 16 | vector; the host is peer 0 */

/* Where frames are moved. */
enum shmwifi_datapath_mode {
	SHMWIFI_DATAPATH_NONE = -1,	/* during a change, or after one failed */
	SHMWIFI_DATAPATH_USER,		/* in a process, through a UIO device */
	SHMWIFI_DATAPATH_KERNEL,	/* in this module, a virtio device for mac80211_hwsim */
};

/**
 * struct shmwifi_device - an ivshmem-doorbell device that carries our region
 * @ref: held by the driver from probe to remove, and by each mapping
 * @pdev: valid from probe to remove
 * @region: BAR2 as memory with struct pages
 * @registers: BAR0
 * @datapath_lock: serialises changes of @datapath
 * @datapath: the mode in use
 * @dp: state of the kernel datapath; NULL in other modes
 * @uio: the UIO device, registered in user mode
 * @user: who has the UIO device open; serialised by UIO's open and release.
 *	Others that have it mapped did so before it was unregistered
 * @fault_lock: a page fault reads @user and inserts its page under one hold
 * @lost_page: what others find in place of the device
 */
struct shmwifi_device {
	struct kref ref;
	struct pci_dev *pdev;
	struct dev_pagemap region;
	void __iomem *registers;
	struct mutex datapath_lock;	/* changes of datapath */
	enum shmwifi_datapath_mode datapath;
	struct shmwifi_datapath *dp;
	struct uio_info uio;
	struct inode *user;
	struct rw_semaphore fault_lock;
	struct page *lost_page;
};

void shmwifi_device_release(struct kref *ref);

static inline void shmwifi_ring_host(struct shmwifi_device *shm)
{
	writel(0, shm->registers + SHMWIFI_REG_DOORBELL);
}

#if IS_ENABLED(CONFIG_UIO)
int shmwifi_uio_register(struct shmwifi_device *shm);
void shmwifi_uio_unregister(struct shmwifi_device *shm);
#else
static inline int shmwifi_uio_register(struct shmwifi_device *shm)
{
	return -EOPNOTSUPP;
}

static inline void shmwifi_uio_unregister(struct shmwifi_device *shm)
{
}
#endif

int shmwifi_virtio_register(struct shmwifi_device *shm);
void shmwifi_virtio_unregister(struct shmwifi_device *shm);
bool shmwifi_virtio_is_used(struct shmwifi_device *shm);
void shmwifi_virtio_suspend(struct shmwifi_device *shm);
void shmwifi_virtio_resume(struct shmwifi_device *shm);

extern struct dentry *shmwifi_debugfs;

#endif /* SHMWIFI_H */
