// SPDX-License-Identifier: GPL-2.0-only
/*
 * The writer's address space: a page of the driver's own in it, whose page
 * fault runs a step of a case, as a driver's mmap does; an open file that
 * ends with the process; and the page of a DAX file as the victim.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bugs.h"
#include "irqs.h"

struct mapping {
	struct run *r;
	step_fn fault;
	struct page *page;
};

/*
 * Runs the step, unless an interrupt has come in the fault of a kernel access
 * (irqs.h).
 */
static bool fault_step(struct mapping *m, bool user)
{
	unsigned long flags;
	bool good;

	local_irq_save(flags);
	good = user || irqs_of_this_cpu() == m->r->irqs;
	if (good)
		m->fault(m->r);
	m->r->irqs = irqs_of_this_cpu();
	local_irq_restore(flags);
	return good;
}

static vm_fault_t mapping_fault(struct vm_fault *vmf)
{
	struct mapping *m = vmf->vma->vm_private_data;

	/* With no page given the access is made, and faults, again. */
	if (!fault_step(m, vmf->flags & FAULT_FLAG_USER))
		return VM_FAULT_NOPAGE;
	get_page(m->page);
	vmf->page = m->page;
	return 0;
}

static const struct vm_operations_struct mapping_vm_ops = {
	.fault = mapping_fault,
};

static int mapping_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_private_data = file->private_data;
	vma->vm_ops = &mapping_vm_ops;
	return 0;
}

static int mapping_release(struct inode *inode, struct file *file)
{
	struct mapping *m = file->private_data;

	__free_page(m->page);
	kfree(m);
	return 0;
}

static const struct file_operations mapping_fops = {
	.owner = THIS_MODULE,
	.mmap = mapping_mmap,
	.release = mapping_release,
};

static struct file *mapping_file(struct mapping *m)
{
	return anon_inode_getfile(KBUILD_MODNAME, &mapping_fops, m, O_RDWR);
}

static struct mapping *mapping_alloc(struct run *r, step_fn fault)
{
	struct mapping *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->r = r;
	m->fault = fault;
	m->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (m->page)
		return m;
	kfree(m);
	return NULL;
}

/* Maps @m (consumed in every case) at @at, or anywhere; address or error. */
static unsigned long mapping_map(struct mapping *m, unsigned long at)
{
	struct file *file = mapping_file(m);
	unsigned long addr;

	if (IS_ERR(file)) {
		__free_page(m->page);
		kfree(m);
		return PTR_ERR(file);
	}
	addr = vm_mmap(file, at, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | (at ? MAP_FIXED : 0), 0);
	fput(file);
	return addr;
}

/*
 * Maps a page whose first access runs @fault in its page fault. Returns its
 * user address, or a negative errno (IS_ERR_VALUE). It lives until the
 * process ends; @r must, too, until the first access.
 */
unsigned long map_driver_page(struct run *r, step_fn fault)
{
	struct mapping *m = mapping_alloc(r, fault);

	return m ? mapping_map(m, 0) : -ENOMEM;
}

/*
 * The same, over the page of the stack that the writer returns to, with the
 * same contents: its first access is by user code right after the system
 * call, so the fault's return is a boundary with no system call's end.
 */
int map_over_stack(struct run *r, step_fn fault)
{
	unsigned long sp = task_pt_regs(current)->sp & PAGE_MASK;
	struct mapping *m = mapping_alloc(r, fault);
	unsigned long addr;

	if (!m)
		return -ENOMEM;
	if (copy_from_user(page_address(m->page), (void __user *)sp, PAGE_SIZE)) {
		__free_page(m->page);
		kfree(m);
		return -EFAULT;
	}
	addr = mapping_map(m, sp);
	return IS_ERR_VALUE(addr) ? addr : 0;
}

/* --- a file that the process leaves open ------------------------------- */

struct exit_hook {
	struct run r;
	step_fn step;
};

static int exit_hook_release(struct inode *inode, struct file *file)
{
	struct exit_hook *hook = file->private_data;

	hook->step(&hook->r);
	device_put_pages(&hook->r);
	kfree(hook);
	return 0;
}

static const struct file_operations exit_hook_fops = {
	.owner = THIS_MODULE,
	.release = exit_hook_release,
};

/*
 * Leaves an open file with the writer; its release, which runs while the
 * process dies, runs @step. The run of that step has pages of its own.
 */
int on_process_exit(struct run *r, step_fn step)
{
	struct exit_hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	int err;

	if (!hook)
		return -ENOMEM;
	hook->step = step;
	err = device_get_pages(&hook->r);
	if (err)
		goto free;
	err = anon_inode_getfd(KBUILD_MODNAME, &exit_hook_fops, hook, O_CLOEXEC);
	if (err >= 0)
		return 0;
	device_put_pages(&hook->r);
free:
	kfree(hook);
	return err;
}

/* --- victim file ------------------------------------------------------- */

/* Takes a reference on the page at @addr, faulting it in. */
static int victim_page(struct run *r, unsigned long addr)
{
	struct page *page;
	int nr = get_user_pages_fast(addr, 1, 0, &page);

	if (nr != 1)
		return nr < 0 ? nr : -EFAULT;
	r->victim = page;
	return 0;
}

/*
 * Finds the first page of the DAX file at @path and keeps it in @r->victim
 * (the caller puts it). A page of a DAX file is tied to it by a page fault,
 * so the file is mapped for a moment. An error has been logged.
 */
int victim_get(struct run *r, const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	unsigned long addr;
	int err;

	if (IS_ERR(file)) {
		pr_err("victim %s: cannot open it: error %ld\n", path, PTR_ERR(file));
		return PTR_ERR(file);
	}
	addr = IS_DAX(file_inode(file)) ? vm_mmap(file, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 0) :
					  -EOPNOTSUPP;
	fput(file);
	err = IS_ERR_VALUE(addr) ? (int)addr : victim_page(r, addr);
	if (err)
		pr_err("victim %s: no DAX page: error %d; give a written file on a file system "
		       "mounted with -o dax\n",
		       path, err);
	return err;
}
