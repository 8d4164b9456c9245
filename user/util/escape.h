/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of others in lines of ours: names of threads, files, cgroups and functions may hold any
 * bytes, and must neither end a line nor steer a terminal.
 */
#ifndef PKSTRACE_ESCAPE_H
#define PKSTRACE_ESCAPE_H

/*
 * The text with each byte that is not printable ASCII as \x1b, as dmesg(1) prints it. Without
 * any, that is `text` itself; else a copy, which holds until the eighth call from now. Only the
 * first kilobytes of a long one are kept.
 */
const char *escaped(const char *text);

/* The same, a copy in any case. */
const char *escaped__copy(const char *text);

#endif
