import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  countResumption,
  hasRoom,
  isOverdue,
  isResumeDue,
  type PendingCount,
  RESUMED_AFTER_SECONDS,
  type Resumed,
  whyStopped,
} from "../../../domain/device-api/job.ts";
import { DEFAULT_JOB_LIMITS, MAX_REQUESTED } from "../../../domain/device-api/mdm-limits.ts";
import { aContentToken, accountId, aLocation, anAccount, at, locationId } from "../../support/builders/make.ts";

const NOW = at("2026-06-01T12:00:00Z");
const later = (seconds: number, from = NOW): Date => new Date(from.getTime() + seconds * 1000);

describe("room for a job", () => {
  test("is there exactly while neither the jobs nor the assignments exceed their limit with it", () => {
    const counts = fc.record<PendingCount>({ jobs: fc.nat(20), assignments: fc.nat(2000) });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 2000 }), counts, (pending, requested, limits) => {
        const fits = pending.jobs + 1 <= limits.jobs && pending.assignments + requested <= limits.assignments;
        expect(hasRoom(pending, { requested }, limits)).toBe(fits);
      }),
    );
  });

  test("is there by default for the largest request, and for many of the usual size", () => {
    expect(hasRoom({ jobs: 0, assignments: 0 }, { requested: MAX_REQUESTED }, DEFAULT_JOB_LIMITS)).toBe(true);
    expect(hasRoom({ jobs: 999, assignments: 999 }, { requested: 1 }, DEFAULT_JOB_LIMITS)).toBe(true);
    expect(hasRoom({ jobs: 3, assignments: 75_000 }, { requested: 25_000 }, DEFAULT_JOB_LIMITS)).toBe(true);
  });
});

describe("the reason to stop a job", () => {
  const [one, two] = [accountId(1), accountId(2)];
  const location = aLocation();
  const token = aContentToken({
    downloadedBy: [one, two].map((id) => ({ accountId: id, givenAt: at("2026-01-10T08:00:00Z") })),
  });
  const invalidated = (cause: "revoked" | "superseded" | "password-changed" | "account-disabled" | "location-closed") =>
    aContentToken({ ...token, invalidation: { at: NOW, cause } });
  const holder = (id: typeof one, over: object = {}) =>
    anAccount({ id, grants: [{ role: "content-manager", location: location.id }], ...over });
  const elsewhere = { grants: [{ role: "content-manager", location: locationId(2) }] };
  const good = { location, token, holders: [holder(one), holder(two)] };

  test.each<[string, Partial<typeof good>, number | undefined]>([
    ["nothing happened", {}, undefined],
    ["the location is closed", { location: aLocation({ closedAt: NOW }) }, 9634],
    ["the location is reserved by the built-in service", { location: aLocation({ reservedAt: NOW }) }, 9645],
    ["the token was revoked", { token: invalidated("revoked") }, 9625],
    ["the token's end by a password is recorded", { token: invalidated("password-changed") }, 9625],
    ["the token's end by a disabled account is recorded", { token: invalidated("account-disabled") }, 9625],
    ["the token was renewed", { token: invalidated("superseded") }, undefined],
    ["the token expired", { token: aContentToken({ ...token, expiresAt: at("2026-02-01T00:00:00Z") }) }, undefined],
    ["a holder's password changed", { holders: [holder(one), holder(two, { passwordChangedAt: NOW })] }, 9625],
    [
      "a holder's password changed before the token was given",
      { holders: [holder(one, { passwordChangedAt: at("2026-01-01T00:00:00Z") })] },
      undefined,
    ],
    ["a holder is disabled", { holders: [holder(one, { disabledAt: NOW }), holder(two)] }, 9625],
    [
      "the token was renewed, and then a holder disabled",
      { token: invalidated("superseded"), holders: [holder(one, { disabledAt: NOW }), holder(two)] },
      9625,
    ],
    ["one of the holders may not manage there any more", { holders: [holder(one, elsewhere), holder(two)] }, undefined],
    ["no holder may manage there any more", { holders: [holder(one, elsewhere), holder(two, { grants: [] })] }, 9637],
    [
      "the token was renewed, and no holder may manage there any more",
      { token: invalidated("superseded"), holders: [holder(one, elsewhere), holder(two, elsewhere)] },
      9637,
    ],
  ])("when %s", (_, over, reason) => {
    const { holders, ...grounds } = { ...good, ...over };
    const both = holders.length === 2 ? holders : [...holders, holder(two)];
    expect(whyStopped({ ...grounds, holders: new Map(both.map((each) => [each.id, each])) })).toBe(reason);
  });

  test("is never guessed: a holder whose record is missing is an error", () => {
    expect(() => whyStopped({ location, token, holders: new Map([[one, holder(one)]]) })).toThrow("was not loaded");
  });
});

describe("putting a job back into the queue", () => {
  /** The times at which a job that never progresses is put back by a run every minute. */
  const timesOf = (minutes: number, stepAt: (minute: number) => number = () => 0): number[] => {
    const times: number[] = [];
    let resumed: Resumed | undefined;
    let job = { step: 0, progressedAt: NOW };
    for (let minute = 1; minute <= minutes; minute++) {
      const now = later(minute * 60);
      if (stepAt(minute) !== job.step) job = { step: stepAt(minute), progressedAt: now };
      if (!isResumeDue(job, resumed, now)) continue;
      times.push(minute);
      resumed = countResumption(job, resumed, now);
    }
    return times;
  };

  test("waits five minutes at first, then twice as long each time, and never more than an hour", () => {
    expect(timesOf(300)).toEqual([5, 15, 35, 75, 135, 195, 255]);
  });

  test("is bounded: until the job is given up, it happens fewer than 30 times", () => {
    expect(timesOf(24 * 60).length).toBeLessThan(30);
  });

  test("waits five minutes again after the job progressed", () => {
    expect(timesOf(60, (minute) => (minute < 40 ? 0 : 1))).toEqual([5, 15, 35, 45, 55]);
  });

  test("never happens to a job that progressed less than five minutes ago", () => {
    const resumption = fc.option(
      fc.record({
        at: fc.integer({ min: -9999, max: 9999 }).map((s) => later(s)),
        step: fc.nat(3),
        times: fc.integer({ min: 1, max: 40 }),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.nat(RESUMED_AFTER_SECONDS - 1), fc.nat(3), resumption, (seconds, step, resumed) => {
        expect(isResumeDue({ step, progressedAt: NOW }, resumed, later(seconds))).toBe(false);
      }),
    );
  });
});

test("a job is given up a day after it was requested", () => {
  expect(isOverdue({ requestedAt: NOW }, later(86_399))).toBe(false);
  expect(isOverdue({ requestedAt: NOW }, later(86_400))).toBe(true);
});
