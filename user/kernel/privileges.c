// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/privileges.h"

#define BIT(capability) (1ULL << (capability))

/*
 * Maps are read by bpf(); symbols and sections of modules that come later are hidden without
 * CAP_SYSLOG; files of a traced process are found in its /proc/PID, which may be another
 * user's, as the process itself may be that is to be ended.
 */
#define KEPT                                                                                       \
	(BIT(CAP_BPF) | BIT(CAP_SYSLOG) | BIT(CAP_KILL) | BIT(CAP_SYS_PTRACE) |                    \
	 BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH))

static int capabilities__limit(uint64_t kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(kept >> (32 * i));
		data[i].effective &= data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int privileges__drop(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* An exec as root would bring them back; without CAP_SETPCAP there are none to drop. */
	for (int one = 0; one <= CAP_LAST_CAP; one++)
		if (!(KEPT & BIT(one)) && prctl(PR_CAPBSET_DROP, one, 0, 0, 0) && errno != EPERM &&
		    errno != EINVAL)
			return -errno;
	return capabilities__limit(KEPT);
}
