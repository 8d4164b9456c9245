// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"

#define NS_PER_SECOND 1000000000

__u64 clock__ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * NS_PER_SECOND + ts.tv_nsec;
}

double clock__seconds(void)
{
	return clock__ns() / 1e9;
}

int timer__open(double seconds, bool again, int *timer)
{
	double whole = floor(seconds);
	struct timespec time = { .tv_sec = whole, .tv_nsec = (seconds - whole) * NS_PER_SECOND };
	struct itimerspec when = { .it_value = time };
	int err;

	*timer = -1;
	if (!(seconds > 0))
		return 0;
	/* Zero would stop it. */
	if (!time.tv_sec && !time.tv_nsec)
		when.it_value.tv_nsec = time.tv_nsec = 1;
	if (again)
		when.it_interval = time;
	*timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*timer < 0)
		return -errno;
	if (!timerfd_settime(*timer, 0, &when, NULL))
		return 0;
	err = -errno;
	close(*timer);
	*timer = -1;
	return err;
}

bool timer__ran_out(int timer)
{
	uint64_t times;

	return read(timer, &times, sizeof(times)) == sizeof(times);
}
