/* The configuration file: what a whole one gives, and for each kind of mistake the line and the words. */
#include "base/bytes.h"
#include "base/config.h"
#include "base/files.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/paihao-test-XXXXXX");
    return mkdtemp(folder) && chmod(folder, 0755) == 0 && chdir(folder) == 0 && mkdir("data", 0700) == 0 ? 0
                                                                                                         : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    char *command = bytes_format("rm -rf '%s'", folder);
    int result = chdir("/") == 0 ? system(command) : -1;
    free(command);
    return result;
}

/* Loads a text in which each @ stands for the test's folder. */
static int load(const char *text, struct config **ret, char **ret_error)
{
    struct buffer file = {0};
    for (; *text; text++) {
        if (*text == '@')
            buffer_add_text(&file, folder);
        else
            buffer_add(&file, text, 1);
    }
    buffer_add(&file, "", 0);
    assert_int_equal(file_write_durably("paihao.conf", file.data, file.size, 0644), 0);
    buffer_done(&file);
    return config_load("paihao.conf", ret, ret_error);
}

static struct config *load_well(const char *text)
{
    struct config *config = NULL;
    char *error = NULL;
    int result = load(text, &config, &error);
    if (error)
        print_error("%s\n", error);
    assert_int_equal(result, 0);
    assert_null(error);
    assert_non_null(config);
    return config;
}

static void whole_file_is_taken(void **state)
{
    (void)state;
    assert_int_equal(file_write_durably("cert.pem", "c", 1, 0644), 0);
    assert_int_equal(file_write_durably("key.pem", "k", 1, 0600), 0);
    struct config *config = load_well(
        "# an event\n"
        "data_dir = \"@/data\"\nkey_file = \"@/other.key\"\nreader_program = \"/bin/sh\"\n"
        "http { listen = \"[::1]:8443\" tls_cert = \"@/cert.pem\" tls_key = \"@/key.pem\" hosts = "
        "{\"door.lan\", \"10.0.0.2\"} }\n"
        "backup { folder = \"/media/stick\" every_minutes = 5 keep = 3 }\n"
        "lane \"A\" {\n  room = \"东201\"\n  line_limit = 5\n"
        "  reader \"door\" { driver = \"sam\" device = \"serial:/dev/ttyUSB0\" baud = 9600 }\n"
        "  reader \"chip\" { device = \"pn532_uart:/dev/ttyUSB1\" driver = \"nfc\" method = raw }\n"
        "  reader \"gun-2\" { driver = \"scanner\" device = \"serial:/dev/ttyACM0\" purpose = check }\n}\n"
        "lane \"B_2\" { reader \"door\" { driver = \"nfc\" device = \"pn532_uart:/dev/ttyUSB2\" } }\n");
    char *expected = bytes_format("%s/data", folder);
    assert_string_equal(config->path, "paihao.conf");
    assert_string_equal(config->data_dir, expected);
    assert_string_equal(strrchr(config->key_file, '/'), "/other.key");
    assert_string_equal(config->reader_program, "/bin/sh");
    assert_string_equal(config->listen_host, "::1");
    assert_string_equal(config->listen_port, "8443");
    assert_string_equal(strrchr(config->tls_cert, '/'), "/cert.pem");
    assert_string_equal(strrchr(config->tls_key, '/'), "/key.pem");
    assert_int_equal(config->n_hosts, 2);
    assert_string_equal(config->hosts[1], "10.0.0.2");
    assert_string_equal(config->backup_folder, "/media/stick");
    assert_int_equal(config->backup_every_minutes, 5);
    assert_int_equal(config->backup_keep, 3);
    assert_int_equal(config->n_lanes, 2);
    const struct config_lane *lane = config_lane(config, "A");
    assert_ptr_equal(lane, &config->lanes[0]);
    assert_string_equal(lane->room, "东201");
    assert_int_equal(lane->line_limit, 5);
    assert_int_equal(lane->n_readers, 3);
    assert_string_equal(lane->readers[0].name, "door");
    assert_string_equal(lane->readers[0].driver, "sam");
    assert_string_equal(lane->readers[0].device, "serial:/dev/ttyUSB0");
    assert_string_equal(lane->readers[0].method, "auto");
    assert_int_equal(lane->readers[0].baud, 9600);
    assert_string_equal(lane->readers[1].method, "raw");
    assert_int_equal(lane->readers[2].baud, 115200);
    assert_false(lane->readers[1].is_check);
    assert_true(lane->readers[2].is_check);
    assert_int_equal(config_lane(config, "B_2")->line_limit, 0);
    assert_null(config_lane(config, "C"));
    free(expected);
    config_free(config);
}

