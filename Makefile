# Paihao. `make run` opens a rehearsal, `make check` tests everything; both install what is missing first.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
VERSION := 0.1.0

# A flavour is one way to compile the same sources; each has a folder of its own.
FLAVOR ?= release
OUT_release := build
OUT := $(or $(OUT_$(FLAVOR)),build/$(FLAVOR))
CC_release := gcc
CC_gcc := gcc
CC_asan := clang
CC_tsan := clang
COMPILER := $(CC_$(FLAVOR))
ifeq ($(COMPILER),)
$(error unknown FLAVOR "$(FLAVOR)": release, asan or tsan)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
            -Wundef -Wformat=2 -Wno-format-nonliteral $(if $(WERROR),-Werror)
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
# with what the fuzzer needs to see where it has been: the fuzz targets use the same objects
FLAGS_asan := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
COMPILE := $(COMPILER) -std=c17 -D_GNU_SOURCE -pthread $(FLAGS_$(FLAVOR)) $(WARNINGS) -DPAIHAO_VERSION='"$(VERSION)"' -Idaemon $(CFLAGS)

PACKAGES := sqlite3 libmicrohttpd libnfc libsodium libconfuse jansson libqrencode libsystemd libcurl libseccomp libusb-1.0 libevdev libudev libzip zlib nettle expat freexl xlsxwriter
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
LIBS_OF = $(shell pkg-config --libs $(1))
LIBS_DAEMON = $(call LIBS_OF,sqlite3 libmicrohttpd libsodium libconfuse jansson libqrencode libsystemd libudev libseccomp libzip zlib nettle xlsxwriter) -lm -pthread
LIBS_TOOL = $(call LIBS_OF,sqlite3 libsodium libconfuse jansson libcurl libqrencode libseccomp libzip zlib nettle expat freexl xlsxwriter) -lm -pthread
LIBS_READER = $(call LIBS_OF,libnfc libusb-1.0 libevdev libudev libsodium jansson libseccomp) -pthread
LIBS_TEST = $(call LIBS_OF,cmocka $(PACKAGES)) -lm -pthread

