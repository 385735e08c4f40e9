// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: a virtio device of ID 29 for mac80211_hwsim's own virtio front end,
 * and the transport for it; the device is this module. hwsim is not patched.
 */
#include <linux/debugfs.h>
#include <linux/device/bus.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/vmalloc.h>

#include "shmwifi_datapath.h"

/* hwsim's virtqueues, in its order: HWSIM_VQ_TX, HWSIM_VQ_RX. */
#define SHMWIFI_VQ_TX		0
#define SHMWIFI_VQ_RX		1
#define SHMWIFI_VQS		2

/* hwsim puts a buffer of some 4 kB into each entry of its RX queue. */
#define SHMWIFI_TX_BUFFERS	1024
#define SHMWIFI_RX_BUFFERS	256

static struct shmwifi_datapath *shmwifi_to_datapath(struct virtio_device *vdev)
{
	return container_of(vdev, struct shmwifi_datapath, vdev);
}

/* hwsim has no configuration space. */
static void shmwifi_get(struct virtio_device *vdev, unsigned int offset, void *buf,
			unsigned int len)
{
	memset(buf, 0, len);
}

static u64 shmwifi_get_features(struct virtio_device *vdev)
{
	return BIT_ULL(VIRTIO_F_VERSION_1);
}

static int shmwifi_finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

static u8 shmwifi_get_status(struct virtio_device *vdev)
{
	return shmwifi_to_datapath(vdev)->status;
}

static void shmwifi_set_status(struct virtio_device *vdev, u8 status)
{
	struct shmwifi_datapath *dp = shmwifi_to_datapath(vdev);
	u8 old = dp->status;

	dp->status = status;
	if (status & ~old & VIRTIO_CONFIG_S_DRIVER_OK)
		shmwifi_datapath_start(dp);
}

static void shmwifi_reset(struct virtio_device *vdev)
{
	struct shmwifi_datapath *dp = shmwifi_to_datapath(vdev);

	if (dp->status & VIRTIO_CONFIG_S_DRIVER_OK)
		shmwifi_datapath_stop(dp);
	dp->status = 0;
}

/* hwsim is about to lose the device, because of either module or by hand. */
static int shmwifi_bus_event(struct notifier_block *notifier, unsigned long event, void *data)
{
	struct shmwifi_datapath *dp = container_of(notifier, struct shmwifi_datapath, bus);

	if (event == BUS_NOTIFY_UNBIND_DRIVER && data == &dp->vdev.dev)
		shmwifi_datapath_drain(dp);
	return NOTIFY_DONE;
}

static void shmwifi_del_vqs(struct virtio_device *vdev)
{
	struct virtqueue *vq, *next;

	list_for_each_entry_safe(vq, next, &vdev->vqs, list)
		vring_del_virtqueue(vq);
}

static struct virtqueue *shmwifi_add_vq(struct virtio_device *vdev, unsigned int index,
					void (*callback)(struct virtqueue *vq), const char *name)
{
	unsigned int length = index == SHMWIFI_VQ_TX ? SHMWIFI_TX_BUFFERS : SHMWIFI_RX_BUFFERS;

	return vring_create_virtqueue(index, length, SMP_CACHE_BYTES, vdev, true, true, false,
				      shmwifi_datapath_notify, callback, name);
}

#ifdef SHMWIFI_NO_VIRTQUEUE_INFO	/* before 6.11 */
static int shmwifi_find_vqs(struct virtio_device *vdev, unsigned int count,
			    struct virtqueue *vqs[], vq_callback_t *callbacks[],
			    const char * const names[], const bool *ctx,
			    struct irq_affinity *affinity)
#define SHMWIFI_VQ_CALLBACK(i)	callbacks[i]
#define SHMWIFI_VQ_NAME(i)	names[i]
#else
static int shmwifi_find_vqs(struct virtio_device *vdev, unsigned int count,
			    struct virtqueue *vqs[], struct virtqueue_info infos[],
			    struct irq_affinity *affinity)
#define SHMWIFI_VQ_CALLBACK(i)	infos[i].callback
#define SHMWIFI_VQ_NAME(i)	infos[i].name
#endif
{
	struct shmwifi_datapath *dp = shmwifi_to_datapath(vdev);
	unsigned int i;

	if (count != SHMWIFI_VQS)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		vqs[i] = shmwifi_add_vq(vdev, i, SHMWIFI_VQ_CALLBACK(i), SHMWIFI_VQ_NAME(i));
		if (!vqs[i]) {
			shmwifi_del_vqs(vdev);
			return -ENOMEM;
		}
	}
	shmwifi_vring_init(&dp->to_host, vqs[SHMWIFI_VQ_TX]);
	shmwifi_vring_init(&dp->to_guest, vqs[SHMWIFI_VQ_RX]);
	shmwifi_vring_set_notify(&dp->to_guest, false);
	return 0;
}

static const char *shmwifi_bus_name(struct virtio_device *vdev)
{
	return pci_name(shmwifi_to_datapath(vdev)->shm->pdev);
}

static const struct virtio_config_ops shmwifi_config_ops = {
	.get = shmwifi_get,
	.get_features = shmwifi_get_features,
	.finalize_features = shmwifi_finalize_features,
	.get_status = shmwifi_get_status,
	.set_status = shmwifi_set_status,
	.reset = shmwifi_reset,
	.find_vqs = shmwifi_find_vqs,
	.del_vqs = shmwifi_del_vqs,
	.bus_name = shmwifi_bus_name,
};

