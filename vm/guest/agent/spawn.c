/* See spawn.h. */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"
#include "reply.h"

/* What the child could not do, as it tells its parent. */
struct failure {
	int error;
	char step[16];
};

static void child_fail(int report, const char *step)
{
	struct failure failure = { .error = errno };

	strncpy(failure.step, step, sizeof(failure.step) - 1);
	(void)!write(report, &failure, sizeof(failure));
	_exit(127);
}

/* Runs in the child; ends with exec or _exit. */
static _Noreturn void child_start(const struct plan *plan, int in, int out, int err, int report)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	if (plan->cwd && chdir(plan->cwd) < 0)
		child_fail(report, "chdir to");
	if ((plan->has_uid || plan->has_gid) && setgroups(0, NULL) < 0)
		child_fail(report, "setgroups for");
	if (plan->has_gid && setgid((gid_t)plan->gid) < 0)
		child_fail(report, "setgid for");
	if (plan->has_uid && setuid((uid_t)plan->uid) < 0)
		child_fail(report, "setuid for");
	for (char *const *entry = plan->env; *entry; entry++)
		putenv(*entry);
	execvp(plan->argv[0], plan->argv);
	child_fail(report, "exec");
	_exit(127);
}

/* Opens all pipes with O_CLOEXEC. False, with everything closed, when there are no descriptors left. */
static bool open_pipes(bool with_stdin, int in[2], int out[2], int err[2], int report[2])
{
	int *const pairs[] = { in, out, err, report };

	for (int i = 0; i < 4; i++)
		pairs[i][0] = pairs[i][1] = -1;
	if (with_stdin ? pipe2(in, O_CLOEXEC) == 0 : (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) {
		if (pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0 && pipe2(report, O_CLOEXEC) == 0)
			return true;
	}
	int error = errno;

	for (int i = 0; i < 4; i++) {
		close_fd(&pairs[i][0]);
		close_fd(&pairs[i][1]);
	}
	errno = error;
	return false;
}

bool spawn(long long id, const struct plan *plan, struct spawned *spawned)
{
	int in[2], out[2], err[2], report[2];
	struct failure failure;

	if (!open_pipes(plan->with_stdin, in, out, err, report)) {
		reply_error(id, errno, "pipes for %s: %s", plan->argv[0], strerror(errno));
		return false;
	}
	pid_t pid = fork();
	int fork_error = errno;

	if (pid == 0)
		child_start(plan, in[0], out[1], err[1], report[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	close(report[1]);
	/* Nothing comes when exec succeeded: it closed the pipe. */
	ssize_t n = pid < 0 ? 0 : read(report[0], &failure, sizeof(failure));

	close(report[0]);
	if (pid < 0 || n > 0) {
		close_fd(&in[1]);
		close(out[0]);
		close(err[0]);
	}
	if (pid < 0) {
		reply_error(id, fork_error, "fork for %s: %s", plan->argv[0], strerror(fork_error));
		return false;
	}
	if (n > 0) {
		const char *object = strncmp(failure.step, "chdir", 5) == 0 ? plan->cwd : plan->argv[0];

		waitpid(pid, NULL, 0);
		reply_error(id, failure.error, "%s %s: %s", failure.step, object, strerror(failure.error));
		return false;
	}
	*spawned = (struct spawned){ .pid = pid, .in = in[1], .out = { out[0], err[0] } };
	fcntl(spawned->in, F_SETFL, O_NONBLOCK);
	fcntl(spawned->out[0], F_SETFL, O_NONBLOCK);
	fcntl(spawned->out[1], F_SETFL, O_NONBLOCK);
	return true;
}
