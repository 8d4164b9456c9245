/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of ours in the kernel's own log, where whoever reads an oops sees them.
 */
#ifndef PKSTRACE_KERNEL_LOG_H
#define PKSTRACE_KERNEL_LOG_H

/*
 * Adds "pkstrace: ..." with the level of a warning. Text of others has to be escaped before.
 * Where the log can't be written nothing happens: all of it is told elsewhere, too.
 */
__attribute__((format(printf, 1, 2))) void kernel_log__say(const char *format, ...);

#endif
