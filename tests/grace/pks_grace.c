// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grace periods of Tasks RCU without the pause between them.
 *
 * A program is detached from a function only after such a grace period, and the kthread that
 * waits for them sleeps for a tenth of a second after each one (gp_sleep in kernel/rcu/tasks.h).
 * Programs go one after the other, under ftrace's lock: a trace of 20 functions spends two
 * seconds in that sleep when it ends, a test that traces fifty times most of its time. While this
 * module is loaded these kthreads are woken every few ticks. A sleep that ends early is nothing new
 * to them: they look whether there is work, and whether what they wait for has come, as always.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timer.h>

#define PREFIX "rcu_tasks_"
#define PERIOD 4 /* ticks: under lockdep a wake-up is dear */

static struct task_struct *kthread[4]; /* written at load; the timer alone reads it then */
static unsigned int kthreads;
static struct timer_list tick;

static void grace_tick(struct timer_list *timer)
{
	for (unsigned int i = 0; i < kthreads; i++)
		wake_up_process(kthread[i]);
	mod_timer(timer, jiffies + PERIOD);
}

static void grace_find(void)
{
	struct task_struct *task;

	rcu_read_lock();
	for_each_process (task) {
		if (kthreads == ARRAY_SIZE(kthread))
			break;
		if (!(task->flags & PF_KTHREAD) || strncmp(task->comm, PREFIX, strlen(PREFIX)))
			continue;
		get_task_struct(task);
		kthread[kthreads++] = task;
	}
	rcu_read_unlock();
}

static int __init grace_init(void)
{
	grace_find();
	timer_setup(&tick, grace_tick, 0);
	mod_timer(&tick, jiffies + PERIOD);
	return 0;
}

static void __exit grace_exit(void)
{
	del_timer_sync(&tick);
	for (unsigned int i = 0; i < kthreads; i++)
		put_task_struct(kthread[i]);
}

module_init(grace_init);
module_exit(grace_exit);
MODULE_DESCRIPTION("Tasks RCU grace periods without the pause between them, for tests");
MODULE_LICENSE("GPL");
