/* See process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "line.h"
#include "reply.h"

#define MAX_STRINGS 4096
static const char *const STREAM_NAMES[] = { "stdout", "stderr" };

struct process {
	/* The request that started it, and from then on its name. 0: this slot is free. */
	long long id;
	/* Process, process group and session. */
	pid_t pid;
	long long started_ms, ended_ms;
	bool ended, reported;
	int status;
	/* stdout and stderr; -1 once closed. */
	int out[2];
	/* Bytes that were in the pipe when the process ended: `exit` waits for them, and for nothing else. */
	int owed[2];
	/* -1 when closed or never open. */
	int in;
	/* One chunk of stdin on its way, and the request to answer when it is written. */
	struct {
		char *bytes;
		size_t len, at;
		long long request;
		bool then_close;
	} chunk;
};

static struct process processes[MAX_PROCESSES];

static struct process *find(long long id)
{
	for (int i = 0; i < MAX_PROCESSES; i++) {
		if (processes[i].id == id && id != 0)
			return &processes[i];
	}
	return NULL;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* What a request for a process says. */
struct plan {
	char *argv[MAX_STRINGS + 1];
	char *env[MAX_STRINGS + 1];
	char *cwd;
	long long uid, gid;
	bool has_uid, has_gid, with_stdin;
};

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

static void start(long long id, const struct plan *plan, struct process *slot)
{
	int in[2], out[2], err[2], report[2];
	struct failure failure;

	if (!open_pipes(plan->with_stdin, in, out, err, report)) {
		reply_error(id, errno, "pipes for %s: %s", plan->argv[0], strerror(errno));
		return;
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
		return;
	}
	if (n > 0) {
		const char *object = strncmp(failure.step, "chdir", 5) == 0 ? plan->cwd : plan->argv[0];

		waitpid(pid, NULL, 0);
		reply_error(id, failure.error, "%s %s: %s", failure.step, object, strerror(failure.error));
		return;
	}
	*slot = (struct process){ .id = id, .pid = pid, .in = in[1], .out = { out[0], err[0] }, .started_ms = now_ms() };
	fcntl(slot->in, F_SETFL, O_NONBLOCK);
	fcntl(slot->out[0], F_SETFL, O_NONBLOCK);
	fcntl(slot->out[1], F_SETFL, O_NONBLOCK);
	json_begin("result");
	json_number("id", id);
	json_number("pid", pid);
	json_send();
}

void process_spawn(long long id)
{
	static struct plan plan;
	struct process *slot = NULL;

	plan.cwd = NULL;
	plan.env[0] = NULL;
	plan.has_uid = json_get_number("uid", &plan.uid);
	plan.has_gid = json_get_number("gid", &plan.gid);
	plan.with_stdin = json_get_true("stdin");
	if (json_get_strings("argv", plan.argv, MAX_STRINGS) < 1 ||
	    (json_has("env") && json_get_strings("env", plan.env, MAX_STRINGS) < 0) ||
	    (json_has("cwd") && !json_get_string("cwd", &plan.cwd)) || (json_has("uid") && !plan.has_uid) ||
	    (json_has("gid") && !plan.has_gid)) {
		reply_error(id, EINVAL, "spawn wants argv [string, ...] and optional env, cwd, uid, gid, stdin");
		return;
	}
	for (int i = 0; i < MAX_PROCESSES && !slot; i++)
		slot = processes[i].id == 0 ? &processes[i] : NULL;
	if (find(id) || !slot)
		reply_error(id, slot ? EEXIST : EAGAIN, slot ? "the id is in use" : "too many processes");
	else
		start(id, &plan, slot);
}

/* Answers the chunk on its way: with a result, or an error when `error` is not 0. */
static void chunk_end(struct process *process, int error)
{
	if (error)
		reply_error(process->chunk.request, error, "write to stdin of process %lld: %s", process->id,
			    strerror(error));
	else
		reply_result(process->chunk.request);
	if (error || process->chunk.then_close)
		close_fd(&process->in);
	free(process->chunk.bytes);
	process->chunk.request = 0;
	process->chunk.bytes = NULL;
}

static void pump_stdin(struct process *process)
{
	while (process->chunk.request) {
		size_t left = process->chunk.len - process->chunk.at;

		if (left == 0) {
			chunk_end(process, 0);
			return;
		}
		ssize_t n = write(process->in, process->chunk.bytes + process->chunk.at, left);

		if (n >= 0)
			process->chunk.at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			chunk_end(process, errno);
	}
}

void process_stdin(long long id)
{
	long long name = 0;
	char *bytes = "";
	size_t len = 0;

	if (!json_get_number("process", &name) || (json_has("data") && !json_get_data("data", &bytes, &len))) {
		reply_error(id, EINVAL, "stdin wants process, and optional data (base64) and eof");
		return;
	}
	struct process *process = find(name);

	if (!process || process->in < 0) {
		reply_error(id, EPIPE, "write to stdin of process %lld: %s", name, strerror(EPIPE));
		return;
	}
	if (process->chunk.request) {
		reply_error(id, EBUSY, "write to stdin of process %lld: another write is not done yet", name);
		return;
	}
	process->chunk.bytes = malloc(len ? len : 1);
	if (!process->chunk.bytes) {
		reply_error(id, ENOMEM, "write to stdin of process %lld: %s", name, strerror(ENOMEM));
		return;
	}
	memcpy(process->chunk.bytes, bytes, len);
	process->chunk.len = len;
	process->chunk.at = 0;
	process->chunk.request = id;
	process->chunk.then_close = json_get_true("eof");
	pump_stdin(process);
}

/* The number of a signal by its name, such as SIGINT; 0 when there is none. */
static int signal_number(const char *name)
{
	for (int number = 1; number < 32; number++) {
		if (strncmp(name, "SIG", 3) == 0 && strcmp(name + 3, sigabbrev_np(number)) == 0)
			return number;
	}
	return 0;
}

void process_signal(long long id)
{
	long long name;
	char *signal_name;

	if (!json_get_number("process", &name) || !json_get_string("signal", &signal_name) ||
	    signal_number(signal_name) == 0) {
		reply_error(id, EINVAL, "signal wants process and signal (SIGINT, ...)");
		return;
	}
	const struct process *process = find(name);
	int error = process && kill(-process->pid, signal_number(signal_name)) == 0 ? 0 : process ? errno : ESRCH;

	if (error)
		reply_error(id, error, "%s to process %lld: %s", signal_name, name, strerror(error));
	else
		reply_result(id);
}

void process_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < MAX_PROCESSES; i++) {
			struct process *process = &processes[i];

			if (process->id == 0 || process->pid != pid || process->ended)
				continue;
			process->ended = true;
			process->status = status;
			process->ended_ms = now_ms();
			for (int stream = 0; stream < 2; stream++) {
				if (process->out[stream] >= 0)
					ioctl(process->out[stream], FIONREAD, &process->owed[stream]);
			}
		}
	}
}

