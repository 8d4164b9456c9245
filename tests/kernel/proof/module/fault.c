// SPDX-License-Identifier: GPL-2.0-only
/* Page faults inside a window, and accesses outside any. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include "proof.h"
#include "irqs.h"

/* --- a page fault of the thread inside its window ---------------------- */

struct faulted {
	bool grant;	   /* the handler opens a window, too */
	unsigned int irqs; /* of this CPU, before the access */
	struct state inside, mapped, unmapped;
	struct page *page;
};

static void look_inside(struct faulted *f)
{
	void *addr;

	f->inside = read_state();
	if (!f->grant)
		return;
	addr = kmap_local_page(proof_page[1]);
	f->mapped = read_state();
	kunmap_local(addr);
	f->unmapped = read_state();
}

static vm_fault_t proof_fault(struct vm_fault *vmf)
{
	struct faulted *f = vmf->vma->vm_private_data;
	unsigned long flags;
	bool good;

	local_irq_save(flags);
	good = irqs_of_this_cpu() == f->irqs;
	if (good)
		look_inside(f);
	f->irqs = irqs_of_this_cpu();
	local_irq_restore(flags);
	/* With no page given the access is made, and faults, again. */
	if (!good)
		return VM_FAULT_NOPAGE;
	get_page(f->page);
	vmf->page = f->page;
	return 0;
}

static const struct vm_operations_struct proof_vm_ops = {
	.fault = proof_fault,
};

static int proof_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_private_data = file->private_data;
	vma->vm_ops = &proof_vm_ops;
	return 0;
}

static const struct file_operations proof_mmap_fops = {
	.owner = THIS_MODULE,
	.mmap = proof_mmap,
};

static unsigned long map_faulting(struct faulted *f)
{
	struct file *file = anon_inode_getfile("pks_proof", &proof_mmap_fops, f, O_RDWR);
	unsigned long addr;

	if (IS_ERR(file))
		return PTR_ERR(file);
	addr = vm_mmap(file, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	fput(file);
	return addr;
}

static int show_fault_states(struct seq_file *m, struct faulted *f, unsigned long user)
{
	unsigned long left;
	u8 byte;
	void *addr = kmap_local_page(proof_page[0]);

	show_now(m, "before");
	f->irqs = irqs_of_this_cpu();
	left = copy_from_user(&byte, (void __user *)user, 1);
	show_state(m, "inside", f->inside);
	if (f->grant) {
		show_state(m, "inside-mapped", f->mapped);
		show_state(m, "inside-unmapped", f->unmapped);
	}
	show_now(m, "after");
	kunmap_local(addr);
	show_now(m, "unmapped");
	return left ? -EFAULT : 0;
}

static int show_fault(struct seq_file *m, bool grant)
{
	struct faulted f = { .grant = grant, .page = alloc_page(GFP_KERNEL | __GFP_ZERO) };
	unsigned long user;
	int err;

	if (!f.page)
		return -ENOMEM;
	user = map_faulting(&f);
	if (IS_ERR_VALUE(user)) {
		err = user;
	} else {
		err = show_fault_states(m, &f, user);
		vm_munmap(user, PAGE_SIZE);
	}
	put_page(f.page);
	return err;
}

static int fault_in_window(struct seq_file *m)
{
	return show_fault(m, false);
}

static int fault_window_in_window(struct seq_file *m)
{
	return show_fault(m, true);
}

/* Addresses that nothing is mapped at: the kernel's fixup ends the access. */
static int fixup_in_window(struct seq_file *m)
{
	void *addr = kmap_local_page(proof_page[0]);
	unsigned long left;
	u8 byte;

	left = copy_from_user(&byte, (void __user *)PAGE_SIZE, 1);
	seq_printf(m, "user left=%lu\n", left);
	show_now(m, "after-user");
	left = copy_from_kernel_nofault(&byte, (void *)(VMALLOC_START - PAGE_SIZE), 1);
	seq_printf(m, "kernel refused=%d\n", left != 0);
	show_now(m, "after-kernel");
	kunmap_local(addr);
	show_now(m, "unmapped");
	return 0;
}

/* --- accesses outside any window --------------------------------------- */

static void stray_read(void)
{
	(void)READ_ONCE(*(u8 *)page_address(proof_page[0]));
}

static void stray_write(void)
{
	WRITE_ONCE(*(u8 *)page_address(proof_page[0]), 0x5a);
}

static int show_stray_read(struct seq_file *m)
{
	show_now(m, "before");
	stray_read();
	show_now(m, "after");
	return 0;
}

static int show_stray_write(struct seq_file *m)
{
	show_now(m, "before");
	stray_write();
	show_now(m, "after");
	return 0;
}

/* Open from the first stray access to the end of the next balanced window. */
static int show_relaxed(struct seq_file *m)
{
	void *addr;

	stray_write();
	show_now(m, "after-stray");
	stray_read();
	show_now(m, "after-second");
	addr = kmap_local_page(proof_page[0]);
	show_now(m, "mapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	stray_write();
	show_now(m, "after-third");
	addr = kmap_local_page(proof_page[0]);
	kunmap_local(addr);
	show_now(m, "end");
	return 0;
}

/* kmap() grants nothing: its access is a stray one. */
static int show_kmap_access(struct seq_file *m)
{
	WRITE_ONCE(*(u8 *)kmap(proof_page[0]), 0x5a);
	show_now(m, "after");
	kunmap(proof_page[0]);
	return 0;
}

const struct proof fault_proofs[] = { { "fault-in-window", fault_in_window },
				      { "fault-window-in-window", fault_window_in_window },
				      { "fixup-in-window", fixup_in_window },
				      { "stray-read", show_stray_read },
				      { "stray-write", show_stray_write },
				      { "relaxed", show_relaxed },
				      { "kmap-access", show_kmap_access },
				      {} };
