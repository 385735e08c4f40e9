/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ShmWifi: a PCI device with a region in BAR2, and what other files need of it.
 */
#ifndef SHMWIFI_H
#define SHMWIFI_H

#include <linux/kref.h>
#include <linux/memremap.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/uio_driver.h>

/* ivshmem's BARs. Source: QEMU docs/specs/ivshmem-spec.rst */
#define SHMWIFI_BAR_REGISTERS	0
#define SHMWIFI_BAR_REGION	2

/**
 * struct shmwifi_device - an ivshmem-doorbell device that carries our region
 * @ref: held by the driver from probe to remove, and by each mapping
 * @pdev: valid from probe to remove
 * @region: BAR2 as memory with struct pages
 * @uio: the face to user space
 * @user: who has the UIO device open; serialised by UIO's open and release
 * @fault_lock: a page fault reads @gone and inserts its page under one hold
 * @gone: the device was removed: no page is handed out any more
 */
struct shmwifi_device {
	struct kref ref;
	struct pci_dev *pdev;
	struct dev_pagemap region;
	struct uio_info uio;
	struct inode *user;
	struct rw_semaphore fault_lock;
	bool gone;
};

void shmwifi_device_release(struct kref *ref);

int shmwifi_uio_register(struct shmwifi_device *shm);
void shmwifi_uio_unregister(struct shmwifi_device *shm);

#endif /* SHMWIFI_H */
