// SPDX-License-Identifier: GPL-2.0
/*
 * ShmWifi: the user datapath, a UIO device.
 *
 * map0 "region"	BAR2, write-back
 * map1 "registers"	the page that holds BAR0, uncached
 * read()		the number of doorbells so far, once it has grown
 *
 * Pages are handed out by page faults only, so that removal can take all of
 * them back: it forgets the user, and then unmaps what was handed out before.
 * A process that still has the device mapped finds a page of zeros everywhere
 * from there on, and poll() and read() tell it why: it can end in order, which
 * SIGBUS would not let it.
 */
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/stringify.h>

#include <shmwifi_abi.h>
#include "shmwifi.h"
#include "shmwifi_compat.h"

#define SHMWIFI_MAP_REGION	0
#define SHMWIFI_MAP_REGISTERS	1

static void shmwifi_vma_open(struct vm_area_struct *vma)
{
	struct shmwifi_device *shm = vma->vm_private_data;

	kref_get(&shm->ref);
}

#ifdef SHMWIFI_UIO_MMAP_PREPARE
static int shmwifi_vma_mapped(unsigned long start, unsigned long end, pgoff_t pgoff,
			      const struct file *file, void **private_data)
{
	struct shmwifi_device *shm = *private_data;

	kref_get(&shm->ref);
	return 0;
}

#define SHMWIFI_VMA_MAPPED	.mapped = shmwifi_vma_mapped,
#else
#define SHMWIFI_VMA_MAPPED
#endif

static void shmwifi_vma_close(struct vm_area_struct *vma)
{
	struct shmwifi_device *shm = vma->vm_private_data;

	kref_put(&shm->ref, shmwifi_device_release);
}

static bool shmwifi_is_lost(const struct shmwifi_device *shm, const struct vm_area_struct *vma)
{
	return file_inode(vma->vm_file) != shm->user;
}

/*
 * vmf_insert_page() takes the memory type from the VMA, which is write-back;
 * vmf_insert_pfn() and vmf_insert_mixed() would ask the PAT, which says
 * uncached where BAR2 lies under an uncached MTRR.
 */
static vm_fault_t shmwifi_region_fault(struct vm_fault *vmf)
{
	struct shmwifi_device *shm = vmf->vma->vm_private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&shm->fault_lock);
	if (shmwifi_is_lost(shm, vmf->vma)) {
		ret = vmf_insert_page(vmf->vma, vmf->address, shm->lost_page);
	} else if (vmf->pgoff < PHYS_PFN(range_len(&shm->region.range))) {
		unsigned long pfn = PHYS_PFN(shm->region.range.start) + vmf->pgoff;

		ret = vmf_insert_page(vmf->vma, vmf->address, pfn_to_page(pfn));
	}
	up_read(&shm->fault_lock);
	return ret;
}

static const struct vm_operations_struct shmwifi_region_ops = {
	SHMWIFI_VMA_MAPPED
	.open = shmwifi_vma_open,
	.close = shmwifi_vma_close,
	.fault = shmwifi_region_fault,
};

static vm_fault_t shmwifi_registers_fault(struct vm_fault *vmf)
{
	struct shmwifi_device *shm = vmf->vma->vm_private_data;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&shm->fault_lock);
	if (shmwifi_is_lost(shm, vmf->vma)) {
		ret = vmf_insert_pfn_prot(vmf->vma, vmf->address, page_to_pfn(shm->lost_page),
					  vm_get_page_prot(vmf->vma->vm_flags));
	} else if (vmf->pgoff == SHMWIFI_MAP_REGISTERS) {
		phys_addr_t page = shm->uio.mem[SHMWIFI_MAP_REGISTERS].addr;

		ret = vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(page));
	}
	up_read(&shm->fault_lock);
	return ret;
}

static const struct vm_operations_struct shmwifi_registers_ops = {
	SHMWIFI_VMA_MAPPED
	.open = shmwifi_vma_open,
	.close = shmwifi_vma_close,
	.fault = shmwifi_registers_fault,
};