static void pump_output(struct process *process, int stream)
{
	static char bytes[JSON_MAX_DATA];

	if (process->out[stream] < 0 || line_unsent() >= LINE_BUSY)
		return;
	ssize_t n = read(process->out[stream], bytes, line_piece());

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_fd(&process->out[stream]);
		process->owed[stream] = 0;
		return;
	}
	process->owed[stream] = n < process->owed[stream] ? process->owed[stream] - (int)n : 0;
	json_begin("out");
	json_number("process", process->id);
	json_text("stream", STREAM_NAMES[stream]);
	json_data("data", bytes, (size_t)n);
	json_send();
}

static void report(struct process *process)
{
	char name[24] = "SIG";

	process->reported = true;
	if (process->chunk.request)
		chunk_end(process, EPIPE);
	close_fd(&process->in);
	json_begin("exit");
	json_number("process", process->id);
	if (WIFSIGNALED(process->status)) {
		const char *abbreviation = sigabbrev_np(WTERMSIG(process->status));

		strncat(name, abbreviation ? abbreviation : "RT", sizeof(name) - 4);
		json_text("signal", name);
	} else {
		json_number("code", WEXITSTATUS(process->status));
	}
	json_number("ms", process->ended_ms - process->started_ms);
	json_send();
}

void process_pump(void)
{
	for (int i = 0; i < MAX_PROCESSES; i++) {
		struct process *process = &processes[i];

		if (process->id == 0)
			continue;
		pump_stdin(process);
		pump_output(process, 0);
		pump_output(process, 1);
		if (process->ended && !process->reported && process->owed[0] == 0 && process->owed[1] == 0)
			report(process);
		/* Something in the background may hold the pipes: then its output goes on being sent. */
		if (process->reported && process->out[0] < 0 && process->out[1] < 0)
			process->id = 0;
	}
}

size_t process_polls(struct pollfd *polls)
{
	bool busy = line_unsent() >= LINE_BUSY;
	size_t count = 0;

	for (int i = 0; i < MAX_PROCESSES; i++) {
		const struct process *process = &processes[i];

		if (process->id == 0)
			continue;
		for (int stream = 0; stream < 2; stream++) {
			if (process->out[stream] >= 0 && !busy)
				polls[count++] = (struct pollfd){ .fd = process->out[stream], .events = POLLIN };
		}
		if (process->chunk.request)
			polls[count++] = (struct pollfd){ .fd = process->in, .events = POLLOUT };
	}
	return count;
}

int process_count(void)
{
	int count = 0;

	for (int i = 0; i < MAX_PROCESSES; i++)
		count += processes[i].id != 0 && !processes[i].reported;
	return count;
}

void process_kill_all(void)
{
	for (int i = 0; i < MAX_PROCESSES; i++) {
		if (processes[i].id != 0)
			kill(-processes[i].pid, SIGKILL);
	}
}
