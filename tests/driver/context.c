// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a step of a case in each context that drivers use: work item, kernel
 * thread, hard interrupt (hrtimer, irq_work, bio completion), softirq (timer,
 * tasklet), NMI, forked child. Every function returns when the step is over, 0 or
 * an error if the step did not run.
 *
 * An interrupt's step must hit the writer's thread and no other: the count it
 * changes is that thread's. So the writer keeps its CPU and waits, and a step
 * that finds another thread under it (ksoftirqd), or a second interrupt come
 * in between (irqs.h), does nothing and is retried.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bio.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/apic.h>
#include <asm/nmi.h>
#include "bugs.h"
#include "irqs.h"

#define TRIES	   100
#define SPIN_LIMIT (HZ / 10)

struct job {
	struct run *r;
	step_fn step;
	bool done;	   /* the step ran */
	bool fired;	   /* the interrupt came, the step ran or not */
	bool softirq;	   /* it comes as a softirq, after an interrupt */
	unsigned int irqs; /* of this CPU, before it came */
};

/* --- work item --------------------------------------------------------- */

static struct workqueue_struct *wq;

struct work_job {
	struct job job;
	struct work_struct work;
	struct work_struct repair;
	struct task_struct *worker;
};

static void work_step(struct work_struct *work)
{
	struct work_job *w = container_of(work, struct work_job, work);

	w->worker = current;
	w->job.step(w->job.r);
	w->job.done = true;
}

/*
 * Workers live on: brings the count of the one that ran the step back to 0.
 * But of kmaps of ordinary memory one too few is left: no window is denied
 * for it, so the map that mends it would be a leak.
 */
SITE static void repair_step(struct work_struct *work)
{
	struct work_job *w = container_of(work, struct work_job, repair);
	struct run *r = w->job.r;

	if (current != w->worker)
		return;
	for (; r->left > 0; r->left--)
		kunmap_local(page_address(r->page[0]));
	for (; r->pgmap && r->left < 0; r->left++)
		kmap_local_page(r->page[0]);
	w->worker = NULL;
}

int in_work(struct run *r, step_fn step)
{
	struct work_job w = { .job = { .r = r, .step = step } };
	int cpu, try;

	INIT_WORK_ONSTACK(&w.work, work_step);
	INIT_WORK_ONSTACK(&w.repair, repair_step);
	cpu = get_cpu();
	queue_work_on(cpu, wq, &w.work);
	queue_work_on(cpu, wq, &w.repair);
	put_cpu();
	flush_work(&w.work);
	flush_work(&w.repair);
	/* The pool picks the worker: nearly always the same one again. */
	for (try = 0; w.worker && try < TRIES; try++) {
		queue_work_on(cpu, wq, &w.repair);
		flush_work(&w.repair);
	}
	destroy_work_on_stack(&w.work);
	destroy_work_on_stack(&w.repair);
	if (w.worker)
		pr_err("the worker of this case could not be put right: its count is off from here "
		       "on\n");
	return w.worker ? -EAGAIN : 0;
}

/* --- kernel thread ----------------------------------------------------- */

static int thread_step(void *data)
{
	struct job *job = data;

	job->step(job->r);
	job->done = true;
	return 0;
}

/*
 * The end of a thread is seen after its function has returned; for the case
 * to be over the thread has to be off its CPU for good.
 */
static void wait_dead(struct task_struct *task)
{
	while (!(READ_ONCE(task->__state) & TASK_DEAD) || READ_ONCE(task->on_cpu))
		schedule_timeout_uninterruptible(1);
}

int in_kthread(struct run *r, step_fn step)
{
	struct job job = { .r = r, .step = step };
	struct task_struct *task;

	task = kthread_create(thread_step, &job, KBUILD_MODNAME);
	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	wake_up_process(task);
	wait_dead(task);
	put_task_struct(task);
	return 0;
}

/* --- interrupts -------------------------------------------------------- */

/* A softirq has had one interrupt since the writer last looked, its own. */
static bool as_it_should_be(struct job *job)
{
	return current == job->r->task && (!job->softirq || irqs_of_this_cpu() == job->irqs + 1);
}

static void interrupt_step(struct job *job)
{
	unsigned long flags;

	local_irq_save(flags);
	if (as_it_should_be(job)) {
		job->step(job->r);
		job->done = true;
	}
	local_irq_restore(flags);
	WRITE_ONCE(job->fired, true);
}

