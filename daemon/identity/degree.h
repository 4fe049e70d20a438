/* Degree levels (学历层次). A person of the roster is one human at one level: somebody who goes from a master's straight
 * to a doctorate (硕博连读) is two. Stored in the database: never renumber. */
#ifndef IDENTITY_DEGREE_H
#define IDENTITY_DEGREE_H
#include <stdbool.h>

enum degree {
    DEGREE_NONE = 0,
    DEGREE_ASSOCIATE = 1,
    DEGREE_BACHELOR,
    DEGREE_MASTER,
    DEGREE_DOCTOR,
    DEGREE_COUNT
};
const char *degree_name(enum degree); /* "" "associate" "bachelor" "master" "doctor" */
const char *degree_zh(enum degree);   /* "" 专科 本科 硕士 博士 */
/* Reads what offices write: 专科 高职 大专 本科 学士 硕士 硕士研究生 博士研究生 Master ... False when unknown. */
bool degree_from_text(const char *text, enum degree *ret);

#endif
