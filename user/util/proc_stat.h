/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields of /proc/PID/stat that are needed here. */
#ifndef PKSTRACE_UTIL_PROC_STAT_H
#define PKSTRACE_UTIL_PROC_STAT_H

#include <stdbool.h>
#include <sys/types.h>

struct proc_stat {
	char state; /* 'R', 'S', 'T', 'Z', ...: proc(5) */
	pid_t parent;
};

/* Of a thread of a process; tid 0: of the process. False where it is gone. */
bool proc_stat__read(pid_t pid, pid_t tid, struct proc_stat *stat);

#endif
