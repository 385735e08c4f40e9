// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: binds QEMU's ivshmem-doorbell devices whose region is ours.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/stringify.h>

#include <shmwifi_abi.h>
#include "shmwifi.h"
#include "shmwifi_compat.h"

/* struct pages come by the subsection. A BAR is as aligned as it is large. */
#define SHMWIFI_REGION_MIN	max_t(u64, SHMWIFI_HEADER_SIZE, SUBSECTION_SIZE)

#ifndef CONFIG_64BIT
#error "ShmWifi needs a 64-bit kernel: the region, 128 MiB and more, is mapped whole, and its 64-bit words are read in one piece"
#elif !defined(CONFIG_ZONE_DEVICE)
#error "ShmWifi needs a kernel with CONFIG_ZONE_DEVICE, for struct pages of the region"
#endif

#define SHMWIFI_HELD_LIMIT	(10 * HZ)	/* direct I/O ends sooner */

static const char * const shmwifi_datapaths[] = {
	[SHMWIFI_DATAPATH_USER] = "user",
	[SHMWIFI_DATAPATH_KERNEL] = "kernel",
};

/* Kernels without UIO, as OpenWrt's are, have only the kernel datapath. */
static char *datapath = IS_ENABLED(CONFIG_UIO) ? "user" : "kernel";
module_param(datapath, charp, 0444);
MODULE_PARM_DESC(datapath, "initial datapath: \"user\" (shm-injector, through UIO; the default where the kernel has UIO) or \"kernel\" (this module, through mac80211_hwsim's virtio front end)");

struct dentry *shmwifi_debugfs;

static int shmwifi_initial_mode(void)
{
	return match_string(shmwifi_datapaths, ARRAY_SIZE(shmwifi_datapaths), datapath);
}

void shmwifi_device_release(struct kref *ref)
{
	struct shmwifi_device *shm = container_of(ref, struct shmwifi_device, ref);

	if (shm->lost_page)
		__free_page(shm->lost_page);
	kfree(shm);
}

/* Other software uses ivshmem devices with the same PCI ID; the magic tells ours. */
static int shmwifi_check_region(struct pci_dev *pdev)
{
	resource_size_t length = pci_resource_len(pdev, SHMWIFI_BAR_REGION);
	void __iomem *header;
	u64 magic;
	u32 abi;

	if (length < SHMWIFI_REGION_MIN) {
		dev_info(&pdev->dev,
			 "BAR2 of %llu bytes is too small for a ShmWifi region (%llu): left alone\n",
			 (u64)length, SHMWIFI_REGION_MIN);
		return -ENODEV;
	}

	header = pci_iomap_range(pdev, SHMWIFI_BAR_REGION, 0, SHMWIFI_HEADER_SIZE);
	if (!header)
		return -ENOMEM;
	magic = readq(header + offsetof(struct shmwifi_header, magic));
	abi = readl(header + offsetof(struct shmwifi_header, abi_version));
	pci_iounmap(pdev, header);

	if (magic != SHMWIFI_MAGIC) {
		dev_info(&pdev->dev,
			 "BAR2 holds no ShmWifi region (magic %#llx, not %#llx): left alone\n",
			 magic, SHMWIFI_MAGIC);
		return -ENODEV;
	}

	if (abi >> 16 != SHMWIFI_ABI_MAJOR)
		dev_warn(&pdev->dev,
			 "the region has ABI %u.%u, this module has %u.%u: user space must have the region's version\n",
			 abi >> 16, abi & 0xffff, SHMWIFI_ABI_MAJOR, SHMWIFI_ABI_MINOR);
	return 0;
}

/*
 * With struct pages user space can map the region write-back; a mapping by
 * physical address would be uncached: see README.md.
 */
static int shmwifi_map_region(struct shmwifi_device *shm)
{
	resource_size_t start = pci_resource_start(shm->pdev, SHMWIFI_BAR_REGION);
	struct dev_pagemap *held = get_dev_pagemap(PHYS_PFN(start));

	if (held) {	/* see shmwifi_unmap_region() */
		put_dev_pagemap(held);
		return -EBUSY;
	}
	shm->region.type = MEMORY_DEVICE_GENERIC;
	shm->region.range.start = start;
	shm->region.range.end = pci_resource_end(shm->pdev, SHMWIFI_BAR_REGION);
	shm->region.nr_range = 1;

	return PTR_ERR_OR_ZERO(memremap_pages(&shm->region, dev_to_node(&shm->pdev->dev)));
}

