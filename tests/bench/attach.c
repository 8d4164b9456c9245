// SPDX-License-Identifier: GPL-2.0-only
/*
 * attach PART CMD [ARGS...]: runs CMD while the programs PART_grant and
 * PART_revoke of part.bpf.c are on the kernel's grant and revoke; or, where
 * PART is the name of a program itself, while that is on its tracepoint.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "part.skel.h"

#define GRANT  "pgmap_set_readwrite"
#define REVOKE "pgmap_set_noaccess"

/* Chooses one program by name. 0, or -1 if there is none. */
static int choose(struct part *skel, const char *name, const char *suffix, const char *target)
{
	struct bpf_program *program;
	char full[64];

	snprintf(full, sizeof(full), "%s%s", name, suffix);
	program = bpf_object__find_program_by_name(skel->obj, full);
	if (!program)
		return -1;
	bpf_program__set_autoload(program, true);
	return target ? bpf_program__set_attach_target(program, 0, target) : 0;
}

static int run(char **command)
{
	pid_t child = fork();
	int status;

	if (!child) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct part *skel;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: attach PART CMD [ARGS...]\n");
		return 2;
	}
	skel = part__open();
	if (!skel ||
	    (choose(skel, argv[1], "", NULL) && (choose(skel, argv[1], "_grant", GRANT) ||
						 choose(skel, argv[1], "_revoke", REVOKE)))) {
		fprintf(stderr, "attach: no part %s\n", argv[1]);
		return 2;
	}
	if (part__load(skel) || part__attach(skel)) {
		fprintf(stderr, "attach: %s: %s\n", argv[1], strerror(errno));
		part__destroy(skel);
		return 1;
	}
	status = run(argv + 2);
	part__destroy(skel);
	return status;
}
