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
@@ -0,0 +1,5 @@
+#include <linux/types.h>
+
+struct dirsync_info {
+	int	exists;
+};
diff --git a/${TABLE} b/${TABLE}
--- a/${TABLE}
+++ b/${TABLE}
@@ -372,6 +372,7 @@
 450	common	set_mempolicy_home_node	sys_set_mempolicy_home_node
+451	common	dirsync_stat		sys_dirsync_stat
 
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

void t.test('the header is what the series leaves, with the number of the table', async (t) => {
  t.match(
    generateAbi([CREATE]),
    /\nstruct dirsync_info \{\n\tint\texists;\n\};\n\n#define __NR_dirsync_stat 451\n$/,
  );
  t.match(
    generateAbi([CREATE, CHANGE]),
    '#include <linux/types.h>\n\nstruct dirsync_info {\n\tint\tthere;\n\tlong\tsize;\n};\n',
  );
  t.notMatch(generateAbi([CREATE]), /nonsense|elsewhere/);
});

void t.test('a series without them is refused, by name', async (t) => {
  t.throws(() => generateAbi([]), { code: 'ABI_NOT_IN_SERIES', message: HEADER });
  t.throws(() => generateAbi([CREATE.replace('+451', ' 451')]), {
    code: 'ABI_NOT_IN_SERIES',
    message: TABLE,
  });
  t.throws(() => generateAbi([CHANGE, CREATE]), {
    code: 'ABI_NOT_IN_SERIES',
    message: /does not fit at line 2/,
  });
  await t.rejects(readSeries('/nonexistent'), { code: 'ABI_NOT_IN_SERIES', message: '/nonexistent' });
});

void t.test('the real series holds 451 and a struct of three members', async (t) => {
  const series = await readSeries(resolve(import.meta.dirname, '../../../../kernel-patch/series'));
  const header = generateAbi(series);
  t.match(header, '#define __NR_dirsync_stat 451\n');
  t.match(header, /struct dirsync_info \{\s+int\s+exists;\s+\w+\s+size;\s+\w+\s+mtime;\s+\};/);
});