static bool shmwifi_is_held(const struct shmwifi_device *shm)
{
	unsigned long pfn, end = PHYS_PFN(shm->region.range.end + 1);

	for (pfn = PHYS_PFN(shm->region.range.start); pfn < end; pfn++)
		if (page_ref_count(pfn_to_page(pfn)) > 1)
			return true;
	return false;
}

/*
 * Takes the struct pages away, which must not happen while direct I/O or a
 * pipe holds one. Who puts a page into a pipe can hold it for ever, so the
 * wait has a limit: past it the struct pages stay, and the device with them.
 */
static void shmwifi_unmap_region(struct shmwifi_device *shm)
{
	unsigned long end = jiffies + SHMWIFI_HELD_LIMIT;

	while (shmwifi_is_held(shm)) {
		if (time_after(jiffies, end)) {
			dev_warn(&shm->pdev->dev,
				 "a process still holds pages of the region (direct I/O, a pipe): the device cannot be bound again before the next boot\n");
			kref_get(&shm->ref);
			return;
		}
		msleep(20);
	}
	memunmap_pages(&shm->region);
}

static int shmwifi_enter_mode(struct shmwifi_device *shm, enum shmwifi_datapath_mode mode)
{
	int err;

	if (mode == SHMWIFI_DATAPATH_KERNEL)
		err = shmwifi_virtio_register(shm);
	else
		err = shmwifi_uio_register(shm);
	if (err)
		dev_err(&shm->pdev->dev, "cannot set up the %s datapath: error %d\n",
			shmwifi_datapaths[mode], err);
	else
		shm->datapath = mode;
	return err;
}

static void shmwifi_leave_mode(struct shmwifi_device *shm)
{
	if (shm->datapath == SHMWIFI_DATAPATH_KERNEL)
		shmwifi_virtio_unregister(shm);
	else if (shm->datapath == SHMWIFI_DATAPATH_USER)
		shmwifi_uio_unregister(shm);
	shm->datapath = SHMWIFI_DATAPATH_NONE;
}

static int shmwifi_change_mode(struct shmwifi_device *shm, enum shmwifi_datapath_mode mode)
{
	enum shmwifi_datapath_mode old = shm->datapath;
	int err;

	if (mode == old)
		return 0;
	if (old == SHMWIFI_DATAPATH_USER && shm->user) {
		dev_err(&shm->pdev->dev, "the user datapath is in use: a process has the UIO device open; stop shm-injector first\n");
		return -EBUSY;
	}
	if (old == SHMWIFI_DATAPATH_KERNEL && shmwifi_virtio_is_used(shm)) {
		dev_err(&shm->pdev->dev, "the kernel datapath is in use: an interface of mac80211_hwsim is up; set all of them down first\n");
		return -EBUSY;
	}

	shmwifi_leave_mode(shm);
	err = shmwifi_enter_mode(shm, mode);
	if (err && old != SHMWIFI_DATAPATH_NONE)
		shmwifi_enter_mode(shm, old);
	return err;
}

static ssize_t datapath_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);
	enum shmwifi_datapath_mode mode = READ_ONCE(shm->datapath);

	return sysfs_emit(buf, "%s\n",
			  mode == SHMWIFI_DATAPATH_NONE ? "none" : shmwifi_datapaths[mode]);
}

static ssize_t datapath_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);
	int mode = sysfs_match_string(shmwifi_datapaths, buf);
	int err;

	if (mode < 0)
		return mode;
	mutex_lock(&shm->datapath_lock);
	err = shmwifi_change_mode(shm, mode);
	mutex_unlock(&shm->datapath_lock);
	return err ?: count;
}
static DEVICE_ATTR_RW(datapath);

static ssize_t peer_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", readl(shm->registers + SHMWIFI_REG_IVPOSITION));
}
static DEVICE_ATTR_RO(peer);

static struct attribute *shmwifi_attrs[] = {
	&dev_attr_datapath.attr,
	&dev_attr_peer.attr,
	NULL
};
ATTRIBUTE_GROUPS(shmwifi);

