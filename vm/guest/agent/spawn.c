/* See spawn.h. */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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

/* What the child has as stdin, stdout and stderr, and the pipe to its parent. */
struct ends {
	/* The name of the terminal that it opens for itself; NULL: the descriptors. */
	const char *terminal;
	int in, out, err;
	int report;
};

/* The first terminal that the leader of a session opens becomes that of the session. */
static void open_terminal(const struct plan *plan, struct ends *ends)
{
	struct winsize size = { .ws_row = plan->rows, .ws_col = plan->cols };

	ends->in = ends->out = ends->err = open(ends->terminal, O_RDWR | O_CLOEXEC);
	if (ends->in < 0 || ioctl(ends->in, TIOCSCTTY, 0) < 0 || ioctl(ends->in, TIOCSWINSZ, &size) < 0)
		child_fail(ends->report, "terminal for");
}

/* Runs in the child; ends with exec or _exit. */
static _Noreturn void child_start(const struct plan *plan, struct ends ends)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (ends.terminal)
		open_terminal(plan, &ends);
	dup2(ends.in, STDIN_FILENO);
	dup2(ends.out, STDOUT_FILENO);
	dup2(ends.err, STDERR_FILENO);
	if (plan->cwd && chdir(plan->cwd) < 0)
		child_fail(ends.report, "chdir to");
	if ((plan->has_uid || plan->has_gid) && setgroups(0, NULL) < 0)
		child_fail(ends.report, "setgroups for");
	if (plan->has_gid && setgid((gid_t)plan->gid) < 0)
		child_fail(ends.report, "setgid for");
	if (plan->has_uid && setuid((uid_t)plan->uid) < 0)
		child_fail(ends.report, "setuid for");
	for (char *const *entry = plan->env; *entry; entry++)
		putenv(*entry);
	execvp(plan->argv[0], plan->argv);
	child_fail(ends.report, "exec");
	_exit(127);
}

/* What this side holds, and what the child is given. */
struct channel {
	int in[2], out[2], err[2], report[2];
	char terminal[32];
};

static void close_channel(struct channel *channel)
{
	int *const pairs[] = { channel->in, channel->out, channel->err, channel->report };

	for (int i = 0; i < 4; i++) {
		close_fd(&pairs[i][0]);
		close_fd(&pairs[i][1]);
	}
}

/* A pseudo terminal: its one end on this side, once for each direction, and the name of the other. */
static bool open_pty(struct channel *channel)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	channel->out[0] = master;
	return master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 &&
	       ptsname_r(master, channel->terminal, sizeof(channel->terminal)) == 0 &&
	       (channel->in[1] = fcntl(master, F_DUPFD_CLOEXEC, 0)) >= 0;
}

static bool open_pipes(struct channel *channel, bool with_stdin)
{
	return (with_stdin ? pipe2(channel->in, O_CLOEXEC) == 0 :
			     (channel->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) &&
	       pipe2(channel->out, O_CLOEXEC) == 0 && pipe2(channel->err, O_CLOEXEC) == 0;
}

/* Opens what `plan` wants, with O_CLOEXEC. False, with everything closed and errno set, when it cannot. */
static bool open_channel(const struct plan *plan, struct channel *channel)
{
	*channel = (struct channel){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 }, "" };
	if ((plan->rows ? open_pty(channel) : open_pipes(channel, plan->with_stdin)) &&
	    pipe2(channel->report, O_CLOEXEC) == 0)
		return true;
	int error = errno;

	close_channel(channel);
	errno = error;
	return false;
}

static void set_nonblocking(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

bool spawn(long long id, const struct plan *plan, struct spawned *spawned)
{
	struct channel channel;
	struct failure failure;

	if (!open_channel(plan, &channel)) {
		reply_error(id, errno, "%s for %s: %s", plan->rows ? "a terminal" : "pipes", plan->argv[0],
			    strerror(errno));
		return false;
	}
	pid_t pid = fork();
	int fork_error = errno;

	if (pid == 0)
		child_start(plan, (struct ends){ .terminal = plan->rows ? channel.terminal : NULL,
						 .in = channel.in[0],
						 .out = channel.out[1],
						 .err = channel.err[1],
						 .report = channel.report[1] });
	close_fd(&channel.in[0]);
	close_fd(&channel.out[1]);
	close_fd(&channel.err[1]);
	close_fd(&channel.report[1]);
	/* Nothing comes when exec succeeded: it closed the pipe. */
	ssize_t n = pid < 0 ? 0 : read(channel.report[0], &failure, sizeof(failure));

	close_fd(&channel.report[0]);
	if (pid < 0 || n > 0)
		close_channel(&channel);
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
	*spawned = (struct spawned){ .pid = pid, .in = channel.in[1], .out = { channel.out[0], channel.err[0] } };
	set_nonblocking(spawned->in);
	set_nonblocking(spawned->out[0]);
	set_nonblocking(spawned->out[1]);
	return true;
}
