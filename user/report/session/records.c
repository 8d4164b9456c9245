// SPDX-License-Identifier: GPL-2.0-only
/* A row for each member that is kept. */
#include "report/session/records.h"
#include "report/session/windows.h"

/* Whatever else a session is to keep of a structure is one more row here. */
#define ROWS(name, ...) static const struct field name##_fields[] = { __VA_ARGS__, FIELDS_END };

/* --- where, and who ----------------------------------------------------------------- */

ROWS(place, FIELD(struct resolved_place, text))
static const struct layout layout_place = LAYOUT_BARE(struct resolved_place, place_fields);

struct text {
	const char *text;
};

ROWS(text, FIELD(struct text, text))
static const struct layout layout_text = LAYOUT_BARE(struct text, text_fields);

ROWS(line, FIELD(struct resolved_line, function), FIELD(struct resolved_line, file),
     FIELD(struct resolved_line, line))
static const struct layout layout_line = LAYOUT(struct resolved_line, line_fields);

ROWS(inlined, NEEDED(struct resolved_line, function), FIELD(struct resolved_line, file),
     FIELD(struct resolved_line, line))
static const struct layout layout_inlined = LAYOUT(struct resolved_line, inlined_fields);

ROWS(frame, HEX(struct resolved_frame, address), FIELD(struct resolved_frame, function),
     FIELD(struct resolved_frame, module), FIELD(struct resolved_frame, offset),
     FIELD(struct resolved_frame, size), OBJECT(struct resolved_frame, place, &layout_place),
     OBJECT(struct resolved_frame, own, &layout_line),
     LIST(struct resolved_frame, inlined, &layout_inlined, nr_inlined),
     FIELD(struct resolved_frame, hidden))
static const struct layout layout_frame = LAYOUT(struct resolved_frame, frame_fields);

ROWS(stack, NEEDED(struct resolved_stack, key), NEEDED(struct resolved_stack, title),
     FIELD(struct resolved_stack, remark), FIELD(struct resolved_stack, earlier),
     FIELD(struct resolved_stack, another), FIELD(struct resolved_stack, cut),
     LIST(struct resolved_stack, frame, &layout_frame, nr))
static const struct layout layout_stack = LAYOUT(struct resolved_stack, stack_fields);

ROWS(thread, FIELD(struct resolved_thread, comm), FIELD(struct resolved_thread, tid),
     FIELD(struct resolved_thread, tgid), FIELD(struct resolved_thread, cpu),
     FIELD(struct resolved_thread, context), FIELD(struct resolved_thread, interrupted),
     FIELD(struct resolved_thread, count))
static const struct layout layout_thread = LAYOUT(struct resolved_thread, thread_fields);

/* --- a finding, an injection ---------------------------------------------------------- */

ROWS(page, FIELD(struct resolved_page, known), FIELD(struct resolved_page, where),
     HEX(struct resolved_page, physical), FIELD(struct resolved_page, whole_pgmap))
static const struct layout layout_page = LAYOUT(struct resolved_page, page_fields);

ROWS(file, FIELD(struct resolved_file, inode), FIELD(struct resolved_file, path),
     FIELD(struct resolved_file, device), FIELD(struct resolved_file, number),
     FIELD(struct resolved_file, page))
static const struct layout layout_file = LAYOUT(struct resolved_file, file_fields);

ROWS(pkrs, FIELD(struct resolved_pkrs, known), HEX(struct resolved_pkrs, value),
     FIELD(struct resolved_pkrs, fits), FIELD(struct resolved_pkrs, pkey),
     FIELD(struct resolved_pkrs, rights))
static const struct layout layout_pkrs = LAYOUT(struct resolved_pkrs, pkrs_fields);

ROWS(link, FIELD(struct resolved_link, time), NEEDED(struct resolved_link, class),
     OBJECT(struct resolved_link, in, &layout_place))
static const struct layout layout_link = LAYOUT(struct resolved_link, link_fields);

#define INJECTION struct resolved_injection

ROWS(injection, FIELD(INJECTION, serial), FIELD(INJECTION, dry), FIELD(INJECTION, time),
     FIELD(INJECTION, nth), NEEDED(INJECTION, kind), FIELD(INJECTION, what),
     OBJECT(INJECTION, caller, &layout_place), FIELD(INJECTION, function), FIELD(INJECTION, error),
     FIELD(INJECTION, value), FIELD(INJECTION, delay), OBJECT(INJECTION, thread, &layout_thread),
     LIST(INJECTION, stack, &layout_place, nr_stack))
const struct layout layout_injection = LAYOUT(INJECTION, injection_fields);

struct remark {
	char text[PLACE_TEXT];
};

ROWS(remark, FIELD(struct remark, text))
static const struct layout layout_remark = LAYOUT_BARE(struct remark, remark_fields);

#define FINDING struct resolved_finding