/* UIO has checked that the map exists and is long enough. */
static int shmwifi_mmap(struct uio_info *info, struct shmwifi_mapping *mapping)
{
	struct shmwifi_device *shm = info->priv;

	if (!shmwifi_mapping_is_shared(mapping))
		return -EINVAL;

	if (shmwifi_mapping_pgoff(mapping) == SHMWIFI_MAP_REGION) {
		shmwifi_mapping_of_pages(mapping);
		shmwifi_mapping_begin(mapping, &shmwifi_region_ops, shm);
	} else {
		shmwifi_mapping_of_registers(mapping);
		shmwifi_mapping_begin(mapping, &shmwifi_registers_ops, shm);
	}
	return 0;
}

/*
 * The rings have one producer and one consumer on this side, so only one
 * process may open the device; removal finds its mappings by the inode.
 */
static int shmwifi_open(struct uio_info *info, struct inode *inode)
{
	struct shmwifi_device *shm = info->priv;

	if (shm->user)
		return -EBUSY;
	ihold(inode);
	shm->user = inode;
	return 0;
}

static int shmwifi_release(struct uio_info *info, struct inode *inode)
{
	struct shmwifi_device *shm = info->priv;

	shm->user = NULL;
	iput(inode);
	return 0;
}

static irqreturn_t shmwifi_doorbell(int irq, void *data)
{
	struct shmwifi_device *shm = data;

	uio_event_notify(&shm->uio);
	return IRQ_HANDLED;
}

/*
 * Takes the device away from user space. Pages that direct I/O or a pipe holds
 * outlive their mappings: shmwifi_unmap_region() waits for them.
 */
static void shmwifi_uio_retire(struct shmwifi_device *shm)
{
	struct inode *user;

	/* No open, mmap or release after this. */
	uio_unregister_device(&shm->uio);

	down_write(&shm->fault_lock);
	user = shm->user;
	shm->user = NULL;
	up_write(&shm->fault_lock);

	if (user) {
		unmap_mapping_range(user->i_mapping, 0, 0, 1);
		iput(user);
	}
}

void shmwifi_uio_unregister(struct shmwifi_device *shm)
{
	free_irq(pci_irq_vector(shm->pdev, 0), shm);
	shmwifi_uio_retire(shm);
}

int shmwifi_uio_register(struct shmwifi_device *shm)
{
	resource_size_t registers = pci_resource_start(shm->pdev, SHMWIFI_BAR_REGISTERS);
	struct uio_info *uio = &shm->uio;
	int err;

	uio->name = "shmwifi";
	uio->version = __stringify(SHMWIFI_ABI_MAJOR) "." __stringify(SHMWIFI_ABI_MINOR);
	uio->priv = shm;
#ifdef SHMWIFI_UIO_MMAP_PREPARE
	uio->mmap_prepare = shmwifi_mmap;
#else
	uio->mmap = shmwifi_mmap;
#endif
	uio->open = shmwifi_open;
	uio->release = shmwifi_release;

	uio->mem[SHMWIFI_MAP_REGION].name = "region";
	uio->mem[SHMWIFI_MAP_REGION].addr = shm->region.range.start;
	uio->mem[SHMWIFI_MAP_REGION].size = range_len(&shm->region.range);
	uio->mem[SHMWIFI_MAP_REGION].memtype = UIO_MEM_PHYS;

	/* BAR0 is shorter than a page and need not start one. */
	uio->mem[SHMWIFI_MAP_REGISTERS].name = "registers";
	uio->mem[SHMWIFI_MAP_REGISTERS].addr = registers & PAGE_MASK;
	uio->mem[SHMWIFI_MAP_REGISTERS].offs = offset_in_page(registers);
	uio->mem[SHMWIFI_MAP_REGISTERS].size = PAGE_SIZE;
	uio->mem[SHMWIFI_MAP_REGISTERS].memtype = UIO_MEM_PHYS;

	/* UIO's own handler wakes a thread first: one more context switch per doorbell. */
	uio->irq = UIO_IRQ_CUSTOM;

	err = uio_register_device(&shm->pdev->dev, uio);
	if (err)
		return err;

	err = request_irq(pci_irq_vector(shm->pdev, 0), shmwifi_doorbell, 0, uio->name, shm);
	if (err)
		shmwifi_uio_retire(shm);
	return err;
}
