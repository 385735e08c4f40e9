// SPDX-License-Identifier: GPL-2.0
/*
 * A test's eye on page tables: pread(2) of /proc/memtype at an address gives
 * the memory type with which the calling process has that page mapped, as text.
 *
 * Source: Intel SDM volume 3, Page Attribute Table: an entry's PWT, PCD and PAT
 * bits select one of the eight bytes of the MSR IA32_PAT.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pgtable.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>

#include <asm/msr.h>

static const char * const memtype_names[8] = {
	"uncached", "write-combining", "reserved", "reserved",
	"write-through", "write-protected", "write-back", "uncached-minus",
};

static pte_t memtype_find_pte(struct mm_struct *mm, unsigned long address)
{
	pgd_t *pgd = pgd_offset(mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;

	if (pgd_none(*pgd))
		return __pte(0);
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d))
		return __pte(0);
	pud = pud_offset(p4d, address);
	if (pud_none(*pud) || pud_leaf(*pud))
		return __pte(0);
	pmd = pmd_offset(pud, address);
	if (pmd_none(*pmd) || pmd_leaf(*pmd))
		return __pte(0);
	return READ_ONCE(*pte_offset_kernel(pmd, address));
}

static ssize_t memtype_read(struct file *file, char __user *to, size_t count, loff_t *address)
{
	struct mm_struct *mm = current->mm;
	const char *name;
	int entry;
	pte_t pte;
	u32 low, high;

	if (*address < 0 || *address >= TASK_SIZE)
		return -EINVAL;
	mmap_read_lock(mm);
	pte = memtype_find_pte(mm, *address);
	mmap_read_unlock(mm);
	if (!pte_present(pte))
		return -ENXIO;	/* never touched, or a huge page */

	entry = (pte_flags(pte) & _PAGE_PWT ? 1 : 0) |
		(pte_flags(pte) & _PAGE_PCD ? 2 : 0) |
		(pte_flags(pte) & _PAGE_PAT ? 4 : 0);
	rdmsr(MSR_IA32_CR_PAT, low, high);
	name = memtype_names[((u64)high << 32 | low) >> (8 * entry) & 7];

	count = min(count, strlen(name));
	return copy_to_user(to, name, count) ? -EFAULT : count;
}

static const struct proc_ops memtype_ops = {
	.proc_read = memtype_read,
	.proc_lseek = noop_llseek,
};

static int __init memtype_init(void)
{
	return proc_create("memtype", 0400, NULL, &memtype_ops) ? 0 : -ENOMEM;
}
module_init(memtype_init);

static void __exit memtype_exit(void)
{
	remove_proc_entry("memtype", NULL);
}
module_exit(memtype_exit);

MODULE_DESCRIPTION("ShmWifi's tests: memory types of a process's pages");
MODULE_AUTHOR("The ShmWifi developers");
MODULE_LICENSE("GPL");
