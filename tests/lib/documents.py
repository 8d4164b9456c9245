# SPDX-License-Identifier: GPL-2.0-only
"""Reads a document of pkstrace as the program that it is for would; prints what is wrong."""
import json
import re
import sys
import xml.etree.ElementTree

form, path = sys.argv[1:]
with open(path, encoding="utf-8") as f:
    text = f.read()
wrong = []


def check(good, what):
    if not good:
        wrong.append(what)


def junit():
    root = xml.etree.ElementTree.fromstring(text)
    check(root.tag == "testsuites", "the root is <testsuites>")
    for suite in root.iter("testsuite"):
        cases = suite.findall("testcase")
        names = [case.get("name") for case in cases]
        check(len(set(names)) == len(names), "names of tests are unique")
        check(int(suite.get("tests")) == len(cases), "the tests are counted")
        failed = [case for case in cases if case.find("failure") is not None]
        check(int(suite.get("failures")) == len(failed), "the failures are counted")
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp")), "the time")
        check(suite.get("hostname"), "the host")
    check(len(list(root.iter("testcase"))) > 10, "there are tests")


def openmetrics():
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    names = [family.name for family in text_string_to_metric_families(text)]
    for name in ("findings", "lost", "windows", "hold_seconds", "complete"):
        check(f"pkstrace_{name}" in names, f"no {name}")


def sarif():
    log = json.loads(text)
    check(log["version"] == "2.1.0", "the version")
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        check(len(set(rules)) == len(rules), "ids of rules are unique")
        prints = []
        for result in run["results"]:
            check(result["ruleId"] in rules, f"no rule {result['ruleId']}")
            check(result["message"]["text"], "a message is empty")
            check(result["occurrenceCount"] >= 1, "a result that never occurred")
            prints += result["partialFingerprints"].values()
            for place in result.get("locations", []):
                check("logicalLocations" in place, "a place without a function")
            for stack in result["stacks"]:
                for frame in stack["frames"]:
                    line = frame["location"].get("physicalLocation")
                    check(not line or not line["artifactLocation"]["uri"].startswith("/"),
                          "a URI is a path")
        check(len(set(prints)) == len(prints), "fingerprints are unique")
        check(run["results"], "there are results")
        for invocation in run["invocations"]:
            check("executionSuccessful" in invocation, "executionSuccessful is missing")


def speedscope():
    profile = json.loads(text)
    check(profile["$schema"] == "https://www.speedscope.app/file-format-schema.json", "the schema")
    frames = len(profile["shared"]["frames"])
    check(frames > 0, "there are frames")
    for one in profile["profiles"]:
        check(one["type"] == "sampled", "the type")
        check(one["unit"] in ("none", "nanoseconds", "microseconds", "bytes"), "the unit")
        check(len(one["samples"]) == len(one["weights"]), "a weight for each sample")
        check(all(0 <= at < frames for sample in one["samples"] for at in sample), "an index")
        check(abs(sum(one["weights"]) - one["endValue"]) < 1, "the sum of the weights")


def folded():
    lines = text.splitlines()
    check(lines, "there are lines")
    for line in lines:
        check(re.fullmatch(r"[^;]+(;[^;]+)* \d+", line), f"no stack and number: {line}")


{"junit": junit, "openmetrics": openmetrics, "sarif": sarif, "speedscope": speedscope,
 "folded": folded}[form]()
print("\n".join(wrong))
