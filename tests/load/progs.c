// SPDX-License-Identifier: GPL-2.0-only
/*
 * progs PID: for each BPF program that the process has open, and for each link to one, a line
 * with its name and how many instructions the verifier has gone through (Linux 5.16).
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number behind "prog_id:" in /proc/PID/fdinfo/FD; 0: it is no program. */
static unsigned int prog_id(const char *dir, const char *name)
{
	char path[512], line[128];
	unsigned int id = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "prog_id:", 8))
			id = strtoul(line + 8, NULL, 10);
	if (f)
		fclose(f);
	return id;
}

static int print(unsigned int id)
{
	struct bpf_prog_info info = {};
	unsigned int size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size)) {
		fprintf(stderr, "progs: program %u: %s\n", id, strerror(errno));
		return 1;
	}
	close(fd);
	printf("%s %u\n", info.name, info.verified_insns);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent *entry;
	char dir[64];
	int failed = 0;
	DIR *fds;

	if (argc != 2)
		return 2;
	snprintf(dir, sizeof(dir), "/proc/%s/fdinfo", argv[1]);
	fds = opendir(dir);
	if (!fds)
		return 1;
	while ((entry = readdir(fds))) {
		unsigned int id = prog_id(dir, entry->d_name);

		/* A link has the number of its program, too. */
		if (id)
			failed |= print(id);
	}
	closedir(fds);
	return failed;
}
