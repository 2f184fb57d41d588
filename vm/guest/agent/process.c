/* See process.h. */
#include "process.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"
#include "input.h"
#include "json.h"
#include "line.h"
#include "reply.h"
#include "spawn.h"

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
	struct input in;
	/* stdin and out[0] are one terminal, and there is no out[1]. */
	bool terminal;
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

static void start(long long id, const struct plan *plan, struct process *slot)
{
	struct spawned spawned;

	if (!spawn(id, plan, &spawned))
		return;
	*slot = (struct process){
		.id = id,
		.pid = spawned.pid,
		.in = { .process = id, .fd = spawned.in, .terminal = plan->rows > 0 },
		.terminal = plan->rows > 0,
		.out = { spawned.out[0], spawned.out[1] },
		.started_ms = now_ms(),
	};
	json_begin("result");
	json_number("id", id);
	json_number("pid", spawned.pid);
	json_send();
}

/* The size of a terminal, from `rows` and `cols`. False when it is none. */
static bool get_size(unsigned short *rows, unsigned short *cols)
{
	long long r, c;

	if (!json_get_number("rows", &r) || !json_get_number("cols", &c) || r < 1 || c < 1 || r > USHRT_MAX ||
	    c > USHRT_MAX)
		return false;
	*rows = (unsigned short)r;
	*cols = (unsigned short)c;
	return true;
}

void process_spawn(long long id)
{
	static struct plan plan;
	struct process *slot = NULL;

	plan.cwd = NULL;
	plan.env[0] = NULL;
	plan.rows = 0;
	plan.has_uid = json_get_number("uid", &plan.uid);
	plan.has_gid = json_get_number("gid", &plan.gid);
	plan.with_stdin = json_get_true("stdin");
	if (json_get_strings("argv", plan.argv, MAX_STRINGS) < 1 ||
	    (json_has("env") && json_get_strings("env", plan.env, MAX_STRINGS) < 0) ||
	    (json_has("cwd") && !json_get_string("cwd", &plan.cwd)) || (json_has("uid") && !plan.has_uid) ||
	    (json_has("gid") && !plan.has_gid) || (json_has("rows") && !get_size(&plan.rows, &plan.cols))) {
		reply_error(id, EINVAL, "spawn wants argv [string, ...] and optional env, cwd, uid, gid, stdin, rows and cols");
		return;
	}
	for (int i = 0; i < MAX_PROCESSES && !slot; i++)
		slot = processes[i].id == 0 ? &processes[i] : NULL;
	if (find(id) || !slot)
		reply_error(id, slot ? EEXIST : EAGAIN, slot ? "the id is in use" : "too many processes");
	else
		start(id, &plan, slot);
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

	if (process)
		input_write(&process->in, id, bytes, len, json_get_true("eof"));
	else
		reply_error(id, EPIPE, "write to stdin of process %lld: %s", name, strerror(EPIPE));
}

void process_resize(long long id)
{
	long long name;
	struct winsize size = { 0 };

	if (!json_get_number("process", &name) || !get_size(&size.ws_row, &size.ws_col)) {
		reply_error(id, EINVAL, "resize wants process, rows and cols");
		return;
	}
	const struct process *process = find(name);
	int error = !process || process->ended ? ESRCH : !process->terminal ? ENOTTY : 0;

	if (!error && ioctl(process->out[0], TIOCSWINSZ, &size) < 0)
		error = errno;
	if (error)
		reply_error(id, error, "resize the terminal of process %lld: %s", name, strerror(error));
	else
		reply_result(id);
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
				/* What a terminal holds cannot be asked for: all that comes before it is empty. */
				if (process->out[stream] >= 0 && process->terminal)
					process->owed[stream] = INT_MAX;
				else if (process->out[stream] >= 0)
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

	if (n < 0 && errno == EAGAIN && process->terminal)
		process->owed[stream] = 0;
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
	input_close(&process->in);
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
		input_pump(&process->in);
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
		if (process->in.request)
			polls[count++] = (struct pollfd){ .fd = process->in.fd, .events = POLLOUT };
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