ROWS(finding, FIELD(FINDING, time), NEEDED(FINDING, class), FIELD(FINDING, cause),
     NEEDED(FINDING, meaning), OBJECT(FINDING, in, &layout_place), FIELD(FINDING, through),
     FIELD(FINDING, what), FIELD(FINDING, boundary), OBJECT(FINDING, boundary_of, &layout_place),
     FIELD(FINDING, access), FIELD(FINDING, fault_mode), FIELD(FINDING, let_through),
     HEX(FINDING, address), FIELD(FINDING, by_page), OBJECT(FINDING, page, &layout_page),
     HEX(FINDING, key), HEX(FINDING, expected), OBJECT(FINDING, file, &layout_file),
     OBJECT(FINDING, pkrs, &layout_pkrs), FIELD(FINDING, held), FIELD(FINDING, other_tid),
     FIELD(FINDING, holds), OBJECT(FINDING, follows, &layout_link), FIELD(FINDING, injected),
     OBJECT(FINDING, injection, &layout_injection), FIELD(FINDING, injected_thread),
     FIELD(FINDING, injected_before), FIELD(FINDING, unsure), FIELD(FINDING, by_device),
     FIELD(FINDING, of_revoke), OBJECT(FINDING, thread, &layout_thread),
     LIST(FINDING, remark, &layout_remark, nr_remarks),
     LIST(FINDING, stack, &layout_stack, nr_stacks))
const struct layout layout_finding = LAYOUT(FINDING, finding_fields);

#define PLACE struct report_place

ROWS(hit, FIELD(PLACE, calls), FIELD(PLACE, in_window), TABLE(PLACE, stack, &layout_place, nr))
static const struct layout layout_hit = LAYOUT(PLACE, hit_fields);

#define INJECTIONS struct report_injections

ROWS(injections, FIELD(INJECTIONS, dry), FIELD(INJECTIONS, passed), FIELD(INJECTIONS, hits),
     FIELD(INJECTIONS, zeros), FIELD(INJECTIONS, seed),
     TABLE(INJECTIONS, place, &layout_hit, nr_places), FIELD(INJECTIONS, places_lost))
const struct layout layout_injections = LAYOUT(INJECTIONS, injections_fields);

/* --- a summary ------------------------------------------------------------------------ */

ROWS(count, FIELD(struct kept_count, name), FIELD(struct kept_count, count))
static const struct layout layout_count = LAYOUT(struct kept_count, count_fields);

ROWS(bucket, FIELD(struct kept_bucket, end), FIELD(struct kept_bucket, count))
static const struct layout layout_bucket = LAYOUT(struct kept_bucket, bucket_fields);

ROWS(site, FIELD(struct kept_site, name), FIELD(struct kept_site, known),
     FIELD(struct kept_site, grants), FIELD(struct kept_site, closed),
     FIELD(struct kept_site, timed), FIELD(struct kept_site, total), FIELD(struct kept_site, max),
     TABLE(struct kept_site, held, &layout_bucket, nr_held))
static const struct layout layout_site = LAYOUT(struct kept_site, site_fields);

ROWS(loss, FIELD(struct kept_loss, reason), FIELD(struct kept_loss, count),
     TABLE(struct kept_loss, on, &layout_count, nr_on))
static const struct layout layout_loss = LAYOUT(struct kept_loss, loss_fields);

ROWS(skipped, FIELD(struct model_skipped, program), FIELD(struct model_skipped, count))
static const struct layout layout_skipped = LAYOUT(struct model_skipped, skipped_fields);

ROWS(faults, FIELD(struct kept_faults, pkey), FIELD(struct kept_faults, seen),
     FIELD(struct kept_faults, asked), FIELD(struct kept_faults, other))
static const struct layout layout_faults = LAYOUT(struct kept_faults, faults_fields);

ROWS(repeat, FIELD(struct resolved_repeat, class), FIELD(struct resolved_repeat, cause),
     FIELD(struct resolved_repeat, in), FIELD(struct resolved_repeat, through),
     FIELD(struct resolved_repeat, reported), FIELD(struct resolved_repeat, report),
     FIELD(struct resolved_repeat, count), FIELD(struct resolved_repeat, first),
     FIELD(struct resolved_repeat, last))
static const struct layout layout_repeat = LAYOUT(struct resolved_repeat, repeat_fields);

ROWS(suppression, FIELD(struct resolved_suppression, name),
     FIELD(struct resolved_suppression, origin), FIELD(struct resolved_suppression, used))
static const struct layout layout_suppression =
	LAYOUT(struct resolved_suppression, suppression_fields);

#define SUMMARY struct kept_summary