static int shmwifi_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct shmwifi_device *shm;
	int err;

	err = pci_enable_device(pdev);
	if (err)
		return err;

	err = pci_request_regions(pdev, KBUILD_MODNAME);
	if (err)
		goto err_disable;

	err = shmwifi_check_region(pdev);
	if (err)
		goto err_release_regions;

	pci_set_master(pdev);
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSIX);
	if (err < 0) {
		dev_err(&pdev->dev,
			"no MSI-X vector (%d): QEMU needs -device ivshmem-doorbell, not ivshmem-plain\n",
			err);
		err = -ENODEV;
		goto err_clear_master;
	}

	shm = kzalloc(sizeof(*shm), GFP_KERNEL);
	if (!shm) {
		err = -ENOMEM;
		goto err_free_vectors;
	}
	kref_init(&shm->ref);
	mutex_init(&shm->datapath_lock);
	init_rwsem(&shm->fault_lock);
	shm->pdev = pdev;
	shm->datapath = SHMWIFI_DATAPATH_NONE;

	shm->lost_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!shm->lost_page) {
		err = -ENOMEM;
		goto err_put;
	}

	shm->registers = pci_iomap(pdev, SHMWIFI_BAR_REGISTERS, 0);
	if (!shm->registers) {
		err = -ENOMEM;
		goto err_put;
	}

	err = shmwifi_map_region(shm);
	if (err) {
		dev_err(&pdev->dev, "no struct pages for %pR: error %d\n",
			&pdev->resource[SHMWIFI_BAR_REGION], err);
		goto err_unmap_registers;
	}

	pci_set_drvdata(pdev, shm);
	err = shmwifi_enter_mode(shm, shmwifi_initial_mode());
	if (err)
		goto err_unmap_region;

	dev_info(&pdev->dev, "ShmWifi region %pR\n", &pdev->resource[SHMWIFI_BAR_REGION]);
	return 0;

err_unmap_region:
	shmwifi_unmap_region(shm);
err_unmap_registers:
	pci_iounmap(pdev, shm->registers);
err_put:
	kref_put(&shm->ref, shmwifi_device_release);
err_free_vectors:
	pci_free_irq_vectors(pdev);
err_clear_master:
	pci_clear_master(pdev);
err_release_regions:
	pci_release_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return err;
}

static void shmwifi_remove(struct pci_dev *pdev)
{
	struct shmwifi_device *shm = pci_get_drvdata(pdev);

	shmwifi_leave_mode(shm);
	shmwifi_unmap_region(shm);
	pci_iounmap(pdev, shm->registers);
	kref_put(&shm->ref, shmwifi_device_release);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
	pci_release_regions(pdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id shmwifi_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};
MODULE_DEVICE_TABLE(pci, shmwifi_ids);

static int shmwifi_suspend(struct device *dev)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);

	if (shm->datapath == SHMWIFI_DATAPATH_KERNEL)
		shmwifi_virtio_suspend(shm);
	return 0;
}

static int shmwifi_resume(struct device *dev)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);

	if (shm->datapath == SHMWIFI_DATAPATH_KERNEL)
		shmwifi_virtio_resume(shm);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(shmwifi_pm_ops, shmwifi_suspend, shmwifi_resume);

static struct pci_driver shmwifi_driver = {
	.name = KBUILD_MODNAME,
	.id_table = shmwifi_ids,
	.probe = shmwifi_probe,
	.remove = shmwifi_remove,
	.dev_groups = shmwifi_groups,
	.driver.pm = pm_sleep_ptr(&shmwifi_pm_ops),
};

static int __init shmwifi_init(void)
{
	int err;

	if (shmwifi_initial_mode() < 0) {
		pr_err(KBUILD_MODNAME ": datapath is \"%s\"; it can be \"user\" or \"kernel\"\n",
		       datapath);
		return -EINVAL;
	}
	shmwifi_debugfs = debugfs_create_dir(KBUILD_MODNAME, NULL);
	err = pci_register_driver(&shmwifi_driver);
	if (err)
		debugfs_remove(shmwifi_debugfs);
	return err;
}
module_init(shmwifi_init);

static void __exit shmwifi_exit(void)
{
	pci_unregister_driver(&shmwifi_driver);
	debugfs_remove(shmwifi_debugfs);
}
module_exit(shmwifi_exit);

MODULE_DESCRIPTION("ShmWifi: 802.11 frames between VMs through shared memory");
MODULE_AUTHOR("The ShmWifi developers");
MODULE_VERSION(__stringify(SHMWIFI_VERSION));
MODULE_LICENSE("GPL");
