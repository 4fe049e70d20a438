/* How long tests wait. Every limit of a wait is multiplied by PAIHAO_PATIENCE (3 unless told, 6 under sanitizers): a limit
 * matters only when something fails, so it may be generous. It is for limits alone: no test asserts how fast
 * anything is, and none sleeps longer for it. */
#ifndef TESTS_PATIENCE_H
#define TESTS_PATIENCE_H
#include <stdint.h>
#include <stdlib.h>

static inline int64_t patiently(int64_t limit)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const int usual = 6;
#elif defined(__has_feature)
    const int usual = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 6 : 3;
#else
    const int usual = 3;
#endif
    const char *given = getenv("PAIHAO_PATIENCE");
    const double factor = given ? strtod(given, NULL) : 0;
    return (int64_t)((double)limit * (factor > 0 ? factor : usual));
}
#endif
