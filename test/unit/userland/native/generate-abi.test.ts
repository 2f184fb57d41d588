import { resolve } from 'node:path';
import t from 'tap';
import { generateAbi, readSeries } from '../../../../userland/native/generate-abi.ts';

const HEADER = 'include/uapi/linux/dirsync.h';
const TABLE = 'arch/x86/entry/syscalls/syscall_64.tbl';

const CREATE = `Subject: [PATCH 1/2] dirsync

 text that looks like a hunk:
+struct dirsync_info { nonsense
---
diff --git a/kernel/x.c b/kernel/x.c
--- a/kernel/x.c
+++ b/kernel/x.c
@@ -1 +1,2 @@
 old
+struct dirsync_info { elsewhere
diff --git a/${HEADER} b/${HEADER}
new file mode 100644
--- /dev/null
+++ b/${HEADER}
@@ -0,0 +1,9 @@
+#include <linux/types.h>
+
+struct dirsync_info {
+	int	exists;
+};
+struct dirsync_list_args {
+};
+struct dirsync_diff_args {
+};
diff --git a/${TABLE} b/${TABLE}
--- a/${TABLE}
+++ b/${TABLE}
@@ -372,6 +372,9 @@
 450	common	set_mempolicy_home_node	sys_set_mempolicy_home_node
+451	common	dirsync_stat		sys_dirsync_stat
+1451	64	dirsync_list		sys_dirsync_list
+1452	64	dirsync_diff		sys_dirsync_diff
 
-- 
2.39.5
`;

const CHANGE = `Subject: [PATCH 2/2] more
---
--- a/${HEADER}
+++ b/${HEADER}
@@ -2,4 +2,5 @@
 
 struct dirsync_info {
-	int	exists;
+	int	there;
+	long	size;
 };
-- 
2.39.5
`;

/** The generated header of that name. */
function header(name: string, ...patches: readonly string[]): string {
  return generateAbi(patches).get(name) ?? '';
}

void t.test('the header is what the series leaves, the numbers are those of the table', async (t) => {
  t.match(
    header('linux/dirsync.h', CREATE),
    /^#include <linux\/types.h>\n\nstruct dirsync_info \{\n\tint\texists;\n\};\n/,
  );
  t.match(
    header('linux/dirsync.h', CREATE, CHANGE),
    '#include <linux/types.h>\n\nstruct dirsync_info {\n\tint\tthere;\n\tlong\tsize;\n};\nstruct dirsync_list_args {\n',
  );
  t.notMatch(header('linux/dirsync.h', CREATE), /nonsense|elsewhere/);
  t.match(
    header('dirsync_abi.h', CREATE),
    /\n#pragma once\n#define __NR_dirsync_stat 451\n#define __NR_dirsync_list 1451\n#define __NR_dirsync_diff 1452\n$/,
  );
});

void t.test('a series without them is refused, by name', async (t) => {
  t.throws(() => generateAbi([]), { code: 'ABI_NOT_IN_SERIES', message: HEADER });
  t.throws(() => generateAbi([CREATE.replace('+451', ' 451')]), {
    code: 'ABI_NOT_IN_SERIES',
    message: TABLE,
  });
  t.throws(() => generateAbi([CREATE.replace('+1452', ' 1452')]), { message: 'no line for dirsync_diff' });
  t.throws(() => generateAbi([CREATE.replace('struct dirsync_list_args', 'struct other')]), {
    message: 'no struct dirsync_list_args',
  });
  t.throws(() => generateAbi([CHANGE, CREATE]), {
    code: 'ABI_NOT_IN_SERIES',
    message: /does not fit at line 2/,
  });
  await t.rejects(readSeries('/nonexistent'), { code: 'ABI_NOT_IN_SERIES', message: '/nonexistent' });
});

void t.test('the real series holds the three calls, and their structs', async (t) => {
  const series = await readSeries(resolve(import.meta.dirname, '../../../../kernel-patch/series'));
  t.match(
    header('dirsync_abi.h', ...series),
    '_stat 451\n#define __NR_dirsync_list 1451\n#define __NR_dirsync_diff 1452\n',
  );
  t.match(
    header('linux/dirsync.h', ...series),
    /struct dirsync_info \{\s+int\s+exists;\s+\w+\s+size;\s+\w+\s+mtime;\s+\};/,
  );
});
