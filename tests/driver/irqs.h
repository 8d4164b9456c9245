/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In a softirq or exception inside a window, the next interrupt drops the
 * protection (defect 4 of the series): what is to be shown there is only so
 * if no interrupt came in between.
 */
#ifndef PKSTRACE_IRQS_H
#define PKSTRACE_IRQS_H

#include <linux/hardirq.h>
#include <linux/kernel_stat.h>

/* Interrupts on this CPU so far: of the local APIC by kind, and of devices. */
static inline unsigned int irqs_of_this_cpu(void)
{
	const irq_cpustat_t *stat = raw_cpu_ptr(&irq_stat);

	return READ_ONCE(stat->apic_timer_irqs) + READ_ONCE(stat->apic_irq_work_irqs) +
	       READ_ONCE(stat->irq_resched_count) + READ_ONCE(stat->irq_call_count) +
	       READ_ONCE(stat->irq_tlb_count) +
	       (unsigned int)kstat_cpu_irqs_sum(raw_smp_processor_id());
}

#endif
