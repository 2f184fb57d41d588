# The front door for a machine with nothing but git, make and Node. Everything else is `npm run`, see README.md.
.PHONY: vm-test test doctor clean

# From clone to verdict: installs what is missing (after saying what), builds, boots, runs the end-to-end tests.
vm-test: doctor
	@npm run --silent vm:test

# All tests: the checks, the unit tests, the syncer on this host, the harness itself, and vm-test.
test: doctor
	@npm test --silent

# What this machine has and lacks; installs what is missing with the distribution's own package manager.
doctor: node_modules/.package-lock.json
	@npm run --silent vm:doctor -- --install

# npm writes this file last, so a cut-off installation is done again.
node_modules/.package-lock.json: package.json package-lock.json
	@echo 'npm ci: the pinned Node 24 and the packages of package-lock.json, into node_modules'
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Results of runs and packaged files. The shared cache of sources and kernels stays; its folder is printed by doctor.
clean:
	rm -rf build .tap
