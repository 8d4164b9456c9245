/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the name of a file by device and inode number, among those that processes have mapped or
 * open right now. A file that no process has open is not found.
 */
#ifndef PKSTRACE_KERNEL_INODE_PATH_H
#define PKSTRACE_KERNEL_INODE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Searches PROC/PID/maps and PROC/PID/fd of all processes, for at most a tenth of a second,
 * starting with the process `first` (0: none). proc: where procfs is mounted; "/proc" except in
 * tests. Returns false if the file was not found.
 */
bool paths__find(const char *proc, unsigned int first, unsigned int major, unsigned int minor,
		 unsigned long long inode, char *path, size_t size);

/* The name of a block device, such as "pmem0"; empty if it has none. */
void paths__device(unsigned int major, unsigned int minor, char *name, size_t size);

#endif