static void scanners_have_rules(void **state)
{
    (void)state;
    struct config *config =
        load_well("data_dir = \"@/data\"\nlane \"A\" {\n"
                  "  reader \"gun\" { driver = \"scanner\" device = "
                  "\"evdev:/dev/input/by-id/usb-x-event-kbd\" layout = fr\n"
                  "    separator = tab accepts = {\"capture_code\", \"student_no\"} student_no_pattern = "
                  "\"[0-9]{8}\" }\n"
                  "  reader \"plain\" { driver = \"scanner\" device = \"serial:/dev/x\" }\n"
                  "  reader \"chip\" { driver = \"nfc\" device = \"pn532_uart:/dev/y\" }\n}\n");
    const struct config_reader *readers = config->lanes[0].readers;
    assert_string_equal(readers[0].device, "evdev:/dev/input/by-id/usb-x-event-kbd");
    assert_string_equal(readers[0].layout, "fr");
    assert_string_equal(readers[0].separator, "tab");
    assert_int_equal(readers[0].n_accepts, 2);
    assert_string_equal(readers[0].accepts[1], "student_no");
    assert_string_equal(readers[0].student_no_pattern, "[0-9]{8}");
    assert_string_equal(readers[1].layout, "us");
    assert_string_equal(readers[1].separator, "auto");
    assert_int_equal(readers[1].n_accepts, 1);
    assert_string_equal(readers[1].accepts[0], "capture_code");
    assert_string_equal(readers[1].student_no_pattern, "");
    assert_int_equal(readers[2].n_accepts, 0);
    config_free(config);
}

