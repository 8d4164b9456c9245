// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "util/file.h"
#include "util/number.h"

int file__error(void)
{
	return errno ? -errno : -EIO;
}

int file__write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = file__error();
	close(fd);
	return err;
}

ssize_t file__read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (used < size && (n = read(fd, text + used, size - used)) > 0)
		used += n;
	if (used < size && n < 0)
		n = -errno;
	close(fd);
	if (used == size)
		return -EFBIG;
	if (n < 0)
		return n;
	text[used] = 0;
	return used;
}

bool file__number(const char *path, uint64_t *value)
{
	char text[32];

	if (file__read(path, text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = 0;
	return number__natural(text, value);
}