ROWS(summary, FIELD(SUMMARY, counts_only), FIELD(SUMMARY, untested), FIELD(SUMMARY, at),
     FIELD(SUMMARY, seconds), FIELD(SUMMARY, found_so_far), FIELD(SUMMARY, by),
     FIELD(SUMMARY, target), FIELD(SUMMARY, withdrawn), FIELD(SUMMARY, older_windows),
     FIELD(SUMMARY, late_revokes), FIELD(SUMMARY, windows_kept), FIELD(SUMMARY, windows_dropped),
     FIELD(SUMMARY, open_windows), FIELD(SUMMARY, made), FIELD(SUMMARY, delivered),
     FIELD(SUMMARY, folded), FIELD(SUMMARY, dropped),
     TABLE(SUMMARY, found, &layout_count, nr_found),
     TABLE(SUMMARY, suppressed, &layout_count, nr_suppressed),
     TABLE(SUMMARY, lost, &layout_loss, nr_lost),
     TABLE(SUMMARY, skipped, &layout_skipped, nr_skipped),
     TABLE(SUMMARY, faults, &layout_faults, nr_faults), TABLE(SUMMARY, site, &layout_site, nr_site),
     TABLE(SUMMARY, repeat, &layout_repeat, nr_repeat),
     TABLE(SUMMARY, suppression, &layout_suppression, nr_suppression),
     TABLE(SUMMARY, note, &layout_text, nr_note))
const struct layout layout_summary = LAYOUT(SUMMARY, summary_fields);

/* --- a hunt --------------------------------------------------------------------------- */

#define SITE struct report_site

ROWS(call_site, NEEDED(SITE, function), FIELD(SITE, kernel_fault_injection), NEEDED(SITE, stack),
     NEEDED(SITE, name), FIELD(SITE, file), FIELD(SITE, line), FIELD(SITE, calls),
     FIELD(SITE, in_window))
static const struct layout layout_call_site = LAYOUT(SITE, call_site_fields);

ROWS(survey, TABLE(struct report_survey, site, &layout_call_site, nr_sites),
     FIELD(struct report_survey, findings))
const struct layout layout_survey = LAYOUT(struct report_survey, survey_fields);

ROWS(kept_place, NEEDED(struct kept_place, name))
static const struct layout layout_kept_place = LAYOUT_BARE(struct kept_place, kept_place_fields);

ROWS(windows, TABLE(struct kept_windows, thread, &layout_thread, nr_thread),
     TABLE(struct kept_windows, place, &layout_kept_place, nr_place),
     FIELD(struct kept_windows, row))
const struct layout layout_windows = LAYOUT(struct kept_windows, windows_fields);

ROWS(message, NEEDED(struct report_message, text))
const struct layout layout_message = LAYOUT(struct report_message, message_fields);

ROWS(call, OBJECT(struct report_call, site, &layout_call_site), FIELD(struct report_call, error),
     FIELD(struct report_call, value))
static const struct layout layout_call = LAYOUT(struct report_call, call_fields);

#define RUN struct report_run

ROWS(run, FIELD(RUN, number), LIST(RUN, call, &layout_call, nr_calls), FIELD(RUN, outcomes),
     NEEDED(RUN, outcome), FIELD(RUN, wait_status), FIELD(RUN, seconds), FIELD(RUN, report),
     FIELD(RUN, findings), FIELD(RUN, oopsed), FIELD(RUN, oops))
static const struct layout layout_run = LAYOUT(RUN, run_fields);

ROWS(outcome, NEEDED(struct report_outcome, name), FIELD(struct report_outcome, runs))
static const struct layout layout_outcome = LAYOUT(struct report_outcome, outcome_fields);

#define FOUND struct report_found

ROWS(found, NEEDED(FOUND, class), FIELD(FOUND, cause), FIELD(FOUND, in), FIELD(FOUND, first),
     FIELD(FOUND, last), FIELD(FOUND, runs))
static const struct layout layout_found = LAYOUT(FOUND, found_fields);

#define HUNT struct report_hunt

ROWS(hunt, TABLE(HUNT, run, &layout_run, nr_runs), TABLE(HUNT, place, &layout_found, nr_places),
     FIELD(HUNT, planned), FIELD(HUNT, walked), FIELD(HUNT, found),
     TABLE(HUNT, outcome, &layout_outcome, nr_outcomes), FIELD(HUNT, seconds),
     FIELD(HUNT, survey_report), FIELD(HUNT, survey_findings), FIELD(HUNT, because))
const struct layout layout_hunt = LAYOUT(HUNT, hunt_fields);

/* --- around them ------------------------------------------------------------------------ */

#define HEADER struct session_header

ROWS(header, NEEDED(HEADER, format), NEEDED(HEADER, version), NEEDED(HEADER, producer),
     NEEDED(HEADER, host), NEEDED(HEADER, kernel), FIELD(HEADER, build), NEEDED(HEADER, boot),
     NEEDED(HEADER, started), FIELD(HEADER, clock), NEEDED(HEADER, mode), NEEDED(HEADER, command),
     FIELD(HEADER, target), FIELD(HEADER, dialect))
const struct layout layout_header = LAYOUT(HEADER, header_fields);

ROWS(end, FIELD(struct session_end, records), HEX(struct session_end, crc))
const struct layout layout_end = LAYOUT(struct session_end, end_fields);
