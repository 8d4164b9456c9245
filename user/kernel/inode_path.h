/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a file's device and inode number to its name: what processes have mapped or open right now.
 * A file that no process holds has no name to be found here.
 */
#ifndef PKSTRACE_KERNEL_INODE_PATH_H
#define PKSTRACE_KERNEL_INODE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Looks through PROC/PID/maps and PROC/PID/fd of all processes, for no longer than a tenth of a
 * second; those of the process `first` (0: none) before all others. proc: where procfs is, "/proc"
 * but for tests. False where the file was not found.
 */
bool paths__find(const char *proc, unsigned int first, unsigned int major, unsigned int minor,
		 unsigned long long inode, char *path, size_t size);

/* A block device's name: "pmem0"; empty where it has none. */
void paths__device(unsigned int major, unsigned int minor, char *name, size_t size);

#endif