PROGRAMS := paihaod paihao paihao-reader
MAINS := daemon/paihaod.c daemon/paihao.c daemon/paihao_reader.c
SOURCES := $(filter-out $(MAINS),$(wildcard daemon/*/*.c daemon/*/*/*.c))
OBJECTS := $(SOURCES:%.c=$(OUT)/obj/%.o) $(OUT)/obj/assets.o
LIBRARY := $(OUT)/libpaihao.a
EMBEDDED := $(wildcard schema/*.sql packaging/profiles/*.conf web/*/*.html web/*/*.css web/*/*.js web/*/*.svg)

UNIT_TESTS := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/test_*.c))
HELPERS := $(patsubst tests/integration/%.c,$(OUT)/tests/%,$(wildcard tests/integration/*.c))
BENCHES := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

FORCE:
.PHONY: FORCE all run check check-slow bench fuzz lint install uninstall clean deps deps-test programs

# ---- dependencies: a stamp, so that apt is asked once
DEPS := build/.deps
DEPS_TEST := build/.deps-test
deps: $(DEPS)
deps-test: $(DEPS_TEST)
$(DEPS): packaging/deps/install packaging/deps/build.list
	@mkdir -p $(@D)
	@packaging/deps/install packaging/deps/build.list
	@touch $@
$(DEPS_TEST): $(DEPS) packaging/deps/test.list tests/browser/package.json
	@packaging/deps/install packaging/deps/test.list
	@packaging/deps/browser tests/browser
	@touch $@

# ---- programs (pkg-config is asked only once the packages are there, hence the second make)
all: $(DEPS)
	@$(MAKE) --no-print-directory FLAVOR=$(FLAVOR) programs
programs: $(PROGRAMS:%=$(OUT)/%)

$(OUT)/obj/%.o: %.c | $(DEPS)
	@mkdir -p $(@D)
	@echo "CC $(FLAVOR) $<"
	@$(COMPILE) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
# the list is a file of its own, so that one that goes away is noticed, too
$(OUT)/assets.list: FORCE
	@mkdir -p $(@D)
	@echo $(EMBEDDED) | cmp -s - $@ || echo $(EMBEDDED) > $@
$(OUT)/assets.c: packaging/embed $(OUT)/assets.list $(EMBEDDED) $(wildcard web/*/parts/*.js)
	@packaging/embed $(OUT)/pages $(EMBEDDED) > $@
$(OUT)/obj/assets.o: $(OUT)/assets.c $(EMBEDDED) | $(DEPS)
	@mkdir -p $(@D)
	@$(COMPILE) -c -o $@ $<
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^
$(OUT)/paihaod: $(OUT)/obj/daemon/paihaod.o $(LIBRARY)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_DAEMON)
$(OUT)/paihao: $(OUT)/obj/daemon/paihao.o $(LIBRARY)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_TOOL)
$(OUT)/paihao-reader: $(OUT)/obj/daemon/paihao_reader.o $(LIBRARY)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_READER)

# ---- tests
$(OUT)/tests/%: $(OUT)/obj/tests/unit/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_TEST)
$(OUT)/tests/%: $(OUT)/obj/tests/integration/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_TEST)
# an emulated USB bus; its package is the tests' alone, so it is asked for only here
$(OUT)/obj/tests/unit/test_sam_usb.o: PKG_CFLAGS += $(shell pkg-config --cflags umockdev-1.0)
$(OUT)/tests/test_sam_usb: LIBS_TEST += $(call LIBS_OF,umockdev-1.0)
$(OUT)/obj/tests/unit/test_supervisor_hotplug.o: PKG_CFLAGS += $(shell pkg-config --cflags umockdev-1.0)
$(OUT)/tests/test_supervisor_hotplug: LIBS_TEST += $(call LIBS_OF,umockdev-1.0)
$(OUT)/obj/tests/integration/emulate_bus.o: PKG_CFLAGS += $(shell pkg-config --cflags umockdev-1.0)
$(OUT)/tests/emulate_bus: LIBS_TEST += $(call LIBS_OF,umockdev-1.0)
$(OUT)/bench/%: $(OUT)/obj/tests/bench/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@$(COMPILE) -o $@ $^ -Wl,--as-needed $(LIBS_TEST)
$(OUT)/fuzz/%: $(OUT)/obj/tests/fuzz/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@$(COMPILE) -fsanitize=fuzzer -o $@ $^ -Wl,--as-needed $(LIBS_TEST)
.PRECIOUS: $(OUT)/obj/%.o

.PHONY: unit-tests test-helpers bench-programs fuzz-programs
unit-tests: $(UNIT_TESTS)
test-helpers: $(HELPERS)
bench-programs: $(BENCHES)
fuzz-programs: $(FUZZERS:%=$(OUT)/fuzz/%)

run: all
	@exec $(OUT)/paihao rehearse
check: $(DEPS_TEST)
	@tests/run check
check-slow: $(DEPS_TEST)
	@tests/run slow
bench: $(DEPS_TEST)
	@tests/run bench
fuzz: $(DEPS_TEST)
	@tests/run fuzz
lint: $(DEPS_TEST)
	@tests/run lint

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(SYSCONFDIR)/paihao
	install -m 0755 build/paihao build/paihao-reader $(DESTDIR)$(PREFIX)/bin/
	install -m 0755 build/paihaod $(DESTDIR)$(PREFIX)/sbin/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 0644 packaging/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 0644 packaging/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 0644 packaging/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	test -e $(DESTDIR)$(SYSCONFDIR)/paihao/paihao.conf || install -m 0644 packaging/paihao.conf $(DESTDIR)$(SYSCONFDIR)/paihao/paihao.conf
	install -d $(DESTDIR)/usr/lib/systemd/system $(DESTDIR)/usr/lib/udev/rules.d
	sed 's|@PREFIX@|$(PREFIX)|g' packaging/systemd/paihaod.service > $(DESTDIR)/usr/lib/systemd/system/paihaod.service
	install -m 0644 packaging/udev/70-paihao.rules $(DESTDIR)/usr/lib/udev/rules.d/
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,paihao paihao-reader) $(DESTDIR)$(PREFIX)/sbin/paihaod
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/,man1/paihao.1 man1/paihao-reader.1 man5/paihao.conf.5 man5/paihao-profile.5 man8/paihaod.8)
	rm -f $(DESTDIR)/usr/lib/systemd/system/paihaod.service $(DESTDIR)/usr/lib/udev/rules.d/70-paihao.rules
clean:
	rm -rf build

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
