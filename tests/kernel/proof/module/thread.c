// SPDX-License-Identifier: GPL-2.0-only
/* The register follows the thread: over switches, migration and fork. */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/pks-keys.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "fork.h"
#include "proof.h"

#define ROUNDS 1000

/* --- two threads take turns on one CPU --------------------------------- */

struct player {
	bool windowed;
	struct completion turn;
	struct completion done;
	struct player *other;
	unsigned int rounds;
	unsigned int wrong; /* times the register was not its own */
};

/* Each wakes the other and sleeps, so that every round switches twice. */
static int play(void *data)
{
	struct player *p = data;
	u32 mine = p->windowed ? PKS_INIT_VALUE & ~0xcu : PKS_INIT_VALUE;
	void *addr = NULL;
	int i;

	if (p->windowed)
		addr = kmap_local_page(proof_page[0]);
	for (i = 0; i < ROUNDS; i++) {
		wait_for_completion(&p->turn);
		p->wrong += read_state().pkrs != mine;
		p->rounds++;
		complete(&p->other->turn);
	}
	if (p->windowed)
		kunmap_local(addr);
	complete(&p->done);
	return 0;
}

static struct task_struct *start_player(struct player *p, struct player *other, bool windowed)
{
	struct task_struct *task;

	*p = (struct player){ .windowed = windowed, .other = other };
	init_completion(&p->turn);
	init_completion(&p->done);
	task = kthread_create(play, p, "pks_proof");
	if (!IS_ERR(task))
		kthread_bind(task, cpumask_first(cpu_online_mask));
	return task;
}

static int show_switch(struct seq_file *m)
{
	static struct player holder, other;
	struct task_struct *a = start_player(&holder, &other, true);
	struct task_struct *b = start_player(&other, &holder, false);

	if (IS_ERR(a) || IS_ERR(b))
		return -ENOMEM;
	wake_up_process(a);
	wake_up_process(b);
	complete(&holder.turn);
	wait_for_completion(&holder.done);
	wait_for_completion(&other.done);
	seq_printf(m, "holder rounds=%u wrong=%u\n", holder.rounds, holder.wrong);
	seq_printf(m, "other rounds=%u wrong=%u\n", other.rounds, other.wrong);
	return 0;
}

/* --- a window moves from CPU to CPU ------------------------------------ */

static int show_migrate(struct seq_file *m)
{
	cpumask_var_t saved;
	void *addr;
	int cpu;

	if (!alloc_cpumask_var(&saved, GFP_KERNEL))
		return -ENOMEM;
	cpumask_copy(saved, current->cpus_ptr);
	addr = kmap_local_page(proof_page[0]);
	for_each_online_cpu(cpu)
	{
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
		seq_printf(m, "cpu%d ", raw_smp_processor_id());
		show_now(m, "mapped");
	}
	kunmap_local(addr);
	show_now(m, "unmapped");
	set_cpus_allowed_ptr(current, saved);
	free_cpumask_var(saved);
	return 0;
}

/* --- a child inherits the window --------------------------------------- */

struct child {
	struct state start, closed;
	struct completion done;
};

static int child_main(void *data)
{
	struct child *c = data;

	c->start = read_state();
	kunmap_local(page_address(proof_page[0]));
	c->closed = read_state();
	/* There is no user code to go to: die before that. */
	send_sig(SIGKILL, current, 1);
	complete(&c->done);
	return 0;
}

static int show_fork(struct seq_file *m)
{
	fork_fn fork = find_fork();
	static struct child child;
	void *addr;
	pid_t pid;

	if (!fork)
		return -ENOENT;
	init_completion(&child.done);
	addr = kmap_local_page(proof_page[0]);
	pid = fork(child_main, &child, 0);
	if (pid > 0)
		wait_for_completion(&child.done);
	show_now(m, "parent");
	kunmap_local(addr);
	if (pid < 0)
		return pid;
	show_state(m, "child", child.start);
	show_state(m, "child-unmapped", child.closed);
	return 0;
}

static int fresh_main(void *data)
{
	struct child *c = data;

	c->start = read_state();
	complete(&c->done);
	return 0;
}

/* A kernel thread is forked by kthreadd, whatever its maker has open. */
static int show_kthread(struct seq_file *m)
{
	static struct child child;
	struct task_struct *task;
	void *addr = kmap_local_page(proof_page[0]);

	init_completion(&child.done);
	task = kthread_run(fresh_main, &child, "pks_proof");
	if (!IS_ERR(task))
		wait_for_completion(&child.done);
	kunmap_local(addr);
	if (IS_ERR(task))
		return PTR_ERR(task);
	show_state(m, "kthread", child.start);
	return 0;
}

const struct proof thread_proofs[] = { { "switch", show_switch },
				       { "migrate", show_migrate },
				       { "fork", show_fork },
				       { "kthread", show_kthread },
				       {} };
