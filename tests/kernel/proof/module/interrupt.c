// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts that hit a thread, inside a window and outside. */
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/smp.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include "proof.h"
#include "irqs.h"

#define MAX_STATES 6

/* What the handler saw; one interrupt at a time, of one reader. */
static DEFINE_MUTEX(one_reader);
static struct {
	void (*step)(void);
	struct state seen[MAX_STATES];
	const char *name[MAX_STATES];
	int nr;
	bool softirq;
	bool fired;
	bool missed; /* another interrupt came in between */
	unsigned int irqs;
} irq;

static void see(const char *name)
{
	if (irq.nr < MAX_STATES) {
		irq.name[irq.nr] = name;
		irq.seen[irq.nr++] = read_state();
	}
}

static void in_interrupt_now(void)
{
	unsigned long flags;

	local_irq_save(flags);
	irq.missed = irq.softirq && irqs_of_this_cpu() != irq.irqs + 1;
	if (!irq.missed)
		irq.step();
	local_irq_restore(flags);
	smp_store_release(&irq.fired, true);
}

/* --- steps of a handler ------------------------------------------------ */

static void step_look(void)
{
	see("inside");
}

static void step_window(void)
{
	void *addr;

	see("inside");
	addr = kmap_local_page(proof_page[1]);
	see("mapped");
	kunmap_local(addr);
	see("unmapped");
}

/* An exception on top of the interrupt, that the kernel fixes up. */
static void nested_exception(void)
{
	u8 byte;

	copy_from_kernel_nofault(&byte, (void *)(VMALLOC_START - PAGE_SIZE), 1);
}

static void step_nested(void)
{
	see("inside");
	nested_exception();
	see("after-exception");
}

/* --- ways to be interrupted -------------------------------------------- */

static void work_fired(struct irq_work *work)
{
	in_interrupt_now();
}

static void by_irq_work(void)
{
	static struct irq_work work;

	work = IRQ_WORK_INIT_HARD(work_fired);
	irq_work_queue(&work);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	in_interrupt_now();
	return HRTIMER_NORESTART;
}

static void by_hrtimer(void)
{
	static struct hrtimer timer;

	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = timer_fired;
	hrtimer_start(&timer, ns_to_ktime(100 * NSEC_PER_USEC), HRTIMER_MODE_REL_PINNED_HARD);
}

static int ipi_target;

static void ipi_fired(void *unused)
{
	in_interrupt_now();
}

static void send_ipi(struct work_struct *work)
{
	smp_call_function_single(ipi_target, ipi_fired, NULL, 1);
}
static DECLARE_WORK(ipi_work, send_ipi);

/* Another CPU calls a function on this one. */
static void by_ipi(void)
{
	ipi_target = smp_processor_id();
	queue_work_on(cpumask_any_but(cpu_online_mask, ipi_target), system_wq, &ipi_work);
}

static void tasklet_fired(struct tasklet_struct *tasklet)
{
	in_interrupt_now();
}
static DECLARE_TASKLET(tasklet, tasklet_fired);

static void schedule_softirq(struct irq_work *work)
{
	tasklet_schedule(&tasklet);
}

static void by_softirq(void)
{
	static struct irq_work work;

	work = IRQ_WORK_INIT_HARD(schedule_softirq);
	irq_work_queue(&work);
}

static int nmi_fired(unsigned int type, struct pt_regs *regs)
{
	if (!irq.step || irq.fired)
		return NMI_DONE;
	in_interrupt_now();
	return NMI_HANDLED;
}

static void by_nmi(void)
{
	apic->send_IPI(smp_processor_id(), NMI_VECTOR);
}

/* --- the proof: before, inside, after ---------------------------------- */

/* Waits on this CPU, so that the interrupt hits this thread. */
static void be_interrupted(void (*raise)(void))
{
	unsigned long end = jiffies + HZ;

	irq.fired = false;
	irq.nr = 0;
	preempt_disable();
	see("before");
	irq.irqs = irqs_of_this_cpu();
	raise();
	while (!smp_load_acquire(&irq.fired) && time_before(jiffies, end))
		irq.irqs = irqs_of_this_cpu();
	see("after");
	preempt_enable();
}

#define TRIES 100

/* In a softirq another interrupt can get between, or ksoftirqd take it over. */
static void be_interrupted_well(void (*raise)(void))
{
	int try;

	irq.softirq = raise == by_softirq;
	for (try = 0; try < TRIES; try++) {
		be_interrupted(raise);
		if (irq.fired && !irq.missed)
			return;
		schedule_timeout_uninterruptible(1);
	}
}

static int show_interrupt(struct seq_file *m, void (*raise)(void), void (*step)(void),
			  bool windowed)
{
	void *addr = NULL;
	int i;

	mutex_lock(&one_reader);
	irq.step = step;
	if (windowed)
		addr = kmap_local_page(proof_page[0]);
	be_interrupted_well(raise);
	if (windowed)
		kunmap_local(addr);
	irq.step = NULL;
	if (!irq.fired || irq.missed)
		seq_puts(m, "the interrupt did not come\n");
	for (i = 0; i < irq.nr; i++)
		show_state(m, irq.name[i], irq.seen[i]);
	mutex_unlock(&one_reader);
	return 0;
}

#define PROOF(NAME, RAISE, STEP, WINDOWED)                                                         \
	static int NAME(struct seq_file *m)                                                        \
	{                                                                                          \
		return show_interrupt(m, RAISE, STEP, WINDOWED);                                   \
	}

PROOF(irq_work_in_window, by_irq_work, step_look, true)
PROOF(irq_work_outside, by_irq_work, step_look, false)
PROOF(hrtimer_in_window, by_hrtimer, step_look, true)
PROOF(ipi_in_window, by_ipi, step_look, true)
PROOF(softirq_in_window, by_softirq, step_look, true)
PROOF(irq_window_outside, by_irq_work, step_window, false)
PROOF(irq_window_in_window, by_irq_work, step_window, true)
PROOF(irq_nested_outside, by_irq_work, step_nested, false)
PROOF(irq_nested_in_window, by_irq_work, step_nested, true)

static int show_nmi(struct seq_file *m, bool windowed)
{
	int err = register_nmi_handler(NMI_LOCAL, nmi_fired, 0, "pks_proof");

	if (!err)
		err = show_interrupt(m, by_nmi, step_look, windowed);
	unregister_nmi_handler(NMI_LOCAL, "pks_proof");
	return err;
}

static int nmi_in_window(struct seq_file *m)
{
	return show_nmi(m, true);
}

static int nmi_outside(struct seq_file *m)
{
	return show_nmi(m, false);
}

const struct proof interrupt_proofs[] = { { "irq-work-in-window", irq_work_in_window },
					  { "irq-work-outside", irq_work_outside },
					  { "hrtimer-in-window", hrtimer_in_window },
					  { "ipi-in-window", ipi_in_window },
					  { "softirq-in-window", softirq_in_window },
					  { "irq-window-outside", irq_window_outside },
					  { "irq-window-in-window", irq_window_in_window },
					  { "irq-nested-outside", irq_nested_outside },
					  { "irq-nested-in-window", irq_nested_in_window },
					  { "nmi-in-window", nmi_in_window },
					  { "nmi-outside", nmi_outside },
					  {} };
