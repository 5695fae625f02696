// What operations see at a glance.
import { readFileSync } from "node:fs";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, inject, test } from "vitest";

const service = (): Template =>
  Template.fromString(readFileSync(inject("templates").find((file) => file.includes("Service")) ?? "", "utf8"));

describe("the dashboard", () => {
  type Widget = { type: string; y: number; properties: { markdown?: string; title?: string; alarms?: string[]; metrics?: unknown[][] } };

  /** What the template joins, with the logical id of each resource that it refers to. */
  const widgets = (): Widget[] => {
    const [dashboard] = Object.values(service().findResources("AWS::CloudWatch::Dashboard"));
    const parts: (string | { Ref?: string; "Fn::GetAtt"?: string[] })[] = dashboard?.Properties.DashboardBody["Fn::Join"][1];
    const text = parts.map((part) => (typeof part === "string" ? part : (part.Ref ?? part["Fn::GetAtt"]?.[0] ?? ""))).join("");
    return JSON.parse(text).widgets;
  };

  test("answers three questions, one below the other, with something under each", () => {
    const questions = widgets().filter(({ type }) => type === "text");
    expect(questions.map(({ properties }) => properties.markdown)).toEqual([
      "## Are all tokens well?",
      "## Is everything running?",
      "## What changed today?",
    ]);
    const rows = [...questions.map(({ y }) => y), Number.POSITIVE_INFINITY];
    for (const [index, y] of questions.map((question) => question.y).entries())
      expect(widgets().filter((widget) => widget.type !== "text" && widget.y > y && widget.y < (rows[index + 1] ?? 0))).not.toEqual([]);
  });

  test("shows the state of every alarm, by severity", () => {
    const shown = widgets().filter(({ type }) => type === "alarm");
    expect(shown.map(({ properties }) => properties.title)).toEqual(["Alarms: high", "Alarms: medium", "Alarms: low"]);
    const alarms = Object.keys(service().findResources("AWS::CloudWatch::Alarm"));
    expect(shown.flatMap(({ properties }) => properties.alarms ?? []).toSorted()).toEqual(alarms.toSorted());
  });

  test("shows runs and failures of every function", () => {
    const functions = Object.keys(service().findResources("AWS::Lambda::Function"));
    for (const name of ["Invocations", "Errors"]) {
      const shown = widgets().flatMap(({ properties }) => properties.metrics?.filter(([, metric]) => metric === name) ?? []);
      expect(shown.map(([, , , id]) => id).toSorted()).toEqual(functions.toSorted());
    }
  });
});