static void shmwifi_release_vdev(struct device *dev)
{
	kfree(shmwifi_to_datapath(dev_to_virtio(dev)));
}

/*
 * The region as write-back memory. The kernel's own mapping of its struct
 * pages has the memory type that the firmware gave the BAR: see README.md.
 */
static void *shmwifi_map(struct shmwifi_device *shm)
{
	unsigned long count = PHYS_PFN(range_len(&shm->region.range));
	unsigned long i, first = PHYS_PFN(shm->region.range.start);
	struct page **pages;
	void *base;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return NULL;
	for (i = 0; i < count; i++)
		pages[i] = pfn_to_page(first + i);
	base = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return base;
}

static struct shmwifi_port *shmwifi_find_own_port(struct shmwifi_device *shm,
						  const struct shmwifi_region *region)
{
	u32 peer = readl(shm->registers + SHMWIFI_REG_IVPOSITION);
	struct shmwifi_port *port = shmwifi_region_find_port(region, peer);

	if (!port)
		dev_err(&shm->pdev->dev,
			"the host has no port for this VM (peer %u): its shm-medium did not accept it, or is another's\n",
			peer);
	return port;
}

/**
 * shmwifi_virtio_register() - set up the kernel datapath of a device
 * @shm: the device, without a datapath
 *
 * hwsim binds it at once, or when it is loaded.
 *
 * Return: 0 or an errno; the reason is in the log.
 */
int shmwifi_virtio_register(struct shmwifi_device *shm)
{
	struct device *dev = &shm->pdev->dev;
	struct shmwifi_datapath *dp;
	struct dentry *folder;
	void *base;
	int err;

	dp = kzalloc(sizeof(*dp), GFP_KERNEL);
	if (!dp)
		return -ENOMEM;
	dp->shm = shm;

	base = shmwifi_map(shm);
	if (!base) {
		err = -ENOMEM;
		goto err_free;
	}
	err = shmwifi_region_open(&dp->region, dev, base, range_len(&shm->region.range));
	if (err)
		goto err_unmap;
	dp->port = shmwifi_find_own_port(shm, &dp->region);
	if (!dp->port) {
		err = -ENXIO;
		goto err_unmap;
	}
	err = shmwifi_datapath_init(dp);
	if (err)
		goto err_unmap;
	err = request_irq(pci_irq_vector(shm->pdev, 0), shmwifi_datapath_interrupt, 0, "shmwifi",
			  dp);
	if (err)
		goto err_exit;

	shm->dp = dp;
	dp->vdev.dev.parent = dev;
	dp->vdev.dev.release = shmwifi_release_vdev;
	dp->vdev.config = &shmwifi_config_ops;
	dp->vdev.id.device = VIRTIO_ID_MAC80211_HWSIM;
	dp->vdev.id.vendor = PCI_VENDOR_ID_REDHAT_QUMRANET;
	err = register_virtio_device(&dp->vdev);
	if (err)
		goto err_put;
	dp->bus.notifier_call = shmwifi_bus_event;
	if (bus_register_notifier(dp->vdev.dev.bus, &dp->bus))
		dev_err(dev, "not told when hwsim leaves: pending frames are not reported then\n");

	folder = debugfs_create_dir(pci_name(shm->pdev), shmwifi_debugfs);
	debugfs_create_file("statistics", 0444, folder, dp, &shmwifi_statistics_fops);
	return 0;

err_put:
	shm->dp = NULL;
	free_irq(pci_irq_vector(shm->pdev, 0), dp);
	shmwifi_datapath_exit(dp);
	vunmap(base);
	put_device(&dp->vdev.dev);
	return err;
err_exit:
	shmwifi_datapath_exit(dp);
err_unmap:
	vunmap(base);
err_free:
	kfree(dp);
	return err;
}

void shmwifi_virtio_unregister(struct shmwifi_device *shm)
{
	struct shmwifi_datapath *dp = shm->dp;

	debugfs_lookup_and_remove(pci_name(shm->pdev), shmwifi_debugfs);
	get_device(&dp->vdev.dev);
	unregister_virtio_device(&dp->vdev);
	bus_unregister_notifier(dp->vdev.dev.bus, &dp->bus);
	free_irq(pci_irq_vector(shm->pdev, 0), dp);
	shmwifi_datapath_exit(dp);
	vunmap(dp->region.base);
	shm->dp = NULL;
	put_device(&dp->vdev.dev);
}

bool shmwifi_virtio_is_used(struct shmwifi_device *shm)
{
	return shmwifi_datapath_is_used(shm->dp);
}

/* To the host it looks as if the guest's service ended; what hwsim sends meanwhile waits. */
void shmwifi_virtio_suspend(struct shmwifi_device *shm)
{
	if (shm->dp->status & VIRTIO_CONFIG_S_DRIVER_OK)
		shmwifi_datapath_stop(shm->dp);
}

void shmwifi_virtio_resume(struct shmwifi_device *shm)
{
	if (shm->dp->status & VIRTIO_CONFIG_S_DRIVER_OK)
		shmwifi_datapath_start(shm->dp);
}
