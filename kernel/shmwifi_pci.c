// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: binds QEMU's ivshmem-doorbell devices whose region is ours.
 */
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <shmwifi_abi.h>
#include "shmwifi.h"

/* struct pages come by the subsection. A BAR is as aligned as it is large. */
#define SHMWIFI_REGION_MIN	max_t(u64, SHMWIFI_HEADER_SIZE, SUBSECTION_SIZE)

static const char * const shmwifi_faces[] = {
	[SHMWIFI_FACE_USER] = "user",
	[SHMWIFI_FACE_KERNEL] = "kernel",
};

static char *face = "user";
module_param(face, charp, 0444);
MODULE_PARM_DESC(face, "who moves the frames at first: \"user\" (shm-injector, by UIO) or \"kernel\" (this module, by mac80211_hwsim's virtio front end)");

struct dentry *shmwifi_debugfs;

static int shmwifi_first_face(void)
{
	return match_string(shmwifi_faces, ARRAY_SIZE(shmwifi_faces), face);
}

void shmwifi_device_release(struct kref *ref)
{
	kfree(container_of(ref, struct shmwifi_device, ref));
}

/* Other software's ivshmem devices have the same PCI ID: only our magic tells. */
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
			 "the region has ABI %u.%u, this module has %u.%u: user space of the region's version is needed\n",
			 abi >> 16, abi & 0xffff, SHMWIFI_ABI_MAJOR, SHMWIFI_ABI_MINOR);
	return 0;
}

/*
 * struct pages let user space map the region write-back, which a mapping by
 * address does not: see README.md.
 */
static int shmwifi_map_region(struct shmwifi_device *shm)
{
	shm->region.type = MEMORY_DEVICE_GENERIC;
	shm->region.range.start = pci_resource_start(shm->pdev, SHMWIFI_BAR_REGION);
	shm->region.range.end = pci_resource_end(shm->pdev, SHMWIFI_BAR_REGION);
	shm->region.nr_range = 1;

	return PTR_ERR_OR_ZERO(memremap_pages(&shm->region, dev_to_node(&shm->pdev->dev)));
}

static int shmwifi_put_face_on(struct shmwifi_device *shm, enum shmwifi_face face)
{
	int err;

	if (face == SHMWIFI_FACE_KERNEL)
		err = shmwifi_virtio_register(shm);
	else
		err = shmwifi_uio_register(shm);
	if (err)
		dev_err(&shm->pdev->dev, "no %s face: error %d\n", shmwifi_faces[face], err);
	else
		shm->face = face;
	return err;
}

static void shmwifi_take_face_off(struct shmwifi_device *shm)
{
	if (shm->face == SHMWIFI_FACE_KERNEL)
		shmwifi_virtio_unregister(shm);
	else if (shm->face == SHMWIFI_FACE_USER)
		shmwifi_uio_unregister(shm);
	shm->face = SHMWIFI_FACE_NONE;
}

static int shmwifi_change_face(struct shmwifi_device *shm, enum shmwifi_face face)
{
	enum shmwifi_face old = shm->face;
	int err;

	if (face == old)
		return 0;
	if (old == SHMWIFI_FACE_USER && shm->user) {
		dev_err(&shm->pdev->dev, "the user face is in use: a process has the UIO device open; end shm-injector first\n");
		return -EBUSY;
	}
	if (old == SHMWIFI_FACE_KERNEL && shmwifi_virtio_is_used(shm)) {
		dev_err(&shm->pdev->dev, "the kernel face is in use: an interface of mac80211_hwsim is up; set all down first\n");
		return -EBUSY;
	}

	shmwifi_take_face_off(shm);
	err = shmwifi_put_face_on(shm, face);
	if (err && old != SHMWIFI_FACE_NONE)
		shmwifi_put_face_on(shm, old);
	return err;
}

static ssize_t face_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);
	enum shmwifi_face face = READ_ONCE(shm->face);

	return sysfs_emit(buf, "%s\n", face == SHMWIFI_FACE_NONE ? "none" : shmwifi_faces[face]);
}

static ssize_t face_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);
	int face = sysfs_match_string(shmwifi_faces, buf);
	int err;

	if (face < 0)
		return face;
	mutex_lock(&shm->face_lock);
	err = shmwifi_change_face(shm, face);
	mutex_unlock(&shm->face_lock);
	return err ?: count;
}
static DEVICE_ATTR_RW(face);

static ssize_t peer_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", readl(shm->registers + SHMWIFI_REG_IVPOSITION));
}
static DEVICE_ATTR_RO(peer);

static struct attribute *shmwifi_attrs[] = {
	&dev_attr_face.attr,
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
	mutex_init(&shm->face_lock);
	shm->pdev = pdev;
	shm->face = SHMWIFI_FACE_NONE;

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
	err = shmwifi_put_face_on(shm, shmwifi_first_face());
	if (err)
		goto err_unmap_region;

	dev_info(&pdev->dev, "ShmWifi region %pR\n", &pdev->resource[SHMWIFI_BAR_REGION]);
	return 0;

err_unmap_region:
	memunmap_pages(&shm->region);
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

	shmwifi_take_face_off(shm);
	memunmap_pages(&shm->region);
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

	if (shm->face == SHMWIFI_FACE_KERNEL)
		shmwifi_virtio_suspend(shm);
	return 0;
}

static int shmwifi_resume(struct device *dev)
{
	struct shmwifi_device *shm = dev_get_drvdata(dev);

	if (shm->face == SHMWIFI_FACE_KERNEL)
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

	if (shmwifi_first_face() < 0) {
		pr_err(KBUILD_MODNAME ": face is \"%s\"; it can be \"user\" or \"kernel\"\n", face);
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
MODULE_LICENSE("GPL");
