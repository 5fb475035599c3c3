/*  report.h - what the files that show a grader's report know of each other  */
#ifndef REPORT_H
#define REPORT_H

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

void show_report (const cJSON *report);            // in the notebook
void put_difference (FILE *out, const cJSON *map); // a picture; nothing for NULL

const char *string_of (const cJSON *object,
                       const char *key);              // "" if there is none
int number_of (const cJSON *object, const char *key); // 0 if there is none
const cJSON *first_of (const cJSON *object, const char *key); // of a list
void put_escaped (FILE *out, const char *text);
void put_element (FILE *out, const char *open, const char *text,
                  const char *close); // nothing for ""

#endif