static void look_at_irqs(struct job *job)
{
	WRITE_ONCE(job->irqs, irqs_of_this_cpu());
}

static void spin_until_fired(struct job *job)
{
	unsigned long end = jiffies + SPIN_LIMIT;

	while (!READ_ONCE(job->fired) && time_before(jiffies, end))
		look_at_irqs(job);
}

/* Softirqs wait for ksoftirqd once it is awake: lets it run before a retry. */
static void let_ksoftirqd_run(void)
{
	schedule_timeout_uninterruptible(1);
}

static int interrupt_result(struct job *job)
{
	return job->done ? 0 : -EAGAIN;
}

struct hrtimer_job {
	struct job job;
	struct hrtimer timer;
};

static enum hrtimer_restart hrtimer_step(struct hrtimer *timer)
{
	interrupt_step(&container_of(timer, struct hrtimer_job, timer)->job);
	return HRTIMER_NORESTART;
}

int in_hrtimer(struct run *r, step_fn step)
{
	struct hrtimer_job h = { .job = { .r = r, .step = step } };

	hrtimer_init_on_stack(&h.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	h.timer.function = hrtimer_step;
	preempt_disable();
	hrtimer_start(&h.timer, ns_to_ktime(100 * NSEC_PER_USEC), HRTIMER_MODE_REL_PINNED_HARD);
	spin_until_fired(&h.job);
	preempt_enable();
	hrtimer_cancel(&h.timer);
	destroy_hrtimer_on_stack(&h.timer);
	return interrupt_result(&h.job);
}

struct irq_work_job {
	struct job job;
	struct irq_work work;
	struct tasklet_struct tasklet;
	struct bio bio;
};

/* Raises an interrupt on this CPU that calls @func, and waits for @j's step. */
static int raise_irq_work(struct irq_work_job *j, void (*func)(struct irq_work *))
{
	j->work = IRQ_WORK_INIT_HARD(func);
	preempt_disable();
	look_at_irqs(&j->job);
	irq_work_queue(&j->work);
	spin_until_fired(&j->job);
	preempt_enable();
	irq_work_sync(&j->work);
	return interrupt_result(&j->job);
}

static void irq_work_step(struct irq_work *work)
{
	interrupt_step(&container_of(work, struct irq_work_job, work)->job);
}

int in_irq_work(struct run *r, step_fn step)
{
	struct irq_work_job j = { .job = { .r = r, .step = step } };

	return raise_irq_work(&j, irq_work_step);
}

static void end_io_step(struct bio *bio)
{
	interrupt_step(bio->bi_private);
}

static void complete_bio(struct irq_work *work)
{
	bio_endio(&container_of(work, struct irq_work_job, work)->bio);
}

/* A bio that its device completes in an interrupt, as a disk does. */
int in_bio_end(struct run *r, step_fn step)
{
	struct irq_work_job j = { .job = { .r = r, .step = step } };

	bio_init(&j.bio, NULL, NULL, 0, REQ_OP_READ);
	j.bio.bi_end_io = end_io_step;
	j.bio.bi_private = &j.job;
	return raise_irq_work(&j, complete_bio);
}

struct timer_job {
	struct job job;
	struct timer_list timer;
};

static void timer_step(struct timer_list *timer)
{
	interrupt_step(&container_of(timer, struct timer_job, timer)->job);
}

int in_timer(struct run *r, step_fn step)
{
	struct timer_job t = { .job = { .r = r, .step = step, .softirq = true } };
	int try;

	timer_setup_on_stack(&t.timer, timer_step, TIMER_PINNED);
	for (try = 0; !t.job.done && try < TRIES; try++) {
		if (try)
			let_ksoftirqd_run();
		t.job.fired = false;
		preempt_disable();
		mod_timer(&t.timer, jiffies + 1);
		spin_until_fired(&t.job);
		preempt_enable();
		del_timer_sync(&t.timer);
	}
	destroy_timer_on_stack(&t.timer);
	return interrupt_result(&t.job);
}

static void tasklet_step(struct tasklet_struct *tasklet)
{
	interrupt_step(&container_of(tasklet, struct irq_work_job, tasklet)->job);
}

static void schedule_tasklet(struct irq_work *work)
{
	tasklet_schedule(&container_of(work, struct irq_work_job, work)->tasklet);
}

/* A tasklet that the writer runs itself, as it enables bottom halves. */
int in_tasklet(struct run *r, step_fn step)
{
	struct irq_work_job j = { .job = { .r = r, .step = step } };
	int try;

	tasklet_setup(&j.tasklet, tasklet_step);
	for (try = 0; !j.job.done && try < TRIES; try++) {
		if (try)
			let_ksoftirqd_run();
		local_bh_disable();
		tasklet_schedule(&j.tasklet);
		local_bh_enable();
		tasklet_kill(&j.tasklet);
	}
	return interrupt_result(&j.job);
}

/* A tasklet that an interrupt schedules: it runs as the interrupt leaves. */
int in_tasklet_of_irq(struct run *r, step_fn step)
{
	struct irq_work_job j = { .job = { .r = r, .step = step, .softirq = true } };
	int try, err = -EAGAIN;

	tasklet_setup(&j.tasklet, tasklet_step);
	for (try = 0; err && try < TRIES; try++) {
		if (try)
			let_ksoftirqd_run();
		j.job.fired = false;
		err = raise_irq_work(&j, schedule_tasklet);
		tasklet_kill(&j.tasklet);
	}
	return err;
}

static struct job *nmi_job;

static int nmi_step(unsigned int cmd, struct pt_regs *regs)
{
	struct job *job = READ_ONCE(nmi_job);

	if (!job || current != job->r->task)
		return NMI_DONE;
	WRITE_ONCE(nmi_job, NULL);
	interrupt_step(job);
	return NMI_HANDLED;
}

/* An NMI that the writer's CPU sends to itself. */
int in_nmi_handler(struct run *r, step_fn step)
{
	struct job job = { .r = r, .step = step };

	if (cmpxchg(&nmi_job, NULL, &job))
		return -EBUSY;
	preempt_disable();
	apic->send_IPI_mask(cpumask_of(smp_processor_id()), NMI_VECTOR);
	spin_until_fired(&job);
	preempt_enable();
	WRITE_ONCE(nmi_job, NULL);
	return interrupt_result(&job);
}

/* --- forked child ------------------------------------------------------ */

typedef pid_t (*fork_fn)(int (*fn)(void *), void *arg, unsigned long flags);

#ifdef CONFIG_KPROBES
/* user_mode_thread() is not exported; a kprobe on it tells its address. */
static fork_fn find_fork(void)
{
	struct kprobe kp = { .symbol_name = "user_mode_thread" };
	fork_fn fn;

	if (register_kprobe(&kp))
		return NULL;
	fn = (fork_fn)kp.addr;
	unregister_kprobe(&kp);
	return fn;
}
#else
static fork_fn find_fork(void)
{
	return NULL;
}
#endif

/* The child has no user code to go to: it dies before it would. */
static int child_step(void *data)
{
	struct job *job = data;

	job->step(job->r);
	job->done = true;
	send_sig(SIGKILL, current, 1);
	return 0;
}

static struct task_struct *task_of(pid_t nr)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_vpid(nr), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

/*
 * Calls @open in the writer, forks, runs the step in the child, which has
 * inherited the window, and returns when the child is dead.
 */
int in_forked_child(struct run *r, step_fn open, step_fn step)
{
	struct job job = { .r = r, .step = step };
	struct task_struct *task;
	fork_fn fork = find_fork();
	pid_t pid;

	if (!fork) {
		pr_err("a child needs a kernel with kprobes, to find user_mode_thread()\n");
		return -EOPNOTSUPP;
	}
	open(r);
	pid = fork(child_step, &job, 0);
	if (pid < 0)
		return pid;
	task = task_of(pid);
	if (!task)
		return -ESRCH;
	wait_dead(task);
	put_task_struct(task);
	return 0;
}

/* --- set-up ------------------------------------------------------------ */

/* The queue runs one item at a time, so that a repair follows its step. */
int context_init(void)
{
	int err;

	wq = alloc_workqueue(KBUILD_MODNAME, 0, 1);
	if (!wq)
		return -ENOMEM;
	err = register_nmi_handler(NMI_LOCAL, nmi_step, 0, KBUILD_MODNAME);
	if (err)
		destroy_workqueue(wq);
	return err;
}

void context_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, KBUILD_MODNAME);
	destroy_workqueue(wq);
}