static void expect_kinds(char *const *accepts, size_t n_accepts, const char *expected)
{
    char text[120] = "";
    for (size_t i = 0; i < n_accepts; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", accepts[i]);
    assert_string_equal(text, expected);
}

static void a_lane_takes_what_its_scanners_take(void **state)
{
    (void)state;
    struct config *config = load_well(
        "data_dir = \"@/data\"\n"
        "lane \"A\" {\n payment_token_prefix = \"PAY\"\n"
        "  reader \"a\" { driver = \"scanner\" device = \"serial:/dev/a\" }\n"
        "  reader \"b\" { driver = \"scanner\" device = \"serial:/dev/b\" accepts = {\"student_no\", "
        "\"mrz\"}\n"
        "    student_no_pattern = \"[0-9]{8}\" }\n"
        "  reader \"c\" { driver = \"scanner\" device = \"serial:/dev/c\" accepts = {\"student_no\"}\n"
        "    student_no_pattern = \"S[0-9]+\" }\n"
        "  reader \"d\" { driver = \"sam\" device = \"serial:/dev/d\" }\n}\n"
        "lane \"B\" { reader \"a\" { driver = \"sam\" device = \"serial:/dev/e\" } }\n"
        "lane \"C\" {\n accepts = {\"id_number\", \"payment_token\"} payment_token_prefix = \"P\"\n"
        "  reader \"a\" { driver = \"scanner\" device = \"serial:/dev/f\" accepts = {\"capture_code\"} } }\n"
        "lane \"D\" { reader \"a\" { driver = \"scanner\" device = \"serial:/dev/g\" } }\n"
        "lane \"E\" {\n accepts = {\"student_no\"} student_no_pattern = \"x+\"\n}\n");
    const struct config_lane *lanes = config->lanes;
    expect_kinds(lanes[0].readers[0].accepts, lanes[0].readers[0].n_accepts, "capture_code payment_token");
    expect_kinds(lanes[0].readers[1].accepts, lanes[0].readers[1].n_accepts, "student_no mrz");
    expect_kinds(lanes[0].readers[3].accepts, lanes[0].readers[3].n_accepts, "");
    expect_kinds(lanes[0].accepts, lanes[0].n_accepts, "capture_code payment_token student_no mrz");
    assert_string_equal(lanes[0].student_no_pattern, "([0-9]{8})|(S[0-9]+)");
    assert_string_equal(lanes[0].payment_token_prefix, "PAY");
    expect_kinds(lanes[1].accepts, lanes[1].n_accepts, "capture_code id_number mrz");
    assert_string_equal(lanes[1].payment_token_prefix, "");
    expect_kinds(lanes[2].accepts, lanes[2].n_accepts, "id_number payment_token");
    expect_kinds(lanes[3].accepts, lanes[3].n_accepts, "capture_code");
    assert_string_equal(lanes[4].student_no_pattern, "x+");
    config_free(config);
}

static void short_file_has_defaults(void **state)
{
    (void)state;
    struct config *config = load_well("data_dir = \"@/new\"\nlane \"A\" { }\n");
    struct stat status;
    assert_int_equal(stat("new", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    char *key = bytes_format("%s/new/secret.key", folder);
    assert_string_equal(config->key_file, key);
    assert_string_equal(config->listen_host, "127.0.0.1");
    assert_string_equal(config->listen_port, "8100");
    assert_string_equal(config->tls_cert, "");
    assert_string_equal(config->backup_folder, "");
    assert_int_equal(config->backup_every_minutes, 10);
    assert_int_equal(config->backup_keep, 24);
    assert_string_equal(config->tls_key, "");
    assert_int_equal(config->n_hosts, 0);
    assert_string_equal(strrchr(config->reader_program, '/'), "/paihao-reader");
    assert_string_equal(config->lanes[0].room, "");
    assert_int_equal(config->lanes[0].n_readers, 0);
    free(key);
    config_free(config);
    config_free(NULL);
}

/* D is line 1, L makes a lane; READER is line 2 */
#define D            "data_dir = \"@/data\"\n"
#define L            "lane \"A\" { }\n"
#define READER(text) D "lane \"A\" { reader \"r\" {\n" text "\n} }\n"

static void mistakes_have_line_and_words(void **state)
{
    (void)state;
    static const struct {
        const char *legend, *text;
        int line;
        const char *words;
    } cases[] = {
        {"lane: a kind that is none", D "lane \"A\" {\naccepts = {\"face\"} }\n", 3, "payment_token"},
        {"lane: a kind twice", D "lane \"A\" {\naccepts = {\"mrz\", \"mrz\"} }\n", 3, "twice"},
        {"lane: students without a pattern", D "lane \"A\" {\naccepts = {\"student_no\"}\n}\n", 3, "without"},
        {"lane: a pattern without students", D "lane \"A\" {\nstudent_no_pattern = \"x\"\n}\n", 3, "without"},
        {"lane: no expression", D "lane \"A\" { accepts = {\"student_no\"}\nstudent_no_pattern = \"(\"\n}\n",
         3, "pattern"},
        {"lane: tokens without a prefix", D "lane \"A\" {\naccepts = {\"payment_token\"}\n}\n", 3, "prefix"},
        {"reader: tokens without a prefix",
         READER("driver = \"scanner\" device = \"serial:/dev/x\" accepts = {\"payment_token\"}"), 4,
         "prefix"},
        {"a prefix with a blank", D "lane \"A\" {\npayment_token_prefix = \" x\"\n}\n", 3, "blank"},
        {"an empty prefix", D "lane \"A\" {\npayment_token_prefix = \"\"\n}\n", 3, "empty"},
        {"a long prefix", D "lane \"A\" {\npayment_token_prefix = \"123456789012345678901234567890123\"\n}\n",
         3, "32"},
        {"unknown key", D "\nlistne = \"x\"\n" L, 3, "listne"},
        {"unknown key in a section", D "http {\n listen = \"127.0.0.1:80\"\n tls = \"x\"\n}\n" L, 4, "tls"},
        {"unknown key in a reader", READER("driver = \"sam\"\nbuad = 9600"), 4, "buad"},
        {"unknown section", D "lame \"A\" {\n}\n", 2, "lame"},
        {"no equal sign", D L "key_file \"x\"\n", 3, "equal sign"},
        {"brace not closed", D "lane \"A\" {\nroom = \"x\"\n", 4, "not closed"},
        {"text not closed", "data_dir = \"@/data\n", 2, "end of file"},
        {"brace too many", D L "}\n", 3, "brace"},
        {"lanes that would share numbers", D "lane \"A1\" { }\nlane \"A1-\" { }\n", 3, "end in -"},
        {"lanes alike", D L "lane \"a\" { }\n", 3, "capitals"},
        {"lane without a name", D "lane { }\n", 2, "title"},
        {"word for a number", D "lane \"A\" {\nline_limit = five\n}\n", 3, "line_limit"},
        {"number too large", D "lane \"A\" {\nline_limit = 99999999999999999999\n}\n", 3, "line_limit"},
        {"negative limit", D "lane \"A\" {\nline_limit = -1\n}\n", 3, "line_limit = -1"},
        {"enormous limit", D "lane \"A\" {\nline_limit = 10000\n}\n", 3, "9999"},
        {"key twice", D "data_dir = \"@/data\"\n" L, 2, "data_dir\" is given twice"},
        {"key twice in a reader", READER("driver = \"nfc\" driver = \"nfc\" device = \"x\""), 3, "twice"},
        {"http twice", D "http { }\nhttp { }\n" L, 3, "http\" is given twice"},
        {"lane twice", D L "lane \"A\" { }\n", 3, "duplicate"},
        {"reader twice",
         D "lane \"A\" {\nreader \"r\" { driver = \"nfc\" device = \"x\" }\nreader \"r\" { driver = \"nfc\" "
           "device = \"y\" }\n}\n",
         4, "duplicate"},
        {"lane name empty", D "lane \"\" { }\n", 2, "lane \"\""},
        {"lane name with a blank", D "lane \"A 1\" { }\n", 2, "lane \"A 1\""},
        {"lane name with a slash", D "lane \"A/1\" { }\n", 2, "letters"},
        {"lane name in Chinese", D "lane \"东\" { }\n", 2, "letters"},
        {"lane name of 9", D "lane \"ABCDEFGHI\" { }\n", 2, "1 to 8"},
        {"reader name of 17", D "lane \"A\" {\nreader \"abcdefghijklmnopq\" { }\n}\n", 3, "1 to 16"},
        {"room with a control character", D "lane \"A\" {\nroom = \"a\\tb\"\n}\n", 3, "room"},
        {"no driver", READER("device = \"serial:/dev/x\""), 4, "no driver"},
        {"no device", READER("driver = \"sam\""), 4, "no device"},
        {"unknown driver", READER("driver = \"smart\"\ndevice = \"x\""), 3, "unknown driver \"smart\""},
        {"empty device", READER("driver = \"nfc\"\ndevice = \"\""), 4, "device\" is empty"},
        {"scanner on usb", READER("device = \"usb:0400:c35a\"\ndriver = \"scanner\"\n"), 3, "serial:/dev/"},
        {"scanner without a scheme", READER("driver = \"scanner\"\ndevice = \"/dev/ttyACM0\""), 4,
         "serial:/dev/"},
        {"serial without a path", READER("driver = \"sam\"\ndevice = \"serial:\""), 4, "serial:/dev/"},
        {"method of a scanner", READER("driver = \"scanner\"\ndevice = \"serial:/dev/x\"\nmethod = \"raw\""),
         5, "nfc only"},
        {"unknown method", READER("driver = \"nfc\"\nmethod = \"fast\""), 4, "unknown method \"fast\""},
        {"unknown purpose", READER("driver = \"sam\"\npurpose = \"guess\""), 4, "unknown purpose \"guess\""},
        {"line break in a value", READER("driver = \"a\\nb\""), 3, "unknown driver \"a b\""},
        {"sam at a bare path", READER("driver = \"sam\"\ndevice = \"/dev/ttyUSB0\""), 4, "serial:/PATH"},
        {"sam at a host without a port", READER("driver = \"sam\"\ndevice = \"tcp:192.0.2.7\""), 4, "port"},
        {"sam at an odd product", READER("driver = \"sam\"\ndevice = \"usb:400:c35a\""), 4, "usb:0400:c35a"},
        {"baud of a serial server", READER("driver = \"sam\"\ndevice = \"tcp:192.0.2.7:4001\"\nbaud = 9600"),
         5, "serial lines"},
        {"odd baud", READER("driver = \"sam\"\nbaud = 9601"), 4, "baud = 9601"},
        {"baud of nfc", READER("driver = \"nfc\"\ndevice = \"pn532_uart:/dev/x\"\nbaud = 9600"), 5,
         "serial drivers"},
        {"unknown separator", READER("driver = \"scanner\"\nseparator = \"nul\""), 4,
         "unknown separator \"nul\""},
        {"separator of nfc", READER("driver = \"nfc\"\ndevice = \"x\"\nseparator = \"cr\""), 5,
         "scanner only"},
        {"unknown layout", READER("driver = \"scanner\"\nlayout = \"cn\""), 4, "unknown layout \"cn\""},
        {"layout of a serial line",
         READER("driver = \"scanner\"\ndevice = \"serial:/dev/x\"\nlayout = \"de\""), 5, "evdev: only"},
        {"baud of a keyboard", READER("driver = \"scanner\"\ndevice = \"evdev:/dev/input/x\"\nbaud = 9600"),
         5, "serial devices"},
        {"keyboard without a path", READER("driver = \"scanner\"\ndevice = \"evdev:x\""), 4, "evdev:/dev/"},
        {"sam at a keyboard", READER("driver = \"sam\"\ndevice = \"evdev:/dev/input/x\""), 4,
         "device \"evdev:"},
        {"accepts something else", READER("driver = \"scanner\"\naccepts = {\"mrz\", \"face\"}"), 4,
         "accepts \"face\""},
        {"accepts one twice", READER("driver = \"scanner\"\naccepts = {\"mrz\", \"mrz\"}"), 4,
         "\"mrz\" twice"},
        {"accepts of sam", READER("driver = \"sam\"\ndevice = \"serial:/dev/x\"\naccepts = {\"mrz\"}"), 5,
         "scanner only"},
        {"student number without a pattern",
         READER("driver = \"scanner\"\naccepts = {\"student_no\"}\ndevice = \"serial:/dev/x\""), 4,
         "without \"student_no_pattern\""},
        {"pattern without a student number",
         READER("driver = \"scanner\"\ndevice = \"serial:/dev/x\"\nstudent_no_pattern = \"x\""), 5,
         "without \"student_no\""},
        {"pattern that is none",
         READER("driver = \"scanner\"\naccepts = {\"student_no\"}\nstudent_no_pattern = \"[0-9\""), 5,
         "student_no_pattern = \"[0-9\""},
        {"empty pattern", READER("driver = \"scanner\"\nstudent_no_pattern = \"\""), 4, "is empty"},
        {"listen without a port", D "http {\nlisten = \"127.0.0.1\"\n}\n" L, 3, "no port"},
        {"listen with an empty port", D "http {\nlisten = \"127.0.0.1:\"\n}\n" L, 3, "port"},
        {"listen on port 0", D "http {\nlisten = \"127.0.0.1:0\"\n}\n" L, 3, "port"},
        {"listen on port 65536", D "http {\nlisten = \"127.0.0.1:65536\"\n}\n" L, 3, "port"},
        {"listen on a word", D "http {\nlisten = \"127.0.0.1:http\"\n}\n" L, 3, "port"},
        {"listen on no address", D "http {\nlisten = \":8100\"\n}\n" L, 3, "no address"},
        {"listen on bare IPv6", D "http {\nlisten = \"::1:8100\"\n}\n" L, 3, "IPv6"},
        {"listen on [v6] without a port", D "http {\nlisten = \"[::1]\"\n}\n" L, 3, "no port"},
        {"listen on []", D "http {\nlisten = \"[]:8100\"\n}\n" L, 3, "[address]"},
        {"empty host", D "http {\nhosts = {\"a\",\n\"\"}\n}\n" L, 4, "hosts"},
        {"host with a path", D "http {\nhosts = {\"a/b\"}\n}\n" L, 3, "hosts"},
        {"certificate without key", D "http {\ntls_cert = \"@/paihao.conf\"\n}\n" L, 3, "without tls_key"},
        {"key without certificate", D "http {\ntls_key = \"@/paihao.conf\"\n}\n" L, 3, "without tls_cert"},
        {"certificate not there", D "http {\ntls_key = \"@/paihao.conf\"\ntls_cert = \"@/gone\"\n}\n" L, 4,
         "No such file"},
        {"key not there", D "http {\ntls_key = \"@/gone\"\ntls_cert = \"@/paihao.conf\"\n}\n" L, 3,
         "No such file"},
        {"backup to a relative folder", D "backup {\nfolder = \"here\"\n}\n" L, 3, "absolute"},
        {"backups every 0 minutes", D "backup {\nevery_minutes = 0\n}\n" L, 3, "every_minutes"},
        {"backups every 2 days", D "backup {\nevery_minutes = 2880\n}\n" L, 3, "1440"},
        {"no backup kept", D "backup {\nkeep = 0\n}\n" L, 3, "keep"},
        {"backup folder twice", D "backup {\nfolder = \"/a\"\nfolder = \"/b\"\n}\n" L, 4, "twice"},
        {"backup twice", D "backup {}\nbackup {}\n" L, 3, "twice"},
        {"a backup's word", D "backup {\nevery = 3\n}\n" L, 3, "every"},
        {"reader program not there", D L "reader_program = \"@/gone\"\n", 3, "No such file"},
        {"reader program not runnable", D L "reader_program = \"@/paihao.conf\"\n", 3, "Permission denied"},
        {"no data_dir", "\n" L, 3, "no data_dir"},
        {"data_dir empty", "\ndata_dir = \"\"\n" L, 2, "data_dir\" is empty"},
        {"data_dir without its parent", "\ndata_dir = \"@/gone/data\"\n" L, 2, "/gone/data\": No such file"},
        {"data_dir a file", "\ndata_dir = \"@/paihao.conf\"\n" L, 2, "Not a directory"},
        {"data_dir below a file", "\ndata_dir = \"@/paihao.conf/data\"\n" L, 2, "Not a directory"},
        {"no lane", D, 2, "no lane"},
        {"nothing at all", "", 1, "no data_dir"},
        {"behind a comment", "# one\n" D L "listne = 1\n", 4, "listne"},
        {"behind comments of all kinds",
         "# 1\n// 2\n/* 3\n 4 */\n" D "lane \"A\" { # 6\n} // 7\nlistne = 1\n", 8, "listne"},
        {"a folder behind and before comments", "# 1\n\ndata_dir = \"@/gone/data\" # 3\n" L, 3,
         "No such file"},
        {"# in a text is no comment", D "http {\nlisten = \"a#\\\"b\"\n}\n" L, 3, "a#\"b\" has no port"},
        {"// in a word is no comment", D "http {\nlisten = a//b\n}\n" L, 3, "a//b\" has no port"},
        {"comment not closed", D "lane \"A\" { /* room\n}\n", 2, "not closed"},
        {"not UTF-8", D L "# \xff\n", 3, "UTF-8"},
    };
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config = NULL;
        char *error = NULL;
        int result = load(cases[i].text, &config, &error);
        print_message("  %s: %s\n", cases[i].legend, error ? error : "(loaded)");
        assert_true(result < 0);
        assert_null(config);
        assert_non_null(error);
        char *start = bytes_format("paihao.conf:%d: ", cases[i].line);
        bool is_right = strncmp(error, start, strlen(start)) == 0 && strstr(error, cases[i].words);
        if (!is_right)
            print_error("  expected line %d and \"%s\"\n", cases[i].line, cases[i].words);
        wrong += !is_right;
        free(start);
        free(error);
    }
    assert_int_equal(wrong, 0);
}

static void mistakes_make_no_folder(void **state)
{
    (void)state;
    struct config *config = NULL;
    char *error = NULL;
    assert_int_equal(load("data_dir = \"@/new\"\nlane \"A\" { }\nlisten = 1\n", &config, &error), -EINVAL);
    free(error);
    assert_int_equal(access("new", F_OK), -1);
}

static void unreadable_files_are_named(void **state)
{
    (void)state;
    struct config *config = NULL;
    char *error = NULL;
    assert_int_equal(config_load("gone.conf", &config, &error), -ENOENT);
    assert_string_equal(error, "gone.conf: No such file");
    free(error);
    assert_int_equal(config_load(".", &config, &error), -EISDIR);
    assert_string_equal(error, ".: Is a directory");
    free(error);
    assert_null(config);
}

static void nul_bytes_are_refused(void **state)
{
    (void)state;
    static const char text[] = "data_dir = \"x\"\n\0lane \"A\" { }\n";
    assert_int_equal(file_write_durably("paihao.conf", text, sizeof text - 1, 0644), 0);
    struct config *config = NULL;
    char *error = NULL;
    assert_int_equal(config_load("paihao.conf", &config, &error), -EINVAL);
    assert_string_equal(error, "paihao.conf:2: not UTF-8 text");
    free(error);
}

static void unwritable_data_dir_is_refused(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    bool is_root = geteuid() == 0;
    struct config *config = NULL;
    char *error = NULL;
    assert_int_equal(chmod("data", 0555), 0);
    config_free(load_well(is_root ? D L : "data_dir = \".\"\n" L));
    if (is_root)
        assert_int_equal(seteuid(NOBODY), 0);
    int result = config_load("paihao.conf", &config, &error);
    if (!is_root)
        result = load(D L, &config, &error);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(result, -EACCES);
    assert_non_null(strstr(error, "paihao.conf:1: data_dir = "));
    assert_non_null(strstr(error, "Permission denied"));
    free(error);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(whole_file_is_taken),
        IN_FOLDER(scanners_have_rules),
        IN_FOLDER(a_lane_takes_what_its_scanners_take),
        IN_FOLDER(short_file_has_defaults),
        IN_FOLDER(mistakes_have_line_and_words),
        IN_FOLDER(mistakes_make_no_folder),
        IN_FOLDER(unreadable_files_are_named),
        IN_FOLDER(nul_bytes_are_refused),
        IN_FOLDER(unwritable_data_dir_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
