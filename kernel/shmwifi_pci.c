// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: binds QEMU's ivshmem-doorbell devices whose region is ours.
 */
#include <linux/io.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <shmwifi_abi.h>
#include "shmwifi.h"

/* struct pages come by the subsection. A BAR is as aligned as it is large. */
#define SHMWIFI_REGION_MIN	max_t(u64, SHMWIFI_HEADER_SIZE, SUBSECTION_SIZE)

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
	shm->pdev = pdev;

	err = shmwifi_map_region(shm);
	if (err) {
		dev_err(&pdev->dev, "no struct pages for %pR: error %d\n",
			&pdev->resource[SHMWIFI_BAR_REGION], err);
		goto err_put;
	}

	err = shmwifi_uio_register(shm);
	if (err) {
		dev_err(&pdev->dev, "no UIO device: error %d\n", err);
		goto err_unmap_region;
	}

	pci_set_drvdata(pdev, shm);
	dev_info(&pdev->dev, "ShmWifi region %pR\n", &pdev->resource[SHMWIFI_BAR_REGION]);
	return 0;

err_unmap_region:
	memunmap_pages(&shm->region);
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

	shmwifi_uio_unregister(shm);
	memunmap_pages(&shm->region);
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

static struct pci_driver shmwifi_driver = {
	.name = KBUILD_MODNAME,
	.id_table = shmwifi_ids,
	.probe = shmwifi_probe,
	.remove = shmwifi_remove,
};
module_pci_driver(shmwifi_driver);

MODULE_DESCRIPTION("ShmWifi: 802.11 frames between VMs through shared memory");
MODULE_AUTHOR("The ShmWifi developers");
MODULE_LICENSE("GPL");
